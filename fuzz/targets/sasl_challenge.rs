//! Any challenges, one after the other: the token leaves at most once, and what the server says is told without it.
//!
//! The first octet of the input chooses the mechanism, base64 or not, and an initial response or none; each line behind it
//! is a challenge, in which `TOKEN` stands for the token.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memchr::memmem;
use sasl_xoauth2::{Answer, Credentials, Exchange, Mechanism};

const TOKEN: &str = "ya29.a-token-that-is-long-enough-to-be-told-from-other-text";

fuzz_target!(|bytes: &[u8]| {
    let Some((flags, bytes)) = bytes.split_first() else { return };
    let mechanism = if flags & 1 == 0 { Mechanism::OAuthBearer } else { Mechanism::XOAuth2 };
    let base64 = flags & 2 != 0;
    let new = || Exchange::new(mechanism, Credentials::new("user@example.org", TOKEN).expect("good"));
    let (mut message, mut exchange) = (Vec::new(), new());
    let first = if base64 {
        new().initial_response_base64(&mut message)
    } else {
        new().initial_response(&mut message)
    };
    first.expect("a first message");
    let mut sent = 0;
    if flags & 4 != 0 {
        exchange.initial_response(&mut Vec::new()).expect("a first message");
        sent += 1;
    }
    let mut refused = false;
    for challenge in bytes.split(|octet| *octet == b'\n').take(8) {
        let challenge = String::from_utf8_lossy(challenge).replace("TOKEN", TOKEN).into_bytes();
        let mut out = Vec::new();
        let answer = if base64 {
            exchange.respond_base64(&challenge, &mut out)
        } else {
            exchange.respond(&challenge, &mut out)
        };
        match answer {
            Ok(Answer::Token) => {
                sent += 1;
                assert!(!refused && out == message, "another message than the first one");
            }
            Ok(Answer::Acknowledgement) => {
                assert!(!refused && exchange.server_error().is_some());
                refused = true;
            }
            Err(_) => assert!(refused && out.is_empty(), "an answer after the refusal"),
        }
        assert!(answer == Ok(Answer::Token) || memmem::find(&out, &message).is_none());
    }
    assert!(sent <= 1, "the token was sent {sent} times");
    assert!(exchange.initial_response(&mut Vec::new()).is_err() || sent == 0 && !refused);
    let shown =
        format!("{exchange:?} {}", exchange.server_error().map(ToString::to_string).unwrap_or_default());
    assert!(!shown.contains(TOKEN), "{shown}");
    assert!(!shown.contains(char::is_control), "{shown:?}");
});
