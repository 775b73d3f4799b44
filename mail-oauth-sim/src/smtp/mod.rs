//! The SMTP submission server (RFC 5321, RFC 6409) as Exchange speaks it.

mod authenticate;
mod deliver;
mod dispatch;
mod envelope;
mod reply;
mod session;
mod unstuff;
mod voice;

pub(crate) use dispatch::session;
