//! A tenant, and a mailbox that is signed in to it at once.

use std::sync::Arc;

use mail_oauth::msal_lite::Secret;
use mail_oauth::{Account, Mailbox, Options, Protocol, Provider, Security, Server, Trust};
use mail_oauth_sim::{App, Tenant, TenantBuilder, User};

use crate::secret;

pub(crate) const ADELE: &str = "adele@contoso.example";
pub(crate) const BERT: &str = "bert@contoso.example";
pub(crate) const MESSAGE: &[u8] = b"Subject: seven\r\n\r\n.a dot\r\n..two\r\nGr\xc3\xbc\xc3\x9fe\r\n";
const PASSWORD: &str = "correct-horse-battery-staple";
const CLIENT_ID: &str = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";

pub(crate) fn builder() -> TenantBuilder {
    Tenant::builder()
        .domain("contoso.example")
        .user(User::new(ADELE).password(PASSWORD))
        .user(User::new(BERT))
        .app(App::public(CLIENT_ID))
}

/// An account at the tenant, each protocol on the port that Office 365 has for it.
pub(crate) fn account(tenant: &Tenant) -> Account {
    Account::new(Provider::Microsoft365, ADELE, CLIENT_ID)
        .and_then(|account| account.with_authority(&tenant.authority()))
        .unwrap()
        .with_server(Protocol::Imap, local(tenant.imap_addr().port(), Security::Tls))
        .with_server(Protocol::Pop3, local(tenant.pop3_addr().port(), Security::Tls))
        .with_server(Protocol::Smtp, local(tenant.smtp_addr().port(), Security::StartTls))
}

pub(crate) fn local(port: u16, security: Security) -> Server {
    Server::new("localhost", port, security).unwrap()
}

/// A mailbox that trusts the tenant, and other authorities besides. Its token is in its cache and under guard.
pub(crate) async fn signed_in(tenant: &Tenant, other_authorities: &str) -> Mailbox {
    let trust = Trust::Only(format!("{}\n{other_authorities}", tenant.ca_pem()));
    signed_in_with(tenant, Options::default().with_trust(trust)).await
}

pub(crate) async fn signed_in_with(tenant: &Tenant, options: Options) -> Mailbox {
    let store = Arc::clone(&options.store);
    let mailbox = Mailbox::new(account(tenant), options).unwrap();
    let token = mailbox.sign_in_by_password(Secret::new(PASSWORD.to_owned())).await.unwrap();
    secret::guard(token.access_token().expose());
    assert!(secret::guard_cache(&*store) >= 2, "its refresh token too");
    secret::guard(PASSWORD);
    mailbox
}

pub(crate) async fn tenant_and_mailbox() -> (Tenant, Mailbox) {
    let tenant = builder().start().await.unwrap();
    let mailbox = signed_in(&tenant, "").await;
    (tenant, mailbox)
}
