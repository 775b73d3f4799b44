//! Anything that a browser may bring to the redirect address. Only the right `state` moves the flow, and the code that
//! is redeemed is the one that the `url` crate reads.
//!
//! `STATE` in the input stands for the right state, which no page can guess.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memchr::memmem;
use msal_lite::{
    Application, Authority, AuthorizationCodeFlow, AuthorizationOptions, CorrelationId, Error, Flow,
    Redirect, Scopes, Step,
};
use url::{Url, form_urlencoded};

fuzz_target!(|bytes: &[u8]| {
    let authority = Authority::parse("https://login.microsoftonline.com/contoso.com").expect("good");
    let app = Application::new("11112222-3333-4444-5555-666677778888", authority).expect("a good id");
    let scopes = Scopes::parse("https://outlook.office.com/IMAP.AccessAsUser.All").expect("good");
    let id = CorrelationId::from_random([7; 16]);
    let options = AuthorizationOptions::new();
    let flow = AuthorizationCodeFlow::new(&app, &scopes, "http://localhost:1", &options, [9; 96], id);
    let mut flow = flow.expect("a flow");
    let address = Url::parse(flow.authorization_url()).expect("an address");
    let state = address.query_pairs().find(|(name, _)| name == "state").expect("a state").1.into_owned();

    let mut brought = Vec::new();
    let mut rest = bytes;
    while let Some(at) = memmem::find(rest, b"STATE") {
        brought.extend_from_slice(&rest[..at]);
        brought.extend_from_slice(state.as_bytes());
        rest = &rest[at + 5..];
    }
    brought.extend_from_slice(rest);

    let read: Vec<_> = form_urlencoded::parse(&brought).collect();
    let all = |wanted: &str| -> Vec<&str> {
        read.iter().filter(|(name, _)| name == wanted).map(|(_, value)| value.as_ref()).collect()
    };
    match flow.receive_redirect(&brought) {
        Ok(Redirect::Accepted) => {
            assert_eq!(all("state"), [state.as_str()]);
            // Without a value it is as if it were not there (RFC 6749 section 3.1).
            assert!(all("error").iter().all(|error| error.is_empty()));
            let codes = all("code");
            assert_eq!(codes.len(), 1);
            let Ok(Step::Send(request)) = flow.step() else { panic!("the code is redeemed") };
            let form: Vec<_> = form_urlencoded::parse(request.body().expose()).collect();
            assert!(form.iter().any(|(name, value)| name == "code" && value == codes[0]));
            assert!(flow.receive_redirect(&brought).is_err(), "the first answer counts");
        }
        Ok(Redirect::Foreign) => {
            assert_ne!((all("state"), read.len()), (vec![state.as_str()], 1), "the right state alone");
            let right = format!("code=abc&state={state}");
            assert_eq!(flow.receive_redirect(right.as_bytes()).expect("still open"), Redirect::Accepted);
        }
        Err(error) => {
            assert_eq!(
                all("state"),
                [state.as_str()],
                "a page that does not know the state ends the sign-in"
            );
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains(&state) && !error.to_string().contains(char::is_control), "{shown}");
            for code in all("code").into_iter().filter(|code| code.len() > 16) {
                assert!(!shown.contains(code), "a code in an error");
            }
            assert!(matches!(flow.step(), Err(Error::Misuse(_))), "it has ended");
        }
    }
});
