//! Writes a flight: each one more is a system call, a segment, and with Nagle's algorithm a wait.

use std::process::{Command, Stdio};
use std::time::Duration;

use mail_oauth::Protocol;
use tokio::runtime::Runtime;

use crate::bed::Bed;
use crate::clients::Client;
use crate::table::{or_dash, table};
use crate::{Outcome, Settings, programs};

/// Each client once, as a process that strace looks at: the kernel's view is the same for all of them.
fn measured(settings: &Settings, servers: &Runtime, clients: &Runtime) -> Outcome<Vec<Vec<String>>> {
    let bed = Bed::start(servers, clients, settings.rtt, Duration::from_secs(4500))?;
    let mut rows = Vec::new();
    for protocol in Protocol::ALL {
        for client in Client::of(protocol, settings.programs) {
            let (writes, flights) = traced(&bed, protocol, client)?;
            let more = writes.checked_sub(flights);
            rows.push(vec![
                client.key(protocol),
                flights.to_string(),
                writes.to_string(),
                or_dash(more.map(|more| more.to_string())),
            ]);
        }
    }
    Ok(rows)
}

pub(crate) fn report(settings: &Settings, servers: &Runtime, clients: &Runtime) -> Outcome<String> {
    let title = "## Writes\n\nA whole session with its farewell. A flight is what the client says between two things heard.\n\n";
    if programs::version("strace").is_none() {
        return Ok(format!("{title}No strace here to count them.\n\n"));
    }
    let rows = measured(settings, servers, clients)?;
    Ok(format!("{title}{}\n", table(&["client", "flights", "writes", "more writes than flights"], &rows)))
}

fn traced(bed: &Bed, protocol: Protocol, client: Client) -> Outcome<(u32, u32)> {
    let trace = tempfile::NamedTempFile::new()?;
    let status = Command::new("strace")
        .args(["-f", "-qq", "-yy", "-e", "trace=write,writev,sendto,sendmsg,sendmmsg", "-o"])
        .arg(trace.path())
        .arg(std::env::current_exe()?)
        .args(["sessions", &client.key(protocol), "1"])
        .args(bed.target.place.to_arguments())
        .stdout(Stdio::null())
        .status()?;
    if !status.success() {
        return Err(format!("{} failed under strace", client.key(protocol)).into());
    }
    let towards = format!("->127.0.0.1:{}]", bed.target.place.port(protocol));
    let lines = std::fs::read_to_string(trace.path())?;
    let writes = lines.lines().filter(|line| line.contains(&towards) && !line.contains("= -1 ")).count();
    let seen = bed.relay(protocol).finished().ok_or("no connection came")?;
    Ok((u32::try_from(writes)?, seen.flights))
}
