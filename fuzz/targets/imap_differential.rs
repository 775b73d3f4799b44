//! One response, read by `imap-min` and by `imap-proto`: where both accept it, they mean the same.
//!
//! What `imap-min` tells a quirk of is not compared: there the two differ on purpose.
#![no_main]

use fuzz::meaning::{Meaning, ours, plain, text};
use imap_proto::{AttributeValue, MailboxDatum, NameAttribute, Response};
use libfuzzer_sys::fuzz_target;

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
    // One line: the peer takes literals for strings with escapes in them. DEL is shown escaped by one of them.
    if bytes.iter().any(|byte| matches!(byte, b'\r' | b'\n' | b'{' | 0 | 127..)) {
        return;
    }
    let line = [b"* ", bytes, b"\r\n"].concat();
    if let (Some(mut ours), Some(theirs)) = (ours(&line), theirs(&line)) {
        // The peer writes INBOX in capitals, however the server did.
        if ours.kind == "list" {
            let inboxes = ours.texts.iter_mut().filter(|name| name.eq_ignore_ascii_case("INBOX"));
            inboxes.for_each(|name| name.make_ascii_uppercase());
        }
        // An unusual list of flags may be cut in other places; a name's brackets are one thing to us.
        if !bytes.contains(&b'[') {
            assert_eq!(ours, theirs, "{}", line.escape_ascii());
        }
    }
});
