//! Sessions from the greeting to the end, and what interrupts them.

use std::io;
use std::time::Duration;

use imap_min::{
    Capabilities, Client, CodeName, Command, Condition, Error, Event, FetchAttribute, Flag, GreetingKind,
    Limits, Mailbox, Partial, SearchKey, Section, State, Status, UidSet,
};
use tokio::io::{AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, DuplexStream, duplex};

use super::{connected, refusal, server};
use crate::secrets::assert_hidden;

#[tokio::test]
async fn a_whole_session() {
    let (stream, task) = server(&[
        ("", "* OK [ALERT] ready\r\n"),
        ("A1 CAPABILITY\r\n", "* CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2\r\nA1 OK done\r\n"),
        ("A2 AUTHENTICATE XOAUTH2 dA==\r\n", "A2 OK in\r\n"),
        (
            "A3 SELECT INBOX\r\n",
            "* 2 EXISTS\r\n* FLAGS (\\Seen)\r\n* OK [UIDVALIDITY 7] v\r\nA3 OK [READ-WRITE] open\r\n",
        ),
        ("A4 UID SEARCH UNSEEN\r\n", "* SEARCH 5 6\r\n* SEARCH 9\r\nA4 OK done\r\n"),
        (
            "A5 UID FETCH 5:6 (FLAGS INTERNALDATE RFC822.SIZE ENVELOPE)\r\n",
            "* 1 FETCH (UID 5 FLAGS (\\Seen) INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" RFC822.SIZE 9 ENVELOPE \
             (NIL {4}\r\nSubj ((\"A\" NIL \"a\" \"x.org\")) NIL NIL NIL NIL NIL NIL \"<id>\"))\r\n\
             * 2 FETCH (FLAGS ())\r\n* 2 FETCH (UID 99 FLAGS ())\r\n* 2 FETCH (UID 6 RFC822.SIZE 4)\r\n\
             * 2 FETCH (UID 6 FLAGS (x))\r\n* 3 EXISTS\r\nA5 OK done\r\n",
        ),
        ("A6 UID FETCH 5 (BODY.PEEK[])\r\n", "* 1 FETCH (UID 5 BODY[] {5}\r\na\r\nbc)\r\nA6 OK done\r\n"),
        (
            "A7 UID FETCH 6 (BODY.PEEK[HEADER]<0.2>)\r\n",
            "* 2 FETCH (BODY[HEADER]<0> \"ab\" UID 6)\r\nA7 OK\r\n",
        ),
        ("A8 NOOP\r\n", "* 1 EXPUNGE\r\nA8 OK\r\n"),
        ("A9 UNSELECT\r\n", "A9 OK\r\n"),
        ("A10 LOGOUT\r\n", "* BYE bye\r\nA10 OK\r\n"),
    ]);
    let (mut client, greeting) = Client::connect(stream, Limits::default()).await.unwrap();
    assert_eq!(greeting.kind, GreetingKind::Ok);
    assert_eq!(greeting.text.code.unwrap().name(), Some(CodeName::Alert));
    assert!(client.capability().await.unwrap().has_mechanism("XOAUTH2"));
    client.authenticate("XOAUTH2", Some(b"t"), |_| None).await.unwrap();
    let selected = client.select(&Mailbox::inbox()).await.unwrap();
    assert_eq!((selected.exists, selected.uid_validity, selected.read_only), (2, Some(7), false));
    let found = client.uid_search(&[SearchKey::Unseen]).await.unwrap();
    assert_eq!(found.to_string(), "5:6,9");
    let wanted = UidSet::try_from(5..=6).unwrap();
    let attributes = [
        FetchAttribute::Flags,
        FetchAttribute::InternalDate,
        FetchAttribute::Rfc822Size,
        FetchAttribute::Envelope,
    ];
    let summaries = client.uid_fetch(&wanted, &attributes).await.unwrap();
    assert_eq!(summaries.len(), 2);
    assert!(summaries[0].flags.as_ref().unwrap().has(&Flag::Seen));
    assert_eq!(summaries[0].internal_date.unwrap().unix(), 837_596_665);
    let envelope = summaries[0].envelope.as_ref().unwrap();
    assert_eq!(envelope.subject().unwrap().as_ref(), b"Subj");
    assert_eq!(envelope.from().next().unwrap().email().unwrap(), "a@x.org");
    assert_eq!((summaries[1].uid, summaries[1].size, summaries[1].seq), (6, Some(4), 2));
    assert!(summaries[1].flags.is_some(), "rows of one message are joined");
    assert_eq!(client.connection().selected().unwrap().exists, 3);
    let mut body = Vec::new();
    assert_eq!(client.fetch_body(5, &mut body).await.unwrap(), Some(5));
    let partial = Partial { offset: 0, length: 2.try_into().unwrap() };
    let head = client.fetch_section(6, Section::Header, Some(partial), &mut body).await.unwrap();
    assert_eq!((head, body.as_slice()), (Some(2), &b"a\r\nbcab"[..]));
    client.noop().await.unwrap();
    assert_eq!(client.connection().selected().unwrap().exists, 2);
    client.unselect().await.unwrap();
    assert_eq!(client.connection().state(), State::Authenticated);
    client.logout().await.unwrap();
    task.await.unwrap();
}

#[tokio::test]
async fn one_flight_for_the_first_message() {
    let mut client = connected(&[
        ("", "* PREAUTH in\r\n"),
        (
            "A1 SELECT INBOX\r\nA2 UID FETCH * (BODY.PEEK[])\r\n",
            "* 1 EXISTS\r\nA1 OK open\r\n* 1 FETCH (UID 3 BODY[] {2}\r\nhi)\r\nA2 OK\r\n",
        ),
        (
            "A3 SELECT none\r\nA4 UID FETCH * (BODY.PEEK[])\r\n",
            "A3 NO [NONEXISTENT] none\r\nA4 BAD no mailbox\r\n",
        ),
        ("A5 NOOP\r\n", "A5 OK\r\n"),
    ])
    .await;
    let mut body = Vec::new();
    let (selected, size) =
        client.select_and_fetch(&Mailbox::inbox(), &UidSet::last(), &mut body).await.unwrap();
    assert_eq!((selected.exists, size, body.as_slice()), (1, Some(2), &b"hi"[..]));
    let none = Mailbox::new("none").unwrap();
    let refused = refusal(client.select_and_fetch(&none, &UidSet::last(), &mut body).await.unwrap_err());
    assert_eq!((refused.command, refused.status), ("SELECT", Status::No));
    assert_eq!(refused.code, Some(CodeName::NonExistent));
    client.noop().await.unwrap();
}

#[tokio::test]
async fn what_nobody_asked_for_reaches_no_sink() {
    let mut client = connected(&[
        ("", "* PREAUTH in\r\n"),
        ("A1 SELECT INBOX\r\n", "* 9 EXISTS\r\nA1 OK\r\n* 1 FETCH (UID 5 BODY[] {3}\r\nbad)\r\n"),
        (
            "A2 UID FETCH 5 (BODY.PEEK[])\r\n",
            "* 2 FETCH (UID 6 BODY[] {3}\r\nbad)\r\n* 1 FETCH (UID 5 BODY[TEXT] \"bad\" BODY[] {4}\r\ngood)\r\n\
             * 1 FETCH (UID 5 BODY[] \"bad\")\r\nA2 OK\r\n",
        ),
        ("A3 UID FETCH 8 (BODY.PEEK[])\r\n", "A3 OK nothing\r\n"),
        ("A4 UID FETCH 8 (BODY.PEEK[])\r\n", "* 3 FETCH (UID 8 BODY[] NIL)\r\nA4 OK\r\n"),
        ("A5 UID FETCH 8 (BODY.PEEK[])\r\n", "* 3 FETCH (BODY[] \"bad\" UID 9)\r\nA5 OK\r\n"),
    ])
    .await;
    client.select(&Mailbox::inbox()).await.unwrap();
    let mut body = Vec::new();
    assert_eq!(client.fetch_body(5, &mut body).await.unwrap(), Some(4));
    assert_eq!(body, b"good");
    assert_eq!(client.fetch_body(8, &mut body).await.unwrap(), None);
    assert_eq!(client.fetch_body(8, &mut body).await.unwrap(), None);
    assert_eq!(body, b"good");
    // Known too late to keep it from the sink, but not to be told.
    assert!(matches!(client.fetch_body(8, &mut body).await, Err(Error::Protocol { .. })));
    assert!(matches!(client.noop().await, Err(Error::Broken)));
}

#[tokio::test]
async fn log_ins_of_every_kind() {
    let mut client = connected(&[
        ("", "* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2] ready\r\n"),
        ("A1 AUTHENTICATE XOAUTH2\r\n", "+ go ahead\r\n"),
        ("dA==\r\n", "+ eyJzdGF0dXMiOiI0MDEifQ==\r\n"),
        ("\r\n", "A1 NO [AUTHENTICATIONFAILED] failed\r\n"),
        ("A2 AUTHENTICATE PLAIN\r\n", "+ !!!\r\n"),
        ("*\r\n", "A2 BAD aborted\r\n"),
        ("A3 AUTHENTICATE PLAIN\r\n", "+ \r\n"),
        ("*\r\n", "A3 BAD aborted\r\n"),
        ("A4 AUTHENTICATE PLAIN\r\n", "+ \r\n"),
        ("b2s=\r\n", "A4 OK [CAPABILITY IMAP4rev1 IDLE] in\r\n"),
    ])
    .await;
    let mut challenges = Vec::new();
    let answer = |challenge: &[u8]| {
        challenges.push(challenge.to_vec());
        Some(Vec::new())
    };
    let refused = refusal(client.authenticate("XOAUTH2", Some(b"t"), answer).await.unwrap_err());
    assert_eq!(refused.code, Some(CodeName::AuthenticationFailed));
    assert_eq!(refused.to_string(), "the server refused AUTHENTICATE: failed");
    assert_eq!(challenges, [b"{\"status\":\"401\"}"]);
    assert!(client.authenticate("PLAIN", None, |_| Some(Vec::new())).await.is_err());
    assert!(client.authenticate("PLAIN", None, |_| None).await.is_err());
    client.authenticate("PLAIN", None, |_| Some(b"ok".to_vec())).await.unwrap();
    assert_eq!(client.connection().capabilities(), Some(&Capabilities::from("IMAP4rev1 IDLE")));
}

#[tokio::test]
async fn exchange_and_its_sentences() {
    let mut client = connected(&[
        ("", "* PREAUTH in\r\n"),
        ("A1 NOOP\r\n", "A1 BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds\r\n"),
        (
            "A2 SELECT INBOX\r\n",
            "A2 BAD User is authenticated but not connected.\r\n* BYE Connection closed. 14\r\n",
        ),
    ])
    .await;
    let wait = Some(Duration::from_millis(92_415));
    let refused = refusal(client.noop().await.unwrap_err());
    assert_eq!((refused.status, refused.condition), (Status::Bad, Some(Condition::Throttled { wait })));
    let refused = refusal(client.select(&Mailbox::inbox()).await.unwrap_err());
    assert_eq!(refused.condition, Some(Condition::AuthenticatedNotConnected));
    let after = client.noop().await.unwrap_err();
    assert!(matches!(&after, Error::Refused(bye) if bye.status == Status::Bye), "{after:?}");

    let mut client = connected(&[
        ("", "* PREAUTH in\r\n"),
        ("A1 NOOP\r\n", "* BYE Session invalidated - AccessTokenExpired\r\n"),
    ])
    .await;
    let refused = refusal(client.noop().await.unwrap_err());
    assert_eq!((refused.status, refused.condition), (Status::Bye, Some(Condition::TokenExpired)));
    assert!(matches!(client.noop().await, Err(Error::Broken)));
    let bye = Client::connect(server(&[("", "* BYE busy\r\n")]).0, Limits::default()).await.unwrap_err();
    assert_eq!((refusal(bye).command), "greeting");
}

#[tokio::test]
async fn starttls_and_who_stands_in_the_middle() {
    async fn upgraded(stream: DuplexStream) -> io::Result<DuplexStream> {
        Ok(stream)
    }
    let client = connected(&[
        ("", "* OK [CAPABILITY STARTTLS SASL-IR] ready\r\n"),
        ("A1 STARTTLS\r\n", "A1 OK go\r\n"),
        ("A2 CAPABILITY\r\n", "* CAPABILITY IMAP4rev1\r\nA2 OK\r\n"),
    ])
    .await;
    let mut client = client.starttls(upgraded).await.unwrap();
    assert!(client.connection().capabilities().is_none());
    assert_eq!(client.capability().await.unwrap().to_string(), "IMAP4rev1");

    for script in [
        &[("", "* OK\r\n"), ("A1 STARTTLS\r\n", "A1 OK go\r\n* CAPABILITY AUTH=PLAIN\r\n")][..],
        &[("", "* OK\r\n"), ("A1 STARTTLS\r\n", "A1 OK go\r\n*")],
        &[("", "* OK\r\nA1 OK go\r\n"), ("A1", "")],
        &[("", "* OK\r\n* half a li"), ("A1", "")],
        &[("", "* PREAUTH\r\n"), ("A1", "")],
    ] {
        let (stream, task) = server(script);
        let (client, _) = Client::connect(stream, Limits::default()).await.unwrap();
        let never = |_: DuplexStream| async { panic!("TLS was started on an attacker's word") };
        let result = client.starttls::<DuplexStream, _, _>(never).await;
        assert!(matches!(result, Err(Error::Protocol { .. })), "{script:?} {result:?}");
        drop(task);
    }
    let client = connected(&[("", "* OK\r\n"), ("A1 STARTTLS\r\n", "A1 BAD what\r\n")]).await;
    assert!(matches!(client.starttls(upgraded).await, Err(Error::Refused(_))));
}

#[tokio::test(start_paused = true)]
async fn silence_ends() {
    let (ours, _theirs) = duplex(64);
    let error = Client::connect(ours, Limits::default()).await.unwrap_err();
    assert!(
        matches!(error, Error::TimedOut { after, .. } if after == Limits::default().greeting),
        "{error:?}"
    );

    let (ours, mut theirs) = duplex(64);
    theirs.write_all(b"* PREAUTH in\r\n").await.unwrap();
    let (mut client, _) = Client::connect(ours, Limits::default()).await.unwrap();
    let error = client.noop().await.unwrap_err();
    assert_eq!(error.to_string(), "no answer within 120s during NOOP");
    assert!(matches!(client.noop().await, Err(Error::Broken)));
    drop(theirs);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_future_breaks_what_it_left_open() {
    let (ours, mut theirs) = duplex(64);
    theirs.write_all(b"* PREAUTH in\r\n").await.unwrap();
    let (mut client, _) = Client::connect(ours, Limits::default()).await.unwrap();
    // An event waited for in vain costs nothing.
    assert!(tokio::time::timeout(Duration::from_secs(1), client.next_event()).await.is_err());
    theirs.write_all(b"* OK st").await.unwrap();
    assert!(tokio::time::timeout(Duration::from_secs(1), client.next_event()).await.is_err());
    theirs.write_all(b"ill here\r\n").await.unwrap();
    assert!(matches!(client.next_event().await.unwrap(), Event::Notice(_)));
    assert!(tokio::time::timeout(Duration::from_secs(1), client.noop()).await.is_err());
    theirs.write_all(b"A1 OK\r\n").await.unwrap();
    assert!(matches!(client.noop().await, Err(Error::Broken)));
}

#[tokio::test(start_paused = true)]
async fn a_flush_cut_short_sends_nothing_twice() {
    let (ours, mut theirs) = duplex(16);
    theirs.write_all(b"* PREAUTH in\r\n").await.unwrap();
    let (mut client, _) = Client::connect(ours, Limits::default()).await.unwrap();
    for _ in 0..4 {
        client.send(Command::Noop).unwrap();
    }
    assert!(tokio::time::timeout(Duration::from_secs(1), client.flush()).await.is_err());
    let mut seen = [0; 36];
    let (flushed, read) = tokio::join!(client.flush(), theirs.read_exact(&mut seen));
    flushed.unwrap();
    read.unwrap();
    assert_eq!(&seen, b"A1 NOOP\r\nA2 NOOP\r\nA3 NOOP\r\nA4 NOOP\r\n");
    assert!(matches!(client.noop().await, Err(Error::Misuse { .. })), "answers are open");
}

#[tokio::test]
async fn a_sink_that_fails_is_not_the_network() {
    let mut client = connected(&[
        ("", "* PREAUTH in\r\n"),
        (
            "A1 SELECT INBOX\r\nA2 UID FETCH * (BODY.PEEK[])\r\n",
            "A1 OK\r\n* 1 FETCH (BODY[] {9}\r\n123456789)\r\nA2 OK\r\n",
        ),
    ])
    .await;
    let mut full = io::Cursor::new([0_u8; 4]);
    let mut sink = full.get_mut().as_mut_slice();
    let error = client.select_and_fetch(&Mailbox::inbox(), &UidSet::last(), &mut Full(&mut sink)).await;
    assert!(matches!(error, Err(Error::Sink(_))), "{error:?}");
    assert!(matches!(client.noop().await, Err(Error::Broken)));
}

/// A disk with little room.
struct Full<'a, 'b>(&'a mut &'b mut [u8]);

impl AsyncWrite for Full<'_, '_> {
    fn poll_write(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
        from: &[u8],
    ) -> std::task::Poll<io::Result<usize>> {
        std::task::Poll::Ready(io::Write::write(self.0, from))
    }

    fn poll_flush(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<io::Result<()>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn poll_shutdown(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<io::Result<()>> {
        std::task::Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn what_a_method_collects_is_bounded() {
    let mut limits = Limits::default();
    limits.collected = 40;
    let (stream, _task) = server(&[
        ("", "* PREAUTH in\r\n"),
        ("A1 SELECT INBOX\r\n", "A1 OK\r\n"),
        ("A2 UID SEARCH ALL\r\n", "* SEARCH 1 3 5 7 9 11\r\nA2 OK\r\n"),
    ]);
    let (mut client, _) = Client::connect(stream, limits.clone()).await.unwrap();
    client.select(&Mailbox::inbox()).await.unwrap();
    let error = client.uid_search(&[SearchKey::All]).await.unwrap_err();
    assert!(matches!(error, Error::TooLong { limit: 40, .. }), "{error:?}");

    let (stream, _task) = server(&[
        ("", "* PREAUTH in\r\n"),
        ("A1 SELECT INBOX\r\n", "A1 OK\r\n"),
        (
            "A2 UID FETCH 1:* (FLAGS)\r\n",
            "* 1 FETCH (FLAGS (aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa))\r\n",
        ),
    ]);
    let (mut client, _) = Client::connect(stream, limits).await.unwrap();
    client.select(&Mailbox::inbox()).await.unwrap();
    let error = client.uid_fetch(&UidSet::all(), &[FetchAttribute::Flags]).await.unwrap_err();
    assert!(matches!(error, Error::TooLong { .. }), "{error:?}");
    let body = client.uid_fetch(&UidSet::all(), &[FetchAttribute::MESSAGE]).await.unwrap_err();
    assert!(matches!(body, Error::Invalid { .. }));
}

#[tokio::test]
async fn a_large_body_streams_through_a_small_buffer() {
    const SIZE: usize = 3 * 1024 * 1024 + 7;
    let (ours, mut theirs) = duplex(100_000);
    let task = tokio::spawn(async move {
        theirs.write_all(b"* PREAUTH in\r\n").await.unwrap();
        let mut seen = [0; 46];
        theirs.read_exact(&mut seen).await.unwrap();
        let head = format!("A1 OK\r\n* 1 FETCH (UID 1 BODY[] {{{SIZE}}}\r\n");
        theirs.write_all(head.as_bytes()).await.unwrap();
        let body: Vec<u8> = (0..=250).cycle().take(SIZE).collect();
        theirs.write_all(&body).await.unwrap();
        theirs.write_all(b" FLAGS ())\r\nA2 OK\r\n").await.unwrap();
        body
    });
    let (mut client, _) = Client::connect(ours, Limits::default()).await.unwrap();
    let mut body = Vec::new();
    let (_, size) = client.select_and_fetch(&Mailbox::inbox(), &UidSet::last(), &mut body).await.unwrap();
    assert_eq!(size, Some(SIZE as u64));
    assert!(task.await.unwrap() == body, "not byte for byte");
}

#[tokio::test]
async fn an_echoed_token_is_not_shown() {
    const TOKEN: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.c2VjcmV0LXRva2Vu.c2lnbmF0dXJl";
    let mut client = connected(&[
        ("", "* OK ready\r\n"),
        (
            "A1 AUTHENTICATE XOAUTH2 ZXlKMGVYQWlPaUpLVjFRaUxDSmhiR2NpT2lKU1V6STFOaUo5LmMyVmpjbVYwTFhSdmEyVnUuYzJsbmJtRjBkWEps\r\n",
            "A1 BAD ZXlKMGVYQWlPaUpLVjFRaUxDSmhiR2NpT2lKU1V6STFOaUo5LmMyVmpjbVYwTFhSdmEyVnUuYzJsbmJtRjBkWEps \
             eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.c2VjcmV0LXRva2Vu.c2lnbmF0dXJl?\r\n",
        ),
    ])
    .await;
    let error = client.authenticate("XOAUTH2", Some(TOKEN.as_bytes()), |_| None).await.unwrap_err();
    // Nor as a list of numbers, while it waits to be sent.
    client.send(Command::Authenticate { mechanism: "X", initial_response: Some(TOKEN.as_bytes()) }).unwrap();
    let numbers = format!("{:?}", b"A2 AUTH");
    assert!(!format!("{client:?}").contains(numbers.trim_matches(['[', ']'])));
    assert_hidden(&format!("{error} {error:?} {client:?}"));
}
