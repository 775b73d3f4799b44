//! No token reaches an error or a `Debug` line.

use mail_oauth::diagnosis::Lang;
use mail_oauth::{CheckOptions, Mailbox};
use mail_oauth_sim::{Fault, Service};

use crate::bed::{account, builder, options, sign_in};

#[tokio::test]
async fn nothing_that_can_be_printed_holds_a_token() {
    let tenant = builder().start().await.unwrap();
    let mailbox = Mailbox::new(account(&tenant), options(&tenant)).unwrap();
    let token = sign_in(&tenant, &mailbox).await;
    let secret = token.access_token().expose().to_owned();
    let mut printed = format!("{mailbox:?}{token:?}");

    let mut imap = mailbox.imap().await.unwrap();
    printed += &format!("{imap:?}");
    imap.noop().await.unwrap();
    printed += &format!("{:?}", mailbox.pop3().await.unwrap());
    printed += &format!("{:?}", mailbox.smtp().await.unwrap());
    tenant.set_fault(Fault::AuthDisabled { service: Service::Smtp, mailbox: None });
    let report = mailbox.check(&CheckOptions::default()).await;
    printed += &format!("{report:?}{}{}", report.to_text(Lang::De), report.to_html(Lang::En));
    printed += &format!("{:?}", tenant.log());

    let shifted: Vec<String> =
        (0..3).map(|n| base64(&[&vec![b'x'; n], secret.as_bytes()].concat())).collect();
    // The first and last groups of base64 depend on what stands around: the middle is the same everywhere.
    let middles = shifted.iter().map(|text| &text[8..40]);
    for part in middles.chain([&secret[..24], &secret[secret.len() - 24..]]) {
        assert!(!printed.contains(part), "a secret is printed");
    }
    assert!(printed.contains("adele@contoso.example"), "the collector works");
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for group in bytes.chunks(3) {
        let word =
            group.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        out.extend((0..=group.len()).map(|i| char::from(ALPHABET[(word >> (18 - 6 * i) & 63) as usize])));
    }
    out
}
