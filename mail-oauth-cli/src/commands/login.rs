//! `mail-oauth login`: a code, a browser, a token in the cache.

use mail_oauth::Mailbox;
use mail_oauth::msal_lite::DeviceCodePrompt;
use serde_json::json;

use crate::config::{self, Chosen};
use crate::failure::{Code, Failure};
use crate::options::AccountOptions;
use crate::screen::{GOOD, STRONG, Screen};

pub(crate) async fn run(options: &AccountOptions, screen: Screen) -> Result<(), Failure> {
    let chosen = config::choose(options)?;
    chosen.make_cache_folder()?;
    let mailbox = open(&chosen)?;
    let token = mailbox.sign_in(|prompt| show(prompt, screen)).await?;
    let wanted = &chosen.account.roles().sign_in;
    let user = &token.account().username;
    if !user.eq_ignore_ascii_case(wanted) {
        return Err(Failure::new(
            Code::WrongPerson,
            format!("{user} signed in, but the account says {wanted}"),
        )
        .fix(format!(
            "sign in as {wanted}, or, if that is the same person, set sign_in = \"{user}\" (--sign-in {user})"
        )));
    }
    if let Some(kept) = token.cache_kept_aside() {
        screen.note(format!("the damaged token cache was kept as {}", kept.display()));
    }
    screen.say(format!(
        "{GOOD}signed in{GOOD:#} as {user}; tokens are kept in {}",
        chosen.cache_file.display()
    ));
    let scopes: Vec<&str> = token.scopes().iter().collect();
    screen.object(&json!({
        "ok": true,
        "user": user,
        "tenant": token.account().realm,
        "scopes": scopes,
        "expires_on": token.expires_on().as_unix(),
        "cache_file": chosen.cache_file,
    }));
    Ok(())
}

/// The mailbox of the chosen account, with its cache and its trust.
pub(crate) fn open(chosen: &Chosen) -> Result<Mailbox, Failure> {
    let options = mail_oauth::Options::cached(&chosen.cache_file).with_trust(chosen.trust.clone());
    Ok(Mailbox::new(chosen.account.clone(), options)?)
}

/// The server's own address and code. On standard error with `--json`, so that the object stands alone.
fn show(prompt: &DeviceCodePrompt, screen: Screen) {
    let text = format!(
        "To sign in, open {STRONG}{}{STRONG:#} and enter the code {STRONG}{}{STRONG:#}\n(valid for {} minutes; Ctrl-C gives up)",
        prompt.verification_uri(),
        prompt.user_code(),
        prompt.expires_in().as_secs() / 60,
    );
    if screen.json() { screen.note(text) } else { screen.say(text) }
}
