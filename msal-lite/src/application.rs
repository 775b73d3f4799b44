//! The registered application that asks for tokens.

use crate::{Authority, Error, Limits, authority::is_guid};

/// A public client: its id and the authority it is registered with.
///
/// ```
/// use msal_lite::{Application, Authority, Cloud};
///
/// let authority = Authority::entra(Cloud::Public, "organizations")?;
/// let app = Application::new("11112222-3333-4444-5555-666677778888", authority.clone())?;
///
/// let error = Application::new("user@contoso.com", authority).unwrap_err();
/// assert!(error.to_string().contains("an e-mail address"));
/// # Ok::<(), msal_lite::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    client_id: String,
    authority: Authority,
    limits: Limits,
}

impl Application {
    /// Joins a client id and an authority.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for a client id that is empty, an e-mail address, a placeholder, or - with
    /// Entra - not a GUID.
    pub fn new(client_id: &str, authority: Authority) -> Result<Self, Error> {
        check_client_id(client_id, authority.is_entra())?;
        Ok(Self { client_id: client_id.to_owned(), authority, limits: Limits::default() })
    }

    /// Sets other limits on what the provider may send.
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The client id.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The authority.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// The limits.
    pub fn limits(&self) -> Limits {
        self.limits
    }
}

fn check_client_id(id: &str, entra: bool) -> Result<(), Error> {
    let advice = "copy the \"Application (client) ID\" from the overview page of the app registration";
    let fault = if id.is_empty() {
        "it is empty".to_owned()
    } else if id.contains('@') {
        "it is an e-mail address".to_owned()
    } else if is_placeholder(id) {
        format!("\"{}\" is a placeholder", crate::text::shown(id))
    } else if !id.bytes().all(|octet| octet.is_ascii_graphic()) {
        "it holds a blank or a character that no client id has".to_owned()
    } else if entra && !is_guid(id) {
        format!("\"{}\" does not look like 11112222-3333-4444-5555-666677778888", crate::text::shown(id))
    } else {
        return Ok(());
    };
    Err(Error::invalid("client id", if entra { format!("{fault}; {advice}") } else { fault }))
}

fn is_placeholder(id: &str) -> bool {
    let lower = id.to_ascii_lowercase();
    lower.starts_with('<')
        || lower.starts_with('{')
        || lower.starts_with("your")
        || lower.contains("client-id")
        || lower.contains("client_id")
        || lower.starts_with("xxxx")
        || id.bytes().all(|octet| octet == b'0' || octet == b'-')
}
