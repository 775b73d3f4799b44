use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::HeaderMap;
use hyper::header::{AUTHORIZATION, COOKIE, HOST, ORIGIN};

use crate::model::Authority;
use crate::random::Random;

/// A request, read whole.
pub(super) struct Request {
    pub(super) method: hyper::Method,
    pub(super) path: String,
    /// The name of the tenant in the path, once the route has read it.
    pub(super) authority: Authority,
    query: Vec<(String, String)>,
    form: Vec<(String, String)>,
    headers: HeaderMap,
    correlation_id: String,
}

impl Request {
    pub(super) fn new(parts: hyper::http::request::Parts, body: &[u8], random: &Random) -> Self {
        let pairs = |encoded: &[u8]| form_urlencoded::parse(encoded).into_owned().collect::<Vec<_>>();
        let mut this = Self {
            method: parts.method,
            path: parts.uri.path().to_owned(),
            authority: Authority::Tenant,
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
        this.correlation_id = given.map_or_else(|| random.guid(), str::to_owned);
        this
    }

    /// A request as a browser sends it that follows this address, for a person who sits at no browser.
    pub(super) fn browser(path: &str, query: &str, host: &str, random: &Random) -> Self {
        let mut headers = HeaderMap::new();
        if let Ok(host) = host.parse() {
            headers.insert(HOST, host);
        }
        Self {
            method: hyper::Method::GET,
            path: path.to_owned(),
            authority: Authority::Tenant,
            query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            form: Vec::new(),
            headers,
            correlation_id: random.guid(),
        }
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
        format!("https://{}", self.host())
    }

    /// Host and port, as the client gives them.
    pub(super) fn host(&self) -> &str {
        let plain = |host: &&str| {
            host.len() < 256 && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b))
        };
        let host = self.headers.get(HOST).and_then(|host| host.to_str().ok()).filter(plain);
        host.unwrap_or("localhost")
    }

    /// User name and password of HTTP Basic (RFC 7617), form-decoded as OAuth has it (RFC 6749 section 2.3.1).
    pub(super) fn basic(&self) -> Option<(String, String)> {
        let header = self.headers.get(AUTHORIZATION)?.to_str().ok()?;
        let (scheme, encoded) = header.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
        let (name, password) = decoded.split_once(':')?;
        let plain = |text: &str| {
            form_urlencoded::parse(format!("x={}", text.replace('&', "%26")).as_bytes())
                .next()
                .map_or(String::new(), |(_, value)| value.into_owned())
        };
        Some((plain(name), plain(password)))
    }

    pub(super) fn has_origin(&self) -> bool {
        self.headers.contains_key(ORIGIN)
    }

    pub(super) fn cookie(&self, name: &str) -> Option<&str> {
        let cookies = self.headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        cookies
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(key, value)| (key == name && !value.is_empty()).then_some(value))
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

fn find<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
}
