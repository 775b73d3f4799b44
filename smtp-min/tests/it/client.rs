//! The tokio client against peers that follow a script.

use std::time::Duration;

use smtp_min::{Client, Command, EhloName, Error, Event, Extension, Limits, Quirk};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::task::JoinHandle;

use crate::script::needles;

/// A peer that waits for each text and answers it; ends with what came that was not expected.
pub(crate) fn peer(script: &[(&str, &str)]) -> (DuplexStream, JoinHandle<String>) {
    let (ours, mut theirs) = duplex(4096);
    let script: Vec<(String, String)> =
        script.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect();
    let task = tokio::spawn(async move {
        for (expected, answer) in script {
            let mut got = vec![0; expected.len()];
            if theirs.read_exact(&mut got).await.is_err() {
                return format!("closed before {expected}");
            }
            assert_eq!(String::from_utf8_lossy(&got), expected);
            theirs.write_all(answer.as_bytes()).await.unwrap();
        }
        let mut rest = String::new();
        theirs.read_to_string(&mut rest).await.unwrap();
        rest
    });
    (ours, task)
}

/// A client that has said EHLO to a server that offers these.
pub(crate) async fn greeted(
    offers: &str,
    script: &[(&str, &str)],
    limits: Limits,
) -> (Client<DuplexStream>, JoinHandle<String>) {
    let ehlo = format!(
        "250-x\r\n{}250 X\r\n",
        offers.split(',').map(|line| format!("250-{line}\r\n")).collect::<String>()
    );
    let mut whole = vec![("", "220 ready\r\n"), ("EHLO c\r\n", ehlo.as_str())];
    whole.extend(script);
    let (stream, task) = peer(&whole);
    let (mut client, greeting) = Client::connect(stream, limits).await.unwrap();
    assert_eq!(greeting.reply.code(), 220);
    client.ehlo(&EhloName::new("c").unwrap()).await.unwrap();
    (client, task)
}

#[tokio::test]
async fn a_session_with_tls_and_login() {
    let (stream, peer) = peer(&[
        ("", "220 ready\r\n"),
        ("EHLO c\r\n", "250-x\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n"),
        ("STARTTLS\r\n", "220 go\r\n"),
        ("TLS", ""),
        ("EHLO c\r\n", "250-x\r\n250 AUTH XOAUTH2\r\n"),
        ("AUTH XOAUTH2\r\n", "334 go ahead\r\n"),
        ("dG9rZW4=\r\n", "235 2.7.0 in\r\n"),
        ("NOOP\r\n", "250 ok\r\n"),
        ("RSET\r\n", "250 ok\r\n"),
        ("QUIT\r\n", "221 bye\r\n"),
    ]);
    let name = EhloName::new("c").unwrap();
    let (mut client, _) = Client::connect(stream, Limits::default()).await.unwrap();
    assert!(client.ehlo(&name).await.unwrap().has(Extension::StartTls));
    let upgrade = |mut stream: DuplexStream| async {
        stream.write_all(b"TLS").await?;
        Ok(stream)
    };
    let mut client = client.starttls(upgrade).await.unwrap();
    assert_eq!(client.connection().capabilities(), None);
    assert!(!client.ehlo(&name).await.unwrap().has(Extension::StartTls));
    let result = client.authenticate("PLAIN", None, |_| None).await;
    assert!(matches!(result, Err(Error::Lacks { what: "AUTH by this mechanism" })));
    client.authenticate("XOAUTH2", None, |_| Some(b"token".to_vec())).await.unwrap();
    assert_eq!(client.quirks(), [Quirk::TextIn334]);
    client.noop().await.unwrap();
    client.reset().await.unwrap();
    client.quit().await.unwrap();
    assert_eq!(peer.await.unwrap(), "");
}

#[tokio::test]
async fn an_old_server_gets_helo() {
    let (stream, peer) = peer(&[
        ("", "220 ready\r\n"),
        ("EHLO c\r\n", "500 what\r\n"),
        ("HELO c\r\n", "250 x\r\n"),
        ("EHLO c\r\n", "451 later\r\n"),
    ]);
    let name = EhloName::new("c").unwrap();
    let (mut client, _) = Client::connect(stream, Limits::default()).await.unwrap();
    assert_eq!(*client.ehlo(&name).await.unwrap(), smtp_min::Capabilities::default());
    assert!(matches!(client.ehlo(&name).await, Err(Error::Refused(refusal)) if refusal.reply.code() == 451));
    let Err(error) = client.starttls(|_| std::future::ready(unreachable_tls())).await else {
        panic!("no TLS")
    };
    assert!(matches!(error, Error::Lacks { what: "STARTTLS" }));
    assert_eq!(peer.await.unwrap(), "");
}

fn unreachable_tls() -> std::io::Result<DuplexStream> {
    panic!("TLS must not be started")
}

#[tokio::test]
async fn tls_starts_on_a_clean_stream_only() {
    let (client, peer) =
        greeted("STARTTLS", &[("STARTTLS\r\n", "220 go\r\n250 more\r\n")], Limits::default()).await;
    let result = client.starttls(|_| std::future::ready(unreachable_tls())).await;
    assert!(matches!(result, Err(Error::Protocol { .. })));
    assert_eq!(peer.await.unwrap(), "");

    // The answer came before the question.
    let (stream, _peer) =
        self::peer(&[("", "220 x\r\n"), ("EHLO c\r\n", "250-x\r\n250 STARTTLS\r\n220 go\r\n")]);
    let (mut client, _) = Client::connect(stream, Limits::default()).await.unwrap();
    client.ehlo(&EhloName::new("c").unwrap()).await.unwrap();
    let result = client.starttls(|_| std::future::ready(unreachable_tls())).await;
    assert!(matches!(result, Err(Error::Protocol { what: "a reply that answers no command", .. })));
}

#[tokio::test]
async fn a_refused_login_leaves_the_client_usable() {
    let script = [
        ("AUTH X dG9rZW4=\r\n", "334 eyJ9\r\n"),
        ("\r\n", "535 5.7.8 no\r\n"),
        ("AUTH X\r\n", "334 \r\n"),
        ("*\r\n", "501 5.7.0 aborted\r\n"),
        ("AUTH X dG9rZW4=\r\n", "235 in\r\n"),
    ];
    let (mut client, peer) = greeted("AUTH X", &script, Limits::default()).await;
    let long = [b'a'; 400];
    assert!(matches!(
        client.authenticate("X", Some(&long), |_| None).await,
        Err(Error::TooLong { limit: 512, .. })
    ));
    let Err(Error::Refused(refusal)) = client.authenticate("X", Some(b"token"), |_| Some(Vec::new())).await
    else {
        panic!("refused")
    };
    assert_eq!((refusal.command, refusal.reply.enhanced().unwrap().detail), ("AUTH", 8));
    assert!(matches!(client.authenticate("X", None, |_| None).await, Err(Error::Refused(_))));
    client.authenticate("X", Some(b"token"), |_| None).await.unwrap();
    drop(client);
    assert_eq!(peer.await.unwrap(), "");
}

#[tokio::test]
async fn a_refused_greeting() {
    let (stream, _peer) = peer(&[("", "421-4.3.2 busy\x1b[31m\r\n421 later\r\n")]);
    let Err(error) = Client::connect(stream, Limits::default()).await else { panic!("refused") };
    assert_eq!(error.to_string(), "the server refused the greeting: 421 4.3.2 busy\\u{1b}[31m later");
}

#[tokio::test]
async fn a_421_between_commands_is_the_reason() {
    let (stream, _peer) = peer(&[("", "220 x\r\n"), ("EHLO c\r\n", "250 x\r\n421 4.4.2 idle\r\n")]);
    let (mut client, _) = Client::connect(stream, Limits::default()).await.unwrap();
    client.ehlo(&EhloName::new("c").unwrap()).await.unwrap();
    let result = client.noop().await;
    assert!(matches!(result, Err(Error::Refused(refusal)) if refusal.command == "the session"));
    assert!(matches!(client.noop().await, Err(Error::Broken)));
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_is_given_up() {
    let (mut client, _peer) = greeted("X", &[("NOOP\r\n", "250-half\r\n")], Limits::default()).await;
    let error = client.noop().await.unwrap_err();
    assert!(matches!(error, Error::TimedOut { after, during: "NOOP" } if after == Duration::from_secs(300)));
    assert!(matches!(client.noop().await, Err(Error::Broken)));
}

#[tokio::test(start_paused = true)]
async fn a_dropped_future_never_leaves_the_client_out_of_step() {
    let (mut client, _peer) = greeted("X", &[("NOOP\r\n", "250")], Limits::default()).await;
    assert!(tokio::time::timeout(Duration::from_secs(1), client.noop()).await.is_err());
    assert!(matches!(client.noop().await, Err(Error::Broken)));
}

#[tokio::test]
async fn a_closed_connection_says_during_what() {
    let (stream, mut theirs) = duplex(64);
    theirs.write_all(b"220 x\r\n").await.unwrap();
    let (mut client, _) = Client::connect(stream, Limits::default()).await.unwrap();
    let server = async {
        theirs.read_exact(&mut [0; 8]).await.unwrap();
        drop(theirs);
    };
    let name = EhloName::new("c").unwrap();
    let (result, ()) = tokio::join!(client.ehlo(&name), server);
    assert!(matches!(result, Err(Error::Eof { during: "EHLO" })));
}

#[tokio::test]
async fn a_flight_by_hand() {
    let script = [("RSET\r\nNOOP\r\n", "250 one\r\n250 two\r\n")];
    let (mut client, _peer) = greeted("PIPELINING", &script, Limits::default()).await;
    client.send_command(Command::Rset).unwrap();
    let second = client.send_command(Command::Noop).unwrap();
    assert!(matches!(client.noop().await, Err(Error::Misuse { .. })));
    client.flush().await.unwrap();
    assert!(matches!(client.next_event().await.unwrap(), Event::Completed { .. }));
    assert!(matches!(client.next_event().await.unwrap(), Event::Completed { id, .. } if id == second));
}

#[tokio::test]
async fn no_token_in_debug_or_errors() {
    let token = b"ya29.a-very-secret-token-of-forty-eight-octets!!";
    let echo = "AUTH X eWEyOS5hLXZlcnktc2VjcmV0LXRva2VuLW9mLWZvcnR5LWVpZ2h0LW9jdGV0cyEh\r\n";
    let script = [(echo, "500 5.5.1 eWEyOS5hLXZlcnktc2VjcmV0LXRva2VuLW9mLWZvcnR5LWVpZ2h0LW9jdGV0cyEh\r\n")];
    let (mut client, _peer) = greeted("AUTH X", &script, Limits::default()).await;
    let error = client.authenticate("X", Some(token), |_| None).await.unwrap_err();
    assert!(matches!(error, Error::Refused(_)));
    let shown = format!("{error} {error:?} {client:?}");
    for needle in needles(token) {
        assert!(!shown.contains(&needle), "{needle} in {shown}");
    }
}
