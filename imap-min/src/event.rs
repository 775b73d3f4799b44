//! What the server has said, one thing at a time.

use std::fmt;

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use crate::command::{CommandId, CommandKind};
use crate::error::Error;
use crate::quirk::Quirk;
use crate::text::{Condition, Text};
use crate::types::{Capabilities, DateTime, Envelope, Flags, Section};

/// One thing that the server has said. It borrows the input.
///
/// A `FETCH` response is a run of events: [`FetchStart`](Self::FetchStart), then items and bodies in the server's
/// order, then [`FetchEnd`](Self::FetchEnd). A body is [`BodyStart`](Self::BodyStart), any number of
/// [`Body`](Self::Body), [`BodyEnd`](Self::BodyEnd), in whichever form the server sends it. A `SEARCH` response is
/// [`SearchStart`](Self::SearchStart), any number of [`SearchHits`](Self::SearchHits),
/// [`SearchEnd`](Self::SearchEnd). Quirks may stand between any two events.
#[non_exhaustive]
pub enum Event<'i> {
    /// The first line of the server.
    Greeting(Greeting<'i>),
    /// What the server can do.
    Capability(Capabilities<'i>),
    /// The server waits for a SASL message: answer with [`respond`](crate::Connection::respond) or
    /// [`cancel`](crate::Connection::cancel).
    Challenge(Challenge<'i>),
    /// A command has ended.
    Completed(Completed<'i>),
    /// `OK`, `NO` or `BAD` that ends no command: a response code, a warning, small talk.
    Notice(Notice<'i>),
    /// The server is about to close the connection.
    Bye(Text<'i>),
    /// How many messages the mailbox has.
    Exists(u32),
    /// How many of them are recent.
    Recent(u32),
    /// The message at this position is gone; those behind it move up.
    Expunge(u32),
    /// Flags that messages of the mailbox may have.
    Flags(Flags<'i>),
    /// Search results follow. The command is `None` when no search is open.
    SearchStart(Option<CommandId>),
    /// Search results.
    SearchHits(SearchHits<'i>),
    /// No more results. The number is the highest `MODSEQ` of the messages found, when the server gives it
    /// (RFC 7162).
    SearchEnd(Option<u64>),
    /// Data of a message follow.
    FetchStart(FetchStart),
    /// One item of the message's data.
    FetchItem(FetchItem<'i>),
    /// Octets of the message follow.
    BodyStart(BodyStart<'i>),
    /// Octets of the message.
    Body(&'i [u8]),
    /// No more octets.
    BodyEnd,
    /// No more data of this message.
    FetchEnd,
    /// The server deviates from the protocol in a way that does no harm.
    Quirk(Quirk),
    /// A response, or an item of one, that cannot be read. The session goes on.
    Unreadable(Unreadable<'i>),
    /// A well-formed response that this crate has no type for.
    Untyped(Untyped<'i>),
}

impl fmt::Debug for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Event::Greeting(greeting) => greeting.fmt(f),
            Event::Capability(capabilities) => write!(f, "Capability({capabilities:?})"),
            Event::Challenge(challenge) => challenge.fmt(f),
            Event::Completed(completed) => completed.fmt(f),
            Event::Notice(notice) => notice.fmt(f),
            Event::Bye(text) => write!(f, "Bye({text:?})"),
            Event::Exists(number) => write!(f, "Exists({number})"),
            Event::Recent(number) => write!(f, "Recent({number})"),
            Event::Expunge(number) => write!(f, "Expunge({number})"),
            Event::Flags(flags) => write!(f, "Flags({flags:?})"),
            Event::SearchStart(command) => write!(f, "SearchStart({command:?})"),
            Event::SearchHits(hits) => write!(f, "SearchHits({hits:?})"),
            Event::SearchEnd(mod_seq) => write!(f, "SearchEnd({mod_seq:?})"),
            Event::FetchStart(start) => start.fmt(f),
            Event::FetchItem(item) => item.fmt(f),
            Event::BodyStart(start) => start.fmt(f),
            // Mail is private: its length is all that a log may have.
            Event::Body(octets) => write!(f, "Body([{} octets])", octets.len()),
            Event::BodyEnd => f.write_str("BodyEnd"),
            Event::FetchEnd => f.write_str("FetchEnd"),
            Event::Quirk(quirk) => write!(f, "Quirk({quirk:?})"),
            Event::Unreadable(unreadable) => unreadable.fmt(f),
            Event::Untyped(untyped) => untyped.fmt(f),
        }
    }
}

/// How a server answers (RFC 9051 section 7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Done, or information.
    Ok,
    /// Refused, or a warning.
    No,
    /// Not understood, or an error that belongs to no command.
    Bad,
    /// The connection ends.
    Bye,
}

impl Status {
    pub(crate) fn of(word: &[u8]) -> Option<Status> {
        let known = [("OK", Status::Ok), ("NO", Status::No), ("BAD", Status::Bad), ("BYE", Status::Bye)];
        known
            .into_iter()
            .find(|(name, _)| word.eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, status)| status)
    }
}

/// The first line of a server (RFC 9051 section 7.1).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Greeting<'i> {
    /// What kind of greeting.
    pub kind: GreetingKind,
    /// What it says; `CAPABILITY` is often its code.
    pub text: Text<'i>,
}

impl Greeting<'_> {
    /// A copy that borrows nothing.
    pub fn into_owned(self) -> Greeting<'static> {
        Greeting { kind: self.kind, text: self.text.into_owned() }
    }
}

/// What a server says first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GreetingKind {
    /// `OK`: log in.
    Ok,
    /// `PREAUTH`: the connection is logged in already. It cannot be secured by `STARTTLS` any more.
    PreAuth,
    /// `BYE`: the server will not serve.
    Bye,
}

/// The end of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Completed<'i> {
    /// Which command, as [`send`](crate::Connection::send) named it.
    pub command: CommandId,
    /// Its kind.
    pub kind: CommandKind,
    /// How it ended. [`Status::Bye`] is no success.
    pub status: Status,
    /// What the server says about it.
    pub text: Text<'i>,
}

/// An `OK`, `NO` or `BAD` that ends no command.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Notice<'i> {
    /// How it is meant.
    pub status: Status,
    /// What it says.
    pub text: Text<'i>,
}

/// A SASL challenge (`continue-req`, RFC 9051 section 6.2.2).
#[derive(Clone, PartialEq, Eq)]
pub struct Challenge<'i> {
    pub(crate) base64: &'i [u8],
    pub(crate) limit: usize,
}

/// Servers leave the padding out, or not.
const TOLERANT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

impl<'i> Challenge<'i> {
    /// As the server sent it, in base64.
    pub fn base64(&self) -> &'i [u8] {
        self.base64
    }

    /// The challenge itself. The first one is empty when no initial response was sent.
    ///
    /// # Errors
    /// [`Error::TooLong`] beyond [`Limits::challenge`](crate::Limits::challenge); [`Error::Protocol`] when it is not
    /// base64. The connection is none the worse for it: answer with [`cancel`](crate::Connection::cancel).
    pub fn decode(&self) -> Result<Vec<u8>, Error> {
        if self.base64.len() / 4 * 3 > self.limit {
            return Err(Error::TooLong { what: "a SASL challenge", limit: self.limit });
        }
        TOLERANT
            .decode(self.base64)
            .map_err(|_| Error::protocol("a SASL challenge is not base64", self.base64))
    }
}

impl fmt::Debug for Challenge<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Challenge([{} octets])", self.base64.len())
    }
}

/// The beginning of a message's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FetchStart {
    /// The position of the message in the mailbox, from 1; some servers send 0.
    pub seq: u32,
    /// The oldest open `FETCH` that it can belong to; `None` when it cannot belong to any: nobody asked for it.
    /// Servers may also tell new flags of any message while a `FETCH` is open, so compare the UID.
    pub command: Option<CommandId>,
}

/// One item of a message's data (`msg-att`, RFC 9051 section 7.5.2).
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FetchItem<'i> {
    /// The unique identifier.
    Uid(u32),
    /// The flags.
    Flags(Flags<'i>),
    /// When the server received it; `None` when the server has a date that is none.
    InternalDate(Option<DateTime>),
    /// The size in octets, as the server thinks. It may be wrong.
    Rfc822Size(u64),
    /// What the server has read from the header.
    Envelope(Envelope<'i>),
    /// Any other item.
    Unknown {
        /// Its name.
        name: &'i [u8],
        /// Its value, as the server sent it.
        raw: &'i [u8],
    },
}

impl fmt::Debug for FetchItem<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FetchItem::Uid(uid) => write!(f, "Uid({uid})"),
            FetchItem::Flags(flags) => write!(f, "Flags({flags:?})"),
            FetchItem::InternalDate(Some(date)) => write!(f, "InternalDate({date})"),
            FetchItem::InternalDate(None) => f.write_str("InternalDate(none)"),
            FetchItem::Rfc822Size(size) => write!(f, "Rfc822Size({size})"),
            FetchItem::Envelope(envelope) => envelope.fmt(f),
            FetchItem::Unknown { name, raw } => {
                write!(f, "Unknown({} = \"{}\")", name.escape_ascii(), raw.escape_ascii())
            }
        }
    }
}

/// The beginning of octets of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BodyStart<'i> {
    /// Which part.
    pub section: Section<'i>,
    /// Which octet of the part is the first, when a partial fetch was asked for.
    pub origin: Option<u32>,
    /// How many octets follow; `None` is `NIL`: the server has no such part, and nothing follows.
    pub size: Option<u64>,
}

/// Numbers of messages that a search has found: a run of them, as they came in.
#[derive(Clone, PartialEq, Eq)]
pub struct SearchHits<'i> {
    pub(crate) raw: &'i [u8],
}

impl<'i> Iterator for SearchHits<'i> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let start = self.raw.iter().position(|byte| *byte != b' ')?;
        let rest = self.raw.get(start..)?;
        let end = rest.iter().position(|byte| *byte == b' ').unwrap_or(rest.len());
        let (digits, rest) = rest.split_at_checked(end)?;
        self.raw = rest;
        // The reader lets nothing else through.
        hit(digits)
    }
}

/// A number of a search: 1 to 2^32-1.
pub(crate) fn hit(digits: &[u8]) -> Option<u32> {
    let add = |sum: u32, digit: &u8| sum.checked_mul(10)?.checked_add(u32::from(digit.wrapping_sub(b'0')));
    digits.iter().try_fold(0, add).filter(|number| *number > 0)
}

impl fmt::Debug for SearchHits<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} octets]", self.raw.len())
    }
}

/// What cannot be read.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unreadable<'i> {
    /// Why not.
    pub reason: &'static str,
    /// The octets.
    pub line: &'i [u8],
}

impl Unreadable<'_> {
    /// What it hints at, when it is one of the sentences that servers are known for.
    pub fn condition(&self) -> Option<Condition> {
        Condition::in_text(self.line)
    }
}

impl fmt::Debug for Unreadable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Unreadable({}, \"{}\")", self.reason, crate::error::shown(self.line))
    }
}

/// A response without a type of its own.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Untyped<'i> {
    /// The number before its name.
    pub number: Option<u32>,
    /// Its name.
    pub name: &'i [u8],
    /// What follows, as the server sent it; literals stand with their lengths.
    pub data: &'i [u8],
}

impl fmt::Debug for Untyped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, data) = (self.name.escape_ascii(), self.data.escape_ascii());
        write!(f, "Untyped({:?}, {name}, \"{data}\")", self.number)
    }
}
