use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use super::grantee::Grantee;
use crate::random::Fingerprint;
use crate::{Platform, User};

/// What changes about people while the tenant runs.
#[derive(Debug, Default)]
pub(crate) struct People {
    changed: Mutex<HashMap<String, Changes>>,
    consents: Mutex<Consents>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Changes {
    password: Option<Fingerprint>,
    /// How often all tokens were revoked, and when last: what was granted before is dead.
    generation: u64,
    valid_from: u64,
    enrolled: bool,
}

#[derive(Debug, Default)]
struct Consents {
    /// By user, app and permission.
    users: HashSet<(String, String, String)>,
    /// By app and permission.
    tenant: HashSet<(String, String)>,
}

impl People {
    pub(crate) fn set_password(&self, upn: &str, password: &str, now: u64) {
        self.change(upn, |changes| {
            changes.password = Some(Fingerprint::of(password));
            changes.revoke(now);
        });
    }

    pub(crate) fn revoke(&self, upn: &str, now: u64) {
        self.change(upn, |changes| changes.revoke(now));
    }

    pub(super) fn enrol(&self, upn: &str) {
        self.change(upn, |changes| changes.enrolled = true);
    }

    pub(super) fn is_enrolled(&self, upn: &str) -> bool {
        self.changes(upn).enrolled
    }

    /// Somebody who has just signed in, with one factor and on a desktop.
    pub(crate) fn grantee(&self, upn: &str, now: u64) -> Grantee {
        let generation = self.changes(upn).generation;
        Grantee { upn: upn.to_owned(), signed_in: now, mfa: false, platform: Platform::Desktop, generation }
    }

    /// When what was granted to somebody was revoked, if it was.
    pub(super) fn revoked(&self, grantee: &Grantee) -> Option<u64> {
        let changes = self.changes(&grantee.upn);
        (changes.generation != grantee.generation).then_some(changes.valid_from)
    }

    pub(super) fn password(&self, user: &User) -> Option<Fingerprint> {
        self.changes(&user.upn).password.or(user.password)
    }

    /// The person's consent, or with `None` the administrator's for everybody.
    pub(super) fn consent(&self, upn: Option<&str>, client_id: &str, permissions: &[String]) {
        let mut consents = self.consents.lock().unwrap_or_else(PoisonError::into_inner);
        for name in permissions.iter().map(|name| name.to_ascii_lowercase()) {
            match upn {
                Some(upn) => {
                    consents.users.insert((upn.to_owned(), client_id.to_owned(), name));
                }
                None => {
                    consents.tenant.insert((client_id.to_owned(), name));
                }
            }
        }
    }

    pub(super) fn has_consented(&self, upn: &str, client_id: &str, permission: &str) -> bool {
        let name = permission.to_ascii_lowercase();
        let consents = self.consents.lock().unwrap_or_else(PoisonError::into_inner);
        consents.tenant.contains(&(client_id.to_owned(), name.clone()))
            || consents.users.contains(&(upn.to_owned(), client_id.to_owned(), name))
    }

    fn changes(&self, upn: &str) -> Changes {
        let changed = self.changed.lock().unwrap_or_else(PoisonError::into_inner);
        changed.get(upn).copied().unwrap_or_default()
    }

    fn change(&self, upn: &str, f: impl FnOnce(&mut Changes)) {
        let mut changed = self.changed.lock().unwrap_or_else(PoisonError::into_inner);
        f(changed.entry(upn.to_ascii_lowercase()).or_default());
    }
}

impl Changes {
    fn revoke(&mut self, now: u64) {
        self.generation = self.generation.saturating_add(1);
        self.valid_from = now;
    }
}
