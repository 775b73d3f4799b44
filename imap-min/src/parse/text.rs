//! `resp-text` (RFC 9051 section 9).

use memchr::memchr;

use super::flags::flags;
use super::token::{Parsed, blanks, fault, keyword, number, nz_number};
use crate::quirk::{Quirk, QuirkSet};
use crate::text::{Code, CodeName, Text};
use crate::types::Capabilities;

/// A code in brackets, if there is one, and the text. What is no code is text.
pub(crate) fn text<'i>(i: &'i [u8], quirks: &mut QuirkSet) -> Text<'i> {
    let i = blanks(i);
    if i.first() == Some(&b'[') {
        // What a code that is none leaves behind in the set does not count.
        let mut seen = *quirks;
        if let Ok((rest, code)) = code(i, &mut seen) {
            *quirks = seen;
            return Text { code: Some(code), text: ended(blanks(rest), quirks).into() };
        }
        quirks.insert(Quirk::IllegalCode);
    }
    if i.is_empty() {
        quirks.insert(Quirk::MissingText);
    }
    Text { code: None, text: ended(i, quirks).into() }
}

fn ended<'i>(text: &'i [u8], quirks: &mut QuirkSet) -> &'i [u8] {
    let trimmed = text.trim_ascii_end();
    if trimmed.len() != text.len() {
        quirks.insert(Quirk::TrailingSpace);
    }
    trimmed
}

/// `"[" resp-text-code "]"`.
fn code<'i>(i: &'i [u8], quirks: &mut QuirkSet) -> Parsed<'i, Code<'i>> {
    let inner = i.get(1..).unwrap_or_default();
    let (after, name) = keyword(inner)?;
    if name.is_empty() || !matches!(after.first(), Some(b' ' | b']')) {
        return fault("a code has no name");
    }
    if name.eq_ignore_ascii_case(b"PERMANENTFLAGS") {
        // A keyword may have a bracket, so the list says where the code ends.
        let (rest, flags) = flags(after, true, quirks)?;
        return close(rest, Code::PermanentFlags(flags));
    }
    let Some(end) = memchr(b']', after) else { return fault("a code has no end") };
    let arguments = after.get(..end).unwrap_or_default().trim_ascii();
    let rest = after.get(end + 1..).unwrap_or_default();
    let code = match name.to_ascii_uppercase().as_slice() {
        b"CAPABILITY" => Code::Capability(Capabilities::new(arguments)),
        b"UIDVALIDITY" => Code::UidValidity(nz_number(arguments, quirks)?.1),
        b"UIDNEXT" => Code::UidNext(nz_number(arguments, quirks)?.1),
        b"UNSEEN" => Code::Unseen(nz_number(arguments, quirks)?.1),
        b"HIGHESTMODSEQ" => Code::HighestModSeq(number(arguments, quirks)?.1),
        _ => match CodeName::of(name) {
            Some(name) if arguments.is_empty() => Code::Named(name),
            _ => Code::Other { name: name.into(), arguments: arguments.into() },
        },
    };
    Ok((rest, code))
}

fn close<'i>(i: &'i [u8], code: Code<'i>) -> Parsed<'i, Code<'i>> {
    match blanks(i).strip_prefix(b"]") {
        Some(rest) => Ok((rest, code)),
        None => fault("a code has no end"),
    }
}

#[cfg(test)]
mod tests {
    use super::text;
    use crate::quirk::{Quirk, QuirkSet};
    use crate::text::{Code, CodeName};
    use crate::types::Flag;

    #[test]
    fn codes_and_what_looks_like_them() {
        let mut quirks = QuirkSet::default();
        let read = text(b"[ALERT] System shutdown in 10 minutes", &mut quirks);
        assert_eq!(read.code, Some(Code::Named(CodeName::Alert)));
        assert_eq!(read.text.as_ref(), b"System shutdown in 10 minutes");
        let read = text(b"[unseen 17] first", &mut quirks);
        assert_eq!(read.code, Some(Code::Unseen(17)));
        let read = text(b"[PERMANENTFLAGS (\\Deleted OIB-[a]/b \\*)] Limited", &mut quirks);
        let Some(Code::PermanentFlags(flags)) = read.code else { panic!("{read:?}") };
        assert!(flags.has(&Flag::Keyword(b"OIB-[a]/b")) && flags.has(&Flag::NewKeywords));
        let read = text(b"[COPYUID 701  ]", &mut quirks);
        let other = Code::Other { name: b"COPYUID"[..].into(), arguments: b"701"[..].into() };
        assert_eq!(read.code, Some(other));
        let read = text(b"The service is ready. [TQBX]", &mut quirks);
        assert_eq!((read.code, read.text.as_ref()), (None, &b"The service is ready. [TQBX]"[..]));
        assert!(quirks.is_empty());
        let odd = b"[Error=\"Microsoft: no\" AuthResultFromPopImapEnd=0] AUTHENTICATE completed.";
        let read = text(odd, &mut quirks);
        assert_eq!((read.code, read.text.as_ref()), (None, &odd[..]));
        assert_eq!(quirks.pop(), Some(Quirk::IllegalCode));
    }
}
