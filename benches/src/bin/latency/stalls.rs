//! Silences at no distance.

use std::time::Duration;

use mail_oauth::Protocol;
use tokio::runtime::Runtime;

use crate::bed::Bed;
use crate::clients::Client;
use crate::marks::Marks;
use crate::relay::STALL;
use crate::table::{median, or_dash, table};
use crate::{Outcome, Settings};

pub(crate) fn report(settings: &Settings, servers: &Runtime, clients: &Runtime) -> Outcome<String> {
    let bed = Bed::start(servers, clients, Duration::ZERO, Duration::from_secs(4500))?;
    let mut rows = Vec::new();
    for protocol in Protocol::ALL {
        for client in Client::of(protocol, settings.programs) {
            rows.push((protocol, client, Vec::new(), Vec::new()));
        }
    }
    // More of them: a busy machine makes silences too, but not in most sessions.
    for _ in 0..settings.rounds * 2 + 1 {
        for (protocol, client, stalls, whole) in &mut rows {
            clients.block_on(client.session(*protocol, &bed.target, &Marks::default()))?;
            let seen = bed.relay(*protocol).finished().ok_or("no connection came")?;
            stalls.push(seen.stalls);
            whole.push(seen.whole);
        }
    }
    let rows: Vec<_> = rows
        .into_iter()
        .map(|(protocol, client, stalls, whole)| {
            vec![
                client.key(protocol),
                or_dash(median(stalls).map(|stalls| stalls.to_string())),
                or_dash(median(whole).map(|whole| format!("{:.1}", whole.as_secs_f64() * 1e3))),
            ]
        })
        .collect();
    Ok(format!(
        "## Stalls\n\nAt no distance, a whole session with its farewell, medians: silences of more than {} ms, most often\n\
         a write that waits for an acknowledgement which is held back.\n\n{}\n",
        STALL.as_millis(),
        table(&["client", "stalls", "session, ms"], &rows)
    ))
}
