//! A small tenant to test against: its application, its answers, its person.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use msal_lite::{
    Application, Authority, Body, CorrelationId, DeviceCodeFlow, Flow, RefreshFlow, Request, Response,
    Scopes, Secret, Step, Timestamp,
};

pub(crate) const CLIENT: &str = "11112222-3333-4444-5555-666677778888";
pub(crate) const TENANT: &str = "11111111-2222-3333-4444-555555555555";
pub(crate) const USER: &str = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";
pub(crate) const IMAP: &str = "https://outlook.office.com/IMAP.AccessAsUser.All";
pub(crate) const SMTP: &str = "https://outlook.office.com/SMTP.Send";
pub(crate) const NOW: Timestamp = Timestamp::from_unix(1_795_452_781);

pub(crate) fn app() -> Application {
    app_in(TENANT)
}

pub(crate) fn app_in(tenant: &str) -> Application {
    let authority = Authority::parse(&format!("https://login.microsoftonline.com/{tenant}")).unwrap();
    Application::new(CLIENT, authority).unwrap()
}

pub(crate) fn scopes(list: &str) -> Scopes {
    Scopes::parse(list).unwrap()
}

pub(crate) fn ok(body: impl AsRef<[u8]>) -> Response {
    answer(200, body)
}

pub(crate) fn answer(status: u16, body: impl AsRef<[u8]>) -> Response {
    Response::new(status, Body::new(body.as_ref().to_vec()))
}

/// A signed-looking JWT with these claims.
pub(crate) fn jwt(claims: &str) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.{}", part(r#"{"alg":"RS256","typ":"JWT"}"#), part(claims), part("signature"))
}

/// A token response for the person, as Entra gives it.
pub(crate) fn tokens(access: &str, refresh: &str) -> String {
    tokens_of(USER, "user@contoso.com", access, refresh)
}

pub(crate) fn tokens_of(user: &str, username: &str, access: &str, refresh: &str) -> String {
    let id_token = jwt(&format!(
        r#"{{"oid":"{user}","tid":"{TENANT}","sub":"pairwise","preferred_username":"{username}","name":"A User"}}"#
    ));
    let client_info = URL_SAFE_NO_PAD.encode(format!(r#"{{"uid":"{user}","utid":"{TENANT}"}}"#));
    format!(
        r#"{{"token_type":"Bearer","scope":"{IMAP}","expires_in":4213,"ext_expires_in":4213,
            "access_token":"{access}","refresh_token":"{refresh}","id_token":"{id_token}","client_info":"{client_info}"}}"#
    )
}

pub(crate) const DEVICE_CODE: &str = r#"{"user_code":"ABCD12345","device_code":"DAQABdevicecodeS3cret","verification_uri":"https://login.microsoft.com/device","expires_in":900,"interval":5,"message":"Open the page and enter ABCD12345."}"#;

pub(crate) fn device_flow() -> DeviceCodeFlow {
    DeviceCodeFlow::new(&app(), &scopes(IMAP), CorrelationId::from_random([7; 16])).unwrap()
}

pub(crate) fn refresh_flow() -> RefreshFlow {
    let token = Secret::new("1.AXX-refreshS3cret".to_owned());
    RefreshFlow::new(&app(), &scopes(IMAP), token, CorrelationId::from_random([7; 16])).unwrap()
}

/// The next step, which must be a request.
pub(crate) fn sent(flow: &mut dyn Flow) -> Request {
    match flow.step().unwrap() {
        Step::Send(request) => request,
        other => panic!("{other:?}"),
    }
}

/// The next step, which must be a wait; its seconds.
pub(crate) fn waited(flow: &mut dyn Flow) -> u64 {
    match flow.step().unwrap() {
        Step::Wait(time) => time.as_secs(),
        other => panic!("{other:?}"),
    }
}

/// A device flow whose first poll is out.
pub(crate) fn polling() -> DeviceCodeFlow {
    let mut flow = device_flow();
    sent(&mut flow);
    flow.receive(&ok(DEVICE_CODE), NOW).unwrap();
    assert!(matches!(flow.step().unwrap(), Step::Show(_)));
    assert_eq!(waited(&mut flow), 5);
    sent(&mut flow);
    flow
}

/// The fields of a request's body.
pub(crate) fn form(request: &Request) -> Vec<(String, String)> {
    url::form_urlencoded::parse(request.body().expose()).into_owned().collect()
}
