//! `mailbox-data` but for searches, `namespace-response`, `quota-response` and `id-response` (RFC 9051 section 9,
//! RFC 9208 section 8, RFC 2971 section 4).

use std::borrow::Cow;

use memchr::memrchr;

use super::token::{
    Fault, Parsed, Raw, blanks, fault, keyword, nstring, number, number32, nz_number, quoted, reason, value,
    word,
};
use crate::event::{IdFields, List, MailboxStatus, Namespaces, Quota, QuotaRoot, id_pair};
use crate::quirk::{Quirk, QuirkSet};
use crate::scan::Stops;
use crate::types::{Attribute, Attributes, MailboxName};

/// `mailbox-list`, behind its name.
pub(super) fn list<'i>(
    i: &'i [u8],
    lsub: bool,
    utf8: bool,
    quirks: &mut QuirkSet,
) -> Result<List<'i>, Fault> {
    if let Some(list) = strict_list(i, lsub, utf8) {
        return Ok(list);
    }
    tolerant_list(i, lsub, utf8, quirks)
}

fn tolerant_list<'i>(i: &'i [u8], lsub: bool, utf8: bool, quirks: &mut QuirkSet) -> Result<List<'i>, Fault> {
    let (rest, attributes) = attributes(blanks(i), quirks).map_err(why)?;
    let (rest, delimiter) = delimiter(blanks(rest), quirks).map_err(why)?;
    let (name, extended) = name_and_rest(blanks(rest), quirks)?;
    let mut name = name;
    // What cannot be opened may be a mere beginning of names.
    if let Some(delimiter) = delimiter
        && !attributes.has(&Attribute::NoSelect)
        && name.len() > 1
        && name.last().copied() == u8::try_from(delimiter).ok()
    {
        quirks.insert(Quirk::TrailingDelimiter);
        name = match name {
            Cow::Borrowed(name) => Cow::Borrowed(name.get(..name.len() - 1).unwrap_or_default()),
            Cow::Owned(mut name) => {
                name.pop();
                Cow::Owned(name)
            }
        };
    }
    let name = MailboxName::new(name, utf8);
    Ok(List { lsub, attributes, delimiter, name, extended: Cow::Borrowed(extended) })
}

/// `"* LIST"` in the usual form.
#[inline]
pub(crate) fn quick_list(line: &[u8], utf8: bool) -> Option<List<'_>> {
    strict_list(line.strip_prefix(b"* LIST")?, false, utf8)
}

/// What ends an attribute.
static ATTRIBUTE_STOPS: Stops = Stops::of(b" \\)(\"\r\n");
/// What ends a quoted name, or is odd in it.
static NAME_STOPS: Stops = Stops::of(b"\"\\\n");

/// The usual form, recognised octet by octet; the tolerant grammar gives the same for it.
fn strict_list<'i>(i: &'i [u8], lsub: bool, utf8: bool) -> Option<List<'i>> {
    let inner = i.strip_prefix(b" (")?;
    let mut rest = inner;
    loop {
        rest = rest.strip_prefix(b"\\").unwrap_or(rest);
        rest = rest.get(ATTRIBUTE_STOPS.find(rest)?..)?;
        match rest.split_first()? {
            (b' ', more) => rest = more,
            (b')', _) => break,
            _ => return None,
        }
    }
    let attributes = inner.get(..inner.len() - rest.len())?;
    let (delimiter, name) = match rest.strip_prefix(b") ")? {
        [b'N', b'I', b'L', b' ', name @ ..] => (None, name),
        [b'"', delimiter @ (b'.' | b'/'), b'"', b' ', name @ ..] => (Some(*delimiter), name),
        _ => return None,
    };
    let atom = |byte: &u8| byte.is_ascii_alphanumeric() || b"&+-./_".contains(byte);
    let name = match name.strip_prefix(b"\"") {
        Some(quoted) => {
            let (name, end) = quoted.split_at_checked(NAME_STOPS.find(quoted)?)?;
            if end == b"\"" { name } else { return None }
        }
        None => Some(name).filter(|name| !name.is_empty() && name.iter().all(atom))?,
    };
    if name.last().copied() == delimiter {
        return None;
    }
    Some(List {
        lsub,
        attributes: Attributes::new(attributes),
        delimiter: delimiter.map(char::from),
        name: MailboxName::new(Cow::Borrowed(name), utf8),
        extended: Cow::Borrowed(b""),
    })
}

/// `"STATUS" SP mailbox SP "(" [status-att-list] ")"`, behind its name.
pub(super) fn status<'i>(i: &'i [u8], utf8: bool, quirks: &mut QuirkSet) -> Result<MailboxStatus<'i>, Fault> {
    let line = trimmed(blanks(i), quirks);
    let (name, items) = match line.first() {
        Some(b'"' | b'{') => {
            let (rest, name) = nstring(line, quirks).map_err(why)?;
            (name.map(Raw::unpack).unwrap_or_default(), blanks(rest))
        }
        // The list is the last thing of the line, whatever the name has in it.
        _ => {
            let at = memrchr(b'(', line).ok_or(Fault("a status has no list"))?;
            let (name, items) = line.split_at_checked(at).unwrap_or_default();
            let name = name.trim_ascii_end();
            if name.contains(&b' ') {
                quirks.insert(Quirk::UnquotedName);
            }
            (Cow::Borrowed(name), items)
        }
    };
    let mut status = MailboxStatus::new(MailboxName::new(name, utf8));
    let Some(inner) = items.strip_prefix(b"(").and_then(|inner| inner.strip_suffix(b")")) else {
        return Err(Fault("a status has no list"));
    };
    let mut rest = blanks(inner);
    while !rest.is_empty() {
        let (after, name) = keyword(rest).map_err(why)?;
        let data = blanks(after);
        let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
        let (after, known) = if is("MESSAGES") {
            number32(data, quirks).map(|(rest, number)| (rest, status.messages.replace(number).is_none()))
        } else if is("RECENT") {
            number32(data, quirks).map(|(rest, number)| (rest, status.recent.replace(number).is_none()))
        } else if is("UIDNEXT") {
            nz_number(data, quirks).map(|(rest, number)| (rest, status.uid_next.replace(number).is_none()))
        } else if is("UIDVALIDITY") {
            nz_number(data, quirks)
                .map(|(rest, number)| (rest, status.uid_validity.replace(number).is_none()))
        } else if is("UNSEEN") {
            number32(data, quirks).map(|(rest, number)| (rest, status.unseen.replace(number).is_none()))
        } else if is("DELETED") {
            number32(data, quirks).map(|(rest, number)| (rest, status.deleted.replace(number).is_none()))
        } else if is("SIZE") {
            number(data, quirks).map(|(rest, number)| (rest, status.size.replace(number).is_none()))
        } else if is("HIGHESTMODSEQ") {
            number(data, quirks)
                .map(|(rest, number)| (rest, status.highest_mod_seq.replace(number).is_none()))
        } else {
            value(data, 8).map(|(rest, _)| (rest, false))
        }
        .map_err(why)?;
        if !known && status.unknown.is_empty() {
            status.unknown = Cow::Borrowed(rest);
        }
        rest = blanks(after);
    }
    Ok(status)
}

/// `namespace-response`, behind its name.
pub(super) fn namespaces<'i>(
    i: &'i [u8],
    utf8: bool,
    quirks: &mut QuirkSet,
) -> Result<Namespaces<'i>, Fault> {
    let mut rest = trimmed(blanks(i), quirks);
    let mut parts: [Cow<'i, [u8]>; 3] = Default::default();
    for part in &mut parts {
        let (after, list) = value(rest, 8).map_err(why)?;
        rest = blanks(after);
        if list.eq_ignore_ascii_case(b"NIL") {
            continue;
        }
        let list = list.strip_prefix(b"(").and_then(|list| list.strip_suffix(b")"));
        *part = Cow::Borrowed(list.ok_or(Fault("a namespace is no list"))?);
    }
    if rest.is_empty() {
        Ok(Namespaces { parts, utf8 })
    } else {
        Err(Fault("something stands behind a response"))
    }
}

/// `namespace-descr` at the front of a list.
pub(crate) fn next_namespace<'i>(i: &mut &'i [u8]) -> Option<(Cow<'i, [u8]>, Option<char>)> {
    let ignored = &mut QuirkSet::default();
    let (rest, one) = value(blanks(i), 8).ok()?;
    *i = rest;
    let inner = one.strip_prefix(b"(")?;
    let (inner, prefix) = nstring(blanks(inner), ignored).ok()?;
    let (_, delimiter) = delimiter(blanks(inner), ignored).ok()?;
    Some((prefix.map(Raw::unpack).unwrap_or_default(), delimiter))
}

/// `"QUOTA" SP quota-root-name SP "(" quota-list ")"`, behind its name.
pub(super) fn quota<'i>(i: &'i [u8], quirks: &mut QuirkSet) -> Result<Quota<'i>, Fault> {
    // An `astring`: an atom is in order.
    let (rest, root) = nstring(blanks(i), &mut QuirkSet::default()).map_err(why)?;
    let list = trimmed(blanks(rest), quirks);
    let resources = list.strip_prefix(b"(").and_then(|list| list.strip_suffix(b")"));
    let resources = resources.ok_or(Fault("a quota has no list"))?;
    let root = root.map(Raw::unpack).unwrap_or_default();
    Ok(Quota { root, resources: Cow::Borrowed(resources) })
}

/// `"QUOTAROOT" SP mailbox *(SP quota-root-name)`, behind its name.
pub(super) fn quota_root<'i>(i: &'i [u8], utf8: bool, quirks: &mut QuirkSet) -> Result<QuotaRoot<'i>, Fault> {
    let (rest, name) = nstring(blanks(i), &mut QuirkSet::default()).map_err(why)?;
    let mailbox = MailboxName::new(name.map(Raw::unpack).unwrap_or_default(), utf8);
    let roots = trimmed(blanks(rest), quirks);
    Ok(QuotaRoot { mailbox, roots: Cow::Borrowed(roots) })
}

/// `id-params-list`.
pub(super) fn id<'i>(i: &'i [u8], quirks: &mut QuirkSet) -> Result<IdFields<'i>, Fault> {
    let list = trimmed(blanks(i), quirks);
    if list.eq_ignore_ascii_case(b"NIL") {
        return Ok(IdFields { raw: Cow::Borrowed(b"") });
    }
    let inner = list.strip_prefix(b"(").and_then(|list| list.strip_suffix(b")"));
    let inner = inner.ok_or(Fault("an ID is no list"))?;
    let mut rest = blanks(inner);
    while !rest.is_empty() {
        let (after, ..) = id_pair(rest, quirks).ok_or(Fault("an ID has something else than pairs"))?;
        rest = blanks(after);
    }
    Ok(IdFields { raw: Cow::Borrowed(inner) })
}

/// `"(" [mbx-list-flags] ")"`.
fn attributes<'i>(i: &'i [u8], quirks: &mut QuirkSet) -> Parsed<'i, Attributes<'i>> {
    let Some(inner) = i.strip_prefix(b"(") else {
        let (rest, word) = word(i)?;
        if !word.eq_ignore_ascii_case(b"NIL") {
            return fault("the attributes of a mailbox are no list");
        }
        quirks.insert(Quirk::UnexpectedNil);
        return Ok((rest, Attributes::default()));
    };
    let Some(end) = memchr::memchr(b')', inner) else {
        return fault("the attributes of a mailbox have no end");
    };
    let raw = inner.get(..end).unwrap_or_default();
    let joined = raw.windows(2).any(|pair| matches!(pair, [before, b'\\'] if *before != b' '));
    if joined {
        quirks.insert(Quirk::JoinedAttributes);
    }
    Ok((inner.get(end + 1..).unwrap_or_default(), Attributes::new(raw)))
}

/// `DQUOTE QUOTED-CHAR DQUOTE / nil`.
fn delimiter<'i>(i: &'i [u8], quirks: &mut QuirkSet) -> Parsed<'i, Option<char>> {
    // A backslash that does not escape itself.
    if let Some(rest) = i.strip_prefix(b"\"\\\" ") {
        quirks.insert(Quirk::UnescapedQuote);
        return Ok((rest, Some('\\')));
    }
    let (rest, raw) = nstring(i, quirks)?;
    let delimiter = raw.map(Raw::unpack).and_then(|raw| raw.first().copied()).map(char::from);
    Ok((rest, delimiter))
}

/// The name of a mailbox and what follows it. One without quotes goes to the end of the line, or to the parenthesis
/// of extended data.
fn name_and_rest<'i>(i: &'i [u8], quirks: &mut QuirkSet) -> Result<(Cow<'i, [u8]>, &'i [u8]), Fault> {
    match i.first() {
        None => return Err(Fault("a mailbox has no name")),
        Some(b'"') => {
            let (rest, name) = quoted(i).map_err(why)?;
            return extended(rest, quirks).map(|rest| (name.unpack(), rest));
        }
        Some(b'{') if i.contains(&b'\n') => {
            let (rest, name) = nstring(i, quirks).map_err(why)?;
            let name = name.map(Raw::unpack).unwrap_or_default();
            return extended(rest, quirks).map(|rest| (name, rest));
        }
        Some(_) => {}
    }
    let line = trimmed(i, quirks);
    let (name, rest) = match line.windows(2).position(|pair| pair == b" (") {
        Some(at) if line.ends_with(b")") => line.split_at_checked(at).unwrap_or_default(),
        _ => (line, &b""[..]),
    };
    if name.iter().any(|byte| matches!(byte, b' ' | b'\t' | 0..32)) {
        quirks.insert(Quirk::UnquotedName);
    }
    let name = match name.strip_suffix(b"\"") {
        Some(name) => {
            quirks.insert(Quirk::UnescapedQuote);
            name
        }
        None => name,
    };
    Ok((Cow::Borrowed(name), blanks(rest)))
}

/// `mbox-list-extended`, or nothing.
fn extended<'i>(i: &'i [u8], quirks: &mut QuirkSet) -> Result<&'i [u8], Fault> {
    let rest = blanks(trimmed(i, quirks));
    match rest.first() {
        None | Some(b'(') => Ok(rest),
        Some(_) => Err(Fault("something stands behind the name of a mailbox")),
    }
}

fn trimmed<'i>(i: &'i [u8], quirks: &mut QuirkSet) -> &'i [u8] {
    let trimmed = i.trim_ascii_end();
    if trimmed.len() != i.len() {
        quirks.insert(Quirk::TrailingSpace);
    }
    trimmed
}

fn why(error: nom::Err<Fault>) -> Fault {
    Fault(reason(error))
}

#[cfg(test)]
mod tests {
    use super::{quick_list, strict_list, tolerant_list};
    use crate::quirk::QuirkSet;
    use proptest::collection::vec;
    use proptest::prelude::*;

    /// What stands behind `LIST`, mostly in order, with parts that are not.
    fn line() -> impl Strategy<Value = String> {
        let attribute = "\\\\?[A-Za-z]{0,6}|\\\\?[!-~]{0,3}";
        let delimiter = prop_oneof![
            6 => prop_oneof![Just("\"/\""), Just("\".\""), Just("NIL")],
            1 => prop_oneof![Just("\"\\\\\""), Just("\"\""), Just("nil"), Just("/")],
        ];
        let name = "\"[a-zA-Z0-9/.&+ -]{0,12}\"|[a-zA-Z0-9/.&+_-]{0,12}|\"?[ -~]{0,8}\"?|\\{2\\}\r\nab";
        (vec(attribute, 0..4), prop_oneof![9 => Just(" "), 1 => Just("  ")], delimiter, name).prop_map(
            |(attributes, blank, delimiter, name)| {
                format!(" ({}){blank}{delimiter} {name}", attributes.join(blank))
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2048))]

        #[test]
        fn the_usual_form_means_what_the_tolerant_grammar_makes_of_it(
            text in line(), lsub in any::<bool>(), utf8 in any::<bool>(),
        ) {
            if let Some(strict) = strict_list(text.as_bytes(), lsub, utf8) {
                let mut quirks = QuirkSet::default();
                let tolerant = tolerant_list(text.as_bytes(), lsub, utf8, &mut quirks);
                prop_assert_eq!(tolerant.as_ref(), Ok(&strict), "{}", text);
                prop_assert!(quirks.is_empty(), "{}", text);
            }
        }
    }

    #[test]
    fn the_usual_form_is_recognised() {
        for line in [
            "* LIST () \"/\" INBOX",
            "* LIST (\\HasNoChildren \\Sent) \".\" \"Sent Items\"",
            "* LIST (\\Noselect) NIL \"a\"",
        ] {
            assert!(quick_list(line.as_bytes(), false).is_some(), "{line}");
        }
        for line in [
            "* list () \"/\" INBOX",
            "* LIST (\\Sent\\HasNoChildren) \"/\" a",
            "* LIST () \"/\" a/",
            "* LIST () \"/\" \"a\" (\"CHILDINFO\" (\"SUBSCRIBED\"))",
            "* LIST () \"/\" a b",
        ] {
            assert!(quick_list(line.as_bytes(), false).is_none(), "{line}");
        }
    }
}
