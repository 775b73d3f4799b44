//! outlook.com and its siblings.

use super::guide::{Guide, Section};
use super::permission;
use super::request::Request;
use crate::diagnosis::{Lang, Words};

pub(crate) fn guide(request: &Request, lang: Lang) -> Guide {
    let permissions = permission::names(&permission::delegated(request.protocols()), ", ");
    let name = request.app_name();
    let de = lang == Lang::De;
    let registration: Vec<String> = if de {
        vec![
            "https://entra.microsoft.com öffnen. Dafür ist ein Verzeichnis nötig: ein persönliches Konto bekommt es mit einem Azure-Konto.".to_owned(),
            format!("App-Registrierungen > Neue Registrierung. Name: {name}. Unterstützte Kontotypen: \"Nur persönliche Microsoft-Konten\"."),
            "Umleitungs-URI: Plattform \"Öffentlicher Client/nativ (mobil und Desktop)\", Adresse http://localhost. Registrieren.".to_owned(),
            "Authentifizierung > Erweiterte Einstellungen > Öffentliche Clientflows zulassen: Ja. Speichern.".to_owned(),
            format!("API-Berechtigungen > Berechtigung hinzufügen > Microsoft Graph > Delegierte Berechtigungen: {permissions}. Eine Administratorzustimmung gibt es hier nicht; die Person stimmt bei der Anmeldung zu."),
            "Übersicht: Anwendungs-ID (Client) kopieren; das Programm braucht sie.".to_owned(),
        ]
    } else {
        vec![
            "Open https://entra.microsoft.com. It takes a directory: a personal account gets one with an Azure account.".to_owned(),
            format!("App registrations > New registration. Name: {name}. Supported account types: \"Personal Microsoft accounts only\"."),
            "Redirect URI: platform \"Public client/native (mobile & desktop)\", address http://localhost. Register.".to_owned(),
            "Authentication > Advanced settings > Allow public client flows: Yes. Save.".to_owned(),
            format!("API permissions > Add a permission > Microsoft Graph > Delegated permissions: {permissions}. There is no admin consent here; the person consents at the sign-in."),
            "Overview: copy the Application (client) ID; the program needs it.".to_owned(),
        ]
    };
    let mut sections = vec![Section::steps(
        Words { en: "The registration", de: "Die Registrierung" }.of(lang),
        registration,
    )];
    if request.reads() {
        let owner = Words {
            en: "Outlook.com > Settings > Mail > Forwarding and IMAP: let devices and apps use POP and IMAP. It is off until the owner of the mailbox switches it on.",
            de: "Outlook.com > Einstellungen > E-Mail > Weiterleitung und IMAP: Geräten und Apps POP und IMAP erlauben. Es ist aus, bis es die Person einschaltet, der das Postfach gehört.",
        };
        sections.push(Section::steps(
            Words { en: "In the mailbox", de: "Im Postfach" }.of(lang),
            [owner.of(lang)],
        ));
    }
    let of = Words { en: "Setting up", de: "Einrichtung:" }.of(lang);
    Guide { title: format!("{of} {} - Outlook.com", request.mailboxes().join(", ")), sections }
}
