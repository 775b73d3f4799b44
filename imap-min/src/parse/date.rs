//! `date-time` (RFC 9051 section 9).

use super::token::{self, Parsed, fault};
use crate::quirk::{Quirk, QuirkSet};
use crate::types::{Date, DateTime};

/// A quoted date with time; `None` for `NIL` and for day or month zero.
pub(crate) fn date_time<'i>(i: &'i [u8], quirks: &mut QuirkSet) -> Parsed<'i, Option<DateTime>> {
    let (rest, raw) = token::nstring(i, quirks)?;
    let Some(raw) = raw else {
        quirks.insert(Quirk::UnexpectedNil);
        return Ok((rest, None));
    };
    let zero = raw.octets.trim_ascii_start().starts_with(b"0-") || raw.octets.starts_with(b"00-");
    if zero {
        quirks.insert(Quirk::ZeroDate);
        return Ok((rest, None));
    }
    match parts(raw.octets) {
        Some(date) => Ok((rest, Some(date))),
        None => fault("a date is none"),
    }
}

/// `date-day-fixed "-" date-month "-" date-year SP time SP zone`.
fn parts(text: &[u8]) -> Option<DateTime> {
    let mut words = text.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
    let (date, time, zone) = (words.next()?, words.next()?, words.next()?);
    let mut date = date.split(|byte| *byte == b'-');
    let (day, month, year) = (date.next()?, date.next()?, date.next()?);
    let date = Date::new(decimal(year)?, Date::month_of(month)?, decimal(day)?.try_into().ok()?).ok()?;
    let mut time = time.split(|byte| *byte == b':');
    let mut part = || time.next().and_then(decimal).and_then(|part| u8::try_from(part).ok());
    let time = (part()?, part()?, part()?);
    let sign = match zone.first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let zone = i16::try_from(decimal(zone.get(1..)?)?).ok()?;
    DateTime::new(date, time, sign * (zone / 100 * 60 + zone % 100)).ok()
}

fn decimal(digits: &[u8]) -> Option<u16> {
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::date_time;
    use crate::quirk::{Quirk, QuirkSet};

    #[test]
    fn dates_of_the_rfc_and_others() {
        let read = |i: &'static str| {
            let mut quirks = QuirkSet::default();
            date_time(i.as_bytes(), &mut quirks)
                .map(|(_, date)| (date.map(|d| d.to_string()), quirks.pop()))
                .ok()
        };
        assert_eq!(
            read("\"17-Jul-1996 02:44:25 -0700\""),
            Some((Some("17-Jul-1996 02:44:25 -0700".into()), None))
        );
        assert_eq!(
            read("\" 7-feb-1994 22:43:04 +0530\""),
            Some((Some("7-Feb-1994 22:43:04 +0530".into()), None))
        );
        assert_eq!(read("\"00-Jan-0000 00:00:00 +0000\""), Some((None, Some(Quirk::ZeroDate))));
        assert_eq!(read("NIL"), Some((None, Some(Quirk::UnexpectedNil))));
        assert_eq!(read("\"31-Feb-1994 22:43:04 +0000\""), None);
        assert_eq!(read("\"1-Feb-1994 +2:43:04 +0000\""), None);
    }
}
