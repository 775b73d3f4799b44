//! The example of a safe second try, against a tenant that loses its last answer.

#[path = "../../examples/send_once.rs"]
#[allow(dead_code, reason = "an example has a `main`")]
mod example;

use std::time::Duration;

use example::{Sent, send_once};
use mail_oauth::imap_min::{self, Append};
use mail_oauth::smtp_min::{Envelope, Outcome};
use mail_oauth_sim::{Fault, MailFault};

use crate::bed::{ADELE, account, signed_in};

const BERT: &str = "bert@contoso.example";
const ID: &str = "<1.2.adele@contoso.example>";
const LETTER: &[u8] =
    b"From: <adele@contoso.example>\r\nMessage-ID: <1.2.adele@contoso.example>\r\n\r\nHello.\r\n";

#[tokio::test]
async fn a_lost_answer_is_looked_for_and_the_message_counts_once() {
    let (tenant, mailbox) = signed_in(account).await;
    let sent_items = imap_min::Mailbox::new("Sent Items").unwrap();
    let envelope = Envelope::parse(ADELE, [BERT]).unwrap();
    let once = || send_once(&mailbox, &envelope, LETTER, ID, &sent_items, Duration::ZERO);
    // Lost on the way there, once: it is sent again.
    tenant.set_fault_times(Fault::Mail(MailFault::SmtpNoFinalReply), 1);
    let sent = once().await.unwrap();
    assert!(
        matches!(&sent, Sent::Told(report) if matches!(report.outcome, Outcome::Accepted(_))),
        "{sent:?}"
    );
    assert_eq!(tenant.messages(BERT).unwrap().len(), 1);
    // Lost each time: nobody knows, and nobody says so.
    tenant.set_fault(Fault::Mail(MailFault::SmtpNoFinalReply));
    let sent = once().await.unwrap();
    assert!(matches!(sent, Sent::Unknown), "{sent:?}");
    // Lost on the way back: the server has filed it.
    let mut imap = mailbox.imap().await.unwrap();
    imap.append(Append::new(&sent_items, LETTER.len() as u64), &mut &LETTER[..]).await.unwrap();
    let sent = once().await.unwrap();
    assert!(matches!(sent, Sent::Found), "{sent:?}");
    assert_eq!(tenant.messages(BERT).unwrap().len(), 1);
}
