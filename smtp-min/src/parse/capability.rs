//! The lines of an answer to `EHLO` (RFC 5321 section 4.1.1.1).

use super::lines;
use crate::{Capabilities, Extension};

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

/// `ehlo-ok-rsp`: the first line is the server's name, each other one an extension.
pub(crate) fn capabilities(raw: &[u8]) -> Capabilities {
    let mut capabilities = Capabilities::default();
    for line in lines(raw).skip(1) {
        // Keywords and their parameters are ASCII; a line that is not is no extension that is known.
        let Ok(line) = std::str::from_utf8(line.get(4..).unwrap_or_default()) else { continue };
        let mut words = line.split_ascii_whitespace();
        let Some(keyword) = words.next() else { continue };
        // `AUTH=LOGIN PLAIN` is how servers wrote it before RFC 2554.
        let (keyword, first) = match keyword.split_once('=') {
            Some((keyword, first)) if keyword.eq_ignore_ascii_case("AUTH") => (keyword, Some(first)),
            _ => (keyword, None),
        };
        if keyword.eq_ignore_ascii_case("AUTH") {
            capabilities.add(Extension::Auth);
            for name in first.into_iter().chain(words).filter(|name| !name.is_empty()) {
                capabilities.add_mechanism(name);
            }
        } else if let Some(known) =
            KNOWN.into_iter().find(|known| keyword.eq_ignore_ascii_case(known.keyword()))
        {
            capabilities.add(known);
            if known == Extension::Size
                && let Some(octets) = words.next().and_then(|word| word.parse().ok())
            {
                capabilities.set_max_size(octets);
            }
        }
    }
    capabilities
}

#[cfg(test)]
mod tests {
    use super::{KNOWN, capabilities};
    use crate::Extension;

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
