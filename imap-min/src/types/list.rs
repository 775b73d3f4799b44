//! What to ask of mailboxes that are not open.

/// What [`Command::List`](crate::Command::List) asks for beyond names (LIST-EXTENDED, RFC 5258). The default asks for
/// nothing more, which every server understands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListOptions<'a> {
    /// Only mailboxes that are subscribed, also those that do not exist any more.
    pub subscribed: bool,
    /// Also mailboxes of other servers.
    pub remote: bool,
    /// Also parents of mailboxes that match. Goes with [`subscribed`](Self::subscribed) only.
    pub recursive_match: bool,
    /// Only mailboxes with a special use (RFC 6154). Some servers refuse it (ProtonMail Bridge).
    pub special_use: bool,
    /// Tell which are subscribed.
    pub return_subscribed: bool,
    /// Tell which have children (RFC 3348).
    pub return_children: bool,
    /// Tell their special uses (RFC 6154).
    pub return_special_use: bool,
    /// Tell these of each mailbox as well (LIST-STATUS, RFC 5819).
    pub return_status: &'a [StatusItem],
}

impl ListOptions<'_> {
    /// Whether it asks for nothing beyond names.
    pub(crate) fn is_plain(&self) -> bool {
        *self == ListOptions::default()
    }
}

/// One number of a mailbox that is not open (RFC 9051 section 6.3.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StatusItem {
    /// How many messages.
    Messages,
    /// How many of them are recent (rev1 only).
    Recent,
    /// The lowest UID that the next message can have.
    UidNext,
    /// The value under which UIDs are valid.
    UidValidity,
    /// How many are not read.
    Unseen,
    /// How many are marked for removal (rev2 only).
    Deleted,
    /// Octets of all messages (rev2, or RFC 8438).
    Size,
    /// The highest modification sequence (RFC 7162).
    HighestModSeq,
}

impl StatusItem {
    pub(crate) fn name(self) -> &'static str {
        match self {
            StatusItem::Messages => "MESSAGES",
            StatusItem::Recent => "RECENT",
            StatusItem::UidNext => "UIDNEXT",
            StatusItem::UidValidity => "UIDVALIDITY",
            StatusItem::Unseen => "UNSEEN",
            StatusItem::Deleted => "DELETED",
            StatusItem::Size => "SIZE",
            StatusItem::HighestModSeq => "HIGHESTMODSEQ",
        }
    }
}
