//! `mail-oauth sim`: the simulated tenant in the foreground, with commands to paste.

use std::error::Error as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use mail_oauth_sim::{App, Mailbox, Tenant, TenantBuilder, User, catalogue};
use serde_json::json;

use crate::failure::{Code, Failure};
use crate::interrupt;
use crate::options::SimOptions;
use crate::screen::{FAINT, STRONG, Screen};

/// The tenant's people, its shared mailbox and its application.
pub(crate) const USER: &str = "adele@contoso.example";
pub(crate) const SHARED: &str = "invoices@contoso.example";
pub(crate) const CLIENT_ID: &str = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";

pub(crate) async fn run(options: &SimOptions, screen: Screen) -> Result<(), Failure> {
    if options.list_faults {
        return list_faults(screen);
    }
    let mut builder = match &options.scenario {
        Some(path) => TenantBuilder::from_scenario_file(path).map_err(|e| wrong(&e))?,
        None => tenant().token_lifetime(options.token_lifetime),
    };
    if options.scenario.is_none() && !options.manual {
        builder = builder.auto_approve(USER);
    }
    for name in &options.faults {
        builder = builder.fault(name.parse().map_err(|e| wrong(&e))?);
    }
    if let Some(seed) = options.seed {
        builder = builder.seed(seed);
    }
    if options.control {
        builder = builder.open_control();
    }
    let tenant = builder.start().await.map_err(|e| failed(&e))?;
    if options.scenario.is_some() {
        return scenario(tenant, options, screen).await;
    }
    tenant.deliver(USER, WELCOME).map_err(|e| failed(&e))?;

    // A folder made here goes away with the command; one that was named stays.
    let temporary = tempfile::Builder::new().prefix("mail-oauth-sim-").tempdir();
    let temporary = temporary.map_err(|e| Failure::output("cannot make a temporary folder", &e))?;
    let dir = options.dir.clone().unwrap_or_else(|| temporary.path().to_owned());
    let config = write_files(&tenant, &dir)?;

    let program = std::env::args().next().unwrap_or_else(|| "mail-oauth".to_owned());
    let command = |words: &str| format!("  {program} {words} --config {}", config.display());
    screen.say(format!(
        "{STRONG}A simulated tenant is running.{STRONG:#} Ctrl-C stops it.\n\
         \n  authority  {}\n  IMAP       localhost:{}  (TLS)\n  POP3       localhost:{}  (TLS)\n  SMTP       localhost:{}  (STARTTLS)\n  user       {USER}\n  client id  {CLIENT_ID}\n  CA file    {}\n",
        tenant.authority(),
        tenant.imap_addr().port(),
        tenant.pop3_addr().port(),
        tenant.smtp_addr().port(),
        dir.join("ca.pem").display(),
    ));
    if let Some(control) = tenant.control() {
        screen.say(format!("  control    {control}\n"));
    }
    if options.manual {
        let page = format!("https://localhost:{}/device", tenant.identity_addr().port());
        screen.say(format!("Enter the codes of sign-ins at {page} as {USER}, or:\n  curl --cacert {} {page} -d user_code=CODE -d account={USER} -d action=approve\n", dir.join("ca.pem").display()));
    } else {
        screen.say(format!(
            "{FAINT}Sign-ins are approved as {USER} by themselves; --manual leaves that to you.{FAINT:#}\n"
        ));
    }
    screen.say("In another terminal:");
    for words in [
        "login",
        "check",
        "send adele@contoso.example --subject Hello --body Hi",
        "fetch",
        "token --for smtp",
    ] {
        screen.say(command(words));
    }
    let mut object = json!({
        "ok": true,
        "authority": tenant.authority(),
        "user": USER,
        "client_id": CLIENT_ID,
        "ca_file": dir.join("ca.pem"),
        "config": config,
    });
    add_addresses(&tenant, &mut object);
    screen.object(&object);
    interrupt::told_to_stop().await;
    tenant.shutdown().await;
    Ok(())
}

/// A tenant of somebody's own description: its addresses, and the authority to trust.
async fn scenario(tenant: Tenant, options: &SimOptions, screen: Screen) -> Result<(), Failure> {
    let temporary = tempfile::Builder::new().prefix("mail-oauth-sim-").tempdir();
    let temporary = temporary.map_err(|e| Failure::output("cannot make a temporary folder", &e))?;
    let dir = options.dir.clone().unwrap_or_else(|| temporary.path().to_owned());
    let ca = dir.join("ca.pem");
    std::fs::create_dir_all(&dir)
        .and_then(|()| std::fs::write(&ca, tenant.ca_pem()))
        .map_err(|e| Failure::output(&format!("cannot write to {}", dir.display()), &e))?;
    screen.say(format!(
        "{STRONG}The tenant is running.{STRONG:#} Ctrl-C stops it.\n\n  authority      {}",
        tenant.authority()
    ));
    let mut object = json!({ "ok": true, "authority": tenant.authority(), "ca_file": ca });
    for (name, address) in addresses(&tenant) {
        screen.say(format!("  {name:<13}  localhost:{}", address.port()));
    }
    if let Some(control) = tenant.control() {
        screen.say(format!("  control        {control}"));
    }
    screen.say(format!("  CA file        {}", ca.display()));
    add_addresses(&tenant, &mut object);
    screen.object(&object);
    interrupt::told_to_stop().await;
    tenant.shutdown().await;
    Ok(())
}

/// Where the mail servers listen.
fn addresses(tenant: &Tenant) -> [(&'static str, SocketAddr); 6] {
    [
        ("imap", tenant.imap_addr()),
        ("imap_starttls", tenant.imap_starttls_addr()),
        ("pop3", tenant.pop3_addr()),
        ("pop3_starttls", tenant.pop3_starttls_addr()),
        ("smtp", tenant.smtp_addr()),
        ("smtp_tls", tenant.smtp_tls_addr()),
    ]
}

/// The addresses of all mail servers, and of the control endpoint if it was opened.
fn add_addresses(tenant: &Tenant, object: &mut serde_json::Value) {
    let Some(fields) = object.as_object_mut() else { return };
    for (name, address) in addresses(tenant) {
        fields.insert(name.into(), address.to_string().into());
    }
    if let Some(control) = tenant.control() {
        fields.insert("control".into(), control.into());
    }
}

fn list_faults(screen: Screen) -> Result<(), Failure> {
    let all = catalogue();
    for entry in &all {
        screen.say(format!("{STRONG}{}{STRONG:#}  {FAINT}{}{FAINT:#}", entry.name, entry.wire));
    }
    let names: Vec<_> = all.iter().map(|entry| json!({ "name": entry.name, "wire": entry.wire })).collect();
    screen.object(&json!({ "ok": true, "faults": names }));
    Ok(())
}

/// What is wrong with a scenario or a fault's name is the user's to mend. The message says how.
fn wrong(error: &mail_oauth_sim::Error) -> Failure {
    let because = error.source().map(|source| format!(": {source}")).unwrap_or_default();
    let failure = Failure::new(Code::Usage, format!("{error}{because}"));
    match error {
        mail_oauth_sim::Error::NoSuchFault { .. } => {
            failure.fix("`mail-oauth sim --list-faults` lists the faults")
        }
        _ => failure,
    }
}

/// The tenant that `sim` and `demo` start.
pub(crate) fn tenant() -> mail_oauth_sim::TenantBuilder {
    Tenant::builder()
        .domain("contoso.example")
        .user(User::new(USER))
        .mailbox(Mailbox::new(SHARED).full_access(USER).send_as(USER))
        .app(App::public(CLIENT_ID))
}

pub(crate) fn failed(error: &mail_oauth_sim::Error) -> Failure {
    Failure::new(Code::Internal, format!("the simulated tenant: {error}"))
}

const WELCOME: &[u8] = b"From: Adele <adele@contoso.example>\r\nTo: Adele <adele@contoso.example>\r\nSubject: Welcome\r\n\
Date: Mon, 02 Mar 2026 09:00:00 +0000\r\nMessage-ID: <welcome@contoso.example>\r\n\r\nThis mailbox is simulated.\r\n";

fn write_files(tenant: &Tenant, dir: &Path) -> Result<PathBuf, Failure> {
    let config = dir.join("config.toml");
    let text = format!(
        "ca_file = \"ca.pem\"\ncache_file = \"tokens.json\"\n\n\
         [[account]]\nname = \"sim\"\naddress = \"{USER}\"\nclient_id = \"{CLIENT_ID}\"\nauthority = \"{}\"\n\
         imap = {{ host = \"localhost\", port = {}, security = \"tls\" }}\n\
         pop3 = {{ host = \"localhost\", port = {}, security = \"tls\" }}\n\
         smtp = {{ host = \"localhost\", port = {}, security = \"starttls\" }}\n",
        tenant.authority(),
        tenant.imap_addr().port(),
        tenant.pop3_addr().port(),
        tenant.smtp_addr().port(),
    );
    std::fs::create_dir_all(dir)
        .and_then(|()| std::fs::write(dir.join("ca.pem"), tenant.ca_pem()))
        .and_then(|()| std::fs::write(&config, text))
        .map_err(|e| Failure::output(&format!("cannot write to {}", dir.display()), &e))?;
    Ok(config)
}
