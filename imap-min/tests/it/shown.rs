//! Events as a transcript has them.

use std::fmt::Write as _;

use imap_min::{BodyStructure, Event, FetchItem, Part, SearchItem};

/// An event's `Debug`, but bodies, search results and structures in full.
pub(crate) fn line(event: Event<'_>) -> String {
    match event {
        Event::Body(octets) => format!("Body {}", octets.escape_ascii()),
        Event::SearchHits(hits) => {
            let numbers: Vec<String> = hits.map(|number| number.to_string()).collect();
            format!("SearchHits {}", numbers.join(" "))
        }
        Event::SearchItem(SearchItem::All(ranges)) => {
            let ranges: Vec<String> = ranges.iter().map(|range| format!("{range:?}")).collect();
            format!("All {}", ranges.join(","))
        }
        Event::FetchItem(FetchItem::BodyStructure(structure)) => parts(&structure),
        Event::Challenge(challenge) => {
            let answered = if challenge.is_answered() { " (answered)" } else { "" };
            match challenge.decode() {
                Ok(octets) => format!("Challenge{answered} {}", octets.escape_ascii()),
                Err(error) => format!("Challenge{answered}: {error}"),
            }
        }
        other => format!("{other:?}"),
    }
}

fn parts(structure: &BodyStructure<'_>) -> String {
    let parts: Vec<String> = structure.parts().map(|part| one(&part)).collect();
    format!("Parts {}", parts.join(" | "))
}

fn one(part: &Part<'_>) -> String {
    let shown = |octets: &Option<std::borrow::Cow<'_, [u8]>>| {
        octets.as_ref().map_or_else(|| "?".to_owned(), |octets| octets.escape_ascii().to_string())
    };
    let (kind, subtype) = (shown(&part.media_type), shown(&part.subtype));
    let mut text = format!("[{}] {:?} {kind}/{subtype}", part.section, part.kind);
    for (name, value) in part.parameters.iter() {
        let _ = write!(text, " {}={}", name.escape_ascii(), value.escape_ascii());
    }
    for (name, value) in [("id", &part.id), ("about", &part.description), ("md5", &part.md5)] {
        if value.is_some() {
            let _ = write!(text, " {name}:{}", shown(value));
        }
    }
    if part.encoding.is_some() {
        let _ = write!(text, " in {}", shown(&part.encoding));
    }
    for (name, number) in [("octets", part.octets), ("lines", part.lines)] {
        if let Some(number) = number {
            let _ = write!(text, " {name}:{number}");
        }
    }
    if let Some(envelope) = &part.envelope {
        let _ = write!(text, " subject:{}", shown(&envelope.subject()));
    }
    if let Some(disposition) = &part.disposition {
        let _ = write!(text, " as {}", disposition.kind.escape_ascii());
        for (name, value) in disposition.parameters.iter() {
            let _ = write!(text, ",{}={}", name.escape_ascii(), value.escape_ascii());
        }
    }
    for language in part.languages {
        let _ = write!(text, " lang:{}", language.escape_ascii());
    }
    if part.location.is_some() {
        let _ = write!(text, " at {}", shown(&part.location));
    }
    text
}
