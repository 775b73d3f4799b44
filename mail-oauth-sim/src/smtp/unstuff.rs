/// Takes the dots off a message that comes after `DATA`, and finds its end (RFC 5321 section 4.5.2).
///
/// Only CRLF ends a line, so only CRLF `.` CRLF ends a message. A bare LF or CR is an octet like any other, and stays.
#[derive(Debug)]
pub(super) struct Unstuff {
    state: State,
    message: Vec<u8>,
    limit: usize,
    too_long: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    LineStart,
    /// After a dot at the start of a line; the dot is dropped whatever follows.
    Dot,
    /// After that dot and CR.
    DotCr,
    Middle,
    Cr,
    Done,
}

impl Unstuff {
    /// Keeps at most `limit` octets. What comes after them is read and dropped, so that the end is found.
    pub(super) fn new(limit: usize) -> Self {
        Self { state: State::LineStart, message: Vec::new(), limit, too_long: false }
    }

    /// Takes input, and gives how much of it belonged to the message and its end.
    pub(super) fn feed(&mut self, input: &[u8]) -> usize {
        let mut rest = input;
        while let Some((&byte, after)) = rest.split_first() {
            match (self.state, byte) {
                (State::Done, _) => break,
                (State::LineStart, b'.') => (self.state, rest) = (State::Dot, after),
                (State::Dot, b'\r') => (self.state, rest) = (State::DotCr, after),
                (State::DotCr, b'\n') => (self.state, rest) = (State::Done, after),
                (State::DotCr, _) => {
                    self.keep(b"\r");
                    self.state = State::Cr;
                }
                (State::Cr, b'\n') => {
                    self.keep(b"\n");
                    (self.state, rest) = (State::LineStart, after);
                }
                (State::LineStart | State::Dot | State::Middle | State::Cr, _) => {
                    // All up to the next CR, and that CR, is text.
                    let cr = memchr::memchr(b'\r', rest);
                    let len = cr.map_or(rest.len(), |at| at + 1);
                    let (text, after) = rest.split_at_checked(len).unwrap_or((rest, &[]));
                    self.keep(text);
                    self.state = if cr.is_some() { State::Cr } else { State::Middle };
                    rest = after;
                }
            }
        }
        input.len() - rest.len()
    }

    pub(super) fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// The message; `None` if it was longer than the limit.
    pub(super) fn finish(self) -> Option<Vec<u8>> {
        (!self.too_long).then_some(self.message)
    }

    fn keep(&mut self, octets: &[u8]) {
        if self.message.len() + octets.len() > self.limit {
            self.too_long = true;
            self.message = Vec::new();
        }
        if !self.too_long {
            self.message.extend_from_slice(octets);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed(limit: usize, input: &[u8], chunk: usize) -> (Option<Vec<u8>>, usize) {
        let mut unstuff = Unstuff::new(limit);
        let mut taken = 0;
        for part in input.chunks(chunk) {
            taken += unstuff.feed(part);
        }
        assert!(unstuff.is_done());
        (unstuff.finish(), taken)
    }

    #[test]
    fn finds_the_end_and_nothing_else_at_every_split() {
        for (wire, message) in [
            (&b".\r\nNOOP\r\n"[..], &b""[..]),
            (b"a\r\n.\r\nNOOP\r\n", b"a\r\n"),
            (b"..\r\n..a\r\n...\r\n.\r\nNOOP\r\n", b".\r\n.a\r\n..\r\n"),
            (b"a\n.\n.\r.\r\r\n.\r\nNOOP\r\n", b"a\n.\n.\r.\r\r\n"),
            (b".\rb\r\n.\r\nNOOP\r\n", b"\rb\r\n"),
            (b"\r\r\n.\r\nNOOP\r\n", b"\r\r\n"),
            (b".a.\r\n.\r\nNOOP\r\n", b"a.\r\n"),
        ] {
            for chunk in 1..=wire.len() {
                let (found, taken) = feed(1_000, wire, chunk);
                assert_eq!(found.as_deref(), Some(message), "in pieces of {chunk}");
                assert_eq!(&wire[taken..], b"NOOP\r\n");
            }
        }
    }

    #[test]
    fn a_message_beyond_the_limit_is_dropped_and_its_end_still_found() {
        assert_eq!(feed(3, b"ab\r\n.\r\n", 3), (None, 7));
        assert_eq!(feed(4, b"ab\r\n.\r\n", 3), (Some(b"ab\r\n".to_vec()), 7));
    }
}
