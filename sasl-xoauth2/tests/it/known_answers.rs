//! Messages and challenges that others published or that real servers sent.

use sasl_xoauth2::{Answer, Credentials, Exchange, Mechanism, ServerError, ServerErrorKind};

const RFC_TOKEN: &str = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==";

fn initial(mechanism: Mechanism, credentials: Credentials<'_>) -> String {
    let mut out = Vec::new();
    Exchange::new(mechanism, credentials).initial_response_base64(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// What the server's challenge says, and what the client answers to it in base64.
fn refused(mechanism: Mechanism, challenge: &str) -> (ServerError, String) {
    let mut exchange = Exchange::new(mechanism, Credentials::new("user@example.com", "t0ken").unwrap());
    exchange.initial_response(&mut Vec::new()).unwrap();
    let mut answer = Vec::new();
    assert_eq!(exchange.respond_base64(challenge.as_bytes(), &mut answer).unwrap(), Answer::Acknowledgement);
    (exchange.into_server_error().unwrap(), String::from_utf8(answer).unwrap())
}

/// The same for a challenge that is given without base64.
fn refused_plain(mechanism: Mechanism, challenge: &str) -> ServerError {
    let mut exchange = Exchange::new(mechanism, Credentials::new("user@example.com", "t0ken").unwrap());
    exchange.initial_response(&mut Vec::new()).unwrap();
    exchange.respond(challenge.as_bytes(), &mut Vec::new()).unwrap();
    exchange.into_server_error().unwrap()
}

#[test]
fn rfc_7628_4_1_imap() {
    let credentials = Credentials::new("user@example.com", RFC_TOKEN).unwrap();
    let credentials = credentials.with_host("server.example.com").unwrap().with_port(143);
    assert_eq!(
        initial(Mechanism::OAuthBearer, credentials),
        "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyIHZGOWRmdDRx\
         bVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB"
    );
}

#[test]
fn rfc_7628_4_1_smtp() {
    let credentials = Credentials::new("user@example.com", RFC_TOKEN).unwrap();
    let credentials = credentials.with_host("server.example.com").unwrap().with_port(587);
    assert_eq!(
        initial(Mechanism::OAuthBearer, credentials),
        "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9NTg3AWF1dGg9QmVhcmVyIHZGOWRmdDRx\
         bVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB"
    );
}

#[test]
fn rfc_7628_4_3_failed_exchange() {
    let (error, answer) = refused(
        Mechanism::OAuthBearer,
        "eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIiwic2NvcGUiOiJleGFtcGxlX3Njb3BlIiwib3BlbmlkLWNvbmZpZ3VyYXRpb24iOiJo\
         dHRwczovL2V4YW1wbGUuY29tLy53ZWxsLWtub3duL29wZW5pZC1jb25maWd1cmF0aW9uIn0=",
    );
    assert_eq!(answer, "AQ==");
    assert_eq!(error.kind(), ServerErrorKind::InvalidToken);
    assert_eq!(error.status(), Some("invalid_token"));
    assert_eq!(error.scope(), Some("example_scope"));
    assert_eq!(error.openid_configuration(), Some("https://example.com/.well-known/openid-configuration"));
}

#[test]
fn rfc_7628_4_4_smtp() {
    let (error, answer) = refused(
        Mechanism::OAuthBearer,
        "eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIiwic2NoZW1lcyI6ImJlYXJlciBtYWMiLCJzY29wZSI6Imh0dHBzOi8vbWFpbC5leGFtcGxl\
         LmNvbS8ifQ==",
    );
    assert_eq!(answer, "AQ==");
    assert_eq!(error.kind(), ServerErrorKind::InvalidToken);
    assert_eq!(
        error.to_string(),
        "status invalid_token, schemes bearer mac, scope https://mail.example.com/"
    );
}

#[test]
fn google_xoauth2() {
    let credentials =
        Credentials::new("someuser@example.com", "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg").unwrap();
    assert_eq!(
        initial(Mechanism::XOAuth2, credentials),
        "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ=="
    );
}

#[test]
fn gmail_challenge() {
    let (error, answer) = refused(
        Mechanism::XOAuth2,
        "eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiYmVhcmVyIG1hYyIsInNjb3BlIjoiaHR0cHM6Ly9tYWlsLmdvb2dsZS5jb20vIn0K",
    );
    assert_eq!(answer, "");
    assert_eq!(error.to_string(), "status 401, schemes bearer mac, scope https://mail.google.com/");
}

#[test]
fn dovecot_2_3_challenges() {
    let configuration = Some("https://localhost:21443/common/.well-known/openid-configuration");
    let (error, answer) = refused(
        Mechanism::XOAuth2,
        "eyJzdGF0dXMiOiI0MDEiLCJzY2hlbWVzIjoiYmVhcmVyIiwic2NvcGUiOiJtYWlsIiwib3BlbmlkLWNvbmZpZ3VyYXRpb24iOiJodHRwczovL2xvY2FsaG9zdDoyMTQ0My9jb21tb24vLndlbGwta25vd24vb3BlbmlkLWNvbmZpZ3VyYXRpb24ifQ==",
    );
    assert_eq!(answer, "");
    assert_eq!((error.status(), error.schemes(), error.scope()), (Some("401"), Some("bearer"), Some("mail")));
    assert_eq!(error.openid_configuration(), configuration);

    let (error, answer) = refused(
        Mechanism::OAuthBearer,
        "eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIiwib3BlbmlkLWNvbmZpZ3VyYXRpb24iOiJodHRwczovL2xvY2FsaG9zdDoyMTQ0My9jb21tb24vLndlbGwta25vd24vb3BlbmlkLWNvbmZpZ3VyYXRpb24ifQ==",
    );
    assert_eq!(answer, "AQ==");
    assert_eq!((error.status(), error.schemes(), error.scope()), (Some("invalid_token"), None, None));
    assert_eq!(error.openid_configuration(), configuration);
}

#[test]
fn every_status_seen_has_its_kind() {
    let kinds = [
        (r#"{"status":"401","schemes":"bearer mac","scope":"mail"}"#, ServerErrorKind::InvalidToken),
        (r#"{"schemes":"bearer","status":"401","scope":"mail"}"#, ServerErrorKind::InvalidToken),
        (r#"{"status":"invalid_token","scope":"mail"}"#, ServerErrorKind::InvalidToken),
        (r#"{"status":401}"#, ServerErrorKind::InvalidToken),
        (r#"{"status":"400","schemes":"Bearer","scope":"x"}"#, ServerErrorKind::InvalidRequest),
        (r#"{"status":"invalid_request"}"#, ServerErrorKind::InvalidRequest),
        (r#"{"status":"insufficient_scope"}"#, ServerErrorKind::InsufficientScope),
        (r#"{"status":"500"}"#, ServerErrorKind::ServerTrouble),
        (r#"{"status":503}"#, ServerErrorKind::ServerTrouble),
        (r#"{"status":"internal_failure"}"#, ServerErrorKind::ServerTrouble),
        (r#"{"status":"teapot"}"#, ServerErrorKind::Other),
        (r#"{"status":null}"#, ServerErrorKind::Other),
        ("{}", ServerErrorKind::Other),
        ("", ServerErrorKind::Other),
        ("go away", ServerErrorKind::Other),
    ];
    for (challenge, kind) in kinds {
        assert_eq!(refused_plain(Mechanism::OAuthBearer, challenge).kind(), kind, "{challenge}");
    }
}
