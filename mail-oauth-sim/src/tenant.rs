use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::identity::Decision;
use crate::state::State;
use crate::store::Flags;
use crate::token::Claims;
use crate::{Error, Fault, LogEntry, Message, TenantBuilder, TokenSpec, Turns};

/// A running tenant: four servers on 127.0.0.1 and everything they know.
///
/// Dropping it stops the servers and cuts their connections, as soon as the runtime comes to it;
/// [`shutdown`](Self::shutdown) waits until that is done.
pub struct Tenant {
    pub(crate) state: Arc<State>,
    pub(crate) servers: JoinSet<()>,
    pub(crate) addresses: Addresses,
    pub(crate) ca_pem: String,
    pub(crate) first_app: Option<String>,
}

/// Where the servers listen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Addresses {
    pub(crate) identity: SocketAddr,
    pub(crate) imap: SocketAddr,
    pub(crate) pop3: SocketAddr,
    pub(crate) smtp: SocketAddr,
}

impl Tenant {
    /// Describes a tenant; every part has a default.
    pub fn builder() -> TenantBuilder {
        TenantBuilder::new()
    }

    /// The authority to sign in at: `https://localhost:PORT/<tenant id>`. The same endpoints answer under the tenant's
    /// domain, `common` and `organizations` in place of the id.
    #[must_use]
    pub fn authority(&self) -> String {
        format!("https://localhost:{}/{}", self.addresses.identity.port(), self.state.directory.tenant_id())
    }

    /// The tenant's id.
    #[must_use]
    pub fn tenant_id(&self) -> &str {
        self.state.directory.tenant_id()
    }

    /// The introspection endpoint (RFC 7662) for other servers that shall take this tenant's tokens.
    #[must_use]
    pub fn introspection_endpoint(&self) -> String {
        format!("{}/oauth2/v2.0/introspect", self.authority())
    }

    /// The identity endpoints: HTTPS.
    #[must_use]
    pub fn identity_addr(&self) -> SocketAddr {
        self.addresses.identity
    }

    /// The IMAP server: TLS from the first byte, as on port 993.
    #[must_use]
    pub fn imap_addr(&self) -> SocketAddr {
        self.addresses.imap
    }

    /// The POP3 server: TLS from the first byte, as on port 995.
    #[must_use]
    pub fn pop3_addr(&self) -> SocketAddr {
        self.addresses.pop3
    }

    /// The SMTP server: in the clear up to STARTTLS, as on port 587.
    #[must_use]
    pub fn smtp_addr(&self) -> SocketAddr {
        self.addresses.smtp
    }

    /// The certificate of the authority that signed the servers' certificate, in PEM.
    #[must_use]
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// Does what the person does in the browser: enters the user code and signs in. Case and blanks in the code do not
    /// matter.
    ///
    /// # Errors
    ///
    /// [`Error::Unknown`] if the tenant has no such user, or no such code that still waits.
    pub fn approve(&self, user_code: &str, upn: &str) -> Result<(), Error> {
        let user = self.state.directory.user(upn).ok_or_else(|| Error::Unknown {
            kind: "user",
            name: upn.into(),
            fix: "add it to the builder, or correct the name",
        })?;
        self.decide(user_code, Decision::Approved(user.upn.clone()))
    }

    /// Does what the person does in the browser: enters the user code and cancels.
    ///
    /// # Errors
    ///
    /// [`Error::Unknown`] if there is no such code that still waits.
    pub fn decline(&self, user_code: &str) -> Result<(), Error> {
        self.decide(user_code, Decision::Declined)
    }

    /// Puts a message into the inbox of a mailbox, byte for byte, and gives its UID.
    ///
    /// # Errors
    ///
    /// [`Error::Unknown`] if the tenant has no such mailbox.
    pub fn deliver(&self, mailbox: &str, message: impl Into<Vec<u8>>) -> Result<u32, Error> {
        let bytes = Arc::new(message.into());
        let added = self.state.store.add(mailbox, "INBOX", bytes, Flags::NONE, self.state.clock.now());
        added.map(|(_, uid)| uid).ok_or_else(|| no_mailbox(mailbox))
    }

    /// The messages in the inbox of a mailbox, oldest first. The bytes are shared, not copied.
    ///
    /// # Errors
    ///
    /// [`Error::Unknown`] if the tenant has no such mailbox.
    pub fn messages(&self, mailbox: &str) -> Result<Vec<Message>, Error> {
        self.messages_in(mailbox, "INBOX")
    }

    /// The messages in a folder of a mailbox, such as `Sent Items`, oldest first.
    ///
    /// # Errors
    ///
    /// [`Error::Unknown`] if the tenant has no such mailbox, or the mailbox no such folder.
    pub fn messages_in(&self, mailbox: &str, folder: &str) -> Result<Vec<Message>, Error> {
        let messages = self.state.store.with(mailbox, folder, |f| f.all().iter().map(Message::of).collect());
        messages.ok_or_else(|| no_mailbox(mailbox))
    }

    /// An access token made to measure, without signing in.
    ///
    /// # Errors
    ///
    /// [`Error::Keys`] if the system has no randomness for the signature.
    pub fn mint(&self, spec: TokenSpec) -> Result<String, Error> {
        let state = &self.state;
        let now = state.clock.now();
        let lifetime = spec.lifetime.unwrap_or(state.settings.token_lifetime).as_secs();
        let (issued, expires) = if spec.expired {
            (now.saturating_sub(lifetime).saturating_sub(60), now.saturating_sub(60))
        } else {
            (now, now.saturating_add(lifetime))
        };
        let app = spec.client_id.or_else(|| self.first_app.clone());
        let claims = Claims {
            audience: spec.audience,
            scopes: spec.scopes,
            upn: spec.user,
            client_id: app.unwrap_or_else(|| "00000000-0000-0000-0000-000000000000".into()),
            tenant_id: spec.tenant_id.unwrap_or_else(|| state.directory.tenant_id().into()),
            issued,
            expires,
        };
        let signed = if spec.forged {
            claims.sign(&crate::token::SigningKey::generate()?, &state.directory)
        } else {
            claims.sign(&state.key, &state.directory)
        };
        signed.ok_or(Error::Keys { what: "a token's signature", source: "no randomness".into() })
    }

    /// Moves the tenant's time forward: tokens, device codes and refresh tokens grow old. Nothing waits.
    pub fn advance(&self, by: Duration) {
        self.state.clock.advance(by);
    }

    /// Sets a fault until it is cleared. Setting the same one again changes nothing.
    pub fn set_fault(&self, fault: Fault) {
        self.state.faults.set(fault, None);
    }

    /// Sets a fault that goes away after it has applied `times` times.
    pub fn set_fault_times(&self, fault: Fault, times: u32) {
        if times > 0 {
            self.state.faults.set(fault, Some(times));
        }
    }

    /// Takes a fault away, if it is set.
    pub fn clear_fault(&self, fault: &Fault) {
        self.state.faults.clear(fault);
    }

    /// Takes all faults away.
    pub fn clear_faults(&self) {
        self.state.faults.clear_all();
    }

    /// What each connection did, oldest first.
    #[must_use]
    pub fn log(&self) -> Vec<LogEntry> {
        self.state.log.entries()
    }

    /// Round trips per service since the start.
    #[must_use]
    pub fn turns(&self) -> Turns {
        self.state.log.turns()
    }

    /// Stops the servers, cuts their connections and waits until all ports are closed.
    pub async fn shutdown(mut self) {
        self.servers.shutdown().await;
    }

    fn decide(&self, user_code: &str, decision: Decision) -> Result<(), Error> {
        let now = self.state.clock.now();
        if self.state.device_codes.decide(user_code, decision, now) {
            return Ok(());
        }
        Err(Error::Unknown {
            kind: "user code",
            name: crate::log::shown(user_code),
            fix: "it may have run out or been used; ask for a new one",
        })
    }
}

impl std::fmt::Debug for Tenant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tenant")
            .field("tenant_id", &self.tenant_id())
            .field("addresses", &self.addresses)
            .finish_non_exhaustive()
    }
}

fn no_mailbox(name: &str) -> Error {
    Error::Unknown { kind: "mailbox", name: name.into(), fix: "add it to the builder, or correct the name" }
}
