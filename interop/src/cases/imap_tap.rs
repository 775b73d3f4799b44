//! A session behind its log-in, and a record of what the server has said in it.
//!
//! With `INTEROP_CAPTURE` set to a folder, each recorded case leaves a transcript there: what was done, as the transcripts
//! of `imap-min` name it, and the server's answers. The other lines are for its own tests to fill in.

use std::fmt::Write as _;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use imap_min::{Client, Limits};
use mail_oauth::MailStream;
use tokio::io::{self, AsyncRead, AsyncWrite, ReadBuf};

use crate::Failed;
use crate::bed::Bed;

/// What a client that comes after the log-in is greeted with: Dovecot's own greeting went to the one that did it.
const GREETING: &[u8] = b"* PREAUTH interop\r\n";

/// A stream whose server's side is kept.
pub(super) struct Tap {
    stream: MailStream,
    greeting: &'static [u8],
    notes: Option<Notes>,
}

/// What was done and said, in order.
#[derive(Clone, Default)]
pub(super) struct Notes(Arc<Mutex<Vec<Note>>>);

enum Note {
    Act(String),
    Said(Vec<u8>),
}

/// Alice's session, logged in, as a client of its own.
pub(super) async fn session(bed: &Bed) -> Result<Client<Tap>, Failed> {
    start(bed, None).await
}

/// The same with a record, which is not for large messages.
pub(super) async fn recorded(bed: &Bed) -> Result<(Client<Tap>, Notes), Failed> {
    let notes = Notes::default();
    Ok((start(bed, Some(notes.clone())).await?, notes))
}

async fn start(bed: &Bed, notes: Option<Notes>) -> Result<Client<Tap>, Failed> {
    let stream = bed.signed_in().await?.imap().await?.into_inner();
    let tap = Tap { stream, greeting: GREETING, notes: notes.clone() };
    let (mut client, _) = Client::connect(tap, Limits::default()).await?;
    if let Some(notes) = notes {
        notes.act("CAPABILITY");
    }
    client.capability().await?;
    Ok(client)
}

impl Notes {
    /// The next answers are to this.
    pub(super) fn act(&self, action: impl Into<String>) {
        self.push(Note::Act(action.into()));
    }

    /// Leaves the transcript where it is wanted.
    pub(super) fn save(&self, name: &str) -> Result<(), Failed> {
        let Some(folder) = std::env::var_os("INTEROP_CAPTURE") else { return Ok(()) };
        let path = std::path::Path::new(&folder).join(name);
        let mut text = String::new();
        for note in self.0.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            match note {
                Note::Act(action) => writeln!(text, "> {action}")?,
                Note::Said(octets) => {
                    let said = octets.escape_ascii().to_string().replace("\\\"", "\"").replace("\\'", "'");
                    for line in said.split_inclusive("\\r\\n") {
                        match line.strip_suffix("\\r\\n") {
                            Some(line) => writeln!(text, "S: {line}")?,
                            None => writeln!(text, "S~ {line}")?,
                        }
                    }
                }
            }
        }
        Ok(std::fs::write(path, text)?)
    }

    fn push(&self, note: Note) {
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match (notes.last_mut(), note) {
            (Some(Note::Said(before)), Note::Said(more)) => before.extend(more),
            (_, note) => notes.push(note),
        }
    }
}

impl AsyncRead for Tap {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        to: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = to.filled().len();
        if self.greeting.is_empty() {
            ready!(Pin::new(&mut self.stream).poll_read(context, to))?;
        } else {
            to.put_slice(std::mem::take(&mut self.greeting));
        }
        let said = to.filled().get(before..).unwrap_or_default();
        if let Some(notes) = &self.notes {
            notes.push(Note::Said(said.to_vec()));
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Tap {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        from: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, from)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
