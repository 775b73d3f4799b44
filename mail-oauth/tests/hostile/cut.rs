//! The whole dialogue of each protocol, broken off at every octet of either side, in every way.
//!
//! The dialogue is recorded once with the simulated tenant, over TLS, and then played by a peer in memory: tens of
//! thousands of sessions, on a clock that runs only while nothing else does.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use mail_oauth::Action;
use mail_oauth_sim::TokenSpec;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_rustls::TlsConnector;

use crate::amount;
use crate::bed::{ADELE, BERT, MESSAGE, builder};
use crate::dialogue::{Dialogue, Sent, Stream, Told, hold};
use crate::pipe::{At, How, Player, Record, Tap};
use crate::secret::{self, assert_harmless, printed};

const QUICK: Duration = Duration::from_millis(10);
const SLOW: Duration = Duration::from_secs(59);

/// No single wait is longer: that for the answer to a message (RFC 5321 section 4.5.3.2.6).
const LONGEST_WAIT: Duration = Duration::from_secs(601);

#[tokio::test]
async fn imap_cut_at_every_octet() {
    Suite::record(Dialogue::Imap).await.run().await;
}

#[tokio::test]
async fn append_cut_at_every_octet() {
    Suite::record(Dialogue::Append).await.run().await;
}

#[tokio::test]
async fn pop3_cut_at_every_octet() {
    Suite::record(Dialogue::Pop3).await.run().await;
}

#[tokio::test]
async fn smtp_cut_at_every_octet() {
    Suite::record(Dialogue::Smtp).await.run().await;
}

#[tokio::test]
async fn bdat_cut_at_every_octet() {
    Suite::record(Dialogue::Chunks).await.run().await;
}

#[tokio::test]
async fn bdat_in_one_flight_cut_at_every_octet() {
    Suite::record(Dialogue::OneFlight).await.run().await;
}

#[tokio::test]
async fn lmtp_cut_at_every_octet() {
    Suite::script(Dialogue::Lmtp).await.run().await;
}

#[tokio::test]
async fn lmtp_by_bdat_cut_at_every_octet() {
    Suite::script(Dialogue::LmtpChunks).await.run().await;
}

/// A dialogue that went well, and what is known of it.
struct Suite {
    dialogue: Dialogue,
    player: Player,
    token: String,
    /// The token's message as it is on the wire.
    sasl: Vec<u8>,
    /// Where its last line begins: behind IMAP's farewell.
    last_line: usize,
    /// How much the server had said and heard when the message that it is sent had come, and had said with its answer.
    message: Option<Window>,
}

struct Window {
    said: usize,
    heard: usize,
    answered: usize,
}

impl Suite {
    /// With the simulated tenant.
    async fn record(dialogue: Dialogue) -> Self {
        let tenant = builder().start().await.unwrap();
        tenant.deliver(ADELE, MESSAGE).unwrap();
        let token = tenant.mint(TokenSpec::new(ADELE)).unwrap();
        let record = Arc::new(Mutex::new(Record::default()));
        let tap = |inner| Tap { inner, record: Arc::clone(&record) };
        let name = ServerName::try_from("localhost").unwrap();
        let address = match dialogue {
            Dialogue::Imap | Dialogue::Append => tenant.imap_addr(),
            Dialogue::Pop3 => tenant.pop3_addr(),
            _ => tenant.smtp_addr(),
        };
        let tcp = TcpStream::connect(address).await.unwrap();
        let told = if dialogue.is_imap() || dialogue == Dialogue::Pop3 {
            let tls = connector(tenant.ca_pem()).connect(name, tcp).await.unwrap();
            hold(dialogue, tap(tls), &token, async |_| unreachable!("TLS from the first octet")).await
        } else {
            let upgrade = async |plain: Tap<TcpStream>| {
                let tls = connector(tenant.ca_pem()).connect(name, plain.inner).await?;
                Ok(Box::new(Tap { inner: tls, record: Arc::clone(&record) }) as Box<dyn Stream>)
            };
            hold(dialogue, Tap { inner: tcp, record: Arc::clone(&record) }, &token, upgrade).await
        };
        assert!(told.error.is_none(), "{told:?}");
        let messages = tenant.messages(ADELE).unwrap().len();
        assert_eq!(messages, 1 + usize::from(dialogue.sends()), "the message came");
        tenant.shutdown().await;
        let record = record.lock().unwrap().clone();
        Suite::of(dialogue, record, token)
    }

    /// By the book: the simulated tenant speaks no LMTP.
    async fn script(dialogue: Dialogue) -> Self {
        let token = format!("eyJ0eXAiOiJKV1QifQ.{}.c2lnbmF0dXJl", secret::base64(&[0x5a; 300]));
        let auth = format!("AUTH XOAUTH2 {}\r\n", sasl(&token));
        let envelope =
            format!("MAIL FROM:<{ADELE}> BODY=8BITMIME\r\nRCPT TO:<{ADELE}>\r\nRCPT TO:<{BERT}>\r\n");
        let text = std::str::from_utf8(MESSAGE).unwrap();
        let answers = "250 2.0.0 the first has it\r\n250 2.0.0 the second has it\r\n";
        let sent = match dialogue {
            Dialogue::Lmtp => [
                (format!("{envelope}DATA\r\n"), "250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n"),
                (format!("{}.\r\n", text.replace("\r\n.", "\r\n..")), answers),
            ],
            _ => [
                (envelope, "250 ok\r\n250 ok\r\n250 ok\r\n"),
                (format!("BDAT {} LAST\r\n{text}", text.len()), answers),
            ],
        };
        let script = [
            ("", "220 ready\r\n"),
            (
                "LHLO [127.0.0.1]\r\n",
                "250-here\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-CHUNKING\r\n250 AUTH XOAUTH2\r\n",
            ),
            (&auth, "235 2.7.0 in\r\n"),
            (&sent[0].0, sent[0].1),
            (&sent[1].0, sent[1].1),
            ("QUIT\r\n", "221 bye\r\n"),
        ];
        let suite = Suite::of(dialogue, Record::of(&script), token);
        // A client holds it as it is written.
        let (peer, heard) = suite.player.peer(At::Said(usize::MAX), How::Silent);
        let told = hold(dialogue, peer, &suite.token, async |_| unreachable!("no STARTTLS")).await;
        assert_eq!((told.done, told.delivered), ("quit", 2), "{told:?}");
        let heard = String::from_utf8(heard.lock().unwrap().clone()).unwrap();
        assert!(heard.as_bytes() == suite.player.record().heard, "another dialogue was held");
        suite
    }

    fn of(dialogue: Dialogue, record: Record, token: String) -> Self {
        secret::guard(&token);
        let player = Player::new(record);
        let sasl = sasl(&token);
        assert_eq!(count(&player.record().heard, sasl.as_bytes()), 1, "the record holds the sign-in");
        let message = dialogue.sends().then(|| {
            let end = dialogue.end_of_message();
            assert_eq!(count(&player.record().heard, &end), 1, "where the message ends");
            let heard = find(&player.record().heard, &end) + end.len();
            let (said, answered) = (player.record().due(heard - 1), player.record().due(heard));
            assert!(said < answered);
            Window { said, heard, answered }
        });
        let last_line = last_line(&player.record().said());
        Suite { dialogue, player, token, sasl: sasl.into_bytes(), last_line, message }
    }

    async fn run(&self) {
        // From here on there is no socket, and time passes when nothing else can.
        tokio::time::pause();
        let since = std::time::Instant::now();
        let mut sessions = 0;
        let (said, heard) = (self.player.record().due(usize::MAX), self.player.record().heard.len());
        let token = find(&self.player.record().heard, &self.sasl);
        for at in (0..said)
            .map(At::Said)
            .chain((0..=heard).filter(|at| self.is_worth_it(token, *at)).map(At::Heard))
        {
            for how in [How::Fin, How::Rst, How::Silent, How::Full, How::Trickle(QUICK), How::Trickle(SLOW)] {
                // What is slow in one place is slow in the next; and half of the time goes there.
                let (At::Said(place) | At::Heard(place)) = at;
                if matches!(how, How::Trickle(_)) && place % amount(5, 1) != 0 {
                    continue;
                }
                self.session(at, how).await;
                sessions += 1;
            }
        }
        eprintln!(
            "{:?}: {sessions} sessions, cut at {said} octets said and {heard} heard, in {:?}",
            self.dialogue,
            since.elapsed()
        );
    }

    /// The octets within the token are all alike: not each of them every time.
    fn is_worth_it(&self, token: usize, heard: usize) -> bool {
        let within = token + 8..token + self.sasl.len() - 8;
        !within.contains(&heard) || heard.is_multiple_of(amount(16, 1))
    }

    async fn session(&self, at: At, how: How) {
        let (peer, heard) = self.player.peer(at, how);
        let begun = Instant::now();
        let upgrade = async |peer| Ok(Box::new(peer) as Box<dyn Stream>);
        let told = hold(self.dialogue, peer, &self.token, upgrade).await;
        let heard = heard.lock().unwrap().clone();
        let case = format!("{:?} {at:?} {how:?}: {told:?}, heard {}", self.dialogue, heard.len());
        assert_harmless(&case);
        if let Some(error) = &told.error {
            assert_harmless(&printed(error));
            // The connection is at fault, never the account, the settings or the peer's manners.
            assert_eq!(error.action(), Action::Reconnect, "{case}");
        }
        assert!(count(&heard, &self.sasl) <= 1, "the token went out twice: {case}");
        if let Some(message) = &told.fetched {
            assert_eq!(message, MESSAGE, "{case}");
        }
        let whole = told.error.is_none() && matches!(told.done, "logout" | "quit");
        match how {
            How::Trickle(QUICK) => assert!(whole, "{case}"),
            // Each octet is waited for as long as a body may stand still, and no longer.
            How::Trickle(pause) => {
                let octets = self.player.record().due(usize::MAX) + self.player.record().heard.len();
                let most = pause * u32::try_from(octets).unwrap() + LONGEST_WAIT;
                assert!(begun.elapsed() <= most, "{:?}: {case}", begun.elapsed());
            }
            _ => {
                assert!(begun.elapsed() <= LONGEST_WAIT, "{:?}: {case}", begun.elapsed());
                self.assert_the_end_is_told(at, &told, &case);
            }
        }
        self.assert_nothing_false_is_said(at, how, &told, heard.len(), &case);
    }

    /// A dialogue that was cut is never told to be whole. What IMAP's farewell has said needs no answer behind it.
    fn assert_the_end_is_told(&self, at: At, told: &Told, case: &str) {
        let bye = self.dialogue.is_imap() && matches!(at, At::Said(said) if said >= self.last_line);
        if !bye {
            let unknown = told.sent == Some(Sent::Unknown);
            assert!(told.error.is_some() || unknown, "{case}");
        }
    }

    /// Never "sent" for what the server has not taken, never "failed" for what it has, "unknown" only in between.
    fn assert_nothing_false_is_said(&self, at: At, how: How, told: &Told, heard: usize, case: &str) {
        let Some(window) = &self.message else { return };
        assert_ne!(told.sent, Some(Sent::Refused), "{case}");
        // IMAP has no word of its own for it: the error that says to connect again is what "unknown" is there.
        let unknown = if self.dialogue.is_imap() { None } else { Some(Sent::Unknown) };
        if heard < window.heard {
            assert_ne!(told.sent, Some(Sent::Accepted), "{case}");
        } else {
            assert!(told.sent == Some(Sent::Accepted) || told.sent == unknown, "{case}");
        }
        let At::Said(said) = at else { return };
        if matches!(how, How::Trickle(_)) {
            return;
        }
        let expected = match said {
            _ if said < window.said => None,
            // The message found no way out.
            _ if said == window.said && matches!(how, How::Rst | How::Full) => None,
            _ if said < window.answered => unknown,
            _ => Some(Sent::Accepted),
        };
        assert_eq!(told.sent, expected, "{case}");
        if self.dialogue.is_lmtp() {
            // One answer is one recipient's.
            let answers = &self.player.record().said()[window.said..said.clamp(window.said, window.answered)];
            assert_eq!(told.delivered, count(answers, b"\r\n"), "{case}");
        }
    }
}

/// The token's message as it is on the wire.
fn sasl(token: &str) -> String {
    secret::base64(format!("user={ADELE}\x01auth=Bearer {token}\x01\x01").as_bytes())
}

fn connector(ca_pem: &str) -> TlsConnector {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(ca_pem.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

fn find(text: &[u8], part: &[u8]) -> usize {
    text.windows(part.len()).position(|window| window == part).unwrap()
}

fn last_line(text: &[u8]) -> usize {
    text[..text.len() - 1].iter().rposition(|octet| *octet == b'\n').unwrap() + 1
}

fn count(text: &[u8], part: &[u8]) -> usize {
    text.windows(part.len()).filter(|window| window == &part).count()
}
