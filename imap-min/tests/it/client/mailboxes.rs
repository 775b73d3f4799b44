//! Mailboxes that need not be open.

use std::time::Duration;

use imap_min::{Attribute, Client, Error, Event, Limits, ListOptions, Mailbox, Status, StatusItem};
use tokio::io::{AsyncWriteExt as _, duplex};

use super::{connected, refusal, server};

#[tokio::test]
async fn listing_and_changing_mailboxes() {
    let mut client = connected(&[
        ("", "* PREAUTH [CAPABILITY IMAP4rev1 ID NAMESPACE LIST-STATUS QUOTA ENABLE] in\r\n"),
        ("A1 ID (\"name\" \"x\")\r\n", "* ID (\"name\" \"Dovecot\" \"os\" NIL)\r\nA1 OK\r\n"),
        ("A2 ID NIL\r\n", "A2 OK\r\n"),
        (
            "A3 LIST \"\" \"*\"\r\n",
            "* LIST (\\Sent) \"/\" \"Entw&APw-rfe\"\r\n* LSUB () \"/\" no\r\n* LIST () \"/\" a&b\r\nA3 OK\r\n",
        ),
        (
            "A4 LIST \"\" \"%\" RETURN (STATUS (UNSEEN))\r\n",
            "* LIST () \"/\" a\r\n* STATUS a (UNSEEN 3)\r\nA4 OK\r\n",
        ),
        ("A5 LSUB \"\" \"*\"\r\n", "* LSUB () \"/\" yes\r\nA5 OK\r\n"),
        ("A6 STATUS a (MESSAGES)\r\n", "* STATUS a (MESSAGES 4)\r\nA6 OK\r\n"),
        ("A7 STATUS a (MESSAGES)\r\n", "A7 OK\r\n"),
        ("A8 NAMESPACE\r\n", "* NAMESPACE ((\"\" \"/\")) NIL ((\"Public/\" \"/\"))\r\nA8 OK\r\n"),
        ("A9 CREATE a\r\n", "A9 OK\r\n"),
        ("A10 RENAME a b\r\n", "A10 OK\r\n"),
        ("A11 SUBSCRIBE b\r\n", "A11 OK\r\n"),
        ("A12 UNSUBSCRIBE b\r\n", "A12 OK\r\n"),
        ("A13 DELETE b\r\n", "A13 NO [NOPERM] no\r\n"),
        ("A14 GETQUOTA \"\"\r\n", "* QUOTA \"\" (STORAGE 10 512)\r\nA14 OK\r\n"),
        ("A15 GETQUOTAROOT b\r\n", "* QUOTAROOT b \"\"\r\n* QUOTA \"\" ()\r\nA15 OK\r\n"),
        ("A16 GETACL b\r\n", "* ACL b me lrs\r\nA16 OK\r\n"),
    ])
    .await;
    assert_eq!(client.id(&[("name", "x")]).await.unwrap().get("NAME").unwrap(), "Dovecot");
    assert_eq!(client.id(&[]).await.unwrap().iter().count(), 0);
    let all = client.list("*").await.unwrap();
    assert_eq!(all.len(), 2);
    assert!(all[0].attributes.has(&Attribute::Sent) && all[0].delimiter == Some('/'));
    assert_eq!(all[0].name.decode(), "Entwürfe");
    assert_eq!((all[1].name.decode().as_ref(), all[1].name.mailbox().unwrap().wire()), ("a&b", "a&b"));
    let mut options = ListOptions::default();
    options.return_status = &[StatusItem::Unseen];
    let listing = client.list_with("", "%", options).await.unwrap();
    assert_eq!((listing.mailboxes.len(), listing.statuses[0].unseen), (1, Some(3)));
    options.return_special_use = true;
    assert!(matches!(client.list_with("", "%", options).await, Err(Error::Lacks { what: "SPECIAL-USE" })));
    assert_eq!(client.lsub("*").await.unwrap().len(), 1);
    let (a, b) = (Mailbox::new("a").unwrap(), Mailbox::new("b").unwrap());
    assert_eq!(client.status(&a, &[StatusItem::Messages]).await.unwrap().messages, Some(4));
    assert!(matches!(client.status(&a, &[StatusItem::Messages]).await, Err(Error::Lacks { .. })));
    let namespaces = client.namespace().await.unwrap();
    assert_eq!(namespaces.personal().count(), 1);
    assert_eq!(namespaces.shared().next().unwrap().prefix.decode(), "Public/");
    client.create(&a).await.unwrap();
    client.rename(&a, &b).await.unwrap();
    client.subscribe(&b).await.unwrap();
    client.unsubscribe(&b).await.unwrap();
    assert_eq!(refusal(client.delete(&b).await.unwrap_err()).status, Status::No);
    let quota = client.quota("").await.unwrap();
    let storage = quota[0].resources().next().unwrap();
    assert_eq!((storage.name.as_ref(), storage.usage, storage.limit), ("STORAGE", 10, 512));
    assert_eq!(client.quota_of(&b).await.unwrap()[0].resources().count(), 0);
    assert!(matches!(client.raw("IDLE", |_| Ok(())).await, Err(Error::Invalid { .. })));
    let mut rights = String::new();
    let each = |event: Event<'_>| {
        if let Event::Untyped(untyped) = event {
            rights = String::from_utf8_lossy(untyped.data).into_owned();
        }
        Ok(())
    };
    client.raw("GETACL b", each).await.unwrap();
    assert_eq!(rights, "b me lrs");
}

#[tokio::test]
async fn a_password_is_sent_where_it_may_be() {
    let mut client = connected(&[
        ("", "* OK [CAPABILITY IMAP4rev1] hi\r\n"),
        ("A1 LOGIN a \"b c\"\r\n", "A1 NO no\r\n"),
        ("A2 LOGIN a d\r\n", "A2 OK in\r\n"),
    ])
    .await;
    assert!(matches!(client.login("a", "pä").await, Err(Error::Invalid { .. })));
    refusal(client.login("a", "b c").await.unwrap_err());
    client.login("a", "d").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_command_that_is_never_answered_ends() {
    // James and ENABLE CONDSTORE.
    let (ours, mut theirs) = duplex(256);
    theirs.write_all(b"* PREAUTH in\r\n").await.unwrap();
    let (mut client, _) = Client::connect(ours, Limits::default()).await.unwrap();
    let error = client.enable(&["CONDSTORE"]).await.unwrap_err();
    assert!(
        matches!(error, Error::TimedOut { after, during: "ENABLE" } if after == Duration::from_secs(120))
    );
}

#[tokio::test]
async fn lists_are_bounded() {
    let mut limits = Limits::default();
    limits.collected = 600;
    let (stream, _task) = server(&[
        ("", "* PREAUTH in\r\n"),
        (
            "A1 LIST \"\" \"*\"\r\n",
            "* LIST () \"/\" a\r\n* LIST () \"/\" b\r\n* LIST () \"/\" c\r\nA1 OK\r\n",
        ),
    ]);
    let (mut client, _) = Client::connect(stream, limits).await.unwrap();
    assert!(matches!(client.list("*").await, Err(Error::TooLong { limit: 600, .. })));
}
