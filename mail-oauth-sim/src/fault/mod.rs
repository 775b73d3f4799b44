//! What goes wrong on demand.

mod active;
mod catalogue;
mod http;
mod issue;
mod kind;
mod mail;
mod network;

pub(crate) use active::{Faults, Reach};
pub(crate) use catalogue::named;
pub use catalogue::{CatalogueEntry, catalogue};
pub use http::{Endpoint, HttpFault};
pub use issue::IssueFault;
pub use kind::Fault;
pub use mail::MailFault;
pub(crate) use mail::{ERROR_CHALLENGE, Stage};
pub use network::{NetworkFault, TlsFault};
