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
    environment: String,
    tenant: String,
    token_endpoint: String,
    device_endpoint: Option<String>,
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
        let url = https("authority", address)?;
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
        let issuer = https("issuer", issuer)?;
        let token = https("token endpoint", token)?;
        let device = device.map(|device| https("device authorization endpoint", device)).transpose()?;
        Ok(Self {
            kind: Kind::Other,
            environment: issuer.host_str().unwrap_or_default().to_owned(),
            tenant: String::new(),
            token_endpoint: token.into(),
            device_endpoint: device.map(String::from),
        })
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

    pub(crate) fn is_entra(&self) -> bool {
        self.kind == Kind::Entra
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
            environment: host.to_ascii_lowercase(),
            tenant: tenant.to_owned(),
            token_endpoint: format!("{origin}/{tenant}/oauth2/v2.0/token"),
            device_endpoint: Some(format!("{origin}/{tenant}/oauth2/v2.0/devicecode")),
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

fn https(what: &'static str, address: &str) -> Result<Url, Error> {
    let url = Url::parse(address).map_err(|error| {
        Error::invalid(what, format!("\"{}\" is not an address: {error}", crate::text::shown(address)))
    })?;
    if url.scheme() != "https" {
        return Err(Error::invalid(what, "only https is allowed, because tokens travel on it"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::invalid(what, "an address with a user name or password in it"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(Error::invalid(what, "an address with ? or # in it"));
    }
    Ok(url)
}
