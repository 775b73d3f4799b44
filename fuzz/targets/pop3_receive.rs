//! Any bytes from a POP3 server. What a run must not do: see `fuzz_receive`.
#![no_main]

use fuzz::fuzz_receive;
use pop3_min::{Command, Connection, Limits};

fuzz_receive! {
    |c, out| drop(c.send(Command::Capa, out)),
    |c, out| drop(c.send(Command::Authenticate { mechanism: "XOAUTH2", initial_response: None }, out)),
    |c, out| drop(c.respond(b"x", out)),
    |c, out| drop(c.send(Command::Stat, out)),
    |c, out| drop(c.send(Command::Uidl, out)),
    |c, out| drop(c.send(Command::List, out)),
    |c, out| drop(c.send(Command::Retr { number: 1 }, out)),
    |c, out| drop(c.send(Command::Retr { number: 2 }, out)),
    |c, out| drop(c.send(Command::Quit, out)),
}
