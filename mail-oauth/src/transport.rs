//! TCP, DNS, TLS and deadlines: everything between a host name and a verified stream.

mod connect;
mod meter;
mod tls;

pub use meter::{Metered, RoundTrips};
pub use tls::{Tls, Trust};

pub(crate) use connect::{Plain, connect_plain, connect_tls, upgrade};

/// A verified TLS stream to a mail server, as the protocol clients use it.
pub type MailStream = tokio_rustls::client::TlsStream<Metered<tokio::net::TcpStream>>;
