//! The registered application that asks for tokens.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use url::{Url, form_urlencoded};
use zeroize::Zeroizing;

use crate::{Authority, CorrelationId, Error, Limits, Request, Scopes, Secret, authority::is_guid};

/// A client: its id and the authority it is registered with. A public one, unless it is given a secret
/// ([`with_client_secret`](Self::with_client_secret)) or its flows are given an assertion.
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
    /// Shared by the clones that each flow makes.
    authority: Arc<Authority>,
    client_secret: Option<Secret>,
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
        Ok(Self {
            client_id: client_id.to_owned(),
            authority: Arc::new(authority),
            client_secret: None,
            limits: Limits::default(),
        })
    }

    /// Makes it a confidential client, or one of those that have to send a "secret" that is none, as
    /// Google's installed applications. The secret goes with every token request: in the form, or by HTTP
    /// Basic where the provider wants that. Entra refuses a secret of a public client (AADSTS700025).
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for one that is empty, has blanks around it or controls in it, or - with Entra -
    /// looks like the id of a secret instead of its value.
    pub fn with_client_secret(mut self, secret: Secret) -> Result<Self, Error> {
        let text = secret.expose();
        let fault = if text.is_empty() {
            "it is empty"
        } else if text.trim() != text || text.chars().any(char::is_control) {
            "there is a blank or a line end around it, or a control character in it"
        } else if self.authority.is_entra() && is_guid(text) {
            "it looks like the ID of the secret; copy its Value, which the portal shows once, when it is made"
        } else {
            self.client_secret = Some(secret);
            return Ok(self);
        };
        Err(Error::invalid("client secret", fault))
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

    /// Whether it has a client secret.
    pub fn has_client_secret(&self) -> bool {
        self.client_secret.is_some()
    }

    /// The page on which an administrator consents to `scopes` for the whole tenant (Entra). It comes back
    /// to `redirect_uri`, which must be registered, with `admin_consent=True` or an error, and `state`.
    ///
    /// ```
    /// use msal_lite::{Application, Authority, Cloud, Scopes};
    ///
    /// let authority = Authority::entra(Cloud::Public, "contoso.com")?;
    /// let app = Application::new("11112222-3333-4444-5555-666677778888", authority)?;
    /// let scopes = Scopes::parse("https://ps.outlook.com/.default")?;
    /// let page = app.admin_consent_url(&scopes, "https://localhost/consented", "12345")?;
    /// assert!(page.starts_with("https://login.microsoftonline.com/contoso.com/v2.0/adminconsent?client_id=1111"));
    /// # Ok::<(), msal_lite::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] without Entra, for personal accounts (`consumers`), which have no administrator,
    /// and for a `redirect_uri` that is no address.
    pub fn admin_consent_url(
        &self,
        scopes: &Scopes,
        redirect_uri: &str,
        state: &str,
    ) -> Result<String, Error> {
        let page = self.authority.admin_consent_page().ok_or_else(|| {
            Error::invalid("authority", "consent of an administrator is for tenants of Entra only")
        })?;
        if Url::parse(redirect_uri).is_err() {
            return Err(Error::invalid("redirect address", "it is not an address"));
        }
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs([
            ("client_id", self.client_id()),
            ("scope", &scopes.to_string()),
            ("redirect_uri", redirect_uri),
            ("state", state),
        ]);
        Ok(format!("{page}?{}", query.finish()))
    }

    /// A request to the token endpoint, with the proof of who the client is.
    pub(crate) fn token_request(
        &self,
        assertion: Option<&Secret>,
        correlation: &CorrelationId,
        fields: &[(&str, &str)],
    ) -> Request {
        self.request_to(self.authority.token_endpoint(), assertion, correlation, fields)
    }

    /// A request to an endpoint at which the client proves who it is as it does at the token endpoint.
    pub(crate) fn request_to(
        &self,
        endpoint: &str,
        assertion: Option<&Secret>,
        correlation: &CorrelationId,
        fields: &[(&str, &str)],
    ) -> Request {
        let mut all = Vec::with_capacity(fields.len() + 3);
        all.push(("client_id", self.client_id.as_str()));
        all.extend_from_slice(fields);
        let mut authorization = None;
        match (assertion, &self.client_secret) {
            (Some(assertion), _) => all.extend([
                ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                ("client_assertion", assertion.expose()),
            ]),
            (None, Some(secret)) if self.authority.wants_basic() => {
                authorization = Some(basic(&self.client_id, secret.expose()));
            }
            (None, Some(secret)) => all.push(("client_secret", secret.expose())),
            (None, None) => {}
        }
        Request::form(endpoint, correlation, &all).with_authorization(authorization)
    }

    pub(crate) fn client_secret(&self) -> Option<&Secret> {
        self.client_secret.as_ref()
    }
}

/// HTTP Basic with id and secret in form encoding (RFC 6749 section 2.3.1).
fn basic(id: &str, secret: &str) -> Secret {
    let mut pair = Zeroizing::new(String::with_capacity(3 * (id.len() + secret.len()) + 1));
    pair.extend(form_urlencoded::byte_serialize(id.as_bytes()));
    pair.push(':');
    pair.extend(form_urlencoded::byte_serialize(secret.as_bytes()));
    let mut value = String::with_capacity(6 + pair.len().div_ceil(3) * 4);
    value.push_str("Basic ");
    STANDARD.encode_string(pair.as_bytes(), &mut value);
    Secret::new(value)
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
