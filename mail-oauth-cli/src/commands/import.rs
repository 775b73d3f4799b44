//! `mail-oauth import`: the sign-in of another program is taken over.

use std::io::Read as _;
use std::path::Path;

use mail_oauth::Protocol;
use mail_oauth::msal_lite::{Cache, ImportedAccount, Secret};
use serde_json::json;
use zeroize::Zeroizing;

use crate::commands::login;
use crate::config;
use crate::failure::{Code, Failure};
use crate::options::{ImportOptions, Program};
use crate::screen::{GOOD, Screen};

/// The largest file that is read, in octets.
const LARGEST: u64 = 64 * 1024 * 1024;

pub(crate) async fn run(options: &ImportOptions, screen: Screen) -> Result<(), Failure> {
    let chosen = config::choose(&options.account)?;
    let bytes = read(&options.file)?;
    let unusable = |why: String| {
        Failure::new(Code::Usage, format!("{}: {why}", options.file.display()))
            .fix("check --from, and that it is that program's file")
    };
    chosen.make_cache_folder()?;
    let mailbox = chosen.mailbox().await?;
    match options.program {
        Program::Mutt => {
            let account = ImportedAccount::from_mutt_oauth2(&bytes).map_err(|e| unusable(e.to_string()))?;
            let refresh_token = account.require_refresh_token().map_err(|e| unusable(e.to_string()))?;
            let token = mailbox.adopt_refresh_token(refresh_token.clone()).await?;
            login::tell(&chosen, &token, screen)
        }
        Program::Proxy => {
            let password = password(options)?;
            let accounts =
                ImportedAccount::from_email_oauth2_proxy(&bytes).map_err(|e| unusable(e.to_string()))?;
            let mut account = of(accounts, &chosen.account.roles().sign_in).map_err(&unusable)?;
            // It takes a second or more, and nothing else waits meanwhile.
            account.decrypt(&password).map_err(|e| {
                Failure::new(Code::Usage, format!("{}: {e}", options.file.display()))
                    .fix("give the password that the mail client sends to email-oauth2-proxy, as the first line of --password-file")
            })?;
            let refresh_token = account.require_refresh_token().map_err(|e| unusable(e.to_string()))?;
            let token = mailbox.adopt_refresh_token(refresh_token.clone()).await?;
            login::tell(&chosen, &token, screen)
        }
        Program::Msal => {
            let cache = Cache::parse(&bytes).map_err(|e| unusable(e.to_string()))?;
            mailbox.adopt_cache(cache).await?;
            // Only a token tells whether it was of any use.
            let protocol = Protocol::ALL.into_iter().find(|protocol| chosen.account.has(*protocol));
            let token = mailbox.token(protocol.unwrap_or(Protocol::Imap)).await?;
            let user = &token.account().username;
            screen.say(format!(
                "{GOOD}taken over{GOOD:#}: {user}; tokens are kept in {}",
                chosen.cache_file.display()
            ));
            screen.object(&json!({ "ok": true, "user": user, "cache_file": chosen.cache_file }));
            Ok(())
        }
    }
}

/// The account of the file that signs in so.
fn of(mut accounts: Vec<ImportedAccount>, sign_in: &str) -> Result<ImportedAccount, String> {
    let named = |account: &ImportedAccount| {
        account.username.as_deref().is_some_and(|name| name.eq_ignore_ascii_case(sign_in))
    };
    if let Some(at) = accounts.iter().position(named) {
        return Ok(accounts.swap_remove(at));
    }
    let names: Vec<&str> = accounts.iter().filter_map(|account| account.username.as_deref()).collect();
    let shown: Vec<String> = names.iter().map(|name| name.escape_debug().take(80).collect()).collect();
    Err(format!("there is no {sign_in} in it, only {}", shown.join(", ")))
}

/// The password's file, whose first line it is.
fn password(options: &ImportOptions) -> Result<Secret, Failure> {
    let usage =
        |what: &str| Failure::new(Code::Usage, what).fix("give it as --password-file FILE, in one line");
    let path = options.password_file.as_deref().ok_or_else(|| usage("a password is needed"))?;
    if path == Path::new("-") && options.file == Path::new("-") {
        return Err(usage("standard input cannot be the file and the password"));
    }
    let bytes = read(path)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| usage("the password is not UTF-8"))?;
    let line = text.lines().next().filter(|line| !line.is_empty());
    Ok(Secret::new(line.ok_or_else(|| usage("there is no password in the file"))?.to_owned()))
}

fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let failed = |e: std::io::Error| Failure::input(&format!("{} cannot be read", path.display()), &e);
    let mut bytes = Zeroizing::new(Vec::new());
    if path == Path::new("-") {
        std::io::stdin().lock().take(LARGEST).read_to_end(&mut bytes).map_err(failed)?;
    } else {
        let file = std::fs::File::open(path).map_err(failed)?;
        file.take(LARGEST).read_to_end(&mut bytes).map_err(failed)?;
    }
    Ok(bytes)
}
