//! What can be seen to be wrong before anything is asked.

use super::claims::is_microsoft;
use super::report::{Failure, Report};
use crate::credential::{SecretForm, is_guid};
use crate::diagnosis::{Fact, Signal};
use crate::mailbox::Mailbox;
use crate::server::{Protocol, Security};

/// Everything that deserves a look in the account and its credential. Nothing secret is in it.
pub(super) fn check(mailbox: &Mailbox, protocols: &[Protocol]) -> Vec<Failure> {
    let account = mailbox.account();
    let provider = account.provider();
    let mut found = Vec::new();
    let mut note = |protocol: Option<Protocol>, fact: Fact, evidence: String| {
        let signals = vec![Signal::Fact(fact)];
        found.push(Failure { protocol, signals, evidence: vec![evidence] });
    };
    if is_microsoft(provider) && !is_guid(account.client_id()) {
        note(None, Fact::ClientIdForm, format!("client id {}", account.client_id().escape_debug()));
    }
    #[cfg(feature = "discover")]
    if let Some((fact, evidence)) = owner_of_domain(mailbox, protocols) {
        note(None, fact, evidence);
    }
    let form = mailbox.credential.as_ref().and_then(|credential| credential.secret_form());
    if is_microsoft(provider) && form == Some(SecretForm::Id) {
        note(None, Fact::SecretIsId, "the client secret has the form of a GUID".to_owned());
    }
    if account.roles().mailbox.contains('\\') || account.roles().sign_in.contains('\\') {
        note(None, Fact::OldSharedSyntax, format!("user {}", account.roles().mailbox.escape_debug()));
    }
    let mut resources: Vec<&str> = Vec::new();
    for protocol in protocols {
        for scope in account.scopes(*protocol) {
            let Some((resource, _)) = scope.strip_prefix("https://").and_then(|rest| rest.split_once('/'))
            else {
                // Without a resource Entra takes it for Graph's.
                if is_microsoft(provider) && scope.contains('.') {
                    note(
                        Some(*protocol),
                        Fact::ScopeOfOtherResource,
                        format!("scope {}", scope.escape_debug()),
                    );
                }
                continue;
            };
            if is_microsoft(provider) && resource.starts_with("graph.microsoft.") {
                note(Some(*protocol), Fact::ScopeOfOtherResource, format!("scope {}", scope.escape_debug()));
            }
            if !resources.contains(&resource) {
                resources.push(resource);
            }
        }
        let Ok(server) = account.server(*protocol) else { continue };
        let unusual = match (*protocol, server.port()) {
            (Protocol::Smtp, 587) | (Protocol::Imap, 143) | (Protocol::Pop3, 110) => Security::StartTls,
            (Protocol::Smtp, 465) | (Protocol::Imap, 993) | (Protocol::Pop3, 995) => Security::Tls,
            _ => server.security(),
        } != server.security();
        if unusual {
            let how = if server.security() == Security::Tls { "TLS from the first byte" } else { "STARTTLS" };
            note(Some(*protocol), Fact::SecurityUnusual, format!("{server} with {how}"));
        }
        // The provider's own servers, against what the account names instead: a guess such as mail.contoso.com.
        let usual = provider.server(*protocol).filter(|usual| usual.host() != server.host());
        if let Some(usual) = usual
            && !is_local(server.host())
        {
            note(
                Some(*protocol),
                Fact::HostNotOfProvider,
                format!("{server} where {} has {usual}", provider.id()),
            );
        }
    }
    if is_microsoft(provider) && resources.len() > 1 {
        note(None, Fact::ScopesMixed, format!("scopes of {}", resources.join(" and ")));
    }
    found
}

/// Causes with which nothing need be asked.
const FATAL: [&str; 5] =
    ["client-id-form", "secret-is-id", "scope-of-other-resource", "scopes-mixed", "provider-password-only"];

/// Whether the settings cannot work, whatever the servers say.
pub(super) fn are_fatal(report: &Report) -> bool {
    report.findings.iter().any(|finding| FATAL.contains(&finding.cause.id))
}

/// A test tenant, or a relay on this machine.
pub(super) fn is_local(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Whose own domain the address has, where that is not the account's provider. Nobody is asked.
#[cfg(feature = "discover")]
fn owner_of_domain(mailbox: &Mailbox, protocols: &[Protocol]) -> Option<(Fact, String)> {
    use crate::discover::{Domain, Target, owner};
    let account = mailbox.account();
    let domain = Domain::of_address(&account.roles().mailbox).ok()?;
    let named =
        |protocol: &Protocol| account.server(*protocol).ok() != account.provider().server(*protocol).as_ref();
    // Whoever names the servers knows better.
    if protocols.iter().any(named) {
        return None;
    }
    match owner(&domain)? {
        Target::PasswordOnly(only) => Some((Fact::ProviderPasswordOnly, format!("{domain}: {}", only.name))),
        Target::Provider(provider) if provider.family() != account.provider().family() => {
            Some((Fact::DomainElsewhere, format!("{domain}: {}", provider.name())))
        }
        Target::Provider(_) => None,
    }
}
