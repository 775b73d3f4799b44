//! Through the library.

use std::time::Duration;

use mail_oauth::diagnosis::Lang;
use mail_oauth::imap_min::{Mailbox as Name, UidSet};
use mail_oauth::smtp_min::{Envelope, RecipientOutcome};
use mail_oauth::{CheckOptions, Error, Mailbox, Options, TlsProblem, Trust};

use super::{ensure, message};
use crate::Failed;
use crate::bed::{ALICE, BOB, Bed};

pub(super) async fn check(bed: &Bed) -> Result<(), Failed> {
    let mailbox = bed.signed_in().await?;
    let report = mailbox.check(&CheckOptions::default()).await;
    ensure(report.is_good(), report.to_text(Lang::En))?;
    Ok(())
}

pub(super) async fn small(bed: &Bed) -> Result<(), Failed> {
    round_trip(bed, &message("small", 2 * 1024)).await
}

pub(super) async fn large(bed: &Bed) -> Result<(), Failed> {
    round_trip(bed, &message("large", 25 * 1024 * 1024)).await
}

/// Sends a message to Alice, or puts it into her mailbox where there is no Postfix, and fetches it both ways.
async fn round_trip(bed: &Bed, message: &[u8]) -> Result<(), Failed> {
    let mailbox = bed.signed_in().await?;
    let mut imap = mailbox.imap().await?;
    let before = imap.examine(&Name::inbox()).await?.exists;
    if bed.submission.is_some() {
        let mut smtp = mailbox.smtp().await?;
        let report = smtp.send(&Envelope::parse(ALICE, [ALICE])?, message).await?;
        ensure(report.all_accepted(), format!("not accepted: {report}"))?;
        smtp.quit().await?;
    } else {
        super::put(&bed.maildir(ALICE), message)?;
    }
    // Delivery takes the time that it takes: the server says when it is there.
    let mut patience = 600;
    while imap.examine(&Name::inbox()).await?.exists == before {
        patience -= 1;
        ensure(patience > 0, "the message was not delivered within a minute")?;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let mut by_imap = Vec::new();
    imap.select_and_fetch(&Name::inbox(), &UidSet::last(), &mut by_imap).await?;
    imap.logout().await?;
    let mut pop3 = mailbox.pop3().await?;
    let (newest, _) = pop3.stat().await?;
    let mut by_pop3 = Vec::new();
    pop3.retrieve(newest, &mut by_pop3).await?;
    pop3.quit().await?;
    // The servers put their own header lines before the message, and change nothing behind them.
    ensure(by_imap.ends_with(message), "IMAP: the message differs")?;
    ensure(by_pop3.ends_with(message), "POP3: the message differs")?;
    ensure(by_imap == by_pop3, "IMAP and POP3 differ")
}

pub(super) async fn one_refused(bed: &Bed) -> Result<(), Failed> {
    if bed.submission.is_none() {
        return Ok(());
    }
    let mut smtp = bed.signed_in().await?.smtp().await?;
    let envelope = Envelope::parse(ALICE, [BOB, "nobody@example.org", ALICE])?;
    let report = smtp.send(&envelope, &message("one refused", 500)[..]).await?;
    let accepted: Vec<bool> =
        report.recipients.iter().map(|(_, outcome)| matches!(outcome, RecipientOutcome::Accepted)).collect();
    ensure(accepted == [true, false, true], format!("{report:?}"))?;
    // The connection is as good as before.
    let report = smtp.send(&Envelope::parse(ALICE, [BOB])?, &message("again", 500)[..]).await?;
    ensure(report.all_accepted(), format!("{report:?}"))?;
    smtp.quit().await?;
    Ok(())
}

pub(super) async fn other_user(bed: &Bed) -> Result<(), Failed> {
    let options =
        Options::cached(bed.path("library-tokens.json")).with_trust(Trust::SystemAnd(bed.path("ca.pem")));
    // Alice's token, Bob's mailbox.
    let mailbox = Mailbox::new(bed.account(ALICE)?.with_mailbox(BOB)?, options)?;
    bed.signed_in().await?;
    match mailbox.imap().await {
        Err(Error::SignIn { challenge: Some(challenge), temporary: false, .. }) => {
            ensure(challenge.status().is_some(), format!("{challenge:?}"))?;
        }
        other => return Err(format!("IMAP: {other:?}").into()),
    }
    match mailbox.pop3().await {
        Err(Error::SignIn { challenge: Some(_), temporary: false, .. }) => Ok(()),
        other => Err(format!("POP3: {other:?}").into()),
    }
}

pub(super) async fn wrong_ca(bed: &Bed) -> Result<(), Failed> {
    bed.signed_in().await?;
    let tenant_only = Options::cached(bed.path("library-tokens.json"))
        .with_trust(Trust::Only(bed.tenant.ca_pem().to_owned()));
    let mailbox = Mailbox::new(bed.account(ALICE)?, tenant_only)?;
    let mut results = vec![mailbox.imap().await.err(), mailbox.pop3().await.err()];
    if bed.submission.is_some() {
        results.push(mailbox.smtp().await.err());
    }
    for error in results {
        if !matches!(error, Some(Error::Tls { problem: TlsProblem::UnknownIssuer, .. })) {
            return Err(format!("{error:?}").into());
        }
    }
    Ok(())
}
