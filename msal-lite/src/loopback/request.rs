//! A browser's request, as far as it matters here (RFC 9112).

use super::page::Page;
use crate::Body;

/// What a request turned out to be.
#[derive(Debug)]
pub(super) enum Parsed {
    /// More octets are needed.
    Incomplete,
    /// A query or a form for the redirect address.
    Parameters(Body),
    /// Something else.
    Refused(Page<'static>),
}

/// How far the head of a request was looked at, so that octets that come one by one are not looked at
/// twice.
#[derive(Debug, Default)]
pub(super) struct Head {
    scanned: usize,
    end: Option<usize>,
}

/// Octets of a head. Browsers refuse to send cookies and addresses of half of this.
const LONGEST_HEAD: usize = 32 << 10;
/// Octets of a form: a code, an id token and some room.
const LONGEST_FORM: usize = 64 << 10;

impl Head {
    /// Looks at all octets so far.
    pub(super) fn parse(&mut self, bytes: &[u8], path: &str, hosts: &[String]) -> Parsed {
        let Some(end) = self.end(bytes) else {
            let too_long = bytes.len() > LONGEST_HEAD;
            return if too_long { Parsed::Refused(Page::TooLong) } else { Parsed::Incomplete };
        };
        if end > LONGEST_HEAD {
            return Parsed::Refused(Page::TooLong);
        }
        let (head, body) = bytes.split_at_checked(end).unwrap_or((bytes, &[]));
        let Ok(head) = std::str::from_utf8(head) else { return Parsed::Refused(Page::NotFound) };
        let mut lines = head.split("\r\n");
        let mut words = lines.next().unwrap_or_default().split(' ');
        let (Some(method), Some(target)) = (words.next(), words.next()) else {
            return Parsed::Refused(Page::NotFound);
        };
        let header = |wanted: &str| {
            lines.clone().filter_map(|line| line.split_once(':')).find_map(|(name, value)| {
                name.eq_ignore_ascii_case(wanted).then_some(value.trim_matches([' ', '\t']))
            })
        };
        let host = header("host").unwrap_or_default();
        let (target_path, query) = target.split_once('?').unwrap_or((target, ""));
        if target_path != path || !hosts.iter().any(|one| one.eq_ignore_ascii_case(host)) {
            return Parsed::Refused(Page::NotFound);
        }
        match method {
            "GET" if query.is_empty() => Parsed::Refused(Page::NotFound),
            "GET" => Parsed::Parameters(Body::new(query.as_bytes().to_vec())),
            "POST" => form(body, header("content-type"), header("content-length")),
            _ => Parsed::Refused(Page::MethodNotAllowed),
        }
    }

    /// Where the empty line behind the head ends.
    fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        if self.end.is_none() {
            let from = self.scanned.saturating_sub(3);
            let fresh = bytes.get(from..).unwrap_or_default();
            self.end = fresh.windows(4).position(|four| four == b"\r\n\r\n").map(|at| from + at + 4);
            self.scanned = bytes.len();
        }
        self.end
    }
}

fn form(body: &[u8], kind: Option<&str>, length: Option<&str>) -> Parsed {
    let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Parsed::Refused(Page::NotFound);
    }
    // Browsers send no form in chunks.
    let Some(length) = length.and_then(|length| length.parse::<usize>().ok()) else {
        return Parsed::Refused(Page::NotFound);
    };
    if length > LONGEST_FORM {
        return Parsed::Refused(Page::TooLong);
    }
    body.get(..length).map_or(Parsed::Incomplete, |form| Parsed::Parameters(Body::new(form.to_vec())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Parsed {
        Head::default().parse(text.as_bytes(), "/cb", &["localhost:1".to_owned()])
    }

    fn parameters(text: &str) -> Option<String> {
        match parse(text) {
            Parsed::Parameters(body) => Some(String::from_utf8(body.expose().to_vec()).unwrap()),
            Parsed::Incomplete | Parsed::Refused(_) => None,
        }
    }

    const POST: &str = "POST /cb HTTP/1.1\r\nHost: LOCALHOST:1\r\nContent-Type: application/x-www-form-urlencoded; charset=utf-8\r\ncontent-length: 3\r\n\r\na=b";

    #[test]
    fn queries_and_forms() {
        assert_eq!(
            parameters("GET /cb?code=1&state=2 HTTP/1.1\r\nHost: localhost:1\r\n\r\n").unwrap(),
            "code=1&state=2"
        );
        assert_eq!(parameters(POST).unwrap(), "a=b");
        // What comes behind the form is not of it.
        assert_eq!(parameters(&format!("{POST}&code=x")).unwrap(), "a=b");
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "GET / HTTP/1.1\r\nHost: localhost:1\r\n\r\n",
            "GET /cb HTTP/1.1\r\nHost: localhost:1\r\n\r\n",
            "GET /cb/?a=b HTTP/1.1\r\nHost: localhost:1\r\n\r\n",
            "GET /favicon.ico HTTP/1.1\r\nHost: localhost:1\r\n\r\n",
            "GET /cb?a=b HTTP/1.1\r\nHost: attacker.example\r\n\r\n",
            "GET /cb?a=b HTTP/1.1\r\n\r\n",
            "HEAD /cb?a=b HTTP/1.1\r\nHost: localhost:1\r\n\r\n",
            "\r\n\r\n",
            &POST.replace("x-www-form-urlencoded", "json"),
            &POST.replace("content-length", "x-length"),
            &POST.replace(": 3", ": 70000"),
            &POST.replace(": 3", ": -3"),
        ] {
            assert!(matches!(parse(text), Parsed::Refused(_)), "{text}");
        }
    }

    #[test]
    fn octet_by_octet_and_bounded() {
        let mut head = Head::default();
        for length in 0..POST.len() {
            let parsed = head.parse(&POST.as_bytes()[..length], "/cb", &["localhost:1".to_owned()]);
            assert!(matches!(parsed, Parsed::Incomplete), "{length}");
        }
        let whole = head.parse(POST.as_bytes(), "/cb", &["localhost:1".to_owned()]);
        assert!(matches!(whole, Parsed::Parameters(_)));
        assert!(matches!(parse(&"x".repeat(LONGEST_HEAD)), Parsed::Incomplete));
        assert!(matches!(parse(&"x".repeat(LONGEST_HEAD + 1)), Parsed::Refused(Page::TooLong)));
    }
}
