//! Whose certificate does not hold is not spoken to (S6, S7, S14, S15).

use mail_oauth::msal_lite::Secret;
use mail_oauth::{Action, Error, Mailbox, Options, Protocol, Security, Server, TlsProblem, Trust};

use crate::bed::{account, builder, local, signed_in, tenant_and_mailbox};
use crate::cut_tcp::job;
use crate::peer::Bed;
use crate::pki::Flaw;
use crate::secret::{assert_harmless, printed};

fn begin_tls(protocol: Protocol) -> (&'static str, &'static str) {
    match protocol {
        Protocol::Imap => ("* OK ready\r\n", " OK begin\r\n"),
        Protocol::Pop3 => ("+OK ready\r\n", "+OK begin\r\n"),
        _ => ("220 ready\r\n", "220 begin\r\n"),
    }
}

#[tokio::test]
async fn a_certificate_with_a_flaw_is_refused_everywhere() {
    let bed = Bed::new().await;
    for flaw in Flaw::ALL {
        let acceptor = bed.authority.server(flaw);
        for protocol in Protocol::ALL {
            for security in [Security::Tls, Security::StartTls] {
                let met = bed
                    .meet(protocol, security, |peer| {
                        let acceptor = acceptor.clone();
                        Box::pin(async move {
                            let (greeting, yes) = begin_tls(protocol);
                            if security == Security::StartTls {
                                peer.say(greeting).await;
                                if protocol == Protocol::Smtp {
                                    peer.line().await;
                                    peer.say("250-here\r\n250 STARTTLS\r\n").await;
                                }
                                let tag = peer.tag().await;
                                let tag = if protocol == Protocol::Imap { &tag } else { "" };
                                peer.say(format!("{tag}{yes}")).await;
                            }
                            peer.secure(&acceptor).await;
                            peer.say(greeting).await;
                        })
                    })
                    .await;
                let case = format!("{flaw:?} {protocol} {security:?}: {met:?}");
                assert!(met.tls.is_empty(), "{case}");
                let Some(Error::Tls { problem, .. }) = &met.told.error else { panic!("{case}") };
                let expected = match flaw {
                    Flaw::Expired | Flaw::NotYetValid => TlsProblem::NotNow,
                    Flaw::OtherName | Flaw::NameBelow => TlsProblem::WrongName,
                    Flaw::OtherUse | Flaw::SignedByServer => *problem,
                    _ => TlsProblem::UnknownIssuer,
                };
                assert_eq!(*problem, expected, "{case}");
            }
        }
    }
}

#[tokio::test]
async fn an_address_is_a_name_like_any_other() {
    let bed = Bed::new().await;
    let acceptor = bed.authority.server(Flaw::None);
    // The certificate is for localhost, and the account names its address.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = Server::new("127.0.0.1", port, Security::Tls).unwrap();
    let mailbox = bed.mailbox.with_account(account(&bed.tenant).with_server(Protocol::Imap, server));
    let serve = async {
        let (tcp, _) = listener.accept().await.unwrap();
        acceptor.accept(tcp).await.map(drop)
    };
    let (told, served) = tokio::join!(job(&mailbox, Protocol::Imap), serve);
    assert!(matches!(told.error, Some(Error::Tls { problem: TlsProblem::WrongName, .. })), "{told:?}");
    assert!(served.is_err());
}

#[tokio::test]
async fn a_session_is_not_resumed_under_other_trust_or_another_name() {
    let tenant = builder().start().await.unwrap();
    let trusting = signed_in(&tenant, "").await;
    tenant.deliver(crate::bed::ADELE, crate::bed::MESSAGE).unwrap();
    assert!(job(&trusting, Protocol::Imap).await.error.is_none());
    // Another mailbox of the same process, which trusts another authority: no ticket helps it in.
    let other = builder().start().await.unwrap();
    let strict = signed_in(&other, "").await.with_account(account(&tenant));
    let told = job(&strict, Protocol::Imap).await;
    assert!(matches!(told.error, Some(Error::Tls { problem: TlsProblem::UnknownIssuer, .. })), "{told:?}");
    // The same mailbox and the same server, whose certificate is another's by now.
    tenant.set_fault_named("imap-certificate-name").unwrap();
    let server = Server::new("127.0.0.1", tenant.imap_addr().port(), Security::Tls).unwrap();
    let renamed = trusting.with_account(account(&tenant).with_server(Protocol::Imap, server));
    let told = job(&renamed, Protocol::Imap).await;
    assert!(matches!(told.error, Some(Error::Tls { problem: TlsProblem::WrongName, .. })), "{told:?}");
}

#[tokio::test]
async fn no_token_is_asked_for_where_the_certificate_does_not_hold() {
    for fault in [
        "identity-certificate-name",
        "identity-certificate-expired",
        "identity-certificate-unknown",
        "identity-tls-old",
        "identity-not-tls",
    ] {
        let tenant = builder().start().await.unwrap();
        let options = Options::default().with_trust(Trust::Only(tenant.ca_pem().to_owned()));
        let mailbox = Mailbox::new(account(&tenant), options).unwrap();
        tenant.set_fault_named(fault).unwrap();
        let password = Secret::new("correct-horse-battery-staple".to_owned());
        let error = mailbox.sign_in_by_password(password).await.unwrap_err();
        assert_harmless(&printed(&error));
        assert!(matches!(error.action(), Action::Fix | Action::Network), "{fault}: {error:?}");
        let requests = tenant.log().iter().flat_map(|entry| entry.events.clone()).count();
        let failed = format!("{:?}", tenant.log());
        assert!(requests == 0 || !failed.contains("Request {"), "{fault}: {failed}");
    }
}

#[tokio::test]
async fn a_token_endpoint_that_redirects_is_not_followed() {
    let (tenant, mailbox) = tenant_and_mailbox().await;
    tenant.set_fault_named("http-redirect").unwrap();
    let password = Secret::new("correct-horse-battery-staple".to_owned());
    let error = mailbox.sign_in_by_password(password).await.unwrap_err();
    assert_harmless(&printed(&error));
    assert!(!mail_oauth::chain(&error).contains("dns"), "{error:?}");
    assert!(matches!(error, Error::Token { .. }), "{error:?}");
}

#[tokio::test]
async fn a_token_goes_to_no_place_in_the_clear() {
    let tenant = builder().start().await.unwrap();
    assert!(account(&tenant).with_authority("http://localhost/common").is_err());
    for protocol in Protocol::ALL {
        let (tenant, mailbox) = tenant_and_mailbox().await;
        let service = protocol.name().to_lowercase();
        tenant.set_fault_named(&format!("{service}-not-tls")).unwrap();
        let told = job(&mailbox, protocol).await;
        assert!(matches!(told.error, Some(Error::Tls { .. })), "{told:?}");
        // A port that speaks in the clear where TLS is expected, and the other way round.
        tenant.clear_faults();
        let clear = match protocol {
            Protocol::Imap => local(tenant.imap_starttls_addr().port(), Security::Tls),
            Protocol::Pop3 => local(tenant.pop3_starttls_addr().port(), Security::Tls),
            _ => local(tenant.smtp_addr().port(), Security::Tls),
        };
        let mixed = mailbox.with_account(account(&tenant).with_server(protocol, clear));
        let told = job(&mixed, protocol).await;
        assert!(matches!(told.error, Some(Error::Tls { problem: TlsProblem::NotTls, .. })), "{told:?}");
    }
}
