//! A random peer and a random caller drive one of the three machines, and what must stay true is checked at each step.
//!
//! The input is a script: an octet says who does what, and those behind it are its arguments. The peer speaks lines that
//! such servers speak, true or not, or anything at all. The caller says any command, answers challenges as
//! `sasl-xoauth2` tells it, sends messages, starts TLS, sees the connection cut.
//!
//! Two machines hear the same: one in pieces, the other at once. They must tell the same and stand where the other does.

use std::fmt::Debug;

use memchr::memmem;
use sasl_xoauth2::{Credentials, Exchange, Mechanism};

/// Long enough to be told from anything else, and short enough for the initial response of any protocol.
const TOKEN: &str = "ya29.A0token-that-nobody-else-says";

/// What a machine may keep under the small limits of the targets, as octets of its `Debug`.
const MOST_KEPT: usize = 64 * 1024;

/// By whose fault a call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The connection is out of step since an earlier error.
    Broken,
    /// The peer broke the protocol, said too much, or went away.
    Peer,
    /// The caller asked for something that is not possible. The machine is as before.
    Caller,
}

/// How far a session has come, as far as all three protocols have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Before the log-in, or the protocol does not tell.
    Open,
    /// The peer has agreed to TLS.
    Securing,
    /// Somebody is logged in.
    LoggedIn,
    /// The session has ended.
    Ended,
    /// An error has put it out of step.
    Broken,
}

/// What a command is, as far as the checks differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `AUTH`. Its success needs a message of ours before it.
    Authenticate,
    /// A log-in by name and password.
    Login,
    /// A message by a stream of octets.
    Message,
    /// Any other.
    Other,
}

/// A command that was sent.
#[derive(Debug, Clone, Copy)]
struct Open<Id> {
    id: Id,
    kind: Kind,
    /// Something of it has a yes already: the first line of a list.
    begun: bool,
    /// The end of its message has been sent.
    finished: bool,
}

/// An event, in the words of no protocol.
#[derive(Debug)]
pub struct Heard<Id> {
    /// The command that it belongs to.
    pub id: Option<Id>,
    /// Whether the command has ended by it.
    pub ended: bool,
    /// What the caller would take for success.
    pub yes: bool,
    /// What it is.
    pub what: What,
    /// For comparison.
    pub text: String,
}

/// An event, and how many octets it uses up.
pub type Received<Id> = Result<Option<(usize, Heard<Id>)>, Fault>;

/// What an event is.
#[derive(Debug, PartialEq, Eq)]
pub enum What {
    /// The session begins, and somebody may be logged in already.
    Greeting {
        /// Somebody is.
        logged_in: bool,
    },
    /// The peer asks for a message of the log-in. `None`: it is not base64, or too long.
    Challenge(Option<Vec<u8>>),
    /// A piece of something that may come in any pieces.
    Piece(Vec<u8>),
    /// The answer to a message for one of its recipients.
    Delivered,
    /// Anything else.
    Other,
}

/// One of the three machines, with what its caller and its peer may say.
pub trait Machine: Sized + Debug {
    /// The name of a command.
    type Id: Copy + PartialEq + Debug;
    /// Whether answers come in the order of the commands, and what is open is counted.
    const IN_ORDER: bool;
    /// What the peer may say. `#` stands for the number of a command.
    const LINES: &'static [&'static [u8]];

    /// A machine whose greeting is still to come, with small limits. The octet chooses a variant.
    fn new(variant: u8) -> Self;
    /// Sends a command. The octet chooses which; `sasl` is the initial response, where there is one.
    ///
    /// # Errors
    /// By whose fault it was not sent.
    fn say(
        &mut self,
        which: u8,
        text: &str,
        sasl: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(Self::Id, Kind), Fault>;
    /// Whether this octet chooses `AUTH`, and whether it is sent with an initial response.
    fn authenticates(which: u8) -> Option<bool>;
    /// `respond`, `cancel`, `send_body`, `finish_body`, or what else the caller owes, by its number.
    ///
    /// # Errors
    /// By whose fault it was not done.
    fn owe(&mut self, what: Owed<'_>, out: &mut Vec<u8>) -> Result<(), Fault>;
    /// `wants_input`.
    fn wants_input(&mut self, input: &[u8]) -> bool;
    /// `receive`.
    ///
    /// # Errors
    /// By whose fault.
    fn receive(&mut self, input: &[u8], out: &mut Vec<u8>) -> Received<Self::Id>;
    /// `receive_eof`.
    ///
    /// # Errors
    /// By whose fault.
    fn receive_eof(&mut self) -> Result<(), Fault>;
    /// `tls_started`.
    ///
    /// # Errors
    /// By whose fault.
    fn tls_started(&mut self, leftover: &[u8]) -> Result<(), Fault>;
    /// `state`.
    fn stage(&self) -> Stage;
    /// `pending`, the greeting included.
    fn pending(&self) -> Option<usize>;
    /// Whether these octets, used up by the end of a command, say yes to it.
    fn says_yes(raw: &[u8]) -> bool;
    /// How many octets without an event the limits allow to wait.
    fn most_waiting(&self) -> usize;
}

/// What a caller owes.
#[derive(Debug, Clone, Copy)]
pub enum Owed<'a> {
    /// An answer to a challenge.
    Respond(&'a [u8]),
    /// The end of a log-in.
    Cancel,
    /// A piece of a message.
    Body(&'a [u8]),
    /// The end of a message.
    Finish,
    /// The end of `IDLE`.
    EndIdle,
}

/// The octets that decide what happens.
struct Script<'s>(&'s [u8]);

impl<'s> Script<'s> {
    fn octet(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// An octet says how long it is.
    fn text(&mut self) -> &'s [u8] {
        let length = usize::from(self.octet().unwrap_or_default()).min(self.0.len());
        let (text, rest) = self.0.split_at(length);
        self.0 = rest;
        text
    }
}

/// A machine and its buffers.
struct Side<M> {
    machine: M,
    input: Vec<u8>,
    out: Vec<u8>,
    /// What it told, with neighbouring pieces as one.
    told: Vec<String>,
    pieces: Vec<u8>,
}

impl<M: Machine> Side<M> {
    fn new(variant: u8) -> Self {
        let (input, out, told, pieces) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Side { machine: M::new(variant), input, out, told, pieces }
    }

    /// The next event, and the octets that it has used up.
    fn step(&mut self) -> Option<(Heard<M::Id>, Vec<u8>)> {
        if self.machine.stage() == Stage::Broken {
            return None;
        }
        let waits = self.machine.wants_input(&self.input);
        match self.machine.receive(&self.input, &mut self.out) {
            Ok(Some((used, heard))) => {
                assert!(!waits, "an event, although more input was wanted: {heard:?}");
                if let What::Piece(piece) = &heard.what {
                    self.pieces.extend(piece);
                } else {
                    self.flush();
                    self.told.push(heard.text.clone());
                }
                let raw = self.input.drain(..used).collect();
                Some((heard, raw))
            }
            Ok(None) => {
                assert!(waits, "no event, although no more input was wanted");
                let length = self.input.len();
                assert!(length <= self.machine.most_waiting(), "{length} octets wait");
                None
            }
            Err(fault) => {
                assert_eq!((fault, self.machine.stage()), (Fault::Peer, Stage::Broken));
                None
            }
        }
    }

    fn flush(&mut self) {
        if !self.pieces.is_empty() {
            self.told.push(std::mem::take(&mut self.pieces).escape_ascii().to_string());
        }
    }
}

/// A log-in that has begun.
struct Attempt {
    exchange: Exchange<'static>,
    /// A message of ours has been sent, and it was not cancelled.
    answered: bool,
    /// How often its token has left.
    tokens: usize,
}

struct Session<M: Machine> {
    sides: [Side<M>; 2],
    /// How many octets the first machine hears at once.
    piece: usize,
    greeted: bool,
    open: Vec<Open<M::Id>>,
    attempt: Option<Attempt>,
    /// A challenge that waits for its answer.
    challenge: Option<Option<Vec<u8>>>,
    logged_in: bool,
    /// The peer has said the token itself, so that it may be shown among the peer's words.
    echoed: bool,
    /// How many commands were sent.
    sent: u32,
    /// The message with the token, as it goes out.
    message: Vec<u8>,
}

/// A script from its beginning to its end.
///
/// # Panics
/// When something that must stay true does not.
pub fn run<M: Machine>(script: &[u8]) {
    // The fuzzer learns the token from the comparisons below. A peer that knows it may say it.
    if memmem::find(script, TOKEN.as_bytes()).is_some() {
        return;
    }
    let mut script = Script(script);
    let Some(variant) = script.octet() else { return };
    let mut message = Vec::new();
    exchange().initial_response_base64(&mut message).expect("a first message");
    let mut session = Session::<M> {
        sides: [Side::new(variant), Side::new(variant)],
        piece: usize::from(variant >> 4) + 1,
        greeted: false,
        open: Vec::new(),
        attempt: None,
        challenge: None,
        logged_in: false,
        echoed: false,
        sent: 0,
        message,
    };
    while let Some(octet) = script.octet() {
        match octet % 16 {
            0..=4 => session.say(&mut script),
            5..=8 => session.hear_a_line(&mut script),
            9 => session.hear(script.text()),
            10 | 11 => session.answer(),
            12 => session.owe(Owed::Cancel),
            13 => session.owe(Owed::Body(script.text())),
            14 => session.owe(if octet < 128 { Owed::Finish } else { Owed::EndIdle }),
            _ if octet < 224 => session.start_tls(octet < 192),
            _ => session.cut(),
        }
        for side in &mut session.sides {
            side.out.clear();
        }
        if session.sides[0].machine.stage() == Stage::Broken {
            session.stays_broken();
            break;
        }
    }
    let kept = format!("{:?}", session.sides[0].machine);
    assert!(kept.len() <= MOST_KEPT, "{} octets are kept", kept.len());
    assert!(session.echoed || !kept.contains(TOKEN), "a token in Debug");
}

fn exchange() -> Exchange<'static> {
    let credentials = Credentials::new("u@x.example", TOKEN).expect("good credentials");
    Exchange::new(Mechanism::XOAuth2, credentials)
}

impl<M: Machine> Session<M> {
    /// Calls both machines. What fails by the caller's fault leaves nothing behind and breaks nothing.
    fn both<T: Debug + PartialEq>(
        &mut self,
        mut call: impl FnMut(&mut Side<M>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let [one, two] = self.sides.each_mut().map(|side| {
            let (length, pending, stage) = (side.out.len(), side.machine.pending(), side.machine.stage());
            let result = call(side);
            if result.is_err() && side.machine.stage() != Stage::Broken {
                assert_eq!(side.out.len(), length, "a refused call leaves octets");
                assert_eq!((side.machine.pending(), side.machine.stage()), (pending, stage));
            }
            result
        });
        assert_eq!(one, two);
        assert_eq!(self.sides[0].out, self.sides[1].out);
        self.count_tokens(0);
        one
    }

    /// The token leaves once for each log-in.
    fn count_tokens(&mut self, from: usize) {
        let fresh = self.sides[0].out.get(from..).unwrap_or_default();
        let count = memmem::find_iter(fresh, &self.message).count();
        match &mut self.attempt {
            Some(attempt) => {
                attempt.tokens += count;
                assert!(attempt.tokens <= 1, "the token has left {} times", attempt.tokens);
            }
            None => assert_eq!(count, 0, "a token, and nobody logs in"),
        }
    }

    /// The caller says a command.
    fn say(&mut self, script: &mut Script<'_>) {
        let which = script.octet().unwrap_or_default();
        let text = String::from_utf8_lossy(script.text()).into_owned();
        let initial = M::authenticates(which);
        let (mut exchange, mut message) = (exchange(), Vec::new());
        if initial == Some(true) {
            exchange.initial_response(&mut message).expect("a first message");
        }
        let before = self.attempt.take();
        if let Some(answered) = initial {
            self.attempt = Some(Attempt { exchange, answered, tokens: 0 });
        }
        let said = self.both(|side| side.machine.say(which, &text, &message, &mut side.out));
        let Ok((id, kind)) = said else {
            self.attempt = before;
            return;
        };
        if initial.is_none() {
            self.attempt = before;
        }
        self.sent += 1;
        assert!(self.open.iter().all(|open| open.id != id), "a name that is in use");
        self.open.push(Open { id, kind, begun: false, finished: false });
    }

    /// The peer says a line that such a peer says.
    fn hear_a_line(&mut self, script: &mut Script<'_>) {
        let (which, number) = (script.octet().unwrap_or_default(), script.octet().unwrap_or_default());
        let line = M::LINES[usize::from(which) % M::LINES.len()];
        // Mostly of a command that is open; now and then of one that was answered, or never sent.
        let number = (self.sent + 1).saturating_sub(u32::from(number % 8)).to_string();
        let mut said = Vec::new();
        for octet in line {
            if *octet == b'#' { said.extend(number.bytes()) } else { said.push(*octet) }
        }
        self.hear(&said);
    }

    /// The peer says something.
    fn hear(&mut self, said: &[u8]) {
        // What a command of ours brings about by itself comes also when nothing is said.
        while self.step() {}
        for piece in said.chunks(self.piece) {
            self.sides[0].input.extend(piece);
            while self.step() {}
        }
        let [one, two] = &mut self.sides;
        two.input.extend(said);
        while two.step().is_some() {}
        if one.machine.stage() == Stage::Broken {
            return;
        }
        for side in [&mut *one, &mut *two] {
            side.flush();
        }
        assert_eq!(one.told, two.told, "in pieces it is told otherwise");
        one.told.clear();
        two.told.clear();
        assert_eq!((one.machine.stage(), &one.out), (two.machine.stage(), &two.out));
        assert_eq!(one.input, two.input);
    }

    /// One event of the first machine, held against what this caller knows; whether there was one.
    fn step(&mut self) -> bool {
        let from = self.sides[0].out.len();
        let Some((heard, raw)) = self.sides[0].step() else { return false };
        assert!(!memmem::find_iter(&self.sides[0].out[from..], &self.message).any(|_| true));
        self.echoed |= memmem::find(&raw, TOKEN.as_bytes()).is_some();
        assert!(self.echoed || !heard.text.contains(TOKEN), "a token in Debug");
        match &heard.what {
            What::Greeting { logged_in } => (self.greeted, self.logged_in) = (true, *logged_in),
            What::Challenge(challenge) => {
                let asked = self.open.iter().any(|open| open.kind == Kind::Authenticate);
                assert!(asked && self.challenge.is_none(), "a challenge that nothing has asked for");
                self.challenge = Some(challenge.clone());
            }
            What::Delivered => {
                let message = self.open.first().map(|open| open.id);
                assert!(message.is_some(), "delivered, and no message was sent");
                if self.sides[0].machine.pending() < Some(self.open.len()) {
                    self.open.remove(0);
                }
            }
            What::Piece(_) | What::Other => {}
        }
        if let Some(id) = heard.id {
            self.about(id, &heard, &raw);
        }
        let machine = &self.sides[0].machine;
        match machine.stage() {
            Stage::LoggedIn => assert!(self.logged_in, "logged in without a yes"),
            Stage::Ended if M::IN_ORDER => self.open.clear(),
            Stage::Ended | Stage::Open | Stage::Securing | Stage::Broken => {}
        }
        if M::IN_ORDER && machine.stage() != Stage::Ended {
            assert_eq!(machine.pending(), Some(self.open.len() + usize::from(!self.greeted)));
        }
        true
    }

    /// An event that names a command: one that is open, in its turn, and not successful without a yes.
    fn about(&mut self, id: M::Id, heard: &Heard<M::Id>, raw: &[u8]) {
        let Some(at) = self.open.iter().position(|open| open.id == id) else {
            panic!("an event for {id:?}, which is not open: {heard:?}");
        };
        assert!(!M::IN_ORDER || at == 0, "out of turn: {heard:?}");
        if !heard.ended {
            self.open[at].begun |= M::says_yes(raw);
            return;
        }
        let Open { kind, begun, finished, .. } = self.open.remove(at);
        if kind == Kind::Authenticate {
            self.challenge = None;
        }
        let attempt = if kind == Kind::Authenticate { self.attempt.take() } else { None };
        if !heard.yes {
            return;
        }
        assert!(begun || M::says_yes(raw), "success without a yes: {heard:?} from {:?}", raw.escape_ascii());
        match kind {
            Kind::Authenticate => {
                let answered = attempt.is_some_and(|attempt| attempt.answered);
                assert!(answered, "a log-in without a message of ours");
                self.logged_in = true;
            }
            Kind::Login => self.logged_in = true,
            Kind::Message => assert!(finished, "a message is accepted before its end"),
            Kind::Other => {}
        }
    }

    /// Answers a challenge as `sasl-xoauth2` says, whether or not there is one.
    fn answer(&mut self) {
        let mut answer = Vec::new();
        if let (Some(attempt), Some(challenge)) = (&mut self.attempt, &self.challenge) {
            let Some(challenge) = challenge else { return self.owe(Owed::Cancel) };
            if attempt.exchange.respond(challenge, &mut answer).is_err() {
                return self.owe(Owed::Cancel);
            }
        }
        self.owe(Owed::Respond(&answer));
    }

    /// The caller does what it owes, or what it does not.
    fn owe(&mut self, what: Owed<'_>) {
        let challenged = self.challenge.is_some();
        let done = self.both(|side| side.machine.owe(what, &mut side.out));
        if matches!(what, Owed::Respond(_) | Owed::Cancel) {
            assert_eq!(done.is_ok(), challenged, "{what:?}");
            self.challenge = None;
        }
        if done.is_err() {
            return;
        }
        match (what, &mut self.attempt) {
            (Owed::Respond(_), Some(attempt)) => attempt.answered = true,
            (Owed::Cancel, Some(attempt)) => attempt.answered = false,
            // The next message begins when the one before has its end, answered or not.
            (Owed::Finish, _) => {
                let mut messages = self.open.iter_mut().filter(|open| open.kind == Kind::Message);
                // A refusal may have come before; what is announced is sent to its end all the same.
                if let Some(message) = messages.find(|open| !open.finished) {
                    message.finished = true;
                }
            }
            (Owed::Respond(_) | Owed::Cancel | Owed::Body(_) | Owed::EndIdle, _) => {}
        }
    }

    /// TLS starts, with octets from before it or not.
    fn start_tls(&mut self, clean: bool) {
        let agreed = self.sides[0].machine.stage() == Stage::Securing;
        let leftover: &[u8] = if clean { b"" } else { b"+OK\r\n" };
        let started = self.both(|side| side.machine.tls_started(leftover));
        assert_eq!(started.is_ok(), agreed && clean, "{started:?}");
        if started.is_ok() {
            self.logged_in = false;
        }
    }

    /// The peer goes away. Only the end of a session is no error.
    fn cut(&mut self) {
        let ended = self.sides[0].machine.stage() == Stage::Ended;
        let cut = self.both(|side| side.machine.receive_eof());
        assert!(cut != Ok(()) || ended, "a cut that nobody sees");
    }

    /// After an error everything is refused, and nothing more leaves.
    fn stays_broken(&mut self) {
        for side in &mut self.sides {
            assert_eq!(side.machine.stage(), Stage::Broken, "only one has failed");
            for which in 0..64 {
                assert!(side.machine.say(which, "x", b"", &mut side.out).is_err());
            }
            for owed in [Owed::Respond(b"x"), Owed::Cancel, Owed::Body(b"x"), Owed::Finish, Owed::EndIdle] {
                assert!(side.machine.owe(owed, &mut side.out).is_err(), "{owed:?}");
            }
            assert_eq!(side.machine.tls_started(b""), Err(Fault::Broken));
            assert!(!side.machine.wants_input(&side.input));
            for input in [&side.input[..], b"", b"+OK\r\n", b"* OK x\r\n", b"250 OK\r\n"] {
                assert_eq!(side.machine.receive(input, &mut side.out).err(), Some(Fault::Broken));
            }
            assert_eq!(side.machine.receive_eof(), Err(Fault::Broken));
            assert_eq!(side.out, b"", "a broken machine speaks");
        }
    }
}
