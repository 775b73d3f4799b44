//! What an SMTP client does for each command, and for each octet of a message.
#![allow(clippy::print_stdout, reason = "a bench prints")]

use std::hint::black_box;

use benches::{Rivals, instructions};
use memchr::memchr_iter;
use smtp_min::{Command, Connection, EhloName, Event, Extension, Limits, LineEnds, Mail};

const EHLO: &[u8] = b"250-AM0PR02CA0134.outlook.office365.com Hello [192.0.2.1]\r\n250-SIZE 157286400\r\n\
    250-PIPELINING\r\n250-DSN\r\n250-ENHANCEDSTATUSCODES\r\n250-AUTH LOGIN XOAUTH2\r\n250-8BITMIME\r\n\
    250-BINARYMIME\r\n250-CHUNKING\r\n250 SMTPUTF8\r\n";
const SHORT: &[u8] = b"250 2.1.5 Recipient OK\r\n";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [who, text] = arguments.as_slice() {
        return read_only(who, if text == "ehlo" { EHLO } else { SHORT });
    }
    commands_and_answers();
    answers();
    data();
}

fn commands_and_answers() {
    let name = EhloName::new("client.example.org").unwrap_or_else(|error| unreachable!("{error}"));
    let mut connection = greeted(&name);
    let mut out = Vec::with_capacity(256);
    let ours = Rivals::new("an answer to EHLO of ten lines").add("smtp-min, command and answer", || {
        out.clear();
        let _ = connection.send(Command::Ehlo(black_box(&name)), &mut out);
        let _ = black_box(connection.receive(black_box(EHLO), &mut out));
        assert!(connection.capabilities().is_some_and(|offered| offered.has(Extension::Chunking)));
    });
    peers::ehlo(ours).run(301, 1000);

    let mut connection = greeted(&name);
    let mut out = Vec::with_capacity(256);
    let ours = Rivals::new("a short reply").add("smtp-min, command and answer", || {
        out.clear();
        let _ = connection.send(Command::Rset, &mut out);
        let event = connection.receive(black_box(SHORT), &mut out);
        assert!(matches!(black_box(event), Ok(Some((24, Event::Completed { .. })))));
    });
    peers::short(ours).run(301, 1000);
}

/// smtp-proto makes no commands, and so what only the answer costs is counted apart: the instructions inside of
/// `receive`, which checks the state and moves it on too, and inside of smtp-proto's parser.
fn answers() {
    for (text, title) in [("ehlo", "an answer to EHLO of ten lines"), ("short", "a short reply")] {
        let readers = [("us", "smtp-min, receive"), ("proto", "smtp-proto, parse")];
        for (who, name) in readers.into_iter().take(if cfg!(feature = "peers") { 2 } else { 1 }) {
            match instructions(&[who, text], &format!("smtp::*read_by_{who}*")) {
                Some(count) => println!("{title}: {name}: {} instructions", count / READINGS),
                None => println!("{title}: {name}: no valgrind to count with"),
            }
        }
    }
}

const READINGS: u64 = 1000;

fn read_only(who: &str, text: &'static [u8]) {
    let name = EhloName::new("client.example.org").unwrap_or_else(|error| unreachable!("{error}"));
    let mut connection = greeted(&name);
    let mut out = Vec::with_capacity(256);
    for _ in 0..READINGS {
        if who == "us" {
            out.clear();
            let command = if text == EHLO { Command::Ehlo(&name) } else { Command::Rset };
            let _ = connection.send(command, &mut out);
            read_by_us(&mut connection, text, &mut out);
        } else {
            peers::read_by_proto(text);
        }
    }
}

#[inline(never)]
fn read_by_us(connection: &mut Connection, text: &[u8], out: &mut Vec<u8>) {
    let event = connection.receive(black_box(text), out);
    assert!(matches!(black_box(event), Ok(Some((_, Event::Completed { .. })))));
}

fn data() {
    let name = EhloName::new("client.example.org").unwrap_or_else(|error| unreachable!("{error}"));
    let mut message = Vec::new();
    let mut line = 0;
    while message.len() < 50 * 1024 * 1024 {
        message.extend_from_slice(if line % 16 == 0 { &b"."[..] } else { b"a" });
        message.extend_from_slice(
            b" line of a message, as long as most lines of most messages are: seventy-two\r\n",
        );
        line += 1;
    }
    let mut stuffed = Vec::with_capacity(message.len() / 16 * 17);
    let mut connection = streaming(&name);
    let _ = connection.send_body(&message, &mut stuffed).and_then(|()| connection.finish_body(&mut stuffed));
    let mut out = Vec::with_capacity(128 * 1024);
    Rivals::new("DATA of 50 MiB")
        .add("a scan for line ends, and a copy", || {
            for piece in message.chunks(16 * 1024) {
                out.clear();
                black_box(memchr_iter(b'\n', piece).count());
                out.extend_from_slice(piece);
                black_box(&out);
            }
        })
        .add("smtp-min, in pieces of 16 KiB", || {
            let mut connection = streaming(&name);
            let mut out = Vec::with_capacity(128 * 1024);
            for piece in message.chunks(16 * 1024) {
                out.clear();
                let _ = connection.send_body(black_box(piece), &mut out);
                black_box(&out);
            }
            let _ = connection.finish_body(&mut out);
            assert!(out.ends_with(b"\r\n.\r\n"));
        })
        .add("pop3-min, back again into a buffer", || assert_eq!(unstuff(&stuffed), message.len()))
        .run(11, 1);
}

/// The way back: to unstuff lends the message piece by piece, and so that both leave it in a buffer, it is copied there.
/// Returns its octets.
fn unstuff(stuffed: &[u8]) -> usize {
    let mut connection = pop3_min::Connection::new(pop3_min::Limits::default());
    let mut commands = Vec::new();
    let _ = connection.receive(b"+OK\r\n", &mut commands);
    let login = pop3_min::Command::Authenticate { mechanism: "X", initial_response: Some(b"x") };
    let _ = connection.send(login, &mut commands);
    let _ = connection.receive(b"+OK\r\n", &mut commands);
    let _ = connection.send(pop3_min::Command::Retr { number: 1 }, &mut commands);
    let _ = connection.receive(b"+OK\r\n", &mut commands);
    let mut out = Vec::with_capacity(128 * 1024);
    let (mut at, mut octets) = (0, 0);
    loop {
        let window = at..stuffed.len().min(at + 16 * 1024);
        let mut input = stuffed.get(window).unwrap_or_default();
        out.clear();
        while let Ok(Some((used, event))) = connection.receive(black_box(input), &mut commands) {
            (at, input) = (at + used, input.get(used..).unwrap_or_default());
            match event {
                pop3_min::Event::Body(bytes) => out.extend_from_slice(bytes),
                pop3_min::Event::BodyEnd { .. } => return octets + out.len(),
                _ => {}
            }
        }
        octets += out.len();
        black_box(&out);
    }
}

fn greeted(name: &EhloName) -> Connection {
    let mut connection = Connection::new(Limits::default());
    let _ = connection.receive(b"220 x\r\n", &mut Vec::new());
    let _ = connection.send(Command::Ehlo(name), &mut Vec::new());
    let _ = connection.receive(EHLO, &mut Vec::new());
    connection
}

fn streaming(name: &EhloName) -> Connection {
    let mut connection = greeted(name);
    for command in [Command::Mail(Mail::new(None)), Command::Data { line_ends: LineEnds::Normalise }] {
        let _ = connection.send(command, &mut Vec::new());
    }
    let _ = connection.receive(b"250 ok\r\n", &mut Vec::new());
    let _ = connection.receive(b"354 go\r\n", &mut Vec::new());
    connection
}

#[cfg(not(feature = "peers"))]
mod peers {
    use super::Rivals;

    pub(super) fn ehlo(rivals: Rivals<'_>) -> Rivals<'_> {
        rivals
    }

    pub(super) fn short(rivals: Rivals<'_>) -> Rivals<'_> {
        rivals
    }

    pub(super) fn read_by_proto(_: &[u8]) {}
}

#[cfg(feature = "peers")]
mod peers {
    use super::{EHLO, Rivals, SHORT, black_box};
    use lettre::transport::smtp::response::Response;
    use smtp_proto::{EXT_CHUNKING, EhloResponse, response::parser::ResponseReceiver};

    pub(super) fn ehlo(rivals: Rivals<'_>) -> Rivals<'_> {
        rivals
            .add("smtp-proto, answer", || {
                let parsed = EhloResponse::parse(&mut black_box(EHLO).iter());
                assert!(black_box(parsed).is_ok_and(|offered| offered.has_capability(EXT_CHUNKING)));
            })
            .add("lettre, answer into lines", || lettre(EHLO))
    }

    pub(super) fn short(rivals: Rivals<'_>) -> Rivals<'_> {
        rivals
            .add("smtp-proto, answer", || {
                let parsed = ResponseReceiver::default().parse(&mut black_box(SHORT).iter());
                assert!(black_box(parsed).is_ok_and(|reply| reply.code() == 250));
            })
            .add("lettre, answer", || lettre(SHORT))
    }

    #[inline(never)]
    pub(super) fn read_by_proto(text: &[u8]) {
        if text == EHLO {
            let parsed = EhloResponse::parse(&mut black_box(text).iter());
            assert!(black_box(parsed).is_ok_and(|offered| offered.has_capability(EXT_CHUNKING)));
        } else {
            let parsed = ResponseReceiver::default().parse(&mut black_box(text).iter());
            assert!(black_box(parsed).is_ok_and(|reply| reply.code() == 250));
        }
    }

    fn lettre(text: &[u8]) {
        let text = std::str::from_utf8(black_box(text)).unwrap_or_default();
        assert!(black_box(text.parse::<Response>()).is_ok_and(|reply| reply.is_positive()));
    }
}
