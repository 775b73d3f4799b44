//! `mail-oauth logout`: the tokens of a person leave the cache.

use serde_json::json;

use crate::config;
use crate::failure::Failure;
use crate::options::AccountOptions;
use crate::screen::{GOOD, Screen};

pub(crate) async fn run(options: &AccountOptions, screen: Screen) -> Result<(), Failure> {
    let chosen = config::choose(options)?;
    let was_signed_in = chosen.mailbox().await?.sign_out().await?;
    let user = &chosen.account.roles().sign_in;
    let cache = chosen.cache_file.display();
    screen.say(if was_signed_in {
        format!("{GOOD}signed out{GOOD:#}: {cache} holds no token of {user} any more")
    } else {
        format!("nobody was signed in as {user} in {cache}")
    });
    screen.object(&json!({
        "ok": true,
        "user": user,
        "was_signed_in": was_signed_in,
        "cache_file": chosen.cache_file,
    }));
    Ok(())
}
