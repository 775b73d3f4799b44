//! What goes wrong is typed, and says what to do.

use mail_oauth::diagnosis::Lang;
use mail_oauth::imap_min::{self, Condition, Mailbox as Name};
use mail_oauth::smtp_min::{Envelope, Outcome};
use mail_oauth::{Action, CheckOptions, Error, Mailbox, Protocol, Server, TlsProblem, Trust};
use mail_oauth_sim::Tenant;

use crate::bed::{ADELE, SHARED, account, builder, options, sign_in, signed_in};

#[tokio::test]
async fn a_healthy_mailbox_passes_every_check() {
    let (_tenant, mailbox) = signed_in(account).await;
    let report = mailbox.check(&CheckOptions::default()).await;
    assert!(report.is_good() && report.findings.is_empty(), "{}", report.to_text(Lang::En));
    for protocol in Protocol::ALL {
        assert_eq!(report.works(protocol), Some(true), "{protocol}");
    }
}

#[tokio::test]
async fn a_delegate_opens_the_shared_mailbox_and_sends_as_it() {
    let shared = |tenant: &Tenant| {
        account(tenant).with_mailbox(SHARED).and_then(|account| account.with_sender(SHARED)).unwrap()
    };
    let (tenant, mailbox) = signed_in(shared).await;
    tenant.deliver(SHARED, *b"Subject: bill\r\n\r\n7\r\n").unwrap();
    let mut imap = mailbox.imap().await.unwrap();
    assert_eq!(imap.examine(&Name::inbox()).await.unwrap().exists, 1);
    let mut smtp = mailbox.smtp().await.unwrap();
    let report =
        smtp.send(&Envelope::parse(SHARED, [ADELE]).unwrap(), &b"Subject: x\r\n\r\nx\r\n"[..]).await.unwrap();
    assert!(matches!(report.outcome, Outcome::Accepted(_)), "{report:?}");
}

#[tokio::test]
async fn a_foreign_mailbox_is_found_at_the_mailbox_command() {
    let foreign = |tenant: &Tenant| account(tenant).with_mailbox("bert@contoso.example").unwrap();
    let (_tenant, mailbox) = signed_in(foreign).await;
    // Exchange accepts the sign-in; only the command after it tells.
    let mut client = mailbox.imap().await.unwrap();
    match client.examine(&Name::inbox()).await {
        Err(imap_min::Error::Refused(no)) => {
            assert_eq!(no.condition, Some(Condition::AuthenticatedNotConnected));
        }
        other => panic!("{other:?}"),
    }
    let report = mailbox.check(&CheckOptions::default().with_protocols([Protocol::Imap])).await;
    assert_eq!(report.works(Protocol::Imap), Some(false), "{}", report.to_text(Lang::En));
}

#[tokio::test]
async fn nobody_signed_in_means_sign_in() {
    let tenant = builder().start().await.unwrap();
    let mailbox = Mailbox::new(account(&tenant), options(&tenant)).unwrap();
    let error = mailbox.imap().await.unwrap_err();
    assert!(matches!(error, Error::Token { .. }), "{error:?}");
    assert_eq!(error.action(), Action::SignIn);
}

#[tokio::test]
async fn a_certificate_is_verified_with_and_without_starttls() {
    let other = builder().start().await.unwrap();
    let tenant = builder().start().await.unwrap();
    let mailbox = Mailbox::new(account(&tenant), options(&tenant)).unwrap();
    sign_in(&tenant, &mailbox).await;
    // The same token, the other tenant's servers: signed by an authority that is not trusted.
    let strange = mailbox.with_account(
        account(&tenant)
            .with_server(
                Protocol::Imap,
                Server::parse(&format!("localhost:{}", other.imap_addr().port()), Protocol::Imap).unwrap(),
            )
            .with_server(
                Protocol::Smtp,
                Server::parse(&format!("localhost:{}", other.smtp_addr().port()), Protocol::Smtp).unwrap(),
            ),
    );
    for error in [strange.imap().await.unwrap_err(), strange.smtp().await.unwrap_err()] {
        assert!(matches!(error, Error::Tls { problem: TlsProblem::UnknownIssuer, .. }), "{error:?}");
        assert_eq!(error.action(), Action::Fix);
    }
    assert_eq!(other.log().iter().flat_map(|entry| &entry.events).filter(|event| is_login(event)).count(), 0);
}

fn is_login(event: &mail_oauth_sim::LogEvent) -> bool {
    matches!(event, mail_oauth_sim::LogEvent::Login { .. })
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused_for_mail_and_for_sign_in() {
    let tenant = builder().certificate_name("mail.other.example").start().await.unwrap();
    let mailbox = Mailbox::new(account(&tenant), options(&tenant)).unwrap();
    let error = mailbox.sign_in(|_| ()).await.unwrap_err();
    assert_eq!(TlsProblem::find(&error), Some(TlsProblem::WrongName), "{error:?}");
}

#[tokio::test]
async fn what_is_not_tls_is_said_to_be_so() {
    let tenant = builder().start().await.unwrap();
    let (_, mailbox) = signed_in(account).await;
    // IMAP with TLS from the first byte, towards a port that greets in the clear.
    let wrong = Server::parse(&format!("localhost:{}", tenant.smtp_addr().port()), Protocol::Imap).unwrap();
    let mailbox = mailbox.with_account(account(&tenant).with_server(Protocol::Imap, wrong));
    let error = mailbox.imap().await.unwrap_err();
    assert!(matches!(error, Error::Tls { problem: TlsProblem::NotTls, .. }), "{error:?}");
}

#[tokio::test]
async fn an_unreachable_server_is_named() {
    let (tenant, mailbox) = signed_in(account).await;
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let closed = Server::parse(&format!("localhost:{}", free.port()), Protocol::Pop3).unwrap();
    let mailbox = mailbox.with_account(account(&tenant).with_server(Protocol::Pop3, closed.clone()));
    let error = mailbox.pop3().await.unwrap_err();
    assert!(error.to_string().contains(&closed.to_string()), "{error}");
    assert_eq!(error.action(), Action::Network);
}

#[tokio::test]
async fn the_system_does_not_trust_a_tenant_of_its_own_making() {
    let tenant = builder().start().await.unwrap();
    let mailbox =
        Mailbox::new(account(&tenant), mail_oauth::Options::default().with_trust(Trust::System)).unwrap();
    let error = mailbox.sign_in(|_| ()).await.unwrap_err();
    assert!(TlsProblem::find(&error).is_some(), "{error:?}");
}
