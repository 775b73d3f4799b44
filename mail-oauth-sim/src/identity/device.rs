use super::bounded::Bounded;
use super::grantee::Grantee;
use super::scope::Scopes;
use crate::random::Random;

/// The device codes that were handed out, by the SHA-256 of each: the code itself is not kept.
#[derive(Debug)]
pub(crate) struct DeviceCodes(Bounded<Device>);

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
    /// Signed in.
    Approved(Grantee),
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
    Approved { grantee: Grantee, scopes: Scopes },
}

/// What a client is told once.
pub(super) struct NewCode {
    pub(super) device_code: String,
    pub(super) user_code: String,
}

impl DeviceCodes {
    pub(crate) fn new(keep: usize) -> Self {
        Self(Bounded::new(keep))
    }

    pub(super) fn issue(&self, client_id: &str, scopes: Scopes, expires: u64, random: &Random) -> NewCode {
        let new = NewCode { device_code: random.text(96), user_code: random.user_code() };
        let device = Device {
            user_code: new.user_code.clone(),
            client_id: client_id.to_ascii_lowercase(),
            scopes,
            expires,
            polls: 0,
            decision: None,
            redeemed: false,
        };
        self.0.add(&new.device_code, device);
        new
    }

    /// Looks a code up for the app that got it. An approved code is given out once. `auto` approves a code that is
    /// polled for the second time.
    pub(super) fn poll(&self, device_code: &str, client_id: &str, auto: Option<Grantee>, now: u64) -> Poll {
        let found = self.0.find(device_code, |device| {
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
            if let (None, Some(grantee), 2..) = (&device.decision, auto, device.polls) {
                device.decision = Some(Decision::Approved(grantee));
            }
            match &device.decision {
                None => Poll::Pending,
                Some(Decision::Declined) => Poll::Declined,
                Some(Decision::Approved(grantee)) => {
                    device.redeemed = true;
                    Poll::Approved { grantee: grantee.clone(), scopes: device.scopes.clone() }
                }
            }
        });
        found.unwrap_or(Poll::Unknown)
    }

    /// The app and the scopes behind a user code that still waits. Case and blanks do not matter.
    pub(super) fn waiting(&self, user_code: &str, now: u64) -> Option<(String, Scopes)> {
        self.find(user_code, now, |device| (device.client_id.clone(), device.scopes.clone()))
    }

    /// Records what the person did. False if no such code waits.
    pub(crate) fn decide(&self, user_code: &str, decision: Decision, now: u64) -> bool {
        self.find(user_code, now, |device| device.decision = Some(decision)).is_some()
    }

    fn find<R>(&self, user_code: &str, now: u64, f: impl FnOnce(&mut Device) -> R) -> Option<R> {
        let user_code: String = user_code.chars().filter(|c| !c.is_whitespace()).collect();
        let mut f = Some(f);
        self.0.find_map(|device| {
            let waits = device.user_code.eq_ignore_ascii_case(&user_code)
                && device.decision.is_none()
                && now < device.expires;
            if waits { f.take().map(|f| f(device)) } else { None }
        })
    }
}
