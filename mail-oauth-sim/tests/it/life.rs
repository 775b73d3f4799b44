use std::error::Error as _;
use std::net::SocketAddr;
use std::time::Instant;

use mail_oauth_sim::{App, Error, Mailbox, Service, Tenant, User};
use tokio::net::{TcpListener, TcpStream};

use crate::support::*;

#[tokio::test]
async fn starts_fast_and_answers_at_once() {
    tenant().await.shutdown().await;
    let begin = Instant::now();
    let tenant = tenant().await;
    let took = begin.elapsed();
    assert!(took.as_millis() < 100, "{took:?}");
    assert!(get(&tenant, "v2.0/.well-known/openid-configuration").await.status == 200);
}

#[tokio::test]
async fn nothing_listens_any_more_after_shutdown_or_drop() {
    for by_drop in [false, true] {
        let tenant = tenant().await;
        let addresses = [tenant.identity_addr(), tenant.imap_addr(), tenant.pop3_addr(), tenant.smtp_addr()];
        let mut open = imap_as(&tenant, ADELE, ADELE).await;
        if by_drop {
            drop(tenant);
        } else {
            tenant.shutdown().await;
        }
        assert!(open.rest().await.is_empty(), "a session that was open is cut");
        for address in addresses {
            while TcpStream::connect(address).await.is_ok() {
                assert!(by_drop, "shutdown waits until the ports are closed");
                tokio::task::yield_now().await;
            }
        }
    }
}

#[tokio::test]
async fn a_port_in_use_is_named() {
    let holder = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = holder.local_addr().unwrap().port();
    let error = builder().port(Service::Pop3, port).start().await.unwrap_err();
    assert!(matches!(error, Error::PortInUse { service: Service::Pop3, port: p } if p == port));
    assert!(error.to_string().starts_with(&format!("port {port} for POP3 is in use: ")), "{error}");
    drop(holder);
    let tenant = builder().port(Service::Pop3, port).start().await.unwrap();
    assert_eq!(tenant.pop3_addr().port(), port);
}

#[tokio::test]
async fn a_tenant_that_contradicts_itself_does_not_start() {
    let nobody = "nobody@contoso.example";
    for (builder, text) in [
        (
            Tenant::builder().mailbox(Mailbox::new(INVOICES).full_access(nobody)),
            "mailbox invoices@contoso.example gives full access to nobody@contoso.example, who is neither a user nor an app of the \
             tenant: add the user, or correct the name",
        ),
        (
            Tenant::builder().user(User::new(ADELE)).user(User::new("Adele@Contoso.example")),
            "user adele@contoso.example is there twice: remove one of the two",
        ),
        (
            Tenant::builder().user(User::new("adele")),
            "user adele is not an address: write it as name@domain, in ASCII",
        ),
        (
            Tenant::builder().app(App::public(APP).scopes(["IMAP.All"])),
            "app 11112222-bbbb-3333-cccc-4444dddd5555 is consented to IMAP.All, which no resource has: use a short name \
             such as IMAP.AccessAsUser.All",
        ),
        (
            Tenant::builder().port(Service::Imap, 1).other_port(Service::Smtp, 1),
            "port 1 is given to two servers: give each a port of its own, or 0",
        ),
        (
            Tenant::builder().auto_approve(nobody),
            "automatic approval as nobody@contoso.example names nobody of the tenant: add the user, or correct the name",
        ),
    ] {
        let error = builder.start().await.unwrap_err();
        assert_eq!(error.to_string(), text);
        assert!(error.source().is_none());
    }
    assert!(matches!(builder().certificate_name("\u{fc}").start().await, Err(Error::Keys { .. })));
}

#[tokio::test]
async fn what_the_tenant_does_not_have_is_an_error() {
    let tenant = tenant().await;
    assert!(matches!(tenant.deliver("x@contoso.example", "x"), Err(Error::Unknown { kind: "mailbox", .. })));
    assert!(matches!(tenant.messages("x@contoso.example"), Err(Error::Unknown { kind: "mailbox", .. })));
    assert!(matches!(tenant.messages_in(ADELE, "Nowhere"), Err(Error::Unknown { .. })));
    assert!(matches!(tenant.approve("X", "x@contoso.example"), Err(Error::Unknown { kind: "user", .. })));
    assert!(matches!(tenant.decline("X"), Err(Error::Unknown { kind: "user code", .. })));
}

/// From a thread that has no runtime, and without a turn for the tenant's own.
#[test]
fn a_fault_closes_a_port_and_its_end_opens_it_before_the_call_returns() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let tenant = runtime.block_on(builder().fault("pop3-refused".parse().unwrap()).start()).unwrap();
    let connects = |address: SocketAddr| std::net::TcpStream::connect(address).map_err(|error| error.kind());
    let refused = std::io::ErrorKind::ConnectionRefused;
    for address in [tenant.pop3_addr(), tenant.pop3_starttls_addr()] {
        assert_eq!(connects(address).unwrap_err(), refused);
    }
    for _ in 0..20 {
        tenant.clear_faults();
        for address in [tenant.pop3_addr(), tenant.pop3_starttls_addr(), tenant.imap_addr()] {
            connects(address).unwrap();
        }
        tenant.set_fault_named("pop3-refused").unwrap();
        assert_eq!(connects(tenant.pop3_addr()).unwrap_err(), refused);
        connects(tenant.imap_addr()).unwrap();
    }
    // The port is kept meanwhile.
    let error = tokio::net::TcpSocket::new_v4().unwrap().bind(tenant.pop3_addr()).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
    tenant.clear_faults();
    drop(runtime.block_on(pop3_as(&tenant, ADELE)));
    // With the runtime gone nobody serves; nothing panics either.
    drop(runtime);
    tenant.set_fault_named("imap-refused").unwrap();
    tenant.clear_faults();
}
