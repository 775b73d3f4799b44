use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::identity::{self, Decision};
use crate::state::State;
use crate::store::Flags;
use crate::token;
use crate::{Error, Fault, LogEntry, Message, TenantBuilder, TokenSpec, Turns};

/// A running tenant: servers on 127.0.0.1 and everything they know.
///
/// Dropping it stops the servers and cuts their connections, as soon as the runtime comes to it;
/// [`shutdown`](Self::shutdown) waits until that is done.
pub struct Tenant {
    pub(crate) state: Arc<State>,
    pub(crate) servers: JoinSet<()>,
    pub(crate) addresses: Addresses,
    pub(crate) ca_pem: String,
}

/// What a browser sends to an app's redirect address.
#[derive(Clone)]
#[non_exhaustive]
pub struct Redirect {
    /// The address, with the answer in its query or fragment if it comes by GET.
    pub url: String,
    /// With `response_mode=form_post`: the body of the POST, form-encoded.
    pub body: Option<String>,
}

impl std::fmt::Debug for Redirect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redirect").field("form_post", &self.body.is_some()).finish_non_exhaustive()
    }
}

/// Where the servers listen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Addresses {
    pub(crate) identity: SocketAddr,
    pub(crate) imap: SocketAddr,
    pub(crate) pop3: SocketAddr,
    pub(crate) smtp: SocketAddr,
    pub(crate) imap_starttls: SocketAddr,
    pub(crate) pop3_starttls: SocketAddr,
    pub(crate) smtp_tls: SocketAddr,
    pub(crate) control: Option<SocketAddr>,
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

    /// The IMAP server on its other port: in the clear up to STARTTLS, as on port 143.
    #[must_use]
    pub fn imap_starttls_addr(&self) -> SocketAddr {
        self.addresses.imap_starttls
    }

    /// The POP3 server on its other port: in the clear up to STLS, as on port 110.
    #[must_use]
    pub fn pop3_starttls_addr(&self) -> SocketAddr {
        self.addresses.pop3_starttls
    }

    /// The SMTP server on its other port: TLS from the first octet, as on port 465. Office 365 has none.
    #[must_use]
    pub fn smtp_tls_addr(&self) -> SocketAddr {
        self.addresses.smtp_tls
    }

    /// The control endpoint, to which `/` and an action are added: `https://localhost:PORT/control`. `None` unless
    /// [`open_control`](TenantBuilder::open_control) opened it.
    #[must_use]
    pub fn control(&self) -> Option<String> {
        self.addresses.control.map(|address| format!("https://localhost:{}/control", address.port()))
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
        let user = self.user(upn)?;
        let now = self.state.clock.now();
        let grantee = identity::Grantee { mfa: true, ..self.state.people.grantee(&user.upn, now) };
        self.decide(user_code, Decision::Approved(grantee))
    }

    /// Does what the person does in the browser: enters the user code and cancels.
    ///
    /// # Errors
    ///
    /// [`Error::Unknown`] if there is no such code that still waits.
    pub fn decline(&self, user_code: &str) -> Result<(), Error> {
        self.decide(user_code, Decision::Declined)
    }

    /// Does what the person does on the sign-in pages: opens the authorize address, signs in as this user, passes the
    /// second factor and consents. Gives what the browser would then send to the app's redirect address.
    ///
    /// # Errors
    ///
    /// [`Error::Unknown`] if the tenant has no such user; [`Error::Page`] if the person is left with a page, and the app
    /// hears nothing.
    pub fn sign_in(&self, authorize_url: &str, upn: &str) -> Result<Redirect, Error> {
        let user = self.user(upn)?;
        self.browse(authorize_url, Some(user))
    }

    /// Does what the person does on the sign-in page: opens the authorize address, and cancels.
    ///
    /// # Errors
    ///
    /// [`Error::Page`] if the person is left with a page, and the app hears nothing.
    pub fn cancel_sign_in(&self, authorize_url: &str) -> Result<Redirect, Error> {
        self.browse(authorize_url, None)
    }

    /// Gives a user a new password. Their refresh tokens die by it: AADSTS50173.
    ///
    /// # Errors
    ///
    /// [`Error::Unknown`] if the tenant has no such user.
    pub fn change_password(&self, upn: &str, password: &str) -> Result<(), Error> {
        let upn = &self.user(upn)?.upn;
        self.state.people.set_password(upn, password, self.state.clock.now());
        Ok(())
    }

    /// Revokes all refresh tokens of a user: AADSTS50173. Access tokens stay valid until they run out.
    ///
    /// # Errors
    ///
    /// [`Error::Unknown`] if the tenant has no such user.
    pub fn revoke_sessions(&self, upn: &str) -> Result<(), Error> {
        let upn = &self.user(upn)?.upn;
        self.state.people.revoke(upn, self.state.clock.now());
        Ok(())
    }

    /// An assertion of an issuer that an app trusts by [`App::federated`](crate::App::federated), for this subject:
    /// what a workload gets from its platform. It is valid for an hour.
    ///
    /// # Errors
    ///
    /// [`Error::Keys`] if the system has no randomness for the signature.
    pub fn federated_assertion(&self, issuer: &str, subject: &str) -> Result<String, Error> {
        let now = self.state.clock.now();
        let claims = serde_json::json!({
            "iss": issuer, "sub": subject, "aud": identity::FEDERATED_AUDIENCE,
            "iat": now, "nbf": now, "exp": now.saturating_add(3_600), "jti": self.state.random.guid(),
        });
        let signed = self.state.issuer_key.sign(&claims);
        signed.ok_or(Error::Keys { what: "an assertion's signature", source: "no randomness".into() })
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
        token::mint(spec, &self.state)
    }

    /// Moves the tenant's time forward: tokens, device codes and refresh tokens grow old. Nothing waits.
    pub fn advance(&self, by: Duration) {
        self.state.clock.advance(by);
    }

    /// Sets a fault until it is cleared. Setting the same one again changes nothing.
    ///
    /// Here as with all that set and clear faults: it holds from when the call returns. So a port that
    /// [`NetworkFault::Refuse`](crate::NetworkFault::Refuse) closes is closed by then, and open again when the fault was
    /// cleared. If another program has insisted on the port meanwhile it stays closed.
    pub fn set_fault(&self, fault: Fault) {
        self.state.faults.set(fault, None);
    }

    /// Sets a fault of the [`catalogue`](crate::catalogue) by its name, until it is cleared.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchFault`], with the nearest name.
    pub fn set_fault_named(&self, name: &str) -> Result<(), Error> {
        self.set_fault(name.parse()?);
        Ok(())
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

    fn user(&self, upn: &str) -> Result<&crate::User, Error> {
        self.state.directory.user(upn).ok_or_else(|| Error::Unknown {
            kind: "user",
            name: upn.into(),
            fix: "add it to the builder, or correct the name",
        })
    }

    fn browse(&self, url: &str, user: Option<&crate::User>) -> Result<Redirect, Error> {
        match identity::browse(url, user, &self.state) {
            Ok(delivery) => Ok(Redirect { url: delivery.url, body: delivery.body }),
            Err(aadsts) => Err(Error::Page { aadsts }),
        }
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
