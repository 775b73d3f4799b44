//! Many sessions, one behind the other and side by side: none fails, and nothing grows.

use std::process::Command;
use std::time::Instant;

use mail_oauth::imap_min::{Mailbox as Name, UidSet};
use mail_oauth::{Mailbox, Protocol};
use mail_oauth_sim::{Limits, Tenant};
use tokio::task::JoinSet;

use crate::amount;
use crate::bed::{ADELE, MESSAGE, builder, signed_in};
use crate::cut_tcp::job;

/// What may come and go between two looks: buffers of the allocator, a connection that is being closed.
const SLACK_KIB: u64 = 8 * 1024;
const SLACK_DESCRIPTORS: usize = 8;

/// Memory and descriptors are the process's: this one shares it with no other test.
#[test]
fn rounds_and_sessions_leave_nothing_behind() {
    for test in ["rounds::one_behind_the_other", "rounds::side_by_side"] {
        let output = Command::new(std::env::current_exe().unwrap())
            .args([test, "--exact", "--ignored", "--nocapture"])
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && text.contains("1 passed"), "{text}");
        text.lines().filter(|line| line.starts_with("figures: ")).for_each(|line| eprintln!("{line}"));
    }
}

#[tokio::test]
#[ignore = "run by rounds_and_sessions_leave_nothing_behind, in a process of its own"]
async fn one_behind_the_other() {
    let (_tenant, mailbox) = bed().await;
    let rounds = amount(300, 10_000);
    let (mut before, since) = (Held::now(), Instant::now());
    for round in 0..rounds {
        let protocol = if round % 2 == 0 { Protocol::Imap } else { Protocol::Pop3 };
        let told = job(&mailbox, protocol).await;
        assert!(told.error.is_none(), "round {round}: {told:?}");
        assert_eq!(told.fetched.as_deref(), Some(MESSAGE), "round {round}");
        // Caches and pools are filled by then.
        if round == rounds / 5 {
            before = Held::now();
        }
    }
    let (after, took) = (Held::now(), since.elapsed());
    eprintln!("figures: {rounds} rounds in {took:?}, none failed; from {before:?} to {after:?}");
    after.assert_not_above(&before);
}

#[tokio::test]
#[ignore = "run by rounds_and_sessions_leave_nothing_behind, in a process of its own"]
async fn side_by_side() {
    let (_tenant, mailbox) = bed().await;
    let (sessions, waves) = (amount(100, 1_000), amount(4, 9));
    let mut held = Vec::new();
    let since = Instant::now();
    for _ in 0..waves {
        let mut opening = JoinSet::new();
        for _ in 0..sessions {
            let mailbox = mailbox.clone();
            opening.spawn(async move {
                let mut client = mailbox.imap().await?;
                let mut message = Vec::new();
                client.select_and_fetch(&Name::inbox(), &UidSet::last(), &mut message).await?;
                assert_eq!(message, MESSAGE);
                Ok::<_, mail_oauth::Error>(client)
            });
        }
        let mut clients = Vec::new();
        while let Some(client) = opening.join_next().await {
            clients.push(client.unwrap().unwrap());
        }
        let open = Held::now();
        for mut client in clients {
            // All were open at one time, and all still live.
            client.noop().await.unwrap();
            client.logout().await.unwrap();
        }
        settle().await;
        held.push((open, Held::now()));
    }
    eprintln!(
        "figures: {waves} times {sessions} sessions in {:?}, none failed; open and closed: {held:?}",
        since.elapsed()
    );
    // The allocator's heap settles in the first waves, each time by half of what it grew before; from the middle on it
    // must not need more, nor leave more. What is lost with each session would grow by as much each time.
    let (middle, last) = (held[waves / 2], held[waves - 1]);
    last.0.assert_not_above(&middle.0);
    last.1.assert_not_above(&middle.1);
}

async fn bed() -> (Tenant, Mailbox) {
    // What the simulated tenant remembers of its connections is not to be measured.
    let mut limits = Limits::default();
    limits.log_connections = 10;
    let tenant = builder().limits(limits).start().await.unwrap();
    tenant.deliver(ADELE, MESSAGE).unwrap();
    let mailbox = signed_in(&tenant, "").await;
    (tenant, mailbox)
}

/// Lets the tenant's side of closed connections come to its end.
async fn settle() {
    for _ in 0..10_000 {
        tokio::task::yield_now().await;
    }
}

/// What this process holds.
#[derive(Debug, Clone, Copy)]
struct Held {
    resident_kib: u64,
    descriptors: usize,
}

impl Held {
    fn now() -> Self {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let resident = resident.and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok());
        let descriptors = std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
        Held { resident_kib: resident.unwrap_or(0), descriptors }
    }

    fn assert_not_above(&self, before: &Held) {
        assert!(self.resident_kib <= before.resident_kib + SLACK_KIB, "{before:?} -> {self:?}");
        assert!(self.descriptors <= before.descriptors + SLACK_DESCRIPTORS, "{before:?} -> {self:?}");
    }
}
