//! The grants without a page, and what becomes of a refresh token.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail_oauth_sim::{App, Audience, Cloud, ExchangeRegistration, Mailbox, Policy, Tenant, TokenSpec, User};

use crate::identity::claims;
use crate::support::*;

const DAEMON: &str = "33334444-dddd-5555-eeee-6666ffff7777";
const APP_ONLY: &str = "https://outlook.office365.com/.default";
const SECRET: &str = "~s3cret+with/odd%characters&";

fn daemon() -> App {
    App::confidential(DAEMON)
        .secret(SECRET)
        .secret_for("old", Duration::from_secs(60))
        .federated("https://ci.example", "repo:contoso/mail")
}

async fn by_app(tenant: &Tenant, more: &[(&str, &str)]) -> Http {
    let mut form = vec![("client_id", DAEMON), ("grant_type", "client_credentials")];
    if !more.iter().any(|(name, _)| *name == "scope") {
        form.push(("scope", APP_ONLY));
    }
    form.extend_from_slice(more);
    post(tenant, "oauth2/v2.0/token", &form).await
}

async fn by_password(tenant: &Tenant, name: &str, user: &str, password: &str) -> Http {
    let form = [
        ("client_id", APP),
        ("grant_type", "password"),
        ("username", user),
        ("password", password),
        ("scope", IMAP_SCOPE),
    ];
    post(tenant, &format!("/{name}/oauth2/v2.0/token"), &form).await
}

#[tokio::test]
async fn an_app_proves_itself_by_a_secret_or_an_assertion() {
    let tenant = builder().app(daemon()).start().await.unwrap();
    let granted = by_app(&tenant, &[("client_secret", SECRET)]).await;
    assert_eq!(granted.status, 200, "{}", granted.body);
    assert!(granted.json().get("refresh_token").is_none());
    let token = claims(&granted.text("access_token"));
    assert_eq!((&token["idtyp"], &token["aud"]), (&"app".into(), &"https://outlook.office365.com".into()));
    assert_eq!(token["roles"][0], "IMAP.AccessAsApp");
    assert!(token.get("scp").is_none() && token.get("upn").is_none());

    // HTTP Basic carries both form-encoded (RFC 6749 section 2.3.1).
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let basic =
        format!("Authorization: Basic {}\r\n", STANDARD.encode(format!("{DAEMON}:{}", encode(SECRET))));
    let form = [("grant_type", "client_credentials"), ("scope", APP_ONLY)];
    assert_eq!(http(&tenant, "oauth2/v2.0/token", &basic, Some(&form)).await.status, 200);

    let kind = ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    let assertion = |issuer, subject| tenant.federated_assertion(issuer, subject).unwrap();
    for (jwt, code) in [
        (assertion("https://ci.example", "repo:contoso/mail"), None),
        (assertion("https://ci.example", "repo:contoso/other"), Some(700_213)),
        (assertion("https://other.example", "repo:contoso/mail"), Some(700_211)),
        ("a.b".to_owned(), Some(50012)),
    ] {
        let answer = by_app(&tenant, &[kind, ("client_assertion", &jwt)]).await;
        assert_eq!(
            (answer.status == 200).then_some(()).map_or(Some(answer.status), |()| None),
            code.map(|_| 401)
        );
        if let Some(code) = code {
            assert_eq!(answer.code(), code);
        }
    }

    assert_eq!(by_app(&tenant, &[]).await.code(), 7_000_216);
    assert_eq!(
        by_app(&tenant, &[("client_secret", "b7a2c1de-0000-4000-8000-000000000000")]).await.code(),
        7_000_215
    );
    assert_eq!(by_app(&tenant, &[("client_secret", "old")]).await.status, 200);
    tenant.advance(Duration::from_secs(60));
    assert_eq!(by_app(&tenant, &[("client_secret", "old")]).await.code(), 7_000_222);
    let imap = "https://outlook.office.com/IMAP.AccessAsUser.All";
    assert_eq!(by_app(&tenant, &[("client_secret", SECRET), ("scope", imap)]).await.code(), 1_002_012);
    let form = [
        ("client_id", DAEMON),
        ("grant_type", "client_credentials"),
        ("scope", APP_ONLY),
        ("client_secret", SECRET),
    ];
    // This app is of one tenant, which /common does not name.
    assert_eq!(post(&tenant, "/common/oauth2/v2.0/token", &form).await.code(), 50194);
}

#[tokio::test]
async fn an_app_opens_the_mailboxes_it_has_rights_to() {
    let tenant = builder()
        .app(daemon())
        .app(App::confidential("wrong").secret(SECRET).exchange(ExchangeRegistration::WrongObjectId))
        .app(App::confidential("rbac").secret(SECRET).roles(["IMAP.AccessAsApp"]).smtp_by_rbac())
        .mailbox(Mailbox::new(INVOICES).full_access(DAEMON).full_access("wrong").full_access("rbac"))
        .start()
        .await
        .unwrap();
    let token = |app: &str| tenant.mint(TokenSpec::app(app)).unwrap();
    let mut conn = imap(&tenant).await;
    let sasl = xoauth2(INVOICES, &token(DAEMON));
    assert_eq!(conn.imap(&format!("AUTHENTICATE XOAUTH2 {sasl}")).await, ["A1 OK AUTHENTICATE completed."]);
    assert!(conn.imap("SELECT INBOX").await.last().unwrap().starts_with("A1 OK"));
    // No right to this one: in, and not connected.
    let mut conn = imap(&tenant).await;
    conn.imap(&format!("AUTHENTICATE XOAUTH2 {}", xoauth2(ADELE, &token(DAEMON)))).await;
    assert_eq!(conn.imap("SELECT INBOX").await, ["A1 BAD User is authenticated but not connected."]);
    // Registered by the wrong object id: not in at all.
    let mut conn = imap(&tenant).await;
    let sasl = xoauth2(INVOICES, &token("wrong"));
    assert_eq!(conn.imap(&format!("AUTHENTICATE XOAUTH2 {sasl}")).await, ["A1 NO AUTHENTICATE failed."]);

    let send = async |app: &str, mailbox: &str, token: String| {
        let mut conn = smtp(&tenant).await;
        let login = conn.ask(&format!("AUTH XOAUTH2 {}", xoauth2(mailbox, &token))).await;
        if !login.starts_with("235 ") {
            return format!("{app}: {login}");
        }
        conn.ask(&format!("MAIL FROM:<{mailbox}>")).await;
        conn.ask("RCPT TO:<adele@contoso.example>").await;
        conn.ask("DATA").await;
        conn.ask("Subject: x\r\n\r\ny\r\n.").await
    };
    assert!(send(DAEMON, INVOICES, token(DAEMON)).await.starts_with("250 2.0.0 OK"));
    assert_eq!(send(DAEMON, ADELE, token(DAEMON)).await, "430 4.2.0 STOREDRV; mailbox logon failure");
    let without_role = tenant.mint(TokenSpec::app("rbac").scopes(["IMAP.AccessAsApp"])).unwrap();
    assert!(send("rbac", INVOICES, without_role).await.starts_with("250 2.0.0 OK"));
    let without_role = tenant.mint(TokenSpec::app(DAEMON).scopes(["IMAP.AccessAsApp"])).unwrap();
    assert!(send("", INVOICES, without_role).await.contains("535 5.7.3"));
}

#[tokio::test]
async fn a_password_is_for_managed_users_of_the_tenant() {
    let mut builder = builder()
        .app(App::public("one-tenant").audience(Audience::Tenant))
        .user(User::new("fed@contoso.example").federated());
    for (name, policy) in [
        ("mfa", Policy::Mfa),
        ("enrol", Policy::EnrolMfa),
        ("blocked", Policy::BlockedByConditionalAccess),
        ("device", Policy::CompliantDevice),
        ("locked", Policy::Locked),
        ("old", Policy::PasswordExpired),
        ("consent", Policy::NeedsConsent),
    ] {
        builder = builder.user(User::new(format!("{name}@contoso.example")).password("x").policy(policy));
    }
    let tenant = builder.user(User::new("pat@contoso.example").password("x")).start().await.unwrap();
    let domain = "contoso.example";
    assert_eq!(by_password(&tenant, domain, "pat@contoso.example", "x").await.status, 200);
    assert_eq!(by_password(&tenant, "organizations", "pat@contoso.example", "x").await.status, 200);
    for (name, user, password, code) in [
        ("common", "pat", "x", 9_001_023),
        ("consumers", "pat", "x", 9_001_023),
        (domain, "pat", "x ", 50126),
        (domain, "nobody", "x", 50034),
        (domain, "adele", "x", 50056),
        // Nobody signs in as a shared mailbox.
        (domain, "invoices", "x", 50057),
        (domain, "fed", "x", 50126),
        (domain, "mfa", "x", 50076),
        (domain, "enrol", "x", 50079),
        (domain, "blocked", "x", 53003),
        (domain, "device", "x", 53000),
        (domain, "locked", "wrong", 50053),
        (domain, "old", "x", 50055),
        (domain, "consent", "x", 65001),
    ] {
        let answer = by_password(&tenant, name, &format!("{user}@contoso.example"), password).await;
        assert_eq!(answer.code(), code, "{name} {user}");
        assert_eq!(answer.json().get("claims").is_some(), matches!(code, 50076 | 50079));
    }
    let realm = get(&tenant, "/common/userrealm/fed@contoso.example?api-version=1.0").await;
    assert_eq!(realm.text("account_type"), "Federated");
    assert!(realm.text("federation_metadata_url").ends_with("/mex"));
}

#[tokio::test]
async fn refresh_tokens_die_by_revocation_password_and_policy() {
    let tenant = builder()
        .user(
            User::new("pat@contoso.example")
                .password("x")
                .policy(Policy::SignInFrequency(Duration::from_secs(3_600))),
        )
        .start()
        .await
        .unwrap();
    let sign_in = async || {
        by_password(&tenant, "contoso.example", "pat@contoso.example", "x").await.text("refresh_token")
    };
    let token = sign_in().await;
    assert_eq!(refresh(&tenant, &token, IMAP_SCOPE).await.status, 200);
    tenant.revoke_sessions("pat@contoso.example").unwrap();
    let revoked = refresh(&tenant, &token, IMAP_SCOPE).await;
    assert_eq!((revoked.code(), revoked.text("suberror").as_str()), (50173, "bad_token"));
    assert!(revoked.text("error_description").contains("TokensValidFrom"));
    let token = sign_in().await;
    tenant.change_password("pat@contoso.example", "x").unwrap();
    assert_eq!(refresh(&tenant, &token, IMAP_SCOPE).await.code(), 50173);
    let token = sign_in().await;
    tenant.set_fault(mail_oauth_sim::Fault::User { upn: "pat@contoso.example".into(), policy: Policy::Mfa });
    assert_eq!(refresh(&tenant, &token, IMAP_SCOPE).await.code(), 50076);
    tenant.clear_faults();
    tenant.advance(Duration::from_secs(3_600));
    let old = refresh(&tenant, &token, IMAP_SCOPE).await;
    assert_eq!((old.code(), old.text("suberror").as_str()), (70043, "token_expired"));
}

#[tokio::test]
async fn the_device_flow_can_be_blocked_and_apps_have_their_audience() {
    for (builder, code) in [(builder().block_device_flow(), 53003), (builder().security_defaults(), 530_035)]
    {
        let tenant = builder.start().await.unwrap();
        let code_of = device_code(&tenant).await;
        tenant.approve(&code_of.text("user_code"), ADELE).unwrap();
        assert_eq!(poll(&tenant, &code_of.text("device_code")).await.code(), code);
    }
    let tenant = builder()
        .app(App::public("one").audience(Audience::Tenant))
        .app(App::public("work").audience(Audience::Organizations))
        .app(App::public("home").audience(Audience::Personal))
        .app(App::public("few").assigned_to([MEGAN]))
        .start()
        .await
        .unwrap();
    for (app, name, code) in [
        ("one", "common", 50194),
        ("one", "organizations", 50194),
        ("work", "consumers", 9_002_332),
        ("home", "contoso.example", 9_002_331),
    ] {
        let path = format!("/{name}/oauth2/v2.0/devicecode");
        assert_eq!(post(&tenant, &path, &[("client_id", app), ("scope", IMAP_SCOPE)]).await.code(), code);
    }
    let code = post(&tenant, "oauth2/v2.0/devicecode", &[("client_id", "few"), ("scope", IMAP_SCOPE)]).await;
    tenant.approve(&code.text("user_code"), ADELE).unwrap();
    let device_code = code.text("device_code");
    let form = [("client_id", "few"), ("grant_type", "device_code"), ("device_code", device_code.as_str())];
    assert_eq!(post(&tenant, "oauth2/v2.0/token", &form).await.code(), 50105);
}

#[tokio::test]
async fn every_cloud_has_its_hosts_and_its_exchange() {
    let tenant = builder().cloud(Cloud::China).start().await.unwrap();
    let scope = "https://partner.outlook.cn/IMAP.AccessAsUser.All";
    assert_eq!(
        post(&tenant, "oauth2/v2.0/devicecode", &[("client_id", APP), ("scope", scope)]).await.status,
        200
    );
    let foreign = post(&tenant, "oauth2/v2.0/devicecode", &[("client_id", APP), ("scope", IMAP_SCOPE)]).await;
    assert_eq!(foreign.code(), 500_011);
    let metadata = get(&tenant, "v2.0/.well-known/openid-configuration").await;
    assert_eq!(metadata.text("cloud_instance_name"), "partner.microsoftonline.cn");
    imap_as(&tenant, ADELE, ADELE).await;

    // The other cloud's name in the request.
    let mut conn = Conn::tls(tenant.identity_addr(), &tenant).await;
    conn.send("GET /common/discovery/v2.0/keys HTTP/1.1\r\nHost: login.microsoftonline.com\r\nConnection: close\r\n\r\n").await;
    let answer = String::from_utf8(conn.rest().await).unwrap();
    assert!(answer.contains("AADSTS90038"), "{answer}");
}
