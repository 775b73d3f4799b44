//! Commands and their encoding.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::Error;

/// The longest `AUTH` line with an initial response, CRLF included (RFC 5034 section 4).
const AUTH_LINE: usize = 255;

/// A command to the server.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Command<'a> {
    /// `CAPA`: what the server can do (RFC 2449 section 5).
    Capa,
    /// `STLS`: start TLS (RFC 2595 section 4). The last of a flight.
    Stls,
    /// `AUTH`: log in by a SASL mechanism (RFC 5034 section 4). The last of a flight.
    Authenticate {
        /// The mechanism's name: up to 20 of `A-Z`, `0-9`, `-` and `_`.
        mechanism: &'a str,
        /// The mechanism's first message, raw. It goes on the line of the command, which may have 255 octets: a
        /// bearer token hardly ever fits. Exchange closes the connection on such a line. With `None` the server asks
        /// for it by an empty challenge.
        initial_response: Option<&'a [u8]>,
    },
    /// `STAT`: how many messages, how many octets (RFC 1939 section 5).
    Stat,
    /// `UIDL`: the unique ids of all messages (RFC 1939 section 7).
    Uidl,
    /// `LIST`: the sizes of all messages (RFC 1939 section 5).
    List,
    /// `RETR`: a whole message (RFC 1939 section 5).
    Retr {
        /// The message's number in this session, from 1.
        number: u32,
    },
    /// `DELE`: mark a message as deleted (RFC 1939 section 5). It happens at [`Quit`](Command::Quit).
    Dele {
        /// The message's number in this session, from 1.
        number: u32,
    },
    /// `RSET`: unmark all messages (RFC 1939 section 5).
    Rset,
    /// `NOOP`: nothing, answered (RFC 1939 section 5).
    Noop,
    /// `QUIT`: delete what is marked, and end the session (RFC 1939 section 6). The last of a flight. Only its `+OK`
    /// says that the deletions happened.
    Quit,
}

impl Command<'_> {
    /// The command's verb, for logs.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Command::Capa => "CAPA",
            Command::Stls => "STLS",
            Command::Authenticate { .. } => "AUTH",
            Command::Stat => "STAT",
            Command::Uidl => "UIDL",
            Command::List => "LIST",
            Command::Retr { .. } => "RETR",
            Command::Dele { .. } => "DELE",
            Command::Rset => "RSET",
            Command::Noop => "NOOP",
            Command::Quit => "QUIT",
        }
    }

    /// Appends the command's line to `out`, or leaves `out` as it was.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) -> Result<(), Error> {
        match *self {
            Command::Retr { number } | Command::Dele { number } => {
                if number == 0 {
                    return Err(Error::Invalid { what: "a message number", why: "they count from 1" });
                }
                out.extend_from_slice(format!("{} {number}\r\n", self.name()).as_bytes());
            }
            Command::Authenticate { mechanism, initial_response } => {
                check_mechanism(mechanism)?;
                let message = initial_response.map_or(0, |raw| 1 + encoded_len(raw).max(1));
                if initial_response.is_some() && "AUTH ".len() + mechanism.len() + message + 2 > AUTH_LINE {
                    return Err(Error::TooLong {
                        what: "the AUTH line (send no initial response: the server then asks for it)",
                        limit: AUTH_LINE,
                    });
                }
                out.reserve("AUTH ".len() + mechanism.len() + message + 2);
                out.extend_from_slice(b"AUTH ");
                out.extend_from_slice(mechanism.as_bytes());
                match initial_response {
                    None => {}
                    // An empty message must be visible (RFC 5034 section 4).
                    Some([]) => out.extend_from_slice(b" ="),
                    Some(raw) => {
                        out.push(b' ');
                        append_base64(raw, out);
                    }
                }
                out.extend_from_slice(b"\r\n");
            }
            Command::Capa
            | Command::Stls
            | Command::Stat
            | Command::Uidl
            | Command::List
            | Command::Rset
            | Command::Noop
            | Command::Quit => {
                out.extend_from_slice(self.name().as_bytes());
                out.extend_from_slice(b"\r\n");
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
            Command::Authenticate { mechanism, initial_response } => {
                write!(f, " {mechanism:?}")?;
                initial_response.map_or(Ok(()), |raw| write!(f, " [redacted, {} bytes]", raw.len()))
            }
            Command::Retr { number } | Command::Dele { number } => write!(f, " {number}"),
            Command::Capa
            | Command::Stls
            | Command::Stat
            | Command::Uidl
            | Command::List
            | Command::Rset
            | Command::Noop
            | Command::Quit => Ok(()),
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
