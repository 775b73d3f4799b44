//! How a command is written (RFC 9051 section 6).

use super::fetch::{put_attributes, put_store};
use super::list::{put_items, put_list, put_pattern};
use super::raw::put_raw;
use super::search::put_search;
use super::write::{Wire, Writer, check_line, check_set, put_base64};
use super::{Command, CommandId, CommandKind};
use crate::error::Error;
use crate::types::{Append, AppendForm, SearchOptions, SelectParameter};

/// Appends a command; gives the offsets in `out` at which the server's go-ahead must be waited for. After an error `out`
/// may have a part of it: cut it off.
pub(crate) fn encode(
    command: &Command<'_>,
    id: CommandId,
    wire: Wire,
    out: &mut Vec<u8>,
) -> Result<Vec<usize>, Error> {
    let mut writer = Writer { out, wire, stops: Vec::new() };
    let w = &mut writer;
    w.format(format_args!("{id} "));
    if command.kind() != CommandKind::Raw {
        w.put(command.kind().name());
    }
    match command {
        Command::Capability
        | Command::Noop
        | Command::Logout
        | Command::StartTls
        | Command::Namespace
        | Command::Idle
        | Command::Check
        | Command::Close
        | Command::Unselect
        | Command::Expunge => {}
        Command::Compress => w.put(" DEFLATE"),
        Command::Id { fields } => put_id(w, fields)?,
        Command::Authenticate { mechanism, initial_response } => {
            put_authenticate(w, mechanism, *initial_response)?;
        }
        Command::Login { user, password } => {
            w.put(" ");
            w.string("a user name", user)?;
            w.put(" ");
            // Growing in the middle would leave a copy of the secret behind.
            w.out.reserve(2 * password.len() + 8);
            w.string("a password", password)?;
        }
        Command::Enable { capabilities } => {
            if capabilities.is_empty() {
                return Err(Error::Invalid { what: "ENABLE", why: "it has no capability" });
            }
            for name in *capabilities {
                w.put(" ");
                w.atom("a capability", name.as_bytes())?;
            }
        }
        Command::Select { mailbox }
        | Command::Examine { mailbox }
        | Command::Create { mailbox }
        | Command::Delete { mailbox }
        | Command::Subscribe { mailbox }
        | Command::Unsubscribe { mailbox }
        | Command::GetQuotaRoot { mailbox } => {
            w.put(" ");
            w.mailbox(mailbox)?;
        }
        Command::SelectWith { mailbox, parameter, .. } => {
            w.put(" ");
            w.mailbox(mailbox)?;
            put_parameter(w, *parameter)?;
        }
        Command::Rename { from, to } => {
            w.put(" ");
            w.mailbox(from)?;
            w.put(" ");
            w.mailbox(to)?;
        }
        Command::List { reference, pattern, options } => put_list(w, reference, pattern, options)?,
        Command::Lsub { reference, pattern } => {
            w.put(" ");
            put_pattern(w, reference)?;
            w.put(" ");
            put_pattern(w, pattern)?;
        }
        Command::MailboxStatus { mailbox, items } => {
            w.put(" ");
            w.mailbox(mailbox)?;
            w.put(" ");
            put_items(w, items)?;
        }
        Command::GetQuota { root } => {
            w.put(" ");
            check_line("a quota root", root)?;
            if !root.is_ascii() {
                return Err(Error::Invalid { what: "a quota root", why: "it is not ASCII" });
            }
            w.quoted(root);
        }
        Command::Append(append) => put_append(w, append)?,
        Command::UidExpunge { messages } => {
            check_set(messages.is_empty())?;
            w.format(format_args!(" {messages}"));
        }
        Command::Search { keys } | Command::UidSearch { keys } => {
            put_search(w, keys, SearchOptions::default())?;
        }
        Command::SearchWith { keys, options } | Command::UidSearchWith { keys, options } => {
            put_search(w, keys, *options)?;
        }
        Command::Fetch { messages, attributes } => {
            check_set(messages.is_empty())?;
            w.format(format_args!(" {messages} "));
            put_attributes(w, attributes)?;
        }
        Command::UidFetch { messages, attributes } => {
            check_set(messages.is_empty())?;
            w.format(format_args!(" {messages} "));
            put_attributes(w, attributes)?;
        }
        Command::UidFetchChanged { messages, attributes, since, vanished } => {
            check_set(messages.is_empty())?;
            w.format(format_args!(" {messages} "));
            put_attributes(w, attributes)?;
            let vanished = if *vanished { " VANISHED" } else { "" };
            w.format(format_args!(" (CHANGEDSINCE {since}{vanished})"));
        }
        Command::Store { messages, store } => {
            check_set(messages.is_empty())?;
            w.format(format_args!(" {messages}"));
            put_store(w, store)?;
        }
        Command::UidStore { messages, store } => {
            check_set(messages.is_empty())?;
            w.format(format_args!(" {messages}"));
            put_store(w, store)?;
        }
        Command::Copy { messages, mailbox } | Command::Move { messages, mailbox } => {
            check_set(messages.is_empty())?;
            w.format(format_args!(" {messages} "));
            w.mailbox(mailbox)?;
        }
        Command::UidCopy { messages, mailbox } | Command::UidMove { messages, mailbox } => {
            check_set(messages.is_empty())?;
            w.format(format_args!(" {messages} "));
            w.mailbox(mailbox)?;
        }
        Command::Raw { line } => put_raw(w, line)?,
    }
    // The line of an APPEND goes on with the message.
    if !matches!(command, Command::Append(_)) {
        w.put("\r\n");
    }
    Ok(writer.stops)
}

fn put_id(w: &mut Writer<'_>, fields: &[(&str, &str)]) -> Result<(), Error> {
    let bad = |why| Err(Error::Invalid { what: "an ID", why });
    if fields.len() > 30 {
        return bad("it has more than 30 fields");
    }
    if fields.is_empty() {
        w.put(" NIL");
        return Ok(());
    }
    for (index, (name, value)) in fields.iter().enumerate() {
        if name.len() > 30 || value.len() > 1024 {
            return bad("a name is longer than 30 octets, or a value than 1024");
        }
        w.put(if index == 0 { " (" } else { " " });
        for text in [name, value] {
            check_line("an ID", text)?;
            if !text.is_ascii() {
                return bad("it is not ASCII");
            }
        }
        w.quoted(name);
        w.put(" ");
        w.quoted(value);
    }
    w.put(")");
    Ok(())
}

fn put_authenticate(w: &mut Writer<'_>, mechanism: &str, initial: Option<&[u8]>) -> Result<(), Error> {
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if mechanism.is_empty() || mechanism.len() > 20 || !mechanism.bytes().all(letters) {
        let why = "it is not 1 to 20 letters, digits, '-' or '_'";
        return Err(Error::Invalid { what: "a SASL mechanism", why });
    }
    w.format(format_args!(" {mechanism}"));
    if let Some(message) = initial {
        w.put(" ");
        // Empty is not the same as absent (RFC 4959 section 3).
        if message.is_empty() {
            w.put("=");
        }
        put_base64(w.out, message);
    }
    Ok(())
}

/// `select-param` (RFC 7162 section 7).
fn put_parameter(w: &mut Writer<'_>, parameter: SelectParameter<'_>) -> Result<(), Error> {
    match parameter {
        SelectParameter::CondStore => w.put(" (CONDSTORE)"),
        SelectParameter::Resync { mod_seq: 0, .. } => {
            return Err(Error::Invalid { what: "a modification sequence", why: "it is 0" });
        }
        SelectParameter::Resync { uid_validity, mod_seq, known } => {
            w.format(format_args!(" (QRESYNC ({uid_validity} {mod_seq}"));
            if let Some(known) = known {
                check_set(known.is_empty())?;
                // `known-uids` has no `*`.
                if known.max() == Some(u32::MAX) {
                    return Err(Error::Invalid { what: "a set of known UIDs", why: "it has no end" });
                }
                w.format(format_args!(" {known}"));
            }
            w.put("))");
        }
    }
    Ok(())
}

/// `append` up to where the message begins.
fn put_append(w: &mut Writer<'_>, append: &Append<'_>) -> Result<(), Error> {
    w.put(" ");
    w.mailbox(append.mailbox)?;
    if !append.flags.is_empty() {
        w.put(" ");
        w.flags(append.flags)?;
    }
    if let Some(date) = append.date {
        w.format(format_args!(" \"{}\"", date.fixed()));
    }
    if append.size == 0 {
        // To the servers that know it, nothing is how a client takes an APPEND back.
        return Err(Error::Invalid { what: "a message", why: "it is empty" });
    }
    let prefix = match append.form {
        AppendForm::Text => " ",
        AppendForm::Binary => " ~",
        AppendForm::Utf8 => " UTF8 (~",
    };
    w.literal_head(append.size, prefix);
    Ok(())
}
