//! The order of things: one emission, two steps, refusals, limits.

use sasl_xoauth2::{
    Answer, Credentials, Error, Exchange, IMAP_COMMAND_LINE, Limits, Mechanism, POP3_COMMAND_LINE,
    SMTP_COMMAND_LINE,
};

fn exchange(mechanism: Mechanism) -> Exchange<'static> {
    Exchange::new(mechanism, Credentials::new("user@example.com", "t0ken").unwrap())
}

#[test]
fn two_steps_give_the_token_for_the_empty_challenge() {
    for mechanism in [Mechanism::XOAuth2, Mechanism::OAuthBearer] {
        let (mut one, mut two) = (Vec::new(), Vec::new());
        exchange(mechanism).initial_response_base64(&mut one).unwrap();
        assert_eq!(exchange(mechanism).respond_base64(b"", &mut two), Ok(Answer::Token));
        assert_eq!(one, two);
        let (mut one, mut two) = (Vec::new(), Vec::new());
        exchange(mechanism).initial_response(&mut one).unwrap();
        assert_eq!(exchange(mechanism).respond(b"", &mut two), Ok(Answer::Token));
        assert_eq!(one, two);
    }
}

#[test]
fn text_instead_of_an_empty_challenge_invites_the_token() {
    let mut out = Vec::new();
    assert_eq!(exchange(Mechanism::XOAuth2).respond_base64(b"go ahead", &mut out), Ok(Answer::Token));
}

#[test]
fn a_refusal_before_the_token_keeps_the_token_here() {
    let mut exchange = exchange(Mechanism::OAuthBearer);
    let mut out = Vec::new();
    assert_eq!(exchange.respond(br#" {"status":"500"}"#, &mut out), Ok(Answer::Acknowledgement));
    assert_eq!(out, b"\x01");
    assert_eq!(exchange.initial_response(&mut out), Err(Error::TokenAlreadySent));
    assert_eq!(out, b"\x01");
}

#[test]
fn the_token_leaves_once() {
    for challenge in [&b""[..], b"{}", b"e30=", b"again"] {
        let mut exchange = exchange(Mechanism::XOAuth2);
        let mut out = Vec::new();
        exchange.initial_response(&mut out).unwrap();
        let sent = out.len();
        assert_eq!(exchange.respond_base64(challenge, &mut out), Ok(Answer::Acknowledgement));
        assert_eq!(exchange.respond_base64(challenge, &mut out), Err(Error::UnexpectedChallenge));
        assert_eq!(exchange.respond(challenge, &mut out), Err(Error::UnexpectedChallenge));
        assert_eq!(exchange.initial_response_base64(&mut out), Err(Error::TokenAlreadySent));
        assert_eq!(out.len(), sent, "nothing more was written");
        assert!(exchange.server_error().is_some());
    }
}

#[test]
fn appends_and_reserves_exactly() {
    let mut exchange = exchange(Mechanism::XOAuth2);
    let mut out = b"AUTH XOAUTH2 ".to_vec();
    out.shrink_to_fit();
    let expected = out.len() + exchange.encoded_len();
    exchange.initial_response_base64(&mut out).unwrap();
    assert!(out.starts_with(b"AUTH XOAUTH2 dXNl"));
    assert_eq!((out.len(), out.capacity()), (expected, expected));
}

#[test]
fn a_prepared_buffer_is_not_reallocated() {
    let mut exchange = exchange(Mechanism::XOAuth2);
    let mut out = Vec::with_capacity(exchange.encoded_len());
    let before = out.as_ptr();
    exchange.initial_response_base64(&mut out).unwrap();
    assert_eq!(out.as_ptr(), before);
}

#[test]
fn lines_fit_to_the_octet() {
    let token = "t".repeat(300);
    let exchange = Exchange::new(Mechanism::XOAuth2, Credentials::new("user@example.com", &token).unwrap());
    let prefix = "AUTH XOAUTH2 ".len();
    let line = prefix + exchange.encoded_len() + 2;
    assert!(exchange.fits(line, prefix));
    assert!(!exchange.fits(line - 1, prefix));
    assert!(exchange.fits(SMTP_COMMAND_LINE, prefix));
    assert!(!exchange.fits(POP3_COMMAND_LINE, prefix));
    assert!(!exchange.fits(usize::MAX - 1, usize::MAX));

    let token = "t".repeat(2000);
    let exchange = Exchange::new(Mechanism::XOAuth2, Credentials::new("user@example.com", &token).unwrap());
    assert!(!exchange.fits(SMTP_COMMAND_LINE, prefix));
    assert!(exchange.fits(IMAP_COMMAND_LINE, "A1 AUTHENTICATE XOAUTH2 ".len()));
}

#[test]
fn what_the_server_says_is_bounded_and_escaped() {
    let mut limits = Limits::default();
    limits.challenge = 64;
    limits.text = 16;
    let refuse = |challenge: &[u8]| {
        let credentials = Credentials::new("user@example.com", "t0ken").unwrap();
        let mut exchange = Exchange::with_limits(Mechanism::XOAuth2, credentials, limits);
        exchange.initial_response(&mut Vec::new()).unwrap();
        exchange.respond(challenge, &mut Vec::new()).unwrap();
        exchange.into_server_error().unwrap()
    };
    let long_value = format!(r#"{{"scope":"{}"}}"#, "s".repeat(40));
    assert_eq!(refuse(long_value.as_bytes()).scope(), Some("ssssssssssssssss..."));
    let long_challenge = format!(r#"{{"scope":"{}"}}"#, "s".repeat(100));
    let error = refuse(long_challenge.as_bytes());
    assert_eq!((error.scope(), error.text()), (None, Some("{\"scope\":\"ssssss...")));
    assert_eq!(refuse(b"a\r\nb\x1b[1m\xff").text(), Some("a\\u{d}\\u{a}b\\u{1b}[1m\u{fffd}"));
    // What turns the order of a line around.
    assert_eq!(refuse("a\u{202e}b\u{2066}c".as_bytes()).text(), Some("a\\u{202e}b\\u{2066}c"));
    let nested = "[".repeat(64);
    assert!(refuse(nested.as_bytes()).text().is_some());
    assert!(refuse(&[b'A'; 1 << 20]).text().is_some());
}

#[test]
fn names_in_any_case() {
    assert_eq!("xoauth2".parse(), Ok(Mechanism::XOAuth2));
    assert_eq!("OAuthBearer".parse(), Ok(Mechanism::OAuthBearer));
    assert_eq!("PLAIN".parse::<Mechanism>(), Err(Error::UnknownMechanism));
    assert_eq!(Mechanism::OAuthBearer.to_string(), "OAUTHBEARER");
}
