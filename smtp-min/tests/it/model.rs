//! A server that follows the RFCs and says yes, no, not now or nothing as a seed has it, and that knows what it did: what
//! the client reports must be what happened.

use std::sync::{Arc, Mutex};

use smtp_min::{
    Client, EhloName, Envelope, Limits, Outcome, Protocol, RecipientOutcome, SendReport, State, Transfer,
};
use tokio::io::{
    AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream, duplex,
};

/// How many sessions are played.
const SEEDS: u64 = 400;

/// A small generator (xorshift64*): a seed tells the whole session.
#[derive(Clone)]
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Dice {
        Dice((seed + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % end
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}

/// What the server has decided about one message.
#[derive(Debug, Clone, Default)]
struct Deed {
    body: Vec<u8>,
    /// Each recipient that was named, and the code that it got.
    named: Vec<(String, u16)>,
    /// The recipients that the server has taken the message for.
    took: Vec<String>,
}

#[derive(Default)]
struct Deeds {
    all: Vec<Deed>,
    /// A connection was closed before its end, or a 421 was said.
    left: bool,
}

struct Server {
    dice: Dice,
    stream: BufReader<DuplexStream>,
    /// What was decided and not said yet.
    answers: Vec<u8>,
    /// Octets that are still said before the server is gone.
    left: usize,
    protocol: Protocol,
    pipelining: bool,
    chunking: bool,
    deeds: Arc<Mutex<Deeds>>,
}

/// The connection is over.
struct Gone;

impl Server {
    async fn say(&mut self, text: &str) -> Result<(), Gone> {
        self.answers.extend_from_slice(text.as_bytes());
        self.answers.extend_from_slice(b"\r\n");
        // Answers are kept back as long as commands are there, as servers do, and sometimes are not.
        if self.stream.buffer().is_empty() || self.dice.one_in(3) { self.out().await } else { Ok(()) }
    }

    async fn out(&mut self) -> Result<(), Gone> {
        let most = self.left.min(self.answers.len());
        let answers: Vec<u8> = std::mem::take(&mut self.answers);
        for piece in answers[..most].chunks(1 + usize::try_from(self.dice.below(30)).unwrap()) {
            self.stream.write_all(piece).await.map_err(|_| Gone)?;
        }
        self.left -= most;
        if most < answers.len() {
            self.deeds.lock().unwrap().left = true;
            return Err(Gone);
        }
        Ok(())
    }

    /// 250, or a refusal one time in `n`; one of those in ten ends the session.
    async fn verdict(&mut self, n: u64) -> Result<u16, Gone> {
        if !self.dice.one_in(n) {
            return Ok(250);
        }
        if self.dice.one_in(10) {
            self.deeds.lock().unwrap().left = true;
            self.answers.extend_from_slice(b"421 4.3.0 closing\r\n");
            let _ = self.out().await;
            return Err(Gone);
        }
        Ok(if self.dice.one_in(2) { 450 } else { 550 })
    }

    fn note(&self, deed: &Deed, leaves: bool) {
        let mut deeds = self.deeds.lock().unwrap();
        deeds.all.push(deed.clone());
        deeds.left |= leaves;
    }

    async fn line(&mut self) -> Result<String, Gone> {
        let mut line = String::new();
        match self.stream.read_line(&mut line).await {
            Ok(octets) if octets > 0 => Ok(line),
            _ => Err(Gone),
        }
    }

    async fn serve(&mut self) -> Result<(), Gone> {
        self.say("220 ready").await?;
        // The transaction: whether MAIL was accepted, and what was named since.
        let (mut begun, mut spoilt, mut deed) = (false, false, Deed::default());
        loop {
            let line = self.line().await?;
            let command = line.trim_end();
            assert!(
                self.pipelining || command.starts_with("BDAT") || self.stream.buffer().is_empty(),
                "{command} and more, though it was not offered"
            );
            let valid = |deed: &Deed| deed.named.iter().any(|(_, code)| *code == 250);
            if command.starts_with("EHLO") || command.starts_with("LHLO") {
                let mut answer = String::from("250-hi\r\n");
                for (offered, name) in [(self.pipelining, "PIPELINING"), (self.chunking, "CHUNKING")] {
                    answer += &if offered { format!("250-{name}\r\n") } else { String::new() };
                }
                self.say(&(answer + "250 8BITMIME")).await?;
            } else if command == "RSET" {
                (begun, spoilt, deed) = (false, false, Deed::default());
                self.say("250 reset").await?;
            } else if command.starts_with("MAIL") {
                let code = if begun || spoilt { 503 } else { self.verdict(8).await? };
                assert_ne!(code, 503, "MAIL within a message: {deed:?}");
                begun = code == 250;
                deed = Deed::default();
                self.say(&format!("{code} mail")).await?;
            } else if let Some(to) = command.strip_prefix("RCPT TO:<") {
                let code = if begun { self.verdict(3).await? } else { 503 };
                deed.named.push((to.trim_end_matches('>').to_owned(), code));
                self.say(&format!("{code} rcpt")).await?;
            } else if command == "DATA" {
                let (strict, code) = (self.dice.one_in(2), self.verdict(8).await?);
                if !begun || (!valid(&deed) && (strict || self.protocol == Protocol::Lmtp)) {
                    self.say("503 nobody").await?;
                } else if code != 250 {
                    self.say(&format!("{code} no data")).await?;
                } else {
                    self.say("354 go").await?;
                    self.out().await?;
                    deed.body = self.message().await?;
                    self.conclude(&mut deed).await?;
                    (begun, deed) = (false, Deed::default());
                }
            } else if let Some(arguments) = command.strip_prefix("BDAT ") {
                let (octets, last) = arguments.split_once(' ').unwrap_or((arguments, ""));
                let mut chunk = vec![0; octets.parse().unwrap()];
                self.stream.read_exact(&mut chunk).await.map_err(|_| Gone)?;
                let code = if begun && !spoilt && valid(&deed) { self.verdict(12).await? } else { 503 };
                deed.body.extend_from_slice(&chunk);
                if code != 250 {
                    spoilt |= begun;
                    // RFC 2033: each has an answer, if only the same; but only to a message that was still one.
                    let each = self.protocol == Protocol::Lmtp && code != 503 && last == "LAST";
                    let accepted = deed.named.iter().filter(|(_, code)| *code == 250).count();
                    for _ in 0..if each { accepted } else { 1 } {
                        self.say(&format!("{code} bdat")).await?;
                    }
                } else if last == "LAST" {
                    self.conclude(&mut deed).await?;
                    (begun, deed) = (false, Deed::default());
                } else {
                    self.say("250 more").await?;
                }
            } else {
                assert_eq!(command, "QUIT");
                return self.say("221 bye").await;
            }
        }
    }

    /// The message behind 354, unstuffed.
    async fn message(&mut self) -> Result<Vec<u8>, Gone> {
        let mut body = Vec::new();
        loop {
            let line = self.line().await?;
            if line == ".\r\n" {
                return Ok(body);
            }
            body.extend_from_slice(line.strip_prefix('.').unwrap_or(&line).as_bytes());
            if self.dice.one_in(3_000) {
                self.deeds.lock().unwrap().left = true;
                self.say("552 too much").await?;
                self.out().await?;
                let _ = self.stream.read_to_end(&mut Vec::new()).await;
                return Err(Gone);
            }
        }
    }

    /// The whole message is here.
    async fn conclude(&mut self, deed: &mut Deed) -> Result<(), Gone> {
        let accepted: Vec<String> =
            deed.named.iter().filter(|(_, code)| *code == 250).map(|(to, _)| to.clone()).collect();
        if self.protocol == Protocol::Lmtp {
            let mut answers = Vec::new();
            for to in &accepted {
                let code = [250, 250, 250, 450, 550][usize::try_from(self.dice.below(5)).unwrap()];
                if code == 250 {
                    deed.took.push(to.clone());
                }
                answers.push(code);
                // It is for all that have had no answer.
                if self.dice.one_in(30) {
                    answers.push(421);
                    break;
                }
            }
            let leaves = answers.last() == Some(&421);
            self.note(deed, leaves);
            for code in answers {
                self.say(&format!("{code} done")).await?;
            }
            return if leaves { self.out().await.and(Err(Gone)) } else { Ok(()) };
        }
        let code = if accepted.is_empty() { 554 } else { self.verdict(5).await? };
        if code == 250 {
            deed.took = accepted;
        }
        self.note(deed, false);
        self.say(&format!("{code} message")).await
    }
}

/// What was said of a message against what was done about it.
fn compare(report: &SendReport, deeds: &Deeds, body: &[u8], before: usize) {
    let of_it: Vec<&Deed> = deeds.all[before..].iter().filter(|deed| !deed.body.is_empty()).collect();
    assert!(of_it.len() <= 1, "sent twice");
    let took: Vec<&str> = of_it.iter().flat_map(|deed| &deed.took).map(String::as_str).collect();
    assert!(of_it.iter().all(|deed| deed.took.is_empty() || deed.body == body), "another message arrived");
    let delivered: Vec<&str> = report.delivered_to().map(|to| to.as_str()).collect();
    match &report.outcome {
        Outcome::Accepted(_) => assert!(!delivered.is_empty()),
        Outcome::Refused(_) => assert!(took.is_empty(), "refused, it says, and {took:?} have it"),
        Outcome::Unknown { .. } => assert!(deeds.left, "unknown, though all was said"),
    }
    assert!(delivered.iter().all(|to| took.contains(to)), "{delivered:?} have it, it says, and {took:?} do");
    if !deeds.left {
        assert_eq!(delivered, took);
    }
    for missing in took.iter().filter(|to| !delivered.contains(*to)) {
        let undecided = report.undecided().any(|to| to.as_str() == *missing);
        let cut = matches!(report.outcome, Outcome::Accepted(_)) && deeds.left;
        assert!(undecided || cut, "{missing} has it, and nobody says so");
    }
    // What was said to a recipient is its own answer.
    for (address, outcome) in &report.recipients {
        for (_, code) in of_it.iter().flat_map(|deed| &deed.named).filter(|(to, _)| to == address.as_str()) {
            match outcome {
                RecipientOutcome::Accepted => assert_eq!(*code, 250),
                RecipientOutcome::Refused(reply) => assert!(reply.code() == *code || *code == 250),
                RecipientOutcome::Unanswered => assert!(deeds.left),
            }
        }
    }
}

async fn session(seed: u64) {
    let mut dice = Dice::new(seed);
    let (ours, theirs) = duplex(usize::try_from(16 + dice.below(5_000)).unwrap());
    let deeds = Arc::new(Mutex::new(Deeds::default()));
    let protocol = if dice.one_in(3) { Protocol::Lmtp } else { Protocol::Smtp };
    let mut server = Server {
        left: if dice.one_in(2) { usize::MAX } else { usize::try_from(60 + dice.below(500)).unwrap() },
        dice: Dice::new(seed ^ 0xFFFF_0000),
        stream: BufReader::new(theirs),
        answers: Vec::new(),
        protocol,
        pipelining: !dice.one_in(3),
        chunking: !dice.one_in(3),
        deeds: Arc::clone(&deeds),
    };
    let client = async {
        let (mut client, _) = Client::connect_with(ours, Limits::default(), protocol).await.ok()?;
        client.ehlo(&EhloName::new("c").unwrap()).await.ok()?;
        for number in 0..4 {
            let to: Vec<String> = (0..=dice.below(4)).map(|name| format!("{name}@x")).collect();
            let mut envelope = Envelope::parse("a@x", &to).unwrap();
            envelope.transfer = match dice.below(3) {
                0 => Transfer::Data,
                1 => Transfer::Chunks,
                _ => Transfer::OneFlight { most: 2_000 },
            };
            let lines = usize::try_from(dice.below(4) * dice.below(3_000)).unwrap();
            let body = format!("Subject: {number}\r\n\r\n{}", "..\r\n.\r\nab\r\n".repeat(lines)).into_bytes();
            let before = deeds.lock().unwrap().all.len();
            let result = client.send(&envelope, body.as_slice()).await;
            let deeds = deeds.lock().unwrap();
            match result {
                Ok(report) => compare(&report, &deeds, &body, before),
                Err(error) => {
                    assert!(deeds.left, "{error}, though nobody went away");
                    let taken = deeds.all[before..].iter().any(|deed| !deed.took.is_empty());
                    assert!(!taken, "{error}, and it was taken");
                }
            }
            if client.connection().state() != State::Ready {
                break;
            }
        }
        client.quit().await.ok().map(|_| ())
    };
    let (ended, _) = tokio::join!(client, async {
        let _ = server.serve().await;
        drop(server);
    });
    let deeds = deeds.lock().unwrap();
    assert!(ended.is_some() || deeds.left, "the session did not end in order");
}

#[tokio::test(start_paused = true)]
async fn what_is_reported_is_what_happened() {
    for seed in 0..SEEDS {
        println!("seed {seed}");
        session(seed).await;
    }
}
