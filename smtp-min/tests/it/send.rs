//! `Client::send`: what became of the message, and of each recipient.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use smtp_min::{
    BodyType, Client, Envelope, Error, Extension, Limits, LineEnds, Outcome, RecipientOutcome, SendReport,
};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, ReadBuf, duplex};

use crate::client::greeted;
use crate::script::address;

const MESSAGE: &[u8] = b"Subject: hi\n\n.dot\n";
const ON_WIRE: &str = "Subject: hi\r\n\r\n..dot\r\n.\r\n";

fn envelope(to: &[&str]) -> Envelope {
    Envelope::new(Some(address("ann@example.org")), to.iter().map(|text| address(text)).collect())
}

fn delivered(report: &SendReport) -> Vec<&str> {
    report.delivered_to().map(smtp_min::Address::as_str).collect()
}

fn refused_with(outcome: &RecipientOutcome) -> Option<u16> {
    match outcome {
        RecipientOutcome::Refused(reply) => Some(reply.code()),
        _ => None,
    }
}

#[tokio::test]
async fn one_flight_where_pipelining_is_offered() {
    let flight = "MAIL FROM:<ann@example.org> SIZE=20 BODY=8BITMIME\r\nRCPT TO:<a@x>\r\nRCPT TO:<b@x>\r\nRCPT TO:<c@x>\r\nDATA\r\n";
    let script = [
        (flight, "250 ok\r\n250 ok\r\n550 5.1.1 who\r\n250 ok\r\n354 go\r\n"),
        (ON_WIRE, "250 2.0.0 queued\r\n"),
        ("MAIL FROM:<> BODY=8BITMIME\r\nRCPT TO:<d@x>\r\nDATA\r\n", "250 ok\r\n250 ok\r\n354 go\r\n"),
        (ON_WIRE, "552 5.2.2 full\r\n"),
        ("QUIT\r\n", "221 bye\r\n"),
    ];
    let (mut client, peer) = greeted("PIPELINING,SIZE 1000,8BITMIME", &script, Limits::default()).await;
    let mut first = envelope(&["a@x", "b@x", "c@x"]);
    first.size = Some(20);
    let report = client.send(&first, MESSAGE).await.unwrap();
    assert!(matches!(&report.outcome, Outcome::Accepted(reply) if reply.code() == 250));
    assert_eq!(delivered(&report), ["a@x", "c@x"]);
    assert_eq!(refused_with(&report.recipients[1].1), Some(550));
    let mut second = envelope(&["d@x"]);
    second.sender = None;
    let report = client.send(&second, MESSAGE).await.unwrap();
    assert!(matches!(&report.outcome, Outcome::Refused(reply) if reply.code() == 552));
    assert!(delivered(&report).is_empty());
    client.quit().await.unwrap();
    assert_eq!(peer.await.unwrap(), "");
}

#[tokio::test]
async fn one_by_one_where_it_is_not() {
    let script = [
        ("MAIL FROM:<ann@example.org>\r\n", "250 ok\r\n"),
        ("RCPT TO:<a@x>\r\n", "450 later\r\n"),
        ("RCPT TO:<b@x>\r\n", "250 ok\r\n"),
        ("DATA\r\n", "354 go\r\n"),
        (ON_WIRE, "250 queued\r\n"),
        // All refused: no DATA; the next message begins with RSET.
        ("MAIL FROM:<ann@example.org>\r\n", "250 ok\r\n"),
        ("RCPT TO:<a@x>\r\n", "550 no\r\n"),
        ("RSET\r\n", "250 ok\r\n"),
        ("MAIL FROM:<ann@example.org>\r\n", "553 not you\r\n"),
        ("RSET\r\n", "250 ok\r\n"),
        ("MAIL FROM:<ann@example.org>\r\n", "250 ok\r\n"),
        ("RCPT TO:<a@x>\r\n", "250 ok\r\n"),
        ("DATA\r\n", "451 disk\r\n"),
        ("NOOP\r\n", "250 ok\r\n"),
    ];
    let (mut client, peer) = greeted("X", &script, Limits::default()).await;
    let report = client.send(&envelope(&["a@x", "b@x"]), MESSAGE).await.unwrap();
    assert_eq!(delivered(&report), ["b@x"]);
    for (code, recipient) in [(550, Some(550)), (553, Some(553)), (451, None)] {
        let report = client.send(&envelope(&["a@x"]), MESSAGE).await.unwrap();
        assert!(matches!(&report.outcome, Outcome::Refused(reply) if reply.code() == code), "{report:?}");
        assert_eq!(refused_with(&report.recipients[0].1), recipient);
        assert!(delivered(&report).is_empty());
    }
    client.noop().await.unwrap();
    drop(client);
    assert_eq!(peer.await.unwrap(), "");
}

#[tokio::test]
async fn all_refused_in_a_flight() {
    let flight = "MAIL FROM:<ann@example.org>\r\nRCPT TO:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\n";
    let again = format!("RSET\r\n{flight}");
    let script = [
        // 354 all the same: a lone dot.
        (flight, "250 ok\r\n550 a\r\n551 b\r\n354 go\r\n"),
        (".\r\n", "554 nobody\r\n"),
        // DATA refused: nothing more, and RSET goes with the next flight.
        (flight, "250 ok\r\n550 a\r\n551 b\r\n554 nobody\r\n"),
        // The sender refused: that is the reason for all.
        (again.as_str(), "250 ok\r\n553 not you\r\n503 mail first\r\n503 mail first\r\n503 mail first\r\n"),
    ];
    let (mut client, peer) = greeted("PIPELINING", &script, Limits::default()).await;
    for (code, recipients) in [(550, [550, 551]), (550, [550, 551]), (553, [553, 553])] {
        let report = client.send(&envelope(&["a@x", "b@x"]), MESSAGE).await.unwrap();
        assert!(matches!(&report.outcome, Outcome::Refused(reply) if reply.code() == code), "{report:?}");
        let codes: Vec<_> = report.recipients.iter().map(|(_, outcome)| refused_with(outcome)).collect();
        assert_eq!(codes, recipients.map(Some));
    }
    drop(client);
    assert_eq!(peer.await.unwrap(), "");
}

#[tokio::test]
async fn many_recipients_go_in_several_flights() {
    let mut limits = Limits::default();
    limits.pipeline = 4;
    let names: Vec<String> = (0..50).map(|n| format!("user{n}@example.org")).collect();
    let commands: String = names.iter().map(|name| format!("RCPT TO:<{name}>\r\n")).collect();
    let everything = format!("MAIL FROM:<ann@example.org>\r\n{commands}DATA\r\n");
    let (stream, mut theirs) = duplex(256);
    let server = tokio::spawn(async move {
        theirs.write_all(b"220 x\r\n").await.unwrap();
        theirs.read_exact(&mut [0; 8]).await.unwrap();
        theirs.write_all(b"250-x\r\n250 PIPELINING\r\n").await.unwrap();
        let mut got = Vec::new();
        for byte in 0..everything.len() {
            got.push(theirs.read_u8().await.unwrap());
            let open = got.iter().filter(|byte| **byte == b'\n').count();
            assert!(open <= 53, "at {byte}");
            if got.ends_with(b"DATA\r\n") {
                theirs.write_all(b"354 go\r\n").await.unwrap();
            } else if got.ends_with(b"\r\n") {
                theirs.write_all(b"250 a rather long answer that fills the pipe\r\n").await.unwrap();
            }
        }
        assert_eq!(String::from_utf8(got).unwrap(), everything);
        let mut message = vec![0; ON_WIRE.len()];
        theirs.read_exact(&mut message).await.unwrap();
        theirs.write_all(b"250 queued\r\n").await.unwrap();
    });
    let (mut client, _) = Client::connect(stream, limits).await.unwrap();
    client.ehlo(&smtp_min::EhloName::new("c").unwrap()).await.unwrap();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let report = client.send(&envelope(&names), MESSAGE).await.unwrap();
    assert_eq!(delivered(&report), names);
    server.await.unwrap();
}

#[tokio::test]
async fn what_the_server_cannot_take_is_refused_before_a_byte() {
    let (mut client, peer) =
        greeted("PIPELINING,SIZE 10", &[("NOOP\r\n", "250 ok\r\n")], Limits::default()).await;
    let mut large = envelope(&["a@x"]);
    large.size = Some(11);
    assert!(matches!(client.send(&large, MESSAGE).await, Err(Error::TooLong { limit: 10, .. })));
    let mut eight = envelope(&["a@x"]);
    eight.body = Some(BodyType::EightBitMime);
    assert!(matches!(client.send(&eight, MESSAGE).await, Err(Error::Lacks { what: "8BITMIME" })));
    let utf8 = envelope(&["j\u{fc}rgen@x"]);
    assert!(matches!(client.send(&utf8, MESSAGE).await, Err(Error::Lacks { what: "SMTPUTF8" })));
    assert!(matches!(
        client.send(&envelope(&[]), MESSAGE).await,
        Err(Error::Invalid { what: "the envelope", .. })
    ));
    client.noop().await.unwrap();
    assert!(!client.connection().capabilities().unwrap().has(Extension::EightBitMime));
    drop(client);
    assert_eq!(peer.await.unwrap(), "");
}

/// The dialogue up to the 354, then whatever the test does.
async fn streaming(stall: Option<Duration>) -> (Client<DuplexStream>, DuplexStream) {
    let (stream, mut theirs) = duplex(4096);
    theirs.write_all(b"220 x\r\n").await.unwrap();
    let mut limits = Limits::default();
    limits.stall = stall.unwrap_or(limits.stall);
    let (mut client, _) = Client::connect(stream, limits).await.unwrap();
    theirs.write_all(b"250-x\r\n250-8BITMIME\r\n250 PIPELINING\r\n").await.unwrap();
    // The answer was early, which nobody can see once EHLO is out.
    let name = smtp_min::EhloName::new("c").unwrap();
    client.ehlo(&name).await.unwrap();
    theirs.read_exact(&mut [0; 8]).await.unwrap();
    (client, theirs)
}

async fn to_354(theirs: &mut DuplexStream) {
    let flight = "MAIL FROM:<ann@example.org> BODY=8BITMIME\r\nRCPT TO:<a@x>\r\nDATA\r\n";
    theirs.read_exact(&mut vec![0; flight.len()]).await.unwrap();
    theirs.write_all(b"250 ok\r\n250 ok\r\n354 go\r\n").await.unwrap();
}

#[tokio::test]
async fn no_answer_to_the_dot_is_unknown() {
    for half in ["", "250 2.0", "nonsense\r\n", "250-a\r\n"] {
        let (mut client, mut theirs) = streaming(None).await;
        let server = async {
            to_354(&mut theirs).await;
            theirs.read_exact(&mut vec![0; ON_WIRE.len()]).await.unwrap();
            theirs.write_all(half.as_bytes()).await.unwrap();
            drop(theirs);
        };
        let to = envelope(&["a@x"]);
        let (report, ()) = tokio::join!(client.send(&to, MESSAGE), server);
        let report = report.unwrap();
        assert!(matches!(&report.outcome, Outcome::Unknown { .. }), "{half}: {report:?}");
        assert_eq!(report.recipients[0].1, RecipientOutcome::Accepted);
        assert!(delivered(&report).is_empty());
        assert!(matches!(client.noop().await, Err(Error::Broken)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_behind_the_dot_is_unknown_after_ten_minutes() {
    let (mut client, mut theirs) = streaming(None).await;
    let server = async {
        to_354(&mut theirs).await;
        theirs.read_exact(&mut vec![0; ON_WIRE.len()]).await.unwrap();
    };
    let to = envelope(&["a@x"]);
    let start = tokio::time::Instant::now();
    let (report, ()) = tokio::join!(client.send(&to, MESSAGE), server);
    let Outcome::Unknown { why } = report.unwrap().outcome else { panic!("unknown") };
    assert!(matches!(*why, Error::TimedOut { during: "the end of the message", .. }), "{why}");
    assert_eq!(start.elapsed(), Duration::from_secs(600));
}

#[tokio::test]
async fn a_connection_lost_before_the_dot_is_no_acceptance() {
    let long = "a line\n".repeat(20_000);
    for taken in [0, 10, 3000] {
        let (mut client, mut theirs) = streaming(None).await;
        let server = async {
            to_354(&mut theirs).await;
            theirs.read_exact(&mut vec![0; taken]).await.unwrap();
            drop(theirs);
        };
        let to = envelope(&["a@x"]);
        let (result, ()) = tokio::join!(client.send(&to, long.as_bytes()), server);
        assert!(matches!(result, Err(Error::Io(_) | Error::Eof { .. })), "{result:?}");
        assert!(matches!(client.noop().await, Err(Error::Broken)));
    }
}

#[tokio::test]
async fn half_a_dot_is_no_acceptance() {
    // The stream takes 4,096 octets at most: all of this message, and nothing or a part of its end.
    for length in [4090, 4092, 4093, 5000] {
        let (mut client, mut theirs) = streaming(None).await;
        let message = [vec![b'a'; length], b"\r\n".to_vec()].concat();
        let server = async {
            to_354(&mut theirs).await;
            for _ in 0..10 {
                tokio::task::yield_now().await;
            }
            drop(theirs);
        };
        let to = envelope(&["a@x"]);
        let (result, ()) = tokio::join!(client.send(&to, &message[..]), server);
        match result {
            Ok(report) => {
                assert!(length == 4090 && matches!(report.outcome, Outcome::Unknown { .. }), "{length}")
            }
            Err(error) => assert!(length > 4091 && matches!(error, Error::Io(_)), "{length}: {error}"),
        }
    }
}

#[tokio::test]
async fn a_server_that_stops_talking_gets_no_dot() {
    let long = "a line\n".repeat(20_000);
    let (mut client, mut theirs) = streaming(None).await;
    let server = async {
        to_354(&mut theirs).await;
        theirs.shutdown().await.unwrap();
        let mut seen = Vec::new();
        theirs.read_to_end(&mut seen).await.unwrap();
        seen
    };
    let to = envelope(&["a@x"]);
    let send = async {
        let result = client.send(&to, long.as_bytes()).await;
        drop(client);
        result
    };
    let (result, seen) = tokio::join!(send, server);
    assert!(matches!(result, Err(Error::Eof { during: "the message" })), "{result:?}");
    assert!(!seen.ends_with(b".\r\n"));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_takes_nothing_is_given_up() {
    let long = "a line\n".repeat(20_000);
    let (mut client, mut theirs) = streaming(Some(Duration::from_secs(7))).await;
    let to = envelope(&["a@x"]);
    let (result, ()) = tokio::join!(client.send(&to, long.as_bytes()), to_354(&mut theirs));
    assert!(matches!(result, Err(Error::TimedOut { during: "the message", .. })), "{result:?}");
}

#[tokio::test]
async fn a_refusal_in_the_middle_is_heard() {
    // The server says no and reads no further: only a client that reads while it writes ever sees it.
    let long = "a line\n".repeat(20_000);
    for (reply, close) in [("552 5.3.4 too large\r\n", false), ("421 4.3.2 shutting down\r\n", true)] {
        let (mut client, mut theirs) = streaming(None).await;
        let server = async {
            to_354(&mut theirs).await;
            theirs.read_exact(&mut [0; 100]).await.unwrap();
            theirs.write_all(reply.as_bytes()).await.unwrap();
            (!close).then_some(theirs)
        };
        let to = envelope(&["a@x"]);
        let (report, _theirs) = tokio::join!(client.send(&to, long.as_bytes()), server);
        let report = report.unwrap();
        assert!(
            matches!(&report.outcome, Outcome::Refused(said) if reply.starts_with(&said.code().to_string()))
        );
        assert!(delivered(&report).is_empty());
        assert!(matches!(client.noop().await, Err(Error::Misuse { what: "the session has ended" })));
    }
}

/// Gives some bytes, then fails.
struct Failing<'a>(&'a [u8]);

impl AsyncRead for Failing<'_> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.0.is_empty() {
            return Poll::Ready(Err(io::Error::other("disk on fire")));
        }
        into.put_slice(std::mem::take(&mut self.0));
        Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn a_message_that_cannot_be_read_or_sent_never_ends() {
    let run = |message: &'static [u8], fails: bool, line_ends: LineEnds| async move {
        let (mut client, mut theirs) = streaming(None).await;
        let mut to = envelope(&["a@x"]);
        to.line_ends = line_ends;
        let ((result, broken), ()) = tokio::join!(
            async {
                let result = if fails {
                    client.send(&to, Failing(message)).await
                } else {
                    client.send(&to, message).await
                };
                let broken = matches!(client.noop().await, Err(Error::Broken));
                drop(client);
                (result.map(|_| ()), broken)
            },
            to_354(&mut theirs)
        );
        let mut seen = Vec::new();
        theirs.read_to_end(&mut seen).await.unwrap();
        assert!(broken);
        assert!(!seen.ends_with(b".\r\n"), "{}", seen.escape_ascii());
        result
    };
    assert!(matches!(run(b"half\r\n", true, LineEnds::Normalise).await, Err(Error::Source(_))));
    assert!(matches!(run(b"", true, LineEnds::Normalise).await, Err(Error::Source(_))));
    assert!(matches!(run(b"one\r\ntwo\n", false, LineEnds::Refuse).await, Err(Error::Invalid { .. })));
}

#[tokio::test]
async fn a_dropped_send_never_ends_the_message() {
    let (mut client, mut theirs) = streaming(None).await;
    let to = envelope(&["a@x"]);
    let long = "a line\n".repeat(20_000);
    {
        let send = client.send(&to, long.as_bytes());
        let server = to_354(&mut theirs);
        tokio::select! {
            biased;
            _ = send => panic!("the server takes nothing"),
            () = async { server.await; for _ in 0..10 { tokio::task::yield_now().await } } => {}
        }
    }
    assert!(matches!(client.send(&to, MESSAGE).await, Err(Error::Broken)));
    drop(client);
    let mut seen = Vec::new();
    theirs.read_to_end(&mut seen).await.unwrap();
    assert!(!seen.is_empty() && !seen.ends_with(b"\r\n.\r\n"));
}

#[tokio::test]
async fn a_long_message_streams() {
    let (mut client, mut theirs) = streaming(None).await;
    let long = "a line of the message\n.stuffed \u{e4}\n".repeat(50_000);
    let expected = long.replace('\n', "\r\n").replace("\r\n.", "\r\n..") + ".\r\n";
    let server = async {
        to_354(&mut theirs).await;
        let mut seen = vec![0; expected.len()];
        theirs.read_exact(&mut seen).await.unwrap();
        theirs.write_all(b"250 queued\r\n").await.unwrap();
        seen
    };
    let to = envelope(&["a@x"]);
    let (report, seen) = tokio::join!(client.send(&to, long.as_bytes()), server);
    assert_eq!(delivered(&report.unwrap()), ["a@x"]);
    assert!(seen == expected.as_bytes());
}
