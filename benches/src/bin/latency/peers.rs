//! Sessions of other people's crates, each used as its documentation has it. Those that take a stream get one with
//! `TCP_NODELAY`.

use std::net::TcpStream;

use async_imap::Authenticator;
use futures_util::TryStreamExt as _;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use mail_oauth::Protocol;
use mail_send::SmtpClientBuilder;
use mail_send::smtp::message::Message;
use rustls::pki_types::ServerName;

use crate::Outcome;
use crate::bed::{ADELE, BERT, Target, message};
use crate::marks::Marks;
use crate::ours::stream;
use crate::scale::Meter;

struct XOAuth2(String);

impl Authenticator for XOAuth2 {
    type Response = String;

    fn process(&mut self, _: &[u8]) -> String {
        self.0.clone()
    }
}

impl ::imap::Authenticator for XOAuth2 {
    type Response = String;

    fn process(&self, _: &[u8]) -> String {
        self.0.clone()
    }
}

pub(crate) async fn async_imap(target: &Target, marks: &Marks) -> Outcome<()> {
    let stream = stream(target, target.place.port(Protocol::Imap)).await?;
    let mut client = async_imap::Client::new(stream);
    client.read_response().await?;
    let log_in = client.authenticate("XOAUTH2", XOAuth2(target.xoauth2())).await;
    let mut session = log_in.map_err(|(error, _)| error)?;
    marks.signed_in();
    session.select("INBOX").await?;
    let mut messages = session.uid_fetch("*", "(UID BODY.PEEK[])").await?;
    while let Some(message) = messages.try_next().await? {
        if message.body().is_some() {
            marks.done();
        }
    }
    drop(messages);
    session.logout().await?;
    Ok(())
}

/// TLS to a port, over a socket that blocks.
fn blocking(target: &Target, port: u16) -> Outcome<rustls::StreamOwned<rustls::ClientConnection, TcpStream>> {
    let tcp = TcpStream::connect((target.place.host.as_str(), port))?;
    tcp.set_nodelay(true)?;
    let name = ServerName::try_from(target.place.host.clone())?;
    Ok(rustls::StreamOwned::new(rustls::ClientConnection::new(target.tls.clone(), name)?, tcp))
}

pub(crate) fn imap(target: &Target, marks: &Marks) -> Outcome<()> {
    let mut client = ::imap::Client::new(blocking(target, target.place.port(Protocol::Imap))?);
    client.read_greeting()?;
    let log_in = client.authenticate("XOAUTH2", &XOAuth2(target.xoauth2()));
    let mut session = log_in.map_err(|(error, _)| error)?;
    marks.signed_in();
    session.select("INBOX")?;
    let messages = session.uid_fetch("*", "(UID BODY.PEEK[])")?;
    if messages.iter().any(|message| message.body().is_some()) {
        marks.done();
    }
    session.logout()?;
    Ok(())
}

pub(crate) async fn lettre(target: &Target, marks: &Marks) -> Outcome<()> {
    let name = ClientId::Domain("[127.0.0.1]".to_owned());
    let host = target.place.host.clone();
    let made = TlsParameters::builder(host.clone())
        .add_root_certificate(Certificate::from_pem(target.ca_pem.as_bytes())?);
    let tls = match target.lettre.get() {
        Some(kept) => kept.clone(),
        None => {
            let tls = made.build_rustls()?;
            target.lettre.get_or_init(|| tls).clone()
        }
    };
    let port = target.place.port(Protocol::Smtp);
    let mut client =
        AsyncSmtpConnection::connect_tokio1((host.as_str(), port), None, &name, None, None).await?;
    client.starttls(tls, &name).await?;
    let person = Credentials::new(ADELE.to_owned(), target.token.clone());
    client.auth(&[Mechanism::Xoauth2], &person).await?;
    marks.signed_in();
    let envelope = lettre::address::Envelope::new(Some(ADELE.parse()?), vec![BERT.parse()?])?;
    client.send(&envelope, &message()).await?;
    marks.done();
    client.quit().await?;
    Ok(())
}

pub(crate) async fn mail_send(target: &Target, marks: &Marks) -> Outcome<()> {
    let mut builder = SmtpClientBuilder::new(target.place.host.clone(), target.place.port(Protocol::Smtp))?
        .implicit_tls(false)
        .helo_host("[127.0.0.1]")
        .credentials(mail_send::Credentials::new_xoauth2(ADELE.to_owned(), target.token.clone()));
    builder.tls_connector = tokio_rustls::TlsConnector::from(target.tls.clone());
    let mut client = builder.connect().await?;
    marks.signed_in();
    client.send(Message::new(ADELE, [BERT], message())).await?;
    marks.done();
    client.quit().await?;
    Ok(())
}

pub(crate) async fn fetch_by_async_imap(target: &Target, mut meter: Meter) -> Outcome<Meter> {
    let stream = stream(target, target.place.port(Protocol::Imap)).await?;
    let mut client = async_imap::Client::new(stream);
    client.read_response().await?;
    let log_in = client.authenticate("XOAUTH2", XOAuth2(target.xoauth2())).await;
    let mut session = log_in.map_err(|(error, _)| error)?;
    session.select("INBOX").await?;
    meter.begin();
    let mut octets = 0;
    let mut messages = session.uid_fetch("1:*", "(UID BODY.PEEK[])").await?;
    while let Some(message) = messages.try_next().await? {
        octets += message.body().map_or(0, <[u8]>::len) as u64;
    }
    meter.end(octets);
    Ok(meter)
}

pub(crate) fn fetch_by_imap(target: &Target, mut meter: Meter) -> Outcome<Meter> {
    let mut client = ::imap::Client::new(blocking(target, target.place.port(Protocol::Imap))?);
    client.read_greeting()?;
    let log_in = client.authenticate("XOAUTH2", &XOAuth2(target.xoauth2()));
    let mut session = log_in.map_err(|(error, _)| error)?;
    session.select("INBOX")?;
    meter.begin();
    let messages = session.uid_fetch("1:*", "(UID BODY.PEEK[])")?;
    let octets = messages.iter().map(|message| message.body().map_or(0, <[u8]>::len) as u64).sum();
    meter.end(octets);
    Ok(meter)
}

pub(crate) async fn hold_async_imap(
    target: &Target,
) -> Outcome<async_imap::Session<tokio_rustls::client::TlsStream<tokio::net::TcpStream>>> {
    let stream = stream(target, target.place.port(Protocol::Imap)).await?;
    let mut client = async_imap::Client::new(stream);
    client.read_response().await?;
    let log_in = client.authenticate("XOAUTH2", XOAuth2(target.xoauth2())).await;
    let mut session = log_in.map_err(|(error, _)| error)?;
    session.select("INBOX").await?;
    Ok(session)
}

pub(crate) async fn list_by_async_imap(
    target: &Target,
    what: &str,
    meter: &mut crate::million::Meter,
) -> Outcome<u64> {
    let mut session = hold_async_imap(target).await?;
    meter.begin();
    if what == "search" {
        return Ok(session.uid_search("ALL").await?.len() as u64);
    }
    let mut rows = 0;
    let mut messages = session.uid_fetch("1:*", "(UID FLAGS)").await?;
    while let Some(message) = messages.try_next().await? {
        rows += u64::from(message.uid.is_some());
    }
    Ok(rows)
}

pub(crate) fn list_by_imap(target: &Target, what: &str, meter: &mut crate::million::Meter) -> Outcome<u64> {
    let mut client = ::imap::Client::new(blocking(target, target.place.port(Protocol::Imap))?);
    client.read_greeting()?;
    let log_in = client.authenticate("XOAUTH2", &XOAuth2(target.xoauth2()));
    let mut session = log_in.map_err(|(error, _)| error)?;
    session.select("INBOX")?;
    meter.begin();
    if what == "search" {
        return Ok(session.uid_search("ALL")?.len() as u64);
    }
    let messages = session.uid_fetch("1:*", "(UID FLAGS)")?;
    Ok(messages.iter().filter(|message| message.uid.is_some()).count() as u64)
}
