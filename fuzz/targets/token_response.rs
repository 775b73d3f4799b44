//! Any answer to a device code request and to a refresh.
#![no_main]

use libfuzzer_sys::fuzz_target;
use msal_lite::{
    Application, Authority, Body, CorrelationId, DeviceCodeFlow, Flow, RefreshFlow, Response, Scopes, Secret,
    Step, Timestamp,
};

fuzz_target!(|input: (u16, &[u8], &[u8])| {
    let (status, first, second) = input;
    let authority =
        Authority::parse("https://login.microsoftonline.com/contoso.com").expect("a good authority");
    let app = Application::new("11112222-3333-4444-5555-666677778888", authority).expect("a good id");
    let scopes = Scopes::parse("https://outlook.office.com/IMAP.AccessAsUser.All").expect("a good scope");
    let id = || CorrelationId::from_random([7; 16]);
    let device = DeviceCodeFlow::new(&app, &scopes, id()).expect("a flow");
    let refresh = RefreshFlow::new(&app, &scopes, Secret::new("1.refresh".to_owned()), id()).expect("a flow");
    drive(device, status, &[first, second]);
    drive(refresh, status, &[first, second]);
});

/// Answers each request with the next body, until the flow ends or asks for more than there are.
fn drive(mut flow: impl Flow, status: u16, bodies: &[&[u8]]) {
    let mut bodies = bodies.iter();
    for _ in 0..16 {
        match flow.step() {
            Ok(Step::Send(_)) => {
                let Some(body) = bodies.next() else { return };
                let response = Response::new(status, Body::new(body.to_vec()));
                if flow.receive(&response, Timestamp::from_unix(1_795_000_000)).is_err() {
                    return;
                }
            }
            Ok(Step::Done(_)) | Err(_) => return,
            Ok(_) => {}
        }
    }
}
