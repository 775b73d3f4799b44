//! What a server says, read by `imap-min`: rows, lists, searches and bodies.
//!
//! Times are of a whole run of responses; with `--features peers` imap-proto reads the same octets in the same rounds.
//!
//! Instruction counts do not depend on what else the machine does: `valgrind --tool=callgrind` on the binary that
//! `cargo bench --no-run` names, with the words `none flags`, `ours flags` and `theirs flags` (or `envelopes`, `lists`,
//! `search`, `esearch`): `none` is what making the text costs, to be taken off the others.

use std::hint::black_box;

use benches::{Rivals, duration};
use imap_min::{Command, Connection, Event, Limits, Mailbox, SearchItem, SearchKey};

const ROWS: usize = 2_000;
const NUMBERS: u32 = 1_000_000;
/// A piece as a socket gives it.
const PIECE: usize = 16 * 1024;

const ENVELOPE: &str = concat!(
    r#"ENVELOPE ("Wed, 17 Jul 2024 02:23:25 -0700 (PDT)" "Re: IMAP4rev1 WG mtg summary and minutes of the meeting" "#,
    r#"(("Terry Gray" NIL "gray" "cac.washington.edu")) (("Terry Gray" NIL "gray" "cac.washington.edu")) "#,
    r#"(("Terry Gray" NIL "gray" "cac.washington.edu")) ((NIL NIL "imap" "cac.washington.edu")"#,
    r#"("Somebody Else" NIL "else" "example.org")) ((NIL NIL "minutes" "CNRI.Reston.VA.US")"#,
    r#"("John Klensin" NIL "KLENSIN" "MIT.EDU")) NIL "<B27397-0100000@cac.washington.edu>" "#,
    r#""<B27398-0100000@cac.washington.edu>")"#,
);
const STRUCTURE: &str = concat!(
    r#"BODYSTRUCTURE ((("text" "plain" ("charset" "utf-8" "format" "flowed") NIL NIL "quoted-printable" 3028 92 "#,
    r#"NIL NIL NIL NIL)("text" "html" ("charset" "utf-8") NIL NIL "quoted-printable" 10028 192 NIL NIL NIL NIL) "#,
    r#""alternative" ("boundary" "----=_Part_123_456.789") NIL NIL NIL)("application" "pdf" ("name" "#,
    r#""invoice-2024-07.pdf") "<part2@example.org>" NIL "base64" 123456 NIL ("attachment" ("filename" "#,
    r#""invoice-2024-07.pdf" "size" "90123")) NIL NIL) "mixed" ("boundary" "----=_Part_122_456.789") NIL NIL NIL)"#,
);

fn main() {
    if count() {
        return;
    }
    let rounds = if std::env::args().any(|word| word == "once") { 1 } else { 51 };
    let (flags, envelopes, lists) = (flags(), envelopes(), lists());
    for (title, text) in [
        ("2,000 rows of UID, FLAGS, INTERNALDATE, RFC822.SIZE (goal: 5x imap-proto)", &flags),
        ("2,000 rows of UID, ENVELOPE, BODYSTRUCTURE (goal: 4x imap-proto)", &envelopes),
        ("2,000 LIST responses (goal: 3x imap-proto)", &lists),
    ] {
        let mut ours = selected();
        let rivals = Rivals::new(title).add("imap-min", || read(&mut ours, text.as_bytes()));
        peers(rivals, text.as_bytes()).run(rounds, 1);
    }
    searches(rounds);
    bodies(rounds);
    hostile(rounds);
}

/// What makes a text.
type Text = fn() -> String;

/// One reader on one text, for its instructions to be counted; false when that is not asked for.
fn count() -> bool {
    let words: Vec<String> = std::env::args().collect();
    let chosen = |word: &str| words.iter().any(|found| found == word);
    let who = ["none", "ours", "theirs"].into_iter().find(|word| chosen(word));
    let Some(who) = who else { return false };
    let texts: [(&str, Text); 5] = [
        ("flags", flags),
        ("envelopes", envelopes),
        ("lists", lists),
        ("search", numbers),
        ("esearch", ranges),
    ];
    for (name, text) in texts.into_iter().filter(|(name, _)| chosen(name)) {
        let (mut connection, text) = (selected(), text());
        match (who, name) {
            ("ours", "search" | "esearch") => search(text.as_bytes()),
            ("ours", _) => read(&mut connection, text.as_bytes()),
            ("theirs", _) => theirs(text.as_bytes()),
            _ => {}
        }
    }
    true
}

fn lines(line: impl Fn(usize) -> String) -> String {
    (1..=ROWS).map(line).collect()
}

fn flags() -> String {
    lines(|n| {
        format!(
            "* {n} FETCH (UID {} FLAGS (\\Seen \\Answered $Forwarded) INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" \
             RFC822.SIZE {})\r\n",
            n * 3,
            n * 7
        )
    })
}

fn envelopes() -> String {
    lines(|n| format!("* {n} FETCH (UID {n} {ENVELOPE} {STRUCTURE})\r\n"))
}

fn lists() -> String {
    lines(|n| format!("* LIST (\\HasNoChildren \\Marked) \"/\" \"Archive/2024/Folder {n}\"\r\n"))
}

fn numbers() -> String {
    let list: String = (1..=NUMBERS).map(|n| format!(" {}", n * 3)).collect();
    format!("* SEARCH{list}\r\n")
}

fn ranges() -> String {
    let ranges: Vec<String> = (1..=NUMBERS / 2).map(|n| format!("{}:{}", n * 5, n * 5 + 2)).collect();
    format!("* ESEARCH (TAG \"A2\") UID ALL {}\r\n", ranges.join(","))
}

/// A session with a mailbox open.
fn selected() -> Connection {
    let mut connection = Connection::new(Limits::default());
    read(&mut connection, b"* PREAUTH in\r\n");
    let _ = connection.send(Command::Select { mailbox: &Mailbox::inbox() }, &mut Vec::new());
    read(&mut connection, b"* 999999 EXISTS\r\nA1 OK\r\n");
    connection
}

fn read(connection: &mut Connection, mut input: &[u8]) {
    let mut out = Vec::new();
    while let Ok(Some((used, event))) = connection.receive(input, &mut out) {
        black_box(&event);
        input = input.get(used..).unwrap_or_default();
    }
}

/// A million numbers in pieces, each number looked at.
#[expect(clippy::print_stdout, reason = "a bench prints")]
fn searches(rounds: usize) {
    let (plain, extended) = (numbers(), ranges());
    let times = Rivals::new("a million numbers in 16 KiB pieces (goal: 15 ns a number)")
        .add("SEARCH", || search(plain.as_bytes()))
        .add("ESEARCH, half a million ranges", || search(extended.as_bytes()))
        .run(rounds.min(15), 1);
    for time in times {
        println!("  {} a number", duration(time / f64::from(NUMBERS)));
    }
}

fn search(text: &[u8]) {
    let (mut connection, mut out, mut sum) = (selected(), Vec::new(), 0_u64);
    let _ = connection.send(Command::UidSearch { keys: &[SearchKey::All] }, &mut out);
    let mut input = Vec::with_capacity(2 * PIECE);
    for piece in text.chunks(PIECE) {
        input.extend(piece);
        let mut done = 0;
        while let Ok(Some((used, event))) =
            connection.receive(input.get(done..).unwrap_or_default(), &mut out)
        {
            match event {
                Event::SearchHits(hits) => sum += hits.map(u64::from).sum::<u64>(),
                Event::SearchItem(SearchItem::All(ranges)) => {
                    sum += ranges.iter().map(|range| u64::from(*range.end())).sum::<u64>();
                }
                _ => {}
            }
            done += used;
        }
        input.drain(..done);
    }
    black_box(sum);
}

/// A body goes by; against a search for a line end in the same octets, which is what the machine saves.
fn bodies(rounds: usize) {
    let piece = vec![b'x'; PIECE];
    let pieces = 4096;
    Rivals::new("a body of 64 MiB in 16 KiB pieces (goal: no slower than memchr)")
        .add("imap-min", || {
            let mut connection = selected();
            read(&mut connection, format!("* 1 FETCH (BODY[] {{{}}}\r\n", pieces * piece.len()).as_bytes());
            (0..pieces).for_each(|_| read(&mut connection, &piece));
        })
        .add("memchr", || {
            (0..pieces).for_each(|_| {
                black_box(memchr::memchr(b'\n', black_box(&piece)));
            });
        })
        .run(rounds, 1);
}

/// What is nested too deep is refused at once, and a line that comes byte by byte is looked at once.
fn hostile(rounds: usize) {
    let deep = format!("* 1 FETCH (BODYSTRUCTURE {})\r\n", "(".repeat(1_000_000));
    let dripped = |length: usize| {
        let text = format!("* OK {}\r\n", "x".repeat(length));
        move || {
            let mut connection = selected();
            for end in 1..=text.len() {
                black_box(connection.wants_input(text.as_bytes().get(..end).unwrap_or_default()));
            }
        }
    };
    let mut limits = Limits::default();
    limits.line = 2_000_000;
    Rivals::new("hostile input")
        .add("a million parentheses (goal: 50 ms)", || {
            let mut connection = Connection::new(limits.clone());
            read(&mut connection, b"* PREAUTH in\r\n");
            read(&mut connection, deep.as_bytes());
        })
        .add("100,000 octets one by one", dripped(100_000))
        .add("400,000 octets one by one (linear: 4x)", dripped(400_000))
        .run(rounds, 1);
}

#[cfg(not(feature = "peers"))]
fn peers<'a>(rivals: Rivals<'a>, _text: &'a [u8]) -> Rivals<'a> {
    rivals
}

#[cfg(feature = "peers")]
fn peers<'a>(rivals: Rivals<'a>, text: &'a [u8]) -> Rivals<'a> {
    rivals.add("imap-proto", move || theirs(text))
}

#[cfg(not(feature = "peers"))]
fn theirs(_text: &[u8]) {}

#[cfg(feature = "peers")]
fn theirs(mut text: &[u8]) {
    while let Ok((after, response)) = imap_proto::parser::parse_response(text) {
        black_box(&response);
        text = after;
        if text.is_empty() {
            break;
        }
    }
}
