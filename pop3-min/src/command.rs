//! Commands and their encoding.

use std::fmt;
use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::Error;

/// The longest `AUTH` line with an initial response, CRLF included (RFC 5034 section 4).
const AUTH_LINE: usize = 255;

/// The longest line of any command, CRLF included (RFC 2449 section 4).
const COMMAND_LINE: usize = 255;

/// A command to the server.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Command<'a> {
    /// `CAPA`: what the server can do (RFC 2449 section 5).
    Capa,
    /// `STLS`: start TLS (RFC 2595 section 4). Never behind [`Utf8`](Command::Utf8) (RFC 6856 section 2.1). The last of a
    /// flight.
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
    /// `USER`: the name of a login by name and password (RFC 1939 section 7). Such a login is as safe as the TLS below.
    User {
        /// The name: one word. Beyond ASCII only where the server offers `UTF8 USER` (RFC 6856 section 2.2).
        name: &'a str,
    },
    /// `PASS`: the password, after `USER` was accepted (RFC 1939 section 7). The last of a flight.
    Pass {
        /// The password, which may hold spaces. Beyond ASCII as the name.
        password: &'a str,
    },
    /// `APOP`: log in by a digest of the greeting's timestamp and a shared secret (RFC 1939 section 7). The digest is
    /// MD5, which protects nobody any more: use it inside TLS only. The last of a flight.
    Apop {
        /// The name: one word.
        name: &'a str,
        /// 32 digits, in lower case. The feature `apop` makes it: `Greeting::apop_digest`.
        digest: &'a str,
    },
    /// `LANG` without an argument: which languages the server's texts can be had in (RFC 6856 section 3).
    Languages,
    /// `LANG`: the language of the server's texts (RFC 6856 section 3).
    Lang {
        /// A language tag, `*` for the server's own choice.
        tag: &'a str,
    },
    /// `UTF8`: messages may come with UTF-8 in their headers (RFC 6856 section 2). Before the login only.
    Utf8,
    /// `STAT`: how many messages, how many octets (RFC 1939 section 5).
    Stat,
    /// `UIDL`: the unique ids of all messages (RFC 1939 section 7).
    Uidl,
    /// `LIST`: the sizes of all messages (RFC 1939 section 5).
    List,
    /// `UIDL` of one message (RFC 1939 section 7).
    UidlOne {
        /// The message's number in this session, from 1.
        number: u32,
    },
    /// `LIST` of one message (RFC 1939 section 5).
    ListOne {
        /// The message's number in this session, from 1.
        number: u32,
    },
    /// `TOP`: the header of a message, and the first lines of its body (RFC 1939 section 7). Some servers send less.
    Top {
        /// The message's number in this session, from 1.
        number: u32,
        /// How many lines of the body.
        lines: u32,
    },
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
            Command::User { .. } => "USER",
            Command::Pass { .. } => "PASS",
            Command::Apop { .. } => "APOP",
            Command::Languages | Command::Lang { .. } => "LANG",
            Command::Utf8 => "UTF8",
            Command::Stat => "STAT",
            Command::Uidl | Command::UidlOne { .. } => "UIDL",
            Command::List | Command::ListOne { .. } => "LIST",
            Command::Top { .. } => "TOP",
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
            Command::Retr { number }
            | Command::Dele { number }
            | Command::UidlOne { number }
            | Command::ListOne { number } => {
                check_number(number)?;
                line(out, format_args!("{} {number}", self.name()));
            }
            Command::Top { number, lines } => {
                check_number(number)?;
                line(out, format_args!("TOP {number} {lines}"));
            }
            Command::User { name } => {
                check_word("a user name", name)?;
                check_length("the USER line", "USER ".len() + name.len())?;
                line(out, format_args!("USER {name}"));
            }
            Command::Pass { password } => {
                if password.is_empty() || password.chars().any(char::is_control) {
                    let why = "it is empty, or has a control character";
                    return Err(Error::Invalid { what: "a password", why });
                }
                check_length("the PASS line", "PASS ".len() + password.len())?;
                // In one step, so that no copy of the secret stays behind in a buffer that was given up.
                out.reserve(COMMAND_LINE);
                line(out, format_args!("PASS {password}"));
            }
            Command::Apop { name, digest } => {
                check_word("a user name", name)?;
                let digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
                if digest.len() != 32 || !digest.bytes().all(digit) {
                    return Err(Error::Invalid { what: "an APOP digest", why: "it has 32 of 0-9 and a-f" });
                }
                check_length("the APOP line", "APOP ".len() + name.len() + 1 + digest.len())?;
                line(out, format_args!("APOP {name} {digest}"));
            }
            Command::Lang { tag } => {
                let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
                if tag != "*" && !((1..=40).contains(&tag.len()) && tag.bytes().all(allowed)) {
                    let why = "it has 1 to 40 letters, digits and -, or is *";
                    return Err(Error::Invalid { what: "a language tag", why });
                }
                line(out, format_args!("LANG {tag}"));
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
            | Command::Languages
            | Command::Utf8
            | Command::Stat
            | Command::Uidl
            | Command::List
            | Command::Rset
            | Command::Noop
            | Command::Quit => line(out, format_args!("{}", self.name())),
        }
        Ok(())
    }
}

impl fmt::Debug for Command<'_> {
    /// An initial response and a password show their length only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Command::Authenticate { mechanism, initial_response } => {
                write!(f, " {mechanism:?}")?;
                initial_response.map_or(Ok(()), |raw| write!(f, " [redacted, {} bytes]", raw.len()))
            }
            Command::Retr { number }
            | Command::Dele { number }
            | Command::UidlOne { number }
            | Command::ListOne { number } => write!(f, " {number}"),
            Command::Top { number, lines } => write!(f, " {number} {lines}"),
            Command::User { name } => write!(f, " {name:?}"),
            Command::Pass { password } => write!(f, " [redacted, {} bytes]", password.len()),
            Command::Apop { name, .. } => write!(f, " {name:?} [redacted]"),
            Command::Lang { tag } => write!(f, " {tag:?}"),
            Command::Capa
            | Command::Stls
            | Command::Languages
            | Command::Utf8
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

fn line(out: &mut Vec<u8>, text: fmt::Arguments<'_>) {
    // Writing to a vector cannot fail.
    let _ = write!(out, "{text}\r\n");
}

fn check_number(number: u32) -> Result<(), Error> {
    if number == 0 {
        return Err(Error::Invalid { what: "a message number", why: "they count from 1" });
    }
    Ok(())
}

/// RFC 1939 section 3: arguments are words of printable characters. RFC 6856 section 2 lets them be UTF-8.
fn check_word(what: &'static str, word: &str) -> Result<(), Error> {
    if word.is_empty() || word.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(Error::Invalid { what, why: "it is empty, or has a space or a control character" });
    }
    Ok(())
}

fn check_length(what: &'static str, without_end: usize) -> Result<(), Error> {
    if without_end + 2 > COMMAND_LINE {
        return Err(Error::TooLong { what, limit: COMMAND_LINE });
    }
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
