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

/// Cuts a body into runs.
///
/// Where a line begins decides which dots are stuffed, and which ends the body. RFC 1939 section 3 knows lines that end
/// in CRLF, and a server that keeps to it may pass on a message with bare LFs as it is: behind those it stuffs nothing,
/// and `\n.\r\n` is text. Another server ends all its lines in LF alone, stuffs behind them, and ends the body by
/// `\n.\n`. The bytes of the body cannot tell the two apart; the line before it can, which is the server's own and
/// nobody's mail. So:
///
/// - Behind CRLF a line always begins. A dot there is stuffing, or with CRLF or LF behind it the end: who stuffs at all
///   sends no such line of its own accord.
/// - Behind a bare LF a line begins only if the `+OK` line of the same answer ended in a bare LF.
///
/// A body ends at the front of a line, so that the next one finds the scan as it must be.
#[derive(Debug)]
pub(crate) struct BodyScan {
    line_start: bool,
    /// A line ends in LF, whether or not a CR stands before it.
    bare_lf: bool,
    /// The last byte was a CR that is part of the run before.
    after_cr: bool,
    stuffed: Finder<'static>,
}

impl BodyScan {
    /// `bare_lf`: the line before the body ended in LF alone.
    pub(crate) fn new(bare_lf: bool) -> Self {
        let stuffed = Finder::new(if bare_lf { &b"\n."[..] } else { b"\r\n." });
        BodyScan { line_start: true, bare_lf, after_cr: false, stuffed }
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
        let bytes = self.run(rest);
        self.line_start = match bytes {
            [.., b'\r', b'\n'] => true,
            [b'\n'] => self.bare_lf || self.after_cr,
            [.., b'\n'] => self.bare_lf,
            _ => false,
        };
        self.after_cr = bytes.ends_with(b"\r");
        Some(Part::Run { bytes, len: stuffing + bytes.len() })
    }

    /// Up to the LF before the next line that begins with a dot; all there is where there is none.
    fn run<'i>(&self, rest: &'i [u8]) -> &'i [u8] {
        if self.after_cr && rest.starts_with(b"\n.") {
            return rest.get(..1).unwrap_or_default();
        }
        let needle = self.stuffed.needle().len();
        self.stuffed.find(rest).and_then(|at| rest.get(..at + needle - 1)).unwrap_or(rest)
    }
}
