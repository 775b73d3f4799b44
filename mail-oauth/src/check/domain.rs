//! Whose the domain of the address is: by DNS and the directory, where the account takes the preset's servers on trust.

use std::time::Duration;

use super::detail::Detail;
use super::identity::Asked;
use crate::diagnosis::{Area, Fact, Lang, Signal};
use crate::discover::{DEADLINE, Discovery, Domain, Lookup, SystemLookup, discover, owner};
use crate::mailbox::Mailbox;
use crate::provider::Provider;
use crate::server::Protocol;

/// Asks the system's name servers, within the limit. `None` where there is no question: the account names its servers,
/// or the domain is a provider's own.
pub(super) async fn whose(mailbox: &Mailbox, protocols: &[Protocol], limit: Duration) -> Option<Asked> {
    let address = in_question(mailbox, protocols)?;
    // HTTPS was set up once for this mailbox; a second time does not fail.
    let lookup = SystemLookup::new(&mailbox.tls).ok()?;
    asked(&lookup, address, mailbox.account().provider(), limit.min(DEADLINE)).await
}

fn in_question<'m>(mailbox: &'m Mailbox, protocols: &[Protocol]) -> Option<&'m str> {
    let account = mailbox.account();
    let provider = account.provider();
    let address = &account.roles().mailbox;
    let domain = Domain::of_address(address).ok()?;
    let named = |protocol: &Protocol| account.server(*protocol).ok() != provider.server(*protocol).as_ref();
    let known = owner(&domain).is_some() || provider == Provider::Custom;
    (!known && !protocols.iter().any(named)).then_some(address)
}

async fn asked(lookup: &impl Lookup, address: &str, provider: Provider, limit: Duration) -> Option<Asked> {
    let found = discover(address, lookup, limit).await.ok()?;
    let told = |lang| found.explain(lang).join("; ");
    let detail = Detail::new(told(Lang::En), told(Lang::De));
    Some(match contradiction(&found, provider) {
        Some(fact) => Asked::bad(Area::Settings, detail, vec![Signal::Fact(fact)]),
        // What DNS does not say is not held against anybody.
        None if found.best().is_none() => Asked::skipped(Area::Settings, detail),
        None => Asked::good(Area::Settings, detail),
    })
}

fn contradiction(found: &Discovery, provider: Provider) -> Option<Fact> {
    if !found.contradicts(provider) {
        return None;
    }
    Some(if found.password_only().is_some() { Fact::ProviderPasswordOnly } else { Fact::DomainElsewhere })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::Account;
    use crate::check::report::Failure;
    use crate::diagnosis::diagnose;
    use crate::discover::{HttpAnswer, LookupError, Srv};
    use crate::mailbox::Options;
    use crate::server::Server;

    /// A name server whose one record is an MX; without one, nobody answers.
    struct Names(Option<&'static str>);

    impl Names {
        fn answer<T>(&self, answer: T) -> Result<T, LookupError> {
            self.0.map(|_| answer).ok_or_else(|| LookupError::new("no network"))
        }
    }

    impl Lookup for Names {
        async fn mx(&self, _: &str) -> Result<Vec<String>, LookupError> {
            self.answer(self.0.into_iter().filter(|mx| !mx.is_empty()).map(str::to_owned).collect())
        }
        async fn cname(&self, _: &str) -> Result<Option<String>, LookupError> {
            self.answer(None)
        }
        async fn srv(&self, _: &str) -> Result<Vec<Srv>, LookupError> {
            self.answer(Vec::new())
        }
        async fn txt(&self, _: &str) -> Result<Vec<String>, LookupError> {
            self.answer(Vec::new())
        }
        async fn get(&self, _: &str) -> Result<HttpAnswer, LookupError> {
            self.answer(HttpAnswer { status: 400, body: Vec::new() })
        }
    }

    #[tokio::test]
    async fn records_that_lead_elsewhere_are_told() {
        let microsoft = "contoso-example.mail.protection.outlook.com";
        for (mx, provider, cause) in [
            (Some(microsoft), Provider::Microsoft365, None),
            (Some("aspmx.l.google.com"), Provider::Gmail, None),
            (Some("aspmx.l.google.com"), Provider::Microsoft365, Some("domain-elsewhere")),
            (Some(microsoft), Provider::Gmail, Some("domain-elsewhere")),
            (Some("mx01.mail.icloud.com"), Provider::Microsoft365, Some("provider-password-only")),
            (Some("mail.contoso.example"), Provider::Microsoft365, None),
            (Some(""), Provider::Microsoft365, None),
            (None, Provider::Microsoft365, None),
        ] {
            let one = asked(&Names(mx), "adele@contoso.example", provider, DEADLINE).await.unwrap();
            let first = |failure: &Failure| diagnose(&failure.signals).first().map(|one| one.cause.id);
            assert_eq!(one.failure.as_ref().and_then(first), cause, "{mx:?} {provider:?}");
            let unanswered = mx.is_none_or(|mx| {
                !mx.contains("google") && !mx.ends_with("outlook.com") && !mx.contains("icloud")
            });
            assert_eq!(one.not_asked, unanswered, "{mx:?}");
        }
    }

    #[test]
    fn who_names_the_servers_is_asked_nothing() {
        let of = |address: &str| {
            Account::new(Provider::Microsoft365, address, "3f2504e0-4f89-41d3-9a0c-0305e82c3301")
        };
        let asked = |account: Account| {
            let mailbox = Mailbox::new(account, Options::default()).unwrap();
            in_question(&mailbox, &[Protocol::Imap]).is_some()
        };
        assert!(asked(of("adele@contoso.example").unwrap()));
        assert!(!asked(of("adele@outlook.com").unwrap()), "a provider's own domain is known");
        let server = Server::parse("localhost:1143", Protocol::Imap).unwrap();
        assert!(!asked(of("adele@contoso.example").unwrap().with_server(Protocol::Imap, server)));
    }
}
