//! The `>` lines of a transcript, done to a machine.

use std::num::NonZeroU32;

use imap_min::{
    Command, Connection, Date, FetchAttribute, Limits, Mailbox, Partial, SearchKey, Section, SequenceSet,
    UidSet,
};

/// Does what a line says; several parts stand between semicolons.
pub(crate) fn act(connection: &mut Connection, line: &str, out: &mut Vec<u8>) -> Result<(), String> {
    line.split(';').try_for_each(|part| one(connection, part.trim(), out))
}

fn one(connection: &mut Connection, line: &str, out: &mut Vec<u8>) -> Result<(), String> {
    let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
    match verb {
        "respond" => return connection.respond(rest.as_bytes(), out).map_err(|e| e.to_string()),
        "cancel" => return connection.cancel(out).map_err(|e| e.to_string()),
        "tls" => return connection.tls_started(rest.as_bytes()).map_err(|e| e.to_string()),
        "limit" => {
            *connection = Connection::new(limits(rest));
            return Ok(());
        }
        _ => {}
    }
    let mailbox = Mailbox::new(if rest.is_empty() { "none" } else { rest }).map_err(|e| e.to_string())?;
    let (verb, rest) = match (verb, rest.split_once(' ')) {
        ("UID", Some((verb, rest))) => (format!("UID {verb}"), rest),
        _ => (verb.to_owned(), rest),
    };
    let (first, second) = rest.split_once(' ').unwrap_or((rest, ""));
    let words: Vec<&str> = rest.split(' ').collect();
    let (keys, attributes) = match verb.as_str() {
        "SEARCH" | "UID SEARCH" => (words.iter().map(|word| key(word)).collect(), Vec::new()),
        "FETCH" | "UID FETCH" => (Vec::new(), second.split(' ').map(attribute).collect()),
        _ => (Vec::new(), Vec::new()),
    };
    let (uids, positions) = match verb.as_str() {
        "FETCH" | "UID FETCH" => (set(first), SequenceSet::from(set(first))),
        _ => (UidSet::new(), SequenceSet::default()),
    };
    let command = match verb.as_str() {
        "CAPABILITY" => Command::Capability,
        "NOOP" => Command::Noop,
        "LOGOUT" => Command::Logout,
        "STARTTLS" => Command::StartTls,
        "UNSELECT" => Command::Unselect,
        "AUTHENTICATE" => {
            let initial_response = rest.contains(' ').then_some(second.as_bytes());
            Command::Authenticate { mechanism: first, initial_response }
        }
        "SELECT" => Command::Select { mailbox: &mailbox },
        "EXAMINE" => Command::Examine { mailbox: &mailbox },
        "SEARCH" => Command::Search { keys: &keys },
        "UID SEARCH" => Command::UidSearch { keys: &keys },
        "FETCH" => Command::Fetch { messages: &positions, attributes: &attributes },
        "UID FETCH" => Command::UidFetch { messages: &uids, attributes: &attributes },
        _ => return Err(format!("the transcript says {line}")),
    };
    connection.send(command, out).map(|_| ()).map_err(|e| e.to_string())
}

fn limits(text: &str) -> Limits {
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
        _ => panic!("no limit {name}"),
    }
    limits
}

fn set(text: &str) -> UidSet {
    match text.split_once(':') {
        None if text == "*" => UidSet::last(),
        None => UidSet::from(text.parse::<u32>().unwrap()),
        Some((first, "*")) => UidSet::from_on(first.parse().unwrap()),
        Some((first, last)) => UidSet::try_from(first.parse().unwrap()..=last.parse().unwrap()).unwrap(),
    }
}

/// Keys without blanks: `FROM=Smith`, `SINCE=1994-2-1`.
fn key(word: &str) -> SearchKey<'_> {
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
        "!FROM" => SearchKey::Not(&SearchKey::From("Smith")),
        _ => panic!("no key {word}"),
    }
}

/// `BODY[1.2]`, `BODY[HEADER]<0.10>`.
fn attribute(word: &str) -> FetchAttribute<'_> {
    match word {
        "UID" => FetchAttribute::Uid,
        "FLAGS" => FetchAttribute::Flags,
        "INTERNALDATE" => FetchAttribute::InternalDate,
        "RFC822.SIZE" => FetchAttribute::Rfc822Size,
        "ENVELOPE" => FetchAttribute::Envelope,
        _ => {
            let (section, partial) = word.strip_prefix("BODY[").unwrap().split_once(']').unwrap();
            let partial = partial.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).map(|rest| {
                let (offset, length) = rest.split_once('.').unwrap();
                let length = NonZeroU32::new(length.parse().unwrap()).unwrap();
                Partial { offset: offset.parse().unwrap(), length }
            });
            FetchAttribute::Body { section: Section::from_wire(section.as_bytes()), partial }
        }
    }
}
