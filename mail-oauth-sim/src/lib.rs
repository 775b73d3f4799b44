//! A simulated Microsoft-365-like tenant in one process.

mod builder;
mod clock;
mod date;
mod error;
mod fault;
mod identity;
mod imap;
mod limits;
mod log;
mod login;
mod mime;
mod model;
mod net;
mod pop3;
mod random;
mod smtp;
mod state;
mod store;
mod tenant;
mod token;

pub use builder::TenantBuilder;
pub use error::Error;
pub use fault::{Fault, HttpFault};
pub use limits::Limits;
pub use log::{LogEntry, LogEvent, Service, Turns};
pub use model::{App, Mailbox, User};
pub use store::Message;
pub use tenant::Tenant;
pub use token::TokenSpec;
