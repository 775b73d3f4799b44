//! What holds for any input.

use base64_reference::encode;
use proptest::prelude::*;
use sasl_xoauth2::{ClientMessage, Credentials, Exchange, Mechanism};

fn mechanism() -> impl Strategy<Value = Mechanism> {
    prop_oneof![Just(Mechanism::XOAuth2), Just(Mechanism::OAuthBearer)]
}

proptest! {
    #[test]
    fn what_is_encoded_is_parsed_again(
        mechanism in mechanism(),
        user in "[a-z,=@\u{e4}\u{20ac} ]{1,40}",
        token in "[!-~]{1,200}",
        host in proptest::option::of("[a-z0-9.-]{1,20}"),
        port in any::<u16>(),
    ) {
        let mut credentials = Credentials::new(&user, &token).unwrap().with_port(port);
        if let Some(host) = &host {
            credentials = credentials.with_host(host).unwrap();
        }
        let (mut raw, mut wire) = (Vec::new(), Vec::new());
        Exchange::new(mechanism, credentials).initial_response(&mut raw).unwrap();
        Exchange::new(mechanism, credentials).initial_response_base64(&mut wire).unwrap();
        let exchange = Exchange::new(mechanism, credentials);
        prop_assert_eq!((raw.len(), wire.len()), (exchange.message_len(), exchange.encoded_len()));
        prop_assert_eq!(String::from_utf8(wire).unwrap(), encode(&raw));

        let message = ClientMessage::parse(mechanism, &raw).unwrap();
        prop_assert_eq!(message.user(), Some(user.as_str()));
        prop_assert_eq!(message.token(), token.as_str());
        if mechanism == Mechanism::OAuthBearer {
            prop_assert_eq!(message.host(), host.as_deref());
            prop_assert_eq!(message.port(), Some(port));
        }
    }

    #[test]
    fn any_user_and_token_make_one_message_or_none(user in ".{0,20}", token in "\\PC{0,20}") {
        if let Ok(credentials) = Credentials::new(&user, &token) {
            let mut raw = Vec::new();
            Exchange::new(Mechanism::XOAuth2, credentials).initial_response(&mut raw).unwrap();
            prop_assert!(!raw.iter().any(|octet| matches!(octet, b'\r' | b'\n' | 0)));
            prop_assert_eq!(raw.iter().filter(|octet| **octet == 1).count(), 3);
        }
    }

    #[test]
    fn no_challenge_and_no_message_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200), mechanism in mechanism()) {
        let _ = ClientMessage::parse(mechanism, &bytes);
        let mut exchange = Exchange::new(mechanism, Credentials::new("u", "t").unwrap());
        let mut out = Vec::new();
        let _ = exchange.respond_base64(&bytes, &mut out);
        let _ = exchange.respond(&bytes, &mut out);
    }
}

/// Base64 by the book (RFC 4648 section 4), bit by bit, to compare with.
mod base64_reference {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    pub(super) fn encode(bytes: &[u8]) -> String {
        let mut text = String::new();
        for group in bytes.chunks(3) {
            let bits = group.iter().fold(0_u32, |bits, octet| bits << 8 | u32::from(*octet))
                << (8 * (3 - group.len()));
            for digit in 0..4 {
                let shift = 18 - 6 * digit;
                text.push(if digit <= group.len() {
                    char::from(ALPHABET[(bits >> shift) as usize & 63])
                } else {
                    '='
                });
            }
        }
        text
    }
}
