//! The unified schema: files of other MSALs, and what we make of them.

use std::time::Duration;

use msal_lite::{
    AccountQuery, Application, Cache, Error, Flow, Scopes, Silent, Step, Timestamp, TokenResponse,
};
use serde_json::{Value, json};

use crate::tenant::{
    CLIENT, IMAP, NOW, SMTP, TENANT, USER, app, app_in, jwt, ok, refresh_flow, scopes, sent, tokens,
    tokens_of,
};

const SKEW: Duration = Duration::from_secs(300);

fn home() -> String {
    format!("{USER}.{TENANT}")
}

/// What MSAL Python 1.39 writes.
fn python() -> Value {
    let (home, host) = (home(), "login.microsoftonline.com");
    json!({
        "AccessToken": { format!("{home}-{host}-accesstoken-{CLIENT}-{TENANT}-{}", IMAP.to_lowercase()): {
            "credential_type": "AccessToken", "secret": "py-access", "home_account_id": home, "environment": host,
            "client_id": CLIENT, "target": IMAP, "realm": TENANT, "token_type": "Bearer",
            "cached_at": "1795452781", "expires_on": "1795456380", "extended_expires_on": "1795456380" } },
        "Account": { format!("{home}-{host}-{TENANT}"): {
            "home_account_id": home, "environment": host, "realm": TENANT, "local_account_id": USER,
            "username": "user@contoso.com", "authority_type": "MSSTS", "account_source": "password" } },
        "IdToken": { format!("{home}-{host}-idtoken-{CLIENT}-{TENANT}-"): {
            "credential_type": "IdToken", "secret": "eyJ0", "home_account_id": home, "environment": host,
            "realm": TENANT, "client_id": CLIENT } },
        "RefreshToken": { format!("{home}-{host}-refreshtoken-{CLIENT}--{}", IMAP.to_lowercase()): {
            "credential_type": "RefreshToken", "secret": "py-refresh", "home_account_id": home, "environment": host,
            "client_id": CLIENT, "target": IMAP, "last_modification_time": "1795452781" } },
        "AppMetadata": { format!("appmetadata-{host}-{CLIENT}"): { "client_id": CLIENT, "environment": host } }
    })
}

/// What MSAL Node 7 writes: the preferred cache host, other keys, profiles as strings; and things that
/// nobody here knows.
fn node() -> Value {
    let (home, host) = (home(), "login.windows.net");
    json!({
        "Account": { format!("{home}-{host}-{TENANT}"): {
            "home_account_id": home, "environment": host, "realm": TENANT, "local_account_id": USER,
            "username": "user@contoso.com", "authority_type": "MSSTS", "name": "A User", "client_info": "eyJ1",
            "last_modification_time": "1795452781", "last_modification_app": "x",
            "tenantProfiles": [format!("{{\"tenantId\":\"{TENANT}\"}}")] } },
        "IdToken": {},
        "AccessToken": {
            format!("{home}-{host}-accesstoken-{CLIENT}-{TENANT}-{}-", IMAP.to_lowercase()): {
                "credential_type": "AccessToken", "secret": "node-access", "home_account_id": home, "environment": host,
                "client_id": CLIENT, "target": format!("openid profile {IMAP}"), "realm": TENANT, "token_type": "Bearer",
                "cached_at": "1795452781", "expires_on": "1795456380", "extended_expires_on": "1795456380",
                "unknownField": { "deep": [1, 2.5, null] } },
            "pop": { "credential_type": "AccessToken_With_AuthScheme", "secret": "bound", "home_account_id": home,
                "environment": host, "client_id": CLIENT, "target": format!("{IMAP} {SMTP}"), "realm": TENANT,
                "token_type": "pop", "cached_at": "1795452781", "expires_on": "1995456380" } },
        "RefreshToken": { format!("{home}-{host}-refreshtoken-{CLIENT}---"): {
            "credential_type": "refreshTOKEN", "secret": "node-refresh", "home_account_id": home, "environment": host,
            "client_id": CLIENT } },
        "AppMetadata": {},
        "unknownEntity": { "kept": true }
    })
}

fn parse(value: &Value) -> Cache {
    Cache::parse(value.to_string().as_bytes()).unwrap()
}

fn value(cache: &Cache) -> Value {
    serde_json::from_slice(cache.to_bytes().expose()).unwrap()
}

fn look(cache: &Cache, app: &Application, list: &str, now: u64) -> Result<Silent, Error> {
    cache.silent(app, &scopes(list), &AccountQuery::Only, Timestamp::from_unix(now), SKEW)
}

fn hit(found: Result<Silent, Error>) -> String {
    match found.unwrap() {
        Silent::Hit(token) => token.access_token().expose().to_owned(),
        other => panic!("{other:?}"),
    }
}

fn refresh(found: Result<Silent, Error>) -> String {
    match found.unwrap() {
        Silent::Refresh { refresh_token, .. } => refresh_token.expose().to_owned(),
        other => panic!("{other:?}"),
    }
}

fn response(body: &str) -> TokenResponse {
    let mut flow = refresh_flow();
    sent(&mut flow);
    flow.receive(&ok(body), NOW).unwrap();
    match flow.step().unwrap() {
        Step::Done(response) => *response,
        other => panic!("{other:?}"),
    }
}

#[test]
fn files_of_python_and_node_are_read() {
    for (file, name) in [(python(), "py"), (node(), "node")] {
        let cache = parse(&file);
        let accounts = cache.accounts_of(&app());
        assert_eq!(accounts.len(), 1);
        assert_eq!(
            (accounts[0].username.as_str(), accounts[0].home_account_id.as_str()),
            ("user@contoso.com", &*home())
        );
        let now = NOW.as_unix();
        assert_eq!(hit(look(&cache, &app(), IMAP, now)), format!("{name}-access"));
        assert_eq!(hit(look(&cache, &app(), &IMAP.to_uppercase(), now)), format!("{name}-access"));
        // Another resource scope, and the same one when its token has ended: by the one refresh token.
        assert_eq!(refresh(look(&cache, &app(), SMTP, now)), format!("{name}-refresh"));
        assert_eq!(refresh(look(&cache, &app(), IMAP, 1_795_456_380)), format!("{name}-refresh"));
    }
}

#[test]
fn the_skew_is_exact() {
    let cache = parse(&python());
    assert_eq!(hit(look(&cache, &app(), IMAP, 1_795_456_380 - 301)), "py-access");
    assert_eq!(refresh(look(&cache, &app(), IMAP, 1_795_456_380 - 300)), "py-refresh");
    // A clock before the token was made.
    assert_eq!(refresh(look(&cache, &app(), IMAP, 1_795_452_781 - 301)), "py-refresh");
}

#[test]
fn tenants_and_clients_are_kept_apart() {
    let cache = parse(&python());
    let now = NOW.as_unix();
    for tenant in ["common", "organizations", "contoso.com"] {
        assert_eq!(hit(look(&cache, &app_in(tenant), IMAP, now)), "py-access", "{tenant}");
    }
    assert_eq!(
        refresh(look(&cache, &app_in("99999999-2222-3333-4444-555555555555"), IMAP, now)),
        "py-refresh"
    );
    assert_eq!(refresh(look(&cache, &app_in("consumers"), IMAP, now)), "py-refresh");
    let other = Application::new("99999999-3333-4444-5555-666677778888", app().authority().clone()).unwrap();
    assert!(matches!(look(&cache, &other, IMAP, now), Err(Error::NoAccount { wanted: None })));
    let gov = msal_lite::Authority::entra(msal_lite::Cloud::UsGovernment, TENANT).unwrap();
    let gov = Application::new(CLIENT, gov).unwrap();
    assert!(matches!(look(&cache, &gov, IMAP, now), Err(Error::NoAccount { .. })));
}

#[test]
fn what_is_unknown_survives_a_refresh() {
    let mut cache = parse(&node());
    let before = value(&cache);
    let account = cache.account(&app(), &AccountQuery::Only).unwrap();
    cache.insert(&app(), &scopes(IMAP), &response(&tokens("new-access", "new-refresh")), Some(&account), NOW);
    let after = value(&cache);

    assert_eq!(after["unknownEntity"], before["unknownEntity"]);
    assert_eq!(after["AccessToken"]["pop"], before["AccessToken"]["pop"]);
    let account_key = format!("{}-login.windows.net-{TENANT}", home());
    assert_eq!(
        after["Account"][&account_key]["tenantProfiles"],
        before["Account"][&account_key]["tenantProfiles"]
    );
    assert_eq!(after["Account"].as_object().unwrap().len(), 1, "no second account beside the alias");

    // The refresh token was replaced where it stood.
    let refresh_tokens = after["RefreshToken"].as_object().unwrap();
    assert_eq!(refresh_tokens.len(), 1);
    assert_eq!(
        refresh_tokens[&format!("{}-login.windows.net-refreshtoken-{CLIENT}---", home())]["secret"],
        "new-refresh"
    );
    assert_eq!(hit(look(&cache, &app(), IMAP, NOW.as_unix())), "new-access");
}

#[test]
fn keys_and_fields_as_python_writes_them() {
    let mut cache = Cache::new();
    let account =
        cache.insert(&app(), &scopes(IMAP), &response(&tokens("py-access", "py-refresh")), None, NOW);
    assert_eq!((account.name.as_deref(), account.local_account_id.as_str()), (Some("A User"), USER));
    let (ours, python) = (value(&cache), python());
    for section in ["AccessToken", "RefreshToken", "IdToken", "Account", "AppMetadata"] {
        let keys = |value: &Value| value[section].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&ours), keys(&python), "{section}");
        let key = &keys(&python)[0];
        for (field, expected) in python[section][key].as_object().unwrap() {
            match field.as_str() {
                "account_source" => {}
                "expires_on" | "extended_expires_on" => assert_eq!(ours[section][key][field], "1795456994"),
                "secret" if section == "IdToken" => {}
                _ => assert_eq!(&ours[section][key][field], expected, "{section} {field}"),
            }
        }
    }
}

#[test]
fn matched_by_what_was_asked_or_granted() {
    // The answer has lost the resource and gained a scope.
    let body = tokens("access", "refresh")
        .replace(IMAP, "IMAP.AccessAsUser.All https://outlook.office.com/User.Read");
    let mut cache = Cache::new();
    cache.insert(&app(), &scopes(IMAP), &response(&body), None, NOW);
    let now = NOW.as_unix();
    for list in
        [IMAP, "IMAP.AccessAsUser.All", "https://outlook.office.com/user.read", &format!("{IMAP} openid")]
    {
        assert_eq!(hit(look(&cache, &app(), list, now)), "access", "{list}");
    }
    assert_eq!(refresh(look(&cache, &app(), SMTP, now)), "refresh");
}

#[test]
fn old_tokens_make_room() {
    let mut cache = Cache::new();
    for round in 0..5 {
        cache.insert(
            &app(),
            &scopes(IMAP),
            &response(&tokens(&format!("a{round}"), &format!("r{round}"))),
            None,
            NOW,
        );
    }
    cache.insert(&app(), &scopes(SMTP), &response(&tokens("smtp", "r5").replace(IMAP, SMTP)), None, NOW);
    let file = value(&cache);
    assert_eq!(file["AccessToken"].as_object().unwrap().len(), 2);
    assert_eq!(file["RefreshToken"].as_object().unwrap().len(), 1);
    assert_eq!(hit(look(&cache, &app(), IMAP, NOW.as_unix())), "a4");
    // Ended ones go with the next insert.
    let later = Timestamp::from_unix(NOW.as_unix() + 5000);
    cache.insert(&app(), &scopes("x://y/z"), &response(&tokens("z", "r6")), None, later);
    assert_eq!(value(&cache)["AccessToken"].as_object().unwrap().len(), 1);
}

/// Under one key the new token stands in the old one's place, with nothing of it.
#[test]
fn a_token_takes_over_nothing_of_the_one_before() {
    let (mut cache, app) = (Cache::new(), app());
    let long =
        tokens("one", "r1").replace("\"expires_in\":4213", "\"expires_in\":86400,\"refresh_in\":43200");
    cache.insert(&app, &scopes(IMAP), &response(&long), None, NOW);
    let mut file = value(&cache);
    let entry = |file: &Value| file["AccessToken"].as_object().unwrap().values().next().unwrap().clone();
    assert!(entry(&file)["refresh_on"].is_string());
    for token in file["AccessToken"].as_object_mut().unwrap().values_mut() {
        token["requested_claims"] = json!("{}");
    }
    let mut cache = parse(&file);
    cache.insert(&app, &scopes(IMAP), &response(&tokens("two", "r2")), None, NOW);
    let file = value(&cache);
    assert_eq!(file["AccessToken"].as_object().unwrap().len(), 1);
    assert_eq!(entry(&file)["secret"], "two");
    assert!(entry(&file).get("refresh_on").is_none() && entry(&file).get("requested_claims").is_none());
}

#[test]
fn accounts_are_found_named_and_removed() {
    let mut cache = Cache::new();
    let other = "bbbbbbbb-bbbb-cccc-dddd-eeeeeeeeeeee";
    let first = cache.insert(&app(), &scopes(IMAP), &response(&tokens("a", "r")), None, NOW);
    cache.insert(
        &app(),
        &scopes(IMAP),
        &response(&tokens_of(other, "Other@Contoso.com", "b", "s")),
        None,
        NOW,
    );
    match cache.account(&app(), &AccountQuery::Only) {
        Err(Error::AmbiguousAccount { accounts }) => {
            assert_eq!(accounts, ["user@contoso.com", "Other@Contoso.com"])
        }
        other => panic!("{other:?}"),
    }
    let by_name = cache.account(&app(), &AccountQuery::username("other@contoso.COM")).unwrap();
    assert_eq!(by_name.home_account_id, format!("{other}.{TENANT}"));
    let error = cache.account(&app(), &AccountQuery::username("nobody@x")).unwrap_err();
    assert_eq!(error.to_string(), "nobody is signed in as nobody@x; sign in first");
    assert!(cache.remove_account(&first));
    assert!(!cache.remove_account(&first));
    assert_eq!(cache.accounts(), [by_name]);
    assert!(!cache.to_bytes().expose().windows(USER.len()).any(|window| window == USER.as_bytes()));
}

#[test]
fn without_refresh_token_a_person_is_needed() {
    let mut file = python();
    file["RefreshToken"] = json!({});
    let error = look(&parse(&file), &app(), SMTP, NOW.as_unix()).unwrap_err();
    assert_eq!(error.kind(), msal_lite::ErrorKind::SignInAgain);
    assert!(error.to_string().contains("user@contoso.com"));
}

#[test]
fn what_is_no_cache_is_said_without_quoting_it() {
    for (bytes, word) in [
        (&b"{\"RefreshToken\":{\"k\":{\"secret\":\"S3cret"[..], "cut off after 38 octets"),
        (b"{\"RefreshToken\":S3cret}", "line 1 column 17"),
        (b"[]", "no JSON object"),
        (b"{\"Account\":[]}", "Account is no object"),
        (b"\0\0\0\0", "line 1 column"),
        (b"\x01\0\0\0\xd0\x8c\x9d\xdf\x01\x15\xd1\x11\x8c\x7a\0\xc0\x4f\xc2\x97\xeb\x01\0S3c", "by Windows"),
    ] {
        let error = Cache::parse(bytes).unwrap_err().to_string();
        assert!(error.contains(word) && !error.contains("S3c"), "{error}");
    }
    for empty in [&b""[..], b" \n", b"\xef\xbb\xbf", b"{}"] {
        assert_eq!(Cache::parse(empty).unwrap(), Cache::new());
    }
    // Entries that are none are passed over and kept.
    let odd = parse(&json!({"Account": {"a": 1, "b": {"home_account_id": 5}}, "AccessToken": {"x": null}}));
    assert!(odd.accounts().is_empty());
    assert_eq!(value(&odd)["Account"]["a"], 1);
}

#[test]
fn requests_for_reserved_scopes_only_need_any_token() {
    let cache = parse(&python());
    let only = Scopes::parse("openid").unwrap();
    let found = cache.silent(&app(), &only, &AccountQuery::Only, NOW, SKEW);
    assert_eq!(hit(found), "py-access");
}

/// Not a benchmark: a look-up that were quadratic would take minutes here.
#[test]
fn many_accounts_take_linear_time() {
    let mut file = json!({"Account": {}, "RefreshToken": {}});
    for number in 0..20_000 {
        let home = format!("aaaaaaaa-bbbb-cccc-dddd-{number:012}.{TENANT}");
        file["Account"][&home] = json!({"home_account_id": home, "environment": "login.windows.net", "realm": TENANT,
            "username": format!("user{number}@contoso.com")});
        file["RefreshToken"][&home] = json!({"credential_type": "RefreshToken", "home_account_id": home,
            "environment": "sts.windows.net", "client_id": CLIENT, "secret": format!("r{number}")});
    }
    let cache = parse(&file);
    assert_eq!(cache.accounts_of(&app()).len(), 20_000);
    let query = AccountQuery::username("user19999@contoso.com");
    assert_eq!(refresh(cache.silent(&app(), &scopes(IMAP), &query, NOW, SKEW)), "r19999");
}

#[test]
fn with_an_account_go_its_tokens_of_every_kind() {
    let mut cache = parse(&node());
    let account = cache.account(&app(), &AccountQuery::Only).unwrap();
    assert_eq!(value(&cache)["AccessToken"]["pop"]["secret"], "bound");
    assert!(cache.remove_account(&account));
    let left = value(&cache);
    assert!(!left.to_string().contains(USER), "{left}");
    assert_eq!(left["unknownEntity"]["kept"], true);
}

/// A person of one tenant with a mailbox in another: one refresh token, and an access token for each.
#[test]
fn a_refresh_at_another_tenant_is_kept_as_that_tenants() {
    const OTHER: &str = "99999999-2222-3333-4444-555555555555";
    let mut cache = parse(&python());
    let account = cache.account(&app(), &AccountQuery::Only).unwrap();
    let id_token =
        jwt(&format!(r#"{{"oid":"guest","tid":"{OTHER}","preferred_username":"user@contoso.com"}}"#));
    let body = format!(
        r#"{{"token_type":"Bearer","scope":"{IMAP}","expires_in":4213,"access_token":"of-the-other","refresh_token":"r2","id_token":"{id_token}"}}"#
    );
    let there = cache.insert(&app_in(OTHER), &scopes(IMAP), &response(&body), Some(&account), NOW);
    assert_eq!((there.realm.as_str(), there.local_account_id.as_str()), (OTHER, "guest"));
    let now = NOW.as_unix();
    for at_home in [TENANT, "organizations", "contoso.com"] {
        assert_eq!(hit(look(&cache, &app_in(at_home), IMAP, now)), "py-access", "{at_home}");
    }
    assert_eq!(hit(look(&cache, &app_in(OTHER), IMAP, now)), "of-the-other");
    assert_eq!(refresh(look(&cache, &app_in(OTHER), SMTP, now)), "r2");
    // The account is still one, by its name at home; and back at home it is no guest.
    assert_eq!(cache.accounts_of(&app()), std::slice::from_ref(&account));
    let back = cache.insert(
        &app_in("organizations"),
        &scopes(IMAP),
        &response(&tokens("home-again", "r3")),
        Some(&there),
        NOW,
    );
    assert_eq!((back.realm.as_str(), back.local_account_id.as_str()), (TENANT, USER));
    assert_eq!(hit(look(&cache, &app_in(OTHER), IMAP, now)), "of-the-other");
    assert_eq!(hit(look(&cache, &app(), IMAP, now)), "home-again");
    assert!(cache.remove_account(&account) && cache.accounts().is_empty());
}
