//! Through each adapter the token goes out once, and the refusal is acknowledged and kept.

use sasl_xoauth2::{Credentials, Exchange, Mechanism};
use sasl_xoauth2_adapters::{AsyncImapAuthenticator, ImapAuthenticator};

const REFUSAL: &[u8] = br#"{"status":"401","schemes":"bearer"}"#;

fn exchange() -> Exchange<'static> {
    Exchange::new(Mechanism::XOAuth2, Credentials::new("user@contoso.com", "t0ken").unwrap())
}

#[test]
fn async_imap() {
    use async_imap::Authenticator as _;
    let mut adapter = AsyncImapAuthenticator::new(exchange());
    assert_eq!((&mut adapter).process(b""), b"user=user@contoso.com\x01auth=Bearer t0ken\x01\x01");
    assert_eq!((&mut adapter).process(REFUSAL), b"");
    assert!(adapter.error().is_none());
    assert_eq!((&mut adapter).process(b"again"), b"");
    assert!(adapter.error().is_some());
    assert_eq!(adapter.server_error().and_then(|error| error.status()), Some("401"));
}

#[test]
fn imap() {
    use imap::Authenticator as _;
    let adapter = ImapAuthenticator::new(exchange());
    assert!(adapter.process(b"").ends_with(b"Bearer t0ken\x01\x01"));
    assert_eq!(adapter.process(REFUSAL), b"");
    assert_eq!(adapter.outcome().unwrap().unwrap().status(), Some("401"));
}

#[test]
fn lettre_over_a_socket() {
    use lettre::transport::smtp::{client::SmtpConnection, extension::ClientId};
    use std::{
        io::{BufRead, BufReader, Write},
        net::TcpListener,
    };
    // A token that does not fit the line of the command, and one that does.
    for (token, command) in [("t".repeat(2000), "AUTH XOAUTH2"), ("t0ken".to_owned(), "AUTH XOAUTH2 dXNlcj")]
    {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = std::thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            let (mut lines, mut out) = (BufReader::new(stream.try_clone().unwrap()).lines(), stream);
            let mut seen = Vec::new();
            out.write_all(b"220 ready\r\n").unwrap();
            lines.next();
            out.write_all(b"250-hello\r\n250 AUTH XOAUTH2\r\n").unwrap();
            seen.push(lines.next().unwrap().unwrap());
            if seen[0] == "AUTH XOAUTH2" {
                out.write_all(b"334 \r\n").unwrap();
                seen.push(lines.next().unwrap().unwrap());
            }
            out.write_all(b"334 eyJzdGF0dXMiOiI0MDEifQ==\r\n").unwrap();
            seen.push(lines.next().unwrap().unwrap());
            out.write_all(b"535 5.7.8 no\r\n").unwrap();
            seen
        });
        let name = ClientId::Domain("localhost".to_owned());
        let mut connection = SmtpConnection::connect(address, None, &name, None, None).unwrap();
        let credentials = Credentials::new("user@contoso.com", &token).unwrap();
        let mut exchange = Exchange::new(Mechanism::XOAuth2, credentials);
        let error = sasl_xoauth2_adapters::authenticate(&mut connection, &mut exchange).unwrap_err();
        assert_eq!(error.to_string(), "the token was refused: status 401");
        let seen = server.join().unwrap();
        assert!(seen[0].starts_with(command) && seen.last().unwrap().is_empty(), "{seen:?}");
        assert_eq!(seen.iter().filter(|line| line.contains("dXNlcj")).count(), 1);
    }
}
