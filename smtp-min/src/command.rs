//! Commands and their encoding.

use std::fmt;
use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::{
    Address, BodyType, EhloName, EnvelopeId, Error, Limits, LineEnds, Notify, OriginalRecipient, Protocol,
    Return,
};

/// The longest line of a command without an extension that lengthens it, CRLF included (RFC 5321 section 4.5.3.1.4).
const COMMAND_LINE: usize = 512;

/// A command to the server.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Command<'a> {
    /// `EHLO`: who we are, what can you do (RFC 5321 section 4.1.1.1); `LHLO` with [`Protocol::Lmtp`]. The last of a
    /// flight.
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
    /// `BDAT`: a piece of the message, as it is (RFC 3030 section 2). Nothing of it is stuffed, and no 354 is waited for.
    /// The last piece ends a flight.
    Bdat {
        /// The piece: 8 bits only as `MAIL` allows. Its line ends are looked at across pieces, unless `MAIL` said
        /// [`BodyType::BinaryMime`].
        chunk: &'a [u8],
        /// The message ends here. One whose last line has no end gets it, unless `MAIL` said
        /// [`BodyType::BinaryMime`].
        last: bool,
        /// What becomes of a CR or LF that stands alone; the same for all pieces of a message.
        line_ends: LineEnds,
    },
    /// `VRFY`: is there such a mailbox (RFC 5321 section 4.1.1.6). Most servers say neither yes nor no (252). The last
    /// of a flight.
    Vrfy {
        /// A name or an address: not empty, no control characters, at most 512 octets with the command.
        query: &'a str,
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
    /// What a report about a failure brings back (RFC 3461 section 4.3).
    pub ret: Option<Return>,
    /// The name of the message in reports (RFC 3461 section 4.4).
    pub envelope_id: Option<&'a EnvelopeId>,
    /// The message travels by TLS with verified names only, or not at all (RFC 8689). Only where the session itself is
    /// inside TLS.
    pub require_tls: bool,
}

impl<'a> Mail<'a> {
    /// No parameters.
    #[must_use]
    pub fn new(from: Option<&'a Address>) -> Self {
        Mail {
            from,
            size: None,
            body: None,
            smtputf8: false,
            ret: None,
            envelope_id: None,
            require_tls: false,
        }
    }
}

/// The arguments of `RCPT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rcpt<'a> {
    /// The recipient.
    pub to: &'a Address,
    /// When a report is wanted (RFC 3461 section 4.1); `None` leaves it to the server, which then tells of failures.
    pub notify: Option<Notify>,
    /// Whom reports are to name (RFC 3461 section 4.2).
    pub original: Option<&'a OriginalRecipient>,
}

impl<'a> Rcpt<'a> {
    /// No parameters.
    #[must_use]
    pub fn new(to: &'a Address) -> Self {
        Rcpt { to, notify: None, original: None }
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
            Command::Bdat { .. } => "BDAT",
            Command::Vrfy { .. } => "VRFY",
            Command::Rset => "RSET",
            Command::Noop => "NOOP",
            Command::Quit => "QUIT",
        }
    }

    /// Appends the command's line to `out`, or leaves `out` as it was. Of `BDAT`, the machine writes the line.
    pub(crate) fn encode(&self, protocol: Protocol, limits: &Limits, out: &mut Vec<u8>) -> Result<(), Error> {
        match *self {
            Command::Ehlo(name) => {
                let verb = match protocol {
                    Protocol::Smtp => "EHLO",
                    Protocol::Lmtp => "LHLO",
                };
                out.extend_from_slice(verb.as_bytes());
                out.push(b' ');
                out.extend_from_slice(name.as_str().as_bytes());
                out.extend_from_slice(b"\r\n");
            }
            Command::Helo(name) => line(out, format_args!("HELO {name}")),
            Command::Authenticate { mechanism, initial_response } => {
                encode_auth(mechanism, initial_response, limits, out)?;
            }
            Command::Mail(mail) => line(out, format_args!("{mail}")),
            Command::Rcpt(rcpt) => line(out, format_args!("{rcpt}")),
            Command::Vrfy { query } => {
                if query.is_empty() || query.chars().any(char::is_control) {
                    let why = "it is empty, or has a control character";
                    return Err(Error::Invalid { what: "the argument of VRFY", why });
                }
                let utf8 = if query.is_ascii() { "" } else { " SMTPUTF8" };
                if "VRFY ".len() + query.len() + utf8.len() + 2 > COMMAND_LINE {
                    return Err(Error::TooLong { what: "the VRFY line", limit: COMMAND_LINE });
                }
                line(out, format_args!("VRFY {query}{utf8}"));
            }
            Command::Bdat { .. } => {}
            Command::StartTls | Command::Data { .. } | Command::Rset | Command::Noop | Command::Quit => {
                out.extend_from_slice(self.name().as_bytes());
                out.extend_from_slice(b"\r\n");
            }
        }
        Ok(())
    }
}

impl fmt::Display for Mail<'_> {
    /// The command, without its line end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MAIL FROM:<{}>", self.from.map_or("", Address::as_str))?;
        if let Some(octets) = self.size {
            write!(f, " SIZE={octets}")?;
        }
        match self.body {
            None => {}
            Some(BodyType::SevenBit) => f.write_str(" BODY=7BIT")?,
            Some(BodyType::EightBitMime) => f.write_str(" BODY=8BITMIME")?,
            Some(BodyType::BinaryMime) => f.write_str(" BODY=BINARYMIME")?,
        }
        if self.smtputf8 {
            f.write_str(" SMTPUTF8")?;
        }
        if let Some(ret) = self.ret {
            write!(f, " RET={}", ret.keyword())?;
        }
        if let Some(id) = self.envelope_id {
            write!(f, " ENVID={}", id.encoded())?;
        }
        if self.require_tls { f.write_str(" REQUIRETLS") } else { Ok(()) }
    }
}

impl fmt::Display for Rcpt<'_> {
    /// The command, without its line end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RCPT TO:<{}>", self.to)?;
        if let Some(notify) = self.notify {
            write!(f, " NOTIFY={notify}")?;
        }
        self.original.map_or(Ok(()), |original| write!(f, " ORCPT={}", original.encoded()))
    }
}

impl fmt::Debug for Command<'_> {
    /// The initial response and a piece of a message show their length only.
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
            Command::Bdat { chunk, last, line_ends } => {
                write!(f, " [{} octets] last: {last} {line_ends:?}", chunk.len())
            }
            Command::Vrfy { query } => write!(f, " {query:?}"),
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
    out.reserve(encoded_len(raw.len()) + 2);
    append_base64(raw, out);
    out.extend_from_slice(b"\r\n");
}

fn line(out: &mut Vec<u8>, text: fmt::Arguments<'_>) {
    // Writing to a vector cannot fail.
    let _ = write!(out, "{text}\r\n");
}

/// How long the line of `AUTH` is with this initial response of this length, CRLF included.
pub(crate) fn auth_line(mechanism: &str, initial_response: Option<usize>) -> usize {
    let message = initial_response.map_or(0, |length| 1 + encoded_len(length).max(1));
    "AUTH ".len() + mechanism.len() + message + 2
}

fn encode_auth(
    mechanism: &str,
    initial_response: Option<&[u8]>,
    limits: &Limits,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    check_mechanism(mechanism)?;
    let length = auth_line(mechanism, initial_response.map(<[u8]>::len));
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

fn encoded_len(raw: usize) -> usize {
    raw.div_ceil(3).saturating_mul(4)
}

fn append_base64(raw: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start + encoded_len(raw.len()), 0);
    let written = out.get_mut(start..).map_or(Ok(0), |space| STANDARD.encode_slice(raw, space));
    // INVARIANT: the space is exactly what padded base64 needs, so that encoding cannot fail.
    debug_assert_eq!(written.ok(), Some(encoded_len(raw.len())));
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
