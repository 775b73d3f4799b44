//! What a command searches for (RFC 9051 section 6.4.4).

use super::write::{Writer, check_line, check_set};
use crate::error::Error;
use crate::types::{SearchKey, SearchOptions};

/// `[search-return-opts] SP search-program`.
pub(super) fn put_search(
    writer: &mut Writer<'_>,
    keys: &[SearchKey<'_>],
    options: SearchOptions,
) -> Result<(), Error> {
    if keys.is_empty() {
        return Err(Error::Invalid { what: "a search", why: "it has no condition" });
    }
    if options.is_extended() {
        let wanted =
            [(options.min, "MIN"), (options.max, "MAX"), (options.all, "ALL"), (options.count, "COUNT")];
        let mut before = " RETURN (";
        for (_, name) in wanted.into_iter().filter(|(wanted, _)| *wanted) {
            writer.put(before);
            writer.put(name);
            before = " ";
        }
        writer.put(")");
    }
    // Where the session has agreed on UTF-8, naming it again is an error (RFC 6855 section 3).
    if !options.ascii && !writer.wire.utf8 && keys.iter().any(SearchKey::needs_utf8) {
        writer.put(" CHARSET UTF-8");
    }
    for key in keys {
        writer.put(" ");
        put_key(writer, key, options.ascii)?;
    }
    Ok(())
}

/// `search-key` (RFC 9051 section 9).
fn put_key(writer: &mut Writer<'_>, key: &SearchKey<'_>, ascii: bool) -> Result<(), Error> {
    match key {
        SearchKey::All => writer.put("ALL"),
        SearchKey::Answered => writer.put("ANSWERED"),
        SearchKey::Unanswered => writer.put("UNANSWERED"),
        SearchKey::Deleted => writer.put("DELETED"),
        SearchKey::Undeleted => writer.put("UNDELETED"),
        SearchKey::Draft => writer.put("DRAFT"),
        SearchKey::Undraft => writer.put("UNDRAFT"),
        SearchKey::Flagged => writer.put("FLAGGED"),
        SearchKey::Unflagged => writer.put("UNFLAGGED"),
        SearchKey::Seen => writer.put("SEEN"),
        SearchKey::Unseen => writer.put("UNSEEN"),
        SearchKey::Recent => writer.put("RECENT"),
        SearchKey::New => writer.put("NEW"),
        SearchKey::Old => writer.put("OLD"),
        SearchKey::Keyword(keyword) => {
            writer.put("KEYWORD ");
            writer.atom("a keyword", keyword.as_bytes())?;
        }
        SearchKey::Unkeyword(keyword) => {
            writer.put("UNKEYWORD ");
            writer.atom("a keyword", keyword.as_bytes())?;
        }
        SearchKey::Uid(set) => {
            check_set(set.is_empty())?;
            writer.format(format_args!("UID {set}"));
        }
        SearchKey::Sequence(set) => {
            check_set(set.is_empty())?;
            writer.format(format_args!("{set}"));
        }
        SearchKey::Since(date) => writer.format(format_args!("SINCE {date}")),
        SearchKey::Before(date) => writer.format(format_args!("BEFORE {date}")),
        SearchKey::On(date) => writer.format(format_args!("ON {date}")),
        SearchKey::SentSince(date) => writer.format(format_args!("SENTSINCE {date}")),
        SearchKey::SentBefore(date) => writer.format(format_args!("SENTBEFORE {date}")),
        SearchKey::SentOn(date) => writer.format(format_args!("SENTON {date}")),
        SearchKey::From(text) => put_text(writer, "FROM", text, ascii)?,
        SearchKey::To(text) => put_text(writer, "TO", text, ascii)?,
        SearchKey::Cc(text) => put_text(writer, "CC", text, ascii)?,
        SearchKey::Bcc(text) => put_text(writer, "BCC", text, ascii)?,
        SearchKey::Subject(text) => put_text(writer, "SUBJECT", text, ascii)?,
        SearchKey::Body(text) => put_text(writer, "BODY", text, ascii)?,
        SearchKey::Text(text) => put_text(writer, "TEXT", text, ascii)?,
        SearchKey::GmailRaw(text) => put_text(writer, "X-GM-RAW", text, ascii)?,
        SearchKey::GmailLabel(text) => put_text(writer, "X-GM-LABELS", text, ascii)?,
        SearchKey::Header(name, text) => {
            writer.put("HEADER ");
            writer.string("the name of a header", name)?;
            writer.put(" ");
            let text = if ascii { longest_ascii(text)? } else { text };
            writer.text("a text to search for", text)?;
        }
        SearchKey::Larger(size) => writer.format(format_args!("LARGER {size}")),
        SearchKey::Smaller(size) => writer.format(format_args!("SMALLER {size}")),
        SearchKey::ModSeq(number) => writer.format(format_args!("MODSEQ {number}")),
        SearchKey::Older(seconds) => writer.format(format_args!("OLDER {seconds}")),
        SearchKey::Younger(seconds) => writer.format(format_args!("YOUNGER {seconds}")),
        SearchKey::GmailMessageId(number) => writer.format(format_args!("X-GM-MSGID {number}")),
        SearchKey::GmailThreadId(number) => writer.format(format_args!("X-GM-THRID {number}")),
        SearchKey::And(keys) => {
            if keys.is_empty() {
                return Err(Error::Invalid { what: "a search", why: "it has an empty group" });
            }
            for (index, key) in keys.iter().enumerate() {
                writer.put(if index == 0 { "(" } else { " " });
                put_key(writer, key, ascii)?;
            }
            writer.put(")");
        }
        // Less than what is meant would be found: what is asked too widely may not be excluded.
        SearchKey::Not(key) if ascii && key.needs_utf8() => writer.put("ALL"),
        SearchKey::Not(key) => {
            writer.put("NOT ");
            put_key(writer, key, ascii)?;
        }
        SearchKey::Or(first, second) => {
            writer.put("OR ");
            put_key(writer, first, ascii)?;
            writer.put(" ");
            put_key(writer, second, ascii)?;
        }
    }
    Ok(())
}

fn put_text(writer: &mut Writer<'_>, name: &str, text: &str, ascii: bool) -> Result<(), Error> {
    let asked = if ascii { longest_ascii(text)? } else { text };
    if asked.is_empty() && !text.is_empty() {
        writer.put("ALL");
        return Ok(());
    }
    writer.put(name);
    writer.put(" ");
    writer.text("a text to search for", asked)
}

/// The longest part of a text that can be asked for in ASCII.
fn longest_ascii(text: &str) -> Result<&str, Error> {
    check_line("a text to search for", text)?;
    Ok(text.split(|c: char| !c.is_ascii()).max_by_key(|part| part.len()).unwrap_or_default())
}
