//! One module a command.

pub(crate) mod check;
pub(crate) mod demo;
pub(crate) mod explain;
pub(crate) mod fetch;
pub(crate) mod import;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod send;
pub(crate) mod setup;
pub(crate) mod sim;
pub(crate) mod token;
