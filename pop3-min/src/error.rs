//! What can go wrong, by whose fault.

use std::fmt::Write as _;

/// An error of this crate.
///
/// A server's refusal (`-ERR`) is no error of the machine: there it is [`Event::Completed`](crate::Event::Completed).
/// The methods of the client return it as `Error::Refused`, so that `?` works; the connection stays usable after it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The server broke the protocol, and the connection cannot go on.
    #[error("the server broke the protocol: {what}: \"{line}\"")]
    Protocol {
        /// What is wrong.
        what: &'static str,
        /// What the server sent: escaped, cut to 80 characters, long opaque runs left out.
        line: String,
    },
    /// The server lacks something that was asked for.
    #[error("the server lacks {what}")]
    Lacks {
        /// The capability.
        what: &'static str,
    },
    /// Something is larger than [`Limits`](crate::Limits) or the protocol allow.
    #[error("{what} is longer than the limit of {limit}")]
    TooLong {
        /// What is too long.
        what: &'static str,
        /// The limit, in octets unless `what` says otherwise.
        limit: usize,
    },
    /// The caller asked for something that is not possible now. Nothing was sent.
    #[error("not possible now: {what}")]
    Misuse {
        /// What is wrong, and what to do.
        what: &'static str,
    },
    /// The caller gave an argument that no command can carry. Nothing was sent.
    #[error("{what} cannot be sent: {why}")]
    Invalid {
        /// Which argument.
        what: &'static str,
        /// Why not.
        why: &'static str,
    },
    /// The server closed the connection in the middle of something.
    #[error("the server closed the connection during {during}")]
    Eof {
        /// What was cut: a command, or a part of an answer.
        during: &'static str,
    },
    /// An earlier error, or a future dropped half way, has left the connection out of step. Open another one.
    #[error("the connection is unusable since an earlier error or a cancelled call")]
    Broken,
    /// The server refused a command (client only).
    #[cfg(feature = "tokio")]
    #[error(transparent)]
    Refused(Box<crate::Refusal>),
    /// The stream failed (client only).
    #[cfg(feature = "tokio")]
    #[error("the connection failed")]
    Io(#[from] std::io::Error),
    /// The server was silent for too long (client only).
    #[cfg(feature = "tokio")]
    #[error("no answer within {after:?} during {during}")]
    TimedOut {
        /// How long was waited.
        after: std::time::Duration,
        /// What was waited for.
        during: &'static str,
    },
    /// The caller's writer failed, not the connection (client only).
    #[cfg(feature = "tokio")]
    #[error("the message could not be written to its destination")]
    Sink(#[source] std::io::Error),
}

impl Error {
    pub(crate) fn protocol(what: &'static str, line: &[u8]) -> Self {
        Error::Protocol { what, line: shown(line) }
    }
}

/// How long a run of opaque characters may be and not be taken for a secret.
const OPAQUE: usize = 40;

/// A server's bytes, fit for an error: escaped, at most 80 characters, and without runs that could be a token which
/// the server echoes.
pub(crate) fn shown(bytes: &[u8]) -> String {
    const MOST: usize = 80;
    let mut text = String::new();
    for run in bytes.chunk_by(|a, b| is_opaque(*a) == is_opaque(*b)) {
        if run.len() >= OPAQUE && run.first().is_some_and(|byte| is_opaque(*byte)) {
            // Writing to a string cannot fail.
            let _ = write!(text, "[{} octets]", run.len());
        } else {
            let _ = write!(text, "{}", run.get(..=MOST).unwrap_or(run).escape_ascii());
        }
        if text.len() > MOST {
            text.truncate(MOST);
            text.push_str("...");
            break;
        }
    }
    text
}

/// A server's text for people: control characters escaped, at most 500 characters, and without runs that could be a
/// token which the server echoes.
pub(crate) fn readable(bytes: &[u8]) -> String {
    const MOST: usize = 500;
    let mut text = String::new();
    let mut left = MOST;
    for run in bytes.chunk_by(|a, b| is_opaque(*a) == is_opaque(*b)) {
        if run.len() >= OPAQUE && run.first().is_some_and(|byte| is_opaque(*byte)) {
            // Writing to a string cannot fail.
            let _ = write!(text, "[{} octets]", run.len());
            continue;
        }
        for character in String::from_utf8_lossy(run).chars() {
            if left == 0 {
                text.push_str("...");
                return text;
            }
            left -= 1;
            if character.is_control() {
                text.extend(character.escape_default());
            } else {
                text.push(character);
            }
        }
    }
    text
}

/// The alphabets of base64 and of a JSON web token.
fn is_opaque(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_' | b'.')
}

#[cfg(test)]
mod tests {
    use super::{readable, shown};

    #[test]
    fn bytes_of_the_server_are_escaped_cut_and_redacted() {
        assert_eq!(shown(b"a\r\n\xff"), r"a\r\n\xff");
        assert_eq!(shown(&b"! ".repeat(100)).len(), 83);
        assert_eq!(
            shown(&[b"-ERR what is ", "ab".repeat(30).as_bytes()].concat()),
            "-ERR what is [60 octets]"
        );
    }

    #[test]
    fn texts_stay_readable() {
        assert_eq!(readable("gr\u{fc}n \\ \x1b[31m".as_bytes()), "gr\u{fc}n \\ \\u{1b}[31m");
        assert_eq!(readable(&[&[b'a'; 50][..], b" \xff"].concat()), "[50 octets] \u{fffd}");
        assert_eq!(readable(&b"! ".repeat(251)).len(), 503);
    }
}
