//! Batches, and the fetch that can be taken up again.

use std::collections::HashSet;

use pop3_min::{Client, Error, Limits};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::task::JoinHandle;

use crate::client::{logged_in, peer, script};

const PIPELINING: (&str, &str) = ("CAPA\r\n", "+OK\r\nPIPELINING\r\n.\r\n");

fn retr(numbers: std::ops::RangeInclusive<u32>) -> String {
    numbers.map(|number| format!("RETR {number}\r\n")).collect()
}

fn bodies(numbers: std::ops::RangeInclusive<u32>) -> String {
    numbers.map(|number| format!("+OK\r\nmail {number}\r\n.\r\n")).collect()
}

async fn all(batch: &mut pop3_min::Batch<'_, DuplexStream>) -> Vec<String> {
    let mut mails = Vec::new();
    while batch.upcoming().is_some() {
        let mut mail = Vec::new();
        match batch.retrieve(&mut mail).await {
            Ok(_) => mails.push(String::from_utf8(mail).unwrap().trim_end().to_owned()),
            Err(Error::Refused(refusal)) => mails.push(refusal.text),
            Err(error) => panic!("{error}"),
        }
    }
    mails
}

#[tokio::test]
async fn a_batch_asks_ahead_and_not_too_far() {
    let mut limits = Limits::default();
    limits.batch = 4;
    let asked = [retr(1..=4), retr(5..=6), retr(7..=8), retr(9..=9)];
    let answers = [
        bodies(1..=2),
        bodies(3..=4),
        bodies(5..=6),
        "+OK\r\nmail 7\r\n.\r\n-ERR gone\r\n".to_owned() + &bodies(9..=9),
    ];
    // Two messages come, and two more are asked for: the server waits for each of these flights.
    let mut whole: Vec<(String, String)> = vec![
        ("AUTH X\r\n".into(), "+ \r\n".into()),
        ("dG9rZW4=\r\n".into(), "+OK in\r\n".into()),
        (PIPELINING.0.into(), PIPELINING.1.into()),
    ];
    whole.extend(asked.into_iter().zip(answers));
    whole.push(("NOOP\r\n".into(), "+OK\r\n".into()));
    let whole: Vec<(&'static str, Vec<u8>)> =
        whole.into_iter().map(|(from, to)| (&*from.leak(), to.into_bytes())).collect();
    let (stream, task) = peer(whole);
    let (mut client, _) = Client::connect(stream, limits).await.unwrap();
    client.authenticate("X", None, |_| Some(b"token".to_vec())).await.unwrap();
    client.capabilities().await.unwrap();
    let mut batch = client.batch(1..=9);
    let mails = all(&mut batch).await;
    assert_eq!(mails[6..], ["mail 7", "gone", "mail 9"]);
    assert_eq!(mails.len(), 9);
    assert!(matches!(batch.retrieve(&mut tokio::io::sink()).await, Err(Error::Misuse { .. })));
    drop(batch);
    client.noop().await.unwrap();
    drop(client);
    assert_eq!(task.await.unwrap(), "");
}

#[tokio::test]
async fn a_batch_goes_one_by_one_where_nothing_is_offered() {
    let dialogue =
        [("RETR 3\r\n", "+OK\r\nc\r\n.\r\n"), ("RETR 1\r\n", "-ERR no\r\n"), ("NOOP\r\n", "+OK\r\n")];
    let (mut client, task) = logged_in(&dialogue).await;
    let mut batch = client.batch([3, 1, 2]);
    assert_eq!(batch.retrieve(&mut Vec::new()).await.unwrap(), 3);
    assert!(matches!(batch.retrieve(&mut Vec::new()).await, Err(Error::Refused(_))));
    assert_eq!((batch.in_flight(), batch.remaining()), (0, 1));
    drop(batch);
    client.noop().await.unwrap();
    drop(client);
    assert_eq!(task.await.unwrap(), "");
}

#[tokio::test]
async fn a_batch_dropped_with_messages_on_their_way_breaks_the_client() {
    let (mut client, _task) = logged_in(&[PIPELINING, ("RETR 1\r\nRETR 2\r\n", "+OK\r\na\r\n.\r\n")]).await;
    client.capabilities().await.unwrap();
    let mut batch = client.batch([1, 2]);
    batch.retrieve(&mut Vec::new()).await.unwrap();
    drop(batch);
    assert!(matches!(client.noop().await, Err(Error::Broken)));
}

#[tokio::test]
async fn a_server_that_reads_nothing_while_it_sends_blocks_nobody() {
    // Pipes of 64 octets: the client's second flight does not fit while the server is sending.
    let (stream, mut theirs) = duplex(64);
    let mails = 40;
    let server = tokio::spawn(async move {
        theirs.write_all(b"+OK\r\n").await.unwrap();
        for (expected, answer) in [("AUTH X eA==\r\n", "+OK\r\n"), ("CAPA\r\n", "+OK\r\nPIPELINING\r\n.\r\n")]
        {
            let mut got = vec![0; expected.len()];
            theirs.read_exact(&mut got).await.unwrap();
            theirs.write_all(answer.as_bytes()).await.unwrap();
        }
        for _ in 0..mails {
            while theirs.read_u8().await.unwrap() != b'\n' {}
            theirs.write_all(&[b"+OK\r\n", &b"a line\r\n".repeat(100)[..], b".\r\n"].concat()).await.unwrap();
        }
    });
    let (mut client, _) = Client::connect(stream, Limits::default()).await.unwrap();
    client.authenticate("X", Some(b"x"), |_| None).await.unwrap();
    client.capabilities().await.unwrap();
    let mut batch = client.batch(1..=mails);
    assert_eq!(all(&mut batch).await.len(), 40);
    server.await.unwrap();
}

async fn fetching(more: &[(&'static str, &str)]) -> (Client<DuplexStream>, JoinHandle<String>) {
    let mut dialogue = vec![PIPELINING];
    dialogue.extend_from_slice(more);
    let (mut client, task) = logged_in(&dialogue).await;
    client.capabilities().await.unwrap();
    (client, task)
}

#[tokio::test]
async fn what_is_new_is_fetched_and_what_is_stored_is_deleted() {
    let (mut client, task) = fetching(&[
        // 3 has no id, 4 has no line, 8 comes behind the last line.
        (
            "STAT\r\nUIDL\r\n",
            "+OK 8 100\r\n+OK\r\n1 a\r\n2 b\r\n2 b\r\n3\r\n5 same\r\n6 same\r\n7 g\r\n.\r\n",
        ),
        (
            "RETR 2\r\nRETR 3\r\nRETR 4\r\nRETR 5\r\nRETR 6\r\nRETR 7\r\nRETR 8\r\n",
            "+OK\r\nb\r\n.\r\n+OK\r\n\r\n.\r\n-ERR broken\r\n+OK\r\nx\r\n.\r\n+OK\r\ny\r\n.\r\n+OK\r\ng\r\n.\r\n+OK\r\nh\r\n.\r\n",
        ),
        ("DELE 1\r\nDELE 2\r\nDELE 3\r\n", "+OK\r\n-ERR locked\r\n+OK\r\n"),
        ("QUIT\r\n", "+OK\r\n"),
    ])
    .await;
    let seen = HashSet::from(["a"]);
    let mut fetch = client.fetch_new(|id| seen.contains(id)).await.unwrap();
    assert_eq!(fetch.skipped().iter().map(|message| message.number).collect::<Vec<_>>(), [1]);
    assert!(matches!(fetch.stored(2), Err(Error::Misuse { .. })), "it has not come");
    let (mut numbers, mut ids) = (Vec::new(), Vec::new());
    while let Some(message) = fetch.upcoming().cloned() {
        match fetch.retrieve(&mut Vec::new()).await {
            Ok(_) => numbers.push(message.number),
            Err(Error::Refused(_)) => assert_eq!(message.number, 4),
            Err(error) => panic!("{error}"),
        }
        ids.push(message.unique_id);
    }
    assert_eq!(numbers, [2, 3, 5, 6, 7, 8]);
    let id = |text: &str| Some(text.to_owned());
    assert_eq!(ids, [id("b"), None, None, id("same"), id("same"), id("g"), None]);
    assert!(matches!(fetch.stored(4), Err(Error::Misuse { .. })), "it was refused");
    assert!(matches!(fetch.stored(9), Err(Error::Misuse { .. })), "there is none");
    for number in [1, 2, 3, 3] {
        fetch.stored(number).unwrap();
    }
    let deleted = fetch.finish().await.unwrap();
    assert_eq!(deleted.deleted.iter().map(|message| message.number).collect::<Vec<_>>(), [1, 3]);
    assert_eq!((deleted.kept[0].0.number, deleted.kept[0].1.text.as_str()), (2, "locked"));
    drop(client);
    assert_eq!(task.await.unwrap(), "");
}

#[tokio::test]
async fn nothing_is_deleted_that_is_not_stored_and_the_end_counts() {
    let (mut client, task) = fetching(&[
        ("STAT\r\nUIDL\r\n", "+OK 2 2\r\n+OK\r\n1 a\r\n2 b\r\n.\r\n"),
        ("RETR 1\r\nRETR 2\r\n", "+OK\r\na\r\n.\r\n+OK\r\nb\r\n.\r\n"),
        ("DELE 1\r\n", "+OK\r\n"),
        ("QUIT\r\n", "-ERR some deleted messages not removed\r\n"),
    ])
    .await;
    let mut fetch = client.fetch_new(|_| false).await.unwrap();
    fetch.retrieve(&mut Vec::new()).await.unwrap();
    fetch.stored(1).unwrap();
    // The second was asked for ahead: it is read, thrown away, and stays on the server.
    assert_eq!(fetch.remaining(), 1);
    let result = fetch.finish().await;
    assert!(matches!(result, Err(Error::Refused(refusal)) if refusal.command == "QUIT"));
    drop(client);
    assert_eq!(task.await.unwrap(), "");
}

#[tokio::test]
async fn a_sink_that_fails_at_its_end_has_not_stored() {
    let (mut client, _task) = logged_in(&[
        ("STAT\r\n", "+OK 1 4\r\n"),
        ("UIDL\r\n", "+OK\r\n1 a\r\n.\r\n"),
        ("RETR 1\r\n", "+OK\r\nlong\r\n.\r\n"),
    ])
    .await;
    let mut fetch = client.fetch_new(|_| false).await.unwrap();
    let mut room = [0_u8; 2];
    let mut sink = std::io::Cursor::new(&mut room[..]);
    assert!(matches!(fetch.retrieve(&mut sink).await, Err(Error::Sink(_))));
    assert!(matches!(fetch.stored(1), Err(Error::Misuse { .. })));
    assert!(matches!(fetch.finish().await, Err(Error::Broken)));
}

#[tokio::test]
async fn without_uidl_nobody_knows_what_is_new() {
    let count = ("STAT\r\n", "+OK 1 1\r\n");
    let refused = ("UIDL\r\n", "-ERR what\r\n");
    let both = ("STAT\r\nUIDL\r\n", "+OK 1 1\r\n-ERR what\r\n");
    for dialogue in [&[count, refused][..], &[PIPELINING, both]] {
        let (mut client, _task) = logged_in(&[dialogue, &[("NOOP\r\n", "+OK\r\n")]].concat()).await;
        if dialogue.contains(&PIPELINING) {
            client.capabilities().await.unwrap();
        }
        let error = client.fetch_new(|_| false).await.unwrap_err();
        assert!(matches!(error, Error::Refused(refusal) if refusal.command == "UIDL"));
        client.noop().await.unwrap();
    }
}

#[tokio::test]
async fn a_refused_count_is_an_error_and_not_an_empty_mailbox() {
    let (mut client, task) =
        fetching(&[("STAT\r\nUIDL\r\n", "-ERR locked\r\n+OK\r\n1 a\r\n.\r\n"), ("NOOP\r\n", "+OK\r\n")])
            .await;
    let error = client.fetch_new(|_| false).await.unwrap_err();
    assert!(matches!(error, Error::Refused(refusal) if refusal.command == "STAT"));
    client.noop().await.unwrap();
    drop(client);
    assert_eq!(task.await.unwrap(), "");
}

#[tokio::test]
async fn a_last_message_without_a_line_is_not_lost() {
    for (listing, new) in [("1 a\r\n2 b\r\n", vec![3]), ("", vec![1, 2, 3])] {
        let listing = format!("+OK\r\n{listing}.\r\n");
        let (mut client, _task) = logged_in(&[("STAT\r\n", "+OK 3 30\r\n"), ("UIDL\r\n", &listing)]).await;
        let fetch = client.fetch_new(|id| ["a", "b"].contains(&id)).await.unwrap();
        assert_eq!(fetch.remaining(), new.len(), "{listing}");
        assert_eq!(fetch.upcoming().map(|message| message.number), new.first().copied());
        assert!(fetch.upcoming().is_some_and(|message| message.unique_id.is_none()));
    }
}

#[tokio::test]
async fn a_server_cannot_make_the_plan_grow() {
    let dialogue = script(true, &[("STAT\r\n", "+OK 4294967295 1\r\n"), ("UIDL\r\n", "+OK\r\n1\r\n.\r\n")]);
    let (stream, _task) = peer(dialogue);
    let (mut client, _) = Client::connect(stream, Limits::default()).await.unwrap();
    client.authenticate("X", None, |_| Some(b"token".to_vec())).await.unwrap();
    assert!(matches!(client.fetch_new(|_| false).await, Err(Error::TooLong { .. })));
}

#[tokio::test]
async fn an_empty_mailbox_is_done_at_once() {
    let dialogue = [("STAT\r\n", "+OK 0 0\r\n"), ("UIDL\r\n", "+OK\r\n.\r\n"), ("QUIT\r\n", "+OK\r\n")];
    let (mut client, task) = logged_in(&dialogue).await;
    let fetch = client.fetch_new(|_| false).await.unwrap();
    assert_eq!(fetch.upcoming(), None);
    assert!(fetch.finish().await.unwrap().deleted.is_empty());
    assert!(matches!(client.noop().await, Err(Error::Misuse { what: "the session has ended" })));
    drop(client);
    assert_eq!(task.await.unwrap(), "");
}
