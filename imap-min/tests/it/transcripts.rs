//! Every dialogue of `tests/transcripts`, cut in every way.

use std::path::Path;

use imap_min::{Connection, Limits};
use transcript::{Machine, Step};

use crate::actions::act;
use crate::shown::line;

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

#[test]
fn all_transcripts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    assert!(transcript::check_folder::<Imap>(&folder) >= 10);
}
