//! The token cache in MSAL's unified schema.
//!
//! The JSON is kept as it was read, and changed in place: whatever another MSAL wrote that is not known
//! here survives. Entries are found by their fields and never by their keys, because each library makes
//! other keys. Keys are written as MSAL Python writes them.

mod adopt;
mod entries;
mod insert;
mod lookup;
mod schema;
mod select;

use std::{
    collections::{HashMap, hash_map},
    fmt, io,
};

use serde_json::{Map, Value};

pub use lookup::Silent;

use crate::{Account, Body, json};
use schema::{Entity, Section};

/// Accounts and their tokens. `Debug` shows numbers only; all text is wiped on drop.
///
/// Reading it takes time linear in its size, and so does each look-up.
///
/// ```
/// use msal_lite::Cache;
///
/// // A file of MSAL Python or MSAL Node.
/// let cache = Cache::parse(br#"{"AccessToken": {}, "Account": {}, "Unknown": {"kept": 1}}"#).unwrap();
/// assert!(cache.accounts().is_empty());
/// assert!(cache.to_bytes().expose().windows(4).any(|four| four == b"kept"));
/// ```
#[derive(Clone, Default, PartialEq)]
pub struct Cache {
    root: Map<String, Value>,
}

/// What a cache begins with that the MSALs have encrypted on Windows: the version of the form, and its provider.
const DPAPI: &[u8] = b"\x01\0\0\0\xd0\x8c\x9d\xdf\x01\x15\xd1\x11\x8c\x7a\0\xc0\x4f\xc2\x97\xeb";

/// Why bytes are no token cache. Quotes nothing of them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CacheParseError(String);

impl Cache {
    /// An empty cache.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads a cache file. Nothing but blanks is an empty cache.
    ///
    /// # Errors
    ///
    /// Where the text stops being JSON, or which part is not what the schema has.
    pub fn parse(bytes: &[u8]) -> Result<Self, CacheParseError> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        if bytes.trim_ascii().is_empty() {
            return Ok(Self::new());
        }
        if bytes.starts_with(DPAPI) {
            let reason = "encrypted by Windows for one user (DPAPI), which is not undone here; sign in again";
            return Err(CacheParseError(reason.to_owned()));
        }
        let root = match serde_json::from_slice(bytes) {
            Ok(Value::Object(root)) => root,
            Ok(_) => return Err(CacheParseError("no JSON object".to_owned())),
            Err(error) if error.is_eof() => {
                return Err(CacheParseError(format!("cut off after {} octets", bytes.len())));
            }
            Err(error) => {
                let place = format!("no JSON at line {} column {}", error.line(), error.column());
                return Err(CacheParseError(place));
            }
        };
        let cache = Self { root };
        for section in Section::ALL {
            if cache.root.get(section.name()).is_some_and(|value| !value.is_object()) {
                return Err(CacheParseError(format!("{} is no object", section.name())));
            }
        }
        Ok(cache)
    }

    /// The JSON text, to be written to a file.
    pub fn to_bytes(&self) -> Body {
        let mut counter = Counter(0);
        // INVARIANT: a map with string keys always becomes JSON, and neither writer fails.
        let counted = serde_json::to_writer_pretty(&mut counter, &self.root);
        let mut bytes = Vec::with_capacity(counter.0);
        let written = serde_json::to_writer_pretty(&mut bytes, &self.root);
        debug_assert!(counted.is_ok() && written.is_ok());
        Body::new(bytes)
    }

    /// All accounts, each once, however many tenants or libraries wrote it.
    pub fn accounts(&self) -> Vec<Account> {
        let mut accounts: Vec<Account> = Vec::new();
        let mut places = HashMap::new();
        for (owner, account) in
            self.entities(Section::Account).filter_map(|entity| Some((entity.owner(), entity.account()?)))
        {
            match places.entry(owner) {
                hash_map::Entry::Vacant(place) => {
                    place.insert(accounts.len());
                    accounts.push(account);
                }
                // The entry of the home tenant has the names that the person knows.
                hash_map::Entry::Occupied(place) if account.home_tenant() == Some(&account.realm) => {
                    if let Some(known) = accounts.get_mut(*place.get()) {
                        *known = account;
                    }
                }
                hash_map::Entry::Occupied(_) => {}
            }
        }
        accounts
    }

    /// Forgets an account and all its tokens, of every client. True if there was one.
    pub fn remove_account(&mut self, account: &Account) -> bool {
        let mut found = false;
        for section in [Section::AccessToken, Section::RefreshToken, Section::IdToken, Section::Account] {
            // Tokens of kinds that this crate cannot use are the account's, too.
            found |= self.remove_where(section, |_, entity| entity.belongs_to(account)) > 0;
        }
        found
    }

    fn entities(&self, section: Section) -> impl Iterator<Item = Entity<'_>> {
        self.root
            .get(section.name())
            .and_then(Value::as_object)
            .into_iter()
            .flat_map(|entries| entries.values())
            .filter_map(Value::as_object)
            .map(Entity)
            .filter(move |entity| entity.is_of(section))
    }

    fn section_mut(&mut self, section: Section) -> Option<&mut Map<String, Value>> {
        self.root.entry(section.name()).or_insert_with(|| Value::Object(Map::new())).as_object_mut()
    }

    /// Removes and wipes the entries of a section that `doomed` picks by key and fields; returns how many.
    fn remove_where(&mut self, section: Section, doomed: impl Fn(&str, Entity<'_>) -> bool) -> usize {
        let Some(entries) = self.root.get_mut(section.name()).and_then(Value::as_object_mut) else {
            return 0;
        };
        let before = entries.len();
        entries.retain(|key, value| {
            let remove = value.as_object().is_some_and(|object| doomed(key, Entity(object)));
            if remove {
                json::wipe(value);
            }
            !remove
        });
        before - entries.len()
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Cache");
        for section in Section::ALL {
            debug.field(section.name(), &self.entities(section).count());
        }
        debug.finish()
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        self.root.values_mut().for_each(json::wipe);
    }
}

/// Of the entries of one account the one of its home tenant, which has the names that the person knows;
/// else the first.
fn chosen(entries: impl Iterator<Item = Account>) -> Option<Account> {
    let mut best: Option<Account> = None;
    for account in entries {
        let at_home = account.home_tenant() == Some(&account.realm);
        if best.is_none() || at_home {
            best = Some(account);
        }
    }
    best
}

/// Counts what is written, so that the real buffer is made once and leaves no outgrown copy behind.
struct Counter(usize);

impl io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
