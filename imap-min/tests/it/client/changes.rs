//! Changes of messages, and messages as they come in.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use imap_min::{
    Append, Client, CodeName, Error, Event, FetchAttribute, FetchItem, Flag, Limits, Mailbox, Partial,
    Section, Store, UidSet,
};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, ReadBuf, duplex};

use super::{connected, refusal};

#[tokio::test]
async fn flags_copies_and_removals() {
    let mut client = connected(&[
        ("", "* PREAUTH in\r\n"),
        ("A1 SELECT INBOX\r\n", "* 9 EXISTS\r\nA1 OK\r\n"),
        (
            "A2 UID STORE 4,6:8 (UNCHANGEDSINCE 5) +FLAGS (\\Seen)\r\n",
            "* 1 FETCH (UID 4 FLAGS (\\Seen) MODSEQ (9))\r\n* 2 FETCH (FLAGS ())\r\nA2 OK [MODIFIED 7:8] some\r\n",
        ),
        ("A3 UID COPY 4 b\r\n", "A3 OK [COPYUID 5 4 17] done\r\n"),
        ("A4 UID COPY 4 c\r\n", "A4 NO [TRYCREATE] none\r\n"),
        ("A5 UID MOVE 4 b\r\n", "* OK [COPYUID 5 4 18] moved\r\n* 1 EXPUNGE\r\nA5 OK\r\n"),
        ("A6 UID MOVE 6 b\r\n", "[COPYUID 701  ]\r\n* 1 EXPUNGE\r\nA6 OK\r\n"),
        ("A7 EXPUNGE\r\n", "* 1 EXPUNGE\r\nA7 OK\r\n"),
        ("A8 UID EXPUNGE 7\r\n", "* VANISHED 7\r\nA8 OK\r\n"),
        ("A9 CHECK\r\n", "A9 OK\r\n"),
        ("A10 CLOSE\r\n", "A10 OK\r\n"),
    ])
    .await;
    client.select(&Mailbox::inbox()).await.unwrap();
    let messages: UidSet = [4, 6, 7, 8].into_iter().collect();
    let stored = client.uid_store(&messages, Store::add(&[Flag::Seen]).unchanged_since(5)).await.unwrap();
    assert_eq!((stored.changed.len(), stored.changed[0].mod_seq), (1, Some(9)));
    assert_eq!(stored.modified.to_string(), "7:8");
    let (b, c, one) = (Mailbox::new("b").unwrap(), Mailbox::new("c").unwrap(), UidSet::from(4));
    let copied = client.uid_copy(&one, &b).await.unwrap().unwrap();
    assert_eq!((copied.uid_validity, copied.destination.to_string().as_str()), (5, "17"));
    let refused = refusal(client.uid_copy(&one, &c).await.unwrap_err());
    assert_eq!(refused.code, Some(CodeName::TryCreate));
    assert_eq!(client.uid_move(&one, &b).await.unwrap().unwrap().source, one);
    assert_eq!(client.uid_move(&UidSet::from(6), &b).await.unwrap(), None);
    client.expunge().await.unwrap();
    client.uid_expunge(&UidSet::from(7)).await.unwrap();
    assert_eq!(client.connection().selected().unwrap().exists, 5);
    client.check().await.unwrap();
    client.close().await.unwrap();
    assert!(client.connection().selected().is_none());
}

#[tokio::test]
async fn messages_are_added() {
    let mut client = connected(&[
        ("", "* PREAUTH in\r\n"),
        ("A1 APPEND Drafts (\\Draft) {5}\r\n", "* 1 EXISTS\r\n+ go\r\n"),
        ("hello\r\n", "A1 OK [APPENDUID 5 99] added\r\n"),
        ("A2 APPEND none {5}\r\n", "A2 NO [TRYCREATE] none\r\n"),
        ("A3 CAPABILITY\r\n", "* CAPABILITY IMAP4rev1 LITERAL+\r\nA3 OK\r\n"),
        ("A4 APPEND Drafts {5+}\r\nhello\r\n", "A4 NO [OVERQUOTA] full\r\n"),
        ("A5 NOOP\r\n", "A5 OK\r\n"),
        ("A6 APPEND Drafts {9+}\r\nhello", ""),
    ])
    .await;
    let drafts = Mailbox::new("Drafts").unwrap();
    let flags = [Flag::Draft];
    let append = Append::new(&drafts, 5).flags(&flags);
    // No more of the source is read than was announced.
    let appended = client.append(append, &mut &b"hello world"[..]).await.unwrap().unwrap();
    assert_eq!((appended.uid_validity, appended.uid), (5, 99));
    let none = Mailbox::new("none").unwrap();
    let refused = refusal(client.append(Append::new(&none, 5), &mut &b"hello"[..]).await.unwrap_err());
    assert_eq!(refused.code, Some(CodeName::TryCreate));
    client.capability().await.unwrap();
    let refused = refusal(client.append(Append::new(&drafts, 5), &mut &b"hello"[..]).await.unwrap_err());
    assert_eq!(refused.code, Some(CodeName::OverQuota));
    client.noop().await.unwrap();
    let cut = client.append(Append::new(&drafts, 9), &mut &b"hello"[..]).await.unwrap_err();
    assert!(matches!(cut, Error::Source(_)), "{cut:?}");
    assert!(matches!(client.noop().await, Err(Error::Broken)), "the server waits for the rest");
}

/// A disk that fails.
struct Bad;

impl AsyncRead for Bad {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, _: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Err(io::Error::other("bad block")))
    }
}

#[tokio::test]
async fn a_source_that_fails_is_not_the_network() {
    let mut client =
        connected(&[("", "* PREAUTH in\r\n"), ("A1 APPEND INBOX {5}\r\n", "+ go\r\n"), ("x", "")]).await;
    let error = client.append(Append::new(&Mailbox::inbox(), 5), &mut Bad).await.unwrap_err();
    assert!(matches!(error, Error::Source(_)), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_talks_while_it_is_written_to_blocks_nothing() {
    const SIZE: usize = 300_000;
    // Neither side has room for what the other says: who only writes waits for ever.
    let (ours, mut theirs) = duplex(512);
    let task = tokio::spawn(async move {
        theirs.write_all(b"* PREAUTH in\r\n").await.unwrap();
        let mut head = [0; 26];
        theirs.read_exact(&mut head).await.unwrap();
        theirs.write_all(b"+ go\r\n").await.unwrap();
        for count in 0..5_000 {
            theirs.write_all(format!("* {count} EXISTS\r\n").as_bytes()).await.unwrap();
        }
        let mut body = vec![0; SIZE + 2];
        theirs.read_exact(&mut body).await.unwrap();
        theirs.write_all(b"A1 OK\r\n").await.unwrap();
        body
    });
    let (mut client, _) = Client::connect(ours, Limits::default()).await.unwrap();
    let message: Vec<u8> = (0..=250).cycle().take(SIZE).collect();
    let inbox = Mailbox::inbox();
    let append = Append::new(&inbox, SIZE as u64);
    assert_eq!(format!("A1 APPEND INBOX {{{SIZE}}}\r\n").len(), 26);
    client.append(append, &mut message.as_slice()).await.unwrap();
    let body = task.await.unwrap();
    assert!(body[..SIZE] == message && body.ends_with(b"\r\n"));
}

#[tokio::test]
async fn a_fetch_as_a_stream() {
    let mut client = connected(&[
        ("", "* PREAUTH in\r\n"),
        ("A1 SELECT INBOX\r\n", "* 9 EXISTS\r\nA1 OK\r\n"),
        (
            "A2 UID FETCH 1:* (UID BODY.PEEK[])\r\n",
            "* 1 FETCH (UID 4 BODY[] {5}\r\nhello)\r\n* 3 EXISTS\r\n* 2 FETCH (BODY[] \"a\\\"b\" UID 5)\r\nA2 OK\r\n",
        ),
        ("A3 UID FETCH 1 (UID) (CHANGEDSINCE 7)\r\n", "* 1 FETCH (UID 1)\r\nA3 NO some are gone\r\n"),
        ("A4 UID FETCH 1 (UID)\r\n", "* 1 FETCH (UID 1)\r\nA4 OK\r\n"),
        ("A5 UID FETCH 1 (UID)\r\n", "* 1 FETCH (UID 1)\r\n* 8 EXISTS\r\nA5 OK\r\n"),
        ("A6 NOOP\r\n", "A6 OK\r\n"),
        ("A7 UID FETCH 1 (UID)\r\n", "* 1 FETCH (UID 1 BODY[] {9}\r\nab"),
    ])
    .await;
    client.select(&Mailbox::inbox()).await.unwrap();
    let (mut uids, mut bodies) = (Vec::new(), Vec::new());
    let attributes = [FetchAttribute::Uid, FetchAttribute::MESSAGE];
    let mut answers = client.uid_fetch_stream(&UidSet::all(), &attributes).await.unwrap();
    while let Some(event) = answers.next().await.unwrap() {
        match event {
            Event::FetchItem(FetchItem::Uid(uid)) => uids.push(uid),
            Event::BodyStart(_) => {
                bodies.push(b'|');
                answers.copy_body(&mut bodies).await.unwrap();
            }
            _ => {}
        }
    }
    assert!(answers.next().await.unwrap().is_none());
    drop(answers);
    assert_eq!((uids, bodies), (vec![4, 5], b"|hello|a\"b".to_vec()));
    let one = UidSet::from(1);
    let mut answers = client.uid_fetch_changed(&one, &[FetchAttribute::Uid], 7, false).await.unwrap();
    let refused = loop {
        match answers.next().await {
            Ok(event) => assert!(event.is_some()),
            Err(error) => break refusal(error),
        }
    };
    assert_eq!(refused.text, "some are gone");
    drop(answers);
    client.uid_fetch_stream(&one, &[FetchAttribute::Uid]).await.unwrap().finish().await.unwrap();
    // Left half way, the rest is read by the next method.
    let mut answers = client.uid_fetch_stream(&one, &[FetchAttribute::Uid]).await.unwrap();
    answers.next().await.unwrap().unwrap();
    drop(answers);
    client.noop().await.unwrap();
    assert_eq!(client.connection().selected().unwrap().exists, 8);
    // What is left and never comes is an error, and the end.
    drop(client.uid_fetch_stream(&one, &[FetchAttribute::Uid]).await.unwrap());
    assert!(matches!(client.noop().await, Err(Error::Eof { during: "a body" })));
    assert!(matches!(client.noop().await, Err(Error::Broken)));
}

#[tokio::test]
async fn a_server_that_ignores_a_part_sends_too_much() {
    let mut client = connected(&[
        ("", "* PREAUTH in\r\n"),
        ("A1 SELECT INBOX\r\n", "* 9 EXISTS\r\nA1 OK\r\n"),
        ("A2 UID FETCH 5 (BODY.PEEK[]<2.3>)\r\n", "* 1 FETCH (UID 5 BODY[] {9}\r\n012345678)\r\nA2 OK\r\n"),
        ("A3 UID FETCH 5 (BODY.PEEK[]<2.3>)\r\n", "* 1 FETCH (UID 5 BODY[]<2> {3}\r\n234)\r\nA3 OK\r\n"),
    ])
    .await;
    client.select(&Mailbox::inbox()).await.unwrap();
    let partial = Some(Partial { offset: 2, length: 3.try_into().unwrap() });
    for _ in 0..2 {
        let mut sink = Vec::new();
        let size = client.fetch_section(5, Section::Full, partial, &mut sink).await.unwrap();
        assert_eq!((size, sink.as_slice()), (Some(3), &b"234"[..]));
    }
}
