//! Microsoft 365: the guide, and the steps in the portal.

use super::exchange;
use super::guide::{Guide, Section};
use super::request::Request;
use super::{azure_cli, graph_powershell, permission};
use crate::diagnosis::{Lang, Words};
use crate::provider::Provider;

pub(crate) fn guide(request: &Request, lang: Lang) -> Guide {
    let mut sections = vec![about(request, lang), portal(request, lang)];
    sections.push(azure_cli::section(request, lang));
    sections.push(graph_powershell::section(request, lang));
    sections.push(consent(request, lang));
    sections.extend(exchange::sections(request, lang));
    sections.push(afterwards(request, lang));
    let of = Words { en: "Setting up", de: "Einrichtung:" }.of(lang);
    Guide {
        title: format!("{of} {} - {}", request.mailboxes().join(", "), request.provider().name()),
        sections,
    }
}

fn about(request: &Request, lang: Lang) -> Section {
    let protocols = request.protocol_names();
    let tenant = request.tenant();
    match (lang, request.is_app_only()) {
        (Lang::De, false) => Section::text(
            "Worum es geht",
            [
                format!("Ein Programm soll {protocols} mit OAuth 2.0 verwenden, angemeldet als {}.", request.sign_in()),
                format!("Dafür wird im Mandanten {tenant} einmal eine Anwendung registriert. Sie hat kein Passwort und kein Geheimnis; sie darf nur, was die angemeldete Person darf."),
                "Nötig ist die Rolle Cloudanwendungsadministrator (oder höher), für Exchange die Rolle Exchange-Administrator. Schritte im Portal und die beiden Skripte sind Alternativen: eines davon genügt.".to_owned(),
            ],
        ),
        (Lang::De, true) => Section::text(
            "Worum es geht",
            [
                format!("Ein Programm soll {protocols} mit OAuth 2.0 als es selbst verwenden, ohne dass sich eine Person anmeldet."),
                format!("Dafür wird im Mandanten {tenant} einmal eine Anwendung registriert. Ihr Geheimnis öffnet nur die Postfächer, die unten in Exchange freigegeben werden."),
                "Nötig sind die Rollen Administrator für privilegierte Rollen (für die Zustimmung) und Exchange-Administrator. Schritte im Portal und die beiden Skripte sind Alternativen: eines davon genügt.".to_owned(),
            ],
        ),
        (_, false) => Section::text(
            "What this is about",
            [
                format!("A program is to use {protocols} with OAuth 2.0, signed in as {}.", request.sign_in()),
                format!("For that, an application is registered once in the tenant {tenant}. It has no password and no secret; it may do only what the person who signed in may do."),
                "It takes the role Cloud Application Administrator (or more), and for Exchange the role Exchange Administrator. The steps in the portal and the two scripts are alternatives: one of them is enough.".to_owned(),
            ],
        ),
        (_, true) => Section::text(
            "What this is about",
            [
                format!("A program is to use {protocols} with OAuth 2.0 as itself, without a person who signs in."),
                format!("For that, an application is registered once in the tenant {tenant}. Its secret opens only the mailboxes that are granted to it in Exchange, below."),
                "It takes the roles Privileged Role Administrator (for the consent) and Exchange Administrator. The steps in the portal and the two scripts are alternatives: one of them is enough.".to_owned(),
            ],
        ),
    }
}

fn portal(request: &Request, lang: Lang) -> Section {
    let page = request.provider().registration_page();
    let name = request.app_name();
    let steps = if lang == Lang::De { steps_de(request, page, name) } else { steps_en(request, page, name) };
    Section::steps(Words { en: "In the portal", de: "Im Portal" }.of(lang), steps)
}

fn steps_de(request: &Request, page: &str, name: &str) -> Vec<String> {
    let mut steps = vec![
        format!("{page} öffnen: Identität > Anwendungen > App-Registrierungen > Neue Registrierung."),
        format!(
            "Name: {name}. Unterstützte Kontotypen: \"Nur Konten in diesem Organisationsverzeichnis\" (einzelner Mandant)."
        ),
    ];
    if request.is_app_only() {
        let permissions = permission::names(&permission::application(request.protocols()), ", ");
        steps.extend([
            "Kein Umleitungs-URI. Registrieren.".to_owned(),
            format!("API-Berechtigungen > Berechtigung hinzufügen > Von meiner Organisation verwendete APIs > Office 365 Exchange Online > Anwendungsberechtigungen: {permissions}."),
            "API-Berechtigungen > Administratorzustimmung für den Mandanten erteilen. In der Spalte Status muss \"Gewährt\" stehen.".to_owned(),
            "Zertifikate & Geheimnisse > Neuer geheimer Clientschlüssel: den WERT sofort kopieren, nicht die Geheimnis-ID; er wird nur einmal angezeigt. Besser ist ein Zertifikat.".to_owned(),
            "Übersicht: Anwendungs-ID (Client) und Verzeichnis-ID (Mandant) kopieren.".to_owned(),
            "Identität > Anwendungen > Unternehmensanwendungen > diese Anwendung: deren Objekt-ID kopieren. Die Objekt-ID der App-Registrierung ist eine andere und die falsche.".to_owned(),
        ]);
    } else {
        let permissions = permission::names(&permission::delegated(request.protocols()), ", ");
        steps.extend([
            "Umleitungs-URI: Plattform \"Öffentlicher Client/nativ (mobil und Desktop)\", Adresse http://localhost, ohne Port und Pfad. Registrieren.".to_owned(),
            "Authentifizierung > Erweiterte Einstellungen > Öffentliche Clientflows zulassen: Ja. Speichern. Unter Plattformkonfigurationen muss http://localhost bei \"Mobilgerät- und Desktopanwendungen\" stehen, nicht bei Web oder SPA.".to_owned(),
            format!("API-Berechtigungen > Berechtigung hinzufügen > Microsoft Graph > Delegierte Berechtigungen: {permissions}."),
            "API-Berechtigungen > Administratorzustimmung für den Mandanten erteilen. In der Spalte Status muss \"Gewährt\" stehen.".to_owned(),
            "Übersicht: Anwendungs-ID (Client) kopieren; das Programm braucht sie. Ein Geheimnis wird nicht angelegt.".to_owned(),
        ]);
    }
    steps
}

fn steps_en(request: &Request, page: &str, name: &str) -> Vec<String> {
    let mut steps = vec![
        format!("Open {page}: Identity > Applications > App registrations > New registration."),
        format!(
            "Name: {name}. Supported account types: \"Accounts in this organizational directory only\" (single tenant)."
        ),
    ];
    if request.is_app_only() {
        let permissions = permission::names(&permission::application(request.protocols()), ", ");
        steps.extend([
            "No redirect URI. Register.".to_owned(),
            format!("API permissions > Add a permission > APIs my organization uses > Office 365 Exchange Online > Application permissions: {permissions}."),
            "API permissions > Grant admin consent for the tenant. The column Status must say \"Granted\".".to_owned(),
            "Certificates & secrets > New client secret: copy the VALUE at once, not the secret ID; it is shown only once. A certificate is better.".to_owned(),
            "Overview: copy the Application (client) ID and the Directory (tenant) ID.".to_owned(),
            "Identity > Applications > Enterprise applications > this application: copy its Object ID. The Object ID of the app registration is another one, and the wrong one.".to_owned(),
        ]);
    } else {
        let permissions = permission::names(&permission::delegated(request.protocols()), ", ");
        steps.extend([
            "Redirect URI: platform \"Public client/native (mobile & desktop)\", address http://localhost, without port and path. Register.".to_owned(),
            "Authentication > Advanced settings > Allow public client flows: Yes. Save. Under Platform configurations, http://localhost must stand at \"Mobile and desktop applications\", not at Web or SPA.".to_owned(),
            format!("API permissions > Add a permission > Microsoft Graph > Delegated permissions: {permissions}."),
            "API permissions > Grant admin consent for the tenant. The column Status must say \"Granted\".".to_owned(),
            "Overview: copy the Application (client) ID; the program needs it. No secret is made.".to_owned(),
        ]);
    }
    steps
}

/// The link by which an administrator consents without the portal. Tenant and client id hold nothing that an address
/// would have to escape.
fn consent(request: &Request, lang: Lang) -> Section {
    let authority = request.provider().authority(Some(request.tenant()), "organizations");
    let host = authority.as_ref().map_or("login.microsoftonline.com", |authority| authority.environment());
    let client_id = request.client_id().unwrap_or("CLIENT-ID");
    // Of an application, `.default` means all that its registration declares.
    let scope = match (request.is_app_only(), request.provider()) {
        (true, provider) => provider.app_scopes().first().copied().unwrap_or_default(),
        (false, Provider::Microsoft365UsGov) => "https://graph.microsoft.us/.default",
        (false, Provider::Microsoft365UsGovDod) => "https://dod-graph.microsoft.us/.default",
        (false, Provider::Microsoft365China) => "https://microsoftgraph.chinacloudapi.cn/.default",
        (false, _) => "https://graph.microsoft.com/.default",
    };
    let scope = scope.replace(':', "%3A").replace('/', "%2F");
    let mut link =
        format!("https://{host}/{}/v2.0/adminconsent?client_id={client_id}&scope={scope}", request.tenant());
    // A registration without a redirect address cannot name one.
    if !request.is_app_only() {
        link.push_str("&redirect_uri=http%3A%2F%2Flocalhost");
    }
    let words = Words {
        en: "For an administrator who is not at the portal. After the consent the browser goes to http://localhost and finds nothing there: that is right; the address line then says admin_consent=True.",
        de: "Für eine Administratorin oder einen Administrator ohne Portal. Nach der Zustimmung geht der Browser zu http://localhost und findet dort nichts: das ist richtig; in der Adresszeile steht dann admin_consent=True.",
    };
    let without_redirect = Words {
        en: "For an administrator who is not at the portal. The page may end with an error about the redirect address after the consent was given; the portal shows whether it was.",
        de: "Für eine Administratorin oder einen Administrator ohne Portal. Die Seite kann nach der Zustimmung mit einem Fehler zur Umleitungsadresse enden; ob sie erteilt ist, zeigt das Portal.",
    };
    let why = if request.is_app_only() { without_redirect } else { words }.of(lang);
    let mut lines = vec![why.to_owned(), link];
    if request.client_id().is_none() {
        let put = Words {
            en: "Put the Application (client) ID in the place of CLIENT-ID.",
            de: "Anstelle von CLIENT-ID die Anwendungs-ID (Client) einsetzen.",
        };
        lines.push(put.of(lang).to_owned());
    }
    Section::text(
        Words { en: "Admin consent by link", de: "Administratorzustimmung per Link" }.of(lang),
        lines,
    )
}

fn afterwards(request: &Request, lang: Lang) -> Section {
    let check = Words {
        en: "Then run `mail-oauth check`. Changes in Exchange take up to two hours to reach all servers: a refusal before that proves nothing.",
        de: "Danach `mail-oauth check` ausführen. Änderungen in Exchange brauchen bis zu zwei Stunden, bis sie auf allen Servern wirken: eine Ablehnung davor beweist nichts.",
    };
    let policy = Words {
        en: "Security defaults and Conditional Access can forbid the device code; then sign in with the browser.",
        de: "Sicherheitsstandards und bedingter Zugriff können den Gerätecode verbieten; dann die Anmeldung im Browser verwenden.",
    };
    let mut lines = vec![check.of(lang)];
    if !request.is_app_only() {
        lines.push(policy.of(lang));
    }
    Section::text(Words { en: "Afterwards", de: "Danach" }.of(lang), lines)
}
