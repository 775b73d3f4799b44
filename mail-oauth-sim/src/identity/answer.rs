use std::time::Duration;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{
    CACHE_CONTROL, CONTENT_TYPE, EXPIRES, HeaderValue, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE,
};
use hyper::{Response, StatusCode};
use serde_json::{Value, json};

use super::aadsts::Refusal;
use super::request::Request;
use crate::clock::Clock;
use crate::fault::HttpFault;
use crate::log::LogEvent;
use crate::{date, random};

/// What a request is answered with.
pub(super) struct Answer {
    status: StatusCode,
    content_type: &'static str,
    body: Vec<u8>,
    retry_after: Option<Duration>,
    /// What the log shall say about it.
    grant: Option<&'static str>,
    aadsts: Option<u32>,
}

impl Answer {
    pub(super) fn json(status: StatusCode, body: &Value) -> Self {
        Self::new(status, "application/json; charset=utf-8", body.to_string())
    }

    pub(super) fn html(status: StatusCode, body: String) -> Self {
        Self::new(status, "text/html; charset=utf-8", body)
    }

    pub(super) fn not_found() -> Self {
        Self::html(
            StatusCode::NOT_FOUND,
            "<!doctype html><title>404</title><h1>404 - not found</h1>\n".into(),
        )
    }

    pub(super) fn method_not_allowed() -> Self {
        let page = "<!doctype html><title>405</title><h1>405 - method not allowed</h1>\n";
        Self::html(StatusCode::METHOD_NOT_ALLOWED, page.into())
    }

    /// 401 that asks for HTTP Basic.
    pub(super) fn unauthorized() -> Self {
        Self::json(StatusCode::UNAUTHORIZED, &json!({ "error": "invalid_client" }))
    }

    /// A refusal in Entra's form.
    pub(super) fn refusal(refusal: &Refusal, request: &Request, clock: &Clock) -> Self {
        let timestamp = date::entra(clock.now());
        let trace_id = random::guid();
        let correlation_id = request.correlation_id();
        let code = refusal.code;
        let mut body = json!({
            "error": refusal.error,
            "error_description": format!(
                "AADSTS{code}: {} Trace ID: {trace_id} Correlation ID: {correlation_id} Timestamp: {timestamp}",
                refusal.text
            ),
            "error_codes": [code],
            "timestamp": timestamp,
            "trace_id": trace_id,
            "correlation_id": correlation_id,
            "error_uri": format!("{}/error?code={code}", request.base_url()),
        });
        if let (Some(suberror), Some(object)) = (refusal.suberror, body.as_object_mut()) {
            object.insert("suberror".into(), suberror.into());
        }
        Self { aadsts: Some(code), ..Self::json(refusal.status(), &body) }
    }

    /// The answer that a fault gives in place of the real one.
    pub(super) fn fault(fault: &HttpFault, request: &Request, clock: &Clock) -> Self {
        match fault {
            HttpFault::Unavailable { retry_after } => {
                Self { retry_after: *retry_after, ..Self::refusal(&Refusal::transient(), request, clock) }
            }
            HttpFault::TooManyRequests { retry_after } => Self {
                retry_after: *retry_after,
                ..Self::new(StatusCode::TOO_MANY_REQUESTS, "text/plain", "Too Many Requests".into())
            },
            HttpFault::Html => Self::html(
                StatusCode::BAD_GATEWAY,
                "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1>\
                 </center>\r\n</body>\r\n</html>\r\n"
                    .into(),
            ),
        }
    }

    /// Notes the grant type for the log.
    pub(super) fn with_grant(self, grant: Option<&'static str>) -> Self {
        Self { grant, ..self }
    }

    /// The request and its answer, as the log tells them.
    pub(super) fn event(&self, method: String, path: String) -> LogEvent {
        LogEvent::Request {
            method,
            path,
            grant: self.grant,
            status: self.status.as_u16(),
            aadsts: self.aadsts,
        }
    }

    pub(super) fn into_response(self) -> Response<Full<Bytes>> {
        let mut response = Response::new(Full::new(Bytes::from(self.body)));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store, no-cache"));
        headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
        headers.insert(EXPIRES, HeaderValue::from_static("-1"));
        headers.insert(
            "strict-transport-security",
            HeaderValue::from_static("max-age=31536000; includeSubDomains"),
        );
        headers.insert("x-ms-ests-server", HeaderValue::from_static("2.1.0 - SIM ProdSlices"));
        if let Ok(id) = HeaderValue::from_str(&random::guid()) {
            headers.insert("x-ms-request-id", id);
        }
        if let Some(after) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(after.as_secs()));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"mail-oauth-sim\""));
        }
        response
    }

    fn new(status: StatusCode, content_type: &'static str, body: String) -> Self {
        Self { status, content_type, body: body.into_bytes(), retry_after: None, grant: None, aadsts: None }
    }
}
