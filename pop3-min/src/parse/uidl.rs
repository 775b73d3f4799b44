//! A line of `UIDL` (RFC 1939 section 7) as nearly all are, read in one pass: a mailbox may have a million.

/// A number without a zero in front, one space, an id, CRLF: nothing that is only tolerated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PlainLine<'i> {
    pub(crate) number: u32,
    /// Printable ASCII without a space, never empty.
    pub(crate) unique_id: &'i str,
    /// Without its line end.
    pub(crate) len: usize,
}

/// The line at the front of `text`. What this gives, [`uidl_item`](super::uidl_item) gives too; what it does not give
/// may be cut off, or one of the lines that need a closer look.
pub(crate) fn plain_line(text: &str) -> Option<PlainLine<'_>> {
    /// No `u32` is smaller than a number of so many digits.
    const DIGITS: usize = 9;
    let (mut number, mut digits) = (0_u32, 0);
    for byte in text.bytes().take(DIGITS).take_while(u8::is_ascii_digit) {
        number = number * 10 + u32::from(byte - b'0');
        digits += 1;
    }
    if text.starts_with('0') || digits == 0 {
        return None;
    }
    let rest = text.get(digits..)?.strip_prefix(' ')?;
    let unique_id = rest.get(..graphic_run(rest.as_bytes()))?;
    let ends = rest.as_bytes().get(unique_id.len()..)?.starts_with(b"\r\n");
    (ends && !unique_id.is_empty()).then_some(PlainLine {
        number,
        unique_id,
        len: digits + 1 + unique_id.len(),
    })
}

/// How many octets at the front are printable ASCII and no space. Eight at a time.
fn graphic_run(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let odd = not_graphic(u64::from_le_bytes(*word));
        if odd != 0 {
            return index * 8 + usize::try_from(odd.trailing_zeros() / 8).unwrap_or_default();
        }
    }
    words.len() * 8 + rest.iter().take_while(|byte| byte.is_ascii_graphic()).count()
}

/// A word whose lowest bit set is the highest bit of its first octet outside of `!` to `~`; zero where there is none.
fn not_graphic(word: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * EACH;
    let too_low = !((word | HIGH) - 0x21 * EACH);
    // 0x7f becomes 0x80. What 0xff carries goes to octets behind it.
    let too_high = word | word.wrapping_add(EACH);
    (too_low | too_high) & HIGH
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{graphic_run, plain_line};
    use crate::parse::{UidlLine, uidl_item};

    #[test]
    fn lines() {
        let found = |text| plain_line(text).map(|line| (line.number, line.unique_id, line.len));
        assert_eq!(found("1 whqtswO00WBw418f9t5JxYwZ\r\n2 "), Some((1, "whqtswO00WBw418f9t5JxYwZ", 26)));
        assert_eq!(found("999999999 a\r\n"), Some((999_999_999, "a", 11)));
        for other in [
            "",
            "1",
            "1 ",
            "1 a",
            "1 a\r",
            "1 a\n",
            "1 a \r\n",
            "1  a\r\n",
            " 1 a\r\n",
            "0 a\r\n",
            "01 a\r\n",
            "1 \r\n",
            "1\r\n",
            "1a\r\n",
            "1000000000 a\r\n",
            "1 a b\r\n",
            "1 \u{e4}\r\n",
            ".\r\n",
            ".1 a\r\n",
            "1 a\x7f\r\n",
            "-1 a\r\n",
        ] {
            assert_eq!(found(other), None, "{}", other.escape_debug());
        }
    }

    #[test]
    fn runs_end_at_any_octet_and_any_place() {
        for length in 0..20 {
            for octet in 0..=u8::MAX {
                let mut bytes = vec![b'~'; length];
                bytes.push(octet);
                bytes.extend_from_slice(b"!\xff\xff!!!!!!!!");
                let expected = bytes.iter().position(|byte| !byte.is_ascii_graphic());
                assert_eq!(Some(graphic_run(&bytes)), expected, "{length} {octet}");
                assert_eq!(graphic_run(&bytes[..=length]), length + usize::from(octet.is_ascii_graphic()));
            }
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_tolerant_reading(text in "[01.]?[0-9]{0,11} ?([!-~]{0,80}|\\PC{0,8})[ \t]?\r?\n(2 b\r\n)?") {
            if let Some(line) = plain_line(&text) {
                let whole = &text.as_bytes()[..line.len];
                prop_assert!(text[line.len..].starts_with("\r\n"));
                let expected = UidlLine::Item { number: line.number, unique_id: line.unique_id };
                prop_assert_eq!(uidl_item(whole, usize::MAX), expected);
            }
        }
    }
}
