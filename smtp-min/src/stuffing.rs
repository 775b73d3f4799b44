//! A message into what `DATA` and `BDAT` take: proper line ends, and dots stuffed for `DATA` (RFC 5321 sections 2.3.8 and
//! 4.5.2).

use memchr::memmem::Finder;
use memchr::{memchr, memchr2, memrchr};

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
    stuffed: Finder<'static>,
}

/// How much is looked at as a whole. One end of a line that is not proper makes this much slower.
const BLOCK: usize = 16 * 1024;

/// Where each so many octets have the end of a line, no line is too long.
const CHUNK: usize = 256;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    LineStart,
    Middle,
    /// Behind a CR that is held back until it is known what follows.
    Cr,
}

impl Stuffer {
    pub(crate) fn new(line_ends: LineEnds, dots: bool) -> Self {
        let stuffed = Finder::new(b"\r\n.");
        Stuffer { line_ends, dots, at: At::LineStart, line: 0, long_lines: 0, stuffed }
    }

    /// How many lines so far have more than 998 octets.
    pub(crate) fn long_lines(&self) -> u64 {
        self.long_lines
    }

    /// Appends a piece of the message.
    pub(crate) fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) -> Result<(), BareLineEnd> {
        // One stuffed line in sixteen, without growing again.
        out.reserve(piece.len() + piece.len() / 16 + 2);
        for block in piece.chunks(BLOCK) {
            let rest = self.settle(block, out)?;
            match proper(rest) {
                Some(lines) => self.copy(rest, lines, out),
                None => self.mend(rest, out)?,
            }
        }
        Ok(())
    }

    /// What is behind the CR that was held back tells what it is. Returns what is behind its line end.
    fn settle<'p>(&mut self, piece: &'p [u8], out: &mut Vec<u8>) -> Result<&'p [u8], BareLineEnd> {
        if self.at != At::Cr || piece.is_empty() {
            return Ok(piece);
        }
        let rest = piece.strip_prefix(b"\n");
        if rest.is_none() {
            self.bare()?;
        }
        self.end_line(out);
        Ok(rest.unwrap_or(piece))
    }

    /// Appends what is [`proper`]: up to the next dot to be stuffed in one piece.
    fn copy(&mut self, piece: &[u8], lines: Lines, out: &mut Vec<u8>) {
        let text = piece.strip_suffix(b"\r").unwrap_or(piece);
        let mut copied = 0;
        if self.dots {
            if self.at == At::LineStart && text.starts_with(b".") {
                out.push(b'.');
            }
            for at in self.stuffed.find_iter(text) {
                let dot = at + 2;
                out.extend_from_slice(text.get(copied..dot).unwrap_or_default());
                out.push(b'.');
                copied = dot;
            }
        }
        out.extend_from_slice(text.get(copied..).unwrap_or_default());
        match lines {
            Lines::Short => self.measure_ends(text),
            Lines::Any => self.measure(text),
        }
        self.at = match (text.last(), text.len() < piece.len()) {
            (_, true) => At::Cr,
            (Some(b'\n'), false) => At::LineStart,
            (Some(_), false) => At::Middle,
            (None, false) => self.at,
        };
    }

    /// Counts the first line if it is too long, where no other can be.
    fn measure_ends(&mut self, text: &[u8]) {
        match (memchr(b'\n', text), memrchr(b'\n', text)) {
            (Some(first), Some(last)) => {
                // With the CR, of which the limit knows nothing.
                self.long_lines += u64::from(self.line + first > LONGEST_LINE + 1);
                self.line = text.len() - last - 1;
            }
            _ => self.line = self.line.saturating_add(text.len()),
        }
    }

    /// Counts lines that are too long, and does not look at each line for it: as many as fit into the longest are
    /// skipped together.
    fn measure(&mut self, text: &[u8]) {
        let mut rest = text;
        loop {
            // With the CR, of which the limit knows nothing.
            let room = (LONGEST_LINE + 2).saturating_sub(self.line);
            let near = rest.get(..room.min(rest.len())).unwrap_or_default();
            let end = match memrchr(b'\n', near) {
                Some(end) => end,
                None => match memchr(b'\n', rest) {
                    Some(end) => {
                        self.long_lines += 1;
                        end
                    }
                    None => break,
                },
            };
            self.line = 0;
            rest = rest.get(end + 1..).unwrap_or_default();
        }
        self.line = self.line.saturating_add(rest.len());
    }

    /// Appends what is not proper, line by line.
    fn mend(&mut self, piece: &[u8], out: &mut Vec<u8>) -> Result<(), BareLineEnd> {
        let mut rest = piece;
        while let Some(first) = rest.first() {
            if *first == b'.' && self.at == At::LineStart && self.dots {
                out.push(b'.');
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

/// How long the lines of a block may be, its first one excepted.
#[derive(Debug, Clone, Copy)]
enum Lines {
    Short,
    Any,
}

/// Looks whether each CR but the last octet has an LF behind it, and each LF a CR before it; `None` where not. Without a
/// branch for each octet, and in chunks whose length the compiler knows.
fn proper(block: &[u8]) -> Option<Lines> {
    let behind = block.get(1..).unwrap_or_default();
    let (chunks, chunks_behind) = (block.as_chunks::<CHUNK>().0, behind.as_chunks::<CHUNK>().0);
    let whole = chunks_behind.len() * CHUNK;
    let (mut odd, mut short) = (block.starts_with(b"\n"), true);
    for (chunk, behind) in chunks.iter().zip(chunks_behind) {
        let (odd_here, end_here) = look(chunk, behind);
        odd |= odd_here;
        short &= end_here;
    }
    let rest = look(block.get(whole..).unwrap_or_default(), behind.get(whole..).unwrap_or_default());
    let lines = if short { Lines::Short } else { Lines::Any };
    (!odd && !rest.0).then_some(lines)
}

/// Whether a CR or LF stands alone, and whether a line ends. `behind` has what stands behind each octet.
#[inline(always)]
fn look(chunk: &[u8], behind: &[u8]) -> (bool, bool) {
    let (odd, end) = chunk.iter().zip(behind).fold((0, 0), |(odd, end), (one, next)| {
        let lf = u8::from(*next == b'\n');
        (odd | (u8::from(*one == b'\r') ^ lf), end | lf)
    });
    (odd != 0, end != 0)
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
