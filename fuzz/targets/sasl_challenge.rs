//! Any challenge, once and again: the token leaves at most once.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sasl_xoauth2::{Answer, Credentials, Exchange, Mechanism};

const TOKEN: &str = "ya29.a-token-that-is-long-enough-to-be-told-from-other-text";

fuzz_target!(|input: (bool, Vec<&[u8]>)| {
    let (bearer, challenges) = input;
    let mechanism = if bearer { Mechanism::OAuthBearer } else { Mechanism::XOAuth2 };
    let credentials = Credentials::new("user@example.org", TOKEN).expect("good credentials");
    let mut exchange = Exchange::new(mechanism, credentials);
    let mut sent = 0;
    for challenge in challenges {
        let mut out = Vec::new();
        match exchange.respond(challenge, &mut out) {
            Ok(Answer::Token) => sent += 1,
            Ok(Answer::Acknowledgement) | Err(_) => {
                assert!(!out.windows(TOKEN.len()).any(|part| part == TOKEN.as_bytes()));
            }
        }
    }
    assert!(sent <= 1, "the token was sent {sent} times");
});
