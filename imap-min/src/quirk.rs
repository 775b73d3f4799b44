//! Defects of servers that are read anyway, each with a name.

/// A defect in what the server sent, tolerated and told.
///
/// Each comes as [`Event::Quirk`](crate::Event::Quirk) before the event of the response that has it. Nothing in
/// this crate depends on which product a server says it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum Quirk {
    /// A line ends in LF without CR.
    BareLf,
    /// Blanks before the end of a line (Exchange, iCloud).
    TrailingSpace,
    /// `OK` without the text that must follow.
    MissingText,
    /// Brackets that hold no response code (Exchange); read as text.
    IllegalCode,
    /// A response code without `* OK` before it (Exchange during `UID MOVE`, home.pl).
    BareCode,
    /// `+` without a blank behind it.
    ContinuationWithoutSpace,
    /// A `+` that nothing waits for (Exchange).
    UnneededContinuation,
    /// Keywords in lower case.
    LowerCase,
    /// An empty line between responses.
    BlankLine,
    /// NUL before a response; told for each.
    LeadingNul,
    /// `BYE` with a tag (wp.pl). It is no success.
    TaggedBye,
    /// 0 where only positive numbers are allowed: `UIDVALIDITY`, `UIDNEXT`, `UNSEEN`, a message's number.
    ZeroNumber,
    /// A number that is negative, has decimals or an exponent, or is too large (Exchange, mail.ru, Zoho).
    OddNumber,
    /// Data for a message beyond the end of the mailbox (Exchange, GoDaddy).
    BeyondExists,
    /// `NIL` where a value must be.
    UnexpectedNil,
    /// Flags as quoted strings.
    QuotedFlag,
    /// A flag with a blank inside brackets (Gmail).
    SpaceInFlag,
    /// `\*` among the flags of a message or mailbox (GreenMail, Zoho).
    WildcardFlag,
    /// Blanks between the addresses of a list (Exchange).
    SpaceBetweenAddresses,
    /// `()` where `NIL` must be (Yahoo).
    EmptyList,
    /// `NIL` inside a list of addresses (SmarterMail).
    NilInAddressList,
    /// A string without quotes.
    UnquotedString,
    /// An `ENVELOPE` with fewer than ten fields.
    ShortEnvelope,
    /// An `ENVELOPE` with more than ten fields.
    LongEnvelope,
    /// Parentheses around items of a `FETCH` response (Domino), or one too many at its end.
    ExtraParentheses,
    /// A `FETCH` response without its opening or closing parenthesis.
    MissingParenthesis,
    /// An item of a `FETCH` response without a value (Yandex).
    MissingValue,
    /// A date with a day or month zero (Domino).
    ZeroDate,
    /// The name of a mailbox with blanks or control characters, and no quotes (Exchange, Strato).
    UnquotedName,
    /// A quote or backslash in a string without a backslash before it, or only one of the two quotes (Exchange, Domino).
    UnescapedQuote,
    /// The name of a mailbox that ends in its delimiter (Exchange).
    TrailingDelimiter,
    /// Attributes of a mailbox without blanks between them (home.pl).
    JoinedAttributes,
    /// A set of messages without a message (Exchange, in `COPYUID`).
    EmptySet,
    /// `ENABLE` that succeeds, and does not tell what was switched on (iCloud). It counts as nothing.
    NotEnabled,
    /// A `SEARCH` response where an `ESEARCH` response was asked for (Cyrus).
    SearchForEsearch,
    /// An `ESEARCH` response that does not say which search it is for, or what it counts (AOL).
    UntaggedEsearch,
    /// A multipart without parts (Gmail, Dovecot, Yandex, QQ).
    ChildlessMultipart,
    /// A multipart told as if it were a single part (Exchange).
    MultipartAsPart,
    /// A part without its media type, or half of it (Exchange).
    MissingType,
    /// A part without its transfer encoding (Exchange 2007).
    MissingEncoding,
    /// A part without its size, or a text without its number of lines.
    MissingSize,
    /// A parameter of a part without a value, or without a name (Exchange).
    NilParameter,
    /// A disposition that is no list (Exchange).
    BareDisposition,
    /// A disposition without a type, or something else in its place (Exchange).
    OddDisposition,
    /// Blanks in the name of a transfer encoding (Office 365).
    SpaceInEncoding,
    /// A message inside a message that is told as if it were a single part (Gmail).
    BasicMessage,
    /// A part told as `()`.
    EmptyPart,
    /// Anything else in a `BODYSTRUCTURE` that its grammar does not have.
    OddBodyStructure,
    /// A line end between two items of a `FETCH` response.
    TornLine,
}

impl Quirk {
    // In the order of the enum: the position is the bit in a `QuirkSet`.
    const ALL: [Quirk; 49] = [
        Quirk::BareLf,
        Quirk::TrailingSpace,
        Quirk::MissingText,
        Quirk::IllegalCode,
        Quirk::BareCode,
        Quirk::ContinuationWithoutSpace,
        Quirk::UnneededContinuation,
        Quirk::LowerCase,
        Quirk::BlankLine,
        Quirk::LeadingNul,
        Quirk::TaggedBye,
        Quirk::ZeroNumber,
        Quirk::OddNumber,
        Quirk::BeyondExists,
        Quirk::UnexpectedNil,
        Quirk::QuotedFlag,
        Quirk::SpaceInFlag,
        Quirk::WildcardFlag,
        Quirk::SpaceBetweenAddresses,
        Quirk::EmptyList,
        Quirk::NilInAddressList,
        Quirk::UnquotedString,
        Quirk::ShortEnvelope,
        Quirk::LongEnvelope,
        Quirk::ExtraParentheses,
        Quirk::MissingParenthesis,
        Quirk::MissingValue,
        Quirk::ZeroDate,
        Quirk::UnquotedName,
        Quirk::UnescapedQuote,
        Quirk::TrailingDelimiter,
        Quirk::JoinedAttributes,
        Quirk::EmptySet,
        Quirk::NotEnabled,
        Quirk::SearchForEsearch,
        Quirk::UntaggedEsearch,
        Quirk::ChildlessMultipart,
        Quirk::MultipartAsPart,
        Quirk::MissingType,
        Quirk::MissingEncoding,
        Quirk::MissingSize,
        Quirk::NilParameter,
        Quirk::BareDisposition,
        Quirk::OddDisposition,
        Quirk::SpaceInEncoding,
        Quirk::BasicMessage,
        Quirk::EmptyPart,
        Quirk::OddBodyStructure,
        Quirk::TornLine,
    ];
}

/// The quirks of one response: each at most once, so that a server cannot make the set grow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct QuirkSet(u64);

impl QuirkSet {
    pub(crate) fn insert(&mut self, quirk: Quirk) {
        self.0 |= 1 << quirk as u8;
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn pop(&mut self) -> Option<Quirk> {
        let bit = usize::try_from(self.0.trailing_zeros()).ok()?;
        let quirk = Quirk::ALL.get(bit).copied()?;
        self.0 &= self.0 - 1;
        Some(quirk)
    }
}

#[cfg(test)]
mod tests {
    use super::{Quirk, QuirkSet};

    #[test]
    fn a_set_gives_back_what_it_was_given() {
        for (index, quirk) in Quirk::ALL.into_iter().enumerate() {
            assert_eq!(quirk as usize, index);
            let mut set = QuirkSet::default();
            set.insert(quirk);
            set.insert(quirk);
            assert_eq!(set.pop(), Some(quirk));
            assert!(set.is_empty() && set.pop().is_none());
        }
    }
}
