//! No token in anything that can be printed.

use std::fmt::Debug;

use sasl_xoauth2::{ClientMessage, Credentials, Exchange, Mechanism};

const TOKEN: &str = "S3cretT0kenThatMustNotBeSeenAnywhere";

/// The middle of the token in base64 at each of the three alignments.
const IN_BASE64: [&str; 3] =
    ["cmV0VDBrZW5UaGF0TXVzdE5vdEJl", "Y3JldFQwa2VuVGhhdE11c3ROb3RC", "M2NyZXRUMGtlblRoYXRNdXN0Tm90"];

fn clean(value: &dyn Debug) {
    for text in [format!("{value:?}"), format!("{value:#?}")] {
        assert!(!text.contains("S3cretT0ken") && !text.contains("MustNotBeSeen"), "{text}");
        for encoded in IN_BASE64 {
            assert!(!text.contains(encoded), "{text}");
        }
    }
}

#[test]
fn debug_and_errors_hold_no_token() {
    let credentials = Credentials::new("user@example.com", TOKEN).unwrap().with_host("h").unwrap();
    clean(&credentials);
    for mechanism in [Mechanism::XOAuth2, Mechanism::OAuthBearer] {
        let mut exchange = Exchange::new(mechanism, credentials);
        let mut message = Vec::new();
        exchange.initial_response(&mut message).unwrap();
        clean(&exchange);
        clean(&ClientMessage::parse(mechanism, &message).unwrap());
        clean(&ClientMessage::parse(mechanism, &message[..message.len() - 1]).unwrap_err());
        clean(&exchange.initial_response(&mut message).unwrap_err());
    }
    let broken = format!("{TOKEN}\n");
    clean(&Credentials::new("user@example.com", &broken).unwrap_err());
}

#[test]
fn a_server_that_repeats_the_token_is_not_quoted() {
    let challenges = [
        format!(r#"{{"status":"401","scope":"for {TOKEN}"}}"#),
        format!("bad token {TOKEN}"),
        format!("{}{TOKEN}", "x".repeat(4090)),
    ];
    for challenge in challenges {
        let mut exchange = Exchange::new(Mechanism::XOAuth2, Credentials::new("u", TOKEN).unwrap());
        exchange.initial_response(&mut Vec::new()).unwrap();
        exchange.respond(challenge.as_bytes(), &mut Vec::new()).unwrap();
        clean(&exchange);
        assert!(!exchange.into_server_error().unwrap().to_string().contains("S3cret"));
    }
}
