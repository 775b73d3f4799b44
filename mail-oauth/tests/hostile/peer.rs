//! A server that follows a script, over a real socket and real TLS, and remembers all that it hears.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use mail_oauth::{Account, Mailbox, Protocol, Security};
use mail_oauth_sim::Tenant;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::bed::{ADELE, account, builder, local, signed_in};
use crate::cut_tcp::job;
use crate::dialogue::Told;
use crate::pki::{Authority, Flaw};
use crate::secret;

/// No script waits for so long, in real time, however busy the machine is.
const TOO_LONG: Duration = Duration::from_secs(20);

/// A mailbox with a token, and an authority that it trusts as it trusts its tenant's.
pub(crate) struct Bed {
    pub(crate) tenant: Tenant,
    pub(crate) mailbox: Mailbox,
    pub(crate) authority: Authority,
    /// A server's half of TLS that is in order.
    pub(crate) good: TlsAcceptor,
    /// The beginning of the token in base64, as it stands in a SASL message.
    sign_in: Vec<u8>,
}

/// What became of a client that met a script.
#[derive(Debug)]
pub(crate) struct Met {
    pub(crate) told: Told,
    /// What was heard in the clear.
    pub(crate) plain: Vec<u8>,
    /// What was heard under TLS.
    pub(crate) tls: Vec<u8>,
}

impl Met {
    /// How many lines were heard under TLS that begin so, behind an IMAP tag if there is one.
    pub(crate) fn count(&self, command: &str) -> usize {
        let text = String::from_utf8_lossy(&self.tls);
        let behind_tag = |line: &str| line.split_once(' ').is_some_and(|(_, rest)| rest.starts_with(command));
        text.lines().filter(|line| line.starts_with(command) || behind_tag(line)).count()
    }
}

pub(crate) struct Peer {
    link: Link,
    /// Came, and was not asked for yet.
    waiting: Vec<u8>,
    plain: Vec<u8>,
    tls: Vec<u8>,
}

enum Link {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
    Gone,
}

pub(crate) type Script<'s> = Pin<Box<dyn Future<Output = ()> + Send + 's>>;

impl Bed {
    pub(crate) async fn new() -> Self {
        let tenant = builder().start().await.unwrap();
        let authority = Authority::new();
        let mailbox = signed_in(&tenant, &authority.certificate.pem()).await;
        let token = mailbox.token(Protocol::Imap).await.unwrap();
        let message = format!("user={ADELE}\x01auth=Bearer {}", token.access_token().expose());
        let sign_in = secret::base64(message.as_bytes()).as_bytes()[..60].to_vec();
        let good = authority.server(Flaw::None);
        Bed { tenant, mailbox, authority, good, sign_in }
    }

    /// The mailbox does its job at a server that does as the script says.
    pub(crate) async fn meet(
        &self,
        protocol: Protocol,
        security: Security,
        script: impl for<'p> FnOnce(&'p mut Peer) -> Script<'p>,
    ) -> Met {
        self.meet_as(protocol, security, account(&self.tenant), script).await
    }

    pub(crate) async fn meet_as(
        &self,
        protocol: Protocol,
        security: Security,
        account: Account,
        script: impl for<'p> FnOnce(&'p mut Peer) -> Script<'p>,
    ) -> Met {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let mailbox = self.mailbox.with_account(account.with_server(protocol, local(port, security)));
        // One connection: whoever is refused and comes again finds nobody.
        let serve = async {
            let (tcp, _) = listener.accept().await.unwrap();
            drop(listener);
            talk(tcp, script).await
        };
        // A client that left closes, and the script comes to its end.
        let both = async { tokio::join!(job(&mailbox, protocol), serve) };
        let (told, peer) = tokio::time::timeout(TOO_LONG, both).await.unwrap();
        let met = Met { told, plain: peer.plain, tls: peer.tls };
        assert_eq!(self.tokens(&met.plain), 0, "a token went out in the clear");
        assert!(self.tokens(&met.tls) <= 1, "a token went out twice");
        met
    }

    /// One connection of the script, heard to its end.
    pub(crate) async fn serve(
        &self,
        listener: &TcpListener,
        script: impl for<'p> FnOnce(&'p mut Peer) -> Script<'p>,
    ) -> Peer {
        let (tcp, _) = listener.accept().await.unwrap();
        talk(tcp, script).await
    }

    /// How often the token stands in what was heard.
    pub(crate) fn tokens(&self, heard: &[u8]) -> usize {
        heard.windows(self.sign_in.len()).filter(|window| *window == self.sign_in).count()
    }
}

async fn talk(tcp: TcpStream, script: impl for<'p> FnOnce(&'p mut Peer) -> Script<'p>) -> Peer {
    tcp.set_nodelay(true).unwrap();
    let mut peer = Peer { link: Link::Plain(tcp), waiting: Vec::new(), plain: Vec::new(), tls: Vec::new() };
    script(&mut peer).await;
    peer.hear_the_rest().await;
    peer
}

impl Peer {
    /// Says it in one segment. A client that has left does not hear it.
    pub(crate) async fn say(&mut self, text: impl AsRef<[u8]>) {
        let text = text.as_ref();
        let said = match &mut self.link {
            Link::Plain(tcp) => tcp.write_all(text).await,
            Link::Tls(tls) => match tls.write_all(text).await {
                Ok(()) => tls.flush().await,
                Err(error) => Err(error),
            },
            Link::Gone => return,
        };
        if said.is_err() {
            self.link = Link::Gone;
        }
    }

    /// The next line without its end; empty when the client is gone.
    pub(crate) async fn line(&mut self) -> String {
        loop {
            if let Some(end) = self.waiting.windows(2).position(|pair| pair == b"\r\n") {
                let line = self.waiting.drain(..end + 2).collect::<Vec<u8>>();
                return String::from_utf8_lossy(&line[..end]).into_owned();
            }
            if !self.read().await {
                return String::new();
            }
        }
    }

    /// The tag of the next line.
    pub(crate) async fn tag(&mut self) -> String {
        self.line().await.split(' ').next().unwrap_or_default().to_owned()
    }

    /// Waits until the client has said anything at all.
    pub(crate) async fn octet(&mut self) {
        if self.waiting.is_empty() {
            self.read().await;
        }
    }

    /// TLS, from here on.
    pub(crate) async fn secure(&mut self, acceptor: &TlsAcceptor) {
        let Link::Plain(tcp) = std::mem::replace(&mut self.link, Link::Gone) else { return };
        if let Ok(tls) = acceptor.accept(tcp).await {
            self.link = Link::Tls(Box::new(tls));
        }
    }

    /// As far as the client is signed in, or ought to be. Gives the tag of IMAP's command.
    pub(crate) async fn until_token(&mut self, protocol: Protocol, ehlo: &str) -> String {
        match protocol {
            Protocol::Imap => {
                self.say("* OK ready\r\n").await;
                self.tag().await
            }
            Protocol::Pop3 => {
                self.say("+OK ready\r\n").await;
                self.line().await;
                self.say("+ \r\n").await;
                self.line().await;
                String::new()
            }
            _ => {
                self.say("220 ready\r\n").await;
                self.line().await;
                self.say(ehlo).await;
                self.line().await;
                String::new()
            }
        }
    }

    /// Signs the client in, whatever its token; up to the first command of its job, whose tag it gives.
    pub(crate) async fn until_job(&mut self, protocol: Protocol) -> String {
        let tag = self.until_token(protocol, "250-here\r\n250-PIPELINING\r\n250 AUTH XOAUTH2\r\n").await;
        match protocol {
            Protocol::Imap => self.say(format!("{tag} OK done\r\n")).await,
            Protocol::Pop3 => self.say("+OK done\r\n").await,
            _ => self.say("235 2.7.0 done\r\n").await,
        }
        self.tag().await
    }

    /// Whether more has come than was asked for.
    pub(crate) fn has_more(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// All that was heard under TLS.
    pub(crate) fn heard_under_tls(&self) -> &[u8] {
        &self.tls
    }

    /// The connection is to be closed.
    pub(crate) fn leave(&mut self) {
        self.link = Link::Gone;
    }

    async fn read(&mut self) -> bool {
        let mut space = [0; 4_096];
        let (read, heard) = match &mut self.link {
            Link::Plain(tcp) => (tcp.read(&mut space).await, &mut self.plain),
            Link::Tls(tls) => (tls.read(&mut space).await, &mut self.tls),
            Link::Gone => return false,
        };
        let part = &space[..read.unwrap_or(0)];
        heard.extend_from_slice(part);
        self.waiting.extend_from_slice(part);
        if part.is_empty() {
            self.link = Link::Gone;
        }
        !part.is_empty()
    }

    /// The script is over: says no more, and hears the client out.
    async fn hear_the_rest(&mut self) {
        // Whoever has left already does not mind.
        let _ = match &mut self.link {
            Link::Plain(tcp) => tcp.shutdown().await,
            Link::Tls(tls) => tls.shutdown().await,
            Link::Gone => Ok(()),
        };
        while self.read().await {}
    }
}
