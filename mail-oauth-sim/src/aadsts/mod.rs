//! Entra's error numbers as data.

mod all;
mod code;
mod table;

pub use code::Aadsts;
