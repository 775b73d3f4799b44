//! Every dialogue of `tests/transcripts`, cut in every way.

use std::path::Path;

use imap_min::{Connection, Event, Limits, SearchItem};
use transcript::{Machine, Step};

use crate::actions::act;

struct Imap(Connection);

impl Machine for Imap {
    fn new() -> Self {
        Imap(Connection::new(Limits::default()))
    }

    fn act(&mut self, action: &str, out: &mut Vec<u8>) -> Result<(), String> {
        act(&mut self.0, action, out)
    }

    fn step(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<Option<Step>, String> {
        let wants = self.0.wants_input(input);
        let found = self.0.receive(input, out).map_err(|error| error.to_string())?;
        assert_eq!(wants, found.is_none(), "wants_input and receive differ");
        Ok(found.map(|(consumed, event)| Step { consumed, event: line(event) }))
    }

    fn eof(&mut self) -> Result<(), String> {
        self.0.receive_eof().map_err(|error| error.to_string())
    }

    fn join(first: &str, second: &str) -> Option<String> {
        let hits = second.strip_prefix("SearchHits ").filter(|_| first.starts_with("SearchHits "));
        if let Some(hits) = hits {
            return Some(format!("{first} {hits}"));
        }
        if let Some(more) = second.strip_prefix("All ").filter(|_| first.starts_with("All ")) {
            return Some(format!("{first},{more}"));
        }
        let body = second.strip_prefix("Body ").filter(|_| first.starts_with("Body "))?;
        Some(format!("{first}{body}"))
    }
}

/// An event as a transcript has it: its `Debug`, but bodies and search results in full.
fn line(event: Event<'_>) -> String {
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

#[test]
fn all_transcripts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    assert!(transcript::check_folder::<Imap>(&folder) >= 10);
}
