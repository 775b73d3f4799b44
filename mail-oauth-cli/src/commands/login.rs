//! `mail-oauth login`: somebody signs in, and the tokens go into the cache.

use std::io::Read as _;

use mail_oauth::Mailbox;
use mail_oauth::diagnosis::{Fact, Signal, diagnose};
use mail_oauth::msal_lite::{DeviceCodePrompt, Loopback, Secret, Token};
use serde_json::json;

use crate::config::{self, Chosen};
use crate::failure::{Code, Failure};
use crate::options::LoginOptions;
use crate::screen::{GOOD, STRONG, Screen};

/// The longest password that is read, in octets.
const LONGEST_PASSWORD: usize = 1024;

pub(crate) async fn run(options: &LoginOptions, screen: Screen) -> Result<(), Failure> {
    let chosen = config::choose(&options.account)?;
    chosen.make_cache_folder()?;
    let mailbox = chosen.mailbox().await?;
    let token = sign_in(&mailbox, options, screen).await?;
    tell(&chosen, &token, screen)
}

/// By password, by browser, or by a code; without a device flow at the provider, by browser.
pub(crate) async fn sign_in(
    mailbox: &Mailbox,
    options: &LoginOptions,
    screen: Screen,
) -> Result<Token, Failure> {
    if options.password_stdin {
        return Ok(mailbox.sign_in_by_password(password()?).await?);
    }
    let has_device_flow = mailbox.tokens().application().authority().device_endpoint().is_some();
    if options.browser || !has_device_flow {
        let loopback = match options.port {
            Some(port) => Loopback::new().with_port(port),
            None => Loopback::new(),
        };
        return Ok(mailbox.sign_in_by_browser(&loopback, |address| show_address(address, screen)).await?);
    }
    Ok(mailbox.sign_in(|prompt| show(prompt, screen)).await?)
}

/// What became of a sign-in; the wrong person is an error.
pub(crate) fn tell(chosen: &Chosen, token: &Token, screen: Screen) -> Result<(), Failure> {
    let wanted = &chosen.account.roles().sign_in;
    let user = &token.account().username;
    if !user.eq_ignore_ascii_case(wanted) {
        return Err(Failure::new(
            Code::WrongPerson,
            format!("{user} signed in, but the account says {wanted}"),
        )
        .fix(format!(
            "sign in as {wanted}, or, if that is the same person, set sign_in = \"{user}\" (--sign-in {user})"
        ))
        .causes(&diagnose(&[Signal::Fact(Fact::OtherPerson)])));
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

/// The first line of standard input.
fn password() -> Result<Secret, Failure> {
    let mut text = String::with_capacity(LONGEST_PASSWORD);
    let failed = |e: std::io::Error| Failure::input("the password cannot be read", &e);
    std::io::stdin().lock().take(LONGEST_PASSWORD as u64).read_to_string(&mut text).map_err(failed)?;
    let line = text.lines().next().unwrap_or_default().to_owned();
    zeroize::Zeroize::zeroize(&mut text);
    if line.is_empty() {
        return Err(Failure::new(Code::Usage, "standard input holds no password")
            .fix("write it there in one line: mail-oauth login --password-stdin < FILE"));
    }
    Ok(Secret::new(line))
}

/// Opens the browser, and shows the address in case that it does not open.
fn show_address(address: &str, screen: Screen) {
    let text = match open::that_detached(address) {
        Ok(()) => {
            format!("A browser opens for the sign-in. If it does not, open:\n{address}\n(Ctrl-C gives up)")
        }
        Err(_) => format!(
            "To sign in, open this address in a browser on this machine:\n{address}\n(Ctrl-C gives up)"
        ),
    };
    if screen.json() { screen.note(text) } else { screen.say(text) }
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
