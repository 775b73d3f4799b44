//! Any description of a provider: an authority of the issuer that was asked, with endpoints over https, or an error.
//!
//! The input is the status in three digits and the document, twice, with a NUL between.
#![no_main]

use libfuzzer_sys::fuzz_target;
use msal_lite::{Body, CorrelationId, DiscoveryFlow, DiscoveryStep, Error, Response, Timestamp};
use url::Url;

const ISSUER: &str = "https://id.example/tenant";

fuzz_target!(|bytes: &[u8]| {
    let mut answers = bytes.splitn(2, |byte| *byte == 0);
    let mut flow = DiscoveryFlow::new(ISSUER, CorrelationId::from_random([7; 16])).expect("a good issuer");
    for asked in 0..3 {
        let authority = match flow.step().expect("the flow goes on") {
            DiscoveryStep::Send(request) => {
                assert!(asked < 2, "there are two places to ask at");
                let url = Url::parse(request.url()).expect("an address");
                assert_eq!((url.scheme(), url.host_str()), ("https", Some("id.example")));
                assert!(request.authorization().is_none() && request.body().is_empty());
                let Some(answer) = answers.next() else { return };
                let (status, document) = answer.split_at(answer.len().min(3));
                let status = std::str::from_utf8(status).ok().and_then(|text| text.parse().ok());
                let response = Response::new(status.unwrap_or(200), Body::new(document.to_vec()));
                if let Err(error) = flow.receive(&response, Timestamp::from_unix(0)) {
                    assert!(!error.to_string().contains(char::is_control), "{error:?}");
                    assert!(matches!(flow.step(), Err(Error::Misuse(_))), "it has ended");
                    return;
                }
                continue;
            }
            DiscoveryStep::Done(authority) => authority,
        };
        assert_eq!(authority.issuer(), ISSUER);
        let endpoints = [
            Some(authority.token_endpoint()),
            authority.device_endpoint(),
            authority.authorization_endpoint(),
        ];
        for endpoint in endpoints.into_iter().flatten() {
            let url = Url::parse(endpoint).expect("an address");
            assert_eq!(url.scheme(), "https", "{endpoint}");
            assert!(url.host_str().is_some_and(|host| !host.is_empty()));
            assert!(url.username().is_empty() && url.password().is_none(), "{endpoint}");
        }
        assert!(matches!(flow.step(), Err(Error::Misuse(_))));
        return;
    }
});
