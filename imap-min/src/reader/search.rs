//! The numbers of a `SEARCH` response, which stream (RFC 9051 section 7.3.4).

use super::{Found, Reader};
use crate::event::{Event, SearchHits, Unreadable, hit};
use crate::parse::response::search_end;
use crate::quirk::{Quirk, QuirkSet};

impl Reader {
    pub(super) fn search<'i>(&mut self, input: &'i [u8]) -> Option<Found<'i>> {
        let run = hits(input);
        if run > 0 {
            self.framer.reset();
            let raw = input.get(..run).unwrap_or_default();
            let good = good_hits(raw);
            if good > 0 {
                let raw = raw.get(..good).unwrap_or_default();
                return Some((good, Event::SearchHits(SearchHits { raw })));
            }
            let line = raw.trim_ascii_start().split(|byte| *byte == b' ').next().unwrap_or_default();
            let used = raw.len() - raw.trim_ascii_start().len() + line.len();
            let reason = "a number of a search is none";
            return Some((used, Event::Unreadable(Unreadable { reason, line })));
        }
        let segment = self.segment?;
        let rest = input.get(..segment.text).unwrap_or_default();
        let mut quirks = QuirkSet::default();
        if rest.ends_with(b" ") {
            quirks.insert(Quirk::TrailingSpace);
        }
        if segment.len - segment.text == 1 {
            quirks.insert(Quirk::BareLf);
        }
        let mod_seq = match search_end(rest, &mut quirks) {
            Ok(mod_seq) => mod_seq,
            Err(fault) => {
                self.segment = None;
                let unreadable = Unreadable { reason: fault.0, line: rest };
                return Some((rest.len(), Event::Unreadable(unreadable)));
            }
        };
        if let Some(quirk) = self.tell(quirks) {
            return Some((0, Event::Quirk(quirk)));
        }
        self.leave_response();
        Some((segment.len, Event::SearchEnd(mod_seq)))
    }
}

/// Octets of whole numbers and blanks at the front; 0 when there is no number that is known to be whole.
pub(super) fn hits(input: &[u8]) -> usize {
    // Longer than any number with its blanks: what has none so far is looked at no further, or each byte that
    // comes in would cost a look at all before it.
    const HEAD: usize = 64;
    let head = input.get(..HEAD.min(input.len())).unwrap_or_default();
    if !head.windows(2).any(|pair| matches!(pair, [b'0'..=b'9', next] if !next.is_ascii_digit())) {
        return 0;
    }
    match input.iter().position(|byte| !byte.is_ascii_digit() && *byte != b' ') {
        Some(end) if input.iter().take(end).any(u8::is_ascii_digit) => end,
        Some(_) => 0,
        None => memchr::memrchr(b' ', input).map_or(0, |blank| blank + 1),
    }
}

/// Octets before the first number that is none: 0, or too large.
fn good_hits(run: &[u8]) -> usize {
    let mut start = 0;
    for word in run.split(|byte| *byte == b' ') {
        // Nine digits that do not begin with 0 are always good.
        let doubtful = word.len() > 9 || word.first() == Some(&b'0');
        if doubtful && hit(word).is_none() {
            // Blanks alone are no hits.
            let before = run.get(..start).unwrap_or_default();
            return if before.iter().any(u8::is_ascii_digit) { start } else { 0 };
        }
        start += word.len() + 1;
    }
    run.len()
}
