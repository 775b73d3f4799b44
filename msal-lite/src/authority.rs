//! Who gives tokens, and where.

use url::Url;

use crate::Error;

/// A token issuer: its address, its tenant and its endpoints. Entra's are known by template, so that no
/// discovery request is made.
///
/// ```
/// use msal_lite::{Authority, Cloud};
///
/// let authority = Authority::entra(Cloud::Public, "contoso.com")?;
/// assert_eq!(authority.token_endpoint(), "https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token");
///
/// // Any other host with Entra's layout, such as a simulated tenant.
/// let authority = Authority::parse("https://localhost:8443/contoso.com")?;
/// assert_eq!(authority.token_endpoint(), "https://localhost:8443/contoso.com/oauth2/v2.0/token");
///
/// assert!(Authority::parse("http://login.microsoftonline.com/common").is_err());
/// # Ok::<(), msal_lite::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    kind: Kind,
    origin: String,
    issuer: String,
    environment: String,
    tenant: String,
    token_endpoint: String,
    authorization_endpoint: Option<String>,
    device_endpoint: Option<String>,
    particulars: Particulars,
}

/// What a provider does in a way of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Particulars {
    /// Sent with every authorization request.
    pub(crate) authorize: &'static [(&'static str, &'static str)],
    /// The client secret goes by HTTP Basic instead of in the form.
    pub(crate) basic: bool,
    /// The answer of the sign-in page has to name its issuer (RFC 9207 section 2.3).
    pub(crate) issuer_in_answer: bool,
}

/// Which addresses tokens may travel to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Addresses {
    Https,
    /// For tests.
    LoopbackHttp,
}

impl Addresses {
    pub(crate) fn check(self, what: &'static str, address: &str) -> Result<Url, Error> {
        match self {
            Self::Https => https(what, address),
            Self::LoopbackHttp => loopback_http(what, address),
        }
    }
}

/// A cloud of Microsoft's. Each has its own accounts, and its own mail hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cloud {
    /// The one that nearly everyone uses.
    Public,
    /// US Government (GCC High and DoD).
    UsGovernment,
    /// China, operated by 21Vianet.
    China,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Entra,
    Other,
}

/// Hosts that are one and the same issuer to a token cache, the one to send requests to first.
const ALIASES: [&[&str]; 3] = [
    &["login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"],
    &["login.microsoftonline.us", "login.usgovcloudapi.net"],
    &["login.partner.microsoftonline.cn", "login.chinacloudapi.cn"],
];

/// The tenant of all personal Microsoft accounts.
pub(crate) const PERSONAL_TENANT: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

impl Authority {
    /// A tenant of a Microsoft cloud: a tenant id, a verified domain, or `organizations` (work accounts),
    /// `consumers` (personal accounts), `common` (both).
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for a tenant that is none of these.
    pub fn entra(cloud: Cloud, tenant: &str) -> Result<Self, Error> {
        let host = match cloud {
            Cloud::Public => "login.microsoftonline.com",
            Cloud::UsGovernment => "login.microsoftonline.us",
            Cloud::China => "login.partner.microsoftonline.cn",
        };
        Self::entra_at(&format!("https://{host}"), host, tenant)
    }

    /// `https://{host}/{tenant}` with Entra's endpoints under it, on any host.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for anything but https, for a user, query or fragment in the address, and for a
    /// path that is not one tenant.
    pub fn parse(address: &str) -> Result<Self, Error> {
        Self::parse_url(&https("authority", address)?)
    }

    /// As [`parse`](Self::parse), over plain http to this machine: for a simulated tenant without a
    /// certificate. Whoever can listen on the loopback interface reads the tokens.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse); and for any host but `localhost`, `127.0.0.0/8` and `[::1]`.
    pub fn dangerous_parse_loopback_http(address: &str) -> Result<Self, Error> {
        Self::parse_url(&loopback_http("authority", address)?)
    }

    fn parse_url(url: &Url) -> Result<Self, Error> {
        let mut segments = url.path_segments().into_iter().flatten();
        let tenant = segments.next().unwrap_or_default();
        if segments.any(|segment| !segment.is_empty()) {
            return Err(Error::invalid("authority", "the path must be one tenant: https://host/tenant"));
        }
        let host = url.host_str().unwrap_or_default();
        Self::entra_at(&url.origin().ascii_serialization(), host, tenant)
    }

    /// Any OAuth 2.0 provider by its addresses. `issuer` names it (in the cache by its host). No Entra
    /// parameter and no reserved scope is sent to such a provider.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for an address that is not https.
    pub fn with_endpoints(issuer: &str, token: &str, device: Option<&str>) -> Result<Self, Error> {
        Self::with_endpoints_over(Addresses::Https, issuer, token, device)
    }

    pub(crate) fn with_endpoints_over(
        addresses: Addresses,
        issuer: &str,
        token: &str,
        device: Option<&str>,
    ) -> Result<Self, Error> {
        let url = addresses.check("issuer", issuer)?;
        let token = addresses.check("token endpoint", token)?;
        let device =
            device.map(|device| addresses.check("device authorization endpoint", device)).transpose()?;
        Ok(Self {
            kind: Kind::Other,
            origin: url.origin().ascii_serialization(),
            environment: url.host_str().unwrap_or_default().to_owned(),
            // As it was given: an issuer is compared octet by octet, and some end in a slash.
            issuer: issuer.to_owned(),
            tenant: String::new(),
            token_endpoint: token.into(),
            authorization_endpoint: None,
            device_endpoint: device.map(String::from),
            particulars: Particulars::default(),
        })
    }

    /// Adds where a person signs in with a browser (RFC 6749 section 3.1).
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for an address that is not https.
    pub fn with_authorization_endpoint(self, address: &str) -> Result<Self, Error> {
        self.with_authorization_endpoint_over(Addresses::Https, address)
    }

    pub(crate) fn with_authorization_endpoint_over(
        mut self,
        addresses: Addresses,
        address: &str,
    ) -> Result<Self, Error> {
        self.authorization_endpoint = Some(addresses.check("authorization endpoint", address)?.into());
        Ok(self)
    }

    /// What the authority calls itself (RFC 8414 section 2).
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The host, without port: what a cache calls `environment`.
    pub fn environment(&self) -> &str {
        &self.environment
    }

    /// The tenant as it was given; empty for a provider without tenants.
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    /// Where tokens are asked for.
    pub fn token_endpoint(&self) -> &str {
        &self.token_endpoint
    }

    /// Where a device code is asked for, if the provider has such a place.
    pub fn device_endpoint(&self) -> Option<&str> {
        self.device_endpoint.as_deref()
    }

    /// Where a person signs in with a browser, if that is known.
    pub fn authorization_endpoint(&self) -> Option<&str> {
        self.authorization_endpoint.as_deref()
    }

    /// The cloud of Microsoft's whose tokens it gives; `None` for any other issuer. The host of the token endpoint
    /// decides, by whatever name, and not what the authority calls itself.
    ///
    /// ```
    /// use msal_lite::{Authority, Cloud};
    ///
    /// assert_eq!(Authority::parse("https://login.windows.net/contoso.com")?.cloud(), Some(Cloud::Public));
    /// assert_eq!(Authority::parse("https://localhost:8443/contoso.com")?.cloud(), None);
    /// # Ok::<(), msal_lite::Error>(())
    /// ```
    pub fn cloud(&self) -> Option<Cloud> {
        let host = self.token_host();
        // Each region of the public cloud has a name below this one.
        let is_region = host.ends_with(".login.microsoft.com");
        match canonical_environment(&host) {
            "login.microsoftonline.com" => Some(Cloud::Public),
            "login.microsoftonline.us" => Some(Cloud::UsGovernment),
            "login.partner.microsoftonline.cn" => Some(Cloud::China),
            _ => is_region.then_some(Cloud::Public),
        }
    }

    /// The host that tokens come from, in small letters.
    pub(crate) fn token_host(&self) -> String {
        let host = Url::parse(&self.token_endpoint).ok().and_then(|url| url.host_str().map(str::to_owned));
        host.unwrap_or_default().trim_end_matches('.').to_ascii_lowercase()
    }

    pub(crate) fn with_particulars(mut self, particulars: Particulars) -> Self {
        self.particulars = particulars;
        self
    }

    pub(crate) fn particulars(&self) -> Particulars {
        self.particulars
    }

    pub(crate) fn is_entra(&self) -> bool {
        self.kind == Kind::Entra
    }

    /// Whether it stands for more than one tenant.
    pub(crate) fn is_shared(&self) -> bool {
        matches!(self.tenant.as_str(), "common" | "organizations" | "consumers")
    }

    pub(crate) fn wants_basic(&self) -> bool {
        self.particulars.basic
    }

    pub(crate) fn admin_consent_page(&self) -> Option<String> {
        (self.is_entra() && self.tenant != "consumers")
            .then(|| format!("{}/{}/v2.0/adminconsent", self.origin, self.tenant))
    }

    /// Where Entra says whether it checks a user's password itself.
    pub(crate) fn user_realm(&self, username: &str) -> String {
        let mut url = format!("{}/common/userrealm/", self.origin);
        url.extend(url::form_urlencoded::byte_serialize(username.as_bytes()));
        // A blank in a path is not a plus sign.
        url.replace('+', "%20") + "?api-version=1.0"
    }

    /// Whether `issuer`, from the answer of a sign-in page, is this authority (RFC 9207 section 2.4).
    /// Entra names the tenant by its id, whatever it was asked for.
    pub(crate) fn is_issuer(&self, issuer: &str) -> bool {
        if !self.is_entra() {
            return issuer == self.issuer;
        }
        let Ok(url) = Url::parse(issuer) else { return false };
        let segments: Vec<&str> = url.path_segments().into_iter().flatten().collect();
        let [tenant, "v2.0"] = segments.as_slice() else { return false };
        let tenant_fits = !is_guid(&self.tenant) || tenant.eq_ignore_ascii_case(&self.tenant);
        let host = url.host_str().unwrap_or_default();
        let at_home = url.origin().ascii_serialization() == self.origin
            || (url.scheme() == "https" && url.port().is_none() && same_environment(host, &self.environment));
        tenant_fits && at_home
    }

    fn entra_at(origin: &str, host: &str, tenant: &str) -> Result<Self, Error> {
        let is_tenant_octet = |octet: u8| octet.is_ascii_alphanumeric() || octet == b'-' || octet == b'.';
        let is_word = matches!(tenant, "common" | "organizations" | "consumers");
        if !tenant.bytes().all(is_tenant_octet) || !(is_word || is_guid(tenant) || is_domain(tenant)) {
            let reason = format!(
                "\"{}\" is not a tenant: give the tenant id, a domain of it, organizations, consumers or common",
                crate::text::shown(tenant)
            );
            return Err(Error::invalid("authority", reason));
        }
        Ok(Self {
            kind: Kind::Entra,
            origin: origin.to_owned(),
            issuer: format!("{origin}/{tenant}/v2.0"),
            environment: host.to_ascii_lowercase(),
            tenant: tenant.to_owned(),
            token_endpoint: format!("{origin}/{tenant}/oauth2/v2.0/token"),
            authorization_endpoint: Some(format!("{origin}/{tenant}/oauth2/v2.0/authorize")),
            device_endpoint: Some(format!("{origin}/{tenant}/oauth2/v2.0/devicecode")),
            particulars: Particulars::default(),
        })
    }
}

/// Whether two hosts are the same issuer to a token cache.
pub(crate) fn same_environment(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
        || canonical_environment(one).eq_ignore_ascii_case(canonical_environment(other))
}

/// The first of a host's aliases, or the host itself.
pub(crate) fn canonical_environment(host: &str) -> &str {
    let set = ALIASES.iter().find(|set| set.iter().any(|alias| alias.eq_ignore_ascii_case(host)));
    set.and_then(|set| set.first()).unwrap_or(&host)
}

/// 8-4-4-4-12 hexadecimal digits.
pub(crate) fn is_guid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
        && parts.iter().all(|part| part.bytes().all(|octet| octet.is_ascii_hexdigit()))
}

/// A name with a dot and nothing empty around it.
fn is_domain(text: &str) -> bool {
    text.contains('.') && text.split('.').all(|label| !label.is_empty())
}

/// An address that tokens may travel to.
fn https(what: &'static str, address: &str) -> Result<Url, Error> {
    let url = plain_url(what, address)?;
    if url.scheme() != "https" {
        return Err(Error::invalid(what, "only https is allowed, because tokens travel on it"));
    }
    Ok(url)
}

fn loopback_http(what: &'static str, address: &str) -> Result<Url, Error> {
    let url = plain_url(what, address)?;
    let loopback = match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    if url.scheme() != "http" || !loopback {
        return Err(Error::invalid(
            what,
            "plain http is for this machine only, such as http://127.0.0.1:8080",
        ));
    }
    Ok(url)
}

fn plain_url(what: &'static str, address: &str) -> Result<Url, Error> {
    let url = Url::parse(address).map_err(|error| {
        Error::invalid(what, format!("\"{}\" is not an address: {error}", crate::text::shown(address)))
    })?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::invalid(what, "an address with a user name or password in it"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Error::invalid(what, "an address with ? or # in it"));
    }
    Ok(url)
}
