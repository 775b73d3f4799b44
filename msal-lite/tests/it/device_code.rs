//! The device code flow, answer by answer (RFC 8628 section 3.5 and Entra's table).

use msal_lite::{
    Application, Authority, CorrelationId, DeviceCodeFlow, Error, ErrorKind, Flow, Step, TransportError,
    TransportErrorKind,
};

use crate::tenant::{
    CLIENT, DEVICE_CODE, IMAP, NOW, answer, app, device_flow, form, ok, polling, scopes, sent, tokens, waited,
};

fn refused(error: &str) -> msal_lite::Response {
    answer(400, format!(r#"{{"error":"{error}"}}"#))
}

#[test]
fn a_whole_sign_in() {
    let mut flow = device_flow();
    let request = sent(&mut flow);
    assert!(request.url().ends_with("/oauth2/v2.0/devicecode"));
    let scope = format!("{IMAP} offline_access openid profile");
    assert_eq!(form(&request), [("client_id".into(), CLIENT.into()), ("scope".into(), scope)]);

    flow.receive(&ok(DEVICE_CODE), NOW).unwrap();
    let Step::Show(prompt) = flow.step().unwrap() else { panic!() };
    assert_eq!(
        (prompt.user_code(), prompt.verification_uri()),
        ("ABCD12345", "https://login.microsoft.com/device")
    );
    assert_eq!(prompt.message(), "Open the page and enter ABCD12345.");
    assert_eq!((prompt.expires_in().as_secs(), prompt.interval().as_secs()), (900, 5));

    assert_eq!(waited(&mut flow), 5);
    let request = sent(&mut flow);
    let expected = [
        ("client_id", CLIENT),
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("device_code", "DAQABdevicecodeS3cret"),
        ("client_info", "1"),
    ];
    assert_eq!(form(&request), expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    flow.receive(&refused("authorization_pending"), NOW).unwrap();
    assert_eq!(waited(&mut flow), 5);
    sent(&mut flow);
    flow.receive(&ok(tokens("access", "refresh")), NOW).unwrap();
    let Step::Done(response) = flow.step().unwrap() else { panic!() };
    assert_eq!(response.access_token.expose(), "access");
}

/// RFC 8628 sections 3.2 and 3.4.
#[test]
fn rfc_8628_examples() {
    let mut flow = device_flow();
    sent(&mut flow);
    let told = r#"{"device_code":"GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS","user_code":"WDJB-MJHT",
        "verification_uri":"https://example.com/device",
        "verification_uri_complete":"https://example.com/device?user_code=WDJB-MJHT","expires_in":1800,"interval":5}"#;
    flow.receive(&ok(told), NOW).unwrap();
    let Step::Show(prompt) = flow.step().unwrap() else { panic!() };
    assert_eq!((prompt.user_code(), prompt.verification_uri()), ("WDJB-MJHT", "https://example.com/device"));
    let complete = "https://example.com/device?user_code=WDJB-MJHT";
    assert_eq!(prompt.verification_uri_complete(), Some(complete));
    assert_eq!((prompt.expires_in().as_secs(), prompt.interval().as_secs()), (1800, 5));
    assert_eq!(waited(&mut flow), 5);
    let form = form(&sent(&mut flow));
    let field = |name: &str| form.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str());
    assert_eq!(field("grant_type"), Some("urn:ietf:params:oauth:grant-type:device_code"));
    assert_eq!(field("device_code"), Some("GmRhmhcxhwAzkoEqiMEg_DnyEysNkuNhszIySk9eS"));
    assert_eq!(field("client_id"), Some(CLIENT));
}

#[test]
fn slow_down_is_for_good() {
    let mut flow = polling();
    for (error, wait) in
        [("slow_down", 10), ("authorization_pending", 10), ("slow_down", 15), ("authorization_pending", 15)]
    {
        flow.receive(&refused(error), NOW).unwrap();
        assert_eq!(waited(&mut flow), wait, "{error}");
        sent(&mut flow);
    }
}

#[test]
fn no_answer_backs_off_and_goes_on() {
    let mut flow = polling();
    let lost = |kind| TransportError::new(kind, "lost");
    flow.receive_failure(lost(TransportErrorKind::Timeout)).unwrap();
    assert_eq!(waited(&mut flow), 10);
    sent(&mut flow);
    flow.receive_failure(lost(TransportErrorKind::Connect)).unwrap();
    assert_eq!(waited(&mut flow), 20);
    sent(&mut flow);
    flow.receive(&answer(502, "<html>"), NOW).unwrap();
    assert_eq!(waited(&mut flow), 40);
    sent(&mut flow);
    flow.receive(&answer(429, "slow"), NOW).unwrap();
    assert_eq!(waited(&mut flow), 60);
    sent(&mut flow);
    flow.receive(&answer(429, "slow").with_header("retry-after", "90"), NOW).unwrap();
    assert_eq!(waited(&mut flow), 90);
    sent(&mut flow);
    flow.receive(&refused("temporarily_unavailable"), NOW).unwrap();
    assert_eq!(waited(&mut flow), 60);
    sent(&mut flow);
    flow.receive(&refused("authorization_pending"), NOW).unwrap();
    assert_eq!(waited(&mut flow), 5);
    sent(&mut flow);
    assert!(flow.receive_failure(lost(TransportErrorKind::Tls)).is_err());
}

#[test]
fn every_other_answer_ends_it() {
    for (status, error, code, kind) in [
        (400, "authorization_declined", 0, ErrorKind::Declined),
        (400, "access_denied", 0, ErrorKind::Declined),
        (400, "bad_verification_code", 70018, ErrorKind::CodeExpired),
        (400, "expired_token", 70020, ErrorKind::CodeExpired),
        (400, "code_expired", 70019, ErrorKind::CodeExpired),
        // The loop breaker: the caller has polled too often, and nobody has to sign in again for that.
        (400, "invalid_grant", 50196, ErrorKind::Wait),
        (400, "invalid_grant", 70000, ErrorKind::SignInAgain),
        (401, "invalid_client", 7000218, ErrorKind::FixConfiguration),
        (400, "unauthorized_client", 700016, ErrorKind::FixConfiguration),
    ] {
        let mut flow = polling();
        let body = format!(r#"{{"error":"{error}","error_codes":[{code}]}}"#);
        let found = flow.receive(&answer(status, body), NOW).unwrap_err();
        assert_eq!(found.kind(), kind, "{error}");
        assert_eq!(found.server().unwrap().error(), error);
        assert!(matches!(flow.step(), Err(Error::Misuse(_))));
    }
}

#[test]
fn the_code_expires_by_the_waits() {
    let mut flow = device_flow();
    sent(&mut flow);
    flow.receive(&ok(DEVICE_CODE.replace("900", "\"11\"")), NOW).unwrap();
    flow.step().unwrap();
    for _ in 0..2 {
        assert_eq!(waited(&mut flow), 5);
        sent(&mut flow);
        flow.receive(&refused("authorization_pending"), NOW).unwrap();
    }
    assert!(matches!(flow.step(), Err(Error::CodeExpired)));
}

#[test]
fn the_first_answer_may_be_an_error_under_any_status() {
    for (status, body, kind) in [
        (400, r#"{"error":"unauthorized_client"}"#, ErrorKind::FixConfiguration),
        (200, r#"{"error":"invalid_scope"}"#, ErrorKind::FixConfiguration),
        (400, r#"{"error":"invalid_tenant"}"#, ErrorKind::FixConfiguration),
        (200, r#"{"device_code":"x"}"#, ErrorKind::ProviderDown),
        (200, r#"{"user_code":"x","verification_uri":"y"}"#, ErrorKind::ProviderDown),
    ] {
        let mut flow = device_flow();
        sent(&mut flow);
        assert_eq!(flow.receive(&answer(status, body), NOW).unwrap_err().kind(), kind, "{body}");
    }
    let mut flow = device_flow();
    sent(&mut flow);
    let long = DEVICE_CODE.replace("DAQAB", &"D".repeat(9000));
    assert!(flow.receive(&ok(long), NOW).unwrap_err().to_string().contains("device_code"));
}

#[test]
fn asking_for_the_code_is_repeated_once() {
    let mut flow = device_flow();
    sent(&mut flow);
    flow.receive(&answer(500, ""), NOW).unwrap();
    assert_eq!(waited(&mut flow), 1);
    sent(&mut flow);
    assert!(matches!(flow.receive(&answer(500, ""), NOW), Err(Error::Unavailable { .. })));
}

#[test]
fn absurd_numbers_are_bounded_and_texts_escaped() {
    let mut flow = device_flow();
    sent(&mut flow);
    let body = r#"{"user_code":"A\u001b[2JB","device_code":"d","verification_url":"https://x/","interval":1e30,"expires_in":0}"#;
    flow.receive(&ok(body), NOW).unwrap();
    let Step::Show(prompt) = flow.step().unwrap() else { panic!() };
    assert_eq!(prompt.user_code(), "A\\u{1b}[2JB");
    assert_eq!((prompt.interval().as_secs(), prompt.expires_in().as_secs()), (300, 1));
    assert!(prompt.message().contains("https://x/"));
    assert!(matches!(flow.step(), Err(Error::CodeExpired)));
}

#[test]
fn what_cannot_begin() {
    let id = || CorrelationId::from_random([1; 16]);
    assert!(DeviceCodeFlow::new(&app(), &scopes(&format!("{IMAP} Mail.Read")), id()).is_err());
    let authority = Authority::with_endpoints("https://a.example", "https://a.example/t", None).unwrap();
    let other = Application::new("id", authority).unwrap();
    assert!(
        DeviceCodeFlow::new(&other, &scopes("mail"), id()).unwrap_err().to_string().contains("no device")
    );
}

#[test]
fn another_provider_gets_no_parameter_of_entra() {
    let authority =
        Authority::with_endpoints("https://a.example", "https://a.example/t", Some("https://a.example/d"))
            .unwrap();
    let other = Application::new("id", authority).unwrap();
    let mut flow = DeviceCodeFlow::new(&other, &scopes("mail"), CorrelationId::from_random([1; 16])).unwrap();
    let request = sent(&mut flow);
    assert_eq!(request.url(), "https://a.example/d");
    assert_eq!(form(&request), [("client_id".into(), "id".into()), ("scope".into(), "mail".into())]);
}

/// RFC 8628 section 3.1: a confidential client proves who it is when it asks for a code, too.
#[test]
fn another_provider_is_told_who_asks_for_a_code() {
    let authority =
        Authority::with_endpoints("https://a.example", "https://a.example/t", Some("https://a.example/d"))
            .unwrap();
    let app = Application::new("id", authority).unwrap();
    let with_secret = app.clone().with_client_secret(msal_lite::Secret::new("s3cret".to_owned())).unwrap();
    let begin = |app| DeviceCodeFlow::new(app, &scopes("mail"), CorrelationId::from_random([1; 16])).unwrap();
    let fields = |flow: &mut DeviceCodeFlow| {
        let request = sent(flow);
        assert_eq!(request.url(), "https://a.example/d");
        form(&request).into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>()
    };
    assert_eq!(fields(&mut begin(&with_secret)), ["client_id=id", "scope=mail", "client_secret=s3cret"]);
    let mut flow = begin(&app).with_assertion(msal_lite::Secret::new("e.y.J".to_owned()));
    let asked = fields(&mut flow);
    assert_eq!((asked.len(), asked[3].as_str()), (4, "client_assertion=e.y.J"));
    // What is refused then may repeat the secret, which is left out.
    let mut flow = begin(&with_secret);
    sent(&mut flow);
    let body = r#"{"error":"invalid_client","error_description":"s3cret is wrong"}"#;
    let error = flow.receive(&answer(401, body), NOW).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("s3cret"), "{error}");
}
