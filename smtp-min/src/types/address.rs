//! Mail addresses.

use std::fmt;
use std::str::FromStr;

use crate::Error;

/// The longest path without its angle brackets (RFC 5321 section 4.5.3.1.3).
const LONGEST: usize = 254;

/// A mail address that can stand in `MAIL FROM:<>` and `RCPT TO:<>` and do nothing else there (RFC 5321 section 4.1.2,
/// RFC 6531 section 3.3).
///
/// No control character, no `<` and no `>` is ever in it, and no space outside of a quoted local part.
///
/// ```
/// use smtp_min::Address;
///
/// assert!(Address::new("ann@example.org").is_ok());
/// assert!(Address::new("\"ann b\"@[192.0.2.1]").is_ok());
/// assert!(Address::new("j\u{fc}rgen@example.org")?.needs_smtputf8());
/// assert!(Address::new("ann@example.org>\r\nDATA").is_err());
/// # Ok::<(), smtp_min::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address(String);

impl Address {
    /// Checks an address.
    ///
    /// # Errors
    /// [`Error::Invalid`], with what is wrong.
    pub fn new(address: impl Into<String>) -> Result<Address, Error> {
        let address = address.into();
        match check(&address) {
            Ok(()) => Ok(Address(address)),
            Err(why) => Err(Error::Invalid { what: "a mail address", why }),
        }
    }

    /// The address, without angle brackets.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it can be sent to servers with `SMTPUTF8` only.
    #[must_use]
    pub fn needs_smtputf8(&self) -> bool {
        !self.0.is_ascii()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Address {
    type Err = Error;

    fn from_str(address: &str) -> Result<Self, Error> {
        Address::new(address)
    }
}

fn check(address: &str) -> Result<(), &'static str> {
    if address.len() > LONGEST {
        return Err("it has more than 254 octets");
    }
    // Also in quotes, and of spaces only the one of ASCII.
    if address.chars().any(|c| c.is_control() || matches!(c, '<' | '>') || is_odd_space(c)) {
        return Err("it has a control character, an angle bracket or a space beyond ASCII");
    }
    let (local, domain) = address.rsplit_once('@').ok_or("it has no @")?;
    match local.strip_prefix('"') {
        Some(quoted) => check_quoted(quoted)?,
        None if local.is_empty() => return Err("it has nothing before the @"),
        None if !local.chars().all(is_atom) => return Err("its local part needs quotes"),
        None => {}
    }
    check_domain(domain)
}

/// `Quoted-string` behind its first quote. Dots and lengths are not looked at: servers hand out addresses that break
/// those rules.
fn check_quoted(quoted: &str) -> Result<(), &'static str> {
    let mut characters = quoted.chars();
    loop {
        match characters.next() {
            Some('"') if characters.as_str().is_empty() => return Ok(()),
            Some('"') | None => return Err("its quotes are not closed at the end of the local part"),
            Some('\\') if characters.next().is_none() => return Err("its quotes are not closed"),
            Some(_) => {}
        }
    }
}

/// `atext` and the dot, and what RFC 6531 adds.
fn is_atom(character: char) -> bool {
    character.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(character) || is_utf8_text(character)
}

fn check_domain(domain: &str) -> Result<(), &'static str> {
    let literal = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let ok = match literal {
        Some(inside) => {
            !inside.is_empty()
                && inside.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '-'))
        }
        None => {
            !domain.is_empty()
                && !domain.starts_with(['-', '.'])
                && domain
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') || is_utf8_text(c))
        }
    };
    if ok { Ok(()) } else { Err("its domain is not a domain") }
}

/// Beyond ASCII all but what looks like a space.
fn is_utf8_text(character: char) -> bool {
    !character.is_ascii() && !is_odd_space(character)
}

/// U+0085, U+2028 and their kind end lines in some programs.
fn is_odd_space(character: char) -> bool {
    !character.is_ascii() && character.is_whitespace()
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn good_ones() {
        for good in [
            "ann@example.org",
            "a.b+c=d@sub.example.org",
            "a..b.@docomo.example",
            "\"a b\"@example.org",
            "\"a\\\"b@c\"@example.org",
            "\"\"@example.org",
            "ann@[192.0.2.1]",
            "ann@[IPv6:2001:db8::1]",
            "\u{4f8b}@\u{4f8b}.jp",
            "ann@localhost",
        ] {
            assert!(Address::new(good).is_ok(), "{good}");
        }
        assert!(Address::new(format!("{}@example.org", "a".repeat(242))).is_ok());
    }

    #[test]
    fn bad_ones() {
        for bad in [
            "",
            "ann",
            "@example.org",
            "ann@",
            "a b@example.org",
            "a@b@example.org",
            "ann@exam ple.org",
            "ann@example.org ",
            "<ann@example.org>",
            "\"a>b\"@example.org",
            "\"a\"b@example.org",
            "\"a@example.org",
            "\"a\\\"@example.org",
            "ann@example.org\r\nRCPT TO:<x@y>",
            "ann@example.org\n",
            "a\0b@example.org",
            "a\u{85}b@example.org",
            "a\u{2028}b@example.org",
            "\"a\u{2028}b\"@example.org",
            "ann@-example.org",
            "ann@[]",
            "ann@[1 2]",
            "ann@example.org> SIZE=1",
        ] {
            assert!(Address::new(bad).is_err(), "{}", bad.escape_debug());
        }
        assert!(Address::new(format!("{}@example.org", "a".repeat(243))).is_err());
    }
}
