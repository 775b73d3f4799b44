//! The machine driven over a stream.

#[cfg(feature = "compress")]
mod compress;
#[cfg(feature = "compress")]
mod deflate;
mod driver;
mod eager;
mod fetch;
mod mailboxes;
mod messages;
mod positions;
mod search;
mod session;
mod stream;
mod summary;
mod wanted;

#[cfg(feature = "compress")]
pub use deflate::Deflate;
pub use driver::Client;
pub use eager::LogIn;
pub use mailboxes::Listing;
pub use messages::{Appended, Copied, Stored};
pub use search::Found;
pub use stream::{Fetch, Idle};
pub use summary::Summary;
