//! A token of a known provider, and a host that is not the provider's: whatever it can prove, it gets nothing (S15).

use mail_oauth::msal_lite::{Cache, MemoryStore};
use mail_oauth::{Account, Action, Error, Mailbox, Options, Protocol, Provider, Security, Trust};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::bed::{ADELE, account, builder, local};
use crate::peer::Bed;
use crate::pki::{Authority, Flaw};
use crate::secret::{self, assert_harmless, printed};

const CLIENT_ID: &str = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
const TENANT: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
/// As if a provider had issued it: nobody here can have a real one.
const TOKEN: &str = "EwB4A8l6BAAUO9chh8cJscQLmU0pHqZ7vKx1nWd5fTgYb3RjEuIoPaSdLkMzXcVbNmQw";

/// A mailbox whose cache holds a token of the real provider, good for another hour.
fn mailbox(account: Account, environment: &str, ca_pem: String) -> Mailbox {
    secret::guard(TOKEN);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let target = Protocol::ALL.into_iter().flat_map(|protocol| account.scopes(protocol).to_vec());
    let target = target.collect::<Vec<_>>().join(" ");
    // Providers without tenants have an empty realm.
    let realm = if account.provider() == Provider::Microsoft365 { TENANT } else { "" };
    let person = serde_json::json!({
        "home_account_id": "1.2", "environment": environment, "realm": realm, "username": ADELE,
        "local_account_id": "1", "authority_type": "MSSTS",
    });
    let token = serde_json::json!({
        "credential_type": "AccessToken", "home_account_id": "1.2", "environment": environment, "realm": realm,
        "client_id": CLIENT_ID, "token_type": "Bearer", "secret": TOKEN, "target": target,
        "cached_at": now.to_string(), "expires_on": (now + 3_600).to_string(),
    });
    let cache = serde_json::json!({ "Account": { "a": person }, "AccessToken": { "t": token } });
    let cache = Cache::parse(cache.to_string().as_bytes()).unwrap();
    let options = Options::default().with_store(MemoryStore::new(cache)).with_trust(Trust::Only(ca_pem));
    Mailbox::new(account, options).unwrap()
}

/// Opens, and gives what came of it.
async fn opened(mailbox: &Mailbox, protocol: Protocol) -> Option<Error> {
    match protocol {
        Protocol::Imap => mailbox.imap().await.err(),
        Protocol::Pop3 => mailbox.pop3().await.err(),
        _ => mailbox.smtp().await.err(),
    }
}

fn at_microsoft(port: u16) -> Account {
    let account =
        Account::new(Provider::Microsoft365, ADELE, CLIENT_ID).unwrap().with_tenant(TENANT).unwrap();
    Protocol::ALL
        .into_iter()
        .fold(account, |account, protocol| account.with_server(protocol, local(port, Security::Tls)))
}

fn at_google(port: u16) -> Account {
    let account = Account::new(Provider::Gmail, ADELE, CLIENT_ID).unwrap();
    Protocol::ALL
        .into_iter()
        .fold(account, |account, protocol| account.with_server(protocol, local(port, Security::Tls)))
}

#[tokio::test]
async fn a_providers_token_goes_to_no_foreign_host() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let ca = Authority::new().certificate.pem();
    for (account, environment) in
        [(at_microsoft(port), "login.microsoftonline.com"), (at_google(port), "accounts.google.com")]
    {
        // What the provider is called does not decide.
        let custom = Account::new(Provider::Custom, ADELE, CLIENT_ID)
            .and_then(|custom| {
                custom.with_authority("https://login.windows.net/72f988bf-86f1-41af-91ab-2d7cd011db47")
            })
            .unwrap();
        let custom = Protocol::ALL.into_iter().fold(custom, |custom, protocol| {
            custom
                .with_server(protocol, local(port, Security::Tls))
                .with_scopes(protocol, Provider::Microsoft365.scopes(protocol).to_vec())
        });
        let custom = mailbox(custom, environment, ca.clone());
        let mailbox = mailbox(account.clone(), environment, ca.clone());
        let token = mailbox.token(Protocol::Imap).await;
        assert!(token.is_ok(), "there is a token to be had: {environment}: {token:?}");
        // Nor does an account that is exchanged after the sign-in, for one with an authority of its own.
        let moved = account.clone().with_authority("https://login.contoso.example/contoso.example").unwrap();
        for mailbox in [mailbox.clone(), mailbox.with_account(moved), custom] {
            for protocol in Protocol::ALL {
                let error = opened(&mailbox, protocol).await.unwrap();
                assert!(matches!(error, Error::ForeignHost { .. }), "{environment} {protocol}: {error:?}");
                assert_eq!(error.action(), Action::Fix);
                let causes = error.causes();
                assert_eq!(causes.first().map(|one| one.cause.id), Some("host-not-of-provider"));
                assert!(error.to_string().contains("localhost"), "{error}");
                assert_harmless(&printed(&error));
            }
        }
        let nobody = std::time::Duration::from_millis(50);
        assert!(tokio::time::timeout(nobody, listener.accept()).await.is_err(), "somebody has connected");
    }
}

#[tokio::test]
async fn a_host_that_is_named_gets_it() {
    let authority = Authority::new();
    for (named, gets) in
        [("localhost", true), ("LOCALHOST", true), ("host.localhost", false), ("127.0.0.1", false)]
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let account = at_microsoft(port).with_dangerous_token_host(named).unwrap();
        let mailbox = mailbox(account, "login.microsoftonline.com", authority.certificate.pem());
        if !gets {
            let error = opened(&mailbox, Protocol::Imap).await;
            assert!(matches!(error, Some(Error::ForeignHost { .. })), "{named}: {error:?}");
            continue;
        }
        let good = authority.server(Flaw::None);
        let serve = async {
            let (tcp, _) = listener.accept().await.unwrap();
            let mut tls = good.accept(tcp).await.unwrap();
            tls.write_all(b"* OK ready\r\n").await.unwrap();
            tls.flush().await.unwrap();
            let mut heard = vec![0; 4_096];
            let octets = tls.read(&mut heard).await.unwrap();
            heard.truncate(octets);
            heard
        };
        let (error, heard) = tokio::join!(opened(&mailbox, Protocol::Imap), serve);
        let sasl = secret::base64(format!("user={ADELE}\x01auth=Bearer {TOKEN}\x01\x01").as_bytes());
        assert!(String::from_utf8(heard).unwrap().contains(&sasl), "{named}: {error:?}");
    }
    assert!(at_microsoft(1).with_dangerous_token_host("two hosts").is_err());
}

/// Who issues their own tokens has servers of their own: a simulated tenant, a company's identity provider.
#[tokio::test]
async fn an_issuer_of_ones_own_binds_nothing() {
    let tenant = builder().start().await.unwrap();
    assert!(account(&tenant).authority().unwrap().contains("localhost"));
    let bed = Bed::new().await;
    let mut opened = bed.mailbox.imap().await.unwrap();
    opened.noop().await.unwrap();
}
