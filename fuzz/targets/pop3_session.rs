//! A random POP3 server and a random caller. What must stay true: see `fuzz::session`.
#![no_main]

use fuzz::libfuzzer_sys::fuzz_target;
use fuzz::session::{Fault, Heard, Kind, Machine, Owed, Received, Stage, What, run};
use pop3_min::{Command, CommandId, Connection, Error, Event, Limits, State, Status};

fuzz_target!(|script: &[u8]| run::<Pop3>(script));

#[derive(Debug)]
struct Pop3(Connection);

fn fault(error: Error) -> Fault {
    match error {
        Error::Broken => Fault::Broken,
        Error::Protocol { .. } | Error::Eof { .. } => Fault::Peer,
        // The caller's too long arguments are told apart by the state.
        Error::TooLong { .. } => Fault::Peer,
        Error::Lacks { .. } | Error::Misuse { .. } | Error::Invalid { .. } => Fault::Caller,
        other => panic!("not of a machine: {other}"),
    }
}

impl Machine for Pop3 {
    type Id = CommandId;
    const IN_ORDER: bool = true;
    const LINES: &'static [&'static [u8]] = &[
        b"+OK\r\n",
        b"+OK ready <1.2@x>\r\n",
        b"-ERR [AUTH] no\r\n",
        b"-ERR [IN-USE] busy\r\n",
        b"+ \r\n",
        b"+\r\n",
        b"+ go ahead\r\n",
        b"+ eyJzdGF0dXMiOiI0MDAifQ==\r\n",
        b".\r\n",
        b"+OK\r\nSASL XOAUTH2\r\nPIPELINING\r\nUTF8 USER\r\nSTLS\r\n.\r\n",
        b"+OK 2 320\r\n",
        b"+OK 2 -1\r\n",
        b"1 whqtswO00WBw418f9t5JxYwZ\r\n",
        b"2 QhdPYR:00WBw1Ph7x7\r\n",
        b"2 200\r\n",
        b"en English\r\n",
        b"+OK 1 120\r\n",
        b"+OK 200 octets\r\nSubject: x\r\n\r\n..dot\r\n.\r\n",
        b"a\nb\r\n",
        b"+OK\n",
        b".\n",
        b"\r\n",
    ];

    fn new(variant: u8) -> Self {
        let mut limits = Limits::default();
        (limits.line, limits.list, limits.listing) = (128, 256, 8);
        (limits.pipeline, limits.rounds, limits.challenge) = (4, 3, 64);
        limits.body = if variant & 1 == 0 { 64 } else { 1 << 20 };
        Pop3(Connection::new(limits))
    }

    fn authenticates(which: u8) -> Option<bool> {
        match which % 24 {
            0 | 1 => Some(false),
            2 => Some(true),
            _ => None,
        }
    }

    fn say(
        &mut self,
        which: u8,
        text: &str,
        sasl: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(CommandId, Kind), Fault> {
        let number = u32::from(which / 24) % 3 + 1;
        let auth = |initial_response| Command::Authenticate { mechanism: "XOAUTH2", initial_response };
        let (command, kind) = match which % 24 {
            0 | 1 => (auth(None), Kind::Authenticate),
            2 => (auth(Some(sasl)), Kind::Authenticate),
            3 => (Command::User { name: text }, Kind::Other),
            4 => (Command::Pass { password: text }, Kind::Login),
            5 => {
                let digest = "c4c9334bac560ecc979e58001b3e22fb";
                (Command::Apop { name: text, digest }, Kind::Login)
            }
            6 => (Command::Capa, Kind::Other),
            7 => (Command::Stls, Kind::Other),
            8 => (Command::Languages, Kind::Other),
            9 => (Command::Lang { tag: text }, Kind::Other),
            10 => (Command::Utf8, Kind::Other),
            11 => (Command::Stat, Kind::Other),
            12 | 13 => (Command::Uidl, Kind::Other),
            14 => (Command::List, Kind::Other),
            15 => (Command::UidlOne { number }, Kind::Other),
            16 => (Command::ListOne { number }, Kind::Other),
            17 => (Command::Top { number, lines: 1 }, Kind::Other),
            18 | 19 => (Command::Retr { number }, Kind::Other),
            20 => (Command::Dele { number }, Kind::Other),
            21 => (Command::Rset, Kind::Other),
            22 => (Command::Noop, Kind::Other),
            _ => (Command::Quit, Kind::Other),
        };
        self.0.send(command, out).map(|id| (id, kind)).map_err(fault)
    }

    fn owe(&mut self, what: Owed<'_>, out: &mut Vec<u8>) -> Result<(), Fault> {
        match what {
            Owed::Respond(message) => self.0.respond(message, out).map_err(fault),
            Owed::Cancel => self.0.cancel(out).map_err(fault),
            // This protocol has none of them.
            Owed::Body(_) | Owed::Finish | Owed::EndIdle => Err(Fault::Caller),
        }
    }

    fn wants_input(&mut self, input: &[u8]) -> bool {
        self.0.wants_input(input)
    }

    fn receive(&mut self, input: &[u8], out: &mut Vec<u8>) -> Received<CommandId> {
        let length = out.len();
        let Some((used, event)) = self.0.receive(input, out).map_err(fault)? else { return Ok(None) };
        assert_eq!(out.len(), length, "receive has spoken");
        let text = format!("{event:?}");
        let (id, ended, yes, what) = match &event {
            Event::Greeting(_) => (None, false, false, What::Greeting { logged_in: false }),
            Event::Completed { id, reply } if *id == CommandId::GREETING => {
                assert_eq!(reply.status, Status::Err);
                (None, false, false, What::Greeting { logged_in: false })
            }
            Event::Completed { id, reply } => (Some(*id), true, reply.status == Status::Ok, What::Other),
            Event::Stat { id, .. } | Event::ListingEnd { id } | Event::BodyEnd { id } => {
                (Some(*id), true, true, What::Other)
            }
            // The one line that answers `UIDL` or `LIST` of one message is a reply, and an item.
            Event::UidlItem { id, .. } | Event::ListItem { id, .. } => {
                let single = input.starts_with(b"+OK");
                (Some(*id), single, single, What::Other)
            }
            Event::ListingStart { id, .. }
            | Event::CapaItem { id, .. }
            | Event::LangItem { id, .. }
            | Event::BodyStart { id, .. } => (Some(*id), false, false, What::Other),
            Event::Challenge(challenge) => (None, false, false, What::Challenge(challenge.decode().ok())),
            Event::Body(piece) => (None, false, false, What::Piece(piece.to_vec())),
            Event::Quirk(_) => (None, false, false, What::Other),
            other => panic!("an event that this target does not know: {other:?}"),
        };
        Ok(Some((used, Heard { id, ended, yes, what, text })))
    }

    fn receive_eof(&mut self) -> Result<(), Fault> {
        self.0.receive_eof().map_err(fault)
    }

    fn tls_started(&mut self, leftover: &[u8]) -> Result<(), Fault> {
        self.0.tls_started(leftover).map_err(fault)
    }

    fn stage(&self) -> Stage {
        match self.0.state() {
            State::StartingTls => Stage::Securing,
            State::Transaction => Stage::LoggedIn,
            State::Ended => Stage::Ended,
            State::Broken => Stage::Broken,
            _ => Stage::Open,
        }
    }

    fn pending(&self) -> Option<usize> {
        Some(self.0.pending())
    }

    fn says_yes(raw: &[u8]) -> bool {
        raw.starts_with(b"+OK")
    }

    fn most_waiting(&self) -> usize {
        self.0.limits().line + 2
    }
}
