//! What must not be seen is not seen.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use imap_min::{Command, Connection, Limits};

const TOKEN: &str = "eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.c2VjcmV0LXRva2Vu.c2lnbmF0dXJl";

/// The token, and its base64 at each alignment.
pub(crate) fn assert_hidden(text: &str) {
    assert!(!text.contains(TOKEN), "{text}");
    for shift in 0..3 {
        let encoded = STANDARD.encode(format!("{}{TOKEN}", "x".repeat(shift)));
        // The first and last groups mix with what stands around the token.
        let inner = &encoded[4..encoded.len() - 4];
        assert!(!text.contains(inner), "{text}");
    }
}

#[test]
fn a_log_in_shows_no_token() {
    let message = format!("user=a@example.org\x01auth=Bearer {TOKEN}\x01\x01");
    let mut connection = Connection::new(Limits::default());
    let mut out = Vec::new();
    let ready = b"* OK ready\r\n";
    let (_, event) = connection.receive(ready, &mut out).unwrap().unwrap();
    assert_hidden(&format!("{event:?}"));
    let command = Command::Authenticate { mechanism: "XOAUTH2", initial_response: Some(message.as_bytes()) };
    let shown = format!("{command:?}");
    assert!(shown.contains("redacted"));
    assert_hidden(&shown);
    connection.send(command, &mut out).unwrap();
    assert!(String::from_utf8(out.clone()).unwrap().contains(&STANDARD.encode(&message)));
    assert_hidden(&format!("{connection:?}"));
    // A server that echoes it, in a challenge and where no answer belongs.
    let challenge = format!("+ {}\r\n", STANDARD.encode(TOKEN));
    let (_, event) = connection.receive(challenge.as_bytes(), &mut out).unwrap().unwrap();
    assert_hidden(&format!("{event:?}"));
    connection.respond(TOKEN.as_bytes(), &mut out).unwrap();
    assert_hidden(&format!("{connection:?}"));
    let echo = format!("A7 BAD what is {} {TOKEN}\r\n", STANDARD.encode(&message));
    let error = connection.receive(echo.as_bytes(), &mut out).unwrap_err();
    assert_hidden(&format!("{error} {error:?}"));
}
