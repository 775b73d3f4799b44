//! 91 to 100: submission, and the right to send as someone.

use super::notation::*;

catalogue! {
    91 "smtp-auth-off-tenant" Sending Error ExchangeAdmin 44
    en "SMTP AUTH is switched off for the organisation"
       "The server says so itself. The setting of the one mailbox goes before that of the organisation, so the rest can stay shut."
       "Exchange Online PowerShell, this mailbox only: Set-CASMailbox -Identity {user} -SmtpClientAuthenticationDisabled $false. For all: Set-TransportConfig -SmtpClientAuthenticationDisabled $false. It counts after up to an hour."
    de "SMTP AUTH ist für die Organisation abgeschaltet"
       "Das sagt der Server selbst. Die Einstellung des einzelnen Postfachs geht der der Organisation vor; der Rest kann also zu bleiben."
       "Exchange-Online-PowerShell, nur dieses Postfach: Set-CASMailbox -Identity {user} -SmtpClientAuthenticationDisabled $false. Für alle: Set-TransportConfig -SmtpClientAuthenticationDisabled $false. Wirkt nach bis zu einer Stunde."
    link SMTP_AUTH
    marks [
        95: Phrase("SmtpClientAuthentication is disabled for the Tenant");
        20: Enhanced("5.7.139");
    ]

    92 "smtp-auth-off-mailbox" Sending Error ExchangeAdmin 44
    en "SMTP AUTH is switched off for the mailbox"
       "{user} may not submit mail by SMTP, whatever the token says."
       "admin.microsoft.com > Users > Active users > {user} > Mail > Manage email apps > Authenticated SMTP. Or: Set-CASMailbox -Identity {user} -SmtpClientAuthenticationDisabled $false. It counts after up to an hour."
    de "SMTP AUTH ist für das Postfach abgeschaltet"
       "{user} darf keine Mail über SMTP einliefern, was auch das Token sagt."
       "admin.microsoft.com > Benutzer > Aktive Benutzer > {user} > E-Mail > E-Mail-Apps verwalten > Authentifiziertes SMTP. Oder: Set-CASMailbox -Identity {user} -SmtpClientAuthenticationDisabled $false. Wirkt nach bis zu einer Stunde."
    link SMTP_AUTH
    marks [
        95: Phrase("SmtpClientAuthentication is disabled for the Mailbox");
        30: Enhanced("5.7.139");
        30: REFUSED, Is(InSmtp), Is(WorksElsewhere), EXCHANGE;
        12: REFUSED, Is(InSmtp), Not(WorksElsewhere), EXCHANGE;
    ]

    93 "authentication-policy" Sending Error EntraAdmin 27
    en "A policy of the organisation refuses SMTP sign-ins"
       "Security defaults, an authentication policy or Conditional Access (legacy clients) shuts SMTP for this user."
       "entra.microsoft.com > Sign-in logs of {user} show which one. Security defaults: Overview > Properties > Manage security defaults. Policy: Get-AuthenticationPolicy | Format-List AllowBasicAuthSmtp; Conditional Access: exclude {user} from the policy for legacy authentication clients."
    de "Eine Richtlinie der Organisation verweigert SMTP-Anmeldungen"
       "Sicherheitsstandards, eine Authentifizierungsrichtlinie oder der bedingte Zugriff (ältere Clients) sperrt SMTP für diesen Benutzer."
       "entra.microsoft.com > Anmeldeprotokolle von {user} zeigen, welche. Sicherheitsstandards: Übersicht > Eigenschaften > Sicherheitsstandards verwalten. Richtlinie: Get-AuthenticationPolicy | Format-List AllowBasicAuthSmtp; bedingter Zugriff: {user} von der Richtlinie für ältere Authentifizierungsclients ausnehmen."
    link DEFAULTS
    marks [
        95: Phrase("security defaults policy");
        95: Phrase("did not meet the criteria");
        95: Phrase("organization configuration doesn't allow");
        30: Enhanced("5.7.139");
    ]

    94 "password-instead-of-token" Sending Error You 30
    en "A password was sent instead of a token"
       "The server refuses sign-ins by password: basic authentication ended for this protocol."
       "Set the program to OAuth (XOAUTH2) instead of PLAIN or LOGIN. A program that has no OAuth can hand its mail to: mail-oauth send."
    de "Statt eines Tokens wurde ein Kennwort gesendet"
       "Der Server lehnt Anmeldungen mit Kennwort ab: Die Standardauthentifizierung ist für dieses Protokoll beendet."
       "Das Programm auf OAuth (XOAUTH2) statt PLAIN oder LOGIN stellen. Ein Programm ohne OAuth kann seine Mail übergeben an: mail-oauth send."
    link BASIC_AUTH
    marks [
        95: Phrase("basic authentication is disabled");
        95: Phrase("Basic authentication is not supported");
        92: Enhanced("5.7.30");
        90: Phrase("LOGIN failed");
        92: Phrase("Application-specific password required");
        88: Phrase("the user credentials were incorrect");
    ]

    95 "shared-mailbox-as-smtp-user" Sending Error You 30
    en "The shared mailbox itself tries to sign in for sending"
       "IMAP opens a shared mailbox under its own name; SMTP does not. There the person signs in and names the shared address as sender only."
       "Set the person as the one who signs in, {mailbox} as the sender, and give the right: Add-RecipientPermission {mailbox} -Trustee {user} -AccessRights SendAs"
    de "Das freigegebene Postfach selbst will sich zum Senden anmelden"
       "IMAP öffnet ein freigegebenes Postfach unter dessen Namen; SMTP nicht. Dort meldet sich die Person an und nennt die freigegebene Adresse nur als Absender."
       "Die Person als Anmeldenamen eintragen, {mailbox} als Absender, und das Recht geben: Add-RecipientPermission {mailbox} -Trustee {user} -AccessRights SendAs"
    link SMTP_AUTH
    marks [
        75: REFUSED, Is(InSmtp), Is(SmtpUserShared);
        30: REFUSED, Is(InSmtp), Is(OtherMailbox), NoneOf(&[AppOnly, SmtpUserShared]), EXCHANGE;
        12: REFUSED, Is(InSmtp), EXCHANGE, NoneOf(&[OwnMailbox, OtherMailbox, AppOnly, SmtpUserShared]);
    ]

    96 "no-send-as" Sending Error ExchangeAdmin 42
    en "No right to send as this sender"
       "{user} may sign in and submit, but not in the name of {sender}."
       "Add-RecipientPermission {sender} -Trustee {user} -AccessRights SendAs; or admin.exchange.microsoft.com > Mailboxes > {sender} > Delegation > Send as. It counts after up to an hour. Or send as {user}."
    de "Kein Recht, unter diesem Absender zu senden"
       "{user} darf sich anmelden und einliefern, aber nicht im Namen von {sender}."
       "Add-RecipientPermission {sender} -Trustee {user} -AccessRights SendAs; oder admin.exchange.microsoft.com > Postfächer > {sender} > Delegierung > Senden als. Wirkt nach bis zu einer Stunde. Oder als {user} senden."
    link SMTP_AUTH
    marks [
        95: Any(&[Phrase("SendAsDenied"), Enhanced("5.2.252"), Enhanced("5.7.60"), Phrase("not allowed to send as")]);
        70: Is(SenderRefused), Is(OtherSender);
        40: Is(SenderRefused), Not(OtherSender);
        60: Phrase("Sender address rejected");
    ]

    97 "never-authenticated" Sending Error You 42
    en "The program never signed in"
       "It sent MAIL FROM without AUTH before it, or after an AUTH that failed."
       "Switch authentication on in that program, with XOAUTH2, port 587 and STARTTLS. Look further up in its log for a refused AUTH: that is then the cause."
    de "Das Programm hat sich gar nicht angemeldet"
       "Es hat MAIL FROM ohne vorheriges AUTH gesendet oder nach einem gescheiterten."
       "In jenem Programm die Authentifizierung einschalten, mit XOAUTH2, Port 587 und STARTTLS. Weiter oben in dessen Protokoll nach einem abgelehnten AUTH suchen: Das ist dann die Ursache."
    link SMTP_AUTH
    marks [
        95: Enhanced("5.7.57");
        92: Phrase("Client not authenticated to send");
        92: Phrase("Client was not authenticated");
        80: Reply(530), Phrase("Authentication required");
    ]

    98 "sending-throttled" Sending Temporary You 60
    en "Too much mail at once"
       "Exchange Online takes three connections at a time, 30 messages a minute and 10,000 recipients a day from one mailbox."
       "Send over one connection, one message after the other, and wait before trying again. For bulk mail use High Volume Email or a relay."
    de "Zu viel Mail auf einmal"
       "Exchange Online nimmt von einem Postfach drei Verbindungen zugleich, 30 Nachrichten je Minute und 10.000 Empfänger am Tag."
       "Über eine Verbindung senden, eine Nachricht nach der anderen, und vor dem nächsten Versuch warten. Für Massenmail High Volume Email oder ein Relay benutzen."
    link CONCURRENT
    marks [
        95: Phrase("Concurrent connections limit exceeded");
        95: Phrase("sender thread limit exceeded");
        95: Phrase("SubmissionQuotaExceeded");
        92: Enhanced("4.3.2");
        92: Enhanced("5.2.120");
        90: Is(Throttled), Is(InSmtp);
        60: Reply(421), NoneOf(&[SignInTemporary]);
    ]

    99 "message-too-big" Sending Warning You 42
    en "The server takes smaller messages than may be needed"
       "The message, or the attachments that are usual here, exceed the size that {host} announces: {detail}"
       "Send a link or a smaller attachment, or raise the limit: Set-Mailbox {user} -MaxSendSize 100MB (base64 adds a third to an attachment)."
    de "Der Server nimmt kleinere Nachrichten, als nötig sein kann"
       "Die Nachricht oder hier übliche Anhänge überschreiten die Größe, die {host} ankündigt: {detail}"
       "Einen Link oder einen kleineren Anhang senden oder die Grenze anheben: Set-Mailbox {user} -MaxSendSize 100MB (Base64 vergrößert einen Anhang um ein Drittel)."
    link LIMITS
    marks [
        92: Any(&[Reply(552), Enhanced("5.3.4")]);
        90: Is(SizeSmall), Not(SignInRefused);
    ]

    100 "high-volume-email" Sending Error ExchangeAdmin 30
    en "High Volume Email refuses it"
       "That service sends inside the organisation only, wants an account of its own, the permission Mail.Send of Exchange Online, and billing to be set up."
       "For recipients outside: an ordinary mailbox or Azure Communication Services. Else: admin.exchange.microsoft.com > Mail flow > High Volume Email, check the account and its billing policy."
    de "High Volume Email lehnt ab"
       "Dieser Dienst sendet nur innerhalb der Organisation, verlangt ein eigenes Konto, die Berechtigung Mail.Send von Exchange Online und eine eingerichtete Abrechnung."
       "Für Empfänger außerhalb: ein gewöhnliches Postfach oder Azure Communication Services. Sonst: admin.exchange.microsoft.com > Nachrichtenfluss > High Volume Email, Konto und Abrechnungsrichtlinie prüfen."
    link HVE
    marks [
        95: Enhanced("5.5.105");
        92: Phrase("External recipients are not allowed");
        60: Phrase("Invalid XOAUTH2 auth data"), Is(HighVolume);
        60: REFUSED, Is(HighVolume);
        20: Phrase("Invalid XOAUTH2 auth data"), Not(HighVolume);
    ]
}
