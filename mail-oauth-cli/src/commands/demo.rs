//! `mail-oauth demo`: the whole job on a simulated tenant inside this process.

use std::io::Write;
use std::time::{Duration, Instant};

use mail_oauth::diagnosis::Lang;
use mail_oauth::imap_min::{self, UidSet};
use mail_oauth::smtp_min::Envelope;
use mail_oauth::{
    Account, CheckOptions, Journal, Mailbox, Options, Protocol, Provider, Security, Server, Step, Trust,
};
use mail_oauth_sim::Tenant;
use serde_json::{Value, json};

use crate::commands::check;
use crate::commands::sim::{self, CLIENT_ID, USER};
use crate::compose::{Draft, compose};
use crate::failure::{Code, Failure};
use crate::screen::{FAINT, GOOD, STRONG, Screen, size, step_line, step_object, took};

pub(crate) async fn run(screen: Screen) -> Result<(), Failure> {
    let since = Instant::now();
    let mut parts: Vec<Value> = Vec::new();

    heading(
        screen,
        "A tenant of its own",
        "identity endpoints, IMAP, POP3 and SMTP over TLS, on ports of this machine",
    );
    let mut journal = Journal::new();
    // The shortest interval that the protocol knows, so that nobody waits for a demonstration.
    let tenant =
        sim::tenant().poll_interval(Duration::from_secs(1)).start().await.map_err(|e| sim::failed(&e))?;
    journal.done("started", tenant.authority());
    part(screen, &mut parts, "tenant", journal.steps(), since.elapsed());

    let mailbox = mailbox(&tenant)?;
    sign_in(&tenant, &mailbox, screen, &mut parts).await?;

    heading(screen, "Check", "each protocol, up to a command that only a mailbox can answer");
    let report = mailbox.check(&CheckOptions::default()).await;
    for line in check::painted(&report, Lang::En).lines() {
        screen.say(format!("  {line}"));
    }
    screen.say("");
    parts.push(json!({ "name": "check", "report": check::object(&report, Lang::En) }));
    if !report.is_good() {
        return Err(Failure::new(Code::Internal, "the check of the simulated mailbox failed"));
    }

    let message = message()?;
    send(&mailbox, &message, screen, &mut parts).await?;
    let by_imap = fetch_imap(&mailbox, screen, &mut parts).await?;
    let by_pop3 = fetch_pop3(&mailbox, screen, &mut parts).await?;

    for (protocol, fetched) in [("IMAP", &by_imap), ("POP3", &by_pop3)] {
        if *fetched != message {
            return Err(Failure::new(
                Code::Internal,
                format!("the message that {protocol} fetched differs from the one that was sent"),
            ));
        }
    }
    let all = since.elapsed();
    screen.say(format!("{FAINT}Round trips are counted from each connection's first SYN.{FAINT:#}"));
    screen.say(format!(
        "{GOOD}The message came back byte for byte over both protocols.{GOOD:#} All of it took {}.",
        took(all)
    ));
    screen.object(&json!({ "ok": true, "milliseconds": all.as_secs_f64() * 1000.0, "parts": parts }));
    tenant.shutdown().await;
    Ok(())
}

/// The account of the tenant's user, at the tenant's addresses; tokens stay in memory.
fn mailbox(tenant: &Tenant) -> Result<Mailbox, Failure> {
    let local = |port, security| Server::new("localhost", port, security);
    let account = Account::new(Provider::Microsoft365, USER, CLIENT_ID)?
        .with_authority(&tenant.authority())?
        .with_server(Protocol::Imap, local(tenant.imap_addr().port(), Security::Tls)?)
        .with_server(Protocol::Pop3, local(tenant.pop3_addr().port(), Security::Tls)?)
        .with_server(Protocol::Smtp, local(tenant.smtp_addr().port(), Security::StartTls)?);
    let options = Options::default().with_trust(Trust::Only(tenant.ca_pem().to_owned()));
    Ok(Mailbox::new(account, options)?)
}

async fn sign_in(
    tenant: &Tenant,
    mailbox: &Mailbox,
    screen: Screen,
    parts: &mut Vec<Value>,
) -> Result<(), Failure> {
    heading(screen, "Sign in", "by device code; the tenant's user approves it");
    let since = Instant::now();
    let before = tenant.turns().identity;
    let mut approved = Ok(());
    let mut shown = None;
    let token = mailbox
        .sign_in(|prompt| {
            screen.say(format!(
                "  open {STRONG}{}{STRONG:#} and enter {STRONG}{}{STRONG:#}",
                prompt.verification_uri(),
                prompt.user_code()
            ));
            shown = Some(since.elapsed());
            approved = tenant.approve(prompt.user_code(), USER);
        })
        .await?;
    approved.map_err(|e| sim::failed(&e))?;
    let trips = u32::try_from(tenant.turns().identity - before).ok();
    let steps = [
        Step::new("code", shown.unwrap_or_default(), None, "the tenant gave a code"),
        Step::new(
            "signed in",
            since.elapsed(),
            trips,
            format!("{}, with the interval between two polls", token.account().username),
        ),
    ];
    part(screen, parts, "sign-in", &steps, since.elapsed());
    Ok(())
}

/// A message that a careless client would spoil: lines of dots, umlauts, and an attachment with every byte there is.
fn message() -> Result<Vec<u8>, Failure> {
    let attachment = tempfile::Builder::new()
        .prefix("every-byte-")
        .suffix(".bin")
        .tempfile()
        .and_then(|mut file| {
            for _ in 0..64 {
                file.write_all(&(0..=255).collect::<Vec<u8>>())?;
            }
            Ok(file)
        })
        .map_err(|e| Failure::output("cannot write the attachment", &e))?;
    let draft = Draft {
        sender: USER,
        recipients: &[USER.to_owned()],
        subject: "Rechnung Nr. 7 für März",
        body: "Lines that begin with dots:\r\n.\r\n..\r\n.end\r\nGrüße",
    };
    compose(&draft, &[attachment.path()])
}

async fn send(
    mailbox: &Mailbox,
    message: &[u8],
    screen: Screen,
    parts: &mut Vec<Value>,
) -> Result<(), Failure> {
    heading(screen, "Send", "over SMTP, with an attachment");
    let since = Instant::now();
    let mut journal = Journal::new();
    let mut client = mailbox.smtp_noting(&mut journal).await?;
    let report = client.send(&Envelope::parse(USER, [USER])?, message).await?;
    journal.done("accepted", format!("{}: {report}", size(message.len() as u64)));
    client.quit().await?;
    part(screen, parts, "send", journal.steps(), since.elapsed());
    if report.all_accepted() { Ok(()) } else { Err(Failure::new(Code::MessageRefused, report.to_string())) }
}

async fn fetch_imap(mailbox: &Mailbox, screen: Screen, parts: &mut Vec<Value>) -> Result<Vec<u8>, Failure> {
    heading(screen, "Fetch", "the newest message, over IMAP");
    let since = Instant::now();
    let mut journal = Journal::new();
    let mut client = mailbox.imap_noting(&mut journal).await?;
    let mut message = Vec::new();
    client.select_and_fetch(&imap_min::Mailbox::inbox(), &UidSet::last(), &mut message).await?;
    journal.done("fetched", format!("{}, INBOX opened in the same flight", size(message.len() as u64)));
    client.logout().await?;
    part(screen, parts, "fetch-imap", journal.steps(), since.elapsed());
    Ok(message)
}

async fn fetch_pop3(mailbox: &Mailbox, screen: Screen, parts: &mut Vec<Value>) -> Result<Vec<u8>, Failure> {
    heading(screen, "Fetch", "the same message, over POP3");
    let since = Instant::now();
    let mut journal = Journal::new();
    let mut client = mailbox.pop3_noting(&mut journal).await?;
    let (newest, _) = client.stat().await?;
    journal.done("counted", format!("{newest} in the maildrop"));
    let mut message = Vec::new();
    client.retrieve(newest, &mut message).await?;
    journal.done("fetched", size(message.len() as u64));
    client.quit().await?;
    part(screen, parts, "fetch-pop3", journal.steps(), since.elapsed());
    Ok(message)
}

fn heading(screen: Screen, name: &str, what: &str) {
    screen.say(format!("{STRONG}{name}{STRONG:#} {FAINT}- {what}{FAINT:#}"));
}

/// The steps of a part, shown and kept.
fn part(screen: Screen, parts: &mut Vec<Value>, name: &str, steps: &[Step], all: Duration) {
    for step in steps {
        screen.say(step_line(step));
    }
    screen.say("");
    parts.push(json!({
        "name": name,
        "milliseconds": all.as_secs_f64() * 1000.0,
        "steps": steps.iter().map(step_object).collect::<Vec<_>>(),
    }));
}
