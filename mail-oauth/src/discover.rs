//! From an address to its provider, and why.
//!
//! ```text
//! address -> Domain --+-- known domain? ------------------------------> certain, nothing is asked
//!                     +-- MX, autodiscover, SRV, SPF, tenant, side by side, each within the deadline
//!                                |
//!                                +--> Evidence* --> verdict: provider, percent, alternatives
//! ```
//!
//! Nothing here is proof that an account exists: DNS says where a domain's mail goes, and a tenant may exist for a
//! domain whose mail is elsewhere. Each piece of evidence says how much it weighs, and the sum is shown with it. What
//! DNS answers is not authenticated: a server that was found by SRV under a foreign name must be shown to a person
//! (RFC 6186 section 6), see [`FoundServer::in_domain`].

mod domain;
mod evidence;
mod known;
mod lookup;
mod mail_hosts;
mod search;
mod system;
mod tenant;
mod verdict;

pub use domain::Domain;
pub use evidence::{Answer, Evidence, Source, Target};
pub(crate) use known::owner;
pub use lookup::{HttpAnswer, Lookup, LookupError, Srv};
pub use search::{DEADLINE, discover};
pub use system::SystemLookup;
pub use tenant::Tenant;
pub use verdict::{Candidate, Discovery, FoundServer};
