//! The modified UTF-7 of mailbox names (RFC 3501 section 5.1.3).

use base64::Engine as _;
use base64::alphabet::IMAP_MUTF7;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &IMAP_MUTF7,
    // Some clients have made names with padding, or with bits behind the last character.
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// A name as the wire has it.
pub(crate) fn encode(name: &str) -> String {
    let mut wire = String::with_capacity(name.len());
    let mut run: Vec<u8> = Vec::new();
    for c in name.chars() {
        if c.is_ascii() {
            close(&mut run, &mut wire);
            wire.push(c);
            if c == '&' {
                wire.push('-');
            }
        } else {
            let mut units = [0; 2];
            run.extend(c.encode_utf16(&mut units).iter().flat_map(|unit| unit.to_be_bytes()));
        }
    }
    close(&mut run, &mut wire);
    wire
}

/// A name as a person reads it; `None` when it is not in modified UTF-7.
pub(crate) fn decode(wire: &str) -> Option<String> {
    let mut name = String::with_capacity(wire.len());
    let mut rest = wire;
    while let Some((plain, behind)) = rest.split_once('&') {
        name.push_str(plain);
        let (run, after) = behind.split_once('-')?;
        rest = after;
        if run.is_empty() {
            name.push('&');
            continue;
        }
        let octets = ENGINE.decode(run).ok()?;
        let (pairs, odd) = octets.as_chunks::<2>();
        if !odd.is_empty() {
            return None;
        }
        let units = pairs.iter().map(|pair| u16::from_be_bytes(*pair));
        for c in char::decode_utf16(units) {
            name.push(c.ok()?);
        }
    }
    name.push_str(rest);
    Some(name)
}

fn close(run: &mut Vec<u8>, wire: &mut String) {
    if !run.is_empty() {
        wire.push('&');
        ENGINE.encode_string(&*run, wire);
        wire.push('-');
        run.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn both_ways() {
        // The second is the example of RFC 3501 section 5.1.3.
        for (name, wire) in [
            ("INBOX", "INBOX"),
            ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
            ("a&b", "a&-b"),
            ("Entwürfe & mehr", "Entw&APw-rfe &- mehr"),
            ("😀", "&2D3eAA-"),
            ("☺!", "&Jjo-!"),
        ] {
            assert_eq!(encode(name), wire);
            assert_eq!(decode(wire).as_deref(), Some(name));
        }
        // Superfluous shifts, as the RFC's counter example has them, are read all the same.
        assert_eq!(decode("&U,BTFw-&ZeVnLIqe-").as_deref(), Some("台北日本語"));
        assert_eq!(decode("&AAAA"), None);
        assert_eq!(decode("&!-"), None);
        assert_eq!(decode("&2D0-"), None, "half a surrogate pair");
        assert_eq!(decode("&AA-"), None, "half a unit");
    }
}
