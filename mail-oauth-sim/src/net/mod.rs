//! Sockets, TLS, and the counting of round trips.

mod certificate;
mod counted;
mod faulty;
mod listener;
mod port;
mod stream;
mod wire;

pub(crate) use certificate::{CertificateOptions, Certificates};
pub(crate) use listener::{Listener, serve};
pub(crate) use port::Port;
pub(crate) use stream::{Peer, Stream};
pub(crate) use wire::{Line, Wire};
