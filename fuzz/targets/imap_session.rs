//! A random IMAP server and a random caller. What must stay true: see `fuzz::session`.
#![no_main]

use fuzz::libfuzzer_sys::fuzz_target;
use fuzz::session::{Fault, Heard, Kind, Machine, Owed, Received, Stage, What, run};
use imap_min::{
    Append, AppendForm, Command, CommandId, Connection, Error, Event, FetchAttribute, Flag, GreetingKind,
    Limits, ListOptions, Mailbox, SearchKey, SearchOptions, Section, SequenceSet, State, Status, StatusItem,
    Store, UidSet,
};

fuzz_target!(|script: &[u8]| run::<Imap>(script));

#[derive(Debug)]
struct Imap {
    connection: Connection,
    eager: bool,
}

fn fault(error: Error) -> Fault {
    match error {
        Error::Broken => Fault::Broken,
        Error::Protocol { .. } | Error::Eof { .. } | Error::TooLong { .. } => Fault::Peer,
        Error::Lacks { .. } | Error::Misuse { .. } | Error::MustWait { .. } | Error::Invalid { .. } => {
            Fault::Caller
        }
        other => panic!("not of a machine: {other}"),
    }
}

impl Machine for Imap {
    type Id = CommandId;
    const IN_ORDER: bool = false;
    const LINES: &'static [&'static [u8]] = &[
        b"* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2 STARTTLS] ready\r\n",
        b"* PREAUTH in\r\n",
        b"* BYE gone\r\n",
        b"A# OK done\r\n",
        b"A# NO [AUTHENTICATIONFAILED] no\r\n",
        b"A# BAD what\r\n",
        b"A# OK [READ-ONLY] open\r\n",
        b"+ \r\n",
        b"+ eyJzdGF0dXMiOiI0MDAifQ==\r\n",
        b"+ idling\r\n",
        b"* CAPABILITY IMAP4rev1 IMAP4rev2 SASL-IR AUTH=XOAUTH2 LITERAL+ IDLE UIDPLUS MOVE CONDSTORE QRESYNC ID ENABLE ESEARCH UNSELECT QUOTA NAMESPACE STARTTLS UTF8=ACCEPT BINARY COMPRESS=DEFLATE\r\n",
        b"* 3 EXISTS\r\n",
        b"* 1 RECENT\r\n",
        b"* 2 EXPUNGE\r\n",
        b"* FLAGS (\\Seen \\Answered)\r\n",
        b"* OK [UIDVALIDITY 3] x\r\n",
        b"* OK [PERMANENTFLAGS (\\Seen \\*)] x\r\n",
        b"* OK [CLOSED] x\r\n",
        b"* SEARCH 1 2 3\r\n",
        b"* ESEARCH (TAG \"A#\") UID COUNT 2 ALL 1:2\r\n",
        b"* LIST (\\HasNoChildren) \"/\" INBOX\r\n",
        b"* STATUS INBOX (MESSAGES 3 UIDNEXT 4)\r\n",
        b"* 1 FETCH (UID 7 FLAGS (\\Seen) RFC822.SIZE 12)\r\n",
        b"* 1 FETCH (UID 7 BODY[] {5}\r\nab\r\nc)\r\n",
        b"* 2 FETCH (BODY[] \"quoted \\\" text\" FLAGS ())\r\n",
        b"* 2 FETCH (ENVELOPE (NIL {3}\r\nabc NIL NIL NIL NIL NIL NIL NIL NIL))\r\n",
        b"* VANISHED (EARLIER) 1:3\r\n",
        b"* VANISHED 1:2\r\n",
        b"* ENABLED UTF8=ACCEPT QRESYNC\r\n",
        b"* ID (\"name\" \"x\")\r\n",
        b"* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n",
        b"* QUOTA \"\" (STORAGE 1 2)\r\n",
        b"* X-UNKNOWN a (b \"c\")\r\n",
        b"\r\n",
        b"* 3 EXISTS\n",
    ];

    fn new(variant: u8) -> Self {
        let mut limits = Limits::default();
        (limits.line, limits.response, limits.list) = (512, 768, 512);
        (limits.pipeline, limits.nesting, limits.challenge) = (6, 8, 64);
        (limits.literal, limits.body) = (16, 1024);
        let eager = variant & 1 == 1;
        let connection = if eager { Connection::eager(limits) } else { Connection::new(limits) };
        Imap { connection, eager }
    }

    fn authenticates(which: u8) -> Option<bool> {
        match which % 36 {
            0 | 1 => Some(false),
            2 | 3 => Some(true),
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
        let mailbox = Mailbox::new(text).unwrap_or_else(|_| Mailbox::inbox());
        let (uids, positions) = (UidSet::from_on(2), SequenceSet::all());
        let flags = [Flag::Seen];
        let keys = [SearchKey::Subject(text)];
        let attributes = [FetchAttribute::Flags, FetchAttribute::body(Section::Full)];
        let auth = |initial_response| Command::Authenticate { mechanism: "XOAUTH2", initial_response };
        let append = Append::new(&mailbox, u64::from(which / 36) * 7).flags(&flags);
        let (command, kind) = match which % 36 {
            0 | 1 => (auth(None), Kind::Authenticate),
            2 | 3 => (auth(Some(sasl)), Kind::Authenticate),
            4 => (Command::Login { user: text, password: text }, Kind::Login),
            5 => (Command::Capability, Kind::Other),
            6 => (Command::Noop, Kind::Other),
            7 => (Command::Logout, Kind::Other),
            8 => (Command::StartTls, Kind::Other),
            9 => (Command::Id { fields: &[("name", text)] }, Kind::Other),
            10 => (Command::Enable { capabilities: &["UTF8=ACCEPT"] }, Kind::Other),
            11 | 12 => (Command::Select { mailbox: &mailbox }, Kind::Other),
            13 => (Command::Examine { mailbox: &mailbox }, Kind::Other),
            14 => (Command::Create { mailbox: &mailbox }, Kind::Other),
            15 => {
                let options = ListOptions::default();
                (Command::List { reference: "", pattern: text, options }, Kind::Other)
            }
            16 => (Command::Namespace, Kind::Other),
            17 => (Command::MailboxStatus { mailbox: &mailbox, items: &[StatusItem::Messages] }, Kind::Other),
            18 | 19 => (Command::Append(append), Kind::Message),
            20 => (Command::Append(append.form(AppendForm::Utf8)), Kind::Message),
            21 | 22 => (Command::Idle, Kind::Other),
            23 => (Command::Close, Kind::Other),
            24 => (Command::Unselect, Kind::Other),
            25 => (Command::Expunge, Kind::Other),
            26 => (Command::Search { keys: &keys }, Kind::Other),
            27 => (Command::UidSearch { keys: &keys }, Kind::Other),
            28 => {
                let options = SearchOptions::count();
                (Command::UidSearchWith { keys: &[SearchKey::All], options }, Kind::Other)
            }
            29 => (Command::Fetch { messages: &positions, attributes: &attributes }, Kind::Other),
            30 | 31 => (Command::UidFetch { messages: &uids, attributes: &attributes }, Kind::Other),
            32 => (Command::UidStore { messages: &uids, store: Store::add(&flags) }, Kind::Other),
            33 => (Command::UidMove { messages: &uids, mailbox: &mailbox }, Kind::Other),
            34 => (Command::Compress, Kind::Other),
            _ => (Command::GetQuotaRoot { mailbox: &mailbox }, Kind::Other),
        };
        self.connection.send(command, out).map(|id| (id, kind)).map_err(fault)
    }

    fn owe(&mut self, what: Owed<'_>, out: &mut Vec<u8>) -> Result<(), Fault> {
        match what {
            Owed::Respond(message) => self.connection.respond(message, out),
            Owed::Cancel => self.connection.cancel(out),
            Owed::Body(piece) => self.connection.send_body(piece, out),
            Owed::Finish => self.connection.finish_body(out),
            Owed::EndIdle => self.connection.end_idle(out),
        }
        .map_err(fault)
    }

    fn wants_input(&mut self, input: &[u8]) -> bool {
        self.connection.wants_input(input)
    }

    fn receive(&mut self, input: &[u8], out: &mut Vec<u8>) -> Received<CommandId> {
        let length = out.len();
        let Some((used, event)) = self.connection.receive(input, out).map_err(fault)? else {
            return Ok(None);
        };
        let speaks = matches!(event, Event::Ready(_));
        assert!(speaks || out.len() == length, "receive has spoken at {event:?}");
        let text = format!("{event:?}");
        let (id, ended, yes, what) = match &event {
            Event::Greeting(greeting) => {
                let logged_in = greeting.kind == GreetingKind::PreAuth;
                (None, false, false, What::Greeting { logged_in })
            }
            Event::Completed(completed) => {
                (Some(completed.command), true, completed.status == Status::Ok, What::Other)
            }
            Event::Swallowed(command) => (Some(*command), true, false, What::Other),
            Event::Ready(command) => (Some(*command), false, false, What::Other),
            Event::SearchStart(command) => (*command, false, false, What::Other),
            Event::Challenge(challenge) if challenge.is_answered() => (None, false, false, What::Other),
            Event::Challenge(challenge) => (None, false, false, What::Challenge(challenge.decode().ok())),
            Event::Body(piece) => (None, false, false, What::Piece(piece.to_vec())),
            Event::SearchHits(hits) => {
                let numbers: String = hits.clone().map(|number| format!("{number} ")).collect();
                (None, false, false, What::Piece(numbers.into_bytes()))
            }
            _ => (None, false, false, What::Other),
        };
        Ok(Some((used, Heard { id, ended, yes, what, text })))
    }

    fn receive_eof(&mut self) -> Result<(), Fault> {
        self.connection.receive_eof().map_err(fault)
    }

    fn tls_started(&mut self, leftover: &[u8]) -> Result<(), Fault> {
        assert!(!self.eager || self.connection.state() != State::Securing, "STARTTLS in an eager session");
        self.connection.tls_started(leftover).map_err(fault)
    }

    fn stage(&self) -> Stage {
        match self.connection.state() {
            State::Securing => Stage::Securing,
            State::Authenticated | State::Selected => Stage::LoggedIn,
            State::Logout => Stage::Ended,
            State::Broken => Stage::Broken,
            _ => Stage::Open,
        }
    }

    fn pending(&self) -> Option<usize> {
        None
    }

    fn says_yes(raw: &[u8]) -> bool {
        let mut words = raw.split(|octet| matches!(octet, b' ' | b'[')).filter(|word| !word.is_empty());
        words.next().is_some_and(|tag| tag != b"*")
            && words.next().is_some_and(|word| word.trim_ascii_end().eq_ignore_ascii_case(b"OK"))
    }

    fn most_waiting(&self) -> usize {
        self.connection.limits().response + 2
    }
}
