//! Names of mailboxes in modified UTF-7, both ways.
#![no_main]

use imap_min::Mailbox;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(mailbox) = Mailbox::new(text) {
        // `INBOX` has one name, in whichever case it is given.
        let same = mailbox.name() == text || mailbox.name().eq_ignore_ascii_case(text);
        assert!(same, "{text:?} came back as {:?}", mailbox.name());
        let wire = mailbox.wire();
        assert!(wire.is_ascii() && !wire.bytes().any(|byte| matches!(byte, 0 | b'\r' | b'\n')), "{wire:?}");
        let again = Mailbox::from_wire(wire).expect("what was encoded is a name");
        assert_eq!(again.name(), mailbox.name());
    }
    if let Ok(mailbox) = Mailbox::from_wire(text) {
        let _ = mailbox.name();
    }
});
