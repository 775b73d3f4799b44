//! Many messages, and a large one: how fast, and in how much memory.

use std::process::{Command, Stdio};
use std::time::Instant;

use benches::cpu_time;
use mail_oauth::imap_min::{self, Event, FetchAttribute, UidSet};

use crate::bed::{Place, Target};
use crate::served::Served;
use crate::table::{median, or_dash, table};
use crate::{Outcome, bare, client_runtime};

const ROUNDS: usize = 5;

const OURS: &str = "mail-oauth";
#[cfg(feature = "peers")]
const KEYS: &[&str] = &[bare::KEY, OURS, "async-imap", "imap 3 alpha"];
#[cfg(not(feature = "peers"))]
const KEYS: &[&str] = &[bare::KEY, OURS];

/// What one process measured of itself.
#[derive(Debug, Clone, Copy)]
struct Fetched {
    /// Megabytes a second, by the clock.
    wall: f64,
    /// The same by the CPU time of the client.
    cpu: f64,
    /// Peak of resident memory above what was resident before, in KiB.
    grown: f64,
}

pub(crate) fn report() -> Outcome<String> {
    let mut text = format!(
        "## Scale\n\nFETCH over TLS on loopback into a sink, each client a process of its own, medians of {ROUNDS}: megabytes a\n\
         second by the clock, where the tenant is the slower side, and by the CPU time of the client; and how far its\n\
         resident memory grew.\n\n"
    );
    for (what, title) in [("many", "20,000 messages of 4 KiB"), ("large", "one message of 200 MiB")] {
        let served = Served::start(what)?;
        let mut all = vec![Vec::new(); KEYS.len()];
        for _ in 0..ROUNDS {
            for (key, found) in KEYS.iter().zip(&mut all) {
                found.push(measured(key, &served.place)?);
            }
        }
        let pick = |found: &[Fetched], which: fn(&Fetched) -> f64| median(found.iter().map(which).collect());
        let bare = all.first().cloned().unwrap_or_default();
        let ratio = |found: &[Fetched], which| {
            let both = pick(found, which).zip(pick(&bare, which));
            or_dash(both.map(|(own, bare)| format!("{:.2}x", own / bare)))
        };
        let figure =
            |found: &[Fetched], which| or_dash(pick(found, which).map(|value| format!("{value:.0}")));
        let row = |(key, found): (&&str, &Vec<Fetched>)| {
            vec![
                (*key).to_owned(),
                figure(found, |one| one.wall),
                ratio(found, |one| one.wall),
                figure(found, |one| one.cpu),
                ratio(found, |one| one.cpu),
                or_dash(pick(found, |one| one.grown).map(|kib| format!("{:.1} MiB", kib / 1024.0))),
            ]
        };
        let rows: Vec<_> = KEYS.iter().zip(&all).map(row).collect();
        let head = [title, "MB/s", "to bare", "MB/s of CPU", "to bare", "memory"];
        text.push_str(&table(&head, &rows));
        text.push('\n');
    }
    Ok(text)
}

fn measured(key: &str, place: &Place) -> Outcome<Fetched> {
    let output = Command::new(std::env::current_exe()?)
        .args(["fetch", key])
        .args(place.to_arguments())
        .stderr(Stdio::inherit())
        .output()?;
    let said = String::from_utf8(output.stdout)?;
    let values: Vec<f64> = said.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    match values.as_slice() {
        [wall, cpu, grown] => Ok(Fetched { wall: *wall, cpu: *cpu, grown: *grown }),
        _ => Err(format!("{key} said {said:?}").into()),
    }
}

/// The process of a client: fetches all messages, and says what that took.
#[expect(clippy::cast_precision_loss, reason = "octets and KiB far below 2^52")]
pub(crate) fn fetch(key: &str, place: &[String]) -> Outcome<()> {
    let runtime = client_runtime()?;
    let target = runtime.block_on(Target::new(Place::from_arguments(place)?))?;
    let meter = Meter::default();
    let meter = match key {
        bare::KEY => runtime.block_on(by_bare(&target, meter))?,
        OURS => runtime.block_on(by_ours(&target, meter))?,
        #[cfg(feature = "peers")]
        "async-imap" => runtime.block_on(crate::peers::fetch_by_async_imap(&target, meter))?,
        #[cfg(feature = "peers")]
        "imap 3 alpha" => crate::peers::fetch_by_imap(&target, meter)?,
        other => return Err(format!("there is no client {other}").into()),
    };
    let megabytes = meter.octets as f64 / 1e6;
    println!("{} {} {}", megabytes / meter.wall, megabytes / meter.cpu, meter.grown as f64);
    Ok(())
}

/// What happens between [`Meter::begin`] and [`Meter::end`].
#[derive(Default)]
pub(crate) struct Meter {
    begun: Option<(Instant, std::time::Duration)>,
    resident: u64,
    octets: u64,
    wall: f64,
    cpu: f64,
    grown: u64,
}

impl Meter {
    pub(crate) fn begin(&mut self) {
        // Forgets the peak so far (Linux).
        let _ = std::fs::write("/proc/self/clear_refs", "5");
        self.resident = memory("VmRSS");
        self.begun = Some((Instant::now(), cpu_time()));
    }

    pub(crate) fn end(&mut self, octets: u64) {
        if let Some((begin, cpu)) = self.begun.take() {
            (self.wall, self.cpu) = (begin.elapsed().as_secs_f64(), (cpu_time() - cpu).as_secs_f64());
        }
        self.grown = memory("VmHWM").saturating_sub(self.resident);
        self.octets = octets;
    }
}

/// A line of `/proc/self/status`, in KiB.
pub(crate) fn memory(what: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(what));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or_default()
}

async fn by_bare(target: &Target, mut meter: Meter) -> Outcome<Meter> {
    let mut bare = bare::Bare::signed_in(target).await?;
    bare.say("B SELECT INBOX\r\n").await?;
    bare.hear("\r\nB OK").await?;
    meter.begin();
    bare.say("C UID FETCH 1:* (UID BODY.PEEK[])\r\n").await?;
    let octets = bare.hear("\r\nC OK").await?;
    meter.end(octets);
    Ok(meter)
}

async fn by_ours(target: &Target, mut meter: Meter) -> Outcome<Meter> {
    let mut client = target.mailbox.imap().await?;
    client.select(&imap_min::Mailbox::inbox()).await?;
    meter.begin();
    let mut octets = 0;
    let attributes = [FetchAttribute::Uid, FetchAttribute::MESSAGE];
    let mut answers = client.uid_fetch_stream(&UidSet::all(), &attributes).await?;
    while let Some(event) = answers.next().await? {
        if let Event::BodyStart(_) = event {
            octets += answers.copy_body(&mut tokio::io::sink()).await?;
        }
    }
    meter.end(octets);
    Ok(meter)
}
