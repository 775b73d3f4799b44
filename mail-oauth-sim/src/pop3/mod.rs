//! The POP3 server (RFC 1939) as Exchange speaks it.

mod authenticate;
mod maildrop;
mod session;
mod voice;

pub(crate) use session::session;
