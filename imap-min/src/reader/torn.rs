//! A line end between two items of a `FETCH` response, where none may be.
//!
//! Only the line behind it tells whether the response goes on: it does when that line begins with an item that is
//! known, a blank or a parenthesis, with which no response begins.
//!
//! A line that ends inside an item is not put together again; the item is told as unreadable, and what is left of it as a
//! line that is no response. Servers are known that break a response behind a body (Domino) or before the last
//! parenthesis; inside an item it has been seen once, where a server passed on the folded subject of a message as it was.
//! To read that, a line end within quotes would have to be a part of the text, and then one quote too many, which is more
//! common, would swallow the responses behind it up to the next quote. An item is less.

use super::Walk;

/// More than the longest name of an item.
const LOOK: usize = 16;

impl Walk {
    /// Whether nothing is left of the line, and the parenthesis of the response is still open.
    pub(super) fn is_torn(&self, input: &[u8]) -> bool {
        let left = self.left.saturating_sub(self.tail);
        let blank = || input.get(..left).is_some_and(|text| text.iter().all(|byte| *byte == b' '));
        self.open && self.tail > 0 && self.body_at.is_none() && blank()
    }

    /// Whether the response goes on in the next line; `None` when more input is needed to tell.
    pub(super) fn goes_on(&self, input: &[u8]) -> Option<bool> {
        goes_on(input.get(self.left..).unwrap_or_default())
    }
}

fn goes_on(line: &[u8]) -> Option<bool> {
    match line.first()? {
        b' ' | b'(' | b')' => return Some(true),
        initial if !initial.is_ascii_alphabetic() => return Some(false),
        _ => {}
    }
    let look = line.get(..LOOK.min(line.len())).unwrap_or_default();
    let Some(end) = look.iter().position(|byte| matches!(byte, b' ' | b'[' | b'\r' | b'\n')) else {
        return if look.len() == LOOK { Some(false) } else { None };
    };
    let (name, behind) = look.split_at_checked(end).unwrap_or_default();
    let known: &[&[u8]] = &[
        b"UID",
        b"FLAGS",
        b"BODY",
        b"BINARY",
        b"BINARY.SIZE",
        b"RFC822",
        b"RFC822.SIZE",
        b"RFC822.TEXT",
        b"RFC822.HEADER",
        b"ENVELOPE",
        b"INTERNALDATE",
        b"BODYSTRUCTURE",
        b"MODSEQ",
    ];
    let value = matches!(behind.first(), Some(b' ' | b'['));
    Some(value && known.iter().any(|known| name.eq_ignore_ascii_case(known)))
}

#[cfg(test)]
mod tests {
    use super::goes_on;

    #[test]
    fn a_response_is_told_from_the_rest_of_one() {
        for (line, expected) in [
            (&b""[..], None),
            (b" UID 1)", Some(true)),
            (b")", Some(true)),
            (b"UI", None),
            (b"UID", None),
            (b"uid 1)", Some(true)),
            (b"BODY[] {1}", Some(true)),
            (b"A2 OK", Some(false)),
            (b"A2 ", Some(false)),
            (b"UIDS 1", Some(false)),
            (b"UID\r\n", Some(false)),
            (b"Unavailable for long", Some(false)),
            (b"UnavailableForLonger", Some(false)),
            (b"* 1 FETCH", Some(false)),
            (b"+ ", Some(false)),
            (b"\r\n", Some(false)),
            (b"\0", Some(false)),
        ] {
            assert_eq!(goes_on(line), expected, "{}", line.escape_ascii());
        }
    }
}
