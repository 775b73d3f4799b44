//! A small POP3 client: a state machine without I/O, and a tokio client on top of it.
//!
//! # What it is
//!
//! [`Connection`] is the protocol and nothing else: bytes of the server go in, [`Event`]s and the bytes to send come
//! out. It opens no socket, knows no clock, keeps no buffer, and borrows what it reports from the caller's input. A
//! message of any size streams through it as [`Event::BodyStart`], [`Event::Body`]s and [`Event::BodyEnd`], with the
//! dots unstuffed and the message's own line ends kept.
//!
//! With the feature `tokio`, `Client` drives it over any stream that reads and writes.
//!
//! # What it is not
//!
//! - It does no TCP, no TLS and no DNS: bring a stream.
//! - It does not know OAuth: it carries any SASL mechanism's messages. `sasl-xoauth2` makes those of XOAUTH2 and
//!   OAUTHBEARER.
//! - It parses no messages: `RETR` gives bytes.
//! - It never falls back from a token to a password: `USER`, `PASS` and `APOP` are sent when they are called for.
//!
//! # The run loop
//!
//! The caller owns the buffers. Input grows at its end until `receive` uses some of it up; what was used, the caller
//! removes. `wants_input` and `receive` are two steps because an event borrows the input that a read would change.
//!
//! ```
//! use pop3_min::{Command, Connection, Event, Limits};
//!
//! # fn main() -> Result<(), pop3_min::Error> {
//! let mut connection = Connection::new(Limits::default());
//! let mut out = Vec::new(); // to be written to the server
//! let mut input = Vec::new(); // what was read from the server
//! let mut server = [&b"+OK ready\r\n"[..], b"+OK\r\nUIDL\r\nSASL XOAU", b"TH2\r\n.\r\n"].into_iter();
//! let mut capabilities = Vec::new();
//!
//! connection.send(Command::Capa, &mut out)?; // the greeting may still be on its way
//! loop {
//!     if connection.wants_input(&input) {
//!         let Some(bytes) = server.next() else { break }; // a read from the socket
//!         input.extend_from_slice(bytes);
//!         continue;
//!     }
//!     let Some((used, event)) = connection.receive(&input, &mut out)? else { continue };
//!     match event {
//!         Event::Greeting(greeting) => assert_eq!(greeting.reply.text_lossy(), "ready"),
//!         Event::CapaItem { capability, .. } => capabilities.push(capability),
//!         _ => {}
//!     }
//!     input.drain(..used);
//! }
//! assert_eq!(out, b"CAPA\r\n");
//! assert_eq!(capabilities.len(), 2);
//! # Ok(())
//! # }
//! ```
//!
//! # Limits
//!
//! Whatever a server can make grow is bounded by a field of [`Limits`]; work is linear in the bytes received, also
//! when they come one at a time.
//!
//! # Features
//!
//! - `tokio` (off): `Client` with `Batch` and `Fetch`, `Refusal`, and the error variants that only a client can have.
//! - `apop` (off): `Greeting::apop_digest`, and `Client::apop` with `tokio`.
//!
//! # Standards
//!
//! | RFC | what of it |
//! |---|---|
//! | [1939](https://www.rfc-editor.org/rfc/rfc1939) | all: greeting, USER, PASS, APOP, STAT, LIST, UIDL, TOP, RETR, DELE, RSET, NOOP, QUIT |
//! | [2449](https://www.rfc-editor.org/rfc/rfc2449) | CAPA, response codes, pipelining |
//! | [2595](https://www.rfc-editor.org/rfc/rfc2595) | STLS |
//! | [3206](https://www.rfc-editor.org/rfc/rfc3206) | `[SYS/TEMP]`, `[SYS/PERM]`, `[AUTH]` |
//! | [5034](https://www.rfc-editor.org/rfc/rfc5034) | AUTH in two steps and in one line |
//! | [6856](https://www.rfc-editor.org/rfc/rfc6856) | UTF8, LANG, `UTF8 USER`, `[UTF8]` |

#![cfg_attr(docsrs, feature(doc_cfg))]

mod answer;
#[cfg(feature = "tokio")]
mod client;
mod command;
mod connection;
mod error;
mod event;
mod frame;
mod limits;
mod parse;
mod quirk;
mod types;

#[cfg(feature = "tokio")]
pub use client::{Batch, Client, Deleted, Fetch, Listed, Refusal};
pub use command::{Command, CommandId};
pub use connection::{Connection, State};
pub use error::Error;
pub use event::{Challenge, Event, Greeting, Reply};
pub use limits::Limits;
pub use quirk::Quirk;
pub use types::{Capabilities, Capability, Code, Status};

/// The example of the README, compiled.
#[cfg(all(doctest, feature = "tokio"))]
#[doc = include_str!("../README.md")]
struct Readme;
