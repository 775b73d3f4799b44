//! Round trips from the first SYN, as ARCHITECTURE.md has them: counted on the client's socket and on the server's.

use mail_oauth::Journal;
use mail_oauth::imap_min::{Mailbox as Name, UidSet};
use mail_oauth::smtp_min::Envelope;

use crate::bed::{ADELE, account, signed_in};

#[tokio::test]
async fn imap_is_signed_in_after_4_and_has_a_message_after_5() {
    let (tenant, mailbox) = signed_in(account).await;
    tenant.deliver(ADELE, *b"Subject: one\r\n\r\nfirst\r\n").unwrap();
    tenant.deliver(ADELE, *b"Subject: two\r\n\r\nsecond\r\n").unwrap();
    let mut journal = Journal::new();
    let mut client = mailbox.imap_noting(&mut journal).await.unwrap();
    assert_eq!(journal.round_trips(), Some(4));
    let mut message = Vec::new();
    client.select_and_fetch(&Name::inbox(), &UidSet::last(), &mut message).await.unwrap();
    assert_eq!(message, b"Subject: two\r\n\r\nsecond\r\n");
    assert_eq!(journal.round_trips(), Some(5));
    assert_eq!(tenant.turns().imap, 5, "the server counts the same");
}

#[tokio::test]
async fn pop3_is_signed_in_after_5_and_has_a_message_after_6() {
    let (tenant, mailbox) = signed_in(account).await;
    tenant.deliver(ADELE, *b"Subject: one\r\n\r\n..dots\r\n.\r\n").unwrap();
    let mut journal = Journal::new();
    let mut client = mailbox.pop3_noting(&mut journal).await.unwrap();
    assert_eq!(journal.round_trips(), Some(5));
    let mut message = Vec::new();
    client.retrieve(1, &mut message).await.unwrap();
    assert_eq!(message, b"Subject: one\r\n\r\n..dots\r\n.\r\n");
    assert_eq!(journal.round_trips(), Some(6));
    assert_eq!(tenant.turns().pop3, 6, "the server counts the same");
}

#[tokio::test]
async fn smtp_is_signed_in_after_7_and_has_a_message_accepted_after_9() {
    let (tenant, mailbox) = signed_in(account).await;
    let mut journal = Journal::new();
    let mut client = mailbox.smtp_noting(&mut journal).await.unwrap();
    assert_eq!(journal.round_trips(), Some(7));
    let envelope = Envelope::parse(ADELE, [ADELE, "bert@contoso.example"]).unwrap();
    let report = client.send(&envelope, &b"Subject: hi\r\n\r\n.dot\r\n"[..]).await.unwrap();
    assert!(report.all_accepted(), "{report:?}");
    assert_eq!(journal.round_trips(), Some(9));
    assert_eq!(tenant.turns().smtp, 9, "the server counts the same");
    for mailbox in [ADELE, "bert@contoso.example"] {
        let messages = tenant.messages(mailbox).unwrap();
        assert_eq!(messages.len(), 1);
        assert_eq!(messages[0].bytes(), b"Subject: hi\r\n\r\n.dot\r\n");
    }
}
