//! POP3 of Dovecot.

use std::collections::HashSet;

use mail_oauth::pop3_min::{Capability, Client, Error, Limits, Refusal};
use mail_oauth::{MailStream, Protocol, Security};
use tokio::net::TcpStream;

use super::{ensure, message};
use crate::Failed;
use crate::bed::{ALICE, Bed};

pub(super) async fn inside_tls(bed: &Bed) -> Result<(), Failed> {
    every_command(bed, bed.dovecot.pop3s, Security::Tls).await
}

pub(super) async fn behind_stls(bed: &Bed) -> Result<(), Failed> {
    every_command(bed, bed.dovecot.pop3, Security::StartTls).await
}

async fn open(bed: &Bed, port: u16, security: Security) -> Result<Client<MailStream>, Failed> {
    Ok(bed.signed_in_at(Protocol::Pop3, port, security).await?.pop3().await?)
}

fn refused<T>(result: Result<T, Error>) -> Result<Refusal, Failed> {
    match result {
        Err(Error::Refused(refusal)) => Ok(*refusal),
        Err(other) => Err(format!("not refused: {other:?}").into()),
        Ok(_) => Err("not refused".into()),
    }
}

async fn every_command(bed: &Bed, port: u16, security: Security) -> Result<(), Failed> {
    let ours = message("every command", 3_000);
    super::put(&bed.maildir(ALICE), &ours)?;
    let mut client = open(bed, port, security).await?;
    let offered = client.capabilities().await?.ok_or("no answer to CAPA")?;
    for capability in [Capability::Top, Capability::Uidl, Capability::Pipelining, Capability::RespCodes] {
        ensure(offered.has(&capability), format!("{capability:?} is not offered: {offered:?}"))?;
    }
    let (messages, octets) = client.stat().await?;
    let sizes = client.list().await?;
    ensure(sizes.len() == usize::try_from(messages)?, "LIST and STAT differ")?;
    let sum: Option<u64> = sizes.iter().map(|(_, octets)| *octets).sum();
    ensure(octets == sum, "the sizes of LIST are not the octets of STAT")?;
    let ids = client.uidl().await?;
    ensure(ids.len() == sizes.len(), "UIDL and LIST differ")?;

    let last = messages;
    let size = client.list_one(last).await?;
    let unique_id = client.uidl_one(last).await?;
    ensure(ids.last() == Some(&(last, unique_id.clone().unwrap_or_default())), "UIDL of one differs")?;
    let mut whole = Vec::new();
    let counted = client.retrieve(last, &mut whole).await?;
    ensure(Some(counted) == size && counted == whole.len() as u64, "LIST of one is not what RETR gives")?;
    ensure(whole.ends_with(&ours), "not the message")?;
    let mut top = Vec::new();
    client.top(last, 2, &mut top).await?;
    ensure(whole.starts_with(&top) && top.len() < whole.len(), "TOP is not the front of the message")?;
    ensure(top.windows(4).filter(|at| *at == b"\r\n\r\n").count() == 1, "TOP without its header")?;

    client.noop().await?;
    client.delete(last).await?;
    refused(client.retrieve(last, &mut Vec::new()).await)?;
    client.reset().await?;
    ensure(client.stat().await? == (messages, octets), "RSET has not brought the message back")?;
    refused(client.list_one(messages + 1).await)?;
    // Extensions that this server does not offer are refused, and nothing breaks.
    refused(client.languages().await)?;
    client.noop().await?;

    client.delete(last).await?;
    client.quit().await?;
    let mut client = open(bed, port, security).await?;
    ensure(client.stat().await?.0 == messages - 1, "QUIT has not deleted the message")?;
    ensure(client.uidl().await?.iter().all(|(_, id)| Some(id) != unique_id.as_ref()), "another is gone")?;
    // Without QUIT nothing is deleted.
    if messages > 1 {
        client.delete(1).await?;
    }
    drop(client);
    let mut client = open(bed, port, security).await?;
    ensure(client.stat().await?.0 == messages - 1, "a connection without QUIT has deleted a message")?;
    client.quit().await?;
    Ok(())
}

/// What may be said in the clear: nothing that lets anybody in.
pub(super) async fn before_tls(bed: &Bed) -> Result<(), Failed> {
    let stream = TcpStream::connect(("127.0.0.1", bed.dovecot.pop3)).await?;
    let (mut client, _) = Client::connect(stream, Limits::default()).await?;
    let offered = client.capabilities().await?.ok_or("no answer to CAPA")?;
    ensure(offered.has(&Capability::Stls), "STLS is not offered")?;
    let no = refused(client.authenticate("XOAUTH2", None, |_| Some(b"user=x\x01\x01".to_vec())).await)?;
    ensure(no.code.is_some(), format!("{no}"))?;
    refused(client.login("nobody", "nothing").await)?;
    client.quit().await?;
    Ok(())
}

pub(super) async fn fetches(bed: &Bed) -> Result<(), Failed> {
    const COUNT: usize = 40;
    for size in 0..COUNT {
        super::put(&bed.maildir(ALICE), &message("one of many", 2_000 + 100 * size))?;
    }
    let mut client = open(bed, bed.dovecot.pop3s, Security::Tls).await?;
    client.capabilities().await?;
    let (messages, _) = client.stat().await?;
    let newest = messages - u32::try_from(COUNT)? + 1..=messages;
    let sizes = client.list().await?;
    let mut batch = client.batch(newest.clone());
    let mut asked_ahead = 0;
    while let Some(number) = batch.upcoming() {
        let mut whole = Vec::new();
        let octets = batch.retrieve(&mut whole).await?;
        asked_ahead = asked_ahead.max(batch.in_flight());
        ensure(sizes.contains(&(number, Some(octets))), format!("message {number} is not its size"))?;
        ensure(whole.ends_with(b"the end\r\n"), "not the whole message")?;
    }
    drop(batch);
    ensure(asked_ahead > 0, "nothing was asked for ahead, though the server takes it")?;

    // A first fetch sees everything but the newest, and is lost in its middle; the second goes on.
    let older: HashSet<String> =
        client.uidl().await?.into_iter().filter(|(n, _)| !newest.contains(n)).map(|(_, id)| id).collect();
    let mut seen = older;
    let mut fetch = client.fetch_new(|id| seen.contains(id)).await?;
    ensure(fetch.remaining() == COUNT, format!("{} are new", fetch.remaining()))?;
    let mut stored = Vec::new();
    for _ in 0..10 {
        let new = fetch.upcoming().ok_or("it has ended early")?.clone();
        fetch.retrieve(&mut Vec::new()).await?;
        stored.extend(new.unique_id.clone());
        fetch.stored(new.number)?;
    }
    drop(fetch);
    drop(client);
    seen.extend(stored.iter().cloned());
    let mut client = open(bed, bed.dovecot.pop3s, Security::Tls).await?;
    let mut fetch = client.fetch_new(|id| seen.contains(id)).await?;
    ensure(fetch.remaining() == COUNT - 10, format!("{} are new after 10", fetch.remaining()))?;
    // What the broken session has stored is deleted by this one, and what was there before stays.
    let left: Vec<u32> = fetch
        .skipped()
        .iter()
        .filter(|m| m.unique_id.as_ref().is_some_and(|id| stored.contains(id)))
        .map(|m| m.number)
        .collect();
    ensure(left.len() == 10, "what was stored is gone, though nobody has ended that session")?;
    while let Some(number) = fetch.upcoming().map(|m| m.number) {
        fetch.retrieve(&mut Vec::new()).await?;
        fetch.stored(number)?;
    }
    for number in left {
        fetch.stored(number)?;
    }
    let deleted = fetch.finish().await?;
    ensure(deleted.deleted.len() == COUNT && deleted.kept.is_empty(), format!("{deleted:?}"))?;
    let mut client = open(bed, bed.dovecot.pop3s, Security::Tls).await?;
    ensure(client.stat().await?.0 == messages - u32::try_from(COUNT)?, "not what was to stay")?;
    client.quit().await?;
    Ok(())
}
