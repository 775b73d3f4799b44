//! 10 to 20: the way to the servers.

use super::notation::*;

catalogue! {
    10 "name-not-found" Network Error You 10
    en "The host name has no address"
       "{host} does not resolve, so nothing could be asked of it."
       "Check the spelling of {host} and this machine's DNS: nslookup {host}"
    de "Der Hostname hat keine Adresse"
       "{host} lässt sich nicht auflösen, also konnte nichts gefragt werden."
       "Die Schreibweise von {host} und das DNS dieses Rechners prüfen: nslookup {host}"
    link NO_LINK
    marks [95: Is(NameNotFound), Not(NoNetwork);]

    11 "ipv6-dead" Network Warning Network 11
    en "IPv6 does not work here"
       "{host} has an IPv6 address that does not answer, while its IPv4 address does. Each connection waits for the dead one first."
       "Mend the IPv6 route or its firewall rule, or take the machine's IPv6 address away. Test: nc -6 -vz {host} {port}"
    de "IPv6 funktioniert hier nicht"
       "{host} hat eine IPv6-Adresse, die nicht antwortet; die IPv4-Adresse antwortet. Jede Verbindung wartet zuerst auf die tote."
       "IPv6-Route oder Firewallregel in Ordnung bringen oder dem Rechner die IPv6-Adresse nehmen. Test: nc -6 -vz {host} {port}"
    link NO_LINK
    marks [95: Is(Ipv6Dead);]

    12 "host-not-of-provider" Settings Error You 2
    en "The server is not the provider's"
       "The mailbox is with a provider whose {protocol} server has another name than {host}. A host that was guessed from the address, or an old name, is not where the token counts."
       "Use the provider's own: outlook.office365.com for IMAP and POP3 and smtp.office365.com for SMTP with Microsoft 365; leave the host out to get the preset."
    de "Der Server gehört nicht zum Anbieter"
       "Das Postfach liegt bei einem Anbieter, dessen {protocol}-Server anders heißt als {host}. Ein aus der Adresse geratener oder veralteter Name ist nicht der Ort, an dem das Token gilt."
       "Den des Anbieters eintragen: bei Microsoft 365 outlook.office365.com für IMAP und POP3 und smtp.office365.com für SMTP; ohne Angabe gilt die Voreinstellung."
    link MAIL_OAUTH
    marks [
        92: Is(HostNotOfProvider), Any(&[Is(SignInRefused), Is(NoOAuthOffered), Is(NameNotFound), Is(PortSilent), Is(PortClosed), Tls(TlsProblem::WrongName)]);
        70: Is(HostNotOfProvider);
        15: Tls(TlsProblem::WrongName), Not(HostOfProvider);
    ]

    13 "domain-elsewhere" Settings Error You 2
    en "The domain's mail is with another provider"
       "The MX records of {address} lead elsewhere than the provider that is set, and the tenant does not know the domain."
       "Choose the provider that runs the mailbox. A filter in front of the mailbox hides it: then ask whoever runs the domain's mail."
    de "Die Mail der Domain liegt bei einem anderen Anbieter"
       "Die MX-Einträge von {address} zeigen woandershin als zum eingestellten Anbieter, und der Mandant kennt die Domain nicht."
       "Den Anbieter wählen, bei dem das Postfach liegt. Steht ein Filter davor, verdeckt er ihn: dann fragen, wer die Mail der Domain betreibt."
    link NO_LINK
    marks [70: Is(DomainElsewhere);]

    14 "port-blocked" Network Error Network 16
    en "A firewall blocks the mail port"
       "{host} does not answer at port {port}, while HTTPS from the same machine works."
       "Ask for outgoing TCP 993, 995 and 587 to be opened for this machine, to {host}. Test: nc -vz {host} {port} (Windows: Test-NetConnection {host} -Port {port})"
    de "Eine Firewall sperrt den Mailport"
       "{host} antwortet nicht auf Port {port}, während HTTPS vom selben Rechner aus funktioniert."
       "Ausgehend TCP 993, 995 und 587 für diesen Rechner zu {host} freigeben lassen. Test: nc -vz {host} {port} (Windows: Test-NetConnection {host} -Port {port})"
    link NO_LINK
    marks [
        90: Is(PortSilent), Is(WebWorks);
        65: Is(PortSilent), Not(WebWorks), Not(NoNetwork);
        55: Is(PortClosed), Is(WebWorks);
        30: Is(PortClosed), Not(WebWorks), Not(NoNetwork);
        40: Tls(TlsProblem::TimedOut);
    ]

    15 "proxy-needed" Network Error Network 11
    en "HTTPS needs a proxy here"
       "The identity provider is not reached directly: a proxy asks for a sign-in, or another page answers in its place."
       "Name the proxy: HTTPS_PROXY=http://proxy.example:3128, and let it pass login.microsoftonline.com without a sign-in of its own. In a guest network, open the browser and accept its terms first."
    de "HTTPS braucht hier einen Proxy"
       "Der Identitätsanbieter ist nicht direkt erreichbar: Ein Proxy verlangt eine Anmeldung, oder eine andere Seite antwortet an seiner Stelle."
       "Den Proxy angeben: HTTPS_PROXY=http://proxy.example:3128, und dort login.microsoftonline.com ohne eigene Anmeldung freigeben lassen. In einem Gästenetz zuerst im Browser die Bedingungen annehmen."
    link NO_LINK
    marks [
        95: Is(ProxyAsked);
        75: Is(ForeignPage);
        70: Is(IdentityUnreachable), Not(NoNetwork);
    ]

    16 "tls-intercepted" Tls Error Network 13
    en "The certificate is not from a public authority"
       "Something between here and {host} (a proxy, a virus scanner, a firewall) opens the connection and shows a certificate of its own; or the server has one that this machine does not trust."
       "Exempt {host} and login.microsoftonline.com from inspection, or give this program the company's authority as a file: --ca-file company-ca.pem"
    de "Das Zertifikat stammt nicht von einer öffentlichen Stelle"
       "Etwas zwischen hier und {host} (Proxy, Virenscanner, Firewall) bricht die Verbindung auf und zeigt ein eigenes Zertifikat; oder der Server hat eines, dem dieser Rechner nicht traut."
       "{host} und login.microsoftonline.com von der Prüfung ausnehmen oder dem Programm die Zertifizierungsstelle des Unternehmens als Datei geben: --ca-file firmen-ca.pem"
    link NO_LINK
    marks [85: Tls(TlsProblem::UnknownIssuer);]

    17 "security-of-port" Tls Error You 15
    en "TLS starts at the wrong moment"
       "The port and the connection security do not fit: TLS from the first byte belongs to 993, 995 and 465; STARTTLS to 587, 143 and 110."
       "Set port and security together: IMAP 993 with TLS, POP3 995 with TLS, SMTP 587 with STARTTLS. Now it is port {port} at {host}."
    de "TLS beginnt im falschen Moment"
       "Port und Verbindungssicherheit passen nicht zusammen: TLS ab dem ersten Byte gehört zu 993, 995 und 465, STARTTLS zu 587, 143 und 110."
       "Port und Sicherheit gemeinsam einstellen: IMAP 993 mit TLS, POP3 995 mit TLS, SMTP 587 mit STARTTLS. Jetzt ist es Port {port} bei {host}."
    link NO_LINK
    marks [
        95: Is(SecurityUnusual), Any(&[Tls(TlsProblem::NotTls), Tls(TlsProblem::TimedOut), Is(Broke), Is(PortSilent)]);
        60: Is(SecurityUnusual);
        70: Tls(TlsProblem::NotTls), Not(SecurityUnusual);
        40: Tls(TlsProblem::TimedOut), Not(SecurityUnusual);
    ]

    18 "certificate-name" Tls Error You 14
    en "The certificate is for another host"
       "What answers as {host} shows a certificate with other names, so it is not proven to be that server."
       "Use the name that the provider publishes (outlook.office365.com, smtp.office365.com) instead of an alias of your own domain, and no IP address."
    de "Das Zertifikat gilt für einen anderen Host"
       "Was als {host} antwortet, zeigt ein Zertifikat mit anderen Namen; damit ist nicht bewiesen, dass es dieser Server ist."
       "Den Namen benutzen, den der Anbieter veröffentlicht (outlook.office365.com, smtp.office365.com), statt eines Alias der eigenen Domain, und keine IP-Adresse."
    link NO_LINK
    marks [85: Tls(TlsProblem::WrongName);]

    19 "tls-old" Tls Error Network 15
    en "No common version of TLS"
       "The other side speaks nothing newer than TLS 1.1, or offers no cipher of today. Microsoft 365 itself speaks TLS 1.2 and 1.3: then a device in between is too old."
       "Update the server or the device in between to TLS 1.2. Test: openssl s_client -connect {host}:{port} -tls1_2"
    de "Keine gemeinsame TLS-Version"
       "Die Gegenseite spricht nichts Neueres als TLS 1.1 oder bietet kein heutiges Verfahren an. Microsoft 365 selbst spricht TLS 1.2 und 1.3: dann ist ein Gerät dazwischen zu alt."
       "Server oder Zwischengerät auf TLS 1.2 bringen. Test: openssl s_client -connect {host}:{port} -tls1_2"
    link NO_LINK
    marks [75: Tls(TlsProblem::Other);]

    20 "starttls-missing" Tls Error Network 15
    en "STARTTLS is not offered"
       "{host} does not offer to start TLS on port {port}. Exchange Online always does, so a device in between takes the offer away. No token leaves without TLS."
       "Turn off the mail inspection (SMTP fixup, ALG, virus scanner) for {host}, or use the port with TLS from the first byte where the provider has one (993, 995, 465)."
    de "STARTTLS wird nicht angeboten"
       "{host} bietet auf Port {port} keinen TLS-Start an. Exchange Online tut das immer, also nimmt ein Gerät dazwischen das Angebot weg. Ohne TLS wird kein Token gesendet."
       "Die Mailprüfung (SMTP-Fixup, ALG, Virenscanner) für {host} abschalten oder den Port mit TLS ab dem ersten Byte benutzen, wo der Anbieter einen hat (993, 995, 465)."
    link NO_LINK
    marks [95: Is(NoStartTls);]
}
