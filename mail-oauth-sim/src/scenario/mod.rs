//! A tenant described in a file.

mod build;
mod file;

pub(crate) use build::builder;
