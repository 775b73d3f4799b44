use std::io;

use super::args::{Arg, Args};
use crate::Limits;
use crate::net::{Line, Wire};

/// A command that was read whole.
pub(super) struct Command {
    pub(super) tag: String,
    /// In capitals, with `UID` before it if it was.
    pub(super) name: String,
    pub(super) args: Vec<Arg>,
}

/// What reading a command came to.
pub(super) enum Read {
    Command(Command),
    /// It was not one; the answer to it is sent, and the next may follow.
    Refused,
    /// Where the next command begins is lost, or the client has closed: the answer, if any, is sent.
    End,
}

/// What is said to a line that is longer than the limit, before the connection is closed.
pub(super) const TOO_LONG: &str = "* BAD Command line too long\r\n* BYE Connection closed. 12\r\n";

impl Command {
    /// Reads the next command with its literals. Only a client that is logged in may send a literal of a message's size.
    pub(super) async fn read(wire: &mut Wire, limits: &Limits, logged_in: bool) -> io::Result<Read> {
        let Some(mut line) = next_line(wire, limits.line).await? else { return Ok(Read::End) };
        let Some((tag, after_tag)) = word(&line, 0) else {
            wire.say("* BAD Command Error. 10\r\n");
            return Ok(Read::Refused);
        };
        let Some((name, rest)) = verb(&line, after_tag) else {
            wire.say(format!("{tag} BAD Command Error. 10\r\n"));
            return Ok(Read::Refused);
        };
        let most = if name == "APPEND" && logged_in { limits.append } else { limits.literal };
        let mut left = most;
        let mut args = Args::new();
        let mut malformed = false;
        line.drain(..rest);
        loop {
            let Some((text, literal)) = announced(&line) else {
                malformed |= args.text(&line).is_err();
                break;
            };
            if literal.octets > left {
                wire.say(format!("{tag} NO Literal of {} octets is more than {most}\r\n", literal.octets));
                if literal.waits {
                    return Ok(Read::Refused);
                }
                return Ok(Read::End);
            }
            left -= literal.octets;
            if literal.waits {
                wire.say("+ Ready for additional command text.\r\n");
            }
            let mut octets = Vec::new();
            if !wire.take(literal.octets, Some(&mut octets)).await? {
                return Ok(Read::End);
            }
            malformed |= args.text(text).is_err();
            args.literal(octets);
            match next_line(wire, limits.line).await? {
                Some(next) => line = next,
                None => return Ok(Read::End),
            }
        }
        match args.finish() {
            Ok(args) if !malformed => Ok(Read::Command(Self { tag, name, args })),
            _ => {
                wire.say(format!("{tag} BAD Command Argument Error. 11\r\n"));
                Ok(Read::Refused)
            }
        }
    }

    /// The argument at this place as text.
    pub(super) fn astring(&self, at: usize) -> Option<String> {
        self.args.get(at)?.astring()
    }

    /// The argument at this place, if it is a word.
    pub(super) fn atom(&self, at: usize) -> Option<&str> {
        self.args.get(at)?.atom()
    }
}

async fn next_line(wire: &mut Wire, limit: usize) -> io::Result<Option<Vec<u8>>> {
    match wire.line(limit).await? {
        Line::Text(line) => Ok(Some(line)),
        Line::End => Ok(None),
        Line::TooLong => {
            wire.say(TOO_LONG);
            Ok(None)
        }
    }
}

/// The command's name in capitals, and where its arguments begin.
fn verb(line: &[u8], from: usize) -> Option<(String, usize)> {
    let (name, rest) = word(line, from)?;
    let name = name.to_ascii_uppercase();
    if name != "UID" {
        return Some((name, rest));
    }
    let (second, rest) = word(line, rest)?;
    Some((format!("UID {}", second.to_ascii_uppercase()), rest))
}

/// A tag or a name, and where what follows it begins.
fn word(line: &[u8], from: usize) -> Option<(String, usize)> {
    let rest = line.get(from..)?;
    let len = memchr::memchr(b' ', rest).unwrap_or(rest.len());
    let word = std::str::from_utf8(rest.get(..len)?).ok()?;
    let plain = word.bytes().all(|b| b.is_ascii_graphic() && !b"(){%*\"\\+".contains(&b));
    (plain && !word.is_empty() && word.len() <= 64).then(|| (word.to_owned(), line.len().min(from + len + 1)))
}

struct Announced {
    octets: usize,
    /// Whether the client waits for `+` before it sends them (it does not with LITERAL+, RFC 7888).
    waits: bool,
}

/// The text before a literal that is announced at the end of a line: `{12}` or `{12+}`.
fn announced(line: &[u8]) -> Option<(&[u8], Announced)> {
    let inner = line.strip_suffix(b"}")?;
    let open = memchr::memrchr(b'{', inner)?;
    let (text, number) = (inner.get(..open)?, inner.get(open + 1..)?);
    let (number, waits) = number.strip_suffix(b"+").map_or((number, true), |number| (number, false));
    if number.is_empty() || !number.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let octets = std::str::from_utf8(number).ok()?.parse().unwrap_or(usize::MAX);
    Some((text, Announced { octets, waits }))
}
