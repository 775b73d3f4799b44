//! Submission to Postfix.

use std::process::Stdio;

use mail_oauth::smtp_min::{
    Client, Envelope, Error, Extension, Outcome, RecipientOutcome, SendReport, Transfer,
};
use mail_oauth::{MailStream, Protocol, Security};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{binary, ensure, message};
use crate::Failed;
use crate::bed::{ALICE, BOB, Bed};

const NOBODY: &str = "nobody@example.org";

pub(super) async fn open(bed: &Bed, port: u16, security: Security) -> Result<Client<MailStream>, Failed> {
    Ok(bed.signed_in_at(Protocol::Smtp, port, security).await?.smtp().await?)
}

pub(super) async fn on_587(bed: &Bed) -> Result<(), Failed> {
    let Some(port) = bed.submission else { return Ok(()) };
    every_command(open(bed, port, Security::StartTls).await?).await
}

pub(super) async fn on_465(bed: &Bed) -> Result<(), Failed> {
    let Some(port) = bed.submissions else { return Ok(()) };
    every_command(open(bed, port, Security::Tls).await?).await
}

async fn every_command(mut client: Client<MailStream>) -> Result<(), Failed> {
    let offered = client.connection().capabilities().ok_or("no answer to EHLO")?;
    for extension in [
        Extension::Size,
        Extension::Pipelining,
        Extension::Chunking,
        Extension::EightBitMime,
        Extension::Dsn,
        Extension::SmtpUtf8,
    ] {
        ensure(offered.has(extension), format!("{extension:?} is not offered: {offered:?}"))?;
    }
    client.noop().await?;
    client.reset().await?;
    ensure(client.verify(ALICE).await?.code() == 252, "VRFY")?;
    client.probe(&ALICE.parse_address()?, &BOB.parse_address()?).await?;
    let no = client.probe(&ALICE.parse_address()?, &NOBODY.parse_address()?).await;
    ensure(matches!(&no, Err(Error::Refused(no)) if no.reply.code() == 550), format!("{no:?}"))?;

    let ways = [Transfer::Data, Transfer::Chunks, Transfer::OneFlight { most: 64 * 1024 }];
    for (way, transfer) in ways.into_iter().enumerate() {
        for size in [300, 40_000, 400_000] {
            let body = message(&format!("way {way}"), size);
            let mut envelope = Envelope::parse(ALICE, [BOB, NOBODY, ALICE])?;
            envelope.transfer = transfer;
            half(&client.send(&envelope, &body[..]).await?)?;
        }
        // Nobody at all is not the end of the connection, either.
        let mut envelope = Envelope::parse(ALICE, [NOBODY])?;
        envelope.transfer = transfer;
        let report = client.send(&envelope, &message("to nobody", 300)[..]).await?;
        ensure(matches!(report.outcome, Outcome::Refused(_)), format!("{report:?}"))?;
    }
    // Octets above 127, dots and bare line ends of every kind.
    let odd = "Subject: odd\n\n.\n..\ngr\u{fc}n\r\n.\rx\r\n.".as_bytes();
    let report = client.send(&Envelope::parse(ALICE, [BOB])?, odd).await?;
    ensure(report.all_accepted(), format!("{report:?}"))?;
    client.quit().await?;
    Ok(())
}

/// Three recipients of whom the second does not exist.
pub(super) fn half(report: &SendReport) -> Result<(), Failed> {
    let codes: Vec<u16> = report
        .recipients
        .iter()
        .map(|(_, outcome)| match outcome {
            RecipientOutcome::Accepted => 250,
            RecipientOutcome::Refused(reply) => reply.code(),
            RecipientOutcome::Unanswered => 0,
        })
        .collect();
    ensure(codes == [250, 550, 250], format!("{report:?}"))?;
    let taken: Vec<&str> = report.delivered_to().map(|address| address.as_str()).collect();
    ensure(taken == [BOB, ALICE], format!("{report:?}"))
}

/// Beyond the server's SIZE: refused before a byte where the size is known, and in its middle where it is not.
pub(super) async fn too_large(bed: &Bed) -> Result<(), Failed> {
    let Some(port) = bed.submission else { return Ok(()) };
    let mut client = open(bed, port, Security::StartTls).await?;
    let most = client.connection().capabilities().and_then(|c| c.max_size()).ok_or("no SIZE")?;
    let mut envelope = Envelope::parse(ALICE, [BOB])?;
    envelope.size = Some(most + 1);
    let result = client.send(&envelope, tokio::io::empty()).await;
    ensure(matches!(result, Err(Error::TooLong { .. })), format!("{result:?}"))?;
    client.noop().await?;
    // Of a message without a known size only the passing of the limit can tell. By BDAT the connection survives it,
    // whoever of the two sees it first: Postfix counts its own header too.
    envelope.size = None;
    envelope.transfer = Transfer::Chunks;
    let endless = || tokio::io::repeat(b'a').take(most + 1);
    let result = client.send(&envelope, endless()).await;
    let by_server =
        matches!(&result, Ok(SendReport { outcome: Outcome::Refused(no), .. }) if no.code() == 552);
    ensure(by_server || matches!(result, Err(Error::TooLong { .. })), format!("{result:?}"))?;
    let report = client.send(&Envelope::parse(ALICE, [BOB])?, &message("small", 300)[..]).await?;
    ensure(report.all_accepted(), format!("{report:?}"))?;
    envelope.transfer = Transfer::Data;
    let result = client.send(&envelope, endless()).await;
    ensure(matches!(result, Err(Error::TooLong { .. })), format!("{result:?}"))?;
    ensure(matches!(client.noop().await, Err(Error::Broken)), "usable behind half a message")
}

/// What sending takes does not depend on the size.
#[expect(clippy::print_stdout, reason = "the figures are its purpose")]
pub(super) async fn memory(bed: &Bed) -> Result<(), Failed> {
    if bed.submission.is_none() {
        return Ok(());
    }
    let mut peaks = Vec::new();
    for (name, size) in [("2 KiB", 2 * 1024), ("100 MiB", 100 * 1024 * 1024)] {
        let message = message(name, size);
        let mut child = binary::command(bed, &["send", ALICE])?.stdout(Stdio::null()).spawn()?;
        let mut input = child.stdin.take().ok_or("no standard input")?;
        let feed = tokio::spawn(async move { input.write_all(&message).await });
        let peak = binary::peak_of(child).await?;
        feed.await??;
        println!("       smtp, {name}: {peak} KiB at most");
        peaks.push(peak);
    }
    let more = peaks[1].saturating_sub(peaks[0]);
    ensure(more < 8 * 1024, format!("100 MiB take {more} KiB above a small message"))
}

trait ParseAddress {
    fn parse_address(&self) -> Result<mail_oauth::smtp_min::Address, Error>;
}

impl ParseAddress for str {
    fn parse_address(&self) -> Result<mail_oauth::smtp_min::Address, Error> {
        mail_oauth::smtp_min::Address::new(self)
    }
}
