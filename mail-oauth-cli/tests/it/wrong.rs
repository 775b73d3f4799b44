//! Bad input: each its own exit code, and a message that says what, where, and what to do.

use std::fs;
use std::process::Stdio;
use std::time::Duration;

use mail_oauth_sim::{Fault, HttpFault, Service, TokenSpec};
use serde_json::Value;

use crate::bed::{ADELE, BERT, Bed, Run, builder};

/// Asserts the code, words of the message, and that something is advised.
fn says(run: Run, code: i32, words: &[&str]) {
    let run = run.expect(code);
    for word in words.iter().chain(&["error:"]) {
        assert!(run.stderr.contains(word), "`{word}` is missing in\n{}", run.stderr);
    }
    assert!(
        run.stderr.contains("fix:") || run.text().contains("fix "),
        "no advice in\n{}{}",
        run.text(),
        run.stderr
    );
}

#[tokio::test]
async fn the_configuration_file() {
    let bed = Bed::start(builder()).await;
    for (text, code, words) in [
        ("[[account]]\naddress = \n", 3, &["config.toml", "line 2", "address"][..]),
        ("[[account]]\naddress = \"a@b.example\"\npassword = \"hunter2\"\n", 3, &["line 3", "password"]),
        ("[[account]]\nimap = \"hunter2\"\n", 3, &["line 2", "imap"]),
        ("[[account]]\nimap = { host = \"x\", security = \"hunter2\" }\n", 3, &["line 2", "starttls"]),
        ("[[account]]\npassword = \"hunter2\n", 3, &["line 2"]),
        // A secret alone on its line is no key, though it ends in what looks like a key's end.
        ("[[account]]\nhunter2+hunter2==\n", 3, &["line 2"]),
        ("[[account]]\nhunter2hunter2hunter2hunter2==\n", 3, &["line 2"]),
        ("[[account]]\naddress = 7\n", 3, &["line 2", "string"]),
        (
            "[[account]]\naddress = \"nobody\"\nclient_id = \"3f2504e0-4f89-41d3-9a0c-0305e82c3301\"\n",
            2,
            &["nobody", "@"],
        ),
        ("[[account]]\naddress = \"a@b.example\"\n", 2, &["client"]),
        (
            "[[account]]\naddress = \"a@b.example\"\nclient_id = \"a@b.example\"\n",
            2,
            &["client id", "mail address"],
        ),
        (
            "[[account]]\naddress = \"a@b.example\"\nclient_id = \"your-client-id\"\n",
            2,
            &["client id", "placeholder"],
        ),
        (
            "[[account]]\nname = \"x\"\naddress = \"a@b.example\"\n[[account]]\nname = \"y\"\n",
            2,
            &["more than one"],
        ),
        ("", 2, &["no account"]),
    ] {
        fs::write(bed.path("config.toml"), text).unwrap();
        let run = bed.run(&["token"]).await;
        assert!(!run.stderr.contains("hunter2"), "a value is shown: {}", run.stderr);
        says(run, code, words);
    }
    fs::remove_file(bed.path("config.toml")).unwrap();
    says(bed.run(&["token"]).await, 4, &["config.toml"]);
}

#[tokio::test]
async fn the_token_cache() {
    let bed = Bed::start(builder()).await;
    says(bed.run(&["token"]).await, 21, &[ADELE, "login"]);
    fs::write(bed.path("tokens.json"), "{\"AccessToken\": {\"x\": {\"credential_type\"").unwrap();
    says(bed.run(&["token"]).await, 6, &["tokens.json"]);
    assert!(bed.path("tokens.json").exists(), "the damaged file is not touched by reading");
    bed.login(&[]).await.expect(0);
    let kept = fs::read_dir(bed.folder.path()).unwrap().any(|entry| {
        let name = entry.unwrap().file_name().into_string().unwrap();
        name.starts_with("tokens.json.") && !name.ends_with("lock")
    });
    assert!(kept, "the damaged file is kept aside");
    bed.run(&["token"]).await.expect(0);
    fs::write(bed.path("no-folder"), "").unwrap();
    says(
        bed.run(&["login", "--cache-file", bed.path("no-folder/tokens.json").to_str().unwrap()]).await,
        5,
        &["no-folder"],
    );
}

#[tokio::test]
async fn the_sign_in() {
    let bed = Bed::start(builder().device_code_lifetime(Duration::from_secs(2))).await;
    says(bed.login(&["--client-id", "00000000-1111-2222-3333-444444444444"]).await, 22, &["AADSTS700016"]);
    says(bed.login(&["--tenant", "contoso.example"]).await, 2, &["both"]);
    let unknown = bed.tenant.authority().replace(bed.tenant.tenant_id(), "unknown.example");
    says(bed.login(&["--authority", &unknown]).await, 23, &["unknown.example"]);
    says(bed.login(&["--scope", "https://outlook.office.com/NoSuch.Permission"]).await, 24, &["AADSTS70011"]);
    says(bed.login_as(&[], |tenant, code| tenant.decline(code).unwrap()).await, 26, &["declined"]);
    says(bed.login_as(&[], |tenant, code| tenant.approve(code, BERT).unwrap()).await, 29, &[BERT, ADELE]);
    says(bed.login_as(&[], |_, _| ()).await, 25, &["expired"]);
}

#[tokio::test]
async fn the_identity_provider() {
    let bed = Bed::signed_in().await;
    let wait = Some(Duration::from_secs(1800));
    bed.tenant.set_fault(Fault::Http(HttpFault::Unavailable { retry_after: wait }));
    says(bed.login(&[]).await, 20, &[]);
    bed.tenant.clear_faults();
    bed.tenant.set_fault(Fault::Http(HttpFault::TooManyRequests { retry_after: wait }));
    says(bed.login(&[]).await, 60, &["1800"]);
    bed.tenant.clear_faults();
    bed.tenant.set_fault(Fault::Http(HttpFault::Html));
    says(bed.login(&[]).await, 20, &["502"]);
    // The provider is not out of order: a proxy or a guest network answers in its place.
    for fault in ["http-captive-portal@all", "http-407@all"] {
        bed.tenant.clear_faults();
        bed.tenant.set_fault_named(fault).unwrap();
        let run = bed.login(&[]).await;
        assert!(run.stderr.contains("HTTPS_PROXY") && !run.stderr.contains("later"), "{}", run.stderr);
        says(run, 11, &["proxy"]);
    }
}

#[tokio::test]
async fn the_network() {
    let bed = Bed::signed_in().await;
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let closed = format!("localhost:{free}");
    says(bed.run(&["fetch", "--imap", &closed]).await, 12, &[&closed]);
    says(bed.login(&["--authority", &format!("https://{closed}/contoso.example")]).await, 12, &[]);
    let plain = format!("localhost:{}", bed.tenant.smtp_addr().port());
    says(bed.run(&["fetch", "--imap", &plain]).await, 15, &[&plain]);

    let stranger = Bed::start(builder()).await;
    let untrusted = format!("localhost:{}", stranger.tenant.imap_addr().port());
    says(bed.run(&["fetch", "--imap", &untrusted]).await, 13, &[&untrusted, "--ca-file"]);
    let untrusted = format!("localhost:{}", stranger.tenant.smtp_addr().port());
    says(bed.run(&["send", BERT, "--body", "x", "--smtp", &untrusted]).await, 13, &[&untrusted]);

    let misnamed = Bed::start(builder().certificate_name("mail.other.example")).await;
    says(misnamed.login(&[]).await, 14, &["mail.other.example"]);
    says(
        bed.run(&["fetch", "--ca-file", bed.path("config.toml").to_str().unwrap()]).await,
        2,
        &["CERTIFICATE"],
    );
    says(
        bed.run(&["fetch", "--ca-file", bed.path("missing.pem").to_str().unwrap()]).await,
        2,
        &["missing.pem"],
    );
}

/// Puts another access token into the cache, as if it had been issued.
fn plant(bed: &Bed, token: &str) {
    let path = bed.path("tokens.json");
    let mut cache: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    for entry in cache["AccessToken"].as_object_mut().unwrap().values_mut() {
        entry["secret"] = token.into();
    }
    fs::write(path, cache.to_string()).unwrap();
}

#[tokio::test]
async fn a_refused_token() {
    let bed = Bed::signed_in().await;
    for spec in [
        TokenSpec::new(ADELE).forged(),
        TokenSpec::new(ADELE).expired(),
        TokenSpec::new(ADELE).audience("https://graph.microsoft.com"),
        TokenSpec::new(ADELE).scopes(["User.Read"]),
    ] {
        let token = bed.tenant.mint(spec).unwrap();
        for (words, fault) in [
            (&["fetch"][..], "imap-login-failed"),
            (&["fetch", "--protocol", "pop3"], "pop3-login-failed"),
            (&["send", BERT, "--body", "x"], "smtp-login-failed"),
        ] {
            // A fresh one in its place mends it, unless that is refused as well.
            plant(&bed, &token);
            bed.run(words).await.expect(0);
            plant(&bed, &token);
            bed.tenant.set_fault_named(fault).unwrap();
            let run = bed.run(words).await;
            assert!(!run.stderr.contains(&token[token.len() - 24..]), "the token is shown");
            says(run, 30, &[ADELE]);
            bed.tenant.clear_faults();
        }
    }
    // What the token says of itself is enough: it is not sent.
    let check = bed.run(&["check", "--json"]).await.expect(24).json();
    assert_eq!(check["protocols"].as_array().unwrap().len(), 3);
    assert_eq!(check["error"]["id"], "scope");
}

#[tokio::test]
async fn a_mailbox_that_is_not_open_to_the_user() {
    let bed = Bed::signed_in().await;
    says(bed.run(&["fetch", "--mailbox", BERT]).await, 44, &["not connected"]);
    says(bed.run(&["fetch", "--folder", "No such folder"]).await, 40, &["No such folder"]);
    bed.tenant.set_fault(Fault::AuthDisabled { service: Service::Smtp, mailbox: None });
    says(bed.run(&["send", BERT, "--body", "x"]).await, 30, &["SmtpClientAuthentication is disabled"]);
}

#[tokio::test]
async fn what_cannot_be_sent() {
    let bed = Bed::signed_in().await;
    bed.tenant.set_fault(Fault::RecipientRefused(BERT.to_owned()));
    let half = bed.run(&["send", "--json", ADELE, BERT, "--body", "x"]).await.expect(41).json();
    assert_eq!(half["recipients"][0]["accepted"], true);
    assert!(half["recipients"][1]["refused"].as_str().unwrap().starts_with("550 5.1.10"));
    assert_eq!(half["recipients"][1]["accepted"], false);
    says(bed.run(&["send", BERT, "--body", "x"]).await, 41, &["no recipient"]);
    assert!(bed.tenant.messages(BERT).unwrap().is_empty());
    says(bed.run(&["send", ADELE, "--body", "x", "--sender", BERT]).await, 42, &["SendAsDenied"]);
    says(
        bed.run(&["send", ADELE, "--body", "x", "--sender", "nobody@elsewhere.example"]).await,
        42,
        &["5.7.60"],
    );
    says(bed.run(&["send", ADELE]).await, 2, &["standard input is empty"]);
    says(bed.run(&["send", "no address", "--body", "x"]).await, 2, &["address"]);
    says(bed.run(&["send", ADELE, "--attach", "/no/such/file"]).await, 2, &["/no/such/file"]);
}

#[tokio::test]
async fn what_nobody_knows_is_called_neither_sent_nor_refused() {
    let bed = Bed::signed_in().await;
    bed.tenant.set_fault_named("smtp-no-final-reply").unwrap();
    let sent = bed.run(&["send", "--json", ADELE, "--body", "x"]).await.expect(43).json();
    assert_eq!((&sent["outcome"], &sent["error"]["id"]), (&"unknown".into(), &"outcome-unknown".into()));
    assert_eq!(sent["recipients"][0], serde_json::json!({ "address": ADELE, "accepted": null }));
    let told = bed.run(&["send", ADELE, "--body", "x"]).await.expect(43);
    assert!(told.text().contains(&format!("not known {ADELE}")), "{}", told.text());
    bed.tenant.clear_faults();
    // Refused as a whole: nobody has got it.
    bed.tenant.set_fault_named("smtp-send-as-denied").unwrap();
    let sent = bed.run(&["send", "--json", ADELE, "--body", "x"]).await.expect(42).json();
    assert_eq!(sent["recipients"][0], serde_json::json!({ "address": ADELE, "accepted": false }));
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk() {
    let bed = Bed::signed_in().await;
    bed.tenant.deliver(ADELE, *b"Subject: x\r\n\r\nx\r\n").unwrap();
    for protocol in ["imap", "pop3"] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut command = bed.command(&["fetch", "--protocol", protocol]);
        let output = command.stdout(Stdio::from(full)).spawn().unwrap().wait_with_output().await.unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(7), "{stderr}");
        assert!(stderr.contains("make room"), "{stderr}");
    }
    for words in [&["token"][..], &["check", "--json"]] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let status = bed.command(words).stdout(Stdio::from(full)).status().await.unwrap();
        assert_eq!(status.code(), Some(7), "{words:?}: a result that went nowhere is no success");
    }
    // A folder that cannot be made.
    fs::write(bed.path("file"), "").unwrap();
    says(bed.run(&["fetch", "--out", bed.path("file/folder").to_str().unwrap()]).await, 8, &["folder"]);
}

#[tokio::test]
async fn the_command_line() {
    let bed = Bed::start(builder()).await;
    for words in [
        &["fetch", "--newest", "x"][..],
        &["nonsense"],
        &["send"],
        &["fetch", "--imap", "host:0"],
        &["fetch", "--json"],
    ] {
        let run = bed.run(words).await.expect(2);
        assert!(!run.stderr.is_empty(), "{words:?}");
    }
}

#[tokio::test]
async fn words_that_make_no_command_line_are_told_as_json_too() {
    let bed = Bed::start(builder()).await;
    let told = bed.run_bare(&["fetch", "--newst", "3", "--json"], b"").await.expect(2).json();
    assert_eq!(told["error"]["id"], "usage");
    assert!(told["error"]["message"].as_str().unwrap().contains("--newst"), "{told}");
    assert!(told["error"]["fix"].as_str().unwrap().contains("--newest"), "{told}");
    let text = bed.run_bare(&["fetch", "--newst", "3"], b"").await.expect(2);
    assert!(text.text().is_empty() && text.stderr.contains("--newest"), "{}", text.stderr);
    let help = bed.run_bare(&["--json", "--help"], b"").await.expect(0);
    assert!(help.text().contains("Usage:"), "{}", help.text());
}

/// A configuration file that cannot be used is told in the chosen language; a file that cannot be read is no matter of
/// writing.
#[tokio::test]
async fn files_that_cannot_be_used() {
    let bed = Bed::start(builder()).await;
    let missing = bed.path("missing.toml");
    let broken = bed.path("broken.toml");
    fs::write(&broken, "[[account]]\naddres = \"adele@contoso.example\"\n").unwrap();
    for (file, code, en, de) in [
        (missing, 4, "check the path", "Pfad und Rechte"),
        (broken, 3, "correct this line", "diese Zeile berichtigen"),
    ] {
        let file = file.to_str().unwrap().to_owned();
        let english = bed.run_bare(&["check", "--config", &file], b"").await.expect(code).stderr;
        let german =
            bed.run_bare(&["check", "--lang", "de", "--config", &file], b"").await.expect(code).stderr;
        assert!(english.contains(en) && german.contains(de) && !german.contains(en), "{english}{german}");
    }
    let absent = bed.path("absent.json");
    let run = bed.run(&["import", absent.to_str().unwrap(), "--from", "msal"]).await.expect(8);
    assert!(run.stderr.contains("you may read there"), "{}", run.stderr);
}
