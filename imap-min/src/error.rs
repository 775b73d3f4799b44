//! What can go wrong, by whose fault.

use std::fmt::Write as _;

/// An error of this crate.
///
/// A server's refusal (`NO`, `BAD`) is no error of the machine: there it is [`Event::Completed`]. The methods of the
/// client return it as `Error::Refused`, so that `?` works; the connection stays usable after it.
///
/// [`Event::Completed`]: crate::Event::Completed
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
    /// Something that the server sent is larger than [`Limits`](crate::Limits) allow.
    #[error("{what} is longer than the limit of {limit}; raise the limit if the server is trusted")]
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
    /// The command must not share the line with those that are open (RFC 9051 section 5.5): read their answers, and
    /// send it again. Nothing was sent.
    #[error("not yet: {what}")]
    MustWait {
        /// What it waits for.
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
    /// The caller's reader failed, not the connection (client only). A message that was begun cannot be ended: the
    /// connection is over.
    #[cfg(feature = "tokio")]
    #[error("the message could not be read from its source")]
    Source(#[source] std::io::Error),
}

impl Error {
    pub(crate) fn protocol(what: &'static str, line: &[u8]) -> Self {
        Error::Protocol { what, line: shown(line) }
    }
}

/// A server's bytes, fit for an error: escaped, at most 80 characters, and without runs that could be a token
/// which the server echoes.
pub(crate) fn shown(bytes: &[u8]) -> String {
    cut(bytes, 80, |run, text| {
        let _ = write!(text, "{}", run.escape_ascii());
    })
}

/// A server's sentence, fit to be read by a person: at most 500 characters, with control characters escaped, and
/// without runs that could be a token which the server echoes.
#[cfg(feature = "tokio")]
pub(crate) fn readable(bytes: &[u8]) -> String {
    cut(bytes, 500, |run, text| {
        for c in String::from_utf8_lossy(run).chars() {
            if c.is_control() { text.extend(c.escape_default()) } else { text.push(c) }
        }
    })
}

fn cut(bytes: &[u8], most: usize, show: impl Fn(&[u8], &mut String)) -> String {
    const OPAQUE: usize = 40;
    let mut text = String::new();
    for run in bytes.chunk_by(|a, b| is_opaque(*a) == is_opaque(*b)) {
        if run.len() >= OPAQUE && run.first().is_some_and(|byte| is_opaque(*byte)) {
            // Writing to a string cannot fail.
            let _ = write!(text, "[{} octets]", run.len());
        } else {
            show(run.get(..run.len().min(most + 1)).unwrap_or_default(), &mut text);
        }
        if let Some((at, _)) = text.char_indices().nth(most) {
            text.truncate(at);
            text.push_str("...");
            break;
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
    use super::shown;

    #[test]
    fn bytes_of_the_server_are_escaped_cut_and_redacted() {
        assert_eq!(shown(b"a\r\n\xff"), r"a\r\n\xff");
        assert_eq!(shown(&b"! ".repeat(100)).len(), 83);
        assert_eq!(
            shown(b"BAD what is eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZUBleGFtcGxlLm9yZyJ9 here"),
            "BAD what is [57 octets] here"
        );
    }
}
