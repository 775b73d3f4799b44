//! 129 to 140: further answers of mail servers, and what happens where no client looks.

use super::notation::*;

catalogue! {
    129 "verification-unavailable" Sasl Temporary Provider 20
    en "The mail server cannot check tokens just now"
       "It could not ask its identity provider. The token may be good."
       "Try again in some minutes. If it stays, tell whoever runs {host} that the token check (introspection, keys) fails: {detail}"
    de "Der Mailserver kann Token gerade nicht prüfen"
       "Er konnte seinen Identitätsanbieter nicht fragen. Das Token kann gut sein."
       "In einigen Minuten erneut versuchen. Bleibt es dabei, dem Betreiber von {host} melden, dass die Tokenprüfung (Introspektion, Schlüssel) scheitert: {detail}"
    link NO_LINK
    marks [
        95: Is(ChallengeTrouble);
        92: Any(&[Phrase("[UNAVAILABLE]"), Phrase("[SYS/TEMP]"), Phrase("Temporary authentication failure"), Phrase("Unable to authenticate at present")]);
        85: Is(SignInTemporary), NoneOf(&[Throttled, TooManyConnections]);
        90: Reply(454), Not(NoStartTls);
        12: REFUSED, Is(InSmtp), Enhanced("5.7.8"), NoneOf(&[ErrorChallenge, TokenExpired]);
    ]

    130 "auth-line-cut" Sasl Error You 30
    en "The server cut the line with the token"
       "Postfix and others take about 2000 octets on a line; the rest of a longer token is lost, and what is left looks like a bad token."
       "Let the client send the token in a step of its own, without an initial response. In Postfix: line_length_limit = 12288"
    de "Der Server hat die Zeile mit dem Token abgeschnitten"
       "Postfix und andere nehmen etwa 2000 Bytes je Zeile; der Rest eines längeren Tokens geht verloren, und was bleibt, sieht aus wie ein schlechtes Token."
       "Den Client das Token in einem eigenen Schritt senden lassen, ohne Initial Response. In Postfix: line_length_limit = 12288"
    link NO_LINK
    marks [
        92: Phrase("Invalid base64 data in initial response"), Is(InSmtp);
        50: Phrase("Invalid base64 data"), Not(InSmtp);
        40: Phrase("SASL authentication failure: cannot decode");
    ]

    131 "tls-required" Tls Error You 15
    en "The server wants TLS before the sign-in"
       "The program tried to sign in over a connection that is not secured."
       "Switch the connection security on: STARTTLS on 587, TLS on 993, 995 and 465."
    de "Der Server verlangt TLS vor der Anmeldung"
       "Das Programm wollte sich über eine ungesicherte Verbindung anmelden."
       "Die Verbindungssicherheit einschalten: STARTTLS auf 587, TLS auf 993, 995 und 465."
    link NO_LINK
    marks [
        95: Any(&[Phrase("[PRIVACYREQUIRED]"), Phrase("Must issue a STARTTLS command first"), Phrase("TLS required"), Phrase("not allowed until SSL/TLS is enabled")]);
        85: Reply(530), Enhanced("5.7.0");
        40: Phrase("AUTH command used when not advertised");
    ]

    132 "folder-missing" Mailbox Error You 44
    en "There is no such folder"
       "The mailbox opens, but it has no folder of that name: {detail}"
       "List the folders and use a name exactly as shown there. Only INBOX has the same name everywhere; the others follow the mailbox's language."
    de "Diesen Ordner gibt es nicht"
       "Das Postfach öffnet sich, hat aber keinen Ordner dieses Namens: {detail}"
       "Die Ordner auflisten und einen Namen genau wie dort benutzen. Nur INBOX heißt überall gleich; die anderen Namen folgen der Sprache des Postfachs."
    link NO_LINK
    marks [
        92: Any(&[Phrase("[NONEXISTENT]"), Phrase("[TRYCREATE]"), Phrase("Mailbox doesn't exist"), Phrase("Unknown Mailbox"), Phrase("folder name is invalid")]);
        80: Is(NoSuchMailbox);
    ]

    133 "recipient-refused" Sending Error You 42
    en "The recipient is refused"
       "The server does not know the recipient's address, or does not relay to it for this sender: {detail}"
       "Check the spelling of the recipient. If every outside address is refused, the program did not sign in, or a rule of the organisation forbids it."
    de "Der Empfänger wird abgelehnt"
       "Der Server kennt die Adresse des Empfängers nicht oder leitet für diesen Absender nicht dorthin weiter: {detail}"
       "Die Schreibweise des Empfängers prüfen. Wird jede Adresse außerhalb abgelehnt, hat sich das Programm nicht angemeldet, oder eine Regel der Organisation verbietet es."
    link NO_LINK
    marks [
        92: Any(&[Enhanced("5.1.1"), Enhanced("5.1.10"), Enhanced("5.1.2"), Enhanced("5.4.1"), Phrase("Recipient address rejected"), Phrase("relay access denied"), Phrase("Unable to relay")]);
        60: Any(&[Enhanced("5.1.3"), Phrase("User unknown")]);
        85: Is(RecipientRefused), Not(SenderRefused);
    ]

    134 "message-refused" Sending Error You 42
    en "The message itself is refused"
       "Sender and recipients were accepted, and then what was in the message was not: form, content, attachment or policy: {detail}"
       "Read the server's words: a rule of the organisation or a spam filter names itself there. Send a plain test message to tell content and account apart."
    de "Die Nachricht selbst wird abgelehnt"
       "Absender und Empfänger wurden angenommen, dann aber nicht, was in der Nachricht stand: Form, Inhalt, Anhang oder Richtlinie: {detail}"
       "Die Worte des Servers lesen: Eine Regel der Organisation oder ein Spamfilter nennt sich dort. Eine schlichte Testnachricht senden, um Inhalt und Konto zu unterscheiden."
    link NO_LINK
    marks [
        90: Any(&[Enhanced("5.6.0"), Enhanced("5.6.11"), Enhanced("5.7.520"), Enhanced("5.7.509"), Phrase("message content rejected"), Phrase("blocked by transport rule")]);
        85: Is(MessageRefused), NoneOf(&[SenderRefused, RecipientRefused]);
    ]

    135 "sign-in-over" SignIn Error You 21
    en "The stored sign-in does not count any more"
       "The provider refuses the refresh token and does not say why: revoked, too old, or of another app."
       "Sign in again: mail-oauth login"
    de "Die gespeicherte Anmeldung gilt nicht mehr"
       "Der Anbieter lehnt das Aktualisierungstoken ab und sagt nicht, warum: widerrufen, zu alt oder von einer anderen App."
       "Neu anmelden: mail-oauth login"
    link REFRESH
    marks [
        40: OAuth("invalid_grant"), NoNumber;
        40: Is(RefreshTokenDead), Not(NobodySignedIn);
        25: Aadsts(&[70000]);
    ]

    136 "page-instead-of-answer" SignIn Temporary Provider 20
    en "The identity provider's answer cannot be read"
       "Instead of JSON there came something else, or half of it: an error page, a proxy, or an outage."
       "Open {authority}/v2.0/.well-known/openid-configuration in a browser on this machine: JSON must appear. If a page of the company appears, it is the proxy; if nothing does, wait."
    de "Die Antwort des Identitätsanbieters ist nicht lesbar"
       "Statt JSON kam etwas anderes oder nur die Hälfte: eine Fehlerseite, ein Proxy oder eine Störung."
       "{authority}/v2.0/.well-known/openid-configuration auf diesem Rechner im Browser öffnen: Es muss JSON erscheinen. Erscheint eine Seite des Unternehmens, ist es der Proxy; erscheint nichts, abwarten."
    link NO_LINK
    marks [
        85: Is(AnswerUnreadable), NoneOf(&[ForeignPage, ProxyAsked]);
        20: Is(ForeignPage);
    ]

    137 "change-under-way" Mailbox Note ExchangeAdmin 44
    en "A change is not everywhere yet"
       "A permission or switch that was set just now reaches all servers of Exchange Online after up to two hours. Until then the old answer comes, on some servers and not on others."
       "Ask when it was changed, and wait for that long before changing more. Test-ServicePrincipalAuthorization shows an app's new rights at once."
    de "Eine Änderung ist noch nicht überall angekommen"
       "Eine eben gesetzte Berechtigung oder Einstellung erreicht alle Server von Exchange Online nach bis zu zwei Stunden. Bis dahin kommt die alte Antwort, auf manchen Servern und auf anderen nicht."
       "Fragen, wann geändert wurde, und so lange warten, bevor weiter geändert wird. Test-ServicePrincipalAuthorization zeigt die neuen Rechte einer App sofort."
    link NO_LINK
    marks []

    138 "filtered-after-acceptance" Sending Note ExchangeAdmin 42
    en "A message is accepted and never arrives"
       "Rules, quarantine and the recipient's filter work after the server has said yes; no client sees that."
       "Ask for a message trace: admin.exchange.microsoft.com > Mail flow > Message trace, by sender {sender}; and look at security.microsoft.com > Review > Quarantine."
    de "Eine Nachricht wird angenommen und kommt nie an"
       "Regeln, Quarantäne und der Filter des Empfängers arbeiten, nachdem der Server ja gesagt hat; das sieht kein Client."
       "Um eine Nachrichtenablaufverfolgung bitten: admin.exchange.microsoft.com > Nachrichtenfluss > Nachrichtenablaufverfolgung, nach Absender {sender}; und security.microsoft.com > Überprüfung > Quarantäne ansehen."
    link NO_LINK
    marks []

    139 "consent-before-sign-in" Registration Note EntraAdmin 28
    en "Whether the permissions are declared, before anybody signs in"
       "Which permissions the registration lists, and whether consent was given, shows in a token or in the refusal of one only."
       "Ask for a look at App registrations > {client_id} > API permissions: IMAP.AccessAsUser.All, POP.AccessAsUser.All and SMTP.Send must be listed, with a green tick for consent."
    de "Ob die Berechtigungen eingetragen sind, bevor sich jemand anmeldet"
       "Welche Berechtigungen die Registrierung aufführt und ob zugestimmt wurde, zeigt erst ein Token oder dessen Verweigerung."
       "Nachsehen lassen: App-Registrierungen > {client_id} > API-Berechtigungen: IMAP.AccessAsUser.All, POP.AccessAsUser.All und SMTP.Send müssen dort stehen, mit grünem Haken für die Zustimmung."
    link NO_LINK
    marks []

    140 "secret-end-unknown" Warnings Note EntraAdmin 2
    en "When the client secret ends"
       "The end of a secret is not in any answer that a client gets; it is noticed on the day when it is over."
       "Ask for App registrations > {client_id} > Certificates & secrets > column Expires, and note the date. Or: az ad app credential list --id {client_id}"
    de "Wann der geheime Clientschlüssel endet"
       "Das Ende eines Geheimnisses steht in keiner Antwort, die ein Client bekommt; bemerkt wird es am Tag danach."
       "Nachsehen lassen: App-Registrierungen > {client_id} > Zertifikate & Geheimnisse > Spalte „Gültig bis“, und das Datum vormerken. Oder: az ad app credential list --id {client_id}"
    link NO_LINK
    marks []

    141 "old-token-refused" Sasl Warning EntraAdmin 30
    en "The server no longer took the token of the cache"
       "It had not ended, yet {host} refused it; a fresh one was asked for and taken. Sessions of {user} were revoked, the password was changed, or a policy was."
       "Nothing to mend now. If it happens again and again, ask for Users > {user} > Sign-in logs at that time: who or what revokes the sessions."
    de "Der Server nahm das Token aus dem Cache nicht mehr"
       "Es war noch nicht abgelaufen, trotzdem wies {host} es zurück; ein frisches wurde geholt und angenommen. Sitzungen von {user} wurden widerrufen, das Kennwort oder eine Richtlinie wurde geändert."
       "Jetzt ist nichts zu beheben. Kommt es immer wieder vor, unter Benutzer > {user} > Anmeldeprotokolle zu dieser Zeit nachsehen lassen, wer oder was die Sitzungen widerruft."
    link NO_LINK
    marks [95: Is(OldTokenRefused);]
}
