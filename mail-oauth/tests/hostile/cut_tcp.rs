//! Connections of a real mailbox, cut below TLS: each protocol, at octets of the ciphertext in either direction.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use mail_oauth::imap_min::{Mailbox as Name, UidSet};
use mail_oauth::smtp_min::Envelope;
use mail_oauth::{Action, Error, Mailbox, Protocol};
use mail_oauth_sim::{Fault, LogEvent, NetworkFault, Service, Tenant};
use tokio::time::Instant;

use crate::amount;
use crate::bed::{ADELE, MESSAGE, tenant_and_mailbox};
use crate::dialogue::{Sent, Told};
use crate::secret::{assert_harmless, printed};

/// More than any of the dialogues has, in either direction.
const OCTETS: u64 = 5_000;

/// Opens, does the job, and leaves.
pub(crate) async fn job(mailbox: &Mailbox, protocol: Protocol) -> Told {
    let mut told = Told::default();
    told.error = work(mailbox, protocol, &mut told).await.err();
    if let Some(error) = &told.error {
        assert_harmless(&printed(error));
    }
    told
}

async fn work(mailbox: &Mailbox, protocol: Protocol, told: &mut Told) -> Result<(), Error> {
    let mut message = Vec::new();
    match protocol {
        Protocol::Imap => {
            let mut client = mailbox.imap().await?;
            told.done = "sign-in";
            assert_harmless(&format!("{client:?}"));
            client.select_and_fetch(&Name::inbox(), &UidSet::last(), &mut message).await?;
            told.fetched = Some(message);
            client.logout().await?;
        }
        Protocol::Pop3 => {
            let mut client = mailbox.pop3().await?;
            told.done = "sign-in";
            assert_harmless(&format!("{client:?}"));
            client.retrieve(1, &mut message).await?;
            told.fetched = Some(message);
            client.quit().await?;
        }
        _ => {
            let mut client = mailbox.smtp().await?;
            told.done = "sign-in";
            assert_harmless(&format!("{client:?}"));
            let report = client.send(&Envelope::parse(ADELE, [ADELE])?, MESSAGE).await?;
            told.sent = Some(Sent::of(&report.outcome));
            if told.sent == Some(Sent::Accepted) {
                client.quit().await?;
            }
        }
    }
    told.done = "the end";
    Ok(())
}

#[tokio::test]
async fn imap_cut_below_tls() {
    cut(Protocol::Imap, Service::Imap).await;
}

#[tokio::test]
async fn pop3_cut_below_tls() {
    cut(Protocol::Pop3, Service::Pop3).await;
}

#[tokio::test]
async fn smtp_cut_below_tls() {
    cut(Protocol::Smtp, Service::Smtp).await;
}

async fn cut(protocol: Protocol, service: Service) {
    let (tenant, mailbox) = tenant_and_mailbox().await;
    tenant.deliver(ADELE, MESSAGE).unwrap();
    let cut_short = |fault, octets| Fault::Network { service, skip: 0, fault: cut_at(fault, octets) };
    let mut broken = 0;
    for octets in (0..OCTETS).step_by(amount(149, 7)) {
        for way in [Way::Said, Way::Heard] {
            let fault = cut_short(way, octets);
            broken += usize::from(session(&tenant, &mailbox, protocol, fault).await);
        }
    }
    for octets in (0..OCTETS).step_by(amount(593, 31)) {
        tenant.set_fault(cut_short(Way::Silent, octets));
        let told = on_a_patient_clock(&tenant, job(&mailbox, protocol)).await;
        tenant.clear_faults();
        broken += usize::from(judge(&told, &format!("silent behind {octets}")));
    }
    assert!(broken > amount(20, 500), "{broken} connections broke");
    let pieces = NetworkFault::Trickle { octets: 97, pause: Duration::from_millis(1) };
    tenant.set_fault(Fault::Network { service, skip: 0, fault: pieces });
    let told = job(&mailbox, protocol).await;
    assert!(told.error.is_none(), "in small pieces: {told:?}");
}

#[derive(Clone, Copy)]
enum Way {
    Said,
    Heard,
    Silent,
}

fn cut_at(way: Way, octets: u64) -> NetworkFault {
    match way {
        Way::Said => NetworkFault::CutAfterSending(octets),
        Way::Heard => NetworkFault::CutAfterReceiving(octets),
        Way::Silent => NetworkFault::StallAfterSending(octets),
    }
}

/// A session that breaks, and the one behind it, which must not. Says whether it broke.
async fn session(tenant: &Tenant, mailbox: &Mailbox, protocol: Protocol, fault: Fault) -> bool {
    let (before, case) = (tenant.messages(ADELE).unwrap().len(), format!("{fault:?}"));
    tenant.set_fault(fault);
    let told = job(mailbox, protocol).await;
    tenant.clear_faults();
    let broke = judge(&told, &case);
    let arrived = tenant.messages(ADELE).unwrap().len() - before;
    if protocol == Protocol::Smtp {
        match told.sent {
            Some(Sent::Accepted) => assert_eq!(arrived, 1, "{case}: {told:?}"),
            Some(Sent::Unknown) => assert!(arrived <= 1, "{case}: {told:?}"),
            _ => assert_eq!(arrived, 0, "{case}: {told:?}"),
        }
    }
    let next = job(mailbox, protocol).await;
    assert!(next.error.is_none(), "behind {case}: {next:?}");
    for entry in tenant.log() {
        let logins = entry.events.iter().filter(|event| matches!(event, LogEvent::Login { .. })).count();
        assert!(logins <= 1, "{case}: the token came twice on one connection");
    }
    broke
}

fn judge(told: &Told, case: &str) -> bool {
    if let Some(message) = &told.fetched {
        assert_eq!(message, MESSAGE, "{case}");
    }
    if let Some(error) = &told.error {
        assert!(matches!(error.action(), Action::Reconnect | Action::Network), "{case}: {error:?}");
        assert!(error.network().is_some() || is_end(error), "{case}: {error:?}");
    }
    told.error.is_some() || told.sent == Some(Sent::Unknown)
}

fn is_end(error: &Error) -> bool {
    use mail_oauth::{imap_min, pop3_min, smtp_min};
    matches!(
        error,
        Error::Imap(imap_min::Error::Eof { .. } | imap_min::Error::TimedOut { .. })
            | Error::Pop3(pop3_min::Error::Eof { .. } | pop3_min::Error::TimedOut { .. })
            | Error::Smtp(smtp_min::Error::Eof { .. } | smtp_min::Error::TimedOut { .. })
    )
}

/// Runs something on a clock that stands as long as octets move, and then jumps to whatever is waited for.
pub(crate) async fn on_a_patient_clock<T>(tenant: &Tenant, work: impl Future<Output = T>) -> T {
    let over = Arc::new(AtomicBool::new(false));
    let moved = || tenant.log().last().map(|entry| (entry.sent, entry.received));
    let count = Arc::new(std::sync::atomic::AtomicU64::new(0));
    tokio::time::pause();
    let begun = Instant::now();
    // A task of this kind holds the paused clock for as long as it runs.
    let hold = tokio::task::spawn_blocking({
        let (over, count) = (Arc::clone(&over), Arc::clone(&count));
        move || {
            let mut last = (u64::MAX, 0);
            while !over.load(Ordering::Relaxed) && last.1 < 20 {
                std::thread::sleep(Duration::from_millis(2));
                let now = count.load(Ordering::Relaxed);
                last = if last.0 == now { (now, last.1 + 1) } else { (now, 0) };
            }
        }
    });
    let mut work = std::pin::pin!(work);
    let done = std::future::poll_fn(|cx| {
        // Whatever wakes the client moves the count.
        let octets = moved().map_or(0, |(sent, received)| sent + received);
        count.fetch_add(octets + 1, Ordering::Relaxed);
        work.as_mut().poll(cx)
    })
    .await;
    over.store(true, Ordering::Relaxed);
    let waited = begun.elapsed();
    assert!(waited <= Duration::from_secs(700), "a wait of {waited:?}");
    hold.await.unwrap();
    tokio::time::resume();
    done
}
