//! Commands and their encoding.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::{Address, BodyType, EhloName, Error, Limits, LineEnds};

/// A command to the server.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Command<'a> {
    /// `EHLO`: who we are, what can you do (RFC 5321 section 4.1.1.1). The last of a flight.
    Ehlo(&'a EhloName),
    /// `HELO`: the same for servers that know no extension (RFC 5321 section 4.1.1.1). The last of a flight.
    Helo(&'a EhloName),
    /// `STARTTLS` (RFC 3207 section 4). The last of a flight.
    StartTls,
    /// `AUTH`: log in by a SASL mechanism (RFC 4954 section 4). The last of a flight.
    Authenticate {
        /// The mechanism's name: up to 20 of `A-Z`, `0-9`, `-` and `_`.
        mechanism: &'a str,
        /// The mechanism's first message, raw. It goes on the line of the command, which may have
        /// [`Limits::auth_line`] octets. With `None` the server asks for it by an empty challenge.
        initial_response: Option<&'a [u8]>,
    },
    /// `MAIL`: a message begins (RFC 5321 section 4.1.1.2).
    Mail(Mail<'a>),
    /// `RCPT`: it goes to this address too (RFC 5321 section 4.1.1.3).
    Rcpt(Rcpt<'a>),
    /// `DATA`: the message follows (RFC 5321 section 4.1.1.4). The last of a flight.
    Data {
        /// What becomes of a CR or LF that stands alone in the message.
        line_ends: LineEnds,
    },
    /// `RSET`: forget sender and recipients (RFC 5321 section 4.1.1.5).
    Rset,
    /// `NOOP`: nothing, answered (RFC 5321 section 4.1.1.9). The last of a flight.
    Noop,
    /// `QUIT`: end the session (RFC 5321 section 4.1.1.10). The last of a flight.
    Quit,
}

/// The arguments of `MAIL`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mail<'a> {
    /// Where delivery reports go; `None` is the null sender, to which none are sent.
    pub from: Option<&'a Address>,
    /// The size of the message in octets, with CRLF line ends and before dots are stuffed (RFC 1870 section 6).
    pub size: Option<u64>,
    /// What the message is made of (RFC 6152 section 2). `None` sends no parameter, and means 7 bits.
    pub body: Option<BodyType>,
    /// Addresses or headers hold UTF-8 (RFC 6531 section 3.4).
    pub smtputf8: bool,
}

impl<'a> Mail<'a> {
    /// No parameters.
    #[must_use]
    pub fn new(from: Option<&'a Address>) -> Self {
        Mail { from, size: None, body: None, smtputf8: false }
    }
}

/// The arguments of `RCPT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rcpt<'a> {
    /// The recipient.
    pub to: &'a Address,
}

impl<'a> Rcpt<'a> {
    /// No parameters.
    #[must_use]
    pub fn new(to: &'a Address) -> Self {
        Rcpt { to }
    }
}

impl Command<'_> {
    /// The command's verb, for logs.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Command::Ehlo(_) => "EHLO",
            Command::Helo(_) => "HELO",
            Command::StartTls => "STARTTLS",
            Command::Authenticate { .. } => "AUTH",
            Command::Mail(_) => "MAIL",
            Command::Rcpt(_) => "RCPT",
            Command::Data { .. } => "DATA",
            Command::Rset => "RSET",
            Command::Noop => "NOOP",
            Command::Quit => "QUIT",
        }
    }

    /// Appends the command's line to `out`, or leaves `out` as it was.
    pub(crate) fn encode(&self, limits: &Limits, out: &mut Vec<u8>) -> Result<(), Error> {
        match *self {
            Command::Ehlo(name) | Command::Helo(name) => {
                line(out, &[self.name(), " ", name.as_str()]);
            }
            Command::Authenticate { mechanism, initial_response } => {
                encode_auth(mechanism, initial_response, limits, out)?;
            }
            Command::Mail(mail) => {
                let size = mail.size.map_or(String::new(), |octets| format!(" SIZE={octets}"));
                let body = match mail.body {
                    None => "",
                    Some(BodyType::SevenBit) => " BODY=7BIT",
                    Some(BodyType::EightBitMime) => " BODY=8BITMIME",
                };
                let utf8 = if mail.smtputf8 { " SMTPUTF8" } else { "" };
                line(out, &["MAIL FROM:<", mail.from.map_or("", Address::as_str), ">", &size, body, utf8]);
            }
            Command::Rcpt(rcpt) => line(out, &["RCPT TO:<", rcpt.to.as_str(), ">"]),
            Command::StartTls | Command::Data { .. } | Command::Rset | Command::Noop | Command::Quit => {
                line(out, &[self.name()]);
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Command<'_> {
    /// The initial response shows its length only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Command::Ehlo(name) | Command::Helo(name) => write!(f, " {name}"),
            Command::Authenticate { mechanism, initial_response } => {
                write!(f, " {mechanism:?}")?;
                initial_response.map_or(Ok(()), |raw| write!(f, " [redacted, {} bytes]", raw.len()))
            }
            Command::Mail(mail) => write!(f, " {mail:?}"),
            Command::Rcpt(rcpt) => write!(f, " {rcpt:?}"),
            Command::Data { line_ends } => write!(f, " {line_ends:?}"),
            Command::StartTls | Command::Rset | Command::Noop | Command::Quit => Ok(()),
        }
    }
}

/// Which command an event belongs to; unique per connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CommandId(u32);

impl CommandId {
    /// The greeting, which answers no command.
    pub const GREETING: CommandId = CommandId(0);

    pub(crate) fn next(self) -> CommandId {
        CommandId(self.0.wrapping_add(1).max(1))
    }
}

/// Appends a SASL message and the line end; an empty message is an empty line. `out` grows at most once, before the
/// message is in it, so that no copy of a secret stays behind in a buffer that was given up.
pub(crate) fn encode_message(raw: &[u8], out: &mut Vec<u8>) {
    out.reserve(encoded_len(raw) + 2);
    append_base64(raw, out);
    out.extend_from_slice(b"\r\n");
}

fn line(out: &mut Vec<u8>, parts: &[&str]) {
    for part in parts {
        out.extend_from_slice(part.as_bytes());
    }
    out.extend_from_slice(b"\r\n");
}

fn encode_auth(
    mechanism: &str,
    initial_response: Option<&[u8]>,
    limits: &Limits,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    check_mechanism(mechanism)?;
    let message = initial_response.map_or(0, |raw| 1 + encoded_len(raw).max(1));
    let length = "AUTH ".len() + mechanism.len() + message + 2;
    if length > limits.auth_line {
        return Err(Error::TooLong {
            what: "the AUTH line (send no initial response: the server then asks for it)",
            limit: limits.auth_line,
        });
    }
    out.reserve(length);
    out.extend_from_slice(b"AUTH ");
    out.extend_from_slice(mechanism.as_bytes());
    match initial_response {
        None => {}
        // An empty message must be visible (RFC 4954 section 4).
        Some([]) => out.extend_from_slice(b" ="),
        Some(raw) => {
            out.push(b' ');
            append_base64(raw, out);
        }
    }
    out.extend_from_slice(b"\r\n");
    Ok(())
}

fn encoded_len(raw: &[u8]) -> usize {
    raw.len().div_ceil(3).saturating_mul(4)
}

fn append_base64(raw: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + encoded_len(raw), 0);
    let written = out.get_mut(start..).map_or(Ok(0), |space| STANDARD.encode_slice(raw, space));
    // INVARIANT: the space is exactly what padded base64 needs, so that encoding cannot fail.
    debug_assert_eq!(written.ok(), Some(encoded_len(raw)));
}

/// RFC 4422 section 3.1: a mechanism's name.
fn check_mechanism(name: &str) -> Result<(), Error> {
    let allowed =
        |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    if (1..=20).contains(&name.len()) && name.bytes().all(allowed) {
        Ok(())
    } else {
        Err(Error::Invalid { what: "a SASL mechanism's name", why: "it has 1 to 20 of A-Z, 0-9, - and _" })
    }
}
