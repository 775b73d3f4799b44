use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mail_oauth_sim::{App, Fault, HttpFault, Tenant, User};
use serde_json::Value;

use crate::support::*;

pub(crate) fn claims(jwt: &str) -> Value {
    let payload = jwt.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

#[tokio::test]
async fn a_device_code_waits_is_approved_and_gives_tokens_once() {
    let tenant = tenant().await;
    let code = device_code(&tenant).await;
    assert_eq!((code.json()["expires_in"].as_u64(), code.json()["interval"].as_u64()), (Some(900), Some(5)));
    assert!(code.json().get("verification_uri_complete").is_none());
    let device_code = code.text("device_code");

    let waiting = poll(&tenant, &device_code).await;
    assert_eq!(
        (waiting.status, waiting.text("error").as_str(), waiting.code()),
        (400, "authorization_pending", 70016)
    );

    tenant.approve(&code.text("user_code").to_lowercase(), ADELE).unwrap();
    let granted = poll(&tenant, &device_code).await;
    assert_eq!(granted.status, 200, "{}", granted.body);
    assert_eq!(granted.text("token_type"), "Bearer");
    assert_eq!(granted.text("scope"), "https://outlook.office.com/IMAP.AccessAsUser.All");
    assert_eq!(granted.json()["expires_in"], 4_500);
    assert_eq!(granted.json()["ext_expires_in"], 4_500);
    assert!(granted.head.contains("cache-control: no-store"));

    let access = granted.text("access_token");
    assert!((1_500..2_100).contains(&access.len()), "a token as long as a real one, not {}", access.len());
    let access = claims(&access);
    assert_eq!(access["aud"], "https://outlook.office.com");
    assert_eq!(access["scp"], "IMAP.AccessAsUser.All");
    assert_eq!(
        (&access["upn"], &access["appid"], &access["tid"]),
        (&ADELE.into(), &APP.into(), &tenant.tenant_id().into())
    );

    let id = claims(&granted.text("id_token"));
    assert_eq!((&id["aud"], &id["preferred_username"]), (&APP.into(), &ADELE.into()));
    assert_eq!(id["iss"], format!("{}/v2.0", tenant.authority()));
    let info: Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(granted.text("client_info")).unwrap()).unwrap();
    assert_eq!((&info["uid"], &info["utid"]), (&id["oid"], &id["tid"]));

    assert_eq!(poll(&tenant, &device_code).await.code(), 54005);
    assert!(tenant.approve(&code.text("user_code"), ADELE).is_err());
}

#[tokio::test]
async fn a_device_code_may_be_declined_expire_or_be_unknown() {
    let tenant = tenant().await;
    let code = device_code(&tenant).await;
    tenant.decline(&code.text("user_code")).unwrap();
    let declined = poll(&tenant, &code.text("device_code")).await;
    assert_eq!((declined.status, declined.text("error").as_str()), (400, "authorization_declined"));

    let code = device_code(&tenant).await;
    tenant.advance(Duration::from_secs(901));
    let expired = poll(&tenant, &code.text("device_code")).await;
    assert_eq!(
        (expired.status, expired.text("error").as_str(), expired.code()),
        (400, "expired_token", 70020)
    );
    assert!(tenant.approve(&code.text("user_code"), ADELE).is_err());

    let unknown = poll(&tenant, "not-a-code").await;
    assert_eq!((unknown.text("error").as_str(), unknown.code()), ("bad_verification_code", 70018));
    let none = post(&tenant, "oauth2/v2.0/token", &[("client_id", APP), ("grant_type", "device_code")]).await;
    assert_eq!(none.code(), 900_144);
}

#[tokio::test]
async fn both_names_of_the_grant_and_of_the_code_are_taken() {
    let tenant = builder().auto_approve(ADELE).start().await.unwrap();
    for (grant, name) in
        [("device_code", "device_code"), ("urn:ietf:params:oauth:grant-type:device_code", "code")]
    {
        let code = device_code(&tenant).await.text("device_code");
        let form = [
            ("client_id", APP),
            ("grant_type", grant),
            (name, code.as_str()),
            ("x-client-SKU", "msal.js.node"),
        ];
        assert_eq!(post(&tenant, "oauth2/v2.0/token", &form).await.code(), 70016);
        // Approved by itself on the second poll.
        assert_eq!(post(&tenant, "/common/oauth2/v2.0/token", &form).await.status, 200);
    }
}

#[tokio::test]
async fn refreshing_rotates_and_serves_other_scopes_and_resources() {
    let tenant = builder().auto_approve(ADELE).start().await.unwrap();
    let code = device_code(&tenant).await.text("device_code");
    poll(&tenant, &code).await;
    let first = poll(&tenant, &code).await.text("refresh_token");

    let second = refresh(&tenant, &first, "https://outlook.office.com/SMTP.Send").await;
    assert_eq!(second.text("scope"), "https://outlook.office.com/SMTP.Send");
    assert!(second.json().get("id_token").is_none(), "only with openid");
    assert_ne!(second.text("refresh_token"), first);
    // The old one still works: a client may have lost the answer.
    let graph = refresh(&tenant, &first, "User.Read").await;
    assert_eq!(claims(&graph.text("access_token"))["aud"], "https://graph.microsoft.com");

    tenant.advance(Duration::from_secs(89 * 86_400));
    let third = refresh(&tenant, &second.text("refresh_token"), IMAP_SCOPE).await;
    assert_eq!(third.status, 200);
    tenant.advance(Duration::from_secs(2 * 86_400));
    let dead = refresh(&tenant, &first, IMAP_SCOPE).await;
    assert_eq!((dead.status, dead.text("error").as_str(), dead.code()), (400, "invalid_grant", 700_082));
    assert_eq!(refresh(&tenant, &third.text("refresh_token"), IMAP_SCOPE).await.status, 200);

    let unknown = refresh(&tenant, "1.AX-nonsense", IMAP_SCOPE).await;
    assert_eq!(
        (unknown.text("error").as_str(), unknown.text("suberror").as_str()),
        ("invalid_grant", "bad_token")
    );
    let form = [("client_id", APP), ("grant_type", "refresh_token"), ("refresh_token", first.as_str())];
    assert_eq!(post(&tenant, "oauth2/v2.0/token", &form).await.code(), 900_144, "scope has to be sent");
}

#[tokio::test]
async fn refusals_are_in_entras_form() {
    let tenant = tenant().await;
    let id = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0";
    let form = [("client_id", "99999999-0000-0000-0000-000000000000"), ("scope", IMAP_SCOPE)];
    for (headers, query) in [
        (format!("client-request-id: {id}\r\n"), String::new()),
        (String::new(), format!("?client-request-id={id}")),
    ] {
        let answer = http(&tenant, &format!("oauth2/v2.0/devicecode{query}"), &headers, Some(&form)).await;
        assert_eq!(
            (answer.status, answer.text("error").as_str(), answer.code()),
            (400, "unauthorized_client", 700_016)
        );
        assert_eq!(answer.text("correlation_id"), id);
        let text = answer.text("error_description");
        assert!(text.starts_with("AADSTS700016: Application with identifier '99999999"), "{text}");
        let tail = format!(
            "Trace ID: {} Correlation ID: {id} Timestamp: {}",
            answer.text("trace_id"),
            answer.text("timestamp")
        );
        assert!(text.ends_with(&tail), "{text}");
        assert!(answer.text("error_uri").ends_with("/error?code=700016"));
    }
}

#[tokio::test]
async fn each_cause_has_its_number() {
    let tenant = builder()
        .app(App::public("no-public-flows").without_public_flows())
        .app(App::public("imap-only").scopes(["IMAP.AccessAsUser.All"]))
        .user(User::new("gone@contoso.example").disabled())
        .start()
        .await
        .unwrap();
    let path = "oauth2/v2.0/devicecode";
    for (tenant_name, client, scope, status, error, code) in [
        ("fabrikam.example", APP, IMAP_SCOPE, 400, "invalid_tenant", 90002),
        ("common", APP, "IMAP.Everything", 400, "invalid_scope", 70011),
        ("organizations", APP, "https://outlook.office.com/Nonsense", 400, "invalid_scope", 70011),
        (
            "contoso.example",
            APP,
            "https://outlook.office.com/SMTP.Send User.Read",
            400,
            "invalid_scope",
            700_022,
        ),
        ("contoso.example", APP, "https://elsewhere.example/x", 400, "invalid_resource", 500_011),
        ("common", APP, "", 400, "invalid_request", 900_144),
    ] {
        let form = [("client_id", client), ("scope", scope)];
        let answer = post(&tenant, &format!("/{tenant_name}/{path}"), &form).await;
        assert_eq!((answer.status, answer.text("error").as_str(), answer.code()), (status, error, code));
    }

    let form = [("client_id", "no-public-flows"), ("grant_type", "device_code"), ("code", "x")];
    let answer = post(&tenant, "oauth2/v2.0/token", &form).await;
    assert_eq!(
        (answer.status, answer.text("error").as_str(), answer.code()),
        (401, "invalid_client", 7_000_218)
    );

    let form = [("client_id", APP), ("grant_type", "urn:ietf:params:oauth:grant-type:saml2-bearer")];
    let answer = post(&tenant, "oauth2/v2.0/token", &form).await;
    assert_eq!((answer.text("error").as_str(), answer.code()), ("unsupported_grant_type", 70003));

    let scope = "https://outlook.office.com/SMTP.Send";
    let code = post(&tenant, path, &[("client_id", "imap-only"), ("scope", scope)]).await;
    tenant.approve(&code.text("user_code"), ADELE).unwrap();
    let device_code = code.text("device_code");
    let form =
        [("client_id", "imap-only"), ("grant_type", "device_code"), ("device_code", device_code.as_str())];
    let answer = post(&tenant, "oauth2/v2.0/token", &form).await;
    assert_eq!((answer.code(), answer.text("suberror").as_str()), (65001, "consent_required"));

    let code = device_code_of(&tenant, "gone@contoso.example").await;
    assert_eq!(poll(&tenant, &code).await.code(), 50057);
    let code = device_code_of(&tenant, MEGAN).await;
    tenant.set_fault(Fault::UserDisabled(MEGAN.into()));
    assert_eq!(poll(&tenant, &code).await.code(), 50057);
}

async fn device_code_of(tenant: &Tenant, user: &str) -> String {
    let code = device_code(tenant).await;
    tenant.approve(&code.text("user_code"), user).unwrap();
    code.text("device_code")
}

#[tokio::test]
async fn metadata_keys_and_realm_are_found_under_every_name() {
    let tenant = tenant().await;
    let root = tenant.authority().replace(&format!("/{}", tenant.tenant_id()), "");
    for (name, issuer) in [
        (tenant.tenant_id(), tenant.tenant_id()),
        ("contoso.example", tenant.tenant_id()),
        ("common", "{tenantid}"),
        ("organizations", "{tenantid}"),
        ("consumers", "9188040d-6c67-4c5b-b112-36a304b66dad"),
    ] {
        let found = get(&tenant, &format!("/{name}/v2.0/.well-known/openid-configuration")).await;
        let under = if name == "contoso.example" { tenant.tenant_id() } else { name };
        assert_eq!(found.text("token_endpoint"), format!("{root}/{under}/oauth2/v2.0/token"));
        assert_eq!(found.text("issuer"), format!("{root}/{issuer}/v2.0"));
    }
    assert_eq!(get(&tenant, "/nobody/v2.0/.well-known/openid-configuration").await.code(), 90002);
    let keys = get(&tenant, "discovery/v2.0/keys").await.json();
    assert_eq!((&keys["keys"][0]["kty"], &keys["keys"][0]["alg"]), (&"EC".into(), &"ES256".into()));
    assert_eq!(keys["keys"][0]["x"].as_str().unwrap().len(), 43);

    let instance = "/common/discovery/instance?api-version=1.1&authorization_endpoint=";
    let known = format!("{instance}https://login.microsoftonline.com/common/oauth2/v2.0/authorize");
    assert_eq!(get(&tenant, &known).await.json()["metadata"][0]["preferred_cache"], "login.windows.net");
    let own = format!("{instance}{}/oauth2/v2.0/authorize", tenant.authority());
    assert_eq!(get(&tenant, &own).await.status, 200);
    assert_eq!(
        get(&tenant, &format!("{instance}https://evil.example/common/x")).await.text("error"),
        "invalid_instance"
    );

    let realm = get(&tenant, "/common/userrealm/adele@contoso.example?api-version=1.0").await;
    assert_eq!(realm.text("account_type"), "Managed");
    assert_eq!(get(&tenant, "/common/userrealm/x@elsewhere.example").await.text("account_type"), "Unknown");
    assert_eq!(get(&tenant, "oauth2/v2.0/token").await.status, 405);
    assert_eq!(get(&tenant, "/favicon.ico").await.status, 404);
}

#[tokio::test]
async fn a_person_approves_on_the_page() {
    let tenant = tenant().await;
    let page = get(&tenant, "/device?user_code=%3Cscript%3E").await;
    assert!(page.body.contains("value=\"&lt;script&gt;\""), "{}", page.body);

    let code = device_code(&tenant).await;
    let user_code = code.text("user_code");
    let form =
        [("user_code", user_code.as_str()), ("account", "nobody@contoso.example"), ("action", "approve")];
    assert_eq!(post(&tenant, "/device", &form).await.status, 400);
    let form = [("user_code", user_code.as_str()), ("account", ADELE), ("action", "approve")];
    assert!(post(&tenant, "/device", &form).await.body.contains("You have signed in"));
    assert_eq!(poll(&tenant, &code.text("device_code")).await.status, 200);
    assert_eq!(post(&tenant, "/device", &form).await.status, 400, "a code is used once");

    let code = device_code(&tenant).await;
    let form =
        [("user_code", &*code.text("user_code")), ("action", "decline")].map(|(k, v)| (k, v.to_owned()));
    let form: Vec<_> = form.iter().map(|(k, v)| (*k, v.as_str())).collect();
    assert!(post(&tenant, "/device", &form).await.body.contains("You have cancelled"));
    assert_eq!(poll(&tenant, &code.text("device_code")).await.text("error"), "authorization_declined");
}

#[tokio::test]
async fn endpoints_fail_on_demand_and_recover() {
    let tenant = tenant().await;
    let form = [("client_id", APP), ("scope", IMAP_SCOPE)];
    let path = "oauth2/v2.0/devicecode";

    let after = Some(Duration::from_secs(7));
    tenant.set_fault_times(Fault::Http(HttpFault::Unavailable { retry_after: after }), 1);
    let answer = post(&tenant, path, &form).await;
    assert_eq!((answer.status, answer.text("error").as_str()), (503, "temporarily_unavailable"));
    assert!(answer.head.contains("retry-after: 7\r\n"));
    assert_eq!(post(&tenant, path, &form).await.status, 200, "once only");

    let fault = Fault::Http(HttpFault::TooManyRequests { retry_after: None });
    tenant.set_fault(fault.clone());
    for _ in 0..2 {
        let answer = post(&tenant, path, &form).await;
        assert_eq!((answer.status, answer.body.as_str()), (429, "Too Many Requests"));
        assert!(!answer.head.contains("retry-after"));
    }
    tenant.clear_fault(&fault);
    assert_eq!(post(&tenant, path, &form).await.status, 200);

    tenant.set_fault(Fault::Http(HttpFault::Html));
    let answer = post(&tenant, path, &form).await;
    assert_eq!(answer.status, 502);
    assert!(answer.body.starts_with("<html>"));
    tenant.clear_faults();
    assert_eq!(post(&tenant, path, &form).await.status, 200);
}
