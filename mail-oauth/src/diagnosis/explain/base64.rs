//! Base64 of either alphabet (RFC 4648 sections 4 and 5), as logs hold it: with or without padding.

use zeroize::Zeroizing;

/// The octets; `None` when a character is of neither alphabet.
pub(super) fn decode(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let text = text.trim_end_matches('=');
    let mut out = Zeroizing::new(Vec::with_capacity(text.len() / 4 * 3 + 3));
    let (mut bits, mut count) = (0_u32, 0_u32);
    for byte in text.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from((bits >> count) & 0xff).unwrap_or_default());
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    #[test]
    fn both_alphabets_are_read() {
        assert_eq!(super::decode("dXNlcj0B").unwrap().as_slice(), b"user=\x01");
        assert_eq!(super::decode("-_8=").unwrap().as_slice(), super::decode("+/8").unwrap().as_slice());
        assert!(super::decode("a.b").is_none());
    }
}
