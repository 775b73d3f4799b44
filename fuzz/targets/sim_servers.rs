//! Any bytes from a client of the simulated tenant: each server answers or closes, and nothing hangs or panics.
//!
//! The first octet says which server, and whether the client has logged in before; the rest is sent as it is, and then
//! the end. TLS is left out: it is not the simulator's own.
#![no_main]

use std::cell::RefCell;
use std::net::SocketAddr;
use std::time::Duration;

use fuzz::libfuzzer_sys::fuzz_target;
use mail_oauth_sim::{App, Limits, Tenant, TokenSpec, User};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};

const ADELE: &str = "adele@contoso.example";

/// A tenant, what a client says first at each of its doors, and how often this one was used.
struct Place {
    runtime: Runtime,
    tenant: Option<Tenant>,
    doors: Vec<(SocketAddr, String)>,
    used: u32,
}

impl Place {
    fn new() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        Self { runtime, tenant: None, doors: Vec::new(), used: 0 }
    }

    /// A new tenant now and then, so that what clients leave in the mailbox does not pile up.
    fn renew(&mut self) {
        let mut limits = Limits::default();
        limits.append = 16_384;
        limits.smtp_message = 16_384;
        limits.log_connections = 16;
        let builder = Tenant::builder().user(User::new(ADELE).password("x")).app(App::public("app"));
        let builder = builder.limits(limits).behind_tls_proxy().open_control().open_introspection();
        let tenant = self.runtime.block_on(builder.start()).expect("a tenant");
        let message =
            "Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ny\r\n--b--\r\n";
        tenant.deliver(ADELE, message).expect("a mailbox");
        let token = tenant.mint(TokenSpec::new(ADELE)).expect("a token");
        let sasl = base64(format!("user={ADELE}\x01auth=Bearer {token}\x01\x01").as_bytes());
        let [imap, pop3, smtp] = [tenant.imap_addr(), tenant.pop3_addr(), tenant.smtp_addr()];
        let control = tenant.control().and_then(|url| url.split(['/', ':']).nth(4)?.parse().ok());
        let control = SocketAddr::from(([127, 0, 0, 1], control.expect("it was opened")));
        self.doors = vec![
            (imap, format!("A AUTHENTICATE XOAUTH2 {sasl}\r\nA SELECT INBOX\r\n")),
            (pop3, format!("AUTH XOAUTH2\r\n{sasl}\r\n")),
            (smtp, format!("EHLO x\r\nAUTH XOAUTH2 {sasl}\r\nMAIL FROM:<{ADELE}>\r\nRCPT TO:<{ADELE}>\r\n")),
            (tenant.identity_addr(), String::new()),
            (control, String::new()),
            (imap, String::new()),
            (pop3, String::new()),
            (smtp, "EHLO x\r\n".into()),
        ];
        self.tenant = Some(tenant);
    }

    fn run(&mut self, which: u8, bytes: &[u8]) {
        if self.used == 0 {
            self.renew();
        }
        self.used = (self.used + 1) % 2_000;
        let (address, first) = &self.doors[usize::from(which) % self.doors.len()];
        self.runtime.block_on(async {
            let spoken = speak(*address, first.as_bytes(), bytes);
            let answered = tokio::time::timeout(Duration::from_secs(5), spoken).await;
            answered.expect("the server neither answered nor closed");
        });
    }
}

async fn speak(address: SocketAddr, first: &[u8], bytes: &[u8]) {
    let tcp = TcpStream::connect(address).await.expect("the server is there");
    // No connection is left in TIME_WAIT: there are only so many ports.
    let _ = tcp.set_zero_linger();
    let (mut from, mut to) = tcp.into_split();
    let say = async {
        // The server may close on the way: that is an answer too.
        let _ = to.write_all(first).await;
        let _ = to.write_all(bytes).await;
        let _ = to.shutdown().await;
        to
    };
    let hear = async {
        let mut chunk = vec![0; 65_536];
        while from.read(&mut chunk).await.is_ok_and(|read| read > 0) {}
    };
    let (to, ()) = tokio::join!(say, hear);
    drop(to);
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let word =
            chunk.iter().fold(0, |word, byte| (word << 8) | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for at in 0..4 {
            let digit = (word >> (18 - 6 * at)) & 63;
            out.push(if at > chunk.len() { '=' } else { char::from(DIGITS[digit as usize]) });
        }
    }
    out
}

thread_local! {
    static PLACE: RefCell<Place> = RefCell::new(Place::new());
}

fuzz_target!(|bytes: &[u8]| {
    let Some((which, bytes)) = bytes.split_first() else { return };
    PLACE.with_borrow_mut(|place| place.run(*which, bytes));
});
