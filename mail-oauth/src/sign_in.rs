//! A token and a connection meet: one SASL attempt, in the words of each protocol.

use msal_lite::Token;
use sasl_xoauth2::{
    Credentials, Exchange, IMAP_COMMAND_LINE, Mechanism, SMTP_COMMAND_LINE, ServerError, ServerErrorKind,
};
use tokio::io::{AsyncRead, AsyncWrite};
use zeroize::Zeroizing;

use crate::account::Account;
use crate::error::Error;
use crate::mailbox::Mailbox;
use crate::refusals::Refusals;
use crate::server::{Protocol, Server};

/// What one attempt needs.
pub(crate) struct Attempt<'a> {
    account: &'a Account,
    server: &'a Server,
    token: &'a Token,
    refusals: &'a Refusals,
}

/// The server's no.
struct No {
    text: String,
    temporary: bool,
    /// Its state or code is one that bad credentials lead to.
    of_credentials: bool,
    smtp: Option<Box<smtp_min::Reply<'static>>>,
}

impl<'a> Attempt<'a> {
    /// One for the account of the mailbox, at a server that may get the protocol's token.
    pub(crate) fn new(
        mailbox: &'a Mailbox,
        protocol: Protocol,
        server: &'a Server,
        token: &'a Token,
    ) -> Result<Self, Error> {
        mailbox.may_get_token(protocol, server)?;
        Ok(Attempt { account: &mailbox.account, server, token, refusals: &mailbox.refusals })
    }

    /// The same with another account's names.
    pub(crate) fn named_by(self, account: &'a Account) -> Self {
        Attempt { account, ..self }
    }

    /// Signs in to IMAP, with the token on the line where the server takes it.
    pub(crate) async fn imap<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        client: &mut imap_min::Client<S>,
    ) -> Result<Mechanism, Error> {
        let known = self.account.provider().known();
        if known.mechanism.is_none() && client.connection().capabilities().is_none() {
            client.capability().await?;
        }
        let offered = client.connection().capabilities();
        let names = || offered.into_iter().flat_map(|caps| caps.mechanisms());
        let mechanism = self.mechanism(Protocol::Imap, known.mechanism, names)?;
        let sasl_ir = known.sasl_ir || offered.is_some_and(|caps| caps.has("SASL-IR"));
        let mut exchange = self.exchange(mechanism, Protocol::Imap)?;
        let fits = exchange.fits(IMAP_COMMAND_LINE, "A1 AUTHENTICATE OAUTHBEARER ".len());
        let first = first(&mut exchange, sasl_ir && fits)?;
        let initial = first.as_ref().map(|message| message.as_slice());
        let result = client
            .authenticate(mechanism.name(), initial, |challenge| answer(&mut exchange, challenge))
            .await;
        match result {
            Ok(_) => Ok(mechanism),
            Err(imap_min::Error::Refused(no)) => {
                let temporary = imap_is_temporary(&no);
                let of_credentials = no.status == imap_min::Status::No;
                let no = No { text: no.text, temporary, of_credentials, smtp: None };
                Err(self.refused(Protocol::Imap, no, exchange))
            }
            Err(other) => Err(other.into()),
        }
    }

    /// Signs in to POP3, in two steps: Exchange answers a token on the AUTH line by closing, and RFC 5034 gives that
    /// line 255 octets.
    pub(crate) async fn pop3<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        client: &mut pop3_min::Client<S>,
    ) -> Result<Mechanism, Error> {
        let known = self.account.provider().known();
        let offered = match known.mechanism {
            Some(_) => None,
            None => client.capabilities().await?,
        };
        // A server that does not say gets the mechanism that more of them have.
        let assumed = if offered.is_none() { Some(Mechanism::XOAuth2) } else { None };
        let names = || offered.iter().flat_map(|caps| caps.mechanisms());
        let mechanism = self.mechanism(Protocol::Pop3, known.mechanism.or(assumed), names)?;
        let mut exchange = self.exchange(mechanism, Protocol::Pop3)?;
        let result =
            client.authenticate(mechanism.name(), None, |challenge| answer(&mut exchange, challenge)).await;
        match result {
            Ok(()) => Ok(mechanism),
            Err(pop3_min::Error::Refused(no)) => {
                let temporary = matches!(no.code, Some(pop3_min::Code::SysTemp | pop3_min::Code::InUse));
                let no = No { text: no.text, temporary, of_credentials: true, smtp: None };
                Err(self.refused(Protocol::Pop3, no, exchange))
            }
            Err(other) => Err(other.into()),
        }
    }

    /// Signs in to SMTP, on one line where it fits, else in two steps.
    pub(crate) async fn smtp<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        client: &mut smtp_min::Client<S>,
    ) -> Result<Mechanism, Error> {
        let known = self.account.provider().known();
        let offered = client.connection().capabilities();
        let names = || offered.into_iter().flat_map(|caps| caps.mechanisms());
        let mechanism = self.mechanism(Protocol::Smtp, known.mechanism, names)?;
        let mut exchange = self.exchange(mechanism, Protocol::Smtp)?;
        let line = known.smtp_auth_line.unwrap_or(SMTP_COMMAND_LINE);
        let fits = exchange.fits(line, "AUTH ".len() + mechanism.name().len() + 1);
        let first = first(&mut exchange, fits)?;
        let initial = first.as_ref().map(|message| message.as_slice());
        let result = client
            .authenticate(mechanism.name(), initial, |challenge| answer(&mut exchange, challenge))
            .await;
        match result {
            Ok(_) => Ok(mechanism),
            Err(smtp_min::Error::Refused(no)) => {
                let temporary = no.reply.severity() == smtp_min::Severity::Transient;
                let of_credentials = smtp_is_of_credentials(&no.reply);
                let text = no.reply.to_string();
                let no = No { text, temporary, of_credentials, smtp: Some(Box::new(no.reply)) };
                Err(self.refused(Protocol::Smtp, no, exchange))
            }
            Err(other) => Err(other.into()),
        }
    }

    fn exchange(&self, mechanism: Mechanism, protocol: Protocol) -> Result<Exchange<'a>, Error> {
        let user = self.account.sasl_user(protocol);
        let credentials = Credentials::new(user, self.token.access_token().expose())?
            .with_host(self.server.host())?
            .with_port(self.server.port());
        Ok(Exchange::new(mechanism, credentials))
    }

    /// The provider's mechanism, or else the better of those that the server offers.
    fn mechanism<'n, N: Iterator<Item = &'n str>>(
        &self,
        protocol: Protocol,
        known: Option<Mechanism>,
        offered: impl Fn() -> N,
    ) -> Result<Mechanism, Error> {
        if let Some(known) = known {
            return Ok(known);
        }
        let both: Vec<Mechanism> = offered().filter_map(Mechanism::from_name).collect();
        for wanted in [Mechanism::OAuthBearer, Mechanism::XOAuth2] {
            if both.contains(&wanted) {
                return Ok(wanted);
            }
        }
        let names: Vec<&str> = offered().collect();
        let offered = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
        Err(Error::NoMechanism { server: self.server.clone(), protocol, offered })
    }

    fn refused(&self, protocol: Protocol, no: No, exchange: Exchange<'_>) -> Error {
        let challenge: Option<ServerError> = exchange.into_server_error();
        let of_token = challenge.as_ref().is_none_or(|challenge| {
            use ServerErrorKind::{InsufficientScope, InvalidRequest, ServerTrouble};
            !matches!(challenge.kind(), InvalidRequest | InsufficientScope | ServerTrouble)
        });
        let may_be_revoked = self.refusals.note(self.token, protocol);
        Error::SignIn {
            server: self.server.clone(),
            protocol,
            user: self.account.sasl_user(protocol).to_owned(),
            text: no.text,
            temporary: no.temporary,
            old_token: may_be_revoked && of_token && no.of_credentials && !no.temporary,
            challenge: challenge.map(Box::new),
            smtp: no.smtp,
        }
    }
}

fn first(exchange: &mut Exchange<'_>, on_the_line: bool) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
    if !on_the_line {
        return Ok(None);
    }
    // Room for all of it, so that no growing buffer leaves a copy of the token behind.
    let mut message = Zeroizing::new(Vec::with_capacity(exchange.message_len()));
    exchange.initial_response(&mut message)?;
    Ok(Some(message))
}

/// The answer to a challenge; the client wipes it. What cannot be answered is cancelled.
fn answer(exchange: &mut Exchange<'_>, challenge: &[u8]) -> Option<Vec<u8>> {
    let mut message = Vec::with_capacity(exchange.message_len());
    exchange.respond(challenge, &mut message).ok()?;
    Some(message)
}

/// Whether the server said that it is not the token's fault: it is busy, or it closes before it has answered. Text alone
/// decides nothing but this advice.
fn imap_is_temporary(no: &imap_min::Refusal) -> bool {
    use imap_min::{CodeName, Condition, Status};
    no.status == Status::Bye
        || matches!(
            no.code,
            Some(CodeName::Unavailable | CodeName::InUse | CodeName::Limit | CodeName::ServerBug)
        )
        || matches!(no.condition, Some(Condition::Throttled { .. } | Condition::ServerUnavailable))
}

/// Whether the reply is one that bad credentials lead to: 535 (RFC 4954 section 6). With X.7.139 Exchange says that the
/// credentials are not what it minds, but a switch or a policy.
fn smtp_is_of_credentials(reply: &smtp_min::Reply<'_>) -> bool {
    let policy = |code: smtp_min::EnhancedCode| (code.subject, code.detail) == (7, 139);
    reply.code() == 535 && !reply.enhanced().is_some_and(policy)
}
