//! The lines of an answer to `EHLO` (RFC 5321 section 4.1.1.1).

use memchr::memchr2;

use super::first_line;
use crate::{Capabilities, Extension};

/// `ehlo-ok-rsp`: the first line is the server's name, each other one an extension.
pub(crate) fn capabilities(raw: &[u8]) -> Capabilities {
    let mut capabilities = Capabilities::default();
    let (_, mut rest) = first_line(raw);
    while let Some(text) = rest.get(4..) {
        // Most have no parameters, and are written in upper case.
        if let Some(extension) = candidate(text)
            && let Some([b'\r', b'\n', next @ ..]) = text.strip_prefix(extension.keyword().as_bytes())
        {
            capabilities.add(extension);
            rest = next;
            continue;
        }
        let (line, next) = first_line(text);
        extension(line, &mut capabilities);
        rest = next;
    }
    capabilities
}

/// A line without its code.
fn extension(line: &[u8], capabilities: &mut Capabilities) {
    let line = line.trim_ascii_start();
    let (keyword, parameters) = line.split_at_checked(word_end(line)).unwrap_or((line, &[]));
    // `AUTH=LOGIN PLAIN` is how servers wrote it before RFC 2554.
    if let [b'A' | b'a', ..] = keyword
        && let Some((auth, first)) = keyword.split_at_checked(4)
        && auth.eq_ignore_ascii_case(b"AUTH")
        && matches!(first, [] | [b'=', ..])
    {
        capabilities.add(Extension::Auth);
        let first = first.strip_prefix(b"=").filter(|name| !name.is_empty());
        for name in first.into_iter().chain(words(parameters)) {
            capabilities.add_mechanism(name);
        }
    } else if let Some(known) = known(keyword) {
        capabilities.add(known);
        if known == Extension::Size
            && let Some(octets) = words(parameters).next().and_then(number)
        {
            capabilities.set_max_size(octets);
        }
    }
}

fn word_end(line: &[u8]) -> usize {
    memchr2(b' ', b'\t', line).unwrap_or(line.len())
}

fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| matches!(byte, b' ' | b'\t')).filter(|word| !word.is_empty())
}

fn number(word: &[u8]) -> Option<u64> {
    word.iter().try_fold(0_u64, |sum, byte| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        sum.checked_mul(10)?.checked_add(digit)
    })
}

/// The extension of a keyword, `AUTH` excepted.
fn known(keyword: &[u8]) -> Option<Extension> {
    candidate(keyword).filter(|extension| keyword.eq_ignore_ascii_case(extension.keyword().as_bytes()))
}

/// The only extension that text with these first letters can be, `AUTH` excepted.
fn candidate(text: &[u8]) -> Option<Extension> {
    let [first, second, ..] = text else { return None };
    Some(match (first.to_ascii_uppercase(), second.to_ascii_uppercase()) {
        (b'D', _) => Extension::Dsn,
        (b'S', b'I') => Extension::Size,
        (b'S', b'T') => Extension::StartTls,
        (b'S', _) => Extension::SmtpUtf8,
        (b'C', _) => Extension::Chunking,
        (b'8', _) => Extension::EightBitMime,
        (b'P', _) => Extension::Pipelining,
        (b'B', _) => Extension::BinaryMime,
        (b'R', _) => Extension::RequireTls,
        (b'E', _) => Extension::EnhancedStatusCodes,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::capabilities;
    use crate::Extension;

    const KNOWN: [Extension; 10] = [
        Extension::Size,
        Extension::Pipelining,
        Extension::Chunking,
        Extension::EightBitMime,
        Extension::SmtpUtf8,
        Extension::StartTls,
        Extension::EnhancedStatusCodes,
        Extension::Dsn,
        Extension::BinaryMime,
        Extension::RequireTls,
    ];

    #[test]
    fn each_keyword_is_known_in_any_case() {
        for extension in KNOWN {
            let keyword = extension.keyword();
            for word in [keyword.to_owned(), keyword.to_ascii_lowercase()] {
                assert!(capabilities(format!("250-x\r\n250 {word}\r\n").as_bytes()).has(extension), "{word}");
            }
            assert!(!capabilities(format!("250-x\r\n250 {keyword}X\r\n").as_bytes()).has(extension));
        }
    }

    #[test]
    fn office_365() {
        let raw = b"250-AM0PR02CA0134.outlook.office365.com Hello [192.0.2.1]\r\n250-SIZE 157286400\r\n250-PIPELINING\r\n\
            250-DSN\r\n250-ENHANCEDSTATUSCODES\r\n250-AUTH LOGIN XOAUTH2\r\n250-8BITMIME\r\n250-BINARYMIME\r\n\
            250-CHUNKING\r\n250 SMTPUTF8\r\n";
        let found = capabilities(raw);
        assert_eq!(found.max_size(), Some(157_286_400));
        assert_eq!(found.mechanisms().collect::<Vec<_>>(), ["LOGIN", "XOAUTH2"]);
        assert!(found.mechanism("xoauth2"));
        let missing = [Extension::StartTls, Extension::RequireTls];
        for extension in KNOWN {
            assert_eq!(found.has(extension), !missing.contains(&extension), "{extension:?}");
        }
    }

    #[test]
    fn odd_ones() {
        let raw = b"250-x\r\n250-auth=LOGIN plain\r\n250-AUTH PLAIN XOAUTH2\r\n250-AUTH=\r\n250-size 0\r\n250-\r\n250-\xff\r\n\
            250-X-EXPS GSSAPI\r\n250 StartTLS\r\n";
        let found = capabilities(raw);
        assert_eq!(found.mechanisms().collect::<Vec<_>>(), ["LOGIN", "PLAIN", "XOAUTH2"]);
        assert!(found.has(Extension::Auth) && found.has(Extension::Size) && found.has(Extension::StartTls));
        assert_eq!(found.max_size(), None);
        // The first line is a name, whatever it looks like.
        assert!(!capabilities(b"250 STARTTLS\r\n").has(Extension::StartTls));
        assert_eq!(capabilities(b"250-x\r\n250 SIZE 99999999999999999999999\r\n").max_size(), None);
    }
}
