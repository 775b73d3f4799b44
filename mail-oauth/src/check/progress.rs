//! One protocol's way through its stages.

use std::time::Duration;

use msal_lite::{Timestamp, Token, TokenSource};
use tokio::time::Instant;

use super::claims::Claims;
use super::identity::{NEEDS_SECRET, now};
use super::report::{Failure, Line, Outcome};
use super::session::Session;
use super::signals;
use crate::diagnosis::{Area, Fact, Signal};
use crate::error::{Error, chain};
use crate::mailbox::Mailbox;
use crate::server::{Protocol, Security, Server};
use crate::transport::RoundTrips;

/// A server whose largest message is smaller than this, in octets, gets a remark.
const SMALL: u64 = 10 * 1024 * 1024;

/// What a protocol's part of the check came to.
#[derive(Debug)]
pub(super) struct Reached {
    pub(super) protocol: Protocol,
    pub(super) lines: Vec<Line>,
    pub(super) failures: Vec<Failure>,
    /// What is known of the token.
    pub(super) facts: Vec<Fact>,
    /// The tenant that the token names.
    pub(super) tenant: Option<String>,
    /// TCP stood.
    pub(super) connected: bool,
    /// A token was had.
    pub(super) token: bool,
    /// The mailbox was opened.
    pub(super) opened: bool,
}

/// The same while it is under way. It stays when the walk is cut off by the deadline.
#[derive(Debug)]
pub(super) struct Progress {
    reached: Reached,
    /// What is left, the one under way first.
    stages: Vec<Area>,
    login: bool,
    since: Instant,
    round_trips: Option<RoundTrips>,
}

impl Progress {
    pub(super) fn new(protocol: Protocol, login: bool) -> Self {
        let last = if protocol == Protocol::Smtp { Area::Sending } else { Area::Mailbox };
        let stages =
            vec![Area::Network, Area::Tls, Area::Capabilities, Area::SignIn, Area::Token, Area::Sasl, last];
        let reached = Reached {
            protocol,
            lines: Vec::new(),
            failures: Vec::new(),
            facts: Vec::new(),
            tenant: None,
            connected: false,
            token: false,
            opened: false,
        };
        Progress { reached, stages, login, since: Instant::now(), round_trips: None }
    }

    fn current(&self) -> Area {
        self.stages.first().copied().unwrap_or(Area::Mailbox)
    }

    fn line(&mut self, area: Area, outcome: Outcome, detail: String) {
        let mut line = Line::new(area, Some(self.reached.protocol), outcome, detail);
        if outcome != Outcome::NotReached && outcome != Outcome::NotAsked {
            line.took = Some(self.since.elapsed());
            line.round_trips = self.round_trips.as_ref().map(RoundTrips::get);
        }
        self.since = Instant::now();
        self.reached.lines.push(line);
    }

    /// A stage is behind us.
    fn good(&mut self, area: Area, detail: impl Into<String>) {
        self.stages.retain(|stage| *stage != area);
        self.line(area, Outcome::Good, detail.into());
    }

    /// The last stage took no time of its own.
    fn untimed(&mut self) {
        if let Some(line) = self.reached.lines.last_mut() {
            line.took = None;
            line.round_trips = None;
        }
    }

    /// A stage failed.
    fn bad(
        &mut self,
        area: Area,
        detail: impl Into<String>,
        signals: Vec<Signal>,
        mut evidence: Vec<String>,
    ) {
        let detail = detail.into();
        evidence.insert(0, detail.clone());
        self.stages.retain(|stage| *stage != area);
        self.reached.failures.push(Failure { protocol: Some(self.reached.protocol), signals, evidence });
        self.line(area, Outcome::Bad, detail);
    }

    fn error(&mut self, error: &Error, evidence: Vec<String>) {
        let area = signals::area(error, self.current());
        self.bad(area, chain(error), signals::of(error), evidence);
    }

    /// The deadline came first.
    pub(super) fn too_late(&mut self, limit: Duration) {
        let detail = format!("no end within {} s", limit.as_secs());
        let silent = match self.current() {
            Area::SignIn => Fact::IdentityUnreachable,
            Area::Network => Fact::PortSilent,
            _ => Fact::Broke,
        };
        self.bad(self.current(), detail, vec![Signal::Fact(silent)], Vec::new());
    }

    pub(super) fn end(mut self) -> Reached {
        // A failure of the network is told by its own stage; those behind it were not reached, or need no sign-in.
        for area in std::mem::take(&mut self.stages) {
            let without_login = !self.login
                && matches!(area, Area::SignIn | Area::Token | Area::Sasl | Area::Mailbox | Area::Sending);
            let (outcome, why) = if without_login {
                (Outcome::NotAsked, "needs a sign-in")
            } else {
                (Outcome::NotReached, "not reached")
            };
            self.line(area, outcome, why.to_owned());
        }
        self.reached.lines.sort_by_key(|line| line.area);
        self.reached
    }
}

/// The walk. It notes what it sees in `progress` and stops where it can go no further.
pub(super) async fn walk<S: Session>(mailbox: &Mailbox, progress: &mut Progress, login: bool) {
    let server = match mailbox.account().server(S::PROTOCOL) {
        Ok(server) => server.clone(),
        Err(error) => return progress.error(&error, Vec::new()),
    };
    // Both to their end: a refresh that is cut short could lose a rotated refresh token, and each tells something.
    let (token, session) = tokio::join!(
        async { if login { Some(mailbox.timed_token(S::PROTOCOL).await) } else { None } },
        connected::<S>(mailbox, progress, &server),
    );
    let Some((token, took)) = token else {
        if let Some(session) = session {
            // It was good for what it was asked; how it says goodbye is no matter.
            let _ = session.end().await;
        }
        return;
    };
    let token = match token {
        Ok(token) => token,
        Err(error) => {
            // Whoever is signed in is so by a refresh token; an application asks with its credential.
            if !mailbox.account().is_app_only() {
                progress.reached.facts.push(Fact::InRefresh);
                let demanded = signals::of(&error).contains(&Signal::Aadsts(NEEDS_SECRET));
                if demanded && mailbox.credential.is_none() {
                    progress.reached.facts.push(Fact::PublicClientOff);
                }
            }
            return progress.error(&error, Vec::new());
        }
    };
    progress.reached.token = true;
    let now = now();
    let claims = Claims::of(&token, mailbox.account(), S::PROTOCOL, now);
    token_seen(progress, &token, took, &claims, now);
    let Some(mut session) = session else { return };
    if claims.are_fatal() {
        // The token stays here: it is not for this server.
        let _ = session.end().await;
        return;
    }
    match session.sign_in(mailbox, &server, &token).await {
        Ok(detail) => progress.good(Area::Sasl, detail),
        Err(error) => return progress.error(&error, claims.shown),
    }
    progress.reached.facts.push(Fact::SignedIn);
    match session.open(mailbox).await {
        Ok(detail) => progress.good(progress.current(), detail),
        Err(error) => return progress.error(&error, claims.shown),
    }
    progress.reached.opened = true;
    let _ = session.end().await;
}

/// TCP, TLS, and what the server offers; `None` where it can go no further.
async fn connected<S: Session>(mailbox: &Mailbox, progress: &mut Progress, server: &Server) -> Option<S> {
    let (mut session, trips) = match S::connect(mailbox, server).await {
        Ok(connected) => connected,
        Err(error) => {
            reached_before(progress, &error, &server.to_string());
            progress.error(&error, Vec::new());
            return None;
        }
    };
    progress.reached.connected = true;
    progress.round_trips = Some(trips);
    progress.good(Area::Network, format!("{server} answers"));
    let how = match server.security() {
        Security::Tls => "TLS from the first byte",
        Security::StartTls => "STARTTLS",
    };
    progress.good(Area::Tls, format!("{how}, certificate valid for {}", server.host()));
    // Network and TLS were timed together.
    progress.untimed();
    offered(progress, &mut session).await.then_some(session)
}

/// A connection that failed late has passed the stages before.
fn reached_before(progress: &mut Progress, error: &Error, server: &str) {
    let failed = signals::area(error, Area::Capabilities);
    if failed > Area::Network {
        progress.reached.connected = true;
        progress.good(Area::Network, format!("{server} answers"));
    }
    if failed == Area::Capabilities
        && !matches!(
            error,
            Error::Imap(imap_min::Error::Lacks { .. })
                | Error::Pop3(pop3_min::Error::Lacks { .. })
                | Error::Smtp(smtp_min::Error::Lacks { .. })
        )
    {
        progress.good(Area::Tls, "TLS stands");
    }
}

/// Whether the server takes tokens, as far as it says.
async fn offered<S: Session>(progress: &mut Progress, session: &mut S) -> bool {
    let offer = match session.offered().await {
        Ok(offer) => offer,
        Err(error) => {
            progress.error(&error, Vec::new());
            return false;
        }
    };
    let shown = match &offer.mechanisms {
        None => "the server does not say".to_owned(),
        Some(names) if names.is_empty() => "no mechanism".to_owned(),
        Some(names) => names.join(", "),
    };
    if !offer.has_oauth() {
        let detail = format!("neither XOAUTH2 nor OAUTHBEARER, only: {shown}");
        progress.bad(Area::Capabilities, detail, vec![Signal::Fact(Fact::NoOAuthOffered)], Vec::new());
        return false;
    }
    progress.good(Area::Capabilities, format!("sign-in by {shown}"));
    if offer.max_size.is_some_and(|size| size > 0 && size < SMALL) {
        let size = offer.max_size.unwrap_or_default();
        let evidence = format!("messages of up to {size} octets");
        progress.reached.failures.push(Failure::fact(Some(S::PROTOCOL), Fact::SizeSmall, evidence));
    }
    true
}

fn token_seen(progress: &mut Progress, token: &Token, took: Duration, claims: &Claims, now: Timestamp) {
    let source = match token.source() {
        TokenSource::Cache => "from the cache",
        TokenSource::Refreshed => "refreshed",
        _ => "from the sign-in",
    };
    let left = now.until(token.expires_on()).as_secs() / 60;
    progress.good(Area::SignIn, format!("token {source}, valid for {left} min"));
    if let Some(line) = progress.reached.lines.last_mut() {
        line.took = Some(took);
        line.round_trips = None;
    }
    progress.reached.facts.extend(&claims.facts);
    progress.reached.tenant.clone_from(&claims.tenant);
    let shown = claims.shown.join("; ");
    if claims.are_fatal() {
        let signals = claims.facts.iter().copied().map(Signal::Fact).collect();
        progress.bad(Area::Token, shown, signals, Vec::new());
    } else {
        progress.good(Area::Token, shown);
        for fact in [Fact::MorePermissions, Fact::TokenEndsSoon, Fact::TokenOpaque, Fact::ClockOff] {
            if claims.facts.contains(&fact) {
                let evidence = claims.shown.join("; ");
                progress.reached.failures.push(Failure::fact(None, fact, evidence));
            }
        }
    }
    progress.untimed();
}
