//! `saslname` of RFC 5801 section 4: a name in which `,` and `=` are escaped.

use alloc::{borrow::Cow, string::String};

/// Hands out the pieces of the escaped name in order, so that no escaped copy is needed.
pub(crate) fn escape(name: &str, mut piece: impl FnMut(&[u8])) {
    let mut rest = name;
    while let Some((before, special, after)) =
        rest.find([',', '=']).and_then(|at| Some((rest.get(..at)?, rest.get(at..=at)?, rest.get(at + 1..)?)))
    {
        piece(before.as_bytes());
        piece(if special == "," { b"=2C" } else { b"=3D" });
        rest = after;
    }
    piece(rest.as_bytes());
}

/// The name that was escaped; `None` if it is not a `saslname`. Lower case hexadecimal digits are taken too.
pub(crate) fn unescape(name: &str) -> Option<Cow<'_, str>> {
    if name.contains(',') {
        return None;
    }
    if !name.contains('=') {
        return Some(Cow::Borrowed(name));
    }
    let mut plain = String::with_capacity(name.len());
    let mut parts = name.split('=');
    plain.push_str(parts.next()?);
    for part in parts {
        let (code, rest) = part.split_at_checked(2)?;
        plain.push(match code {
            "2C" | "2c" => ',',
            "3D" | "3d" => '=',
            _ => return None,
        });
        plain.push_str(rest);
    }
    Some(Cow::Owned(plain))
}
