//! `flag-list` (RFC 9051 section 9).

use nom::character::complete::char;

use super::token::{Parsed, blanks, fault, word};
use crate::quirk::{Quirk, QuirkSet};
use crate::types::Flags;

/// A list of flags in parentheses, or `NIL`. `wildcard` says that `\*` is in order.
pub(crate) fn flags<'i>(i: &'i [u8], wildcard: bool, quirks: &mut QuirkSet) -> Parsed<'i, Flags<'i>> {
    let i = blanks(i);
    if i.first() != Some(&b'(') {
        let (rest, word) = word(i)?;
        if !word.eq_ignore_ascii_case(b"NIL") {
            return fault("flags are no list");
        }
        quirks.insert(Quirk::UnexpectedNil);
        return Ok((rest, Flags::default()));
    }
    let (i, _) = char('(')(i)?;
    let (mut quoted, mut brackets, mut before) = (false, false, b' ');
    for (at, byte) in i.iter().enumerate() {
        match byte {
            b'"' => {
                quoted = !quoted;
                quirks.insert(Quirk::QuotedFlag);
            }
            b'[' => brackets = true,
            b']' => brackets = false,
            b' ' if brackets => quirks.insert(Quirk::SpaceInFlag),
            b'*' if before == b'\\' && !wildcard => quirks.insert(Quirk::WildcardFlag),
            b')' if !quoted => {
                let raw = i.get(..at).unwrap_or_default();
                return Ok((i.get(at + 1..).unwrap_or_default(), Flags::new(raw)));
            }
            b'(' if !quoted => return fault("a list stands among flags"),
            b'\r' | b'\n' => break,
            _ => {}
        }
        before = *byte;
    }
    fault("a list of flags has no end")
}
