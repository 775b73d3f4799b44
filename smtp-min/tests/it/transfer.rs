//! `Client::send` by `BDAT` and over LMTP, and what an envelope can ask for.

use smtp_min::{
    Address, BodyType, Client, EhloName, Envelope, EnvelopeId, Error, Limits, Notify, Outcome, Protocol,
    RecipientOutcome, Return, SendReport, Transfer,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::task::JoinHandle;

use crate::client::{greeted, peer};
use crate::script::address;

const MESSAGE: &[u8] = b"Subject: hi\n\n.dot\n";
const BDAT: &str = "BDAT 21 LAST\r\nSubject: hi\r\n\r\n.dot\r\n";
const OFFERS: &str = "PIPELINING,CHUNKING,BINARYMIME,8BITMIME";

fn envelope(to: &[&str], transfer: Transfer) -> Envelope {
    let to = to.iter().map(|text| address(text)).collect();
    let mut envelope = Envelope::new(Some(address("ann@x")), to);
    envelope.transfer = transfer;
    envelope
}

fn whole(to: &[&str]) -> Envelope {
    envelope(to, Transfer::OneFlight { most: 1000 })
}

fn delivered(report: &SendReport) -> Vec<&str> {
    report.delivered_to().map(Address::as_str).collect()
}

fn codes(report: &SendReport) -> Vec<u16> {
    let code = |outcome: &RecipientOutcome| match outcome {
        RecipientOutcome::Accepted => 250,
        RecipientOutcome::Unanswered => 0,
        RecipientOutcome::Refused(reply) => reply.code(),
    };
    report.recipients.iter().map(|(_, outcome)| code(outcome)).collect()
}

#[tokio::test]
async fn envelope_and_message_in_one_flight() {
    let flight = format!("MAIL FROM:<ann@x> BODY=8BITMIME\r\nRCPT TO:<a@x>\r\nRCPT TO:<b@x>\r\n{BDAT}");
    let again = format!("RSET\r\n{flight}");
    let script = [
        (flight.as_str(), "250 ok\r\n250 ok\r\n550 who\r\n250 2.0.0 queued\r\n"),
        // All refused: the message was in vain, and the server has thrown it away.
        (flight.as_str(), "250 ok\r\n550 who\r\n551 who\r\n554 nobody\r\n"),
        // The message refused.
        (again.as_str(), "250 ok\r\n250 ok\r\n250 ok\r\n250 ok\r\n552 5.3.4 large\r\n"),
        // The sender refused.
        (again.as_str(), "250 ok\r\n553 not you\r\n503 no\r\n503 no\r\n503 no\r\n"),
        ("NOOP\r\n", "250 ok\r\n"),
    ];
    let (mut client, peer) = greeted(OFFERS, &script, Limits::default()).await;
    let to = whole(&["a@x", "b@x"]);
    let report = client.send(&to, MESSAGE).await.unwrap();
    assert!(matches!(&report.outcome, Outcome::Accepted(reply) if reply.code() == 250));
    assert_eq!((delivered(&report), codes(&report)), (vec!["a@x"], vec![250, 550]));
    for (code, recipients) in [(550, [550, 551]), (552, [250, 250]), (553, [553, 553])] {
        let report = client.send(&to, MESSAGE).await.unwrap();
        assert!(matches!(&report.outcome, Outcome::Refused(reply) if reply.code() == code), "{report:?}");
        assert_eq!(codes(&report), recipients);
        assert!(delivered(&report).is_empty());
    }
    client.noop().await.unwrap();
    drop(client);
    assert_eq!(peer.await.unwrap(), "");
}

#[tokio::test]
async fn one_flight_only_where_it_is_possible() {
    let mail = "MAIL FROM:<ann@x>\r\nRCPT TO:<a@x>\r\nDATA\r\n";
    let ok = "250 ok\r\n250 ok\r\n354 go\r\n";
    let message = "Subject: hi\r\n\r\n..dot\r\n.\r\n";
    // No CHUNKING; then a message that is too large to be read first.
    for (offers, most) in [("PIPELINING", 1000), ("PIPELINING,CHUNKING", 17)] {
        let (mut client, peer) =
            greeted(offers, &[(mail, ok), (message, "250 queued\r\n")], Limits::default()).await;
        let report = client.send(&envelope(&["a@x"], Transfer::OneFlight { most }), MESSAGE).await.unwrap();
        assert_eq!(delivered(&report), ["a@x"]);
        drop(client);
        assert_eq!(peer.await.unwrap(), "");
    }
    // What was read first is known before anything is sent.
    let script = [("NOOP\r\n", "250 ok\r\n")];
    let (mut client, _) = greeted("PIPELINING,CHUNKING,SIZE 10", &script, Limits::default()).await;
    assert!(matches!(client.send(&whole(&["a@x"]), MESSAGE).await, Err(Error::TooLong { limit: 10, .. })));
    let eight = client.send(&whole(&["a@x"]), "\u{e4}".as_bytes()).await;
    assert!(matches!(eight, Err(Error::Lacks { what: "8BITMIME" })));
    client.noop().await.unwrap();
}

/// A server that offers all, reads `flight`, answers, and closes.
async fn cut(flight: usize, answer: &'static str, to: &Envelope) -> (Result<SendReport, Error>, bool) {
    let (stream, mut theirs) = duplex(256);
    let server = async move {
        theirs.write_all(b"220 x\r\n").await.unwrap();
        theirs.read_exact(&mut [0; 8]).await.unwrap();
        theirs.write_all(b"250-x\r\n250-PIPELINING\r\n250 CHUNKING\r\n").await.unwrap();
        theirs.read_exact(&mut vec![0; flight]).await.unwrap();
        theirs.write_all(answer.as_bytes()).await.unwrap();
    };
    let client = async {
        let (mut client, _) = Client::connect(stream, Limits::default()).await.unwrap();
        client.ehlo(&EhloName::new("c").unwrap()).await.unwrap();
        let result = client.send(to, MESSAGE).await;
        let usable = !matches!(client.noop().await, Err(Error::Broken));
        (result, usable)
    };
    tokio::join!(client, server).0
}

#[tokio::test]
async fn a_flight_without_an_answer_is_unknown() {
    let all = "MAIL FROM:<ann@x>\r\nRCPT TO:<a@x>\r\n".len() + BDAT.len();
    let to = whole(&["a@x"]);
    let (silent, taken) = (RecipientOutcome::Unanswered, RecipientOutcome::Accepted);
    for (answer, said) in [
        ("", &silent),
        ("250 ok\r\n", &silent),
        ("250 ok\r\n250 ok\r\n", &taken),
        ("250 ok\r\n250 ok\r\n250-qu", &taken),
        ("250 ok\r\nwhat\r\n", &silent),
    ] {
        let (result, usable) = cut(all, answer, &to).await;
        let report = result.unwrap();
        assert!(matches!(&report.outcome, Outcome::Unknown { .. }), "{answer}: {report:?}");
        assert!(delivered(&report).is_empty() && !usable);
        assert_eq!((report.undecided().count(), &report.recipients[0].1), (1, said), "{answer}");
    }
    // Nobody could get it: what is not known does not matter.
    for answer in ["553 no\r\n", "250 ok\r\n550 no\r\n"] {
        let (result, usable) = cut(all, answer, &to).await;
        let report = result.unwrap();
        assert!(matches!(&report.outcome, Outcome::Refused(_)), "{answer}: {report:?}");
        assert!(!usable);
    }
    // 421 is an answer.
    let report = cut(all, "250 ok\r\n421 4.3.2 down\r\n", &to).await.0.unwrap();
    assert!(matches!(&report.outcome, Outcome::Refused(reply) if reply.code() == 421), "{report:?}");
}

#[tokio::test]
async fn pieces_go_out_behind_the_recipients() {
    let envelope_lines = "MAIL FROM:<ann@x> BODY=BINARYMIME\r\nRCPT TO:<a@x>\r\nRCPT TO:<b@x>\r\n";
    let binary: Vec<u8> = (0..70_000_u32).map(|n| n.to_le_bytes()[0]).collect();
    let mut limits = Limits::default();
    limits.pipeline = 64;
    let (stream, mut theirs) = duplex(4096);
    let expected = binary.clone();
    let server = tokio::spawn(async move {
        theirs.write_all(b"220 x\r\n").await.unwrap();
        theirs.read_exact(&mut [0; 8]).await.unwrap();
        theirs.write_all(b"250-x\r\n250-PIPELINING\r\n250-BINARYMIME\r\n250 CHUNKING\r\n").await.unwrap();
        theirs.read_exact(&mut vec![0; envelope_lines.len()]).await.unwrap();
        theirs.write_all(b"250 ok\r\n550 no\r\n250 ok\r\n").await.unwrap();
        let mut seen = Vec::new();
        for header in ["BDAT 32768\r\n", "BDAT 32768\r\n", "BDAT 4464 LAST\r\n"] {
            let mut line = vec![0; header.len()];
            theirs.read_exact(&mut line).await.unwrap();
            assert_eq!(String::from_utf8(line).unwrap(), header);
            let mut octets = vec![0; header.split(' ').nth(1).unwrap().trim().parse().unwrap()];
            theirs.read_exact(&mut octets).await.unwrap();
            seen.extend(octets);
        }
        // The answers come when all is there.
        theirs.write_all(b"250 one\r\n250 two\r\n250 2.0.0 queued\r\n").await.unwrap();
        assert!(seen == expected);
    });
    let (mut client, _) = Client::connect(stream, limits).await.unwrap();
    client.ehlo(&EhloName::new("c").unwrap()).await.unwrap();
    let mut to = envelope(&["a@x", "b@x"], Transfer::Data);
    to.body = Some(BodyType::BinaryMime);
    let report = client.send(&to, &binary[..]).await.unwrap();
    assert!(matches!(&report.outcome, Outcome::Accepted(reply) if reply.text_lossy() == "queued"));
    assert_eq!(delivered(&report), ["b@x"]);
    server.await.unwrap();
}

#[tokio::test]
async fn a_refused_piece_costs_the_message_and_not_the_connection() {
    let lines = "a line\r\n".repeat(10_000);
    let mail = "MAIL FROM:<ann@x>\r\nRCPT TO:<a@x>\r\n";
    let first = format!("BDAT 32768\r\n{}", &lines[..32768]);
    let again = format!("RSET\r\n{mail}");
    for (offers, one_by_one) in [("CHUNKING", true), ("PIPELINING,CHUNKING", false)] {
        let all =
            format!("{first}BDAT 32768\r\n{}BDAT 14464 LAST\r\n{}", &lines[32768..65536], &lines[65536..]);
        let message = if one_by_one { &first } else { &all };
        let answers =
            if one_by_one { "452 4.3.1 disk\r\n" } else { "452 4.3.1 disk\r\n503 no\r\n503 no\r\n" };
        let opening = |more: &'static str| (more, "250 ok\r\n");
        let mut script = match one_by_one {
            true => vec![opening("MAIL FROM:<ann@x>\r\n"), opening("RCPT TO:<a@x>\r\n")],
            false => vec![(mail, "250 ok\r\n250 ok\r\n")],
        };
        script.push((message.as_str(), answers));
        // The next message begins with RSET.
        match one_by_one {
            true => script.extend([
                ("RSET\r\n", "250 ok\r\n"),
                opening("MAIL FROM:<ann@x>\r\n"),
                ("RCPT TO:<a@x>\r\n", "550 no\r\n"),
            ]),
            false => script.push((&again, "250 ok\r\n250 ok\r\n550 no\r\n")),
        }
        script.push(("NOOP\r\n", "250 ok\r\n"));
        let (mut client, peer) = greeted(offers, &script, Limits::default()).await;
        let report = client.send(&envelope(&["a@x"], Transfer::Chunks), lines.as_bytes()).await.unwrap();
        assert!(matches!(&report.outcome, Outcome::Refused(reply) if reply.code() == 452), "{report:?}");
        assert_eq!((codes(&report), delivered(&report).len()), (vec![250], 0));
        let report = client.send(&envelope(&["a@x"], Transfer::Chunks), lines.as_bytes()).await.unwrap();
        assert_eq!(codes(&report), [550]);
        client.noop().await.unwrap();
        drop(client);
        assert_eq!(peer.await.unwrap(), "");
    }
}

#[tokio::test]
async fn eight_bits_go_out_as_seven_where_the_caller_says_so() {
    let message = "Content-Transfer-Encoding: 8bit\r\n\r\n.gr\u{fc}n\r\n";
    let mut to = envelope(&["a@x"], Transfer::OneFlight { most: 1000 });
    to.eight_bit = smtp_min::EightBit::Downgrade;
    let flight = "MAIL FROM:<ann@x>\r\nRCPT TO:<a@x>\r\nDATA\r\n";
    let wire = "Content-Transfer-Encoding: quoted-printable\r\n\r\n..gr=C3=BCn\r\n.\r\n";
    let script = [(flight, "250 ok\r\n250 ok\r\n354 go\r\n"), (wire, "250 queued\r\n")];
    let (mut client, peer) = greeted("PIPELINING,CHUNKING", &script, Limits::default()).await;
    assert!(client.send(&to, message.as_bytes()).await.unwrap().all_accepted());
    drop(client);
    assert_eq!(peer.await.unwrap(), "");
    // Where the server takes 8 bits, nothing is changed.
    let flight = "MAIL FROM:<ann@x> BODY=8BITMIME\r\nRCPT TO:<a@x>\r\nDATA\r\n";
    let wire = message.replace("\r\n.", "\r\n..") + ".\r\n";
    let script = [(flight, "250 ok\r\n250 ok\r\n354 go\r\n"), (&wire, "250 queued\r\n")];
    let (mut client, _peer) = greeted("PIPELINING,8BITMIME", &script, Limits::default()).await;
    assert!(client.send(&to, message.as_bytes()).await.unwrap().all_accepted());
    // What cannot be encoded is given up without an end.
    let flight = "MAIL FROM:<ann@x>\r\nRCPT TO:<a@x>\r\nDATA\r\n";
    let script = [(flight, "250 ok\r\n250 ok\r\n354 go\r\n")];
    let (mut client, _peer) = greeted("PIPELINING", &script, Limits::default()).await;
    let error = client.send(&to, "Subject: gr\u{fc}n\r\n\r\n".as_bytes()).await.unwrap_err();
    assert!(matches!(error, Error::Invalid { .. }), "{error}");
}

/// A message whose size nobody has told, and a server that takes 40,000 octets.
#[tokio::test]
async fn a_message_that_turns_out_too_large_never_ends() {
    let lines = "a line\r\n".repeat(10_000);
    let first = format!("BDAT 32768\r\n{}", &lines[..32768]);
    let opening = "MAIL FROM:<ann@x>\r\nRCPT TO:<a@x>\r\n";
    let script = [
        (opening, "250 ok\r\n250 ok\r\n"),
        (first.as_str(), "250 ok\r\n"),
        ("NOOP\r\n", "250 ok\r\n"),
        (&format!("RSET\r\n{opening}"), "250 ok\r\n250 ok\r\n250 ok\r\n"),
        ("BDAT 8 LAST\r\na line\r\n", "250 queued\r\n"),
    ];
    let offers = "PIPELINING,CHUNKING,SIZE 40000";
    let (mut client, peer) = greeted(offers, &script, Limits::default()).await;
    let to = envelope(&["a@x"], Transfer::Chunks);
    let error = client.send(&to, lines.as_bytes()).await.unwrap_err();
    assert!(
        matches!(error, Error::TooLong { what: "the message for this server", limit: 40_000 }),
        "{error}"
    );
    client.noop().await.unwrap();
    assert!(client.send(&to, &b"a line\r\n"[..]).await.unwrap().all_accepted());
    drop(client);
    assert_eq!(peer.await.unwrap(), "");

    // By DATA the connection goes with it, and the dot is never sent.
    let opening = format!("{opening}DATA\r\n");
    let script = [(opening.as_str(), "250 ok\r\n250 ok\r\n354 go\r\n")];
    let (mut client, peer) = greeted(offers, &script, Limits::default()).await;
    let error = client.send(&envelope(&["a@x"], Transfer::Data), lines.as_bytes()).await.unwrap_err();
    assert!(matches!(error, Error::TooLong { limit: 40_000, .. }), "{error}");
    assert!(matches!(client.noop().await, Err(Error::Broken)));
    drop(client);
    let sent = peer.await.unwrap();
    assert!(!sent.contains("\r\n.\r\n") && lines.starts_with(&sent), "{}", sent.len());
}

async fn lmtp(script: &[(&str, &str)]) -> (Client<DuplexStream>, JoinHandle<String>) {
    let mut whole =
        vec![("", "220 ready\r\n"), ("LHLO c\r\n", "250-x\r\n250-CHUNKING\r\n250 PIPELINING\r\n")];
    whole.extend(script);
    let (stream, task) = peer(&whole);
    let (mut client, _) = Client::connect_with(stream, Limits::default(), Protocol::Lmtp).await.unwrap();
    client.ehlo(&EhloName::new("c").unwrap()).await.unwrap();
    (client, task)
}

#[tokio::test]
async fn with_lmtp_each_recipient_has_the_last_word() {
    let flight = "MAIL FROM:<ann@x>\r\nRCPT TO:<a@x>\r\nRCPT TO:<b@x>\r\nRCPT TO:<c@x>\r\n";
    let data = format!("{flight}DATA\r\n");
    let bdat = format!("{flight}{BDAT}");
    let again = format!("RSET\r\n{bdat}");
    let body = "Subject: hi\r\n\r\n..dot\r\n.\r\n";
    let script = [
        (data.as_str(), "250 ok\r\n250 ok\r\n550 who\r\n250 ok\r\n354 go\r\n"),
        (body, "250 saved\r\n452 4.2.2 full\r\n"),
        (bdat.as_str(), "250 ok\r\n250 ok\r\n250 ok\r\n250 ok\r\n451 later\r\n552 full\r\n452 full\r\n"),
        // Refused by all after BDAT: the server may still have it in mind.
        (again.as_str(), "250 ok\r\n250 ok\r\n550 no\r\n550 no\r\n550 no\r\n503 nobody\r\n"),
        (
            again.as_str(),
            "250 ok\r\n250 ok\r\n250 ok\r\n250 ok\r\n250 ok\r\n451 later\r\n250 saved\r\n421 down\r\n",
        ),
    ];
    let (mut client, _peer) = lmtp(&script).await;
    let names = ["a@x", "b@x", "c@x"];
    let report = client.send(&envelope(&names, Transfer::Data), MESSAGE).await.unwrap();
    assert!(matches!(&report.outcome, Outcome::Accepted(_)));
    assert_eq!((codes(&report), delivered(&report)), (vec![250, 550, 452], vec!["a@x"]));
    let report = client.send(&whole(&names), MESSAGE).await.unwrap();
    assert!(matches!(&report.outcome, Outcome::Refused(reply) if reply.code() == 451));
    assert_eq!((codes(&report), delivered(&report).len()), (vec![451, 552, 452], 0));
    let report = client.send(&whole(&names), MESSAGE).await.unwrap();
    assert!(matches!(&report.outcome, Outcome::Refused(reply) if reply.code() == 550), "{report:?}");
    let report = client.send(&whole(&names), MESSAGE).await.unwrap();
    assert!(matches!(&report.outcome, Outcome::Accepted(_)), "{report:?}");
    assert_eq!((codes(&report), delivered(&report)), (vec![451, 250, 421], vec!["b@x"]));
}

#[tokio::test]
async fn with_lmtp_some_may_be_known_and_others_not() {
    let flight = format!("MAIL FROM:<ann@x>\r\nRCPT TO:<a@x>\r\nRCPT TO:<b@x>\r\nRCPT TO:<c@x>\r\n{BDAT}");
    let answers = "250 ok\r\n250 ok\r\n250 ok\r\n250 ok\r\n250 saved\r\n552 full\r\n";
    let (mut client, peer) = lmtp(&[(flight.as_str(), answers)]).await;
    peer.abort();
    let _ = peer.await;
    // The peer is gone before anything was sent: that is no acceptance.
    assert!(client.send(&whole(&["a@x"]), MESSAGE).await.is_err());

    let (stream, mut theirs) = duplex(4096);
    let server = async move {
        theirs.write_all(b"220 x\r\n").await.unwrap();
        theirs.read_exact(&mut [0; 8]).await.unwrap();
        theirs.write_all(b"250-x\r\n250-CHUNKING\r\n250 PIPELINING\r\n").await.unwrap();
        theirs.read_exact(&mut vec![0; flight.len()]).await.unwrap();
        theirs.write_all(answers.as_bytes()).await.unwrap();
    };
    let send = async {
        let (mut client, _) = Client::connect_with(stream, Limits::default(), Protocol::Lmtp).await.unwrap();
        client.ehlo(&EhloName::new("c").unwrap()).await.unwrap();
        client.send(&whole(&["a@x", "b@x", "c@x"]), MESSAGE).await.unwrap()
    };
    let (report, ()) = tokio::join!(send, server);
    assert!(matches!(&report.outcome, Outcome::Unknown { .. }), "{report:?}");
    assert_eq!((delivered(&report), codes(&report)), (vec!["a@x"], vec![250, 552, 250]));
    assert_eq!(report.undecided().map(Address::as_str).collect::<Vec<_>>(), ["c@x"]);
}

#[tokio::test]
async fn reports_and_tls_are_asked_for_where_they_are_offered() {
    let mut to = envelope(&["a+b@x"], Transfer::Data);
    to.notify = Some(Notify { success: true, delay: true, failure: false });
    to.original_recipients = true;
    to.ret = Some(Return::Headers);
    to.envelope_id = Some(EnvelopeId::new("x=1").unwrap());
    to.require_tls = true;
    let flight = "MAIL FROM:<ann@x> RET=HDRS ENVID=x+3D1 REQUIRETLS\r\nRCPT TO:<a+b@x> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;a+2Bb@x\r\nDATA\r\n";
    let script = [(flight, "250 ok\r\n250 ok\r\n354 go\r\n"), ("x\r\n.\r\n", "250 ok\r\n")];
    let (mut client, peer) = greeted("PIPELINING,DSN,REQUIRETLS", &script, Limits::default()).await;
    assert!(client.send(&to, &b"x"[..]).await.unwrap().all_accepted());
    drop(client);
    assert_eq!(peer.await.unwrap(), "");
    for (offers, lacks) in [("DSN", "REQUIRETLS"), ("REQUIRETLS", "DSN")] {
        let (mut client, _peer) = greeted(offers, &[], Limits::default()).await;
        assert!(matches!(client.send(&to, &b"x"[..]).await, Err(Error::Lacks { what }) if what == lacks));
    }
    (to.ret, to.envelope_id, to.require_tls) = (None, None, false);
    let (mut client, _peer) = greeted("PIPELINING", &[], Limits::default()).await;
    assert!(matches!(client.send(&to, &b"x"[..]).await, Err(Error::Lacks { what: "DSN" })));
}

#[tokio::test]
async fn an_original_recipient_that_is_too_long_is_left_out() {
    let long = "+".repeat(200);
    let mut to = envelope(&["a+b@x"], Transfer::Data);
    to.recipients.insert(0, Address::new(format!("{long}@x")).unwrap());
    to.original_recipients = true;
    let flight = format!(
        "MAIL FROM:<ann@x>\r\nRCPT TO:<{long}@x>\r\nRCPT TO:<a+b@x> ORCPT=rfc822;a+2Bb@x\r\nDATA\r\n"
    );
    let script = [(&*flight, "250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n"), ("x\r\n.\r\n", "250 ok\r\n")];
    let (mut client, peer) = greeted("PIPELINING,DSN", &script, Limits::default()).await;
    assert!(client.send(&to, &b"x"[..]).await.unwrap().all_accepted());
    drop(client);
    assert_eq!(peer.await.unwrap(), "");
}

#[tokio::test]
async fn an_address_beyond_ascii_is_replaced_or_refused() {
    let utf8 = "ann@b\u{fc}ro.example";
    let mut to = envelope(&[utf8, "b@x"], Transfer::Data);
    let (mut client, _peer) = greeted("PIPELINING", &[], Limits::default()).await;
    assert!(matches!(client.send(&to, &b"x"[..]).await, Err(Error::Lacks { what: "SMTPUTF8" })));
    to.ascii = vec![(address(utf8), address("ann@xn--bro-hoa.example"))];
    let flight = "MAIL FROM:<ann@x>\r\nRCPT TO:<ann@xn--bro-hoa.example>\r\nRCPT TO:<b@x>\r\nDATA\r\n";
    let script = [(flight, "250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n"), ("x\r\n.\r\n", "250 ok\r\n")];
    let (mut client, _peer) = greeted("PIPELINING", &script, Limits::default()).await;
    let report = client.send(&to, &b"x"[..]).await.unwrap();
    assert_eq!(delivered(&report), [utf8, "b@x"]);
    // Headers cannot be replaced.
    to.smtputf8 = true;
    let (mut client, _peer) = greeted("PIPELINING", &[], Limits::default()).await;
    assert!(matches!(client.send(&to, &b"x"[..]).await, Err(Error::Lacks { what: "SMTPUTF8" })));
    // Where the server can, nothing is replaced.
    let flight = format!("MAIL FROM:<ann@x> SMTPUTF8\r\nRCPT TO:<{utf8}>\r\nRCPT TO:<b@x>\r\nDATA\r\n");
    let script = [(flight.as_str(), "550 no\r\n503 no\r\n503 no\r\n503 no\r\n")];
    let (mut client, _peer) = greeted("PIPELINING,SMTPUTF8", &script, Limits::default()).await;
    let report = client.send(&to, &b"x"[..]).await.unwrap();
    assert!(matches!(&report.outcome, Outcome::Refused(reply) if reply.code() == 550));
}

#[tokio::test]
async fn long_lines_are_reported() {
    let line = |length: usize| [vec![b'a'; length], b"\n".to_vec()].concat();
    let message = [line(998), line(999), line(5), line(5000)].concat();
    let mut script =
        vec![("MAIL FROM:<ann@x>\r\nRCPT TO:<a@x>\r\nDATA\r\n", "250 ok\r\n250 ok\r\n354 go\r\n")];
    let wire = String::from_utf8(message.clone()).unwrap().replace('\n', "\r\n") + ".\r\n";
    script.push((wire.as_str(), "250 ok\r\n"));
    let (mut client, _peer) = greeted("PIPELINING", &script, Limits::default()).await;
    let report = client.send(&envelope(&["a@x"], Transfer::Data), &message[..]).await.unwrap();
    assert_eq!(report.long_lines, 2);
}

#[tokio::test]
async fn a_login_in_as_few_steps_as_fit() {
    let script = [
        ("AUTH X dG9rZW4=\r\n", "535 no\r\n"),
        ("AUTH X\r\n", "334 \r\n"),
        ("YWFhYWFhYWFh\r\n", "334 eA==\r\n"),
        ("\r\n", "535 no\r\n"),
        ("VRFY ann\r\n", "252 2.0.0 perhaps\r\n"),
        ("VRFY bob\r\n", "550 5.1.1 who\r\n"),
    ];
    let mut limits = Limits::default();
    limits.auth_line = 20;
    let (mut client, peer) = greeted("AUTH X", &script, limits).await;
    let refused = |result: Result<(), Error>| matches!(result, Err(Error::Refused(_)));
    assert!(refused(client.authenticate_first("X", b"token", |_| None).await));
    let mut challenges = Vec::new();
    let answer = |challenge: &[u8]| {
        challenges.push(challenge.to_vec());
        Some(Vec::new())
    };
    assert!(refused(client.authenticate_first("X", b"aaaaaaaaa", answer).await));
    assert_eq!(challenges, [b"x"]);
    assert_eq!(client.verify("ann").await.unwrap().code(), 252);
    assert!(matches!(client.verify("bob").await, Err(Error::Refused(_))));
    assert!(matches!(client.verify("a\r\nQUIT").await, Err(Error::Invalid { .. })));
    drop(client);
    assert_eq!(peer.await.unwrap(), "");
}
