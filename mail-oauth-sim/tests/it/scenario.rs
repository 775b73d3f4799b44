//! A tenant from a file, and one that is driven from outside.

use mail_oauth_sim::{Error, Fault, MailFault, TenantBuilder, catalogue};

use crate::support::*;

const GOOD: &str = include_str!("../../docs/scenario.toml");

#[tokio::test]
async fn the_example_of_the_document_runs() {
    let tenant = TenantBuilder::from_scenario(GOOD).unwrap().start().await.unwrap();
    assert!(tenant.messages("invoices@contoso.example").unwrap().is_empty());
    // It begins with a fault.
    let mut conn = imap_as(&tenant, ADELE, ADELE).await;
    assert!(conn.imap("SELECT INBOX").await[0].contains("Request is throttled"));
    tenant.clear_fault(&Fault::Mail(MailFault::ImapThrottled { backoff_ms: 92_415 }));
    let mut conn = imap_as(&tenant, ADELE, ADELE).await;
    assert!(conn.imap("SELECT INBOX").await.last().unwrap().starts_with("A1 OK"));
}

#[test]
fn the_example_of_the_readme_is_a_scenario() {
    let readme = include_str!("../../README.md");
    let text = readme.split("```toml").nth(1).unwrap().split("```").next().unwrap();
    let _ = TenantBuilder::from_scenario(text).unwrap();
}

#[test]
fn what_is_wrong_is_shown_with_its_line() {
    for (text, line, part) in [
        ("domain = ", 1, ""),
        ("seed = 1\n\ncolour = \"red\"\n", 3, "unknown field `colour`"),
        (
            "[[user]]\nupn = \"a@b.example\"\npolicies = [\"mfa\", \"nonsense\"]\n",
            3,
            "unknown variant `nonsense`",
        ),
        (
            "faults = [\n  \"imap-throttled\",\n  \"imap-nonsense\",\n]\n",
            3,
            "there is no fault imap-nonsense: did you mean imap-",
        ),
        (
            "[[user]]\nupn = \"a@b.example\"\n\n[[mailbox]]\naddress = \"c@b.example\"\nfull_access = [\"d@b.example\"]\n",
            6,
            "gives full access to d@b.example",
        ),
        ("auto_approve = \"a@b.example\"\n", 1, "automatic approval as a@b.example names nobody"),
        ("[[app]]\nclient_id = \"x\"\nroles = [\"Nothing\"]\n", 3, "application permission Nothing"),
        ("[[app]]\nclient_id = \"x\"\ncertificates = [\"no pem\"]\n", 3, "certificate that cannot be read"),
        (
            "[[user]]\nupn = \"a@b.example\"\nkind = \"federated\"\npassword = \"x\"\n",
            2,
            "is federated and has a password",
        ),
        // What is there twice is shown where it stands for the second time, also in other letters.
        ("[[user]]\nupn = \"a@b.example\"\n[[user]]\nupn = \"A@b.example\"\n", 4, "is there twice"),
        ("[[app]]\nclient_id = \"x\"\n[[app]]\nclient_id = \"X\"\n", 4, "is there twice"),
        ("[[user]]\nupn = \"a@b.example\"\naliases = [\n\"b\"]\n", 4, "has the address b, which is none"),
        ("[[app]]\nclient_id = \"x\"\nscopes = [\n\"User.Read\",\n\"Nothing\"]\n", 5, "consented to Nothing"),
        ("[[app]]\nclient_id = \"x\"\nassigned_to = [\n\"a@b.example\"]\n", 4, "is assigned to a@b.example"),
        (
            "[[app]]\nclient_id = \"x\"\n[[app.redirects]]\nplatform = \"web\"\nuri = \"nowhere\"\n",
            5,
            "has the redirect address nowhere",
        ),
        ("\ntenant_id = \"common\"\n", 2, "tenant id common is no GUID"),
        ("tenant_id = \"9188040D-6c67-4c5b-b112-36a304b66dad\"\n", 1, "is that of all personal accounts"),
        ("seed = 1\ndomain = \"not a domain\"\n", 2, "domain not a domain is no name of a domain"),
        (
            "[[user]]\nupn = \"a@b.example\"\naliases = [\"z@b.example\"]\n[[user]]\nupn = \"z@b.example\"\n",
            5,
            "which another user has",
        ),
    ] {
        match TenantBuilder::from_scenario(text) {
            Err(Error::Scenario { line: found, problem }) => {
                assert_eq!(found, line, "{text}: {problem}");
                assert!(problem.contains(part), "{text}: {problem}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn the_document_shows_every_key() {
    for table in ["", "[[user]]\n", "[[mailbox]]\n", "[[app]]\n"] {
        let unknown =
            TenantBuilder::from_scenario(&format!("{table}nonsense = 1\n")).unwrap_err().to_string();
        let keys: Vec<&str> = unknown.split('`').skip(3).step_by(2).collect();
        assert!(keys.len() > 5, "{unknown}");
        for key in keys {
            let shown = GOOD.lines().any(|line| {
                line.trim_start_matches("# ").starts_with(&format!("{key} =")) || line == format!("[[{key}]]")
            });
            assert!(shown, "docs/scenario.toml does not show {key}");
        }
    }
}

#[test]
fn a_file_is_named_with_its_line() {
    let folder = std::env::temp_dir();
    let missing = folder.join(format!("mail-oauth-sim-{}-missing.toml", std::process::id()));
    let error = TenantBuilder::from_scenario_file(&missing).unwrap_err();
    assert!(matches!(&error, Error::Unreadable { path, .. } if *path == missing));
    assert!(error.to_string().contains("-missing.toml: name a text file"), "{error}");

    let wrong = folder.join(format!("mail-oauth-sim-{}-wrong.toml", std::process::id()));
    std::fs::write(&wrong, "seed = 1\nfaults = [\"x\"]\n").unwrap();
    let error = TenantBuilder::from_scenario_file(&wrong).unwrap_err();
    std::fs::remove_file(&wrong).unwrap();
    assert!(error.to_string().contains("-wrong.toml, line 2: there is no fault x: did you mean "), "{error}");
}

#[tokio::test]
async fn the_control_endpoint_is_closed_unless_it_was_opened() {
    let tenant = tenant().await;
    assert_eq!(tenant.control(), None);
    assert_eq!(post(&tenant, "/control/advance", &[("seconds", "1")]).await.status, 404);
    let tenant = builder().open_control().start().await.unwrap();
    for (action, form, status) in [
        ("fault", &[("name", "http-429"), ("times", "1")][..], 200),
        ("fault", &[("name", "nonsense")], 400),
        ("advance", &[("seconds", "3600")], 200),
        ("clear", &[], 200),
        ("revoke", &[("user", ADELE)], 200),
        ("password", &[("user", ADELE), ("password", "x")], 200),
        ("deliver", &[("mailbox", ADELE), ("message", "Subject: x\r\n\r\ny\r\n")], 200),
        ("decline", &[("user_code", "ABC")], 400),
        ("token", &[("user", ADELE)], 200),
        ("nonsense", &[], 400),
    ] {
        assert_eq!(control(&tenant, action, Some(form)).await.status, status, "{action}");
    }
    assert_eq!(tenant.messages(ADELE).unwrap().len(), 1);
    // What is wrong is named, and what would be right.
    for (action, form, problem) in [
        ("fault", &[("name", "imap-trottled")][..], "did you mean imap-throttled?"),
        ("fault", &[("name", "http-500"), ("times", "x")], "times is no number"),
        ("advance", &[], "advance needs seconds"),
        ("revoke", &[("user", "x@contoso.example")], "the tenant has no user x@contoso.example"),
        ("deliver", &[("mailbox", "x"), ("message", "y")], "the tenant has no mailbox x"),
        ("nonsense", &[], "there is no action nonsense: use fault,"),
    ] {
        let said = control(&tenant, action, Some(form)).await.text("problem");
        assert!(said.contains(problem), "{action}: {said}");
    }
    assert!(control(&tenant, "faults", None).await.json()["faults"][0]["wire"].is_string());
    // The log is of the tenant's clients, and who controls it is none.
    get(&tenant, "v2.0/.well-known/openid-configuration").await;
    let log = control(&tenant, "log", None).await.json();
    assert_eq!(log["entries"].as_array().unwrap().len(), 1);
    assert!(log["connections"][0].as_str().unwrap().contains("Identity"));
    let first = &log["entries"][0];
    assert_eq!((&first["service"], &first["events"][0]["version"]), (&"identity".into(), &"TLSv1.3".into()));
    assert_eq!(first["events"][1]["status"], 200);
    // A token is for an app that the tenant has, as one that is signed in for.
    let token = control(&tenant, "token", Some(&[("user", ADELE)])).await.text("token");
    assert_eq!(crate::identity::claims(&token)["appid"], APP);
}

#[tokio::test]
async fn no_fault_locks_the_control_endpoint() {
    let tenant = builder().open_control().start().await.unwrap();
    for entry in catalogue().iter().filter(|entry| entry.name.starts_with("identity-")) {
        assert_eq!(control(&tenant, "fault", Some(&[("name", &entry.name)])).await.status, 200);
        assert_eq!(control(&tenant, "clear", Some(&[])).await.status, 200, "{}", entry.name);
    }
    control(&tenant, "fault", Some(&[("name", "http-503@all")])).await;
    assert_eq!(control(&tenant, "clear", Some(&[])).await.status, 200);
    assert_eq!(get(&tenant, "v2.0/.well-known/openid-configuration").await.status, 200);
}

#[tokio::test]
async fn a_seed_repeats_what_is_handed_out() {
    let codes = async |seed| {
        let tenant = builder().seed(seed).start().await.unwrap();
        device_code(&tenant).await.text("user_code")
    };
    assert_eq!(codes(7).await, codes(7).await);
    assert_ne!(codes(7).await, codes(8).await);
}
