//! The test bed: a tenant for the tokens, Dovecot, and Postfix where the caller is root.

use std::path::{Path, PathBuf};
use std::time::Duration;

use mail_oauth::{Account, Mailbox, Options, Protocol, Provider, Security, Server, Trust};
use mail_oauth_sim::{App, Tenant, User};

use crate::daemon::Daemon;
use crate::place::Place;
use crate::{Failed, dovecot, postfix};

pub(crate) const DOMAIN: &str = "example.org";
pub(crate) const ALICE: &str = "alice@example.org";
pub(crate) const BOB: &str = "bob@example.org";
const CLIENT_ID: &str = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
const SCOPES: [&str; 3] = [
    "https://outlook.office.com/IMAP.AccessAsUser.All",
    "https://outlook.office.com/POP.AccessAsUser.All",
    "https://outlook.office.com/SMTP.Send",
];

/// Everything that runs. Dropped in this order: servers first, their folder last.
pub(crate) struct Bed {
    _postfix: Option<Daemon>,
    _dovecot: Daemon,
    pub(crate) dovecot: dovecot::Ports,
    pub(crate) submission: Option<u16>,
    pub(crate) submissions: Option<u16>,
    /// A Postfix that cases start and stop.
    pub(crate) victim: Option<postfix::Instance>,
    pub(crate) tenant: Tenant,
    place: Place,
}

impl Bed {
    pub(crate) async fn start() -> Result<Self, Failed> {
        let tenant = Tenant::builder()
            .domain(DOMAIN)
            .user(User::new(ALICE))
            .user(User::new(BOB))
            .app(App::public(CLIENT_ID))
            .poll_interval(Duration::ZERO)
            .auto_approve(ALICE)
            .open_introspection()
            .start()
            .await?;
        let mut place = Place::new()?;
        let ca = place.certificates().map_err(|e| e.to_string())?;
        // One file for clients and for Dovecot's own requests: the servers' authority and the tenant's.
        place.write("ca.pem", &format!("{ca}{}", tenant.ca_pem()))?;
        place.name("INTROSPECTION", tenant.introspection_endpoint());
        place.name("AUTHORITY", tenant.authority());
        // The servers are started by waiting for their ports: not on the runtime's only thread.
        let (place, started) = tokio::task::spawn_blocking(move || {
            let started = start_servers(&mut place);
            (place, started)
        })
        .await?;
        let (dovecot_daemon, dovecot, postfix) = started?;
        let (postfix_daemon, postfix, victim) = match postfix {
            Some(Postfixes { daemon, instance, victim }) => (Some(daemon), Some(instance), Some(victim)),
            None => (None, None, None),
        };
        Ok(Bed {
            _postfix: postfix_daemon,
            _dovecot: dovecot_daemon,
            dovecot,
            submission: postfix.as_ref().map(|postfix| postfix.submission),
            submissions: postfix.as_ref().map(|postfix| postfix.submissions),
            victim,
            tenant,
            place,
        })
    }

    /// A file of this run.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    /// Where Dovecot keeps a user's INBOX.
    pub(crate) fn maildir(&self, user: &str) -> PathBuf {
        self.path("mail").join(user).join("Maildir")
    }

    /// An account of a user on these servers, of which nothing is known beforehand.
    pub(crate) fn account(&self, user: &str) -> Result<Account, mail_oauth::Error> {
        let local = |port, security| Server::new("localhost", port, security);
        let mut account = Account::new(Provider::Custom, user, CLIENT_ID)?
            .with_authority(&self.tenant.authority())?
            .with_server(Protocol::Imap, local(self.dovecot.imaps, Security::Tls)?)
            .with_server(Protocol::Pop3, local(self.dovecot.pop3s, Security::Tls)?);
        if let Some(port) = self.submission {
            account = account.with_server(Protocol::Smtp, local(port, Security::StartTls)?);
        }
        for protocol in Protocol::ALL {
            account = account.with_scopes(protocol, SCOPES);
        }
        Ok(account)
    }

    /// The mailbox of such an account, with tokens in a cache file.
    pub(crate) fn mailbox(&self, user: &str, cache: &Path) -> Result<Mailbox, mail_oauth::Error> {
        let options = Options::cached(cache).with_trust(Trust::SystemAnd(self.path("ca.pem")));
        Mailbox::new(self.account(user)?, options)
    }

    /// Alice's mailbox, signed in to.
    pub(crate) async fn signed_in(&self) -> Result<Mailbox, mail_oauth::Error> {
        let mailbox = self.mailbox(ALICE, &self.path("library-tokens.json"))?;
        if mailbox.token(Protocol::Imap).await.is_err() {
            mailbox.sign_in(|_| ()).await?;
        }
        Ok(mailbox)
    }

    /// Alice's mailbox, signed in to, with another server for one protocol.
    pub(crate) async fn signed_in_at(
        &self,
        protocol: Protocol,
        port: u16,
        security: Security,
    ) -> Result<Mailbox, Failed> {
        let server = Server::new("localhost", port, security)?;
        let account = self.account(ALICE)?.with_server(protocol, server);
        Ok(self.signed_in().await?.with_account(account))
    }

    /// The configuration file for the binary.
    pub(crate) fn config(&self) -> std::io::Result<PathBuf> {
        let smtp = self.submission.map(|port| format!("smtp = {{ host = \"localhost\", port = {port} }}\n"));
        let text = format!(
            "ca_file = \"ca.pem\"\ncache_file = \"binary-tokens.json\"\n[[account]]\naddress = \"{ALICE}\"\n\
             provider = \"custom\"\nclient_id = \"{CLIENT_ID}\"\nauthority = \"{}\"\nscopes = {SCOPES:?}\n\
             imap = {{ host = \"localhost\", port = {} }}\npop3 = {{ host = \"localhost\", port = {} }}\n{}",
            self.tenant.authority(),
            self.dovecot.imaps,
            self.dovecot.pop3s,
            smtp.unwrap_or_default(),
        );
        self.place.write("config.toml", &text)
    }

    /// The last lines of the servers' logs, for a failure.
    pub(crate) fn logs(&self) -> String {
        let mut text = String::new();
        for name in ["dovecot.log", "postfix/log/maillog", "victim/log/maillog"] {
            let log = std::fs::read_to_string(self.path(name)).unwrap_or_default();
            let last = log.lines().count().saturating_sub(30);
            let lines: Vec<&str> = log.lines().skip(last).collect();
            text.push_str(&format!("--- {name}\n{}\n", lines.join("\n")));
        }
        text
    }
}

type Servers = (Daemon, dovecot::Ports, Option<Postfixes>);

struct Postfixes {
    daemon: Daemon,
    instance: postfix::Instance,
    victim: postfix::Instance,
}

fn start_servers(place: &mut Place) -> Result<Servers, std::io::Error> {
    let (dovecot, ports) = dovecot::start(place, &[ALICE, BOB])?;
    if !place.owner.switch {
        return Ok((dovecot, ports, None));
    }
    let instance = postfix::Instance::new(place, "postfix", DOMAIN, &[ALICE, BOB])?;
    let victim = postfix::Instance::new(place, "victim", DOMAIN, &[ALICE, BOB])?.asking(place)?;
    let daemon = instance.start()?;
    Ok((dovecot, ports, Some(Postfixes { daemon, instance, victim })))
}
