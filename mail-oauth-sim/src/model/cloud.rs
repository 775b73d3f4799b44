/// The cloud that the tenant lives in. Another cloud's host name in a request is answered by AADSTS90038.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cloud {
    /// `login.microsoftonline.com`, `outlook.office.com`.
    #[default]
    Public,
    /// Microsoft 365 Government: `login.microsoftonline.us`, `outlook.office365.us`.
    UsGovernment,
    /// Operated by 21Vianet: `login.partner.microsoftonline.cn`, `partner.outlook.cn`.
    China,
}

impl Cloud {
    pub(crate) const ALL: [Self; 3] = [Self::Public, Self::UsGovernment, Self::China];

    /// The names of the sign-in host, the preferred one first.
    pub(crate) fn aliases(self) -> &'static [&'static str] {
        match self {
            Self::Public => {
                &["login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"]
            }
            Self::UsGovernment => &["login.microsoftonline.us", "login.usgovcloudapi.net"],
            Self::China => &["login.partner.microsoftonline.cn", "login.chinacloudapi.cn"],
        }
    }

    /// The name under which caches keep tokens of this cloud.
    pub(crate) fn preferred_cache(self) -> &'static str {
        match self {
            Self::Public => "login.windows.net",
            Self::UsGovernment => "login.microsoftonline.us",
            Self::China => "login.partner.microsoftonline.cn",
        }
    }

    /// `cloud_instance_name` in the metadata.
    pub(crate) fn instance_name(self) -> &'static str {
        match self {
            Self::Public => "microsoftonline.com",
            Self::UsGovernment => "microsoftonline.us",
            Self::China => "partner.microsoftonline.cn",
        }
    }

    /// Exchange Online under its names; the token's audience is the one that was asked for.
    pub(crate) fn exchange(self) -> &'static [&'static str] {
        match self {
            Self::Public => &["https://outlook.office.com", "https://outlook.office365.com"],
            Self::UsGovernment => &["https://outlook.office365.us", "https://outlook-dod.office365.us"],
            Self::China => &["https://partner.outlook.cn"],
        }
    }

    pub(crate) fn graph(self) -> &'static str {
        match self {
            Self::Public => "https://graph.microsoft.com",
            Self::UsGovernment => "https://graph.microsoft.us",
            Self::China => "https://microsoftgraph.chinacloudapi.cn",
        }
    }
}
