//! 33 to 47: the app registration.

use super::notation::*;

catalogue! {
    33 "app-unknown" Registration Error EntraAdmin 22
    en "The tenant does not know the app"
       "{client_id} is not registered in {tenant}, was deleted there, or nobody has consented to it yet."
       "Compare with App registrations > the app > Overview: Application (client) ID and Directory (tenant) ID. An app of another tenant needs consent first: {authority}/v2.0/adminconsent?client_id={client_id}"
    de "Der Mandant kennt die App nicht"
       "{client_id} ist in {tenant} nicht registriert, wurde dort gelöscht, oder noch niemand hat ihr zugestimmt."
       "Vergleichen mit App-Registrierungen > die App > Übersicht: Anwendungs-ID (Client) und Verzeichnis-ID (Mandant). Die App eines anderen Mandanten braucht zuerst eine Zustimmung: {authority}/v2.0/adminconsent?client_id={client_id}"
    link ERRORS
    marks [
        88: Aadsts(&[700016, 700005]), Not(ClientIdForm);
        45: OAuth("unauthorized_client"), NoNumber, ENTRA, Not(ClientIdForm);
    ]

    34 "app-disabled" Registration Error EntraAdmin 28
    en "The app is switched off"
       "Its enterprise application in {tenant} does not let anybody sign in."
       "Enterprise applications > {client_id} > Properties > Enabled for users to sign-in? > Yes"
    de "Die App ist abgeschaltet"
       "Ihre Unternehmensanwendung in {tenant} lässt niemanden anmelden."
       "Unternehmensanwendungen > {client_id} > Eigenschaften > Aktiviert für die Benutzeranmeldung? > Ja"
    link ERRORS
    marks [
        95: Aadsts(&[7000112, 70001]);
        20: OAuth("unauthorized_client"), NoNumber, ENTRA;
    ]

    35 "public-client-off" Registration Error EntraAdmin 28
    en "Public client flows are switched off"
       "The app has no secret, and its registration does not say that it needs none. So the provider asks for one."
       "App registrations > {client_id} > Authentication > Settings > Allow public client flows > Enabled. Or: az ad app update --id {client_id} --is-fallback-public-client true"
    de "Öffentliche Clientflows sind abgeschaltet"
       "Die App hat kein Geheimnis, und ihre Registrierung sagt nicht, dass sie keines braucht. Also verlangt der Anbieter eines."
       "App-Registrierungen > {client_id} > Authentifizierung > Einstellungen > Öffentliche Clientflows zulassen > Aktiviert. Oder: az ad app update --id {client_id} --is-fallback-public-client true"
    link ERRORS
    marks [
        95: Is(PublicClientOff);
        80: Aadsts(&[7000218]), Not(InCodeExchange);
        35: Aadsts(&[7000218]), Is(InCodeExchange);
        20: OAuth("invalid_client"), Not(SecretSet), NoNumber, ENTRA;
    ]

    36 "redirect-under-web" Registration Error EntraAdmin 28
    en "The redirect address is registered for the web"
       "{redirect} stands under the platform Web. A code that came there can be redeemed with a secret only, whatever the switch for public clients says."
       "App registrations > {client_id} > Authentication: remove {redirect} under Web, then Add a platform > Mobile and desktop applications > {redirect}"
    de "Die Umleitungsadresse ist für das Web registriert"
       "{redirect} steht unter der Plattform „Web“. Ein Code, der dort ankam, lässt sich nur mit Geheimnis einlösen, was auch der Schalter für öffentliche Clients sagt."
       "App-Registrierungen > {client_id} > Authentifizierung: {redirect} unter „Web“ entfernen, dann Plattform hinzufügen > Mobilgerät- und Desktopanwendungen > {redirect}"
    link REDIRECT
    marks [
        65: Aadsts(&[7000218]), Is(InCodeExchange);
        20: Aadsts(&[7000218]), NoneOf(&[InCodeExchange, InDeviceFlow, InRefresh]);
    ]

    37 "redirect-under-spa" Registration Error EntraAdmin 28
    en "The redirect address is registered for a single-page app"
       "Sign-ins of that platform end after 24 hours, and its codes can be redeemed by a browser only."
       "App registrations > {client_id} > Authentication: remove {redirect} under Single-page application, then Add a platform > Mobile and desktop applications > {redirect}; sign in again."
    de "Die Umleitungsadresse ist für eine Single-Page-App registriert"
       "Anmeldungen dieser Plattform enden nach 24 Stunden, und ihre Codes kann nur ein Browser einlösen."
       "App-Registrierungen > {client_id} > Authentifizierung: {redirect} unter „Single-Page-Webanwendung“ entfernen, dann Plattform hinzufügen > Mobilgerät- und Desktopanwendungen > {redirect}; neu anmelden."
    link REDIRECT
    marks [95: Aadsts(&[700084, 9002326, 9002327]);]

    38 "redirect-missing" Registration Error EntraAdmin 28
    en "The redirect address is not registered"
       "The provider sends nobody to an address that the app does not list, and shows a page instead: the program waits in vain."
       "App registrations > {client_id} > Authentication > Add a platform > Mobile and desktop applications > Custom redirect URIs: {redirect} (http://localhost covers every port)."
    de "Die Umleitungsadresse ist nicht registriert"
       "Der Anbieter schickt niemanden an eine Adresse, die bei der App nicht steht, und zeigt stattdessen eine Seite: Das Programm wartet vergeblich."
       "App-Registrierungen > {client_id} > Authentifizierung > Plattform hinzufügen > Mobilgerät- und Desktopanwendungen > Benutzerdefinierte Umleitungs-URIs: {redirect} (http://localhost deckt jeden Port ab)."
    link REDIRECT
    marks [
        95: Is(RedirectUnregistered);
        95: Aadsts(&[50011, 500113, 900971, 70004, 500112]);
        35: Is(NoCallback), Not(CallbackPortBusy), ENTRA;
    ]

    39 "secret-wrong" Registration Error EntraAdmin 28
    en "The client secret is wrong"
       "It is not a secret of {client_id}: of another app, replaced, or one that is not known everywhere yet (a new one takes up to a minute)."
       "App registrations > {client_id} > Certificates & secrets > New client secret > copy Value"
    de "Der geheime Clientschlüssel ist falsch"
       "Er gehört nicht zu {client_id}: von einer anderen App, ersetzt, oder noch nicht überall bekannt (ein neuer braucht bis zu einer Minute)."
       "App-Registrierungen > {client_id} > Zertifikate & Geheimnisse > Neuer geheimer Clientschlüssel > „Wert“ kopieren"
    link ERRORS
    marks [
        60: Aadsts(&[7000215]), Not(SecretIsId);
        92: Aadsts(&[70002]);
        45: OAuth("invalid_client"), NoNumber, Not(SecretIsId);
    ]

    40 "secret-expired" Registration Error EntraAdmin 28
    en "The client secret has expired"
       "Secrets end after two years at most. It worked until the day it ended."
       "App registrations > {client_id} > Certificates & secrets > New client secret, set the new value here, and note its end. A certificate, or no secret at all, lasts longer."
    de "Der geheime Clientschlüssel ist abgelaufen"
       "Geheimnisse enden nach höchstens zwei Jahren. Bis zu diesem Tag hat es funktioniert."
       "App-Registrierungen > {client_id} > Zertifikate & Geheimnisse > Neuer geheimer Clientschlüssel, hier den neuen Wert eintragen und das Ende vormerken. Ein Zertifikat oder ganz ohne Geheimnis hält länger."
    link ERRORS
    marks [
        95: Aadsts(&[7000222]);
        15: OAuth("invalid_client"), Is(SecretSet), NoNumber, ENTRA;
    ]

    41 "assertion-wrong" Registration Error EntraAdmin 28
    en "The app's certificate is not accepted"
       "The signed assertion does not match a certificate of {client_id}: another one was uploaded, it ended, or its thumbprint is not the key's."
       "App registrations > {client_id} > Certificates & secrets > Certificates > Upload certificate: the public part of the key used here; compare the thumbprints and check this machine's clock."
    de "Das Zertifikat der App wird nicht angenommen"
       "Der signierte Nachweis passt zu keinem Zertifikat von {client_id}: Ein anderes wurde hochgeladen, es ist abgelaufen, oder der Fingerabdruck gehört nicht zum Schlüssel."
       "App-Registrierungen > {client_id} > Zertifikate & Geheimnisse > Zertifikate > Zertifikat hochladen: den öffentlichen Teil des hier benutzten Schlüssels; Fingerabdrücke vergleichen und die Uhr dieses Rechners prüfen."
    link ERRORS
    marks [
        95: Aadsts(&[700027, 700030, 50012]);
        45: Aadsts(&[700024]), Not(ClockOff);
    ]

    42 "permission-not-declared" Registration Error EntraAdmin 28
    en "The app does not list the mail permission"
       "A permission that the registration does not name cannot be asked for, or the list names a service that this tenant does not have."
       "App registrations > {client_id} > API permissions > Add a permission > Microsoft Graph > Delegated permissions: IMAP.AccessAsUser.All, POP.AccessAsUser.All, SMTP.Send, offline_access; then Grant admin consent."
    de "Die App führt die Mailberechtigung nicht auf"
       "Eine Berechtigung, die in der Registrierung nicht steht, kann nicht angefordert werden; oder die Liste nennt einen Dienst, den dieser Mandant nicht hat."
       "App-Registrierungen > {client_id} > API-Berechtigungen > Berechtigung hinzufügen > Microsoft Graph > Delegierte Berechtigungen: IMAP.AccessAsUser.All, POP.AccessAsUser.All, SMTP.Send, offline_access; dann Administratorzustimmung erteilen."
    link MAIL_OAUTH
    marks [95: Aadsts(&[650057, 65005, 650056, 650054]);]

    43 "permission-id-invalid" Registration Error EntraAdmin 28
    en "The app lists a permission that does not exist"
       "One entry of the list has an id that its service does not know, often from a manifest that was written by hand."
       "App registrations > {client_id} > API permissions: remove the entry shown as an id only, and add the permission again by its name."
    de "Die App führt eine Berechtigung auf, die es nicht gibt"
       "Ein Eintrag der Liste hat eine ID, die der Dienst nicht kennt, oft aus einem von Hand geschriebenen Manifest."
       "App-Registrierungen > {client_id} > API-Berechtigungen: den Eintrag entfernen, der nur als ID erscheint, und die Berechtigung mit ihrem Namen neu hinzufügen."
    link ERRORS
    marks [95: Aadsts(&[65006]);]

    44 "exchange-not-subscribed" Registration Error EntraAdmin 28
    en "The tenant has no Exchange Online"
       "The service that the scope names is not there: no subscription, another cloud, or a misspelt resource."
       "Give the tenant a plan with Exchange Online and {mailbox} a licence: admin.microsoft.com > Billing > Licenses. Check that the scope begins with https://outlook.office.com/"
    de "Der Mandant hat kein Exchange Online"
       "Den Dienst, den der Bereich nennt, gibt es hier nicht: kein Abonnement, eine andere Cloud oder ein Schreibfehler in der Ressource."
       "Dem Mandanten einen Plan mit Exchange Online und {mailbox} eine Lizenz geben: admin.microsoft.com > Abrechnung > Lizenzen. Prüfen, ob der Bereich mit https://outlook.office.com/ beginnt."
    link ERRORS
    marks [95: Aadsts(&[650052, 500011]);]

    45 "scope-wrong" Registration Error You 24
    en "The scope is misspelt"
       "The provider does not know what was asked for. The names are exact: IMAP.AccessAsUser.All, POP.AccessAsUser.All, SMTP.Send."
       "Use https://outlook.office.com/IMAP.AccessAsUser.All, https://outlook.office.com/POP.AccessAsUser.All and https://outlook.office.com/SMTP.Send, parted by blanks; or leave the scopes out to get the preset."
    de "Der Bereich ist falsch geschrieben"
       "Der Anbieter kennt nicht, was verlangt wurde. Die Namen müssen genau stimmen: IMAP.AccessAsUser.All, POP.AccessAsUser.All, SMTP.Send."
       "https://outlook.office.com/IMAP.AccessAsUser.All, https://outlook.office.com/POP.AccessAsUser.All und https://outlook.office.com/SMTP.Send benutzen, durch Leerzeichen getrennt; oder die Bereiche weglassen, dann gilt die Voreinstellung."
    link SCOPES
    marks [
        92: Aadsts(&[70011, 28002, 28003, 700023]);
        60: OAuth("invalid_scope"), NoNumber, Not(ScopesMixed);
    ]

    46 "scopes-mixed" Registration Error You 24
    en "Scopes of two services are asked for at once"
       "One request gives a token for one service: mail scopes of outlook.office.com and scopes of Graph cannot stand together."
       "Ask for the mail scopes alone. A second token, for Graph, comes from the same sign-in with a second request."
    de "Bereiche zweier Dienste werden auf einmal verlangt"
       "Eine Anfrage ergibt ein Token für einen Dienst: Mailbereiche von outlook.office.com und Bereiche von Graph dürfen nicht zusammenstehen."
       "Nur die Mailbereiche anfordern. Ein zweites Token, für Graph, liefert dieselbe Anmeldung mit einer zweiten Anfrage."
    link SCOPES
    marks [
        95: Is(ScopesMixed);
        95: Aadsts(&[700022, 28000]);
        15: OAuth("invalid_scope"), NoNumber, ENTRA;
    ]

    47 "borrowed-client-id" Registration Error You 28
    en "The client id belongs to Microsoft"
       "It is the id of one of Microsoft's own programs. Those may use the services they were approved for only, and others may not use them."
       "Register an app of your own: App registrations > New registration, and use its Application (client) ID instead of {client_id}."
    de "Die Client-ID gehört Microsoft"
       "Es ist die ID eines Programms von Microsoft. Ein solches darf nur die Dienste benutzen, für die es freigegeben ist, und andere dürfen die ID nicht benutzen."
       "Eine eigene App registrieren: App-Registrierungen > Neue Registrierung, und deren Anwendungs-ID (Client) anstelle von {client_id} benutzen."
    link REGISTER
    marks [95: Aadsts(&[65002]);]
}
