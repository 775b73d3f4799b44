//! Kinds of commands, and the names of single ones.

use std::fmt;

/// The kinds of commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each is the command of that name")]
pub enum CommandKind {
    Capability,
    Noop,
    Logout,
    StartTls,
    Authenticate,
    Login,
    Id,
    Enable,
    Compress,
    Select,
    Examine,
    Create,
    Delete,
    Rename,
    Subscribe,
    Unsubscribe,
    List,
    Lsub,
    Namespace,
    MailboxStatus,
    GetQuota,
    GetQuotaRoot,
    Append,
    Idle,
    Check,
    Close,
    Unselect,
    Expunge,
    UidExpunge,
    Search,
    UidSearch,
    Fetch,
    UidFetch,
    Store,
    UidStore,
    Copy,
    UidCopy,
    Move,
    UidMove,
    /// A command that this crate has no type for.
    Raw,
}

impl CommandKind {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            CommandKind::Capability => "CAPABILITY",
            CommandKind::Noop => "NOOP",
            CommandKind::Logout => "LOGOUT",
            CommandKind::StartTls => "STARTTLS",
            CommandKind::Authenticate => "AUTHENTICATE",
            CommandKind::Login => "LOGIN",
            CommandKind::Id => "ID",
            CommandKind::Enable => "ENABLE",
            CommandKind::Compress => "COMPRESS",
            CommandKind::Select => "SELECT",
            CommandKind::Examine => "EXAMINE",
            CommandKind::Create => "CREATE",
            CommandKind::Delete => "DELETE",
            CommandKind::Rename => "RENAME",
            CommandKind::Subscribe => "SUBSCRIBE",
            CommandKind::Unsubscribe => "UNSUBSCRIBE",
            CommandKind::List => "LIST",
            CommandKind::Lsub => "LSUB",
            CommandKind::Namespace => "NAMESPACE",
            CommandKind::MailboxStatus => "STATUS",
            CommandKind::GetQuota => "GETQUOTA",
            CommandKind::GetQuotaRoot => "GETQUOTAROOT",
            CommandKind::Append => "APPEND",
            CommandKind::Idle => "IDLE",
            CommandKind::Check => "CHECK",
            CommandKind::Close => "CLOSE",
            CommandKind::Unselect => "UNSELECT",
            CommandKind::Expunge => "EXPUNGE",
            CommandKind::UidExpunge => "UID EXPUNGE",
            CommandKind::Search => "SEARCH",
            CommandKind::UidSearch => "UID SEARCH",
            CommandKind::Fetch => "FETCH",
            CommandKind::UidFetch => "UID FETCH",
            CommandKind::Store => "STORE",
            CommandKind::UidStore => "UID STORE",
            CommandKind::Copy => "COPY",
            CommandKind::UidCopy => "UID COPY",
            CommandKind::Move => "MOVE",
            CommandKind::UidMove => "UID MOVE",
            CommandKind::Raw => "a raw command",
        }
    }

    /// Whether it opens a mailbox.
    pub(crate) fn selects(self) -> bool {
        matches!(self, CommandKind::Select | CommandKind::Examine)
    }

    /// Whether it closes the open mailbox.
    pub(crate) fn closes(self) -> bool {
        matches!(self, CommandKind::Close | CommandKind::Unselect)
    }

    pub(crate) fn fetches(self) -> bool {
        matches!(self, CommandKind::Fetch | CommandKind::UidFetch)
    }

    pub(crate) fn stores(self) -> bool {
        matches!(self, CommandKind::Store | CommandKind::UidStore)
    }

    pub(crate) fn searches(self) -> bool {
        matches!(self, CommandKind::Search | CommandKind::UidSearch)
    }

    /// Whether it logs in.
    pub(crate) fn logs_in(self) -> bool {
        matches!(self, CommandKind::Authenticate | CommandKind::Login)
    }

    /// Where in a session it is possible (RFC 9051 section 6).
    pub(crate) fn place(self) -> Place {
        match self {
            CommandKind::Capability
            | CommandKind::Noop
            | CommandKind::Logout
            | CommandKind::Id
            | CommandKind::Raw => Place::Any,
            CommandKind::StartTls | CommandKind::Authenticate | CommandKind::Login => Place::BeforeLogIn,
            CommandKind::Enable
            | CommandKind::Compress
            | CommandKind::Select
            | CommandKind::Examine
            | CommandKind::Create
            | CommandKind::Delete
            | CommandKind::Rename
            | CommandKind::Subscribe
            | CommandKind::Unsubscribe
            | CommandKind::List
            | CommandKind::Lsub
            | CommandKind::Namespace
            | CommandKind::MailboxStatus
            | CommandKind::GetQuota
            | CommandKind::GetQuotaRoot
            | CommandKind::Append
            | CommandKind::Idle => Place::LoggedIn,
            CommandKind::Check
            | CommandKind::Close
            | CommandKind::Unselect
            | CommandKind::Expunge
            | CommandKind::UidExpunge
            | CommandKind::Search
            | CommandKind::UidSearch
            | CommandKind::Fetch
            | CommandKind::UidFetch
            | CommandKind::Store
            | CommandKind::UidStore
            | CommandKind::Copy
            | CommandKind::UidCopy
            | CommandKind::Move
            | CommandKind::UidMove => Place::InMailbox,
        }
    }

    /// Whether nothing may be open beside it: what follows its answer is not the same as what went before, or the
    /// server's `+` could be for either.
    pub(crate) fn goes_alone(self) -> bool {
        matches!(
            self,
            CommandKind::StartTls
                | CommandKind::Authenticate
                | CommandKind::Login
                | CommandKind::Compress
                | CommandKind::Enable
                | CommandKind::Idle
                | CommandKind::Raw
        )
    }
}

/// Where in a session a command is possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Any,
    BeforeLogIn,
    LoggedIn,
    InMailbox,
}

/// Names one command of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CommandId(pub(crate) u32);

impl CommandId {
    /// The command whose tag this is.
    pub(crate) fn of_tag(tag: &[u8]) -> Option<CommandId> {
        let digits = tag.strip_prefix(b"A")?;
        // One way to write a number: "A01" and "A+1" are no tags of ours.
        if digits.first().is_none_or(|first| !matches!(first, b'1'..=b'9')) {
            return None;
        }
        std::str::from_utf8(digits).ok()?.parse().ok().map(CommandId)
    }
}

impl fmt::Display for CommandId {
    /// The tag.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "A{}", self.0)
    }
}
