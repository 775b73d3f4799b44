//! The whole dialogue of each protocol, over any stream: sign in, do the job, leave.

use std::future::Future;
use std::io;

use mail_oauth::Error;
use mail_oauth::imap_min::{self, Append, Mailbox as Name, UidSet};
use mail_oauth::pop3_min;
use mail_oauth::sasl_xoauth2::{Credentials, Exchange, Mechanism};
use mail_oauth::smtp_min::{self, EhloName, Envelope, Outcome, Transfer};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::bed::{ADELE, BERT, MESSAGE};

/// Sign in, do this, leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialogue {
    /// Select and fetch, in one flight.
    Imap,
    Append,
    Pop3,
    /// STARTTLS, and a message by `DATA`.
    Smtp,
    /// The message by `BDAT`, behind the answers to its envelope.
    Chunks,
    /// The message by `BDAT`, in one flight with its envelope.
    OneFlight,
    /// LMTP: a message to two, by `DATA`. Under TLS from the first octet.
    Lmtp,
    /// The same by `BDAT`.
    LmtpChunks,
}

impl Dialogue {
    pub(crate) fn is_imap(self) -> bool {
        matches!(self, Dialogue::Imap | Dialogue::Append)
    }

    pub(crate) fn is_lmtp(self) -> bool {
        matches!(self, Dialogue::Lmtp | Dialogue::LmtpChunks)
    }

    /// Whether a message is handed in.
    pub(crate) fn sends(self) -> bool {
        !matches!(self, Dialogue::Imap | Dialogue::Pop3)
    }

    /// What the server has heard last when it has the message: the end of it, and what marks the end.
    pub(crate) fn end_of_message(self) -> Vec<u8> {
        match self {
            Dialogue::Append => [MESSAGE, b"\r\n"].concat(),
            Dialogue::Chunks | Dialogue::OneFlight | Dialogue::LmtpChunks => MESSAGE.to_vec(),
            _ => b"\r\n.\r\n".to_vec(),
        }
    }

    fn transfer(self) -> Transfer {
        match self {
            Dialogue::Chunks | Dialogue::LmtpChunks => Transfer::Chunks,
            Dialogue::OneFlight => Transfer::OneFlight { most: 64 * 1024 },
            _ => Transfer::Data,
        }
    }
}

/// What a client can say when it is over.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// The message that it was given, if it takes it for whole.
    pub(crate) fetched: Option<Vec<u8>>,
    /// What it takes the message that it sent for, if it does not take it for lost.
    pub(crate) sent: Option<Sent>,
    /// To how many it says that the message went.
    pub(crate) delivered: usize,
    /// How far it came: the name of the last step that was done.
    pub(crate) done: &'static str,
    pub(crate) error: Option<Error>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sent {
    Accepted,
    Refused,
    Unknown,
}

impl Sent {
    pub(crate) fn of(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Accepted(_) => Sent::Accepted,
            Outcome::Refused(_) => Sent::Refused,
            Outcome::Unknown { .. } => Sent::Unknown,
        }
    }
}

/// One dialogue. `upgrade` is for SMTP, which begins in the clear.
pub(crate) async fn hold<S, U, F>(dialogue: Dialogue, stream: S, token: &str, upgrade: U) -> Told
where
    S: AsyncRead + AsyncWrite + Unpin,
    U: FnOnce(S) -> F,
    F: Future<Output = io::Result<Box<dyn Stream>>>,
    S: 'static,
{
    let mut told = Told::default();
    let result = match dialogue {
        Dialogue::Imap => imap(stream, token, false, &mut told).await,
        Dialogue::Append => imap(stream, token, true, &mut told).await,
        Dialogue::Pop3 => pop3(stream, token, &mut told).await,
        _ if dialogue.is_lmtp() => lmtp(stream, token, dialogue, &mut told).await,
        _ => smtp(stream, token, dialogue, upgrade, &mut told).await,
    };
    told.error = result.err();
    told
}

pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin {}
impl<T: AsyncRead + AsyncWrite + Unpin> Stream for T {}

fn exchange(token: &str) -> Exchange<'_> {
    Exchange::new(Mechanism::XOAuth2, Credentials::new(ADELE, token).unwrap())
}

fn answer(exchange: &mut Exchange<'_>, challenge: &[u8]) -> Option<Vec<u8>> {
    let mut message = Vec::new();
    exchange.respond(challenge, &mut message).ok()?;
    Some(message)
}

async fn imap<S: Stream>(stream: S, token: &str, append: bool, told: &mut Told) -> Result<(), Error> {
    let (mut client, _) = imap_min::Client::connect(stream, imap_min::Limits::default()).await?;
    told.done = "greeting";
    let mut exchange = exchange(token);
    let mut first = Vec::new();
    exchange.initial_response(&mut first)?;
    client.authenticate("XOAUTH2", Some(&first), |challenge| answer(&mut exchange, challenge)).await?;
    told.done = "sign-in";
    if append {
        let inbox = Name::inbox();
        let added = client.append(Append::new(&inbox, MESSAGE.len() as u64), &mut &MESSAGE[..]).await;
        told.sent = match &added {
            Ok(_) => Some(Sent::Accepted),
            Err(imap_min::Error::Refused(_)) => Some(Sent::Refused),
            Err(_) => None,
        };
        added?;
        told.done = "append";
    } else {
        let mut message = Vec::new();
        client.select_and_fetch(&Name::inbox(), &UidSet::last(), &mut message).await?;
        told.fetched = Some(message);
        told.done = "fetch";
    }
    client.logout().await?;
    told.done = "logout";
    Ok(())
}

async fn pop3<S: Stream>(stream: S, token: &str, told: &mut Told) -> Result<(), Error> {
    let (mut client, _) = pop3_min::Client::connect(stream, pop3_min::Limits::default()).await?;
    told.done = "greeting";
    let mut exchange = exchange(token);
    client.authenticate("XOAUTH2", None, |challenge| answer(&mut exchange, challenge)).await?;
    told.done = "sign-in";
    let mut message = Vec::new();
    client.retrieve(1, &mut message).await?;
    told.fetched = Some(message);
    told.done = "fetch";
    client.quit().await?;
    told.done = "quit";
    Ok(())
}

async fn smtp<S, U, F>(
    stream: S,
    token: &str,
    dialogue: Dialogue,
    upgrade: U,
    told: &mut Told,
) -> Result<(), Error>
where
    S: Stream,
    U: FnOnce(S) -> F,
    F: Future<Output = io::Result<Box<dyn Stream>>>,
{
    let name = EhloName::new("[127.0.0.1]")?;
    let mut limits = smtp_min::Limits::default();
    limits.auth_line = smtp_min::Limits::AUTH_LINE_OFFICE_365;
    let (mut client, _) = smtp_min::Client::connect(stream, limits).await?;
    told.done = "greeting";
    client.ehlo(&name).await?;
    let mut client = client.starttls(upgrade).await?;
    told.done = "starttls";
    client.ehlo(&name).await?;
    hand_in(client, token, dialogue, &[ADELE], told).await
}

/// Without a name of the server's to sign in at: what is spoken on a connection that TLS has from its first octet.
async fn lmtp<S: Stream>(stream: S, token: &str, dialogue: Dialogue, told: &mut Told) -> Result<(), Error> {
    let mut limits = smtp_min::Limits::default();
    limits.auth_line = smtp_min::Limits::AUTH_LINE_OFFICE_365;
    let (mut client, _) = smtp_min::Client::connect_with(stream, limits, smtp_min::Protocol::Lmtp).await?;
    told.done = "greeting";
    client.ehlo(&EhloName::new("[127.0.0.1]")?).await?;
    hand_in(client, token, dialogue, &[ADELE, BERT], told).await
}

async fn hand_in<S: Stream>(
    mut client: smtp_min::Client<S>,
    token: &str,
    dialogue: Dialogue,
    to: &[&str],
    told: &mut Told,
) -> Result<(), Error> {
    let mut exchange = exchange(token);
    let mut first = Vec::new();
    exchange.initial_response(&mut first)?;
    client.authenticate("XOAUTH2", Some(&first), |challenge| answer(&mut exchange, challenge)).await?;
    told.done = "sign-in";
    let mut envelope = Envelope::parse(ADELE, to)?;
    envelope.transfer = dialogue.transfer();
    let report = client.send(&envelope, MESSAGE).await?;
    told.sent = Some(Sent::of(&report.outcome));
    told.delivered = report.delivered_to().count();
    told.done = "send";
    if told.sent == Some(Sent::Accepted) {
        client.quit().await?;
        told.done = "quit";
    }
    Ok(())
}
