//! The registration as a script of bash with the Azure CLI.

use super::guide::{Language, Section};
use super::permission::{self, EXCHANGE, GRAPH, Permission};
use super::quote::bash;
use super::request::Request;
use crate::diagnosis::{Lang, Words};
use crate::provider::Provider;

pub(crate) fn section(request: &Request, lang: Lang) -> Section {
    let heading = Words { en: "The same with the Azure CLI (bash)", de: "Dasselbe mit der Azure CLI (bash)" };
    Section::script(heading.of(lang), Language::Bash, script(request, lang))
}

fn script(request: &Request, lang: Lang) -> Vec<String> {
    let mut lines = vec![
        "#!/usr/bin/env bash".to_owned(),
        "set -euo pipefail".to_owned(),
        format!("tenant={}", bash(request.tenant())),
        format!("name={}", bash(request.app_name())),
        String::new(),
    ];
    let cloud = match request.provider() {
        Provider::Microsoft365UsGov | Provider::Microsoft365UsGovDod => Some("AzureUSGovernment"),
        Provider::Microsoft365China => Some("AzureChinaCloud"),
        _ => None,
    };
    lines.extend(cloud.map(|cloud| format!("az cloud set --name {cloud}")));
    lines.push(r#"az login --tenant "$tenant" --allow-no-subscriptions --output none"#.to_owned());
    if request.is_app_only() {
        app_only(&mut lines, request, lang)
    } else {
        delegated(&mut lines, request)
    }
    consent(&mut lines, lang);
    let id = Words { en: "Application (client) ID", de: "Anwendungs-ID (Client)" }.of(lang);
    lines.push(format!(r#"printf '%s: %s\n' '{id}' "$client_id""#));
    if request.is_app_only() {
        secret(&mut lines, lang);
    }
    lines
}

fn delegated(lines: &mut Vec<String>, request: &Request) {
    let access: Vec<String> = permission::delegated(request.protocols())
        .iter()
        .filter_map(|permission| permission.id)
        .map(|id| format!(r#"{{"id":"{id}","type":"Scope"}}"#))
        .collect();
    lines.push(format!("# {}", permission::names(&permission::delegated(request.protocols()), ", ")));
    lines.push(format!(
        r#"permissions='[{{"resourceAppId":"{GRAPH}","resourceAccess":[{}]}}]'"#,
        access.join(",")
    ));
    lines.extend(
        [
            "client_id=$(az ad app create --display-name \"$name\" --sign-in-audience AzureADMyOrg \\",
            "    --public-client-redirect-uris http://localhost --is-fallback-public-client true \\",
            "    --required-resource-accesses \"$permissions\" --query appId --output tsv)",
        ]
        .map(str::to_owned),
    );
}

fn app_only(lines: &mut Vec<String>, request: &Request, lang: Lang) {
    let permissions = permission::application(request.protocols());
    lines.push(format!("# {}", permission::names(&permissions, ", ")));
    for Permission { name, .. } in permissions.iter().filter(|permission| permission.id.is_none()) {
        let missing =
            Words { en: "this tenant has no permission", de: "dieser Mandant kennt nicht die Berechtigung" };
        lines.extend([
            format!("looked_up=$(az ad sp show --id {EXCHANGE} \\"),
            format!(r#"    --query "appRoles[?value=='{name}'].id | [0]" --output tsv)"#),
            format!(r#"[ -n "$looked_up" ] || {{ echo '{} {name}' >&2; exit 1; }}"#, missing.of(lang)),
        ]);
    }
    let access: Vec<String> = permissions
        .iter()
        .map(|permission| match permission.id {
            Some(id) => format!(r#"{{"id":"{id}","type":"Role"}}"#),
            // The quotation ends for the variable, and begins anew.
            None => r#"{"id":"'"$looked_up"'","type":"Role"}"#.to_owned(),
        })
        .collect();
    lines.push(format!(
        r#"permissions='[{{"resourceAppId":"{EXCHANGE}","resourceAccess":[{}]}}]'"#,
        access.join(",")
    ));
    lines.extend(
        [
            "client_id=$(az ad app create --display-name \"$name\" --sign-in-audience AzureADMyOrg \\",
            "    --required-resource-accesses \"$permissions\" --query appId --output tsv)",
        ]
        .map(str::to_owned),
    );
}

fn consent(lines: &mut Vec<String>, lang: Lang) {
    let why = Words {
        en: "# A new application takes a while to be known everywhere.",
        de: "# Eine neue Anwendung ist erst nach einer Weile überall bekannt.",
    };
    let failed = Words {
        en: "the consent failed; grant it in the portal",
        de: "die Zustimmung ist fehlgeschlagen; im Portal erteilen",
    };
    lines.extend([
        r#"az ad sp create --id "$client_id" --output none"#.to_owned(),
        why.of(lang).to_owned(),
        "consented=no".to_owned(),
        "for _ in 1 2 3 4 5 6; do".to_owned(),
        "    sleep 10".to_owned(),
        r#"    if az ad app permission admin-consent --id "$client_id"; then consented=yes; break; fi"#
            .to_owned(),
        "done".to_owned(),
        format!(r#"[ "$consented" = yes ] || echo '{}' >&2"#, failed.of(lang)),
    ]);
}

fn secret(lines: &mut Vec<String>, lang: Lang) {
    let object =
        Words { en: "Object ID of the enterprise application", de: "Objekt-ID der Unternehmensanwendung" };
    let shown = Words {
        en: "# Shows the secret once. It is worth a password: keep it where only the program can read it.",
        de: "# Zeigt das Geheimnis einmal. Es ist so viel wert wie ein Passwort: dort ablegen, wo nur das Programm lesen kann.",
    };
    lines.extend([
        format!(
            r#"printf '%s: %s\n' '{}' "$(az ad sp show --id "$client_id" --query id --output tsv)""#,
            object.of(lang)
        ),
        shown.of(lang).to_owned(),
        r#"az ad app credential reset --id "$client_id" --append --display-name "$name" --years 1 --query password --output tsv"#
            .to_owned(),
    ]);
}
