//! The registration as a script of PowerShell with Microsoft Graph.

use super::guide::{Language, Section};
use super::permission::{self, EXCHANGE, GRAPH, Permission};
use super::quote::powershell;
use super::request::Request;
use crate::diagnosis::{Lang, Words};
use crate::provider::Provider;

pub(crate) fn section(request: &Request, lang: Lang) -> Section {
    let heading = Words { en: "The same with Graph PowerShell", de: "Dasselbe mit Graph PowerShell" };
    Section::script(heading.of(lang), Language::PowerShell, script(request, lang))
}

/// How to name the cloud to `Connect-MgGraph`.
pub(crate) fn environment(provider: Provider) -> &'static str {
    match provider {
        Provider::Microsoft365UsGov => " -Environment USGov",
        Provider::Microsoft365UsGovDod => " -Environment USGovDoD",
        Provider::Microsoft365China => " -Environment China",
        _ => "",
    }
}

fn script(request: &Request, lang: Lang) -> Vec<String> {
    let environment = environment(request.provider());
    let grant = if request.is_app_only() {
        "AppRoleAssignment.ReadWrite.All"
    } else {
        "DelegatedPermissionGrant.ReadWrite.All"
    };
    let mut lines = vec![
        "$ErrorActionPreference = 'Stop'".to_owned(),
        "# Install-Module Microsoft.Graph.Applications, Microsoft.Graph.Identity.SignIns -Scope CurrentUser"
            .to_owned(),
        format!("$Tenant = {}", powershell(request.tenant())),
        format!("$Name = {}", powershell(request.app_name())),
        format!(
            "Connect-MgGraph -TenantId $Tenant{environment} -NoWelcome -Scopes 'Application.ReadWrite.All', '{grant}'"
        ),
        String::new(),
    ];
    if request.is_app_only() {
        app_only(&mut lines, request, lang)
    } else {
        delegated(&mut lines, request)
    }
    let id = Words { en: "Application (client) ID", de: "Anwendungs-ID (Client)" }.of(lang);
    lines.push(format!("Write-Output \"{id}: $($App.AppId)\""));
    if request.is_app_only() {
        secret(&mut lines, lang);
    }
    lines
}

fn delegated(lines: &mut Vec<String>, request: &Request) {
    let permissions = permission::delegated(request.protocols());
    lines.push("$Access = @(".to_owned());
    for Permission { name, id } in &permissions {
        let Some(id) = id else { continue };
        lines.push(format!("    @{{ Id = '{id}'; Type = 'Scope' }} # {name}"));
    }
    lines.extend([
        ")".to_owned(),
        "$App = New-MgApplication -DisplayName $Name -SignInAudience 'AzureADMyOrg' -IsFallbackPublicClient `".to_owned(),
        "    -PublicClient @{ RedirectUris = @('http://localhost') } `".to_owned(),
        format!("    -RequiredResourceAccess @(@{{ ResourceAppId = '{GRAPH}'; ResourceAccess = $Access }})"),
        "Start-Sleep -Seconds 10".to_owned(),
        "$Enterprise = New-MgServicePrincipal -AppId $App.AppId".to_owned(),
        format!("$Graph = Get-MgServicePrincipal -Filter \"appId eq '{GRAPH}'\""),
        "$null = New-MgOauth2PermissionGrant -ClientId $Enterprise.Id -ConsentType 'AllPrincipals' `".to_owned(),
        format!("    -ResourceId $Graph.Id -Scope '{}'", permission::names(&permissions, " ")),
    ]);
}

fn app_only(lines: &mut Vec<String>, request: &Request, lang: Lang) {
    let missing =
        Words { en: "this tenant has no permission", de: "dieser Mandant kennt nicht die Berechtigung" };
    lines.extend([
        format!("$Exchange = Get-MgServicePrincipal -Filter \"appId eq '{EXCHANGE}'\""),
        "$Access = @(".to_owned(),
    ]);
    for Permission { name, id } in permission::application(request.protocols()) {
        match id {
            Some(id) => lines.push(format!("    @{{ Id = '{id}'; Type = 'Role' }} # {name}")),
            None => lines.extend([
                format!("    $Role = $Exchange.AppRoles | Where-Object Value -eq '{name}'"),
                format!("    if (-not $Role) {{ throw '{} {name}' }}", missing.of(lang)),
                "    @{ Id = $Role.Id; Type = 'Role' }".to_owned(),
            ]),
        }
    }
    lines.extend(
        [
            ")",
            "$App = New-MgApplication -DisplayName $Name -SignInAudience 'AzureADMyOrg' `",
            "    -RequiredResourceAccess @(@{ ResourceAppId = $Exchange.AppId; ResourceAccess = $Access })",
            "Start-Sleep -Seconds 10",
            "$Enterprise = New-MgServicePrincipal -AppId $App.AppId",
            "foreach ($One in $Access) {",
            "    $null = New-MgServicePrincipalAppRoleAssignment -ServicePrincipalId $Enterprise.Id `",
            "        -PrincipalId $Enterprise.Id -ResourceId $Exchange.Id -AppRoleId $One.Id",
            "}",
        ]
        .map(str::to_owned),
    );
}

fn secret(lines: &mut Vec<String>, lang: Lang) {
    let object =
        Words { en: "Object ID of the enterprise application", de: "Objekt-ID der Unternehmensanwendung" };
    let shown = Words {
        en: "# Shows the secret once. It is worth a password: keep it where only the program can read it.",
        de: "# Zeigt das Geheimnis einmal. Es ist so viel wert wie ein Passwort: dort ablegen, wo nur das Programm lesen kann.",
    };
    lines.extend([
        format!("Write-Output \"{}: $($Enterprise.Id)\"", object.of(lang)),
        shown.of(lang).to_owned(),
        "$Credential = @{ DisplayName = $Name; EndDateTime = (Get-Date).AddMonths(12) }".to_owned(),
        "(Add-MgApplicationPassword -ApplicationId $App.Id -PasswordCredential $Credential).SecretText"
            .to_owned(),
    ]);
}
