//! Through the binary.

use std::fs;
use std::process::{Output, Stdio};
use std::time::Duration;

use mail_oauth_sim::TokenSpec;
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::{ensure, message};
use crate::Failed;
use crate::bed::{ALICE, Bed};

/// The binary that was built beside this one.
pub(super) fn command(bed: &Bed, words: &[&str]) -> Result<Command, Failed> {
    let mut command = Command::new(std::env::current_exe()?.with_file_name("mail-oauth"));
    command.args(words).arg("--config").arg(bed.config()?).stdin(Stdio::piped()).kill_on_drop(true);
    Ok(command)
}

/// Runs it.
async fn run(bed: &Bed, words: &[&str], stdin: &[u8]) -> Result<Output, Failed> {
    let mut child = command(bed, words)?.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
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
async fn replace_token(bed: &Bed, token: &str) -> Result<(), Failed> {
    let path = bed.path("binary-tokens.json");
    if !path.exists() {
        // The case that signs in was not chosen.
        expect(bed, &["login"], b"", 0).await?;
    }
    let mut cache: Value = serde_json::from_slice(&fs::read(&path)?)?;
    let entries = cache["AccessToken"].as_object_mut().ok_or("no access tokens in the cache")?;
    for entry in entries.values_mut() {
        entry["secret"] = token.into();
    }
    fs::write(path, cache.to_string())?;
    Ok(())
}

/// A token that the servers refuse: a fresh one takes its place where there is one, and neither is shown.
pub(super) async fn wrong_token(bed: &Bed) -> Result<(), Failed> {
    let token = bed.tenant.mint(TokenSpec::new(ALICE).forged())?;
    for (code, fault) in [(0, None), (30, Some("aadsts-90033"))] {
        if let Some(fault) = fault {
            // No other token is to be had for now.
            bed.tenant.set_fault_named(fault)?;
        }
        for protocol in ["imap", "pop3", "smtp"] {
            if protocol == "smtp" && bed.submission.is_none() {
                continue;
            }
            replace_token(bed, &token).await?;
            let output = expect(bed, &["check", "--json", "--protocol", protocol], b"", code).await?;
            let all = String::from_utf8([output.stdout, output.stderr].concat())?;
            ensure(!all.contains(&token), "the token is shown")?;
            let cause = if code == 0 { "old-token-refused" } else { "token-refused" };
            ensure(all.contains(&format!("\"{cause}\"")), all)?;
        }
    }
    bed.tenant.clear_faults();
    Ok(())
}

pub(super) async fn expired_token(bed: &Bed) -> Result<(), Failed> {
    let token = bed.tenant.mint(TokenSpec::new(ALICE).expired())?;
    replace_token(bed, &token).await?;
    // A check does not send what says of itself that it has ended. Whoever does is refused, and asks for a fresh one.
    expect(bed, &["check", "--protocol", "imap"], b"", 30).await?;
    expect(bed, &["fetch", "--protocol", "pop3"], b"", 0).await?;
    expect(bed, &["check"], b"", 0).await?;
    // So does signing in again.
    replace_token(bed, &token).await?;
    expect(bed, &["login"], b"", 0).await?;
    expect(bed, &["check"], b"", 0).await?;
    Ok(())
}

pub(super) async fn wrong_ca(bed: &Bed) -> Result<(), Failed> {
    let path = bed.path("tenant-only.pem");
    fs::write(&path, bed.tenant.ca_pem())?;
    replace_token(bed, &bed.tenant.mint(TokenSpec::new(ALICE))?).await?;
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

/// A message of any size is streamed: what fetching it takes above a small one is bounded, and does not grow.
#[expect(clippy::print_stdout, reason = "the figures are its purpose")]
pub(super) async fn memory(bed: &Bed) -> Result<(), Failed> {
    const MIB: usize = 1024 * 1024;
    let folder = bed.path("memory");
    let mut peaks = Vec::new();
    for (name, size) in [("small", 2 * 1024), ("25 MiB", 25 * MIB), ("250 MiB", 250 * MIB)] {
        super::put(&bed.maildir(ALICE), &message(name, size))?;
        for protocol in ["imap", "pop3"] {
            let out = folder.display().to_string();
            let child = command(bed, &["fetch", "--protocol", protocol, "--out", &out])?
                .stdout(Stdio::null())
                .spawn()?;
            let peak = peak_of(child).await?;
            println!("       {protocol}, {name}: {peak} KiB at most");
            peaks.push(peak);
            let fetched = fs::read_dir(&folder)?.next().ok_or("nothing was fetched")??;
            ensure(
                fetched.metadata()?.len() >= size as u64,
                format!("{protocol}, {name}: not the whole message"),
            )?;
            fs::remove_dir_all(&folder)?;
        }
    }
    for (small, [large, huge]) in [(peaks[0], [peaks[2], peaks[4]]), (peaks[1], [peaks[3], peaks[5]])] {
        ensure(
            large < small + 24 * 1024,
            format!("25 MiB takes {} KiB above a small message", large.saturating_sub(small)),
        )?;
        ensure(
            huge < large + 4 * 1024,
            format!("250 MiB takes {} KiB more than 25 MiB", huge.saturating_sub(large)),
        )?;
    }
    Ok(())
}

/// The highest resident size of a process in KiB, read from the system's own high-water mark until it ends.
pub(super) async fn peak_of(mut child: tokio::process::Child) -> Result<u64, Failed> {
    let status = format!("/proc/{}/status", child.id().ok_or("it has ended at once")?);
    let mut peak = 0;
    loop {
        tokio::select! {
            ended = child.wait() => {
                ensure(ended?.success(), "the fetch failed")?;
                return Ok(peak);
            }
            () = tokio::time::sleep(Duration::from_millis(2)) => {
                let text = fs::read_to_string(&status).unwrap_or_default();
                let mark = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
                let kib = mark.and_then(|mark| mark.trim().trim_end_matches(" kB").parse().ok());
                peak = peak.max(kib.unwrap_or(0));
            }
        }
    }
}
