//! A random SMTP or LMTP server and a random caller. What must stay true: see `fuzz::session`.
#![no_main]

use fuzz::libfuzzer_sys::fuzz_target;
use fuzz::session::{Fault, Heard, Kind, Machine, Owed, Received, Stage, What, run};
use smtp_min::{
    Address, BodyType, Command, CommandId, Connection, EhloName, Error, Event, Limits, LineEnds, Mail,
    Notify, Protocol, Rcpt, Reply, State,
};

fuzz_target!(|script: &[u8]| run::<Smtp>(script));

#[derive(Debug)]
struct Smtp(Connection);

fn fault(error: Error) -> Fault {
    match error {
        Error::Broken => Fault::Broken,
        Error::Protocol { .. } | Error::Eof { .. } => Fault::Peer,
        Error::TooLong { .. } => Fault::Peer,
        Error::Lacks { .. } | Error::Misuse { .. } | Error::Invalid { .. } => Fault::Caller,
        other => panic!("not of a machine: {other}"),
    }
}

impl Machine for Smtp {
    type Id = CommandId;
    const IN_ORDER: bool = true;
    const LINES: &'static [&'static [u8]] = &[
        b"220 ready\r\n",
        b"250 2.1.0 ok\r\n",
        b"250-x\r\n250-AUTH XOAUTH2\r\n250-PIPELINING\r\n250-CHUNKING\r\n250-BINARYMIME\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-DSN\r\n250-SIZE 9999\r\n250 STARTTLS\r\n",
        b"250-x\r\n250 AUTH XOAUTH2\r\n",
        b"235 2.7.0 in\r\n",
        b"334 \r\n",
        b"334 eyJzdGF0dXMiOiI0MDEifQ==\r\n",
        b"334 go ahead\r\n",
        b"354 go\r\n",
        b"354-a\r\n354 b\r\n",
        b"421 4.3.2 bye\r\n",
        b"450 4.7.1 later\r\n",
        b"535 5.7.3 no\r\n",
        b"550-5.7.60 no\r\n550 5.7.60 really\r\n",
        b"554 5.2.252 no\r\n",
        b"221 2.0.0 bye\r\n",
        b"252 perhaps\r\n",
        b"250-a\r\n550 b\r\n",
        b"250 ok\n",
        b"250\r\n",
        b"\r\n",
    ];

    fn new(variant: u8) -> Self {
        let mut limits = Limits::default();
        (limits.line, limits.reply, limits.lines) = (128, 512, 12);
        (limits.pipeline, limits.rounds, limits.challenge) = (6, 3, 64);
        let protocol = if variant & 1 == 0 { Protocol::Smtp } else { Protocol::Lmtp };
        Smtp(Connection::with_protocol(limits, protocol))
    }

    fn authenticates(which: u8) -> Option<bool> {
        match which % 20 {
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
        let name = EhloName::new("c.example").expect("a name");
        let address = Address::new(text).unwrap_or_else(|_| Address::new("a@x.example").expect("good"));
        let line_ends = [LineEnds::Refuse, LineEnds::Normalise][usize::from(which / 20) % 2];
        let auth = |initial_response| Command::Authenticate { mechanism: "XOAUTH2", initial_response };
        let mut mail = Mail::new(Some(&address));
        mail.smtputf8 = address.needs_smtputf8();
        let (command, kind) = match which % 20 {
            0 | 1 => (auth(None), Kind::Authenticate),
            2 => (auth(Some(sasl)), Kind::Authenticate),
            3 | 4 => (Command::Ehlo(&name), Kind::Other),
            5 => (Command::Helo(&name), Kind::Other),
            6 => (Command::StartTls, Kind::Other),
            7 => (Command::Mail(mail), Kind::Other),
            8 => {
                mail.body = Some(BodyType::BinaryMime);
                (Command::Mail(mail), Kind::Other)
            }
            9 => {
                (mail.body, mail.size) = (Some(BodyType::EightBitMime), Some(9999));
                (Command::Mail(mail), Kind::Other)
            }
            10 | 11 => (Command::Rcpt(Rcpt::new(&address)), Kind::Other),
            12 => {
                let mut rcpt = Rcpt::new(&address);
                rcpt.notify = Some(Notify::NEVER);
                (Command::Rcpt(rcpt), Kind::Other)
            }
            13 | 14 => (Command::Data { line_ends }, Kind::Message),
            15 => (Command::Bdat { chunk: text.as_bytes(), last: false, line_ends }, Kind::Other),
            16 => (Command::Bdat { chunk: text.as_bytes(), last: true, line_ends }, Kind::Other),
            17 => (Command::Vrfy { query: text }, Kind::Other),
            18 => ([Command::Rset, Command::Noop][usize::from(which / 20) % 2], Kind::Other),
            _ => (Command::Quit, Kind::Other),
        };
        self.0.send(command, out).map(|id| (id, kind)).map_err(fault)
    }

    fn owe(&mut self, what: Owed<'_>, out: &mut Vec<u8>) -> Result<(), Fault> {
        match what {
            Owed::Respond(message) => self.0.respond(message, out),
            Owed::Cancel => self.0.cancel(out),
            Owed::Body(piece) => self.0.send_body(piece, out),
            Owed::Finish => self.0.finish_body(out),
            Owed::EndIdle => return Err(Fault::Caller),
        }
        .map_err(fault)
    }

    fn wants_input(&mut self, input: &[u8]) -> bool {
        self.0.wants_input(input)
    }

    fn receive(&mut self, input: &[u8], out: &mut Vec<u8>) -> Received<CommandId> {
        let length = out.len();
        let Some((used, event)) = self.0.receive(input, out).map_err(fault)? else { return Ok(None) };
        assert_eq!(out.len(), length, "receive has spoken");
        let text = format!("{event:?}");
        let yes = |reply: &Reply<'_>| !reply.is_refusal();
        let (id, ended, yes, what) = match &event {
            Event::Greeting(_) => (None, false, false, What::Greeting { logged_in: false }),
            Event::Completed { id, reply } if *id == CommandId::GREETING => {
                assert!(reply.is_refusal());
                (None, false, false, What::Greeting { logged_in: false })
            }
            Event::Completed { id, reply } => (Some(*id), true, yes(reply), What::Other),
            Event::Ready { id, .. } => (Some(*id), false, false, What::Other),
            Event::Challenge(challenge) => (None, false, false, What::Challenge(challenge.decode().ok())),
            // It names a recipient whose command has ended; the message ends with the last of them.
            Event::Delivered { .. } => (None, false, false, What::Delivered),
            Event::Quirk(_) | Event::Closing(_) => (None, false, false, What::Other),
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
            State::Ended => Stage::Ended,
            State::Broken => Stage::Broken,
            _ => Stage::Open,
        }
    }

    fn pending(&self) -> Option<usize> {
        Some(self.0.pending())
    }

    fn says_yes(raw: &[u8]) -> bool {
        let last = raw.trim_ascii_end().rsplit(|octet| *octet == b'\n').next().unwrap_or_default();
        matches!(last, [b'2', b'0'..=b'9', b'0'..=b'9', ..])
    }

    fn most_waiting(&self) -> usize {
        self.0.limits().reply + 2
    }
}
