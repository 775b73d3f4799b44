//! How mailboxes are listed (RFC 9051 sections 6.3.9 and 6.3.11).

use super::write::{Writer, check_line};
use crate::error::Error;
use crate::types::{ListOptions, StatusItem, mutf7};

/// `[list-select-opts] mailbox mbox-or-pat [list-return-opts]`.
pub(super) fn put_list(
    writer: &mut Writer<'_>,
    reference: &str,
    pattern: &str,
    options: &ListOptions<'_>,
) -> Result<(), Error> {
    if options.recursive_match && !options.subscribed {
        let why = "RECURSIVEMATCH goes with SUBSCRIBED only";
        return Err(Error::Invalid { what: "a list", why });
    }
    let selection = [
        (options.subscribed, "SUBSCRIBED"),
        (options.remote, "REMOTE"),
        (options.recursive_match, "RECURSIVEMATCH"),
        (options.special_use, "SPECIAL-USE"),
    ];
    if selection.iter().any(|(wanted, _)| *wanted) {
        writer.put(" ");
        put_words(writer, &selection);
    }
    for name in [reference, pattern] {
        writer.put(" ");
        put_pattern(writer, name)?;
    }
    let returned = [
        (options.return_subscribed, "SUBSCRIBED"),
        (options.return_children, "CHILDREN"),
        (options.return_special_use, "SPECIAL-USE"),
    ];
    if returned.iter().any(|(wanted, _)| *wanted) || !options.return_status.is_empty() {
        writer.put(" RETURN ");
        put_words(writer, &returned);
        if !options.return_status.is_empty() {
            // Inside the parenthesis that is closed.
            writer.out.pop();
            writer.put(if writer.out.ends_with(b"(") { "STATUS " } else { " STATUS " });
            put_items(writer, options.return_status)?;
            writer.put(")");
        }
    }
    Ok(())
}

/// `"(" status-att *(SP status-att) ")"`.
pub(super) fn put_items(writer: &mut Writer<'_>, items: &[StatusItem]) -> Result<(), Error> {
    if items.is_empty() {
        return Err(Error::Invalid { what: "a status", why: "it asks for nothing" });
    }
    for (index, item) in items.iter().enumerate() {
        writer.put(if index == 0 { "(" } else { " " });
        writer.put(item.name());
    }
    writer.put(")");
    Ok(())
}

/// A reference or pattern: always quoted, since not every server takes wildcards for part of an atom.
pub(super) fn put_pattern(writer: &mut Writer<'_>, pattern: &str) -> Result<(), Error> {
    check_line("a mailbox pattern", pattern)?;
    if writer.wire.utf8 || !pattern.contains(|c: char| c == '&' || !c.is_ascii()) {
        writer.quoted(pattern);
    } else {
        writer.quoted(&mutf7(pattern));
    }
    Ok(())
}

fn put_words(writer: &mut Writer<'_>, words: &[(bool, &str)]) {
    writer.put("(");
    let mut gap = "";
    for (_, word) in words.iter().filter(|(wanted, _)| *wanted) {
        writer.put(gap);
        writer.put(word);
        gap = " ";
    }
    writer.put(")");
}
