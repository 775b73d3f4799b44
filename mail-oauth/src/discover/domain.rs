//! The domain of an address, in the form that DNS knows.

use std::fmt;

use crate::error::Error;

/// A domain name of two labels or more, in ASCII and lower case, without a dot at its end.
///
/// ```
/// use mail_oauth::discover::Domain;
///
/// assert_eq!(Domain::of_address("info@B\u{fc}cher.Example")?.as_str(), "xn--bcher-kva.example");
/// assert!(Domain::of_address("info@localhost").is_err());
/// # Ok::<(), mail_oauth::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Domain(String);

impl Domain {
    /// What stands after the last `@`. A name in another script becomes its A-label (RFC 5890).
    ///
    /// # Errors
    /// [`Error::Setting`] without an `@`, for an IP address, and for what is no host name (RFC 1123 section 2.1).
    pub fn of_address(address: &str) -> Result<Self, Error> {
        let Some((local, domain)) = address.trim().rsplit_once('@') else {
            let why = format!("`{}` has no @ and no domain", shown(address));
            return Err(Error::setting("address", why));
        };
        if local.is_empty() {
            return Err(Error::setting("address", format!("`{}` has nothing before the @", shown(address))));
        }
        Domain::new(domain)
    }

    /// A domain by itself.
    ///
    /// # Errors
    /// As [`Domain::of_address`].
    pub fn new(text: &str) -> Result<Self, Error> {
        let wrong = || Error::setting("domain", format!("`{}` is not the domain of an address", shown(text)));
        let trimmed = text.strip_suffix('.').unwrap_or(text);
        let Ok(url::Host::Domain(name)) = url::Host::parse(trimmed) else { return Err(wrong()) };
        let fits = |label: &str| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        if name.len() > 253 || !name.contains('.') || !name.split('.').all(fits) {
            return Err(wrong());
        }
        Ok(Domain(name))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether `host` is `suffix` or lies under it.
pub(crate) fn is_under(host: &str, suffix: &str) -> bool {
    match host.strip_suffix(suffix) {
        Some(before) => before.is_empty() || before.ends_with('.'),
        None => false,
    }
}

/// How much of what somebody else wrote is shown, in characters.
const SHOWN: usize = 80;

/// What somebody else wrote, fit for a terminal: at most 80 characters, none of them a control; dots stand for the rest.
pub(crate) fn shown(text: &str) -> String {
    let rest = if text.chars().nth(SHOWN).is_some() { "..." } else { "" };
    let kept = text.chars().take(SHOWN - rest.len());
    kept.flat_map(char::escape_debug).chain(rest.chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::{Domain, is_under, shown};

    #[test]
    fn what_is_shown_of_others_ends_in_dots_where_it_is_cut() {
        assert_eq!(shown("dns error\r\n"), "dns error\\r\\n");
        assert_eq!(shown(&"x".repeat(80)), "x".repeat(80));
        assert_eq!(shown(&"x".repeat(81)), format!("{}...", "x".repeat(77)));
    }

    #[test]
    fn addresses_have_domains() {
        for (address, domain) in [
            ("adele@contoso.com", Some("contoso.com")),
            (" adele@CONTOSO.com. ", Some("contoso.com")),
            ("\"a@b\"@mail.contoso.co.uk", Some("mail.contoso.co.uk")),
            ("adele", None),
            ("@contoso.com", None),
            ("adele@", None),
            ("adele@contoso", None),
            ("adele@con..toso.com", None),
            ("adele@-x.com", None),
            ("adele@127.0.0.1", None),
            ("adele@[::1]", None),
            ("adele@contoso.com/../x?y", None),
            ("adele@con_toso.com", None),
            ("adele@con\u{0}toso.com", None),
            ("adele@con toso.com", None),
        ] {
            assert_eq!(Domain::of_address(address).ok().as_ref().map(Domain::as_str), domain, "{address:?}");
        }
        assert!(Domain::new(&format!("{}.com", "a".repeat(64))).is_err());
        assert!(Domain::new(&"a.".repeat(130)).is_err());
    }

    #[test]
    fn a_suffix_ends_at_a_dot() {
        assert!(is_under("a.mx.microsoft", "mx.microsoft") && is_under("mx.microsoft", "mx.microsoft"));
        assert!(!is_under("evilmx.microsoft", "mx.microsoft"));
    }
}
