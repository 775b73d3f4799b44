//! Any answer to a device code request and to a refresh, with any id token in it: tokens that are fit to be sent, for a
//! time that is believed, kept in a cache that finds them again; or an error without a secret in it.
//!
//! The input: a line with the status, a line with `Retry-After`, two bodies with a NUL between.
#![no_main]

use libfuzzer_sys::fuzz_target;
use msal_lite::{
    AccountQuery, Application, Authority, Body, Cache, CorrelationId, DeviceCodeFlow, Flow, RefreshFlow,
    Response, Scopes, Secret, Step, Timestamp, TokenResponse,
};

const NOW: Timestamp = Timestamp::from_unix(1_795_000_000);
const REFRESH: &str = "1.refresh-token-of-somebody";

fuzz_target!(|bytes: &[u8]| {
    let mut lines = bytes.splitn(3, |octet| *octet == b'\n');
    let mut line = || lines.next().unwrap_or_default();
    let (status, retry_after, bodies) = (line(), line(), line());
    let status = std::str::from_utf8(status).ok().and_then(|text| text.parse().ok()).unwrap_or(200);
    let retry_after = String::from_utf8_lossy(retry_after);
    let bodies: Vec<_> = bodies.splitn(2, |octet| *octet == 0).collect();
    let authority =
        Authority::parse("https://login.microsoftonline.com/contoso.com").expect("a good authority");
    let app = Application::new("11112222-3333-4444-5555-666677778888", authority).expect("a good id");
    let scopes = Scopes::parse("https://outlook.office.com/IMAP.AccessAsUser.All").expect("a good scope");
    let id = || CorrelationId::from_random([7; 16]);
    let device = DeviceCodeFlow::new(&app, &scopes, id()).expect("a flow");
    let refresh = RefreshFlow::new(&app, &scopes, Secret::new(REFRESH.to_owned()), id()).expect("a flow");
    let tokens = [
        drive(device, None, status, &retry_after, &bodies),
        drive(refresh, Some(REFRESH), status, &retry_after, &bodies),
    ];
    for tokens in tokens.into_iter().flatten() {
        check(&app, &scopes, &tokens);
    }
});

/// Answers each request with the next body, until the flow ends or asks for more than there are. A body may repeat the
/// secret that the flow has sent, if it has sent one.
fn drive(
    mut flow: impl Flow,
    sent: Option<&str>,
    status: u16,
    retry_after: &str,
    bodies: &[&[u8]],
) -> Option<TokenResponse> {
    let mut bodies = bodies.iter();
    for _ in 0..16 {
        match flow.step() {
            Ok(Step::Send(_)) => {
                let body = Body::new(bodies.next()?.to_vec());
                let response = Response::new(status, body).with_header("Retry-After", retry_after);
                if let Err(error) = flow.receive(&response, NOW) {
                    let shown = format!("{error} {error:?}");
                    assert!(sent.is_none_or(|secret| !shown.contains(secret)), "{shown}");
                    assert!(!error.to_string().contains(char::is_control), "{shown}");
                    return None;
                }
            }
            Ok(Step::Done(tokens)) => return Some(*tokens),
            Ok(Step::Show(prompt)) => assert!(!prompt.message().is_empty()),
            Ok(_) => {}
            Err(_) => return None,
        }
    }
    None
}

fn check(app: &Application, scopes: &Scopes, tokens: &TokenResponse) {
    let access = tokens.access_token.expose();
    assert!(!access.is_empty() && access.bytes().all(|octet| octet.is_ascii_graphic()));
    assert!(NOW.until(tokens.expires_on).as_secs() <= 10 * 366 * 86_400);
    let mut cache = Cache::new();
    let account = cache.insert(app, scopes, tokens, None, NOW);
    let again = Cache::parse(cache.to_bytes().expose()).expect("what was written can be read");
    let found = again.account(app, &AccountQuery::Only).expect("the account that was just signed in");
    assert_eq!(found.home_account_id, account.home_account_id);
    let listed = again.accounts();
    assert_eq!(listed.len(), 1);
    let shown = format!("{tokens:?} {cache:?}");
    for secret in [Some(&tokens.access_token), tokens.refresh_token.as_ref(), tokens.id_token.as_ref()] {
        // Whatever else is shown may happen to be the same.
        let secret = secret.map(|secret| secret.expose()).filter(|secret| secret.len() > 40);
        assert!(secret.is_none_or(|secret| !shown.contains(secret)), "a token in Debug");
    }
}
