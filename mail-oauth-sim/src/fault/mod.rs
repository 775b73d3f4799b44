//! What goes wrong on demand.

mod active;
mod catalogue;
mod http;
mod issue;
mod kind;

pub(crate) use active::{Faults, Reach};
pub(crate) use catalogue::named;
pub use catalogue::{CatalogueEntry, catalogue};
pub use http::{Endpoint, HttpFault};
pub use issue::IssueFault;
pub use kind::Fault;
