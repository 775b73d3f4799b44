use std::io;

use super::command::TOO_LONG;
use super::reply::Reply;
use super::session::Session;
use crate::net::Line;

/// `IDLE` (RFC 2177): tells at once what changes in the open folder, and says farewell when the token runs out.
pub(super) async fn idle(session: &mut Session) -> io::Result<Reply> {
    let mut clock = session.state.clock.watch();
    let changed = session.mailbox().and_then(|mailbox| session.state.store.watch(mailbox));
    let Some(mut changed) = changed else { return Ok(Reply::bad_state()) };
    session.wire.say("+ IDLE accepted, awaiting DONE command.\r\n");
    loop {
        if session.has_expired() {
            session.wire.flush().await?;
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        session.announce(true);
        // Nothing is left to write when the wait begins, so that the wait may be given up at any point.
        session.wire.flush().await?;
        let left = session.left();
        tokio::select! {
            line = session.wire.line(session.state.limits.line) => {
                return match line? {
                    Line::Text(line) if line.eq_ignore_ascii_case(b"DONE") => Ok(Reply::ok("IDLE completed.")),
                    Line::Text(_) => Ok(Reply::bad("Command Error. 12")),
                    Line::TooLong => {
                        session.wire.say(TOO_LONG);
                        Err(io::ErrorKind::InvalidData.into())
                    }
                    Line::End => Err(io::ErrorKind::UnexpectedEof.into()),
                };
            }
            _ = changed.changed() => {}
            // The token runs out because the caller lets time pass, or because it does pass.
            _ = clock.changed() => {}
            () = tokio::time::sleep(left) => {}
        }
    }
}
