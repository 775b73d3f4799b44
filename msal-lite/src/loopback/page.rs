//! What the browser gets to see.

use std::fmt::Write as _;

use crate::Error;

/// A page with its status.
#[derive(Debug)]
pub(super) enum Page<'e> {
    /// The tokens are there and saved.
    SignedIn,
    /// They are not.
    Failed(&'e Error),
    /// Not the redirect address, or not the answer that is waited for.
    NotFound,
    /// Neither GET nor POST.
    MethodNotAllowed,
    /// Longer than any answer.
    TooLong,
}

impl Page<'_> {
    /// The whole response. The page loads nothing, runs nothing, is kept nowhere, and the connection ends.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let (status, title, text) = match self {
            Self::SignedIn => ("200 OK", "Signed in", "You can close this page and go back.".to_owned()),
            Self::Failed(error) => ("400 Bad Request", "Not signed in", escaped(&error.to_string())),
            Self::NotFound => {
                ("404 Not Found", "Nothing here", "This is not the page of a sign-in.".to_owned())
            }
            Self::MethodNotAllowed => {
                ("405 Method Not Allowed", "Nothing here", "This is not the page of a sign-in.".to_owned())
            }
            Self::TooLong => ("413 Content Too Large", "Too long", "The request is too long.".to_owned()),
        };
        let body = format!(
            "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>{title}</title>\n<h1>{title}</h1>\n<p>{text}</p>\n</html>\n"
        );
        format!(
            "HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\nconnection: close\r\ncache-control: no-store\r\ncontent-security-policy: default-src 'none'; frame-ancestors 'none'\r\nreferrer-policy: no-referrer\r\nx-content-type-options: nosniff\r\nallow: GET, POST\r\n\r\n{body}",
            body.len()
        )
        .into_bytes()
    }
}

/// Text of a provider in a page of ours.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' | '>' | '&' | '"' | '\'' => {
                let _ = write!(safe, "&#{};", u32::from(c));
            }
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_provider_becomes_markup() {
        let error = Error::invalid("user name", "<script>alert('x')</script>&");
        let page = String::from_utf8(Page::Failed(&error).to_bytes()).unwrap();
        assert!(page.contains("&#60;script&#62;alert(&#39;x&#39;)") && !page.contains("<script"), "{page}");
        let (head, body) = page.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("content-length: {}\r\n", body.len())));
    }
}
