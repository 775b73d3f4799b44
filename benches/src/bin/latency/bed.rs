//! A simulated tenant, the way to it, and somebody who is signed in.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use mail_oauth::msal_lite::{MemoryStore, Secret};
use mail_oauth::{Account, Mailbox, Options, Protocol, Provider, Security, Server, Trust};
use mail_oauth_sim::{App, Tenant, User};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

use crate::Outcome;
use crate::relay::Relay;

pub(crate) const ADELE: &str = "adele@contoso.example";
pub(crate) const BERT: &str = "bert@contoso.example";
const PASSWORD: &str = "correct horse";
const CLIENT_ID: &str = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";

/// A tenant with two people, one of whom has a message.
pub(crate) async fn tenant(token_lifetime: Duration) -> Outcome<Tenant> {
    let builder = Tenant::builder().domain("contoso.example").app(App::public(CLIENT_ID));
    let people = [ADELE, BERT].map(|name| User::new(name).password(PASSWORD));
    let builder = people.into_iter().fold(builder, |builder, user| builder.user(user));
    let tenant = builder.token_lifetime(token_lifetime).start().await?;
    tenant.deliver(ADELE, message())?;
    Ok(tenant)
}

/// A message of 2 KiB.
pub(crate) fn message() -> Vec<u8> {
    let head = format!("From: <{ADELE}>\r\nTo: <{BERT}>\r\nSubject: Invoice 7\r\n\r\n");
    let mut message = head.into_bytes();
    while message.len() < 2048 {
        message.extend_from_slice(b"The quick brown fox jumps over the lazy dog, again and again.\r\n");
    }
    message
}

/// Where the servers are, as another process must know it too.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// `localhost`, or an address, for which no resolver is asked.
    pub(crate) host: String,
    /// IMAP, POP3, SMTP.
    pub(crate) ports: [u16; 3],
    pub(crate) authority: String,
    pub(crate) ca_file: PathBuf,
}

impl Place {
    /// For the command line of another process.
    pub(crate) fn to_arguments(&self) -> Vec<String> {
        let [imap, pop3, smtp] = self.ports.map(|port| port.to_string());
        vec![
            self.host.clone(),
            imap,
            pop3,
            smtp,
            self.authority.clone(),
            self.ca_file.to_string_lossy().into_owned(),
        ]
    }

    pub(crate) fn from_arguments(arguments: &[String]) -> Outcome<Self> {
        let [host, imap, pop3, smtp, authority, ca_file] = arguments else {
            return Err("not the arguments of a place".into());
        };
        let ports = [imap.parse()?, pop3.parse()?, smtp.parse()?];
        Ok(Place { host: host.clone(), ports, authority: authority.clone(), ca_file: ca_file.into() })
    }

    pub(crate) fn port(&self, protocol: Protocol) -> u16 {
        let [imap, pop3, smtp] = self.ports;
        match protocol {
            Protocol::Pop3 => pop3,
            Protocol::Smtp => smtp,
            _ => imap,
        }
    }
}

/// Somebody who is signed in, and all that a client needs.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) place: Place,
    pub(crate) ca_pem: String,
    /// For ours.
    pub(crate) mailbox: Mailbox,
    /// For those that know nothing of tokens.
    pub(crate) token: String,
    /// For those that take a stream.
    pub(crate) tls: Arc<ClientConfig>,
    /// For lettre, which makes its own and keeps it.
    #[cfg(feature = "peers")]
    pub(crate) lettre: std::sync::OnceLock<lettre::transport::smtp::client::TlsParameters>,
    store: Arc<MemoryStore>,
}

impl Target {
    /// Signs in.
    pub(crate) async fn new(place: Place) -> Outcome<Self> {
        let ca_pem = std::fs::read_to_string(&place.ca_file)?;
        let store = Arc::new(MemoryStore::default());
        let mailbox = mailbox(&place, &ca_pem, &store)?;
        mailbox.sign_in_by_password(Secret::new(PASSWORD.to_owned())).await?;
        let token = mailbox.token(Protocol::Imap).await?.access_token().expose().to_owned();
        let tls = tls(&ca_pem)?;
        Ok(Target {
            place,
            ca_pem,
            mailbox,
            token,
            tls,
            #[cfg(feature = "peers")]
            lettre: std::sync::OnceLock::new(),
            store,
        })
    }

    /// The same person in a program that has just begun: no TLS session to resume, no connection to the tenant.
    pub(crate) fn anew(&self) -> Outcome<Self> {
        let mailbox = mailbox(&self.place, &self.ca_pem, &self.store)?;
        Ok(Target {
            mailbox,
            tls: tls(&self.ca_pem)?,
            #[cfg(feature = "peers")]
            lettre: std::sync::OnceLock::new(),
            ..self.clone()
        })
    }

    /// With a token that has just been got.
    pub(crate) async fn with_new_token(mut self, protocol: Protocol) -> Outcome<Self> {
        self.token = self.mailbox.token(protocol).await?.access_token().expose().to_owned();
        Ok(self)
    }

    /// The XOAUTH2 message, raw.
    pub(crate) fn xoauth2(&self) -> String {
        format!("user={ADELE}\x01auth=Bearer {}\x01\x01", self.token)
    }
}

fn mailbox(place: &Place, ca_pem: &str, store: &Arc<MemoryStore>) -> Outcome<Mailbox> {
    let server = |protocol, security| Server::new(&place.host, place.port(protocol), security);
    let account = Account::new(Provider::Microsoft365, ADELE, CLIENT_ID)?
        .with_authority(&place.authority)?
        .with_server(Protocol::Imap, server(Protocol::Imap, Security::Tls)?)
        .with_server(Protocol::Pop3, server(Protocol::Pop3, Security::Tls)?)
        .with_server(Protocol::Smtp, server(Protocol::Smtp, Security::StartTls)?);
    let mut options = Options::default().with_trust(Trust::Only(ca_pem.to_owned()));
    options.store = store.clone();
    Ok(Mailbox::new(account, options)?)
}

/// What a program would set up: the tenant's authority, sessions resumed.
pub(crate) fn tls(ca_pem: &str) -> Outcome<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(ca_pem.as_bytes())?)?;
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// A tenant behind relays.
pub(crate) struct Bed {
    pub(crate) tenant: Tenant,
    pub(crate) target: Target,
    relays: [Relay; 3],
    _folder: tempfile::TempDir,
}

impl Bed {
    /// Starts a tenant on a runtime of its own, with everything of it `rtt` away.
    pub(crate) fn start(
        servers: &tokio::runtime::Runtime,
        clients: &tokio::runtime::Runtime,
        rtt: Duration,
        token_lifetime: Duration,
    ) -> Outcome<Self> {
        let tenant = servers.block_on(tenant(token_lifetime))?;
        let folder = tempfile::tempdir()?;
        let ca_file = folder.path().join("ca.pem");
        std::fs::write(&ca_file, tenant.ca_pem())?;
        let relay = |server: SocketAddr| Relay::start(server, rtt);
        let relays = [relay(tenant.imap_addr())?, relay(tenant.pop3_addr())?, relay(tenant.smtp_addr())?];
        let identity = relay(tenant.identity_addr())?;
        let authority = format!("https://localhost:{}/{}", identity.port(), tenant.tenant_id());
        let [imap, pop3, smtp] = &relays;
        let ports = [imap.port(), pop3.port(), smtp.port()];
        let place = Place { host: "localhost".to_owned(), ports, authority, ca_file };
        let target = clients.block_on(Target::new(place))?;
        Ok(Bed { tenant, target, relays, _folder: folder })
    }

    pub(crate) fn relay(&self, protocol: Protocol) -> &Relay {
        let [imap, pop3, smtp] = &self.relays;
        match protocol {
            Protocol::Pop3 => pop3,
            Protocol::Smtp => smtp,
            _ => imap,
        }
    }
}
