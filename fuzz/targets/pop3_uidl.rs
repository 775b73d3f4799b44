//! `receive_uidl` and `receive` read the same listing, whatever the server sends and in whichever pieces it comes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pop3_min::{Command, Connection, Event, Limits};

fuzz_target!(|bytes: &[u8]| {
    let Some((cut, bytes)) = bytes.split_first() else { return };
    let (short, plain) = (listing(bytes, usize::from(*cut) + 1, true), listing(bytes, usize::MAX, false));
    assert_eq!(short, plain);
});

/// Numbers and ids in their order, quirks among them, and how it ended.
fn listing(bytes: &[u8], piece: usize, short: bool) -> (Vec<String>, bool) {
    let mut limits = Limits::default();
    (limits.listing, limits.unique_id) = (64, 40);
    let mut connection = Connection::new(limits);
    let mut out = Vec::new();
    connection.receive(b"+OK\r\n", &mut out).expect("a greeting");
    let login = Command::Authenticate { mechanism: "X", initial_response: Some(b"x") };
    connection.send(login, &mut out).expect("a login");
    connection.receive(b"+OK\r\n", &mut out).expect("an answer");
    connection.send(Command::Uidl, &mut out).expect("a command");
    let (mut told, mut input) = (Vec::new(), b"+OK\r\n".to_vec());
    let mut rest = bytes.chunks(piece.min(bytes.len().max(1)));
    loop {
        if short {
            let used = connection.receive_uidl(&input, |number, id| told.push(format!("{number} {id}")));
            input.drain(..used);
        }
        match connection.receive(&input, &mut out) {
            Ok(Some((used, event))) => {
                match event {
                    Event::UidlItem { number, unique_id, .. } => told.push(format!("{number} {unique_id}")),
                    Event::ListingEnd { .. } => return (told, true),
                    Event::ListingStart { .. } => {}
                    other => told.push(format!("{other:?}")),
                }
                input.drain(..used);
            }
            Ok(None) => match rest.next() {
                Some(piece) => input.extend(piece),
                None => return (told, connection.receive_eof().is_ok()),
            },
            Err(_) => return (told, false),
        }
    }
}
