use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::HeaderMap;
use hyper::header::{AUTHORIZATION, HOST};

use crate::random;

/// A request, read whole.
pub(super) struct Request {
    pub(super) method: hyper::Method,
    pub(super) path: String,
    query: Vec<(String, String)>,
    form: Vec<(String, String)>,
    headers: HeaderMap,
    correlation_id: String,
}

impl Request {
    pub(super) fn new(parts: hyper::http::request::Parts, body: &[u8]) -> Self {
        let pairs = |encoded: &[u8]| form_urlencoded::parse(encoded).into_owned().collect::<Vec<_>>();
        let mut this = Self {
            method: parts.method,
            path: parts.uri.path().to_owned(),
            query: pairs(parts.uri.query().unwrap_or_default().as_bytes()),
            form: pairs(body),
            headers: parts.headers,
            correlation_id: String::new(),
        };
        let given = this
            .header("client-request-id")
            .or_else(|| this.form("client-request-id"))
            .or_else(|| this.query("client-request-id"))
            .filter(|id| id.len() == 36 && id.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-'));
        this.correlation_id = given.map_or_else(random::guid, str::to_owned);
        this
    }

    /// A parameter of the body; an empty one counts as absent (RFC 6749 section 3.2).
    pub(super) fn form(&self, name: &str) -> Option<&str> {
        find(&self.form, name)
    }

    pub(super) fn query(&self, name: &str) -> Option<&str> {
        find(&self.query, name)
    }

    /// The path's segments, without the empty one before the first slash.
    pub(super) fn segments(&self) -> Vec<&str> {
        self.path.trim_start_matches('/').split('/').collect()
    }

    /// The id that the client chose for finding the request in the sign-in log, from the header, the body or the
    /// query; else a new one.
    pub(super) fn correlation_id(&self) -> &str {
        &self.correlation_id
    }

    /// Where the client thinks that it is: endpoints in the answers are under the same name.
    pub(super) fn base_url(&self) -> String {
        let plain = |host: &&str| {
            host.len() < 256 && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b))
        };
        let host = self.headers.get(HOST).and_then(|host| host.to_str().ok()).filter(plain);
        format!("https://{}", host.unwrap_or("localhost"))
    }

    /// The password of HTTP Basic (RFC 7617).
    pub(super) fn basic_password(&self) -> Option<String> {
        let header = self.headers.get(AUTHORIZATION)?.to_str().ok()?;
        let (scheme, encoded) = header.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
        Some(decoded.split_once(':')?.1.to_owned())
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

fn find<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
}
