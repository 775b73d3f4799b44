//! 106 to 117: settings and connections that the first hundred leave out.

use super::notation::*;

catalogue! {
    106 "address-unusable" Settings Error You 2
    en "The mail address is not one"
       "{address} has no domain, or holds characters that an address cannot have."
       "Give the whole address, such as name@contoso.com."
    de "Die Mailadresse ist keine"
       "{address} hat keine Domain oder enthält Zeichen, die eine Adresse nicht haben kann."
       "Die ganze Adresse angeben, etwa name@contoso.com."
    link NO_LINK
    marks [100: Is(AddressUnusable);]

    107 "provider-unknown" Settings Error You 2
    en "The provider's name is not known"
       "The setting names a provider that this program has no preset for: {detail}"
       "Use a name of the documentation, such as microsoft365, or custom with the servers, the authority and the scopes of your own."
    de "Der Name des Anbieters ist nicht bekannt"
       "Die Einstellung nennt einen Anbieter, für den dieses Programm keine Voreinstellung hat: {detail}"
       "Einen Namen aus der Dokumentation benutzen, etwa microsoft365, oder custom mit eigenen Servern, eigener Autorität und eigenen Bereichen."
    link NO_LINK
    marks [100: Is(ProviderUnknown);]

    108 "provider-password-only" Settings Error Provider 31
    en "This provider has no OAuth for mail"
       "The mailbox of {address} is with a provider whose mail servers take passwords only."
       "Use an app password of that provider in a program that takes one; nothing can be signed in here."
    de "Dieser Anbieter hat kein OAuth für Mail"
       "Das Postfach von {address} liegt bei einem Anbieter, dessen Mailserver nur Kennwörter nehmen."
       "Ein App-Kennwort dieses Anbieters in einem Programm benutzen, das eines annimmt; hier lässt sich nichts anmelden."
    link NO_LINK
    marks [95: Is(ProviderPasswordOnly);]

    109 "scope-of-other-resource" Settings Error You 24
    en "A scope names the wrong service"
       "The token would be for another service than the mail servers, and they would refuse it: {detail}"
       "Begin each scope with https://outlook.office.com/ (Google: https://mail.google.com/), or leave the scopes out to get the preset. The permission in the app registration may stay on Microsoft Graph."
    de "Ein Bereich nennt den falschen Dienst"
       "Das Token wäre für einen anderen Dienst als die Mailserver, und diese würden es ablehnen: {detail}"
       "Jeden Bereich mit https://outlook.office.com/ beginnen (Google: https://mail.google.com/) oder die Bereiche weglassen, dann gilt die Voreinstellung. Die Berechtigung in der App-Registrierung darf bei Microsoft Graph bleiben."
    link MAIL_OAUTH
    marks [95: Is(ScopeOfOtherResource);]

    110 "account-name-twice" Settings Error You 2
    en "Two accounts have the same name"
       "The configuration cannot tell them apart: {detail}"
       "Give each account a name of its own in the configuration file."
    de "Zwei Konten haben denselben Namen"
       "Die Konfiguration kann sie nicht unterscheiden: {detail}"
       "Jedem Konto in der Konfigurationsdatei einen eigenen Namen geben."
    link NO_LINK
    marks [100: Is(NameTwice);]

    111 "store-damaged" Settings Error You 6
    en "The token cache is damaged"
       "It is there and cannot be understood: cut off, edited, or written by another program: {detail}"
       "Move the file away and sign in again: mail-oauth login"
    de "Der Token-Speicher ist beschädigt"
       "Er ist da, aber nicht zu verstehen: abgeschnitten, bearbeitet oder von einem anderen Programm geschrieben: {detail}"
       "Die Datei beiseitelegen und neu anmelden: mail-oauth login"
    link NO_LINK
    marks [95: Is(StoreDamaged);]

    112 "nobody-signed-in" SignIn Error You 21
    en "Nobody has signed in yet"
       "There is no stored sign-in for {address} with this app."
       "Sign in once: mail-oauth login"
    de "Es hat sich noch niemand angemeldet"
       "Für {address} gibt es mit dieser App keine gespeicherte Anmeldung."
       "Einmal anmelden: mail-oauth login"
    link NO_LINK
    marks [92: Is(NobodySignedIn);]

    113 "no-network" Network Error Network 11
    en "There is no network"
       "Neither the mail servers nor the identity provider, nor any name, could be reached from here."
       "Check the cable, the Wi-Fi, the VPN and the default route of this machine; then run the check again."
    de "Es gibt kein Netz"
       "Weder die Mailserver noch der Identitätsanbieter noch irgendein Name waren von hier zu erreichen."
       "Kabel, WLAN, VPN und Standardroute dieses Rechners prüfen; dann die Prüfung wiederholen."
    link NO_LINK
    marks [98: Is(NoNetwork);]

    114 "connection-broke" Network Temporary Network 32
    en "The connection broke"
       "It stood, and ended in the middle without a last word."
       "Try again. If it happens each time at the same step, look for a device in between that ends it (virus scanner, firewall with mail inspection)."
    de "Die Verbindung ist abgebrochen"
       "Sie stand und endete mittendrin ohne ein letztes Wort."
       "Noch einmal versuchen. Geschieht es jedes Mal beim selben Schritt, nach einem Gerät dazwischen suchen, das sie beendet (Virenscanner, Firewall mit Mailprüfung)."
    link NO_LINK
    marks [60: Is(Broke), NoneOf(&[SecurityUnusual, NoNetwork]);]

    115 "port-closed" Network Error You 12
    en "Nothing listens at the port"
       "{host} answers and refuses port {port}: a wrong port, or a server without {protocol}."
       "Set the port that the provider publishes: IMAP 993, POP3 995, SMTP 587. Test: nc -vz {host} {port}"
    de "Am Port lauscht niemand"
       "{host} antwortet und lehnt Port {port} ab: falscher Port oder ein Server ohne {protocol}."
       "Den Port eintragen, den der Anbieter veröffentlicht: IMAP 993, POP3 995, SMTP 587. Test: nc -vz {host} {port}"
    link NO_LINK
    marks [
        65: Is(PortClosed), Not(NoNetwork);
    ]

    116 "certificate-not-now" Tls Error Provider 15
    en "The server's certificate is expired, or not valid yet"
       "Either it was not renewed, or this machine's clock is wrong."
       "Check the date of this machine first. If it is right, only whoever runs {host} can renew the certificate; check with: openssl s_client -connect {host}:{port}"
    de "Das Zertifikat des Servers ist abgelaufen oder noch nicht gültig"
       "Entweder wurde es nicht erneuert, oder die Uhr dieses Rechners geht falsch."
       "Zuerst das Datum dieses Rechners prüfen. Stimmt es, kann nur der Betreiber von {host} das Zertifikat erneuern; ansehen mit: openssl s_client -connect {host}:{port}"
    link NO_LINK
    marks [85: Tls(TlsProblem::NotNow), Not(ClockOff);]

    117 "request-malformed" Settings Error You 2
    en "The identity provider does not understand the request"
       "A parameter is missing, doubled or badly encoded, or the kind of request is not known there: a fault of the program that sent it, or of a device that changed it."
       "Update the program. With a proxy that rewrites requests in between: exempt the host of {authority}."
    de "Der Identitätsanbieter versteht die Anfrage nicht"
       "Ein Parameter fehlt, ist doppelt oder falsch kodiert, oder die Art der Anfrage ist dort unbekannt: ein Fehler des sendenden Programms oder eines Geräts, das sie verändert hat."
       "Das Programm aktualisieren. Steht ein Proxy dazwischen, der Anfragen umschreibt: den Host von {authority} ausnehmen."
    link ERRORS
    marks [
        92: Aadsts(&[900144, 90014, 901002, 9002313, 70003, 700054, 90013]);
        50: OAuth("invalid_request"), NoNumber;
        70: OAuth("unsupported_grant_type"), NoNumber;
        70: OAuth("unsupported_response_type"), NoNumber;
    ]
}
