//! The claims of a token, as `msal-lite` reads them and as `serde_json` does: the same, or no token to both.
//!
//! The first line of the input is the header, the second the payload; and the whole is tried as a token as it is.
#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};
use libfuzzer_sys::fuzz_target;
use msal_lite::{Secret, Timestamp, TokenInspection};
use serde_json::{Map, Value};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes)
        && TokenInspection::of(&Secret::new(text.to_owned())).is_some()
    {
        assert_eq!(text.matches('.').count(), 2, "a JWT has three parts");
    }
    let mut lines = bytes.splitn(2, |byte| *byte == b'\n');
    let (header, payload) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let (one, two) = (URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    let ours = TokenInspection::of(&Secret::new(format!("{one}.{two}.c2ln")));
    let padded = format!("{}.{}.c2ln", URL_SAFE.encode(header), URL_SAFE.encode(payload));
    assert_eq!(TokenInspection::of(&Secret::new(padded)), ours, "padding says something");
    for broken in [format!("{one}.{two}"), format!("{one}.{two}.a.b"), format!("{one}.{two}*.c2ln")] {
        assert_eq!(TokenInspection::of(&Secret::new(broken)), None);
    }

    let theirs = object(header).and(object(payload));
    let (ours, theirs) = match (ours, theirs) {
        (Some(ours), Some(theirs)) => (ours, theirs),
        (ours, theirs) => return assert_eq!(ours.is_none(), theirs.is_none()),
    };
    assert_eq!(ours.tenant, first(&theirs, &["tid"]));
    assert_eq!(ours.user, first(&theirs, &["upn", "unique_name", "preferred_username"]));
    assert_eq!(ours.object_id, first(&theirs, &["oid"]));
    assert_eq!(ours.client_id, first(&theirs, &["appid", "azp"]));
    let scopes = theirs.get("scp").and_then(Value::as_str).unwrap_or_default();
    assert_eq!(ours.scopes, scopes.split_whitespace().map(shown).collect::<Vec<_>>());
    let roles = theirs.get("roles").and_then(Value::as_array).into_iter().flatten();
    assert_eq!(ours.roles, roles.filter_map(Value::as_str).map(shown).collect::<Vec<_>>());
    match theirs.get("aud") {
        Some(Value::String(one)) => assert_eq!(ours.audience, Some(shown(one))),
        Some(Value::Array(many)) => {
            assert_eq!(ours.audience, many.iter().find_map(Value::as_str).map(shown));
        }
        _ => assert_eq!(ours.audience, None),
    }
    if let Some(seconds) = theirs.get("exp").and_then(Value::as_u64) {
        assert_eq!(ours.expires_on, Some(Timestamp::from_unix(seconds)));
    }
    if let Some(seconds) = theirs.get("nbf").and_then(Value::as_u64) {
        assert_eq!(ours.not_before, Some(Timestamp::from_unix(seconds)));
    }
});

fn object(bytes: &[u8]) -> Option<Map<String, Value>> {
    match serde_json::from_slice(bytes).ok()? {
        Value::Object(object) => Some(object),
        _ => None,
    }
}

fn first(object: &Map<String, Value>, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| object.get(*name)?.as_str()).map(shown)
}

/// Fit for a line of a log: what controls the line or its direction is escaped, and the rest is cut.
fn shown(text: &str) -> String {
    let fit = |c: char| {
        let turns = matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if c.is_control() || turns && c != '\u{202f}' { c.escape_unicode().to_string() } else { c.into() }
    };
    let cut = if text.chars().count() > 256 { "..." } else { "" };
    text.chars().take(256).map(fit).chain([cut.to_owned()]).collect()
}
