//! Which commands are open, and which may join them.

use crate::command::{Command, CommandId, CommandKind, Place};
use crate::error::Error;
use crate::types::SelectParameter;

/// Commands without an answer, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Pipeline {
    open: Vec<Open>,
    /// Commands sent so far.
    sent: u32,
}

#[derive(Debug, Clone, Copy)]
struct Open {
    id: CommandId,
    kind: CommandKind,
    /// A search that is to be answered by `ESEARCH`.
    extended: bool,
    /// It opens a mailbox, and brings what has changed there.
    resync: bool,
    /// It may have been taken for the answer to a challenge, and then it has no answer itself.
    doubtful: bool,
}

impl Pipeline {
    /// Without open commands; names go on where they were.
    pub(crate) fn emptied(&self) -> Pipeline {
        Pipeline { open: Vec::new(), sent: self.sent }
    }

    /// The name of the command that is sent next.
    pub(crate) fn next(&self) -> CommandId {
        CommandId(self.sent.wrapping_add(1))
    }

    pub(crate) fn push(&mut self, command: &Command<'_>) -> CommandId {
        let id = self.next();
        self.sent = id.0;
        let extended = match command {
            Command::SearchWith { options, .. } | Command::UidSearchWith { options, .. } => {
                options.is_extended()
            }
            _ => false,
        };
        let resync = matches!(command, Command::SelectWith { parameter: SelectParameter::Resync { .. }, .. });
        self.open.push(Open { id, kind: command.kind(), extended, resync, doubtful: false });
        id
    }

    /// Removes the command that a tag answers.
    pub(crate) fn answered(&mut self, tag: &[u8]) -> Option<(CommandId, CommandKind)> {
        let at = self.find(tag)?;
        let open = self.open.remove(at);
        Some((open.id, open.kind))
    }

    /// The kind of the command that a tag answers.
    pub(crate) fn kind_of(&self, tag: &[u8]) -> Option<CommandKind> {
        self.open.get(self.find(tag)?).map(|open| open.kind)
    }

    /// Removes a command that will have no answer: one in doubt that is older than the one that a tag answers. Servers
    /// refuse what they do not do in the order in which it came.
    pub(crate) fn swallowed(&mut self, tag: &[u8]) -> Option<CommandId> {
        let end = self.find(tag)?;
        let at = self.open.iter().take(end).position(|open| open.doubtful)?;
        // The log-in that is refused comes first, and decides nothing about what stands behind it.
        if self.open.get(end).is_some_and(|open| open.kind.logs_in()) {
            return None;
        }
        Some(self.open.remove(at).id)
    }

    /// A challenge was answered by the command behind the log-in; whether there is one.
    pub(crate) fn doubt(&mut self) -> bool {
        let behind = self.open.iter_mut().skip_while(|open| !open.kind.logs_in()).skip(1);
        match behind.into_iter().find(|open| !open.doubtful) {
            Some(open) => {
                open.doubtful = true;
                true
            }
            None => false,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    pub(crate) fn is_open(&self, command: CommandId) -> bool {
        self.open.iter().any(|open| open.id == command)
    }

    pub(crate) fn oldest(&self) -> Option<CommandKind> {
        self.open.first().map(|open| open.kind)
    }

    pub(crate) fn has(&self, kind: CommandKind) -> bool {
        self.open.iter().any(|open| open.kind == kind)
    }

    /// The oldest open command other than `LOGOUT`.
    pub(crate) fn cut(&self) -> Option<CommandKind> {
        self.open.iter().map(|open| open.kind).find(|kind| *kind != CommandKind::Logout)
    }

    /// Whether a mailbox is being opened by the oldest command, so that data are about the new one. A log-in before it
    /// has no data.
    pub(crate) fn is_opening(&self) -> bool {
        let kinds = self.open.iter().map(|open| open.kind);
        kinds.into_iter().find(|kind| !kind.logs_in()).is_some_and(CommandKind::selects)
    }

    /// The oldest open command that may bring data of messages. A `FETCH` comes before a `STORE`, which may be silent.
    pub(crate) fn fetching(&self) -> Option<CommandId> {
        if let Some(open) = self.open.first().filter(|open| open.resync) {
            return Some(open.id);
        }
        let fetch = self.owner(|open| open.kind.fetches());
        fetch.or_else(|| self.owner(|open| open.kind.stores())).map(|open| open.id)
    }

    /// The oldest open search, and whether `ESEARCH` should answer it.
    pub(crate) fn searching(&self) -> Option<(CommandId, bool)> {
        self.owner(|open| open.kind.searches()).map(|open| (open.id, open.extended))
    }

    /// The open search of this tag, and whether its numbers are UIDs.
    pub(crate) fn search_of(&self, tag: &[u8]) -> Option<(CommandId, bool)> {
        let open = self.open.get(self.find(tag)?).filter(|open| open.kind.searches())?;
        Some((open.id, open.kind == CommandKind::UidSearch))
    }

    /// Whether a command may be sent before those that are open are answered (RFC 9051 section 5.5). `selected` says
    /// that a mailbox is open, `eager` that the end of a log-in need not be waited for.
    pub(crate) fn check(
        &self,
        command: &Command<'_>,
        selected: bool,
        eager: bool,
        most: usize,
    ) -> Result<(), Error> {
        let must_wait = |what| Err(Error::MustWait { what });
        let kind = command.kind();
        if self.open.len() >= most {
            return must_wait("too many commands are open; wait for answers");
        }
        let ahead = eager && Self::may_go_ahead(kind);
        let stops = |open: &Open| {
            let waits = open.kind.goes_alone() && !(ahead && open.kind == CommandKind::Authenticate);
            waits || open.kind == CommandKind::Logout
        };
        if self.open.iter().any(stops) {
            return must_wait("nothing can follow the command that is open; wait for its answer");
        }
        if kind.goes_alone() && !self.open.is_empty() {
            return must_wait("the command goes alone; wait for the answers that are open");
        }
        let opens = self.open.iter().any(|open| open.kind.selects());
        if kind.place() == Place::InMailbox {
            if !selected && !opens {
                return Err(Error::Misuse { what: "open a mailbox first" });
            }
            if self.open.iter().any(|open| open.kind.closes()) && !opens {
                return must_wait("the mailbox is being closed; wait for the answer");
            }
        }
        // Only these keep the server from telling that messages are gone.
        let keeps =
            |open: &Open| matches!(open.kind, CommandKind::Fetch | CommandKind::Search | CommandKind::Store);
        if command.has_positions() && !self.open.iter().all(keeps) {
            return must_wait("positions may change by the commands that are open; wait, or use UIDs");
        }
        Ok(())
    }

    /// Commands that do no harm when the log-in before them fails: one line each, no positions, and no server takes
    /// the line for a SASL message.
    pub(crate) fn may_go_ahead(kind: CommandKind) -> bool {
        matches!(
            kind,
            CommandKind::Capability
                | CommandKind::Noop
                | CommandKind::Select
                | CommandKind::Examine
                | CommandKind::List
                | CommandKind::MailboxStatus
                | CommandKind::UidFetch
                | CommandKind::UidSearch
        )
    }

    fn find(&self, tag: &[u8]) -> Option<usize> {
        let id = CommandId::of_tag(tag)?;
        self.open.iter().position(|open| open.id == id)
    }

    /// The oldest open command of a kind; but what comes before a mailbox is open belongs to none that waits for it.
    fn owner(&self, of: impl Fn(&Open) -> bool) -> Option<&Open> {
        let before = self.open.iter().take_while(|open| !open.kind.selects());
        before.into_iter().find(|open| of(open))
    }
}
