//! The whole dialogue of each protocol, over any stream: sign in, do the job, leave.

use std::future::Future;
use std::io;

use mail_oauth::Error;
use mail_oauth::imap_min::{self, Mailbox as Name, UidSet};
use mail_oauth::sasl_xoauth2::{Credentials, Exchange, Mechanism};
use mail_oauth::smtp_min::{self, EhloName, Envelope, Outcome};
use mail_oauth::{Protocol, pop3_min};
use tokio::io::{AsyncRead, AsyncWrite};

use crate::bed::{ADELE, MESSAGE};

/// What a client can say when it is over.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// The message that it was given, if it takes it for whole.
    pub(crate) fetched: Option<Vec<u8>>,
    /// What it takes the message that it sent for, if it does not take it for lost.
    pub(crate) sent: Option<Sent>,
    /// How far it came: the name of the last step that was done.
    pub(crate) done: &'static str,
    pub(crate) error: Option<Error>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sent {
    Accepted,
    Refused,
    Unknown,
}

impl Sent {
    pub(crate) fn of(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Accepted(_) => Sent::Accepted,
            Outcome::Refused(_) => Sent::Refused,
            Outcome::Unknown { .. } => Sent::Unknown,
        }
    }
}

/// One dialogue. `upgrade` is for SMTP, which begins in the clear.
pub(crate) async fn hold<S, U, F>(protocol: Protocol, stream: S, token: &str, upgrade: U) -> Told
where
    S: AsyncRead + AsyncWrite + Unpin,
    U: FnOnce(S) -> F,
    F: Future<Output = io::Result<Box<dyn Stream>>>,
    S: 'static,
{
    let mut told = Told::default();
    let result = match protocol {
        Protocol::Imap => imap(stream, token, &mut told).await,
        Protocol::Pop3 => pop3(stream, token, &mut told).await,
        _ => smtp(stream, token, upgrade, &mut told).await,
    };
    told.error = result.err();
    told
}

pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin {}
impl<T: AsyncRead + AsyncWrite + Unpin> Stream for T {}

fn exchange(token: &str) -> Exchange<'_> {
    Exchange::new(Mechanism::XOAuth2, Credentials::new(ADELE, token).unwrap())
}

fn answer(exchange: &mut Exchange<'_>, challenge: &[u8]) -> Option<Vec<u8>> {
    let mut message = Vec::new();
    exchange.respond(challenge, &mut message).ok()?;
    Some(message)
}

async fn imap<S: Stream>(stream: S, token: &str, told: &mut Told) -> Result<(), Error> {
    let (mut client, _) = imap_min::Client::connect(stream, imap_min::Limits::default()).await?;
    told.done = "greeting";
    let mut exchange = exchange(token);
    let mut first = Vec::new();
    exchange.initial_response(&mut first)?;
    client.authenticate("XOAUTH2", Some(&first), |challenge| answer(&mut exchange, challenge)).await?;
    told.done = "sign-in";
    let mut message = Vec::new();
    client.select_and_fetch(&Name::inbox(), &UidSet::last(), &mut message).await?;
    told.fetched = Some(message);
    told.done = "fetch";
    client.logout().await?;
    told.done = "logout";
    Ok(())
}

async fn pop3<S: Stream>(stream: S, token: &str, told: &mut Told) -> Result<(), Error> {
    let (mut client, _) = pop3_min::Client::connect(stream, pop3_min::Limits::default()).await?;
    told.done = "greeting";
    let mut exchange = exchange(token);
    client.authenticate("XOAUTH2", None, |challenge| answer(&mut exchange, challenge)).await?;
    told.done = "sign-in";
    let mut message = Vec::new();
    client.retrieve(1, &mut message).await?;
    told.fetched = Some(message);
    told.done = "fetch";
    client.quit().await?;
    told.done = "quit";
    Ok(())
}

async fn smtp<S, U, F>(stream: S, token: &str, upgrade: U, told: &mut Told) -> Result<(), Error>
where
    S: Stream,
    U: FnOnce(S) -> F,
    F: Future<Output = io::Result<Box<dyn Stream>>>,
{
    let name = EhloName::new("[127.0.0.1]")?;
    let mut limits = smtp_min::Limits::default();
    limits.auth_line = smtp_min::Limits::AUTH_LINE_OFFICE_365;
    let (mut client, _) = smtp_min::Client::connect(stream, limits).await?;
    told.done = "greeting";
    client.ehlo(&name).await?;
    let mut client = client.starttls(upgrade).await?;
    told.done = "starttls";
    client.ehlo(&name).await?;
    let mut exchange = exchange(token);
    let mut first = Vec::new();
    exchange.initial_response(&mut first)?;
    client.authenticate("XOAUTH2", Some(&first), |challenge| answer(&mut exchange, challenge)).await?;
    told.done = "sign-in";
    let report = client.send(&Envelope::parse(ADELE, [ADELE])?, MESSAGE).await?;
    told.sent = Some(Sent::of(&report.outcome));
    told.done = "send";
    if told.sent == Some(Sent::Accepted) {
        client.quit().await?;
        told.done = "quit";
    }
    Ok(())
}
