//! 48 to 68: the sign-in, consent and policies.

use super::notation::*;

catalogue! {
    48 "consent-missing" SignIn Error You 21
    en "Nobody has consented to this permission"
       "{user} has not yet agreed that the app may use the mailbox, or the permission is new since then."
       "Sign in again and accept: mail-oauth login. For everybody at once, an administrator: App registrations > {client_id} > API permissions > Grant admin consent."
    de "Dieser Berechtigung hat niemand zugestimmt"
       "{user} hat noch nicht zugestimmt, dass die App das Postfach benutzt, oder die Berechtigung kam seither hinzu."
       "Neu anmelden und zustimmen: mail-oauth login. Für alle auf einmal ein Administrator: App-Registrierungen > {client_id} > API-Berechtigungen > Administratorzustimmung erteilen."
    link CONSENT
    marks [
        95: Aadsts(&[65001]);
        92: Suberror("consent_required");
        92: OAuth("consent_required");
    ]

    49 "admin-consent-needed" SignIn Error EntraAdmin 27
    en "An administrator must consent"
       "In {tenant} people may not consent to this app themselves: the sign-in ends at a page that asks for an administrator."
       "An administrator opens {authority}/v2.0/adminconsent?client_id={client_id} and accepts, or: Enterprise applications > {client_id} > Permissions > Grant admin consent."
    de "Ein Administrator muss zustimmen"
       "In {tenant} dürfen Benutzer dieser App nicht selbst zustimmen: Die Anmeldung endet auf einer Seite, die nach einem Administrator fragt."
       "Ein Administrator öffnet {authority}/v2.0/adminconsent?client_id={client_id} und stimmt zu, oder: Unternehmensanwendungen > {client_id} > Berechtigungen > Administratorzustimmung erteilen."
    link CONSENT
    marks [
        95: Aadsts(&[90094, 90095]);
        92: Phrase("Need admin approval");
        92: Phrase("Administratorgenehmigung erforderlich");
    ]

    50 "consent-declined" SignIn Error You 26
    en "The sign-in was declined"
       "Somebody chose Cancel or No on the provider's page."
       "Sign in again as {user} and accept: mail-oauth login"
    de "Die Anmeldung wurde abgelehnt"
       "Jemand hat auf der Seite des Anbieters „Abbrechen“ oder „Nein“ gewählt."
       "Neu als {user} anmelden und zustimmen: mail-oauth login"
    link NO_LINK
    marks [
        95: Aadsts(&[65004, 70017]);
        92: OAuth("authorization_declined");
        75: OAuth("access_denied"), NoNumber;
    ]

    51 "assignment-required" SignIn Error EntraAdmin 27
    en "The app is for assigned people only"
       "{user} is not among them."
       "Enterprise applications > {client_id} > Users and groups > Add user/group > {user}, or Properties > Assignment required? > No."
    de "Die App ist nur für zugewiesene Personen"
       "{user} gehört nicht dazu."
       "Unternehmensanwendungen > {client_id} > Benutzer und Gruppen > Benutzer/Gruppe hinzufügen > {user}, oder Eigenschaften > Zuweisung erforderlich? > Nein."
    link ASSIGN
    marks [95: Aadsts(&[50105]);]

    52 "mfa-needed" SignIn Error You 21
    en "A second factor is needed"
       "A policy asks {user} for multi-factor authentication, or to set it up first. A stored sign-in without it does not count any more, and a password alone never will."
       "Sign in again in the browser: mail-oauth login; set up the factor at https://aka.ms/mfasetup. For a service without a person: use an app-only account, or exclude this user: Conditional Access > the policy > Users > Exclude."
    de "Ein zweiter Faktor ist nötig"
       "Eine Richtlinie verlangt von {user} die mehrstufige Authentifizierung oder deren Einrichtung. Eine gespeicherte Anmeldung ohne sie gilt nicht mehr, und ein Kennwort allein genügt nie."
       "Im Browser neu anmelden: mail-oauth login; den Faktor einrichten unter https://aka.ms/mfasetup. Für einen Dienst ohne Person: ein App-only-Konto benutzen oder diesen Benutzer ausnehmen: Bedingter Zugriff > die Richtlinie > Benutzer > Ausschließen."
    link MFA_SETUP
    marks [
        95: Aadsts(&[50076, 50074, 50079, 50072, 53004]);
        45: OAuth("interaction_required"), NoNumber, ENTRA;
        25: Suberror("basic_action"), NoNumber;
    ]

    53 "mfa-expired" SignIn Error You 21
    en "The second factor was too long ago"
       "A policy wants multi-factor authentication to be renewed from time to time."
       "Sign in again: mail-oauth login. For a service: app-only, or Conditional Access > the policy > Session > Sign-in frequency without this user."
    de "Der zweite Faktor liegt zu lange zurück"
       "Eine Richtlinie verlangt, die mehrstufige Authentifizierung von Zeit zu Zeit zu erneuern."
       "Neu anmelden: mail-oauth login. Für einen Dienst: App-only, oder Bedingter Zugriff > die Richtlinie > Sitzung > Anmeldehäufigkeit ohne diesen Benutzer."
    link CONDITIONAL
    marks [
        95: Aadsts(&[50078]);
        10: OAuth("interaction_required"), NoNumber, ENTRA;
    ]

    54 "sign-in-frequency" SignIn Error EntraAdmin 27
    en "A policy ends every sign-in after a fixed time"
       "The sign-in frequency of Conditional Access makes the refresh token end, however often it is used."
       "Conditional Access > the policy > Session > Sign-in frequency: exclude {user} or this app. A service that must run unattended is better app-only. Until then: mail-oauth login"
    de "Eine Richtlinie beendet jede Anmeldung nach fester Zeit"
       "Die Anmeldehäufigkeit des bedingten Zugriffs lässt das Aktualisierungstoken enden, wie oft es auch benutzt wird."
       "Bedingter Zugriff > die Richtlinie > Sitzung > Anmeldehäufigkeit: {user} oder diese App ausnehmen. Ein unbeaufsichtigter Dienst läuft besser App-only. Bis dahin: mail-oauth login"
    link CONDITIONAL
    marks [
        95: Aadsts(&[70043]);
        55: Suberror("token_expired"), NoNumber;
    ]

    55 "conditional-access" SignIn Error EntraAdmin 27
    en "Conditional Access blocks the sign-in"
       "A policy of {tenant} does not let this user, app, place or device in. The password may well have been right."
       "entra.microsoft.com > Sign-in logs: open the entry of this time (or of its correlation id) > Conditional Access, and see which policy said no. Exclude the user or the app there, or allow this network."
    de "Der bedingte Zugriff sperrt die Anmeldung"
       "Eine Richtlinie von {tenant} lässt diesen Benutzer, diese App, diesen Ort oder dieses Gerät nicht zu. Das Kennwort kann durchaus gestimmt haben."
       "entra.microsoft.com > Anmeldeprotokolle: den Eintrag zu dieser Zeit (oder dieser Korrelations-ID) öffnen > Bedingter Zugriff, und sehen, welche Richtlinie abgelehnt hat. Dort den Benutzer oder die App ausnehmen oder dieses Netz zulassen."
    link CONDITIONAL
    marks [
        95: Aadsts(&[530032, 50131, 530034, 53011]);
        95: Aadsts(&[53003]), Not(InDeviceFlow);
        50: Aadsts(&[53003]), Is(InDeviceFlow);
        50: Suberror("message_only"), NoNumber;
        25: OAuth("interaction_required"), NoNumber, ENTRA;
    ]

    56 "device-not-trusted" SignIn Error EntraAdmin 27
    en "A policy wants a managed device or an approved app"
       "A program without a window cannot prove which device it runs on, so such a policy keeps it out for good."
       "Conditional Access > the policy > Grant: exclude {user} or this app, best limited to the server's network; or move the service to app-only, which these policies leave alone."
    de "Eine Richtlinie verlangt ein verwaltetes Gerät oder eine genehmigte App"
       "Ein Programm ohne Fenster kann nicht nachweisen, auf welchem Gerät es läuft; eine solche Richtlinie sperrt es also dauerhaft aus."
       "Bedingter Zugriff > die Richtlinie > Gewähren: {user} oder diese App ausnehmen, am besten nur im Netz des Servers; oder den Dienst auf App-only umstellen, das diese Richtlinien nicht betrifft."
    link CONDITIONAL
    marks [
        95: Aadsts(&[53000, 53001, 53002, 50097, 50129, 50155, 50187, 530003, 530021, 700003]);
        12: OAuth("interaction_required"), NoNumber, ENTRA;
    ]

    57 "device-code-blocked" SignIn Error EntraAdmin 27
    en "Signing in by device code is blocked"
       "A policy (Conditional Access, authentication flows) or the security defaults of {tenant} forbid it; Microsoft recommends that."
       "Sign in with the browser of this machine instead: mail-oauth login, with http://localhost registered under Mobile and desktop applications. Else: Conditional Access > the policy > Conditions > Authentication flows."
    de "Die Anmeldung per Gerätecode ist gesperrt"
       "Eine Richtlinie (bedingter Zugriff, Authentifizierungsflows) oder die Sicherheitsstandards von {tenant} verbieten sie; Microsoft empfiehlt das."
       "Stattdessen mit dem Browser dieses Rechners anmelden: mail-oauth login, mit http://localhost unter „Mobilgerät- und Desktopanwendungen“. Sonst: Bedingter Zugriff > die Richtlinie > Bedingungen > Authentifizierungsflows."
    link DEVICE_CODE
    marks [
        95: Aadsts(&[530035]);
        65: Aadsts(&[53003]), Is(InDeviceFlow);
        45: Is(NoRefreshToken), Is(InDeviceFlow), ENTRA;
    ]

    58 "refresh-token-idle" SignIn Error You 21
    en "The sign-in was not used for too long"
       "A refresh token ends after 90 days without use."
       "Sign in again: mail-oauth login, and let a job that runs once a week keep it alive: mail-oauth token"
    de "Die Anmeldung wurde zu lange nicht benutzt"
       "Ein Aktualisierungstoken endet nach 90 Tagen ohne Benutzung."
       "Neu anmelden: mail-oauth login, und es mit einem wöchentlichen Auftrag am Leben halten: mail-oauth token"
    link REFRESH
    marks [
        95: Aadsts(&[700082, 700081]);
        20: OAuth("invalid_grant"), NoNumber, Not(AppOnly), Not(Google);
    ]

    59 "sign-in-revoked" SignIn Error You 21
    en "The password changed, or the sign-in was revoked"
       "Every earlier sign-in of {user} ended with that."
       "Sign in again: mail-oauth login. If nobody changed the password, ask who revoked the sessions: entra.microsoft.com > Users > {user} > Sign-in logs, Audit logs."
    de "Das Kennwort wurde geändert oder die Anmeldung widerrufen"
       "Damit endete jede frühere Anmeldung von {user}."
       "Neu anmelden: mail-oauth login. Hat niemand das Kennwort geändert, nachsehen, wer die Sitzungen widerrief: entra.microsoft.com > Benutzer > {user} > Anmeldeprotokolle, Überwachungsprotokolle."
    link REFRESH
    marks [
        95: Aadsts(&[50173, 50133, 50132]);
        60: Aadsts(&[70000]);
        30: OAuth("invalid_grant"), NoNumber, Not(AppOnly), Not(Google);
        30: Suberror("bad_token"), NoNumber;
    ]

    60 "account-disabled" SignIn Error EntraAdmin 27
    en "The account is disabled or locked, or its password has expired"
       "{user} cannot sign in at all. The account of a shared mailbox is disabled on purpose: a delegate signs in for it."
       "entra.microsoft.com > Users > {user} > Properties > Account enabled; reset the password; after too many attempts wait. For a shared mailbox: set the delegate as the one who signs in and {mailbox} as the mailbox."
    de "Das Konto ist deaktiviert oder gesperrt, oder sein Kennwort ist abgelaufen"
       "{user} kann sich überhaupt nicht anmelden. Das Konto eines freigegebenen Postfachs ist absichtlich deaktiviert: Dafür meldet sich ein Stellvertreter an."
       "entra.microsoft.com > Benutzer > {user} > Eigenschaften > Konto aktiviert; Kennwort zurücksetzen; nach zu vielen Versuchen warten. Bei einem freigegebenen Postfach: den Stellvertreter als Anmeldenamen und {mailbox} als Postfach eintragen."
    link ERRORS
    marks [95: Aadsts(&[50057, 50053, 50055, 50144, 50135]);]

    61 "tenant-restrictions" SignIn Error Network 21
    en "Tenant restrictions keep the account out"
       "A proxy of this network, or a cross-tenant policy, lets people sign in to chosen tenants only, and {tenant} is none of them."
       "Ask for {tenant} to be added where the restriction is set: the proxy's header sec-Restrict-Tenant-Access-Policy, or External Identities > Cross-tenant access settings."
    de "Mandanteneinschränkungen sperren das Konto aus"
       "Ein Proxy dieses Netzes oder eine mandantenübergreifende Richtlinie erlaubt Anmeldungen nur bei bestimmten Mandanten, und {tenant} gehört nicht dazu."
       "{tenant} dort aufnehmen lassen, wo die Einschränkung steht: in der Kopfzeile sec-Restrict-Tenant-Access-Policy des Proxys oder unter External Identities > Mandantenübergreifende Zugriffseinstellungen."
    link RESTRICTIONS
    marks [95: Aadsts(&[500021, 500022, 500212, 500213]);]

    62 "device-code-unconfirmed" SignIn Error You 21
    en "The code was not confirmed in time"
       "Nobody entered the code on the provider's page before it ended (15 minutes), or it was mistyped."
       "Start again and enter the new code at once: mail-oauth login"
    de "Der Code wurde nicht rechtzeitig bestätigt"
       "Niemand hat den Code auf der Seite des Anbieters eingegeben, bevor er endete (15 Minuten), oder er war vertippt."
       "Neu beginnen und den neuen Code gleich eingeben: mail-oauth login"
    link DEVICE_CODE
    marks [
        92: Aadsts(&[70016, 70018, 70019, 70020, 50134]);
        92: OAuth("authorization_pending");
        92: OAuth("expired_token");
        92: OAuth("code_expired");
        92: OAuth("bad_verification_code");
        30: OAuth("slow_down");
    ]

    63 "no-refresh-token" SignIn Warning You 21
    en "The provider gave no refresh token"
       "Everything works for about an hour, then somebody must sign in again."
       "Ask for the scope offline_access (Google: access_type=offline and prompt=consent), and sign in again: mail-oauth login"
    de "Der Anbieter gab kein Aktualisierungstoken"
       "Etwa eine Stunde lang geht alles, dann muss sich wieder jemand anmelden."
       "Den Bereich offline_access anfordern (Google: access_type=offline und prompt=consent) und neu anmelden: mail-oauth login"
    link REFRESH
    marks [
        92: Is(NoRefreshToken), Not(InDeviceFlow);
        55: Is(NoRefreshToken), Is(InDeviceFlow);
    ]

    64 "other-person" SignIn Error You 29
    en "Somebody else signed in"
       "The token belongs to {detail}, and the account says {user}. The browser still knew another account."
       "Sign in again and choose the right account, in a private window if need be: mail-oauth login"
    de "Jemand anderes hat sich angemeldet"
       "Das Token gehört {detail}, und das Konto nennt {user}. Der Browser kannte noch ein anderes Konto."
       "Neu anmelden und das richtige Konto wählen, notfalls in einem privaten Fenster: mail-oauth login"
    link NO_LINK
    marks [92: Is(OtherPerson), NoneOf(&[SignInRefused, NotConnected]);]

    65 "identity-throttles" SignIn Temporary You 60
    en "Too many requests to the identity provider"
       "Something asks for tokens in a loop, or many programs at one address do."
       "Wait as long as the answer says, and keep tokens in a cache instead of asking for one at each connection. Look for a job that starts this program every few seconds."
    de "Zu viele Anfragen an den Identitätsanbieter"
       "Etwas fordert in einer Schleife Token an, oder viele Programme hinter einer Adresse tun es."
       "So lange warten, wie die Antwort sagt, und Token im Speicher halten, statt bei jeder Verbindung eines anzufordern. Nach einem Auftrag suchen, der dieses Programm alle paar Sekunden startet."
    link NO_LINK
    marks [
        95: Is(IdentityThrottles);
        95: Aadsts(&[90055, 50196]);
        92: OAuth("slow_down"), Not(InDeviceFlow);
        40: OAuth("temporarily_unavailable"), NoNumber;
    ]

    66 "google-testing" SignIn Error You 21
    en "The Google project is in testing"
       "Sign-ins of a project whose publishing status is Testing end after 7 days."
       "console.cloud.google.com > Google Auth Platform > Audience > Publish app, or user type Internal inside a Workspace; then sign in again: mail-oauth login"
    de "Das Google-Projekt ist im Test"
       "Anmeldungen eines Projekts mit dem Veröffentlichungsstatus „Test“ enden nach 7 Tagen."
       "console.cloud.google.com > Google Auth Platform > Zielgruppe > App veröffentlichen, oder in einem Workspace den Nutzertyp „Intern“; dann neu anmelden: mail-oauth login"
    link GOOGLE_OAUTH
    marks [
        60: OAuth("invalid_grant"), Is(Google);
        45: OAuth("invalid_grant"), Phrase("expired or revoked"), Not(Microsoft);
    ]

    67 "google-policy" SignIn Error EntraAdmin 27
    en "Google does not let this app in"
       "The Workspace administrator does not trust it, the project is unverified, or its client was deleted or has another redirect address."
       "admin.google.com > Security > Access and data control > API controls > Manage app access: add {client_id} as trusted. For a deleted client or a redirect mismatch: console.cloud.google.com > Google Auth Platform > Clients."
    de "Google lässt diese App nicht zu"
       "Der Workspace-Administrator vertraut ihr nicht, das Projekt ist nicht überprüft, oder sein Client wurde gelöscht oder hat eine andere Umleitungsadresse."
       "admin.google.com > Sicherheit > Zugriffs- und Datenkontrolle > API-Steuerung > App-Zugriff verwalten: {client_id} als vertrauenswürdig aufnehmen. Bei gelöschtem Client oder falscher Umleitung: console.cloud.google.com > Google Auth Platform > Clients."
    link GOOGLE_APPS
    marks [
        95: OAuth("admin_policy_enforced");
        95: OAuth("deleted_client");
        95: OAuth("redirect_uri_mismatch");
        95: OAuth("org_internal");
        92: Phrase("app is blocked");
        25: OAuth("access_denied"), Is(Google);
    ]

    68 "google-delegation" SignIn Error EntraAdmin 27
    en "The service account may not act for this user"
       "Domain-wide delegation does not list its client id with the mail scope."
       "admin.google.com > Security > Access and data control > API controls > Manage domain-wide delegation > Add new: the numeric client id of the service account, scope https://mail.google.com/"
    de "Das Dienstkonto darf nicht für diesen Benutzer handeln"
       "Die domainweite Delegierung führt seine Client-ID nicht mit dem Mailbereich."
       "admin.google.com > Sicherheit > Zugriffs- und Datenkontrolle > API-Steuerung > Domainweite Delegierung verwalten > Neu hinzufügen: die numerische Client-ID des Dienstkontos, Bereich https://mail.google.com/"
    link GOOGLE_DELEGATION
    marks [
        92: OAuth("unauthorized_client"), Is(Google);
        40: OAuth("unauthorized_client"), NoNumber, NoneOf(&[Microsoft, Consumer, OtherProvider]);
    ]
}
