//! Signing in through the pages, as a browser does and without one.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mail_oauth_sim::{App, Error, Fault, Platform, Policy, Tenant, User};

use crate::identity::claims;
use crate::support::*;

const WEB: &str = "22223333-cccc-4444-dddd-5555eeee6666";
const SPA: &str = "33334444-dddd-5555-eeee-6666ffff7777";
// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn people() -> mail_oauth_sim::TenantBuilder {
    builder()
        .user(
            User::new("pat@contoso.example")
                .password("right")
                .policy(Policy::EnrolMfa)
                .policy(Policy::NeedsConsent),
        )
        .user(User::personal("me@outlook.example"))
        .app(
            App::public(WEB)
                .without_redirects()
                .redirect(Platform::Web, "https://portal.example/auth")
                .secret("s3cret"),
        )
        .app(App::public(SPA).without_redirects().redirect(Platform::Spa, "https://spa.example/"))
}

fn url(tenant: &Tenant, client: &str, redirect: &str, more: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs([
        ("client_id", client),
        ("response_type", "code"),
        ("redirect_uri", redirect),
        ("scope", IMAP_SCOPE),
        ("state", "the state"),
        ("nonce", "the nonce"),
        ("client_info", "1"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]);
    query.extend_pairs(more);
    format!("{}/oauth2/v2.0/authorize?{}", tenant.authority(), query.finish())
}

/// The fields that the app is sent.
fn fields(encoded: &str) -> std::collections::HashMap<String, String> {
    form_urlencoded::parse(encoded.as_bytes()).into_owned().collect()
}

fn query(redirect: &mail_oauth_sim::Redirect) -> std::collections::HashMap<String, String> {
    fields(redirect.url.split(['?', '#']).nth(1).unwrap())
}

async fn redeem(tenant: &Tenant, client: &str, redirect: &str, code: &str, more: &[(&str, &str)]) -> Http {
    let mut form = vec![
        ("client_id", client),
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", redirect),
        ("code_verifier", VERIFIER),
        ("client_info", "1"),
    ];
    form.extend_from_slice(more);
    post(tenant, "oauth2/v2.0/token", &form).await
}

#[tokio::test]
async fn a_code_comes_back_with_the_state_and_gives_tokens_once() {
    let tenant = people().start().await.unwrap();
    let redirect = "http://localhost:44641";
    let sent = tenant.sign_in(&url(&tenant, APP, redirect, &[]), ADELE).unwrap();
    assert!(sent.url.starts_with("http://localhost:44641?code=") && sent.body.is_none());
    let back = query(&sent);
    assert_eq!(back["state"], "the state");
    assert!(back.contains_key("session_state") && back.contains_key("client_info"));
    let granted = redeem(&tenant, APP, redirect, &back["code"], &[]).await;
    assert_eq!(granted.status, 200, "{}", granted.body);
    let id = claims(&granted.text("id_token"));
    assert_eq!((&id["nonce"], &id["preferred_username"]), (&"the nonce".into(), &ADELE.into()));
    assert_eq!(redeem(&tenant, APP, redirect, &back["code"], &[]).await.code(), 54005);

    // The other two ways for the answer to come back.
    let posted =
        tenant.sign_in(&url(&tenant, APP, redirect, &[("response_mode", "form_post")]), ADELE).unwrap();
    assert_eq!(posted.url, redirect);
    assert!(fields(posted.body.as_ref().unwrap()).contains_key("code"));
    let fragment =
        tenant.sign_in(&url(&tenant, APP, redirect, &[("response_mode", "fragment")]), ADELE).unwrap();
    assert!(fragment.url.starts_with("http://localhost:44641#code="));
}

#[tokio::test]
async fn a_code_is_redeemed_by_the_rules_of_its_platform() {
    let tenant = people().start().await.unwrap();
    let code = |client: &str, redirect: &str| {
        query(&tenant.sign_in(&url(&tenant, client, redirect, &[]), ADELE).unwrap())["code"].clone()
    };
    let (desktop, web, spa) = ("http://localhost", "https://portal.example/auth", "https://spa.example/");
    let code_of = code(APP, desktop);
    assert_eq!(redeem(&tenant, APP, desktop, &code_of, &[("client_secret", "x")]).await.code(), 700_025);
    assert_eq!(redeem(&tenant, WEB, web, &code(WEB, web), &[]).await.code(), 7_000_218);
    assert_eq!(
        redeem(&tenant, WEB, web, &code(WEB, web), &[("client_secret", "wrong")]).await.code(),
        7_000_215
    );
    assert_eq!(redeem(&tenant, WEB, web, &code(WEB, web), &[("client_secret", "s3cret")]).await.status, 200);
    assert_eq!(redeem(&tenant, SPA, spa, &code(SPA, spa), &[]).await.code(), 9_002_327);

    assert_eq!(
        redeem(&tenant, WEB, "https://portal.example/", &code(WEB, web), &[("client_secret", "s3cret")])
            .await
            .code(),
        500_112
    );
    let wrong = [
        ("client_id", APP),
        ("grant_type", "authorization_code"),
        ("redirect_uri", desktop),
        ("code_verifier", "x"),
    ];
    let code_of = code(APP, desktop);
    let mut form = wrong.to_vec();
    form.push(("code", &code_of));
    assert_eq!(post(&tenant, "oauth2/v2.0/token", &form).await.code(), 501_481);
    let late = code(APP, desktop);
    tenant.advance(Duration::from_secs(600));
    assert_eq!(redeem(&tenant, APP, desktop, &late, &[]).await.code(), 70008);

    // A single-page app's refresh token dies a day after the sign-in, however often it is used.
    let code_of = code(SPA, spa);
    let form = [
        ("client_id", SPA),
        ("grant_type", "authorization_code"),
        ("code", &code_of),
        ("redirect_uri", spa),
        ("code_verifier", VERIFIER),
    ];
    let granted = http(&tenant, "oauth2/v2.0/token", "Origin: https://spa.example\r\n", Some(&form)).await;
    let old = granted.text("refresh_token");
    let form =
        [("client_id", SPA), ("grant_type", "refresh_token"), ("refresh_token", &old), ("scope", IMAP_SCOPE)];
    let refresh = || http(&tenant, "oauth2/v2.0/token", "Origin: https://spa.example\r\n", Some(&form));
    assert_eq!(refresh().await.status, 200);
    assert_eq!(post(&tenant, "oauth2/v2.0/token", &form).await.code(), 9_002_327);
    tenant.advance(Duration::from_secs(86_400));
    assert_eq!(refresh().await.code(), 700_084);
}

#[tokio::test]
async fn what_is_wrong_with_the_app_ends_on_a_page_and_the_rest_goes_back() {
    let tenant = people().app(App::public("bare").without_redirects()).start().await.unwrap();
    let page = |url: &str| match tenant.sign_in(url, ADELE) {
        Err(Error::Page { aadsts }) => aadsts,
        other => panic!("no page: {other:?}"),
    };
    let desktop = "http://localhost";
    assert_eq!(page(&url(&tenant, APP, "http://localhost/other", &[])), 50011);
    assert_eq!(page(&url(&tenant, APP, "https://evil.example/", &[])), 50011);
    assert_eq!(page(&url(&tenant, "bare", desktop, &[])), 500_113);
    assert_eq!(page(&url(&tenant, "nobody", desktop, &[])), 700_016);
    assert_eq!(page("https://localhost/nowhere/oauth2/v2.0/authorize"), 90002);
    tenant.set_fault(Fault::User { upn: ADELE.into(), policy: Policy::BlockedByConditionalAccess });
    assert_eq!(page(&url(&tenant, APP, desktop, &[])), 53003);
    tenant.clear_faults();

    let error = |url: &str| {
        let back = query(&tenant.sign_in(url, ADELE).unwrap());
        assert_eq!(back["state"], "the state");
        (back["error"].clone(), back["error_description"].split(':').next().unwrap().to_owned())
    };
    let with = |more: &[(&str, &str)]| {
        let mut query: Vec<(String, String)> =
            form_urlencoded::parse(url(&tenant, APP, desktop, &[]).split_once('?').unwrap().1.as_bytes())
                .into_owned()
                .collect();
        query.retain(|(name, _)| !more.iter().any(|(new, _)| new == name));
        query.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
        format!("{}/oauth2/v2.0/authorize?{query}", tenant.authority())
    };
    assert_eq!(error(&with(&[("scope", "IMAP.Nonsense")])), ("invalid_scope".into(), "AADSTS70011".into()));
    assert_eq!(
        error(&with(&[("response_type", "token")])),
        ("unsupported_response_type".into(), "AADSTS700054".into())
    );
    let cancelled = query(&tenant.cancel_sign_in(&url(&tenant, APP, desktop, &[])).unwrap());
    assert_eq!(
        (cancelled["error"].as_str(), cancelled["error_subcode"].as_str()),
        ("access_denied", "cancel")
    );
    assert!(cancelled["error_description"].starts_with("AADSTS65004: "));
}

/// The one form of a page: its hidden `flow`, and the title.
fn page(answer: &Http) -> (String, String) {
    let between = |from: &str, to: &str| {
        answer.body.split(from).nth(1).and_then(|rest| rest.split(to).next()).unwrap_or_default().to_owned()
    };
    (between("name=\"flow\" value=\"", "\""), between("<title>", "</title>"))
}

#[tokio::test]
async fn nobody_signs_in_at_an_address_that_is_no_sign_in_page() {
    let tenant = people().start().await.unwrap();
    let right = url(&tenant, APP, "http://localhost:1", &[]);
    assert!(tenant.sign_in(&right, ADELE).is_ok());
    let host = format!("localhost:{}", tenant.identity_addr().port());
    assert!(tenant.sign_in(&right.replace(&host, "login.microsoftonline.com"), ADELE).is_ok());
    for (wrong, number) in [
        (right.replace("/oauth2/v2.0/authorize", "/oauth2/authorize"), 0),
        (right.replace("/oauth2/v2.0/authorize", "/oauth2/v2.0/token"), 0),
        (right.replace("https:", "http:"), 0),
        (right.replace(tenant.tenant_id(), "fabrikam.example"), 90002),
        (right.replace(&host, "login.microsoftonline.us"), 90038),
    ] {
        match tenant.sign_in(&wrong, ADELE) {
            Err(Error::Page { aadsts }) => assert_eq!(aadsts, number, "{wrong}"),
            other => panic!("{wrong}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn enter_goes_on_and_does_not_cancel() {
    let tenant = people().start().await.unwrap();
    let path = url(&tenant, APP, "http://localhost:1", &[]);
    let path = path.splitn(4, '/').nth(3).map(|path| format!("/{path}")).unwrap();
    for (page, action) in [(&*path, "signin"), ("/device", "approve")] {
        let body = get(&tenant, page).await.body;
        // A browser presses the form's first button when somebody presses Enter in a field (HTML, implicit submission).
        let first = body.split("<button").nth(1).and_then(|button| button.split('>').next()).unwrap();
        assert!(first.contains(&format!("value=\"{action}\"")), "{page}: {first}");
    }
}

#[tokio::test]
async fn a_person_who_is_lost_reads_a_page() {
    let tenant = people().start().await.unwrap();
    for (path, status, says) in [
        (
            "/fabrikam.example/oauth2/v2.0/authorize?client_id=x",
            400,
            "AADSTS90002: Tenant &#39;fabrikam.example&#39;",
        ),
        ("/fabrikam.example/oauth2/v2.0/logout", 400, "AADSTS90002"),
        ("/fabrikam.example/v2.0/adminconsent?client_id=x", 400, "AADSTS90002"),
        // What a refusal gives as `error_uri` explains the number.
        (
            "/error?code=50126",
            200,
            "AADSTS50126: Error validating credentials due to invalid username or password.",
        ),
        ("/error?code=700016", 200, "AADSTS700016"),
        ("/error?code=1", 404, "no such error"),
        ("/error?code=%3Cb%3E", 404, "no such error"),
        ("/error", 404, "no such error"),
        ("/nowhere", 404, "404"),
    ] {
        let answer = get(&tenant, path).await;
        assert_eq!(answer.status, status, "{path}");
        assert!(answer.head.contains("content-type: text/html"), "{path}");
        assert!(answer.body.contains(says), "{path}: {}", answer.body);
        assert!(answer.body.contains("<html lang=\"en\">"), "{path}: {}", answer.body);
        assert!(!answer.body.contains("<b>"), "{path}");
    }
}

#[tokio::test]
async fn a_browser_walks_the_pages_and_has_a_session_then() {
    let tenant = people().start().await.unwrap();
    let path = url(&tenant, APP, "http://localhost:1", &[]);
    let path = path.splitn(4, '/').nth(3).map(|path| format!("/{path}")).unwrap();
    let first = get(&tenant, &path).await;
    let (mut flow, title) = page(&first);
    assert_eq!((first.status, title.as_str()), (200, "Sign in"));

    let mut titles = Vec::new();
    let steps: [&[(&str, &str)]; 6] = [
        &[("action", "signin"), ("account", "nobody@contoso.example")],
        &[("action", "signin"), ("account", "pat@contoso.example"), ("password", "wrong")],
        &[("action", "signin"), ("account", "pat@contoso.example"), ("password", "right")],
        &[("action", "enrol")],
        &[("action", "verify"), ("otc", "000000")],
        &[("action", "verify"), ("otc", "123456")],
    ];
    for step in steps {
        let mut form = step.to_vec();
        form.push(("flow", &flow));
        let answer = post(&tenant, "/login", &form).await;
        let (next, title) = page(&answer);
        (flow, _) = (next, titles.push(title));
    }
    assert_eq!(
        titles,
        [
            "Sign in",
            "Sign in",
            "More information required",
            "Enter code",
            "Enter code",
            "Permissions requested"
        ]
    );
    let done = post(&tenant, "/login", &[("action", "accept"), ("flow", &flow)]).await;
    assert_eq!(done.status, 302);
    assert!(done.head.contains("location: http://localhost:1?code="));
    assert_eq!(post(&tenant, "/login", &[("action", "accept"), ("flow", "x")]).await.status, 400);

    // Without a session prompt=none comes back with an error, and with one with a code.
    let silent = format!("{path}&prompt=none");
    assert!(get(&tenant, &silent).await.head.contains("error=login_required"));
    let cookie = format!("Cookie: other=1; {}\r\n", done.cookie.unwrap());
    let known = http(&tenant, &silent, &cookie, None).await;
    assert!(known.head.contains("location: http://localhost:1?code="), "{}", known.head);
    assert_eq!(page(&http(&tenant, &format!("{path}&prompt=login"), &cookie, None).await).1, "Sign in");
    tenant.revoke_sessions("pat@contoso.example").unwrap();
    assert!(http(&tenant, &silent, &cookie, None).await.head.contains("error=login_required"));
}

#[tokio::test]
async fn personal_accounts_live_under_consumers_and_have_opaque_tokens() {
    let tenant = people().start().await.unwrap();
    let consumers = |url: String| url.replace(tenant.tenant_id(), "consumers");
    let address = consumers(url(&tenant, APP, "http://localhost", &[]));
    let back = query(&tenant.sign_in(&address, "me@outlook.example").unwrap());
    let form = [
        ("client_id", APP),
        ("grant_type", "authorization_code"),
        ("code", &back["code"]),
        ("redirect_uri", "http://localhost"),
        ("code_verifier", VERIFIER),
        ("client_info", "1"),
    ];
    let granted = post(&tenant, "/consumers/oauth2/v2.0/token", &form).await;
    let token = granted.text("access_token");
    assert!(token.starts_with("EwB") && !token.contains('.'));
    let info = URL_SAFE_NO_PAD.decode(granted.text("client_info")).unwrap();
    let info: serde_json::Value = serde_json::from_slice(&info).unwrap();
    assert_eq!(info["utid"], "9188040d-6c67-4c5b-b112-36a304b66dad");
    assert!(info["uid"].as_str().unwrap().starts_with("00000000-0000-0000-"));
    let mut conn = imap(&tenant).await;
    let sasl = xoauth2("me@outlook.example", &token);
    assert_eq!(conn.imap(&format!("AUTHENTICATE XOAUTH2 {sasl}")).await, ["A1 OK AUTHENTICATE completed."]);
    assert!(conn.imap("SELECT INBOX").await.last().unwrap().starts_with("A1 OK"));

    for (address, user) in
        [(url(&tenant, APP, "http://localhost", &[]), "me@outlook.example"), (address, ADELE)]
    {
        assert!(matches!(tenant.sign_in(&address, user), Err(Error::Page { aadsts: 50020 })));
    }
}
