//! A small SMTP submission client: a state machine without I/O, and a tokio client on top of it.
//!
//! # What it is
//!
//! [`Connection`] is the protocol and nothing else: bytes of the server go in, [`Event`]s and the bytes to send come
//! out. It opens no socket, knows no clock, keeps no buffer, and borrows what it reports from the caller's input. A
//! message of any size streams out through it, with its dots stuffed and its line ends made proper.
//!
//! With the feature `tokio`, `Client` drives it over any stream that reads and writes, and its `send` tells of each
//! recipient what became of it.
//!
//! # What it is not
//!
//! - It does no TCP, no TLS and no DNS: bring a stream.
//! - It does not know OAuth: it carries any SASL mechanism's messages. `sasl-xoauth2` makes those of XOAUTH2 and
//!   OAUTHBEARER.
//! - It builds no messages, keeps no queue, and does not try again. It rewrites no messages either, unless the caller
//!   asks for it: 8 bits for a server without `8BITMIME` are refused, or go out as quoted-printable.
//!
//! # The run loop
//!
//! The caller owns the buffers. Input grows at its end until `receive` uses some of it up; what was used, the caller
//! removes. `wants_input` and `receive` are two steps because an event borrows the input that a read would change.
//!
//! ```
//! use smtp_min::{Address, Command, Connection, EhloName, Event, Extension, LineEnds, Limits, Mail, Rcpt};
//!
//! # fn main() -> Result<(), smtp_min::Error> {
//! let mut connection = Connection::new(Limits::default());
//! let mut out = Vec::new(); // to be written to the server
//! let mut input = Vec::new(); // what was read from the server
//! let mut server = [
//!     &b"220 ready\r\n"[..],
//!     b"250-mail.example.org\r\n250 PIPELINING\r\n",
//!     b"250 ok\r\n250 ok\r\n354 go on\r\n",
//!     b"250 2.0.0 queued\r\n",
//! ]
//! .into_iter();
//! let (name, ann) = (EhloName::new("client.example.org")?, Address::new("ann@example.org")?);
//! loop {
//!     if connection.wants_input(&input) {
//!         let Some(bytes) = server.next() else { break }; // a read from the socket
//!         input.extend_from_slice(bytes);
//!         continue;
//!     }
//!     let Some((used, event)) = connection.receive(&input, &mut out)? else { continue };
//!     match event {
//!         Event::Greeting(_) => {
//!             connection.send(Command::Ehlo(&name), &mut out)?;
//!         }
//!         // The answer to EHLO: the rest goes in one flight.
//!         Event::Completed { .. } if out.ends_with(b"EHLO client.example.org\r\n") => {
//!             assert!(connection.capabilities().is_some_and(|c| c.has(Extension::Pipelining)));
//!             connection.send(Command::Mail(Mail::new(Some(&ann))), &mut out)?;
//!             connection.send(Command::Rcpt(Rcpt::new(&ann)), &mut out)?;
//!             connection.send(Command::Data { line_ends: LineEnds::Normalise }, &mut out)?;
//!         }
//!         Event::Ready { .. } => {
//!             connection.send_body(b"Subject: hi\n\n.dot", &mut out)?;
//!             connection.finish_body(&mut out)?;
//!         }
//!         _ => {}
//!     }
//!     input.drain(..used);
//! }
//! assert!(out.ends_with(b"DATA\r\nSubject: hi\r\n\r\n..dot\r\n.\r\n"));
//! # Ok(())
//! # }
//! ```
//!
//! # What became of a message
//!
//! `Client::send` reports the message and each recipient. `Outcome::Unknown` means that the whole message went out and
//! no answer came back: it may have been taken or not. Give each message a `Message-ID` before it is sent the first
//! time, so that a second copy can be told from a second message.
//!
//! [`Reply::condition`] and [`Reply::advice`] tell what a refusal is about, and whether to wait, to have something
//! fixed, or to give up.
//!
//! # Limits
//!
//! Whatever a server can make grow is bounded by a field of [`Limits`]; work is linear in the bytes received, also
//! when they come one at a time.
//!
//! # Features
//!
//! - `tokio` (off): `Client` with `Envelope`, `Transfer`, `EightBit` and `SendReport`, `Refusal`, and the error variants that only a client can
//!   have.
//!
//! # Standards
//!
//! | RFC | what of it |
//! |---|---|
//! | [5321](https://www.rfc-editor.org/rfc/rfc5321) | EHLO, HELO, MAIL, RCPT, DATA, VRFY, RSET, NOOP, QUIT, replies, time-outs |
//! | [2033](https://www.rfc-editor.org/rfc/rfc2033) | LMTP: LHLO, an answer for each recipient |
//! | [3030](https://www.rfc-editor.org/rfc/rfc3030) | CHUNKING: BDAT; BINARYMIME |
//! | [3461](https://www.rfc-editor.org/rfc/rfc3461), [6533](https://www.rfc-editor.org/rfc/rfc6533) | DSN: RET, ENVID, NOTIFY, ORCPT |
//! | [8689](https://www.rfc-editor.org/rfc/rfc8689) | REQUIRETLS |
//! | [1870](https://www.rfc-editor.org/rfc/rfc1870) | SIZE |
//! | [2034](https://www.rfc-editor.org/rfc/rfc2034), [3463](https://www.rfc-editor.org/rfc/rfc3463) | enhanced status codes |
//! | [2920](https://www.rfc-editor.org/rfc/rfc2920) | PIPELINING |
//! | [3207](https://www.rfc-editor.org/rfc/rfc3207) | STARTTLS |
//! | [4954](https://www.rfc-editor.org/rfc/rfc4954) | AUTH |
//! | [6152](https://www.rfc-editor.org/rfc/rfc6152) | 8BITMIME |
//! | [6531](https://www.rfc-editor.org/rfc/rfc6531) | SMTPUTF8 |

#![cfg_attr(docsrs, feature(doc_cfg))]

mod answer;
mod capabilities;
#[cfg(feature = "tokio")]
mod client;
mod command;
mod connection;
#[cfg(feature = "tokio")]
mod downgrade;
mod error;
mod event;
mod frame;
mod limits;
mod parse;
mod protocol;
mod quirk;
mod reply;
mod stuffing;
mod types;

pub use capabilities::{Capabilities, Extension};
#[cfg(feature = "tokio")]
pub use client::{Client, EightBit, Envelope, Outcome, RecipientOutcome, Refusal, SendReport, Transfer};
pub use command::{Command, CommandId, Mail, Rcpt};
pub use connection::{Connection, State};
pub use error::Error;
pub use event::{Challenge, Event, Greeting};
pub use limits::Limits;
pub use protocol::Protocol;
pub use quirk::Quirk;
pub use reply::{Advice, Condition, EnhancedCode, Reply, Severity};
pub use types::{Address, BodyType, EhloName, EnvelopeId, LineEnds, Notify, OriginalRecipient, Return};

/// The example of the README, compiled.
#[cfg(all(doctest, feature = "tokio"))]
#[doc = include_str!("../README.md")]
struct Readme;
