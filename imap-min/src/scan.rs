//! Searches in short texts, where setting up vector registers would cost more than the search.

/// Octets at which a search ends.
pub(crate) struct Stops([bool; 256]);

impl Stops {
    #[expect(clippy::indexing_slicing, reason = "checked when it is compiled: every use is a constant")]
    pub(crate) const fn of(octets: &[u8]) -> Self {
        let mut stops = [false; 256];
        let mut at = 0;
        while at < octets.len() {
            stops[octets[at] as usize] = true;
            at += 1;
        }
        Stops(stops)
    }

    /// Where the first of them is.
    #[inline]
    pub(crate) fn find(&self, i: &[u8]) -> Option<usize> {
        i.iter().position(|byte| self.0.get(usize::from(*byte)).is_some_and(|stop| *stop))
    }
}

/// One in each octet of a word.
const ONES: u64 = 0x0101_0101_0101_0101;

/// Where the first quote or backslash is.
#[inline]
pub(crate) fn quote(i: &[u8]) -> Option<usize> {
    let mut at = 0;
    while let Some(word) = i.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(*word);
        let found = zeros(word ^ (ONES * 0x22)) | zeros(word ^ (ONES * 0x5c));
        if found != 0 {
            return Some(at + (found.trailing_zeros() / 8) as usize);
        }
        at += 8;
    }
    let left = i.get(at..)?.iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
    Some(at + left)
}

/// The highest bit of each octet that is 0; above the first such octet it may be set for others too.
#[inline]
fn zeros(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & (ONES * 0x80)
}

#[cfg(test)]
mod tests {
    use super::{Stops, quote};

    #[test]
    fn the_first_is_found_wherever_it_is() {
        static STOPS: Stops = Stops::of(b"\"\\");
        for before in 0..=255_u8 {
            for length in 0..20 {
                for behind in [&b""[..], b"\"", b"\\", b"\"\\\"\"\"\"\"\"\"\"", b"\\aaaaaaaaa\""] {
                    let line = [&vec![before; length], behind].concat();
                    let expected = line.iter().position(|byte| b"\"\\".contains(byte));
                    assert_eq!(quote(&line), expected, "{}", line.escape_ascii());
                    assert_eq!(STOPS.find(&line), expected, "{}", line.escape_ascii());
                }
            }
        }
    }
}
