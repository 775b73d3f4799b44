//! Which messages a command was for.

use crate::types::{SequenceSet, UidSet};

/// Messages by UID or by position.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wanted<'a> {
    Uids(&'a UidSet),
    Positions(&'a SequenceSet),
}

impl Wanted<'_> {
    pub(super) fn is_empty(self) -> bool {
        match self {
            Wanted::Uids(set) => set.is_empty(),
            Wanted::Positions(set) => set.is_empty(),
        }
    }

    /// Whether data of a message can be what was asked for. Its UID may not have been told yet.
    pub(super) fn may_mean(self, seq: u32, uid: Option<u32>) -> bool {
        match self {
            Wanted::Uids(set) => uid.is_none_or(|uid| set.may_mean(uid)),
            Wanted::Positions(set) => set.may_mean(seq),
        }
    }

    /// The number that a message was asked for by. `None` when nobody has: a row without UID answers no `UID FETCH`.
    pub(super) fn key(self, seq: u32, uid: u32) -> Option<u32> {
        let key = match self {
            Wanted::Uids(_) => uid,
            Wanted::Positions(_) => seq,
        };
        Some(key).filter(|key| *key > 0 && self.may_mean(seq, Some(uid)))
    }
}
