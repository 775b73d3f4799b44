//! No secret in anything that can be printed.

use std::fmt::Debug;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use msal_lite::{AccountQuery, Cache, CorrelationId, Flow, MemoryStore, RefreshFlow, Secret, Step};

use crate::tenant::{DEVICE_CODE, IMAP, NOW, answer, app, ok, polling, refresh_flow, scopes, sent, tokens};

const ACCESS: &str = "S3cretAccessTokenThatNobodyMaySee";
const REFRESH: &str = "S3cretRefreshTokenThatNobodyMaySee";

const ASSERTION: &str = "S3cretAssertionThatNobodyMaySee";

/// Whatever goes out or comes in that nobody may see.
const SECRETS: [&str; 9] = [
    ACCESS,
    REFRESH,
    ASSERTION,
    "1.AXX-refreshS3cret",
    "DAQABdevicecodeS3cret",
    "1.AXXcodeS3cret",
    crate::applications::SECRET,
    crate::password::PASSWORD,
    // The code verifier of the flows by browser.
    "QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8",
];

fn clean(value: &dyn Debug, and: &str) {
    for text in [format!("{value:?}"), format!("{value:#?}"), and.to_owned()] {
        for secret in SECRETS {
            assert!(!text.contains(&secret[..12]), "{text}");
            for shift in 0..3 {
                let encoded = STANDARD.encode(format!("{}{secret}", &"xx"[..shift.min(2)]));
                assert!(!text.contains(&encoded[4..20]), "{text}");
            }
            // A body printed as numbers is a leak too.
            let numbers = format!("{:?}", &secret.as_bytes()[..8]);
            assert!(!text.contains(numbers.trim_matches(['[', ']'])), "{text}");
        }
    }
}

#[test]
fn a_whole_sign_in_and_refresh() {
    let mut flow = crate::tenant::device_flow();
    clean(&flow, "");
    clean(&sent(&mut flow), "");
    let response = ok(DEVICE_CODE);
    clean(&response, "");
    flow.receive(&response, NOW).unwrap();
    let Step::Show(prompt) = flow.step().unwrap() else { panic!() };
    clean(&prompt, prompt.message());
    flow.step().unwrap();
    let poll = flow.step().unwrap();
    clean(&poll, "");
    let response = ok(tokens(ACCESS, REFRESH));
    flow.receive(&response, NOW).unwrap();
    clean(&flow, "");
    let done = flow.step().unwrap();
    clean(&done, "");
    let Step::Done(response) = done else { panic!() };

    let mut cache = Cache::new();
    let account = cache.insert(&app(), &scopes(IMAP), &response, None, NOW);
    clean(&cache, "");
    clean(&cache.to_bytes(), "");
    clean(&account, "");
    clean(&cache.silent(&app(), &scopes(IMAP), &AccountQuery::Only, NOW, std::time::Duration::ZERO), "");
    clean(&cache.silent(&app(), &scopes("x://y"), &AccountQuery::Only, NOW, std::time::Duration::ZERO), "");
    clean(&MemoryStore::new(cache), "");
    let mut refresh = refresh_flow();
    clean(&refresh, "");
    clean(&sent(&mut refresh), "");
}

#[test]
fn a_provider_that_repeats_what_it_was_sent() {
    for body in [
        r#"{"error":"invalid_grant","error_description":"the token 1.AXX-refreshS3cret is bad"}"#,
        r#"{"error":"invalid_grant","trace_id":"1.AXX-refreshS3cret","claims":"1.AXX-refreshS3cret","suberror":"1.AXX-refreshS3cret"}"#,
        r#"{"error":"1.AXX-refreshS3cret"}"#,
        "1.AXX-refreshS3cret",
    ] {
        let mut flow = refresh_flow();
        sent(&mut flow);
        let error = flow.receive(&answer(400, body), NOW).unwrap_err();
        clean(&error, &error.to_string());
    }
    // As it stood in the form.
    let token = Secret::new("0.AX+S3cret/and=".to_owned());
    let mut flow =
        RefreshFlow::new(&app(), &scopes(IMAP), token, CorrelationId::from_random([7; 16])).unwrap();
    sent(&mut flow);
    let body =
        r#"{"error":"invalid_grant","error_description":"refresh_token=0.AX%2BS3cret%2Fand%3D&scope=x"}"#;
    let error = flow.receive(&answer(400, body), NOW).unwrap_err();
    clean(&error, &error.to_string());
    let mut flow = polling();
    let body = r#"{"error":"expired_token","error_description":"DAQABdevicecodeS3cret has expired"}"#;
    let error = flow.receive(&answer(400, body), NOW).unwrap_err();
    clean(&error, &error.to_string());
}

#[test]
fn broken_answers_with_tokens_in_them() {
    for body in [
        format!(r#"{{"access_token":"{ACCESS}"#),
        format!("<html>{ACCESS}"),
        ACCESS.to_owned(),
        format!("[\"{ACCESS}\"]"),
    ] {
        let mut flow = refresh_flow();
        sent(&mut flow);
        let error = flow.receive(&ok(body), NOW).unwrap_err();
        clean(&error, &error.to_string());
    }
    let error =
        Cache::parse(format!(r#"{{"RefreshToken":{{"k":{{"secret":"{REFRESH}"#).as_bytes()).unwrap_err();
    clean(&error, &error.to_string());
}

/// Every flow by every answer: a good one, a refusal that repeats what was sent, and an outage.
#[test]
fn every_flow() {
    type Made = fn() -> Box<dyn Flow>;
    let all: [Made; 6] = [
        || Box::new(refresh_flow().with_assertion(Secret::new(ASSERTION.to_owned())).with_claims("{}")),
        || Box::new(crate::applications::flow()),
        || Box::new(crate::applications::flow().with_assertion(Secret::new(ASSERTION.to_owned()))),
        || Box::new(crate::authorization_code::redeeming()),
        || {
            let mut flow = crate::password::flow();
            sent(&mut flow);
            flow.receive(&ok(r#"{"account_type":"Managed"}"#), NOW).unwrap();
            Box::new(flow)
        },
        || Box::new(polling().with_assertion(Secret::new(ASSERTION.to_owned()))),
    ];
    for (number, made) in all.into_iter().enumerate() {
        let mut flow = made();
        // The device flow waits for an answer already.
        let body = match flow.step() {
            Ok(Step::Send(request)) => {
                clean(&request, request.url());
                request.headers().for_each(|header| clean(&header, header.1));
                String::from_utf8(request.body().expose().to_vec()).unwrap()
            }
            Ok(other) => panic!("{other:?}"),
            Err(_) => format!("device_code={}", "DAQABdevicecodeS3cret"),
        };
        let fields: Vec<_> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
        assert!(
            fields.iter().any(|(_, value)| value.contains("S3cret") || value.contains("QEFC")),
            "{number}"
        );
        for (_, value) in fields.iter().filter(|(_, value)| SECRETS.contains(&value.as_str())) {
            for text in [
                format!(
                    r#"{{"error":"invalid_grant","error_description":"AADSTS1: {value} is bad","suberror":"{value}"}}"#
                ),
                format!(r#"{{"error":"{value}"}}"#),
                format!("<html>{value}"),
                value.clone(),
            ] {
                let mut flow = made();
                let _ = flow.step();
                if let Err(error) = flow.receive(&answer(400, text), NOW) {
                    clean(&error, &error.to_string());
                }
                clean(&format_args!("{:?}", flow.step()), "");
            }
        }
        let answered = flow.receive(&ok(tokens(ACCESS, REFRESH)), NOW);
        clean(&answered, "");
        clean(&format_args!("{:?}", flow.step()), "");
    }
    clean(&crate::authorization_code::flow(), "");
    clean(&crate::authorization_code::redeeming(), "");
    clean(&crate::password::flow(), "");
    clean(&crate::applications::confidential(app()), "");
}
