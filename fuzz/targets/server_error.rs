//! A refusal of the token endpoint with any texts, AADSTS numbers among them: fit for a log, without the secret that it
//! may repeat, and acted upon by `error` and `suberror` alone.
//!
//! The lines of the input: status, `error`, `suberror`, a number for `error_codes`, then the description, in which
//! `SECRET` stands for the refresh token of the request.
#![no_main]

use libfuzzer_sys::fuzz_target;
use msal_lite::{
    Application, Authority, Body, CorrelationId, Error, Flow, RefreshFlow, Response, Scopes, Secret,
    ServerError, Step, Timestamp,
};
use serde_json::{Value, json};

const TOKEN: &str = "0.refresh-token-of-somebody";
/// A client that asks too often, for which Entra has no other word.
const LOOP: u64 = 50196;

fuzz_target!(|text: &str| {
    let mut lines = text.splitn(5, '\n');
    let mut line = || lines.next().unwrap_or_default().replace("SECRET", TOKEN);
    let (status, error, suberror, number, description) = (line(), line(), line(), line(), line());
    let status = status.parse().unwrap_or(400);
    let number: Value = number.parse().unwrap_or(Value::Null);
    let told = refused(
        status,
        &json!({"error": error, "suberror": suberror, "error_codes": [number],
            "error_description": description, "claims": description, "trace_id": description}),
    );
    let Some(told) = told else { return };
    let shown = format!("{told} {told:?}");
    assert!(!shown.contains(TOKEN), "{shown}");
    assert!(!shown.contains(char::is_control), "{shown:?}");
    let texts = [told.description(), told.suberror(), told.trace_id(), told.correlation_id()];
    for text in texts.into_iter().flatten() {
        assert!(!text.contains(char::is_control) && !text.is_empty(), "{text:?}");
    }
    assert!(told.codes().len() <= 16);
    // Texts and numbers explain, and decide nothing.
    if !told.codes().contains(&LOOP)
        && let Some(bare) = refused(status, &json!({"error": error, "suberror": suberror}))
    {
        assert_eq!((told.kind(), told.error()), (bare.kind(), bare.error()));
    }
});

fn refused(status: u16, body: &Value) -> Option<ServerError> {
    let authority = Authority::parse("https://login.microsoftonline.com/contoso.com").expect("good");
    let app = Application::new("11112222-3333-4444-5555-666677778888", authority).expect("a good id");
    let scopes = Scopes::parse("https://outlook.office.com/IMAP.AccessAsUser.All").expect("good");
    let id = CorrelationId::from_random([7; 16]);
    let mut flow = RefreshFlow::new(&app, &scopes, Secret::new(TOKEN.to_owned()), id).expect("a flow");
    let Ok(Step::Send(_)) = flow.step() else { panic!("a request comes first") };
    let response = Response::new(status, Body::new(body.to_string().into_bytes()));
    match flow.receive(&response, Timestamp::from_unix(0)) {
        Err(Error::Refused(refused)) => Some(*refused),
        Ok(()) | Err(_) => None,
    }
}
