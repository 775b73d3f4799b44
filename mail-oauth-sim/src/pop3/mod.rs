//! The POP3 server (RFC 1939) as Exchange speaks it.

mod authenticate;
mod dispatch;
mod maildrop;
mod reply;
mod session;
mod voice;

pub(crate) use dispatch::session;
