//! Any bytes from a SMTP server. What a run must not do: see `fuzz_receive`.
#![no_main]

use fuzz::fuzz_receive;
use smtp_min::{Address, Command, Connection, EhloName, Limits, LineEnds, Mail, Rcpt};

fuzz_receive! {
    |c, out| drop(c.send(Command::Ehlo(&EhloName::new("localhost").expect("a name")), out)),
    |c, out| drop(c.send(Command::Authenticate { mechanism: "XOAUTH2", initial_response: None }, out)),
    |c, out| drop(c.respond(b"x", out)),
    |c, out| drop(c.send(Command::Mail(Mail::new(None)), out)),
    |c, out| {
        drop(c.send(Command::Rcpt(Rcpt::new(&Address::new("a@example.org").expect("an address"))), out))
    },
    |c, out| drop(c.send(Command::Data { line_ends: LineEnds::Normalise }, out)),
    |c, out| drop(c.send_body(b".dot\r\n", out)),
    |c, out| drop(c.finish_body(out)),
    |c, out| drop(c.send(Command::Quit, out)),
}
