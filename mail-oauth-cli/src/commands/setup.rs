//! `mail-oauth setup`: from an address to a mailbox that works, or to what an administrator must do first.

use std::fs;
use std::io::{BufRead as _, IsTerminal, Write as _};
use std::path::{Path, PathBuf};

use mail_oauth::diagnosis::Lang;
use mail_oauth::discover::{DEADLINE, Discovery, SystemLookup, discover};
use mail_oauth::setup::{Request, admin_guide};
use mail_oauth::{CheckOptions, Protocol, Provider, Tls, Trust};
use serde_json::json;

use crate::commands::{check, login};
use crate::config;
use crate::failure::{Code, Failure, German};
use crate::options::{AccountOptions, LoginOptions, SetupOptions};
use crate::screen::{FAINT, GOOD, HINT, STRONG, Screen};

pub(crate) async fn run(options: &SetupOptions, screen: Screen) -> Result<(), Failure> {
    let lang = options.lang.into();
    let provider = provider(options, lang, screen).await?;
    if options.admin {
        return guide(options, provider, lang, screen);
    }
    let client_id = match &options.client_id {
        Some(id) => id.clone(),
        None => ask_for_client_id(options, provider, lang, screen)?,
    };
    if provider == Provider::Custom {
        return Err(Failure::new(Code::Usage, "a custom provider has more settings than setup asks for")
            .fix("write its [[account]] into the configuration file: authority or issuer, scopes, servers; see the README")
            .german(
                "ein eigener Anbieter hat mehr Einstellungen, als setup erfragt",
                "sein [[account]] in die Konfigurationsdatei schreiben: Autorität oder Aussteller, Bereiche, Server; siehe README",
            ));
    }
    if provider.needs_client_secret() && options.client_secret_file.is_none() {
        return Err(Failure::new(Code::Usage, format!("{} wants a client secret as well", provider.name()))
            .fix(
                "write its value into a file that only you can read, and give it with --client-secret-file",
            )
            .german(
                format!("{} verlangt auch einen geheimen Clientschlüssel", provider.name()),
                "seinen Wert in eine Datei schreiben, die nur Sie lesen können, und sie mit --client-secret-file angeben",
            ));
    }
    let path = write_account(options, provider, &client_id)?;
    let german = lang == Lang::De;
    let written = if german { "geschrieben" } else { "written" };
    screen.say(format!("{GOOD}{written}{GOOD:#}  {}", path.display()));
    if options.no_login {
        screen.object(&json!({ "ok": true, "provider": provider.id(), "config": path }));
        return Ok(());
    }
    let account = AccountOptions {
        config: Some(path.clone()),
        account: Some(options.name.clone().unwrap_or_else(|| options.address.clone())),
        ..AccountOptions::default()
    };
    let chosen = config::choose(&account)?;
    chosen.make_cache_folder()?;
    let mailbox = chosen.mailbox().await?;
    let how = LoginOptions { account, browser: options.browser, port: None, password_stdin: false };
    let token = login::sign_in(&mailbox, &how, screen).await?;
    let signed_in = if german { "angemeldet" } else { "signed in" };
    let preposition = if german { "als" } else { "as" };
    screen.say(format!("{GOOD}{signed_in}{GOOD:#} {preposition} {}\n", token.account().username));
    let mut to_check = CheckOptions::default();
    to_check.device_code = !options.browser;
    let report = mailbox.check(&to_check).await;
    screen.say(check::painted(&report, lang).trim_end());
    screen.object(&json!({
        "ok": report.is_good(),
        "provider": provider.id(),
        "config": path,
        "user": token.account().username,
        "check": check::object(&report, lang),
    }));
    match check::code(&report) {
        None => Ok(()),
        Some(code) => {
            let mut failure = Failure::new(code, "the account is written, but the check failed");
            let message = "das Konto ist eingetragen, aber die Prüfung ist fehlgeschlagen".to_owned();
            failure.german = Some(German { message, fix: None });
            Err(failure.told())
        }
    }
}

/// The provider that was given, or the one that the domain's own records name.
async fn provider(options: &SetupOptions, lang: Lang, screen: Screen) -> Result<Provider, Failure> {
    if let Some(id) = &options.provider {
        return Provider::from_id(id).ok_or_else(|| config::unknown_provider(id));
    }
    let lookup = SystemLookup::new(&Tls::new(&Trust::System)?)?;
    let found = discover(&options.address, &lookup, DEADLINE).await?;
    for line in found.explain(lang) {
        screen.say(format!("{FAINT}{line}{FAINT:#}"));
    }
    verdict(&found, lang)
}

fn verdict(found: &Discovery, lang: Lang) -> Result<Provider, Failure> {
    if let Some(only) = found.password_only() {
        return Err(Failure::new(Code::NoOAuth, format!("{}: {}", only.name, only.why.of(lang)))
            .fix(only.instead.of(lang))
            .german(format!("{}: {}", only.name, only.why.of(Lang::De)), only.instead.of(Lang::De)));
    }
    found.provider().ok_or_else(|| {
        Failure::new(Code::Usage, format!("nothing tells whose mailboxes {} has", found.domain.as_str()))
            .fix("name the provider with --provider; without a network nothing can be asked")
            .german(
                format!("nichts verrät, wo {} seine Postfächer hat", found.domain.as_str()),
                "den Anbieter mit --provider angeben; ohne Netz lässt sich nichts fragen",
            )
    })
}

fn guide(options: &SetupOptions, provider: Provider, lang: Lang, screen: Screen) -> Result<(), Failure> {
    let mut request = Request::new(provider, &options.address)?.with_app_only(options.app_only);
    if !options.protocols.is_empty() {
        request = request.with_protocols(options.protocols.iter().map(|name| Protocol::from(*name)));
    }
    if let Some(tenant) = &options.tenant {
        request = request.with_tenant(tenant)?;
    }
    if let Some(id) = &options.client_id {
        request = request.with_client_id(id)?;
    }
    let guide = admin_guide(&request, lang);
    screen.say(guide.to_text().trim_end());
    let sections: Vec<_> = guide
        .sections
        .iter()
        .map(|section| json!({ "heading": section.heading, "lines": section.lines }))
        .collect();
    screen.object(
        &json!({ "ok": true, "provider": provider.id(), "title": guide.title, "sections": sections }),
    );
    Ok(())
}

/// Asks at a terminal; elsewhere it says how to come by one.
fn ask_for_client_id(
    options: &SetupOptions,
    provider: Provider,
    lang: Lang,
    screen: Screen,
) -> Result<String, Failure> {
    let guide = format!("mail-oauth setup {} --admin --provider {}", options.address, provider.id());
    let how = format!("An administrator registers an application once: {guide} tells each step.");
    let wie = format!(
        "Ein Administrator registriert einmal eine Anwendung: {guide} --lang de nennt jeden Schritt."
    );
    if screen.json() || !std::io::stdin().is_terminal() {
        return Err(Failure::new(
            Code::Usage,
            "the application (client) id is missing; give it with --client-id",
        )
        .fix(how)
        .german("die Anwendungs-ID (Client-ID) fehlt; anzugeben mit --client-id", wie));
    }
    let shown = if lang == Lang::De { &wie } else { &how };
    screen.say(format!("{HINT}{shown}{HINT:#}"));
    let mut out = anstream::stdout();
    let prompt = if lang == Lang::De { "Anwendungs-ID (Client-ID):" } else { "Application (client) id:" };
    let _ = write!(out, "{STRONG}{prompt}{STRONG:#} ").and_then(|()| out.flush());
    let mut line = String::new();
    let failed = |e: std::io::Error| Failure::input("the answer cannot be read", &e);
    std::io::stdin().lock().read_line(&mut line).map_err(failed)?;
    match line.trim() {
        "" => Err(Failure::new(Code::Usage, "no application (client) id was given")
            .fix(how)
            .german("es wurde keine Anwendungs-ID (Client-ID) angegeben", wie)),
        id => Ok(id.to_owned()),
    }
}

/// Adds the account to the configuration file, which is made if there is none. What stands there stays as it is.
fn write_account(options: &SetupOptions, provider: Provider, client_id: &str) -> Result<PathBuf, Failure> {
    // Checked before anything is written.
    mail_oauth::Account::new(provider, &options.address, client_id)?;
    let path = match &options.config {
        Some(path) => path.clone(),
        None => config::default_path()?,
    };
    let name = options.name.as_deref().unwrap_or(&options.address);
    let failed = |e: std::io::Error| Failure::output(&format!("{} cannot be written", path.display()), &e);
    let before = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(e) => return Err(failed(e)),
    };
    if let Some((address, known)) = config::account_of(&before, &path, name)? {
        // Written before, by a run whose sign-in did not come to its end.
        if address == options.address && known == client_id {
            return Ok(path);
        }
        return Err(Failure::new(Code::Usage, format!("{} has an account `{name}` already", path.display()))
            .fix("give another --name, or change that account in the file")
            .german(
                format!("{} hat schon ein Konto `{name}`", path.display()),
                "mit --name einen anderen Namen angeben oder jenes Konto in der Datei ändern",
            ));
    }
    let mut text = before.clone();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str("[[account]]\n");
    let secret = options.client_secret_file.as_deref().map(absolute).transpose().map_err(failed)?;
    let lines = [
        ("name", Some(name.to_owned())),
        ("address", Some(options.address.clone())),
        ("provider", Some(provider.id().to_owned())),
        ("client_id", Some(client_id.to_owned())),
        ("tenant", options.tenant.clone()),
        ("client_secret_file", secret),
    ];
    for (key, value) in lines {
        if let Some(value) = value {
            text.push_str(&format!("{key} = {}\n", toml::Value::String(value)));
        }
    }
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    replace(&path, &text).map_err(failed)?;
    Ok(path)
}

/// All or nothing: a configuration that is half written would be lost.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

fn absolute(path: &Path) -> std::io::Result<String> {
    Ok(std::path::absolute(path)?.display().to_string())
}
