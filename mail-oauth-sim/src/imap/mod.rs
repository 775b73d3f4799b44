//! The IMAP server: IMAP4rev1 (RFC 3501) as Exchange speaks it.

mod address;
mod alter;
mod append;
mod args;
mod authenticate;
mod command;
mod dispatch;
mod envelope;
mod fetch;
mod folders;
mod idle;
mod reply;
mod search;
mod section;
mod select;
mod session;
mod set;
mod structure;
mod view;
mod voice;

pub(crate) use dispatch::session;
