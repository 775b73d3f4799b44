//! What a tenant is made of, as the caller describes it, and the directory that answers questions about it.

mod app;
mod certificate;
mod cloud;
mod contradiction;
mod directory;
mod mailbox;
mod policy;
mod profile;
mod user;

pub use app::{App, Audience, ExchangeRegistration, Platform};
pub(crate) use certificate::AppCertificate;
pub use cloud::Cloud;
pub(crate) use contradiction::Contradiction;
pub(crate) use directory::{Authority, CONSUMERS, Directory, Parts};
pub use mailbox::Mailbox;
pub use policy::Policy;
pub use profile::Profile;
pub(crate) use user::Kind;
pub use user::User;
