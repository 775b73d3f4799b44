use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::Service;

/// Something that the tenant does wrong, or refuses, on demand.
///
/// Set by [`Tenant::set_fault`](crate::Tenant::set_fault) at any time; it applies to what happens from then on.
/// Faults of the certificate are made with the tenant: [`TenantBuilder`](crate::TenantBuilder).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Every request to the identity endpoints gets this answer instead of its own.
    Http(HttpFault),
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
}

/// An answer of the identity endpoints that is none.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HttpFault {
    /// 503 with an Entra error body (`temporarily_unavailable`, AADSTS90033), and `Retry-After` in seconds if given.
    Unavailable {
        /// What `Retry-After` says, rounded down to seconds.
        retry_after: Option<Duration>,
    },
    /// 429 with the plain text `Too Many Requests`, and `Retry-After` in seconds if given.
    TooManyRequests {
        /// What `Retry-After` says, rounded down to seconds.
        retry_after: Option<Duration>,
    },
    /// 502 with an HTML page, as a proxy or a load balancer sends it.
    Html,
}

/// The faults that are set, in the order in which they were set.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<Active>>);

#[derive(Debug)]
struct Active {
    fault: Fault,
    /// How often it still applies; `None` is for good.
    left: Option<u32>,
}

/// Whom a switch was flipped for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    Tenant,
    Mailbox,
}

impl Faults {
    pub(crate) fn set(&self, fault: Fault, times: Option<u32>) {
        self.with(|active| {
            active.retain(|entry| entry.fault != fault);
            active.push(Active { fault, left: times });
        });
    }

    pub(crate) fn clear(&self, fault: &Fault) {
        self.with(|active| active.retain(|entry| entry.fault != *fault));
    }

    pub(crate) fn clear_all(&self) {
        self.with(Vec::clear);
    }

    /// The answer that an HTTP request gets instead of its own.
    pub(crate) fn http(&self) -> Option<HttpFault> {
        self.take(|fault| match fault {
            Fault::Http(http) => Some(http.clone()),
            _ => None,
        })
    }

    /// Whether logging in at `service` is switched off for `mailbox`, and by which switch.
    pub(crate) fn auth_disabled(&self, service: Service, mailbox: &str) -> Option<Reach> {
        self.take(|fault| match fault {
            Fault::AuthDisabled { service: at, mailbox: None } if *at == service => Some(Reach::Tenant),
            Fault::AuthDisabled { service: at, mailbox: Some(whose) }
                if *at == service && whose.eq_ignore_ascii_case(mailbox) =>
            {
                Some(Reach::Mailbox)
            }
            _ => None,
        })
    }

    pub(crate) fn recipient_refused(&self, address: &str) -> bool {
        self.take(|fault| match fault {
            Fault::RecipientRefused(refused) if refused.eq_ignore_ascii_case(address) => Some(()),
            _ => None,
        })
        .is_some()
    }

    pub(crate) fn user_disabled(&self, upn: &str) -> bool {
        self.take(|fault| match fault {
            Fault::UserDisabled(user) if user.eq_ignore_ascii_case(upn) => Some(()),
            _ => None,
        })
        .is_some()
    }

    /// The first fault that `applies` says something about, counted as used once.
    fn take<T>(&self, applies: impl Fn(&Fault) -> Option<T>) -> Option<T> {
        self.with(|active| {
            let (index, found) = active
                .iter()
                .enumerate()
                .find_map(|(index, entry)| applies(&entry.fault).map(|found| (index, found)))?;
            if let Some(left) = active.get_mut(index).and_then(|entry| entry.left.as_mut()) {
                *left = left.saturating_sub(1);
            }
            active.retain(|entry| entry.left != Some(0));
            Some(found)
        })
    }

    fn with<T>(&self, f: impl FnOnce(&mut Vec<Active>) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
