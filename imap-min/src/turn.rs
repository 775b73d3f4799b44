//! What the server's next `+` is for, and what the caller owes.

use crate::command::CommandId;

/// A command that goes on after the server's go-ahead. There is one at most: such a command goes alone.
#[derive(Debug, Default)]
pub(crate) enum Turn {
    /// Nothing waits for a `+`.
    #[default]
    None,
    /// A log-in: each `+` is a challenge.
    Challenges {
        /// One waits for its answer.
        open: bool,
        /// A message of ours was sent, and the log-in was not cancelled behind it.
        answered: bool,
    },
    /// A command has more parts, each behind the announcement of a literal.
    Parts {
        id: CommandId,
        parts: Parts,
    },
    /// A message may follow when the server says so.
    BodyWait {
        id: CommandId,
        body: Body,
    },
    /// A message follows.
    Body(Body),
    /// The server has not begun to idle. `end` says that it shall stop at once.
    IdleWait {
        id: CommandId,
        end: bool,
    },
    Idling,
}

/// The octets of a message that are still to be sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Body {
    pub(crate) id: CommandId,
    pub(crate) left: u64,
    /// What stands behind them.
    pub(crate) tail: &'static str,
}

/// Parts of a command that wait.
pub(crate) struct Parts {
    pub(crate) octets: Vec<u8>,
    /// Where in `octets` each part ends, the last one first.
    pub(crate) ends: Vec<usize>,
    pub(crate) sent: usize,
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Parts([{} octets])", self.octets.len())
    }
}

impl Parts {
    /// What of `out` stands behind the first of `stops` is taken out of it.
    pub(crate) fn cut(out: &mut Vec<u8>, stops: &[usize]) -> Option<Self> {
        let first = *stops.first()?;
        let octets = out.split_off(first.min(out.len()));
        let later = stops.iter().skip(1).map(|stop| stop.saturating_sub(first));
        let mut ends: Vec<usize> = later.chain([octets.len()]).collect();
        ends.reverse();
        Some(Parts { octets, ends, sent: 0 })
    }

    /// Appends the next part; whether there are more.
    pub(crate) fn next(&mut self, out: &mut Vec<u8>) -> bool {
        let end = self.ends.pop().unwrap_or(self.octets.len());
        out.extend(self.octets.get(self.sent..end).unwrap_or_default());
        self.sent = end;
        !self.ends.is_empty()
    }
}

impl Turn {
    /// Whether the line belongs to the command that waits: nothing else may be sent.
    pub(crate) fn holds_the_line(&self) -> bool {
        match self {
            Turn::None | Turn::Challenges { .. } => false,
            Turn::Parts { .. }
            | Turn::BodyWait { .. }
            | Turn::Body(_)
            | Turn::IdleWait { .. }
            | Turn::Idling => true,
        }
    }
}
