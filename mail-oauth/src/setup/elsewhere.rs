//! Everyone else: what to register, without a portal's names.

use super::guide::{Guide, Section};
use super::request::Request;
use crate::diagnosis::{Lang, Words};
use crate::provider::Provider;

pub(crate) fn guide(request: &Request, lang: Lang) -> Guide {
    let provider = request.provider();
    let mut scopes: Vec<&str> = Vec::new();
    for scope in request.protocols().iter().flat_map(|protocol| provider.scopes(*protocol)) {
        if !scopes.contains(scope) {
            scopes.push(scope);
        }
    }
    let de = lang == Lang::De;
    let page = provider.registration_page();
    let mut steps = vec![match (de, page.is_empty()) {
        (true, true) => "Beim Anbieter eine OAuth-Anwendung (Client) registrieren.".to_owned(),
        (true, false) => format!("{page} öffnen und eine OAuth-Anwendung (Client) registrieren."),
        (false, true) => "Register an OAuth application (client) with the provider.".to_owned(),
        (false, false) => format!("Open {page} and register an OAuth application (client)."),
    }];
    steps.push(if de {
        "Art: installierte oder native Anwendung. Umleitungsadresse: http://localhost oder http://127.0.0.1, wie es der Anbieter erlaubt.".to_owned()
    } else {
        "Kind: installed or native application. Redirect address: http://localhost or http://127.0.0.1, as the provider allows.".to_owned()
    });
    steps.push(match (de, scopes.is_empty()) {
        (true, true) => "Bereiche (scopes): die des Anbieters für IMAP, POP3 und SMTP; sie gehören auch in die Einstellungen des Kontos.".to_owned(),
        (true, false) => format!("Bereiche (scopes): {}.", scopes.join(" ")),
        (false, true) => "Scopes: those of the provider for IMAP, POP3 and SMTP; they belong into the settings of the account, too.".to_owned(),
        (false, false) => format!("Scopes: {}.", scopes.join(" ")),
    });
    steps.push(match (de, provider.needs_client_secret()) {
        (true, true) => "Client-ID und Clientgeheimnis kopieren.".to_owned(),
        (true, false) => "Client-ID kopieren.".to_owned(),
        (false, true) => "Copy the client id and the client secret.".to_owned(),
        (false, false) => "Copy the client id.".to_owned(),
    });
    let mut sections =
        vec![Section::steps(Words { en: "The registration", de: "Die Registrierung" }.of(lang), steps)];
    if matches!(provider, Provider::Yahoo | Provider::Aol) {
        let rare = Words {
            en: "The scope of mail is given on request only, and not to everyone. Without it, an app password of the account and a program that can do passwords are what is left.",
            de: "Den Bereich für E-Mail gibt es nur auf Antrag und nicht für alle. Ohne ihn bleiben ein App-Passwort des Kontos und ein Programm, das Passwörter kann.",
        };
        sections.push(Section::text(
            Words { en: "To be known before", de: "Vorher zu wissen" }.of(lang),
            [rare.of(lang)],
        ));
    }
    let of = Words { en: "Setting up", de: "Einrichtung:" }.of(lang);
    Guide { title: format!("{of} {} - {}", request.mailboxes().join(", "), provider.name()), sections }
}
