//! What is known of the mailbox that is open.

use crate::error::Error;
use crate::event::Status;
use crate::text::{Code, CodeName, Text};
use crate::types::Flags;

/// The open mailbox, kept right through everything that the server says (RFC 9051 sections 6.3.2 and 7).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Selected {
    /// How many messages it has.
    pub exists: u32,
    /// How many of them are recent.
    pub recent: u32,
    /// UIDs kept under another value are worthless. `None` when the server does not say, or says 0.
    pub uid_validity: Option<u32>,
    /// New messages will have this UID or a higher one. `None` when the server does not say, or says 0.
    pub uid_next: Option<u32>,
    /// The position of the first message that is not read. `None` when the server does not say, or says 0.
    pub unseen: Option<u32>,
    /// The modification sequence up to which the server has told every change (RFC 7162 section 6): what its last code
    /// said, or the highest of a message, which counts when the command that brought it is done. With
    /// `SELECT (QRESYNC ..)` a cache is up to it when that is done.
    pub highest_mod_seq: Option<u64>,
    /// Whether nothing can be changed.
    pub read_only: bool,
    /// Flags that its messages may have.
    pub flags: Flags<'static>,
    /// Flags that can be changed for good; `None` when the server does not say, which means all.
    pub permanent_flags: Option<Flags<'static>>,
    /// What has been told of modification sequences since the last command was done.
    mod_seqs: ModSeqs,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct ModSeqs {
    /// The server has said how far it is; some changes may be held back, whatever messages have beyond that.
    by_code: bool,
    /// The highest of a message.
    of_messages: u64,
}

impl Selected {
    /// A message is gone; one that was never there changes nothing.
    pub(crate) fn expunge(&mut self, number: u32) {
        if (1..=self.exists).contains(&number) {
            self.exists -= 1;
        }
    }

    /// So many messages are gone.
    pub(crate) fn vanish(&mut self, count: u64) {
        self.exists = self.exists.saturating_sub(u32::try_from(count).unwrap_or(u32::MAX));
    }

    /// A message with this UID is there.
    pub(crate) fn see_uid(&mut self, uid: u32) {
        self.uid_next = self.uid_next.map(|next| next.max(uid.saturating_add(1)));
    }

    /// A message has this modification sequence.
    pub(crate) fn see_mod_seq(&mut self, mod_seq: u64) {
        self.mod_seqs.of_messages = self.mod_seqs.of_messages.max(mod_seq);
    }

    /// A command is done: all that belongs to it has been told.
    pub(crate) fn settle(&mut self) {
        let ModSeqs { by_code, of_messages } = std::mem::take(&mut self.mod_seqs);
        if !by_code && of_messages > 0 {
            self.highest_mod_seq = self.highest_mod_seq.max(Some(of_messages));
        }
    }

    pub(crate) fn set_flags(&mut self, flags: &Flags<'_>, limit: usize) -> Result<(), Error> {
        self.flags = kept(flags, limit)?;
        Ok(())
    }

    /// Learns from a response code.
    pub(crate) fn learn(&mut self, status: Status, text: &Text<'_>, limit: usize) -> Result<(), Error> {
        let (Status::Ok, Some(code)) = (status, &text.code) else { return Ok(()) };
        let positive = |number: &u32| Some(*number).filter(|number| *number > 0);
        match code {
            Code::PermanentFlags(flags) => self.permanent_flags = Some(kept(flags, limit)?),
            Code::UidValidity(number) => self.uid_validity = positive(number),
            Code::UidNext(number) => self.uid_next = positive(number),
            Code::Unseen(number) => self.unseen = positive(number),
            Code::HighestModSeq(number) => {
                self.highest_mod_seq = Some(*number);
                self.mod_seqs.by_code = true;
            }
            Code::Named(CodeName::ReadOnly) => self.read_only = true,
            Code::Named(CodeName::ReadWrite) => self.read_only = false,
            Code::Named(CodeName::NoModSeq) => self.highest_mod_seq = None,
            Code::Named(_)
            | Code::Capability(_)
            | Code::CopyUid { .. }
            | Code::AppendUid { .. }
            | Code::Modified(_)
            | Code::BadCharset { .. }
            | Code::Other { .. } => {}
        }
        Ok(())
    }
}

fn kept(flags: &Flags<'_>, limit: usize) -> Result<Flags<'static>, Error> {
    if flags.octets() > limit {
        return Err(Error::TooLong { what: "a mailbox's list of flags", limit });
    }
    Ok(flags.clone().into_owned())
}

/// The mailbox that is open, and the one that is being opened.
#[derive(Debug, Default)]
pub(crate) struct Views {
    pub(crate) open: Option<Selected>,
    /// What the oldest open command, which opens a mailbox, has brought so far.
    pub(crate) opening: Option<Selected>,
}

impl Views {
    /// Changes the mailbox that data are about: the one being opened, or the open one.
    pub(crate) fn change<E>(
        &mut self,
        opening: bool,
        change: impl FnOnce(&mut Selected) -> Result<(), E>,
    ) -> Result<(), E> {
        if opening {
            return change(self.opening.get_or_insert_default());
        }
        self.open.as_mut().map_or(Ok(()), change)
    }
}
