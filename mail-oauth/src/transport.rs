//! TCP, DNS, TLS and deadlines: everything between a host name and a verified stream.

mod connect;
mod flight;
mod meter;
mod names;
mod tls;

pub use flight::Flight;
pub use meter::{Metered, RoundTrips};
pub use tls::{Tls, Trust};

pub(crate) use connect::{Plain, connect_plain, connect_tls, upgrade};
pub(crate) use names::NameNotFound;

/// A verified TLS stream to a mail server, as the protocol clients use it.
pub type MailStream = tokio_rustls::client::TlsStream<Flight<Metered<tokio::net::TcpStream>>>;
