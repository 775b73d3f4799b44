//! Many sessions at one time: what each of them holds.

use std::process::{Command, Stdio};

use mail_oauth::imap_min;

use crate::bed::{Place, Target};
use crate::scale::memory;
use crate::served::Served;
use crate::table::{median, or_dash, table};
use crate::{Outcome, bare, client_runtime};

const SESSIONS: u32 = 1_000;
const ROUNDS: usize = 3;

const OURS: &str = "mail-oauth";
#[cfg(feature = "peers")]
const KEYS: &[&str] = &[bare::KEY, OURS, "async-imap"];
#[cfg(not(feature = "peers"))]
const KEYS: &[&str] = &[bare::KEY, OURS];

pub(crate) fn report() -> Outcome<String> {
    let served = Served::start("one")?;
    let mut all: Vec<Vec<f64>> = vec![Vec::new(); KEYS.len()];
    for _ in 0..ROUNDS {
        for (key, held) in KEYS.iter().zip(&mut all) {
            held.push(measured(key, &served.place)?);
        }
    }
    let middle = |held: &[f64]| median(held.to_vec());
    let bare = all.first().and_then(|held| middle(held));
    let row = |(key, held): (&&str, &Vec<f64>)| {
        let own = middle(held);
        vec![
            (*key).to_owned(),
            or_dash(own.map(|kib| format!("{:.1}", kib / f64::from(SESSIONS)))),
            or_dash(own.map(|kib| format!("{:.1} MiB", kib / 1024.0))),
            or_dash(own.zip(bare).map(|(own, bare)| format!("{:.2}x", own / bare))),
        ]
    };
    let rows: Vec<_> = KEYS.iter().zip(&all).map(row).collect();
    let head = ["IMAP, a mailbox selected", "KiB a session", "all", "to bare"];
    Ok(format!(
        "## {SESSIONS} sessions\n\nOpen at one time in one process, over TLS on loopback: how far its resident memory grew from the first\n\
         session on, medians of {ROUNDS}.\n\n{}\n",
        table(&head, &rows)
    ))
}

fn measured(key: &str, place: &Place) -> Outcome<f64> {
    let output = Command::new(std::env::current_exe()?)
        .args(["hold", key])
        .args(place.to_arguments())
        .stderr(Stdio::inherit())
        .output()?;
    let said = String::from_utf8(output.stdout)?;
    said.trim().parse().map_err(|_| format!("{key} said {said:?}").into())
}

/// The process of a client.
pub(crate) fn hold(key: &str, place: &[String]) -> Outcome<()> {
    client_runtime()?.block_on(async {
        let target = Target::new(Place::from_arguments(place)?).await?;
        match key {
            bare::KEY => held(async || bare_session(&target).await).await,
            OURS => held(async || our_session(&target).await).await,
            #[cfg(feature = "peers")]
            "async-imap" => held(async || crate::peers::hold_async_imap(&target).await).await,
            other => Err(format!("there is no client {other}").into()),
        }
    })
}

/// All of them stay open until the memory was read.
async fn held<C>(open: impl AsyncFn() -> Outcome<C>) -> Outcome<()> {
    // The first pays for what all share: roots, tokens, the allocator's first pages.
    let mut clients = vec![open().await?];
    let before = memory("VmRSS");
    for _ in 0..SESSIONS {
        clients.push(open().await?);
    }
    println!("{}", memory("VmRSS").saturating_sub(before));
    drop(clients);
    Ok(())
}

async fn bare_session(target: &Target) -> Outcome<bare::Bare> {
    let mut bare = bare::Bare::signed_in(target).await?;
    bare.say("B SELECT INBOX\r\n").await?;
    bare.hear("\r\nB OK").await?;
    Ok(bare)
}

async fn our_session(target: &Target) -> Outcome<imap_min::Client<mail_oauth::MailStream>> {
    let mut client = target.mailbox.imap().await?;
    client.select(&imap_min::Mailbox::inbox()).await?;
    Ok(client)
}
