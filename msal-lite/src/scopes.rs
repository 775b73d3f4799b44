//! What a token is for.

use std::fmt;

use crate::Error;

/// A set of scopes in the order in which they were given. Two scopes that differ in case only are one.
///
/// ```
/// use msal_lite::Scopes;
///
/// let scopes = Scopes::parse("https://outlook.office.com/IMAP.AccessAsUser.All")?;
/// assert_eq!(scopes.resource()?, "https://outlook.office.com");
///
/// // A token is good for one resource.
/// let both = Scopes::new(["https://outlook.office.com/SMTP.Send", "https://graph.microsoft.com/Mail.Send"])?;
/// assert!(both.resource().is_err());
/// # Ok::<(), msal_lite::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Scopes(Vec<String>);

/// Scopes about the sign-in itself and not about a resource (OpenID Connect Core sections 5.4 and 11).
const RESERVED: [&str; 3] = ["offline_access", "openid", "profile"];

/// Where Entra looks for a permission without a resource.
const DEFAULT_RESOURCE: &str = "https://graph.microsoft.com";

impl Scopes {
    /// Takes scopes one by one.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if there is none, or one holds a character that RFC 6749 section 3.3 does not
    /// allow.
    pub fn new<S: AsRef<str>>(scopes: impl IntoIterator<Item = S>) -> Result<Self, Error> {
        let mut set = Self(Vec::new());
        for scope in scopes {
            let scope = scope.as_ref();
            if scope.is_empty() || !scope.bytes().all(is_scope_octet) {
                let shown = scope.escape_default();
                return Err(Error::invalid(
                    "scope",
                    format!("\"{shown}\" holds a character that a scope cannot have"),
                ));
            }
            set.insert(scope);
        }
        if set.0.is_empty() {
            return Err(Error::invalid(
                "scope",
                "at least one is needed, such as https://outlook.office.com/IMAP.AccessAsUser.All",
            ));
        }
        Ok(set)
    }

    /// Takes scopes separated by blanks, as they are on the wire.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn parse(scopes: &str) -> Result<Self, Error> {
        Self::new(scopes.split_ascii_whitespace())
    }

    /// The scopes in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether the scope is in the set, in any case.
    pub fn contains(&self, scope: &str) -> bool {
        self.0.iter().any(|one| one.eq_ignore_ascii_case(scope))
    }

    /// The one resource that all scopes belong to, such as `https://outlook.office.com`. A scope without a
    /// resource belongs to Microsoft Graph.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if there are two resources: Entra gives a token for one at a time (AADSTS700022),
    /// or none, only reserved scopes.
    pub fn resource(&self) -> Result<&str, Error> {
        let mut found: Option<&str> = None;
        for scope in self.iter().filter(|scope| !is_reserved(scope)) {
            let resource = scope.rsplit_once('/').map_or(DEFAULT_RESOURCE, |(resource, _)| resource);
            match found {
                Some(first) if !first.eq_ignore_ascii_case(resource) => {
                    let reason = format!("{first} and {resource} are two resources: ask for one token each");
                    return Err(Error::invalid("scope", reason));
                }
                Some(_) => {}
                None => found = Some(resource),
            }
        }
        found.ok_or_else(|| Error::invalid("scope", "none of them names a permission of a resource"))
    }

    /// The same set with `offline_access openid profile`, which make Entra give a refresh token and say
    /// who signed in.
    pub fn with_reserved(&self) -> Self {
        let mut all = self.clone();
        RESERVED.into_iter().for_each(|scope| all.insert(scope));
        all
    }

    /// The same set without the reserved scopes. May be empty.
    pub(crate) fn without_reserved(&self) -> Self {
        Self(self.0.iter().filter(|scope| !is_reserved(scope)).cloned().collect())
    }

    /// What a provider or a cache file says, whatever it says: what is no scope is left out.
    pub(crate) fn lenient(scopes: &str) -> Self {
        let mut set = Self(Vec::new());
        for scope in scopes.split_ascii_whitespace().filter(|scope| scope.bytes().all(is_scope_octet)) {
            set.insert(scope);
        }
        set
    }

    pub(crate) fn union(&self, other: &Self) -> Self {
        let mut all = self.clone();
        other.iter().for_each(|scope| all.insert(scope));
        all
    }

    pub(crate) fn intersects(&self, other: &Self) -> bool {
        self.iter().any(|scope| other.contains(scope))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn insert(&mut self, scope: &str) {
        if !self.contains(scope) {
            self.0.push(scope.to_owned());
        }
    }
}

impl fmt::Display for Scopes {
    /// Separated by blanks, as on the wire.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

/// Whether a blank-separated list, as a cache holds it, has every resource scope of `wanted`.
pub(crate) fn list_covers(list: &str, wanted: &Scopes) -> bool {
    wanted
        .iter()
        .filter(|scope| !is_reserved(scope))
        .all(|scope| list.split_ascii_whitespace().any(|one| one.eq_ignore_ascii_case(scope)))
}

fn is_reserved(scope: &str) -> bool {
    scope.eq_ignore_ascii_case("email") || RESERVED.iter().any(|one| one.eq_ignore_ascii_case(scope))
}

/// RFC 6749 section 3.3: `scope-token`.
fn is_scope_octet(octet: u8) -> bool {
    octet.is_ascii_graphic() && octet != b'"' && octet != b'\\'
}
