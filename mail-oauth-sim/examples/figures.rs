//! Measures the tenant: `cargo run --release -p mail-oauth-sim --example figures`.
//!
//! The tenant runs in a process of its own, on one thread, so that its memory and its time on the processor can be told
//! from those of the clients. Memory and processor time come from Linux's `/proc`; elsewhere they are left out.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "an example whose figures are its purpose")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a measurement that fails shall end")]

use std::io::BufRead as _;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail_oauth_sim::{App, Tenant, TokenSpec, User};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

type Conn = TlsStream<TcpStream>;

const ADELE: &str = "adele@contoso.example";
const MEGAN: &str = "megan@contoso.example";
const PAT: &str = "pat@contoso.example";
const APP: &str = "11112222-bbbb-3333-cccc-4444dddd5555";
const LARGE: usize = 200 * 1024 * 1024;
const MANY: usize = 10_000;
const SESSIONS: usize = 1_000;
const REQUESTS: usize = 6_000;

fn main() {
    if std::env::args().nth(1).as_deref() == Some("serve") {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(serve());
    } else {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(measure());
    }
}

// --- the tenant --------------------------------------------------------------------------------------------------------

fn tenant() -> mail_oauth_sim::TenantBuilder {
    let builder = Tenant::builder().user(User::new(ADELE)).user(User::new(PAT)).app(App::public(APP));
    builder.user(User::new(MEGAN).password("x")).open_control()
}

async fn serve() {
    let mut starts = Vec::new();
    for _ in 0..21 {
        let begin = Instant::now();
        let started = tenant().start().await.unwrap();
        starts.push(begin.elapsed());
        started.shutdown().await;
    }
    starts.sort();
    let tenant = tenant().start().await.unwrap();
    for number in 0..MANY {
        let message = format!(
            "From: Adele <{ADELE}>\r\nTo: Megan <{MEGAN}>\r\nSubject: Message {number}\r\n\
             Date: Mon, 02 Mar 2026 09:00:00 +0000\r\nMessage-ID: <{number}@contoso.example>\r\n\r\nThe text.\r\n"
        );
        tenant.deliver(MEGAN, message).unwrap();
    }
    let mut large = b"Subject: large\r\n\r\n".to_vec();
    while large.len() < LARGE {
        large.extend_from_slice(&[b'x'; 76]);
        large.extend_from_slice(b"\r\n");
    }
    tenant.deliver(PAT, large).unwrap();
    println!("{}", starts[starts.len() / 2].as_micros());
    println!("{} {} {}", tenant.identity_addr().port(), tenant.imap_addr().port(), tenant.pop3_addr().port());
    println!("{}", tenant.tenant_id());
    for user in [ADELE, MEGAN, PAT] {
        println!("{}", tenant.mint(TokenSpec::new(user)).unwrap());
    }
    print!("{}", tenant.ca_pem());
    println!("end");
    std::future::pending::<()>().await;
}

// --- the clients -------------------------------------------------------------------------------------------------------

struct Served {
    child: Child,
    ports: Vec<u16>,
    id: String,
    tokens: Vec<String>,
    tls: tokio_rustls::TlsConnector,
}

async fn measure() {
    let (served, start_us) = start();
    println!("start, median of 21                        {:>9.2} ms   (< 100)", start_us as f64 / 1e3);
    sessions(&served).await;
    large(&served).await;
    many(&served).await;
    tokens(&served).await;
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn start() -> (Served, u64) {
    let program = std::env::current_exe().unwrap();
    let mut child = Command::new(program).arg("serve").stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = std::io::BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let start_us = lines.next().unwrap().parse().unwrap();
    let ports = lines.next().unwrap().split(' ').map(|port| port.parse().unwrap()).collect();
    let id = lines.next().unwrap();
    let tokens = lines.by_ref().take(3).collect();
    let pem: String = lines.take_while(|line| line != "end").map(|line| line + "\n").collect();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    (Served { child, ports, id, tokens, tls: Arc::new(config).into() }, start_us)
}

impl Served {
    async fn connect(&self, service: usize) -> Conn {
        let tcp = TcpStream::connect(("127.0.0.1", self.ports[service])).await.unwrap();
        tcp.set_nodelay(true).unwrap();
        self.tls.connect(ServerName::try_from("localhost").unwrap(), tcp).await.unwrap()
    }

    /// Logged in to IMAP, with the inbox open.
    async fn imap(&self, who: usize) -> Conn {
        let user = [ADELE, MEGAN, PAT][who];
        let sasl = STANDARD.encode(format!("user={user}\x01auth=Bearer {}\x01\x01", self.tokens[who]));
        let mut conn = self.connect(1).await;
        ask(&mut conn, "", b"\r\n").await;
        ask(&mut conn, &format!("A AUTHENTICATE XOAUTH2 {sasl}\r\nB SELECT INBOX\r\n"), b"B OK").await;
        conn
    }

    /// A line of `/proc/PID/status` in kB, such as `VmRSS`.
    fn memory(&self, what: &str) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        status.lines().find(|line| line.starts_with(what))?.split_whitespace().nth(1)?.parse().ok()
    }

    /// Processor time so far. A tick is 10 ms on every Linux of today.
    fn processor(&self) -> Option<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).ok()?;
        let fields: Vec<&str> = stat.rsplit(") ").next()?.split(' ').collect();
        let ticks = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
        Some(Duration::from_millis(ticks * 10))
    }

    /// Forgets the peak of memory so far.
    fn forget_peak(&self) {
        let _ = std::fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5");
    }
}

/// Sends text and reads until the answer holds these octets; gives how many there were.
async fn ask(conn: &mut Conn, text: &str, end: &[u8]) -> usize {
    conn.write_all(text.as_bytes()).await.unwrap();
    conn.flush().await.unwrap();
    let (mut tail, mut octets, mut chunk) = (Vec::new(), 0, vec![0; 65_536]);
    loop {
        let read = conn.read(&mut chunk).await.unwrap();
        assert!(read > 0, "closed before {}", String::from_utf8_lossy(end));
        octets += read;
        tail.extend_from_slice(&chunk[..read]);
        if memchr::memmem::find(&tail, end).is_some() {
            return octets;
        }
        let keep = tail.len().saturating_sub(end.len());
        tail.drain(..keep);
    }
}

async fn sessions(served: &Served) {
    let before = served.memory("VmRSS");
    let (begin, processor) = (Instant::now(), served.processor());
    let mut open = Vec::new();
    for _ in 0..SESSIONS {
        open.push(served.imap(0).await);
    }
    let took = begin.elapsed();
    let cost = served.processor().zip(processor).map(|(after, before)| after - before);
    println!("1,000 IMAP sessions, log-in one by one      {:>9.2} s", took.as_secs_f64());
    if let Some(cost) = cost {
        println!("  processor time of the tenant, each       {:>9.2} ms", cost.as_secs_f64());
    }
    if let Some((after, before)) = served.memory("VmRSS").zip(before) {
        let mib = |kib: u64| kib as f64 / 1_024.0;
        println!(
            "  memory of the tenant more than before    {:>9.1} MiB  (< 200)",
            mib(after.saturating_sub(before))
        );
    }
}

async fn large(served: &Served) {
    let mut conn = served.imap(2).await;
    served.forget_peak();
    let before = served.memory("VmRSS");
    let begin = Instant::now();
    let octets = ask(&mut conn, "C FETCH 1 (BODY.PEEK[])\r\n", b"\r\nC OK").await;
    assert!(octets > LARGE);
    let took = begin.elapsed();
    println!(
        "200 MiB message by IMAP                     {:>9.0} MB/s",
        octets as f64 / 1e6 / took.as_secs_f64()
    );
    let sasl = STANDARD.encode(format!("user={PAT}\x01auth=Bearer {}\x01\x01", served.tokens[2]));
    let mut conn = served.connect(2).await;
    ask(&mut conn, "", b"\r\n").await;
    ask(&mut conn, "AUTH XOAUTH2\r\n", b"+").await;
    ask(&mut conn, &format!("{sasl}\r\n"), b"+OK").await;
    let begin = Instant::now();
    let octets = ask(&mut conn, "RETR 1\r\n", b"\r\n.\r\n").await;
    let took = begin.elapsed();
    println!(
        "200 MiB message by POP3                     {:>9.0} MB/s",
        octets as f64 / 1e6 / took.as_secs_f64()
    );
    if let Some((peak, before)) = served.memory("VmHWM").zip(before) {
        println!(
            "  peak memory above the stored message     {:>9} kiB  (constant)",
            peak.saturating_sub(before)
        );
    }
}

async fn many(served: &Served) {
    let mut conn = served.imap(1).await;
    for (what, command) in [
        ("uids and flags", "C FETCH 1:* (UID FLAGS)\r\n"),
        ("sizes and envelopes", "C FETCH 1:* (UID FLAGS RFC822.SIZE ENVELOPE)\r\n"),
    ] {
        let begin = Instant::now();
        ask(&mut conn, command, b"\r\nC OK").await;
        println!(
            "10,000 messages by IMAP, {what:<19} {:>8.0} ms   (< 1,000)",
            begin.elapsed().as_secs_f64() * 1e3
        );
    }
    let sasl = STANDARD.encode(format!("user={MEGAN}\x01auth=Bearer {}\x01\x01", served.tokens[1]));
    let mut conn = served.connect(2).await;
    ask(&mut conn, "", b"\r\n").await;
    ask(&mut conn, "AUTH XOAUTH2\r\n", b"+").await;
    ask(&mut conn, &format!("{sasl}\r\n"), b"+OK").await;
    for command in ["LIST", "UIDL"] {
        let begin = Instant::now();
        ask(&mut conn, &format!("{command}\r\n"), b"\r\n.\r\n").await;
        println!(
            "10,000 messages by POP3, {command:<19} {:>8.0} ms   (< 1,000)",
            begin.elapsed().as_secs_f64() * 1e3
        );
    }
}

async fn tokens(served: &Served) {
    let token = |body: String| {
        format!(
            "POST /{}/oauth2/v2.0/token HTTP/1.1\r\nHost: localhost\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            served.id,
            body.len()
        )
    };
    let scope = "https%3A%2F%2Foutlook.office.com%2FIMAP.AccessAsUser.All%20offline_access";
    let mut conn = served.connect(0).await;
    let first = format!("client_id={APP}&grant_type=password&username={MEGAN}&password=x&scope={scope}");
    conn.write_all(token(first).as_bytes()).await.unwrap();
    let mut text = String::new();
    while !text.ends_with('}') {
        let mut chunk = vec![0; 16_384];
        let read = conn.read(&mut chunk).await.unwrap();
        assert!(read > 0, "closed: {text}");
        text.push_str(&String::from_utf8_lossy(&chunk[..read]));
    }
    let refresh = text.split("\"refresh_token\":\"").nth(1).and_then(|rest| rest.split('"').next());
    let Some(refresh) = refresh else { return eprintln!("no refresh token: {text}") };
    let request =
        token(format!("client_id={APP}&grant_type=refresh_token&refresh_token={refresh}&scope={scope}"));

    // Eight clients on kept connections, so that the tenant never waits for one.
    let processor = served.processor();
    let begin = Instant::now();
    let clients: Vec<_> = clients(served).await;
    let local = tokio::task::LocalSet::new();
    let each = REQUESTS / clients.len();
    let request = Arc::new(request);
    for mut conn in clients {
        let request = Arc::clone(&request);
        local.spawn_local(async move {
            for _ in 0..each {
                ask(&mut conn, &request, b"\"token_type\":\"Bearer\"").await;
            }
        });
    }
    local.await;
    let rate = |took: Duration| REQUESTS as f64 / took.as_secs_f64();
    println!("token requests (refresh), wall             {:>9.0} /s   (> 2,000)", rate(begin.elapsed()));
    if let Some((after, before)) = served.processor().zip(processor) {
        println!("  by processor time of the tenant          {:>9.0} /s   (> 2,000)", rate(after - before));
    }
}

/// Connections to the identity endpoints.
async fn clients(served: &Served) -> Vec<Conn> {
    let mut clients = Vec::new();
    for _ in 0..8 {
        clients.push(served.connect(0).await);
    }
    clients
}
