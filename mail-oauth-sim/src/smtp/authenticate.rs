use std::io;

use super::reply::Reply;
use super::session::Session;
use super::voice;
use crate::fault::{Reach, Stage};
use crate::login::{Denied, Login, Mechanism};
use crate::net::{Line, Wire};
use crate::{MailFault, Service, date};

/// `AUTH` (RFC 4954), with the response on its line or in two steps. Exchange refuses at once; others send the reason as a
/// challenge first, which the client answers by an empty line.
pub(super) async fn auth(session: &mut Session, wire: &mut Wire, args: &str) -> io::Result<(String, Reply)> {
    let mut words = args.split_ascii_whitespace();
    let mechanism = words.next().unwrap_or_default().to_ascii_uppercase();
    let initial = words.next().map(|word| word.as_bytes().to_vec());
    let by_token = Mechanism::named(&mechanism, &session.state)
        .filter(|_| !session.state.faults.conducts(MailFault::NoOauth(Service::Smtp)));
    if by_token.is_none() && mechanism != "LOGIN" {
        return Ok(("AUTH".into(), Reply::new(504, "5.7.4 Unrecognized authentication type")));
    }
    let name = format!("AUTH {mechanism}");
    if !wire.is_tls() {
        return Ok((name, Reply::new(530, "5.7.0 Must issue a STARTTLS command first.")));
    }
    if session.login.is_some() {
        return Ok((name, Reply::new(503, "5.5.2 Already authenticated")));
    }
    let Some(by_token) = by_token else {
        return Ok((name, password(session, wire, initial).await?));
    };
    let response = match initial {
        Some(_) if session.state.faults.conducts(MailFault::NoInitialResponse(Service::Smtp)) => {
            return Ok((name, Reply::fault(MailFault::NoInitialResponse(Service::Smtp))));
        }
        Some(initial) => initial,
        None => ask(session, wire, "334 \r\n").await?,
    };
    if let Some(fault) = session.state.faults.mail(Service::Smtp, Stage::Login) {
        let reply = Reply::fault(fault);
        return Ok((name, reply.traced(&trace(session))));
    }
    let profile = session.state.settings.profile;
    let login = Login::by_token(Service::Smtp, by_token, &response, &session.state, &session.connection);
    let reply = match login {
        Ok(login) => {
            session.login = Some(login);
            Reply::new(235, "2.7.0 Authentication successful")
        }
        Err(Denied::Disabled(reach)) => {
            let fault = match reach {
                Reach::Tenant => MailFault::SmtpAuthDisabledForTenant,
                Reach::Mailbox => MailFault::SmtpAuthDisabledForMailbox,
            };
            Reply::fault(fault).traced(&trace(session))
        }
        // Also for a client that cancels by `*`.
        Err(_) => {
            let explains = session.state.faults.conducts(MailFault::ErrorChallenge(Service::Smtp));
            if (profile.explains() || explains) && response != b"*" {
                let challenge = format!("334 {}\r\n", by_token.challenge(&session.state));
                if ask(session, wire, &challenge).await? == b"*" {
                    return Ok((name, Reply::new(501, "5.7.0 Authentication aborted")));
                }
            }
            voice::refusal(profile, &trace(session))
        }
    };
    Ok((name, reply))
}

/// `AUTH LOGIN` asks for a name and a password, and takes none.
async fn password(session: &Session, wire: &mut Wire, initial: Option<Vec<u8>>) -> io::Result<Reply> {
    if initial.is_none() {
        ask(session, wire, "334 VXNlcm5hbWU6\r\n").await?;
    }
    ask(session, wire, "334 UGFzc3dvcmQ6\r\n").await?;
    if session.state.settings.profile.explains() {
        return Ok(voice::refusal(session.state.settings.profile, ""));
    }
    let fault = match session.state.settings.security_defaults {
        true => MailFault::SmtpSecurityDefaults,
        false => MailFault::SmtpBasicAuthDisabled,
    };
    Ok(Reply::fault(fault).traced(&trace(session)))
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
