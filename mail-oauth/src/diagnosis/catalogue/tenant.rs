//! 26 to 32: the tenant, its cloud, and who belongs to it.

use super::notation::*;

catalogue! {
    26 "tenant-unknown" Tenant Error You 23
    en "There is no such tenant"
       "{tenant} is neither the id nor a verified domain of a tenant in this cloud."
       "Copy it: entra.microsoft.com > Overview > Tenant ID, or use the part of {user} behind the @."
    de "Diesen Mandanten gibt es nicht"
       "{tenant} ist in dieser Cloud weder die ID noch eine bestätigte Domain eines Mandanten."
       "Kopieren: entra.microsoft.com > Übersicht > Mandanten-ID, oder den Teil von {user} hinter dem @ benutzen."
    link ERRORS
    marks [
        95: Is(TenantUnknown);
        95: Aadsts(&[90002, 50128, 90019, 900023]);
        60: OAuth("invalid_tenant"), NoNumber;
    ]

    27 "national-cloud" Tenant Error You 23
    en "The tenant is in another cloud"
       "{tenant} belongs to a national cloud (US Government, China), whose sign-in and mail servers have other names."
       "Set the authority and the hosts of that cloud: login.microsoftonline.us and outlook.office365.us, or login.partner.microsoftonline.cn and partner.outlook.cn."
    de "Der Mandant liegt in einer anderen Cloud"
       "{tenant} gehört zu einer nationalen Cloud (US-Regierung, China), deren Anmelde- und Mailserver anders heißen."
       "Autorität und Hosts dieser Cloud einstellen: login.microsoftonline.us und outlook.office365.us oder login.partner.microsoftonline.cn und partner.outlook.cn."
    link CLOUDS
    marks [
        95: Is(OtherCloud);
        95: Aadsts(&[90038, 900382, 900432]);
    ]

    28 "single-tenant-app" Tenant Error You 23
    en "The app is for one tenant, the sign-in goes to all"
       "The registration allows accounts of its own directory only, and the address of the sign-in says common or organizations."
       "Set the tenant of this account to the directory where {client_id} is registered: App registrations > {client_id} > Overview > Directory (tenant) ID."
    de "Die App gilt für einen Mandanten, die Anmeldung geht an alle"
       "Die Registrierung erlaubt nur Konten des eigenen Verzeichnisses, und die Anmeldeadresse lautet common oder organizations."
       "Als Mandanten dieses Kontos das Verzeichnis eintragen, in dem {client_id} registriert ist: App-Registrierungen > {client_id} > Übersicht > Verzeichnis-ID (Mandant)."
    link ERRORS
    marks [95: Aadsts(&[50194]);]

    29 "account-types" Tenant Error EntraAdmin 23
    en "The app is not for this kind of account"
       "The registration is for work accounts and the sign-in goes to consumers, or for personal accounts and it goes to a tenant."
       "Use the authority that fits: consumers for outlook.com, the tenant for work accounts; or App registrations > {client_id} > Authentication > Supported account types."
    de "Die App ist nicht für diese Art von Konto"
       "Die Registrierung gilt für Geschäftskonten und die Anmeldung geht an consumers, oder sie gilt für persönliche Konten und die Anmeldung geht an einen Mandanten."
       "Die passende Autorität benutzen: consumers für outlook.com, den Mandanten für Geschäftskonten; oder App-Registrierungen > {client_id} > Authentifizierung > Unterstützte Kontotypen."
    link ERRORS
    marks [
        95: Aadsts(&[9002331, 9002332, 90124, 90130]);
        80: Phrase("userAudience"), NoNumber;
    ]

    30 "tenant-needed" Tenant Error You 23
    en "This kind of sign-in needs a tenant by name"
       "A sign-in by password or of the application itself cannot go to common or consumers: the provider must know which directory is meant."
       "Set the tenant of this account to its id or domain, such as the part of {user} behind the @."
    de "Diese Art der Anmeldung braucht einen bestimmten Mandanten"
       "Eine Anmeldung mit Kennwort oder der Anwendung selbst kann nicht an common oder consumers gehen: Der Anbieter muss wissen, welches Verzeichnis gemeint ist."
       "Als Mandanten dieses Kontos dessen ID oder Domain eintragen, etwa den Teil von {user} hinter dem @."
    link ERRORS
    marks [95: Aadsts(&[9001023, 50059]);]

    31 "account-of-other-directory" Tenant Error You 23
    en "The account is not one of this directory"
       "A personal account was used where the app takes work accounts only, or a work account of another directory that is no guest here."
       "Sign out in the browser and sign in as {user}. If that is the right account: App registrations > {client_id} > Authentication > Supported account types, or invite it as a guest."
    de "Das Konto gehört nicht zu diesem Verzeichnis"
       "Ein persönliches Konto wurde benutzt, wo die App nur Geschäftskonten nimmt, oder ein Geschäftskonto eines anderen Verzeichnisses, das hier kein Gast ist."
       "Im Browser abmelden und als {user} anmelden. Ist das Konto richtig: App-Registrierungen > {client_id} > Authentifizierung > Unterstützte Kontotypen, oder es als Gast einladen."
    link ERRORS
    marks [95: Aadsts(&[50020, 500208, 90072]);]

    32 "user-unknown" Tenant Error You 23
    en "The tenant does not know this user"
       "{user} is no user principal name in this directory. An alias or the address of a shared mailbox does not sign in."
       "Look the name up: entra.microsoft.com > Users > the person > User principal name, and set it as the sign-in name."
    de "Der Mandant kennt diesen Benutzer nicht"
       "{user} ist in diesem Verzeichnis kein Benutzerprinzipalname. Ein Alias oder die Adresse eines freigegebenen Postfachs kann sich nicht anmelden."
       "Den Namen nachsehen: entra.microsoft.com > Benutzer > die Person > Benutzerprinzipalname, und als Anmeldenamen eintragen."
    link ERRORS
    marks [95: Aadsts(&[50034, 51004]);]
}
