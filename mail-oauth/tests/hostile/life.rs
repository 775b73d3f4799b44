//! Tokens that run out, are refused or cannot be had at the worst moment: what to do is told, one new connection is
//! enough, and nothing is lost or fetched twice.

use std::sync::Arc;
use std::time::Duration;

use mail_oauth::imap_min::{Append, Event, FetchAttribute, FetchItem, Mailbox as Name, UidSet};
use mail_oauth::msal_lite::{MemoryStore, Store};
use mail_oauth::{Action, Error, Mailbox, Options, Protocol, Security, Trust};
use mail_oauth_sim::{LogEvent, Tenant};

use crate::bed::{ADELE, MESSAGE, account, builder, signed_in, signed_in_with, tenant_and_mailbox};
use crate::peer::Bed;
use crate::secret::{assert_harmless, printed};

/// Below what a token from the cache must still live: each connection gets a new one, as it does when time has passed on
/// both sides.
const LIFE: Duration = Duration::from_secs(120);
const EXPIRED: &str = "* BYE Session invalidated - AccessTokenExpired\r\n";

async fn short_lived() -> (Tenant, Mailbox) {
    let tenant = builder().token_lifetime(LIFE).start().await.unwrap();
    let mailbox = signed_in(&tenant, "").await;
    (tenant, mailbox)
}

fn told(error: impl Into<Error>) -> Error {
    let error = error.into();
    assert_harmless(&printed(&error));
    error
}

fn logins(tenant: &Tenant) -> usize {
    let log = tenant.log();
    log.iter().flat_map(|entry| &entry.events).filter(|event| matches!(event, LogEvent::Login { .. })).count()
}

#[tokio::test]
async fn it_runs_out_while_idle() {
    let (tenant, mailbox) = short_lived().await;
    let mut client = mailbox.imap().await.unwrap();
    client.select(&Name::inbox()).await.unwrap();
    let mut idle = client.idle(None).await.unwrap();
    tenant.deliver(ADELE, MESSAGE).unwrap();
    while !matches!(idle.next().await.unwrap().unwrap(), Event::Exists(1)) {}
    tenant.advance(LIFE);
    let error = loop {
        match idle.next().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("the session has ended without a word"),
            Err(error) => break told(error),
        }
    };
    assert_eq!(error.action(), Action::Reconnect, "{error:?}");
    drop(idle);
    assert!(client.noop().await.is_err(), "a dead session stays dead");
    // What came in between is there, once.
    tenant.deliver(ADELE, MESSAGE).unwrap();
    let mut client = mailbox.imap().await.unwrap();
    assert_eq!(client.select(&Name::inbox()).await.unwrap().exists, 2);
    assert_eq!(logins(&tenant), 2, "one new connection");
}

#[tokio::test]
async fn it_runs_out_between_sign_in_and_select() {
    let (tenant, mailbox) = short_lived().await;
    let mut client = mailbox.imap().await.unwrap();
    tenant.advance(LIFE);
    let error = told(client.select(&Name::inbox()).await.unwrap_err());
    assert_eq!(error.action(), Action::Reconnect, "{error:?}");
    let mut client = mailbox.imap().await.unwrap();
    client.select(&Name::inbox()).await.unwrap();
    assert_eq!(logins(&tenant), 2, "one new connection");
}

/// A reader that knows the last UID it has, as every reader must.
async fn fetch_new(mailbox: &Mailbox, have: &mut Vec<(u32, Vec<u8>)>) -> Result<(), Error> {
    let mut client = mailbox.imap().await?;
    client.select(&Name::inbox()).await?;
    let last = have.last().map_or(0, |(uid, _)| *uid);
    let new = UidSet::from_on(last + 1);
    let attributes = [FetchAttribute::Uid, FetchAttribute::MESSAGE];
    let mut answers = client.uid_fetch_stream(&new, &attributes).await?;
    let mut next = 0;
    while let Some(event) = answers.next().await? {
        match event {
            Event::FetchItem(FetchItem::Uid(uid)) => next = uid,
            Event::BodyStart(_) => {
                let mut message = Vec::new();
                answers.copy_body(&mut message).await?;
                // `n:*` gives the last message also where it is older.
                if next > last {
                    have.push((next, message));
                }
            }
            _ => {}
        }
    }
    drop(answers);
    client.logout().await?;
    Ok(())
}

#[tokio::test]
async fn it_runs_out_between_two_messages_of_a_fetch() {
    let bed = Bed::new().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = crate::bed::local(listener.local_addr().unwrap().port(), Security::Tls);
    let account = bed.mailbox.account().clone().with_server(Protocol::Imap, server);
    let mailbox = bed.mailbox.with_account(account);
    let message = |uid: u32| format!("* {uid} FETCH (UID {uid} BODY[] {{4}}\r\nno.{uid})\r\n");
    for cut in 1..=4_u32 {
        // The first session ends by a farewell behind so many messages, or in the middle of the last of them.
        for half in [false, true] {
            let serve = async {
                bed.serve(&listener, |peer| {
                    let good = bed.good.clone();
                    Box::pin(async move {
                        peer.secure(&good).await;
                        let tag = peer.until_job(Protocol::Imap).await;
                        peer.say(format!("* 4 EXISTS\r\n{tag} OK [READ-WRITE] done\r\n")).await;
                        peer.line().await;
                        let all: String = (1..=cut).map(message).collect();
                        let most = if half { all.len() - 4 } else { all.len() };
                        peer.say(&all[..most]).await;
                        if !half {
                            peer.say(EXPIRED).await;
                        }
                    })
                })
                .await;
                bed.serve(&listener, |peer| {
                    let good = bed.good.clone();
                    Box::pin(async move {
                        peer.secure(&good).await;
                        let tag = peer.until_job(Protocol::Imap).await;
                        peer.say(format!("* 4 EXISTS\r\n{tag} OK [READ-WRITE] done\r\n")).await;
                        let line = peer.line().await;
                        let from = line.split_once("FETCH ").unwrap().1.split(':').next().unwrap();
                        let from: u32 = from.parse().unwrap();
                        let rest: String = (from.min(4)..=4).map(message).collect();
                        let tag = line.split(' ').next().unwrap();
                        peer.say(format!("{rest}{tag} OK done\r\n")).await;
                        let tag = peer.tag().await;
                        peer.say(format!("* BYE\r\n{tag} OK done\r\n")).await;
                    })
                })
                .await;
            };
            let client = async {
                let mut have = Vec::new();
                let error = told(fetch_new(&mailbox, &mut have).await.unwrap_err());
                assert_eq!(error.action(), Action::Reconnect, "{cut} {half}: {error:?}");
                fetch_new(&mailbox, &mut have).await.unwrap();
                have
            };
            let (have, ()) = tokio::join!(client, serve);
            let expected: Vec<_> = (1..=4).map(|uid| (uid, format!("no.{uid}").into_bytes())).collect();
            assert_eq!(have, expected, "each message once: {cut} {half}");
        }
    }
}

#[tokio::test]
async fn it_runs_out_during_an_append() {
    let (tenant, mailbox) = short_lived().await;
    let inbox = Name::inbox();
    let append = || Append::new(&inbox, MESSAGE.len() as u64);
    let mut client = mailbox.imap().await.unwrap();
    tenant.advance(LIFE);
    let error = told(client.append(append(), &mut &MESSAGE[..]).await.unwrap_err());
    assert_eq!(error.action(), Action::Reconnect, "{error:?}");
    assert!(tenant.messages(ADELE).unwrap().is_empty(), "it was not taken");
    let mut client = mailbox.imap().await.unwrap();
    client.append(append(), &mut &MESSAGE[..]).await.unwrap();
    assert_eq!(tenant.messages(ADELE).unwrap().len(), 1, "once");
    // Between the go-ahead and the message.
    let bed = Bed::new().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = crate::bed::local(listener.local_addr().unwrap().port(), Security::Tls);
    let mailbox = bed.mailbox.with_account(bed.mailbox.account().clone().with_server(Protocol::Imap, server));
    let serve = bed.serve(&listener, |peer| {
        let good = bed.good.clone();
        Box::pin(async move {
            peer.secure(&good).await;
            peer.until_job(Protocol::Imap).await;
            peer.say(format!("+ go\r\n{EXPIRED}")).await;
        })
    });
    let client = async {
        let mut client = mailbox.imap().await.unwrap();
        told(client.append(append(), &mut &MESSAGE[..]).await.unwrap_err())
    };
    let (error, _) = tokio::join!(client, serve);
    assert_eq!(error.action(), Action::Reconnect, "{error:?}");
}

#[tokio::test]
async fn the_refresh_fails_at_that_moment() {
    for (fault, expected) in [
        ("http-503", "wait"),
        ("http-429", "wait"),
        ("http-500", "wait"),
        ("aadsts-90033", "wait"),
        ("aadsts-50173", "sign in"),
        ("aadsts-700082", "sign in"),
        ("aadsts-50076", "sign in"),
        ("aadsts-700016", "fix"),
        ("identity-reset", "network"),
        ("identity-refused", "network"),
        ("identity-certificate-unknown", "fix"),
        ("http-truncated", "network"),
    ] {
        let tenant = builder().token_lifetime(LIFE).start().await.unwrap();
        let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
        let mut options = Options::default().with_trust(Trust::Only(tenant.ca_pem().to_owned()));
        options.store = store;
        let mailbox = signed_in_with(&tenant, options.clone()).await;
        let mut client = mailbox.imap().await.unwrap();
        tenant.advance(LIFE);
        let error = told(client.noop().await.unwrap_err());
        assert_eq!(error.action(), Action::Reconnect, "{error:?}");
        tenant.set_fault_named(fault).unwrap();
        let before = logins(&tenant);
        // The program was started again: its connection to the authority is made under the fault.
        let restarted = Mailbox::new(account(&tenant), options).unwrap();
        let error = told(restarted.imap().await.unwrap_err());
        let action = match error.action() {
            Action::Wait(_) => "wait",
            Action::SignIn => "sign in",
            Action::Fix => "fix",
            Action::Network => "network",
            _ => "else",
        };
        assert_eq!(action, expected, "{fault}: {error:?}");
        assert_eq!(logins(&tenant), before, "{fault}: nothing to sign in with");
    }
}

#[tokio::test]
async fn sessions_are_revoked() {
    let (tenant, mailbox) = short_lived().await;
    let mut client = mailbox.imap().await.unwrap();
    tenant.revoke_sessions(ADELE).unwrap();
    client.noop().await.unwrap();
    tenant.advance(LIFE);
    assert_eq!(told(client.noop().await.unwrap_err()).action(), Action::Reconnect);
    let error = told(mailbox.imap().await.unwrap_err());
    assert_eq!(error.action(), Action::SignIn, "{error:?}");
}

/// The server's clock is ten minutes ahead: as long as the token lives there, nobody notices.
#[tokio::test]
async fn clocks_that_differ_by_ten_minutes() {
    let (tenant, mailbox) = tenant_and_mailbox().await;
    tenant.advance(Duration::from_secs(600));
    for protocol in Protocol::ALL {
        tenant.deliver(ADELE, MESSAGE).unwrap();
        let told = crate::cut_tcp::job(&mailbox, protocol).await;
        assert!(told.error.is_none(), "{protocol}: {told:?}");
    }
    // Behind that, the server refuses a token that looks good here; a fresh one is fetched, and good.
    tenant.advance(Duration::from_secs(3_900));
    for protocol in Protocol::ALL {
        tenant.deliver(ADELE, MESSAGE).unwrap();
        let told = crate::cut_tcp::job(&mailbox, protocol).await;
        assert!(told.error.is_none(), "{protocol}: {told:?}");
    }
}

/// The machine slept for a night, or a box in between forgot the connection: nobody says so, and it is noticed.
#[tokio::test]
async fn a_peer_that_vanished_is_noticed() {
    let bed = Bed::new().await;
    for during in ["IDLE", "UID FETCH"] {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = crate::bed::local(listener.local_addr().unwrap().port(), Security::Tls);
        let mailbox =
            bed.mailbox.with_account(bed.mailbox.account().clone().with_server(Protocol::Imap, server));
        let serve = bed.serve(&listener, |peer| {
            let good = bed.good.clone();
            Box::pin(async move {
                peer.secure(&good).await;
                let tag = peer.until_job(Protocol::Imap).await;
                peer.say(format!("* 1 EXISTS\r\n{tag} OK [READ-WRITE] done\r\n")).await;
                peer.line().await;
                peer.say(if during == "IDLE" { "+ idling\r\n" } else { "* 1 FETCH (UID 1 BODY[] {9}\r\nab" })
                    .await;
                // From here on nothing is said, and nothing read but into the void.
                tokio::time::pause();
                while !peer.line().await.is_empty() {}
                tokio::time::resume();
            })
        });
        let client = async {
            let mut client = mailbox.imap().await.unwrap();
            client.select(&Name::inbox()).await.unwrap();
            let since = tokio::time::Instant::now();
            let error = if during == "IDLE" {
                let mut idle = client.idle(None).await.unwrap();
                loop {
                    if let Err(error) = idle.next().await {
                        break told(error);
                    }
                }
            } else {
                let mut message = Vec::new();
                told(client.fetch_body(1, &mut message).await.unwrap_err())
            };
            (error, since.elapsed())
        };
        let ((error, took), _) = tokio::join!(client, serve);
        assert_eq!(error.action(), Action::Reconnect, "{during}: {error:?}");
        assert!(took <= Duration::from_secs(31 * 60), "{during}: {took:?}");
    }
}
