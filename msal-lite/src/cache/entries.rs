//! The entries of a cache text one after the other, through a small buffer: a file of megabytes is never in memory as a
//! whole.
//!
//! What is looked at is where strings, objects and arrays end, and no more: what an entry is, its reader finds out.

use std::{io::Read, ops::Range};

use memchr::memchr2;
use serde_core::de::{Deserialize, IgnoredAny};

use crate::Body;

/// The text is damaged, cut off, or not of the usual shape: it is to be read as a whole, which tells what it is.
#[derive(Debug)]
pub(super) struct Unclear;

/// How much is read at a time. Grows for an entry that is larger.
const PIECE: usize = 64 * 1024;

/// Shows all entries of the sections that `wanted` picks: section, key and value, the latter two as JSON. What is in the
/// other sections is not looked at, and may be anything.
pub(super) fn entries<R: Read>(
    reader: R,
    wanted: impl Fn(&str) -> bool,
    mut show: impl FnMut(&str, &[u8], &[u8]) -> Result<(), Unclear>,
) -> Result<(), Unclear> {
    let mut text = Text { reader, buffer: Body::new(vec![0; PIECE]), end: 0, at: 0, mark: 0 };
    text.skip_mark_of_order()?;
    text.members(|text, name| {
        let name: String = parse(text.get(&name))?;
        if !wanted(&name) {
            return text.pass_over();
        }
        text.members(|text, key| {
            let value = text.value()?;
            show(&name, text.get(&key), text.get(&value))
        })
    })?;
    match text.next()? {
        Some(_) => Err(Unclear),
        None => Ok(()),
    }
}

/// What JSON says, as a type that may borrow from it.
pub(super) fn parse<'t, T: Deserialize<'t>>(json: &'t [u8]) -> Result<T, Unclear> {
    serde_json::from_slice(json).map_err(|_| Unclear)
}

/// Whether it is JSON at all.
pub(super) fn check(json: &[u8]) -> Result<(), Unclear> {
    parse::<IgnoredAny>(json).map(drop)
}

struct Text<R> {
    reader: R,
    /// Wiped, when it is outgrown too.
    buffer: Body,
    /// How much of the buffer is filled.
    end: usize,
    at: usize,
    /// What is behind it is kept; places are counted from it.
    mark: usize,
}

impl<R: Read> Text<R> {
    fn get(&self, place: &Range<usize>) -> &[u8] {
        self.unread().get(self.mark + place.start..self.mark + place.end).unwrap_or_default()
    }

    /// What is filled of the buffer.
    fn unread(&self) -> &[u8] {
        self.buffer.expose().get(..self.end).unwrap_or_default()
    }

    /// Reads more, over what is not kept. False at the end.
    fn fill(&mut self) -> Result<bool, Unclear> {
        let kept = self.mark..self.end;
        if kept.len() == self.buffer.len() {
            let mut larger = Vec::with_capacity(2 * self.buffer.len());
            larger.extend_from_slice(self.buffer.expose());
            larger.resize(larger.capacity(), 0);
            self.buffer = Body::new(larger);
        } else if self.mark > 0 {
            self.buffer.as_mut_slice().copy_within(kept.clone(), 0);
            (self.end, self.at, self.mark) = (kept.len(), self.at - self.mark, 0);
        }
        let room = self.buffer.as_mut_slice().get_mut(self.end..).unwrap_or_default();
        let read = self.reader.read(room).map_err(|_| Unclear)?;
        self.end += read;
        Ok(read > 0)
    }

    /// RFC 8259 section 8.1 lets a reader pass over a byte order mark.
    fn skip_mark_of_order(&mut self) -> Result<(), Unclear> {
        while self.end < 3 && self.fill()? {}
        if self.unread().starts_with(b"\xef\xbb\xbf") {
            self.at = 3;
        }
        Ok(())
    }

    /// The next octet that is no blank, not used up; `None` at the end.
    fn next(&mut self) -> Result<Option<u8>, Unclear> {
        loop {
            while let Some(octet) = self.unread().get(self.at) {
                if !matches!(octet, b' ' | b'\t' | b'\r' | b'\n') {
                    return Ok(Some(*octet));
                }
                self.at += 1;
            }
            if !self.fill()? {
                return Ok(None);
            }
        }
    }

    fn expect(&mut self, octet: u8) -> Result<(), Unclear> {
        if self.next()? != Some(octet) {
            return Err(Unclear);
        }
        self.at += 1;
        Ok(())
    }

    /// An object: calls `each` behind each name and its colon. Nothing before that name is kept.
    fn members(
        &mut self,
        mut each: impl FnMut(&mut Self, Range<usize>) -> Result<(), Unclear>,
    ) -> Result<(), Unclear> {
        self.expect(b'{')?;
        let mut first = true;
        loop {
            match (self.next()?, first) {
                (Some(b'}'), _) => break,
                (Some(b','), false) => {
                    self.at += 1;
                    self.next()?;
                }
                (Some(b'"'), true) => {}
                _ => return Err(Unclear),
            }
            first = false;
            self.mark = self.at;
            let name = self.string()?;
            self.expect(b':')?;
            each(self, name)?;
        }
        self.at += 1;
        Ok(())
    }

    /// Where the string is that begins here, with its quotes.
    fn string(&mut self) -> Result<Range<usize>, Unclear> {
        let from = self.at - self.mark;
        self.expect(b'"')?;
        loop {
            let rest = self.unread().get(self.at..).unwrap_or_default();
            match memchr2(b'"', b'\\', rest) {
                Some(length) if rest.get(length) == Some(&b'"') => {
                    self.at += length + 1;
                    return Ok(from..self.at - self.mark);
                }
                // Whatever the backslash stands before ends no string.
                Some(length) if length + 1 < rest.len() => self.at += length + 2,
                found => {
                    self.at += found.unwrap_or(rest.len());
                    if !self.fill()? {
                        return Err(Unclear);
                    }
                }
            }
        }
    }

    /// Where the value is that comes next.
    fn value(&mut self) -> Result<Range<usize>, Unclear> {
        self.next()?;
        let (from, mut depth) = (self.at - self.mark, 0);
        while !self.token(&mut depth)? {}
        Ok(from..self.at - self.mark)
    }

    /// Passes over the value that comes next, and keeps nothing of it.
    fn pass_over(&mut self) -> Result<(), Unclear> {
        let mut depth = 0;
        loop {
            self.mark = self.at;
            if self.token(&mut depth)? {
                return Ok(());
            }
        }
    }

    /// Passes over one token of a value, so many objects and arrays deep; whether it was the last.
    fn token(&mut self, depth: &mut usize) -> Result<bool, Unclear> {
        match self.next()?.ok_or(Unclear)? {
            b'"' => {
                self.string()?;
            }
            b'{' | b'[' => {
                *depth += 1;
                self.at += 1;
            }
            b'}' | b']' => {
                *depth = depth.checked_sub(1).ok_or(Unclear)?;
                self.at += 1;
            }
            _ => self.scalar()?,
        }
        Ok(*depth == 0)
    }

    /// Passes over a number or a word, or over a mark between values.
    fn scalar(&mut self) -> Result<(), Unclear> {
        self.at += 1;
        loop {
            while let Some(octet) = self.unread().get(self.at) {
                if !matches!(octet, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'+' | b'-' | b'.') {
                    return Ok(());
                }
                self.at += 1;
            }
            if !self.fill()? {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read};

    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    use super::{PIECE, Unclear, check, entries, parse};

    /// Gives so many octets at a time.
    struct Slowly<'t>(&'t [u8], usize);

    impl Read for Slowly<'_> {
        fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
            let piece = self.1.min(room.len());
            self.0.read(&mut room[..piece])
        }
    }

    /// All entries, as a whole reading would have them.
    fn read(text: &[u8], piece: usize) -> Result<Map<String, Value>, Unclear> {
        let mut found = Map::new();
        entries(
            Slowly(text, piece),
            |name| name != "passed over",
            |section, key, value| {
                check(value)?;
                let entries = found.entry(section).or_insert_with(|| json!({}));
                entries.as_object_mut().unwrap().insert(parse(key)?, parse(value)?);
                Ok(())
            },
        )?;
        Ok(found)
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<i32>().prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
            "[\"\\\\{}\\[\\],: a\n\u{e4}]{0,6}".prop_map(Value::from),
        ];
        leaf.prop_recursive(2, 12, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::hash_map("[\"\\\\}a]{0,3}", inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    fn root() -> impl Strategy<Value = Map<String, Value>> {
        let section = prop::collection::hash_map("[\"\\\\a]{0,3}", value(), 1..4);
        prop::collection::hash_map("[\"A\\\\]{1,3}", section, 0..4).prop_map(|sections| {
            let object = |(name, section): (String, std::collections::HashMap<_, _>)| {
                (name, Value::Object(section.into_iter().collect()))
            };
            sections.into_iter().map(object).collect()
        })
    }

    proptest! {
        #[test]
        fn as_the_whole_reading(root in root(), pretty in any::<bool>(), piece in 1..9_usize, fault in any::<(prop::sample::Index, u8)>()) {
            let mut text = if pretty { serde_json::to_vec_pretty(&root) } else { serde_json::to_vec(&root) }.unwrap();
            prop_assert_eq!(&read(&text, piece).unwrap(), &root);
            // What the whole reading refuses is never taken.
            let at = fault.0.index(text.len());
            text[at] = fault.1;
            if let Ok(found) = read(&text, piece) {
                let whole: Result<Map<String, Value>, _> = serde_json::from_slice(&text);
                prop_assert!(whole.is_ok(), "{}", text.escape_ascii());
                let whole = whole.unwrap().into_iter().filter(|(_, section)| section != &json!({}));
                // Of two sections of one name the whole reading has the last.
                prop_assert!(whole.into_iter().all(|(name, _)| found.contains_key(&name)));
            }
        }
    }

    #[test]
    fn shapes() {
        let found = |text: &str| read(text.as_bytes(), 3).map_err(|Unclear| ());
        let one = json!({"A": {"b": {"c": [1]}}}).as_object().cloned();
        assert_eq!(
            found("\u{feff} {\"A\" : {\"b\":{\"c\":[1]}} , \"passed over\": [[}{\"}\"]] }\n").ok(),
            one
        );
        assert_eq!(found("{}"), Ok(Map::new()));
        assert_eq!(found(r#"{"A":{}}"#), Ok(Map::new()));
        for odd in [
            "",
            " ",
            "\u{feff}",
            "[]",
            "{",
            "{}{",
            "{},",
            "{,}",
            r#"{"A":{},}"#,
            r#"{"A":1}"#,
            r#"{"A":{"b":1},,}"#,
            r#"{"A":{"b":1,}}"#,
            r#"{"A":{"b"}}"#,
            r#"{"A":{"b":}}"#,
            r#"{"A":{"b":1]}}"#,
            r#"{"A" {}}"#,
            r#"{"A":{"b":1 "c":2}}"#,
            r#"{"A":{"b":"c}}"#,
            r#"{"A":{"b":1}"#,
            r#"{"A":{"b":{]}}}"#,
            r#"{"A":{"b":01}}"#,
            r#"{"A":{"b":1 2}}"#,
        ] {
            assert_eq!(found(odd), Err(()), "{odd}");
        }
    }

    #[test]
    fn an_entry_may_be_larger_than_the_buffer() {
        for length in [PIECE - 20, PIECE, PIECE + 1, 5 * PIECE] {
            let root = json!({"A": {"b": 1, "c": {"d": "x".repeat(length)}, "e": "\\".repeat(length / 4)}, "B": {"f": 2}});
            let text = serde_json::to_vec_pretty(&root).unwrap();
            for piece in [1000, PIECE, 4 * PIECE] {
                assert_eq!(Some(&read(&text, piece).unwrap()), root.as_object());
            }
        }
    }
}
