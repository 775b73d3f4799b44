//! One response, read by `imap-min` and by `imap-proto`: where both accept it, they mean the same.
//!
//! What `imap-min` tells a quirk of is not compared: there the two differ on purpose.
#![no_main]

use imap_min::{Command, Connection, Event, FetchItem, Limits, Mailbox};
use imap_proto::{AttributeValue, MailboxDatum, NameAttribute, Response};
use libfuzzer_sys::fuzz_target;

/// What a response means, as far as both tell it.
#[derive(Debug, Default, PartialEq)]
struct Meaning {
    kind: &'static str,
    number: u64,
    numbers: Vec<u32>,
    texts: Vec<String>,
}

fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

/// `None` when it is told with a quirk, is not understood, or has no counterpart.
fn ours(line: &[u8]) -> Option<Meaning> {
    let mut connection = Connection::new(Limits::default());
    let mut out = Vec::new();
    connection.receive(b"* PREAUTH in\r\n", &mut out).ok()?;
    connection.send(Command::Select { mailbox: &Mailbox::inbox() }, &mut out).ok()?;
    for heard in [&b"* 4294967295 EXISTS\r\n"[..], b"A1 OK in\r\n"] {
        connection.receive(heard, &mut out).ok()??;
    }
    let (mut rest, mut meaning) = (line, Meaning::default());
    while !rest.is_empty() {
        let (used, event) = connection.receive(rest, &mut out).ok()??;
        match event {
            Event::Exists(number) => (meaning.kind, meaning.number) = ("exists", number.into()),
            Event::Recent(number) => (meaning.kind, meaning.number) = ("recent", number.into()),
            Event::Expunge(number) => (meaning.kind, meaning.number) = ("expunge", number.into()),
            Event::Flags(flags) => {
                meaning.kind = "flags";
                meaning.texts.extend(flags.iter().map(|flag| plain(&flag.to_string())));
            }
            Event::List(list) if !list.lsub && list.extended.is_empty() => {
                meaning.kind = "list";
                meaning.texts.push(text(list.name.octets()));
                meaning.number = list.delimiter.map_or(0, |delimiter| u64::from(u32::from(delimiter)));
            }
            Event::SearchStart(_) => meaning.kind = "search",
            Event::SearchHits(hits) => meaning.numbers.extend(hits),
            Event::SearchEnd(None) => {}
            Event::FetchStart(start) => (meaning.kind, meaning.number) = ("fetch", start.seq.into()),
            Event::FetchItem(item) => match item {
                FetchItem::Uid(uid) => meaning.texts.push(format!("uid {uid}")),
                FetchItem::Flags(flags) => {
                    let flags = flags.iter().map(|flag| plain(&flag.to_string()));
                    meaning.texts.push(format!("flags {:?}", flags.collect::<Vec<_>>()));
                }
                FetchItem::Rfc822Size(size) => meaning.texts.push(format!("size {size}")),
                FetchItem::ModSeq(number) => meaning.texts.push(format!("modseq {number}")),
                FetchItem::Envelope(envelope) => {
                    let shown = |part: Option<std::borrow::Cow<'_, [u8]>>| part.map(|part| text(&part));
                    let (subject, id) = (shown(envelope.subject()), shown(envelope.message_id()));
                    let from: Vec<_> = envelope.from().map(|from| shown(from.mailbox)).collect();
                    meaning.texts.push(format!("envelope {subject:?} {id:?} {from:?}"));
                }
                _ => return None,
            },
            Event::FetchEnd => {}
            _ => return None,
        }
        rest = &rest[used..];
    }
    Some(meaning)
}

/// A flag without case, and without what only one side escapes.
fn plain(flag: &str) -> String {
    flag.replace(['\\', '\''], "").to_ascii_lowercase()
}

fn lower(flags: &[std::borrow::Cow<'_, str>]) -> Vec<String> {
    flags.iter().map(|flag| plain(flag)).collect()
}

/// A string as it was meant: the peer leaves escapes where they are.
fn unescaped(octets: &[u8]) -> String {
    let mut plain = Vec::with_capacity(octets.len());
    let mut octets = octets.iter();
    while let Some(octet) = octets.next() {
        let meant = if *octet == b'\\' { octets.next().unwrap_or(octet) } else { octet };
        plain.push(*meant);
    }
    text(&plain)
}

fn theirs(line: &[u8]) -> Option<Meaning> {
    let (rest, response) = imap_proto::parser::parse_response(line).ok()?;
    let mut meaning = Meaning::default();
    match response {
        _ if !rest.is_empty() => return None,
        Response::Expunge(number) => (meaning.kind, meaning.number) = ("expunge", number.into()),
        Response::MailboxData(MailboxDatum::Exists(n)) => {
            (meaning.kind, meaning.number) = ("exists", n.into())
        }
        Response::MailboxData(MailboxDatum::Recent(n)) => {
            (meaning.kind, meaning.number) = ("recent", n.into())
        }
        Response::MailboxData(MailboxDatum::Flags(flags)) => {
            (meaning.kind, meaning.texts) = ("flags", lower(&flags));
        }
        Response::MailboxData(MailboxDatum::Search(numbers)) => {
            (meaning.kind, meaning.numbers) = ("search", numbers);
        }
        Response::MailboxData(MailboxDatum::List { name_attributes, delimiter, name }) => {
            // It reads LSUB as the same thing.
            let lsub = line.get(2..6).is_some_and(|word| word.eq_ignore_ascii_case(b"LSUB"));
            if lsub || name_attributes.contains(&NameAttribute::NoSelect) {
                return None;
            }
            meaning.kind = "list";
            let delimiter = delimiter.as_deref().map(|text| unescaped(text.as_bytes()));
            let delimiter = delimiter.and_then(|text| text.chars().next());
            meaning.number = delimiter.map_or(0, |delimiter| u64::from(u32::from(delimiter)));
            meaning.texts.push(unescaped(name.as_bytes()));
        }
        Response::Fetch(seq, items) => {
            (meaning.kind, meaning.number) = ("fetch", seq.into());
            for item in items {
                meaning.texts.push(match item {
                    AttributeValue::Uid(uid) => format!("uid {uid}"),
                    AttributeValue::Flags(flags) => format!("flags {:?}", lower(&flags)),
                    AttributeValue::Rfc822Size(size) => format!("size {size}"),
                    AttributeValue::ModSeq(number) => format!("modseq {number}"),
                    AttributeValue::Envelope(envelope) => {
                        let shown = |part: &Option<std::borrow::Cow<'_, [u8]>>| {
                            part.as_ref().map(|part| unescaped(part))
                        };
                        let from = envelope.from.iter().flatten().map(|from| shown(&from.mailbox));
                        let from: Vec<_> = from.collect();
                        let (subject, id) = (shown(&envelope.subject), shown(&envelope.message_id));
                        format!("envelope {subject:?} {id:?} {from:?}")
                    }
                    _ => return None,
                });
            }
        }
        _ => return None,
    }
    Some(meaning)
}

fuzz_target!(|bytes: &[u8]| {
    // One line: the peer takes literals for strings with escapes in them.
    if bytes.iter().any(|byte| matches!(byte, b'\r' | b'\n' | b'{' | 0 | 128..)) {
        return;
    }
    let line = [b"* ", bytes, b"\r\n"].concat();
    if let (Some(ours), Some(theirs)) = (ours(&line), theirs(&line)) {
        // An unusual list of flags may be cut in other places; a name's brackets are one thing to us.
        if !bytes.contains(&b'[') {
            assert_eq!(ours, theirs, "{}", line.escape_ascii());
        }
    }
});
