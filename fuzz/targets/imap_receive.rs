//! Any bytes from a IMAP server. What a run must not do: see `fuzz_receive`.
#![no_main]

use fuzz::fuzz_receive;
use imap_min::{Command, Connection, FetchAttribute, Limits, Mailbox, SearchKey, Section, UidSet};

fuzz_receive! {
    |c, out| drop(c.send(Command::Capability, out)),
    |c, out| {
        drop(c.send(Command::Authenticate { mechanism: "XOAUTH2", initial_response: Some(b"x") }, out))
    },
    |c, out| drop(c.respond(b"", out)),
    |c, out| drop(c.send(Command::Select { mailbox: &Mailbox::inbox() }, out)),
    |c, out| drop(c.send(Command::UidSearch { keys: &[SearchKey::All] }, out)),
    |c, out| {
        let attributes =
            [FetchAttribute::Flags, FetchAttribute::Envelope, FetchAttribute::body(Section::Full)];
        drop(c.send(Command::UidFetch { messages: &UidSet::all(), attributes: &attributes }, out));
    },
    |c, out| drop(c.send(Command::Noop, out)),
    |c, out| drop(c.send(Command::Logout, out)),
}
