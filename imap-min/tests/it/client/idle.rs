//! Waiting for what is new.

use std::time::Duration;

use imap_min::{Client, Condition, Error, Event, Limits, Status};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
use tokio::time::{Instant, timeout};

use super::{connected, refusal};

#[tokio::test(start_paused = true)]
async fn it_begins_again_and_ends_in_time() {
    let (ours, mut theirs) = duplex(1024);
    let task = tokio::spawn(async move {
        theirs.write_all(b"* PREAUTH in\r\n").await.unwrap();
        let started = Instant::now();
        let mut seen = Vec::new();
        for round in 1..=3 {
            let mut line = vec![0; 9];
            theirs.read_exact(&mut line).await.unwrap();
            seen.push((String::from_utf8(line).unwrap(), started.elapsed().as_secs() / 60));
            theirs.write_all(b"+ idling\r\n").await.unwrap();
            let mut line = vec![0; 6];
            theirs.read_exact(&mut line).await.unwrap();
            seen.push((String::from_utf8(line).unwrap(), started.elapsed().as_secs() / 60));
            theirs.write_all(format!("* {round} EXISTS\r\nA{round} OK\r\n").as_bytes()).await.unwrap();
        }
        let mut line = vec![0; 9];
        theirs.read_exact(&mut line).await.unwrap();
        theirs.write_all(b"A4 OK\r\n").await.unwrap();
        seen
    });
    let (mut client, _) = Client::connect(ours, Limits::default()).await.unwrap();
    // The token lives an hour.
    let mut idle = client.idle(Some(Duration::from_secs(60 * 60))).await.unwrap();
    let mut counts = Vec::new();
    while let Some(event) = idle.next().await.unwrap() {
        if let Event::Exists(count) = event {
            counts.push(count);
        }
    }
    assert!(idle.next().await.unwrap().is_none());
    drop(idle);
    client.noop().await.unwrap();
    assert_eq!(counts, [1, 2, 3]);
    let seen = task.await.unwrap();
    let seen: Vec<(&str, u64)> = seen.iter().map(|(line, at)| (line.trim_end(), *at)).collect();
    let expected =
        [("A1 IDLE", 0), ("DONE", 28), ("A2 IDLE", 28), ("DONE", 56), ("A3 IDLE", 56), ("DONE", 60)];
    assert_eq!(seen, expected);
}

#[tokio::test(start_paused = true)]
async fn it_is_ended_at_any_time_and_waited_for_in_vain() {
    let mut client = connected(&[
        ("", "* PREAUTH in\r\n"),
        ("A1 IDLE\r\n", "+ idling\r\n* 7 EXISTS\r\n"),
        ("DONE\r\n", "* 8 EXISTS\r\nA1 OK done\r\n"),
        ("A2 IDLE\r\n", ""),
        ("", "+ idling\r\n"),
        ("DONE\r\n", "A2 OK done\r\n"),
        ("A3 IDLE\r\n", "A3 NO not now\r\n"),
        ("A4 NOOP\r\n", "A4 OK\r\n"),
        ("A5 IDLE\r\n", "+ idling\r\n* BYE Session invalidated - AccessTokenExpired\r\n"),
    ])
    .await;
    let mut idle = client.idle(None).await.unwrap();
    while !matches!(idle.next().await.unwrap(), Some(Event::Exists(7))) {}
    // A wait that is given up costs nothing.
    assert!(timeout(Duration::from_secs(5), idle.next()).await.is_err());
    idle.done().await.unwrap();
    client.idle(None).await.unwrap().done().await.unwrap();
    let mut idle = client.idle(None).await.unwrap();
    assert_eq!(refusal(idle.next().await.unwrap_err()).status, Status::No);
    assert!(idle.next().await.unwrap().is_none());
    drop(idle);
    client.noop().await.unwrap();
    let mut idle = client.idle(None).await.unwrap();
    let bye = loop {
        match idle.next().await {
            Ok(event) => assert!(event.is_some()),
            Err(error) => break refusal(error),
        }
    };
    assert_eq!((bye.status, bye.condition), (Status::Bye, Some(Condition::TokenExpired)));
    drop(idle);
    assert!(matches!(client.noop().await, Err(Error::Broken)));
}

#[tokio::test]
async fn dropped_at_any_moment_it_is_ended_by_the_next_method() {
    let mut client = connected(&[
        ("", "* PREAUTH in\r\n"),
        ("A1 IDLE\r\n", "+ idling\r\n* 7 EXISTS\r\n"),
        ("DONE\r\n", "* 8 EXISTS\r\nA1 OK done\r\n"),
        ("A2 NOOP\r\n", "A2 OK\r\n"),
        ("A3 IDLE\r\n", "+ idling\r\n"),
        ("DONE\r\n", "A3 OK done\r\n"),
        ("A4 NOOP\r\n", "A4 OK\r\n"),
        ("A5 IDLE\r\n", "* BYE enough\r\n"),
    ])
    .await;
    let mut idle = client.idle(None).await.unwrap();
    while !matches!(idle.next().await.unwrap(), Some(Event::Exists(7))) {}
    drop(idle);
    client.noop().await.unwrap();
    // Before it was even sent.
    drop(client.idle(None).await.unwrap());
    client.noop().await.unwrap();
    drop(client.idle(None).await.unwrap());
    assert_eq!(refusal(client.noop().await.unwrap_err()).status, Status::Bye);
    assert!(matches!(client.noop().await, Err(Error::Broken)));
}

#[tokio::test]
async fn a_server_without_it_is_told_apart() {
    let mut client =
        connected(&[("", "* PREAUTH [CAPABILITY IMAP4rev1] in\r\n"), ("A1 NOOP\r\n", "A1 OK\r\n")]).await;
    assert!(matches!(client.idle(None).await, Err(Error::Lacks { what: "IDLE" })));
    client.noop().await.unwrap();
}
