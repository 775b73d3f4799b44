//! What the server has said, one thing at a time.

mod challenge;
mod fetch;
mod lists;
mod mailbox;
mod search;

use std::fmt;

pub use challenge::Challenge;
pub use fetch::{BodyStart, FetchItem, FetchStart, Labels};
pub(crate) use lists::pair as id_pair;
pub use lists::{IdFields, Quota, QuotaResource, QuotaRoot};
pub use mailbox::{List, MailboxStatus, Namespace, Namespaces};
pub use search::{SearchHits, SearchItem};

use crate::command::{CommandId, CommandKind};
use crate::quirk::Quirk;
use crate::text::{Condition, Text};
use crate::types::{Capabilities, Flags, Ranges};

/// One thing that the server has said. It borrows the input.
///
/// A `FETCH` response is a run of events: [`FetchStart`](Self::FetchStart), then items and bodies in the server's
/// order, then [`FetchEnd`](Self::FetchEnd). A body is [`BodyStart`](Self::BodyStart), any number of
/// [`Body`](Self::Body), [`BodyEnd`](Self::BodyEnd), in whichever form the server sends it. A `SEARCH` response is
/// [`SearchStart`](Self::SearchStart), any number of [`SearchHits`](Self::SearchHits) or, of an `ESEARCH` response, of
/// [`SearchItem`](Self::SearchItem), then [`SearchEnd`](Self::SearchEnd). Quirks may stand between any two events.
#[non_exhaustive]
pub enum Event<'i> {
    /// The first line of the server.
    Greeting(Greeting<'i>),
    /// What the server can do.
    Capability(Capabilities<'i>),
    /// The server waits for a SASL message: answer with [`respond`](crate::Connection::respond) or
    /// [`cancel`](crate::Connection::cancel).
    Challenge(Challenge<'i>),
    /// The server lets a command go on: the octets of an `APPEND` may follow, or `IDLE` has begun. Of a search that has
    /// texts in UTF-8 the next part is in `out` now.
    Ready(CommandId),
    /// A command that went ahead of a log-in's end (see [`Connection::eager`](crate::Connection::eager)) was taken for
    /// the answer to a challenge, and will have no answer of its own.
    Swallowed(CommandId),
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
    /// Messages are gone (RFC 7162). Those behind them move up, unless they were gone before.
    Vanished {
        /// They were gone before; the mailbox has not become smaller by it now.
        earlier: bool,
        /// Their UIDs.
        uids: Ranges<'i>,
    },
    /// A mailbox in a list.
    List(List<'i>),
    /// Numbers of a mailbox that need not be open. In a box, because they are half as large again as any other event, and
    /// events are moved about.
    MailboxStatus(Box<MailboxStatus<'i>>),
    /// How names of mailboxes begin.
    Namespace(Namespaces<'i>),
    /// The limits of a quota root.
    Quota(Quota<'i>),
    /// The quota roots of a mailbox.
    QuotaRoot(QuotaRoot<'i>),
    /// Who the server is.
    Id(IdFields<'i>),
    /// Extensions that were switched on.
    Enabled(Capabilities<'i>),
    /// Search results follow. The command is `None` when no search is open.
    SearchStart(Option<CommandId>),
    /// Search results.
    SearchHits(SearchHits<'i>),
    /// A part of an `ESEARCH` response.
    SearchItem(SearchItem<'i>),
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
            Event::Ready(command) => write!(f, "Ready({command:?})"),
            Event::Swallowed(command) => write!(f, "Swallowed({command:?})"),
            Event::Completed(completed) => completed.fmt(f),
            Event::Notice(notice) => notice.fmt(f),
            Event::Bye(text) => write!(f, "Bye({text:?})"),
            Event::Exists(number) => write!(f, "Exists({number})"),
            Event::Recent(number) => write!(f, "Recent({number})"),
            Event::Expunge(number) => write!(f, "Expunge({number})"),
            Event::Flags(flags) => write!(f, "Flags({flags:?})"),
            Event::Vanished { earlier, uids } => write!(f, "Vanished(earlier: {earlier}, {uids:?})"),
            Event::List(list) => list.fmt(f),
            Event::MailboxStatus(status) => status.fmt(f),
            Event::Namespace(namespaces) => namespaces.fmt(f),
            Event::Quota(quota) => quota.fmt(f),
            Event::QuotaRoot(root) => root.fmt(f),
            Event::Id(fields) => fields.fmt(f),
            Event::Enabled(names) => write!(f, "Enabled({names:?})"),
            Event::SearchStart(command) => write!(f, "SearchStart({command:?})"),
            Event::SearchHits(hits) => write!(f, "SearchHits({hits:?})"),
            Event::SearchItem(item) => item.fmt(f),
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
