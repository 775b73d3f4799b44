//! Tokens of the application itself, and how it proves who it is.

use msal_lite::{
    Application, AuthorizationOptions, Cache, ClientCredentialsFlow, CorrelationId, Error, Flow, Secret,
    Step, Timestamp,
};
use serde_json::Value;
use std::time::Duration;

use crate::tenant::{CLIENT, NOW, TENANT, answer, app, app_in, form, ok, scopes, sent, waited};

pub(crate) const DEFAULT: &str = "https://outlook.office365.com/.default";
pub(crate) const SECRET: &str = "q~8Q~clientS3cretValue";

pub(crate) fn confidential(app: Application) -> Application {
    app.with_client_secret(Secret::new(SECRET.to_owned())).unwrap()
}

pub(crate) fn flow() -> ClientCredentialsFlow {
    let id = CorrelationId::from_random([7; 16]);
    ClientCredentialsFlow::new(&confidential(app()), &scopes(DEFAULT), id).unwrap()
}

#[test]
fn by_secret_and_by_assertion() {
    let expected = |more: &[(&str, &str)]| {
        let mut all = vec![("client_id", CLIENT), ("grant_type", "client_credentials"), ("scope", DEFAULT)];
        all.extend(more);
        all.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<Vec<_>>()
    };
    assert_eq!(form(&sent(&mut flow())), expected(&[("client_secret", SECRET)]));
    let mut by_assertion = flow().with_assertion(Secret::new("eyJ.eyJ.sig".to_owned()));
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    assert_eq!(
        form(&sent(&mut by_assertion)),
        expected(&[("client_assertion_type", kind), ("client_assertion", "eyJ.eyJ.sig")])
    );
    let mut with_claims = flow().with_claims("{}");
    assert!(form(&sent(&mut with_claims)).contains(&("claims".to_owned(), "{}".to_owned())));
}

#[test]
fn an_outage_is_tried_once_more() {
    let mut flow = flow();
    sent(&mut flow);
    flow.receive(&answer(503, ""), NOW).unwrap();
    assert_eq!(waited(&mut flow), 1);
    sent(&mut flow);
    assert!(flow.receive(&answer(503, ""), NOW).is_err());
}

#[test]
fn what_entra_would_refuse_is_refused_here() {
    let made = |app: &Application, list: &str| {
        ClientCredentialsFlow::new(app, &scopes(list), CorrelationId::from_random([7; 16])).map(drop)
    };
    for word in ["common", "organizations", "consumers"] {
        let error = made(&app_in(word), DEFAULT).unwrap_err().to_string();
        assert!(error.contains(word) && error.contains("name the tenant"), "{error}");
    }
    for list in [
        "https://outlook.office.com/IMAP.AccessAsUser.All",
        &format!("{DEFAULT} https://graph.microsoft.com/.default"),
    ] {
        assert!(made(&app(), list).unwrap_err().to_string().contains("/.default"), "{list}");
    }
    assert!(made(&app_in("contoso.com"), DEFAULT).is_ok());
}

#[test]
fn secrets_that_are_none() {
    for (secret, word) in
        [("", "empty"), (" x", "blank"), ("x\n", "blank"), ("11112222-3333-4444-5555-666677778888", "Value")]
    {
        let error = app().with_client_secret(Secret::new(secret.to_owned())).unwrap_err().to_string();
        assert!(error.contains(word) && !error.contains("3333"), "{error}");
    }
}

fn response() -> msal_lite::TokenResponse {
    let mut flow = flow();
    sent(&mut flow);
    flow.receive(
        &ok(r#"{"token_type":"Bearer","expires_in":3599,"ext_expires_in":3599,"access_token":"app-access"}"#),
        NOW,
    )
    .unwrap();
    match flow.step().unwrap() {
        Step::Done(response) => *response,
        other => panic!("{other:?}"),
    }
}

#[test]
fn in_the_cache_as_msal_python_has_them() {
    let (skew, mut cache) = (Duration::from_secs(300), Cache::new());
    let account = cache.insert_app_token(&app(), &scopes(DEFAULT), &response(), NOW);
    assert!(account.is_application());
    let file: Value = serde_json::from_slice(cache.to_bytes().expose()).unwrap();
    let key = format!("-login.microsoftonline.com-accesstoken-{CLIENT}-{TENANT}-{DEFAULT}");
    let entry = &file["AccessToken"][&key];
    assert_eq!((&entry["home_account_id"], entry["realm"].as_str()), (&Value::Null, Some(TENANT)));
    assert!(file.get("Account").is_none_or(|accounts| accounts.as_object().unwrap().is_empty()));
    assert!(cache.accounts_of(&app()).is_empty());

    let found = cache.app_token(&app(), &scopes(DEFAULT), NOW, skew).unwrap();
    assert_eq!(found.access_token().expose(), "app-access");
    assert!(found.account().is_application());
    let ended = Timestamp::from_unix(NOW.as_unix() + 3299);
    assert!(cache.app_token(&app(), &scopes(DEFAULT), ended, skew).is_none());
    assert!(cache.app_token(&app_in("contoso.com"), &scopes(DEFAULT), NOW, skew).is_none());
    assert!(cache.app_token(&app(), &scopes("https://graph.microsoft.com/.default"), NOW, skew).is_none());

    // The next one takes its place, and Node's empty text counts as Python's null.
    cache.insert_app_token(&app(), &scopes(DEFAULT), &response(), NOW);
    let text = String::from_utf8(cache.to_bytes().expose().to_vec()).unwrap();
    assert_eq!(text.matches("app-access").count(), 1);
    let node = Cache::parse(text.replace("null", "\"\"").as_bytes()).unwrap();
    assert!(node.app_token(&app(), &scopes(DEFAULT), NOW, skew).is_some());
}

#[test]
fn the_secret_goes_with_every_grant() {
    let app = confidential(app());
    let id = || CorrelationId::from_random([7; 16]);
    let imap = scopes(crate::tenant::IMAP);
    let mut refresh = msal_lite::RefreshFlow::new(&app, &imap, Secret::new("r".to_owned()), id()).unwrap();
    let mut password =
        msal_lite::PasswordFlow::new(&app, &imap, "u@contoso.com", Secret::new("p4ss".to_owned()), id())
            .unwrap();
    sent(&mut password);
    password.receive(&ok(r#"{"account_type":"Managed"}"#), NOW).unwrap();
    let mut code = msal_lite::AuthorizationCodeFlow::new(
        &app,
        &imap,
        "http://localhost:1",
        &AuthorizationOptions::new(),
        [1; 96],
        id(),
    )
    .unwrap();
    let state = crate::authorization_code::query(&code)["state"].clone();
    code.receive_redirect(format!("code=x&state={state}").as_bytes()).unwrap();
    let mut device = msal_lite::DeviceCodeFlow::new(&app, &imap, id()).unwrap();
    let asked = sent(&mut device);
    assert!(!form(&asked).iter().any(|(name, _)| name == "client_secret"));
    device.receive(&ok(crate::tenant::DEVICE_CODE), NOW).unwrap();
    device.step().unwrap();
    waited(&mut device);
    for flow in [&mut refresh as &mut dyn Flow, &mut password, &mut code, &mut device] {
        let request = sent(flow);
        assert!(form(&request).contains(&("client_secret".to_owned(), SECRET.to_owned())));
        // A provider that repeats the secret is not quoted.
        let body =
            format!(r#"{{"error":"invalid_client","error_description":"AADSTS7000215: {SECRET} is wrong"}}"#);
        let error = flow.receive(&answer(401, body), NOW).unwrap_err();
        assert!(
            matches!(&error, Error::Refused(_)) && !format!("{error} {error:?}").contains("S3cret"),
            "{error}"
        );
    }
}
