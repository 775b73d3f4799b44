//! 21 to 25: what the mail server offers, and the form of the sign-in.

use super::notation::*;

catalogue! {
    21 "no-oauth-offered" Capabilities Error Provider 31
    en "The mail server offers no OAuth"
       "Neither XOAUTH2 nor OAUTHBEARER is in what {host} offers for {protocol} after TLS. It takes passwords only, or a device in between removes the offer."
       "With Microsoft 365 or Gmail: check that {host} is the provider's own server. With another provider: it has no OAuth here, use an app password in a program that takes one."
    de "Der Mailserver bietet kein OAuth an"
       "Weder XOAUTH2 noch OAUTHBEARER steht in dem, was {host} nach TLS für {protocol} anbietet. Er nimmt nur Kennwörter, oder ein Gerät dazwischen entfernt das Angebot."
       "Bei Microsoft 365 oder Gmail: prüfen, ob {host} der Server des Anbieters ist. Bei anderen Anbietern: Hier gibt es kein OAuth; ein App-Kennwort in einem Programm benutzen, das eines annimmt."
    link NO_LINK
    marks [
        92: Is(NoOAuthOffered);
        90: Phrase("Unrecognized authentication type");
        90: Phrase("Unsupported authentication mechanism");
    ]

    22 "imap-id-needed" Capabilities Error Provider 31
    en "The server wants to know the program first"
       "163.com, 126.com and QQ refuse the mailbox after the sign-in until the client has named itself with IMAP's ID command."
       "Use a program that sends ID after the sign-in, and the provider's authorisation code as password: these providers have no OAuth for mail."
    de "Der Server will das Programm erst kennen"
       "163.com, 126.com und QQ verweigern nach der Anmeldung das Postfach, bis der Client sich mit dem IMAP-Befehl ID vorgestellt hat."
       "Ein Programm benutzen, das nach der Anmeldung ID sendet, und den Autorisierungscode des Anbieters als Kennwort: Diese Anbieter haben kein OAuth für Mail."
    link NO_LINK
    marks [95: Phrase("Unsafe Login");]

    23 "initial-response-refused" Sasl Error You 30
    en "The server does not take the token on the first line"
       "Some servers (POP3 of Exchange, Coremail) want the sign-in in two steps: the name of the mechanism first, the token after the server's go-ahead."
       "Let the client use the two-step form: no initial response for POP3, no SASL-IR for IMAP."
    de "Der Server nimmt das Token nicht in der ersten Zeile"
       "Manche Server (POP3 von Exchange, Coremail) wollen die Anmeldung in zwei Schritten: zuerst den Namen des Verfahrens, nach der Aufforderung das Token."
       "Den Client die zweistufige Form benutzen lassen: keine Initial Response bei POP3, kein SASL-IR bei IMAP."
    link MAIL_OAUTH
    marks [
        92: Is(InitialResponseRefused);
        55: Phrase("Command Argument Error. 12");
        55: Reply(501), Enhanced("5.5.4");
        85: PhraseIn(Protocol::Pop3, "Protocol error. Connection is closed. 10"), Not(TwoSteps);
    ]

    24 "token-too-long" Sasl Error You 30
    en "The token is longer than a line may be"
       "Entra's tokens have 1500 to 2500 characters and more for people in many groups. Some clients and servers cut a line at 500 to 2000."
       "Send the token in a step of its own instead of on the AUTH line. Where the server's limit is the cause, raise it, or let the app ask for fewer claims and groups."
    de "Das Token ist länger, als eine Zeile sein darf"
       "Token von Entra haben 1500 bis 2500 Zeichen, bei Personen in vielen Gruppen mehr. Manche Clients und Server schneiden eine Zeile bei 500 bis 2000 ab."
       "Das Token in einem eigenen Schritt senden statt in der AUTH-Zeile. Liegt es an der Grenze des Servers, diese anheben oder die App weniger Claims und Gruppen anfordern lassen."
    link NO_LINK
    marks [
        92: Is(TokenTooLong);
        92: Phrase("line too long");
        92: Phrase("SASL response limit exceeded");
        85: PhraseIn(Protocol::Pop3, "Protocol error. Connection is closed. 10"), Is(TwoSteps);
        50: PhraseIn(Protocol::Pop3, "Protocol error. Connection is closed. 10");
    ]

    25 "sasl-malformed" Sasl Error You 30
    en "The sign-in message is malformed"
       "The server could not read the message at all: a missing ^A between the parts, a line break inside the base64, an empty token or user."
       "It is a fault of the program that sent it. It must be base64 without line breaks of: user={user}^Aauth=Bearer TOKEN^A^A"
    de "Die Anmeldenachricht ist fehlerhaft aufgebaut"
       "Der Server konnte die Nachricht gar nicht lesen: fehlendes ^A zwischen den Teilen, ein Zeilenumbruch im Base64, ein leeres Token oder ein leerer Benutzer."
       "Das ist ein Fehler des sendenden Programms. Richtig ist Base64 ohne Zeilenumbrüche von: user={user}^Aauth=Bearer TOKEN^A^A"
    link GOOGLE_MAIL
    marks [
        92: Is(SaslMalformed);
        85: Phrase("Invalid XOAUTH2 auth data"), Not(HighVolume);
        60: Is(ChallengeRequest);
        45: Phrase("Invalid base64 data"), Not(InSmtp);
        40: Phrase("Invalid SASL argument");
    ]
}
