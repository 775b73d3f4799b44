//! The names of areas, people and severities, in the languages that reports speak.

use super::cause::{Area, Lang, Severity, Who, Words};

impl Area {
    /// What a report calls it: `app registration`, `App-Registrierung`.
    pub fn name(self, lang: Lang) -> &'static str {
        let (en, de) = match self {
            Area::Settings => ("settings", "Einstellungen"),
            Area::Network => ("network", "Netz"),
            Area::Tls => ("TLS", "TLS"),
            Area::Capabilities => ("mail server", "Mailserver"),
            Area::Tenant => ("tenant", "Mandant"),
            Area::Registration => ("app registration", "App-Registrierung"),
            Area::SignIn => ("sign-in and policies", "Anmeldung und Richtlinien"),
            Area::Token => ("token", "Token"),
            Area::Sasl => ("sign-in at the mail server", "Anmeldung am Mailserver"),
            Area::Mailbox => ("mailbox", "Postfach"),
            Area::Sending => ("sending", "Senden"),
            Area::Warnings => ("warnings", "Hinweise"),
        };
        Words { en, de }.of(lang)
    }
}

impl Who {
    /// What a report calls them: `Exchange administrator`, `Exchange-Administrator`.
    pub fn name(self, lang: Lang) -> &'static str {
        let (en, de) = match self {
            Who::You => ("you", "Sie"),
            Who::MailboxOwner => ("the mailbox's owner", "Inhaber des Postfachs"),
            Who::EntraAdmin => ("Entra administrator", "Entra-Administrator"),
            Who::ExchangeAdmin => ("Exchange administrator", "Exchange-Administrator"),
            Who::Network => ("network administrator", "Netzwerkadministrator"),
            Who::Provider => ("provider", "Anbieter"),
        };
        Words { en, de }.of(lang)
    }
}

impl Severity {
    /// What a report calls it: `warning`, `Warnung`.
    pub fn name(self, lang: Lang) -> &'static str {
        let (en, de) = match self {
            Severity::Note => ("note", "Hinweis"),
            Severity::Warning => ("warning", "Warnung"),
            Severity::Temporary => ("temporary", "vorübergehend"),
            Severity::Error => ("error", "Fehler"),
        };
        Words { en, de }.of(lang)
    }
}

/// How likely something is, in words: `None` when it is certain. The numbers behind it are weighed by hand and put
/// causes in an order; nobody has counted how often each is it, so that reports show words.
pub fn likelihood(percent: u8, lang: Lang) -> Option<&'static str> {
    let (en, de) = match percent {
        100.. => return None,
        60..100 => ("most likely", "sehr wahrscheinlich"),
        30..60 => ("likely", "wahrscheinlich"),
        10..30 => ("possible", "möglich"),
        _ => ("less likely", "weniger wahrscheinlich"),
    };
    Some(Words { en, de }.of(lang))
}
