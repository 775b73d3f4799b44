//! What a user does.

use std::fs;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};

use crate::bed::{ADELE, BERT, Bed, builder};

#[tokio::test]
async fn the_whole_job() {
    let bed = Bed::start(builder()).await;
    let login = bed.login(&[]).await.expect(0);
    assert!(login.text().contains("/device"), "{}", login.text());
    let token = bed.run(&["token"]).await.expect(0);
    let token = token.text();
    assert_eq!(token.trim().split('.').count(), 3, "one line with a JWT");

    let check = bed.run(&["check"]).await.expect(0);
    for word in ["IMAP", "POP3", "SMTP", "round trips", "All is well."] {
        assert!(check.text().contains(word), "{word}: {}", check.text());
    }
    assert!(!check.text().contains('\x1b'), "no colours in a pipe");

    let message = b"Subject: dots\r\n\r\n.one\r\n..\r\n.\r\nlast line\r\n";
    let sent = bed.run_with(&["send", ADELE, BERT], message).await.expect(0);
    assert!(sent.text().contains(BERT), "{}", sent.text());
    for protocol in ["imap", "pop3"] {
        let fetched = bed.run(&["fetch", "--protocol", protocol]).await.expect(0);
        assert_eq!(fetched.stdout, message, "{protocol}");
        assert_eq!(fetched.stderr, "", "nothing but the message");
    }
    for run in [login.stderr, check.text(), check.stderr, sent.text(), sent.stderr] {
        assert!(!run.contains(&token.trim()[..24]), "a token is shown");
    }
}

#[tokio::test]
async fn json_is_one_object_with_what_happened() {
    let bed = Bed::signed_in().await;
    let token = bed.run(&["token", "--for", "smtp", "--json"]).await.expect(0).json();
    assert_eq!(token["user"], ADELE);
    let check = bed.run(&["check", "--json"]).await.expect(0).json();
    assert_eq!(check["protocols"].as_array().unwrap().len(), 3);
    assert_eq!(check["protocols"][0]["ok"], true);
    let stages = check["stages"].as_array().unwrap();
    let trips = |stage: &str| {
        let found = stages.iter().find(|line| line["stage"] == stage && line["protocol"] == "imap");
        found.unwrap()["round_trips"].clone()
    };
    assert_eq!((trips("network"), trips("mailbox")), (3.into(), 6.into()));
    let sent =
        bed.run(&["send", "--json", BERT, "--subject", "Grüße", "--body", "Text"]).await.expect(0).json();
    assert_eq!(sent["recipients"][0]["accepted"], true);
    let message = bed.tenant.messages(BERT).unwrap();
    assert!(String::from_utf8_lossy(message[0].bytes()).contains(&format!("From: <{ADELE}>")));
    let folder = bed.path("mail");
    bed.tenant.deliver(ADELE, *b"Subject: x\r\n\r\nx\r\n").unwrap();
    let fetched = bed.run(&["fetch", "--json", "--out", folder.to_str().unwrap()]).await.expect(0).json();
    let path = fetched["messages"][0]["path"].as_str().unwrap();
    assert_eq!(fs::read(path).unwrap(), b"Subject: x\r\n\r\nx\r\n");
}

#[tokio::test]
async fn fetch_takes_the_newest_or_all_in_order() {
    let bed = Bed::signed_in().await;
    for n in 1..=5 {
        bed.tenant.deliver(ADELE, format!("Subject: {n}\r\n\r\n{n}\r\n")).unwrap();
    }
    for protocol in ["imap", "pop3"] {
        let two = bed.run(&["fetch", "--protocol", protocol, "--newest", "2"]).await.expect(0);
        assert_eq!(two.text(), "Subject: 4\r\n\r\n4\r\nSubject: 5\r\n\r\n5\r\n", "{protocol}");
        let folder = bed.path(&format!("Maildir-{protocol}"));
        bed.run(&["fetch", "--protocol", protocol, "--all", "--maildir", folder.to_str().unwrap()])
            .await
            .expect(0);
        assert_eq!(fs::read_dir(folder.join("new")).unwrap().count(), 5, "{protocol}");
        assert_eq!(fs::read_dir(folder.join("tmp")).unwrap().count(), 0, "{protocol}");
    }
}

#[tokio::test]
async fn an_expired_token_is_never_printed() {
    // Shorter than the five minutes by which a token is renewed early: each call must renew it.
    let bed = Bed::start(builder().token_lifetime(Duration::from_secs(60))).await;
    bed.login(&[]).await.expect(0);
    let first = bed.run(&["token"]).await.expect(0).text();
    let second = bed.run(&["token"]).await.expect(0).text();
    assert_ne!(first, second);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_new_home_needs_no_preparation() {
    let bed = Bed::start(builder()).await;
    let config = std::fs::read_to_string(bed.path("config.toml")).unwrap();
    fs::write(bed.path("config.toml"), config.replace("cache_file", "# cache_file")).unwrap();
    let home = bed.path("home");
    let data = home.to_str().unwrap().to_owned();
    let run = bed.login_in(&[("HOME", &data), ("XDG_DATA_HOME", "")]).await.expect(0);
    assert!(run.text().contains(".local/share/mail-oauth/tokens.json"), "{}", run.text());
    use std::os::unix::fs::PermissionsExt;
    let folder = fs::metadata(home.join(".local/share/mail-oauth")).unwrap();
    assert_eq!(folder.permissions().mode() & 0o777, 0o700);
}

#[cfg(unix)]
#[tokio::test]
async fn being_told_to_stop_is_obeyed_while_standard_input_is_idle() {
    let bed = Bed::signed_in().await;
    let mut child = bed.command(&["send", ADELE]).stdin(std::process::Stdio::piped()).spawn().unwrap();
    let _idle = child.stdin.take().unwrap();
    // It may not have begun to listen for signals yet; then it dies of this one, which is as good.
    let pid = child.id().unwrap().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let ended = tokio::time::timeout(Duration::from_secs(10), child.wait()).await;
    assert!(!ended.expect("it ends").unwrap().success());
}

#[tokio::test]
async fn an_empty_mailbox_is_no_error() {
    let bed = Bed::signed_in().await;
    for protocol in ["imap", "pop3"] {
        let run = bed.run(&["fetch", "--protocol", protocol]).await.expect(0);
        assert_eq!(run.text(), "");
        assert!(run.stderr.contains("no messages"));
    }
}

#[cfg(unix)]
#[tokio::test]
async fn sim_runs_until_it_is_told_to_stop() {
    let bed = Bed::start(builder()).await;
    let mut child = tokio::process::Command::new(env!("CARGO_BIN_EXE_mail-oauth"))
        .args(["sim", "--json", "--control", "--dir", bed.path("sim").to_str().unwrap()])
        .stdout(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).await.unwrap();
    let facts: serde_json::Value = serde_json::from_str(&line).unwrap();
    for server in ["imap", "imap_starttls", "pop3", "pop3_starttls", "smtp", "smtp_tls"] {
        let address: std::net::SocketAddr = facts[server].as_str().unwrap().parse().unwrap();
        assert!(tokio::net::TcpStream::connect(address).await.is_ok(), "{server}");
    }
    assert!(facts["control"].as_str().unwrap().ends_with("/control"));
    let config = facts["config"].as_str().unwrap();
    let login = tokio::process::Command::new(env!("CARGO_BIN_EXE_mail-oauth"))
        .args(["login", "--json", "--config", config])
        .output()
        .await
        .unwrap();
    assert!(login.status.success(), "{}", String::from_utf8_lossy(&login.stderr));
    let pid = child.id().unwrap().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    assert!(child.wait().await.unwrap().success());
    let imap: std::net::SocketAddr = facts["imap"].as_str().unwrap().parse().unwrap();
    assert!(tokio::net::TcpStream::connect(imap).await.is_err(), "the ports are closed");
}

#[tokio::test]
async fn whoever_signs_out_must_sign_in_again() {
    let bed = Bed::signed_in().await;
    bed.run(&["token"]).await.expect(0);
    let out = bed.run(&["logout"]).await.expect(0);
    assert!(out.text().contains(&format!("no token of {ADELE}")), "{}", out.text());
    let cache = fs::read_to_string(bed.path("tokens.json")).unwrap();
    assert!(!cache.contains("\"secret\""), "a token stays behind: {cache}");
    bed.run(&["token"]).await.expect(21);
    let again = bed.run(&["logout", "--json"]).await.expect(0).json();
    assert_eq!((&again["user"], &again["was_signed_in"]), (&ADELE.into(), &false.into()));
}
