//! Every answer of a token endpoint has its outcome.

use msal_lite::{Error, ErrorKind, Flow, Step, Timestamp};

use crate::tenant::{NOW, answer, ok, refresh_flow, sent, tokens};

/// What a refresh makes of an answer, given twice so that the repetition is used up.
fn outcome(status: u16, body: &str) -> Error {
    let mut flow = refresh_flow();
    loop {
        match flow.step().unwrap() {
            Step::Send(_) => {
                if let Err(error) = flow.receive(&answer(status, body), NOW) {
                    return error;
                }
            }
            Step::Wait(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

fn refusal(error: &str, suberror: &str, code: u32) -> String {
    format!(
        r#"{{"error":"{error}","suberror":"{suberror}","error_codes":[{code}],"error_description":"AADSTS{code}: Words. Trace ID: t-1 Correlation ID: c-1 Timestamp: 2026-01-02 03:04:05Z"}}"#
    )
}

#[test]
fn refusals_by_error_and_suberror() {
    use ErrorKind::{CodeExpired, Declined, FixConfiguration, ProviderDown, SignInAgain, Wait};
    for (status, error, suberror, code, kind) in [
        (400, "invalid_grant", "", 50126, SignInAgain),
        (400, "invalid_grant", "bad_token", 700082, SignInAgain),
        (400, "invalid_grant", "token_expired", 70043, SignInAgain),
        (400, "invalid_grant", "consent_required", 65001, SignInAgain),
        (400, "invalid_grant", "basic_action", 50076, SignInAgain),
        (400, "interaction_required", "basic_action", 50079, SignInAgain),
        (400, "interaction_required", "message_only", 53003, FixConfiguration),
        (400, "login_required", "", 50058, SignInAgain),
        (400, "consent_required", "", 65001, SignInAgain),
        (400, "invalid_request", "", 900144, FixConfiguration),
        (400, "invalid_tenant", "", 90002, FixConfiguration),
        (400, "invalid_instance", "", 50049, FixConfiguration),
        (400, "invalid_resource", "", 500011, FixConfiguration),
        (400, "invalid_scope", "", 700022, FixConfiguration),
        (400, "unauthorized_client", "", 700016, FixConfiguration),
        (400, "unsupported_grant_type", "", 70003, FixConfiguration),
        (401, "invalid_client", "", 7000218, FixConfiguration),
        (401, "invalid_client", "", 7000222, FixConfiguration),
        (400, "access_denied", "", 65004, Declined),
        (400, "temporarily_unavailable", "", 90033, Wait),
        (429, "too_many", "", 90055, Wait),
        (503, "unknown", "", 1, ProviderDown),
        (400, "server_error", "", 1, ProviderDown),
        (400, "never_heard_of", "", 1, FixConfiguration),
        (400, "expired_token", "", 70020, CodeExpired),
        (200, "invalid_grant", "", 70000, SignInAgain),
    ] {
        let found = outcome(status, &refusal(error, suberror, code));
        assert_eq!(found.kind(), kind, "{error} {suberror}");
        let server = found.server().unwrap();
        assert_eq!((server.error(), server.codes()), (error, &[u64::from(code)][..]));
        assert_eq!(server.suberror(), Some(suberror).filter(|text| !text.is_empty()));
        assert_eq!(server.status(), status);
    }
}

#[test]
fn everything_for_the_human() {
    let body = r#"{"error":"invalid_grant","error_description":"AADSTS50126: Bad user or password.\r\nTrace ID: 11-t\r\nCorrelation ID: 22-c\r\nTimestamp: 2023-01-02 03:04:05Z","claims":"{\"access_token\":{\"capolids\":{}}}","error_uri":"https://login.microsoftonline.com/error?code=50126"}"#;
    let error = outcome(400, body);
    let server = error.server().unwrap();
    assert_eq!(server.description(), Some("AADSTS50126: Bad user or password."));
    assert_eq!(server.codes(), [50126]);
    assert_eq!(server.trace_id(), Some("11-t"));
    assert_eq!(server.correlation_id(), Some("22-c"));
    assert_eq!(server.timestamp(), Some("2023-01-02 03:04:05Z"));
    assert!(server.claims().unwrap().contains("capolids"));
    assert_eq!(server.error_uri(), Some("https://login.microsoftonline.com/error?code=50126"));
    assert_eq!(
        error.to_string(),
        "the provider refused: invalid_grant: AADSTS50126: Bad user or password.; correlation id 22-c; trace id 11-t; at 2023-01-02 03:04:05Z"
    );
}

#[test]
fn text_of_the_provider_is_escaped_and_cut() {
    let body = format!(r#"{{"error":"x\u001b[2J","error_description":"a\r\nb\u202e{}"}}"#, "w".repeat(5000));
    let text = outcome(400, &body).to_string();
    assert!(text.contains("x\\u{1b}[2J: a\\u{d}\\u{a}b\\u{202e}www"), "{text}");
    assert!(text.len() < 1200 && !text.contains(['\n', '\r', '\u{1b}', '\u{202e}']));
}

#[test]
fn answers_that_are_no_oauth() {
    for (status, body, kind, word) in [
        (429, "Too Many Requests", ErrorKind::Wait, "throttles"),
        (500, "", ErrorKind::ProviderDown, "out of order"),
        (503, "<html>", ErrorKind::ProviderDown, "out of order"),
        (200, "", ErrorKind::ProviderDown, "empty"),
        (200, "<html>S3cretT0ken</html>", ErrorKind::ProviderDown, "HTML"),
        (400, "\n<!doctype html>", ErrorKind::ProviderDown, "HTML"),
        (200, r#"{"access_token":"S3cretT0ken"#, ErrorKind::ProviderDown, "cut off after 28 octets"),
        (200, r#"{"access_token":S3cretT0ken}"#, ErrorKind::ProviderDown, "line 1 column"),
        (200, "[]", ErrorKind::ProviderDown, "no object"),
        (200, "{}", ErrorKind::ProviderDown, "no access token"),
        (200, r#"{"access_token":""}"#, ErrorKind::ProviderDown, "no access token"),
        (200, r#"{"access_token":"a\r\nb"}"#, ErrorKind::ProviderDown, "access token holds"),
        (200, r#"{"access_token":"a","token_type":"pop"}"#, ErrorKind::ProviderDown, "not a bearer"),
        (302, "", ErrorKind::ProviderDown, "redirect"),
        (400, "{}", ErrorKind::ProviderDown, "no OAuth error"),
        (404, "not here", ErrorKind::ProviderDown, "no JSON"),
    ] {
        let error = outcome(status, body);
        assert_eq!(error.kind(), kind, "{status} {body}");
        let text = format!("{error} {error:?}");
        assert!(text.contains(word), "{text}");
        assert!(!text.contains("S3cret"), "{text}");
    }
}

#[test]
fn bodies_and_nesting_are_bounded() {
    let error = outcome(200, &" ".repeat((1 << 20) + 1));
    assert!(error.to_string().contains("longer than 1048576"), "{error}");
    let deep = outcome(200, &"[".repeat(1 << 20));
    assert!(matches!(deep, Error::Malformed { .. }), "{deep}");
}

/// A value takes thirty times the room of its text, so that an answer within the limit could take 30 MiB.
#[test]
fn what_is_parsed_takes_no_more_room_than_the_body() {
    let many = |part: &str| part.repeat(((1 << 20) - 100) / part.len());
    let numbered: String = (0..100_000).map(|number| format!("\"{number}\":0,")).collect();
    for (body, what) in [
        (format!("{{\"scope\":[{}0]}}", many("0,")), "a list"),
        (format!("{{\"scope\":[{}0]}}", many("[],")), "lists in a list"),
        (format!("{{\"scope\":[{}0]}}", many("{\"\":0},")), "objects in a list"),
        (format!("{{{}\"a\":0}}", many("\"a\":0,")), "one name again and again"),
        (format!("{{\"a\":{{{}\"a\":0}}}}", many("\"a\":0,")), "members of a member"),
        (format!("{{{numbered}\"a\":0}}"), "many names"),
        (format!("{{\"error\":\"x\",\"error_codes\":[{}0]}}", many("7,")), "codes"),
    ] {
        assert!(body.len() <= 1 << 20);
        let took = allocation_counter::measure(|| drop(outcome(200, &body)));
        assert!(took.bytes_max < (1 << 20) + (256 << 10), "{what}: {} octets", took.bytes_max);
    }
    // As much as anybody sends is still read, and the last of two counts.
    let names: String = (0..200).map(|number| format!("\"{number}\":[1],")).collect();
    let body = format!("{{{names}\"error\":\"first\",\"error\":\"last\",\"error_codes\":[1,[2],3]}}");
    let error = outcome(400, &body);
    assert_eq!((error.server().unwrap().error(), error.server().unwrap().codes()), ("last", &[1, 3][..]));
}

#[test]
fn lenient_numbers_a_bom_and_other_spellings() {
    for (expires, seconds) in [
        ("4213", 4213),
        ("\"4213\"", 4213),
        ("\" 4213 \"", 4213),
        ("4213.9", 4213),
        ("\"4213.0\"", 4213),
        ("-5", 0),
        ("null", 600),
        ("\"soon\"", 600),
        ("1e300", 10 * 366 * 86_400),
    ] {
        let mut flow = refresh_flow();
        sent(&mut flow);
        let body = format!(
            "\u{feff}{{\"access_token\":\"a\",\"token_type\":\"bearer\",\"expires_in\":{expires}}}\r\n"
        );
        flow.receive(&ok(body), NOW).unwrap();
        let Step::Done(response) = flow.step().unwrap() else { panic!() };
        assert_eq!(response.expires_on, Timestamp::from_unix(NOW.as_unix() + seconds), "{expires}");
    }
}

#[test]
fn retry_after_in_seconds_and_as_a_date() {
    let date = || answer(429, "").with_header("Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT");
    for (response, now, seconds) in [
        (answer(429, "").with_header("Retry-After", "17"), NOW, Some(17)),
        (answer(429, "").with_header("retry-after", "99999"), NOW, Some(3600)),
        (date(), Timestamp::from_unix(784_111_777 - 30), Some(30)),
        (date(), NOW, Some(0)),
        // The forms of before: RFC 850's and asctime's.
        (
            answer(429, "").with_header("Retry-After", "Sunday, 06-Nov-94 08:49:37 GMT"),
            Timestamp::from_unix(784_111_777 - 30),
            Some(30),
        ),
        (
            answer(429, "").with_header("Retry-After", "Sun Nov  6 08:49:37 1994"),
            Timestamp::from_unix(784_111_777 - 30),
            Some(30),
        ),
        (answer(429, "").with_header("Retry-After", "Sun, 99 Nov 1994 08:49:37 GMT"), NOW, None),
        (answer(429, "").with_header("Retry-After", "soon"), NOW, None),
        (answer(429, ""), NOW, None),
    ] {
        let mut flow = refresh_flow();
        sent(&mut flow);
        let error = flow.receive(&response, now).unwrap_err();
        assert_eq!(error.retry_after().map(|wait| wait.as_secs()), seconds);
    }
}

#[test]
fn a_whole_answer() {
    let mut flow = refresh_flow();
    sent(&mut flow);
    flow.receive(&ok(tokens("access", "refresh")), NOW).unwrap();
    let Step::Done(response) = flow.step().unwrap() else { panic!() };
    assert_eq!(response.access_token.expose(), "access");
    assert_eq!(response.refresh_token.unwrap().expose(), "refresh");
    assert!(response.id_token.is_some() && response.client_info.is_some());
}
