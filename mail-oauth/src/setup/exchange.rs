//! What has to be allowed in Exchange Online: protocols, mailboxes of others, and the application itself.

use super::graph_powershell::environment;
use super::guide::{Language, Section};
use super::quote::powershell;
use super::request::Request;
use crate::diagnosis::{Lang, Words};
use crate::provider::Provider;
use crate::server::Protocol;

pub(crate) fn sections(request: &Request, lang: Lang) -> Vec<Section> {
    let heading = Words { en: "In Exchange (PowerShell)", de: "In Exchange (PowerShell)" }.of(lang);
    let mut sections = Vec::new();
    if request.is_app_only() {
        sections.push(Section::script(heading, Language::PowerShell, app_only(request, lang)));
        if request.wants(Protocol::Smtp) {
            sections.push(rbac(lang));
        }
    } else {
        sections.push(Section::script(heading, Language::PowerShell, delegated(request, lang)));
        sections.push(in_the_admin_center(request, lang));
    }
    sections
}

fn connect(request: &Request) -> Vec<String> {
    let cloud = match request.provider() {
        Provider::Microsoft365UsGov => " -ExchangeEnvironmentName O365USGovGCCHigh",
        Provider::Microsoft365UsGovDod => " -ExchangeEnvironmentName O365USGovDoD",
        Provider::Microsoft365China => " -ExchangeEnvironmentName O365China",
        _ => "",
    };
    vec![
        "$ErrorActionPreference = 'Stop'".to_owned(),
        "# Install-Module ExchangeOnlineManagement -Scope CurrentUser".to_owned(),
        format!("Connect-ExchangeOnline -ShowBanner:$false{cloud}"),
    ]
}

fn app_only(request: &Request, lang: Lang) -> Vec<String> {
    let mut lines = connect(request);
    let client_id = match request.client_id() {
        Some(id) => powershell(id),
        None => {
            let ask = Words { en: "Application (client) ID", de: "Anwendungs-ID (Client)" };
            format!("Read-Host '{}'", ask.of(lang))
        }
    };
    let which = Words {
        en: "# The ENTERPRISE application and its object id: that of the app registration gives \"AUTHENTICATE failed\".",
        de: "# Die UNTERNEHMENSANWENDUNG und ihre Objekt-ID: mit der ID der App-Registrierung heißt es \"AUTHENTICATE failed\".",
    };
    let missing = Words {
        en: "this tenant has no enterprise application with this client id",
        de: "in diesem Mandanten gibt es keine Unternehmensanwendung mit dieser Anwendungs-ID",
    };
    lines.extend([
        format!("$ClientId = {client_id}"),
        which.of(lang).to_owned(),
        format!(
            "Connect-MgGraph -TenantId {}{} -NoWelcome -Scopes 'Application.Read.All'",
            powershell(request.tenant()),
            environment(request.provider())
        ),
        "$Enterprise = Get-MgServicePrincipal -Filter \"appId eq '$ClientId'\"".to_owned(),
        format!("if (-not $Enterprise) {{ throw '{}' }}", missing.of(lang)),
        "$Principal = Get-ServicePrincipal -Identity $Enterprise.Id -ErrorAction SilentlyContinue".to_owned(),
        "if (-not $Principal) {".to_owned(),
        format!(
            "    $Principal = New-ServicePrincipal -AppId $ClientId -ObjectId $Enterprise.Id -DisplayName {}",
            powershell(request.app_name())
        ),
        "}".to_owned(),
    ]);
    mailboxes(&mut lines, request.mailboxes());
    // SMTP too: without it, Exchange accepts the sign-in and fails at the copy for Sent Items (430 4.2.0).
    lines.push("    Add-MailboxPermission -Identity $Mailbox -User $Principal.Identity -AccessRights FullAccess -AutoMapping $false".to_owned());
    if request.wants(Protocol::Smtp) {
        lines.push("    Add-RecipientPermission -Identity $Mailbox -Trustee $Principal.Identity -AccessRights SendAs -Confirm:$false".to_owned());
    }
    lines.push(format!("    Set-CASMailbox -Identity $Mailbox{}", switches(request, true, true)));
    lines.push("}".to_owned());
    if request.wants(Protocol::Smtp) && !request.mailboxes().iter().any(|mailbox| mailbox == request.sender())
    {
        lines.push(format!(
            "Add-RecipientPermission -Identity {} -Trustee $Principal.Identity -AccessRights SendAs -Confirm:$false",
            powershell(request.sender())
        ));
    }
    lines
}

fn delegated(request: &Request, lang: Lang) -> Vec<String> {
    let mut lines = connect(request);
    let user = request.sign_in();
    let is_user = |address: &str| address.eq_ignore_ascii_case(user);
    let others: Vec<String> =
        request.mailboxes().iter().filter(|mailbox| !is_user(mailbox)).cloned().collect();
    let own = others.len() < request.mailboxes().len();
    lines.push(format!("$User = {}", powershell(user)));
    // Who submits is the person, whatever the sender; who reads, only if it is the own mailbox.
    let switches_of_user = switches(request, own, true);
    if !switches_of_user.is_empty() {
        let why = Words {
            en: "# For this mailbox only; the setting of the whole organization stays as it is.",
            de: "# Nur für dieses Postfach; die Einstellung der ganzen Organisation bleibt, wie sie ist.",
        };
        lines.push(why.of(lang).to_owned());
        lines.push(format!("Set-CASMailbox -Identity $User{switches_of_user}"));
    }
    if !others.is_empty() {
        mailboxes(&mut lines, &others);
        if request.reads() {
            lines.push("    Add-MailboxPermission -Identity $Mailbox -User $User -AccessRights FullAccess -AutoMapping $false".to_owned());
            lines.push(format!("    Set-CASMailbox -Identity $Mailbox{}", switches(request, true, false)));
        }
        if request.wants(Protocol::Smtp) {
            lines.push("    Add-RecipientPermission -Identity $Mailbox -Trustee $User -AccessRights SendAs -Confirm:$false".to_owned());
        }
        lines.push("}".to_owned());
    }
    let sender = request.sender();
    if request.wants(Protocol::Smtp) && !is_user(sender) && !others.iter().any(|other| other == sender) {
        lines.push(format!(
            "Add-RecipientPermission -Identity {} -Trustee $User -AccessRights SendAs -Confirm:$false",
            powershell(sender)
        ));
    }
    lines
}

fn mailboxes(lines: &mut Vec<String>, mailboxes: &[String]) {
    let quoted: Vec<String> = mailboxes.iter().map(|mailbox| powershell(mailbox)).collect();
    lines.push(format!("foreach ($Mailbox in @({})) {{", quoted.join(", ")));
}

/// The protocols of a mailbox as parameters of `Set-CASMailbox`.
fn switches(request: &Request, reading: bool, sending: bool) -> String {
    let mut out = String::new();
    if reading && request.wants(Protocol::Imap) {
        out.push_str(" -ImapEnabled $true");
    }
    if reading && request.wants(Protocol::Pop3) {
        out.push_str(" -PopEnabled $true");
    }
    if sending && request.wants(Protocol::Smtp) {
        out.push_str(" -SmtpClientAuthenticationDisabled $false");
    }
    out
}

fn in_the_admin_center(request: &Request, lang: Lang) -> Section {
    let heading = Words { en: "The same in the admin centers", de: "Dasselbe in den Admin Centern" }.of(lang);
    let user = request.sign_in();
    let others = request.mailboxes().iter().filter(|mailbox| !mailbox.eq_ignore_ascii_case(user));
    let others: Vec<&str> = others.map(String::as_str).collect();
    let mut steps = Vec::new();
    let apps = |mailbox: &str, which: &str| match lang {
        Lang::De => format!(
            "Microsoft 365 Admin Center > Benutzer > Aktive Benutzer > {mailbox} > E-Mail > E-Mail-Apps verwalten: {which} einschalten."
        ),
        _ => format!(
            "Microsoft 365 admin center > Users > Active users > {mailbox} > Mail > Manage email apps: switch on {which}."
        ),
    };
    let mut own: Vec<&str> = Vec::new();
    if others.len() < request.mailboxes().len() {
        own.extend(request.wants(Protocol::Imap).then_some("IMAP"));
        own.extend(request.wants(Protocol::Pop3).then_some("POP"));
    }
    let smtp = Words { en: "Authenticated SMTP", de: "Authentifiziertes SMTP" }.of(lang);
    own.extend(request.wants(Protocol::Smtp).then_some(smtp));
    if !own.is_empty() {
        steps.push(apps(user, &own.join(", ")));
    }
    for other in others {
        if request.reads() {
            steps.push(match lang {
                Lang::De => format!("Exchange Admin Center > Empfänger > Postfächer > {other} > Delegierung > Lesen und verwalten (Vollzugriff): {user} hinzufügen."),
                _ => format!("Exchange admin center > Recipients > Mailboxes > {other} > Delegation > Read and manage (Full Access): add {user}."),
            });
        }
        if request.wants(Protocol::Smtp) {
            steps.push(match lang {
                Lang::De => format!("Exchange Admin Center > Empfänger > Postfächer > {other} > Delegierung > Senden als: {user} hinzufügen. An SMTP meldet sich {user} an, nicht das freigegebene Postfach."),
                _ => format!("Exchange admin center > Recipients > Mailboxes > {other} > Delegation > Send as: add {user}. It is {user} who signs in to SMTP, not the shared mailbox."),
            });
        }
    }
    Section::steps(heading, steps)
}

/// What Exchange offers since the end of 2025 beside the permission in the registration.
fn rbac(lang: Lang) -> Section {
    let heading = Words {
        en: "Remark: RBAC for Applications, the other way for SMTP",
        de: "Anmerkung: RBAC für Anwendungen, der andere Weg für SMTP",
    };
    let text = Words {
        en: "Exchange can also grant sending by a role: New-ManagementRoleAssignment -Role 'Application SMTP.SendAsApp' -App CLIENT-ID -CustomResourceScope SCOPE, checked with Test-ServicePrincipalAuthorization.",
        de: "Exchange kann das Senden auch über eine Rolle erlauben: New-ManagementRoleAssignment -Role 'Application SMTP.SendAsApp' -App CLIENT-ID -CustomResourceScope SCOPE, zu prüfen mit Test-ServicePrincipalAuthorization.",
    };
    let either = Words {
        en: "By what has been reported, the permission SMTP.SendAsApp must then not be in the registration, and the token has no roles. Take one way or the other.",
        de: "Nach Berichten darf die Berechtigung SMTP.SendAsApp dann nicht in der Registrierung stehen, und das Token enthält keine Rollen. Entweder der eine Weg oder der andere.",
    };
    Section::text(heading.of(lang), [text.of(lang), either.of(lang)])
}
