//! A tenant, and a client that is as plain as a client can be.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail_oauth_sim::{App, Mailbox, Tenant, TenantBuilder, TokenSpec, User};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};

pub(crate) const ADELE: &str = "adele@contoso.example";
pub(crate) const MEGAN: &str = "megan@contoso.example";
pub(crate) const INVOICES: &str = "invoices@contoso.example";
pub(crate) const APP: &str = "11112222-bbbb-3333-cccc-4444dddd5555";
pub(crate) const IMAP_SCOPE: &str = "https://outlook.office.com/IMAP.AccessAsUser.All offline_access openid";

pub(crate) fn builder() -> TenantBuilder {
    Tenant::builder()
        .user(User::new(ADELE))
        .user(User::new(MEGAN))
        .mailbox(Mailbox::new(INVOICES).full_access(ADELE).send_as(ADELE))
        .app(App::public(APP))
}

pub(crate) async fn tenant() -> Tenant {
    builder().start().await.unwrap()
}

pub(crate) fn token(tenant: &Tenant, user: &str) -> String {
    tenant.mint(TokenSpec::new(user)).unwrap()
}

/// The XOAUTH2 message in base64.
pub(crate) fn xoauth2(user: &str, token: &str) -> String {
    STANDARD.encode(format!("user={user}\x01auth=Bearer {token}\x01\x01"))
}

pub(crate) trait Io: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}

pub(crate) fn config(ca_pem: &str, versions: &[&'static SupportedProtocolVersion]) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(ca_pem.as_bytes()).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Arc::new(config)
}

/// A connection with a buffer of what came and was not asked for yet.
pub(crate) struct Conn {
    io: Box<dyn Io>,
    buffer: Vec<u8>,
}

impl Conn {
    pub(crate) async fn plain(addr: SocketAddr) -> Self {
        let tcp = TcpStream::connect(addr).await.unwrap();
        tcp.set_nodelay(true).unwrap();
        Self { io: Box::new(tcp), buffer: Vec::new() }
    }

    pub(crate) async fn tls(addr: SocketAddr, tenant: &Tenant) -> Self {
        Self::plain(addr).await.start_tls(config(tenant.ca_pem(), &[&TLS13])).await
    }

    pub(crate) async fn tls12(addr: SocketAddr, tenant: &Tenant) -> Self {
        Self::plain(addr).await.start_tls(config(tenant.ca_pem(), &[&TLS12])).await
    }

    pub(crate) async fn start_tls(self, config: Arc<ClientConfig>) -> Self {
        self.try_start_tls(config).await.unwrap()
    }

    pub(crate) async fn try_start_tls(self, config: Arc<ClientConfig>) -> std::io::Result<Self> {
        assert!(self.buffer.is_empty(), "nothing may come before TLS");
        let name = ServerName::try_from("localhost").unwrap();
        let tls = TlsConnector::from(config).connect(name, self.io).await?;
        Ok(Self { io: Box::new(tls), buffer: Vec::new() })
    }

    pub(crate) async fn send(&mut self, octets: impl AsRef<[u8]>) {
        self.io.write_all(octets.as_ref()).await.unwrap();
        self.io.flush().await.unwrap();
    }

    /// The next line without CRLF; empty at the end of the connection.
    pub(crate) async fn line(&mut self) -> String {
        let bytes = self.until(b"\r\n").await;
        let line = bytes.strip_suffix(b"\r\n").unwrap_or(&bytes);
        String::from_utf8_lossy(line).into_owned()
    }

    /// Lines up to and with the first that begins so.
    pub(crate) async fn lines_until(&mut self, prefix: &str) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            let line = self.line().await;
            assert!(!line.is_empty() || !self.buffer.is_empty(), "closed before {prefix}: {lines:?}");
            let last = line.starts_with(prefix);
            lines.push(line);
            if last {
                return lines;
            }
        }
    }

    /// Sends a line and gives the next one.
    pub(crate) async fn ask(&mut self, line: &str) -> String {
        self.send(format!("{line}\r\n")).await;
        self.line().await
    }

    /// Sends a tagged IMAP command and gives all lines of its answer, the tagged one last.
    pub(crate) async fn imap(&mut self, command: &str) -> Vec<String> {
        self.send(format!("A1 {command}\r\n")).await;
        self.lines_until("A1 ").await
    }

    pub(crate) async fn until(&mut self, end: &[u8]) -> Vec<u8> {
        loop {
            if let Some(at) = self.buffer.windows(end.len()).position(|window| window == end) {
                return self.buffer.drain(..at + end.len()).collect();
            }
            if !self.fill().await {
                return std::mem::take(&mut self.buffer);
            }
        }
    }

    pub(crate) async fn exactly(&mut self, octets: usize) -> Vec<u8> {
        while self.buffer.len() < octets {
            assert!(self.fill().await, "closed too early");
        }
        self.buffer.drain(..octets).collect()
    }

    /// Everything up to the end of the connection.
    pub(crate) async fn rest(&mut self) -> Vec<u8> {
        while self.fill().await {}
        std::mem::take(&mut self.buffer)
    }

    /// Sends bytes and closes for writing, then reads to the end.
    pub(crate) async fn hang_up_after(&mut self, octets: &[u8]) {
        // The server may have closed already: that is an answer too.
        let _ = self.io.write_all(octets).await;
        let _ = self.io.shutdown().await;
        self.rest().await;
    }

    async fn fill(&mut self) -> bool {
        let mut chunk = vec![0; 65_536];
        let n = self.io.read(&mut chunk).await.unwrap_or(0);
        self.buffer.extend_from_slice(&chunk[..n]);
        n > 0
    }
}

pub(crate) async fn imap(tenant: &Tenant) -> Conn {
    let mut conn = Conn::tls(tenant.imap_addr(), tenant).await;
    assert!(conn.line().await.starts_with("* OK The Microsoft Exchange IMAP4 service is ready."));
    conn
}

pub(crate) async fn imap_as(tenant: &Tenant, mailbox: &str, user: &str) -> Conn {
    let mut conn = imap(tenant).await;
    let sasl = xoauth2(mailbox, &token(tenant, user));
    assert_eq!(conn.imap(&format!("AUTHENTICATE XOAUTH2 {sasl}")).await, ["A1 OK AUTHENTICATE completed."]);
    conn
}

pub(crate) async fn pop3_as(tenant: &Tenant, user: &str) -> Conn {
    let mut conn = Conn::tls(tenant.pop3_addr(), tenant).await;
    assert!(conn.line().await.starts_with("+OK The Microsoft Exchange POP3 service is ready."));
    assert_eq!(conn.ask("AUTH XOAUTH2").await, "+ ");
    let answer = conn.ask(&xoauth2(user, &token(tenant, user))).await;
    assert_eq!(answer, "+OK User successfully authenticated.");
    conn
}

/// Up to the second EHLO's answer.
pub(crate) async fn smtp(tenant: &Tenant) -> Conn {
    let mut conn = Conn::plain(tenant.smtp_addr()).await;
    assert!(conn.line().await.starts_with("220 "));
    conn.send("EHLO client.example\r\n").await;
    conn.lines_until("250 ").await;
    assert!(conn.ask("STARTTLS").await.starts_with("220 "));
    let mut conn = conn.start_tls(config(tenant.ca_pem(), &[&TLS13])).await;
    conn.send("EHLO client.example\r\n").await;
    conn.lines_until("250 ").await;
    conn
}

pub(crate) async fn smtp_as(tenant: &Tenant, user: &str) -> Conn {
    let mut conn = smtp(tenant).await;
    let answer = conn.ask(&format!("AUTH XOAUTH2 {}", xoauth2(user, &token(tenant, user)))).await;
    assert_eq!(answer, "235 2.7.0 Authentication successful");
    conn
}

/// An HTTP answer.
pub(crate) struct Http {
    pub(crate) status: u16,
    /// In lower case.
    pub(crate) head: String,
    /// The first cookie that was set, as a browser sends it back.
    pub(crate) cookie: Option<String>,
    pub(crate) body: String,
}

impl Http {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {}", self.body))
    }

    pub(crate) fn text(&self, field: &str) -> String {
        self.json()[field].as_str().unwrap_or_else(|| panic!("no {field} in {}", self.body)).to_owned()
    }

    /// The AADSTS number of a refusal.
    pub(crate) fn code(&self) -> u64 {
        self.json()["error_codes"][0].as_u64().unwrap_or_else(|| panic!("no refusal: {}", self.body))
    }
}

/// One request on a connection of its own. The path is below the authority if it does not begin with a slash.
pub(crate) async fn http(tenant: &Tenant, path: &str, headers: &str, form: Option<&[(&str, &str)]>) -> Http {
    let path =
        if path.starts_with('/') { path.to_owned() } else { format!("/{}/{path}", tenant.tenant_id()) };
    http_at(tenant.identity_addr(), tenant, &path, headers, form).await
}

async fn http_at(
    address: SocketAddr,
    tenant: &Tenant,
    path: &str,
    headers: &str,
    form: Option<&[(&str, &str)]>,
) -> Http {
    let mut conn = Conn::tls(address, tenant).await;
    let host = format!("localhost:{}", address.port());
    let request = match form {
        None => format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n"),
        Some(form) => {
            let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
            format!(
                "POST {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\
                 Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            )
        }
    };
    conn.send(request).await;
    let head = String::from_utf8(conn.until(b"\r\n\r\n").await).unwrap();
    let body = String::from_utf8(conn.rest().await).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let cookie = head
        .lines()
        .find_map(|line| line.strip_prefix("set-cookie: "))
        .and_then(|cookie| cookie.split(';').next())
        .map(str::to_owned);
    Http { status, cookie, head: head.to_ascii_lowercase(), body }
}

/// One request to the control endpoint: a POST if there is a form.
pub(crate) async fn control(tenant: &Tenant, action: &str, form: Option<&[(&str, &str)]>) -> Http {
    let url = tenant.control().unwrap();
    let (port, path) = url.strip_prefix("https://localhost:").unwrap().split_once('/').unwrap();
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port.parse().unwrap()));
    http_at(address, tenant, &format!("/{path}/{action}"), "", form).await
}

pub(crate) async fn post(tenant: &Tenant, path: &str, form: &[(&str, &str)]) -> Http {
    http(tenant, path, "", Some(form)).await
}

pub(crate) async fn get(tenant: &Tenant, path: &str) -> Http {
    http(tenant, path, "", None).await
}

pub(crate) async fn device_code(tenant: &Tenant) -> Http {
    let answer = post(tenant, "oauth2/v2.0/devicecode", &[("client_id", APP), ("scope", IMAP_SCOPE)]).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer
}

pub(crate) async fn poll(tenant: &Tenant, device_code: &str) -> Http {
    let form = [
        ("client_id", APP),
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("client_info", "1"),
        ("device_code", device_code),
    ];
    post(tenant, "oauth2/v2.0/token", &form).await
}

pub(crate) async fn refresh(tenant: &Tenant, refresh_token: &str, scope: &str) -> Http {
    let form = [
        ("client_id", APP),
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token),
        ("scope", scope),
        ("client_info", "1"),
    ];
    post(tenant, "oauth2/v2.0/token", &form).await
}
