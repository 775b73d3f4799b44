//! Domains that belong to a provider itself, so that nobody need be asked.

use super::domain::{Domain, is_under};
use super::evidence::Target;
use super::mail_hosts::{Row, target};
use crate::provider::Provider;

/// Whose own domain it is.
pub(crate) fn owner(domain: &Domain) -> Option<Target> {
    let name = domain.as_str();
    if let Some((_, provider)) = TENANT_SUFFIXES.iter().find(|(suffix, _)| is_under(name, suffix)) {
        return Some(Target::Provider(*provider));
    }
    let personal = OUTLOOK.iter().any(|(brand, endings)| {
        name.strip_prefix(brand)
            .and_then(|rest| rest.strip_prefix('.'))
            .is_some_and(|ending| endings.split(' ').any(|known| known == ending))
    });
    if personal {
        return Some(Target::Provider(Provider::OutlookCom));
    }
    OWN.iter()
        .find(|(_, names)| names.split(' ').any(|known| known == name))
        .and_then(|(who, _)| target(*who))
}

/// Domains that Microsoft gives each tenant.
const TENANT_SUFFIXES: [(&str, Provider); 3] = [
    ("onmicrosoft.com", Provider::Microsoft365),
    ("onmicrosoft.us", Provider::Microsoft365UsGov),
    ("partner.onmschina.cn", Provider::Microsoft365China),
];

/// The brands of Microsoft's personal accounts, and where they exist. Any other `outlook.example` is a stranger's.
const OUTLOOK: [(&str, &str); 4] = [
    (
        "outlook",
        "at be cl co.id co.il co.th com com.ar com.au com.br com.gr com.tr com.vn cz de dk es fr hu ie in it jp kr lv my ph pt sa sg sk",
    ),
    (
        "hotmail",
        "be ca cl co.id co.il co.in co.jp co.kr co.th co.uk co.za com com.ar com.au com.br com.hk com.tr com.tw com.vn cz de dk es fi fr gr hu it lt lv my nl no ph rs se sg sk",
    ),
    (
        "live",
        "at be ca cl cn co.jp co.kr co.uk co.za com com.ar com.au com.mx com.my com.ph com.pt com.sg de dk fi fr hk ie in it jp nl no ru se",
    ),
    ("livemail", "tw"),
];

const OWN: [(Row, &str); 19] = [
    (Row::OAuth(Provider::OutlookCom), "msn.com windowslive.com passport.com"),
    (Row::OAuth(Provider::Gmail), "gmail.com googlemail.com"),
    (
        Row::OAuth(Provider::Yahoo),
        "yahoo.com yahoo.de yahoo.it yahoo.fr yahoo.es yahoo.se yahoo.ca yahoo.in yahoo.co.in yahoo.co.uk yahoo.co.nz yahoo.com.au yahoo.com.ar yahoo.com.br yahoo.com.mx ymail.com myyahoo.com rocketmail.com",
    ),
    (
        Row::OAuth(Provider::Aol),
        "aol.com aim.com netscape.net netscape.com compuserve.com cs.com wmconnect.com aol.de aol.it aol.fr aol.es aol.se aol.co.uk aol.co.nz aol.com.au aol.com.ar aol.com.br aol.com.mx verizon.net",
    ),
    (
        Row::OAuth(Provider::Fastmail),
        "fastmail.com fastmail.fm fastmail.net fastmail.org messagingengine.com",
    ),
    (Row::OAuth(Provider::Comcast), "comcast.net"),
    (Row::OAuth(Provider::Yandex), "yandex.com yandex.ru yandex.by yandex.kz yandex.ua ya.ru"),
    (Row::OAuth(Provider::MailRu), "mail.ru inbox.ru list.ru bk.ru internet.ru"),
    (Row::Password("icloud"), "icloud.com me.com mac.com"),
    (Row::Password("zoho"), "zoho.com zoho.eu zoho.in zohomail.com zohomail.eu zohomail.in"),
    (
        Row::Password("gmx"),
        "gmx.net gmx.de gmx.at gmx.ch gmx.eu gmx.biz gmx.org gmx.info gmx.com gmx.us gmx.co.uk gmx.fr gmx.es mein.gmx mail.gmx email.gmx",
    ),
    (Row::Password("web-de"), "web.de email.de"),
    (
        Row::Password("mail-com"),
        "mail.com mail.org email.com post.com usa.com accountant.com consultant.com dr.com engineer.com europe.com",
    ),
    (Row::Password("ionos"), "1und1.de online.de onlinehome.de"),
    (Row::Password("t-online"), "t-online.de magenta.de"),
    (Row::Password("vodafone"), "vodafone.de vodafonemail.de arcor.de kabelmail.de"),
    (Row::Password("posteo"), "posteo.de posteo.net posteo.at posteo.ch posteo.eu"),
    (Row::Password("netease"), "163.com 126.com yeah.net"),
    (Row::Password("qq"), "qq.com foxmail.com vip.qq.com"),
];

#[cfg(test)]
mod tests {
    use super::{Domain, OUTLOOK, OWN, Target, owner};
    use crate::discover::mail_hosts::target;

    #[test]
    fn own_domains_are_known_and_look_alikes_are_not() {
        let name = |domain: &str| owner(&Domain::new(domain).unwrap()).map(Target::name);
        for (domain, who) in [
            ("outlook.de", Some("Outlook.com")),
            ("hotmail.co.uk", Some("Outlook.com")),
            ("live.com.sg", Some("Outlook.com")),
            ("msn.com", Some("Outlook.com")),
            ("outlook.example", None),
            ("mail.outlook.de", None),
            ("googlemail.com", Some("Gmail")),
            ("yahoo.co.uk", Some("Yahoo")),
            // Another company.
            ("yahoo.co.jp", None),
            ("aim.com", Some("AOL")),
            ("contoso.onmicrosoft.com", Some("Microsoft 365")),
            ("contoso.onmicrosoft.us", Some("Microsoft 365 US Government (GCC High)")),
            ("notonmicrosoft.com", None),
            ("me.com", Some("iCloud Mail")),
            ("web.de", Some("WEB.DE")),
            ("t-online.de", Some("T-Online")),
            ("contoso.com", None),
        ] {
            assert_eq!(name(domain), who, "{domain}");
        }
    }

    #[test]
    fn each_row_names_a_provider_and_usable_domains() {
        for (who, names) in OWN {
            assert!(target(who).is_some(), "{who:?}");
            assert!(names.split(' ').all(|name| Domain::new(name).is_ok()), "{names}");
        }
        for (brand, endings) in OUTLOOK {
            let usable = |ending: &str| Domain::new(&format!("{brand}.{ending}")).is_ok();
            assert!(endings.split(' ').all(usable), "{brand}");
        }
    }
}
