//! The server goes away at every octet of what it says: each message is sent, not sent, or unknown, and never guessed.

use smtp_min::{Client, EhloName, Envelope, Error, Limits, Outcome, Protocol, SendReport, Transfer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};

/// What is waited for, and what is answered.
type Script<'a> = &'a [(&'a str, &'a str)];

/// Follows the script, and closes the connection when it has said this many octets.
async fn peer(script: Script<'_>, mut octets: usize, mut stream: DuplexStream) {
    for (expected, answer) in script {
        let mut got = vec![0; expected.len()];
        if stream.read_exact(&mut got).await.is_err() {
            return;
        }
        assert_eq!(String::from_utf8_lossy(&got), *expected);
        let part = octets.min(answer.len());
        stream.write_all(&answer.as_bytes()[..part]).await.unwrap();
        octets -= part;
        if part < answer.len() {
            return;
        }
    }
    // All was said: wait until nobody asks any more.
    let _ = stream.read_to_end(&mut Vec::new()).await;
}

async fn dialogue(
    script: Script<'_>,
    octets: usize,
    protocol: Protocol,
    envelope: &Envelope,
) -> Result<SendReport, Error> {
    let (ours, theirs) = duplex(64 * 1024);
    let client = async {
        let (mut client, _) = Client::connect_with(ours, Limits::default(), protocol).await?;
        client.ehlo(&EhloName::new("c")?).await?;
        let result = client.send(envelope, &b"Subject: x\r\n\r\n.\r\n"[..]).await;
        if !matches!(&result, Ok(report) if matches!(report.outcome, Outcome::Accepted(_) | Outcome::Refused(_)))
        {
            assert!(matches!(client.noop().await, Err(Error::Broken)), "usable, though out of step");
        }
        result
    };
    tokio::join!(client, peer(script, octets, theirs)).0
}

/// What must come out when the server has said that many octets of all.
fn expected(result: &Result<SendReport, Error>) -> &'static str {
    match result {
        Ok(report) => match &report.outcome {
            Outcome::Accepted(_) if report.undecided().count() == 0 => "accepted",
            Outcome::Unknown { .. } if report.delivered_to().count() == 0 => "unknown",
            Outcome::Unknown { .. } => "unknown for one",
            Outcome::Accepted(_) | Outcome::Refused(_) => "wrong",
        },
        Err(Error::Eof { .. } | Error::Io(_)) => "not sent",
        Err(_) => "wrong",
    }
}

/// The whole message is out as soon as everything before the last answer was said.
async fn at_every_octet(script: Script<'_>, protocol: Protocol, transfer: Transfer, to: &[&str]) {
    let mut envelope = Envelope::parse("a@x", to).unwrap();
    envelope.transfer = transfer;
    let all: usize = script.iter().map(|(_, answer)| answer.len()).sum();
    let last = script.last().unwrap().1;
    // In one flight the message goes with its envelope, whose answers are a part of the last.
    let out = all - last.len();
    for octets in 0..=all {
        let result = dialogue(script, octets, protocol, &envelope).await;
        let first_of_two = to.len() == 2 && octets > out + last.find('\n').unwrap();
        let wanted = match octets {
            _ if octets == all => "accepted",
            _ if octets >= out && first_of_two => "unknown for one",
            _ if octets >= out => "unknown",
            _ => "not sent",
        };
        assert_eq!(expected(&result), wanted, "{octets} of {all}: {result:?}");
    }
}

const GREETING: (&str, &str) = ("", "220-hello\r\n220 there\r\n");

#[tokio::test]
async fn data() {
    let script = [
        GREETING,
        ("EHLO c\r\n", "250-x\r\n250 HELP\r\n"),
        ("MAIL FROM:<a@x>\r\n", "250 2.1.0 ok\r\n"),
        ("RCPT TO:<b@x>\r\n", "250 2.1.5 ok\r\n"),
        ("DATA\r\n", "354 go\r\n"),
        ("Subject: x\r\n\r\n..\r\n.\r\n", "250-2.0.0 it is\r\n250 2.0.0 queued\r\n"),
    ];
    at_every_octet(&script, Protocol::Smtp, Transfer::Data, &["b@x"]).await;
}

#[tokio::test]
async fn data_in_a_flight() {
    let script = [
        GREETING,
        ("EHLO c\r\n", "250-x\r\n250 PIPELINING\r\n"),
        ("MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\n", "250 ok\r\n250 ok\r\n354 go\r\n"),
        ("Subject: x\r\n\r\n..\r\n.\r\n", "250 queued\r\n"),
    ];
    at_every_octet(&script, Protocol::Smtp, Transfer::Data, &["b@x"]).await;
}

#[tokio::test]
async fn pieces() {
    let script = [
        GREETING,
        ("EHLO c\r\n", "250-x\r\n250-CHUNKING\r\n250 PIPELINING\r\n"),
        ("MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\n", "250 ok\r\n250 ok\r\n"),
        ("BDAT 17 LAST\r\nSubject: x\r\n\r\n.\r\n", "250 queued\r\n"),
    ];
    at_every_octet(&script, Protocol::Smtp, Transfer::Chunks, &["b@x"]).await;
}

#[tokio::test]
async fn one_flight() {
    let flight = "MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nBDAT 17 LAST\r\nSubject: x\r\n\r\n.\r\n";
    let script = [
        GREETING,
        ("EHLO c\r\n", "250-x\r\n250-CHUNKING\r\n250 PIPELINING\r\n"),
        (flight, "250 ok\r\n250 ok\r\n250 queued\r\n"),
    ];
    at_every_octet(&script, Protocol::Smtp, Transfer::OneFlight { most: 100 }, &["b@x"]).await;
}

#[tokio::test]
async fn lmtp() {
    let ehlo = ("LHLO c\r\n", "250-x\r\n250-CHUNKING\r\n250 PIPELINING\r\n");
    let to = "MAIL FROM:<a@x>\r\nRCPT TO:<b@x>\r\nRCPT TO:<c@x>\r\n";
    let with_data = format!("{to}DATA\r\n");
    let answers = "250 2.0.0 b has it\r\n250 2.0.0 c has it\r\n";
    let data = [
        GREETING,
        ehlo,
        (with_data.as_str(), "250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n"),
        ("Subject: x\r\n\r\n..\r\n.\r\n", answers),
    ];
    at_every_octet(&data, Protocol::Lmtp, Transfer::Data, &["b@x", "c@x"]).await;
    let pieces = [
        GREETING,
        ehlo,
        (to, "250 ok\r\n250 ok\r\n250 ok\r\n"),
        ("BDAT 17 LAST\r\nSubject: x\r\n\r\n.\r\n", answers),
    ];
    at_every_octet(&pieces, Protocol::Lmtp, Transfer::Chunks, &["b@x", "c@x"]).await;
}
