//! A message into what `DATA` and `BDAT` take: proper line ends, and dots stuffed for `DATA` (RFC 5321 sections 2.3.8 and
//! 4.5.2).

use memchr::memchr2;

use crate::LineEnds;

/// The longest line without its line end (RFC 5321 section 4.5.3.1.6).
const LONGEST_LINE: usize = 998;

/// A CR or LF that stands alone, where none may.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BareLineEnd;

/// Makes a message that comes in pieces proper. What it has put out never ends in half a line end, so that no cut
/// between pieces matters.
#[derive(Debug)]
pub(crate) struct Stuffer {
    line_ends: LineEnds,
    /// A dot goes in front of each line that begins with one.
    dots: bool,
    at: At,
    /// Octets of the line that is being put out.
    line: usize,
    /// Lines that are longer than they may be.
    long_lines: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    LineStart,
    Middle,
    /// Behind a CR that is held back until it is known what follows.
    Cr,
}

impl Stuffer {
    pub(crate) fn new(line_ends: LineEnds, dots: bool) -> Self {
        Stuffer { line_ends, dots, at: At::LineStart, line: 0, long_lines: 0 }
    }

    /// How many lines so far have more than 998 octets.
    pub(crate) fn long_lines(&self) -> u64 {
        self.long_lines
    }

    /// Appends a piece of the message.
    pub(crate) fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) -> Result<(), BareLineEnd> {
        // One stuffed line in sixteen, without growing again.
        out.reserve(piece.len() + piece.len() / 16 + 2);
        let mut rest = piece;
        while let Some(first) = rest.first() {
            match self.at {
                At::Cr => {
                    if *first == b'\n' {
                        rest = rest.get(1..).unwrap_or_default();
                    } else {
                        self.bare()?;
                    }
                    self.end_line(out);
                    continue;
                }
                At::LineStart if *first == b'.' && self.dots => out.push(b'.'),
                At::LineStart | At::Middle => {}
            }
            let run = self.proper_run(rest);
            out.extend_from_slice(rest.get(..run.len).unwrap_or_default());
            rest = rest.get(run.len..).unwrap_or_default();
            match run.then {
                Then::At(at) => self.at = at,
                Then::Hold => {
                    self.at = At::Cr;
                    rest = &[];
                }
                Then::Bare => {
                    self.bare()?;
                    self.end_line(out);
                    rest = rest.get(1..).unwrap_or_default();
                }
            }
        }
        Ok(())
    }

    /// Ends the last line, where the message did not, and appends the final dot where dots mean something.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), BareLineEnd> {
        match self.at {
            At::LineStart => {}
            At::Middle => self.end_line(out),
            At::Cr => {
                self.bare()?;
                self.end_line(out);
            }
        }
        if self.dots {
            out.extend_from_slice(b".\r\n");
        }
        Ok(())
    }

    fn bare(&self) -> Result<(), BareLineEnd> {
        match self.line_ends {
            LineEnds::Normalise => Ok(()),
            LineEnds::Refuse => Err(BareLineEnd),
        }
    }

    fn end_line(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"\r\n");
        self.at = At::LineStart;
        self.count(0);
    }

    /// A line ends with this many octets more.
    fn count(&mut self, octets: usize) {
        self.long_lines += u64::from(self.line + octets > LONGEST_LINE);
        self.line = 0;
    }

    /// The longest front of `bytes` whose lines end properly and, the first excepted, need no dot.
    fn proper_run(&mut self, bytes: &[u8]) -> Run {
        let mut done = 0;
        while let Some(rest) = bytes.get(done..)
            && let Some(at) = memchr2(b'\r', b'\n', rest)
        {
            let len = done + at;
            let then = match rest.get(at..) {
                Some([b'\r', b'\n']) => Then::At(At::LineStart),
                Some([b'\r', b'\n', next, ..]) => {
                    self.count(at);
                    done = len + 2;
                    if *next == b'.' && self.dots {
                        return Run { len: done, then: Then::At(At::LineStart) };
                    }
                    continue;
                }
                Some([b'\r']) => Then::Hold,
                _ => Then::Bare,
            };
            if matches!(then, Then::At(_)) {
                self.count(at);
                return Run { len: len + 2, then };
            }
            self.line += at;
            return Run { len, then };
        }
        self.line = self.line.saturating_add(bytes.len() - done);
        Run { len: bytes.len(), then: Then::At(At::Middle) }
    }
}

/// What can be copied as it is, and what stands behind it.
struct Run {
    len: usize,
    then: Then,
}

enum Then {
    /// The end of the piece, or the dot at the front of a line.
    At(At),
    /// A CR at the end of the piece.
    Hold,
    /// A CR or LF that stands alone.
    Bare,
}
