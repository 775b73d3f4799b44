//! Where a provider says that its endpoints are.

use msal_lite::{
    Application, Authority, AuthorizationCodeFlow, AuthorizationOptions, CorrelationId, DiscoveryFlow,
    DiscoveryStep, Error, ErrorKind, Redirect,
};

use crate::tenant::{NOW, answer, ok, scopes};

fn flow(issuer: &str) -> DiscoveryFlow {
    DiscoveryFlow::new(issuer, CorrelationId::from_random([7; 16])).unwrap()
}

fn asked(flow: &mut DiscoveryFlow) -> String {
    match flow.step().unwrap() {
        DiscoveryStep::Send(request) => request.url().to_owned(),
        DiscoveryStep::Done(authority) => panic!("{authority:?}"),
    }
}

fn outcome(issuer: &str, document: &str) -> Result<Authority, Error> {
    let mut flow = flow(issuer);
    asked(&mut flow);
    flow.receive(&ok(document), NOW)?;
    match flow.step().unwrap() {
        DiscoveryStep::Done(authority) => Ok(*authority),
        DiscoveryStep::Send(request) => panic!("{request:?}"),
    }
}

#[test]
fn both_places() {
    let mut flow = flow("https://auth.tb.pro/realms/tbpro");
    assert_eq!(asked(&mut flow), "https://auth.tb.pro/realms/tbpro/.well-known/openid-configuration");
    flow.receive(&answer(404, "<html>"), NOW).unwrap();
    assert_eq!(asked(&mut flow), "https://auth.tb.pro/.well-known/oauth-authorization-server/realms/tbpro");
    assert!(matches!(flow.receive(&answer(404, "no"), NOW), Err(Error::Malformed { status: 404, .. })));
    assert!(matches!(flow.step(), Err(Error::Misuse(_))));
    // An outage at the first says nothing about the second.
    let mut flow = self::flow("https://a.example");
    asked(&mut flow);
    assert!(matches!(flow.receive(&answer(503, ""), NOW), Err(Error::Unavailable { .. })));
}

#[test]
fn a_whole_document() {
    let found = outcome(
        "https://a.example",
        r#"{"issuer":"https://a.example","token_endpoint":"https://t.example/token","authorization_endpoint":"https://l.example/login",
            "device_authorization_endpoint":"https://t.example/device","authorization_response_iss_parameter_supported":true,
            "token_endpoint_auth_methods_supported":["client_secret_basic"],"unknown":[1]}"#,
    )
    .unwrap();
    assert_eq!((found.issuer(), found.environment()), ("https://a.example", "a.example"));
    assert_eq!(found.token_endpoint(), "https://t.example/token");
    assert_eq!(found.authorization_endpoint(), Some("https://l.example/login"));
    assert_eq!(found.device_endpoint(), Some("https://t.example/device"));
}

/// RFC 8414 section 3.2, and section 3.1 for where the document of an issuer with a path is.
#[test]
fn rfc_8414_examples() {
    let found = outcome(
        "https://server.example.com",
        r#"{"issuer":"https://server.example.com","authorization_endpoint":"https://server.example.com/authorize",
            "token_endpoint":"https://server.example.com/token",
            "token_endpoint_auth_methods_supported":["client_secret_basic","private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported":["RS256","ES256"],
            "userinfo_endpoint":"https://server.example.com/userinfo","jwks_uri":"https://server.example.com/jwks.json",
            "registration_endpoint":"https://server.example.com/register",
            "scopes_supported":["openid","profile","email","address","phone","offline_access"],
            "response_types_supported":["code","code token"],
            "service_documentation":"http://server.example.com/service_documentation.html",
            "ui_locales_supported":["en-US","en-GB","en-CA","fr-FR","fr-CA"]}"#,
    )
    .unwrap();
    assert_eq!(found.token_endpoint(), "https://server.example.com/token");
    assert_eq!(found.authorization_endpoint(), Some("https://server.example.com/authorize"));
    assert_eq!(found.device_endpoint(), None);
    let mut flow = flow("https://example.com/issuer1");
    asked(&mut flow);
    flow.receive(&answer(404, ""), NOW).unwrap();
    assert_eq!(asked(&mut flow), "https://example.com/.well-known/oauth-authorization-server/issuer1");
}

/// RFC 9207 sections 2.1 and 2.2, with a state of ours: a code, and a refusal, each with its issuer.
#[test]
fn rfc_9207_examples() {
    let document = r#"{"issuer":"https://honest.as.example","token_endpoint":"https://honest.as.example/t",
        "authorization_endpoint":"https://honest.as.example/a","authorization_response_iss_parameter_supported":true}"#;
    let app = Application::new("client", outcome("https://honest.as.example", document).unwrap()).unwrap();
    let redirected = |answer: &str, iss: &str| {
        let (options, correlation) = (AuthorizationOptions::new(), CorrelationId::from_random([7; 16]));
        let (scopes, redirect) = (scopes("mail"), "http://127.0.0.1:1234/");
        let mut flow =
            AuthorizationCodeFlow::new(&app, &scopes, redirect, &options, [3; 96], correlation).unwrap();
        let page = url::Url::parse(flow.authorization_url()).unwrap();
        let state = page.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
        flow.receive_redirect(format!("{answer}&state={state}{iss}").as_bytes())
    };
    let (code, refused) = ("code=x1848ZT64p4IirMPT0R-X3141MFPTuBX-VFL_cvaplMH58", "error=access_denied");
    let honest = "&iss=https%3A%2F%2Fhonest.as.example";
    assert_eq!(redirected(code, honest).unwrap(), Redirect::Accepted);
    assert_eq!(redirected(refused, honest).unwrap_err().kind(), ErrorKind::Declined);
    for iss in ["&iss=https%3A%2F%2Fattacker.example", "&iss=https%3A%2F%2Fhonest.as.example%2F", ""] {
        for answer in [code, refused] {
            assert_ne!(
                redirected(answer, iss).map_err(|error| error.kind()),
                Ok(Redirect::Accepted),
                "{iss}"
            );
            assert_ne!(
                redirected(answer, iss).map_err(|error| error.kind()),
                Err(ErrorKind::Declined),
                "{iss}"
            );
        }
    }
}

#[test]
fn documents_that_cannot_be_used() {
    for (document, word) in [
        (
            r#"{"issuer":"https://evil.example","token_endpoint":"https://a.example/t"}"#,
            "it is \"https://evil.example\" and not \"https://a.example\"",
        ),
        (
            r#"{"issuer":"https://a.example/","token_endpoint":"https://a.example/t"}"#,
            "it is \"https://a.example/\" and",
        ),
        (r#"{"token_endpoint":"https://a.example/t"}"#, "another issuer"),
        (r#"{"issuer":"https://a.example/","token_endpoint":"https://a.example/t"}"#, "another issuer"),
        (r#"{"token_endpoint":"https://a.example/t"}"#, "another issuer"),
        (r#"{"issuer":"https://a.example"}"#, "no token_endpoint"),
        (r#"{"issuer":"https://a.example","token_endpoint":"http://a.example/t"}"#, "only https"),
        (
            r#"{"issuer":"https://a.example","token_endpoint":"https://a.example/t","authorization_endpoint":"javascript:alert(1)"}"#,
            "only https",
        ),
    ] {
        let error = outcome("https://a.example", document).unwrap_err();
        assert!(error.to_string().contains(word), "{document}: {error}");
    }
    for issuer in ["http://a.example", "a.example", "https://u:p@a.example", "https://a.example/?x"] {
        assert!(DiscoveryFlow::new(issuer, CorrelationId::from_random([7; 16])).is_err(), "{issuer}");
    }
}

#[test]
fn plain_http_to_this_machine_only() {
    for good in ["http://localhost:8080/contoso.com", "http://127.0.0.1:1/common", "http://[::1]:1/common"] {
        let authority = Authority::dangerous_parse_loopback_http(good).unwrap();
        assert!(authority.token_endpoint().starts_with("http://"), "{good}");
        assert!(Authority::parse(good).is_err());
    }
    for bad in [
        "http://login.microsoftonline.com/common",
        "http://localhost.evil.example/common",
        "http://10.0.0.1/common",
        "ftp://localhost/common",
    ] {
        assert!(Authority::dangerous_parse_loopback_http(bad).is_err(), "{bad}");
    }
}

/// An issuer is compared octet by octet (RFC 8414 section 3.3, RFC 9207 section 2.4), and some end in a slash.
#[test]
fn an_issuer_stays_as_it_is_given() {
    for issuer in ["https://tenant.example/", "https://tenant.example", "https://tenant.example/realms/mail/"]
    {
        let document = format!(
            r#"{{"issuer":"{issuer}","token_endpoint":"https://tenant.example/t","authorization_endpoint":"https://tenant.example/a",
                "authorization_response_iss_parameter_supported":true}}"#
        );
        let authority = outcome(issuer, &document).unwrap();
        assert_eq!(authority.issuer(), issuer);
        let app = Application::new("client", authority).unwrap();
        let mut flow = AuthorizationCodeFlow::new(
            &app,
            &scopes("mail"),
            "http://127.0.0.1:1234/",
            &AuthorizationOptions::new(),
            [3; 96],
            CorrelationId::from_random([7; 16]),
        )
        .unwrap();
        let page = url::Url::parse(flow.authorization_url()).unwrap();
        let state = page.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
        let answer = |iss: &str| format!("code=c&state={state}&iss={iss}");
        assert_eq!(flow.receive_redirect(answer(issuer).as_bytes()).unwrap(), Redirect::Accepted);
    }
}
