//! The refresh flow.

use msal_lite::{Error, ErrorKind, Flow, Step, TransportError, TransportErrorKind};

use crate::tenant::{CLIENT, IMAP, NOW, answer, form, ok, refresh_flow, sent, tokens, waited};

#[test]
fn the_request() {
    let request = sent(&mut refresh_flow());
    assert_eq!(
        request.url(),
        "https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/oauth2/v2.0/token"
    );
    let scope = format!("{IMAP} offline_access openid profile");
    let expected = [
        ("client_id", CLIENT),
        ("grant_type", "refresh_token"),
        ("refresh_token", "1.AXX-refreshS3cret"),
        ("scope", &scope),
        ("client_info", "1"),
    ];
    assert_eq!(form(&request), expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let headers: Vec<_> = request.headers().collect();
    assert!(headers.contains(&("content-type", "application/x-www-form-urlencoded")));
    assert!(headers.contains(&("client-request-id", "07070707-0707-4707-8707-070707070707")));
}

#[test]
fn one_repetition_after_an_outage_or_a_reset() {
    let reset = || TransportError::new(TransportErrorKind::Interrupted, "connection reset");
    let mut flow = refresh_flow();
    sent(&mut flow);
    flow.receive(&answer(503, "<html>"), NOW).unwrap();
    assert_eq!(waited(&mut flow), 1);
    sent(&mut flow);
    flow.receive(&ok(tokens("a", "r")), NOW).unwrap();
    assert!(matches!(flow.step().unwrap(), Step::Done(_)));
    assert!(matches!(flow.step(), Err(Error::Misuse(_))));

    let mut flow = refresh_flow();
    sent(&mut flow);
    flow.receive_failure(reset()).unwrap();
    assert_eq!(waited(&mut flow), 1);
    sent(&mut flow);
    let error = flow.receive_failure(reset()).unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string().as_str()),
        (ErrorKind::Network, "no answer from the provider: connection reset")
    );
}

#[test]
fn no_repetition_where_it_would_harm() {
    for response in [
        answer(429, ""),
        answer(503, "").with_header("Retry-After", "60"),
        answer(400, r#"{"error":"invalid_grant"}"#),
    ] {
        let mut flow = refresh_flow();
        sent(&mut flow);
        assert!(flow.receive(&response, NOW).is_err());
        assert!(flow.step().is_err());
    }
    for kind in [TransportErrorKind::Tls, TransportErrorKind::Connect, TransportErrorKind::Timeout] {
        let mut flow = refresh_flow();
        sent(&mut flow);
        assert!(flow.receive_failure(TransportError::new(kind, "x")).is_err());
    }
}

#[test]
fn out_of_order_is_misuse() {
    let mut flow = refresh_flow();
    assert!(matches!(flow.receive(&ok("{}"), NOW), Err(Error::Misuse(_))));
    sent(&mut flow);
    assert!(matches!(flow.step(), Err(Error::Misuse(_))));
    // The flow is as it was.
    flow.receive(&ok(tokens("a", "r")), NOW).unwrap();
}

/// Entra words its outages in OAuth's terms, too.
#[test]
fn an_outage_in_the_words_of_oauth_is_repeated_as_well() {
    for (status, error) in [(503, "temporarily_unavailable"), (500, "server_error"), (502, "unknown")] {
        let refused =
            || answer(status, format!(r#"{{"error":"{error}","error_description":"AADSTS90033: x"}}"#));
        let mut flow = refresh_flow();
        sent(&mut flow);
        flow.receive(&refused(), NOW).unwrap();
        assert_eq!(waited(&mut flow), 1);
        sent(&mut flow);
        assert!(matches!(flow.receive(&refused(), NOW), Err(msal_lite::Error::Refused(_))));
        // One that says when to come back is believed.
        let mut flow = refresh_flow();
        sent(&mut flow);
        assert!(flow.receive(&refused().with_header("Retry-After", "60"), NOW).is_err());
    }
}
