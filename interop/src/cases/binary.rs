//! Through the binary.

use std::fs;
use std::process::{Output, Stdio};

use mail_oauth_sim::TokenSpec;
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::{ensure, message};
use crate::Failed;
use crate::bed::{ALICE, Bed};

/// Runs the binary that was built beside this one.
async fn run(bed: &Bed, words: &[&str], stdin: &[u8]) -> Result<Output, Failed> {
    let binary = std::env::current_exe()?.with_file_name("mail-oauth");
    let mut child = Command::new(binary)
        .args(words)
        .arg("--config")
        .arg(bed.config()?)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut input = child.stdin.take().ok_or("no standard input")?;
    let stdin = stdin.to_owned();
    // A program that failed early does not read it all, which is no failure of ours.
    let feed = tokio::spawn(async move { input.write_all(&stdin).await });
    let output = child.wait_with_output().await?;
    let _ = feed.await?;
    Ok(output)
}

async fn expect(bed: &Bed, words: &[&str], stdin: &[u8], code: i32) -> Result<Output, Failed> {
    let output = run(bed, words, stdin).await?;
    let said = format!(
        "`{}` ended with {:?} instead of {code}\n{}{}",
        words.join(" "),
        output.status.code(),
        String::from_utf8_lossy(output.stdout.get(..2000).unwrap_or(&output.stdout)),
        String::from_utf8_lossy(&output.stderr)
    );
    ensure(output.status.code() == Some(code), said)?;
    Ok(output)
}

pub(super) async fn sign_in_and_check(bed: &Bed) -> Result<(), Failed> {
    expect(bed, &["token"], b"", 21).await?;
    expect(bed, &["login"], b"", 0).await?;
    let token = expect(bed, &["token"], b"", 0).await?;
    ensure(token.stdout.iter().filter(|b| **b == b'.').count() == 2, "the token is no JWT")?;
    let output = expect(bed, &["check", "--json"], b"", 0).await?;
    let report: Value = serde_json::from_slice(&output.stdout)?;
    let protocols = report["protocols"].as_array().map_or(0, Vec::len);
    ensure(protocols == 2 + usize::from(bed.submission.is_some()), report.to_string())
}

pub(super) async fn send_and_fetch(bed: &Bed) -> Result<(), Failed> {
    if bed.submission.is_none() {
        return Ok(());
    }
    let message = message("from the binary", 30_000);
    expect(bed, &["send", ALICE], &message, 0).await?;
    for protocol in ["imap", "pop3"] {
        let mut patience = 100;
        loop {
            let folder = bed.path(&format!("fetched-{protocol}-{patience}"));
            expect(bed, &["fetch", "--protocol", protocol, "--out", &folder.display().to_string()], b"", 0)
                .await?;
            let file = fs::read_dir(&folder)?.next().ok_or("nothing was fetched")??;
            if fs::read(file.path())?.ends_with(&message) {
                break;
            }
            patience -= 1;
            ensure(patience > 0, format!("{protocol}: the message did not come back"))?;
        }
    }
    Ok(())
}

pub(super) async fn maildir(bed: &Bed) -> Result<(), Failed> {
    let folder = bed.path("local-maildir");
    expect(bed, &["fetch", "--newest", "2", "--maildir", &folder.display().to_string()], b"", 0).await?;
    ensure(fs::read_dir(folder.join("new"))?.count() == 2, "not two messages in the Maildir")?;
    let output = expect(bed, &["fetch"], b"", 0).await?;
    let written: Vec<Vec<u8>> =
        fs::read_dir(folder.join("new"))?.map(|entry| fs::read(entry?.path())).collect::<Result<_, _>>()?;
    ensure(written.contains(&output.stdout), "standard output has another message than the Maildir")
}

/// Puts another access token into the cache, as if the provider had issued it.
fn replace_token(bed: &Bed, token: &str) -> Result<(), Failed> {
    let path = bed.path("binary-tokens.json");
    let mut cache: Value = serde_json::from_slice(&fs::read(&path)?)?;
    let entries = cache["AccessToken"].as_object_mut().ok_or("no access tokens in the cache")?;
    for entry in entries.values_mut() {
        entry["secret"] = token.into();
    }
    fs::write(path, cache.to_string())?;
    Ok(())
}

pub(super) async fn wrong_token(bed: &Bed) -> Result<(), Failed> {
    let token = bed.tenant.mint(TokenSpec::new(ALICE).forged())?;
    replace_token(bed, &token)?;
    for protocol in ["imap", "pop3", "smtp"] {
        if protocol == "smtp" && bed.submission.is_none() {
            continue;
        }
        let output = expect(bed, &["check", "--json", "--protocol", protocol], b"", 30).await?;
        let all = [output.stdout, output.stderr].concat();
        ensure(!String::from_utf8_lossy(&all).contains(&token), "the token is shown")?;
    }
    Ok(())
}

pub(super) async fn expired_token(bed: &Bed) -> Result<(), Failed> {
    let token = bed.tenant.mint(TokenSpec::new(ALICE).expired())?;
    replace_token(bed, &token)?;
    expect(bed, &["check", "--protocol", "imap"], b"", 30).await?;
    expect(bed, &["fetch", "--protocol", "pop3"], b"", 30).await?;
    // Signing in again mends it.
    expect(bed, &["login"], b"", 0).await?;
    expect(bed, &["check"], b"", 0).await?;
    Ok(())
}

pub(super) async fn wrong_ca(bed: &Bed) -> Result<(), Failed> {
    let path = bed.path("tenant-only.pem");
    fs::write(&path, bed.tenant.ca_pem())?;
    replace_token(bed, &bed.tenant.mint(TokenSpec::new(ALICE))?)?;
    for protocol in ["imap", "pop3", "smtp"] {
        if protocol == "smtp" && bed.submission.is_none() {
            continue;
        }
        expect(bed, &["check", "--protocol", protocol, "--ca-file", &path.display().to_string()], b"", 13)
            .await?;
    }
    Ok(())
}

pub(super) async fn refused_recipient(bed: &Bed) -> Result<(), Failed> {
    if bed.submission.is_none() {
        return Ok(());
    }
    let output =
        expect(bed, &["send", "--json", ALICE, "nobody@example.org"], &message("half", 300), 41).await?;
    let report: Value = serde_json::from_slice(&output.stdout)?;
    let refused =
        report["recipients"][1]["refused"].is_string() && report["recipients"][0]["accepted"] == true;
    ensure(refused, report.to_string())
}

pub(super) async fn missing_folder(bed: &Bed) -> Result<(), Failed> {
    expect(bed, &["fetch", "--folder", "No such folder"], b"", 40).await?;
    Ok(())
}
