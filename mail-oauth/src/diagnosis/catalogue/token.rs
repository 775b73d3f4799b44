//! 69 to 75: what the token says. Each is certain when the token was looked into, possible when it was not, and out of
//! the question when it was and says otherwise.

use super::notation::*;

catalogue! {
    69 "audience-graph" Token Error You 24
    en "The token is for another service"
       "Its audience is Microsoft Graph or another resource. The mail servers take tokens for outlook.office.com only, and say no more than that the sign-in failed."
       "Ask for the scope by its full name, such as https://outlook.office.com/IMAP.AccessAsUser.All, not IMAP.AccessAsUser.All alone and nothing of graph.microsoft.com. App-only: https://outlook.office365.com/.default"
    de "Das Token gilt für einen anderen Dienst"
       "Seine Zielgruppe (aud) ist Microsoft Graph oder eine andere Ressource. Die Mailserver nehmen nur Token für outlook.office.com und sagen nicht mehr, als dass die Anmeldung fehlschlug."
       "Den Bereich mit vollem Namen anfordern, etwa https://outlook.office.com/IMAP.AccessAsUser.All, nicht nur IMAP.AccessAsUser.All und nichts von graph.microsoft.com. App-only: https://outlook.office365.com/.default"
    link MAIL_OAUTH
    marks [
        95: Any(&[Is(AudienceGraph), Is(AudienceOther)]);
        22: REFUSED, UNSEEN, EXCHANGE, NOWHERE;
    ]

    70 "scope-missing" Token Error You 24
    en "The token lacks the permission for this protocol"
       "The audience is right, but scp does not name what {protocol} needs: IMAP.AccessAsUser.All, POP.AccessAsUser.All or SMTP.Send (Google: https://mail.google.com/)."
       "Add the permission and consent: App registrations > {client_id} > API permissions > Microsoft Graph > Delegated permissions, Grant admin consent; then sign in again with that scope: mail-oauth login"
    de "Dem Token fehlt die Berechtigung für dieses Protokoll"
       "Die Zielgruppe stimmt, aber scp nennt nicht, was {protocol} braucht: IMAP.AccessAsUser.All, POP.AccessAsUser.All oder SMTP.Send (Google: https://mail.google.com/)."
       "Berechtigung hinzufügen und zustimmen: App-Registrierungen > {client_id} > API-Berechtigungen > Microsoft Graph > Delegierte Berechtigungen, Administratorzustimmung erteilen; dann mit diesem Bereich neu anmelden: mail-oauth login"
    link MAIL_OAUTH
    marks [
        95: Is(ScopeMissing);
        92: Is(ChallengeScope);
        15: REFUSED, UNSEEN, Not(AppOnly);
    ]

    71 "role-missing" Token Error EntraAdmin 30
    en "The app lacks the application permission"
       "An application that signs in as itself needs IMAP.AccessAsApp, POP.AccessAsApp or SMTP.SendAsApp in roles; this token does not have the one for {protocol}."
       "App registrations > {client_id} > API permissions > Add a permission > APIs my organization uses > Office 365 Exchange Online > Application permissions, then Grant admin consent. For SMTP the Exchange role Application SMTP.SendAsApp serves instead; the token then has no roles."
    de "Der App fehlt die Anwendungsberechtigung"
       "Eine Anwendung, die sich selbst anmeldet, braucht IMAP.AccessAsApp, POP.AccessAsApp oder SMTP.SendAsApp in roles; diesem Token fehlt die für {protocol}."
       "App-Registrierungen > {client_id} > API-Berechtigungen > Berechtigung hinzufügen > Von meiner Organisation verwendete APIs > Office 365 Exchange Online > Anwendungsberechtigungen, dann Administratorzustimmung erteilen. Bei SMTP genügt auch die Exchange-Rolle Application SMTP.SendAsApp; das Token hat dann keine roles."
    link MAIL_OAUTH
    marks [
        95: Is(RoleMissing), Not(AppTokenWithoutRoles);
        30: REFUSED, UNSEEN, EXCHANGE, Is(AppOnly);
        6: REFUSED, UNSEEN, EXCHANGE, NoneOf(&[AppOnly, Delegated, OwnMailbox]);
    ]

    72 "permission-of-wrong-kind" Token Error EntraAdmin 30
    en "The permission is of the wrong kind"
       "Delegated permissions count when a person signs in, application permissions when the app does. This token is an application's and has no role at all: the delegated ones were added instead."
       "App registrations > {client_id} > API permissions > Office 365 Exchange Online > Application permissions (not Delegated): IMAP.AccessAsApp, POP.AccessAsApp, SMTP.SendAsApp; Grant admin consent. Or let a person sign in."
    de "Die Berechtigung ist von der falschen Art"
       "Delegierte Berechtigungen zählen, wenn sich eine Person anmeldet, Anwendungsberechtigungen, wenn es die App tut. Dies ist das Token einer Anwendung ohne jede Rolle: Stattdessen wurden die delegierten hinzugefügt."
       "App-Registrierungen > {client_id} > API-Berechtigungen > Office 365 Exchange Online > Anwendungsberechtigungen (nicht delegierte): IMAP.AccessAsApp, POP.AccessAsApp, SMTP.SendAsApp; Administratorzustimmung erteilen. Oder eine Person anmelden lassen."
    link MAIL_OAUTH
    marks [
        95: Is(AppTokenWithoutRoles);
        8: REFUSED, UNSEEN, EXCHANGE, Is(AppOnly);
    ]

    73 "foreign-tenant" Token Error You 30
    en "The token is of another tenant"
       "{user} signed in at a directory that is not the mailbox's, as a guest for instance. A mailbox opens to tokens of its own tenant only."
       "Set the tenant to the mailbox's own (the part of {mailbox} behind the @) and sign in again: mail-oauth login"
    de "Das Token stammt von einem anderen Mandanten"
       "{user} hat sich bei einem Verzeichnis angemeldet, das nicht das des Postfachs ist, etwa als Gast. Ein Postfach öffnet sich nur für Token des eigenen Mandanten."
       "Als Mandanten den des Postfachs eintragen (den Teil von {mailbox} hinter dem @) und neu anmelden: mail-oauth login"
    link NO_LINK
    marks [
        95: Is(ForeignTenant);
        6: Any(&[REFUSED, NOT_CONNECTED]), UNSEEN, EXCHANGE, NOWHERE;
    ]

    74 "token-expired" Token Error You 30
    en "The token has expired, or ends too soon"
       "An access token lives 60 to 90 minutes. A program that keeps one without refreshing it fails after that; bulk submission wants ten minutes to be left."
       "Get a fresh one before each connection: mail-oauth token refreshes by itself. If a fresh token is already old, set this machine's clock."
    de "Das Token ist abgelaufen oder endet zu bald"
       "Ein Zugriffstoken lebt 60 bis 90 Minuten. Ein Programm, das eines behält und nicht erneuert, scheitert danach; der Massenversand verlangt zehn Minuten Rest."
       "Vor jeder Verbindung ein frisches holen: mail-oauth token erneuert von selbst. Ist ein frisches Token schon alt, die Uhr dieses Rechners stellen."
    link REFRESH
    marks [
        95: Any(&[Is(TokenExpired), Enhanced("5.5.127"), Phrase("AccessTokenExpired"), Phrase("Token will expire soon")]);
        92: Is(TokenEndsSoon);
        20: REFUSED, UNSEEN;
    ]

    75 "token-opaque" Token Note You 30
    en "The token cannot be looked into"
       "It is not a JWT: tokens of personal Microsoft accounts and of Google are opaque. What it is good for shows at the mail server only."
       "Nothing to mend. If the mail server refuses it, sign in again with the mail scopes: mail-oauth login"
    de "In das Token lässt sich nicht hineinsehen"
       "Es ist kein JWT: Token persönlicher Microsoft-Konten und von Google sind undurchsichtig. Wofür es taugt, zeigt erst der Mailserver."
       "Nichts zu beheben. Weist der Mailserver es zurück, mit den Mailbereichen neu anmelden: mail-oauth login"
    link NO_LINK
    marks [40: Is(TokenOpaque), NoneOf(&[SignInRefused, NotConnected]);]
}
