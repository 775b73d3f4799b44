//! One token, to one question, and no other mechanism (S12, S13).

use std::time::Duration;

use mail_oauth::{Action, Error, Protocol, Security, imap_min};
use tokio::net::TcpListener;

use crate::bed::{ADELE, MESSAGE, account, local, tenant_and_mailbox};
use crate::before_tls::{custom, is_breach};
use crate::cut_tcp::job;
use crate::peer::Bed;
use crate::secret::{self, assert_harmless, base64, printed};

const EHLO: &str = "250-here\r\n250 AUTH XOAUTH2\r\n";

#[tokio::test]
async fn a_refused_token_is_not_sent_again() {
    let bed = Bed::new().await;
    let challenge = base64(br#"{"status":"401","schemes":"bearer mac","scope":"https://mail.example/"}"#);
    for protocol in Protocol::ALL {
        for again in 0..4 {
            let met = bed
                .meet(protocol, Security::Tls, |peer| {
                    let (good, challenge) = (bed.good.clone(), challenge.clone());
                    Box::pin(async move {
                        peer.secure(&good).await;
                        let tag = peer.until_token(protocol, EHLO).await;
                        for _ in 0..=again {
                            let code = if protocol == Protocol::Smtp { "334" } else { "+" };
                            peer.say(format!("{code} {challenge}\r\n")).await;
                            peer.line().await;
                        }
                        match protocol {
                            Protocol::Imap => peer.say(format!("{tag} NO AUTHENTICATE failed.\r\n")).await,
                            Protocol::Pop3 => peer.say("-ERR failed\r\n").await,
                            _ => peer.say("535 5.7.3 Authentication unsuccessful\r\n").await,
                        }
                        peer.line().await;
                    })
                })
                .await;
            let case = format!("{protocol}, {again} more challenges: {met:?}");
            assert_eq!(bed.tokens(&met.tls), 1, "{case}");
            let error = met.told.error.as_ref().unwrap();
            if is_breach(Some(error)) {
                assert!(again >= 2, "{case}");
                continue;
            }
            assert!(matches!(error, Error::SignIn { .. }), "{case}");
            // Nobody was there to take a fresh one in place of that of the cache.
            let old = matches!(error, Error::SignIn { old_token: true, .. });
            assert_eq!(error.action(), if old { Action::Reconnect } else { Action::Fix }, "{case}");
            assert!(error.to_string().contains("401"), "the server's reason is told: {case}");
        }
    }
}

#[tokio::test]
async fn only_the_answer_to_the_question_is_a_yes() {
    let bed = Bed::new().await;
    // Each is followed by the no that counts.
    let pretended: [(Protocol, &[&str]); 3] = [
        (
            Protocol::Imap,
            &["* OK AUTHENTICATE completed.\r\n", "* PREAUTH welcome\r\n", "A99 OK done\r\n", "* BYE OK\r\n"],
        ),
        (Protocol::Pop3, &["+ok\r\n", "OK\r\n", "* OK\r\n", "+OKAY\r\n"]),
        (Protocol::Smtp, &["250 done\r\n", "220 done\r\n", "354 done\r\n", "235-done\r\n", "2350 done\r\n"]),
    ];
    for (protocol, yes) in pretended {
        for yes in yes {
            let met = bed
                .meet(protocol, Security::Tls, |peer| {
                    let good = bed.good.clone();
                    Box::pin(async move {
                        peer.secure(&good).await;
                        let tag = peer.until_token(protocol, EHLO).await;
                        peer.say(*yes).await;
                        match protocol {
                            Protocol::Imap => peer.say(format!("{tag} NO failed\r\n")).await,
                            Protocol::Pop3 => peer.say("-ERR failed\r\n").await,
                            _ => peer.say("535 5.7.3 failed\r\n").await,
                        }
                        peer.line().await;
                    })
                })
                .await;
            let case = format!("{protocol} {yes:?}: {met:?}");
            // Servers have been seen to write +ok in small letters; all else is no yes.
            if *yes != "+ok\r\n" {
                assert!(met.told.done.is_empty() && met.told.error.is_some(), "{case}");
                assert!(met.count("SELECT") + met.count("RETR") + met.count("MAIL") == 0, "{case}");
            }
        }
    }
}

#[tokio::test]
async fn no_other_mechanism_is_tried() {
    let bed = Bed::new().await;
    for protocol in Protocol::ALL {
        let met = bed
            .meet_as(protocol, Security::Tls, custom(&bed), |peer| {
                let good = bed.good.clone();
                Box::pin(async move {
                    peer.secure(&good).await;
                    match protocol {
                        Protocol::Imap => {
                            peer.say("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN AUTH=LOGIN] ready\r\n").await;
                        }
                        Protocol::Pop3 => {
                            peer.say("+OK ready\r\n").await;
                            peer.line().await;
                            peer.say("+OK\r\nUSER\r\nSASL PLAIN LOGIN\r\n.\r\n").await;
                        }
                        _ => {
                            peer.say("220 ready\r\n").await;
                            peer.line().await;
                            peer.say("250-here\r\n250 AUTH PLAIN LOGIN\r\n").await;
                        }
                    }
                    peer.line().await;
                })
            })
            .await;
        let case = format!("{protocol}: {met:?}");
        assert!(matches!(met.told.error, Some(Error::NoMechanism { .. })), "{case}");
        assert_eq!(met.count("AUTH") + met.count("LOGIN") + met.count("USER"), 0, "{case}");
    }
}

#[tokio::test]
async fn a_server_that_repeats_the_token_does_not_get_it_printed() {
    let bed = Bed::new().await;
    let token = bed.mailbox.token(Protocol::Imap).await.unwrap().access_token().expose().to_owned();
    let sasl = base64(format!("user={ADELE}\x01auth=Bearer {token}\x01\x01").as_bytes());
    for protocol in Protocol::ALL {
        for said in [&token, &sasl, &token[..40].to_owned(), &sasl[40..80].to_owned()] {
            for before in ["", "what is ", "x="] {
                let met = bed
                    .meet(protocol, Security::Tls, |peer| {
                        let (good, said) = (bed.good.clone(), format!("{before}{said}"));
                        Box::pin(async move {
                            peer.secure(&good).await;
                            let tag = peer.until_token(protocol, EHLO).await;
                            match protocol {
                                Protocol::Imap => peer.say(format!("{tag} BAD {said}\r\n")).await,
                                Protocol::Pop3 => peer.say(format!("-ERR {said}\r\n")).await,
                                _ => peer.say(format!("501 5.5.4 {said}\r\n")).await,
                            }
                            peer.line().await;
                        })
                    })
                    .await;
                // The harness looks at errors too; here it must not be in vain.
                let error = met.told.error.as_ref().unwrap();
                assert_harmless(&printed(error));
                assert!(matches!(error, Error::SignIn { .. }), "{protocol}");
            }
        }
    }
}

/// A server that sends the client elsewhere with its sign-in (RFC 2221): the client stays, and says what it was told.
#[tokio::test]
async fn a_referral_leads_nowhere() {
    let bed = Bed::new().await;
    let elsewhere = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let referral =
        format!("[REFERRAL imap://eve;AUTH=*@127.0.0.1:{}/]", elsewhere.local_addr().unwrap().port());
    for answer in ["NO", "OK", "BYE"] {
        let met = bed
            .meet(Protocol::Imap, Security::Tls, |peer| {
                let (good, referral) = (bed.good.clone(), referral.clone());
                Box::pin(async move {
                    peer.secure(&good).await;
                    let tag = peer.until_token(Protocol::Imap, "").await;
                    let tag = if answer == "BYE" { "*" } else { &tag };
                    peer.say(format!("{tag} {answer} {referral} there is a better server\r\n")).await;
                    // Here the client goes on or leaves.
                    peer.line().await;
                })
            })
            .await;
        let case = format!("{answer}: {met:?}");
        assert!(met.told.error.is_some() && bed.tokens(&met.tls) == 1, "{case}");
        let nobody = Duration::from_millis(20);
        assert!(tokio::time::timeout(nobody, elsewhere.accept()).await.is_err(), "{case}");
    }
}

/// A server that always says something, and never what was asked for: no single wait is ever too long.
#[tokio::test]
async fn to_go_on_and_on_is_no_answer() {
    for security in [Security::Tls, Security::StartTls] {
        let bed = Bed::new().await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = local(listener.local_addr().unwrap().port(), security);
        let mailbox = bed.mailbox.with_account(account(&bed.tenant).with_server(Protocol::Imap, server));
        let serve = bed.serve(&listener, |peer| {
            let good = bed.good.clone();
            Box::pin(async move {
                if security == Security::Tls {
                    peer.secure(&good).await;
                }
                peer.until_token(Protocol::Imap, "").await;
                // An hour, on a clock that jumps.
                tokio::time::pause();
                for _ in 0..360 {
                    peer.say("* OK still here\r\n").await;
                    tokio::time::sleep(Duration::from_secs(10)).await;
                }
                tokio::time::resume();
                peer.say("* BYE an hour is over\r\n").await;
            })
        });
        let (told, _) = tokio::join!(job(&mailbox, Protocol::Imap), serve);
        let error = told.error.as_ref().unwrap();
        assert_eq!(error.action(), Action::Reconnect, "{security:?}: {error:?}");
        assert!(matches!(error, Error::Imap(imap_min::Error::TimedOut { .. })), "{security:?}: {error:?}");
    }
}

/// To close before there is an answer is no refusal of the token.
#[tokio::test]
async fn a_farewell_in_the_middle_of_it_is_temporary() {
    let bed = Bed::new().await;
    let met = bed
        .meet(Protocol::Imap, Security::Tls, |peer| {
            let good = bed.good.clone();
            Box::pin(async move {
                peer.secure(&good).await;
                peer.until_token(Protocol::Imap, "").await;
                peer.say("* BYE down for maintenance\r\n").await;
            })
        })
        .await;
    let error = met.told.error.as_ref().unwrap();
    assert!(matches!(error.action(), Action::Wait(_)), "{error:?}");
}

/// Not in vain: the crates below do log, down to single TLS messages, and nothing of it shows a token.
#[tokio::test]
async fn what_is_logged_at_trace_level_shows_no_token() {
    let (tenant, mailbox) = tenant_and_mailbox().await;
    tenant.deliver(ADELE, MESSAGE).unwrap();
    for protocol in Protocol::ALL {
        let before = secret::records();
        let told = job(&mailbox, protocol).await;
        assert!(told.error.is_none(), "{told:?}");
        assert!(secret::records() > before, "{protocol}: the collector hears nothing");
    }
    assert_harmless(&format!("{mailbox:?} {:?}", tenant.log()));
}
