//! Providers that give no tokens to other people's mail programs: known only to be told apart from the rest.

use crate::diagnosis::Words;

/// A provider of mail without OAuth for third parties. No [`Account`](crate::Account) can be made of it.
///
/// ```
/// use mail_oauth::PasswordOnly;
///
/// let icloud = PasswordOnly::all().iter().find(|provider| provider.id == "icloud").unwrap();
/// assert!(icloud.instead.en.contains("app-specific password"));
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct PasswordOnly {
    /// The stable name, such as `icloud`.
    pub id: &'static str,
    /// The name that people use.
    pub name: &'static str,
    /// Why it is no use to this library.
    pub why: Words,
    /// What to use instead, with any mail program that can do passwords.
    pub instead: Words,
}

impl PasswordOnly {
    /// Every one that is known.
    pub fn all() -> &'static [PasswordOnly] {
        ALL
    }

    /// The one of that id.
    pub fn by_id(id: &str) -> Option<&'static PasswordOnly> {
        ALL.iter().find(|provider| provider.id == id)
    }
}

impl PartialEq for PasswordOnly {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for PasswordOnly {}

const NONE: Words = Words {
    en: "it has no OAuth sign-in for mail programs",
    de: "es bietet Mailprogrammen keine Anmeldung über OAuth",
};

/// A 1&1 mail product: IMAP has to be allowed first.
const SWITCHED: Words = Words {
    en: "switch POP3/IMAP on in the settings on the web; then use the mailbox password, with two-factor sign-in an application password",
    de: "POP3/IMAP in den Einstellungen im Web einschalten; dann das Passwort des Postfachs, bei Zwei-Faktor-Anmeldung ein anwendungsspezifisches Passwort",
};

const OWN_PASSWORD: Words =
    Words { en: "use the mailbox password", de: "das Passwort des Postfachs verwenden" };

const AUTHORISATION_CODE: Words = Words {
    en: "switch IMAP on in the settings on the web and use the authorisation code given there as the password; the program must send the IMAP ID command",
    de: "IMAP in den Einstellungen im Web einschalten und den dort erzeugten Autorisierungscode als Passwort verwenden; das Programm muss den IMAP-Befehl ID senden",
};

const fn plain(id: &'static str, name: &'static str, instead: Words) -> PasswordOnly {
    PasswordOnly { id, name, why: NONE, instead }
}

const ALL: &[PasswordOnly] = &[
    PasswordOnly {
        id: "icloud",
        name: "iCloud Mail",
        why: Words {
            en: "Apple gives no OAuth sign-in for mail to third parties",
            de: "Apple bietet Dritten keine OAuth-Anmeldung für E-Mail",
        },
        instead: Words {
            en: "make an app-specific password at account.apple.com; the IMAP user name is the part before the @",
            de: "auf account.apple.com ein app-spezifisches Passwort erzeugen; der IMAP-Benutzername ist der Teil vor dem @",
        },
    },
    plain(
        "zoho",
        "Zoho Mail",
        Words {
            en: "switch IMAP on and use the password, with two-factor sign-in an application-specific one; the hosts depend on the data centre (zoho.com, zoho.eu, zoho.in ...)",
            de: "IMAP einschalten und das Passwort verwenden, bei Zwei-Faktor-Anmeldung ein anwendungsspezifisches; die Server hängen vom Rechenzentrum ab (zoho.com, zoho.eu, zoho.in ...)",
        },
    ),
    plain("gmx", "GMX", SWITCHED),
    plain(
        "web-de",
        "WEB.DE",
        Words {
            en: "switch POP3/IMAP on in the settings on the web; the user name is the part before the @; with two-factor sign-in use an application password",
            de: "POP3/IMAP in den Einstellungen im Web einschalten; der Benutzername ist der Teil vor dem @; bei Zwei-Faktor-Anmeldung ein anwendungsspezifisches Passwort verwenden",
        },
    ),
    plain("mail-com", "mail.com", SWITCHED),
    plain("ionos", "IONOS (1&1)", OWN_PASSWORD),
    plain(
        "t-online",
        "T-Online",
        Words {
            en: "set a password for mail programs in the e-mail settings of the customer centre and use that",
            de: "im E-Mail-Center ein eigenes Passwort für E-Mail-Programme festlegen und dieses verwenden",
        },
    ),
    plain("strato", "STRATO", OWN_PASSWORD),
    plain("vodafone", "Vodafone", OWN_PASSWORD),
    plain("posteo", "Posteo", OWN_PASSWORD),
    plain("netease", "NetEase (163, 126, yeah)", AUTHORISATION_CODE),
    plain("qq", "QQ Mail", AUTHORISATION_CODE),
];

#[cfg(test)]
mod tests {
    use super::PasswordOnly;
    use crate::provider::Provider;

    #[test]
    fn no_id_is_given_twice() {
        let mut ids: Vec<&str> = PasswordOnly::all().iter().map(|provider| provider.id).collect();
        ids.extend(Provider::ALL.map(Provider::id));
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
        assert!(PasswordOnly::by_id("gmx").is_some() && PasswordOnly::by_id("gmail").is_none());
    }
}
