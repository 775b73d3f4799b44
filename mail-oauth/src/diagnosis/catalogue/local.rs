//! 1 to 9: what the account says, and this machine.

use super::notation::*;

catalogue! {
    1 "client-id-form" Settings Error You 2
    en "The client id is not one"
       "The setting holds a mail address, a placeholder or another text where the application's id belongs."
       "Copy the id: entra.microsoft.com > App registrations > the app > Overview > Application (client) ID, and put it where {client_id} stands now."
    de "Die Client-ID ist keine"
       "In der Einstellung steht eine Mailadresse, ein Platzhalter oder ein anderer Text, wo die ID der Anwendung hingehört."
       "ID kopieren: entra.microsoft.com > App-Registrierungen > die App > Übersicht > Anwendungs-ID (Client), und anstelle von {client_id} eintragen."
    link REGISTER
    marks [
        100: Is(ClientIdForm);
        12: Aadsts(&[700016, 700005]), NoneOf(&[TenantUnknown, ClientIdRight]);
    ]

    2 "secret-is-id" Settings Error You 2
    en "The secret's id is set instead of its value"
       "The client secret has the form of a GUID. That is the id that the portal shows beside the value; the value itself is shown once, right after it was made."
       "App registrations > {client_id} > Certificates & secrets > New client secret, and copy the column Value at once."
    de "Statt des Geheimnisses ist dessen ID eingetragen"
       "Der geheime Clientschlüssel hat die Form einer GUID. Das ist die ID, die das Portal neben dem Wert zeigt; der Wert selbst ist nur einmal zu sehen, gleich nach dem Anlegen."
       "App-Registrierungen > {client_id} > Zertifikate & Geheimnisse > Neuer geheimer Clientschlüssel, und sofort die Spalte „Wert“ kopieren."
    link REGISTER
    marks [
        95: Is(SecretIsId);
        30: Aadsts(&[7000215]), NoneOf(&[SecretNotId, SecretIsId]);
    ]

    3 "secret-damaged" Settings Error You 2
    en "The secret was damaged on its way into the settings"
       "The value holds escapes such as %7E, a blank or a line end. The characters ~ + % & of a secret are often changed when it is pasted into a web form, a script or a URL."
       "Set the secret again, exactly as the portal showed it, and send it form-encoded once only. If it is not at hand: App registrations > {client_id} > Certificates & secrets > New client secret."
    de "Das Geheimnis wurde auf dem Weg in die Einstellungen verändert"
       "Der Wert enthält Ersatzzeichen wie %7E, ein Leerzeichen oder ein Zeilenende. Die Zeichen ~ + % & eines Geheimnisses gehen in Webformularen, Skripten und URLs oft verloren."
       "Das Geheimnis genau so eintragen, wie das Portal es gezeigt hat, und nur einmal kodieren. Ist es nicht mehr da: App-Registrierungen > {client_id} > Zertifikate & Geheimnisse > Neuer geheimer Clientschlüssel."
    link NO_LINK
    marks [
        92: Is(SecretEncoded), Aadsts(&[7000215]);
        70: Is(SecretEncoded);
        15: Aadsts(&[7000215]), NoneOf(&[SecretIsId, SecretPlain]);
    ]

    4 "secret-at-public-client" Settings Error You 2
    en "A secret is sent for a public client"
       "The redirect address is registered for mobile and desktop applications. Such a client has no secret, and Entra refuses one."
       "Remove the client secret from this account's settings. Only for a web application: App registrations > {client_id} > Authentication > Add a platform > Web."
    de "Ein öffentlicher Client schickt ein Geheimnis"
       "Die Umleitungsadresse ist für Mobilgerät- und Desktopanwendungen registriert. Ein solcher Client hat kein Geheimnis, und Entra weist eines zurück."
       "Den geheimen Clientschlüssel aus den Einstellungen dieses Kontos entfernen. Nur für eine Webanwendung: App-Registrierungen > {client_id} > Authentifizierung > Plattform hinzufügen > Web."
    link ERRORS
    marks [
        95: Aadsts(&[700025]);
        15: OAuth("invalid_client"), Is(SecretSet), NoNumber, ENTRA;
    ]

    5 "clock-off" Settings Error You 2
    en "This machine's clock is wrong"
       "It differs from the server's by more than five minutes. Tokens then seem expired or not yet valid, certificates too, and signed assertions are refused."
       "Set the clock and let it be kept: timedatectl set-ntp true (Windows: w32tm /resync)."
    de "Die Uhr dieses Rechners geht falsch"
       "Sie weicht um mehr als fünf Minuten von der des Servers ab. Token und Zertifikate scheinen dann abgelaufen oder noch nicht gültig, und signierte Nachweise werden abgelehnt."
       "Uhr stellen und nachführen lassen: timedatectl set-ntp true (Windows: w32tm /resync)."
    link NO_LINK
    marks [
        92: Is(ClockOff);
        55: Aadsts(&[700024]), Not(ClockRight);
        15: Tls(TlsProblem::NotNow), Not(ClockRight);
        8: Is(TokenExpired), Not(ClockRight);
    ]

    6 "store-not-usable" Settings Error You 5
    en "The token cache cannot be read or written"
       "The file or key ring with the sign-in is missing a permission, lies on a read-only disk, is locked, or belongs to another user: {detail}"
       "Give the user that runs this program the file and its folder (mode 600 and 700), or name another place for the token cache. A service needs a folder that it may write in its own unit or container."
    de "Der Token-Speicher ist nicht les- oder schreibbar"
       "Datei oder Schlüsselbund mit der Anmeldung: es fehlt ein Recht, der Datenträger ist schreibgeschützt, der Speicher ist gesperrt oder gehört einem anderen Benutzer: {detail}"
       "Dem Benutzer, unter dem das Programm läuft, Datei und Ordner geben (Modus 600 und 700) oder einen anderen Ort für den Token-Speicher angeben. Ein Dienst braucht einen Ordner, in den er in seiner Unit oder seinem Container schreiben darf."
    link NO_LINK
    marks [
        95: Any(&[Is(StoreUnwritable), Is(StoreUnreadable)]);
    ]

    7 "blocked-by-mandatory-access" Settings Error You 2
    en "SELinux or AppArmor keeps the program from its files or the network"
       "The system refuses with the same words as for a missing permission; the reason stands in its audit log only. A hint: it works as root or from a shell, and not as a service."
       "Ask the administrator of this machine to look: ausearch -m AVC -ts recent (AppArmor: journalctl -k | grep DENIED), and to give the token cache the right label with restorecon, or the profile a rule."
    de "SELinux oder AppArmor hält das Programm von Dateien oder Netz fern"
       "Das System lehnt mit denselben Worten ab wie bei fehlenden Rechten; der Grund steht nur im Audit-Protokoll. Ein Hinweis: Als root oder aus der Shell geht es, als Dienst nicht."
       "Den Administrator dieses Rechners nachsehen lassen: ausearch -m AVC -ts recent (AppArmor: journalctl -k | grep DENIED); dann dem Token-Speicher mit restorecon das richtige Label geben oder das Profil ergänzen."
    link NO_LINK
    marks []

    8 "refreshed-elsewhere" Settings Error You 2
    en "Another program used the same refresh token first"
       "Two programs share one sign-in, and one of them still held the old refresh token after the provider had handed out a new one."
       "Let both use one token cache with locking, or sign in once for each: mail-oauth login"
    de "Ein anderes Programm hat dasselbe Aktualisierungstoken zuerst benutzt"
       "Zwei Programme teilen sich eine Anmeldung, und eines hielt noch das alte Aktualisierungstoken, nachdem der Anbieter ein neues ausgegeben hatte."
       "Beide denselben Token-Speicher mit Sperre benutzen lassen oder für jedes einzeln anmelden: mail-oauth login"
    link REFRESH
    marks [
        92: Is(StoreChanged);
        25: Aadsts(&[70000]);
        8: OAuth("invalid_grant"), NoNumber;
    ]

    9 "no-callback" Settings Error You 2
    en "The browser's answer does not arrive here"
       "The port for the redirect address {redirect} is taken, or the browser runs on another machine and cannot reach this one."
       "Sign in by device code instead, or free the port, or use the browser of this machine. When the browser shows an error page with a number, hand that text to: mail-oauth explain"
    de "Die Antwort des Browsers kommt hier nicht an"
       "Der Port der Umleitungsadresse {redirect} ist belegt, oder der Browser läuft auf einem anderen Rechner und erreicht diesen nicht."
       "Stattdessen per Gerätecode anmelden, oder den Port freigeben, oder den Browser dieses Rechners benutzen. Zeigt der Browser eine Fehlerseite mit Nummer, deren Text übergeben an: mail-oauth explain"
    link NO_LINK
    marks [
        95: Is(CallbackPortBusy);
        60: Is(NoCallback);
    ]
}
