//! A tenant with a user who is signed in.

use std::time::Duration;

use mail_oauth::msal_lite::{Secret, Token};
use mail_oauth::{Account, Credential, Mailbox, Options, Protocol, Provider, Security, Server, Trust};
use mail_oauth_sim::{App, Tenant, TenantBuilder, User};

pub(crate) const ADELE: &str = "adele@contoso.example";
pub(crate) const SHARED: &str = "invoices@contoso.example";
pub(crate) const APP: &str = "99990000-4f89-41d3-9a0c-0305e82c3301";
pub(crate) const CLIENT_ID: &str = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";

pub(crate) fn builder() -> TenantBuilder {
    Tenant::builder()
        .domain("contoso.example")
        .user(User::new(ADELE))
        .user(User::new("bert@contoso.example"))
        .mailbox(mail_oauth_sim::Mailbox::new(SHARED).full_access(ADELE).send_as(ADELE))
        .app(App::public(CLIENT_ID))
        .poll_interval(Duration::from_secs(1))
}

pub(crate) fn account(tenant: &Tenant) -> Account {
    let local = |port, security| Server::new("localhost", port, security).unwrap();
    Account::new(Provider::Microsoft365, ADELE, CLIENT_ID)
        .and_then(|account| account.with_authority(&tenant.authority()))
        .unwrap()
        .with_server(Protocol::Imap, local(tenant.imap_addr().port(), Security::Tls))
        .with_server(Protocol::Pop3, local(tenant.pop3_addr().port(), Security::Tls))
        .with_server(Protocol::Smtp, local(tenant.smtp_addr().port(), Security::StartTls))
}

/// The account of an application that signs in as itself, to the shared mailbox.
pub(crate) fn app_account(tenant: &Tenant) -> Account {
    let account = account_of(tenant, Provider::Microsoft365, APP);
    account.with_mailbox(SHARED).and_then(|account| account.with_sender(SHARED)).unwrap().with_app_only()
}

/// The account at the tenant, as one of this provider.
pub(crate) fn account_of(tenant: &Tenant, provider: Provider, client_id: &str) -> Account {
    let usual = account(tenant);
    Protocol::ALL.into_iter().fold(
        Account::new(provider, ADELE, client_id)
            .and_then(|account| account.with_authority(&tenant.authority()))
            .unwrap(),
        |account, protocol| account.with_server(protocol, usual.server(protocol).unwrap().clone()),
    )
}

/// What a confidential application proves itself with.
pub(crate) fn secret(value: &str) -> Credential {
    Credential::secret(Secret::new(value.to_owned()))
}

pub(crate) fn options(tenant: &Tenant) -> Options {
    Options::default().with_trust(Trust::Only(tenant.ca_pem().to_owned()))
}

/// A tenant, and the mailbox of an account that is signed in to it.
pub(crate) async fn signed_in(account: impl Fn(&Tenant) -> Account) -> (Tenant, Mailbox) {
    let tenant = builder().start().await.unwrap();
    let mailbox = Mailbox::new(account(&tenant), options(&tenant)).unwrap();
    sign_in(&tenant, &mailbox).await;
    (tenant, mailbox)
}

/// Signs in; the user approves as soon as the code is shown, so that the first poll finds a token.
pub(crate) async fn sign_in(tenant: &Tenant, mailbox: &Mailbox) -> Token {
    mailbox.sign_in(|prompt| tenant.approve(prompt.user_code(), ADELE).unwrap()).await.unwrap()
}
