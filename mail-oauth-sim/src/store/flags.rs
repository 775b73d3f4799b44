/// The flags that Exchange keeps. Others are taken and forgotten, as `PERMANENTFLAGS` says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flags(u8);

impl Flags {
    pub(crate) const NONE: Self = Self(0);
    pub(crate) const SEEN: Self = Self(1);
    pub(crate) const ANSWERED: Self = Self(2);
    pub(crate) const FLAGGED: Self = Self(4);
    pub(crate) const DELETED: Self = Self(8);
    pub(crate) const DRAFT: Self = Self(16);
    const MDN_SENT: Self = Self(32);

    /// All flags as IMAP's `FLAGS` and `PERMANENTFLAGS` list them.
    pub(crate) const LIST: &'static str = "\\Seen \\Answered \\Flagged \\Deleted \\Draft $MDNSent";

    const NAMED: [(Self, &'static str); 6] = [
        (Self::SEEN, "\\Seen"),
        (Self::ANSWERED, "\\Answered"),
        (Self::FLAGGED, "\\Flagged"),
        (Self::DELETED, "\\Deleted"),
        (Self::DRAFT, "\\Draft"),
        (Self::MDN_SENT, "$MDNSent"),
    ];

    /// The flag of this name; none for a name that is not kept.
    pub(crate) fn named(name: &str) -> Self {
        Self::NAMED
            .iter()
            .find(|(_, known)| known.eq_ignore_ascii_case(name))
            .map_or(Self::NONE, |(flag, _)| *flag)
    }

    pub(crate) fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    pub(crate) fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(crate) fn names(self) -> impl Iterator<Item = &'static str> {
        Self::NAMED.into_iter().filter(move |(flag, _)| self.has(*flag)).map(|(_, name)| name)
    }
}
