//! Host names that say whose they are: of MX, of autodiscover, of SPF; and those of filters in front.

use super::domain::is_under;
use super::evidence::Target;
use crate::provider::{PasswordOnly, Provider};
use crate::server::Protocol;

/// Whom a row of a table is about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Row {
    OAuth(Provider),
    /// By the id of [`PasswordOnly`].
    Password(&'static str),
}

pub(crate) fn target(row: Row) -> Option<Target> {
    match row {
        Row::OAuth(provider) => Some(Target::Provider(provider)),
        Row::Password(id) => PasswordOnly::by_id(id).map(Target::PasswordOnly),
    }
}

/// Whose mail hosts these are: that of the first which is known.
pub(crate) fn by_mx(hosts: &[String]) -> Option<Target> {
    hosts.iter().find_map(|host| under(MX, host)).and_then(target)
}

/// The filter that the mail passes first, if that is known.
pub(crate) fn filter(hosts: &[String]) -> Option<&'static str> {
    hosts.iter().find_map(|host| under(FILTERS, host))
}

/// Whose autodiscover this is.
pub(crate) fn by_autodiscover(host: &str) -> Option<Target> {
    under(AUTODISCOVER, host).and_then(target)
}

/// Who sends for the domain, by one mechanism of its SPF record.
pub(crate) fn by_spf_include(host: &str) -> Option<Target> {
    under(SPF, host).and_then(target)
}

/// Whose server this is: a provider's with that very host, or else one of the account's own.
pub(crate) fn by_server(protocol: Protocol, host: &str) -> Target {
    let runs = |provider: &Provider| {
        provider.server(protocol).is_some_and(|server| server.host().eq_ignore_ascii_case(host))
    };
    // outlook.com shares hosts with Microsoft 365, and has no domains of others.
    Target::Provider(Provider::ALL.into_iter().find(runs).unwrap_or(Provider::Custom))
}

fn under<T: Copy>(table: &[(&'static str, T)], host: &str) -> Option<T> {
    table.iter().find(|(suffix, _)| is_under(host, suffix)).map(|(_, what)| *what)
}

/// The longer suffix first, where one lies under another.
const MX: &[(&str, Row)] = &[
    ("olc.protection.outlook.com", Row::OAuth(Provider::OutlookCom)),
    ("mail.protection.outlook.com", Row::OAuth(Provider::Microsoft365)),
    // Domains that are added since the middle of 2026. The cloud is seen at the tenant.
    ("mx.microsoft", Row::OAuth(Provider::Microsoft365)),
    ("mail.protection.office365.us", Row::OAuth(Provider::Microsoft365UsGov)),
    ("mail.protection.partner.outlook.cn", Row::OAuth(Provider::Microsoft365China)),
    ("google.com", Row::OAuth(Provider::Gmail)),
    ("googlemail.com", Row::OAuth(Provider::Gmail)),
    ("gm0.yahoodns.net", Row::OAuth(Provider::Aol)),
    ("yahoodns.net", Row::OAuth(Provider::Yahoo)),
    ("messagingengine.com", Row::OAuth(Provider::Fastmail)),
    ("comcast.net", Row::OAuth(Provider::Comcast)),
    ("yandex.net", Row::OAuth(Provider::Yandex)),
    ("yandex.ru", Row::OAuth(Provider::Yandex)),
    ("mail.ru", Row::OAuth(Provider::MailRu)),
    ("mail.icloud.com", Row::Password("icloud")),
    ("zoho.com", Row::Password("zoho")),
    ("zoho.eu", Row::Password("zoho")),
    ("zoho.in", Row::Password("zoho")),
    ("zoho.com.au", Row::Password("zoho")),
    ("zoho.jp", Row::Password("zoho")),
    ("zohocloud.ca", Row::Password("zoho")),
    ("gmx.net", Row::Password("gmx")),
    ("gmx.com", Row::Password("gmx")),
    ("web.de", Row::Password("web-de")),
    ("mail.com", Row::Password("mail-com")),
    ("kundenserver.de", Row::Password("ionos")),
    ("ionos.de", Row::Password("ionos")),
    ("ionos.com", Row::Password("ionos")),
    ("ionos.co.uk", Row::Password("ionos")),
    ("ionos.es", Row::Password("ionos")),
    ("ionos.fr", Row::Password("ionos")),
    ("t-online.de", Row::Password("t-online")),
    ("rzone.de", Row::Password("strato")),
    ("vodafonemail.de", Row::Password("vodafone")),
    ("posteo.de", Row::Password("posteo")),
    ("netease.com", Row::Password("netease")),
    ("qq.com", Row::Password("qq")),
];

/// The national ones are from general knowledge.
const AUTODISCOVER: &[(&str, Row)] = &[
    ("autodiscover.outlook.com", Row::OAuth(Provider::Microsoft365)),
    ("autodiscover-s.outlook.com", Row::OAuth(Provider::Microsoft365)),
    ("autodiscover.office365.us", Row::OAuth(Provider::Microsoft365UsGov)),
    ("autodiscover-dod.office365.us", Row::OAuth(Provider::Microsoft365UsGovDod)),
    ("autodiscover.partner.outlook.cn", Row::OAuth(Provider::Microsoft365China)),
];

const SPF: &[(&str, Row)] = &[
    ("spf.protection.outlook.com", Row::OAuth(Provider::Microsoft365)),
    ("spf.protection.office365.us", Row::OAuth(Provider::Microsoft365UsGov)),
    ("spf.protection.partner.outlook.cn", Row::OAuth(Provider::Microsoft365China)),
    ("_spf.google.com", Row::OAuth(Provider::Gmail)),
    ("spf.messagingengine.com", Row::OAuth(Provider::Fastmail)),
    ("_spf.yandex.net", Row::OAuth(Provider::Yandex)),
    ("_spf.mail.ru", Row::OAuth(Provider::MailRu)),
];

const FILTERS: &[(&str, &str)] = &[
    ("pphosted.com", "Proofpoint"),
    ("ppe-hosted.com", "Proofpoint Essentials"),
    ("mimecast.com", "Mimecast"),
    ("mimecast.co.za", "Mimecast"),
    ("mimecast-offshore.com", "Mimecast"),
    ("hornetsecurity.com", "Hornetsecurity"),
    ("antispameurope.com", "Hornetsecurity"),
    ("nospamproxy.com", "NoSpamProxy"),
    ("barracudanetworks.com", "Barracuda"),
    ("messagelabs.com", "Broadcom (MessageLabs)"),
    ("iphmx.com", "Cisco"),
    ("mailcontrol.com", "Forcepoint"),
    ("trendmicro.com", "Trend Micro"),
    ("trendmicro.eu", "Trend Micro"),
    ("hydra.sophos.com", "Sophos"),
    ("antispamcloud.com", "SpamExperts"),
    ("expurgate.net", "eXpurgate"),
];

#[cfg(test)]
mod tests {
    use super::{AUTODISCOVER, MX, SPF, is_under, target};

    #[test]
    fn each_row_can_be_reached_and_names_someone() {
        for table in [MX, AUTODISCOVER, SPF] {
            for (at, (suffix, row)) in table.iter().enumerate() {
                assert!(target(*row).is_some(), "{suffix}");
                assert!(
                    !table[..at].iter().any(|(before, _)| is_under(suffix, before)),
                    "{suffix} is hidden"
                );
            }
        }
    }
}
