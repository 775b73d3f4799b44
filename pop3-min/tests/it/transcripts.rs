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
        limits.list = 200;
        limits.listing = 9;
        limits.rounds = 3;
        limits.body = 300;
        Pop3(Connection::new(limits))
    }

    fn act(&mut self, action: &str, out: &mut Vec<u8>) -> Result<(), String> {
        let words: Vec<&str> = action.split(' ').collect();
        let number = || words[1].parse().unwrap();
        let message = text(words.get(2..).unwrap_or_default());
        let command = match words[0] {
            "respond" => {
                let message = text(words.get(1..).unwrap_or_default());
                return self.0.respond(&message, out).map_err(|error| error.to_string());
            }
            "respond-long" => {
                let message = vec![b'a'; words[1].parse().unwrap()];
                return self.0.respond(&message, out).map_err(|error| error.to_string());
            }
            "cancel" => return self.0.cancel(out).map_err(|error| error.to_string()),
            "tls" => return self.0.tls_started(b"").map_err(|error| error.to_string()),
            "tls-with" => return self.0.tls_started(words[1].as_bytes()).map_err(|error| error.to_string()),
            "nothing" => return Ok(()),
            "auth" => Command::Authenticate {
                mechanism: words[1],
                initial_response: words.get(2).map(|_| message.as_slice()),
            },
            "capa" => Command::Capa,
            "stls" => Command::Stls,
            "stat" => Command::Stat,
            "uidl" => Command::Uidl,
            "list" => Command::List,
            "user" => Command::User { name: words[1] },
            "pass" => Command::Pass { password: words[1] },
            "apop" => Command::Apop { name: words[1], digest: words[2] },
            "uidl-one" => Command::UidlOne { number: number() },
            "list-one" => Command::ListOne { number: number() },
            "top" => Command::Top { number: number(), lines: words[2].parse().unwrap() },
            "langs" => Command::Languages,
            "lang" => Command::Lang { tag: words[1] },
            "utf8" => Command::Utf8,
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

/// A SASL message, with its NULs.
fn text(words: &[&str]) -> Vec<u8> {
    words.join(" ").replace("\\0", "\0").into_bytes()
}

/// The quirks of POP3 servers that are known, by their numbers in the collection, and the transcript that shows what
/// becomes of each.
const QUIRKS: &[(&str, &[&str])] = &[
    (
        "1: a greeting of the newer front end, with a bracket at its end that is no code",
        &["exchange-greetings"],
    ),
    (
        "41: AUTH with the token on its line is answered by closing",
        &["exchange-one-line-auth", "exchange-login"],
    ),
    (
        "42: a token of more than 4,096 octets is a protocol error, also in two steps",
        &["exchange-long-token"],
    ),
    ("43: every failed login has the same text", &["exchange-bad-token"]),
    ("44: CAPA without PIPELINING, UTF8 and RESP-CODES", &["exchange-login"]),
    ("45: other greetings", &["exchange-greetings"]),
    ("69: PIPELINING in CAPA only after the login", &["gmail-capa"]),
    ("97: SASL in CAPA without mechanisms", &["dovecot-sasl-empty"]),
    ("129: TOP gives less than was asked for", &["quirk-top-cut"]),
    ("130a: +OK in place of +", &["quirk-ok-for-plus"]),
    ("130b: words behind +", &["quirk-text-behind-plus"]),
    ("130c: -ERR to CAPA after the login", &["quirk-capa-refused"]),
    ("130d: a dot and LF alone end a message", &["quirk-bare-lf-dot", "quirk-bare-lf"]),
    ("130e: negative sizes", &["quirk-sizes"]),
    ("130f: UIDL works, and is not in CAPA", &["quirk-uidl-unoffered"]),
    ("130g: UIDL lines twice, or without an id", &["quirk-uidl", "quirk-one"]),
    ("133: lines that end in LF alone", &["quirk-bare-lf", "bare-lf-in-mail"]),
    ("84: + without its space", &["exchange-login"]),
    ("Dovecot closes without a word on a token above 8,188 octets", &["dovecot-long-token"]),
];

#[test]
fn every_quirk_has_its_transcript() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    for (quirk, names) in QUIRKS {
        for name in *names {
            let text = std::fs::read_to_string(folder.join(format!("{name}.txt")));
            let text = text.unwrap_or_else(|error| panic!("{quirk}: {name}: {error}"));
            transcript::check::<Pop3>(&text).unwrap_or_else(|why| panic!("{quirk}: {name}: {why}"));
        }
    }
}

#[test]
fn every_transcript_holds_at_every_split() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    assert!(transcript::check_folder::<Pop3>(&folder) >= 40);
}
