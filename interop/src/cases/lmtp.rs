//! Delivery into Dovecot by LMTP.

use mail_oauth::smtp_min::{Client, EhloName, Envelope, Extension, Limits, Outcome, Protocol, Transfer};
use tokio::net::TcpStream;

use super::smtp::half;
use super::{ensure, message};
use crate::Failed;
use crate::bed::{ALICE, BOB, Bed};

/// Each accepted recipient has its own last word, and one that is refused spoils nothing.
pub(super) async fn recipients(bed: &Bed) -> Result<(), Failed> {
    let stream = TcpStream::connect(("127.0.0.1", bed.dovecot.lmtp)).await?;
    let (mut client, _) = Client::connect_with(stream, Limits::default(), Protocol::Lmtp).await?;
    let offered = client.ehlo(&EhloName::new("localhost")?).await?;
    ensure(offered.has(Extension::Chunking) && offered.has(Extension::Pipelining), format!("{offered:?}"))?;
    for transfer in [Transfer::Data, Transfer::Chunks, Transfer::OneFlight { most: 64 * 1024 }] {
        let mut envelope = Envelope::parse(ALICE, [BOB, "nobody@example.org", ALICE])?;
        envelope.transfer = transfer;
        let report = client.send(&envelope, &message("by LMTP", 100_000)[..]).await?;
        half(&report)?;
        ensure(matches!(report.outcome, Outcome::Accepted(_)), format!("{report:?}"))?;
        // Nobody: DATA must be refused, and the session goes on.
        let mut envelope = Envelope::parse(ALICE, ["nobody@example.org"])?;
        envelope.transfer = transfer;
        let report = client.send(&envelope, &message("to nobody", 100)[..]).await?;
        ensure(matches!(report.outcome, Outcome::Refused(_)), format!("{report:?}"))?;
    }
    client.noop().await?;
    client.quit().await?;
    Ok(())
}
