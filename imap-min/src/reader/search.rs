//! The numbers of a `SEARCH` response, which stream (RFC 9051 section 7.3.4).

use super::{Found, Reader};
use crate::digits::nz_digits;
use crate::event::{Event, SearchHits, Unreadable};
use crate::parse::response::search_end;
use crate::parse::token::blanks;
use crate::quirk::{Quirk, QuirkSet};

impl Reader {
    pub(super) fn search<'i>(&mut self, input: &'i [u8]) -> Option<Found<'i>> {
        let good = good_hits(input);
        if good > 0 {
            self.framer.reset();
            self.segment = None;
            let raw = input.get(..good).unwrap_or_default();
            return Some((good, Event::SearchHits(SearchHits { raw })));
        }
        let start = blanks(input);
        let digits = start.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if matches!(start.get(digits), Some(b' ' | b'\r' | b'\n' | b'(')) && digits > 0 {
            self.framer.reset();
            self.segment = None;
            let line = start.get(..digits).unwrap_or_default();
            let used = input.len() - start.len() + digits;
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

/// Whether a whole number is at the front. What has none in so many octets is waited for to its end, or each byte that
/// comes in would cost a look at all before it.
pub(super) fn is_ready(input: &[u8]) -> bool {
    const HEAD: usize = 64;
    let head = input.get(..HEAD.min(input.len())).unwrap_or_default();
    let number = blanks(head);
    let digits = number.iter().take_while(|byte| byte.is_ascii_digit()).count();
    digits > 0 && digits < number.len()
}

/// Octets of whole numbers and blanks at the front, before the first number that is none; 0 when there is no number.
fn good_hits(input: &[u8]) -> usize {
    let (mut good, mut at) = (0, 0);
    loop {
        let rest = input.get(at..).unwrap_or_default();
        match (nz_digits(rest), rest.first()) {
            (0, Some(b' ')) => at += 1,
            (0, _) => return good,
            (count, _) => match rest.get(count) {
                None => return good,
                Some(b' ') => {
                    good = at + count;
                    at = good + 1;
                }
                Some(_) => return at + count,
            },
        }
    }
}
