//! A Postfix that is stopped while somebody sends: what became of the message is never guessed.

use std::sync::{Arc, Mutex, PoisonError};

use mail_oauth::smtp_min::{Envelope, Error, Outcome};
use mail_oauth::{Protocol, Security};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::{ensure, message};
use crate::Failed;
use crate::bed::{ALICE, BOB, Bed};
use crate::daemon::Daemon;
use crate::postfix::Instance;

/// A running Postfix that anybody may stop, by its process id, from anywhere.
#[derive(Clone)]
struct Victim(Arc<Mutex<Option<Daemon>>>);

impl Victim {
    async fn start(instance: &Instance) -> Result<Self, Failed> {
        let daemon = tokio::task::block_in_place(|| instance.start())?;
        Ok(Victim(Arc::new(Mutex::new(Some(daemon)))))
    }

    /// Sends SIGTERM, and waits for the end.
    fn stop(&self) {
        let daemon = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        tokio::task::block_in_place(|| drop(daemon));
    }
}

/// What is asked when a message has come to its end, and is not answered yet: lets it pass, or stops the server first.
async fn policy(instance: &Instance, kill: Option<Victim>) -> Result<JoinHandle<()>, Failed> {
    let listener = TcpListener::bind(("127.0.0.1", instance.policy.ok_or("no policy port")?)).await?;
    Ok(tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut asked = Vec::new();
            while stream.read_buf(&mut asked).await.is_ok_and(|read| read > 0) {
                if !asked.ends_with(b"\n\n") {
                    continue;
                }
                asked.clear();
                match &kill {
                    Some(victim) => victim.stop(),
                    None => drop(stream.write_all(b"action=dunno\n\n").await),
                }
            }
        }
    }))
}

pub(super) async fn in_the_middle(bed: &Bed) -> Result<(), Failed> {
    let Some(instance) = &bed.victim else { return Ok(()) };
    let victim = Victim::start(instance).await?;
    let policy = policy(instance, None).await?;
    let mut client = super::smtp::open(bed, instance.submission, Security::StartTls).await?;
    let (source, mut writer) = tokio::io::duplex(64 * 1024);
    let text = message("cut", 2 * 1024 * 1024);
    let feed = tokio::spawn(async move {
        let (front, rest) = text.split_at(text.len() / 2);
        // The client has taken the front, all but the last 64 KiB of it, before the server goes.
        writer.write_all(front).await.ok();
        victim.stop();
        writer.write_all(rest).await.ok();
    });
    let result = client.send(&Envelope::parse(ALICE, [BOB])?, source).await;
    // An error: the message was not sent, and nobody need wonder.
    ensure(matches!(result, Err(Error::Io(_) | Error::Eof { .. })), format!("{result:?}"))?;
    feed.await?;
    ensure(matches!(client.noop().await, Err(Error::Broken)), "usable behind half a message")?;
    policy.abort();
    Ok(())
}

pub(super) async fn behind_the_dot(bed: &Bed) -> Result<(), Failed> {
    let Some(instance) = &bed.victim else { return Ok(()) };
    let victim = Victim::start(instance).await?;
    let policy = policy(instance, Some(victim)).await?;
    let mut client = super::smtp::open(bed, instance.submission, Security::StartTls).await?;
    let report = client.send(&Envelope::parse(ALICE, [BOB, ALICE])?, &message("unknown", 5_000)[..]).await?;
    ensure(matches!(report.outcome, Outcome::Unknown { .. }), format!("{report:?}"))?;
    ensure(report.undecided().count() == 2 && report.delivered_to().count() == 0, format!("{report:?}"))?;
    ensure(matches!(client.noop().await, Err(Error::Broken)), "usable behind an unknown end")?;
    policy.abort();
    Ok(())
}

pub(super) async fn between_messages(bed: &Bed) -> Result<(), Failed> {
    let Some(instance) = &bed.victim else { return Ok(()) };
    let victim = Victim::start(instance).await?;
    let policy = policy(instance, None).await?;
    let mailbox = bed.signed_in_at(Protocol::Smtp, instance.submission, Security::StartTls).await?;
    let mut client = mailbox.smtp().await?;
    let envelope = Envelope::parse(ALICE, [BOB])?;
    let report = client.send(&envelope, &message("first", 500)[..]).await?;
    ensure(report.all_accepted(), format!("{report:?}"))?;
    victim.stop();
    // Nothing of the second message was sent: it is an error, and not `Unknown`.
    let result = client.send(&envelope, &message("second", 500)[..]).await;
    ensure(matches!(result, Err(Error::Io(_) | Error::Eof { .. })), format!("{result:?}"))?;
    // While the server is gone there is nothing to connect to, or what its queue still took is reset; and when it is
    // back another connection does it.
    let gone = mailbox.smtp().await;
    let network = gone.as_ref().is_err_and(|error| error.network().is_some());
    ensure(network, format!("{gone:?}"))?;
    let victim = Victim::start(instance).await?;
    let report = mailbox.smtp().await?.send(&envelope, &message("second", 500)[..]).await?;
    ensure(report.all_accepted(), format!("{report:?}"))?;
    victim.stop();
    policy.abort();
    Ok(())
}
