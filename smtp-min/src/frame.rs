//! Bytes into one complete reply.

use memchr::memchr;

use crate::{Error, Limits};

/// A complete reply.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame<'i> {
    /// All its lines, with their line ends.
    pub(crate) raw: &'i [u8],
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
    /// Where the reply ends, once that is known.
    end: Option<usize>,
}

impl ReplyScan {
    /// The reply at the front of `input`, or `None` where its last line has no end yet.
    pub(crate) fn reply<'i>(&mut self, input: &'i [u8], limits: &Limits) -> Result<Option<Frame<'i>>, Error> {
        while self.end.is_none() {
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
            self.line = lf + 1;
            self.looked = lf + 1;
            // A line without a code ends the reply too: it is an error, and nothing behind it will mend that.
            if !matches!(text, [b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'-', ..]) {
                self.end = Some(lf + 1);
            }
        }
        let raw = self.end.and_then(|end| input.get(..end)).unwrap_or_default();
        Ok(Some(Frame { raw, bare_lf: self.bare_lf }))
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
