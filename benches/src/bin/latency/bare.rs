//! tokio-rustls alone with the same octets on the wire: what any client must cost.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail_oauth::Protocol;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::Outcome;
use crate::bed::{ADELE, BERT, Target, message};
use crate::ours::{secured, stream};

pub(crate) const KEY: &str = "bare tokio-rustls";

/// How much is read at a time, as ours does.
const CHUNK: usize = 32 * 1024;

/// A connection whose answers are not understood: only where they end.
pub(crate) struct Bare<S = TlsStream<TcpStream>> {
    stream: S,
    chunk: Vec<u8>,
    /// The last octets that came, enough of them to see an end.
    tail: Vec<u8>,
}

/// The name among the clients of a protocol, for the command line of another process.
pub(crate) fn key(protocol: Protocol) -> String {
    format!("{protocol}/{KEY}")
}

/// A whole session, as those of `ours` are.
pub(crate) async fn session(protocol: Protocol, target: &Target) -> Outcome<()> {
    match protocol {
        Protocol::Pop3 => pop3(target).await,
        Protocol::Smtp => smtp(target).await,
        _ => imap(target).await,
    }
}

async fn imap(target: &Target) -> Outcome<()> {
    let mut bare = Bare::signed_in(target).await?;
    bare.say("B SELECT INBOX\r\nC UID FETCH * (UID BODY.PEEK[])\r\n").await?;
    bare.hear("\r\nC OK").await?;
    bare.say("D LOGOUT\r\n").await?;
    bare.hear("\r\nD OK").await?;
    Ok(())
}

async fn pop3(target: &Target) -> Outcome<()> {
    let mut bare = Bare::new(stream(target, target.place.port(Protocol::Pop3)).await?);
    bare.hear("+OK").await?;
    bare.say("AUTH XOAUTH2\r\n").await?;
    bare.hear("+ ").await?;
    bare.say(&format!("{}\r\n", STANDARD.encode(target.xoauth2()))).await?;
    bare.hear("+OK").await?;
    bare.say("RETR 1\r\n").await?;
    bare.hear("\r\n.\r\n").await?;
    bare.say("QUIT\r\n").await?;
    bare.hear("+OK").await?;
    Ok(())
}

async fn smtp(target: &Target) -> Outcome<()> {
    let tcp = TcpStream::connect((target.place.host.as_str(), target.place.port(Protocol::Smtp))).await?;
    tcp.set_nodelay(true)?;
    let mut plain = Bare::new(tcp);
    plain.hear("220 ").await?;
    plain.say("EHLO [127.0.0.1]\r\n").await?;
    plain.hear("\r\n250 ").await?;
    plain.say("STARTTLS\r\n").await?;
    plain.hear("220 ").await?;
    let mut bare = Bare::new(secured(target, plain.stream).await?);
    bare.say("EHLO [127.0.0.1]\r\n").await?;
    bare.hear("\r\n250 ").await?;
    bare.say(&format!("AUTH XOAUTH2 {}\r\n", STANDARD.encode(target.xoauth2()))).await?;
    bare.hear("235 ").await?;
    bare.say(&format!("MAIL FROM:<{ADELE}>\r\nRCPT TO:<{BERT}>\r\nDATA\r\n")).await?;
    bare.hear("354 ").await?;
    let mut message = message();
    message.extend_from_slice(b".\r\n");
    bare.say(std::str::from_utf8(&message)?).await?;
    bare.hear("250 ").await?;
    bare.say("QUIT\r\n").await?;
    bare.hear("221 ").await?;
    Ok(())
}

impl Bare {
    /// To IMAP.
    pub(crate) async fn signed_in(target: &Target) -> Outcome<Self> {
        let mut bare = Bare::new(stream(target, target.place.port(Protocol::Imap)).await?);
        bare.hear("* OK").await?;
        let message = STANDARD.encode(target.xoauth2());
        bare.say(&format!("A AUTHENTICATE XOAUTH2 {message}\r\n")).await?;
        bare.hear("A OK").await?;
        Ok(bare)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Bare<S> {
    fn new(stream: S) -> Self {
        Bare { stream, chunk: vec![0; CHUNK], tail: Vec::new() }
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
