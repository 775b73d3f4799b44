//! The identity endpoints: device code, token, metadata, introspection, and the page for the person.

mod aadsts;
mod answer;
mod device;
mod devicecode;
mod discovery;
mod grant;
mod introspect;
mod issue;
mod page;
mod refresh;
mod request;
mod route;
pub(crate) mod scope;
mod server;

pub(crate) use device::{Decision, DeviceCodes};
pub(crate) use refresh::RefreshTokens;
pub(crate) use server::session;
