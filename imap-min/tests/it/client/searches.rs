//! Searches, in each way that a server may answer.

use imap_min::{CodeName, Error, Mailbox, SearchKey, SearchOptions};

use super::{connected, refusal};

#[tokio::test]
async fn extended_results_and_servers_that_have_none() {
    let mut client = connected(&[
        ("", "* PREAUTH in\r\n"),
        ("A1 SELECT INBOX\r\n", "* 9 EXISTS\r\nA1 OK\r\n"),
        (
            "A2 UID SEARCH RETURN (MIN MAX ALL COUNT) UNSEEN\r\n",
            "* ESEARCH (TAG \"A2\") UID MIN 2 MAX 900 COUNT 5 ALL 2,10:12,900 MODSEQ 17\r\nA2 OK\r\n",
        ),
        ("A3 UID SEARCH RETURN (MAX COUNT) UNSEEN\r\n", "* SEARCH 4 7 5\r\nA3 OK\r\n"),
        ("A4 UID SEARCH RETURN (COUNT) UNSEEN\r\n", "* ESEARCH (TAG \"A4\") UID COUNT 0\r\nA4 OK\r\n"),
    ])
    .await;
    client.select(&Mailbox::inbox()).await.unwrap();
    let mut options = SearchOptions::all();
    (options.min, options.max, options.count) = (true, true, true);
    let found = client.search(&[SearchKey::Unseen], options).await.unwrap();
    assert_eq!((found.min, found.max, found.count, found.mod_seq), (Some(2), Some(900), Some(5), Some(17)));
    assert_eq!((found.uids.to_string().as_str(), found.widened), ("2,10:12,900", false));
    let mut options = SearchOptions::count();
    options.max = true;
    let found = client.search(&[SearchKey::Unseen], options).await.unwrap();
    assert_eq!((found.count, found.min, found.max), (Some(3), None, Some(7)));
    let found = client.search(&[SearchKey::Unseen], SearchOptions::count()).await.unwrap();
    assert_eq!((found.count, found.uids.is_empty()), (Some(0), true));
}

#[tokio::test]
async fn a_server_that_refuses_utf8_is_asked_in_ascii() {
    let mut client = connected(&[
        ("", "* PREAUTH in\r\n"),
        ("A1 SELECT INBOX\r\n", "* 9 EXISTS\r\nA1 OK\r\n"),
        ("A2 UID SEARCH CHARSET UTF-8 SUBJECT {8}\r\n", "+ go\r\n"),
        ("Müller!\r\n", "* SEARCH 3\r\nA2 OK\r\n"),
        ("A3 UID SEARCH CHARSET UTF-8 SUBJECT {8}\r\n", "A3 NO [BADCHARSET (US-ASCII)] no\r\n"),
        ("A4 UID SEARCH SUBJECT \"ller!\"\r\n", "* SEARCH 3 4\r\nA4 OK\r\n"),
        ("A5 UID SEARCH CHARSET UTF-8 SUBJECT {8}\r\n", "A5 BAD what\r\n"),
    ])
    .await;
    client.select(&Mailbox::inbox()).await.unwrap();
    let bad = client.search(&[SearchKey::Subject("a\0")], SearchOptions::default()).await;
    assert!(matches!(bad, Err(Error::Invalid { .. })));
    let keys = [SearchKey::Subject("Müller!")];
    assert_eq!(client.uid_search(&keys).await.unwrap().to_string(), "3");
    let found = client.search(&keys, SearchOptions::default()).await.unwrap();
    assert_eq!((found.uids.to_string().as_str(), found.widened), ("3:4", true));
    let refused = refusal(client.uid_search(&keys).await.unwrap_err());
    assert_ne!(refused.code, Some(CodeName::BadCharset));
}
