//! Names of mailboxes in modified UTF-7, both ways, and as a reader reads them that is written here bit by bit.
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
        assert_eq!(read(wire).as_deref(), Some(mailbox.name().as_ref()), "{wire:?}");
        let again = Mailbox::from_wire(wire).expect("what was encoded is a name");
        assert_eq!(again.name(), mailbox.name());
    }
    if let Ok(mailbox) = Mailbox::from_wire(text)
        && let Some(name) = read(text)
    {
        assert!(mailbox.name() == name || name.eq_ignore_ascii_case("INBOX"), "{text:?}");
    }
});

/// RFC 3501 section 5.1.3, to the letter; `None` for what it does not allow.
fn read(wire: &str) -> Option<String> {
    const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";
    let mut units = Vec::new();
    let mut characters = wire.chars();
    while let Some(character) = characters.next() {
        if character != '&' {
            units.extend(character.encode_utf16(&mut [0; 2]).iter());
            continue;
        }
        let (mut bits, mut count, mut digits) = (0_u32, 0, 0);
        loop {
            let digit = characters.next()?;
            if digit == '-' {
                break;
            }
            bits = (bits << 6) | u32::try_from(DIGITS.find(digit)?).ok()?;
            (count, digits) = (count + 6, digits + 1);
            if count >= 16 {
                count -= 16;
                units.push(u16::try_from(bits >> count).ok()?);
                bits &= (1 << count) - 1;
            }
        }
        match digits {
            0 => units.push(u16::from(b'&')),
            // No digit more than is needed, and what is left of the last one is nothing.
            _ if count < 6 && bits == 0 => {}
            _ => return None,
        }
    }
    String::from_utf16(&units).ok()
}
