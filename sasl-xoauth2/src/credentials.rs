//! What is sent, checked when it is made.

use core::fmt;

use crate::{Error, Field};

/// A user and the token for it, borrowed and known to be sendable.
///
/// `Debug` shows the user and hides the token.
///
/// ```
/// use sasl_xoauth2::{Credentials, Error, Field};
///
/// # fn main() -> Result<(), Error> {
/// let credentials = Credentials::new("user@example.com", "ya29.token")?.with_host("imap.example.com")?.with_port(993);
/// assert!(!format!("{credentials:?}").contains("ya29"));
///
/// // A token read from a file with its line end.
/// let error = Credentials::new("user@example.com", "ya29.token\n").unwrap_err();
/// assert_eq!(error, Error::Forbidden { field: Field::Token, what: "a line end", position: 10 });
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Credentials<'a> {
    user: &'a str,
    token: &'a str,
    host: Option<&'a str>,
    port: Option<u16>,
}

impl<'a> Credentials<'a> {
    /// Takes a user name (UTF-8, no control characters: 0x01 and NUL would end a field, CR and LF a
    /// line) and an access token (visible ASCII only, RFC 6750 section 2.1 taken generously: opaque
    /// tokens hold characters beyond `b64token`, but never blanks or controls).
    ///
    /// # Errors
    ///
    /// [`Error::Empty`] and [`Error::Forbidden`], with the position and without the value.
    pub fn new(user: &'a str, token: &'a str) -> Result<Self, Error> {
        check_text(Field::User, user)?;
        check_visible_ascii(Field::Token, token)?;
        Ok(Self { user, token, host: None, port: None })
    }

    /// Names the host that the client connected to: the `host` key of OAUTHBEARER, unused by XOAUTH2.
    ///
    /// # Errors
    ///
    /// [`Error::Empty`] and [`Error::Forbidden`]: visible ASCII only (an internationalized name goes in
    /// its `xn--` form).
    pub fn with_host(mut self, host: &'a str) -> Result<Self, Error> {
        check_visible_ascii(Field::Host, host)?;
        self.host = Some(host);
        Ok(self)
    }

    /// Names the port that the client connected to: the `port` key of OAUTHBEARER, unused by XOAUTH2.
    pub fn with_port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// The user name.
    pub fn user(&self) -> &'a str {
        self.user
    }

    pub(crate) fn token(&self) -> &'a str {
        self.token
    }

    pub(crate) fn host(&self) -> Option<&'a str> {
        self.host
    }

    pub(crate) fn port(&self) -> Option<u16> {
        self.port
    }
}

impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("user", &self.user)
            .field("token", &format_args!("[redacted]"))
            .field("host", &self.host)
            .field("port", &self.port)
            .finish()
    }
}

/// A value that ends up in a line of text: any UTF-8 but controls.
pub(crate) fn check_text(field: Field, text: &str) -> Result<(), Error> {
    check(field, text, |c| c.is_control().then(|| class(c)))
}

/// A token or a host name: 0x21 to 0x7E.
pub(crate) fn check_visible_ascii(field: Field, text: &str) -> Result<(), Error> {
    // Without a branch in it, the loop takes many octets at a time; only a fault is looked for one by one.
    let good = text.bytes().fold(true, |good, octet| good & octet.is_ascii_graphic());
    if good && !text.is_empty() {
        return Ok(());
    }
    check(field, text, |c| (!c.is_ascii_graphic()).then(|| class(c)))
}

fn check(field: Field, text: &str, fault: impl Fn(char) -> Option<&'static str>) -> Result<(), Error> {
    if text.is_empty() {
        return Err(Error::Empty(field));
    }
    match text.char_indices().find_map(|(position, c)| fault(c).map(|what| (position, what))) {
        Some((position, what)) => Err(Error::Forbidden { field, what, position }),
        None => Ok(()),
    }
}

fn class(c: char) -> &'static str {
    match c {
        '\r' | '\n' => "a line end",
        '\0' => "a NUL",
        '\u{1}' => "the separator 0x01",
        ' ' | '\t' => "a blank",
        c if c.is_control() => "a control character",
        _ => "a character beyond ASCII",
    }
}
