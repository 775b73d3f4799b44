//! Sign-in by browser, without one.

use std::collections::HashMap;

use msal_lite::{
    Application, Authority, AuthorizationCodeFlow, AuthorizationOptions, CorrelationId, Error, ErrorKind,
    Flow, Provider, Redirect, ResponseMode, Secret, Step, TransportError, TransportErrorKind,
};

use crate::tenant::{CLIENT, IMAP, NOW, TENANT, answer, app, form, jwt, ok, scopes, sent, tokens};

const REDIRECT: &str = "http://localhost:44641";

pub(crate) fn flow() -> AuthorizationCodeFlow {
    flow_of(&app(), &AuthorizationOptions::new())
}

fn flow_of(app: &Application, options: &AuthorizationOptions) -> AuthorizationCodeFlow {
    let random = std::array::from_fn(|at| u8::try_from(at).unwrap());
    AuthorizationCodeFlow::new(
        app,
        &scopes(IMAP),
        REDIRECT,
        options,
        random,
        CorrelationId::from_random([7; 16]),
    )
    .unwrap()
}

pub(crate) fn query(flow: &AuthorizationCodeFlow) -> HashMap<String, String> {
    url::Url::parse(flow.authorization_url()).unwrap().query_pairs().into_owned().collect()
}

/// A flow to which the browser has brought a code.
pub(crate) fn redeeming() -> AuthorizationCodeFlow {
    let mut flow = flow();
    let answer = format!("code=1.AXXcodeS3cret&state={}", query(&flow)["state"]);
    assert_eq!(flow.receive_redirect(answer.as_bytes()).unwrap(), Redirect::Accepted);
    flow
}

#[test]
fn the_address_and_the_request() {
    let mut flow = redeeming();
    let asked = query(&flow);
    assert!(flow.authorization_url().starts_with(&format!(
        "https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/authorize?client_id={CLIENT}&"
    )));
    for (name, value) in [
        ("response_type", "code"),
        ("redirect_uri", REDIRECT),
        ("scope", &format!("{IMAP} offline_access openid profile")),
        ("code_challenge_method", "S256"),
        ("response_mode", "form_post"),
        ("client_info", "1"),
        ("state", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"),
    ] {
        assert_eq!(asked[name], value, "{name}");
    }
    assert_eq!((asked["nonce"].len(), asked["code_challenge"].len()), (43, 43));
    assert!(!asked.contains_key("prompt") && !asked.contains_key("login_hint"));

    let sent: HashMap<_, _> = form(&sent(&mut flow)).into_iter().collect();
    for (name, value) in [
        ("grant_type", "authorization_code"),
        ("code", "1.AXXcodeS3cret"),
        ("redirect_uri", REDIRECT),
        ("client_id", CLIENT),
        ("client_info", "1"),
        ("code_verifier", "QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8"),
    ] {
        assert_eq!(sent[name], value, "{name}");
    }
    let digest = ring::digest::digest(&ring::digest::SHA256, sent["code_verifier"].as_bytes());
    use base64::Engine as _;
    assert_eq!(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(digest), asked["code_challenge"]);
    assert!(!sent.contains_key("client_secret"));
}

#[test]
fn what_a_page_can_be_told() {
    let options = AuthorizationOptions::new()
        .with_login_hint("user+1@contoso.com")
        .with_prompt("select_account")
        .with_domain_hint("contoso.com")
        .with_claims(r#"{"access_token":{"capolids":{}}}"#)
        .with_response_mode(ResponseMode::Query)
        .with_parameter("resource", "https://x.example/?a=b&c")
        .unwrap();
    let asked = query(&flow_of(&app(), &options));
    for (name, value) in [
        ("login_hint", "user+1@contoso.com"),
        ("prompt", "select_account"),
        ("domain_hint", "contoso.com"),
        ("claims", r#"{"access_token":{"capolids":{}}}"#),
        ("response_mode", "query"),
        ("resource", "https://x.example/?a=b&c"),
    ] {
        assert_eq!(asked[name], value);
    }
}

#[test]
fn providers_in_their_own_ways() {
    let secret = || Secret::new("GOCSPX-s3cret".to_owned());
    let google =
        Application::new("1.apps.googleusercontent.com", Provider::Google.authority().unwrap()).unwrap();
    let google = google.with_client_secret(secret()).unwrap();
    let mut flow = flow_of(&google, &AuthorizationOptions::new());
    let asked = query(&flow);
    assert_eq!((asked["access_type"].as_str(), asked["prompt"].as_str()), ("offline", "consent"));
    assert!(
        !asked.contains_key("response_mode")
            && !asked.contains_key("client_info")
            && !asked.contains_key("nonce")
    );
    flow.receive_redirect(format!("code=4/0A&state={}", asked["state"]).as_bytes()).unwrap();
    let request = sent(&mut flow);
    assert!(form(&request).contains(&("client_secret".to_owned(), "GOCSPX-s3cret".to_owned())));
    assert_eq!(request.authorization(), None);
    let asked = query(&flow_of(&google, &AuthorizationOptions::new().with_prompt("none")));
    assert_eq!(asked["prompt"], "none");

    let yahoo = Application::new("dj0yJmk9", Provider::Yahoo.authority().unwrap()).unwrap();
    let yahoo = yahoo.with_client_secret(Secret::new("p:w+".to_owned())).unwrap();
    let mut flow = flow_of(&yahoo, &AuthorizationOptions::new());
    flow.receive_redirect(format!("code=y&state={}", query(&flow)["state"]).as_bytes()).unwrap();
    let request = sent(&mut flow);
    // base64 of dj0yJmk9:p%3Aw%2B
    assert_eq!(request.authorization().unwrap().expose(), "Basic ZGoweUptazk6cCUzQXclMkI=");
    assert!(!form(&request).iter().any(|(name, _)| name == "client_secret"));
    assert!(request.headers().all(|(name, _)| name != "authorization"));

    for provider in [Provider::Aol, Provider::Fastmail] {
        assert!(provider.authority().unwrap().authorization_endpoint().is_some());
        assert!(scopes(provider.mail_scopes()).iter().count() > 0);
        assert_eq!(provider.needs_client_secret(), provider == Provider::Aol);
    }
}

#[test]
fn what_is_not_the_answer_changes_nothing() {
    let mut flow = flow();
    let state = query(&flow)["state"].clone();
    for foreign in [
        String::new(),
        "code=x".to_owned(),
        "state=".to_owned(),
        "code=x&state=wrong".to_owned(),
        format!("code=x&state={}", &state[..42]),
        format!("code=x&state={state}x"),
        format!("code=x&code=y&state={state}"),
        format!("code=x&state={state}&state={state}"),
        format!("error=access_denied&state={}", state.to_lowercase()),
        "\u{0}%zz%ff=&&&".to_owned(),
    ] {
        assert_eq!(flow.receive_redirect(foreign.as_bytes()).unwrap(), Redirect::Foreign, "{foreign}");
    }
    assert!(matches!(flow.step(), Err(Error::Misuse(_))));
    flow.receive_redirect(format!("code=x&state={state}").as_bytes()).unwrap();
    // One answer only.
    assert!(matches!(
        flow.receive_redirect(format!("code=y&state={state}").as_bytes()),
        Err(Error::Misuse(_))
    ));
    sent(&mut flow);
}

#[test]
fn refusals_on_the_page() {
    for (answer, kind, suberror) in [
        (
            "error=access_denied&error_subcode=cancel&error_description=AADSTS65004%3A+declined",
            ErrorKind::Declined,
            Some("cancel"),
        ),
        ("error=access_denied", ErrorKind::Declined, None),
        ("error=login_required&error_description=AADSTS50058", ErrorKind::SignInAgain, None),
        ("error=invalid_scope", ErrorKind::FixConfiguration, None),
        ("error=temporarily_unavailable", ErrorKind::Wait, None),
        ("error=server_error", ErrorKind::ProviderDown, None),
        // Found by the fuzz target `redirect`: a refusal that repeats a secret is one all the same.
        ("code=0.AXoAq&error=STATE", ErrorKind::FixConfiguration, None),
        ("code=0.AXoAq&error=0.AXoAq", ErrorKind::FixConfiguration, None),
    ] {
        let mut flow = flow();
        let state = query(&flow)["state"].clone();
        let answer = format!("{}&state={state}", answer.replace("STATE", &state));
        let error = flow.receive_redirect(answer.as_bytes()).unwrap_err();
        assert!(![&state, "0.AXoAq"].iter().any(|secret| format!("{error} {error:?}").contains(*secret)));
        assert_eq!((error.kind(), error.server().unwrap().suberror()), (kind, suberror), "{answer}");
        assert!(matches!(flow.step(), Err(Error::Misuse(_))));
    }
    let mut flow = flow();
    let error = flow.receive_redirect(format!("state={}", query(&flow)["state"]).as_bytes()).unwrap_err();
    assert!(error.to_string().contains("neither a usable code nor an error"), "{error}");
}

#[test]
fn the_issuer_is_checked_where_it_is_named() {
    let outcome = |app: &Application, issuer: &str| {
        let mut flow = flow_of(app, &AuthorizationOptions::new());
        let mut answer = format!("code=x&state={}", query(&flow)["state"]);
        if !issuer.is_empty() {
            answer = format!("{answer}&iss={issuer}");
        }
        flow.receive_redirect(answer.as_bytes()).map(|_| ()).map_err(|error| error.to_string())
    };
    let common = crate::tenant::app_in("common");
    let google = Application::new("1.x", Provider::Google.authority().unwrap()).unwrap();
    for (app, issuer, good) in [
        (&app(), format!("https://login.microsoftonline.com/{TENANT}/v2.0"), true),
        (&app(), format!("https://sts.windows.net/{TENANT}/v2.0"), true),
        (
            &app(),
            "https://login.microsoftonline.com/99999999-2222-3333-4444-555555555555/v2.0".to_owned(),
            false,
        ),
        (&app(), format!("https://evil.example/{TENANT}/v2.0"), false),
        (&app(), format!("http://login.microsoftonline.com/{TENANT}/v2.0"), false),
        (&common, format!("https://login.microsoftonline.com/{TENANT}/v2.0"), true),
        (&google, "https://accounts.google.com".to_owned(), true),
        (&google, "https://accounts.google.com/".to_owned(), false),
        (&google, "accounts.google.com".to_owned(), false),
        (&google, String::new(), true),
    ] {
        assert_eq!(outcome(app, &issuer).is_ok(), good, "{issuer}");
    }
    assert!(outcome(&google, "https://x").unwrap_err().contains("another issuer"));
}

#[test]
fn a_code_is_redeemed_once_whatever_happens() {
    for response in
        [answer(503, ""), answer(400, r#"{"error":"invalid_grant","error_codes":[54005]}"#), answer(429, "")]
    {
        let mut flow = redeeming();
        sent(&mut flow);
        assert!(flow.receive(&response, NOW).is_err());
        assert!(matches!(flow.step(), Err(Error::Misuse(_))));
    }
    let mut flow = redeeming();
    sent(&mut flow);
    let reset = TransportError::new(TransportErrorKind::Interrupted, "reset");
    assert_eq!(flow.receive_failure(reset).unwrap_err().kind(), ErrorKind::Network);
    assert!(flow.step().is_err());
}

#[test]
fn an_id_token_of_another_sign_in_is_refused() {
    let with = |claims: &str| {
        let plain = tokens("a", "r");
        let start = plain.find("\"id_token\":\"").unwrap() + 12;
        let end = start + plain[start..].find('"').unwrap();
        let id_token = jwt(&format!(r#"{{"oid":"o","tid":"{TENANT}",{claims}}}"#));
        format!("{}{id_token}{}", &plain[..start], &plain[end..])
    };
    let with_nonce = |nonce: &str| with(&format!(r#""nonce":"{nonce}""#));
    let mut flow = redeeming();
    sent(&mut flow);
    let nonce = query(&flow)["nonce"].clone();
    flow.receive(&ok(with_nonce(&nonce)), NOW).unwrap();
    assert!(matches!(flow.step().unwrap(), Step::Done(_)));

    for body in [with_nonce("another"), tokens("a", "r")] {
        let mut flow = redeeming();
        sent(&mut flow);
        let error = flow.receive(&ok(body), NOW).unwrap_err();
        assert!(error.to_string().contains("nonce"), "{error}");
        assert!(flow.step().is_err());
    }
    // Whom it is for, where it says so.
    for (audience, is_ours) in [
        (format!("\"{CLIENT}\""), true),
        (format!("[\"other\",\"{CLIENT}\"]"), true),
        ("\"other\"".to_owned(), false),
        ("[\"other\"]".to_owned(), false),
        ("[]".to_owned(), false),
        ("null".to_owned(), false),
    ] {
        let mut flow = redeeming();
        sent(&mut flow);
        let nonce = query(&flow)["nonce"].clone();
        let received = flow.receive(&ok(with(&format!(r#""nonce":"{nonce}","aud":{audience}"#))), NOW);
        assert_eq!(received.is_ok(), is_ours, "{audience}");
        if let Err(error) = received {
            assert!(error.to_string().contains("another application"), "{error}");
        }
    }
    // Without an id token there is nothing to compare.
    let mut flow = redeeming();
    sent(&mut flow);
    flow.receive(&ok(r#"{"access_token":"a"}"#), NOW).unwrap();
}

#[test]
fn where_a_browser_may_bring_a_code() {
    let made = |address: &str| {
        AuthorizationCodeFlow::new(
            &app(),
            &scopes(IMAP),
            address,
            &AuthorizationOptions::new(),
            [0; 96],
            CorrelationId::from_random([7; 16]),
        )
    };
    for good in
        [REDIRECT, "http://127.0.0.1:1/x", "http://[::1]:1", "https://app.example/cb", "com.example.app:/cb"]
    {
        assert!(made(good).is_ok(), "{good}");
    }
    for bad in
        ["http://app.example/cb", "http://localhost.evil.example", "localhost", "", "https://a.example/#x"]
    {
        assert!(matches!(made(bad), Err(Error::Invalid { .. })), "{bad}");
    }
    let plain = Authority::with_endpoints("https://a.example", "https://a.example/token", None).unwrap();
    let plain = Application::new("x", plain).unwrap();
    let error = AuthorizationCodeFlow::new(
        &plain,
        &scopes(IMAP),
        REDIRECT,
        &AuthorizationOptions::new(),
        [0; 96],
        CorrelationId::from_random([7; 16]),
    );
    assert!(error.unwrap_err().to_string().contains("authorization endpoint is not known"));
}

#[test]
fn the_page_of_an_administrator() {
    let page = app()
        .admin_consent_url(&scopes("https://ps.outlook.com/.default"), "https://localhost/x y", "a&b")
        .unwrap();
    let url = url::Url::parse(&page).unwrap();
    assert_eq!(url.path(), format!("/{TENANT}/v2.0/adminconsent"));
    let pairs: HashMap<_, _> = url.query_pairs().into_owned().collect();
    assert_eq!((pairs["state"].as_str(), pairs["redirect_uri"].as_str()), ("a&b", "https://localhost/x y"));
    assert!(crate::tenant::app_in("consumers").admin_consent_url(&scopes("x"), "https://l", "").is_err());
}
