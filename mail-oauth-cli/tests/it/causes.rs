//! Causes that a command tells: `error.cause` of `--json`.

use std::fs;

use mail_oauth_sim::Fault;

use crate::bed::{ADELE, BERT, Bed, Run, builder};

fn cause(run: &Run) -> String {
    run.json()["error"]["cause"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn of_this_machine() {
    let bed = Bed::signed_in().await;
    let folder = bed.folder.path().to_str().unwrap().to_owned();
    assert_eq!(cause(&bed.run(&["token", "--json", "--cache-file", &folder]).await), "store-not-usable");
    fs::write(bed.path("half.json"), "{\"AccessToken\": {").unwrap();
    let half = bed.path("half.json");
    let run = bed.run(&["token", "--json", "--cache-file", half.to_str().unwrap()]).await;
    assert_eq!(cause(&run), "store-damaged");
    let busy = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = busy.local_addr().unwrap().port().to_string();
    assert_eq!(cause(&bed.run(&["login", "--browser", "--json", "--port", &port]).await), "no-callback");
    let two = "[[account]]\nname = \"x\"\naddress = \"a@b.example\"\n".repeat(2);
    fs::write(bed.path("config.toml"), two).unwrap();
    assert_eq!(cause(&bed.run(&["token", "--json", "--account", "x"]).await), "account-name-twice");
}

#[tokio::test]
async fn of_a_message() {
    let bed = Bed::signed_in().await;
    let send = ["send", "--json", ADELE, "--body", "x"];
    for (fault, id) in [
        ("smtp-send-as-denied", "no-send-as"),
        ("smtp-too-large", "message-too-big"),
        ("smtp-external-recipient", "high-volume-email"),
        ("smtp-not-authenticated", "never-authenticated"),
    ] {
        bed.tenant.set_fault_named(fault).unwrap();
        let run = if id == "high-volume-email" {
            bed.run(&["send", "--json", "someone@elsewhere.example", "--body", "x"]).await
        } else {
            bed.run(&send).await
        };
        bed.tenant.clear_faults();
        assert_eq!(cause(&run), id, "{fault}: {}{}", run.text(), run.stderr);
    }
    bed.tenant.set_fault(Fault::RecipientRefused(BERT.to_owned()));
    assert_eq!(cause(&bed.run(&["send", "--json", BERT, "--body", "x"]).await), "recipient-refused");
    assert_eq!(
        cause(
            &bed.run(&["fetch", "--json", "--out", bed.folder.path().to_str().unwrap(), "--folder", "No"])
                .await
        ),
        "folder-missing"
    );
}

#[tokio::test]
async fn of_another_person() {
    let bed = Bed::start(builder()).await;
    let run = bed.login_as(&[], |tenant, code| tenant.approve(code, BERT).unwrap()).await.expect(29);
    let id = "other-person";
    assert!(run.stderr.contains(id), "{}", run.stderr);
}
