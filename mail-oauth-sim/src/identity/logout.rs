use hyper::StatusCode;
use hyper::header::HeaderValue;

use super::answer::Answer;

/// `GET /{tenant}/oauth2/v2.0/logout`: the browser forgets its session.
pub(super) fn answer() -> Answer {
    let text = "<p>It's a good idea to close all browser windows.</p>";
    let cookie =
        HeaderValue::from_static("ESTSAUTHPERSISTENT=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=None");
    Answer::page(StatusCode::OK, "You signed out of your account", text).with_cookie(cookie)
}
