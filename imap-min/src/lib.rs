//! An IMAP client: a state machine without I/O, and a client over any tokio stream.
//!
#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

#[cfg(feature = "tokio")]
mod client;
mod command;
mod connection;
mod digits;
mod error;
mod event;
mod frame;
mod gate;
mod limits;
mod parse;
mod pipeline;
mod quirk;
mod reader;
#[cfg(feature = "tokio")]
mod refusal;
mod scan;
mod selected;
mod text;
mod turn;
mod types;

#[cfg(feature = "compress")]
pub use client::Deflate;
#[cfg(feature = "tokio")]
pub use client::{Appended, Client, Copied, Fetch, Found, Idle, Listing, LogIn, Stored, Summary};
pub use command::{Command, CommandId, CommandKind};
pub use connection::{Connection, State};
pub use error::Error;
pub use event::{
    BodyStart, Challenge, Completed, Event, FetchItem, FetchStart, Greeting, GreetingKind, IdFields, Labels,
    List, MailboxStatus, Namespace, Namespaces, Notice, Quota, QuotaResource, QuotaRoot, SearchHits,
    SearchItem, Status, Unreadable, Untyped,
};
pub use limits::Limits;
pub use quirk::Quirk;
#[cfg(feature = "tokio")]
pub use refusal::Refusal;
pub use selected::Selected;
pub use text::{Code, CodeName, Condition, Text};
pub use types::{
    Address, Addresses, Append, AppendForm, Attribute, Attributes, BodyStructure, Capabilities, Date,
    DateTime, Disposition, Envelope, FetchAttribute, Flag, FlagIter, Flags, Languages, ListOptions, Mailbox,
    MailboxName, Parameters, Part, PartKind, Partial, Parts, RangeIter, Ranges, SearchKey, SearchOptions,
    Section, SelectParameter, SequenceSet, StatusItem, Store, StoreMode, UidSet,
};
