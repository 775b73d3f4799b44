//! The machine driven over a stream.

mod driver;
mod fetch;
mod session;

pub use driver::Client;
pub use fetch::Summary;
