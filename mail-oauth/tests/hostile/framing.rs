//! What goes out is one command, one message, one line: whatever a caller puts into it (S8, S9).

use mail_oauth::imap_min::Mailbox as Name;
use mail_oauth::smtp_min::{self, EhloName, Envelope, Outcome};
use mail_oauth::{Account, Protocol, Provider, Security, Server};

use crate::bed::{ADELE, tenant_and_mailbox};
use crate::peer::Bed;

const CLIENT_ID: &str = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";

#[test]
fn settings_that_would_be_two_commands_are_refused() {
    for tail in ["\r\nA2 LOGOUT", "\n", "\r", "\0", "\u{1}auth=Bearer x\u{1}", " x", ">", "\u{85}"] {
        let address = format!("adele{tail}@contoso.example");
        let new = |address: &str| Account::new(Provider::Microsoft365, address, CLIENT_ID);
        assert!(new(&address).is_err(), "{address:?}");
        let good = new(ADELE).unwrap();
        assert!(good.clone().with_sign_in(&address).is_err(), "{address:?}");
        assert!(good.clone().with_mailbox(&address).is_err(), "{address:?}");
        assert!(good.clone().with_sender(&address).is_err(), "{address:?}");
        let host = format!("mail{tail}.example");
        assert!(Server::new(&host, 993, Security::Tls).is_err(), "{host:?}");
        assert!(EhloName::new(&host).is_err(), "{host:?}");
        // Blanks around an id are from copying it.
        let id = Account::new(Provider::Microsoft365, ADELE, &format!("id{tail}x"));
        assert!(id.is_err(), "{id:?}");
    }
    for tail in ["\r\nRCPT TO:<eve@evil.example>", "\n", "\r", "\0", "> SIZE=1 <x", " x"] {
        let address = format!("adele{tail}@contoso.example");
        assert!(Envelope::parse(&address, [ADELE]).is_err(), "{address:?}");
        assert!(Envelope::parse(ADELE, [&address]).is_err(), "{address:?}");
    }
}

#[tokio::test]
async fn a_folder_of_any_name_is_one_command() {
    let (tenant, mailbox) = tenant_and_mailbox().await;
    let mut client = mailbox.imap().await.unwrap();
    for name in ["a\r\nA9 LOGOUT", "a\0b", "a{5+}", "a {5}", "\"", "\\", "ü&-%*", "a\u{85}b", "{3+}\r\nabc"]
    {
        let Ok(name) = Name::new(name) else { continue };
        // There is no such folder: one refusal, and the session goes on.
        let answer = client.examine(&name).await;
        assert!(
            matches!(
                answer,
                Err(mail_oauth::imap_min::Error::Refused(_) | mail_oauth::imap_min::Error::Invalid { .. })
            ),
            "{name:?}: {answer:?}"
        );
        client.noop().await.unwrap();
    }
    let log = format!("{:?}", tenant.log());
    assert!(!log.contains("LOGOUT") && !log.contains("\"?\""), "{log}");
}

/// Whatever the message, the server hears one end of it, and no CR or LF alone.
#[tokio::test]
async fn a_message_ends_once() {
    let bed = Bed::new().await;
    let smuggled = "MAIL FROM:<eve@evil.example>\r\nRCPT TO:<bert@contoso.example>\r\nDATA\r\nHi\r\n.\r\n";
    let mut heard_whole = 0;
    for end in [
        "\n.\n",
        "\r.\r",
        "\n.\r\n",
        "\r\n.\n",
        "\r\n.\r",
        "\r\n.\r\n",
        "\r.\r\n",
        "\r\r\n.\r\n",
        "\0\r\n.\r\n",
        "\r\n\r\n.\r\n",
        "\n\n.\n\n",
    ] {
        for pad in [0, 1, 8_190, 8_191, 16_383] {
            let message = format!("Subject: x\r\n\r\n{}{end}{smuggled}", "a".repeat(pad));
            let heard = send(&bed, message.into_bytes()).await;
            let Some(at) = heard.windows(5).position(|w| w == b"\r\n.\r\n") else { continue };
            heard_whole += 1;
            let (body, behind) = heard.split_at(at + 5);
            assert!(behind.is_empty() || behind == b"QUIT\r\n", "{end:?} {pad}: {}", behind.escape_ascii());
            let crlf_only = body.iter().zip(body.iter().skip(1)).all(|(a, b)| (*a == b'\r') == (*b == b'\n'));
            assert!(crlf_only, "{end:?} {pad}: a CR or LF alone");
        }
    }
    assert!(heard_whole > 10, "{heard_whole}");
}

/// Sends it; gives what the server heard behind its go-ahead.
async fn send(bed: &Bed, message: Vec<u8>) -> Vec<u8> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = Server::new("localhost", listener.local_addr().unwrap().port(), Security::Tls).unwrap();
    let mailbox = bed.mailbox.with_account(bed.mailbox.account().clone().with_server(Protocol::Smtp, server));
    let serve = bed.serve(&listener, |peer| {
        let good = bed.good.clone();
        Box::pin(async move {
            peer.secure(&good).await;
            peer.until_job(Protocol::Smtp).await;
            peer.line().await;
            peer.line().await;
            peer.say("250 ok\r\n250 ok\r\n354 go\r\n").await;
            while !matches!(peer.line().await.as_str(), "." | "") || peer.has_more() {}
            peer.say("250 taken\r\n").await;
            peer.line().await;
            peer.say("221 bye\r\n").await;
        })
    });
    let client = async {
        let mut client = mailbox.smtp().await.unwrap();
        match client.send(&Envelope::parse(ADELE, [ADELE]).unwrap(), message.as_slice()).await {
            Ok(report) => {
                assert!(matches!(report.outcome, Outcome::Accepted(_)), "{report:?}");
                client.quit().await.unwrap();
            }
            Err(error) => assert!(matches!(error, smtp_min::Error::Invalid { .. }), "{error:?}"),
        }
    };
    let ((), peer) = tokio::join!(client, serve);
    let heard = peer.heard_under_tls();
    let data = heard.windows(6).position(|w| w == b"DATA\r\n").unwrap();
    heard[data + 6..].to_vec()
}
