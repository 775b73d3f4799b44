//! The SMTP submission server (RFC 5321, RFC 6409) as Exchange speaks it.

mod authenticate;
mod deliver;
mod envelope;
mod session;
mod unstuff;
mod voice;

pub(crate) use session::session;
