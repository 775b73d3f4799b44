//! Opening a mailbox: the token and the connection side by side, then sign-in.

use std::time::{Duration, SystemTime};

use msal_lite::{Timestamp, Token, TokenSource};
use sasl_xoauth2::Mechanism;
use tokio::time::timeout;

use crate::error::Error;
use crate::journal::Journal;
use crate::mailbox::Mailbox;
use crate::server::{Protocol, Security, Server};
use crate::sign_in::Attempt;
use crate::transport::{MailStream, Plain, RoundTrips, connect_plain, connect_tls, upgrade};

/// What EHLO says of us: an address literal that is valid everywhere and tells nothing of the local network.
const EHLO_NAME: &str = "[127.0.0.1]";

/// How long a server may take to greet. RFC 5321 allows five minutes to one that relays; a submission server that says
/// nothing for this long most often waits for a TLS handshake.
const GREETING: Duration = Duration::from_secs(30);

/// How long all of a sign-in may take. The protocols' own time-outs are for each answer, and a server that always says
/// something, but never the answer, would stretch them for ever.
const SIGN_IN: Duration = Duration::from_secs(180);

pub(crate) type ImapClient = imap_min::Client<MailStream>;
pub(crate) type Pop3Client = pop3_min::Client<MailStream>;
pub(crate) type SmtpClient = smtp_min::Client<MailStream>;

impl Mailbox {
    /// An IMAP client, signed in. Nothing is selected yet.
    ///
    /// # Errors
    /// Any of [`Error`]; [`Error::action`] says what to do.
    pub async fn imap(&self) -> Result<imap_min::Client<MailStream>, Error> {
        self.imap_noting(&mut Journal::new()).await
    }

    /// The same, noting each step.
    ///
    /// # Errors
    /// As [`Mailbox::imap`]; the journal then holds the steps before.
    pub async fn imap_noting(&self, journal: &mut Journal) -> Result<imap_min::Client<MailStream>, Error> {
        let server = self.account.server(Protocol::Imap)?;
        let connect = self.imap_connected(server);
        let (mut client, token) = self.both(Protocol::Imap, server, connect, journal).await?;
        let mechanism = self.imap_sign_in(&mut client, server, &token).await?;
        journal
            .done("signed in", format!("{} by {}", self.account.sasl_user(Protocol::Imap), mechanism.name()));
        Ok(client)
    }

    /// A POP3 client, signed in.
    ///
    /// # Errors
    /// Any of [`Error`]; [`Error::action`] says what to do.
    pub async fn pop3(&self) -> Result<pop3_min::Client<MailStream>, Error> {
        self.pop3_noting(&mut Journal::new()).await
    }

    /// The same, noting each step.
    ///
    /// # Errors
    /// As [`Mailbox::pop3`]; the journal then holds the steps before.
    pub async fn pop3_noting(&self, journal: &mut Journal) -> Result<pop3_min::Client<MailStream>, Error> {
        let server = self.account.server(Protocol::Pop3)?;
        let connect = self.pop3_connected(server);
        let (mut client, token) = self.both(Protocol::Pop3, server, connect, journal).await?;
        let mechanism = self.pop3_sign_in(&mut client, server, &token).await?;
        journal
            .done("signed in", format!("{} by {}", self.account.sasl_user(Protocol::Pop3), mechanism.name()));
        Ok(client)
    }

    /// An SMTP client, signed in.
    ///
    /// # Errors
    /// Any of [`Error`]; [`Error::action`] says what to do.
    pub async fn smtp(&self) -> Result<smtp_min::Client<MailStream>, Error> {
        self.smtp_noting(&mut Journal::new()).await
    }

    /// The same, noting each step.
    ///
    /// # Errors
    /// As [`Mailbox::smtp`]; the journal then holds the steps before.
    pub async fn smtp_noting(&self, journal: &mut Journal) -> Result<smtp_min::Client<MailStream>, Error> {
        let server = self.account.server(Protocol::Smtp)?;
        let connect = self.smtp_connected(server);
        let (mut client, token) = self.both(Protocol::Smtp, server, connect, journal).await?;
        let (user, mechanism) = self.smtp_sign_in(&mut client, server, &token).await?;
        journal.done("signed in", format!("{user} by {}", mechanism.name()));
        Ok(client)
    }

    /// IMAP as far as its greeting under TLS.
    pub(crate) async fn imap_connected(&self, server: &Server) -> Result<(ImapClient, RoundTrips), Error> {
        let limits = imap_min::Limits::default();
        match server.security() {
            Security::Tls => {
                let (stream, trips) = self.tls_stream(server).await?;
                Ok((imap_min::Client::connect(stream, limits).await?.0, trips))
            }
            Security::StartTls => {
                let (plain, trips) = self.plain_stream(server).await?;
                let client = imap_min::Client::connect(plain, limits).await?.0;
                let most = SIGN_IN.saturating_add(self.connect_timeout);
                let client = client.starttls(|plain| self.upgrade(plain, server));
                let client = timeout(most, client)
                    .await
                    .unwrap_or(Err(imap_min::Error::TimedOut { after: most, during: "STARTTLS" }));
                Ok((client.map_err(|e| self.starttls_failed(server, e))?, trips))
            }
        }
    }

    /// POP3 as far as its greeting under TLS.
    pub(crate) async fn pop3_connected(&self, server: &Server) -> Result<(Pop3Client, RoundTrips), Error> {
        let limits = pop3_min::Limits::default();
        match server.security() {
            Security::Tls => {
                let (stream, trips) = self.tls_stream(server).await?;
                Ok((pop3_min::Client::connect(stream, limits).await?.0, trips))
            }
            Security::StartTls => {
                let (plain, trips) = self.plain_stream(server).await?;
                let client = pop3_min::Client::connect(plain, limits).await?.0;
                let client = client.starttls(|plain| self.upgrade(plain, server)).await;
                Ok((client.map_err(|e| self.starttls_failed(server, e))?, trips))
            }
        }
    }

    /// SMTP as far as the EHLO under TLS.
    pub(crate) async fn smtp_connected(&self, server: &Server) -> Result<(SmtpClient, RoundTrips), Error> {
        let mut limits = smtp_min::Limits::default();
        limits.greeting = GREETING;
        if let Some(line) = self.account.provider().known().smtp_auth_line {
            limits.auth_line = line;
        }
        let name = smtp_min::EhloName::new(EHLO_NAME)?;
        let (mut client, trips) = match server.security() {
            Security::Tls => {
                let (stream, trips) = self.tls_stream(server).await?;
                (smtp_min::Client::connect(stream, limits).await?.0, trips)
            }
            Security::StartTls => {
                let (plain, trips) = self.plain_stream(server).await?;
                let mut client = smtp_min::Client::connect(plain, limits).await?.0;
                client.ehlo(&name).await?;
                let client = client.starttls(|plain| self.upgrade(plain, server)).await;
                (client.map_err(|e| self.starttls_failed(server, e))?, trips)
            }
        };
        client.ehlo(&name).await?;
        Ok((client, trips))
    }

    pub(crate) async fn imap_sign_in(
        &self,
        client: &mut ImapClient,
        server: &Server,
        token: &Token,
    ) -> Result<Mechanism, Error> {
        let after = SIGN_IN;
        let attempt = Attempt { account: &self.account, server, token };
        let late = imap_min::Error::TimedOut { after, during: "AUTHENTICATE" };
        timeout(after, attempt.imap(client)).await.unwrap_or_else(|_| Err(late.into()))
    }

    pub(crate) async fn pop3_sign_in(
        &self,
        client: &mut Pop3Client,
        server: &Server,
        token: &Token,
    ) -> Result<Mechanism, Error> {
        let after = SIGN_IN;
        let attempt = Attempt { account: &self.account, server, token };
        let late = pop3_min::Error::TimedOut { after, during: "AUTH" };
        timeout(after, attempt.pop3(client)).await.unwrap_or_else(|_| Err(late.into()))
    }

    /// Signs in to SMTP; says as whom, since that may be the person in the token.
    pub(crate) async fn smtp_sign_in(
        &self,
        client: &mut SmtpClient,
        server: &Server,
        token: &Token,
    ) -> Result<(String, Mechanism), Error> {
        let mut account = self.account.clone();
        account.token_user_is(&token.account().username);
        let after = SIGN_IN;
        let attempt = Attempt { account: &account, server, token };
        let late = smtp_min::Error::TimedOut { after, during: "AUTH" };
        let mechanism = timeout(after, attempt.smtp(client)).await.unwrap_or_else(|_| Err(late.into()))?;
        Ok((account.sasl_user(Protocol::Smtp).to_owned(), mechanism))
    }

    /// Waits for the token and for the connection, both to their end: a refresh that was cut short could lose a
    /// refresh token that the provider has rotated.
    async fn both<C>(
        &self,
        protocol: Protocol,
        server: &Server,
        connect: impl Future<Output = Result<(C, RoundTrips), Error>>,
        journal: &mut Journal,
    ) -> Result<(C, Token), Error> {
        let ((token, took), connection) = tokio::join!(self.timed_token(protocol), connect);
        let token = token?;
        journal.beside("token", took, told(&token));
        let (client, trips) = connection?;
        journal.follow(trips);
        let how = match server.security() {
            Security::Tls => "TLS",
            Security::StartTls => "STARTTLS",
        };
        journal.done("connected", format!("{server}, {how}"));
        Ok((client, token))
    }

    async fn tls_stream(&self, server: &Server) -> Result<(MailStream, RoundTrips), Error> {
        let stream = connect_tls(server, &self.tls, self.connect_timeout).await?;
        let trips = stream.get_ref().0.get_ref().round_trips().clone();
        Ok((stream, trips))
    }

    async fn plain_stream(&self, server: &Server) -> Result<(Plain, RoundTrips), Error> {
        let plain = connect_plain(server, self.connect_timeout).await?;
        let trips = plain.round_trips().clone();
        Ok((plain, trips))
    }

    fn upgrade(&self, plain: Plain, server: &Server) -> impl Future<Output = std::io::Result<MailStream>> {
        upgrade(plain, server, &self.tls, self.connect_timeout)
    }

    /// A handshake that failed behind STARTTLS is a TLS error, not one of the protocol.
    fn starttls_failed<E>(&self, server: &Server, error: E) -> Error
    where
        E: Into<Error> + std::error::Error + 'static,
    {
        match error.into() {
            Error::Imap(imap_min::Error::Io(io)) => Error::tls(server, io),
            Error::Pop3(pop3_min::Error::Io(io)) => Error::tls(server, io),
            Error::Smtp(smtp_min::Error::Io(io)) => Error::tls(server, io),
            other => other,
        }
    }
}

fn told(token: &Token) -> String {
    let source = match token.source() {
        TokenSource::Cache => "from the cache",
        TokenSource::Refreshed => "refreshed",
        _ => "from the sign-in",
    };
    let left = Timestamp::from(SystemTime::now()).until(token.expires_on());
    format!("{source}, valid for {} min", left.as_secs() / 60)
}
