//! Delivery reports on demand (RFC 3461).

use std::fmt::{self, Write as _};

use crate::{Address, Error};

/// What a report about a failure brings back of the message (`RET`, RFC 3461 section 4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Return {
    /// `RET=FULL`: the whole message.
    Full,
    /// `RET=HDRS`: its headers.
    Headers,
}

impl Return {
    pub(crate) fn keyword(self) -> &'static str {
        match self {
            Return::Full => "FULL",
            Return::Headers => "HDRS",
        }
    }
}

/// When a report about a recipient is wanted (`NOTIFY`, RFC 3461 section 4.1). None of them is `NOTIFY=NEVER`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Notify {
    /// The message was delivered.
    pub success: bool,
    /// The message cannot be delivered.
    pub failure: bool,
    /// The message is late.
    pub delay: bool,
}

impl Notify {
    /// `NOTIFY=NEVER`.
    pub const NEVER: Notify = Notify { success: false, failure: false, delay: false };
}

impl fmt::Display for Notify {
    /// The value of the parameter.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Notify::NEVER {
            return f.write_str("NEVER");
        }
        let named = [(self.success, "SUCCESS"), (self.failure, "FAILURE"), (self.delay, "DELAY")];
        let mut comma = "";
        for (_, name) in named.into_iter().filter(|(wanted, _)| *wanted) {
            write!(f, "{comma}{name}")?;
            comma = ",";
        }
        Ok(())
    }
}

/// A name for a message that its reports bring back (`ENVID`, RFC 3461 section 4.4).
///
/// ```
/// use smtp_min::EnvelopeId;
///
/// assert_eq!(EnvelopeId::new("QQ 314159=")?.encoded(), "QQ+20314159+3D");
/// assert!(EnvelopeId::new("a\r\nRSET").is_err());
/// # Ok::<(), smtp_min::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EnvelopeId(String);

impl EnvelopeId {
    /// Checks and encodes a name: printable ASCII and spaces, at most 100 octets when it is encoded.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub fn new(name: &str) -> Result<EnvelopeId, Error> {
        let printable = name.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
        let encoded = xtext(name);
        if name.is_empty() || !printable || encoded.len() > 100 {
            let why = "it has 1 to 100 octets of printable ASCII, more of + and = and spaces being counted";
            return Err(Error::Invalid { what: "an envelope id", why });
        }
        Ok(EnvelopeId(encoded))
    }

    /// As it goes out (`xtext`, RFC 3461 section 4).
    #[must_use]
    pub fn encoded(&self) -> &str {
        &self.0
    }
}

/// Whom a message was first meant for, as a report is to name them (`ORCPT`, RFC 3461 section 4.2, RFC 6533 section 3).
///
/// ```
/// use smtp_min::{Address, OriginalRecipient};
///
/// let plus = Address::new("ann+mail@example.org")?;
/// assert_eq!(OriginalRecipient::new(&plus)?.encoded(), "rfc822;ann+2Bmail@example.org");
/// let utf8 = Address::new("b\u{fc}ro@example.org")?;
/// assert_eq!(OriginalRecipient::new(&utf8)?.encoded(), "utf-8;b\\x{FC}ro@example.org");
/// # Ok::<(), smtp_min::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OriginalRecipient(String);

/// The most characters of an original recipient, its type included (RFC 3461 section 4.2).
const LONGEST_RECIPIENT: usize = 500;

impl OriginalRecipient {
    /// Encodes an address. Each character beyond ASCII takes six to ten then, so that one of the longest addresses may
    /// pass 500 characters.
    ///
    /// # Errors
    /// [`Error::TooLong`] for more than 500 characters (RFC 3461 section 4.2).
    pub fn new(address: &Address) -> Result<OriginalRecipient, Error> {
        let encoded = encoded(address.as_str());
        if encoded.len() > LONGEST_RECIPIENT {
            return Err(Error::TooLong { what: "an original recipient", limit: LONGEST_RECIPIENT });
        }
        Ok(OriginalRecipient(encoded))
    }

    /// As it goes out: the type of the address, and the address encoded. It is ASCII whatever the address is.
    #[must_use]
    pub fn encoded(&self) -> &str {
        &self.0
    }
}

/// The type and the address (RFC 3461 section 4.2; `utf-8-addr-xtext` of RFC 6533 section 3).
fn encoded(address: &str) -> String {
    if address.is_ascii() {
        return format!("rfc822;{}", xtext(address));
    }
    let mut encoded = String::from("utf-8;");
    for character in address.chars() {
        if character.is_ascii_graphic() && !matches!(character, '+' | '=' | '\\') {
            encoded.push(character);
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "\\x{{{:X}}}", u32::from(character));
        }
    }
    encoded
}

/// `xtext`: `+`, `=` and what is no printable ASCII as `+` and two digits.
fn xtext(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_graphic() && !matches!(byte, b'+' | b'=') {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "+{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::{EnvelopeId, Notify, OriginalRecipient};
    use crate::Address;

    #[test]
    fn when() {
        let all = Notify { success: true, failure: true, delay: true };
        assert_eq!(all.to_string(), "SUCCESS,FAILURE,DELAY");
        assert_eq!(Notify { delay: true, ..Notify::NEVER }.to_string(), "DELAY");
        assert_eq!(Notify::NEVER.to_string(), "NEVER");
    }

    #[test]
    fn ids() {
        assert_eq!(EnvelopeId::new("QQ314159").unwrap().encoded(), "QQ314159");
        assert!(EnvelopeId::new(&"a".repeat(100)).is_ok());
        for bad in ["", "\u{e4}", "a\tb", "\0", "a\n", &"a".repeat(101), &"=".repeat(34)] {
            assert!(EnvelopeId::new(bad).is_err(), "{}", bad.escape_debug());
        }
    }
    #[test]
    fn an_original_recipient_has_at_most_500_characters() {
        for (character, most) in [("\u{fc}", 80), ("\u{1f4e7}", 53), ("+", 161)] {
            let of = |count: usize| {
                let address = Address::new(format!("{}@x.example", character.repeat(count))).unwrap();
                OriginalRecipient::new(&address)
            };
            assert!(of(most).is_ok_and(|original| original.encoded().len() <= 500), "{character}");
            assert!(of(most + 1).is_err(), "{character}");
        }
    }
}
