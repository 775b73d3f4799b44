use std::io;

use super::session::{Reply, Session};
use crate::fault::Reach;
use crate::login::{Denied, Login};
use crate::net::{Line, Wire};
use crate::{Service, date};

/// `AUTH` (RFC 4954), with the response on its line or in two steps. There is no error challenge as Gmail sends it.
pub(super) async fn auth(session: &mut Session, wire: &mut Wire, args: &str) -> io::Result<(String, Reply)> {
    let mut words = args.split_ascii_whitespace();
    let mechanism = words.next().unwrap_or_default().to_ascii_uppercase();
    let initial = words.next().map(|word| word.as_bytes().to_vec());
    if !matches!(mechanism.as_str(), "XOAUTH2" | "LOGIN") {
        return Ok(("AUTH".into(), Reply::new(504, "5.7.4 Unrecognized authentication type")));
    }
    let name = format!("AUTH {mechanism}");
    if !wire.is_tls() {
        return Ok((name, Reply::new(530, "5.7.0 Must issue a STARTTLS command first.")));
    }
    if session.login.is_some() {
        return Ok((name, Reply::new(503, "5.5.2 Already authenticated")));
    }
    if mechanism == "LOGIN" {
        return Ok((name, password(session, wire, initial).await?));
    }
    let response = match initial {
        Some(initial) => initial,
        None => ask(session, wire, "334 \r\n").await?,
    };
    let reply = match Login::by_xoauth2(Service::Smtp, &response, &session.state, &session.connection) {
        Ok(login) => {
            session.login = Some(login);
            Reply::new(235, "2.7.0 Authentication successful")
        }
        Err(Denied::Disabled(reach)) => {
            let whose = match reach {
                Reach::Tenant => "Tenant",
                Reach::Mailbox => "Mailbox",
            };
            Reply::new(
                535,
                format!(
                    "5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the {whose}. \
                     Visit https://aka.ms/smtp_auth_disabled for more information. {}",
                    trace(session)
                ),
            )
        }
        // Also for a client that cancels by `*`.
        Err(_) => Reply::new(535, format!("5.7.3 Authentication unsuccessful {}", trace(session))),
    };
    Ok((name, reply))
}

/// `AUTH LOGIN` asks for a name and a password, and takes none.
async fn password(session: &Session, wire: &mut Wire, initial: Option<Vec<u8>>) -> io::Result<Reply> {
    if initial.is_none() {
        ask(session, wire, "334 VXNlcm5hbWU6\r\n").await?;
    }
    ask(session, wire, "334 UGFzc3dvcmQ6\r\n").await?;
    let text = "5.7.139 Authentication unsuccessful, basic authentication is disabled.";
    Ok(Reply::new(535, format!("{text} {}", trace(session))))
}

async fn ask(session: &Session, wire: &mut Wire, challenge: &str) -> io::Result<Vec<u8>> {
    wire.say(challenge);
    match wire.line(session.state.limits.line).await? {
        Line::Text(line) => Ok(line),
        Line::TooLong => {
            wire.say("500 5.3.3 Line too long\r\n");
            Err(io::ErrorKind::InvalidData.into())
        }
        Line::End => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// What ends many a reply: host, time, and an id for the administrator.
fn trace(session: &Session) -> String {
    let id = session.state.random.guid().replace('-', "").to_ascii_uppercase();
    format!(
        "[LOCALHOST {} 08DE{}]",
        date::iso_ms(session.state.clock.now_ms()),
        id.get(..12).unwrap_or_default()
    )
}
