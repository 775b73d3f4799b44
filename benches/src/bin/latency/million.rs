//! A mailbox of a million messages: what a list of hits and a list of flags cost, in time and in memory.

use std::process::{Command, Stdio};
use std::time::Instant;

use benches::cpu_time;
use mail_oauth::imap_min::{self, Event, FetchAttribute, FetchItem, SearchKey, UidSet};

use crate::bed::{Place, Target};
use crate::scale::memory;
use crate::served::Served;
use crate::table::{median, or_dash, table};
use crate::{Outcome, bare, client_runtime};

pub(crate) const MESSAGES: u64 = 1_000_000;
const ROUNDS: usize = 3;

const OURS: &str = "mail-oauth";
#[cfg(feature = "peers")]
const KEYS: &[&str] = &[bare::KEY, OURS, "async-imap", "imap 3 alpha"];
#[cfg(not(feature = "peers"))]
const KEYS: &[&str] = &[bare::KEY, OURS];

/// Seconds of the client's CPU, and how far its memory grew, in KiB.
type Took = (f64, f64);

pub(crate) fn report() -> Outcome<String> {
    let mut text = format!(
        "## A million messages\n\nUID SEARCH ALL, all hits in hand at the end, and FLAGS of all messages, one after the other, over TLS on\n\
         loopback. CPU time of the client, each a process of its own, medians of {ROUNDS}; and how far its resident\n\
         memory grew.\n\n"
    );
    let served = Served::start("million")?;
    for (what, title) in [("search", "UID SEARCH ALL"), ("flags", "UID FETCH 1:* (UID FLAGS)")] {
        let mut all: Vec<Vec<Took>> = vec![Vec::new(); KEYS.len()];
        for _ in 0..ROUNDS {
            for (key, took) in KEYS.iter().zip(&mut all) {
                took.push(measured(key, what, &served.place)?);
            }
        }
        let cpu = |took: &[Took]| median(took.iter().map(|one| one.0).collect::<Vec<_>>());
        let bare = all.first().and_then(|took| cpu(took));
        let row = |(key, took): (&&str, &Vec<Took>)| {
            let own = cpu(took);
            let grown = median(took.iter().map(|one| one.1).collect::<Vec<_>>());
            vec![
                (*key).to_owned(),
                or_dash(own.map(|seconds| format!("{:.0}", seconds * 1e3))),
                or_dash(own.zip(bare).map(|(own, bare)| format!("{:.2}x", own / bare))),
                or_dash(grown.map(|kib| format!("{:.1} MiB", kib / 1024.0))),
            ]
        };
        let rows: Vec<_> = KEYS.iter().zip(&all).map(row).collect();
        text.push_str(&table(&[title, "CPU, ms", "to bare", "memory"], &rows));
        text.push('\n');
    }
    Ok(text)
}

fn measured(key: &str, what: &str, place: &Place) -> Outcome<Took> {
    let output = Command::new(std::env::current_exe()?)
        .args(["million", key, what])
        .args(place.to_arguments())
        .stderr(Stdio::inherit())
        .output()?;
    let said = String::from_utf8(output.stdout)?;
    let values: Vec<f64> = said.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    match values.as_slice() {
        [cpu, grown] => Ok((*cpu, *grown)),
        _ => Err(format!("{key} said {said:?}").into()),
    }
}

/// The process of a client.
#[expect(clippy::cast_precision_loss, reason = "KiB far below 2^52")]
pub(crate) fn ask(key: &str, what: &str, place: &[String]) -> Outcome<()> {
    let runtime = client_runtime()?;
    let target = runtime.block_on(Target::new(Place::from_arguments(place)?))?;
    let mut meter = Meter::default();
    let found = match key {
        bare::KEY => runtime.block_on(by_bare(&target, what, &mut meter))?,
        OURS => runtime.block_on(by_ours(&target, what, &mut meter))?,
        #[cfg(feature = "peers")]
        "async-imap" => runtime.block_on(crate::peers::list_by_async_imap(&target, what, &mut meter))?,
        #[cfg(feature = "peers")]
        "imap 3 alpha" => crate::peers::list_by_imap(&target, what, &mut meter)?,
        other => return Err(format!("there is no client {other}").into()),
    };
    let (cpu, grown) = meter.end()?;
    if found != MESSAGES {
        return Err(format!("{key} found {found} messages").into());
    }
    println!("{cpu} {}", grown as f64);
    Ok(())
}

/// What lies between the beginning and the end.
#[derive(Debug, Default)]
pub(crate) struct Meter(Option<(Instant, std::time::Duration, u64)>);

impl Meter {
    pub(crate) fn begin(&mut self) {
        self.0 = Some((Instant::now(), cpu_time(), memory("VmRSS")));
    }

    fn end(&self) -> Outcome<(f64, u64)> {
        let (_, cpu, resident) = self.0.ok_or("it never began")?;
        Ok(((cpu_time() - cpu).as_secs_f64(), memory("VmHWM").saturating_sub(resident)))
    }
}

async fn by_bare(target: &Target, what: &str, meter: &mut Meter) -> Outcome<u64> {
    let mut bare = bare::Bare::signed_in(target).await?;
    bare.say("B SELECT INBOX\r\n").await?;
    bare.hear("\r\nB OK").await?;
    meter.begin();
    let command = if what == "search" { "C UID SEARCH ALL\r\n" } else { "C UID FETCH 1:* (UID FLAGS)\r\n" };
    bare.say(command).await?;
    bare.hear("\r\nC OK").await?;
    Ok(MESSAGES)
}

async fn by_ours(target: &Target, what: &str, meter: &mut Meter) -> Outcome<u64> {
    let mut client = target.mailbox.imap().await?;
    client.select(&imap_min::Mailbox::inbox()).await?;
    meter.begin();
    if what == "search" {
        return Ok(client.uid_search(&[SearchKey::All]).await?.len());
    }
    let attributes = [FetchAttribute::Uid, FetchAttribute::Flags];
    let mut answers = client.uid_fetch_stream(&UidSet::all(), &attributes).await?;
    let mut rows = 0;
    while let Some(event) = answers.next().await? {
        rows += u64::from(matches!(event, Event::FetchItem(FetchItem::Uid(_))));
    }
    Ok(rows)
}
