//! What the targets share.

pub mod meaning;
pub mod session;

pub use libfuzzer_sys;

/// Any bytes from a server, in any pieces, while a caller says `$say` one after the other: no panic, no endless loop,
/// nothing consumed that is not there, and nothing more after an error. What the state forbids to say is refused.
///
/// The crates have one shape and no common type, so that this is a macro: `Connection` and `Limits` are the target's.
#[macro_export]
macro_rules! fuzz_receive {
    ($($say:expr,)*) => {
        type Say = fn(&mut Connection, &mut Vec<u8>);

        fn commands() -> Vec<Say> {
            vec![$($say),*]
        }

        $crate::libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
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
    };
}
