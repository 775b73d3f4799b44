//! The table of providers: a row each.

use msal_lite::{Cloud, Provider as Idp};
use sasl_xoauth2::Mechanism;

use super::{Family, Flows, Provider};
use crate::server::{Protocol, Security};

/// What is known of one provider.
pub(crate) struct Preset {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) family: Family,
    pub(crate) servers: Each<Option<Place>>,
    pub(crate) scopes: Each<&'static [&'static str]>,
    pub(crate) app_scopes: &'static [&'static str],
    pub(crate) sign_in_scopes: &'static [&'static str],
    pub(crate) flows: Flows,
    pub(crate) identity: Identity,
    pub(crate) known: Known,
    pub(crate) registration: &'static str,
}

/// Who gives the tokens.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Identity {
    /// A tenant of a Microsoft cloud.
    Entra(Cloud),
    /// The tenant of Microsoft's personal accounts.
    Consumers,
    /// A provider whose endpoints are known.
    Known(Idp),
    /// The account says.
    Account,
}

/// Which of an account's roles a server wants as the user of the SASL message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SaslUser {
    /// The mailbox to open.
    Mailbox,
    /// The person who signed in.
    SignIn,
}

/// What may be assumed of a server, so that nothing need be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Known {
    /// The mechanism to use; `None`: choose from what the server offers.
    pub(crate) mechanism: Option<Mechanism>,
    /// IMAP takes the token on the AUTHENTICATE line (RFC 4959).
    pub(crate) sasl_ir: bool,
    /// The longest AUTH line that SMTP takes, in octets with its CRLF; `None`: the 512 of RFC 5321.
    pub(crate) smtp_auth_line: Option<usize>,
}

/// Host, port and when TLS starts.
pub(crate) type Place = (&'static str, u16, Security);

/// One value for each protocol.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Each<T> {
    pub(crate) imap: T,
    pub(crate) pop3: T,
    pub(crate) smtp: T,
}

impl<T: Copy> Each<T> {
    pub(crate) const fn same(value: T) -> Self {
        Each { imap: value, pop3: value, smtp: value }
    }

    pub(crate) fn at(&self, protocol: Protocol) -> T {
        match protocol {
            Protocol::Imap => self.imap,
            Protocol::Pop3 => self.pop3,
            Protocol::Smtp => self.smtp,
        }
    }
}

/// The row of a provider.
pub(crate) fn of(provider: Provider) -> &'static Preset {
    match provider {
        Provider::Microsoft365 => &MICROSOFT_365,
        Provider::Microsoft365UsGov => &US_GOV,
        Provider::Microsoft365UsGovDod => &US_GOV_DOD,
        Provider::Microsoft365China => &CHINA,
        Provider::OutlookCom => &OUTLOOK_COM,
        Provider::Gmail => &GMAIL,
        Provider::Yahoo => &YAHOO,
        Provider::Aol => &AOL,
        Provider::Fastmail => &FASTMAIL,
        Provider::Comcast => &COMCAST,
        Provider::Yandex => &YANDEX,
        Provider::MailRu => &MAIL_RU,
        Provider::Custom => &CUSTOM,
    }
}

/// IMAP on 993, POP3 on 995 and SMTP on 465, all of them TLS from the first byte.
const fn tls(imap: &'static str, pop3: &'static str, smtp: &'static str) -> Each<Option<Place>> {
    Each {
        imap: Some((imap, 993, Security::Tls)),
        pop3: Some((pop3, 995, Security::Tls)),
        smtp: Some((smtp, 465, Security::Tls)),
    }
}

/// Exchange Online: no SMTP on 465.
const fn exchange(reading: &'static str, smtp: &'static str) -> Each<Option<Place>> {
    Each { smtp: Some((smtp, 587, Security::StartTls)), ..tls(reading, reading, smtp) }
}

/// OpenID Connect Core sections 3.1.2.1, 5.4 and 11.
const OPENID_SIGN_IN: &[&str] = &["offline_access", "openid", "profile"];
const EVERY_FLOW: Flows = Flows { browser: true, device_code: true, app_only: true };
const BROWSER: Flows = Flows { browser: true, device_code: false, app_only: false };

/// XOAUTH2 in all three protocols and no other mechanism for tokens; SASL-IR is in the capabilities of its IMAP.
const EXCHANGE: Known = Known {
    mechanism: Some(Mechanism::XOAuth2),
    sasl_ir: true,
    // Exchange takes a whole token on the line; a round trip saved. The bound is ours.
    smtp_auth_line: Some(smtp_min::Limits::AUTH_LINE_OFFICE_365),
};
/// The server is asked.
const ASK: Known = Known { mechanism: None, sasl_ir: false, smtp_auth_line: None };

const ENTRA_PORTAL: &str = "https://entra.microsoft.com";

const MICROSOFT_365: Preset = Preset {
    id: "microsoft365",
    name: "Microsoft 365",
    family: Family::MicrosoftWork,
    servers: exchange("outlook.office365.com", "smtp.office365.com"),
    scopes: Each {
        imap: &["https://outlook.office.com/IMAP.AccessAsUser.All"],
        pop3: &["https://outlook.office.com/POP.AccessAsUser.All"],
        smtp: &["https://outlook.office.com/SMTP.Send"],
    },
    app_scopes: &["https://outlook.office365.com/.default"],
    sign_in_scopes: OPENID_SIGN_IN,
    flows: EVERY_FLOW,
    identity: Identity::Entra(Cloud::Public),
    known: EXCHANGE,
    registration: ENTRA_PORTAL,
};

const US_GOV: Preset = Preset {
    id: "microsoft365-usgov",
    name: "Microsoft 365 US Government (GCC High)",
    servers: exchange("outlook.office365.us", "smtp.office365.us"),
    scopes: Each {
        imap: &["https://outlook.office365.us/IMAP.AccessAsUser.All"],
        pop3: &["https://outlook.office365.us/POP.AccessAsUser.All"],
        smtp: &["https://outlook.office365.us/SMTP.Send"],
    },
    app_scopes: &["https://outlook.office365.us/.default"],
    identity: Identity::Entra(Cloud::UsGovernment),
    registration: "https://entra.microsoft.us",
    ..MICROSOFT_365
};

const US_GOV_DOD: Preset = Preset {
    id: "microsoft365-usgov-dod",
    name: "Microsoft 365 US Government (DoD)",
    servers: exchange("outlook-dod.office365.us", "outlook-dod.office365.us"),
    scopes: Each {
        imap: &["https://outlook-dod.office365.us/IMAP.AccessAsUser.All"],
        pop3: &["https://outlook-dod.office365.us/POP.AccessAsUser.All"],
        smtp: &["https://outlook-dod.office365.us/SMTP.Send"],
    },
    app_scopes: &["https://outlook-dod.office365.us/.default"],
    ..US_GOV
};

const CHINA: Preset = Preset {
    id: "microsoft365-china",
    name: "Microsoft 365 China (21Vianet)",
    servers: exchange("partner.outlook.cn", "smtp.partner.outlook.cn"),
    scopes: Each {
        imap: &["https://partner.outlook.cn/IMAP.AccessAsUser.All"],
        pop3: &["https://partner.outlook.cn/POP.AccessAsUser.All"],
        smtp: &["https://partner.outlook.cn/SMTP.Send"],
    },
    app_scopes: &["https://partner.outlook.cn/.default"],
    identity: Identity::Entra(Cloud::China),
    registration: "https://portal.azure.cn",
    ..MICROSOFT_365
};

const OUTLOOK_COM: Preset = Preset {
    id: "outlook-com",
    name: "Outlook.com",
    family: Family::MicrosoftPersonal,
    servers: exchange("outlook.office365.com", "smtp-mail.outlook.com"),
    app_scopes: &[],
    flows: Flows { app_only: false, ..EVERY_FLOW },
    identity: Identity::Consumers,
    ..MICROSOFT_365
};

const GMAIL: Preset = Preset {
    id: "gmail",
    name: "Gmail",
    family: Family::Google,
    servers: tls("imap.gmail.com", "pop.gmail.com", "smtp.gmail.com"),
    scopes: Each::same(&["https://mail.google.com/"]),
    app_scopes: &[],
    // A refresh token comes by `access_type=offline`, not by a scope.
    sign_in_scopes: &["openid", "email"],
    flows: BROWSER,
    identity: Identity::Known(Idp::Google),
    // Longer AUTH lines than 512 octets get `555 5.5.2 command line too long` at times.
    known: Known { mechanism: Some(Mechanism::XOAuth2), sasl_ir: true, smtp_auth_line: None },
    registration: "https://console.cloud.google.com",
};

const YAHOO: Preset = Preset {
    id: "yahoo",
    name: "Yahoo",
    family: Family::Other,
    servers: tls("imap.mail.yahoo.com", "pop.mail.yahoo.com", "smtp.mail.yahoo.com"),
    scopes: Each::same(&["mail-w"]),
    app_scopes: &[],
    sign_in_scopes: &[],
    flows: BROWSER,
    identity: Identity::Known(Idp::Yahoo),
    known: ASK,
    registration: "https://developer.yahoo.com/apps/",
};

const AOL: Preset = Preset {
    id: "aol",
    name: "AOL",
    servers: tls("imap.aol.com", "pop.aol.com", "smtp.aol.com"),
    identity: Identity::Known(Idp::Aol),
    ..YAHOO
};

const FASTMAIL: Preset = Preset {
    id: "fastmail",
    name: "Fastmail",
    servers: tls("imap.fastmail.com", "pop.fastmail.com", "smtp.fastmail.com"),
    scopes: Each {
        imap: &["https://www.fastmail.com/dev/protocol-imap"],
        pop3: &["https://www.fastmail.com/dev/protocol-pop"],
        smtp: &["https://www.fastmail.com/dev/protocol-smtp"],
    },
    identity: Identity::Known(Idp::Fastmail),
    registration: "https://www.fastmail.com/dev/",
    ..YAHOO
};

const COMCAST: Preset = Preset {
    id: "comcast",
    name: "Comcast (Xfinity)",
    servers: tls("imap.comcast.net", "mail.comcast.net", "smtp.comcast.net"),
    scopes: Each::same(&["https://email.comcast.net/"]),
    sign_in_scopes: &["openid", "profile"],
    identity: Identity::Known(Idp::Comcast),
    registration: "",
    ..YAHOO
};

const YANDEX: Preset = Preset {
    id: "yandex",
    name: "Yandex",
    servers: tls("imap.yandex.com", "pop.yandex.com", "smtp.yandex.com"),
    scopes: Each { imap: &["mail:imap_full"], pop3: &["mail:imap_full"], smtp: &["mail:smtp"] },
    identity: Identity::Known(Idp::Yandex),
    known: Known { mechanism: Some(Mechanism::XOAuth2), ..ASK },
    registration: "https://oauth.yandex.com",
    ..YAHOO
};

const MAIL_RU: Preset = Preset {
    id: "mail-ru",
    name: "Mail.ru",
    servers: tls("imap.mail.ru", "pop.mail.ru", "smtp.mail.ru"),
    scopes: Each::same(&["mail.imap"]),
    identity: Identity::Known(Idp::MailRu),
    registration: "https://o2.mail.ru",
    ..YAHOO
};

const CUSTOM: Preset = Preset {
    id: "custom",
    name: "Custom",
    family: Family::Other,
    servers: Each::same(None),
    scopes: Each::same(&[]),
    app_scopes: &[],
    sign_in_scopes: OPENID_SIGN_IN,
    flows: EVERY_FLOW,
    identity: Identity::Account,
    known: ASK,
    registration: "",
};
