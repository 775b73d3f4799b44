//! The short way through `UIDL` gives what the long way gives, wherever the pieces end.

use pop3_min::{Command, Connection, Event, Limits, Quirk, State};
use proptest::prelude::*;

use crate::script::logged_in;

/// Numbers and unique ids, the quirks between them, and how it ended.
fn listed(pieces: &[&[u8]], short: bool) -> (Vec<String>, Vec<Quirk>, String) {
    let mut limits = Limits::default();
    limits.unique_id = 20;
    limits.line = 40;
    limits.listing = 12;
    let mut connection = logged_in(limits);
    connection.send(Command::Uidl, &mut Vec::new()).unwrap();
    let (mut ids, mut quirks, mut input) = (Vec::new(), Vec::new(), Vec::new());
    for piece in pieces {
        input.extend_from_slice(piece);
        loop {
            let mut used = 0;
            if short {
                used = connection.receive_uidl(&input, |number, id| ids.push(format!("{number} {id}")));
            }
            match connection.receive(&input[used..], &mut Vec::new()) {
                Ok(None) => {
                    input.drain(..used);
                    break;
                }
                Ok(Some((more, event))) => {
                    used += more;
                    match event {
                        Event::UidlItem { number, unique_id, .. } => {
                            ids.push(format!("{number} {unique_id}"))
                        }
                        Event::Quirk(quirk) => quirks.push(quirk),
                        Event::ListingEnd { .. } => return (ids, quirks, "the end".to_owned()),
                        _ => {}
                    }
                }
                Err(error) => return (ids, quirks, error.to_string()),
            }
            input.drain(..used);
        }
    }
    (ids, quirks, "more to come".to_owned())
}

fn answer() -> impl Strategy<Value = Vec<u8>> {
    let plain = (1_u32..2000, "[!-~]{1,12}").prop_map(|(number, id)| format!("{number} {id}\r\n"));
    let odd = vec![
        "1 a\n",
        "1 a b\r\n",
        "1 \u{e4}\r\n",
        "1\r\n",
        "0 a\r\n",
        "x\r\n",
        "01 a\r\n",
        "..\r\n",
        "4294967296 a\r\n",
        "7 a\r\n7 a\r\n",
        "8 abcdefghijklmnopqrst\r\n",
        "8 abcdefghijklmnopqrstu\r\n",
        "9 \x07\r\n",
        "9 abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz\r\n",
    ];
    let line = prop_oneof![4 => plain, 1 => prop::sample::select(odd).prop_map(str::to_owned)];
    prop::collection::vec(line, 0..16)
        .prop_map(|lines| format!("+OK\r\n{}.\r\n", lines.concat()).into_bytes())
}

proptest! {
    #[test]
    fn the_short_way_agrees_with_the_long_way(answer in answer(), cut in any::<prop::sample::Index>()) {
        let expected = listed(&[&answer], false);
        prop_assert_eq!(&listed(&[&answer], true), &expected);
        let (first, second) = answer.split_at(cut.index(answer.len()));
        prop_assert_eq!(&listed(&[first, second], true), &expected);
        let octets: Vec<&[u8]> = answer.chunks(1).collect();
        prop_assert_eq!(&listed(&octets, true), &expected);
    }
}

#[test]
fn it_is_taken_as_far_as_it_goes() {
    let mut connection = logged_in(Limits::default());
    let none = |connection: &mut Connection| {
        assert_eq!(connection.receive_uidl(b"1 a\r\n", |_, _| unreachable!()), 0);
    };
    none(&mut connection);
    for command in [Command::List, Command::Uidl] {
        connection.send(command, &mut Vec::new()).unwrap();
    }
    none(&mut connection);
    connection.receive(b"+OK\r\n", &mut Vec::new()).unwrap();
    none(&mut connection);
    connection.receive(b".\r\n", &mut Vec::new()).unwrap();
    none(&mut connection);
    connection.receive(b"+OK\r\n", &mut Vec::new()).unwrap();
    // A hundred lines in more than one window, and one that is cut.
    let mut lines: String = (1..=100).map(|number| format!("{number} {}\r\n", "x".repeat(60))).collect();
    let whole = lines.len();
    lines.push_str("101 cut");
    let mut found = 0;
    let used = connection.receive_uidl(lines.as_bytes(), |number, _| {
        found += 1;
        assert_eq!(number, found);
    });
    assert_eq!((found, used), (100, whole));
    connection.receive(b"+OK of nothing\r\n.\r\n", &mut Vec::new()).unwrap();
    connection.receive(b".\r\n", &mut Vec::new()).unwrap();
    none(&mut connection);
    assert_eq!(connection.state(), State::Transaction);
    connection.receive(b"1 a\r\n", &mut Vec::new()).unwrap_err();
    none(&mut connection);
}
