//! What the machine reports.

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_PAD_INDIFFERENT;

use crate::{Capability, Code, CommandId, Error, Quirk, Status};

/// What the server said, borrowed from the caller's input.
///
/// Each command ends with exactly one of [`Completed`](Event::Completed), [`Stat`](Event::Stat),
/// [`ListingEnd`](Event::ListingEnd) and [`BodyEnd`](Event::BodyEnd); `UIDL` and `LIST` of one message end with their
/// one item, or with `Completed` where the server sent none that can be read. A refused command ends with `Completed` and
/// [`Status::Err`], whatever it was.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'i> {
    /// The server is ready. A greeting of `-ERR` is [`Event::Completed`] with [`CommandId::GREETING`].
    Greeting(Greeting<'i>),
    /// A tolerated defect.
    Quirk(Quirk),
    /// The server wants a SASL message: answer with [`respond`](crate::Connection::respond) or
    /// [`cancel`](crate::Connection::cancel).
    Challenge(Challenge<'i>),
    /// A command is answered.
    Completed {
        /// The command.
        id: CommandId,
        /// The answer.
        reply: Reply<'i>,
    },
    /// The answer to `STAT`.
    Stat {
        /// The command.
        id: CommandId,
        /// Messages that are not marked as deleted.
        messages: u32,
        /// Their octets together; `None` where the server sent no usable number.
        octets: Option<u64>,
    },
    /// A listing begins: the server accepted `CAPA`, `UIDL`, `LIST` or `LANG`.
    ListingStart {
        /// The command.
        id: CommandId,
        /// The first line of the answer.
        reply: Reply<'i>,
    },
    /// One line of `CAPA`.
    CapaItem {
        /// The command.
        id: CommandId,
        /// The line.
        capability: Capability,
    },
    /// One line of `UIDL`.
    UidlItem {
        /// The command.
        id: CommandId,
        /// The message's number in this session, from 1.
        number: u32,
        /// Its unique id. Servers are known to give two messages the same.
        unique_id: &'i str,
    },
    /// One line of `LIST`.
    ListItem {
        /// The command.
        id: CommandId,
        /// The message's number in this session, from 1.
        number: u32,
        /// Its octets; `None` where the server sent no usable number.
        octets: Option<u64>,
    },
    /// One line of `LANG`.
    LangItem {
        /// The command.
        id: CommandId,
        /// The language tag.
        tag: &'i str,
        /// Its name, in that language.
        description: &'i str,
    },
    /// The listing is complete.
    ListingEnd {
        /// The command.
        id: CommandId,
    },
    /// A message begins: the server accepted `RETR` or `TOP`.
    BodyStart {
        /// The command.
        id: CommandId,
        /// The first line of the answer.
        reply: Reply<'i>,
    },
    /// A piece of the message, never empty: unstuffed, with the message's own line ends. Where pieces end means
    /// nothing.
    Body(&'i [u8]),
    /// The message is complete.
    BodyEnd {
        /// The command.
        id: CommandId,
    },
}

/// The first line of a connection (RFC 1939 section 4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Greeting<'i> {
    /// The line. Its text is for people: what a server can do is never read from it.
    pub reply: Reply<'i>,
    /// The timestamp in angle brackets, brackets included, that `APOP` needs.
    pub timestamp: Option<Cow<'i, [u8]>>,
}

impl Greeting<'_> {
    /// The digest that [`Command::Apop`](crate::Command::Apop) takes: MD5 of the timestamp and the secret (RFC 1939
    /// section 7). Whoever sits between can choose the timestamp, and learns the secret piece by piece from the
    /// digests of several: use it inside TLS only.
    ///
    /// # Errors
    /// [`Error::Lacks`] when the greeting has no timestamp, or one with anything but printable ASCII, which such an
    /// attack needs.
    #[cfg(feature = "apop")]
    pub fn apop_digest(&self, secret: &[u8]) -> Result<String, Error> {
        use std::fmt::Write as _;

        use md5::Digest as _;

        let printable = |timestamp: &&[u8]| timestamp.iter().all(u8::is_ascii_graphic);
        let timestamp = self.timestamp.as_deref().filter(printable).ok_or(Error::Lacks { what: "APOP" })?;
        let digest = md5::Md5::new_with_prefix(timestamp).chain_update(secret).finalize();
        Ok(digest.iter().fold(String::with_capacity(32), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        }))
    }

    /// A copy that borrows nothing.
    #[must_use]
    pub fn into_owned(self) -> Greeting<'static> {
        let timestamp = self.timestamp.map(|timestamp| Cow::Owned(timestamp.into_owned()));
        Greeting { reply: self.reply.into_owned(), timestamp }
    }
}

/// A line that begins with `+OK` or `-ERR`.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply<'i> {
    /// Yes or no.
    pub status: Status,
    /// The code in brackets, where there is one.
    pub code: Option<Code>,
    /// The rest of the line, as sent. It is the server's text: escape it before a terminal sees it.
    pub text: Cow<'i, [u8]>,
}

impl Reply<'_> {
    /// The text in one line for people: control characters escaped, what is not UTF-8 replaced, at most 500 characters,
    /// and without long opaque runs, which might be a token that the server echoes.
    #[must_use]
    pub fn text_lossy(&self) -> String {
        crate::error::readable(&self.text)
    }

    /// A copy that borrows nothing.
    #[must_use]
    pub fn into_owned(self) -> Reply<'static> {
        Reply { status: self.status, code: self.code, text: Cow::Owned(self.text.into_owned()) }
    }
}

/// The server's part of a SASL exchange (RFC 5034 section 4).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Challenge<'i> {
    base64: &'i [u8],
    limit: usize,
}

impl<'i> Challenge<'i> {
    pub(crate) fn new(base64: &'i [u8], limit: usize) -> Self {
        Challenge { base64, limit }
    }

    /// The challenge as sent.
    #[must_use]
    pub fn base64(&self) -> &'i [u8] {
        self.base64
    }

    /// The challenge as the mechanism reads it. Missing padding is tolerated.
    ///
    /// # Errors
    /// [`Error::Protocol`] when it is not base64, [`Error::TooLong`] when it is longer than `Limits::challenge`.
    pub fn decode(&self) -> Result<Vec<u8>, Error> {
        if self.base64.len() / 4 * 3 > self.limit.saturating_add(2) {
            return Err(Error::TooLong { what: "a SASL challenge", limit: self.limit });
        }
        STANDARD_PAD_INDIFFERENT
            .decode(self.base64)
            .map_err(|_| Error::protocol("a SASL challenge is not base64", self.base64))
    }
}

impl fmt::Debug for Reply<'_> {
    /// The text is escaped, cut to 80 characters, and without long opaque runs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {:?} \"{}\"", self.status, self.code, crate::error::shown(&self.text))
    }
}

impl fmt::Debug for Challenge<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Challenge([{} octets])", self.base64.len())
    }
}

impl fmt::Debug for Event<'_> {
    /// Bodies and challenges show their length only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Event::Greeting(greeting) => f.debug_tuple("Greeting").field(greeting).finish(),
            Event::Quirk(quirk) => f.debug_tuple("Quirk").field(quirk).finish(),
            Event::Challenge(challenge) => challenge.fmt(f),
            Event::Completed { id, reply } => write!(f, "Completed {{ id: {id:?}, reply: {reply:?} }}"),
            Event::Stat { id, messages, octets } => {
                write!(f, "Stat {{ id: {id:?}, messages: {messages}, octets: {octets:?} }}")
            }
            Event::ListingStart { id, reply } => write!(f, "ListingStart {{ id: {id:?}, reply: {reply:?} }}"),
            Event::CapaItem { id, capability } => {
                write!(f, "CapaItem {{ id: {id:?}, capability: {capability:?} }}")
            }
            Event::UidlItem { id, number, unique_id } => {
                write!(f, "UidlItem {{ id: {id:?}, number: {number}, unique_id: {unique_id:?} }}")
            }
            Event::ListItem { id, number, octets } => {
                write!(f, "ListItem {{ id: {id:?}, number: {number}, octets: {octets:?} }}")
            }
            Event::LangItem { id, tag, description } => {
                write!(f, "LangItem {{ id: {id:?}, tag: {tag:?}, description: {description:?} }}")
            }
            Event::ListingEnd { id } => write!(f, "ListingEnd {{ id: {id:?} }}"),
            Event::BodyStart { id, reply } => write!(f, "BodyStart {{ id: {id:?}, reply: {reply:?} }}"),
            Event::Body(bytes) => write!(f, "Body([{} octets])", bytes.len()),
            Event::BodyEnd { id } => write!(f, "BodyEnd {{ id: {id:?} }}"),
        }
    }
}
