//! One protocol's way through its stages.

use std::time::Duration;

use msal_lite::{ErrorKind, Timestamp, Token, TokenSource};
use sasl_xoauth2::Mechanism;

use super::claims::Claims;
use super::detail::Detail;
use super::identity::{NEEDS_SECRET, now};
use super::progress::Progress;
use super::report::Failure;
use super::session::Session;
use super::signals;
use crate::diagnosis::{Area, Fact, Signal};
use crate::error::{Error, chain};
use crate::mailbox::Mailbox;
use crate::server::{Protocol, Security, Server};

/// A server whose largest message is smaller than this, in octets, gets a remark.
const SMALL: u64 = 10 * 1024 * 1024;

/// Lets the protocols fetch their tokens one after the other: most often the first brings the others theirs, and what
/// one of them ran into need not be run into again.
#[derive(Debug, Default)]
pub(super) struct TokenGate(tokio::sync::Mutex<Option<msal_lite::Error>>);

impl TokenGate {
    async fn token(&self, mailbox: &Mailbox, protocol: Protocol) -> (Result<Token, Error>, Duration) {
        let mut failed = self.0.lock().await;
        if let Some(error) = &*failed {
            return (Err(mailbox.no_token(error.clone())), Duration::ZERO);
        }
        let (token, took) = mailbox.timed_token(protocol).await;
        // A refusal may be for one protocol's scope alone; the rest concerns all.
        if let Err(Error::Token { source, .. }) = &token
            && source.server().is_none()
        {
            *failed = Some((**source).clone());
        }
        (token, took)
    }
}

/// The walk. It notes what it sees in `progress` and stops where it can go no further.
pub(super) async fn walk<S: Session>(mailbox: &Mailbox, progress: &mut Progress, tokens: Option<&TokenGate>) {
    let server = match mailbox.account().server(S::PROTOCOL) {
        Ok(server) => server.clone(),
        Err(error) => return progress.error(&error),
    };
    // Both to their end: a refresh that is cut short could lose a rotated refresh token, and each tells something.
    let (token, session) = tokio::join!(
        async {
            match tokens {
                Some(tokens) => Some(tokens.token(mailbox, S::PROTOCOL).await),
                None => None,
            }
        },
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
            return progress.error(&error);
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
        Ok(by) => progress.good(Area::Sasl, told(&by)),
        Err(refused) if refused.is_of_old_token() => {
            drop(session);
            match again(mailbox, progress, &server, &token, &refused).await {
                Some(other) => session = other,
                None => return,
            }
        }
        Err(error) => return progress.error(&error),
    }
    progress.reached.facts.push(Fact::SignedIn);
    match session.open(mailbox).await {
        Ok(opened) => progress.opened(opened),
        Err(error) => return progress.error(&error),
    }
    progress.reached.opened = true;
    let _ = session.end().await;
}

/// The server has refused a token of the cache: once more with a fresh one, on another connection. `None` where it can
/// go no further.
async fn again<S: Session>(
    mailbox: &Mailbox,
    progress: &mut Progress,
    server: &Server,
    old: &Token,
    refused: &Error,
) -> Option<S> {
    let token = match mailbox.token_instead_of(old, S::PROTOCOL).await {
        Ok(token) => token,
        Err(error) => {
            // A refresh that is refused for good tells why the old token was; any other tells nothing of it.
            let why = match &error {
                Error::Token { source, .. } if source.kind() == ErrorKind::SignInAgain => {
                    progress.reached.facts.push(Fact::InRefresh);
                    &error
                }
                _ => refused,
            };
            progress.bad(Area::Sasl, format!("{}; {}", chain(refused), chain(&error)), signals::of(why));
            return None;
        }
    };
    let claims = Claims::of(&token, mailbox.account(), S::PROTOCOL, now());
    if claims.are_fatal() {
        let signals = claims.facts.iter().copied().map(Signal::Fact).collect();
        progress.bad(Area::Token, claims.shown.join("; "), signals);
        return None;
    }
    let attempt = async {
        let (mut session, trips) = S::connect(mailbox, server).await?;
        let by = session.sign_in(mailbox, server, &token).await?;
        Ok((session, trips, by))
    };
    match attempt.await {
        Ok((session, trips, by)) => {
            progress.round_trips = Some(trips);
            progress.good(Area::Sasl, told(&by));
            progress.remarkable();
            let remark = Failure::fact(Some(S::PROTOCOL), Fact::OldTokenRefused, chain(refused));
            progress.reached.failures.push(remark);
            Some(session)
        }
        Err(error) => {
            progress.error(&error);
            None
        }
    }
}

fn told((user, mechanism): &(String, Mechanism)) -> Detail {
    let mechanism = mechanism.name();
    Detail::new(format!("{user} by {mechanism}"), format!("{user} mit {mechanism}"))
}

/// TCP, TLS, and what the server offers; `None` where it can go no further.
async fn connected<S: Session>(mailbox: &Mailbox, progress: &mut Progress, server: &Server) -> Option<S> {
    let (mut session, trips) = match S::connect(mailbox, server).await {
        Ok(connected) => connected,
        Err(error) => {
            reached_before(progress, &error, &server.to_string());
            progress.error(&error);
            return None;
        }
    };
    progress.reached.connected = true;
    let ipv6_is_silent = trips.are_past_silent_ipv6();
    progress.round_trips = Some(trips);
    progress.connected(server, ipv6_is_silent);
    let (how, wie) = match server.security() {
        Security::Tls => ("TLS from the first byte", "TLS vom ersten Byte an"),
        Security::StartTls => ("STARTTLS", "STARTTLS"),
    };
    let host = server.host();
    progress.good(
        Area::Tls,
        Detail::new(
            format!("{how}, certificate valid for {host}"),
            format!("{wie}, Zertifikat gilt für {host}"),
        ),
    );
    // Network and TLS were timed together.
    progress.untimed();
    offered(progress, &mut session).await.then_some(session)
}

/// A connection that failed late has passed the stages before.
fn reached_before(progress: &mut Progress, error: &Error, server: &str) {
    let failed = signals::area(error, Area::Capabilities);
    if failed > Area::Network {
        progress.reached.connected = true;
        progress.good(Area::Network, Detail::new(format!("{server} answers"), format!("{server} antwortet")));
    }
    if failed == Area::Capabilities
        && !matches!(
            error,
            Error::Imap(imap_min::Error::Lacks { .. })
                | Error::Pop3(pop3_min::Error::Lacks { .. })
                | Error::Smtp(smtp_min::Error::Lacks { .. })
        )
    {
        progress.good(Area::Tls, Detail::new("TLS stands", "TLS steht"));
    }
}

/// Whether the server takes tokens, as far as it says.
async fn offered<S: Session>(progress: &mut Progress, session: &mut S) -> bool {
    let offer = match session.offered().await {
        Ok(offer) => offer,
        Err(error) => {
            progress.error(&error);
            return false;
        }
    };
    let shown = match &offer.mechanisms {
        None => "?".to_owned(),
        Some(names) if names.is_empty() => "-".to_owned(),
        Some(names) => names.join(", "),
    };
    if !offer.has_oauth() {
        let detail = Detail::new(
            format!("neither XOAUTH2 nor OAUTHBEARER, only: {shown}"),
            format!("weder XOAUTH2 noch OAUTHBEARER, nur: {shown}"),
        );
        progress.bad(Area::Capabilities, detail, vec![Signal::Fact(Fact::NoOAuthOffered)]);
        return false;
    }
    progress.good(
        Area::Capabilities,
        Detail::new(format!("sign-in by {shown}"), format!("Anmeldung mit {shown}")),
    );
    if offer.max_size.is_some_and(|size| size > 0 && size < SMALL) {
        let size = offer.max_size.unwrap_or_default();
        let evidence = format!("messages of up to {size} octets");
        progress.reached.failures.push(Failure::fact(Some(S::PROTOCOL), Fact::SizeSmall, evidence));
    }
    true
}

fn token_seen(progress: &mut Progress, token: &Token, took: Duration, claims: &Claims, now: Timestamp) {
    let (source, woher) = match token.source() {
        TokenSource::Cache => ("from the cache", "aus dem Cache"),
        TokenSource::Refreshed => ("refreshed", "erneuert"),
        _ => ("from the sign-in", "aus der Anmeldung"),
    };
    let left = now.until(token.expires_on()).as_secs() / 60;
    progress.good(
        Area::SignIn,
        Detail::new(
            format!("token {source}, valid for {left} min"),
            format!("Token {woher}, gültig noch {left} min"),
        ),
    );
    if let Some(line) = progress.reached.lines.last_mut() {
        line.took = Some(took);
        line.round_trips = None;
    }
    progress.reached.facts.extend(&claims.facts);
    progress.reached.tenant.clone_from(&claims.tenant);
    progress.reached.object_id.clone_from(&claims.object_id);
    let shown = claims.shown.join("; ");
    if claims.are_fatal() {
        let signals = claims.facts.iter().copied().map(Signal::Fact).collect();
        progress.bad(Area::Token, shown, signals);
    } else {
        progress.good(Area::Token, shown);
        for fact in [Fact::MorePermissions, Fact::TokenEndsSoon, Fact::TokenOpaque, Fact::ClockOff] {
            if claims.facts.contains(&fact) {
                let evidence = if fact == Fact::MorePermissions {
                    claims.surplus.join(" ")
                } else {
                    claims.shown.join("; ")
                };
                progress.reached.failures.push(Failure::fact(None, fact, evidence));
            }
        }
    }
    progress.untimed();
}
