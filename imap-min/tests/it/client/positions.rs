//! Messages by their positions.

use imap_min::{
    Error, Event, FetchAttribute, FetchItem, Flag, Mailbox, SearchKey, Section, SequenceSet, Store,
};

use super::connected;

#[tokio::test]
async fn what_goes_by_uid_goes_by_position() {
    let mut client = connected(&[
        ("", "* PREAUTH in\r\n"),
        ("A1 SELECT INBOX\r\n", "* 9 EXISTS\r\nA1 OK\r\n"),
        ("A2 SEARCH UNSEEN\r\n", "* SEARCH 2 3 9\r\nA2 OK\r\n"),
        (
            "A3 FETCH 2:3 (FLAGS)\r\n",
            "* 2 FETCH (FLAGS (a))\r\n* 3 FETCH (FLAGS ())\r\n* 7 FETCH (FLAGS ())\r\n* 2 FETCH (UID 20)\r\nA3 OK\r\n",
        ),
        (
            "A4 STORE 2 +FLAGS (\\Seen)\r\n",
            "* 5 FETCH (FLAGS (x))\r\n* 2 FETCH (FLAGS (\\Seen))\r\nA4 OK [MODIFIED 2] some\r\n",
        ),
        ("A5 COPY 2 b\r\n", "A5 OK [COPYUID 5 20 17] done\r\n"),
        ("A6 MOVE 2 b\r\n", "* OK [COPYUID 5 20 18] moved\r\n* 2 EXPUNGE\r\nA6 OK\r\n"),
        (
            "A7 FETCH 3 (BODY.PEEK[TEXT])\r\n",
            "* 4 FETCH (BODY[TEXT] {1}\r\nx)\r\n* 3 FETCH (UID 30 BODY[TEXT] {2}\r\nhi)\r\nA7 OK\r\n",
        ),
        ("A8 FETCH * (UID)\r\n", "* 8 FETCH (UID 90)\r\nA8 OK\r\n"),
    ])
    .await;
    client.select(&Mailbox::inbox()).await.unwrap();
    let found = client.seq_search(&[SearchKey::Unseen]).await.unwrap();
    assert_eq!(found.iter().collect::<Vec<_>>(), [2, 3, 9]);
    assert_eq!(found.ranges().count(), 2);
    let some = SequenceSet::try_from(2..=3).unwrap();
    let rows = client.seq_fetch(&some, &[FetchAttribute::Flags]).await.unwrap();
    assert_eq!(rows.iter().map(|row| (row.seq, row.uid)).collect::<Vec<_>>(), [(2, 20), (3, 0)]);
    let two = SequenceSet::from(2);
    let stored = client.seq_store(&two, Store::add(&[Flag::Seen])).await.unwrap();
    assert_eq!(
        (stored.changed.len(), stored.changed[0].seq, stored.modified.to_string()),
        (1, 2, "2".into())
    );
    let b = Mailbox::new("b").unwrap();
    assert_eq!(client.seq_copy(&two, &b).await.unwrap().unwrap().destination.to_string(), "17");
    assert_eq!(client.seq_move(&two, &b).await.unwrap().unwrap().source.to_string(), "20");
    let mut text = Vec::new();
    assert_eq!(client.seq_fetch_section(3, Section::Text, None, &mut text).await.unwrap(), Some(2));
    assert_eq!(text, b"hi");
    let mut answers = client.seq_fetch_stream(&SequenceSet::last(), &[FetchAttribute::Uid]).await.unwrap();
    let mut uids = Vec::new();
    while let Some(event) = answers.next().await.unwrap() {
        if let Event::FetchItem(FetchItem::Uid(uid)) = event {
            uids.push(uid);
        }
    }
    drop(answers);
    assert_eq!(uids, [90]);
    let bodies = client.seq_fetch(&SequenceSet::all(), &[FetchAttribute::MESSAGE]).await;
    assert!(matches!(bodies, Err(Error::Invalid { .. })));
    assert!(SequenceSet::try_from(0..=1).is_err());
}
