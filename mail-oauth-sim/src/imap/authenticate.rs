use std::io;

use super::command::{Command, TOO_LONG};
use super::reply::Reply;
use super::session::Session;
use super::voice;
use crate::fault::Stage;
use crate::login::{Login, Mechanism};
use crate::net::Line;
use crate::{MailFault, Service};

/// `AUTHENTICATE` (RFC 3501 section 6.2.2), with an initial response (RFC 4959) or in two steps. Exchange refuses at once
/// and does not say why; others send the reason as a challenge first, which the client answers by an empty line.
pub(super) async fn authenticate(session: &mut Session, command: &Command) -> io::Result<(String, Reply)> {
    let mechanism = command.atom(0).unwrap_or_default().to_ascii_uppercase();
    let profile = session.state.settings.profile;
    let faults = &session.state.faults;
    let by_token = Mechanism::named(&mechanism, &session.state)
        .filter(|_| !faults.conducts(MailFault::NoOauth(Service::Imap)));
    if by_token.is_none() && mechanism != "PLAIN" {
        return Ok(("AUTHENTICATE".into(), voice::refusal(profile)));
    }
    let name = format!("AUTHENTICATE {mechanism}");
    if session.login.is_some() {
        return Ok((name, Reply::bad_state()));
    }
    if !session.wire.is_tls() {
        return Ok((name, voice::privacy(profile)));
    }
    let response = match command.astring(1) {
        Some(_) if faults.conducts(MailFault::NoInitialResponse(Service::Imap)) => {
            return Ok((name, Reply::fault(MailFault::NoInitialResponse(Service::Imap))));
        }
        // An initial response that is empty is written so (RFC 4959 section 3).
        Some(initial) if initial == "=" => Vec::new(),
        Some(initial) => initial.into_bytes(),
        None => ask(session, "+ \r\n").await?,
    };
    if response == b"*" {
        return Ok((name, Reply::bad("The AUTH protocol exchange was canceled by the client.")));
    }
    if let Some(fault) = session.state.faults.mail(Service::Imap, Stage::Login) {
        return Ok((name, Reply::fault(fault)));
    }
    // Passwords are switched off; PLAIN is announced all the same, as in life.
    let Some(by_token) = by_token else { return Ok((name, voice::refusal(profile))) };
    let mut login =
        Login::by_token(Service::Imap, by_token, &response, &session.state, &session.connection).ok();
    if let Some(login) = &mut login
        && session.state.faults.conducts(MailFault::ImapNotConnected)
    {
        login.connected = false;
    }
    session.login = login;
    if session.login.is_none() {
        let explains = session.state.faults.conducts(MailFault::ErrorChallenge(Service::Imap));
        if profile.explains() || explains {
            let challenge = by_token.challenge(&session.state);
            if ask(session, &format!("+ {challenge}\r\n")).await? == b"*" {
                return Ok((name, Reply::bad("Authentication aborted by client.")));
            }
        }
        return Ok((name, voice::refusal(profile)));
    }
    if session.state.faults.conducts(MailFault::ImapOddResponseCode) {
        return Ok((name, Reply::fault(MailFault::ImapOddResponseCode)));
    }
    let (reply, before) = voice::welcome(profile, &session.capabilities());
    session.wire.say(before);
    Ok((name, reply))
}

/// `LOGIN` (RFC 3501 section 6.2.3): passwords are switched off.
pub(super) fn login(session: &Session) -> (String, Reply) {
    let reply = match (&session.login, session.state.settings.profile) {
        (Some(_), _) => Reply::bad_state(),
        (None, crate::Profile::Exchange) => Reply::no("LOGIN failed."),
        (None, profile) if session.wire.is_tls() => voice::refusal(profile),
        (None, profile) => voice::privacy(profile),
    };
    ("LOGIN".into(), reply)
}

async fn ask(session: &mut Session, challenge: &str) -> io::Result<Vec<u8>> {
    session.wire.say(challenge);
    match session.wire.line(session.state.limits.line).await? {
        Line::Text(line) => Ok(line),
        Line::TooLong => {
            session.wire.say(TOO_LONG);
            Err(io::ErrorKind::InvalidData.into())
        }
        Line::End => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}
