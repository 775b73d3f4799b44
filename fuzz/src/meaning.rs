//! What a response of an IMAP server means, for comparison with other readers.

use imap_min::{Command, Connection, Event, FetchItem, Limits, Mailbox};

/// What a response means, as far as both tell it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Meaning {
    /// Which response it is.
    pub kind: &'static str,
    /// Its number, or the delimiter of a list.
    pub number: u64,
    /// The numbers of a search.
    pub numbers: Vec<u32>,
    /// Its texts, or the items of a message's data.
    pub texts: Vec<String>,
}

/// Octets as text, for comparison.
pub fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

/// A line as `imap-min` reads it; `None` when it is told with a quirk, is not understood, or has no counterpart.
pub fn ours(line: &[u8]) -> Option<Meaning> {
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
        rest = rest.get(used..)?;
    }
    Some(meaning)
}

/// A flag without case, and without what only one side escapes.
pub fn plain(flag: &str) -> String {
    flag.replace(['\\', '\''], "").to_ascii_lowercase()
}
