//! Arguments of commands as a transcript writes them: words without blanks, in which `_` stands for one.

use std::num::NonZeroU32;

use imap_min::{
    Date, DateTime, FetchAttribute, Flag, Limits, ListOptions, Partial, SearchKey, SearchOptions, Section,
    StatusItem, UidSet,
};

pub(crate) fn limits(text: &str) -> Limits {
    let (name, number) = text.split_once(' ').unwrap();
    let number: usize = number.parse().unwrap();
    let mut limits = Limits::default();
    match name {
        "line" => limits.line = number,
        "response" => limits.response = number,
        "body" => limits.body = number as u64,
        "list" => limits.list = number,
        "nesting" => limits.nesting = number,
        "pipeline" => limits.pipeline = number,
        "literal" => limits.literal = number as u64,
        _ => panic!("no limit {name}"),
    }
    limits
}

/// What stands for itself, and `\r`, `\n`, `\0` and `\xHH`.
pub(crate) fn octets(text: &str) -> Vec<u8> {
    let mut parts = text.split('\\');
    let mut octets = parts.next().unwrap().as_bytes().to_vec();
    for part in parts {
        let hex = part.get(1..3).filter(|_| part.starts_with('x'));
        let (octet, used) = match (part.as_bytes().first(), hex.map(|hex| u8::from_str_radix(hex, 16))) {
            (_, Some(Ok(octet))) => (octet, 3),
            (Some(b'r'), _) => (b'\r', 1),
            (Some(b'n'), _) => (b'\n', 1),
            (Some(b'0'), _) => (0, 1),
            _ => (b'\\', 0),
        };
        octets.push(octet);
        octets.extend(&part.as_bytes()[used..]);
    }
    octets
}

/// `1`, `1:*`, `1:3,5`.
pub(crate) fn set(text: &str) -> UidSet {
    let number = |text: &str| if text == "*" { u32::MAX } else { text.parse().unwrap() };
    let mut set = UidSet::new();
    for range in text.split(',') {
        let (first, last) = range.split_once(':').unwrap_or((range, range));
        set.push_range(number(first)..=number(last));
    }
    set
}

/// `return=min,count` and `charset=ascii`, which are taken out of the words.
pub(crate) fn search_options(words: &mut Vec<&str>) -> Option<SearchOptions> {
    let mut options = SearchOptions::default();
    let count = words.len();
    words.retain(|word| match word.split_once('=') {
        Some(("return", names)) => {
            options.min |= names.contains("min");
            options.max |= names.contains("max");
            options.all |= names.contains("all");
            options.count |= names.contains("count");
            false
        }
        Some(("charset", _)) => {
            options.ascii = true;
            false
        }
        _ => true,
    });
    (words.len() < count).then_some(options)
}

/// Keys without blanks: `FROM=Smith`, `SINCE=1994-2-1`.
pub(crate) fn key(word: &str) -> SearchKey<'_> {
    const EITHER: SearchKey<'_> = SearchKey::And(&[SearchKey::Seen, SearchKey::From("Grüße aus")]);
    let (name, value) = word.split_once('=').unwrap_or((word, ""));
    let date = || {
        let mut parts = value.split('-').map(|part| part.parse::<u16>().unwrap());
        let (year, month, day) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
        Date::new(year, u8::try_from(month).unwrap(), u8::try_from(day).unwrap()).unwrap()
    };
    match name {
        "ALL" => SearchKey::All,
        "FLAGGED" => SearchKey::Flagged,
        "UNSEEN" => SearchKey::Unseen,
        "DELETED" => SearchKey::Deleted,
        "SINCE" => SearchKey::Since(date()),
        "BEFORE" => SearchKey::Before(date()),
        "FROM" => SearchKey::From(value),
        "SUBJECT" => SearchKey::Subject(value),
        "TEXT" => SearchKey::Text(value),
        "MODSEQ" => SearchKey::ModSeq(value.parse().unwrap()),
        "YOUNGER" => SearchKey::Younger(value.parse().unwrap()),
        "X-GM-RAW" => SearchKey::GmailRaw(value),
        "!FROM" => SearchKey::Not(&SearchKey::From("Smith")),
        "!UTF8" => SearchKey::Not(&SearchKey::From("Grüße")),
        "EITHER" => SearchKey::Or(&SearchKey::Flagged, &EITHER),
        _ => panic!("no key {word}"),
    }
}

/// `BODY[1.2]`, `BODY[HEADER]<0.10>`.
pub(crate) fn attribute(word: &str) -> FetchAttribute<'_> {
    match word {
        "UID" => return FetchAttribute::Uid,
        "FLAGS" => return FetchAttribute::Flags,
        "INTERNALDATE" => return FetchAttribute::InternalDate,
        "RFC822.SIZE" => return FetchAttribute::Rfc822Size,
        "ENVELOPE" => return FetchAttribute::Envelope,
        "BODYSTRUCTURE" => return FetchAttribute::BodyStructure,
        "BODY" => return FetchAttribute::BodyStructureBasic,
        "MODSEQ" => return FetchAttribute::ModSeq,
        "X-GM-MSGID" => return FetchAttribute::GmailMessageId,
        "X-GM-THRID" => return FetchAttribute::GmailThreadId,
        "X-GM-LABELS" => return FetchAttribute::GmailLabels,
        _ => {}
    }
    let (name, rest) = word.split_once('[').unwrap();
    let (section, partial) = rest.split_once(']').unwrap();
    let partial = partial.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).map(|rest| {
        let (offset, length) = rest.split_once('.').unwrap();
        let length = NonZeroU32::new(length.parse().unwrap()).unwrap();
        Partial { offset: offset.parse().unwrap(), length }
    });
    let section = Section::from_wire(section.as_bytes());
    match name {
        "BODY" => FetchAttribute::Body { section, partial },
        "BODY!" => FetchAttribute::BodyAndSeen { section, partial },
        "BINARY" => FetchAttribute::Binary { section, partial },
        "BINARY.SIZE" => FetchAttribute::BinarySize { section },
        _ => panic!("no attribute {word}"),
    }
}

pub(crate) fn flag(word: &str) -> Flag<'_> {
    match word {
        "\\Seen" => Flag::Seen,
        "\\Answered" => Flag::Answered,
        "\\Flagged" => Flag::Flagged,
        "\\Deleted" => Flag::Deleted,
        "\\Draft" => Flag::Draft,
        "\\Recent" => Flag::Recent,
        _ => match word.strip_prefix('\\') {
            Some(name) => Flag::Other(name.as_bytes()),
            None => Flag::Keyword(word.as_bytes()),
        },
    }
}

pub(crate) fn status_item(word: &str) -> StatusItem {
    match word {
        "MESSAGES" => StatusItem::Messages,
        "RECENT" => StatusItem::Recent,
        "UIDNEXT" => StatusItem::UidNext,
        "UIDVALIDITY" => StatusItem::UidValidity,
        "UNSEEN" => StatusItem::Unseen,
        "DELETED" => StatusItem::Deleted,
        "SIZE" => StatusItem::Size,
        "HIGHESTMODSEQ" => StatusItem::HighestModSeq,
        _ => panic!("no item {word}"),
    }
}

pub(crate) fn list<'a>(words: &[&str], status: &'a [StatusItem]) -> ListOptions<'a> {
    let has = |word: &str| words.contains(&word);
    let mut options = ListOptions::default();
    options.subscribed = has("subscribed");
    options.remote = has("remote");
    options.recursive_match = has("recursive");
    options.special_use = has("special");
    options.return_subscribed = has("return-subscribed");
    options.return_children = has("return-children");
    options.return_special_use = has("return-special");
    options.return_status = status;
    options
}

/// The date of the examples of APPEND.
pub(crate) fn date_time() -> DateTime {
    DateTime::new(Date::new(1994, 2, 7).unwrap(), (21, 52, 25), -8 * 60).unwrap()
}
