//! tokio-rustls alone with the same octets on the wire: what any client must cost.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail_oauth::Protocol;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::Outcome;
use crate::bed::Target;
use crate::ours::stream;

pub(crate) const KEY: &str = "bare tokio-rustls";

/// How much is read at a time, as ours does.
const CHUNK: usize = 32 * 1024;

/// A connection whose answers are not understood: only where they end.
pub(crate) struct Bare {
    stream: TlsStream<TcpStream>,
    chunk: Vec<u8>,
    /// The last octets that came, enough of them to see an end.
    tail: Vec<u8>,
}

/// A whole session, as `ours::imap` has it.
pub(crate) async fn session(target: &Target) -> Outcome<()> {
    let mut bare = Bare::signed_in(target).await?;
    bare.say("B SELECT INBOX\r\nC UID FETCH * (UID BODY.PEEK[])\r\n").await?;
    bare.hear("\r\nC OK").await?;
    bare.say("D LOGOUT\r\n").await?;
    bare.hear("\r\nD OK").await?;
    Ok(())
}

impl Bare {
    pub(crate) async fn signed_in(target: &Target) -> Outcome<Self> {
        let stream = stream(target, target.place.port(Protocol::Imap)).await?;
        let mut bare = Bare { stream, chunk: vec![0; CHUNK], tail: Vec::new() };
        bare.hear("* OK").await?;
        let message = STANDARD.encode(target.xoauth2());
        bare.say(&format!("A AUTHENTICATE XOAUTH2 {message}\r\n")).await?;
        bare.hear("A OK").await?;
        Ok(bare)
    }

    pub(crate) async fn say(&mut self, text: &str) -> Outcome<()> {
        self.stream.write_all(text.as_bytes()).await?;
        Ok(self.stream.flush().await?)
    }

    /// Reads until the last line begins so, and gives the number of octets.
    pub(crate) async fn hear(&mut self, end: &str) -> Outcome<u64> {
        let mut octets = 0;
        self.tail.clear();
        loop {
            let read = self.stream.read(&mut self.chunk).await?;
            if read == 0 {
                return Err(format!("closed before {end:?}").into());
            }
            octets += read as u64;
            let came = self.chunk.get(..read).unwrap_or_default();
            let news = came.get(came.len().saturating_sub(256)..).unwrap_or_default();
            self.tail.extend_from_slice(news);
            if self.tail.ends_with(b"\r\n") && memchr::memmem::find(&self.tail, end.as_bytes()).is_some() {
                return Ok(octets);
            }
            let keep = self.tail.len().saturating_sub(256);
            self.tail.drain(..keep);
        }
    }
}
