use std::io;

use super::reply::Reply;
use super::session::Session;
use super::voice;
use crate::fault::Stage;
use crate::login::{Login, Mechanism};
use crate::net::Line;
use crate::{MailFault, Profile, Service};

const PROTOCOL_ERROR: &str = "Protocol error. Connection is closed. 10";

/// `AUTH` (RFC 5034). Exchange takes it in two steps only: a response on the command's own line ends the connection, as
/// in life.
pub(super) async fn auth(session: &mut Session, args: &[&str]) -> io::Result<(String, Reply)> {
    let profile = session.state.settings.profile;
    let mechanism = match args {
        [] => {
            let oauth = !session.state.faults.is_set(MailFault::NoOauth(Service::Pop3));
            let known = voice::mechanisms(profile, oauth).iter().filter(|_| session.wire.is_tls());
            let list = known.map(|mechanism| format!("{mechanism}\r\n")).collect();
            return Ok(("AUTH".into(), Reply::List(list)));
        }
        [mechanism, ..] => mechanism.to_ascii_uppercase(),
    };
    let by_token = Mechanism::named(&mechanism, &session.state)
        .filter(|_| !session.state.faults.conducts(MailFault::NoOauth(Service::Pop3)));
    if by_token.is_none() && mechanism != "PLAIN" {
        return Ok(("AUTH".into(), Reply::err("Unrecognized authentication type.")));
    }
    let name = format!("AUTH {mechanism}");
    if !session.wire.is_tls() {
        return Ok((name, Reply::err("[AUTH] Authentication not allowed until SSL/TLS is enabled.")));
    }
    let response = match args.get(1) {
        Some(_) if profile == Profile::Exchange => return Ok((name, Reply::Fatal(PROTOCOL_ERROR))),
        Some(&"=") => Vec::new(),
        Some(initial) => initial.as_bytes().to_vec(),
        None => match ask(session, "+ \r\n").await? {
            Some(line) => line,
            None => return Ok((name, Reply::Fatal(PROTOCOL_ERROR))),
        },
    };
    if response == b"*" {
        return Ok((name, Reply::err("The AUTH protocol exchange was canceled by the client.")));
    }
    if session.state.faults.pop3_token().is_some_and(|most| response.len() > most) {
        return Ok((name, Reply::Fatal(PROTOCOL_ERROR)));
    }
    if let Some(fault) = session.state.faults.mail(Service::Pop3, Stage::Login) {
        let text = fault.text();
        return Ok((name, Reply::err(text.strip_prefix("-ERR ").unwrap_or(&text).to_owned())));
    }
    // Passwords are switched off; PLAIN is announced all the same, as in life.
    let Some(by_token) = by_token else { return Ok((name, voice::refusal(profile))) };
    match Login::by_token(Service::Pop3, by_token, &response, &session.state, &session.connection) {
        Ok(login) => {
            session.open(login);
            Ok((name, voice::welcome(profile)))
        }
        Err(_) => {
            let explains = session.state.faults.conducts(MailFault::ErrorChallenge(Service::Pop3));
            if profile.explains() || explains {
                let challenge = by_token.challenge(&session.state);
                if ask(session, &format!("+ {challenge}\r\n")).await?.is_none() {
                    return Ok((name, Reply::Fatal(PROTOCOL_ERROR)));
                }
            }
            Ok((name, voice::refusal(profile)))
        }
    }
}

/// Asks for a line; `None` if it does not come, or is too long.
async fn ask(session: &mut Session, challenge: &str) -> io::Result<Option<Vec<u8>>> {
    session.wire.say(challenge);
    match session.wire.line(session.state.limits.line).await? {
        Line::Text(line) => Ok(Some(line)),
        Line::TooLong | Line::End => Ok(None),
    }
}
