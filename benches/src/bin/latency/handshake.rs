//! Round trips and milliseconds until somebody is signed in, and until the work is done.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use mail_oauth::Protocol;
use mail_oauth::msal_lite::TokenSource;
use mail_oauth_sim::LogEvent;
use tokio::runtime::Runtime;

use crate::bed::{Bed, Target};
use crate::clients::Client;
use crate::marks::{Found, Marks};
use crate::table::{median, or_dash, table};
use crate::{Outcome, Settings};

/// Longer than any run.
const LASTING: Duration = Duration::from_secs(4500);
/// So short that a client which looks five minutes ahead gets a new token each time.
const SHORT: Duration = Duration::from_secs(60);

/// What was measured of one client.
pub(crate) struct Row {
    pub(crate) protocol: Protocol,
    pub(crate) client: Client,
    /// A new program: no TLS session to resume.
    pub(crate) full: Vec<Found>,
    /// The session before was resumed.
    resumed: Vec<Found>,
    /// From the call, of a new program whose token must be refreshed, and whose tenant is as far away as the server.
    refreshed: Vec<Duration>,
}

impl Row {
    /// Of the middle session: one in which this process was kept waiting for a whole round trip, between two writes of
    /// a flight, would count one more.
    pub(crate) fn round_trips(&self) -> Option<(u32, u32)> {
        let counted = |found: &Found| found.signed_in.zip(found.done).map(|(a, b)| (b.turns, a.turns));
        let all = self.full.iter().chain(&self.resumed);
        median(all.filter_map(counted).collect()).map(|(done, signed_in)| (signed_in, done))
    }

    pub(crate) fn signed_in(&self) -> Option<Duration> {
        median(self.full.iter().filter_map(|found| found.signed_in).map(|mark| mark.after).collect())
    }

    pub(crate) fn done(&self) -> Option<Duration> {
        median(self.full.iter().filter_map(|found| found.done).map(|mark| mark.after).collect())
    }

    fn done_resumed(&self) -> Option<Duration> {
        median(self.resumed.iter().filter_map(|found| found.done).map(|mark| mark.after).collect())
    }
}

/// Runs the clients in turns, so that what disturbs one disturbs all.
pub(crate) fn measure(settings: &Settings, servers: &Runtime, clients: &Runtime) -> Outcome<Vec<Row>> {
    let bed = Bed::start(servers, clients, settings.rtt, LASTING)?;
    let short = Bed::start(servers, clients, settings.rtt, SHORT)?;
    let mut rows = Vec::new();
    for protocol in Protocol::ALL {
        for client in Client::of(protocol, settings.programs) {
            rows.push(Row { protocol, client, full: Vec::new(), resumed: Vec::new(), refreshed: Vec::new() });
        }
    }
    for _ in 0..settings.rounds {
        for row in &mut rows {
            clients.block_on(round(row, &bed, &short))?;
        }
    }
    Ok(rows)
}

async fn round(row: &mut Row, bed: &Bed, short: &Bed) -> Outcome<()> {
    let target = bed.target.anew()?;
    row.full.push(session(row, bed, &target, false).await?);
    if !row.client.is_program() {
        row.resumed.push(session(row, bed, &target, true).await?);
    }
    let begin = Instant::now();
    let mut target = short.target.anew()?;
    if !row.client.is_ours() || row.client == Client::OursEager {
        // Whoever has no token client gets the token first, by ours.
        target = target.with_new_token(row.protocol).await?;
    }
    let marks = Marks::on(short.relay(row.protocol));
    row.client.session(row.protocol, &target, &marks).await?;
    let done = marks.found().done.ok_or("a session had no end")?;
    row.refreshed.push(done.at.duration_since(begin));
    let source = target.mailbox.token(row.protocol).await?.source();
    if source != TokenSource::Refreshed {
        return Err("a token that ends soon was not refreshed".into());
    }
    Ok(())
}

async fn session(row: &Row, bed: &Bed, target: &Target, resumed: bool) -> Outcome<Found> {
    let relay = bed.relay(row.protocol);
    let marks = Marks::on(relay);
    let session = row.client.session(row.protocol, target, &marks).await;
    session.map_err(|error| format!("{}: {error}", row.client.key(row.protocol)))?;
    let _ = relay.finished();
    let log = bed.tenant.log();
    let tls = log.iter().rev().flat_map(|entry| entry.events.iter().rev()).find_map(|event| match event {
        LogEvent::Tls { resumed, .. } => Some(*resumed),
        _ => None,
    });
    if tls != Some(resumed) {
        let what = if resumed { "did not resume" } else { "resumed" };
        return Err(format!("{} {what} its TLS session", row.client.key(row.protocol)).into());
    }
    Ok(marks.found())
}

/// What ours must not exceed, and has.
pub(crate) fn broken_budgets(rows: &[Row]) -> Vec<String> {
    let mut broken = Vec::new();
    for row in rows {
        let (Some(budget), counted) = (row.client.budget(row.protocol), row.round_trips()) else { continue };
        let kept =
            counted.is_some_and(|(signed_in, done)| signed_in <= budget.signed_in && done <= budget.done);
        if !kept {
            let key = row.client.key(row.protocol);
            broken.push(format!("over budget: {key} took {counted:?} round trips of {budget:?}"));
        }
    }
    broken
}

pub(crate) fn tables(settings: &Settings, rows: &[Row]) -> String {
    let rtt = settings.rtt.as_millis();
    let mut text = format!(
        "## Handshake, {rtt} ms away\n\n\
         From the first SYN, medians of {} sessions; *refreshed* from the call, with a token to be got first and the\n\
         token endpoint as far away as the server.\n\n",
        settings.rounds
    );
    for protocol in Protocol::ALL {
        let (port, done) = match protocol {
            Protocol::Pop3 => (995, "message"),
            Protocol::Smtp => (587, "accepted"),
            _ => (993, "message"),
        };
        let title = format!("{protocol}, as on port {port}");
        let trips_done = format!("round trips, {done}");
        let ms_done = format!("{done}, ms");
        let head = [
            title.as_str(),
            "round trips, signed in",
            &trips_done,
            "signed in, ms",
            &ms_done,
            "resumed",
            "refreshed",
        ];
        let of_protocol = rows.iter().filter(|row| row.protocol == protocol);
        let cells: Vec<_> = of_protocol.map(cells).collect();
        let _ = writeln!(text, "{}", table(&head, &cells));
    }
    text
}

fn cells(row: &Row) -> Vec<String> {
    let trips = row.round_trips();
    let ms = |time: Option<Duration>| or_dash(time.map(|time| format!("{:.0}", time.as_secs_f64() * 1e3)));
    vec![
        row.client.name(row.protocol).to_owned(),
        or_dash(trips.map(|(signed_in, _)| signed_in.to_string())),
        or_dash(trips.map(|(_, done)| done.to_string())),
        ms(row.signed_in()),
        ms(row.done()),
        ms(row.done_resumed()),
        ms(median(row.refreshed.clone())),
    ]
}
