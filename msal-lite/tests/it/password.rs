//! User name and password: managed users only.

use msal_lite::{
    Application, Authority, CorrelationId, Error, ErrorKind, Flow, Method, PasswordFlow, Secret,
    TransportError, TransportErrorKind,
};

use crate::tenant::{CLIENT, IMAP, NOW, answer, app, app_in, form, ok, scopes, sent, tokens, waited};

pub(crate) const PASSWORD: &str = "S3cretPasswordThatNobodyMaySee";

fn made(app: &Application, user: &str, password: &str) -> Result<PasswordFlow, Error> {
    PasswordFlow::new(
        app,
        &scopes(IMAP),
        user,
        Secret::new(password.to_owned()),
        CorrelationId::from_random([7; 16]),
    )
}

pub(crate) fn flow() -> PasswordFlow {
    made(&app(), "user+x@contoso.com", PASSWORD).unwrap()
}

#[test]
fn the_realm_first_and_then_the_password() {
    let mut flow = flow();
    let request = sent(&mut flow);
    assert_eq!(
        (request.method(), request.url()),
        (
            Method::Get,
            "https://login.microsoftonline.com/common/userrealm/user%2Bx%40contoso.com?api-version=1.0"
        )
    );
    assert!(request.body().is_empty());
    flow.receive(&ok(r#"{"ver":"1.0","account_type":"Managed","domain_name":"contoso.com"}"#), NOW).unwrap();
    let expected = [
        ("client_id", CLIENT),
        ("grant_type", "password"),
        ("username", "user+x@contoso.com"),
        ("password", PASSWORD),
        ("scope", &format!("{IMAP} offline_access openid profile")),
        ("client_info", "1"),
    ];
    assert_eq!(form(&sent(&mut flow)), expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    flow.receive(&ok(tokens("a", "r")), NOW).unwrap();
    assert!(matches!(flow.step().unwrap(), msal_lite::Step::Done(_)));
}

#[test]
fn other_users_are_sent_elsewhere_before_the_password_goes_out() {
    for (body, word) in [
        (r#"{"account_type":"Federated","federation_protocol":"WSTrust"}"#, "federated"),
        (r#"{"account_type":"Unknown"}"#, "no tenant knows"),
        ("{}", "no known account_type"),
        ("<html>", "HTML"),
    ] {
        let mut flow = flow();
        sent(&mut flow);
        let error = flow.receive(&ok(body), NOW).unwrap_err();
        assert!(error.to_string().contains(word), "{error}");
        assert!(matches!(flow.step(), Err(Error::Misuse(_))));
    }
}

#[test]
fn the_question_may_be_repeated_and_the_password_never() {
    let reset = || TransportError::new(TransportErrorKind::Interrupted, "reset");
    let mut flow = flow();
    sent(&mut flow);
    flow.receive_failure(reset()).unwrap();
    assert_eq!(waited(&mut flow), 1);
    sent(&mut flow);
    flow.receive(&ok(r#"{"account_type":"managed"}"#), NOW).unwrap();
    sent(&mut flow);
    assert!(flow.receive(&answer(503, ""), NOW).is_err());
    assert!(matches!(flow.step(), Err(Error::Misuse(_))));
}

#[test]
fn outcomes_of_the_decision_table() {
    for (status, error, suberror, code, kind) in [
        (400, "invalid_grant", "", 50126, ErrorKind::SignInAgain),
        (400, "invalid_grant", "", 50034, ErrorKind::SignInAgain),
        (400, "invalid_grant", "", 50053, ErrorKind::SignInAgain),
        (400, "invalid_grant", "", 50055, ErrorKind::SignInAgain),
        (400, "invalid_grant", "", 50057, ErrorKind::SignInAgain),
        (400, "interaction_required", "basic_action", 50076, ErrorKind::SignInAgain),
        (400, "interaction_required", "message_only", 53003, ErrorKind::FixConfiguration),
        (400, "invalid_grant", "consent_required", 65001, ErrorKind::SignInAgain),
        (401, "invalid_client", "", 7000218, ErrorKind::FixConfiguration),
        (400, "invalid_request", "", 9001023, ErrorKind::FixConfiguration),
        (400, "unauthorized_client", "", 700016, ErrorKind::FixConfiguration),
        // The loop breaker, told by its number alone: the password was none of its reasons.
        (400, "invalid_grant", "", 50196, ErrorKind::Wait),
    ] {
        let mut flow = flow();
        sent(&mut flow);
        flow.receive(&ok(r#"{"account_type":"Managed"}"#), NOW).unwrap();
        sent(&mut flow);
        let body = format!(
            r#"{{"error":"{error}","suberror":"{suberror}","error_description":"AADSTS{code}: Words."}}"#
        );
        let found = flow.receive(&answer(status, body), NOW).unwrap_err();
        assert_eq!((found.kind(), found.server().unwrap().codes()), (kind, &[code][..]));
    }
}

#[test]
fn refused_at_once() {
    for tenant in ["common", "consumers"] {
        let error = made(&app_in(tenant), "u@contoso.com", "p").unwrap_err();
        assert!(error.to_string().contains("organizations"), "{error}");
    }
    assert!(made(&app_in("organizations"), "u@contoso.com", "p").is_ok());
    for (user, password) in [("", "p"), (" u", "p"), ("u", ""), ("u", "p "), ("u", "p\n"), ("u\r\n", "p")] {
        assert!(matches!(made(&app(), user, password), Err(Error::Invalid { .. })));
    }
    let other = Authority::with_endpoints("https://a.example", "https://a.example/token", None).unwrap();
    assert!(made(&Application::new("x", other).unwrap(), "u", "p").is_err());
}

#[test]
fn a_short_password_hides_nothing_of_the_protocol() {
    for password in ["a", "invalid_grant"] {
        let mut flow = made(&app(), "u@contoso.com", password).unwrap();
        sent(&mut flow);
        flow.receive(&ok(r#"{"account_type":"Managed"}"#), NOW).unwrap();
        sent(&mut flow);
        let error = flow
            .receive(&answer(400, r#"{"error":"invalid_grant","error_codes":[50126]}"#), NOW)
            .unwrap_err();
        assert_eq!(error.server().unwrap().error(), "invalid_grant");
    }
}
