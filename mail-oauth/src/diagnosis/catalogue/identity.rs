//! 118 to 128: further answers of the identity provider.

use super::notation::*;

catalogue! {
    118 "authority-unknown" Tenant Error You 23
    en "The authority's host is not one of Microsoft's"
       "{authority} is not an address that the sign-in service knows."
       "Use https://login.microsoftonline.com/ and the tenant behind it, or the host of the national cloud."
    de "Der Host der Autorität ist keiner von Microsoft"
       "{authority} ist keine Adresse, die der Anmeldedienst kennt."
       "https://login.microsoftonline.com/ und dahinter den Mandanten benutzen, oder den Host der nationalen Cloud."
    link CLOUDS
    marks [
        95: Aadsts(&[50049]);
        60: OAuth("invalid_instance"), NoNumber;
    ]

    119 "password-wrong" SignIn Error You 21
    en "The user name or the password is wrong"
       "Or the account has no password that the cloud could check: a federated one, or one without a password. A blank before or behind it counts too."
       "Sign in with the browser instead of the password: mail-oauth login. Else reset it: https://passwordreset.microsoftonline.com"
    de "Benutzername oder Kennwort ist falsch"
       "Oder das Konto hat kein Kennwort, das die Cloud prüfen könnte: ein Verbundkonto oder eines ohne Kennwort. Auch ein Leerzeichen davor oder dahinter zählt."
       "Statt mit Kennwort im Browser anmelden: mail-oauth login. Sonst zurücksetzen: https://passwordreset.microsoftonline.com"
    link ERRORS
    marks [95: Aadsts(&[50126, 50056]);]

    120 "session-missing" SignIn Note You 21
    en "The browser is not signed in"
       "A silent sign-in was asked for, and nobody is signed in to the provider in that browser."
       "Nothing is wrong with the app. Sign in with a window: mail-oauth login"
    de "Der Browser ist nicht angemeldet"
       "Es wurde eine stille Anmeldung verlangt, und in diesem Browser ist niemand beim Anbieter angemeldet."
       "An der App ist nichts falsch. Mit Fenster anmelden: mail-oauth login"
    link ERRORS
    marks [
        92: Aadsts(&[50058]);
        85: OAuth("login_required"), NoNumber;
    ]

    121 "external-challenge" SignIn Error You 21
    en "A further check by another service is needed"
       "Conditional Access hands the sign-in to a custom control or another provider, which only a browser can answer."
       "Sign in with the browser: mail-oauth login. For a service: exclude {user} in Conditional Access, or app-only."
    de "Eine weitere Prüfung durch einen anderen Dienst ist nötig"
       "Der bedingte Zugriff gibt die Anmeldung an ein benutzerdefiniertes Steuerelement oder einen anderen Anbieter weiter; das kann nur ein Browser beantworten."
       "Im Browser anmelden: mail-oauth login. Für einen Dienst: {user} im bedingten Zugriff ausnehmen oder App-only."
    link CONDITIONAL
    marks [95: Aadsts(&[50158]);]

    122 "code-used" SignIn Error You 21
    en "The authorisation code was used already or is too old"
       "A code counts once and for ten minutes. A reloaded page or a request that was repeated uses it a second time."
       "Start the sign-in again: mail-oauth login"
    de "Der Autorisierungscode wurde schon benutzt oder ist zu alt"
       "Ein Code gilt einmal und zehn Minuten lang. Eine neu geladene Seite oder eine wiederholte Anfrage benutzt ihn ein zweites Mal."
       "Die Anmeldung neu beginnen: mail-oauth login"
    link ERRORS
    marks [
        92: Aadsts(&[54005, 70008, 50089]);
        50: OAuth("invalid_grant"), NoNumber, Is(InCodeExchange);
    ]

    123 "verifier-mismatch" SignIn Error You 21
    en "The answer does not belong to this sign-in"
       "The proof (PKCE) that goes with the code is another one: two sign-ins ran at once, or the code was pasted into another program."
       "Close the other windows and start again: mail-oauth login"
    de "Die Antwort gehört nicht zu dieser Anmeldung"
       "Der Nachweis (PKCE) zum Code ist ein anderer: Zwei Anmeldungen liefen zugleich, oder der Code wurde in ein anderes Programm eingefügt."
       "Die anderen Fenster schließen und neu beginnen: mail-oauth login"
    link ERRORS
    marks [95: Aadsts(&[501481]);]

    124 "password-agent-down" SignIn Temporary EntraAdmin 60
    en "The company's own password check does not answer"
       "Pass-through authentication asks an agent in the company's network, and that one has no connection to Active Directory."
       "entra.microsoft.com > Entra Connect > Connect Sync > Pass-through authentication: see which agents are active, and restart the service AzureADConnectAuthenticationAgent."
    de "Die Kennwortprüfung des Unternehmens antwortet nicht"
       "Die Passthrough-Authentifizierung fragt einen Agent im Netz des Unternehmens, und dieser hat keine Verbindung zum Active Directory."
       "entra.microsoft.com > Entra Connect > Connect-Synchronisierung > Passthrough-Authentifizierung: nachsehen, welche Agents aktiv sind, und den Dienst AzureADConnectAuthenticationAgent neu starten."
    link ERRORS
    marks [95: Aadsts(&[80001, 80002, 80005, 80007, 80010, 80012, 80013, 80014]);]

    125 "federated-credential" Registration Error EntraAdmin 28
    en "No federated credential of the app matches"
       "The app signs in with a token of another issuer (a workload identity), and issuer, subject or audience are not those that the registration expects."
       "App registrations > {client_id} > Certificates & secrets > Federated credentials: compare issuer, subject and audience with the token, letter by letter."
    de "Keine Verbundanmeldeinformation der App passt"
       "Die App meldet sich mit dem Token eines anderen Ausstellers an (Workload-Identität), und Aussteller, Antragsteller oder Zielgruppe sind nicht die, die die Registrierung erwartet."
       "App-Registrierungen > {client_id} > Zertifikate & Geheimnisse > Verbundanmeldeinformationen: Aussteller, Antragsteller und Zielgruppe Zeichen für Zeichen mit dem Token vergleichen."
    link ERRORS
    marks [95: Aadsts(&[700211, 700212, 700213, 70021]);]

    126 "app-credential-missing" Registration Error You 28
    en "The app sent no secret, certificate or assertion"
       "An application that signs in as itself must prove who it is."
       "Set the client secret or the certificate of {client_id} for this account. For a mailbox that a person signs in to, choose the sign-in by browser instead."
    de "Die App hat weder Geheimnis noch Zertifikat gesendet"
       "Eine Anwendung, die sich selbst anmeldet, muss nachweisen, wer sie ist."
       "Für dieses Konto den geheimen Clientschlüssel oder das Zertifikat von {client_id} eintragen. Für ein Postfach, bei dem sich eine Person anmeldet, stattdessen die Anmeldung im Browser wählen."
    link ERRORS
    marks [95: Aadsts(&[7000216]);]

    127 "default-scope-needed" Registration Error You 28
    en "An app-only sign-in wants the scope .default"
       "An application that signs in as itself gets all its roles of a service at once, never single scopes."
       "Set the scope to https://outlook.office365.com/.default, or leave it out to get the preset."
    de "Eine App-only-Anmeldung verlangt den Bereich .default"
       "Eine Anwendung, die sich selbst anmeldet, erhält alle ihre Rollen eines Dienstes auf einmal, nie einzelne Bereiche."
       "Als Bereich https://outlook.office365.com/.default eintragen oder ihn weglassen, dann gilt die Voreinstellung."
    link SCOPES
    marks [
        95: Aadsts(&[1002012]);
        40: OAuth("invalid_scope"), Is(AppOnly), NoNumber;
    ]

    128 "device-scope" SignIn Error You 21
    en "This provider gives no mail access by device code"
       "Google's device flow allows a short list of scopes, and mail is not among them."
       "Sign in with the browser instead: mail-oauth login"
    de "Dieser Anbieter gibt per Gerätecode keinen Mailzugriff"
       "Googles Geräteanmeldung erlaubt nur wenige Bereiche, und Mail gehört nicht dazu."
       "Stattdessen im Browser anmelden: mail-oauth login"
    link GOOGLE_OAUTH
    marks [
        95: Phrase("Invalid device flow scope");
        80: OAuth("invalid_scope"), Is(Google), Is(InDeviceFlow);
    ]
}
