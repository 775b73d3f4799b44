//! `body` (RFC 9051 section 9): what a message is made of.
//!
//! A structure as the grammar has it is recognised in one pass, and read only when somebody asks. Any other is gone
//! through part by part, which finds its quirks.

use super::envelope::strict_envelope;
use super::strict::{blank, nil, nstring, number, string};
use super::token::{Parsed, blanks, fault, value};
use crate::quirk::QuirkSet;
use crate::types::BodyStructure;

/// A body structure; nothing is copied.
pub(super) fn body_structure<'i>(
    i: &'i [u8],
    nesting: usize,
    quirks: &mut QuirkSet,
) -> Parsed<'i, BodyStructure<'i>> {
    if let Some(rest) = strict(i, nesting) {
        let raw = i.get(..i.len() - rest.len()).unwrap_or_default();
        return Ok((rest, BodyStructure::new(raw)));
    }
    let (rest, raw) = value(i, nesting)?;
    let raw = blanks(raw);
    if raw.first() != Some(&b'(') {
        return fault("a body structure is no list");
    }
    let structure = BodyStructure::new(raw);
    structure.note(quirks);
    Ok((rest, structure))
}

/// What follows a body that is in order; `None` when it is not, or nests too deep.
fn strict(i: &[u8], depth: usize) -> Option<&[u8]> {
    let depth = depth.checked_sub(1)?;
    let mut rest = i.strip_prefix(b"(")?;
    if rest.first() == Some(&b'(') {
        while rest.first() == Some(&b'(') {
            rest = strict(rest, depth)?;
        }
        rest = string(blank(rest)?)?;
        return multipart_end(rest, depth);
    }
    let (kind, subtype) = (rest, string(rest)?);
    rest = string(blank(subtype)?)?;
    for part in [parameters, nstring, nstring, string, number] {
        rest = part(blank(rest)?)?;
    }
    if is(kind, b"\"message\"") && (is_next(subtype, b"\"rfc822\"") || is_next(subtype, b"\"global\"")) {
        rest = strict_envelope(blank(rest)?)?;
        rest = strict(blank(rest)?, depth)?;
        rest = number(blank(rest)?)?;
    } else if is(kind, b"\"text\"") {
        rest = number(blank(rest)?)?;
    } else if is(kind, b"\"multipart\"") {
        return None;
    }
    if let Some(after) = rest.strip_prefix(b")") {
        return Some(after);
    }
    extensions(nstring(blank(rest)?)?, depth)
}

/// `[SP body-ext-mpart] ")"`.
fn multipart_end(i: &[u8], depth: usize) -> Option<&[u8]> {
    match i.strip_prefix(b")") {
        Some(rest) => Some(rest),
        None => extensions(parameters(blank(i)?)?, depth),
    }
}

/// `[SP body-fld-dsp [SP body-fld-lang [SP body-fld-loc *(SP body-extension)]]] ")"`.
fn extensions(i: &[u8], depth: usize) -> Option<&[u8]> {
    let mut rest = i;
    for part in [disposition, languages, nstring] {
        if let Some(rest) = rest.strip_prefix(b")") {
            return Some(rest);
        }
        rest = part(blank(rest)?)?;
    }
    loop {
        if let Some(rest) = rest.strip_prefix(b")") {
            return Some(rest);
        }
        rest = value(blank(rest)?, depth).ok()?.0;
    }
}

/// `"(" string SP string *(SP string SP string) ")" / nil`.
fn parameters(i: &[u8]) -> Option<&[u8]> {
    let Some(mut rest) = i.strip_prefix(b"(") else { return nil(i) };
    loop {
        rest = string(blank(string(rest)?)?)?;
        match rest.split_first()? {
            (b' ', after) => rest = after,
            (b')', after) => return Some(after),
            _ => return None,
        }
    }
}

/// `"(" string SP body-fld-param ")" / nil`.
fn disposition(i: &[u8]) -> Option<&[u8]> {
    let Some(rest) = i.strip_prefix(b"(") else { return nil(i) };
    parameters(blank(string(rest)?)?)?.strip_prefix(b")")
}

/// `nstring / "(" string *(SP string) ")"`.
fn languages(i: &[u8]) -> Option<&[u8]> {
    let Some(mut rest) = i.strip_prefix(b"(") else { return nstring(i) };
    loop {
        rest = string(rest)?;
        match rest.split_first()? {
            (b' ', after) => rest = after,
            (b')', after) => return Some(after),
            _ => return None,
        }
    }
}

fn is(i: &[u8], quoted: &[u8]) -> bool {
    i.get(..quoted.len()).is_some_and(|start| start.eq_ignore_ascii_case(quoted))
}

fn is_next(i: &[u8], quoted: &[u8]) -> bool {
    i.get(1..).is_some_and(|i| is(i, quoted))
}
