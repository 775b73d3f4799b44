//! What an administrator is told, and that no name becomes a command.

use mail_oauth::diagnosis::Lang;
use mail_oauth::setup::{Guide, Kind, Language, Request, admin_guide};
use mail_oauth::{Account, Protocol, Provider};

use crate::bed::CLIENT_ID;

/// Names that would like to be more than that.
const HOSTILE: [&str; 6] = [
    "x'; touch pwned; '",
    "$(touch pwned)`touch pwned`",
    "\u{2019}; Remove-Mailbox x; \u{2018}",
    "\"; $env:x; @'",
    "\\' # '",
    "{client_id} %s {}",
];

fn request(address: &str) -> Request {
    Request::new(Provider::Microsoft365, address).unwrap()
}

fn script(guide: &Guide, language: Language) -> Vec<String> {
    let scripts = guide.sections.iter().filter(|section| section.kind == Kind::Script(language));
    scripts.map(|section| section.body()).collect()
}

/// The code of a PowerShell script without its strings and comments, and its verbatim strings.
fn lex(script: &str) -> (String, Vec<String>) {
    let is_quote = |c: char| matches!(c, '\'' | '\u{2018}'..='\u{201b}');
    let (mut code, mut strings) = (String::new(), Vec::new());
    let mut rest = script.chars().peekable();
    while let Some(c) = rest.next() {
        if is_quote(c) {
            let mut string = String::new();
            loop {
                let next = rest.next().unwrap();
                if is_quote(next) && rest.next_if(|after| is_quote(*after)).is_none() {
                    break;
                }
                string.push(next);
            }
            strings.push(string);
        } else if c == '"' {
            assert!(rest.any(|next| next == '"'), "an expandable string ends");
        } else if c == '#' {
            rest.find(|next| *next == '\n');
        } else {
            code.push(c);
        }
    }
    (code, strings)
}

fn every_request() -> Vec<Request> {
    let mut all = Vec::new();
    for provider in Provider::ALL {
        for app_only in [false, true] {
            for protocols in [vec![Protocol::Imap], vec![Protocol::Smtp], Protocol::ALL.to_vec()] {
                let own = Request::new(provider, "adele@contoso.com").unwrap().with_app_only(app_only);
                let own = own.with_protocols(protocols);
                all.push(own.clone().with_sign_in("bert@contoso.com").unwrap());
                all.push(own);
            }
        }
    }
    all
}

#[test]
fn every_guide_in_both_languages_has_scripts_whose_quotes_and_brackets_close() {
    for request in every_request() {
        let (de, en) = (admin_guide(&request, Lang::De), admin_guide(&request, Lang::En));
        assert_eq!(de.sections.len(), en.sections.len());
        assert_ne!(de.to_text(), en.to_text());
        for (one, other) in de.sections.iter().zip(&en.sections) {
            assert_eq!((one.kind, one.lines.len()), (other.kind, other.lines.len()), "{}", one.heading);
            assert!(!one.lines.is_empty(), "{}", one.heading);
        }
        for script in [&de, &en].into_iter().flat_map(|guide| script(guide, Language::PowerShell)) {
            let (code, _) = lex(&script);
            for (open, close) in [('(', ')'), ('{', '}'), ('[', ']')] {
                let count = |bracket: char| code.matches(bracket).count();
                assert_eq!(count(open), count(close), "{open}{close} in\n{script}");
            }
        }
    }
}

#[test]
fn only_the_permissions_of_the_protocols_are_asked_for() {
    let imap = "652390e4-393a-48de-9484-05f9b1212954";
    let pop3 = "d7b7f2d9-0f45-4ea1-9d42-e50810c06991";
    let smtp = "258f6531-6087-4cc4-bb90-092c5fb3ed3f";
    let guide =
        admin_guide(&request("adele@contoso.com").with_protocols([Protocol::Smtp, Protocol::Imap]), Lang::De);
    let text = guide.to_text();
    assert!(text.contains("Delegierte Berechtigungen: IMAP.AccessAsUser.All, SMTP.Send, offline_access."));
    for language in [Language::Bash, Language::PowerShell] {
        let script = &script(&guide, language)[0];
        assert!(script.contains(imap) && script.contains(smtp) && !script.contains(pop3), "{script}");
    }
    assert!(!text.contains("POP"), "{text}");
    for step in [
        "App-Registrierungen > Neue Registrierung",
        "einzelner Mandant",
        "Öffentliche Clientflows",
        "http://localhost",
    ] {
        assert!(text.contains(step), "{step}");
    }
    // Nobody knows the id of this one: it is looked up in the tenant.
    let app = admin_guide(&request("adele@contoso.com").with_app_only(true), Lang::En);
    for language in [Language::Bash, Language::PowerShell] {
        let script = &script(&app, language)[0];
        assert!(
            script.contains("5e5addcd-3e8d-4e90-baf5-964efab2b20a") && script.contains("'SMTP.SendAsApp'")
        );
        assert!(!script.contains("offline_access") && !script.contains("localhost"));
    }
}

#[test]
fn exchange_is_told_the_enterprise_application_and_the_one_mailbox() {
    let request = request("invoices@contoso.com").with_app_only(true).with_client_id(CLIENT_ID).unwrap();
    let scripts = script(&admin_guide(&request, Lang::En), Language::PowerShell);
    let lines: Vec<&str> = scripts[1].lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(
        lines,
        [
            "$ErrorActionPreference = 'Stop'",
            "Connect-ExchangeOnline -ShowBanner:$false",
            "$ClientId = '3f2504e0-4f89-41d3-9a0c-0305e82c3301'",
            "Connect-MgGraph -TenantId 'contoso.com' -NoWelcome -Scopes 'Application.Read.All'",
            "$Enterprise = Get-MgServicePrincipal -Filter \"appId eq '$ClientId'\"",
            "if (-not $Enterprise) { throw 'this tenant has no enterprise application with this client id' }",
            "$Principal = Get-ServicePrincipal -Identity $Enterprise.Id -ErrorAction SilentlyContinue",
            "if (-not $Principal) {",
            "    $Principal = New-ServicePrincipal -AppId $ClientId -ObjectId $Enterprise.Id -DisplayName 'mail-oauth'",
            "}",
            "foreach ($Mailbox in @('invoices@contoso.com')) {",
            "    Add-MailboxPermission -Identity $Mailbox -User $Principal.Identity -AccessRights FullAccess -AutoMapping $false",
            "    Add-RecipientPermission -Identity $Mailbox -Trustee $Principal.Identity -AccessRights SendAs -Confirm:$false",
            "    Set-CASMailbox -Identity $Mailbox -ImapEnabled $true -PopEnabled $true -SmtpClientAuthenticationDisabled $false",
            "}",
        ]
    );
    assert!(
        !scripts.iter().any(|script| script.contains("Set-TransportConfig")),
        "never for the whole tenant"
    );
}

#[test]
fn of_a_shared_mailbox_the_delegate_submits() {
    let account = Account::new(Provider::Microsoft365, "adele@contoso.com", CLIENT_ID)
        .and_then(|account| account.with_mailbox("invoices@contoso.com"))
        .and_then(|account| account.with_sender("invoices@contoso.com"))
        .unwrap();
    let request = Request::of(&account).unwrap().with_protocols([Protocol::Imap, Protocol::Smtp]);
    let guide = admin_guide(&request, Lang::De);
    let exchange = &script(&guide, Language::PowerShell)[1];
    let lines: Vec<&str> = exchange.lines().skip(3).filter(|line| !line.starts_with('#')).collect();
    assert_eq!(
        lines,
        [
            "$User = 'adele@contoso.com'",
            "Set-CASMailbox -Identity $User -SmtpClientAuthenticationDisabled $false",
            "foreach ($Mailbox in @('invoices@contoso.com')) {",
            "    Add-MailboxPermission -Identity $Mailbox -User $User -AccessRights FullAccess -AutoMapping $false",
            "    Set-CASMailbox -Identity $Mailbox -ImapEnabled $true",
            "    Add-RecipientPermission -Identity $Mailbox -Trustee $User -AccessRights SendAs -Confirm:$false",
            "}",
        ]
    );
    assert!(
        guide
            .to_text()
            .contains("Delegierung > Lesen und verwalten (Vollzugriff): adele@contoso.com hinzufügen.")
    );
}

#[test]
fn the_link_of_the_consent_is_that_of_the_cloud() {
    for (provider, app_only, link) in [
        (
            Provider::Microsoft365,
            false,
            "https://login.microsoftonline.com/contoso.com/v2.0/adminconsent?client_id=CLIENT-ID&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default&redirect_uri=http%3A%2F%2Flocalhost",
        ),
        (
            Provider::Microsoft365,
            true,
            "https://login.microsoftonline.com/contoso.com/v2.0/adminconsent?client_id=CLIENT-ID&scope=https%3A%2F%2Foutlook.office365.com%2F.default",
        ),
        (
            Provider::Microsoft365China,
            false,
            "https://login.partner.microsoftonline.cn/contoso.com/v2.0/adminconsent?client_id=CLIENT-ID&scope=https%3A%2F%2Fmicrosoftgraph.chinacloudapi.cn%2F.default&redirect_uri=http%3A%2F%2Flocalhost",
        ),
    ] {
        let request = Request::new(provider, "adele@contoso.com").unwrap().with_app_only(app_only);
        let text = admin_guide(&request, Lang::En).to_text();
        assert!(text.lines().any(|line| line == link), "{text}");
    }
}

#[test]
fn a_hostile_name_stays_a_name_in_powershell() {
    for name in HOSTILE {
        let address = format!("{}@contoso.com", name.replace([' ', ','], "_"));
        for app_only in [false, true] {
            let request = request(&address)
                .with_app_only(app_only)
                .with_app_name(name)
                .and_then(|request| request.with_mailboxes([address.as_str(), "invoices@contoso.com"]))
                .unwrap();
            for script in script(&admin_guide(&request, Lang::De), Language::PowerShell) {
                let (code, strings) = lex(&script);
                assert!(strings.iter().any(|string| *string == name || *string == address), "{script}");
                for word in ["touch", "Remove-Mailbox", "env:", "pwned", "%s"] {
                    assert!(!code.contains(word), "{word} became code in\n{script}");
                }
            }
        }
    }
}

#[test]
fn what_cannot_stand_in_a_script_or_on_a_terminal_is_refused() {
    for text in ["a\nb", "a\rb", "a\u{0}b", "a\u{1b}[2Jb", "a\u{202e}b", "a\u{2028}b", "a\u{85}b"] {
        assert!(Request::new(Provider::Microsoft365, &format!("{text}@contoso.com")).is_err(), "{text:?}");
        let good = request("adele@contoso.com");
        assert!(good.clone().with_app_name(text).is_err(), "{text:?}");
        assert!(good.clone().with_tenant(text).is_err());
        assert!(good.clone().with_client_id(text).is_err());
        assert!(good.clone().with_sender(&format!("{text}@contoso.com")).is_err());
        assert!(good.with_mailboxes([format!("{text}@contoso.com").as_str()]).is_err());
    }
    for tenant in ["", "a b", "a'b", "$(x)", "a/b"] {
        assert!(request("adele@contoso.com").with_tenant(tenant).is_err(), "{tenant:?}");
    }
    for id in ["", "mail-oauth", "3f2504e0", "'; x", "3f2504e0-4f89-41d3-9a0c-0305e82c330g"] {
        assert!(request("adele@contoso.com").with_client_id(id).is_err(), "{id:?}");
    }
    let many = vec!["a@contoso.com"; 1001];
    assert!(request("adele@contoso.com").with_mailboxes(many).is_err());
    assert!(request("adele@contoso.com").with_mailboxes([]).is_err());
}

#[test]
fn gmail_and_outlook_com_have_guides_of_their_own() {
    let text =
        |provider, lang| admin_guide(&Request::new(provider, "adele@contoso.com").unwrap(), lang).to_text();
    let google = text(Provider::Gmail, Lang::De);
    for step in ["Anwendungstyp \"Desktop-App\"", "https://mail.google.com/", "7 Tagen", "Endnutzerzugriff"] {
        assert!(google.contains(step), "{step}");
    }
    assert!(!google.contains("Entra"));
    let personal = text(Provider::OutlookCom, Lang::En);
    assert!(
        personal.contains("Personal Microsoft accounts only") && personal.contains("Forwarding and IMAP")
    );
    assert!(text(Provider::Yahoo, Lang::En).contains("app password"));
    assert!(text(Provider::Fastmail, Lang::En).contains("https://www.fastmail.com/dev/protocol-pop"));
}

/// Runs a script with an `az` that only says what it was told.
#[cfg(unix)]
fn run(script: &str) -> String {
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    let stub = r#"
sleep() { :; }
az() {
    { printf '%s|' "$@"; echo; } >&2
    case "$1 $2 $3" in
        'ad app create') echo 11112222-3333-4444-5555-666677778888 ;;
        'ad sp show') echo 99990000-aaaa-bbbb-cccc-ddddeeeeffff ;;
    esac
}
"#;
    let folder = std::env::temp_dir();
    let mut bash = Command::new("bash")
        .args(["--noprofile", "--norc", "-s"])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    bash.stdin.take().unwrap().write_all(format!("{stub}{script}").as_bytes()).unwrap();
    let done = bash.wait_with_output().unwrap();
    let told = String::from_utf8(done.stderr).unwrap();
    assert!(done.status.success(), "{told}\n{script}");
    told
}

#[cfg(unix)]
#[test]
fn the_script_of_bash_runs_and_tells_the_azure_cli_what_is_meant() {
    for name in HOSTILE.into_iter().chain(["mail-oauth"]) {
        let request = request("adele@contoso.com").with_app_name(name).unwrap();
        let name = name.trim();
        let told = run(&script(&admin_guide(&request, Lang::De), Language::Bash)[0]);
        assert!(told.contains("login|--tenant|contoso.com|"), "{told}");
        assert!(told.contains(&format!("ad|app|create|--display-name|{name}|")), "{told}");
        assert!(told.contains(r#"|[{"resourceAppId":"00000003-0000-0000-c000-000000000000","resourceAccess":[{"id":"652390e4-393a-48de-9484-05f9b1212954","type":"Scope"},"#), "{told}");
        assert!(told.contains("admin-consent|--id|11112222-3333-4444-5555-666677778888|"), "{told}");
    }
    let app = request("adele@contoso.com").with_app_only(true).with_protocols([Protocol::Smtp]);
    let told = run(&script(&admin_guide(&app, Lang::En), Language::Bash)[0]);
    // What was looked up is what is asked for.
    assert!(told.contains(r#"|[{"resourceAppId":"00000002-0000-0ff1-ce00-000000000000","resourceAccess":[{"id":"99990000-aaaa-bbbb-cccc-ddddeeeeffff","type":"Role"}]}]|"#), "{told}");
}
