//! What a session costs the client's processor.

use std::process::Command;
use std::time::Duration;

use benches::cpu_time;
use mail_oauth::Protocol;
use tokio::runtime::Runtime;

use crate::bed::Target;
use crate::clients::{Client, Programs};
use crate::marks::Marks;
use crate::served::Served;
use crate::table::{median, or_dash, table};
use crate::{Outcome, bare, programs};

const ROUNDS: usize = 21;
const BATCH: u32 = 20;

/// One client, or the bare connection.
struct Rival {
    protocol: Protocol,
    client: Option<Client>,
    resumed: Vec<Duration>,
    full: Vec<Duration>,
    instructions: Option<f64>,
}

/// The whole of connect, authenticate, fetch or send a message, and log out, over TLS on loopback.
pub(crate) fn report(clients: &Runtime) -> Outcome<String> {
    let mut text = format!(
        "## CPU\n\nConnect, authenticate, fetch a message of 2 KiB (SMTP: send one) and log out, over TLS on loopback: CPU time of\n\
         the client's process, medians of {ROUNDS} rounds of {BATCH} sessions. The tenant is another process. *Resumed* and\n\
         the instructions are of a program that polls; *first* is the first session of a program, with a full TLS\n\
         handshake, and for `mail-oauth` with its roots and its token cache to be read.\n\n"
    );
    for protocol in Protocol::ALL {
        text.push_str(&of_protocol(protocol, clients)?);
        text.push('\n');
    }
    Ok(text)
}

fn of_protocol(protocol: Protocol, clients: &Runtime) -> Outcome<String> {
    let served = Served::start("one")?;
    let target = clients.block_on(Target::new(served.place.clone()))?;
    let all = Client::of(protocol, Programs::default());
    let mut rivals: Vec<Rival> = std::iter::once(None)
        .chain(all.into_iter().map(Some))
        .map(|client| Rival { protocol, client, resumed: Vec::new(), full: Vec::new(), instructions: None })
        .collect();
    for round in 0..=ROUNDS {
        for rival in &mut rivals {
            let resumed = clients.block_on(rival.batch(&target, false))?;
            let full = clients.block_on(rival.batch(&target, true))?;
            // The first round warms up.
            if round > 0 {
                rival.resumed.push(resumed);
                rival.full.push(full);
            }
        }
    }
    if programs::version("valgrind").is_some() {
        for rival in &mut rivals {
            rival.instructions = Some(rival.count_instructions(&served)?);
        }
    }
    let bare = rivals.first().map(Rival::figures).ok_or("nothing was measured")?;
    let ratio = |own: Option<f64>, bare: Option<f64>| {
        or_dash(own.zip(bare).map(|(own, bare)| format!("{:.2}x", own / bare)))
    };
    let rows: Vec<_> = rivals
        .iter()
        .map(|rival| {
            let own = rival.figures();
            let ms = |time: Option<f64>| or_dash(time.map(|time| format!("{:.3}", time * 1e3)));
            vec![
                rival.client.map_or(bare::KEY, |client| client.name(protocol)).to_owned(),
                ms(own[0]),
                ratio(own[0], bare[0]),
                or_dash(own[0].map(|time| format!("{:.0}", 1.0 / time))),
                ms(own[1]),
                ratio(own[1], bare[1]),
                or_dash(own[2].map(|count| format!("{:.2}", count / 1e6))),
                ratio(own[2], bare[2]),
            ]
        })
        .collect();
    let head = [
        protocol.name(),
        "resumed, ms",
        "to bare",
        "a second and core",
        "first, ms",
        "to bare",
        "M instructions",
        "to bare",
    ];
    Ok(table(&head, &rows))
}

impl Rival {
    /// A session's share of some.
    async fn batch(&self, target: &Target, full: bool) -> Outcome<Duration> {
        // Made outside of what is measured: a program makes one and keeps it.
        let new = (0..BATCH).map(|_| target.anew()).collect::<Outcome<Vec<_>>>()?;
        let begin = cpu_time();
        for new in &new {
            let target = if full { new } else { target };
            match self.client {
                Some(client) => client.session(self.protocol, target, &Marks::default()).await?,
                None => bare::session(self.protocol, target).await?,
            }
        }
        Ok((cpu_time() - begin) / BATCH)
    }

    /// As callgrind counts them: those of 60 sessions less those of 20.
    fn count_instructions(&self, served: &Served) -> Outcome<f64> {
        let key = self.client.map_or_else(|| bare::key(self.protocol), |client| client.key(self.protocol));
        let count = |times: &str| -> Outcome<f64> {
            let output = Command::new("valgrind")
                .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
                .arg(std::env::current_exe()?)
                .args(["sessions", &key, times])
                .args(served.place.to_arguments())
                .output()?;
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            let count = said.lines().find_map(|line| line.split_once("Collected : "));
            let (_, count) = count.ok_or_else(|| format!("callgrind counted nothing: {said}"))?;
            Ok(count.trim().parse()?)
        };
        Ok((count("60")? - count("20")?) / 40.0)
    }

    /// Seconds resumed, seconds full, instructions.
    fn figures(&self) -> [Option<f64>; 3] {
        let seconds = |times: &[Duration]| median(times.to_vec()).map(|time| time.as_secs_f64());
        [seconds(&self.resumed), seconds(&self.full), self.instructions]
    }
}
