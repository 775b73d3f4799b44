use std::io;

use super::session::{Reply, Session};
use crate::Service;
use crate::login::Login;
use crate::net::Line;

/// What Exchange says to every failure to log in, whatever the cause.
pub(super) const FAILED: &str = "Authentication failure: unknown user name or bad password.";

/// `AUTH` (RFC 5034), in two steps only: a response on the command's own line ends the connection, as in life.
pub(super) async fn auth(session: &mut Session, args: &[&str]) -> io::Result<(String, Reply)> {
    let mechanism = match args {
        [] => return Ok(("AUTH".into(), Reply::List("PLAIN\r\nXOAUTH2\r\n".into()))),
        [mechanism, ..] => mechanism.to_ascii_uppercase(),
    };
    if !matches!(mechanism.as_str(), "XOAUTH2" | "PLAIN") {
        return Ok(("AUTH".into(), Reply::err("Unrecognized authentication type.")));
    }
    let name = format!("AUTH {mechanism}");
    if args.len() > 1 {
        return Ok((name, Reply::Fatal("Protocol error. Connection is closed. 10")));
    }
    session.wire.say("+ \r\n");
    let response = match session.wire.line(session.state.limits.line).await? {
        Line::Text(line) => line,
        Line::TooLong | Line::End => {
            return Ok((name, Reply::Fatal("Protocol error. Connection is closed. 10")));
        }
    };
    if response == b"*" {
        return Ok((name, Reply::err("The AUTH protocol exchange was canceled by the client.")));
    }
    // Passwords are switched off; PLAIN is announced all the same, as in life.
    let login = match mechanism.as_str() {
        "XOAUTH2" => Login::by_xoauth2(Service::Pop3, &response, &session.state, &session.connection).ok(),
        _ => None,
    };
    match login {
        Some(login) => {
            session.open(login);
            Ok((name, Reply::ok("User successfully authenticated.")))
        }
        None => Ok((name, Reply::err(FAILED))),
    }
}
