//! The client's message as a server reads it: any bytes are read or refused, and what this crate writes is read as it
//! was meant. The first line of the input is a user's name, the second a token.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sasl_xoauth2::{ClientMessage, Credentials, Exchange, Mechanism};

fuzz_target!(|bytes: &[u8]| {
    for mechanism in [Mechanism::XOAuth2, Mechanism::OAuthBearer] {
        if let Ok(message) = ClientMessage::parse(mechanism, bytes) {
            let (shown, token) = (format!("{message:?}"), message.token());
            // A short one is a part of many a word.
            let elsewhere =
                [message.user(), message.host()].into_iter().flatten().any(|text| text.contains(token));
            assert!(token.len() < 16 || elsewhere || !shown.contains(token), "a token in Debug");
        }
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (user, token) = text.split_once('\n').unwrap_or((text, "token"));
    let Ok(credentials) = Credentials::new(user, token) else { return };
    let credentials = credentials.with_port(993);
    for mechanism in [Mechanism::XOAuth2, Mechanism::OAuthBearer] {
        let mut exchange = Exchange::new(mechanism, credentials);
        let (length, encoded) = (exchange.message_len(), exchange.encoded_len());
        let mut message = Vec::new();
        exchange.initial_response(&mut message).expect("a first message");
        assert_eq!(message.len(), length);
        assert_eq!(encoded, length.div_ceil(3) * 4);
        let read = ClientMessage::parse(mechanism, &message).expect("what was written can be read");
        assert_eq!((read.user(), read.token()), (Some(user), token));
    }
});
