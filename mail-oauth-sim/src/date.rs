//! Dates in the forms that the tenant writes, and the one that IMAP's `SEARCH` and `APPEND` read.
//!
//! The arithmetic is the proleptic Gregorian calendar counted in eras of 400 years from 1 March 0000.

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAY: u64 = 86_400;
/// 31 December 9999: later times are written as this one, so that the formats keep their width.
const LAST: u64 = 253_402_300_799;

struct Civil {
    year: u64,
    month: u64,
    day: u64,
    hour: u64,
    minute: u64,
    second: u64,
}

/// `2026-01-02 03:04:05Z`, as in Entra's error bodies.
pub(crate) fn entra(unix: u64) -> String {
    let c = civil(unix);
    format!("{:04}-{:02}-{:02} {:02}:{:02}:{:02}Z", c.year, c.month, c.day, c.hour, c.minute, c.second)
}

/// `2026-01-02T03:04:05.678Z`, as in Exchange's SMTP replies.
pub(crate) fn iso_ms(unix_ms: u64) -> String {
    let c = civil(unix_ms / 1_000);
    let ms = unix_ms % 1_000;
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{ms:03}Z",
        c.year, c.month, c.day, c.hour, c.minute, c.second
    )
}

/// ` 2-Jan-2026 03:04:05 +0000`: IMAP's `date-time` (RFC 3501 section 9).
pub(crate) fn imap(unix: u64) -> String {
    let c = civil(unix);
    let month = usize::try_from(c.month - 1).ok().and_then(|i| MONTHS.get(i)).copied().unwrap_or("Jan");
    format!("{:2}-{month}-{:04} {:02}:{:02}:{:02} +0000", c.day, c.year, c.hour, c.minute, c.second)
}

/// `Fri, 02 Jan 2026 03:04:05 GMT`: HTTP's date (RFC 9110 section 5.6.7).
pub(crate) fn http(unix: u64) -> String {
    // 1 January 1970 was a Thursday.
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    let c = civil(unix);
    let day = usize::try_from(unix / DAY % 7).ok().and_then(|i| DAYS.get(i)).copied().unwrap_or("Thu");
    let month = usize::try_from(c.month - 1).ok().and_then(|i| MONTHS.get(i)).copied().unwrap_or("Jan");
    format!("{day}, {:02} {month} {:04} {:02}:{:02}:{:02} GMT", c.day, c.year, c.hour, c.minute, c.second)
}

/// `Fri, 02 Jan 2026 03:04:05 +0000`: the date of mail (RFC 5322 section 3.3), as in Exchange's SMTP greeting.
pub(crate) fn mail(unix: u64) -> String {
    http(unix).replace("GMT", "+0000")
}

/// The day, counted from the epoch, that a time lies in.
pub(crate) fn day_of(unix: u64) -> u64 {
    unix / DAY
}

/// IMAP's `date-text`, `2-Jan-2026`, as a day counted from the epoch. Days before the epoch are refused.
pub(crate) fn parse_day(text: &str) -> Option<u64> {
    let mut parts = text.trim().splitn(3, '-');
    let day = digits(parts.next()?, 2)?;
    let name = parts.next()?;
    let year = digits(parts.next()?, 4)?;
    let month = (1..).zip(MONTHS).find_map(|(n, m)| m.eq_ignore_ascii_case(name).then_some(n))?;
    if !(1..=31).contains(&day) {
        return None;
    }
    // Days from 1 March 0000 to the date, less those to 1 January 1970.
    let (y, m) = if month <= 2 { (year.checked_sub(1)?, month + 9) } else { (year, month - 3) };
    let (era, yoe) = (y / 400, y % 400);
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + (153 * m + 2) / 5 + day - 1;
    (era * 146_097 + doe).checked_sub(719_468)
}

/// IMAP's `date-time` as seconds since the epoch.
pub(crate) fn parse_imap(text: &str) -> Option<u64> {
    let mut parts = text.split_ascii_whitespace();
    let day = parse_day(parts.next()?)?;
    let mut clock = parts.next()?.splitn(3, ':');
    let (h, m, s) = (digits(clock.next()?, 2)?, digits(clock.next()?, 2)?, digits(clock.next()?, 2)?);
    let zone = parts.next()?;
    let (sign, zone) = zone.split_at_checked(1)?;
    let zone = digits(zone, 4)?;
    let offset = (zone / 100) * 3_600 + (zone % 100) * 60;
    let local = day * DAY + h.min(23) * 3_600 + m.min(59) * 60 + s.min(59);
    match sign {
        "+" => Some(local.saturating_sub(offset)),
        "-" => Some(local.saturating_add(offset)),
        _ => None,
    }
}

fn digits(text: &str, most: usize) -> Option<u64> {
    if text.is_empty() || text.len() > most || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

fn civil(unix: u64) -> Civil {
    let unix = unix.min(LAST);
    let (days, rest) = (unix / DAY + 719_468, unix % DAY);
    let (era, doe) = (days / 146_097, days % 146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    Civil {
        year: era * 400 + yoe + u64::from(month <= 2),
        month,
        day: doy - (153 * mp + 2) / 5 + 1,
        hour: rest / 3_600,
        minute: rest / 60 % 60,
        second: rest % 60,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_dates_in_every_form() {
        for (unix, entra_form, imap_form) in [
            (0, "1970-01-01 00:00:00Z", " 1-Jan-1970 00:00:00 +0000"),
            (951_782_399, "2000-02-28 23:59:59Z", "28-Feb-2000 23:59:59 +0000"),
            (951_782_400, "2000-02-29 00:00:00Z", "29-Feb-2000 00:00:00 +0000"),
            (1_798_761_845, "2027-01-01 00:04:05Z", " 1-Jan-2027 00:04:05 +0000"),
            (u64::MAX, "9999-12-31 23:59:59Z", "31-Dec-9999 23:59:59 +0000"),
        ] {
            assert_eq!(entra(unix), entra_form);
            assert_eq!(imap(unix), imap_form);
            assert_eq!(parse_imap(imap_form), Some(unix.min(LAST)));
        }
        assert_eq!(iso_ms(951_782_399_078), "2000-02-28T23:59:59.078Z");
    }

    #[test]
    fn zones_are_taken_off_and_nonsense_is_refused() {
        assert_eq!(parse_imap("01-Jan-1970 02:00:00 +0200"), Some(0));
        assert_eq!(parse_imap("01-Jan-1970 00:00:00 -0130"), Some(5_400));
        for bad in [
            "",
            "1-Foo-2020 00:00:00 +0000",
            "1-Jan-2020",
            "0-Jan-2020 1:1:1 +0000",
            "1-Jan-1960 0:0:0 +0000",
        ] {
            assert_eq!(parse_imap(bad), None, "{bad}");
        }
    }
}
