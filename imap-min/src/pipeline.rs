//! Which commands are open, and which may join them.

use crate::command::{Command, CommandId, CommandKind};
use crate::error::Error;

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

    pub(crate) fn push(&mut self, kind: CommandKind) -> CommandId {
        let id = self.next();
        self.sent = id.0;
        self.open.push(Open { id, kind });
        id
    }

    /// Removes the command that a tag answers.
    pub(crate) fn answered(&mut self, tag: &[u8]) -> Option<(CommandId, CommandKind)> {
        let id = CommandId::of_tag(tag)?;
        let at = self.open.iter().position(|open| open.id == id)?;
        let open = self.open.remove(at);
        Some((open.id, open.kind))
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

    /// Whether a mailbox is being opened by the oldest command, so that data are about the new one.
    pub(crate) fn is_opening(&self) -> bool {
        self.oldest().is_some_and(CommandKind::selects)
    }

    /// The oldest open command of a kind; but what comes before a mailbox is open belongs to none that waits for it.
    pub(crate) fn owner(&self, of: fn(CommandKind) -> bool) -> Option<CommandId> {
        let before = self.open.iter().take_while(|open| !open.kind.selects());
        before.into_iter().find(|open| of(open.kind)).map(|open| open.id)
    }

    /// Whether a command may be sent before those that are open are answered (RFC 9051 section 5.5). `selected` says
    /// that a mailbox is open.
    pub(crate) fn check(&self, command: &Command<'_>, selected: bool, most: usize) -> Result<(), Error> {
        let misuse = |what| Err(Error::Misuse { what });
        if self.open.len() >= most {
            return misuse("too many commands are open; wait for answers");
        }
        let alone = |kind| matches!(kind, CommandKind::Authenticate | CommandKind::StartTls);
        if self.open.iter().any(|open| alone(open.kind) || open.kind == CommandKind::Logout) {
            return misuse("nothing can follow the command that is open; wait for its answer");
        }
        if alone(command.kind()) && !self.open.is_empty() {
            return misuse("the command goes alone; wait for the answers that are open");
        }
        let in_mailbox = match command.kind() {
            CommandKind::Capability
            | CommandKind::Noop
            | CommandKind::Logout
            | CommandKind::StartTls
            | CommandKind::Authenticate
            | CommandKind::Select
            | CommandKind::Examine => false,
            CommandKind::Unselect
            | CommandKind::Search
            | CommandKind::UidSearch
            | CommandKind::Fetch
            | CommandKind::UidFetch => true,
        };
        if in_mailbox && !selected && !self.open.iter().any(|open| open.kind.selects()) {
            return misuse("open a mailbox first");
        }
        // Only these keep the server from telling that messages are gone.
        let keeps = |open: &Open| matches!(open.kind, CommandKind::Fetch | CommandKind::Search);
        if command.has_positions() && !self.open.iter().all(keeps) {
            return misuse("positions may change by the commands that are open; wait, or use UIDs");
        }
        Ok(())
    }
}
