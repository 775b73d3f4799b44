//! The client's message as a server reads it: both mechanisms, any bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sasl_xoauth2::{ClientMessage, Mechanism};

fuzz_target!(|bytes: &[u8]| {
    for mechanism in [Mechanism::XOAuth2, Mechanism::OAuthBearer] {
        if let Ok(message) = ClientMessage::parse(mechanism, bytes) {
            assert!(!format!("{message:?}").contains(message.token()), "a token in Debug");
        }
    }
});
