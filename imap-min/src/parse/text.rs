//! `resp-text` (RFC 9051 section 9).

use memchr::memchr;

use super::flags::flags;
use super::token::{Fault, Parsed, blanks, fault, keyword, number, nz_number, ranges};
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
    let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
    let code = match name.len() {
        10 if is("CAPABILITY") => Code::Capability(Capabilities::new(arguments)),
        11 if is("UIDVALIDITY") => Code::UidValidity(nz_number(arguments, quirks)?.1),
        7 if is("UIDNEXT") => Code::UidNext(nz_number(arguments, quirks)?.1),
        6 if is("UNSEEN") => Code::Unseen(nz_number(arguments, quirks)?.1),
        13 if is("HIGHESTMODSEQ") => Code::HighestModSeq(number(arguments, quirks)?.1),
        7 if is("COPYUID") => {
            let (rest, uid_validity) = nz_number(arguments, quirks)?;
            let (rest, source) = ranges(blanks(rest), quirks)?;
            let (rest, destination) = ranges(blanks(rest), quirks)?;
            finished(rest)?;
            Code::CopyUid { uid_validity, source, destination }
        }
        9 if is("APPENDUID") => {
            let (rest, uid_validity) = nz_number(arguments, quirks)?;
            let (rest, uids) = ranges(blanks(rest), quirks)?;
            finished(rest)?;
            Code::AppendUid { uid_validity, uids }
        }
        8 if is("MODIFIED") => {
            let (rest, messages) = ranges(arguments, quirks)?;
            finished(rest)?;
            Code::Modified(messages)
        }
        10 if is("BADCHARSET") => Code::BadCharset { supported: arguments.into() },
        _ => match CodeName::of(name) {
            Some(name) if arguments.is_empty() => Code::Named(name),
            _ => Code::Other { name: name.into(), arguments: arguments.into() },
        },
    };
    Ok((rest, code))
}

/// Nothing may follow the arguments of a code.
fn finished(rest: &[u8]) -> Result<(), nom::Err<Fault>> {
    if rest.is_empty() { Ok(()) } else { Err(nom::Err::Error(Fault("something stands behind a code"))) }
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
    use crate::types::{Flag, Ranges};

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
        let read = text(b"[COPYUID 38505 304,319:320 3956:3958]", &mut quirks);
        let (source, destination) = (Ranges::from("304,319:320"), Ranges::from("3956:3958"));
        assert_eq!(read.code, Some(Code::CopyUid { uid_validity: 38_505, source, destination }));
        let read = text(b"[APPENDUID 38505 3955] APPEND completed", &mut quirks);
        let uids = Ranges::from("3955");
        assert_eq!(read.code, Some(Code::AppendUid { uid_validity: 38_505, uids }));
        assert!(quirks.is_empty());
        let read = text(b"[COPYUID 701  ]", &mut quirks);
        let (source, destination) = (Ranges::default(), Ranges::default());
        assert_eq!(read.code, Some(Code::CopyUid { uid_validity: 701, source, destination }));
        assert_eq!(quirks.pop(), Some(Quirk::EmptySet));
        let read = text(b"The service is ready. [TQBX]", &mut quirks);
        assert_eq!((read.code, read.text.as_ref()), (None, &b"The service is ready. [TQBX]"[..]));
        assert!(quirks.is_empty());
        let odd = b"[Error=\"Microsoft: no\" AuthResultFromPopImapEnd=0] AUTHENTICATE completed.";
        let read = text(odd, &mut quirks);
        assert_eq!((read.code, read.text.as_ref()), (None, &odd[..]));
        assert_eq!(quirks.pop(), Some(Quirk::IllegalCode));
    }
}
