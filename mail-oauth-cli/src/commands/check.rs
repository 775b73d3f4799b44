//! `mail-oauth check`: does the mailbox work, and if not, which switch must be flipped by whom?

use mail_oauth::diagnosis::{Area, Cause, Facts, Lang, Severity, Sight, Who, causes};
use mail_oauth::{CheckOptions, Finding, Line, Outcome, Protocol, Report, Role};
use serde_json::{Value, json};

use crate::config;
use crate::failure::{Code, Failure, German};
use crate::options::{CheckCommand, ReportForm};
use crate::screen::{BAD, FAINT, GOOD, HINT, STRONG, Screen};

pub(crate) async fn run(command: &CheckCommand, screen: Screen) -> Result<(), Failure> {
    let chosen = config::choose(&command.account)?;
    let mailbox = chosen.mailbox().await?;
    let lang = command.lang.into();
    let mut options = if command.no_login { CheckOptions::without_login() } else { CheckOptions::default() }
        .with_protocols(command.protocols.iter().map(|name| (*name).into()))
        .with_deadline(command.deadline);
    if let Some(redirect) = &command.redirect {
        options.redirect.clone_from(redirect);
    }
    let account = mailbox.account();
    if !Protocol::ALL.into_iter().any(|protocol| account.has(protocol)) {
        return Err(Failure::new(Code::Usage, format!("no server is set for {account}"))
            .fix("give at least one of --imap, --pop3, --smtp")
            .german(
                format!("für {account} ist kein Server eingetragen"),
                "mindestens einen von --imap, --pop3, --smtp angeben",
            ));
    }
    let report = mailbox.check(&options).await;
    screen.object(&object(&report, lang));
    match command.report {
        Some(ReportForm::Text) => screen.say(report.to_text(lang).trim_end()),
        Some(ReportForm::Html) => screen.say(report.to_html(lang).trim_end()),
        None => screen.say(painted(&report, lang).trim_end()),
    }
    if command.hidden {
        hidden(&Facts::of(mailbox.account()), lang, screen);
    }
    match code(&report) {
        None => Ok(()),
        Some(code) => {
            let first = |lang| report.first().map(|finding| finding.title(lang));
            let mut failure =
                Failure::new(code, first(Lang::En).unwrap_or_else(|| "the check failed".to_owned()));
            let message = first(Lang::De).unwrap_or_else(|| "die Prüfung ist fehlgeschlagen".to_owned());
            failure.german = Some(German { message, fix: None });
            Err(failure.told())
        }
    }
}

/// The report in the colours of this terminal.
pub(crate) fn painted(report: &Report, lang: Lang) -> String {
    report.paint(lang, &|role, text| {
        let style = match role {
            Role::Heading => STRONG,
            Role::Good => GOOD,
            Role::Warning | Role::Hint => HINT,
            Role::Bad => BAD,
            _ => FAINT,
        };
        format!("{style}{text}{style:#}")
    })
}

/// What cannot be seen from here, and whom to ask.
fn hidden(facts: &Facts, lang: Lang, screen: Screen) {
    let heading = match lang {
        Lang::De => "Von hier aus nicht zu sehen; zu erfragen:",
        _ => "Cannot be seen from here; ask for it:",
    };
    screen.say(format!("\n{STRONG}{heading}{STRONG:#}"));
    for cause in causes().filter(|cause| cause.sight == Sight::Hidden) {
        let who = cause.who.name(lang);
        screen.say(format!("  {} {FAINT}({who}){FAINT:#}", facts.fill(cause.title.of(lang))));
        screen.say(format!("    {}", facts.fill(cause.fix.of(lang))));
    }
}

/// The exit code of a report: that of its first error; `None` when all works.
pub(crate) fn code(report: &Report) -> Option<Code> {
    if report.is_good() {
        return None;
    }
    let first = report
        .findings
        .iter()
        .find(|finding| matches!(finding.cause.severity, Severity::Error | Severity::Temporary));
    let stage = report.lines.iter().find(|line| line.outcome == Outcome::Bad).map(|line| line.area);
    Some(first.map_or_else(|| of_area(stage.unwrap_or(Area::Settings)), |finding| of_cause(finding.cause)))
}

/// The exit code that the catalogue has for a cause.
pub(crate) fn of_cause(cause: &Cause) -> Code {
    Code::of_number(cause.exit).unwrap_or(Code::Internal)
}

/// The exit code of a stage that failed, where no cause is known.
fn of_area(area: Area) -> Code {
    match area {
        Area::Network => Code::NotConnected,
        Area::Tls => Code::Tls,
        Area::Capabilities => Code::NoOAuth,
        Area::Tenant => Code::Tenant,
        Area::Registration => Code::AppRegistration,
        Area::SignIn => Code::SignInNeeded,
        Area::Token => Code::TokenRefused,
        Area::Sasl => Code::TokenRefused,
        Area::Mailbox => Code::MailboxAccess,
        Area::Sending => Code::MessageRefused,
        _ => Code::Usage,
    }
}

/// The report as JSON; its schema stands in `docs/check.schema.json`.
pub(crate) fn object(report: &Report, lang: Lang) -> Value {
    let error = code(report).map(|code| json!({ "id": code.id(), "exit_code": code.number() }));
    json!({
        "ok": report.is_good(),
        "error": error,
        "mailbox": report.mailbox,
        "provider": report.provider,
        "sign_in": report.sign_in,
        "client_id": report.client_id,
        "protocols": report.protocols().map(|protocol| json!({
            "protocol": protocol_id(protocol),
            "ok": report.works(protocol),
        })).collect::<Vec<_>>(),
        "stages": report.lines.iter().map(|line| stage(line, lang)).collect::<Vec<_>>(),
        "findings": report.findings.iter().map(|one| finding(one, lang)).collect::<Vec<_>>(),
    })
}

fn stage(line: &Line, lang: Lang) -> Value {
    json!({
        "stage": area_id(line.area),
        "protocol": line.protocol.map(protocol_id),
        "outcome": match line.outcome {
            Outcome::Good => "ok",
            Outcome::Warning => "warning",
            Outcome::Bad => "failed",
            Outcome::NotAsked => "not-asked",
            _ => "not-reached",
        },
        "detail": line.detail.of(lang),
        "milliseconds": line.took.map(|took| u64::try_from(took.as_millis()).unwrap_or(u64::MAX)),
        "round_trips": line.round_trips,
    })
}

fn finding(one: &Finding, lang: Lang) -> Value {
    let cause = one.cause;
    json!({
        "id": cause.id,
        "number": cause.number,
        "stage": area_id(cause.area),
        "severity": severity_id(cause),
        "percent": one.percent,
        "protocols": one.protocols.iter().copied().map(protocol_id).collect::<Vec<_>>(),
        "who": who_id(cause),
        "title": one.title(lang),
        "why": one.why(lang),
        "fix": one.fix(lang),
        "link": Some(cause.link).filter(|link| !link.is_empty()),
        "evidence": one.evidence,
    })
}

pub(crate) fn area_id(area: Area) -> &'static str {
    match area {
        Area::Settings => "settings",
        Area::Network => "network",
        Area::Tls => "tls",
        Area::Capabilities => "capabilities",
        Area::Tenant => "tenant",
        Area::Registration => "registration",
        Area::SignIn => "sign-in",
        Area::Token => "token",
        Area::Sasl => "sasl",
        Area::Mailbox => "mailbox",
        Area::Sending => "sending",
        _ => "warnings",
    }
}

pub(crate) fn severity_id(cause: &Cause) -> &'static str {
    match cause.severity {
        Severity::Error => "error",
        Severity::Temporary => "temporary",
        Severity::Warning => "warning",
        _ => "note",
    }
}

pub(crate) fn who_id(cause: &Cause) -> &'static str {
    match cause.who {
        Who::You => "you",
        Who::MailboxOwner => "mailbox-owner",
        Who::EntraAdmin => "entra-admin",
        Who::ExchangeAdmin => "exchange-admin",
        Who::Network => "network",
        _ => "provider",
    }
}

fn protocol_id(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Imap => "imap",
        Protocol::Pop3 => "pop3",
        _ => "smtp",
    }
}
