//! `check` names what real servers refuse, as far as their words tell it apart.

use std::sync::Arc;

use mail_oauth::diagnosis::{Lang, explain};
use mail_oauth::msal_lite::{Cache, FileStore, MemoryStore, Store, Timestamp};
use mail_oauth::{CheckOptions, Mailbox, Options, Protocol, Report, Security, Server, Trust};
use mail_oauth_sim::TokenSpec;

use super::ensure;
use crate::Failed;
use crate::bed::{ALICE, BOB, Bed};

/// Alice's account, which holds this token.
async fn holding(bed: &Bed, token: &str) -> Result<Mailbox, Failed> {
    bed.signed_in().await?;
    let mut bytes = Vec::new();
    FileStore::new(bed.path("library-tokens.json"))
        .read(&mut |cache| bytes = cache.to_bytes().expose().to_vec())?;
    let mut cache: serde_json::Value = serde_json::from_slice(&bytes)?;
    for entry in cache["AccessToken"].as_object_mut().ok_or("no access token")?.values_mut() {
        entry["secret"] = token.into();
    }
    let store = Arc::new(MemoryStore::new(Cache::parse(cache.to_string().as_bytes())?));
    let options = Options::default().with_store(store).with_trust(Trust::SystemAnd(bed.path("ca.pem")));
    Ok(Mailbox::new(bed.account(ALICE)?, options)?)
}

async fn check(mailbox: &Mailbox, protocol: Protocol) -> Report {
    mailbox.check(&CheckOptions::default().with_protocols([protocol])).await
}

fn first_is(report: &Report, id: &str) -> Result<(), Failed> {
    let first = report.first().map(|finding| finding.cause.id);
    ensure(first == Some(id), format!("{first:?} instead of {id}:\n{}", report.to_text(Lang::En)))
}

fn protocols(bed: &Bed) -> impl Iterator<Item = Protocol> {
    let smtp = bed.submission.is_some();
    Protocol::ALL.into_iter().filter(move |protocol| smtp || *protocol != Protocol::Smtp)
}

/// A token that says nothing wrong of itself, and that the servers refuse. A fresh one takes its place, where there is one.
pub(super) async fn wrong_token(bed: &Bed) -> Result<(), Failed> {
    let forged = bed.tenant.mint(TokenSpec::new(ALICE).forged())?;
    for protocol in protocols(bed) {
        let report = check(&holding(bed, &forged).await?, protocol).await;
        first_is(&report, "old-token-refused")?;
        ensure(report.is_good(), report.to_text(Lang::En))?;
    }
    let mailbox = holding(bed, &forged).await?;
    // No other token is to be had for now.
    bed.tenant.set_fault_named("aadsts-90033")?;
    let mut reports = Vec::new();
    for protocol in protocols(bed) {
        reports.push(check(&mailbox, protocol).await);
    }
    bed.tenant.clear_faults();
    reports.iter().try_for_each(|report| first_is(report, "token-refused"))
}

pub(super) async fn expired_token(bed: &Bed) -> Result<(), Failed> {
    let mailbox = holding(bed, &bed.tenant.mint(TokenSpec::new(ALICE).expired())?).await?;
    for protocol in protocols(bed) {
        let report = check(&mailbox, protocol).await;
        first_is(&report, "token-expired")?;
        ensure(report.findings.len() == 1, report.to_text(Lang::En))?;
    }
    Ok(())
}

/// Alice's token at Bob's mailbox: the servers say what they say of a bad token; the claims tell more.
pub(super) async fn wrong_user(bed: &Bed) -> Result<(), Failed> {
    let mailbox = holding(bed, &bed.tenant.mint(TokenSpec::new(ALICE))?).await?;
    let mailbox = mailbox.with_account(bed.account(ALICE)?.with_mailbox(BOB)?);
    for protocol in [Protocol::Imap, Protocol::Pop3] {
        let report = check(&mailbox, protocol).await;
        let ids: Vec<&str> = report.findings.iter().map(|finding| finding.cause.id).collect();
        ensure(!report.is_good() && ids.contains(&"token-of-other-user"), format!("{ids:?}"))?;
    }
    Ok(())
}

/// TLS at once on a port that greets in the clear.
pub(super) async fn no_tls(bed: &Bed) -> Result<(), Failed> {
    let Some(port) = bed.submission else { return Ok(()) };
    let mailbox = bed.signed_in().await?;
    let plain =
        bed.account(ALICE)?.with_server(Protocol::Smtp, Server::new("localhost", port, Security::Tls)?);
    first_is(&check(&mailbox.with_account(plain), Protocol::Smtp).await, "security-of-port")
}

/// Dovecot cannot ask the tenant whether the token is good: that is not the token's fault.
pub(super) async fn provider_down(bed: &Bed) -> Result<(), Failed> {
    // A token that Dovecot has not seen, so that it has to ask.
    let mailbox = holding(bed, &bed.tenant.mint(TokenSpec::new(ALICE))?).await?;
    bed.tenant.set_fault_named("http-500@all")?;
    let mut reports = Vec::new();
    for protocol in [Protocol::Imap, Protocol::Pop3] {
        reports.push(check(&mailbox, protocol).await);
    }
    bed.tenant.clear_faults();
    for report in reports {
        // The tenant is out of reach for the check as well, which is said besides.
        let found = report.findings.iter().any(|finding| finding.cause.id == "verification-unavailable");
        ensure(found, report.to_text(Lang::En))?;
    }
    Ok(())
}

/// What Postfix says to a token that was cut at the end of its line.
pub(super) async fn long_line(_: &Bed) -> Result<(), Failed> {
    let log = "535 5.7.8 Error: authentication failed: Invalid base64 data in initial response";
    let explained = explain(log, Timestamp::from_unix(0))?;
    let first = explained.failures.first().and_then(|failure| failure.candidates.first());
    ensure(first.is_some_and(|first| first.cause.id == "auth-line-cut"), format!("{explained:?}"))
}
