use std::io;

use super::command::Command;
use super::reply::Reply;
use super::session::Session;
use crate::Service;
use crate::login::Login;
use crate::net::Line;

/// `AUTHENTICATE` (RFC 3501 section 6.2.2), with an initial response (RFC 4959) or in two steps. There is no error
/// challenge as Gmail sends it: the refusal is immediate, and does not say why.
pub(super) async fn authenticate(session: &mut Session, command: &Command) -> io::Result<(String, Reply)> {
    let mechanism = command.atom(0).unwrap_or_default().to_ascii_uppercase();
    if !matches!(mechanism.as_str(), "XOAUTH2" | "PLAIN") {
        return Ok(("AUTHENTICATE".into(), Reply::no("AUTHENTICATE failed.")));
    }
    let name = format!("AUTHENTICATE {mechanism}");
    if session.login.is_some() {
        return Ok((name, Reply::bad_state()));
    }
    let response = match command.astring(1) {
        Some(initial) => initial.into_bytes(),
        None => {
            session.wire.say("+ \r\n");
            match session.wire.line(session.state.limits.line).await? {
                Line::Text(line) => line,
                Line::TooLong | Line::End => return Err(io::ErrorKind::UnexpectedEof.into()),
            }
        }
    };
    if response == b"*" {
        return Ok((name, Reply::bad("The AUTH protocol exchange was canceled by the client.")));
    }
    // Passwords are switched off; PLAIN is announced all the same, as in life.
    let login = match mechanism.as_str() {
        "XOAUTH2" => Login::by_xoauth2(Service::Imap, &response, &session.state, &session.connection).ok(),
        _ => None,
    };
    let reply = match &login {
        Some(_) => Reply::ok("AUTHENTICATE completed."),
        None => Reply::no("AUTHENTICATE failed."),
    };
    session.login = login;
    Ok((name, reply))
}

/// `LOGIN` (RFC 3501 section 6.2.3): passwords are switched off.
pub(super) fn login(session: &Session) -> (String, Reply) {
    let reply = if session.login.is_some() { Reply::bad_state() } else { Reply::no("LOGIN failed.") };
    ("LOGIN".into(), reply)
}
