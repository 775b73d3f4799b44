//! The smallest parts as the grammar has them, for what is recognised in one pass and read later. Each gives what
//! follows it, and `None` when something else is there.

use super::token::literal_length;
use crate::scan::quote;

/// `nstring`.
pub(super) fn nstring(i: &[u8]) -> Option<&[u8]> {
    match i.first()? {
        b'N' | b'n' => nil(i),
        _ => string(i),
    }
}

/// `string`.
pub(super) fn string(i: &[u8]) -> Option<&[u8]> {
    match i.first()? {
        b'"' => {
            let mut rest = i.get(1..)?;
            loop {
                let at = quote(rest)?;
                if rest.get(at) == Some(&b'"') {
                    return rest.get(at + 1..);
                }
                rest = rest.get(at + 2..)?;
            }
        }
        b'{' => {
            let (rest, length) = literal_length(i).ok()?;
            rest.get(usize::try_from(length).ok()?..)
        }
        _ => None,
    }
}

/// `nil`.
pub(super) fn nil(i: &[u8]) -> Option<&[u8]> {
    match i {
        [b'N' | b'n', b'I' | b'i', b'L' | b'l', rest @ ..] => Some(rest),
        _ => None,
    }
}

/// `number64`.
pub(super) fn number(i: &[u8]) -> Option<&[u8]> {
    let digits = i.iter().take_while(|byte| byte.is_ascii_digit()).count();
    // More digits may be no number of 64 bits.
    if (1..=19).contains(&digits) { i.get(digits..) } else { None }
}

/// One blank.
pub(super) fn blank(i: &[u8]) -> Option<&[u8]> {
    i.strip_prefix(b" ")
}
