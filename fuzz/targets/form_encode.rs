//! Any user name, password, hint and parameter: what the provider reads from the form and from the address is the same.
//! The reader is the `url` crate, which knows nothing of ours.
#![no_main]

use libfuzzer_sys::fuzz_target;
use msal_lite::{
    Application, Authority, AuthorizationCodeFlow, AuthorizationOptions, Body, CorrelationId, Flow,
    PasswordFlow, Response, Scopes, Secret, Step, Timestamp,
};
use url::{Url, form_urlencoded};

const REDIRECT: &str = "http://localhost:1234";

fuzz_target!(|input: (&str, &str)| {
    let (one, two) = input;
    let authority = Authority::parse("https://login.microsoftonline.com/contoso.com").expect("good");
    let app = Application::new("11112222-3333-4444-5555-666677778888", authority).expect("a good id");
    let scopes = Scopes::parse("https://outlook.office.com/IMAP.AccessAsUser.All").expect("good");
    let id = || CorrelationId::from_random([7; 16]);

    let options = AuthorizationOptions::new().with_login_hint(one).with_domain_hint(two).with_claims(one);
    let flow = AuthorizationCodeFlow::new(&app, &scopes, REDIRECT, &options, [9; 96], id());
    let flow = flow.expect("a flow");
    let address = Url::parse(flow.authorization_url()).expect("an address");
    assert_eq!(address.host_str(), Some("login.microsoftonline.com"));
    assert_eq!(address.fragment(), None);
    let read: Vec<_> = address.query_pairs().collect();
    once(&read, "login_hint", one);
    once(&read, "domain_hint", two);
    once(&read, "redirect_uri", REDIRECT);
    once(&read, "claims", one);

    let secret = Secret::new(two.to_owned());
    let Ok(mut flow) = PasswordFlow::new(&app, &scopes, one, secret, id()) else { return };
    let now = Timestamp::from_unix(1_795_000_000);
    let Ok(Step::Send(realm)) = flow.step() else { panic!("the realm is asked for first") };
    let realm = Url::parse(realm.url()).expect("an address");
    assert_eq!(realm.host_str(), Some("login.microsoftonline.com"));
    assert!(realm.query().is_none_or(|query| !query.contains('#')));
    let managed = Body::new(br#"{"account_type":"Managed"}"#.to_vec());
    flow.receive(&Response::new(200, managed), now).expect("an answer");
    let Ok(Step::Send(request)) = flow.step() else { panic!("then the token") };
    let body = request.body().expose();
    let read: Vec<_> = form_urlencoded::parse(body).collect();
    once(&read, "username", one);
    once(&read, "password", two);
    once(&read, "grant_type", "password");
    let again = form_urlencoded::Serializer::new(String::new()).extend_pairs(&read).finish();
    assert_eq!(body.escape_ascii().to_string(), again.as_bytes().escape_ascii().to_string());
    assert!(two.len() < 8 || !format!("{request:?}").contains(two), "a password in Debug");
});

fn once(read: &[(impl AsRef<str>, impl AsRef<str>)], name: &str, value: &str) {
    let found: Vec<_> = read.iter().filter(|(found, _)| found.as_ref() == name).collect();
    assert!(found.len() <= 1, "{name} is given twice");
    let found = found.first().map_or("", |(_, value)| value.as_ref());
    assert_eq!(found, value, "{name}");
}
