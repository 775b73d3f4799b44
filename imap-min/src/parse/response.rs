//! `response` up to where the parts of a `FETCH` begin (RFC 9051 section 9).

use super::flags::flags;
use super::text::text;
use super::token::{Fault, blanks, keyword, number32, reason};
use crate::event::{Status, Untyped};
use crate::quirk::{Quirk, QuirkSet};
use crate::text::Text;
use crate::types::{Capabilities, Flags};

/// What a line means, before it is known what it means to this session.
#[derive(Debug)]
pub(crate) enum Response<'i> {
    Blank,
    Continue(&'i [u8]),
    Tagged {
        tag: &'i [u8],
        status: Status,
        text: Text<'i>,
    },
    Status {
        status: Status,
        text: Text<'i>,
    },
    PreAuth(Text<'i>),
    Capability(Capabilities<'i>),
    Flags(Flags<'i>),
    Exists(u32),
    Recent(u32),
    Expunge(u32),
    /// The items begin behind so many octets.
    Fetch {
        seq: u32,
        used: usize,
    },
    Untyped(Untyped<'i>),
}

/// A response without its line end. By its first octet.
pub(crate) fn response<'i>(line: &'i [u8], quirks: &mut QuirkSet) -> Result<Response<'i>, Fault> {
    match line.first() {
        None => {
            quirks.insert(Quirk::BlankLine);
            Ok(Response::Blank)
        }
        Some(b'+') => Ok(continuation(line, quirks)),
        Some(b'*') => untagged(line, quirks),
        Some(b'[') => {
            quirks.insert(Quirk::BareCode);
            Ok(Response::Status { status: Status::Ok, text: text(line, quirks) })
        }
        Some(_) => tagged(line, quirks),
    }
}

/// `continue-req = "+" SP (resp-text / base64)`.
fn continuation<'i>(line: &'i [u8], quirks: &mut QuirkSet) -> Response<'i> {
    let rest = line.get(1..).unwrap_or_default();
    if rest.first() != Some(&b' ') {
        quirks.insert(Quirk::ContinuationWithoutSpace);
    }
    Response::Continue(rest.trim_ascii())
}

/// `response-tagged = tag SP resp-cond-state`.
fn tagged<'i>(line: &'i [u8], quirks: &mut QuirkSet) -> Result<Response<'i>, Fault> {
    let blank = line.iter().position(|byte| *byte == b' ').unwrap_or(line.len());
    let (tag, rest) = line.split_at_checked(blank).unwrap_or_default();
    let rest = blanks(rest);
    let Ok((rest, word)) = keyword(rest) else { return Err(Fault("a line is no response")) };
    let Some(status) = Status::of(word) else { return Err(Fault("a line is no response")) };
    note_case(word, quirks);
    if status == Status::Bye {
        quirks.insert(Quirk::TaggedBye);
    }
    Ok(Response::Tagged { tag, status, text: text(rest, quirks) })
}

/// `response-data = "*" SP (...)`.
fn untagged<'i>(line: &'i [u8], quirks: &mut QuirkSet) -> Result<Response<'i>, Fault> {
    let rest = blanks(line.get(1..).unwrap_or_default());
    match rest.first() {
        Some(b'0'..=b'9' | b'-') => numbered(line, rest, quirks),
        Some(b'[') => {
            quirks.insert(Quirk::BareCode);
            Ok(Response::Status { status: Status::Ok, text: text(rest, quirks) })
        }
        Some(_) => named(rest, quirks),
        None => Err(Fault("a response is empty")),
    }
}

/// `message-data` and the numbered part of `mailbox-data`.
fn numbered<'i>(line: &'i [u8], i: &'i [u8], quirks: &mut QuirkSet) -> Result<Response<'i>, Fault> {
    let (after, number) = number32(i, quirks).map_err(|error| Fault(reason(error)))?;
    let (rest, name) = keyword(blanks(after)).map_err(|error| Fault(reason(error)))?;
    let mut message = || {
        if number == 0 {
            quirks.insert(Quirk::ZeroNumber);
        }
        number
    };
    let response = match name.to_ascii_uppercase().as_slice() {
        b"EXISTS" => Response::Exists(number),
        b"RECENT" => Response::Recent(number),
        b"EXPUNGE" => Response::Expunge(message()),
        b"FETCH" => {
            let seq = message();
            let items = blanks(rest);
            let inside = items.strip_prefix(b"(").unwrap_or_else(|| {
                quirks.insert(Quirk::MissingParenthesis);
                items
            });
            Response::Fetch { seq, used: line.len() - inside.len() }
        }
        b"" => return Err(Fault("a number has no name behind it")),
        _ => return Ok(Response::Untyped(Untyped { number: Some(number), name, data: blanks(rest) })),
    };
    note_case(name, quirks);
    if !matches!(response, Response::Fetch { .. }) {
        end(rest, quirks)?;
    }
    Ok(response)
}

/// `resp-cond-state`, `resp-cond-bye`, `capability-data` and the rest of `mailbox-data`.
fn named<'i>(i: &'i [u8], quirks: &mut QuirkSet) -> Result<Response<'i>, Fault> {
    let (rest, name) = keyword(i).map_err(|error| Fault(reason(error)))?;
    if let Some(status) = Status::of(name) {
        note_case(name, quirks);
        return Ok(Response::Status { status, text: text(rest, quirks) });
    }
    let response = match name.to_ascii_uppercase().as_slice() {
        b"PREAUTH" => Response::PreAuth(text(rest, quirks)),
        b"CAPABILITY" => {
            let names = rest.trim_ascii();
            if rest.ends_with(b" ") {
                quirks.insert(Quirk::TrailingSpace);
            }
            Response::Capability(Capabilities::new(names))
        }
        b"FLAGS" => {
            let (rest, flags) = flags(rest, false, quirks).map_err(|error| Fault(reason(error)))?;
            end(rest, quirks)?;
            Response::Flags(flags)
        }
        b"" => return Err(Fault("a response has no name")),
        _ => return Ok(Response::Untyped(Untyped { number: None, name, data: blanks(rest) })),
    };
    note_case(name, quirks);
    Ok(response)
}

/// Nothing but blanks may follow.
fn end(rest: &[u8], quirks: &mut QuirkSet) -> Result<(), Fault> {
    if !blanks(rest).is_empty() {
        return Err(Fault("something stands behind a response"));
    }
    if !rest.is_empty() {
        quirks.insert(Quirk::TrailingSpace);
    }
    Ok(())
}

fn note_case(name: &[u8], quirks: &mut QuirkSet) {
    if name.iter().any(u8::is_ascii_lowercase) {
        quirks.insert(Quirk::LowerCase);
    }
}

/// What stands behind the numbers of a `SEARCH` response: nothing, or `"(" "MODSEQ" SP number ")"` (RFC 7162).
pub(crate) fn search_end(i: &[u8], quirks: &mut QuirkSet) -> Result<Option<u64>, Fault> {
    let inner = i.trim_ascii();
    if inner.is_empty() {
        return Ok(None);
    }
    let inner = inner.strip_prefix(b"(").and_then(|inner| inner.strip_suffix(b")"));
    let number = inner.and_then(|inner| {
        let (name, number) = inner.split_at_checked(7)?;
        name.eq_ignore_ascii_case(b"MODSEQ ").then_some(number)
    });
    let number = number.ok_or(Fault("something stands among the numbers of a search"))?;
    super::token::number(number, quirks).map(|(_, number)| Some(number)).map_err(|error| Fault(reason(error)))
}
