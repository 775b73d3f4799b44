use std::sync::{Mutex, PoisonError};

use super::{Endpoint, Fault, HttpFault, IssueFault};
use crate::{Aadsts, Policy, Service};

/// The faults that are set, in the order in which they were set.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    active: Mutex<Vec<Active>>,
}

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

    /// The answer that an HTTP request gets instead of its own. Answers that only make sense at the token endpoint pass
    /// the others by.
    pub(crate) fn http(&self, endpoint: Option<Endpoint>) -> Option<HttpFault> {
        self.take(|fault| match fault {
            Fault::Http(http) => Some(http.clone()),
            Fault::HttpAt { at, fault } if Some(*at) == endpoint => Some(fault.clone()),
            _ => None,
        })
    }

    /// By which number an endpoint refuses a request.
    pub(crate) fn refuse(&self, endpoint: Endpoint) -> Option<Aadsts> {
        self.take(|fault| match fault {
            Fault::Refuse { at, aadsts } if *at == endpoint => Some(*aadsts),
            _ => None,
        })
    }

    /// What is wrong with the next token.
    pub(crate) fn issue(&self) -> Option<IssueFault> {
        self.take(|fault| match fault {
            Fault::Issue(issue) => Some(*issue),
            _ => None,
        })
    }

    /// The policies that came upon a user. They are not used up by looking.
    pub(crate) fn policies(&self, upn: &str) -> Vec<Policy> {
        self.with(|active| {
            let of = |entry: &Active| match &entry.fault {
                Fault::User { upn: user, policy } if user.eq_ignore_ascii_case(upn) => Some(*policy),
                _ => None,
            };
            active.iter().filter_map(of).collect()
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
        f(&mut self.active.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
