use super::bounded::Bounded;
use super::grantee::Grantee;
use super::scope::Scopes;
use crate::random::Random;

/// How long an authorization code waits, in seconds.
const LIFE: u64 = 600;

/// The authorization codes that were handed out, by the SHA-256 of each: the code itself is not kept.
#[derive(Debug)]
pub(crate) struct AuthorizationCodes(Bounded<Entry>);

#[derive(Debug)]
struct Entry {
    code: Code,
    expires: u64,
    redeemed: bool,
}

/// What a code stands for.
#[derive(Clone, Debug)]
pub(super) struct Code {
    pub(super) client_id: String,
    pub(super) redirect_uri: String,
    /// `code_challenge` and whether it is S256 (RFC 7636).
    pub(super) challenge: Option<(String, bool)>,
    pub(super) nonce: Option<String>,
    pub(super) scopes: Scopes,
    pub(super) grantee: Grantee,
}

/// What redeeming a code came to.
pub(super) enum Found {
    Unknown,
    Redeemed,
    Expired,
    Code(Box<Code>),
}

impl AuthorizationCodes {
    pub(crate) fn new(keep: usize) -> Self {
        Self(Bounded::new(keep))
    }

    pub(super) fn issue(&self, code: Code, now: u64, random: &Random) -> String {
        let secret = format!("1.A{}", random.text(300));
        self.0.add(&secret, Entry { code, expires: now.saturating_add(LIFE), redeemed: false });
        secret
    }

    /// A code works once, whatever comes of it.
    pub(super) fn redeem(&self, code: &str, client_id: &str, now: u64) -> Found {
        let found = self.0.find(code, |entry| {
            if !entry.code.client_id.eq_ignore_ascii_case(client_id) {
                return Found::Unknown;
            }
            if std::mem::replace(&mut entry.redeemed, true) {
                return Found::Redeemed;
            }
            if now >= entry.expires {
                return Found::Expired;
            }
            Found::Code(Box::new(entry.code.clone()))
        });
        found.unwrap_or(Found::Unknown)
    }
}
