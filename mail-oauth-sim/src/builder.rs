use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::clock::Clock;
use crate::fault::Faults;
use crate::identity::{AuthorizationCodes, DeviceCodes, People, RefreshTokens, SignIns};
use crate::log::Log;
use crate::model::{Contradiction, Directory, Parts};
use crate::net::{CertificateOptions, Certificates, Listener, serve};
use crate::random::{Fingerprint, Random};
use crate::state::{Introspection, Settings, State};
use crate::store::Store;
use crate::tenant::Addresses;
use crate::token::SigningKey;
use crate::{
    Aadsts, App, Cloud, Error, Fault, Limits, Mailbox, Profile, Service, Tenant, User, identity, imap, pop3,
    scenario, smtp,
};

/// Describes a tenant and starts it. Made by [`Tenant::builder`].
#[derive(Clone, Debug)]
#[must_use = "nothing happens before `start`"]
pub struct TenantBuilder {
    tenant_id: String,
    domain: String,
    cloud: Cloud,
    smtp_auth: bool,
    seed: Option<u64>,
    faults: Vec<Fault>,
    users: Vec<User>,
    mailboxes: Vec<Mailbox>,
    apps: Vec<App>,
    ports: [u16; 5],
    other_ports: [u16; 3],
    certificate: CertificateOptions,
    settings: Settings,
    limits: Limits,
}

impl TenantBuilder {
    pub(crate) fn new() -> Self {
        Self {
            tenant_id: "5f1c0b7e-6a4d-4c9b-9d53-0c2f6a1e8b90".into(),
            domain: "contoso.example".into(),
            cloud: Cloud::Public,
            smtp_auth: true,
            seed: None,
            faults: Vec::new(),
            users: Vec::new(),
            mailboxes: Vec::new(),
            apps: Vec::new(),
            ports: [0; 5],
            other_ports: [0; 3],
            certificate: CertificateOptions::default(),
            settings: Settings {
                token_lifetime: Duration::from_secs(4_500),
                device_code_lifetime: Duration::from_secs(900),
                poll_interval: Duration::from_secs(5),
                auto_approve: None,
                introspection: Introspection::Closed,
                device_flow: None,
                security_defaults: false,
                control: false,
                profile: Profile::Exchange,
                behind_tls_proxy: false,
            },
            limits: Limits::default(),
        }
    }

    /// Reads a description from a scenario file in TOML. Everything else that the builder can do may follow. The keys have
    /// the names of the methods of this builder and of [`User`], [`Mailbox`] and [`App`] that they call; `faults` are names
    /// of the [`catalogue`](crate::catalogue).
    ///
    /// ```
    /// # use mail_oauth_sim::TenantBuilder;
    /// let builder = TenantBuilder::from_scenario(r#"
    ///     domain = "contoso.example"
    ///     faults = ["imap-throttled"]
    ///     [[user]]
    ///     upn = "adele@contoso.example"
    ///     policies = ["mfa"]
    ///     [[app]]
    ///     client_id = "11112222-bbbb-3333-cccc-4444dddd5555"
    /// "#)?;
    /// # Ok::<_, mail_oauth_sim::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Scenario`] with the line, if the text is no TOML, has an unknown key or value, or contradicts itself.
    pub fn from_scenario(text: &str) -> Result<Self, Error> {
        scenario::builder(text)
    }

    /// Reads a description from a file, as [`from_scenario`](Self::from_scenario) does from its text.
    ///
    /// # Errors
    ///
    /// [`Error::Unreadable`], or [`Error::ScenarioFile`] with the line.
    pub fn from_scenario_file(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path)
            .map_err(|source| Error::Unreadable { path: path.to_owned(), source })?;
        Self::from_scenario(&text).map_err(|error| match error {
            Error::Scenario { line, problem } => Error::ScenarioFile { path: path.to_owned(), line, problem },
            error => error,
        })
    }

    /// The tenant's id. Default: a fixed GUID.
    pub fn tenant_id(mut self, id: impl Into<String>) -> Self {
        self.tenant_id = id.into();
        self
    }

    /// The tenant's verified domain, for which it receives mail. Default: `contoso.example`.
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.domain = domain.into();
        self
    }

    /// The cloud that the tenant lives in: host names, resources, and which other names of the sign-in host are refused.
    /// Default: public.
    pub fn cloud(mut self, cloud: Cloud) -> Self {
        self.cloud = cloud;
        self
    }

    /// `Set-TransportConfig -SmtpClientAuthenticationDisabled`, the other way round: SMTP AUTH for all mailboxes that do
    /// not say otherwise. Default: on.
    pub fn smtp_auth(mut self, on: bool) -> Self {
        self.smtp_auth = on;
        self
    }

    /// Security defaults: the device flow answers AADSTS530035 once the person has signed in, and the password grant
    /// AADSTS50076.
    pub fn security_defaults(mut self) -> Self {
        self.settings.security_defaults = true;
        self.settings.device_flow = Some(Aadsts::SecurityDefaults);
        self
    }

    /// A Conditional Access policy against the device flow: AADSTS53003 once the person has signed in.
    pub fn block_device_flow(mut self) -> Self {
        self.settings.device_flow = Some(Aadsts::BlockedByConditionalAccess);
        self
    }

    /// Whose mail server the tenant speaks like. Default: Exchange Online.
    pub fn profile(mut self, profile: Profile) -> Self {
        self.settings.profile = profile;
        self
    }

    /// Makes identifiers, codes and opaque tokens come from this seed, so that two runs can be compared. Keys, signatures
    /// and TLS stay random.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Adds a user, and with it the mailbox of the same address.
    pub fn user(mut self, user: User) -> Self {
        self.users.push(user);
        self
    }

    /// Adds a shared mailbox, or rights of others to the mailbox of a user.
    pub fn mailbox(mut self, mailbox: Mailbox) -> Self {
        self.mailboxes.push(mailbox);
        self
    }

    /// Adds a registered application.
    pub fn app(mut self, app: App) -> Self {
        self.apps.push(app);
        self
    }

    /// How long an access token is valid; whole seconds. Default: 4,500 s, in the middle of Entra's 60 to 90 minutes.
    pub fn token_lifetime(mut self, lifetime: Duration) -> Self {
        self.settings.token_lifetime = lifetime;
        self
    }

    /// How long a device code waits; whole seconds. Default: 900 s, as Entra.
    pub fn device_code_lifetime(mut self, lifetime: Duration) -> Self {
        self.settings.device_code_lifetime = lifetime;
        self
    }

    /// What the device code answer gives as `interval`; whole seconds. Default: 5 s, as Entra. Like Entra, the tenant
    /// does not mind a client that polls faster.
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.settings.poll_interval = interval;
        self
    }

    /// Approves every device code as this user when it is polled for the second time, so that a client sees
    /// `authorization_pending` once and needs no person. The authorize endpoint answers at once as this user too.
    pub fn auto_approve(mut self, upn: impl Into<String>) -> Self {
        self.settings.auto_approve = Some(upn.into());
        self
    }

    /// Opens the introspection endpoint to whoever gives this secret as the password of HTTP Basic; the user name does
    /// not matter. Only its SHA-256 is kept. Default: closed.
    pub fn introspection_secret(mut self, secret: &str) -> Self {
        self.settings.introspection = Introspection::Secret(Fingerprint::of(secret));
        self
    }

    /// Opens the introspection endpoint to everybody on this machine.
    pub fn open_introspection(mut self) -> Self {
        self.settings.introspection = Introspection::Open;
        self
    }

    /// The port of a service on 127.0.0.1. Default: 0, which lets the system choose.
    pub fn port(mut self, service: Service, port: u16) -> Self {
        let [identity, imap, pop3, smtp, control] = &mut self.ports;
        *match service {
            Service::Identity => identity,
            Service::Imap => imap,
            Service::Pop3 => pop3,
            Service::Smtp => smtp,
            Service::Control => control,
        } = port;
        self
    }

    /// The other port of a service on 127.0.0.1: with STARTTLS for IMAP and POP3, under TLS from the first octet for SMTP.
    /// Default: 0, which lets the system choose. [`Service::Identity`] and [`Service::Control`] have none.
    pub fn other_port(mut self, service: Service, port: u16) -> Self {
        let [imap, pop3, smtp] = &mut self.other_ports;
        match service {
            Service::Identity | Service::Control => {}
            Service::Imap => *imap = port,
            Service::Pop3 => *pop3 = port,
            Service::Smtp => *smtp = port,
        }
        self
    }

    /// TLS ends before the tenant, at a proxy: all servers speak in the clear from the first octet, and treat every
    /// connection as one under TLS. Addresses in documents go on to say `https`. Also for a fuzzer, and to watch octets.
    pub fn behind_tls_proxy(mut self) -> Self {
        self.settings.behind_tls_proxy = true;
        self
    }

    /// Fault: the server certificate is for this name only, and not for `localhost`, `127.0.0.1` and `::1`.
    pub fn certificate_name(mut self, name: impl Into<String>) -> Self {
        self.certificate.name = Some(name.into());
        self
    }

    /// Fault: the server certificate ran out in 2020.
    pub fn expired_certificate(mut self) -> Self {
        self.certificate.expired = true;
        self
    }

    /// A fault to begin with. One of the [`catalogue`](crate::catalogue) comes by its name: `.fault("imap-throttled".parse()?)`.
    pub fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    /// Faults to begin with.
    pub fn faults(mut self, faults: impl IntoIterator<Item = Fault>) -> Self {
        self.faults.extend(faults);
        self
    }

    /// Opens the control endpoint on a port of its own, by which a test in another language sets faults, lets time pass
    /// and reads the log: [`Tenant::control`]. Everybody on this machine may use it, and no fault reaches it. Default:
    /// closed. The README has the list.
    pub fn open_control(mut self) -> Self {
        self.settings.control = true;
        self
    }

    /// The largest message in octets that SMTP takes, as `EHLO` announces it. Default: 157,286,400, as Exchange.
    pub fn message_limit(mut self, octets: usize) -> Self {
        self.limits.smtp_message = octets;
        self
    }

    /// How far clients may make things grow.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Makes keys and certificates, binds the ports and starts the servers on the current tokio runtime. They
    /// answer when this returns.
    ///
    /// # Errors
    ///
    /// [`Error::Contradiction`] if the description makes no sense, [`Error::PortInUse`] or [`Error::Listen`] if a port
    /// cannot be had, [`Error::Keys`] if the system has no randomness, or a certificate name is not one.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime with I/O enabled.
    pub async fn start(self) -> Result<Tenant, Error> {
        self.check_ports()?;
        let directory = self.directory()?;
        let certificates = Certificates::make(&self.certificate)?;
        let [identity, imap, pop3, smtp, control] = self.ports;
        let identity = Listener::bind(Service::Identity, true, identity).await?;
        let imap = Listener::bind(Service::Imap, true, imap).await?;
        let pop3 = Listener::bind(Service::Pop3, true, pop3).await?;
        let smtp = Listener::bind(Service::Smtp, false, smtp).await?;
        let [imap_port, pop3_port, smtp_port] = self.other_ports;
        let imap_starttls = Listener::bind(Service::Imap, false, imap_port).await?;
        let pop3_starttls = Listener::bind(Service::Pop3, false, pop3_port).await?;
        let smtp_tls = Listener::bind(Service::Smtp, true, smtp_port).await?;
        let control = match self.settings.control {
            true => Some(Listener::bind(Service::Control, true, control).await?),
            false => None,
        };
        let addresses = Addresses {
            identity: identity.address,
            imap: imap.address,
            pop3: pop3.address,
            smtp: smtp.address,
            imap_starttls: imap_starttls.address,
            pop3_starttls: pop3_starttls.address,
            smtp_tls: smtp_tls.address,
            control: control.as_ref().map(|listener| listener.address),
        };

        let faults = Faults::default();
        self.faults.into_iter().for_each(|fault| faults.set(fault, None));
        let clock = Clock::new();
        // A new store has new UIDs, so it needs a UIDVALIDITY above that of the last one (RFC 3501 section 2.3.1.1).
        let validity = u32::try_from(clock.now()).unwrap_or(u32::MAX);
        let state = Arc::new(State {
            store: Store::new(directory.mailboxes(), self.settings.profile, validity, self.limits.folders),
            directory,
            started: clock.now(),
            clock,
            faults,
            log: Log::new(self.limits.log_connections, self.limits.log_events),
            key: SigningKey::generate()?,
            issuer_key: SigningKey::generate()?,
            random: Random::new(self.seed),
            people: People::default(),
            sign_ins: SignIns::new(self.limits.sign_ins),
            codes: AuthorizationCodes::new(self.limits.authorization_codes),
            device_codes: DeviceCodes::new(self.limits.device_codes),
            refresh_tokens: RefreshTokens::new(self.limits.refresh_tokens),
            settings: self.settings,
            limits: self.limits,
        });

        // The control endpoint has to be reached also when nothing else is.
        for listener in [&identity, &imap, &pop3, &smtp, &imap_starttls, &pop3_starttls, &smtp_tls] {
            state.faults.govern(&listener.port);
        }
        let mut servers = JoinSet::new();
        let ca_pem = certificates.ca_pem.clone();
        let certificates = Arc::new(certificates);
        let of = || (Arc::clone(&state), Arc::clone(&certificates));
        let (to, with) = of();
        servers.spawn(serve(identity, to, with, identity::session));
        if let Some(control) = control {
            let (to, with) = of();
            servers.spawn(serve(control, to, with, identity::control_session));
        }
        for listener in [imap, imap_starttls] {
            let (to, with) = of();
            servers.spawn(serve(listener, to, with, imap::session));
        }
        for listener in [pop3, pop3_starttls] {
            let (to, with) = of();
            servers.spawn(serve(listener, to, with, pop3::session));
        }
        for listener in [smtp, smtp_tls] {
            let (to, with) = of();
            servers.spawn(serve(listener, to, with, smtp::session));
        }
        Ok(Tenant { state, servers, addresses, ca_pem })
    }

    /// Whether the description makes sense.
    pub(crate) fn check(&self) -> Result<(), Contradiction> {
        self.check_ports()?;
        self.directory().map(|_| ())
    }

    /// No two servers can have one port.
    fn check_ports(&self) -> Result<(), Contradiction> {
        let mut ports: Vec<u16> =
            self.ports.into_iter().chain(self.other_ports).filter(|port| *port > 0).collect();
        ports.sort_unstable();
        match ports.windows(2).find_map(|pair| pair.first().filter(|port| pair.last() == Some(port))) {
            Some(port) => Err(Contradiction::new(
                format!("port {port}"),
                "is given to two servers",
                "give each a port of its own, or 0",
            )),
            None => Ok(()),
        }
    }

    fn directory(&self) -> Result<Directory, Contradiction> {
        let directory = Directory::new(Parts {
            tenant_id: self.tenant_id.clone(),
            domain: self.domain.clone(),
            cloud: self.cloud,
            smtp_auth: self.smtp_auth,
            users: self.users.clone(),
            mailboxes: self.mailboxes.clone(),
            apps: self.apps.clone(),
        })?;
        match &self.settings.auto_approve {
            Some(upn) if directory.user(upn).is_none() => Err(Contradiction::new(
                format!("automatic approval as {upn}"),
                "names nobody of the tenant",
                "add the user, or correct the name",
            )),
            _ => Ok(directory),
        }
    }
}
