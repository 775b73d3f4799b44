//! The server's reading of the message.

use sasl_xoauth2::{ClientMessage, Error, Mechanism};

fn fault(mechanism: Mechanism, message: &[u8]) -> &'static str {
    match ClientMessage::parse(mechanism, message) {
        Err(Error::Malformed { what, .. }) => what,
        other => panic!("{other:?}"),
    }
}

#[test]
fn xoauth2_with_an_unknown_key_and_any_case_of_bearer() {
    let message =
        ClientMessage::parse(Mechanism::XOAuth2, b"user=a@b\x01vendor=x\x01auth=bEARER  t\x01\x01").unwrap();
    assert_eq!((message.user(), message.token()), (Some("a@b"), "t"));
}

#[test]
fn oauthbearer_without_a_name() {
    for header in ["n,,", "y,,"] {
        let bytes = format!("{header}\u{1}auth=Bearer t\u{1}\u{1}");
        let message = ClientMessage::parse(Mechanism::OAuthBearer, bytes.as_bytes()).unwrap();
        assert_eq!((message.user(), message.host(), message.port()), (None, None, None));
    }
}

#[test]
fn each_fault_is_named() {
    use Mechanism::{OAuthBearer as O, XOAuth2 as X};
    let table: &[(Mechanism, &[u8], &str)] = &[
        (X, b"", "does not end in two 0x01"),
        (X, b"user=a\x01auth=Bearer t\x01", "does not end in two 0x01"),
        (X, b"\xff\x01\x01", "not UTF-8"),
        (X, b"auth=Bearer t\x01\x01", "no user"),
        (X, b"user=a\x01\x01", "no auth key"),
        (X, b"user=a\x01auth=Basic t\x01\x01", "auth is not Bearer"),
        (X, b"user=a\x01auth=Bearer\x01\x01", "auth is not Bearer"),
        (X, b"user=a\x01user=b\x01auth=Bearer t\x01\x01", "a key given twice"),
        (X, b"user=a\x01nonsense\x01auth=Bearer t\x01\x01", "a field without a value"),
        (X, b"user=a\x01k y=v\x01auth=Bearer t\x01\x01", "a key that is not letters"),
        (O, b"\x01\x01", "the GS2 header does not begin with n, or y,"),
        (O, b"p=tls-unique,,\x01auth=Bearer t\x01\x01", "the GS2 header does not begin with n, or y,"),
        (O, b"n,a=x\x01auth=Bearer t\x01\x01", "the GS2 header does not end in a comma"),
        (O, b"n,b=x,\x01auth=Bearer t\x01\x01", "the GS2 header holds something else than a="),
        (O, b"n,a=x=41,\x01auth=Bearer t\x01\x01", "the name in the GS2 header is not a saslname"),
        (O, b"n,a=x=2,\x01auth=Bearer t\x01\x01", "the name in the GS2 header is not a saslname"),
        (O, b"n,a=x,y,\x01auth=Bearer t\x01\x01", "the name in the GS2 header is not a saslname"),
        (O, b"n,,\x01port=99999\x01auth=Bearer t\x01\x01", "the port is not a number"),
    ];
    for (mechanism, message, expected) in table {
        assert_eq!(fault(*mechanism, message), *expected, "{}", message.escape_ascii());
    }
    assert!(ClientMessage::parse(X, b"user=\x01auth=Bearer t\x01\x01").is_err());
    assert!(ClientMessage::parse(X, b"user=a\x01auth=Bearer \x01\x01").is_err());
    assert!(ClientMessage::parse(X, b"user=a\x01auth=Bearer a b\x01\x01").is_err());
}
