//! Any text that somebody pastes: explained within bounds, and without the secrets that are in it.
//!
//! `JWT`, `SASL` and `REFRESH` in the input stand for a token, a sign-in message with that token, and a refresh token.
#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use fuzz::libfuzzer_sys::fuzz_target;
use mail_oauth::diagnosis::explain;
use mail_oauth::msal_lite::Timestamp;

/// Parts that nobody else says, and none of which the text must give back.
const SIGNATURE: &str = "c2lnbmF0dXJlLW9mLW5vYm9keS1pbi1wYXJ0aWN1bGFy";
const REFRESH: &str = "0.AXoAq7refreshTokenOfNobodyInParticularWhichIsLong1234567890";

fuzz_target!(|text: &str| {
    let claims = br#"{"aud":"https://outlook.office.com","scp":"IMAP.AccessAsUser.All","tid":"t","upn":"u@x.example","exp":9}"#;
    let payload = URL_SAFE_NO_PAD.encode(claims);
    let jwt = format!("eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.{payload}.{SIGNATURE}");
    let sasl = STANDARD.encode(format!("user=u@x.example\x01auth=Bearer {jwt}\x01\x01"));
    let text = text.replace("JWT", &jwt).replace("SASL", &sasl);
    let text = text.replace("REFRESH", &format!("\"refresh_token\":\"{REFRESH}\""));
    let Ok(explained) = explain(&text, Timestamp::from_unix(1_795_000_000)) else {
        assert!(text.len() > mail_oauth::diagnosis::EXPLAIN_LIMIT);
        return;
    };
    let lines = text.lines().count().max(1);
    assert!(explained.failures.len() <= 64 && explained.secrets.len() <= 64);
    assert!(explained.tokens.len() <= explained.secrets.len());
    let evidence = explained.failures.iter().flat_map(|failure| &failure.evidence);
    for one in evidence.chain(&explained.secrets) {
        assert!((1..=lines).contains(&one.line), "line {} of {lines}: {one:?}", one.line);
        assert!(!one.text.contains(char::is_control), "{one:?}");
    }
    for failure in &explained.failures {
        assert!(failure.evidence.len() <= 64 && failure.signals.len() <= 64);
        assert!(!failure.evidence.is_empty() || !failure.signals.is_empty());
        let percents: Vec<u8> = failure.candidates.iter().map(|one| one.percent).collect();
        assert!(percents.is_sorted_by(|one, two| one >= two) && percents.iter().all(|one| *one <= 100));
    }
    // Between letters that lengthen it a token is another one, and what must not be repeated is cut elsewhere.
    let shown = format!("{explained:?}");
    for secret in [SIGNATURE, REFRESH, &sasl] {
        assert!(!shown.contains(secret), "a secret is repeated: {shown}");
    }
});
