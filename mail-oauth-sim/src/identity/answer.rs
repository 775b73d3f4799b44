use hyper::header::{
    CACHE_CONTROL, CONTENT_TYPE, DATE, EXPIRES, HeaderName, HeaderValue, LOCATION, PRAGMA, SET_COOKIE,
    WWW_AUTHENTICATE,
};
use hyper::{Response, StatusCode};
use serde_json::{Value, json};

use super::layout;
use super::outgoing::Outgoing;
use super::refusal::Refusal;
use super::request::Request;
use crate::date;
use crate::log::LogEvent;
use crate::state::State;

/// What a request is answered with.
pub(super) struct Answer {
    status: StatusCode,
    content_type: &'static str,
    body: Vec<u8>,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// Whether only half of the body is to leave.
    truncated: bool,
    /// How many seconds the `Date` header is off, and whether ahead.
    skew: (u64, bool),
    /// What the log shall say about it.
    grant: Option<&'static str>,
    aadsts: Option<u32>,
}

/// The text of a refusal and its parts.
pub(super) struct Description {
    pub(super) text: String,
    trace_id: String,
    timestamp: String,
}

impl Answer {
    pub(super) fn json(status: StatusCode, body: &Value) -> Self {
        Self::new(status, "application/json; charset=utf-8", body.to_string())
    }

    pub(super) fn html(status: StatusCode, body: String) -> Self {
        Self::new(status, "text/html; charset=utf-8", body)
    }

    /// A page for a person.
    pub(super) fn page(status: StatusCode, title: &str, body: &str) -> Self {
        Self::html(status, layout::document(title, body))
    }

    pub(super) fn not_found() -> Self {
        let text = "<p>This address leads nowhere. Endpoints are below a name of the tenant, as <code>/common/oauth2/v2.0/token</code>.</p>";
        Self::page(StatusCode::NOT_FOUND, "404 - not found", text)
    }

    pub(super) fn method_not_allowed() -> Self {
        let text = "<p>This address takes a POST.</p>";
        Self::page(StatusCode::METHOD_NOT_ALLOWED, "405 - method not allowed", text)
    }

    /// 401 that asks for HTTP Basic.
    pub(super) fn unauthorized() -> Self {
        Self::json(StatusCode::UNAUTHORIZED, &json!({ "error": "invalid_client" }))
    }

    /// A refusal in Entra's form.
    pub(super) fn refusal(refusal: &Refusal, request: &Request, state: &State) -> Self {
        let Description { text, trace_id, timestamp } = Self::description(refusal, request, state);
        let code = refusal.aadsts.code();
        let mut body = json!({
            "error": refusal.aadsts.error(),
            "error_description": text,
            "error_codes": [code],
            "timestamp": timestamp,
            "trace_id": trace_id,
            "correlation_id": request.correlation_id(),
            "error_uri": format!("{}/error?code={code}", request.base_url()),
        });
        if let Some(object) = body.as_object_mut() {
            if let Some(suberror) = refusal.aadsts.suberror() {
                object.insert("suberror".into(), suberror.into());
            }
            if let Some(claims) = refusal.claims {
                object.insert("claims".into(), claims.into());
            }
        }
        Self { aadsts: Some(code), ..Self::json(refusal.status(), &body) }
    }

    /// The page that tells the person, and nobody else.
    pub(super) fn refusal_page(refusal: &Refusal, request: &Request, state: &State) -> Self {
        let Description { text, .. } = Self::description(refusal, request, state);
        let title = "Sorry, but we’re having trouble signing you in.";
        // The same words as elsewhere, with what an administrator searches the sign-in log for in lines of their own.
        let text = layout::escape(&text);
        let (said, trace) = text.split_once(" Trace ID: ").unwrap_or((&text, ""));
        let trace = trace
            .replace(" Correlation ID: ", "<br>Correlation ID: ")
            .replace(" Timestamp: ", "<br>Timestamp: ");
        let body = format!("<p>{said}</p><p class=\"soft\">Trace ID: {trace}</p>");
        let aadsts = Some(refusal.aadsts.code());
        Self { aadsts, ..Self::page(StatusCode::BAD_REQUEST, title, &body) }
    }

    /// The number, the text, and what an administrator searches the sign-in log for.
    pub(super) fn description(refusal: &Refusal, request: &Request, state: &State) -> Description {
        let (timestamp, trace_id) = (date::entra(state.clock.now()), state.random.guid());
        let text = format!(
            "AADSTS{}: {} Trace ID: {trace_id} Correlation ID: {} Timestamp: {timestamp}",
            refusal.aadsts.code(),
            refusal.text,
            request.correlation_id()
        );
        Description { text, trace_id, timestamp }
    }

    pub(super) fn with_location(self, url: HeaderValue) -> Self {
        self.with_header(LOCATION, url)
    }

    pub(super) fn with_cookie(self, cookie: HeaderValue) -> Self {
        self.with_header(SET_COOKIE, cookie)
    }

    pub(super) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Changes the status and, if it is JSON, the body.
    pub(super) fn rewritten(mut self, status: Option<StatusCode>, change: impl FnOnce(&mut Value)) -> Self {
        self.status = status.unwrap_or(self.status);
        if let Ok(mut value) = serde_json::from_slice::<Value>(&self.body) {
            change(&mut value);
            self.body = value.to_string().into_bytes();
        }
        self
    }

    /// Puts octets before the body.
    pub(super) fn prefixed(mut self, prefix: &[u8]) -> Self {
        self.body.splice(0..0, prefix.iter().copied());
        self
    }

    /// Lets the `Date` header be wrong.
    pub(super) fn with_skew(self, seconds: u64, ahead: bool) -> Self {
        Self { skew: (seconds, ahead), ..self }
    }

    pub(super) fn truncated(mut self) -> Self {
        self.truncated = true;
        self
    }

    pub(super) fn is_error(&self) -> bool {
        self.status.is_client_error() || self.status.is_server_error()
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

    pub(super) fn into_response(self, state: &State) -> Response<Outgoing> {
        let mut response = Response::new(Outgoing::new(self.body, self.truncated));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store, no-cache"));
        // The tenant's time, which may be ahead of the system's.
        let now = state.clock.now();
        let date = match self.skew {
            (seconds, true) => now.saturating_add(seconds),
            (seconds, false) => now.saturating_sub(seconds),
        };
        if let Ok(date) = HeaderValue::from_str(&date::http(date)) {
            headers.insert(DATE, date);
        }
        headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
        headers.insert(EXPIRES, HeaderValue::from_static("-1"));
        headers.insert(
            "strict-transport-security",
            HeaderValue::from_static("max-age=31536000; includeSubDomains"),
        );
        headers.insert("x-ms-ests-server", HeaderValue::from_static("2.1.0 - SIM ProdSlices"));
        if let Ok(id) = HeaderValue::from_str(&state.random.guid()) {
            headers.insert("x-ms-request-id", id);
        }
        for (name, value) in self.headers {
            headers.append(name, value);
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"mail-oauth-sim\""));
        }
        response
    }

    pub(super) fn new(status: StatusCode, content_type: &'static str, body: String) -> Self {
        Self {
            status,
            content_type,
            body: body.into_bytes(),
            headers: Vec::new(),
            truncated: false,
            skew: (0, true),
            grant: None,
            aadsts: None,
        }
    }
}
