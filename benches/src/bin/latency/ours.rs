//! Sessions of ours.

use mail_oauth::imap_min::{self, LogIn, UidSet};
use mail_oauth::pop3_min;
use mail_oauth::smtp_min::{Envelope, Transfer};
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::Outcome;
use crate::bed::{ADELE, BERT, Target, message};
use crate::marks::Marks;

pub(crate) async fn imap(target: &Target, marks: &Marks) -> Outcome<()> {
    let mut client = target.mailbox.imap().await?;
    marks.signed_in();
    client.select_and_fetch(&imap_min::Mailbox::inbox(), &UidSet::last(), &mut marks.sink()).await?;
    client.logout().await?;
    Ok(())
}

pub(crate) async fn eager(target: &Target, marks: &Marks) -> Outcome<()> {
    let (message, limits) = (target.xoauth2(), imap_min::Limits::default());
    let log_in = LogIn { mechanism: "XOAUTH2", message: message.as_bytes() };
    let stream = stream(target, target.place.port(mail_oauth::Protocol::Imap)).await?;
    let inbox = imap_min::Mailbox::inbox();
    let (newest, mut sink) = (UidSet::last(), marks.sink());
    let opened =
        imap_min::Client::connect_eager_and_fetch(stream, limits, log_in, &inbox, &newest, &mut sink);
    let (client, _, _) = opened.await?;
    // Its answer came before the message's first octets, and in their flight.
    marks.signed_in();
    client.logout().await?;
    Ok(())
}

pub(crate) async fn pop3(target: &Target, marks: &Marks) -> Outcome<()> {
    let mut client: pop3_min::Client<_> = target.mailbox.pop3().await?;
    marks.signed_in();
    client.retrieve(1, &mut marks.sink()).await?;
    client.quit().await?;
    Ok(())
}

pub(crate) async fn smtp(target: &Target, marks: &Marks, one_flight: bool) -> Outcome<()> {
    let mut client = target.mailbox.smtp().await?;
    marks.signed_in();
    let mut envelope = Envelope::parse(ADELE, [BERT])?;
    if one_flight {
        envelope.transfer = Transfer::OneFlight { most: 64 * 1024 };
    }
    let report = client.send(&envelope, message().as_slice()).await?;
    marks.done();
    if !report.all_accepted() {
        return Err(report.to_string().into());
    }
    client.quit().await?;
    Ok(())
}

/// TLS to a port, as a user of one of the small crates makes it.
pub(crate) async fn stream(target: &Target, port: u16) -> Outcome<TlsStream<TcpStream>> {
    let tcp = TcpStream::connect((target.place.host.as_str(), port)).await?;
    tcp.set_nodelay(true)?;
    secured(target, tcp).await
}

/// TLS on a connection, as STARTTLS wants it.
pub(crate) async fn secured(target: &Target, tcp: TcpStream) -> Outcome<TlsStream<TcpStream>> {
    let name = ServerName::try_from(target.place.host.clone())?;
    Ok(TlsConnector::from(target.tls.clone()).connect(name, tcp).await?)
}
