//! What goes wrong on demand.

mod active;
mod catalogue;
mod causes;
mod http;
mod issue;
mod kind;
mod mail;
mod name;
mod network;

pub(crate) use active::{Faults, Reach};
pub use catalogue::{CatalogueEntry, catalogue};
pub use causes::{Cause, causes};
pub use http::{Endpoint, HttpFault};
pub use issue::IssueFault;
pub use kind::Fault;
pub use mail::MailFault;
pub(crate) use mail::{ERROR_CHALLENGE, Stage};
pub use network::{NetworkFault, TlsFault};
