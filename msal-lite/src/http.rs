//! Requests and responses, as data.

use std::time::Duration;

use url::form_urlencoded;

use crate::{Body, CorrelationId, Secret, Timestamp};

/// A request to be sent over https, as it is, without following a redirect.
///
/// Body and [`authorization`](Self::authorization) hold secrets: they are redacted and wiped.
#[derive(Clone, Debug)]
pub struct Request {
    method: Method,
    url: String,
    headers: Vec<(&'static str, String)>,
    authorization: Option<Secret>,
    body: Body,
}

/// The method of a [`Request`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Method {
    /// GET, without a body.
    Get,
    /// POST.
    Post,
}

impl Request {
    /// The method.
    pub fn method(&self) -> Method {
        self.method
    }

    /// The address. It holds no secret.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The headers. They hold no secret.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.headers.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// The value of the header `authorization`, where there is one. Not among [`headers`](Self::headers),
    /// so that nobody prints it with them.
    pub fn authorization(&self) -> Option<&Secret> {
        self.authorization.as_ref()
    }

    /// The body.
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// Takes the body out.
    pub fn into_body(self) -> Body {
        self.body
    }

    /// A form in the encoding of the URL standard.
    pub(crate) fn form(url: &str, correlation: &CorrelationId, fields: &[(&str, &str)]) -> Self {
        // Every octet may become three: so much room that a growing buffer leaves no copy behind.
        let room = fields.iter().map(|(name, value)| 3 * (name.len() + value.len()) + 2).sum();
        let mut form = String::with_capacity(room);
        for (name, value) in fields {
            if !form.is_empty() {
                form.push('&');
            }
            append_encoded(&mut form, name);
            form.push('=');
            append_encoded(&mut form, value);
        }
        Self {
            method: Method::Post,
            url: url.to_owned(),
            headers: vec![
                ("content-type", "application/x-www-form-urlencoded".to_owned()),
                ("accept", "application/json".to_owned()),
                ("client-request-id", correlation.as_str().to_owned()),
            ],
            authorization: None,
            body: Body::new(form.into_bytes()),
        }
    }

    /// Asks for a document that needs no credential.
    pub(crate) fn get(url: &str, correlation: &CorrelationId) -> Self {
        Self {
            method: Method::Get,
            url: url.to_owned(),
            headers: vec![
                ("accept", "application/json".to_owned()),
                ("client-request-id", correlation.as_str().to_owned()),
            ],
            authorization: None,
            body: Body::default(),
        }
    }

    pub(crate) fn with_authorization(mut self, value: Option<Secret>) -> Self {
        self.authorization = value;
        self
    }
}

/// The encoding of forms in the URL standard. Runs of what stays as it is go over in one piece, because tokens are
/// one such run of 1,000 octets and more.
fn append_encoded(form: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = first_to_encode(rest) {
        form.push_str(rest.get(..at).unwrap_or_default());
        let end = rest.bytes().skip(at).position(is_kept).map_or(rest.len(), |length| at + length);
        form.extend(form_urlencoded::byte_serialize(rest.as_bytes().get(at..end).unwrap_or_default()));
        rest = rest.get(end..).unwrap_or_default();
    }
    form.push_str(rest);
}

/// Whole blocks are looked at first, without a branch in them.
fn first_to_encode(text: &str) -> Option<usize> {
    const BLOCK: usize = 32;
    let is_whole = |block: &&[u8]| block.iter().fold(true, |so_far, octet| so_far & is_kept(*octet));
    let start = text.as_bytes().chunks_exact(BLOCK).take_while(is_whole).count() * BLOCK;
    text.bytes().skip(start).position(|octet| !is_kept(octet)).map(|at| start + at)
}

fn is_kept(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || matches!(octet, b'*' | b'-' | b'.' | b'_')
}

/// What came back for a [`Request`].
#[derive(Clone, Debug)]
pub struct Response {
    status: u16,
    retry_after: Option<String>,
    body: Body,
}

impl Response {
    /// A response with its status and its body, which the reader has cut at
    /// [`Limits::body`](crate::Limits::body) plus one octet.
    pub fn new(status: u16, body: Body) -> Self {
        Self { status, retry_after: None, body }
    }

    /// Adds a header. Those that no flow looks at are forgotten.
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        if name.eq_ignore_ascii_case("retry-after") && value.len() <= 64 {
            self.retry_after = Some(value.to_owned());
        }
        self
    }

    /// The status code.
    pub fn status(&self) -> u16 {
        self.status
    }

    pub(crate) fn body(&self) -> &[u8] {
        self.body.expose()
    }

    /// `Retry-After` in seconds or as a date (RFC 9110 section 10.2.3), at most an hour.
    pub(crate) fn retry_after(&self, now: Timestamp) -> Option<Duration> {
        const LONGEST: Duration = Duration::from_secs(3600);
        let value = self.retry_after.as_deref()?.trim();
        let wait = match value.parse::<u64>() {
            Ok(seconds) => Duration::from_secs(seconds),
            Err(_) => now.until(Timestamp::from_http_date(value)?),
        };
        Some(wait.min(LONGEST))
    }
}
