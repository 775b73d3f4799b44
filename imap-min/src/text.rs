//! The text of a response, and what it says to a program.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use crate::types::{Capabilities, Flags, Ranges};

/// The human part of a response, with the code that may stand before it (`resp-text`, RFC 9051 section 7.1).
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Text<'i> {
    /// The response code.
    pub code: Option<Code<'i>>,
    /// The text behind it. Servers should write US-ASCII or UTF-8; some do not.
    pub text: Cow<'i, [u8]>,
}

impl Text<'_> {
    /// What the text hints at, when it is one of the sentences that servers are known for.
    pub fn condition(&self) -> Option<Condition> {
        Condition::in_text(&self.text)
    }

    /// A copy that borrows nothing.
    pub fn into_owned(self) -> Text<'static> {
        Text { code: self.code.map(Code::into_owned), text: Cow::Owned(self.text.into_owned()) }
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({:?}, \"{}\")", self.code, self.text.escape_ascii())
    }
}

/// A response code (RFC 9051 section 7.1, RFC 5530 and others).
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Code<'i> {
    /// `CAPABILITY`: what the server can do from now on.
    Capability(Capabilities<'i>),
    /// `PERMANENTFLAGS`: flags that can be changed for good.
    PermanentFlags(Flags<'i>),
    /// `UIDVALIDITY`: UIDs kept under another value are worthless. Some servers send 0.
    UidValidity(u32),
    /// `UIDNEXT`: new messages will have this UID or a higher one. Some servers send 0.
    UidNext(u32),
    /// `UNSEEN`: the position of the first message not read. Some servers send 0.
    Unseen(u32),
    /// `HIGHESTMODSEQ` (RFC 7162).
    HighestModSeq(u64),
    /// `COPYUID`: where copied messages are (RFC 4315). The sets have the same number of messages, in the same order; some
    /// servers send them empty.
    CopyUid {
        /// The value under which the new UIDs are valid. Some servers send 0.
        uid_validity: u32,
        /// UIDs in the mailbox they came from.
        source: Ranges<'i>,
        /// UIDs in the mailbox they went to.
        destination: Ranges<'i>,
    },
    /// `APPENDUID`: where an added message is (RFC 4315).
    AppendUid {
        /// The value under which the UID is valid. Some servers send 0.
        uid_validity: u32,
        /// Its UID; several when several messages were added.
        uids: Ranges<'i>,
    },
    /// `MODIFIED`: messages that were left alone, for they have changed since (RFC 7162).
    Modified(Ranges<'i>),
    /// `BADCHARSET`: the encoding of a search is not understood.
    BadCharset {
        /// Those that are, as the server sent them; mostly empty.
        supported: Cow<'i, [u8]>,
    },
    /// A code whose name says it all.
    Named(CodeName),
    /// Any other.
    Other {
        /// Its name.
        name: Cow<'i, [u8]>,
        /// What stands between the name and the bracket.
        arguments: Cow<'i, [u8]>,
    },
}

impl Code<'_> {
    /// The name, for codes that have no data, or none that matters.
    pub fn name(&self) -> Option<CodeName> {
        match self {
            Code::Named(name) => Some(*name),
            Code::BadCharset { .. } => Some(CodeName::BadCharset),
            _ => None,
        }
    }

    /// A copy that borrows nothing.
    pub fn into_owned(self) -> Code<'static> {
        match self {
            Code::Capability(capabilities) => Code::Capability(capabilities.into_owned()),
            Code::PermanentFlags(flags) => Code::PermanentFlags(flags.into_owned()),
            Code::UidValidity(number) => Code::UidValidity(number),
            Code::UidNext(number) => Code::UidNext(number),
            Code::Unseen(number) => Code::Unseen(number),
            Code::HighestModSeq(number) => Code::HighestModSeq(number),
            Code::CopyUid { uid_validity, source, destination } => Code::CopyUid {
                uid_validity,
                source: source.into_owned(),
                destination: destination.into_owned(),
            },
            Code::AppendUid { uid_validity, uids } => {
                Code::AppendUid { uid_validity, uids: uids.into_owned() }
            }
            Code::Modified(messages) => Code::Modified(messages.into_owned()),
            Code::BadCharset { supported } => {
                Code::BadCharset { supported: Cow::Owned(supported.into_owned()) }
            }
            Code::Named(name) => Code::Named(name),
            Code::Other { name, arguments } => Code::Other {
                name: Cow::Owned(name.into_owned()),
                arguments: Cow::Owned(arguments.into_owned()),
            },
        }
    }
}

impl fmt::Debug for Code<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Code::Capability(capabilities) => write!(f, "Capability({capabilities:?})"),
            Code::PermanentFlags(flags) => write!(f, "PermanentFlags({flags:?})"),
            Code::UidValidity(number) => write!(f, "UidValidity({number})"),
            Code::UidNext(number) => write!(f, "UidNext({number})"),
            Code::Unseen(number) => write!(f, "Unseen({number})"),
            Code::HighestModSeq(number) => write!(f, "HighestModSeq({number})"),
            Code::CopyUid { uid_validity, source, destination } => {
                write!(f, "CopyUid({uid_validity}, {source:?}, {destination:?})")
            }
            Code::AppendUid { uid_validity, uids } => write!(f, "AppendUid({uid_validity}, {uids:?})"),
            Code::Modified(messages) => write!(f, "Modified({messages:?})"),
            Code::BadCharset { supported } => write!(f, "BadCharset({})", supported.escape_ascii()),
            Code::Named(name) => write!(f, "{name:?}"),
            Code::Other { name, arguments } => {
                write!(f, "Other(\"{}\", \"{}\")", name.escape_ascii(), arguments.escape_ascii())
            }
        }
    }
}

/// A response code that stands for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CodeName {
    /// The text must be shown to the user.
    Alert,
    /// What was to be made exists.
    AlreadyExists,
    /// The credentials were refused.
    AuthenticationFailed,
    /// The credentials are good, but not for this identity.
    AuthorizationFailed,
    /// The encoding of a search is not understood; told as [`Code::BadCharset`].
    BadCharset,
    /// The operation is not possible, and will not be.
    Cannot,
    /// The client did something that it should not.
    ClientBug,
    /// The connection is compressed already.
    CompressionActive,
    /// The mailbox selected before is closed.
    Closed,
    /// The administrator must be asked.
    ContactAdmin,
    /// Data on the server is damaged.
    Corruption,
    /// The credentials have expired.
    Expired,
    /// Messages were removed meanwhile.
    ExpungeIssued,
    /// The mailbox has children.
    HasChildren,
    /// Another session uses it.
    InUse,
    /// A limit of the server was reached.
    Limit,
    /// The mailbox keeps no modification sequences.
    NoModSeq,
    /// What was named does not exist.
    NonExistent,
    /// The user may not do this.
    NoPermission,
    /// The quota is used up.
    OverQuota,
    /// A header could not be read.
    Parse,
    /// The operation needs TLS.
    PrivacyRequired,
    /// The mailbox is open for reading only.
    ReadOnly,
    /// The mailbox is open for reading and writing.
    ReadWrite,
    /// The server did something that it should not.
    ServerBug,
    /// The mailbox does not exist, and could be made.
    TryCreate,
    /// It is larger than the server takes.
    TooBig,
    /// UIDs do not last.
    UidNotSticky,
    /// The mailbox takes commands with UIDs only.
    UidRequired,
    /// Part of the server is down; try again later.
    Unavailable,
    /// An encoding is not understood.
    UnknownCte,
}

impl CodeName {
    pub(crate) fn of(name: &[u8]) -> Option<CodeName> {
        let known = [
            ("ALERT", CodeName::Alert),
            ("ALREADYEXISTS", CodeName::AlreadyExists),
            ("AUTHENTICATIONFAILED", CodeName::AuthenticationFailed),
            ("AUTHORIZATIONFAILED", CodeName::AuthorizationFailed),
            ("CANNOT", CodeName::Cannot),
            ("CLIENTBUG", CodeName::ClientBug),
            ("CLOSED", CodeName::Closed),
            ("COMPRESSIONACTIVE", CodeName::CompressionActive),
            ("CONTACTADMIN", CodeName::ContactAdmin),
            ("CORRUPTION", CodeName::Corruption),
            ("EXPIRED", CodeName::Expired),
            ("EXPUNGEISSUED", CodeName::ExpungeIssued),
            ("HASCHILDREN", CodeName::HasChildren),
            ("INUSE", CodeName::InUse),
            ("LIMIT", CodeName::Limit),
            ("NOMODSEQ", CodeName::NoModSeq),
            ("NONEXISTENT", CodeName::NonExistent),
            ("NOPERM", CodeName::NoPermission),
            ("OVERQUOTA", CodeName::OverQuota),
            ("PARSE", CodeName::Parse),
            ("PRIVACYREQUIRED", CodeName::PrivacyRequired),
            ("READ-ONLY", CodeName::ReadOnly),
            ("READ-WRITE", CodeName::ReadWrite),
            ("SERVERBUG", CodeName::ServerBug),
            ("TRYCREATE", CodeName::TryCreate),
            ("TOOBIG", CodeName::TooBig),
            ("UIDNOTSTICKY", CodeName::UidNotSticky),
            ("UIDREQUIRED", CodeName::UidRequired),
            ("UNAVAILABLE", CodeName::Unavailable),
            ("UNKNOWN-CTE", CodeName::UnknownCte),
        ];
        known.into_iter().find(|(known, _)| name.eq_ignore_ascii_case(known.as_bytes())).map(|(_, name)| name)
    }
}

/// What a server's sentence hints at.
///
/// Servers that have no response code for it say it in prose. It is a hint for a caller that must decide what to do
/// next; nothing in this crate depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Condition {
    /// The access token has expired: get another one, and connect again.
    TokenExpired,
    /// Exchange has taken the token but cannot open the mailbox: wrong user or mailbox name, a permission that is
    /// missing, no licence.
    AuthenticatedNotConnected,
    /// Too many requests; `wait` is what the server suggests.
    Throttled {
        /// How long to wait, when the server says so.
        wait: Option<Duration>,
    },
    /// The server cannot serve anyone now.
    ServerUnavailable,
    /// The credentials are refused: at the log-in, or later by Gmail, when a token has expired.
    InvalidCredentials,
    /// Some of the messages asked for are gone; those that are not have been told.
    MessagesGone,
}

impl Condition {
    /// What a sentence of a server hints at.
    ///
    /// ```
    /// use imap_min::Condition;
    /// let hint = Condition::in_text(b"Request is throttled. Suggested Backoff Time: 92415 milliseconds");
    /// let wait = Some(std::time::Duration::from_millis(92415));
    /// assert_eq!(hint, Some(Condition::Throttled { wait }));
    /// ```
    pub fn in_text(text: &[u8]) -> Option<Condition> {
        const BACKOFF: &[u8] = b"Suggested Backoff Time:";
        let behind = |phrase: &[u8]| {
            let at = text.windows(phrase.len()).position(|part| part.eq_ignore_ascii_case(phrase))?;
            text.get(at + phrase.len()..)
        };
        if behind(b"AccessTokenExpired").is_some() {
            return Some(Condition::TokenExpired);
        }
        if behind(b"authenticated but not connected").is_some() {
            return Some(Condition::AuthenticatedNotConnected);
        }
        if let Some(number) = behind(BACKOFF) {
            let digits = number.trim_ascii_start().split(|byte| !byte.is_ascii_digit()).next()?;
            let wait = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
            return Some(Condition::Throttled { wait: wait.map(Duration::from_millis) });
        }
        if behind(b"request is throttled").is_some() {
            return Some(Condition::Throttled { wait: None });
        }
        let known = [
            (&b"Server Unavailable"[..], Condition::ServerUnavailable),
            (b"Invalid credentials", Condition::InvalidCredentials),
            (b"messages no longer exist", Condition::MessagesGone),
        ];
        known.into_iter().find(|(phrase, _)| behind(phrase).is_some()).map(|(_, condition)| condition)
    }
}
