//! Bytes into one complete reply.

use std::ops::Range;

use memchr::memchr;

use crate::{Error, Limits};

/// A complete reply.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame<'i> {
    /// All its lines, with their line ends.
    pub(crate) raw: &'i [u8],
    /// The last line, without its line end. It is the only one that may be without a code.
    pub(crate) last: &'i [u8],
    /// The last line that looks as if it had an enhanced code; the last one, where none does.
    pub(crate) enhanced: &'i [u8],
    /// The lines have different codes.
    pub(crate) mixed: bool,
    pub(crate) bare_lf: bool,
}

/// Finds the end of a reply of one or more lines, and remembers how far it has looked.
#[derive(Debug, Default)]
pub(crate) struct ReplyScan {
    /// Where the line begins that is being looked at.
    line: usize,
    looked: usize,
    lines: usize,
    bare_lf: bool,
    mixed: bool,
    /// What the line before begins with, where it says that more lines follow.
    head: Option<[u8; 4]>,
    /// The last line that looks as if it had an enhanced code.
    enhanced: Option<Range<usize>>,
    /// The last line, once it is known.
    last: Option<Range<usize>>,
}

impl ReplyScan {
    /// The reply at the front of `input`, or `None` where its last line has no end yet.
    pub(crate) fn reply<'i>(&mut self, input: &'i [u8], limits: &Limits) -> Result<Option<Frame<'i>>, Error> {
        while self.last.is_none() {
            let fresh = input.get(self.looked..).unwrap_or_default();
            let Some(at) = memchr(b'\n', fresh) else {
                self.looked = input.len();
                // The last byte may be the CR of the line end.
                check_line(input.len().saturating_sub(self.line + 1), limits)?;
                check_reply(input.len(), limits)?;
                return Ok(None);
            };
            let lf = self.looked + at;
            let line = input.get(self.line..lf).unwrap_or_default();
            let text = line.strip_suffix(b"\r").unwrap_or(line);
            check_line(text.len(), limits)?;
            check_reply(lf + 1, limits)?;
            self.lines += 1;
            if self.lines > limits.lines {
                return Err(Error::TooLong { what: "the number of lines of a reply", limit: limits.lines });
            }
            self.bare_lf |= text.len() == line.len();
            let place = self.line..self.line + text.len();
            if matches!(text, [_, _, _, _, b'2' | b'4' | b'5', b'.', ..]) {
                self.enhanced = Some(place.clone());
            }
            self.line = lf + 1;
            self.looked = lf + 1;
            let head = text.first_chunk().copied();
            if head.is_some() && head == self.head {
                continue;
            }
            if self.lines > 1 {
                self.mixed |= input.get(..3) != text.get(..3);
            }
            // A line without a code ends the reply too: it is an error, and nothing behind it will mend that.
            match head {
                Some([b'2'..=b'5', b'0'..=b'9', b'0'..=b'9', b'-']) => self.head = head,
                _ => self.last = Some(place),
            }
        }
        let line = |place: &Option<Range<usize>>| place.clone().and_then(|place| input.get(place));
        let last = line(&self.last).unwrap_or_default();
        Ok(Some(Frame {
            raw: input.get(..self.line).unwrap_or_default(),
            last,
            enhanced: line(&self.enhanced).unwrap_or(last),
            mixed: self.mixed,
            bare_lf: self.bare_lf,
        }))
    }

    /// The reply was used up: the next one begins at the front of the input.
    pub(crate) fn consumed(&mut self) {
        *self = ReplyScan::default();
    }
}

fn check_line(octets: usize, limits: &Limits) -> Result<(), Error> {
    if octets > limits.line {
        return Err(Error::TooLong { what: "a line of a reply", limit: limits.line });
    }
    Ok(())
}

fn check_reply(octets: usize, limits: &Limits) -> Result<(), Error> {
    if octets > limits.reply {
        return Err(Error::TooLong { what: "a reply", limit: limits.reply });
    }
    Ok(())
}
