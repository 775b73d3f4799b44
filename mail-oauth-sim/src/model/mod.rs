//! What a tenant is made of, as the caller describes it, and the directory that answers questions about it.

mod app;
mod directory;
mod mailbox;
mod user;

pub use app::App;
pub(crate) use directory::Directory;
pub use mailbox::Mailbox;
pub use user::User;
