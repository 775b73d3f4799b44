//! Sizes and waits: a message of 200 MiB both ways, ten thousand messages, and mail that comes in while waited for.

use std::fs;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use imap_min::{Append, Event, FetchAttribute, Mailbox, UidSet};
use mail_oauth::smtp_min::Envelope;
use tokio::io::{self, AsyncRead, AsyncWrite, ReadBuf};

use super::imap_tap::{recorded, session};
use super::{ensure, message};
use crate::Failed;
use crate::bed::{ALICE, Bed};

/// Lines of 64 octets without end; what was read or written so far is as it should be.
struct Lines(u64);

impl Lines {
    fn octet(at: u64) -> u8 {
        match at % 64 {
            62 => b'\r',
            63 => b'\n',
            column => b"abcdefghijklmnopqrstuvwxyz012345"
                .get(((at / 64 + column) % 32) as usize)
                .copied()
                .unwrap_or(0),
        }
    }
}

impl AsyncRead for Lines {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        to: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        for octet in to.initialize_unfilled() {
            *octet = Lines::octet(self.0);
            self.0 += 1;
        }
        to.advance(to.remaining());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Lines {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        for octet in from {
            if *octet != Lines::octet(self.0) {
                return Poll::Ready(Err(io::Error::other(format!("octet {} differs", self.0))));
            }
            self.0 += 1;
        }
        Poll::Ready(Ok(from.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// What this process has taken in KiB: now, and at most since it was last forgotten.
fn memory() -> Result<(u64, u64), Failed> {
    let status = fs::read_to_string("/proc/self/status")?;
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
    };
    Ok((field("VmRSS:"), field("VmHWM:")))
}

/// Forgets the highest mark (`proc(5)`, `clear_refs`).
fn forget_peak() -> Result<u64, Failed> {
    fs::write("/proc/self/clear_refs", "5")?;
    Ok(memory()?.0)
}

/// 200 MiB go out and come back, and take no memory to speak of.
#[expect(clippy::print_stdout, reason = "the figures are its purpose")]
pub(super) async fn large(bed: &Bed) -> Result<(), Failed> {
    const SIZE: u64 = 200 * 1024 * 1024;
    let mut imap = session(bed).await?;
    let mailbox = Mailbox::new("Large")?;
    imap.create(&mailbox).await?;
    // A first message has the buffers of both sides made.
    imap.append(Append::new(&mailbox, 1 << 20), &mut Lines(0)).await?;
    let before = forget_peak()?;
    imap.append(Append::new(&mailbox, SIZE), &mut Lines(0)).await?;
    let out = memory()?.1.saturating_sub(before);
    imap.select(&mailbox).await?;
    let before = forget_peak()?;
    let mut back = Lines(0);
    let fetched = imap.fetch_body(2, &mut back).await?;
    let back_in = memory()?.1.saturating_sub(before);
    ensure(fetched == Some(SIZE) && back.0 == SIZE, format!("{fetched:?} came back"))?;
    println!("       200 MiB: {out} KiB more to send, {back_in} KiB more to fetch");
    ensure(out < 2048 && back_in < 2048, "memory grows with the message")?;
    imap.unselect().await?;
    imap.delete(&mailbox).await?;
    imap.logout().await?;
    Ok(())
}

/// Ten thousand messages, listed as rows and fetched as a stream.
#[expect(clippy::print_stdout, reason = "the figures are its purpose")]
pub(super) async fn many(bed: &Bed) -> Result<(), Failed> {
    const COUNT: usize = 10_000;
    let mut imap = session(bed).await?;
    let mailbox = Mailbox::new("Many")?;
    imap.create(&mailbox).await?;
    let folder = bed.maildir(ALICE).join(".Many/new");
    for number in 0..COUNT {
        let text = format!("From: <{number}@example.org>\nSubject: number {number}\n\n{number}\n");
        fs::write(folder.join(format!("{}.M{number}.interop", 1_700_000_000 + number)), text)?;
    }
    let view = imap.select(&mailbox).await?;
    ensure(view.exists as usize == COUNT, format!("{view:?}"))?;
    let started = std::time::Instant::now();
    let attributes = [
        FetchAttribute::Flags,
        FetchAttribute::InternalDate,
        FetchAttribute::Rfc822Size,
        FetchAttribute::Envelope,
        FetchAttribute::BodyStructure,
    ];
    let rows = imap.uid_fetch(&UidSet::all(), &attributes).await?;
    let complete = |row: &imap_min::Summary| {
        row.flags.is_some()
            && row.internal_date.is_some()
            && row.size.is_some_and(|size| size > 0)
            && row.envelope.as_ref().is_some_and(|envelope| envelope.from().count() == 1)
            && row.body_structure.is_some()
    };
    ensure(rows.len() == COUNT && rows.iter().all(complete), "not all rows are complete")?;
    let listed = started.elapsed();
    let (mut bodies, mut octets) = (0, 0);
    let mut answers = imap.uid_fetch_stream(&UidSet::all(), &[FetchAttribute::MESSAGE]).await?;
    while let Some(event) = answers.next().await? {
        match event {
            Event::BodyEnd => bodies += 1,
            Event::Body(piece) => octets += piece.len() as u64,
            _ => {}
        }
    }
    drop(answers);
    let sizes: u64 = rows.iter().filter_map(|row| row.size).sum();
    ensure(bodies == COUNT && octets == sizes, format!("{bodies} bodies, {octets} of {sizes} octets"))?;
    println!("       listed in {listed:?}, listed and fetched in {:?}", started.elapsed());
    imap.unselect().await?;
    imap.delete(&mailbox).await?;
    imap.logout().await?;
    Ok(())
}

/// `IDLE` tells of a message that Postfix delivers.
pub(super) async fn idle(bed: &Bed) -> Result<(), Failed> {
    let (mut imap, notes) = recorded(bed).await?;
    notes.act("SELECT INBOX");
    let before = imap.select(&Mailbox::inbox()).await?.exists;
    notes.act("IDLE");
    let mut idle = imap.idle(Some(Duration::from_secs(60))).await?;
    while !matches!(idle.next().await?, Some(Event::Ready(_)) | None) {}
    if bed.submission.is_some() {
        let mut smtp = bed.signed_in().await?.smtp().await?;
        let report = smtp.send(&Envelope::parse(ALICE, [ALICE])?, &message("idle", 500)[..]).await?;
        ensure(report.all_accepted(), format!("not accepted: {report}"))?;
        smtp.quit().await?;
    } else {
        super::put(&bed.maildir(ALICE), &message("idle", 777))?;
    }
    let mut seen = before;
    while seen <= before {
        match idle.next().await? {
            Some(Event::Exists(count)) => seen = count,
            Some(_) => {}
            None => return Err("nothing came within a minute".into()),
        }
    }
    notes.act("done");
    idle.done().await?;
    let view = imap.connection().selected().map(|view| view.exists);
    ensure(view == Some(seen), format!("{view:?}"))?;
    // Dropped, it is ended by the next method.
    drop(imap.idle(None).await?);
    notes.act("NOOP");
    imap.noop().await?;
    imap.logout().await?;
    notes.save("dovecot-idle.txt")
}
