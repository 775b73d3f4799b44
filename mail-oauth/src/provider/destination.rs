//! Where a token may go: to the mail servers of whoever issued it, and to no other unless the account names it.
//!
//! A bearer token is good for whoever holds it (RFC 6750 section 5.2), so a mistyped or foreign host would get the
//! mailbox. What binds is the place that the token comes from, not what the account calls its provider: an account with an
//! identity provider of its own - a company's Keycloak, a simulated tenant - has servers of its own too, of which
//! nothing can be known here.

use msal_lite::{Authority, Cloud, Provider as Idp};

/// Where Microsoft's services are. A token for any other resource, of an authority of Microsoft's, is for an
/// application of the tenant's own.
const MICROSOFT: [&str; 10] = [
    "microsoft.com",
    "microsoft.us",
    "office.com",
    "office365.com",
    "office365.us",
    "outlook.com",
    "outlook.cn",
    "windows.net",
    "azure.com",
    "microsoftgraph.chinacloudapi.cn",
];

/// The domains of the mail servers that tokens of the authority with these scopes are for; `None` where the issuer, or
/// the resource, is somebody's own.
pub(crate) fn domains(authority: &Authority, scopes: &[String]) -> Option<&'static [&'static str]> {
    match authority.cloud() {
        Some(_) if !scopes.is_empty() && scopes.iter().all(|scope| is_own(scope)) => None,
        // Of the SMTP servers, those for bulk are under `mx.microsoft`.
        Some(Cloud::Public) => Some(&["office365.com", "outlook.com", "office.com", "mx.microsoft"]),
        Some(Cloud::UsGovernment) => Some(&["office365.us"]),
        Some(Cloud::China) => Some(&["outlook.cn"]),
        // A cloud without a row here has no servers.
        Some(_) => Some(&[]),
        None => Idp::of(authority).map(of_provider),
    }
}

/// Whether a host is one of them, or below one.
pub(crate) fn is_below(host: &str, domains: &[&str]) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let below =
        |domain: &&str| host.strip_suffix(*domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    domains.iter().any(below)
}

fn of_provider(provider: Idp) -> &'static [&'static str] {
    match provider {
        Idp::Google => &["gmail.com", "googlemail.com"],
        // Yahoo runs the mail of AT&T.
        Idp::Yahoo => &["yahoo.com", "att.net"],
        Idp::Aol => &["aol.com"],
        Idp::Fastmail => &["fastmail.com", "messagingengine.com"],
        Idp::Comcast => &["comcast.net"],
        Idp::Yandex => &["yandex.com", "yandex.ru"],
        Idp::MailRu => &["mail.ru"],
        _ => &[],
    }
}

/// Whether a scope of Entra's is for an application that a tenant has registered: it has an address that is not
/// Microsoft's. A scope without an address is Graph's; what a resource's bare id stands for cannot be seen.
fn is_own(scope: &str) -> bool {
    if scope.starts_with("api://") {
        return true;
    }
    let Some(rest) = scope.strip_prefix("https://") else { return false };
    let host = rest.split(['/', ':']).next().unwrap_or_default();
    !is_below(host, &MICROSOFT)
}

#[cfg(test)]
mod tests {
    use super::{domains, is_below};
    use crate::provider::Provider;
    use crate::server::Protocol;
    use msal_lite::{Authority, Provider as Idp};

    fn scopes(scopes: &[&str]) -> Vec<String> {
        scopes.iter().map(|scope| (*scope).to_owned()).collect()
    }

    #[test]
    fn each_presets_servers_get_its_tokens_and_no_other_providers_do() {
        for provider in Provider::ALL.into_iter().filter(|provider| *provider != Provider::Custom) {
            let authority = provider.authority(None, "contoso.example").unwrap();
            for protocol in Protocol::ALL {
                let own = domains(&authority, &scopes(provider.scopes(protocol))).unwrap();
                assert!(is_below(provider.server(protocol).unwrap().host(), own), "{provider:?} {protocol}");
                for other in Provider::ALL {
                    let Some(server) = other.server(protocol) else { continue };
                    let theirs = other.authority(None, "contoso.example").unwrap();
                    // Clouds that share an issuer share its tokens' way.
                    if theirs.token_endpoint().split('/').nth(2)
                        != authority.token_endpoint().split('/').nth(2)
                    {
                        assert!(
                            !is_below(server.host(), own),
                            "{provider:?}'s token for {other:?} {protocol}"
                        );
                    }
                }
            }
        }
        for provider in Idp::ALL {
            assert!(!domains(&provider.authority().unwrap(), &[]).unwrap().is_empty(), "{provider:?}");
        }
    }

    #[test]
    fn a_domain_is_told_from_one_that_ends_alike() {
        for (host, is) in [
            ("outlook.office365.com", true),
            ("Outlook.Office365.COM.", true),
            ("office365.com", true),
            ("smtp.hve.mx.microsoft", true),
            ("evil-office365.com", false),
            ("outlook.office365.com.evil.example", false),
            ("outlook.office365.co", false),
            ("localhost", false),
            ("127.0.0.1", false),
            ("", false),
        ] {
            assert_eq!(is_below(host, &["office365.com", "mx.microsoft"]), is, "{host:?}");
        }
    }

    #[test]
    fn what_somebody_issues_for_servers_of_their_own_is_theirs() {
        let entra = Authority::parse("https://login.microsoftonline.com/contoso.com").unwrap();
        for (scope, own) in [
            ("https://outlook.office.com/IMAP.AccessAsUser.All", false),
            ("https://outlook.office365.com/.default", false),
            ("https://graph.microsoft.com/Mail.Send", false),
            ("IMAP.AccessAsUser.All", false),
            ("00000002-0000-0ff1-ce00-000000000000/.default", false),
            ("api://3f2504e0-4f89-41d3-9a0c-0305e82c3301/IMAP", true),
            ("https://mail.contoso.com/IMAP", true),
        ] {
            assert_eq!(domains(&entra, &scopes(&[scope])).is_none(), own, "{scope}");
        }
        assert!(domains(&entra, &[]).is_some());
        // One scope of Microsoft's is enough.
        let mixed = ["api://mail/IMAP", "https://outlook.office.com/SMTP.Send"];
        assert!(domains(&entra, &scopes(&mixed)).is_some());
        let elsewhere = Authority::parse("https://login.contoso.com/contoso.com").unwrap();
        assert!(domains(&elsewhere, &scopes(&["https://outlook.office.com/SMTP.Send"])).is_none());
    }
}
