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
        self.opened(journal).await
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
        self.opened(journal).await
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
        self.opened(journal).await
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

    /// Connects and signs in. A token of the cache that the server does not take is passed over once: a fresh one and
    /// another connection follow. What is refused then, is.
    async fn opened<C: Client>(&self, journal: &mut Journal) -> Result<C, Error> {
        let server = self.account.server(C::PROTOCOL)?;
        let token = self.timed_token(C::PROTOCOL);
        let (mut client, token) = self.both::<C>(token, server, journal).await?;
        let refused = match client.sign_in(self, server, &token).await {
            Ok(by) => return Ok(signed_in(client, by, journal)),
            Err(error) => error,
        };
        if !refused.is_of_old_token() {
            return Err(refused);
        }
        // Most servers take no second attempt on a connection, and some say so by closing it.
        drop(client);
        journal.done("refused", "the token of the cache, though it has not ended");
        let token = self.timed_token_instead_of(&token, C::PROTOCOL);
        let (mut client, token) = match self.both::<C>(token, server, journal).await {
            Ok(both) => both,
            Err(error @ Error::Token { .. }) => return Err(error),
            // The fresh token is in the cache; the refusal tells more than that there was no second connection.
            Err(_) => return Err(refused),
        };
        let by = client.sign_in(self, server, &token).await?;
        Ok(signed_in(client, by, journal))
    }

    /// Waits for the token and for the connection, both to their end: a refresh that was cut short could lose a
    /// refresh token that the provider has rotated.
    async fn both<C: Client>(
        &self,
        token: impl Future<Output = (Result<Token, Error>, Duration)>,
        server: &Server,
        journal: &mut Journal,
    ) -> Result<(C, Token), Error> {
        // Before anything is said to a server that could not have the token.
        self.may_get_token(C::PROTOCOL, server)?;
        // On the heap, not twice in the caller's future: there may be a second connection.
        let connect = Box::pin(C::connect(self, server));
        let ((token, took), connection) = tokio::join!(token, connect);
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

/// What opening a mailbox needs of a protocol's client.
pub(crate) trait Client: Sized {
    const PROTOCOL: Protocol;

    /// TCP, TLS, and what the server says first.
    async fn connect(mailbox: &Mailbox, server: &Server) -> Result<(Self, RoundTrips), Error>;

    /// The token goes out; says as whom and how.
    async fn sign_in(
        &mut self,
        mailbox: &Mailbox,
        server: &Server,
        token: &Token,
    ) -> Result<(String, Mechanism), Error>;
}

impl Client for ImapClient {
    const PROTOCOL: Protocol = Protocol::Imap;

    async fn connect(mailbox: &Mailbox, server: &Server) -> Result<(Self, RoundTrips), Error> {
        mailbox.imap_connected(server).await
    }

    async fn sign_in(
        &mut self,
        mailbox: &Mailbox,
        server: &Server,
        token: &Token,
    ) -> Result<(String, Mechanism), Error> {
        let attempt = Attempt::new(mailbox, Self::PROTOCOL, server, token)?;
        let late = imap_min::Error::TimedOut { after: SIGN_IN, during: "AUTHENTICATE" };
        let mechanism = timeout(SIGN_IN, attempt.imap(self)).await.unwrap_or_else(|_| Err(late.into()))?;
        Ok((mailbox.account.sasl_user(Protocol::Imap).to_owned(), mechanism))
    }
}

impl Client for Pop3Client {
    const PROTOCOL: Protocol = Protocol::Pop3;

    async fn connect(mailbox: &Mailbox, server: &Server) -> Result<(Self, RoundTrips), Error> {
        mailbox.pop3_connected(server).await
    }

    async fn sign_in(
        &mut self,
        mailbox: &Mailbox,
        server: &Server,
        token: &Token,
    ) -> Result<(String, Mechanism), Error> {
        let attempt = Attempt::new(mailbox, Self::PROTOCOL, server, token)?;
        let late = pop3_min::Error::TimedOut { after: SIGN_IN, during: "AUTH" };
        let mechanism = timeout(SIGN_IN, attempt.pop3(self)).await.unwrap_or_else(|_| Err(late.into()))?;
        Ok((mailbox.account.sasl_user(Protocol::Pop3).to_owned(), mechanism))
    }
}

impl Client for SmtpClient {
    const PROTOCOL: Protocol = Protocol::Smtp;

    async fn connect(mailbox: &Mailbox, server: &Server) -> Result<(Self, RoundTrips), Error> {
        mailbox.smtp_connected(server).await
    }

    /// As whom may be the person in the token.
    async fn sign_in(
        &mut self,
        mailbox: &Mailbox,
        server: &Server,
        token: &Token,
    ) -> Result<(String, Mechanism), Error> {
        let mut account = mailbox.account.clone();
        account.token_user_is(&token.account().username);
        let attempt = Attempt::new(mailbox, Self::PROTOCOL, server, token)?.named_by(&account);
        let late = smtp_min::Error::TimedOut { after: SIGN_IN, during: "AUTH" };
        let mechanism = timeout(SIGN_IN, attempt.smtp(self)).await.unwrap_or_else(|_| Err(late.into()))?;
        Ok((account.sasl_user(Protocol::Smtp).to_owned(), mechanism))
    }
}

fn signed_in<C>(client: C, (user, mechanism): (String, Mechanism), journal: &mut Journal) -> C {
    journal.done("signed in", format!("{user} by {}", mechanism.name()));
    client
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
