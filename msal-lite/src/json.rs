//! JSON as lenient as life: a BOM, numbers as strings, strings as numbers.

mod members;

pub(crate) use members::members;
use serde_json::{Map, Value};

use crate::{Error, Response, ServerError, Timestamp};

/// A file or a body that is one object.
///
/// # Errors
///
/// Why it is not, in words that quote nothing of it.
pub(crate) fn object(bytes: &[u8]) -> Result<Wiped, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii();
    match bytes.first() {
        None => return Err("the body is empty".to_owned()),
        Some(b'<') => return Err("it begins like a page, not like JSON".to_owned()),
        Some(_) => {}
    }
    match members(bytes) {
        Ok(object) => Ok(object),
        Err(error) if error.is_data() => Err("the body is JSON, but no object".to_owned()),
        Err(error) if error.is_eof() => Err(format!("the body is cut off after {} octets", bytes.len())),
        Err(error) => Err(format!("the body is no JSON at line {} column {}", error.line(), error.column())),
    }
}

/// Whether a body is HTML or XML: JSON never begins so.
fn is_page(bytes: &[u8]) -> bool {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start().starts_with(b"<")
}

/// Takes a response apart: an object that is no error, or the error.
///
/// # Errors
///
/// A refusal whatever its status, throttling, an outage, or an answer that is none of these.
pub(crate) fn success(
    response: &Response,
    limits: &crate::Limits,
    secrets: &[&str],
    now: Timestamp,
) -> Result<Wiped, Error> {
    let status = response.status();
    let retry_after = response.retry_after(now);
    let malformed = |what: String| Error::Malformed { status, what };
    let unreadable =
        |what: String| if is_page(response.body()) { Error::Page { status } } else { malformed(what) };
    if response.body().len() > limits.body {
        return Err(malformed(format!("the body is longer than {} octets", limits.body)));
    }
    let parsed = object(response.body());
    if let Ok(object) = &parsed
        && let Some(error) = ServerError::parse(status, &object.0, retry_after, limits.text, secrets)
    {
        return Err(Error::Refused(Box::new(error)));
    }
    match status {
        200..=299 => parsed.map_err(unreadable),
        300..=399 => Err(malformed("a redirect, which is not followed with credentials".to_owned())),
        429 => Err(Error::Throttled { retry_after }),
        500..=599 => Err(Error::Unavailable { status, retry_after }),
        _ => Err(unreadable(parsed.err().unwrap_or_else(|| "no OAuth error in the answer".to_owned()))),
    }
}

/// An object whose strings are wiped, because tokens are among them.
pub(crate) struct Wiped(pub(crate) Map<String, Value>);

impl Drop for Wiped {
    fn drop(&mut self) {
        self.0.values_mut().for_each(wipe);
    }
}

/// Overwrites every string in a value.
pub(crate) fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => crate::secret::wipe_text(text),
        Value::Array(values) => values.iter_mut().for_each(wipe),
        Value::Object(object) => object.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A field that is a string.
pub(crate) fn text<'o>(object: &'o Map<String, Value>, key: &str) -> Option<&'o str> {
    object.get(key)?.as_str()
}

/// The elements of a field that is an array, or none.
pub(crate) fn array<'o>(object: &'o Map<String, Value>, key: &str) -> impl Iterator<Item = &'o Value> {
    object.get(key).and_then(Value::as_array).into_iter().flatten()
}

/// A count, given as a number or as a string of digits; negative is zero, a fraction is cut.
pub(crate) fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => match number.as_u64() {
            Some(whole) => Some(whole),
            None => whole(number.as_f64()?),
        },
        Value::String(text) => match text.trim().parse() {
            Ok(whole) => Some(whole),
            Err(_) => whole(text.trim().parse().ok()?),
        },
        _ => None,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, as is meant here"
)]
fn whole(number: f64) -> Option<u64> {
    number.is_finite().then_some(number as u64)
}
