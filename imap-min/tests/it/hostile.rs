//! Servers that mean harm: bounded, linear, and never out of step.

use std::time::{Duration, Instant};

use imap_min::{Command, Connection, Error, Event, Limits, SearchKey};

use crate::commands::{feed, selected};

/// Feeds input in pieces, and counts the looks at it. Gives the first error.
fn drip(connection: &mut Connection, bytes: impl Iterator<Item = u8>, piece: usize) -> Result<usize, Error> {
    let (mut input, mut events, mut fresh) = (Vec::new(), 0, 0);
    let mut bytes = bytes.peekable();
    while bytes.peek().is_some() {
        input.extend(bytes.by_ref().take(piece));
        while let Some((used, _)) = connection.receive(&input, &mut Vec::new())? {
            input.drain(..used);
            events += 1;
        }
        fresh += 1;
    }
    assert!(fresh > 0);
    Ok(events)
}

/// The time that this thread has been at work, where the system tells: other work of the machine does not count.
struct Clock(Instant, Option<u64>);

impl Clock {
    fn start() -> Self {
        Clock(Instant::now(), Clock::on_cpu())
    }

    fn elapsed(&self) -> Duration {
        match (self.1, Clock::on_cpu()) {
            (Some(before), Some(now)) => Duration::from_nanos(now - before),
            _ => self.0.elapsed(),
        }
    }

    fn on_cpu() -> Option<u64> {
        let stat = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        stat.split(' ').next()?.parse().ok()
    }
}

#[test]
fn an_endless_line_ends_at_the_limit_one_byte_at_a_time() {
    for start in ["* OK ", "* LIST ", "* SEARCH ", "* SEARCH 1", "A1 OK ", "+ ", "x", "* 1 FETCH (FLAGS ("] {
        for fill in [b'x', b' ', b'1', b'(', b'"'] {
            let mut limits = Limits::default();
            limits.line = 64 * 1024;
            let mut connection = Connection::new(limits);
            feed(&mut connection, b"* PREAUTH in\r\n");
            let bytes = start.bytes().chain(std::iter::repeat_n(fill, 70_000));
            let started = Clock::start();
            let found = drip(&mut connection, bytes, 1);
            assert!(matches!(found, Err(Error::TooLong { .. })), "{start} {}", fill.escape_ascii());
            assert!(matches!(connection.receive(b"", &mut Vec::new()), Err(Error::Broken)));
            assert!(started.elapsed().as_secs() < 2, "{start} {}", fill.escape_ascii());
        }
    }
}

#[test]
fn a_long_line_is_linear() {
    let line = format!("* OK {}\r\n", "x".repeat(1_000_000));
    let started = Clock::start();
    assert_eq!(drip(&mut selected(), line.bytes(), 1).unwrap(), 1);
    // Looking at everything again for each byte takes a minute.
    assert!(started.elapsed().as_secs() < 10);
}

#[test]
fn a_million_parentheses_are_read_in_no_time() {
    for start in ["* 1 FETCH (BODYSTRUCTURE ", "* 1 FETCH (ENVELOPE ", "* 1 FETCH ", "* THREAD ", "* FLAGS "]
    {
        let mut limits = Limits::default();
        limits.line = 2_000_000;
        let mut connection = Connection::new(limits);
        feed(&mut connection, b"* PREAUTH in\r\n");
        let line = format!("{start}{}\r\n", "(".repeat(1_000_000));
        let started = Clock::start();
        feed(&mut connection, line.as_bytes());
        // Unoptimised; the release build takes about a millisecond.
        assert!(started.elapsed().as_millis() < 500, "{start} took {:?}", started.elapsed());
    }
}

#[test]
fn a_million_hits_stream() {
    let mut connection = selected();
    connection.send(Command::UidSearch { keys: &[SearchKey::All] }, &mut Vec::new()).unwrap();
    let line: String = (1..=1_000_000).map(|uid: u32| format!(" {}", uid * 3)).collect();
    let line = format!("* SEARCH{line}\r\nA2 OK done\r\n");
    let (mut input, mut count, mut sum, mut most) = (Vec::new(), 0_u64, 0_u64, 0);
    for piece in line.as_bytes().chunks(16 * 1024) {
        input.extend(piece);
        while let Some((used, event)) = connection.receive(&input, &mut Vec::new()).unwrap() {
            if let Event::SearchHits(hits) = event {
                for uid in hits {
                    count += 1;
                    sum += u64::from(uid);
                }
            }
            input.drain(..used);
        }
        most = most.max(input.len());
    }
    assert_eq!((count, sum), (1_000_000, 3 * 500_000_500_000));
    assert!(most < 16, "nothing but half a number waits");
}

#[test]
fn many_literals_are_linear() {
    let mut connection = selected();
    let line = format!("* LIST ({})\r\n", "{1}\r\nx ".repeat(200_000));
    let started = Clock::start();
    assert_eq!(drip(&mut connection, line.bytes(), 1).unwrap(), 1);
    assert!(started.elapsed().as_secs() < 10);
}

/// Items that are cut again and again, wherever a piece of input ends.
#[test]
fn long_items_are_linear_one_byte_at_a_time() {
    let address = r#"("A (B" NIL "a" "x.org")"#;
    let part = r#"("text" "plain" ("charset" "utf-8") NIL NIL "7bit" 3028 92 NIL NIL NIL NIL)"#;
    let long = |what: &str| what.repeat(250_000 / what.len());
    let envelope = format!("ENVELOPE (NIL NIL ({}) NIL NIL NIL NIL NIL NIL NIL)", long(address));
    let structure = format!("BODYSTRUCTURE ({} \"mixed\")", long(part));
    let flags = format!("FLAGS ({}$last)", long("$another "));
    let text = format!("* 1 FETCH ({envelope} {flags} X-NEW ({})", long("(a \"b\") "));
    // Again behind a body, where the line has no beginning of its own.
    let text = format!("{text} BODY[] {{3}}\r\na)b {structure} {flags} UID 7)\r\n");
    let mut whole = Vec::new();
    let mut input = text.as_bytes();
    let mut connection = selected();
    while let Some((used, event)) = connection.receive(input, &mut Vec::new()).unwrap() {
        whole.push(format!("{event:?}"));
        input = &input[used..];
    }
    let started = Clock::start();
    // The three octets of the body are three events.
    assert_eq!(drip(&mut selected(), text.bytes(), 1).unwrap(), whole.len() + 2, "{}", whole.len());
    // Looking at everything again for each byte takes minutes.
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
    assert!(!whole.iter().any(|event| event.contains("Unreadable")));
}

/// What begins and does not end, again and again: what looks for the end looks through the whole line each time.
#[test]
fn beginnings_without_ends_are_linear() {
    const OCTETS: usize = 64 * 1024;
    let starts = [
        "* 1 FETCH (",
        "* 1 FETCH (BODY[",
        "* 1 FETCH (FLAGS (",
        "* 1 FETCH (ENVELOPE (",
        "* 1 FETCH (ENVELOPE (NIL NIL (",
        "* 1 FETCH (BODYSTRUCTURE (",
        "* 1 FETCH (BODYSTRUCTURE (\"a\" \"b\" (",
        "* 1 FETCH (X-GM-LABELS (",
        "* FLAGS (",
        "* LIST (",
        "* LIST () \"/\" ",
        "* STATUS a (",
        "* NAMESPACE ((",
        "* ID (",
        "* QUOTA a (",
        "* CAPABILITY ",
        "* VANISHED ",
        "* SEARCH ",
        "* ESEARCH (TAG \"A2\") ",
        "* ESEARCH (TAG \"A2\") ALL ",
        "* OK [PERMANENTFLAGS (",
        "* OK [X ",
        "* X ",
    ];
    let again = [
        "BODY[ x ",
        "BODY[\" x ",
        "BODY[]<1 x ",
        "BODY[]<1 ",
        "BODY[] \"a ",
        "BINARY.SIZE[ x ",
        "X[ x ",
        "X (x ",
        "FLAGS (x ",
        "FLAGS (\"x ",
        "FLAGS [x ",
        "ENVELOPE (",
        "ENVELOPE (\"",
        "BODYSTRUCTURE (\"",
        "INTERNALDATE \"",
        "[x ",
        "\"x ",
        "\"x\\",
        "x\" ",
        "(\"x ",
        "()",
        "(NIL ",
        "(\"\" ",
        ") ",
        "1,",
        "1:",
        " ",
        "{1} ",
        "x=",
        "9",
    ];
    let mut slow = Vec::new();
    for start in starts {
        for again in again {
            let text = format!("{start}{})\r\n", again.repeat(OCTETS / again.len()));
            let (mut connection, mut input, started) = (selected(), text.as_bytes(), Clock::start());
            // An error ends it early, which is as good.
            while let Ok(Some((used, _))) = connection.receive(input, &mut Vec::new()) {
                input = &input[used..];
            }
            // Unoptimised, a look at each octet takes a few milliseconds, and one at all octets for each takes seconds.
            if started.elapsed().as_millis() >= 500 {
                slow.push((start, again, started.elapsed()));
            }
        }
    }
    assert!(slow.is_empty(), "{slow:#?}");
}

/// What a line is for is seen at its front, and must not be looked for at each of its literals.
#[test]
fn literals_behind_many_blanks_are_linear() {
    for start in ["*", "* 1", "* 1 FETCH (", "* 1 FETCH (X (", "* LIST ("] {
        for fill in [" ", "1"] {
            let text = format!("{start}{}{}\r\n", fill.repeat(64 * 1024), " {0}\r\n".repeat(10_000));
            let (mut connection, started) = (selected(), Clock::start());
            let _ = drip(&mut connection, text.bytes(), 1024);
            assert!(started.elapsed().as_millis() < 500, "{start}{fill} took {:?}", started.elapsed());
        }
    }
}

#[test]
fn input_that_shrinks_does_no_harm() {
    let mut connection = selected();
    assert!(connection.wants_input(b"* 1 FETCH (UID 1"));
    assert!(!connection.wants_input(b"* 1 FETCH (UID 1)\r\n"));
    // A caller that breaks the contract gets nothing, or an error; not a panic.
    let _ = connection.receive(b"* 1", &mut Vec::new());
    let _ = connection.receive(b"", &mut Vec::new());
}
