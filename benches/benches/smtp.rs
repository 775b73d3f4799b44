//! What an SMTP client does for each command, and for each octet of a message.

use std::hint::black_box;

use benches::Rivals;
use memchr::memchr_iter;
use smtp_min::{Command, Connection, EhloName, Event, Extension, Limits, LineEnds, Mail};

const EHLO: &[u8] = b"250-AM0PR02CA0134.outlook.office365.com Hello [192.0.2.1]\r\n250-SIZE 157286400\r\n\
    250-PIPELINING\r\n250-DSN\r\n250-ENHANCEDSTATUSCODES\r\n250-AUTH LOGIN XOAUTH2\r\n250-8BITMIME\r\n\
    250-BINARYMIME\r\n250-CHUNKING\r\n250 SMTPUTF8\r\n";
const SHORT: &[u8] = b"250 2.1.5 Recipient OK\r\n";

fn main() {
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

    let mut message = Vec::new();
    let mut line = 0;
    while message.len() < 50 * 1024 * 1024 {
        message.extend_from_slice(if line % 16 == 0 { &b"."[..] } else { b"a" });
        message.extend_from_slice(
            b" line of a message, as long as most lines of most messages are: seventy-two\r\n",
        );
        line += 1;
    }
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
        .run(11, 1);
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

    fn lettre(text: &[u8]) {
        let text = std::str::from_utf8(black_box(text)).unwrap_or_default();
        assert!(black_box(text.parse::<Response>()).is_ok_and(|reply| reply.is_positive()));
    }
}
