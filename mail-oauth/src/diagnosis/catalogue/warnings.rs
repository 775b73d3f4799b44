//! 101 to 105: what works today and will not for long.

use super::notation::*;

catalogue! {
    101 "credential-ends-soon" Warnings Warning EntraAdmin 2
    en "The app's certificate ends soon"
       "It ends on {detail}; from then on the app gets no token."
       "App registrations > {client_id} > Certificates & secrets > Certificates: upload the public part of a new one now, set it here, and remove the old one after a successful check."
    de "Das Zertifikat der App endet bald"
       "Es endet am {detail}; danach bekommt die App kein Token mehr."
       "App-Registrierungen > {client_id} > Zertifikate & Geheimnisse > Zertifikate: jetzt den öffentlichen Teil eines neuen hochladen, es hier eintragen und das alte nach erfolgreicher Prüfung entfernen."
    link REGISTER
    marks [95: Is(CredentialEndsSoon);]

    102 "refresh-token-old" Warnings Warning You 2
    en "The sign-in was not used for two months"
       "After 90 days without use it ends, and a person must sign in again."
       "Use it once: mail-oauth token, and let a weekly job do that."
    de "Die Anmeldung wurde zwei Monate nicht benutzt"
       "Nach 90 Tagen ohne Benutzung endet sie, und jemand muss sich neu anmelden."
       "Einmal benutzen: mail-oauth token, und das einen wöchentlichen Auftrag tun lassen."
    link REFRESH
    marks [95: Is(RefreshTokenOld);]

    103 "password-still-works" Warnings Note ExchangeAdmin 2
    en "Whether programs still sign in by password"
       "Servers list PLAIN and LOGIN also where passwords are off, and only a password would show it. Exchange Online switches passwords off for SMTP by default at the end of December 2026."
       "Ask for the programs that use one: entra.microsoft.com > Sign-in logs > filter Client app: Authenticated SMTP, IMAP4, POP3; move them to OAuth before that: scanners, monitoring, old mail programs."
    de "Ob sich noch Programme mit Kennwort anmelden"
       "Server führen PLAIN und LOGIN auch dort auf, wo Kennwörter abgeschaltet sind; zeigen könnte es nur ein Kennwort. Exchange Online schaltet Kennwörter für SMTP Ende Dezember 2026 standardmäßig ab."
       "Nach den Programmen fragen, die eines benutzen: entra.microsoft.com > Anmeldeprotokolle > Filter Client-App: Authenticated SMTP, IMAP4, POP3; sie vorher auf OAuth umstellen: Scanner, Überwachung, alte Mailprogramme."
    link BASIC_AUTH
    marks []

    104 "device-code-in-use" Warnings Note You 2
    en "The sign-in came by device code"
       "Microsoft recommends that tenants block this way of signing in; the next sign-in may then fail."
       "Register http://localhost under Mobile and desktop applications and sign in by browser: mail-oauth login; for a service use an app-only account."
    de "Die Anmeldung kam per Gerätecode"
       "Microsoft empfiehlt Mandanten, diesen Weg zu sperren; die nächste Anmeldung kann dann scheitern."
       "http://localhost unter „Mobilgerät- und Desktopanwendungen“ registrieren und im Browser anmelden: mail-oauth login; für einen Dienst ein App-only-Konto benutzen."
    link DEVICE_CODE
    marks [90: Is(DeviceCodeUsed);]

    105 "more-permissions" Warnings Note EntraAdmin 2
    en "The app may do more than mail"
       "The token also holds: {detail}. Whoever gets hold of it can do that too."
       "App registrations > {client_id} > API permissions: remove what this mailbox does not need, and revoke it under Enterprise applications > {client_id} > Permissions."
    de "Die App darf mehr als Mail"
       "Das Token enthält außerdem: {detail}. Wer es in die Hand bekommt, kann auch das."
       "App-Registrierungen > {client_id} > API-Berechtigungen: entfernen, was dieses Postfach nicht braucht, und unter Unternehmensanwendungen > {client_id} > Berechtigungen widerrufen."
    link NO_LINK
    marks [90: Is(MorePermissions);]
}
