use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use super::scope::Scopes;
use crate::random;

type Fingerprint = [u8; 32];

/// The device codes that were handed out, by the SHA-256 of each: the code itself is not kept.
#[derive(Debug)]
pub(crate) struct DeviceCodes {
    codes: Mutex<Codes>,
    keep: usize,
}

#[derive(Debug, Default)]
struct Codes {
    by_fingerprint: HashMap<Fingerprint, Device>,
    oldest: VecDeque<Fingerprint>,
}

#[derive(Debug)]
struct Device {
    user_code: String,
    client_id: String,
    scopes: Scopes,
    expires: u64,
    polls: u32,
    decision: Option<Decision>,
    redeemed: bool,
}

/// What the person did in the browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Signed in as this user.
    Approved(String),
    /// Cancelled.
    Declined,
}

/// What a poll finds.
pub(super) enum Poll {
    Unknown,
    Expired,
    Pending,
    Declined,
    Redeemed,
    Approved { upn: String, scopes: Scopes },
}

/// What a client is told once.
pub(super) struct NewCode {
    pub(super) device_code: String,
    pub(super) user_code: String,
}

impl DeviceCodes {
    pub(crate) fn new(keep: usize) -> Self {
        Self { codes: Mutex::default(), keep: keep.max(1) }
    }

    pub(super) fn issue(&self, client_id: &str, scopes: Scopes, expires: u64) -> NewCode {
        let new = NewCode { device_code: random::text(96), user_code: random::user_code() };
        let fingerprint = random::fingerprint(&new.device_code);
        let device = Device {
            user_code: new.user_code.clone(),
            client_id: client_id.to_ascii_lowercase(),
            scopes,
            expires,
            polls: 0,
            decision: None,
            redeemed: false,
        };
        self.with(|codes| {
            while codes.oldest.len() >= self.keep
                && let Some(oldest) = codes.oldest.pop_front()
            {
                codes.by_fingerprint.remove(&oldest);
            }
            codes.oldest.push_back(fingerprint);
            codes.by_fingerprint.insert(fingerprint, device);
        });
        new
    }

    /// Looks a code up for the app that got it. An approved code is given out once. `auto` approves a code that is
    /// polled for the second time.
    pub(super) fn poll(&self, device_code: &str, client_id: &str, auto: Option<&str>, now: u64) -> Poll {
        self.with(|codes| {
            let Some(device) = codes.by_fingerprint.get_mut(&random::fingerprint(device_code)) else {
                return Poll::Unknown;
            };
            if !device.client_id.eq_ignore_ascii_case(client_id) {
                return Poll::Unknown;
            }
            if device.redeemed {
                return Poll::Redeemed;
            }
            if now >= device.expires {
                return Poll::Expired;
            }
            device.polls = device.polls.saturating_add(1);
            if let (None, Some(upn), 2..) = (&device.decision, auto, device.polls) {
                device.decision = Some(Decision::Approved(upn.to_owned()));
            }
            match &device.decision {
                None => Poll::Pending,
                Some(Decision::Declined) => Poll::Declined,
                Some(Decision::Approved(upn)) => {
                    device.redeemed = true;
                    Poll::Approved { upn: upn.clone(), scopes: device.scopes.clone() }
                }
            }
        })
    }

    /// Records what the person did. False if no such code waits.
    pub(crate) fn decide(&self, user_code: &str, decision: Decision, now: u64) -> bool {
        let user_code: String = user_code.chars().filter(|c| !c.is_whitespace()).collect();
        self.with(|codes| {
            let waiting = codes.by_fingerprint.values_mut().find(|device| {
                device.user_code.eq_ignore_ascii_case(&user_code)
                    && device.decision.is_none()
                    && now < device.expires
            });
            match waiting {
                Some(device) => {
                    device.decision = Some(decision);
                    true
                }
                None => false,
            }
        })
    }

    fn with<T>(&self, f: impl FnOnce(&mut Codes) -> T) -> T {
        f(&mut self.codes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
