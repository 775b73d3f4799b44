//! `response` up to where the parts of a `FETCH` begin (RFC 9051 section 9).

use super::flags::flags;
use super::mailbox::{id, list, namespaces, quota, quota_root, status};
use super::text::text;
use super::token::{Fault, blanks, keyword, number32, ranges, reason};
use crate::event::{IdFields, List, MailboxStatus, Namespaces, Quota, QuotaRoot, Status, Untyped};
use crate::quirk::{Quirk, QuirkSet};
use crate::text::Text;
use crate::types::{Capabilities, Flags, Ranges};

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
    Enabled(Capabilities<'i>),
    Flags(Flags<'i>),
    Exists(u32),
    Recent(u32),
    Expunge(u32),
    Vanished {
        earlier: bool,
        uids: Ranges<'i>,
    },
    /// The items begin behind so many octets, the last of them a parenthesis if it is `open`.
    Fetch {
        seq: u32,
        used: usize,
        open: bool,
    },
    List(List<'i>),
    MailboxStatus(MailboxStatus<'i>),
    Namespace(Namespaces<'i>),
    Quota(Quota<'i>),
    QuotaRoot(QuotaRoot<'i>),
    Id(IdFields<'i>),
    Untyped(Untyped<'i>),
}

/// A response without its line end. By its first octet. `utf8` says that names of mailboxes are in UTF-8.
pub(crate) fn response<'i>(line: &'i [u8], utf8: bool, quirks: &mut QuirkSet) -> Result<Response<'i>, Fault> {
    match line.first() {
        None => {
            quirks.insert(Quirk::BlankLine);
            Ok(Response::Blank)
        }
        Some(b'+') => Ok(continuation(line, quirks)),
        Some(b'*') => untagged(line, utf8, quirks),
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
    // Whether a command has succeeded hangs on a whole word.
    let whole = matches!(rest.first(), None | Some(b' ' | b'['));
    let Some(status) = Status::of(word).filter(|_| whole) else { return Err(Fault("a line is no response")) };
    note_case(word, quirks);
    if status == Status::Bye {
        quirks.insert(Quirk::TaggedBye);
    }
    Ok(Response::Tagged { tag, status, text: text(rest, quirks) })
}

/// `response-data = "*" SP (...)`.
fn untagged<'i>(line: &'i [u8], utf8: bool, quirks: &mut QuirkSet) -> Result<Response<'i>, Fault> {
    let rest = blanks(line.get(1..).unwrap_or_default());
    match rest.first() {
        Some(b'0'..=b'9' | b'-') => numbered(line, rest, quirks),
        Some(b'[') => {
            quirks.insert(Quirk::BareCode);
            Ok(Response::Status { status: Status::Ok, text: text(rest, quirks) })
        }
        Some(_) => named(rest, utf8, quirks),
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
    let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
    let response = match name.len() {
        5 if is("FETCH") => {
            let seq = message();
            let items = blanks(rest);
            let inside = items.strip_prefix(b"(");
            if inside.is_none() {
                quirks.insert(Quirk::MissingParenthesis);
            }
            let used = line.len() - inside.unwrap_or(items).len();
            Response::Fetch { seq, used, open: inside.is_some() }
        }
        6 if is("EXISTS") => Response::Exists(number),
        6 if is("RECENT") => Response::Recent(number),
        7 if is("EXPUNGE") => Response::Expunge(message()),
        0 => return Err(Fault("a number has no name behind it")),
        _ => return Ok(Response::Untyped(Untyped { number: Some(number), name, data: blanks(rest) })),
    };
    note_case(name, quirks);
    if !matches!(response, Response::Fetch { .. }) {
        end(rest, quirks)?;
    }
    Ok(response)
}

/// `resp-cond-state`, `resp-cond-bye`, `capability-data` and the rest of `mailbox-data`.
fn named<'i>(i: &'i [u8], utf8: bool, quirks: &mut QuirkSet) -> Result<Response<'i>, Fault> {
    let (rest, name) = keyword(i).map_err(|error| Fault(reason(error)))?;
    let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
    let response = match name.len() {
        0 => return Err(Fault("a response has no name")),
        4 if is("LIST") => Response::List(list(rest, false, utf8, quirks)?),
        4 if is("LSUB") => Response::List(list(rest, true, utf8, quirks)?),
        6 if is("STATUS") => Response::MailboxStatus(status(rest, utf8, quirks)?),
        7 if is("PREAUTH") => Response::PreAuth(text(rest, quirks)),
        10 if is("CAPABILITY") => Response::Capability(capabilities(rest, quirks)),
        7 if is("ENABLED") => Response::Enabled(capabilities(rest, quirks)),
        5 if is("FLAGS") => {
            let (rest, flags) = flags(rest, false, quirks).map_err(|error| Fault(reason(error)))?;
            end(rest, quirks)?;
            Response::Flags(flags)
        }
        8 if is("VANISHED") => vanished(rest, quirks)?,
        9 if is("NAMESPACE") => Response::Namespace(namespaces(rest, utf8, quirks)?),
        5 if is("QUOTA") => Response::Quota(quota(rest, quirks)?),
        9 if is("QUOTAROOT") => Response::QuotaRoot(quota_root(rest, utf8, quirks)?),
        2 if is("ID") => Response::Id(id(rest, quirks)?),
        _ => match Status::of(name) {
            Some(status) => Response::Status { status, text: text(rest, quirks) },
            None => return Ok(Response::Untyped(Untyped { number: None, name, data: blanks(rest) })),
        },
    };
    note_case(name, quirks);
    Ok(response)
}

fn capabilities<'i>(names: &'i [u8], quirks: &mut QuirkSet) -> Capabilities<'i> {
    if names.ends_with(b" ") {
        quirks.insert(Quirk::TrailingSpace);
    }
    Capabilities::new(names.trim_ascii())
}

/// `expunged-resp` (RFC 7162 section 7).
fn vanished<'i>(i: &'i [u8], quirks: &mut QuirkSet) -> Result<Response<'i>, Fault> {
    const EARLIER: &[u8] = b"(EARLIER)";
    let i = blanks(i);
    let earlier = i.get(..EARLIER.len()).is_some_and(|start| start.eq_ignore_ascii_case(EARLIER));
    let set = if earlier { blanks(i.get(EARLIER.len()..).unwrap_or_default()) } else { i };
    let (rest, uids) = ranges(set, quirks).map_err(|error| Fault(reason(error)))?;
    end(rest, quirks)?;
    Ok(Response::Vanished { earlier, uids })
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
