//! What goes out: exactly one command, or nothing.

use std::num::NonZeroU32;

use imap_min::{
    Capabilities, Command, CommandKind, Connection, Date, Error, FetchAttribute, Flag, Flags, Limits,
    Mailbox, Partial, SearchKey, Section, SequenceSet, State, UidSet,
};

/// A session in which every command but the log-in is possible.
pub(crate) fn selected() -> Connection {
    let mut connection = Connection::new(Limits::default());
    let mut out = Vec::new();
    feed(&mut connection, b"* PREAUTH in\r\n");
    connection.send(Command::Select { mailbox: &Mailbox::inbox() }, &mut out).unwrap();
    feed(&mut connection, b"* 3 EXISTS\r\nA1 OK in\r\n");
    assert_eq!(connection.state(), State::Selected);
    connection
}

/// Reads all of the input.
pub(crate) fn feed(connection: &mut Connection, mut input: &[u8]) {
    while let Some((used, _)) = connection.receive(input, &mut Vec::new()).unwrap() {
        input = &input[used..];
    }
    assert!(input.is_empty());
}

fn sent(command: Command<'_>) -> String {
    let mut out = Vec::new();
    selected().send(command, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn search(keys: &[SearchKey<'_>]) -> String {
    sent(Command::UidSearch { keys }).trim_start_matches("A2 UID SEARCH ").trim_end().to_owned()
}

#[test]
fn search_keys() {
    let day = Date::new(1994, 2, 1).unwrap();
    let uids: UidSet = [1, 2, 3, 9].into_iter().collect();
    let positions = SequenceSet::from(UidSet::from_on(2));
    for (key, text) in [
        (SearchKey::All, "ALL"),
        (SearchKey::Keyword("$Forwarded"), "KEYWORD $Forwarded"),
        (SearchKey::Unkeyword("a"), "UNKEYWORD a"),
        (SearchKey::Uid(&uids), "UID 1:3,9"),
        (SearchKey::Sequence(&positions), "2:*"),
        (SearchKey::Since(day), "SINCE 1-Feb-1994"),
        (SearchKey::SentBefore(day), "SENTBEFORE 1-Feb-1994"),
        (SearchKey::From("Smith"), "FROM Smith"),
        (SearchKey::Subject("a \"b\" \\ {3}"), r#"SUBJECT "a \"b\" \\ {3}""#),
        (SearchKey::Text("nil"), "TEXT \"nil\""),
        (SearchKey::Header("Message-ID", ""), "HEADER Message-ID \"\""),
        (SearchKey::Larger(9), "LARGER 9"),
        (SearchKey::Not(&SearchKey::Seen), "NOT SEEN"),
        (SearchKey::Or(&SearchKey::Seen, &SearchKey::Not(&SearchKey::Old)), "OR SEEN NOT OLD"),
    ] {
        assert_eq!(search(&[key]), text);
    }
    assert_eq!(search(&[SearchKey::Unseen, SearchKey::To("x")]), "UNSEEN TO x");
}

#[test]
fn fetch_attributes() {
    let partial = Partial { offset: 5, length: NonZeroU32::new(9).unwrap() };
    let attributes = [
        FetchAttribute::Uid,
        FetchAttribute::Flags,
        FetchAttribute::InternalDate,
        FetchAttribute::Rfc822Size,
        FetchAttribute::Envelope,
        FetchAttribute::MESSAGE,
        FetchAttribute::body(Section::Other(b"HEADER.FIELDS (DATE FROM)")),
        FetchAttribute::Body { section: Section::Text, partial: Some(partial) },
    ];
    let line = sent(Command::UidFetch { messages: &UidSet::all(), attributes: &attributes });
    let expected = "A2 UID FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODY.PEEK[] \
                    BODY.PEEK[HEADER.FIELDS (DATE FROM)] BODY.PEEK[TEXT]<5.9>)\r\n";
    assert_eq!(line, expected);
}

#[test]
fn what_cannot_be_sent_is_refused_and_changes_nothing() {
    let name = "A234567890123456789012";
    let bad = |mechanism| Command::Authenticate { mechanism, initial_response: None };
    for command in [bad(""), bad("A B"), bad("A\r\n"), bad(name)] {
        let mut connection = Connection::new(Limits::default());
        feed(&mut connection, b"* OK ready\r\n");
        let mut out = b"before".to_vec();
        assert!(matches!(connection.send(command, &mut out), Err(Error::Invalid { .. })), "{command:?}");
        assert_eq!(out, b"before");
        let ok = Command::Authenticate { mechanism: "PLAIN", initial_response: Some(b"") };
        connection.send(ok, &mut out).unwrap();
        assert_eq!(out, b"beforeA1 AUTHENTICATE PLAIN =\r\n");
    }
    let none = UidSet::new();
    let no_positions = SequenceSet::default();
    let uid = UidSet::from(1);
    let section = [FetchAttribute::body(Section::Other(b"] BODY[]"))];
    for command in [
        Command::UidFetch { messages: &none, attributes: &[FetchAttribute::Uid] },
        Command::UidFetch { messages: &uid, attributes: &[] },
        Command::UidFetch { messages: &uid, attributes: &section },
        Command::UidSearch { keys: &[] },
        Command::UidSearch { keys: &[SearchKey::Uid(&none)] },
        Command::Search { keys: &[SearchKey::Sequence(&no_positions)] },
        Command::Search { keys: &[SearchKey::Subject("a\r\nA9 LOGOUT")] },
        Command::Search { keys: &[SearchKey::Subject("a\0")] },
        Command::Search { keys: &[SearchKey::Header("a\n", "b")] },
        Command::Search { keys: &[SearchKey::Keyword("a b")] },
        Command::Search { keys: &[SearchKey::Keyword("")] },
        Command::Search { keys: &[SearchKey::Not(&SearchKey::Body("\r"))] },
    ] {
        let mut out = Vec::new();
        let mut connection = selected();
        assert!(matches!(connection.send(command, &mut out), Err(Error::Invalid { .. })), "{command:?}");
        assert!(out.is_empty() && connection.oldest_open().is_none());
    }
    assert!(UidSet::try_from(0..=5).is_err());
    assert!(UidSet::try_from(std::ops::RangeInclusive::new(5, 4)).is_err());
    assert!(Mailbox::from_wire("Entwürfe").is_err());
    assert!(Mailbox::new("").is_err());
}

#[test]
fn mailboxes_in_modified_utf7() {
    // RFC 3501 section 5.1.3.
    let name = Mailbox::new("~peter/mail/台北/日本語").unwrap();
    assert_eq!(name.wire(), "~peter/mail/&U,BTFw-/&ZeVnLIqe-");
    assert_eq!(Mailbox::new("a&b").unwrap().wire(), "a&-b");
    assert_eq!(Mailbox::new("😀").unwrap().wire(), "&2D3eAA-");
    assert_eq!(
        sent(Command::Select { mailbox: &Mailbox::from_wire("a \"b\"").unwrap() }),
        "A2 SELECT \"a \\\"b\\\"\"\r\n"
    );
}

#[test]
fn sets_stay_ranges() {
    let mut set = UidSet::all();
    assert_eq!((set.len(), set.ranges().count()), (u64::from(u32::MAX), 1));
    set.push(7);
    assert_eq!(set.to_string(), "1:*");
    let set: UidSet = [5, 6, 7, 7, 0, 3].into_iter().collect();
    assert_eq!((set.to_string().as_str(), set.len(), set.max()), ("5:7,3", 4, Some(7)));
    assert_eq!(set.iter().collect::<Vec<_>>(), [5, 6, 7, 3]);
    assert!(set.contains(6) && !set.contains(4));
    assert_eq!(UidSet::last().to_string(), "*");
}

#[test]
fn the_view_of_the_mailbox_follows_the_server() {
    let mut connection = selected();
    feed(
        &mut connection,
        b"* FLAGS (\\Seen x)\r\n* OK [UIDNEXT 9] n\r\n* 5 EXISTS\r\n* 2 EXPUNGE\r\n* 99 EXPUNGE\r\n",
    );
    let view = connection.selected().unwrap();
    assert_eq!((view.exists, view.uid_next, view.read_only), (4, Some(9), false));
    assert!(view.flags.has(&Flag::Keyword(b"X")));
    let mut out = Vec::new();
    connection.send(Command::Examine { mailbox: &Mailbox::inbox() }, &mut out).unwrap();
    feed(&mut connection, b"* 1 EXISTS\r\n* OK [UIDVALIDITY 3] v\r\n");
    assert_eq!(connection.selected().unwrap().exists, 4, "the old mailbox, until the new one is open");
    feed(&mut connection, b"A2 OK in\r\n");
    let view = connection.selected().unwrap();
    assert_eq!((view.exists, view.uid_next, view.uid_validity, view.read_only), (1, None, Some(3), true));
    assert_eq!(view.flags, Flags::default());
    connection.send(Command::Select { mailbox: &Mailbox::inbox() }, &mut out).unwrap();
    connection.send(Command::Select { mailbox: &Mailbox::inbox() }, &mut out).unwrap();
    feed(&mut connection, b"* 7 EXISTS\r\nA3 OK [READ-ONLY] in\r\n");
    assert!(connection.selected().unwrap().read_only);
    feed(&mut connection, b"A4 NO gone\r\n");
    assert!(connection.selected().is_none());
    assert_eq!(connection.state(), State::Authenticated);
}

/// RFC 7162 section 6: what a code says counts, in whatever order; what messages say counts when a command is done.
#[test]
fn a_modification_sequence_is_reached_when_all_up_to_it_was_told() {
    let mut connection = selected();
    let reached = |connection: &Connection| connection.selected().unwrap().highest_mod_seq;
    let told = |connection: &mut Connection, text: &str| {
        connection.send(Command::Noop, &mut Vec::new()).unwrap();
        feed(connection, text.as_bytes());
        reached(connection)
    };
    assert_eq!(told(&mut connection, "* OK [HIGHESTMODSEQ 90] m\r\nA2 OK\r\n"), Some(90));
    let delayed = "* OK [HIGHESTMODSEQ 99] m\r\n* 1 FETCH (UID 6 MODSEQ (103))\r\nA3 OK\r\n";
    assert_eq!(told(&mut connection, delayed), Some(99));
    assert_eq!(told(&mut connection, "* 3 FETCH (UID 8 MODSEQ (104))\r\n"), Some(99));
    feed(&mut connection, b"A4 OK [HIGHESTMODSEQ 99] still\r\n");
    assert_eq!(reached(&connection), Some(99));
    assert_eq!(told(&mut connection, "* 1 FETCH (MODSEQ (101))\r\n* 2 FETCH (MODSEQ (100))\r\n"), Some(99));
    feed(&mut connection, b"A5 OK done\r\n");
    assert_eq!(reached(&connection), Some(101));
    assert_eq!(told(&mut connection, "* 2 FETCH (MODSEQ (95))\r\nA6 OK done\r\n"), Some(101));
}

#[test]
fn capabilities_count_only_while_they_hold() {
    let mut connection = Connection::new(Limits::default());
    let mut out = Vec::new();
    feed(&mut connection, b"* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n");
    assert!(connection.capabilities().is_some_and(|known| known.has("starttls")));
    let with = Command::Authenticate { mechanism: "PLAIN", initial_response: Some(b"x") };
    assert!(matches!(connection.send(with, &mut out), Err(Error::Lacks { what: "SASL-IR" })));
    connection.send(Command::StartTls, &mut out).unwrap();
    feed(&mut connection, b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nA1 OK go\r\n");
    assert_eq!(connection.state(), State::Securing);
    connection.tls_started(b"").unwrap();
    assert_eq!(connection.capabilities(), None);
    feed(&mut connection, b"* CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN\r\n");
    assert!(connection.capabilities().is_some_and(|known| known.has_mechanism("plain")));
    connection.send(with, &mut out).unwrap();
    feed(&mut connection, b"A2 OK in\r\n");
    assert_eq!(connection.capabilities(), None, "they were told before the log-in");
    assert_eq!(Capabilities::from(" a  b ").iter().collect::<Vec<_>>(), ["a", "b"]);
}

#[test]
fn timeouts_by_state() {
    let limits = Limits::default();
    let mut connection = Connection::new(limits.clone());
    assert_eq!(connection.timeout(), limits.greeting);
    feed(&mut connection, b"* OK ready\r\n");
    assert_eq!(connection.timeout(), limits.command);
    let login = Command::Authenticate { mechanism: "PLAIN", initial_response: None };
    connection.send(login, &mut Vec::new()).unwrap();
    assert_eq!(connection.timeout(), limits.authentication);
    assert_eq!(connection.oldest_open(), Some(CommandKind::Authenticate));
    let mut connection = selected();
    feed(&mut connection, b"* 1 FETCH (BODY[] {5}\r\nab");
    assert_eq!(connection.timeout(), limits.stall);
}
