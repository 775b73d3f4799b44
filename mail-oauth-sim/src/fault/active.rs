use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::{Endpoint, Fault, HttpFault, IssueFault, MailFault, NetworkFault, Stage, TlsFault};
use crate::net::Port;
use crate::{Aadsts, Policy, Service};

/// The faults that are set, in the order in which they were set.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    active: Mutex<Vec<Active>>,
    /// The ports that a fault may close, for as long as their servers run.
    ports: Mutex<Vec<Weak<Port>>>,
}

#[derive(Debug)]
struct Active {
    fault: Fault,
    /// How often it still applies; `None` is for good.
    left: Option<u32>,
    /// How many connections went well before it.
    skipped: u32,
}

impl Active {
    fn skip(&self) -> u32 {
        match self.fault {
            Fault::Network { skip, .. } => skip,
            _ => 0,
        }
    }
}

/// Whom a switch was flipped for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    Tenant,
    Mailbox,
}

impl Faults {
    /// Closes and opens this port as the faults of its service say, from now on.
    pub(crate) fn govern(&self, port: &Arc<Port>) {
        self.with_ports(|ports| ports.push(Arc::downgrade(port)));
    }

    pub(crate) fn set(&self, fault: Fault, times: Option<u32>) {
        self.with(|active| {
            active.retain(|entry| entry.fault != fault);
            active.push(Active { fault, left: times, skipped: 0 });
        });
        self.with_ports(|_| ());
    }

    pub(crate) fn clear(&self, fault: &Fault) {
        self.with(|active| active.retain(|entry| entry.fault != *fault));
        self.with_ports(|_| ());
    }

    pub(crate) fn clear_all(&self) {
        self.with(Vec::clear);
        self.with_ports(|_| ());
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

    /// What a mail server says at this place instead of what it would.
    pub(crate) fn mail(&self, service: Service, stage: Stage) -> Option<MailFault> {
        self.take(|fault| match fault {
            Fault::Mail(mail) if mail.service() == service && mail.stage() == stage => Some(*mail),
            _ => None,
        })
    }

    /// Whether a mail server behaves in this way.
    pub(crate) fn conducts(&self, conduct: MailFault) -> bool {
        self.take(|fault| (*fault == Fault::Mail(conduct)).then_some(())).is_some()
    }

    /// Whether a mail server is set to behave in this way; asking does not use it up.
    pub(crate) fn is_set(&self, conduct: MailFault) -> bool {
        self.with(|active| active.iter().any(|entry| entry.fault == Fault::Mail(conduct)))
    }

    /// The longest token that POP3 takes, if there is a limit.
    pub(crate) fn pop3_token(&self) -> Option<usize> {
        self.with(|active| {
            active.iter().find_map(|entry| match entry.fault {
                Fault::Mail(MailFault::Pop3LongToken(most)) => Some(most),
                _ => None,
            })
        })
    }

    /// Changes which ports there are, and makes each what the faults say by then. One at a time, so that of two changes
    /// of the faults the later is not undone.
    fn with_ports(&self, change: impl FnOnce(&mut Vec<Weak<Port>>)) {
        let mut ports = self.ports.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut ports);
        for port in ports.iter().filter_map(Weak::upgrade) {
            port.set_open(!self.refuses(port.service()));
        }
    }

    /// Whether nobody shall listen for a service.
    fn refuses(&self, service: Service) -> bool {
        self.with(|active| {
            active.iter().any(|entry| {
                matches!(entry.fault, Fault::Network { service: at, fault: NetworkFault::Refuse, .. } if at == service)
            })
        })
    }

    /// What happens to a new connection of a service. One that goes well before it is counted.
    pub(crate) fn network(&self, service: Service) -> Option<NetworkFault> {
        self.with(|active| {
            for entry in active.iter_mut() {
                if let Fault::Network { service: at, skip: 1.., .. } = &entry.fault
                    && *at == service
                    && entry.skipped < entry.skip()
                {
                    entry.skipped = entry.skipped.saturating_add(1);
                    return None;
                }
            }
            Some(())
        })?;
        self.take(|fault| match fault {
            Fault::Network { service: at, fault, .. } if *at == service && *fault != NetworkFault::Refuse => {
                Some(*fault)
            }
            _ => None,
        })
    }

    /// What is wrong with TLS at a service.
    pub(crate) fn tls(&self, service: Service) -> Option<TlsFault> {
        self.take(|fault| match fault {
            Fault::Tls { service: at, fault } if *at == service => Some(*fault),
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
        f(&mut self.active.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
