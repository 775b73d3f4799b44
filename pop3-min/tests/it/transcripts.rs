//! The recorded dialogues of `tests/transcripts`.

use std::path::Path;

use pop3_min::{Command, Connection, Limits};
use transcript::{Machine, Step};

use crate::script::show;

struct Pop3(Connection);

impl Machine for Pop3 {
    fn new() -> Self {
        let mut limits = Limits::default();
        limits.line = 200;
        limits.list = 100;
        limits.listing = 9;
        limits.rounds = 3;
        limits.body = 300;
        Pop3(Connection::new(limits))
    }

    fn act(&mut self, action: &str, out: &mut Vec<u8>) -> Result<(), String> {
        let words: Vec<&str> = action.split(' ').collect();
        let number = || words[1].parse().unwrap();
        let command = match words[0] {
            "respond" => {
                let message = words.get(1).unwrap_or(&"").as_bytes();
                return self.0.respond(message, out).map_err(|error| error.to_string());
            }
            "cancel" => return self.0.cancel(out).map_err(|error| error.to_string()),
            "tls" => return self.0.tls_started(b"").map_err(|error| error.to_string()),
            "tls-with" => return self.0.tls_started(words[1].as_bytes()).map_err(|error| error.to_string()),
            "nothing" => return Ok(()),
            "auth" => Command::Authenticate {
                mechanism: words[1],
                initial_response: words.get(2).map(|word| word.as_bytes()),
            },
            "capa" => Command::Capa,
            "stls" => Command::Stls,
            "stat" => Command::Stat,
            "uidl" => Command::Uidl,
            "list" => Command::List,
            "retr" => Command::Retr { number: number() },
            "dele" => Command::Dele { number: number() },
            "rset" => Command::Rset,
            "noop" => Command::Noop,
            "quit" => Command::Quit,
            _ => return Err(format!("unknown action {action}")),
        };
        self.0.send(command, out).map(|_| ()).map_err(|error| error.to_string())
    }

    fn step(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<Option<Step>, String> {
        if self.0.wants_input(input) {
            return Ok(None);
        }
        let received = self.0.receive(input, out).map_err(|error| error.to_string())?;
        Ok(received.map(|(consumed, event)| Step { consumed, event: show(&event) }))
    }

    fn eof(&mut self) -> Result<(), String> {
        self.0.receive_eof().map_err(|error| error.to_string())
    }

    fn join(first: &str, second: &str) -> Option<String> {
        let more = second.strip_prefix("Body ")?;
        first.starts_with("Body ").then(|| format!("{first}{more}"))
    }
}

#[test]
fn every_transcript_holds_at_every_split() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    assert!(transcript::check_folder::<Pop3>(&folder) >= 20);
}
