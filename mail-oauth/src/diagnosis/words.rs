//! Names for people.

use super::cause::{Area, Lang, Severity, Who};

impl Area {
    /// What a report calls it.
    pub fn name(self, lang: Lang) -> &'static str {
        let (en, de) = match self {
            Area::Settings => ("settings", "Einstellungen"),
            Area::Network => ("network", "Netz"),
            Area::Tls => ("TLS", "TLS"),
            Area::Capabilities => ("capabilities", "Fähigkeiten"),
            Area::Tenant => ("tenant", "Mandant"),
            Area::Registration => ("app registration", "App-Registrierung"),
            Area::SignIn => ("sign-in", "Anmeldung"),
            Area::Token => ("token", "Token"),
            Area::Sasl => ("mail server sign-in", "Anmeldung am Mailserver"),
            Area::Mailbox => ("mailbox", "Postfach"),
            Area::Sending => ("sending", "Versand"),
            Area::Warnings => ("warnings", "Hinweise"),
        };
        if lang == Lang::De { de } else { en }
    }
}

impl Severity {
    /// What a report calls it.
    pub fn name(self, lang: Lang) -> &'static str {
        let (en, de) = match self {
            Severity::Error => ("error", "Fehler"),
            Severity::Temporary => ("temporary", "vorübergehend"),
            Severity::Warning => ("warning", "Warnung"),
            Severity::Note => ("note", "Hinweis"),
        };
        if lang == Lang::De { de } else { en }
    }
}

impl Who {
    /// What a report calls them.
    pub fn name(self, lang: Lang) -> &'static str {
        let (en, de) = match self {
            Who::You => ("you", "Sie selbst"),
            Who::MailboxOwner => ("the owner of the mailbox", "Inhaber des Postfachs"),
            Who::EntraAdmin => ("the Entra administrator", "Entra-Administrator"),
            Who::ExchangeAdmin => ("the Exchange administrator", "Exchange-Administrator"),
            Who::Network => ("whoever runs the network", "Netzwerk-Betreuung"),
            Who::Provider => ("the provider", "Anbieter"),
        };
        if lang == Lang::De { de } else { en }
    }
}
