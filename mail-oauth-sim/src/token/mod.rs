//! Access tokens: how they are signed, what is in them, and what the mail servers make of them.

mod access;
mod jws;
mod mint;
mod spec;

pub(crate) use access::{Claims, Rejection, Subject};
pub(crate) use jws::SigningKey;
pub(crate) use mint::mint;
pub use spec::TokenSpec;
