//! `envelope` and `address` (RFC 9051 section 9).

use nom::character::complete::char;

use super::strict::{blank, nil, nstring};
use super::token::{self, Parsed, Raw, blanks, fault};
use crate::quirk::{Quirk, QuirkSet};
use crate::types::Envelope;

const FIELDS: usize = 10;

/// An envelope: its shape is checked. Nothing is copied, and its fields are looked for when they are asked for.
pub(crate) fn envelope<'i>(i: &'i [u8], nesting: usize, quirks: &mut QuirkSet) -> Parsed<'i, Envelope<'i>> {
    let rest = match strict_envelope(i) {
        Some(rest) => rest,
        None => loose(i, nesting, quirks)?,
    };
    Ok((rest, Envelope::new(i.get(..i.len() - rest.len()).unwrap_or_default())))
}

/// What follows an envelope that is in order.
pub(crate) fn strict_envelope(i: &[u8]) -> Option<&[u8]> {
    let mut rest = nstring(blank(nstring(i.strip_prefix(b"(")?)?)?)?;
    for _ in 2..8 {
        rest = strict_addresses(blank(rest)?)?;
    }
    nstring(blank(nstring(blank(rest)?)?)?)?.strip_prefix(b")")
}

fn strict_addresses(i: &[u8]) -> Option<&[u8]> {
    let Some(mut rest) = i.strip_prefix(b"(") else { return nil(i) };
    loop {
        rest = nstring(rest.strip_prefix(b"(")?)?;
        for _ in 1..4 {
            rest = nstring(blank(rest)?)?;
        }
        rest = rest.strip_prefix(b")")?;
        if let Some(rest) = rest.strip_prefix(b")") {
            return Some(rest);
        }
    }
}

/// What follows an envelope, however it is.
fn loose<'i>(i: &'i [u8], nesting: usize, quirks: &mut QuirkSet) -> Result<&'i [u8], nom::Err<token::Fault>> {
    let (mut rest, _) = char('(')(i)?;
    let mut count = 0;
    loop {
        rest = blanks(rest);
        if let Some(after) = rest.strip_prefix(b")") {
            rest = after;
            break;
        }
        rest = match count {
            0 | 1 | 8 | 9 => token::nstring(rest, quirks)?.0,
            2..=7 => addresses(rest, quirks)?,
            _ => {
                quirks.insert(Quirk::LongEnvelope);
                token::value(rest, nesting)?.0
            }
        };
        count += 1;
    }
    if count < FIELDS {
        quirks.insert(Quirk::ShortEnvelope);
    }
    Ok(rest)
}

/// `"(" 1*address ")" / nil`; returns what follows.
fn addresses<'i>(i: &'i [u8], quirks: &mut QuirkSet) -> Result<&'i [u8], nom::Err<token::Fault>> {
    let Some(mut rest) = i.strip_prefix(b"(") else {
        let (rest, word) = token::word(i)?;
        return if word.eq_ignore_ascii_case(b"NIL") { Ok(rest) } else { Err(no_list()) };
    };
    if let Some(rest) = blanks(rest).strip_prefix(b")") {
        quirks.insert(Quirk::EmptyList);
        return Ok(rest);
    }
    loop {
        let (after, address) = next_address(rest, quirks)?;
        rest = after;
        if address.is_none() {
            return Ok(rest);
        }
    }
}

fn no_list() -> nom::Err<token::Fault> {
    nom::Err::Error(token::Fault("addresses are no list"))
}

/// The next address of a list whose opening parenthesis is gone; `None` is the list's end.
pub(crate) fn next_address<'i>(
    i: &'i [u8],
    quirks: &mut QuirkSet,
) -> Parsed<'i, Option<[Option<Raw<'i>>; 4]>> {
    let mut rest = i;
    loop {
        match rest.first() {
            Some(b' ') => {
                quirks.insert(Quirk::SpaceBetweenAddresses);
                rest = blanks(rest);
            }
            Some(b')') => return Ok((rest.get(1..).unwrap_or_default(), None)),
            Some(b'(') => return address(rest, quirks).map(|(rest, address)| (rest, Some(address))),
            Some(b'N' | b'n') => {
                let (after, word) = token::word(rest)?;
                if !word.eq_ignore_ascii_case(b"NIL") {
                    return fault("a list of addresses has something else");
                }
                quirks.insert(Quirk::NilInAddressList);
                rest = after;
            }
            _ => return fault("a list of addresses has no end"),
        }
    }
}

/// `"(" addr-name SP addr-adl SP addr-mailbox SP addr-host ")"`.
fn address<'i>(i: &'i [u8], quirks: &mut QuirkSet) -> Parsed<'i, [Option<Raw<'i>>; 4]> {
    let (mut rest, _) = char('(')(i)?;
    let mut parts = [None; 4];
    for part in &mut parts {
        (rest, *part) = token::nstring(blanks(rest), quirks)?;
    }
    let (rest, _) = char(')')(blanks(rest))?;
    Ok((rest, parts))
}

#[cfg(test)]
mod tests {
    use super::envelope;
    use crate::quirk::{Quirk, QuirkSet};
    use crate::types::Envelope;

    fn read<'i>(i: &'i str, quirks: &mut QuirkSet) -> Envelope<'i> {
        envelope(i.as_bytes(), 50, quirks).unwrap().1
    }

    // RFC 3501 section 8.
    const RFC: &str = concat!(
        r#"("Wed, 17 Jul 1996 02:23:25 -0700 (PDT)" "IMAP4rev1 WG mtg summary and minutes" "#,
        r#"(("Terry Gray" NIL "gray" "cac.washington.edu")) (("Terry Gray" NIL "gray" "cac.washington.edu")) "#,
        r#"(("Terry Gray" NIL "gray" "cac.washington.edu")) ((NIL NIL "imap" "cac.washington.edu")) "#,
        r#"((NIL NIL "minutes" "CNRI.Reston.VA.US")("John Klensin" NIL "KLENSIN" "MIT.EDU")) NIL NIL "#,
        r#""<B27397-0100000@cac.washington.edu>")"#,
    );

    #[test]
    fn the_example_of_the_rfc() {
        let mut quirks = QuirkSet::default();
        let envelope = read(RFC, &mut quirks).into_owned();
        assert!(quirks.is_empty());
        assert_eq!(envelope.date().unwrap().as_ref(), b"Wed, 17 Jul 1996 02:23:25 -0700 (PDT)");
        assert_eq!(envelope.subject().unwrap().as_ref(), b"IMAP4rev1 WG mtg summary and minutes");
        assert_eq!(envelope.from().next().unwrap().name.unwrap().as_ref(), b"Terry Gray");
        let cc: Vec<_> = envelope.cc().filter_map(|address| address.email()).collect();
        assert_eq!(cc, ["minutes@CNRI.Reston.VA.US", "KLENSIN@MIT.EDU"]);
        assert_eq!(envelope.bcc().count(), 0);
        assert_eq!(envelope.in_reply_to(), None);
        assert_eq!(envelope.message_id().unwrap().as_ref(), b"<B27397-0100000@cac.washington.edu>");
    }

    #[test]
    fn what_servers_make_of_it() {
        let none = "NIL NIL NIL NIL NIL NIL NIL NIL";
        let with = |from: &str| format!("(NIL NIL {from} NIL NIL NIL NIL NIL NIL NIL)");
        for (text, quirk, senders) in [
            (with(r#"(("a" NIL "a" "x") ("b" NIL "b" "x"))"#), Quirk::SpaceBetweenAddresses, 2),
            (with("()"), Quirk::EmptyList, 0),
            (with(r#"(NIL("b" NIL "b" "x"))"#), Quirk::NilInAddressList, 1),
            (with(r#"((b NIL "b" "x"))"#), Quirk::UnquotedString, 1),
            (format!("({none})"), Quirk::ShortEnvelope, 0),
            (format!("({none} NIL NIL (more))"), Quirk::LongEnvelope, 0),
        ] {
            let mut quirks = QuirkSet::default();
            let envelope = read(&text, &mut quirks);
            assert_eq!(envelope.from().count(), senders, "{text}");
            assert_eq!(quirks.pop(), Some(quirk), "{text}");
        }
        let deep = with(&"(".repeat(1_000_000));
        assert!(super::envelope(deep.as_bytes(), 50, &mut QuirkSet::default()).is_err());
    }
}
