//! 76 to 90: the mailbox behind a good token. Exchange has one text for most of them.

use super::notation::*;

catalogue! {
    76 "smtp-user-not-upn" Mailbox Error You 44
    en "SMTP wants the user principal name"
       "Sending takes the name in the token, {user}; another address of the same person is refused there although IMAP accepts it."
       "Set the user principal name as the one who signs in: entra.microsoft.com > Users > the person > User principal name; keep {sender} as the sender."
    de "SMTP verlangt den Benutzerprinzipalnamen"
       "Beim Senden zählt der Name im Token, {user}; eine andere Adresse derselben Person wird dort abgelehnt, auch wenn IMAP sie annimmt."
       "Den Benutzerprinzipalnamen als Anmeldenamen eintragen: entra.microsoft.com > Benutzer > die Person > Benutzerprinzipalname; {sender} als Absender behalten."
    link SMTP_AUTH
    marks [
        80: REFUSED, Is(InSmtp), Is(UpnDiffers), EXCHANGE;
        12: REFUSED, Is(InSmtp), UNSEEN, EXCHANGE, Not(AppOnly);
    ]

    77 "service-principal-wrong" Mailbox Error ExchangeAdmin 44
    en "Exchange does not know the app's service principal"
       "The token is the application's and is in order, but in Exchange the app is not registered, or with the object id of the app registration instead of the enterprise application's."
       "Copy Enterprise applications > {client_id} > Object ID, then in Exchange Online PowerShell: Remove-ServicePrincipal -Identity {client_id}; New-ServicePrincipal -AppId {client_id} -ObjectId {object_id}; and give the mailbox permission again. It counts after up to two hours."
    de "Exchange kennt den Dienstprinzipal der App nicht"
       "Das Token ist das der Anwendung und in Ordnung, aber in Exchange ist die App nicht eingetragen, oder mit der Objekt-ID der App-Registrierung statt der der Unternehmensanwendung."
       "Unternehmensanwendungen > {client_id} > Objekt-ID kopieren, dann in der Exchange-Online-PowerShell: Remove-ServicePrincipal -Identity {client_id}; New-ServicePrincipal -AppId {client_id} -ObjectId {object_id}; und die Postfachberechtigung neu erteilen. Wirkt nach bis zu zwei Stunden."
    link MAIL_OAUTH
    marks [
        70: REFUSED, Is(AppOnly), EXCHANGE, NOWHERE;
        10: REFUSED, EXCHANGE, NOWHERE, NoneOf(&[AppOnly, Delegated, OwnMailbox, TokenExpired]);
    ]

    78 "app-without-mailbox-permission" Mailbox Error ExchangeAdmin 44
    en "The app has no permission on the mailbox"
       "The app may use the protocol, but {mailbox} does not let it in."
       "Exchange Online PowerShell: Add-MailboxPermission -Identity {mailbox} -User {object_id} -AccessRights FullAccess (the object id of the enterprise application). It counts after up to two hours."
    de "Die App hat keine Berechtigung am Postfach"
       "Die App darf das Protokoll benutzen, aber {mailbox} lässt sie nicht hinein."
       "Exchange-Online-PowerShell: Add-MailboxPermission -Identity {mailbox} -User {object_id} -AccessRights FullAccess (die Objekt-ID der Unternehmensanwendung). Wirkt nach bis zu zwei Stunden."
    link MAIL_OAUTH
    marks [
        75: NOT_CONNECTED, Is(AppOnly), NOWHERE;
        15: NOT_CONNECTED, NOWHERE, NoneOf(&[AppOnly, Delegated, OwnMailbox]);
        92: Phrase("mailbox logon failure");
        25: REFUSED, Is(InPop3), Is(AppOnly), NOWHERE, EXCHANGE;
    ]

    79 "protocol-off" Mailbox Error ExchangeAdmin 44
    en "{protocol} is switched off for the mailbox"
       "The sign-in is accepted, and the mailbox does not open by this protocol."
       "Exchange Online PowerShell: Set-CASMailbox -Identity {mailbox} -ImapEnabled $true (POP3: -PopEnabled $true). Or admin.microsoft.com > Users > Active users > {mailbox} > Mail > Manage email apps. It counts after up to an hour."
    de "{protocol} ist für das Postfach abgeschaltet"
       "Die Anmeldung wird angenommen, aber das Postfach öffnet sich über dieses Protokoll nicht."
       "Exchange-Online-PowerShell: Set-CASMailbox -Identity {mailbox} -ImapEnabled $true (POP3: -PopEnabled $true). Oder admin.microsoft.com > Benutzer > Aktive Benutzer > {mailbox} > E-Mail > E-Mail-Apps verwalten. Wirkt nach bis zu einer Stunde."
    link MAIL_OAUTH
    marks [
        75: NOT_CONNECTED, Any(&[Is(OwnMailbox), Is(WorksElsewhere)]), Not(Consumer);
        35: NOT_CONNECTED, NoneOf(&[OwnMailbox, WorksElsewhere, Consumer]);
        60: REFUSED, NoneOf(&[InSmtp, Consumer]), Is(WorksElsewhere), EXCHANGE;
        20: REFUSED, NoneOf(&[InSmtp, Consumer, WorksElsewhere]), EXCHANGE;
    ]

    80 "no-full-access" Mailbox Error ExchangeAdmin 44
    en "The person has no full access to the shared mailbox"
       "{user} may sign in, but not open {mailbox}."
       "admin.exchange.microsoft.com > Mailboxes > {mailbox} > Delegation > Read and manage (Full Access) > add {user}. Or: Add-MailboxPermission -Identity {mailbox} -User {user} -AccessRights FullAccess. It counts after up to an hour."
    de "Die Person hat keinen Vollzugriff auf das freigegebene Postfach"
       "{user} darf sich anmelden, aber {mailbox} nicht öffnen."
       "admin.exchange.microsoft.com > Postfächer > {mailbox} > Delegierung > Lesen und verwalten (Vollzugriff) > {user} hinzufügen. Oder: Add-MailboxPermission -Identity {mailbox} -User {user} -AccessRights FullAccess. Wirkt nach bis zu einer Stunde."
    link MAIL_OAUTH
    marks [
        80: NOT_CONNECTED, Is(OtherMailbox), NoneOf(&[AppOnly, OtherPerson]), NOWHERE;
        25: NOT_CONNECTED, NOWHERE, NoneOf(&[OtherMailbox, AppOnly, OwnMailbox]);
        35: REFUSED, Is(InPop3), Is(OtherMailbox), Not(AppOnly), NOWHERE, EXCHANGE;
        8: REFUSED, Is(InImap), Is(OtherMailbox), Not(AppOnly), NOWHERE, EXCHANGE;
    ]

    81 "token-of-other-user" Mailbox Error You 44
    en "The token is another person's"
       "Exchange accepts the sign-in and then does not open a mailbox that is not the token's; other servers refuse at once."
       "Compare the name in the token with {mailbox}. Sign in as the right person: mail-oauth login; or, for a shared mailbox, set who signs in and the mailbox apart."
    de "Das Token gehört einer anderen Person"
       "Exchange nimmt die Anmeldung an und öffnet dann kein Postfach, das nicht das des Tokens ist; andere Server lehnen sofort ab."
       "Den Namen im Token mit {mailbox} vergleichen. Als die richtige Person anmelden: mail-oauth login; oder bei einem freigegebenen Postfach Anmeldenamen und Postfach getrennt eintragen."
    link NO_LINK
    marks [
        70: REFUSED, Is(OtherMailbox), Is(OtherProvider);
        92: Any(&[NOT_CONNECTED, REFUSED]), Is(OtherPerson);
        78: NOT_CONNECTED, Is(UpnDiffers), NoneOf(&[OtherMailbox, AppOnly, OtherPerson, WorksElsewhere]);
        60: REFUSED, Is(UpnDiffers), NoneOf(&[OtherMailbox, AppOnly, OtherPerson, InSmtp]);
        15: NOT_CONNECTED, UNSEEN, NoneOf(&[AppOnly, OtherMailbox]), NOWHERE;
        8: REFUSED, UNSEEN, NoneOf(&[AppOnly, OtherMailbox]), NOWHERE;
    ]

    82 "old-shared-syntax" Mailbox Error You 44
    en "The user name has the old form for shared mailboxes"
       "user\\shared and the like are not understood any more when a token signs in."
       "Set {mailbox} alone as the mailbox, and the person with full access as the one who signs in."
    de "Der Benutzername hat die alte Form für freigegebene Postfächer"
       "benutzer\\freigegeben und Ähnliches wird bei der Anmeldung mit Token nicht mehr verstanden."
       "Als Postfach nur {mailbox} eintragen und als Anmeldenamen die Person mit Vollzugriff."
    link MAIL_OAUTH
    marks [95: Is(OldSharedSyntax);]

    83 "alias-address" Mailbox Error You 44
    en "The address is an alias"
       "A mailbox opens by its primary address or user principal name, not by its other addresses."
       "Look the primary address up and set it as the mailbox: Get-Mailbox {mailbox} | Format-List PrimarySmtpAddress,UserPrincipalName"
    de "Die Adresse ist ein Alias"
       "Ein Postfach öffnet sich über die primäre Adresse oder den Benutzerprinzipalnamen, nicht über seine anderen Adressen."
       "Die primäre Adresse nachsehen und als Postfach eintragen: Get-Mailbox {mailbox} | Format-List PrimarySmtpAddress,UserPrincipalName"
    link NO_LINK
    marks [
        35: NOT_CONNECTED, Is(UpnDiffers), NOWHERE;
        10: NOT_CONNECTED, Not(UpnDiffers), NOWHERE;
        30: REFUSED, Is(UpnDiffers), Not(InSmtp), EXCHANGE, NOWHERE;
        6: REFUSED, NoneOf(&[UpnDiffers, InSmtp]), EXCHANGE, NOWHERE;
    ]

    84 "no-mailbox" Mailbox Error ExchangeAdmin 44
    en "There is no mailbox in Exchange Online"
       "{mailbox} has no licence with Exchange Online, or the mailbox is on a server of the company (hybrid)."
       "admin.microsoft.com > Users > Active users > {mailbox} > Licenses and apps; check with Get-Recipient {mailbox} | Format-List RecipientTypeDetails: UserMailbox or SharedMailbox is here, MailUser or RemoteUserMailbox elsewhere. On-premises: use that server's hosts."
    de "In Exchange Online gibt es kein Postfach"
       "{mailbox} hat keine Lizenz mit Exchange Online, oder das Postfach liegt auf einem Server des Unternehmens (hybrid)."
       "admin.microsoft.com > Benutzer > Aktive Benutzer > {mailbox} > Lizenzen und Apps; prüfen mit Get-Recipient {mailbox} | Format-List RecipientTypeDetails: UserMailbox oder SharedMailbox ist hier, MailUser oder RemoteUserMailbox woanders. Lokal: die Hosts jenes Servers benutzen."
    link NO_LINK
    marks [
        92: Phrase("MailboxNotEnabledForRESTAPI");
        88: Phrase("WrongServerException");
        15: NOT_CONNECTED, NOWHERE;
        6: REFUSED, EXCHANGE, NOWHERE;
    ]

    85 "consumer-protocol-off" Mailbox Error MailboxOwner 44
    en "IMAP and POP are off in Outlook.com"
       "Personal mailboxes have them switched off until their owner turns them on."
       "outlook.live.com > Settings > Mail > Forwarding and IMAP > Let devices and apps use POP / IMAP > Yes"
    de "IMAP und POP sind in Outlook.com abgeschaltet"
       "In persönlichen Postfächern sind sie aus, bis der Inhaber sie einschaltet."
       "outlook.live.com > Einstellungen > E-Mail > Weiterleitung und IMAP > Geräten und Apps die Verwendung von POP / IMAP gestatten > Ja"
    link NO_LINK
    marks [
        80: NOT_CONNECTED, Is(Consumer);
        55: REFUSED, Not(InSmtp), Is(Consumer);
        5: NOT_CONNECTED, NoneOf(&[Consumer, Microsoft, Google, OtherProvider, AppOnly]);
    ]

    86 "workspace-imap-off" Mailbox Error EntraAdmin 44
    en "IMAP or POP is switched off in Google Workspace"
       "The token is good, and the organisation does not let mail programs in."
       "admin.google.com > Apps > Google Workspace > Gmail > End User Access > POP and IMAP access: enable IMAP for all users, or allow this OAuth client there."
    de "IMAP oder POP ist in Google Workspace abgeschaltet"
       "Das Token ist gut, und die Organisation lässt keine Mailprogramme zu."
       "admin.google.com > Apps > Google Workspace > Gmail > Endnutzerzugriff > POP- und IMAP-Zugriff: IMAP für alle Nutzer aktivieren oder diesen OAuth-Client dort zulassen."
    link GOOGLE_IMAP
    marks [
        60: REFUSED, Is(Google), Not(InSmtp);
        5: REFUSED, NoneOf(&[Google, Microsoft, Consumer, OtherProvider, InSmtp]);
    ]

    87 "too-many-connections" Mailbox Temporary You 60
    en "Too many connections at once"
       "The mailbox has a limit, Gmail 15, Exchange about 20, and phones and other programs count too. POP3 allows one at a time."
       "Close other programs on {mailbox}, let this one use a single connection and end each with a sign-off, and wait some minutes."
    de "Zu viele Verbindungen gleichzeitig"
       "Das Postfach hat eine Grenze, Gmail 15, Exchange etwa 20, und Telefone und andere Programme zählen mit. POP3 erlaubt nur eine."
       "Andere Programme an {mailbox} schließen, hier nur eine Verbindung benutzen und jede ordentlich beenden, und einige Minuten warten."
    link NO_LINK
    marks [
        92: Not(InSmtp), Any(&[Is(TooManyConnections), Phrase("Too many simultaneous connections"), Phrase("[IN-USE]"), Phrase("Mailbox is locked by another session")]);
        55: Phrase("Connection closed. 14"), Not(NotConnected);
    ]

    88 "mailbox-throttled" Mailbox Temporary You 60
    en "The mail server slows this account down"
       "Too much was read in a short time. The server says how long to wait: {detail}"
       "Wait as long as it says, then fetch less at once and less often. More attempts make it longer."
    de "Der Mailserver bremst dieses Konto"
       "In kurzer Zeit wurde zu viel gelesen. Der Server sagt, wie lange zu warten ist: {detail}"
       "So lange warten, dann weniger auf einmal und seltener abrufen. Weitere Versuche verlängern es."
    link LIMITS
    marks [
        92: Any(&[Phrase("Request is throttled"), Phrase("Suggested Backoff Time"), Phrase("[THROTTLED]"), Phrase("[OVERQUOTA] Account exceeded command or bandwidth limits")]);
        90: Is(Throttled), Not(InSmtp);
    ]

    89 "service-incident" Mailbox Temporary Provider 20
    en "The service itself is out of order"
       "The provider answers with errors of its own. A refusal that comes and goes without a change here is one too."
       "Try again later and look at the service status: https://status.cloud.microsoft, for administrators admin.microsoft.com > Health > Service health."
    de "Der Dienst selbst ist gestört"
       "Der Anbieter antwortet mit eigenen Fehlern. Auch eine Ablehnung, die ohne Änderung kommt und geht, gehört dazu."
       "Später erneut versuchen und den Dienststatus ansehen: https://status.cloud.microsoft, für Administratoren admin.microsoft.com > Integrität > Dienststatus."
    link STATUS
    marks [
        92: Is(IdentityDown);
        92: Aadsts(&[90033, 90024]);
        92: Any(&[Phrase("Server Unavailable"), Phrase("Server Busy"), Phrase("ServiceUnavailable"), OAuth("server_error")]);
        60: OAuth("temporarily_unavailable"), NoNumber;
        4: REFUSED, EXCHANGE, NOWHERE, NoneOf(&[TokenExpired]);
        3: NOT_CONNECTED, NOWHERE;
    ]

    90 "token-refused" Sasl Error You 30
    en "The mail server says that the token is not valid"
       "Its challenge names the status and the scope that it wants: {detail}. The token is expired, for another service, or another user's than {user}."
       "Sign in again with that scope as the owner of the mailbox: mail-oauth login. If it stays, the server trusts another identity provider than {authority}."
    de "Der Mailserver sagt, dass das Token nicht gültig ist"
       "Seine Antwort nennt den Status und den gewünschten Bereich: {detail}. Das Token ist abgelaufen, gilt für einen anderen Dienst oder gehört einem anderen Benutzer als {user}."
       "Mit diesem Bereich als Inhaber des Postfachs neu anmelden: mail-oauth login. Bleibt es dabei, vertraut der Server einem anderen Identitätsanbieter als {authority}."
    link GOOGLE_MAIL
    marks [
        50: Any(&[Is(ErrorChallenge), Is(ChallengeToken)]), NoneOf(&[ChallengeTrouble, ChallengeScope, ChallengeRequest]);
        30: REFUSED, Any(&[Phrase("AUTHENTICATIONFAILED"), Phrase("[AUTH]"), Enhanced("5.7.8")]), Not(ErrorChallenge);
        25: REFUSED, Is(OtherProvider), Not(ErrorChallenge);
    ]
}
