//! `mail-oauth token`: an access token for programs that bring their own mail protocol.

use mail_oauth::Protocol;
use serde_json::json;

use crate::config;
use crate::failure::Failure;
use crate::options::AccountOptions;
use crate::screen::Screen;

pub(crate) async fn run(options: &AccountOptions, protocol: Protocol, screen: Screen) -> Result<(), Failure> {
    let chosen = config::choose(options)?;
    let token = chosen.mailbox().await?.token(protocol).await?;
    // The one place where a token is shown: it is what the command is for.
    screen.say(token.access_token().expose());
    screen.object(&json!({
        "ok": true,
        "access_token": token.access_token().expose(),
        "expires_on": token.expires_on().as_unix(),
        "user": chosen.account.sasl_user(protocol),
    }));
    Ok(())
}
