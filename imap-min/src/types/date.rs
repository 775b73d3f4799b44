//! Dates, as searches take them and servers give them.

use std::fmt;

use crate::error::Error;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A day (`date`, RFC 9051 section 9).
///
/// ```
/// let day = imap_min::Date::new(1994, 2, 1)?;
/// assert_eq!(day.to_string(), "1-Feb-1994");
/// assert!(imap_min::Date::new(2023, 2, 29).is_err());
/// # Ok::<(), imap_min::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// A day of the Gregorian calendar, year 1 to 9999.
    ///
    /// # Errors
    /// [`Error::Invalid`] when there is no such day.
    #[inline]
    pub fn new(year: u16, month: u8, day: u8) -> Result<Self, Error> {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let days = match month {
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => 31,
        };
        if !(1..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=days).contains(&day) {
            return Err(Error::Invalid { what: "a date", why: "there is no such day" });
        }
        Ok(Date { year, month, day })
    }

    /// The year.
    pub fn year(self) -> u16 {
        self.year
    }

    /// The month, from 1.
    pub fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, from 1.
    pub fn day(self) -> u8 {
        self.day
    }

    /// The month of an English abbreviation, in any case.
    pub(crate) fn month_of(name: &[u8]) -> Option<u8> {
        let index = MONTHS.iter().position(|month| name.eq_ignore_ascii_case(month.as_bytes()))?;
        u8::try_from(index + 1).ok()
    }

    /// Days since 1970-01-01.
    fn unix_days(self) -> i64 {
        // Years begin in March, so that the leap day is the last one.
        let shifted = i64::from(self.month <= 2);
        let year = i64::from(self.year) - shifted;
        let month = i64::from(self.month) + 12 * shifted - 3;
        let day_of_year = (153 * month + 2) / 5 + i64::from(self.day) - 1;
        year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let month = MONTHS.get(usize::from(self.month).saturating_sub(1)).copied().unwrap_or_default();
        write!(f, "{}-{month}-{:04}", self.day, self.year)
    }
}

/// When a server received a message (`date-time`, RFC 9051 section 9).
///
/// ```
/// let when = imap_min::DateTime::new(imap_min::Date::new(1996, 7, 17)?, (2, 44, 25), -7 * 60)?;
/// assert_eq!(when.to_string(), "17-Jul-1996 02:44:25 -0700");
/// assert_eq!(when.unix(), 837_596_665);
/// # Ok::<(), imap_min::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DateTime {
    date: Date,
    time: (u8, u8, u8),
    offset: i16,
}

impl DateTime {
    /// A time of day (hour, minute, second; the second may be 60) with the local clock's offset from UTC in minutes.
    ///
    /// # Errors
    /// [`Error::Invalid`] when no clock shows this time, or the offset is a day or more.
    #[inline]
    pub fn new(date: Date, time: (u8, u8, u8), offset: i16) -> Result<Self, Error> {
        if time.0 > 23 || time.1 > 59 || time.2 > 60 || !(-1439..=1439).contains(&offset) {
            return Err(Error::Invalid { what: "a time", why: "no clock shows it" });
        }
        Ok(DateTime { date, time, offset })
    }

    /// The day, by the local clock.
    pub fn date(self) -> Date {
        self.date
    }

    /// Hour, minute and second, by the local clock.
    pub fn time(self) -> (u8, u8, u8) {
        self.time
    }

    /// The local clock's offset from UTC, in minutes.
    pub fn offset(self) -> i16 {
        self.offset
    }

    /// With a day of two places, as commands have it (`date-day-fixed`).
    pub(crate) fn fixed(self) -> String {
        let pad = if self.date.day() < 10 { " " } else { "" };
        format!("{pad}{self}")
    }

    /// Seconds since 1970-01-01 00:00:00 UTC.
    pub fn unix(self) -> i64 {
        let (hour, minute, second) = self.time;
        let of_day = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
        self.date.unix_days() * 86_400 + of_day - i64::from(self.offset) * 60
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hour, minute, second) = self.time;
        let sign = if self.offset < 0 { '-' } else { '+' };
        let offset = self.offset.unsigned_abs();
        let zone = offset / 60 * 100 + offset % 60;
        write!(f, "{} {hour:02}:{minute:02}:{second:02} {sign}{zone:04}", self.date)
    }
}
