//! What a client can say.

mod encode;
mod fetch;
mod kind;
mod list;
mod raw;
mod search;
mod write;

use std::fmt;

pub(crate) use encode::encode;
pub(crate) use kind::Place;
pub use kind::{CommandId, CommandKind};
pub(crate) use write::{Wire, put_base64};

use crate::types::{
    Append, FetchAttribute, ListOptions, Mailbox, SearchKey, SearchOptions, SelectParameter, SequenceSet,
    StatusItem, Store, UidSet,
};

/// A command. It borrows its arguments; nothing of it is kept.
///
/// Mailbox names, patterns and texts may have any character but line ends and NUL; they are encoded as the session
/// needs it. A number in brackets is the section of RFC 9051 that has the command.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Command<'a> {
    /// Asks what the server can do (6.1.1).
    Capability,
    /// Does nothing, and lets the server tell what is new (6.1.2).
    Noop,
    /// Ends the session (6.1.3).
    Logout,
    /// Tells who the client is, and asks who the server is (RFC 2971): [`Event::Id`](crate::Event::Id). Some servers
    /// open no mailbox before it (163.com). No field at all is `NIL`.
    Id {
        /// Names and values, at most 30.
        fields: &'a [(&'a str, &'a str)],
    },
    /// Asks for TLS (6.2.1). After its `OK`: [`tls_started`](crate::Connection::tls_started).
    StartTls,
    /// Logs in by a SASL mechanism (6.2.2).
    Authenticate {
        /// Its name: letters, digits, `-` and `_`.
        mechanism: &'a str,
        /// The first message, before base64, sent with the command (SASL-IR, RFC 4959).
        initial_response: Option<&'a [u8]>,
    },
    /// Logs in by a password (6.2.3). Refused until the server has told its capabilities, and when `LOGINDISABLED` is
    /// among them. Whether the connection is encrypted is for the caller to know.
    Login {
        /// The user's name, in ASCII; others are for `AUTHENTICATE PLAIN`.
        user: &'a str,
        /// The password, in ASCII; others are for `AUTHENTICATE PLAIN`.
        password: &'a str,
    },
    /// Switches extensions on (6.3.1). What was switched on: [`Event::Enabled`](crate::Event::Enabled).
    Enable {
        /// Their names.
        capabilities: &'a [&'a str],
    },
    /// Compresses the connection by `DEFLATE` (RFC 4978). Behind the line end of its `OK` everything is compressed,
    /// either way: take what is left of the input to the decompressor.
    Compress,
    /// Opens a mailbox (6.3.2).
    Select {
        /// Which.
        mailbox: &'a Mailbox,
    },
    /// Opens a mailbox for reading only (6.3.3).
    Examine {
        /// Which.
        mailbox: &'a Mailbox,
    },
    /// Opens a mailbox in another way (RFC 7162).
    SelectWith {
        /// Which.
        mailbox: &'a Mailbox,
        /// For reading only.
        read_only: bool,
        /// Which way.
        parameter: SelectParameter<'a>,
    },
    /// Makes a mailbox (6.3.4).
    Create {
        /// Which. Gmail refuses names that end in its delimiter.
        mailbox: &'a Mailbox,
    },
    /// Removes a mailbox with all its messages (6.3.5).
    Delete {
        /// Which.
        mailbox: &'a Mailbox,
    },
    /// Renames a mailbox (6.3.6).
    Rename {
        /// Which.
        from: &'a Mailbox,
        /// Its new name.
        to: &'a Mailbox,
    },
    /// Puts a mailbox among those that are subscribed (6.3.7).
    Subscribe {
        /// Which.
        mailbox: &'a Mailbox,
    },
    /// Takes a mailbox from those that are subscribed (6.3.8).
    Unsubscribe {
        /// Which.
        mailbox: &'a Mailbox,
    },
    /// Lists mailboxes (6.3.9): [`Event::List`](crate::Event::List).
    List {
        /// Where to begin; mostly empty.
        reference: &'a str,
        /// Names, in which `*` stands for anything and `%` for anything within one level.
        pattern: &'a str,
        /// What else to tell.
        options: ListOptions<'a>,
    },
    /// Lists subscribed mailboxes (RFC 3501 section 6.3.9). Exchange in rev2 refuses it; there
    /// [`ListOptions::subscribed`] does the same.
    Lsub {
        /// Where to begin; mostly empty.
        reference: &'a str,
        /// As for [`List`](Self::List).
        pattern: &'a str,
    },
    /// Asks how names begin (6.3.10): [`Event::Namespace`](crate::Event::Namespace).
    Namespace,
    /// Asks for numbers of a mailbox that is not open (6.3.11):
    /// [`Event::MailboxStatus`](crate::Event::MailboxStatus).
    MailboxStatus {
        /// Which.
        mailbox: &'a Mailbox,
        /// Which numbers.
        items: &'a [StatusItem],
    },
    /// Asks for the limits of a quota root (RFC 9208): [`Event::Quota`](crate::Event::Quota).
    GetQuota {
        /// Its name, which may be empty.
        root: &'a str,
    },
    /// Asks for the quota roots of a mailbox, and their limits (RFC 9208):
    /// [`Event::QuotaRoot`](crate::Event::QuotaRoot) and [`Event::Quota`](crate::Event::Quota).
    GetQuotaRoot {
        /// Which.
        mailbox: &'a Mailbox,
    },
    /// Adds a message to a mailbox (6.3.12). [`Event::Ready`](crate::Event::Ready) says when its octets may follow, by
    /// [`send_body`](crate::Connection::send_body) and [`finish_body`](crate::Connection::finish_body).
    Append(Append<'a>),
    /// Waits for what is new (6.3.13). [`Event::Ready`](crate::Event::Ready) says when the server has begun to wait;
    /// [`end_idle`](crate::Connection::end_idle) ends it.
    Idle,
    /// Lets the server keep house (RFC 3501 section 6.4.1).
    Check,
    /// Removes the messages that are marked for it, and closes the mailbox (6.4.1).
    Close,
    /// Closes the mailbox, and removes nothing (6.4.2).
    Unselect,
    /// Removes the messages that are marked for it (6.4.3).
    Expunge,
    /// Removes those of some messages that are marked for it (6.4.9). Needs `UIDPLUS` or `IMAP4rev2`.
    UidExpunge {
        /// Which messages.
        messages: &'a UidSet,
    },
    /// Searches; the results are positions (6.4.4).
    Search {
        /// Conditions; all must hold.
        keys: &'a [SearchKey<'a>],
    },
    /// Searches; the results are UIDs (6.4.4).
    UidSearch {
        /// Conditions; all must hold.
        keys: &'a [SearchKey<'a>],
    },
    /// Searches in another way; the results are positions.
    SearchWith {
        /// Conditions; all must hold.
        keys: &'a [SearchKey<'a>],
        /// Which way.
        options: SearchOptions,
    },
    /// Searches in another way; the results are UIDs.
    UidSearchWith {
        /// Conditions; all must hold.
        keys: &'a [SearchKey<'a>],
        /// Which way.
        options: SearchOptions,
    },
    /// Fetches of messages by position (6.4.5).
    Fetch {
        /// Which messages.
        messages: &'a SequenceSet,
        /// What of them.
        attributes: &'a [FetchAttribute<'a>],
    },
    /// Fetches of messages by UID (6.4.5).
    UidFetch {
        /// Which messages.
        messages: &'a UidSet,
        /// What of them.
        attributes: &'a [FetchAttribute<'a>],
    },
    /// Fetches of those messages that have changed (RFC 7162). Needs `CONDSTORE`.
    UidFetchChanged {
        /// Which messages.
        messages: &'a UidSet,
        /// What of them.
        attributes: &'a [FetchAttribute<'a>],
        /// The modification sequence after which.
        since: u64,
        /// Tell also which are gone: [`Event::Vanished`](crate::Event::Vanished). Needs `QRESYNC`, enabled.
        vanished: bool,
    },
    /// Changes flags of messages by position (6.4.6).
    Store {
        /// Which messages.
        messages: &'a SequenceSet,
        /// What to do.
        store: Store<'a>,
    },
    /// Changes flags of messages by UID (6.4.6).
    UidStore {
        /// Which messages.
        messages: &'a UidSet,
        /// What to do.
        store: Store<'a>,
    },
    /// Copies messages by position (6.4.7). With `UIDPLUS` the answer has [`Code::CopyUid`](crate::Code::CopyUid).
    Copy {
        /// Which messages.
        messages: &'a SequenceSet,
        /// Where to.
        mailbox: &'a Mailbox,
    },
    /// Copies messages by UID (6.4.7).
    UidCopy {
        /// Which messages.
        messages: &'a UidSet,
        /// Where to.
        mailbox: &'a Mailbox,
    },
    /// Moves messages by position (6.4.8). Needs `MOVE` or `IMAP4rev2`.
    Move {
        /// Which messages.
        messages: &'a SequenceSet,
        /// Where to.
        mailbox: &'a Mailbox,
    },
    /// Moves messages by UID (6.4.8). Needs `MOVE` or `IMAP4rev2`.
    UidMove {
        /// Which messages.
        messages: &'a UidSet,
        /// Where to.
        mailbox: &'a Mailbox,
    },
    /// A command that this crate has no type for, alone on the line. Its data come as typed events where there are
    /// types, and as [`Event::Untyped`](crate::Event::Untyped) otherwise. One that changes the state of the session, or
    /// needs the server's go-ahead, is refused.
    Raw {
        /// The command without its tag and line end: ASCII, no control characters, and nothing that announces a literal.
        line: &'a str,
    },
}

impl Command<'_> {
    /// Which kind of command it is.
    pub fn kind(&self) -> CommandKind {
        match self {
            Command::Capability => CommandKind::Capability,
            Command::Noop => CommandKind::Noop,
            Command::Logout => CommandKind::Logout,
            Command::Id { .. } => CommandKind::Id,
            Command::StartTls => CommandKind::StartTls,
            Command::Authenticate { .. } => CommandKind::Authenticate,
            Command::Login { .. } => CommandKind::Login,
            Command::Enable { .. } => CommandKind::Enable,
            Command::Compress => CommandKind::Compress,
            Command::Select { .. } | Command::SelectWith { read_only: false, .. } => CommandKind::Select,
            Command::Examine { .. } | Command::SelectWith { read_only: true, .. } => CommandKind::Examine,
            Command::Create { .. } => CommandKind::Create,
            Command::Delete { .. } => CommandKind::Delete,
            Command::Rename { .. } => CommandKind::Rename,
            Command::Subscribe { .. } => CommandKind::Subscribe,
            Command::Unsubscribe { .. } => CommandKind::Unsubscribe,
            Command::List { .. } => CommandKind::List,
            Command::Lsub { .. } => CommandKind::Lsub,
            Command::Namespace => CommandKind::Namespace,
            Command::MailboxStatus { .. } => CommandKind::MailboxStatus,
            Command::GetQuota { .. } => CommandKind::GetQuota,
            Command::GetQuotaRoot { .. } => CommandKind::GetQuotaRoot,
            Command::Append(_) => CommandKind::Append,
            Command::Idle => CommandKind::Idle,
            Command::Check => CommandKind::Check,
            Command::Close => CommandKind::Close,
            Command::Unselect => CommandKind::Unselect,
            Command::Expunge => CommandKind::Expunge,
            Command::UidExpunge { .. } => CommandKind::UidExpunge,
            Command::Search { .. } | Command::SearchWith { .. } => CommandKind::Search,
            Command::UidSearch { .. } | Command::UidSearchWith { .. } => CommandKind::UidSearch,
            Command::Fetch { .. } => CommandKind::Fetch,
            Command::UidFetch { .. } | Command::UidFetchChanged { .. } => CommandKind::UidFetch,
            Command::Store { .. } => CommandKind::Store,
            Command::UidStore { .. } => CommandKind::UidStore,
            Command::Copy { .. } => CommandKind::Copy,
            Command::UidCopy { .. } => CommandKind::UidCopy,
            Command::Move { .. } => CommandKind::Move,
            Command::UidMove { .. } => CommandKind::UidMove,
            Command::Raw { .. } => CommandKind::Raw,
        }
    }

    /// Whether its arguments are positions, which change when messages are removed.
    pub(crate) fn has_positions(&self) -> bool {
        match self {
            Command::Fetch { .. } | Command::Store { .. } | Command::Copy { .. } | Command::Move { .. } => {
                true
            }
            Command::Search { keys }
            | Command::UidSearch { keys }
            | Command::SearchWith { keys, .. }
            | Command::UidSearchWith { keys, .. } => keys.iter().any(SearchKey::has_positions),
            _ => false,
        }
    }
}

impl fmt::Debug for Command<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Command::Authenticate { mechanism, initial_response } => {
                write!(f, "Authenticate({}", mechanism.escape_debug())?;
                if let Some(message) = initial_response {
                    write!(f, ", [redacted, {} octets]", message.len())?;
                }
                f.write_str(")")
            }
            Command::Login { user, password } => {
                write!(f, "Login({user:?}, [redacted, {} octets])", password.len())
            }
            Command::Select { mailbox } | Command::Examine { mailbox } => {
                write!(f, "{:?}({mailbox:?})", self.kind())
            }
            Command::Search { keys } | Command::UidSearch { keys } => {
                write!(f, "{:?}({keys:?})", self.kind())
            }
            Command::Fetch { messages, attributes } => write!(f, "Fetch({messages}, {attributes:?})"),
            Command::UidFetch { messages, attributes }
            | Command::UidFetchChanged { messages, attributes, .. } => {
                write!(f, "UidFetch({messages}, {attributes:?})")
            }
            Command::Store { messages, store } => write!(f, "Store({messages}, {store:?})"),
            Command::UidStore { messages, store } => write!(f, "UidStore({messages}, {store:?})"),
            Command::Append(append) => append.fmt(f),
            // What follows may hold a secret of an extension that this crate does not know.
            Command::Raw { line } => write!(f, "Raw({:?} ...)", line.split(' ').next().unwrap_or_default()),
            _ => write!(f, "{:?}", self.kind()),
        }
    }
}
