//! `mail-oauth check`: does the mailbox work over IMAP, POP3 and SMTP?

use mail_oauth::{Finding, Protocol, Step};
use serde_json::{Value, json};

use crate::commands::login;
use crate::config;
use crate::failure::{Code, Failure};
use crate::options::{AccountOptions, ProtocolName};
use crate::screen::{BAD, FAINT, GOOD, HINT, STRONG, Screen, error_of, took};

pub(crate) async fn run(
    options: &AccountOptions,
    protocols: &[ProtocolName],
    screen: Screen,
) -> Result<(), Failure> {
    let chosen = config::choose(options)?;
    let mailbox = login::open(&chosen)?;
    let account = mailbox.account();
    let protocols: Vec<Protocol> = if protocols.is_empty() {
        Protocol::ALL.into_iter().filter(|protocol| account.has(*protocol)).collect()
    } else {
        protocols.iter().map(|name| (*name).into()).collect()
    };
    if protocols.is_empty() {
        return Err(Failure::new(Code::Usage, format!("no server is set for {account}"))
            .fix("give at least one of --imap, --pop3, --smtp"));
    }
    screen.say(format!("{STRONG}{account}{STRONG:#}"));
    let findings = mailbox.check(&protocols).await;
    let objects: Vec<Value> = findings.iter().map(object).collect();
    for finding in &findings {
        show(finding, screen);
    }
    let failed: Vec<(Protocol, Failure)> = findings
        .into_iter()
        .filter_map(|finding| finding.error.map(|error| (finding.protocol, Failure::from(error))))
        .collect();
    let Some((_, first)) = failed.first() else {
        screen.say(format!("{GOOD}All is well.{GOOD:#}"));
        screen.object(&json!({ "ok": true, "protocols": objects }));
        return Ok(());
    };
    // One cause for all protocols is told once, with its own exit code; so is the first of several.
    let names: Vec<&str> = failed.iter().map(|(protocol, _)| protocol.name()).collect();
    let code = first.code;
    screen.object(&json!({
        "ok": false,
        "error": { "id": code.id(), "exit_code": code.number() },
        "protocols": objects,
    }));
    Err(Failure::new(code, format!("{} failed the check", names.join(", "))).told())
}

/// A protocol's steps and its failure, for a person.
pub(crate) fn show(finding: &Finding, screen: Screen) {
    let (mark, style) = if finding.error.is_none() { ("ok", GOOD) } else { ("failed", BAD) };
    screen
        .say(format!("\n{STRONG}{}{STRONG:#} {}  {style}{mark}{style:#}", finding.protocol, finding.server));
    for step in &finding.steps {
        screen.say(line(step));
    }
    // The failure stands with its protocol; the last word on standard error does not say it again.
    if let Some(error) = &finding.error {
        let failure = Failure::of(error);
        screen.say(format!("  {BAD}failed{BAD:#}      {}", failure.message));
        if let Some(fix) = failure.fix {
            screen.say(format!("  {HINT}fix{HINT:#}         {fix}"));
        }
    }
}

/// One step: what, how long, how many round trips so far, what came of it.
pub(crate) fn line(step: &Step) -> String {
    let trips = step.round_trips.map(|n| format!("after {n} round trips")).unwrap_or_default();
    format!("  {:<10} {:>9}  {FAINT}{trips:<20}{FAINT:#}  {}", step.name, took(step.took), step.detail)
}

/// A protocol's steps and its failure, for a machine.
pub(crate) fn object(finding: &Finding) -> Value {
    let error = finding.error.as_ref().map(|error| error_of(&Failure::of(error)));
    json!({
        "ok": error.is_none(),
        "error": error,
        "protocol": finding.protocol.name(),
        "server": finding.server,
        "steps": finding.steps.iter().map(step).collect::<Vec<_>>(),
    })
}

/// A step, for a machine.
pub(crate) fn step(step: &Step) -> Value {
    json!({
        "name": step.name,
        "milliseconds": step.took.as_secs_f64() * 1000.0,
        "round_trips": step.round_trips,
        "detail": step.detail,
    })
}
