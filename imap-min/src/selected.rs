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
    /// The highest modification sequence (RFC 7162).
    pub highest_mod_seq: Option<u64>,
    /// Whether nothing can be changed.
    pub read_only: bool,
    /// Flags that its messages may have.
    pub flags: Flags<'static>,
    /// Flags that can be changed for good; `None` when the server does not say, which means all.
    pub permanent_flags: Option<Flags<'static>>,
}

impl Selected {
    /// A message is gone; one that was never there changes nothing.
    pub(crate) fn expunge(&mut self, number: u32) {
        if (1..=self.exists).contains(&number) {
            self.exists -= 1;
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
            Code::HighestModSeq(number) => self.highest_mod_seq = Some(*number),
            Code::Named(CodeName::ReadOnly) => self.read_only = true,
            Code::Named(CodeName::ReadWrite) => self.read_only = false,
            Code::Named(_) | Code::Capability(_) | Code::Other { .. } => {}
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
