//! What a POP3 server sends a lot of, through the machine: a message of 50 MiB, and a million unique ids.

use std::hint::black_box;

use benches::Rivals;
use memchr::memchr_iter;
use pop3_min::{Command, Connection, Event, Limits};

/// How much a client reads at a time.
const PIECE: usize = 64 * 1024;

fn main() {
    let mut body = Vec::from(&b"+OK\r\n"[..]);
    let mut line = 0;
    while body.len() < 50 * 1024 * 1024 {
        // One line in sixteen begins with a dot.
        body.extend_from_slice(if line % 16 == 0 { &b".."[..] } else { b"a" });
        body.extend_from_slice(
            b" line of a message, as long as most lines of most messages are: seventy-two\r\n",
        );
        line += 1;
    }
    body.extend_from_slice(b".\r\n");
    let mut connection = logged_in();
    Rivals::new("RETR of 50 MiB, dot-stuffed")
        .add("a scan for line ends", || {
            black_box(memchr_iter(b'\n', black_box(&body)).count());
        })
        .add("pop3-min, in pieces of 64 KiB", || {
            let octets = run(&mut connection, Command::Retr { number: 1 }, &body, |event| match event {
                Event::Body(bytes) => bytes.len(),
                _ => 0,
            });
            assert!(octets > 50 * 1024 * 1024 - 64 * 1024);
        })
        .run(11, 1);

    let mut listing = Vec::from(&b"+OK\r\n"[..]);
    for number in 1..=1_000_000 {
        listing.extend_from_slice(format!("{number} AAQkADAwATM0MDAAMS0{number:08x}ABAAz\r\n").as_bytes());
    }
    listing.extend_from_slice(b".\r\n");
    let (mut connection, mut by_event) = (logged_in(), logged_in());
    Rivals::new("UIDL of a million lines")
        .add("a scan for line ends", || {
            black_box(memchr_iter(b'\n', black_box(&listing)).count());
        })
        .add("pop3-min, in pieces of 64 KiB", || {
            assert_eq!(uidl(&mut connection, &listing), 1_000_000);
        })
        .add("the same, an event for each line", || {
            let lines = run(&mut by_event, Command::Uidl, &listing, |event| match event {
                Event::UidlItem { number, unique_id, .. } => {
                    black_box((number, unique_id));
                    1
                }
                _ => 0,
            });
            assert_eq!(lines, 1_000_000);
        })
        .add("split and parse, as a script does", || {
            let text = std::str::from_utf8(black_box(&listing)).unwrap_or_default();
            let lines = text.lines().filter_map(|line| {
                let (number, unique_id) = line.split_once(' ')?;
                Some((number.parse::<u32>().ok()?, unique_id.to_owned()))
            });
            assert_eq!(black_box(lines.collect::<Vec<_>>()).len(), 1_000_000);
        })
        .run(11, 1);
}

fn logged_in() -> Connection {
    let mut connection = Connection::new(Limits::default());
    let login = Command::Authenticate { mechanism: "X", initial_response: Some(b"x") };
    let _ = connection.receive(b"+OK\r\n", &mut Vec::new());
    let _ = connection.send(login, &mut Vec::new());
    let _ = connection.receive(b"+OK\r\n", &mut Vec::new());
    connection
}

/// The sum of what `of` makes of the events. What is left of a piece is moved before the next, as a client does.
fn run(
    connection: &mut Connection,
    command: Command<'_>,
    wire: &[u8],
    of: impl Fn(&Event<'_>) -> usize,
) -> usize {
    let mut out = Vec::new();
    connection.send(command, &mut out).unwrap_or_else(|error| unreachable!("{error}"));
    let (mut sum, mut input) = (0, Vec::with_capacity(2 * PIECE));
    for piece in wire.chunks(PIECE) {
        input.extend_from_slice(piece);
        let mut used = 0;
        while let Ok(Some((octets, event))) =
            connection.receive(input.get(used..).unwrap_or_default(), &mut out)
        {
            sum += of(&event);
            used += octets;
        }
        input.drain(..used);
    }
    sum
}

/// How many lines the short way through `UIDL` gives, beside what only `receive` takes.
fn uidl(connection: &mut Connection, wire: &[u8]) -> usize {
    let mut out = Vec::new();
    connection.send(Command::Uidl, &mut out).unwrap_or_else(|error| unreachable!("{error}"));
    let (mut lines, mut input) = (0, Vec::with_capacity(2 * PIECE));
    for piece in wire.chunks(PIECE) {
        input.extend_from_slice(piece);
        let mut used = 0;
        loop {
            used += connection.receive_uidl(input.get(used..).unwrap_or_default(), |number, unique_id| {
                black_box((number, unique_id));
                lines += 1;
            });
            let rest = input.get(used..).unwrap_or_default();
            let Ok(Some((octets, event))) = connection.receive(rest, &mut out) else { break };
            lines += usize::from(matches!(event, Event::UidlItem { .. }));
            used += octets;
        }
        input.drain(..used);
    }
    lines
}
