//! The first line of an answer.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use memchr::memchr;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_until1};
use nom::sequence::delimited;
use nom::{IResult, Parser as _};

use crate::{Code, Reply, Status};

/// What a first line is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum First<'i> {
    Reply(Reply<'i>),
    /// `+`, and what stands behind it.
    Challenge {
        base64: &'i [u8],
        spaced: bool,
    },
}

/// `response = single-line` of RFC 2449 section 8 and `continue-req` of RFC 5034 section 4. `+OK` and `-ERR` end at
/// a space or at the end of the line.
pub(crate) fn first(line: &[u8]) -> Option<First<'_>> {
    if let Ok((rest, status)) = status(line)
        && matches!(rest, [] | [b' ' | b'\t', ..])
    {
        let rest = rest.trim_ascii();
        let (text, code) =
            code(rest).map_or((rest, None), |(text, code)| (text.trim_ascii_start(), Some(code)));
        return Some(First::Reply(Reply { status, code, text: text.into() }));
    }
    let rest = line.strip_prefix(b"+")?;
    Some(First::Challenge { base64: rest.trim_ascii(), spaced: rest.starts_with(b" ") })
}

/// Whether this can be a challenge, strictly: `go ahead` must not.
pub(crate) fn is_base64(text: &[u8]) -> bool {
    STANDARD.decode(text).is_ok()
}

/// The first `<...@...>` of a greeting (RFC 1939 section 7, `APOP`).
pub(crate) fn timestamp(text: &[u8]) -> Option<&[u8]> {
    let from = text.get(memchr(b'<', text)?..)?;
    let timestamp = from.get(..=memchr(b'>', from)?)?;
    memchr(b'@', timestamp).map(|_| timestamp)
}

fn status(line: &[u8]) -> IResult<&[u8], Status> {
    alt((tag("+OK").map(|_: &[u8]| Status::Ok), tag("-ERR").map(|_: &[u8]| Status::Err))).parse(line)
}

/// `resp-code = "[" resp-level *("/" resp-level) "]"` (RFC 2449 section 8).
fn code(text: &[u8]) -> Option<(&[u8], Code)> {
    let bracketed: IResult<&[u8], &[u8]> = delimited(tag("["), take_until1("]"), tag("]")).parse(text);
    let (rest, name) = bracketed.ok()?;
    let name = std::str::from_utf8(name).ok()?.to_ascii_uppercase();
    if name.chars().any(char::is_control) {
        return None;
    }
    // A code may say more than is known here: then what stands before a `/` counts.
    let mut prefix = Some(name.as_str());
    while let Some(known) = prefix {
        if let Some(code) = known_code(known) {
            return Some((rest, code));
        }
        prefix = known.rsplit_once('/').map(|(before, _)| before);
    }
    Some((rest, Code::Other(name)))
}

/// All codes that IANA lists.
fn known_code(name: &str) -> Option<Code> {
    Some(match name {
        "AUTH" => Code::Auth,
        "SYS/TEMP" => Code::SysTemp,
        "SYS/PERM" => Code::SysPerm,
        "IN-USE" => Code::InUse,
        "LOGIN-DELAY" => Code::LoginDelay,
        "UTF8" => Code::Utf8,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{First, first, timestamp};
    use crate::{Code, Reply, Status};

    fn reply(status: Status, code: Option<Code>, text: &[u8]) -> Option<First<'_>> {
        Some(First::Reply(Reply { status, code, text: text.into() }))
    }

    #[test]
    fn first_lines() {
        use Status::{Err, Ok};
        let table: &[(&[u8], Option<First<'_>>)] = &[
            (b"+OK", reply(Ok, None, b"")),
            (b"+OK  ready ", reply(Ok, None, b"ready")),
            (b"-ERR [AUTH] no", reply(Err, Some(Code::Auth), b"no")),
            (b"-ERR [auth]no", reply(Err, Some(Code::Auth), b"no")),
            (b"-ERR [SYS/TEMP]", reply(Err, Some(Code::SysTemp), b"")),
            (b"-ERR [SYS/PERM] x", reply(Err, Some(Code::SysPerm), b"x")),
            (b"-ERR [IN-USE] x", reply(Err, Some(Code::InUse), b"x")),
            (b"-ERR [LOGIN-DELAY] x", reply(Err, Some(Code::LoginDelay), b"x")),
            (b"-ERR [UTF8] x", reply(Err, Some(Code::Utf8), b"x")),
            (b"-ERR [SYS/TEMP/DISK] x", reply(Err, Some(Code::SysTemp), b"x")),
            (b"-ERR [AUTH/EXPIRED] x", reply(Err, Some(Code::Auth), b"x")),
            (b"-ERR [SYS/OTHER] x", reply(Err, Some(Code::Other("SYS/OTHER".into())), b"x")),
            (b"-ERR [X-Y/Z] x", reply(Err, Some(Code::Other("X-Y/Z".into())), b"x")),
            (b"+OK [open", reply(Ok, None, b"[open")),
            (b"+OK ready [AUTH]", reply(Ok, None, b"ready [AUTH]")),
            (b"+ ", Some(First::Challenge { base64: b"", spaced: true })),
            (b"+", Some(First::Challenge { base64: b"", spaced: false })),
            (b"+OKAY", Some(First::Challenge { base64: b"OKAY", spaced: false })),
            (b"+ eA==", Some(First::Challenge { base64: b"eA==", spaced: true })),
            (b"-ERROR", None),
            (b"+ok", Some(First::Challenge { base64: b"ok", spaced: false })),
            (b"* OK IMAP", None),
            (b"", None),
        ];
        for (line, expected) in table {
            assert_eq!(&first(line), expected, "{}", line.escape_ascii());
        }
    }

    #[test]
    fn timestamps() {
        assert_eq!(
            timestamp(b"ready <1896.697170952@dbc.mtview.ca.us> x"),
            Some(&b"<1896.697170952@dbc.mtview.ca.us>"[..])
        );
        assert_eq!(timestamp(b"ready <here>"), None);
        assert_eq!(timestamp(b"ready > <"), None);
    }
}
