use super::{Endpoint, HttpFault, IssueFault, MailFault, NetworkFault, TlsFault};
use crate::{Aadsts, Policy, Service};

/// Something that the tenant does wrong, or refuses, on demand.
///
/// Set by [`Tenant::set_fault`](crate::Tenant::set_fault) at any time; it applies to what happens from then on. Which
/// fault gives which text on the wire, and for which cause in life it stands, is in [`catalogue`](crate::catalogue).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Every request to the identity endpoints gets this answer instead of its own.
    Http(HttpFault),
    /// Requests to one endpoint get this answer instead of their own.
    HttpAt {
        /// The endpoint.
        at: Endpoint,
        /// What it answers.
        fault: HttpFault,
    },
    /// An endpoint refuses every request by this number. The authorize endpoint sends the error to the app, or shows it
    /// on a page if that is what becomes of it in life ([`Aadsts::is_page`]).
    Refuse {
        /// The endpoint.
        at: Endpoint,
        /// The number.
        aadsts: Aadsts,
    },
    /// Logging in by OAuth is switched off for a protocol: for one mailbox (for SMTP: the person's), or with `None` for
    /// the whole tenant. IMAP and POP3 then answer as to a bad token; SMTP answers
    /// `535 5.7.139 ... SmtpClientAuthentication is disabled for the Tenant` (or `Mailbox`). [`Service::Identity`] has
    /// no effect here.
    AuthDisabled {
        /// The protocol.
        service: Service,
        /// The mailbox, or `None` for all.
        mailbox: Option<String>,
    },
    /// SMTP refuses this recipient with `550 5.1.10`, although the address exists or is foreign.
    RecipientRefused(String),
    /// The user's account is blocked: every grant answers AADSTS50057.
    UserDisabled(String),
    /// A policy comes upon a user.
    User {
        /// The user.
        upn: String,
        /// The policy.
        policy: Policy,
    },
    /// The token endpoint hands out tokens that are wrong.
    Issue(IssueFault),
    /// A mail server says something that is not in its usual course.
    Mail(MailFault),
    /// A connection fails below TLS.
    Network {
        /// The server.
        service: Service,
        /// How many connections go well before it.
        skip: u32,
        /// What happens.
        fault: NetworkFault,
    },
    /// TLS fails, or the certificate does not hold.
    Tls {
        /// The server.
        service: Service,
        /// What is wrong.
        fault: TlsFault,
    },
}
