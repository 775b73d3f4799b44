//! What a command fetches and stores (RFC 9051 sections 6.4.5 and 6.4.6).

use super::write::Writer;
use crate::error::Error;
use crate::types::{FetchAttribute, Partial, Section, Store, StoreMode};

/// `fetch-att`, always in parentheses.
pub(super) fn put_attributes(
    writer: &mut Writer<'_>,
    attributes: &[FetchAttribute<'_>],
) -> Result<(), Error> {
    if attributes.is_empty() {
        return Err(Error::Invalid { what: "a fetch", why: "it asks for nothing" });
    }
    for (index, attribute) in attributes.iter().enumerate() {
        writer.put(if index == 0 { "(" } else { " " });
        match attribute {
            FetchAttribute::Uid => writer.put("UID"),
            FetchAttribute::Flags => writer.put("FLAGS"),
            FetchAttribute::InternalDate => writer.put("INTERNALDATE"),
            FetchAttribute::Rfc822Size => writer.put("RFC822.SIZE"),
            FetchAttribute::Envelope => writer.put("ENVELOPE"),
            FetchAttribute::BodyStructure => writer.put("BODYSTRUCTURE"),
            FetchAttribute::BodyStructureBasic => writer.put("BODY"),
            FetchAttribute::ModSeq => writer.put("MODSEQ"),
            FetchAttribute::GmailMessageId => writer.put("X-GM-MSGID"),
            FetchAttribute::GmailThreadId => writer.put("X-GM-THRID"),
            FetchAttribute::GmailLabels => writer.put("X-GM-LABELS"),
            FetchAttribute::Body { section, partial } => put_section(writer, "BODY.PEEK", section, *partial)?,
            FetchAttribute::BodyAndSeen { section, partial } => {
                put_section(writer, "BODY", section, *partial)?;
            }
            FetchAttribute::Binary { section, partial } => {
                check_part(section)?;
                put_section(writer, "BINARY.PEEK", section, *partial)?;
            }
            FetchAttribute::BinarySize { section } => {
                check_part(section)?;
                put_section(writer, "BINARY.SIZE", section, None)?;
            }
        }
    }
    writer.put(")");
    Ok(())
}

/// `[store-modifiers] store-att-flags`.
pub(super) fn put_store(writer: &mut Writer<'_>, store: &Store<'_>) -> Result<(), Error> {
    if store.flags.is_empty() && store.mode != StoreMode::Replace {
        return Err(Error::Invalid { what: "a change of flags", why: "it has none" });
    }
    if let Some(mod_seq) = store.unchanged_since {
        writer.format(format_args!(" (UNCHANGEDSINCE {mod_seq})"));
    }
    writer.put(match store.mode {
        StoreMode::Replace => " FLAGS",
        StoreMode::Add => " +FLAGS",
        StoreMode::Remove => " -FLAGS",
    });
    writer.put(if store.silent { ".SILENT " } else { " " });
    writer.flags(store.flags)
}

fn put_section(
    writer: &mut Writer<'_>,
    name: &str,
    section: &Section<'_>,
    partial: Option<Partial>,
) -> Result<(), Error> {
    check_section(section)?;
    writer.put(name);
    writer.put("[");
    writer.out.extend(section.wire());
    writer.put("]");
    if let Some(partial) = partial {
        writer.format(format_args!("<{}.{}>", partial.offset, partial.length));
    }
    Ok(())
}

/// A section ends at its bracket, and has no strings that would need quoting.
fn check_section(section: &Section<'_>) -> Result<(), Error> {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b".-_ ()".contains(byte);
    if section.wire().iter().all(plain) {
        return Ok(());
    }
    Err(Error::Invalid {
        what: "a section",
        why: "it has other characters than letters, digits, and \". - _ ( )\"",
    })
}

/// `section-binary` has numbers only.
fn check_part(section: &Section<'_>) -> Result<(), Error> {
    let wire = section.wire();
    let good = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    if wire.is_empty() || wire.split(|byte| *byte == b'.').all(good) {
        return Ok(());
    }
    Err(Error::Invalid { what: "a section of BINARY", why: "it has other things than numbers and dots" })
}
