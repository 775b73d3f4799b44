//! When a certificate ends (RFC 5280 section 4.1). Nothing else of it is read: whether it is good is for whoever it is
//! shown to.

use crate::Timestamp;

const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
/// `[0]`, which holds the version.
const VERSION: u8 = 0xa0;

/// `notAfter`; `None` for what is no certificate.
pub(super) fn ends_on(der: &[u8]) -> Option<Timestamp> {
    let certificate = content(SEQUENCE, &mut { der })?;
    let mut rest = content(SEQUENCE, &mut { certificate })?;
    if rest.first() == Some(&VERSION) {
        content(VERSION, &mut rest)?;
    }
    content(INTEGER, &mut rest)?; // serial number
    content(SEQUENCE, &mut rest)?; // signature algorithm
    content(SEQUENCE, &mut rest)?; // issuer
    let mut validity = content(SEQUENCE, &mut rest)?;
    time(&mut validity)?; // notBefore
    time(&mut validity)
}

/// Takes one value of this tag off (X.690 sections 8.1.2 and 8.1.3): the content in its definite length.
fn content<'d>(tag: u8, rest: &mut &'d [u8]) -> Option<&'d [u8]> {
    let [found, first, after @ ..] = *rest else { return None };
    if *found != tag {
        return None;
    }
    let (length, after) = match first {
        0..=0x7f => (usize::from(*first), after),
        0x81..=0x84 => {
            let (octets, after) = after.split_at_checked(usize::from(first & 0x7f))?;
            (
                octets
                    .iter()
                    .try_fold(0_usize, |sum, octet| sum.checked_mul(256)?.checked_add((*octet).into()))?,
                after,
            )
        }
        _ => return None,
    };
    let (content, after) = after.split_at_checked(length)?;
    *rest = after;
    Some(content)
}

/// Either form of a time, which always ends in `Z` and has its seconds (RFC 5280 section 4.1.2.5).
fn time(rest: &mut &[u8]) -> Option<Timestamp> {
    let (text, digits) = match rest.first() {
        Some(&GENERALIZED_TIME) => (content(GENERALIZED_TIME, rest)?, 4),
        _ => (content(UTC_TIME, rest)?, 2),
    };
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let (year, text) = text.split_at_checked(digits)?;
    let number = |text: &str| {
        let all = !text.is_empty() && text.bytes().all(|octet| octet.is_ascii_digit());
        if all { text.parse::<u64>().ok() } else { None }
    };
    let year = match (number(year)?, digits) {
        (year, 4) => year,
        // Two digits are of the years 1950 to 2049.
        (year @ 0..50, _) => 2000 + year,
        (year, _) => 1900 + year,
    };
    let pair = |at: usize| number(text.get(at..at + 2)?);
    if text.len() != 10 {
        return None;
    }
    from_calendar([year, pair(0)?, pair(2)?], [pair(4)?, pair(6)?, pair(8)?])
}

/// Year, month and day; hour, minute and second of UTC.
fn from_calendar([year, month, day]: [u64; 3], [hour, minute, second]: [u64; 3]) -> Option<Timestamp> {
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    // Days since 1970-03-01 in years that begin in March, so that the leap day comes last.
    let (years, months) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = years / 4 - years / 100 + years / 400;
    let days = years * 365 + leap_days + (153 * months + 2) / 5 + day - 1;
    let since_epoch = days.checked_sub(719_468)?;
    Some(Timestamp::from_unix(since_epoch * 86_400 + hour * 3_600 + minute * 60 + second))
}

#[cfg(test)]
mod tests {
    use super::{ends_on, time};
    use crate::Timestamp;

    fn der(tag: u8, content: &[u8]) -> Vec<u8> {
        let mut out = vec![tag, u8::try_from(content.len()).unwrap()];
        out.extend(content);
        out
    }

    #[test]
    fn both_forms_of_a_time() {
        let of = |tag: u8, text: &str| time(&mut der(tag, text.as_bytes()).as_slice());
        let second = Some(Timestamp::from_unix(784_111_777));
        assert_eq!(of(0x17, "941106084937Z"), second);
        assert_eq!(of(0x18, "19941106084937Z"), second);
        assert_eq!(of(0x18, "20500101000000Z"), Some(Timestamp::from_unix(2_524_608_000)));
        for wrong in [
            "",
            "Z",
            "941106084937",
            "9411060849Z",
            "94110608493xZ",
            "941306084937Z",
            "9411060849370Z",
            "+41106084937Z",
        ] {
            assert_eq!(of(0x17, wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_no_certificate_has_no_end() {
        let name = der(0x30, &[]);
        let validity = der(0x30, &[der(0x17, b"240101000000Z"), der(0x17, b"941106084937Z")].concat());
        let parts = [der(0xa0, &[2, 1, 2]), der(2, &[1]), name.clone(), name, validity].concat();
        let certificate = der(0x30, &der(0x30, &parts));
        assert_eq!(ends_on(&certificate), Some(Timestamp::from_unix(784_111_777)));
        for cut in 0..certificate.len() {
            assert_eq!(ends_on(&certificate[..cut]), None, "{cut}");
        }
        for octet in 0..certificate.len() {
            for value in [0, 0x7f, 0x80, 0x84, 0xff] {
                let mut other = certificate.clone();
                other[octet] = value;
                // Whatever it says, it comes back.
                let _ = ends_on(&other);
            }
        }
    }
}
