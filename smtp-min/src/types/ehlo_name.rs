//! The name that a client gives itself.

use core::net::IpAddr;
use std::fmt;

use crate::Error;

/// The argument of `EHLO`: a host name or an address literal (RFC 5321 section 4.1.1.1).
///
/// ```
/// use smtp_min::EhloName;
///
/// assert_eq!(EhloName::new("laptop.example.org")?.as_str(), "laptop.example.org");
/// assert_eq!(EhloName::from(std::net::IpAddr::from([192, 0, 2, 1])).as_str(), "[192.0.2.1]");
/// assert!(EhloName::new("laptop\r\nMAIL").is_err());
/// # Ok::<(), smtp_min::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EhloName(String);

impl EhloName {
    /// Checks a name: 1 to 255 of letters, digits and `. - _ : [ ]`. A name beyond ASCII is given in its `xn--` form.
    ///
    /// # Errors
    /// [`Error::Invalid`].
    pub fn new(name: impl Into<String>) -> Result<EhloName, Error> {
        let name = name.into();
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
        if (1..=255).contains(&name.len()) && name.bytes().all(allowed) {
            Ok(EhloName(name))
        } else {
            Err(Error::Invalid {
                what: "the name for EHLO",
                why: "it has 1 to 255 letters, digits and . - _ : [ ]",
            })
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<IpAddr> for EhloName {
    /// The address literal, for a client without a host name.
    fn from(address: IpAddr) -> Self {
        EhloName(match address {
            IpAddr::V4(v4) => format!("[{v4}]"),
            IpAddr::V6(v6) => format!("[IPv6:{v6}]"),
        })
    }
}

impl fmt::Display for EhloName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
