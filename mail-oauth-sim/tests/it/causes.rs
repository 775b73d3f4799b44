//! Every cause of the table that a tenant can be set up for, found on the wire.

use std::time::Duration;

use mail_oauth_sim::{App, Error, Tenant, TenantBuilder, TokenSpec, causes};

use crate::support::*;

const DAEMON: &str = "33334444-dddd-5555-eeee-6666ffff7777";
const NOBODY: &str = "99999999-dddd-5555-eeee-6666ffff7777";
const CLOSED: &str = "88888888-dddd-5555-eeee-6666ffff7777";
const ALIAS: &str = "av@contoso.example";
const PRIMARY: &str = "adele.vance@contoso.example";

#[tokio::test]
async fn every_setting_says_what_the_table_says() {
    let mut missing = Vec::new();
    for cause in causes().iter().filter(|cause| !cause.says.is_empty()) {
        let tenant = TenantBuilder::from_scenario(cause.setting).unwrap().start().await.unwrap();
        let mut seen = sign_ins(&tenant).await;
        seen.push_str(&imap_says(&tenant).await);
        seen.push_str(&smtp_says(&tenant).await);
        if !seen.contains(cause.says) {
            missing.push(format!("row {}: {:?} is not in {seen}", cause.row, cause.says));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n\n"));
}

/// What the identity endpoints answer to right and wrong requests.
async fn sign_ins(tenant: &Tenant) -> String {
    let mut seen = String::new();
    let password = |client, user, more: &[(&'static str, &'static str)]| {
        let mut form = vec![
            ("client_id", client),
            ("grant_type", "password"),
            ("username", user),
            ("password", "x"),
            ("scope", IMAP_SCOPE),
        ];
        form.extend_from_slice(more);
        form
    };
    let app_only = |more: &[(&'static str, &'static str)]| {
        let mut form = vec![
            ("client_id", DAEMON),
            ("grant_type", "client_credentials"),
            ("scope", "https://outlook.office365.com/.default"),
        ];
        form.extend_from_slice(more);
        form
    };
    let mixed = [
        ("client_id", APP),
        ("scope", "https://outlook.office.com/IMAP.AccessAsUser.All https://graph.microsoft.com/User.Read"),
    ];
    let assertion = [
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", "e30.e30.AA"),
    ];
    for (path, form) in [
        ("oauth2/v2.0/token", password(APP, ADELE, &[])),
        ("oauth2/v2.0/token", password(NOBODY, ADELE, &[])),
        ("oauth2/v2.0/token", password(APP, "nobody@contoso.example", &[])),
        ("oauth2/v2.0/token", password(APP, ADELE, &[("client_secret", "s")])),
        ("/common/oauth2/v2.0/token", password(APP, ADELE, &[])),
        ("/consumers/oauth2/v2.0/token", password(APP, ADELE, &[])),
        ("oauth2/v2.0/token", app_only(&[("client_secret", "s")])),
        ("oauth2/v2.0/token", app_only(&[("client_secret", "wrong")])),
        ("oauth2/v2.0/token", app_only(&assertion)),
        ("/common/oauth2/v2.0/token", app_only(&[("client_secret", "s")])),
        ("oauth2/v2.0/devicecode", mixed.to_vec()),
        (
            "oauth2/v2.0/devicecode",
            vec![("client_id", APP), ("scope", "https://outlook.office.com/Nonsense")],
        ),
        ("/common/oauth2/v2.0/devicecode", vec![("client_id", APP), ("scope", IMAP_SCOPE)]),
    ] {
        seen.push_str(&post(tenant, path, &form).await.body);
        seen.push('\n');
    }
    let metadata = "v2.0/.well-known/openid-configuration";
    seen.push_str(&get(tenant, &format!("/fabrikam.example/{metadata}")).await.body);
    let mut public = Conn::tls(tenant.identity_addr(), tenant).await;
    let head = "Host: login.microsoftonline.com\r\nConnection: close";
    public.send(format!("GET /common/{metadata} HTTP/1.1\r\n{head}\r\n\r\n")).await;
    seen.push_str(&String::from_utf8(public.rest().await).unwrap());
    seen.push_str(&device_flow(tenant).await);
    seen.push_str(&code_flow(tenant).await);
    seen
}

async fn device_flow(tenant: &Tenant) -> String {
    let started = post(tenant, "oauth2/v2.0/devicecode", &[("client_id", APP), ("scope", IMAP_SCOPE)]).await;
    if started.status != 200 {
        return started.body;
    }
    let pending = poll(tenant, &started.text("device_code")).await;
    let _ = tenant.approve(&started.text("user_code"), ADELE);
    pending.body + &poll(tenant, &started.text("device_code")).await.body
}

/// What a person gets to see, and what the app is sent.
async fn code_flow(tenant: &Tenant) -> String {
    let query = format!(
        "oauth2/v2.0/authorize?client_id={APP}&response_type=code&redirect_uri=http%3A%2F%2Flocalhost&scope=User.Read"
    );
    let url = format!("{}/{query}", tenant.authority());
    let mut seen = get(tenant, &query).await.body;
    seen.push_str(&tenant.cancel_sign_in(&url).map_or_else(|error| error.to_string(), |back| back.url));
    match tenant.sign_in(&url, ADELE) {
        Err(error) => seen.push_str(&error.to_string()),
        Ok(back) => {
            let code = form_urlencoded::parse(back.url.split('?').nth(1).unwrap().as_bytes())
                .find_map(|(name, value)| (name == "code").then(|| value.into_owned()))
                .unwrap_or_default();
            let form = [
                ("client_id", APP),
                ("grant_type", "authorization_code"),
                ("redirect_uri", "http://localhost"),
                ("code", &code),
            ];
            seen.push_str(&post(tenant, "oauth2/v2.0/token", &form).await.body);
        }
    }
    seen
}

/// What IMAP says to logins of all kinds.
async fn imap_says(tenant: &Tenant) -> String {
    let of_user = tenant.mint(TokenSpec::new(ADELE)).unwrap();
    let of_app = tenant.mint(TokenSpec::app(DAEMON)).unwrap();
    let mut seen = String::new();
    for (mailbox, token) in [
        (ADELE, &of_user),
        (ALIAS, &of_user),
        (INVOICES, &of_user),
        (INVOICES, &of_app),
        (ADELE, &"bad".to_owned()),
    ] {
        let mut conn = Conn::tls(tenant.imap_addr(), tenant).await;
        conn.line().await;
        let answer = conn.ask(&format!("A1 AUTHENTICATE XOAUTH2 {}", xoauth2(mailbox, token))).await;
        seen.push_str(&answer);
        let lines = if answer.starts_with("+ ") {
            "\r\nA4 LOGOUT\r\n"
        } else {
            "A2 SELECT INBOX\r\nA3 LOGIN x y\r\nA4 LOGOUT\r\n"
        };
        conn.send(lines).await;
        seen.push_str(&String::from_utf8(conn.rest().await).unwrap());
    }
    seen
}

/// What SMTP says to senders of all kinds.
async fn smtp_says(tenant: &Tenant) -> String {
    let token = tenant.mint(TokenSpec::new(ADELE)).unwrap();
    let mut seen = smtp(tenant).await.ask("MAIL FROM:<adele@contoso.example>").await;
    for (user, sender) in [(ADELE, ADELE), (ADELE, INVOICES), (INVOICES, INVOICES), (PRIMARY, ADELE)] {
        let mut conn = smtp(tenant).await;
        seen.push_str(&conn.ask(&format!("AUTH XOAUTH2 {}", xoauth2(user, &token))).await);
        seen.push_str(&conn.ask(&format!("MAIL FROM:<{sender}>")).await);
        seen.push_str(&conn.ask("RCPT TO:<somebody@elsewhere.example>").await);
        seen.push_str(&conn.ask("DATA").await);
        if seen.ends_with("<CRLF>.<CRLF>") || seen.contains("354 ") {
            seen.push_str(&conn.ask(&format!("Subject: x\r\n\r\n{}\r\n.", "y".repeat(2_000))).await);
        }
    }
    seen
}

/// What tells an app that is set up well from one that is not, before anybody signs in.
#[tokio::test]
async fn an_app_can_be_looked_over_without_signing_in() {
    let daemon = App::confidential(DAEMON).secret("s").secret_for("old", Duration::from_secs(1));
    let closed = App::public(CLOSED).without_public_flows();
    let tenant = builder().app(daemon).app(closed).start().await.unwrap();
    tenant.advance(Duration::from_secs(2));

    // The tenant.
    let metadata = "v2.0/.well-known/openid-configuration";
    let unknown = get(&tenant, &format!("/fabrikam.example/{metadata}")).await;
    assert_eq!(
        (unknown.status, unknown.code(), unknown.text("error").as_str()),
        (400, 90_002, "invalid_tenant")
    );
    let known = get(&tenant, metadata).await;
    assert!(known.head.contains("date: ") && known.text("cloud_instance_name") == "microsoftonline.com");

    // The client id, and public flows.
    for (client, started, polled) in
        [(APP, None, 70_016), (CLOSED, None, 7_000_218), (NOBODY, Some(700_016), 0)]
    {
        let form = [("client_id", client), ("scope", IMAP_SCOPE)];
        let answer = post(&tenant, "oauth2/v2.0/devicecode", &form).await;
        match started {
            Some(code) => assert_eq!(answer.code(), code),
            None => {
                let form = [
                    ("client_id", client),
                    ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
                    ("device_code", &answer.text("device_code")),
                ];
                assert_eq!(post(&tenant, "oauth2/v2.0/token", &form).await.code(), polled, "{client}");
            }
        }
    }

    // The redirect address: the error goes back to one that is registered, and to a page otherwise.
    for (uri, client, status, says) in [
        ("http%3A%2F%2Flocalhost%3A4711", APP, 302, "error=login_required"),
        ("http%3A%2F%2Flocalhost%2Felsewhere", APP, 400, "AADSTS50011"),
        ("http%3A%2F%2Flocalhost", NOBODY, 400, "AADSTS700016"),
        ("http%3A%2F%2Flocalhost", DAEMON, 400, "AADSTS500113"),
    ] {
        let path = format!(
            "oauth2/v2.0/authorize?client_id={client}&response_type=code&redirect_uri={uri}&scope=User.Read&prompt=none"
        );
        let answer = get(&tenant, &path).await;
        assert_eq!(answer.status, status, "{uri} {client}");
        assert!(answer.head.contains(says) || answer.body.contains(says), "{uri} {client}: {}", answer.head);
    }

    // The secret.
    for (secret, code) in [("s", None), ("old", Some(7_000_222)), ("wrong", Some(7_000_215))] {
        let form = [
            ("client_id", DAEMON),
            ("grant_type", "client_credentials"),
            ("scope", "https://outlook.office365.com/.default"),
            ("client_secret", secret),
        ];
        let answer = post(&tenant, "oauth2/v2.0/token", &form).await;
        match code {
            None => assert_eq!(answer.status, 200),
            Some(code) => assert_eq!((answer.status, answer.code()), (401, code)),
        }
    }
}

#[tokio::test]
async fn a_fault_by_name_may_say_where() {
    let tenant = tenant().await;
    tenant.set_fault_named("aadsts-700016@devicecode").unwrap();
    tenant.set_fault_named("http-500@metadata").unwrap();
    let form = [("client_id", APP), ("scope", IMAP_SCOPE)];
    assert_eq!(post(&tenant, "oauth2/v2.0/devicecode", &form).await.code(), 700_016);
    assert_eq!(get(&tenant, "v2.0/.well-known/openid-configuration").await.status, 500);
    assert_eq!(get(&tenant, "/common/userrealm/a@contoso.example").await.status, 200);
    tenant.clear_faults();
    tenant.set_fault_named("http-500@all").unwrap();
    assert_eq!(get(&tenant, "/common/userrealm/a@contoso.example").await.status, 500);
    for name in ["http-500@nowhere", "imap-throttled@token", "x", ""] {
        assert!(matches!(tenant.set_fault_named(name), Err(Error::NoSuchFault { .. })), "{name}");
    }
}
