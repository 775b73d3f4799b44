//! Sessions that say what they have to say before they are asked.

use imap_min::{Client, CodeName, Error, Limits, LogIn, Mailbox, State, Status, UidSet};

use super::{refusal, server};

const LOG_IN: LogIn<'_> = LogIn { mechanism: "XOAUTH2", message: b"t" };

#[tokio::test]
async fn the_log_in_rides_before_the_greeting() {
    let (stream, task) = server(&[
        ("A1 AUTHENTICATE XOAUTH2 dA==\r\n", "* OK ready\r\nA1 OK in\r\n"),
        ("A2 LOGOUT\r\n", "* BYE\r\nA2 OK\r\n"),
    ]);
    let (client, greeting) = Client::connect_eager(stream, Limits::default(), LOG_IN).await.unwrap();
    assert_eq!(greeting.text.text.as_ref(), b"ready");
    assert_eq!(client.connection().state(), State::Authenticated);
    client.logout().await.unwrap();
    task.await.unwrap();
    assert!(!format!("{LOG_IN:?}").contains("116"));
}

#[tokio::test]
async fn the_first_message_in_one_flight() {
    for greeting in ["* OK ready\r\nA1 OK in\r\n", "* PREAUTH in\r\nA1 BAD already\r\n"] {
        let answer =
            format!("{greeting}* 1 EXISTS\r\nA2 OK\r\n* 1 FETCH (UID 3 BODY[] {{2}}\r\nhi)\r\nA3 OK\r\n");
        let script: &'static [(&str, &str)] = Box::leak(Box::new([(
            "A1 AUTHENTICATE XOAUTH2 dA==\r\nA2 SELECT INBOX\r\nA3 UID FETCH * (BODY.PEEK[])\r\n",
            answer.leak() as &str,
        )]));
        let mut sink = Vec::new();
        let inbox = Mailbox::inbox();
        let (_, selected, size) = Client::connect_eager_and_fetch(
            server(script).0,
            Limits::default(),
            LOG_IN,
            &inbox,
            &UidSet::last(),
            &mut sink,
        )
        .await
        .unwrap();
        assert_eq!((selected.exists, size, sink.as_slice()), (1, Some(2), &b"hi"[..]));
    }
}

#[tokio::test]
async fn refusals_are_those_of_the_log_in() {
    for (script, code) in [
        (
            &[(
                "A1 AUTHENTICATE XOAUTH2 dA==\r\nA2 SELECT INBOX\r\nA3 UID FETCH * (BODY.PEEK[])\r\n",
                "* OK ready\r\n+ eyJzdGF0dXMiOiI0MDAifQ==\r\nA1 NO [AUTHENTICATIONFAILED] no\r\nA3 BAD what\r\n",
            )],
            Some(CodeName::AuthenticationFailed),
        ),
        (
            &[(
                "A1 AUTHENTICATE XOAUTH2 dA==\r\nA2 SELECT INBOX\r\nA3 UID FETCH * (BODY.PEEK[])\r\n",
                "* BYE busy\r\n",
            )],
            None,
        ),
    ] {
        let mut sink = Vec::new();
        let inbox = Mailbox::inbox();
        let error = Client::connect_eager_and_fetch(
            server(script).0,
            Limits::default(),
            LOG_IN,
            &inbox,
            &UidSet::last(),
            &mut sink,
        )
        .await
        .unwrap_err();
        assert_eq!(refusal(error).code, code);
        assert!(sink.is_empty());
    }
    // A challenge with nothing behind the log-in is answered, so that the refusal comes.
    let (stream, task) = server(&[
        ("A1 AUTHENTICATE XOAUTH2 dA==\r\n", "* OK ready\r\n+ eyJzdGF0dXMiOiI0MDAifQ==\r\n"),
        ("\r\n", "A1 NO no\r\n"),
    ]);
    let error = Client::connect_eager(stream, Limits::default(), LOG_IN).await.unwrap_err();
    assert_eq!(refusal(error).status, Status::No);
    task.await.unwrap();
    let (stream, _task) = server(&[("A1 AUTHENTICATE XOAUTH2 dA==\r\n", "HTTP/1.1 400\r\n")]);
    let error = Client::connect_eager(stream, Limits::default(), LOG_IN).await.unwrap_err();
    assert!(matches!(error, Error::Protocol { .. }));
}
