//! Entra's error numbers as data.

mod code;
mod table;

pub use code::Aadsts;
