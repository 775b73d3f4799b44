//! Any bytes from a SMTP server, in any pieces: no panic, no endless loop, nothing consumed that is not there.
#![no_main]

use libfuzzer_sys::fuzz_target;
use smtp_min::{Address, Command, Connection, EhloName, Limits, LineEnds, Mail, Rcpt};

fuzz_target!(|bytes: &[u8]| {
    let Some((cut, bytes)) = bytes.split_first() else { return };
    let mut connection = Connection::new(Limits::default());
    let mut out = Vec::new();
    let mut commands = commands().into_iter();
    let (mut input, mut fed) = (Vec::new(), 0);
    // Pieces of one size: 1 to 256 octets.
    let piece = usize::from(*cut) + 1;
    // Every octet may bring some events, and none may bring them for ever.
    let mut budget = 64 + 16 * bytes.len();
    loop {
        budget = budget.checked_sub(1).expect("an event without end");
        let waits = connection.wants_input(&input);
        match connection.receive(&input, &mut out) {
            Ok(Some((used, event))) => {
                assert!(!waits, "an event, although more input was wanted");
                let _ = format!("{event:?}");
                assert!(used <= input.len());
                input.drain(..used);
            }
            Ok(None) => {
                // Something to answer, as soon as it is allowed.
                if let Some(command) = commands.next() {
                    command(&mut connection, &mut out);
                }
                if fed == bytes.len() {
                    let _ = connection.receive_eof();
                    return;
                }
                let end = bytes.len().min(fed + piece);
                input.extend_from_slice(&bytes[fed..end]);
                fed = end;
            }
            Err(_) => {
                assert!(connection.receive(&input, &mut out).is_err(), "usable after an error");
                return;
            }
        }
    }
});

type Say = fn(&mut Connection, &mut Vec<u8>);

/// What the caller says, one after the other; what the state forbids is refused.
fn commands() -> Vec<Say> {
    vec![
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
    ]
}
