//! Bytes into one line of a reply, or a run of body bytes.

use memchr::memchr;
use memchr::memmem::Finder;

use crate::Error;

/// One line of a reply.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line<'i> {
    /// Without its line end.
    pub(crate) text: &'i [u8],
    /// With its line end.
    pub(crate) len: usize,
    pub(crate) bare_lf: bool,
}

/// Finds the end of a line, and remembers how far it has looked.
#[derive(Debug, Default)]
pub(crate) struct LineScan {
    looked: usize,
}

impl LineScan {
    /// The first line of `input`, or `None` where it has no end yet.
    pub(crate) fn line<'i>(&mut self, input: &'i [u8], limit: usize) -> Result<Option<Line<'i>>, Error> {
        let too_long = || Err(Error::TooLong { what: "a line of a reply", limit });
        let fresh = input.get(self.looked..).unwrap_or_default();
        let Some(at) = memchr(b'\n', fresh) else {
            self.looked = input.len();
            // The last byte may be the CR of the line end.
            return if input.len() > limit.saturating_add(1) { too_long() } else { Ok(None) };
        };
        // The LF is looked at again when the same line is asked for again, and nothing before it.
        self.looked += at;
        let before = input.get(..self.looked).unwrap_or_default();
        let text = before.strip_suffix(b"\r").unwrap_or(before);
        if text.len() > limit {
            return too_long();
        }
        Ok(Some(Line { text, len: self.looked + 1, bare_lf: text.len() == before.len() }))
    }

    /// The line was used up: the next one begins at the front of the input.
    pub(crate) fn consumed(&mut self) {
        self.looked = 0;
    }
}

/// The next part of a dot-stuffed body (RFC 1939 section 3).
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Part<'i> {
    /// Bytes of the message, never empty; `len` counts the dot before them too.
    Run { bytes: &'i [u8], len: usize },
    /// The final dot and its line end.
    End { len: usize, bare_lf: bool },
}

/// Cuts a body into runs. A line begins behind any LF, whether or not a CR stands before it: a server that sends bare
/// LFs ends its bodies with `\n.\r\n` or `\n.\n`. A body ends at the front of a line, so that the next one finds the
/// scan as it must be.
#[derive(Debug)]
pub(crate) struct BodyScan {
    line_start: bool,
    stuffed: Finder<'static>,
}

impl BodyScan {
    pub(crate) fn new() -> Self {
        BodyScan { line_start: true, stuffed: Finder::new(b"\n.") }
    }

    /// Whether [`part`](Self::part) has nothing to give yet.
    pub(crate) fn wants_input(&self, input: &[u8]) -> bool {
        input.is_empty() || self.line_start && matches!(input, [b'.'] | [b'.', b'\r'])
    }

    /// What comes next, or `None` where more input is needed to know. A run counts as used up.
    pub(crate) fn part<'i>(&mut self, input: &'i [u8]) -> Option<Part<'i>> {
        if self.wants_input(input) {
            return None;
        }
        let stuffing = match input {
            [b'.', b'\r', b'\n', ..] if self.line_start => return Some(Part::End { len: 3, bare_lf: false }),
            [b'.', b'\n', ..] if self.line_start => return Some(Part::End { len: 2, bare_lf: true }),
            [b'.', ..] if self.line_start => 1,
            _ => 0,
        };
        let rest = input.get(stuffing..).unwrap_or_default();
        // Up to the LF before the next line that begins with a dot; all there is where there is none.
        let bytes = self.stuffed.find(rest).and_then(|at| rest.get(..=at)).unwrap_or(rest);
        self.line_start = bytes.ends_with(b"\n");
        Some(Part::Run { bytes, len: stuffing + bytes.len() })
    }
}
