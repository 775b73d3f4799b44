//! The recorded dialogues of `tests/transcripts`.

use std::path::Path;

use smtp_min::{
    BodyType, Command, Connection, EhloName, EnvelopeId, Limits, LineEnds, Mail, Notify, OriginalRecipient,
    Protocol, Rcpt, Return,
};
use transcript::{Machine, Step};

use crate::script::{address, show};

struct Dialogue<const LMTP: bool>(Connection);

impl<const LMTP: bool> Machine for Dialogue<LMTP> {
    fn new() -> Self {
        let mut limits = Limits::default();
        limits.line = 200;
        limits.reply = 500;
        limits.lines = 9;
        limits.rounds = 3;
        let protocol = if LMTP { Protocol::Lmtp } else { Protocol::Smtp };
        Dialogue(Connection::with_protocol(limits, protocol))
    }

    fn act(&mut self, action: &str, out: &mut Vec<u8>) -> Result<(), String> {
        let words: Vec<&str> = action.split(' ').collect();
        let name = EhloName::new(*words.get(1).unwrap_or(&"client.example.org"));
        let to = words.get(1).filter(|word| word.contains('@')).map(|word| address(word));
        let done = match words[0] {
            "respond" => self.0.respond(&text(&words), out),
            "cancel" => self.0.cancel(out),
            "tls" => self.0.tls_started(b""),
            "tls-with" => self.0.tls_started(words[1].as_bytes()),
            "body" => self.0.send_body(&text(&words), out),
            "nothing" => Ok(()),
            "end" => self.0.finish_body(out),
            verb => {
                let name = name.unwrap_or_else(|_| EhloName::new("unused").unwrap());
                let mut mail = Mail::new(to.as_ref());
                let id = words.iter().find_map(|word| word.strip_prefix("envid="));
                let id = id.map(|id| EnvelopeId::new(id).unwrap());
                mail.envelope_id = id.as_ref();
                let original = words.iter().find_map(|word| word.strip_prefix("orcpt="));
                let original = original.map(|text| OriginalRecipient::new(&address(text)).unwrap());
                let mut notify = None;
                let (chunk, message) = (text(&words), text(words.get(1..).unwrap_or_default()));
                for word in &words {
                    match word.split_once('=') {
                        Some(("size", octets)) => mail.size = octets.parse().ok(),
                        Some(("body", "7bit")) => mail.body = Some(BodyType::SevenBit),
                        Some(("body", "8bit")) => mail.body = Some(BodyType::EightBitMime),
                        Some(("body", "binary")) => mail.body = Some(BodyType::BinaryMime),
                        Some(("ret", "hdrs")) => mail.ret = Some(Return::Headers),
                        Some(("ret", "full")) => mail.ret = Some(Return::Full),
                        Some(("notify", "never")) => notify = Some(Notify::NEVER),
                        Some(("notify", when)) => {
                            let [success, failure, delay] =
                                ['s', 'f', 'd'].map(|letter| when.contains(letter));
                            notify = Some(Notify { success, failure, delay });
                        }
                        _ => {
                            mail.smtputf8 |= *word == "utf8";
                            mail.require_tls |= *word == "requiretls";
                        }
                    }
                }
                let mut rcpt = to.as_ref().map(Rcpt::new);
                if let Some(rcpt) = &mut rcpt {
                    (rcpt.notify, rcpt.original) = (notify, original.as_ref());
                }
                let bdat = |last, line_ends| Command::Bdat { chunk: &chunk, last, line_ends };
                let command = match verb {
                    "bdat" => bdat(false, LineEnds::Normalise),
                    "bdat-last" => bdat(true, LineEnds::Normalise),
                    "bdat-strict" => bdat(false, LineEnds::Refuse),
                    "vrfy" => Command::Vrfy { query: words[1] },
                    "ehlo" => Command::Ehlo(&name),
                    "helo" => Command::Helo(&name),
                    "starttls" => Command::StartTls,
                    "auth" => Command::Authenticate {
                        mechanism: words[1],
                        initial_response: words.get(2).map(|_| message.as_slice()),
                    },
                    "mail" => Command::Mail(mail),
                    "rcpt" => Command::Rcpt(rcpt.unwrap()),
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

/// What stands behind the verb, with its escapes.
fn text(words: &[&str]) -> Vec<u8> {
    let mut text = words.get(1..).unwrap_or_default().join(" ");
    for (escape, character) in [("\\r", "\r"), ("\\n", "\n"), ("\\0", "\0"), ("\\x01", "\x01")] {
        text = text.replace(escape, character);
    }
    // The one octet above 127 that the dialogues have.
    text.split("\\xff").map(str::as_bytes).collect::<Vec<_>>().join(&0xff)
}

/// The quirks of SMTP servers that are known, by their numbers in the collection, and the transcript that shows what
/// becomes of each.
const QUIRKS: &[(&str, &[&str])] = &[
    ("46: Office 365 offers AUTH only inside TLS", &["exchange-587"]),
    ("47: 535 5.7.3 and 5.7.139", &["exchange-refusals"]),
    ("48: 550 5.2.1 as the answer to AUTH", &["exchange-odd-auth"]),
    ("49: a cancelled login is answered by 535", &["cancel-answered-535"]),
    ("50: 501 5.5.124 as the answer to AUTH", &["exchange-odd-auth"]),
    ("51: X-EXPS is an old name of AUTH", &["exchange-odd-auth"]),
    ("66: a challenge with the reason, then 535", &["gmail-challenge"]),
    ("67: an AUTH line that is too long", &["gmail-long-line"]),
    ("71: mechanisms of Gmail", &["gmail-refusal"]),
    ("98: 500 to a long AUTH line", &["gmail-long-line"]),
    ("127: EHLO after the login resets it", &["ehlo-after-login"]),
    ("128: DATA answered by 250", &["quirk-data-250"]),
    ("lines that end in LF, and codes that differ", &["quirk-line-ends-and-codes"]),
    ("words in the first 334", &["quirk-text-in-334"]),
];

#[test]
fn every_quirk_has_its_transcript() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    for (quirk, names) in QUIRKS {
        for name in *names {
            let text = std::fs::read_to_string(folder.join(format!("{name}.txt")));
            let text = text.unwrap_or_else(|error| panic!("{quirk}: {name}: {error}"));
            transcript::check::<Dialogue<false>>(&text)
                .unwrap_or_else(|why| panic!("{quirk}: {name}: {why}"));
        }
    }
}

#[test]
fn every_transcript_holds_at_every_split() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    assert!(transcript::check_folder::<Dialogue<false>>(&folder) >= 40);
    assert!(transcript::check_folder::<Dialogue<true>>(&folder.join("lmtp")) >= 5);
}
