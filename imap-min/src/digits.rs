//! Decimal numbers, eight octets at a time: long answers to searches are little else.

/// The low seven bits of each octet of a word.
const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
/// The highest bit of each.
const HIGH: u64 = 0x8080_8080_8080_8080;

/// The most digits of which every number fits into 64 bits.
const MOST: usize = 19;

/// A number of a message at the front, 1 to 2^32-1: how many digits, and the number; `None` when it is too large, or 0,
/// or there is none.
#[inline]
pub(crate) fn nz_number(i: &[u8]) -> (usize, Option<u32>) {
    let (count, number) = digits(i);
    let number = if count > MOST { long(i.get(..count).unwrap_or_default()) } else { Some(number) };
    (count, number.and_then(|number| u32::try_from(number).ok()).filter(|number| *number > 0))
}

/// The number of which these are the digits; `None` when it takes more than 64 bits.
#[inline]
pub(crate) fn number(i: &[u8]) -> Option<u64> {
    if i.len() > MOST { long(i) } else { Some(digits(i).1) }
}

/// How many digits are at the front when they are such a number; 0 when they are none.
#[inline]
pub(crate) fn nz_digits(i: &[u8]) -> usize {
    let (count, _) = digits(i);
    match i.first() {
        Some(b'1'..=b'9') if count <= 9 => count,
        _ => odd_digits(i),
    }
}

#[cold]
fn odd_digits(i: &[u8]) -> usize {
    let (count, number) = nz_number(i);
    if number.is_some() { count } else { 0 }
}

/// A number of so many digits that most of them must be zeros.
#[cold]
fn long(digits: &[u8]) -> Option<u64> {
    let add = |sum: u64, digit: &u8| sum.checked_mul(10)?.checked_add(u64::from(digit.wrapping_sub(b'0')));
    digits.iter().try_fold(0, add)
}

/// Digits at the front, and their number; it means nothing when there are more than 19.
#[inline]
pub(crate) fn digits(i: &[u8]) -> (usize, u64) {
    let Some(word) = i.first_chunk::<8>() else { return more(i, 0, 0) };
    let word = u64::from_le_bytes(*word);
    let low = word & LOW;
    // No sum carries into the next octet: at least b'0', at most b'9', and no more than seven bits.
    let odd = (!(low + 0x5050_5050_5050_5050) | (low + 0x4646_4646_4646_4646) | word) & HIGH;
    if odd == 0 {
        return more(i, 8, value(word));
    }
    let count = odd.trailing_zeros() / 8;
    // Zeros in front, which are what the octets shifted in stand for; two shifts, since 64 is too far for one.
    let number = value(word << (32 - 4 * count) << (32 - 4 * count));
    (count as usize, number)
}

/// The digits behind so many.
fn more(i: &[u8], mut count: usize, mut number: u64) -> (usize, u64) {
    while let Some(byte @ b'0'..=b'9') = i.get(count) {
        number = number.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'));
        count += 1;
    }
    (count, number)
}

/// Eight digits, the first in the lowest octet: pairs, then fours, then all are joined.
#[inline]
fn value(word: u64) -> u64 {
    let word = word & 0x0f0f_0f0f_0f0f_0f0f;
    let pairs = (word.wrapping_mul(1 + (10 << 8)) >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(1 + (100 << 16)) >> 16) & 0x0000_ffff_0000_ffff;
    fours.wrapping_mul(1 + (10_000 << 32)) >> 32
}

#[cfg(test)]
mod tests {
    use super::{digits, nz_digits, nz_number};

    #[test]
    fn numbers_of_messages() {
        for (text, count, number) in [
            ("", 0, None),
            ("0 ", 1, None),
            ("1", 1, Some(1)),
            ("4294967295:", 10, Some(u32::MAX)),
            ("4294967296", 10, None),
            ("000000000000000000000000000007", 30, Some(7)),
            ("18446744073709551617 ", 20, None),
            ("99999999999999999999999999999", 29, None),
        ] {
            assert_eq!(nz_number(text.as_bytes()), (count, number), "{text}");
            assert_eq!(nz_digits(text.as_bytes()), number.map_or(0, |_| count), "{text}");
        }
    }

    #[test]
    fn numbers_of_every_length_before_every_octet() {
        for length in 0..=19_usize {
            let text: String = "9081726354".chars().cycle().take(length).collect();
            for next in 0..=255_u8 {
                if next.is_ascii_digit() {
                    continue;
                }
                for tail in [0, 9] {
                    let line = [text.as_bytes(), &[next], &b"123456789"[..tail]].concat();
                    let (count, number) = digits(&line);
                    assert_eq!(count, length, "{}", line.escape_ascii());
                    assert_eq!(number, text.parse().unwrap_or(0), "{}", line.escape_ascii());
                }
            }
            assert_eq!(digits(text.as_bytes()), (length, text.parse().unwrap_or(0)));
        }
    }
}
