//! Who sends the requests.

use std::{error::Error as _, fmt::Write as _, future::Future};

use bytes::Bytes;
use http_body_util::Full;

use crate::{Body, Limits, Method, Request, Response, Secret, TransportError, TransportErrorKind};

/// Sends requests over https. Made for [`reqwest::Client`]; another one is for tests and for programs that
/// bring their own HTTP.
pub trait Transport: Send + Sync + 'static {
    /// Sends the request as it is and reads at most `limits.body` octets and one of the response's body.
    ///
    /// Redirects are not followed, whatever the client does otherwise: the body holds credentials. [`Request::authorization`] goes out as the
    /// header of that name.
    fn send(
        &self,
        request: Request,
        limits: &Limits,
    ) -> impl Future<Output = Result<Response, TransportError>> + Send;
}

impl Transport for reqwest::Client {
    async fn send(&self, request: Request, limits: &Limits) -> Result<Response, TransportError> {
        let url = request.url().to_owned();
        let mut builder = match request.method() {
            Method::Get => self.get(&url),
            Method::Post => self.post(&url),
        };
        for (name, value) in request.headers() {
            builder = builder.header(name, value);
        }
        if let Some(authorization) = request.authorization() {
            builder = builder.header("authorization", sensitive(authorization)?);
        }
        if request.method() == Method::Post {
            builder = builder.body(once(request.into_body()));
        }
        let mut answer = builder.send().await.map_err(failure)?;
        if answer.url().as_str() != url {
            let text = "the HTTP client followed a redirect; build it with redirect::Policy::none()";
            return Err(TransportError::new(TransportErrorKind::Tls, text));
        }
        let mut body = Body::default();
        while body.len() <= limits.body {
            let Some(chunk) = answer.chunk().await.map_err(failure)? else { break };
            let room = limits.body + 1 - body.len();
            body.append(chunk.get(..room).unwrap_or(&chunk));
        }
        let retry_after = answer.headers().get("retry-after").and_then(|value| value.to_str().ok());
        let response = Response::new(answer.status().as_u16(), body);
        Ok(match retry_after {
            Some(value) => response.with_header("retry-after", value),
            None => response,
        })
    }
}

/// A body that the HTTP client can send one time only: it cannot follow a redirect with it, even if it was built to
/// follow redirects. Not copied, and wiped when it is sent.
fn once(body: Body) -> reqwest::Body {
    struct Sent(Body);
    impl AsRef<[u8]> for Sent {
        fn as_ref(&self) -> &[u8] {
            self.0.expose()
        }
    }
    reqwest::Body::wrap(Full::new(Bytes::from_owner(Sent(body))))
}

/// A header value that the HTTP client neither prints nor puts into a compression table.
fn sensitive(value: &Secret) -> Result<reqwest::header::HeaderValue, TransportError> {
    let mut value = reqwest::header::HeaderValue::from_str(value.expose()).map_err(|_| {
        TransportError::new(TransportErrorKind::Connect, "the authorization holds what no header can")
    })?;
    value.set_sensitive(true);
    Ok(value)
}

fn failure(error: reqwest::Error) -> TransportError {
    // The address is no secret, but it is in every message twice without this.
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let _ = write!(text, ": {cause}");
        source = cause.source();
    }
    // reqwest has no kind for a TLS failure.
    let tls = ["certificate", "tls", "handshake"].iter().any(|word| text.to_ascii_lowercase().contains(word));
    let kind = if error.is_timeout() {
        TransportErrorKind::Timeout
    } else if tls {
        TransportErrorKind::Tls
    } else if error.is_connect() {
        TransportErrorKind::Connect
    } else {
        TransportErrorKind::Interrupted
    };
    TransportError::new(kind, crate::text::escape_and_cut(&text, 400)).with_cause(error)
}
