//! How far one protocol came through its stages.

use std::time::Duration;

use tokio::time::Instant;

use super::detail::Detail;
use super::report::{Failure, Line, Outcome};
use super::session::Opened;
use super::signals;
use crate::diagnosis::{Area, Fact, Lang, Signal};
use crate::error::{Error, chain};
use crate::server::{Protocol, Server};
use crate::transport::RoundTrips;

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
    /// The object id in it; an application's is that of its enterprise application.
    pub(super) object_id: Option<String>,
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
    pub(super) reached: Reached,
    /// What is left, the one under way first.
    stages: Vec<Area>,
    login: bool,
    since: Instant,
    pub(super) round_trips: Option<RoundTrips>,
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
            object_id: None,
            connected: false,
            token: false,
            opened: false,
        };
        Progress { reached, stages, login, since: Instant::now(), round_trips: None }
    }

    fn current(&self) -> Area {
        self.stages.first().copied().unwrap_or(Area::Mailbox)
    }

    fn line(&mut self, area: Area, outcome: Outcome, detail: Detail) {
        let mut line = Line::new(area, Some(self.reached.protocol), outcome, detail);
        if outcome != Outcome::NotReached && outcome != Outcome::NotAsked {
            line.took = Some(self.since.elapsed());
            line.round_trips = self.round_trips.as_ref().map(RoundTrips::get);
        }
        self.since = Instant::now();
        self.reached.lines.push(line);
    }

    /// TCP stands.
    pub(super) fn connected(&mut self, server: &Server, ipv6_is_silent: bool) {
        self.good(Area::Network, Detail::new(format!("{server} answers"), format!("{server} antwortet")));
        if ipv6_is_silent {
            self.remarkable();
            let evidence = format!("{server}: an IPv6 address is silent, an IPv4 address answers");
            let remark = Failure::fact(Some(self.reached.protocol), Fact::Ipv6Dead, evidence);
            self.reached.failures.push(remark);
        }
    }

    /// A stage is behind us.
    pub(super) fn good(&mut self, area: Area, detail: impl Into<Detail>) {
        self.stages.retain(|stage| *stage != area);
        self.line(area, Outcome::Good, detail.into());
    }

    pub(super) fn opened(&mut self, opened: Opened) {
        let area = self.current();
        self.good(area, opened.detail);
        if opened.in_part {
            self.remarkable();
        }
    }

    /// The last stage works, but deserves a look.
    pub(super) fn remarkable(&mut self) {
        if let Some(line) = self.reached.lines.last_mut() {
            line.outcome = Outcome::Warning;
        }
    }

    /// The last stage took no time of its own.
    pub(super) fn untimed(&mut self) {
        if let Some(line) = self.reached.lines.last_mut() {
            line.took = None;
            line.round_trips = None;
        }
    }

    /// A stage failed.
    pub(super) fn bad(&mut self, area: Area, detail: impl Into<Detail>, signals: Vec<Signal>) {
        let detail = detail.into();
        let evidence = vec![detail.of(Lang::En).to_owned()];
        self.stages.retain(|stage| *stage != area);
        self.reached.failures.push(Failure { protocol: Some(self.reached.protocol), signals, evidence });
        self.line(area, Outcome::Bad, detail);
    }

    pub(super) fn error(&mut self, error: &Error) {
        let area = signals::area(error, self.current());
        self.bad(area, chain(error), signals::of(error));
    }

    /// The deadline came first.
    pub(super) fn too_late(&mut self, limit: Duration) {
        let seconds = limit.as_secs();
        let detail =
            Detail::new(format!("no end within {seconds} s"), format!("kein Ende innerhalb von {seconds} s"));
        let silent = match self.current() {
            Area::SignIn => Fact::IdentityUnreachable,
            Area::Network => Fact::PortSilent,
            _ => Fact::Broke,
        };
        self.bad(self.current(), detail, vec![Signal::Fact(silent)]);
    }

    pub(super) fn end(mut self) -> Reached {
        // A failure of the network is told by its own stage; those behind it were not reached, or need no sign-in.
        for area in std::mem::take(&mut self.stages) {
            let without_login = !self.login
                && matches!(area, Area::SignIn | Area::Token | Area::Sasl | Area::Mailbox | Area::Sending);
            let (outcome, why) = if without_login {
                (Outcome::NotAsked, Detail::new("needs a sign-in", "braucht eine Anmeldung"))
            } else {
                (Outcome::NotReached, not_reached())
            };
            self.line(area, outcome, why);
        }
        self.reached.lines.sort_by_key(|line| line.area);
        self.reached
    }
}

pub(super) fn not_reached() -> Detail {
    Detail::new("not reached", "nicht erreicht")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::diagnose;

    #[test]
    fn a_name_without_an_address_is_told() {
        let server = Server::parse("mail.contoso.example", Protocol::Imap).unwrap();
        let mut progress = Progress::new(Protocol::Imap, true);
        let source = std::io::Error::other("no such name");
        progress.error(&Error::connect(&server, crate::error::Stage::Resolve, source));
        let reached = progress.end();
        let found = reached.failures.iter().flat_map(|failure| diagnose(&failure.signals));
        assert_eq!(found.map(|one| one.cause.id).collect::<Vec<_>>(), ["name-not-found"]);
    }

    #[test]
    fn a_silent_ipv6_address_is_remarked_upon() {
        let server = Server::parse("outlook.office365.com", Protocol::Imap).unwrap();
        for (silent, causes) in [(true, &["ipv6-dead"][..]), (false, &[])] {
            let mut progress = Progress::new(Protocol::Imap, true);
            progress.connected(&server, silent);
            let reached = progress.end();
            let found = reached.failures.iter().flat_map(|failure| diagnose(&failure.signals));
            assert_eq!(found.map(|one| one.cause.id).collect::<Vec<_>>(), causes);
            let outcome = if silent { Outcome::Warning } else { Outcome::Good };
            assert_eq!(reached.lines.first().map(|line| line.outcome), Some(outcome));
        }
    }
}
