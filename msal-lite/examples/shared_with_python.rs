//! One cache file for this program and for MSAL Python with `msal-extensions`:
//! `shared_with_python <relay> <tenant> <client id> <file> <command>`.
//!
//! Requests go to the address `relay` of a simulated tenant instead of to Entra; everything else is as it would be.
//! Commands:
//!
//! - `device-code <scopes>`: signs in; prints `code <user code>` first
//! - `silent <user> <scopes>`: a token from the cache or by refresh
//! - `adopt <scopes>`: takes over the refresh token on the standard input
//! - `app <secret> <scope>`: a token of the application itself
//! - `refresh <user> <scopes>`: a refresh, and another, until it is killed
//!
//! What comes is printed as `token <source> <user> <token>`, an error as `error <kind> <text>`.

use std::{error::Error, io::Write as _, time::Duration};

use msal_lite::{
    AccountQuery, Application, Authority, Body, Cloud, FileStore, Limits, Method, Request, Response, Scopes,
    Secret, Token, TokenClient, Transport, TransportError, TransportErrorKind,
};

/// Brings requests for Entra's host to another.
struct Relay {
    http: reqwest::Client,
    address: String,
}

impl Transport for Relay {
    async fn send(&self, request: Request, _: &Limits) -> Result<Response, TransportError> {
        let failure = |error: reqwest::Error| {
            let text = error.without_url().to_string();
            TransportError::new(TransportErrorKind::Interrupted, text)
        };
        let url = request.url().replacen("https://login.microsoftonline.com", &self.address, 1);
        let mut builder = match request.method() {
            Method::Post => self.http.post(url),
            _ => self.http.get(url),
        };
        for (name, value) in request.headers() {
            builder = builder.header(name, value);
        }
        let answer = builder.body(request.body().expose().to_vec()).send().await.map_err(failure)?;
        let status = answer.status().as_u16();
        Ok(Response::new(status, Body::new(answer.bytes().await.map_err(failure)?.to_vec())))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [relay, tenant, client_id, file, command @ ..] = arguments.as_slice() else {
        return Err("give relay, tenant, client id, file and a command".into());
    };
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build()?;
    let relay = Relay { http, address: relay.clone() };
    let app = Application::new(client_id, Authority::entra(Cloud::Public, tenant)?)?;
    let store = FileStore::new(file).shared_with_msal_extensions();

    let words: Vec<&str> = command.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["device-code", scopes] => {
            let client = TokenClient::new(app, store, relay);
            let show = |prompt: &msal_lite::DeviceCodePrompt| say(&format!("code {}", prompt.user_code()));
            tell(client.device_code(&Scopes::parse(scopes)?, show).await);
        }
        ["silent", user, scopes] => {
            let client = TokenClient::new(app, store, relay);
            tell(client.acquire_silent(&Scopes::parse(scopes)?, &AccountQuery::username(*user)).await);
        }
        ["adopt", scopes] => {
            let token = Secret::new(std::io::read_to_string(std::io::stdin())?.trim().to_owned());
            let client = TokenClient::new(app, store, relay);
            tell(client.adopt_refresh_token(&Scopes::parse(scopes)?, token).await);
        }
        ["app", secret, scope] => {
            let app = app.with_client_secret(Secret::new((*secret).to_owned()))?;
            let client = TokenClient::new(app, store, relay);
            tell(client.acquire_for_client(&Scopes::parse(scope)?).await);
        }
        ["refresh", user, scopes] => {
            // No token lives as long as this, so that each call refreshes.
            let always = Duration::from_secs(366 * 86_400);
            let client = TokenClient::new(app, store, relay).with_expiry_skew(always);
            let (scopes, query) = (Scopes::parse(scopes)?, AccountQuery::username(*user));
            loop {
                tell(client.acquire_silent(&scopes, &query).await);
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
        _ => return Err("unknown command".into()),
    }
    Ok(())
}

fn tell(outcome: Result<Token, msal_lite::Error>) {
    say(&match outcome {
        Ok(token) => {
            let (user, secret) = (&token.account().username, token.access_token());
            format!(
                "token {:?} {} {}",
                token.source(),
                if user.is_empty() { "-" } else { user },
                secret.expose()
            )
        }
        Err(error) => format!("error {:?} {error}", error.kind()),
    });
}

/// A whole line at once: whoever reads it must not see half of one when this process is killed.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(format!("{line}\n").as_bytes());
    let _ = out.flush();
}
