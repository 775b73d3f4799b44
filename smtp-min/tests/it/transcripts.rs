//! The recorded dialogues of `tests/transcripts`.

use std::path::Path;

use smtp_min::{BodyType, Command, Connection, EhloName, Limits, LineEnds, Mail, Rcpt};
use transcript::{Machine, Step};

use crate::script::{address, show};

struct Smtp(Connection);

impl Machine for Smtp {
    fn new() -> Self {
        let mut limits = Limits::default();
        limits.line = 200;
        limits.reply = 500;
        limits.lines = 9;
        limits.rounds = 3;
        Smtp(Connection::new(limits))
    }

    fn act(&mut self, action: &str, out: &mut Vec<u8>) -> Result<(), String> {
        let words: Vec<&str> = action.split(' ').collect();
        let name = EhloName::new(*words.get(1).unwrap_or(&"client.example.org"));
        let to = words.get(1).filter(|word| word.contains('@')).map(|word| address(word));
        let done = match words[0] {
            "respond" => self.0.respond(words.get(1).unwrap_or(&"").as_bytes(), out),
            "cancel" => self.0.cancel(out),
            "tls" => self.0.tls_started(b""),
            "tls-with" => self.0.tls_started(words[1].as_bytes()),
            "body" => self
                .0
                .send_body(&words[1..].join(" ").replace("\\r", "\r").replace("\\n", "\n").into_bytes(), out),
            "end" => self.0.finish_body(out),
            verb => {
                let name = name.unwrap_or_else(|_| EhloName::new("unused").unwrap());
                let mut mail = Mail::new(to.as_ref());
                for word in &words {
                    match word.split_once('=') {
                        Some(("size", octets)) => mail.size = octets.parse().ok(),
                        Some(("body", "7bit")) => mail.body = Some(BodyType::SevenBit),
                        Some(("body", "8bit")) => mail.body = Some(BodyType::EightBitMime),
                        _ => mail.smtputf8 |= *word == "utf8",
                    }
                }
                let command = match verb {
                    "ehlo" => Command::Ehlo(&name),
                    "helo" => Command::Helo(&name),
                    "starttls" => Command::StartTls,
                    "auth" => Command::Authenticate {
                        mechanism: words[1],
                        initial_response: words.get(2).map(|word| word.as_bytes()),
                    },
                    "mail" => Command::Mail(mail),
                    "rcpt" => Command::Rcpt(Rcpt::new(to.as_ref().unwrap())),
                    "data" => Command::Data { line_ends: LineEnds::Normalise },
                    "data-strict" => Command::Data { line_ends: LineEnds::Refuse },
                    "rset" => Command::Rset,
                    "noop" => Command::Noop,
                    "quit" => Command::Quit,
                    _ => return Err(format!("unknown action {action}")),
                };
                self.0.send(command, out).map(|_| ())
            }
        };
        done.map_err(|error| error.to_string())
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

    fn join(_: &str, _: &str) -> Option<String> {
        None
    }
}

#[test]
fn every_transcript_holds_at_every_split() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    assert!(transcript::check_folder::<Smtp>(&folder) >= 25);
}
