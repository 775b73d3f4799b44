//! Gmail and Google Workspace.

use super::guide::{Guide, Section};
use super::request::Request;
use crate::diagnosis::{Lang, Words};

pub(crate) fn guide(request: &Request, lang: Lang) -> Guide {
    let name = request.app_name();
    let console: Vec<String> = if lang == Lang::De {
        vec![
            "https://console.cloud.google.com öffnen und oben ein Projekt wählen oder anlegen.".to_owned(),
            "APIs & Dienste > Bibliothek: die Gmail API aktivieren.".to_owned(),
            format!("APIs & Dienste > OAuth-Zustimmungsbildschirm: App-Name {name}. Zielgruppe \"Intern\", wenn alle Postfächer zu einer Workspace-Organisation gehören; sonst \"Extern\"."),
            "Bei \"Extern\": App veröffentlichen. Im Status \"Test\" endet jede Anmeldung nach 7 Tagen. Für eine App, die andere Leute verwenden, verlangt Google eine Überprüfung (eingeschränkter Bereich).".to_owned(),
            "Datenzugriff > Bereiche hinzufügen: https://mail.google.com/. Einen kleineren gibt es für IMAP, POP3 und SMTP nicht.".to_owned(),
            "APIs & Dienste > Anmeldedaten > Anmeldedaten erstellen > OAuth-Client-ID > Anwendungstyp \"Desktop-App\".".to_owned(),
            "Client-ID und Clientschlüssel kopieren. Der Schlüssel einer Desktop-App ist kein Geheimnis, muss aber mitgeschickt werden.".to_owned(),
        ]
    } else {
        vec![
            "Open https://console.cloud.google.com and choose or make a project at the top.".to_owned(),
            "APIs & Services > Library: enable the Gmail API.".to_owned(),
            format!("APIs & Services > OAuth consent screen: app name {name}. Audience \"Internal\" if all the mailboxes belong to one Workspace organization; else \"External\"."),
            "With \"External\": publish the app. In the status \"Testing\" each sign-in ends after 7 days. For an app that other people use, Google wants a verification (restricted scope).".to_owned(),
            "Data access > Add scopes: https://mail.google.com/. There is no smaller one for IMAP, POP3 and SMTP.".to_owned(),
            "APIs & Services > Credentials > Create credentials > OAuth client ID > Application type \"Desktop app\".".to_owned(),
            "Copy the client ID and the client secret. The secret of a desktop app is none, but has to be sent.".to_owned(),
        ]
    };
    let workspace = if lang == Lang::De {
        vec![
            "https://admin.google.com > Apps > Google Workspace > Gmail > Endnutzerzugriff: POP- und IMAP-Zugriff zulassen.",
            "Sicherheit > Zugriffs- und Datenkontrolle > API-Steuerung > Zugriff von Drittanbieter-Apps verwalten: die Client-ID als vertrauenswürdig eintragen, falls der Zugriff eingeschränkt ist.",
        ]
    } else {
        vec![
            "https://admin.google.com > Apps > Google Workspace > Gmail > End user access: allow POP and IMAP access.",
            "Security > Access and data control > API controls > Manage third-party app access: enter the client ID as trusted, if access is restricted.",
        ]
    };
    let afterwards = Words {
        en: "Sign in with the browser: Google's device code does not give the scope of mail. A changed password ends the sign-in.",
        de: "Die Anmeldung im Browser verwenden: Googles Gerätecode gibt den Bereich für E-Mail nicht her. Ein geändertes Passwort beendet die Anmeldung.",
    };
    let of = Words { en: "Setting up", de: "Einrichtung:" }.of(lang);
    Guide {
        title: format!("{of} {} - Gmail", request.mailboxes().join(", ")),
        sections: vec![
            Section::steps(
                Words { en: "In the Google Cloud console", de: "In der Google Cloud Console" }.of(lang),
                console,
            ),
            Section::steps(
                Words {
                    en: "Google Workspace: in the admin console",
                    de: "Google Workspace: in der Admin-Konsole",
                }
                .of(lang),
                workspace,
            ),
            Section::text(Words { en: "Afterwards", de: "Danach" }.of(lang), [afterwards.of(lang)]),
        ],
    }
}
