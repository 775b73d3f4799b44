//! Bytes that no server should send: a typed error or event that says what and where, within limits, never a hang.
//!
//! Endless lines, nesting and floods are in `hostile` and `hardening`.

use imap_min::{Command, Connection, Error, FetchAttribute, Limits, Section, State, UidSet};

use crate::commands::selected;

/// What a machine says about some bytes; each octet brings a few events at most.
pub(crate) fn heard(connection: &mut Connection, mut input: &[u8]) -> Result<Vec<String>, Error> {
    let (mut events, mut budget) = (Vec::new(), 64 + 8 * input.len());
    while let Some((used, event)) = connection.receive(input, &mut Vec::new())? {
        assert!(budget > 0, "an event without end");
        budget -= 1;
        events.push(format!("{event:?}"));
        input = &input[used..];
    }
    Ok(events)
}

/// A machine that has heard this greeting, and what follows it.
pub(crate) fn greeted(greeting: &[u8]) -> Connection {
    let mut connection = Connection::new(Limits::default());
    heard(&mut connection, greeting).unwrap();
    connection
}

#[test]
fn a_literal_of_all_there_is() {
    for line in [
        &b"* LIST () \"/\" {18446744073709551615}\r\n"[..],
        b"* 1 FETCH (BODY[] {18446744073709551616}\r\n",
        b"* 1 FETCH (BODY[] ~{99999999999999999999999999}\r\n",
        b"* 1 FETCH (X-NEW {4294967296}\r\n",
    ] {
        let error = heard(&mut selected(), line).unwrap_err();
        assert!(matches!(error, Error::TooLong { .. }), "{} {error}", line.escape_ascii());
    }
}

#[test]
fn wrong_tags() {
    for line in ["A7 OK x", "A01 OK x", "A OK x", "A1 OK x", "A18446744073709551616 OK x", "\u{e4} OK x"] {
        let mut connection = selected();
        connection.send(Command::Noop, &mut Vec::new()).unwrap();
        let error = heard(&mut connection, format!("{line}\r\n").as_bytes()).unwrap_err();
        assert!(matches!(error, Error::Protocol { .. }), "{line} {error}");
        assert!(matches!(heard(&mut connection, b"A2 OK\r\n"), Err(Error::Broken)));
    }
}

#[test]
fn nul_bare_line_feeds_and_eight_bits() {
    let mut connection = selected();
    let events =
        heard(&mut connection, b"\0\0* 4 EXISTS\n* OK gr\xfc\xdfe\x80\r\n* LIST () \"/\" \"a\0\xff\"\r\n");
    let events = events.unwrap();
    assert_eq!(events[..4], ["Quirk(LeadingNul)", "Quirk(LeadingNul)", "Quirk(BareLf)", "Exists(4)"]);
    assert!(events[4].starts_with("Notice") && events[5].starts_with("List"), "{events:?}");
    // What is told of it is printable.
    assert!(events.iter().all(|event| !event.contains(char::is_control)), "{events:?}");
    let error = heard(&mut connection, b"\xff\xfe\x1b[2J OK \0\r\n").unwrap_err();
    assert!(!error.to_string().contains(char::is_control), "{error}");
}

#[test]
fn a_stream_that_ends_anywhere_is_told() {
    let whole = b"* 2 EXISTS\r\n* 1 FETCH (UID 1 BODY[] {5}\r\nhello FLAGS () BODY[1] \"ab\")\r\n\
                  * SEARCH 1 2\r\n* LIST () \"/\" {3}\r\nabc\r\nA2 OK done\r\n";
    for end in 0..whole.len() {
        let mut connection = selected();
        let fetch = Command::UidFetch {
            messages: &UidSet::from(1),
            attributes: &[FetchAttribute::body(Section::Full)],
        };
        connection.send(fetch, &mut Vec::new()).unwrap();
        heard(&mut connection, &whole[..end]).unwrap();
        let during = match connection.receive_eof() {
            Err(Error::Eof { during }) => during,
            other => panic!("cut at {end}: {other:?}"),
        };
        // Half a literal says so.
        if (41..46).contains(&end) {
            assert_eq!(during, "a body", "cut at {end}");
        }
        assert!(matches!(connection.receive(b"", &mut Vec::new()), Err(Error::Broken)));
    }
    // The end of a session is none.
    let mut connection = selected();
    connection.send(Command::Logout, &mut Vec::new()).unwrap();
    heard(&mut connection, b"* BYE\r\nA2 OK\r\n").unwrap();
    assert!(connection.receive_eof().is_ok());
    assert_eq!(connection.state(), State::Logout);
}

/// Found by the fuzz target `imap_session`.
#[test]
fn no_idle_ends_on_a_broken_connection() {
    for heard_before in [&b""[..], b"+ idling\r\n"] {
        let mut connection = greeted(b"* PREAUTH in\r\n");
        let mut out = Vec::new();
        connection.send(Command::Idle, &mut out).unwrap();
        heard(&mut connection, heard_before).unwrap();
        heard(&mut connection, b"A9 OK\r\n").unwrap_err();
        out.clear();
        assert!(matches!(connection.end_idle(&mut out), Err(Error::Broken)));
        assert_eq!(out, b"");
    }
}
