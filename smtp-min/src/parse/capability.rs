//! The lines of an answer to `EHLO` (RFC 5321 section 4.1.1.1).

use memchr::memchr2;

use super::lines;
use crate::{Capabilities, Extension};

/// `ehlo-ok-rsp`: the first line is the server's name, each other one an extension.
pub(crate) fn capabilities(raw: &[u8]) -> Capabilities {
    let mut capabilities = Capabilities::default();
    for line in lines(raw).skip(1) {
        let line = line.get(4..).unwrap_or_default();
        // Most have no parameters, and are a keyword as a whole.
        if let Some(known) = known(line) {
            capabilities.add(known);
            continue;
        }
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
    capabilities
}

fn word_end(line: &[u8]) -> usize {
    memchr2(b' ', b'\t', line).unwrap_or(line.len())
}

fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| matches!(byte, b' ' | b'\t')).filter(|word| !word.is_empty())
}

fn number(word: &[u8]) -> Option<u64> {
    std::str::from_utf8(word).ok()?.parse().ok()
}

/// The extension of a keyword, `AUTH` excepted. Length and first letters leave one that it can be.
fn known(keyword: &[u8]) -> Option<Extension> {
    let first = |at: usize| keyword.get(at).map(u8::to_ascii_uppercase);
    let extension = match (keyword.len(), first(0)?, first(1)) {
        (3, b'D', _) => Extension::Dsn,
        (4, b'S', _) => Extension::Size,
        (8, b'S', Some(b'T')) => Extension::StartTls,
        (8, b'S', _) => Extension::SmtpUtf8,
        (8, b'C', _) => Extension::Chunking,
        (8, b'8', _) => Extension::EightBitMime,
        (10, b'P', _) => Extension::Pipelining,
        (10, b'B', _) => Extension::BinaryMime,
        (10, b'R', _) => Extension::RequireTls,
        (19, b'E', _) => Extension::EnhancedStatusCodes,
        _ => return None,
    };
    let expected = extension.keyword().as_bytes();
    // Servers write them in upper case.
    (keyword == expected || keyword.eq_ignore_ascii_case(expected)).then_some(extension)
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
