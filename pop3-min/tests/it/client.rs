//! The tokio client against peers that follow a script.

use std::time::Duration;

use pop3_min::{Client, Code, Command, Error, Event, Limits, Quirk};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};

use crate::commands::needles;

const LOGIN: &[(&str, &str)] = &[("AUTH X\r\n", "+ \r\n"), ("dG9rZW4=\r\n", "+OK in\r\n")];

/// A peer that greets, then waits for each text and answers it; ends with what came that was not expected.
pub(crate) fn peer(script: Vec<(&'static str, Vec<u8>)>) -> (DuplexStream, tokio::task::JoinHandle<String>) {
    let (ours, mut theirs) = duplex(1024);
    let task = tokio::spawn(async move {
        theirs.write_all(b"+OK ready\r\n").await.unwrap();
        for (expected, answer) in script {
            let mut got = vec![0; expected.len()];
            theirs.read_exact(&mut got).await.unwrap();
            assert_eq!(String::from_utf8_lossy(&got), expected);
            if theirs.write_all(&answer).await.is_err() {
                return "closed".to_owned();
            }
        }
        let mut rest = String::new();
        theirs.read_to_string(&mut rest).await.unwrap();
        rest
    });
    (ours, task)
}

pub(crate) fn script(login: bool, more: &[(&'static str, &str)]) -> Vec<(&'static str, Vec<u8>)> {
    let login = if login { LOGIN } else { &[] };
    login.iter().chain(more).map(|(a, b)| (*a, b.as_bytes().to_vec())).collect()
}

pub(crate) async fn logged_in(
    more: &[(&'static str, &str)],
) -> (Client<DuplexStream>, tokio::task::JoinHandle<String>) {
    let (stream, task) = peer(script(true, more));
    let (mut client, greeting) = Client::connect(stream, Limits::default()).await.unwrap();
    assert_eq!(greeting.reply.text_lossy(), "ready");
    client.authenticate("X", None, |_| Some(b"token".to_vec())).await.unwrap();
    (client, task)
}

fn unreachable_tls() -> std::io::Result<DuplexStream> {
    panic!("TLS must not be started")
}

#[tokio::test]
async fn a_whole_session() {
    let (mut client, peer) = logged_in(&[
        ("CAPA\r\n", "+OK\r\nUIDL\r\nPIPELINING\r\n.\r\n"),
        ("STAT\r\n", "+OK 2 10\r\n"),
        ("UIDL\r\n", "+OK\r\n1 a\r\n2\r\n3 c\r\n.\r\n"),
        ("LIST\r\n", "+OK\r\n1 5\r\n3 -5\r\n.\r\n"),
        ("RETR 1\r\n", "+OK\r\nFrom: a\r\n\r\n..\r\n.\r\n"),
        ("RETR 2\r\n", "-ERR [SYS/PERM] gone\r\n"),
        ("DELE 1\r\n", "+OK\r\n"),
        ("RSET\r\n", "+OK\r\n"),
        ("NOOP\r\n", "+OK\r\n"),
        ("QUIT\r\n", "+OK bye\r\n"),
    ])
    .await;
    let capabilities = client.capabilities().await.unwrap().unwrap();
    assert!(capabilities.has(&pop3_min::Capability::Pipelining));
    assert_eq!(client.stat().await.unwrap(), (2, Some(10)));
    assert_eq!(client.uidl().await.unwrap(), [(1, "a".to_owned()), (3, "c".to_owned())]);
    assert_eq!(client.list().await.unwrap(), [(1, Some(5)), (3, None)]);
    assert_eq!(client.quirks(), [Quirk::MissingId, Quirk::NegativeSize]);
    let mut message = Vec::new();
    assert_eq!(client.retrieve(1, &mut message).await.unwrap(), 14);
    assert_eq!(message, b"From: a\r\n\r\n.\r\n");
    let Err(Error::Refused(refusal)) = client.retrieve(2, &mut message).await else { panic!("refused") };
    assert_eq!(
        (refusal.command, &refusal.code, refusal.text.as_str()),
        ("RETR", &Some(Code::SysPerm), "gone")
    );
    client.delete(1).await.unwrap();
    client.reset().await.unwrap();
    client.noop().await.unwrap();
    client.quit().await.unwrap();
    assert_eq!(peer.await.unwrap(), "");
}

#[tokio::test]
async fn a_refused_login_leaves_the_client_usable() {
    let (stream, peer) = peer(script(
        false,
        &[
            ("AUTH X\r\n", "+\r\n"),
            ("dG9rZW4=\r\n", "+ eyJ9\r\n"),
            ("*\r\n", "-ERR [AUTH] no\r\n"),
            ("CAPA\r\n", "-ERR what\r\n"),
            ("AUTH X dG9rZW4=\r\n", "+OK\r\n"),
        ],
    ));
    let (mut client, _) = Client::connect(stream, Limits::default()).await.unwrap();
    let mut challenges = Vec::new();
    let result = client
        .authenticate("X", None, |challenge| {
            challenges.push(challenge.to_vec());
            (challenges.len() == 1).then(|| b"token".to_vec())
        })
        .await;
    assert!(matches!(result, Err(Error::Refused(refusal)) if refusal.code == Some(Code::Auth)));
    assert_eq!(challenges, [b"".to_vec(), b"{\"}".to_vec()]);
    assert_eq!(client.capabilities().await.unwrap(), None);
    client.authenticate("X", Some(b"token"), |_| None).await.unwrap();
    assert!(matches!(client.authenticate("X", None, |_| None).await, Err(Error::Misuse { .. })));
    drop(client);
    assert_eq!(peer.await.unwrap(), "");
}

#[tokio::test]
async fn a_refused_greeting() {
    let (stream, mut theirs) = duplex(64);
    theirs.write_all(b"-ERR [IN-USE] \x1b[31mbusy\r\n").await.unwrap();
    let Err(Error::Refused(refusal)) = Client::connect(stream, Limits::default()).await else {
        panic!("refused")
    };
    assert_eq!((refusal.command, refusal.text.as_str()), ("the greeting", "\\u{1b}[31mbusy"));
}

#[tokio::test]
async fn a_long_message_streams() {
    let body = "a line of the message\r\n..stuffed\r\n".repeat(40_000);
    let answer = format!("+OK\r\n{body}.\r\n");
    let (mut client, _peer) = logged_in(&[("RETR 1\r\n", answer.as_str())]).await;
    let mut message = Vec::new();
    let octets = client.retrieve(1, &mut message).await.unwrap();
    assert_eq!(message, body.replace("\n..", "\n.").as_bytes());
    assert_eq!(octets, u64::try_from(message.len()).unwrap());
}

#[tokio::test]
async fn a_full_disk_is_not_a_network_error() {
    let (mut client, _peer) = logged_in(&[("RETR 1\r\n", "+OK\r\nlong\r\n.\r\n")]).await;
    let mut room = [0_u8; 2];
    let mut sink = std::io::Cursor::new(&mut room[..]);
    assert!(matches!(client.retrieve(1, &mut sink).await, Err(Error::Sink(_))));
    assert!(matches!(client.noop().await, Err(Error::Broken)));
}

#[tokio::test]
async fn what_is_collected_has_a_limit() {
    let listing = format!("+OK\r\n{}.\r\n", (1..=100).map(|n| format!("{n} id{n}\r\n")).collect::<String>());
    let mut limits = Limits::default();
    limits.collected = 1000;
    let mut dialogue = script(true, &[("UIDL\r\n", listing.as_str())]);
    let (stream, _peer) = peer(std::mem::take(&mut dialogue));
    let (mut client, _) = Client::connect(stream, limits).await.unwrap();
    client.authenticate("X", None, |_| Some(b"token".to_vec())).await.unwrap();
    assert!(matches!(client.uidl().await, Err(Error::TooLong { limit: 1000, .. })));
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_is_given_up() {
    let (mut client, _peer) = logged_in(&[("STAT\r\n", "")]).await;
    let error = client.stat().await.unwrap_err();
    assert!(matches!(error, Error::TimedOut { after, during: "STAT" } if after == Duration::from_secs(120)));
    assert!(matches!(client.stat().await, Err(Error::Broken)));
}

#[tokio::test(start_paused = true)]
async fn a_dropped_future_never_leaves_the_client_out_of_step() {
    let (mut client, _peer) = logged_in(&[("STAT\r\n", "+OK 1")]).await;
    assert!(tokio::time::timeout(Duration::from_secs(1), client.stat()).await.is_err());
    assert!(matches!(client.stat().await, Err(Error::Broken)));
}

#[tokio::test]
async fn a_closed_connection_says_during_what() {
    let (stream, mut theirs) = duplex(64);
    theirs.write_all(b"+OK\r\n").await.unwrap();
    let (mut client, _) = Client::connect(stream, Limits::default()).await.unwrap();
    let server = async {
        theirs.read_exact(&mut [0; 6]).await.unwrap();
        drop(theirs);
    };
    let (result, ()) = tokio::join!(client.capabilities(), server);
    assert!(matches!(result, Err(Error::Eof { during: "CAPA" })));
}

#[tokio::test]
async fn an_answer_before_its_question_is_an_error() {
    let (stream, mut theirs) = duplex(64);
    theirs.write_all(b"+OK\r\n+OK Begin TLS\r\n").await.unwrap();
    let (client, _) = Client::connect(stream, Limits::default()).await.unwrap();
    let upgrade = |_| std::future::ready(unreachable_tls());
    assert!(matches!(client.starttls(upgrade).await, Err(Error::Protocol { .. })));
}

#[tokio::test]
async fn tls_starts_on_a_clean_stream_only() {
    let (stream, peer1) = peer(script(false, &[("STLS\r\n", "+OK\r\n+OK more\r\n")]));
    let (client, _) = Client::connect(stream, Limits::default()).await.unwrap();
    let upgrade = |_| std::future::ready(unreachable_tls());
    assert!(matches!(client.starttls(upgrade).await, Err(Error::Protocol { .. })));
    assert_eq!(peer1.await.unwrap(), "");

    let (stream, peer2) =
        peer(script(false, &[("CAPA\r\n", "+OK\r\nSTLS\r\n.\r\n"), ("STLS\r\n", "+OK\r\n"), ("NEW", "")]));
    let (mut client, _) = Client::connect(stream, Limits::default()).await.unwrap();
    client.capabilities().await.unwrap();
    let upgrade = |mut stream: DuplexStream| async {
        stream.write_all(b"NEW").await?;
        Ok(stream)
    };
    let client = client.starttls(upgrade).await.unwrap();
    assert_eq!(client.connection().capabilities(), None);
    drop(client.into_inner());
    assert_eq!(peer2.await.unwrap(), "");
}

#[tokio::test]
async fn a_flight_by_hand() {
    let (mut client, _peer) = logged_in(&[("NOOP\r\nSTAT\r\n", "+OK\r\n+OK 1 2\r\n")]).await;
    client.send(Command::Noop).unwrap();
    let stat = client.send(Command::Stat).unwrap();
    assert!(matches!(client.noop().await, Err(Error::Misuse { .. })));
    assert!(matches!(client.next_event().await.unwrap(), Event::Completed { .. }));
    assert!(matches!(client.next_event().await.unwrap(), Event::Stat { id, .. } if id == stat));
}

#[tokio::test]
async fn no_token_in_debug_or_errors() {
    let token = b"ya29.a-very-secret-token-of-forty-eight-octets!!";
    let (stream, mut theirs) = duplex(1024);
    theirs.write_all(b"+OK\r\n").await.unwrap();
    let (mut client, _) = Client::connect(stream, Limits::default()).await.unwrap();
    let server = async {
        theirs.read_exact(&mut [0; 8]).await.unwrap();
        theirs.write_all(b"+ \r\n").await.unwrap();
        let mut line = [0; 66];
        theirs.read_exact(&mut line).await.unwrap();
        theirs.write_all(&[b"-ERR ", &line[..]].concat()).await.unwrap();
    };
    let login = client.authenticate("X", None, |_| Some(token.to_vec()));
    let (result, ()) = tokio::join!(login, server);
    let Err(error @ Error::Refused(_)) = result else { panic!("refused") };
    let shown = format!("{error} {error:?} {client:?}");
    for needle in needles(token) {
        assert!(!shown.contains(&needle), "{needle} in {shown}");
    }
}

#[tokio::test]
async fn a_login_by_name_and_password() {
    let (stream, peer) = peer(script(
        false,
        &[
            ("LANG\r\n", "+OK\r\nen English\r\n.\r\n"),
            ("LANG en\r\n", "+OK en\r\n"),
            ("UTF8\r\n", "+OK\r\n"),
            ("USER ann\r\n", "-ERR who\r\n"),
            ("USER ann\r\n", "+OK\r\n"),
            ("PASS a secret\r\n", "-ERR [AUTH] no\r\n"),
            ("USER ann\r\n", "+OK\r\n"),
            ("PASS a secret\r\n", "+OK\r\n"),
            ("UIDL 2\r\n", "+OK 2 abc\r\n"),
            ("UIDL 3\r\n", "+OK 3\r\n"),
            ("LIST 2\r\n", "+OK 2 10\r\n"),
            ("LIST 4\r\n", "-ERR no\r\n"),
            ("TOP 2 0\r\n", "+OK\r\nSubject: hi\r\n.\r\n"),
        ],
    ));
    let (mut client, _) = Client::connect(stream, Limits::default()).await.unwrap();
    assert_eq!(client.languages().await.unwrap(), [("en".to_owned(), "English".to_owned())]);
    client.set_language("en").await.unwrap();
    client.utf8().await.unwrap();
    // The password is not sent when the name was refused.
    let refused = |error: Result<(), Error>| match error {
        Err(Error::Refused(refusal)) => refusal.command,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(client.login("ann", "a secret").await), "USER");
    assert_eq!(refused(client.login("ann", "a secret").await), "PASS");
    client.login("ann", "a secret").await.unwrap();
    assert_eq!(client.uidl_one(2).await.unwrap().as_deref(), Some("abc"));
    assert_eq!(client.uidl_one(3).await.unwrap(), None);
    assert_eq!(client.list_one(2).await.unwrap(), Some(10));
    assert!(matches!(client.list_one(4).await, Err(Error::Refused(_))));
    let mut top = Vec::new();
    assert_eq!(client.top(2, 0, &mut top).await.unwrap(), 13);
    drop(client);
    assert_eq!(peer.await.unwrap(), "");
}

#[cfg(feature = "apop")]
#[tokio::test]
async fn a_login_by_digest() {
    let (stream, mut theirs) = duplex(1024);
    theirs.write_all(b"+OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>\r\n+").await.unwrap();
    let (mut client, greeting) = Client::connect(stream, Limits::default()).await.unwrap();
    // The example of RFC 1939 section 7.
    assert_eq!(greeting.apop_digest(b"tanstaaf").unwrap(), "c4c9334bac560ecc979e58001b3e22fb");
    let result = client.apop(&greeting, "mrose", b"tanstaaf").await;
    assert!(matches!(result, Err(Error::Protocol { .. })), "an answer before its question");
    let mut forged = greeting.clone();
    forged.timestamp = Some(b"<\x80@x>".as_slice().into());
    assert!(matches!(forged.apop_digest(b"x"), Err(Error::Lacks { what: "APOP" })));
    forged.timestamp = None;
    assert!(matches!(forged.apop_digest(b"x"), Err(Error::Lacks { what: "APOP" })));
}
