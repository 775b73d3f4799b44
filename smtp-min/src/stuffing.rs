//! A message into what `DATA` takes: proper line ends, dots stuffed (RFC 5321 sections 2.3.8 and 4.5.2).

use memchr::memchr2;

use crate::LineEnds;

/// A CR or LF that stands alone, where none may.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BareLineEnd;

/// Stuffs a message that comes in pieces. What it has put out never ends in half a line end, so that no cut between
/// pieces matters.
#[derive(Debug)]
pub(crate) struct Stuffer {
    line_ends: LineEnds,
    at: At,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    LineStart,
    Middle,
    /// Behind a CR that is held back until it is known what follows.
    Cr,
}

impl Stuffer {
    pub(crate) fn new(line_ends: LineEnds) -> Self {
        Stuffer { line_ends, at: At::LineStart }
    }

    /// Appends a piece of the message.
    pub(crate) fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) -> Result<(), BareLineEnd> {
        // One stuffed line in sixteen, without growing again.
        out.reserve(piece.len() + piece.len() / 16);
        let mut rest = piece;
        while let Some(first) = rest.first() {
            match self.at {
                At::Cr => {
                    if *first == b'\n' {
                        rest = rest.get(1..).unwrap_or_default();
                    } else {
                        self.bare()?;
                    }
                    out.extend_from_slice(b"\r\n");
                    self.at = At::LineStart;
                    continue;
                }
                At::LineStart if *first == b'.' => out.push(b'.'),
                At::LineStart | At::Middle => {}
            }
            let run = proper_run(rest);
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
                    out.extend_from_slice(b"\r\n");
                    self.at = At::LineStart;
                    rest = rest.get(1..).unwrap_or_default();
                }
            }
        }
        Ok(())
    }

    /// Ends the last line, where the message did not, and appends the final dot.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), BareLineEnd> {
        match self.at {
            At::LineStart => {}
            At::Middle => out.extend_from_slice(b"\r\n"),
            At::Cr => {
                self.bare()?;
                out.extend_from_slice(b"\r\n");
            }
        }
        self.at = At::LineStart;
        out.extend_from_slice(b".\r\n");
        Ok(())
    }

    fn bare(&self) -> Result<(), BareLineEnd> {
        match self.line_ends {
            LineEnds::Normalise => Ok(()),
            LineEnds::Refuse => Err(BareLineEnd),
        }
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

/// The longest front of `bytes` whose lines end properly and, the first excepted, do not begin with a dot.
fn proper_run(bytes: &[u8]) -> Run {
    let mut done = 0;
    while let Some(rest) = bytes.get(done..)
        && let Some(at) = memchr2(b'\r', b'\n', rest)
    {
        let len = done + at;
        match rest.get(at..) {
            Some([b'\r', b'\n', b'.', ..]) => return Run { len: len + 2, then: Then::At(At::LineStart) },
            Some([b'\r', b'\n']) => return Run { len: len + 2, then: Then::At(At::LineStart) },
            Some([b'\r', b'\n', ..]) => done = len + 2,
            Some([b'\r']) => return Run { len, then: Then::Hold },
            _ => return Run { len, then: Then::Bare },
        }
    }
    Run { len: bytes.len(), then: Then::At(At::Middle) }
}
