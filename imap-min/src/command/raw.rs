//! A command that this crate has no type for.

use super::write::Writer;
use crate::error::Error;

/// Commands that change what the session is, or go on after a `+`: the machine must know of them.
const TYPED: [&str; 14] = [
    "APPEND",
    "AUTHENTICATE",
    "CLOSE",
    "COMPRESS",
    "ENABLE",
    "EXAMINE",
    "IDLE",
    "LOGIN",
    "LOGOUT",
    "REPLACE",
    "SELECT",
    "STARTTLS",
    "UNAUTHENTICATE",
    "UNSELECT",
];

pub(super) fn put_raw(writer: &mut Writer<'_>, line: &str) -> Result<(), Error> {
    let bad = |why| Err(Error::Invalid { what: "a raw command", why });
    if !line.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return bad("it has other characters than printable ASCII");
    }
    if !line.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return bad("it begins with no name");
    }
    // `UID` may stand before the name.
    let words = line.split(' ').filter(|word| !word.is_empty()).take(2);
    if words.into_iter().any(|word| TYPED.iter().any(|typed| word.eq_ignore_ascii_case(typed))) {
        return bad("the session must know of it: use the command of that name");
    }
    if announces_literal(line) {
        return bad("it ends in what announces a literal");
    }
    writer.put(line);
    Ok(())
}

/// Whether a server may take the next line for the octets of a literal.
fn announces_literal(line: &str) -> bool {
    line.trim_end().ends_with('}')
}
