use hyper::StatusCode;
use hyper::header::HeaderValue;

use super::answer::Answer;
use super::layout::escape;

/// How an answer gets to the redirect address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ResponseMode {
    Query,
    Fragment,
    FormPost,
}

impl ResponseMode {
    pub(super) fn named(name: Option<&str>) -> Option<Self> {
        match name {
            None | Some("query") => Some(Self::Query),
            Some("fragment") => Some(Self::Fragment),
            Some("form_post") => Some(Self::FormPost),
            Some(_) => None,
        }
    }
}

/// What the browser is sent back with.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub(crate) url: String,
    /// The body to post, form-encoded; `None` for a redirect by GET.
    pub(crate) body: Option<String>,
}

impl Delivery {
    pub(super) fn new(mode: ResponseMode, uri: &str, fields: &[(&str, String)]) -> Self {
        let encoded = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        match mode {
            ResponseMode::FormPost => Self { url: uri.to_owned(), body: Some(encoded) },
            ResponseMode::Fragment => Self { url: format!("{uri}#{encoded}"), body: None },
            ResponseMode::Query => {
                let join = if uri.contains('?') { '&' } else { '?' };
                Self { url: format!("{uri}{join}{encoded}"), body: None }
            }
        }
    }

    /// A redirect, or a page whose form posts itself.
    pub(super) fn answer(self) -> Answer {
        let Some(body) = &self.body else {
            let page = "<!doctype html><title>302</title>\n".to_owned();
            let mut answer = Answer::html(StatusCode::FOUND, page);
            if let Ok(url) = HeaderValue::from_str(&self.url) {
                answer = answer.with_location(url);
            }
            return answer;
        };
        let inputs: String = form_urlencoded::parse(body.as_bytes())
            .map(|(name, value)| {
                format!("<input type=\"hidden\" name=\"{}\" value=\"{}\"/>", escape(&name), escape(&value))
            })
            .collect();
        Answer::html(
            StatusCode::OK,
            format!(
                "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Working...</title></head><body>\
                 <form method=\"POST\" action=\"{}\">{inputs}\
                 <noscript><p>Script is disabled. Click Submit to continue.</p>\
                 <input type=\"submit\" value=\"Submit\"/></noscript></form>\
                 <script>document.forms[0].submit();</script></body></html>\n",
                escape(&self.url)
            ),
        )
    }
}
