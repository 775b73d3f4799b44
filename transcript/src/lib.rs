//! Replays recorded dialogues against the protocol machines of this workspace.
//!
//! A transcript is a text file. Each line starts with a mark and one blank:
//!
//! | mark | meaning |
//! |---|---|
//! | `#` | a comment |
//! | `>` | the caller does something; the test's [`Machine`] reads it |
//! | `C:` | a line that the client must send |
//! | `S:` | a line that the server sends |
//! | `S~` | the same without the line end |
//! | `E:` | an event that must come |
//! | `X:` | the error that must come; nothing may follow in this file |
//! | `$` | the server closes the connection |
//!
//! `C:` and `S:` lines end in CRLF on the wire. `\r`, `\n`, `\0`, `\t`, `\\` and `\xHH` stand for themselves, and
//! `\*N(text)` for `text` N times.
//!
//! [`check`] replays a file with each run of server bytes (from one `>` to the next) delivered whole, byte by
//! byte, split in two at every place, and with bytes behind it that belong to nothing yet. The events, the
//! errors and the client's bytes must be the same each time. Neighbouring body events, which a split may
//! multiply, are joined by [`Machine::join`].

#![expect(clippy::indexing_slicing, reason = "the input is a test's own file")]

mod file;
mod replay;

pub use replay::{Machine, Step, check, check_folder};
