//! The client's message as a server reads it.

use alloc::borrow::Cow;
use core::fmt;

use crate::{Error, Field, Mechanism, credentials, saslname};

/// The client's message, taken apart: for servers and for tests.
///
/// `Debug` hides the token; [`token`](Self::token) gives it.
///
/// ```
/// use sasl_xoauth2::{ClientMessage, Mechanism};
///
/// let message = b"n,a=user=2Cname@example.com,\x01host=imap.example.com\x01port=993\x01auth=Bearer t0ken\x01\x01";
/// let message = ClientMessage::parse(Mechanism::OAuthBearer, message)?;
/// assert_eq!(message.user(), Some("user,name@example.com"));
/// assert_eq!(message.token(), "t0ken");
/// assert_eq!((message.host(), message.port()), (Some("imap.example.com"), Some(993)));
/// # Ok::<(), sasl_xoauth2::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ClientMessage<'a> {
    user: Option<Cow<'a, str>>,
    token: &'a str,
    host: Option<&'a str>,
    port: Option<u16>,
}

impl<'a> ClientMessage<'a> {
    /// Parses a whole message, after base64. Unknown keys are passed over (RFC 7628 section 3.1); a key
    /// that is given twice is refused, because two readers would differ about it.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] says what is missing or wrong; [`Error::Empty`] and [`Error::Forbidden`] as in
    /// [`Credentials::new`](crate::Credentials::new).
    pub fn parse(mechanism: Mechanism, message: &'a [u8]) -> Result<Self, Error> {
        let malformed = |what| Error::Malformed { mechanism, what };
        let message = core::str::from_utf8(message).map_err(|_| malformed("not UTF-8"))?;
        let body = message.strip_suffix("\u{1}\u{1}").ok_or(malformed("does not end in two 0x01"))?;

        let mut pairs = body.split('\u{1}');
        let mut user = match mechanism {
            Mechanism::XOAuth2 => None,
            Mechanism::OAuthBearer => gs2_user(pairs.next().unwrap_or_default()).map_err(malformed)?,
        };
        let (mut auth, mut host, mut port) = (None, None, None);
        for pair in pairs {
            let (key, value) = pair.split_once('=').ok_or(malformed("a field without a value"))?;
            let twice = match key {
                "user" if mechanism == Mechanism::XOAuth2 => user.replace(Cow::Borrowed(value)).is_some(),
                "auth" => auth.replace(value).is_some(),
                "host" => host.replace(value).is_some(),
                "port" => {
                    port.replace(value.parse().map_err(|_| malformed("the port is not a number"))?).is_some()
                }
                _ if key.is_empty() || !key.bytes().all(|octet| octet.is_ascii_alphabetic()) => {
                    return Err(malformed("a key that is not letters"));
                }
                _ => false,
            };
            if twice {
                return Err(malformed("a key given twice"));
            }
        }

        if mechanism == Mechanism::XOAuth2 && user.is_none() {
            return Err(malformed("no user"));
        }
        if let Some(user) = &user {
            credentials::check_text(Field::User, user)?;
        }
        if let Some(host) = host {
            credentials::check_visible_ascii(Field::Host, host)?;
        }
        let token = bearer(auth.ok_or(malformed("no auth key"))?).ok_or(malformed("auth is not Bearer"))?;
        credentials::check_visible_ascii(Field::Token, token)?;
        Ok(Self { user, token, host, port })
    }

    /// The user that the client wants to be. `None` only for an OAUTHBEARER message without `a=`: the
    /// server takes the user from the token then.
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// The access token: a secret.
    pub fn token(&self) -> &'a str {
        self.token
    }

    /// The host that the client says it connected to.
    pub fn host(&self) -> Option<&'a str> {
        self.host
    }

    /// The port that the client says it connected to.
    pub fn port(&self) -> Option<u16> {
        self.port
    }
}

impl fmt::Debug for ClientMessage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientMessage")
            .field("user", &self.user)
            .field("token", &format_args!("[redacted]"))
            .field("host", &self.host)
            .field("port", &self.port)
            .finish()
    }
}

/// gs2-header of RFC 5801 section 4 without channel binding: `n,` or `y,`, an optional `a=` name, `,`.
fn gs2_user(header: &str) -> Result<Option<Cow<'_, str>>, &'static str> {
    let rest = header
        .strip_prefix("n,")
        .or_else(|| header.strip_prefix("y,"))
        .ok_or("the GS2 header does not begin with n, or y,")?;
    let name = rest.strip_suffix(',').ok_or("the GS2 header does not end in a comma")?;
    if name.is_empty() {
        return Ok(None);
    }
    let name = name.strip_prefix("a=").ok_or("the GS2 header holds something else than a=")?;
    saslname::unescape(name).map(Some).ok_or("the name in the GS2 header is not a saslname")
}

/// The token of `Bearer token`; the scheme in any case (RFC 9110 section 11.1).
fn bearer(auth: &str) -> Option<&str> {
    let (scheme, token) = auth.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_start_matches(' '))
}
