//! The `>` lines of a transcript, done to a machine.
//!
//! Several commands of one flight stand between semicolons. `SEARCH`, `STORE` and the like count by position; the same
//! with `UID` before them by UID.

use std::num::NonZeroU32;

use imap_min::{
    Append, AppendForm, Command, Connection, Limits, Mailbox, SearchKey, SelectParameter, SequenceSet, Store,
    UidSet,
};

use crate::arguments::{
    attribute, date_time, flag, key, limits, list, octets, search_options, set, status_item,
};

/// Does what a line says; several parts stand between semicolons.
pub(crate) fn act(connection: &mut Connection, line: &str, out: &mut Vec<u8>) -> Result<(), String> {
    line.split(';').try_for_each(|part| one(connection, part.trim(), out))
}

fn one(connection: &mut Connection, line: &str, out: &mut Vec<u8>) -> Result<(), String> {
    let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
    let text = |error: imap_min::Error| error.to_string();
    match verb {
        "respond" => connection.respond(&octets(rest), out).map_err(text),
        "cancel" => connection.cancel(out).map_err(text),
        "tls" => connection.tls_started(rest.as_bytes()).map_err(text),
        "done" => connection.end_idle(out).map_err(text),
        "body" => connection.send_body(&octets(rest), out).map_err(text),
        "finish" => connection.finish_body(out).map_err(text),
        "limit" => {
            *connection = Connection::new(limits(rest));
            Ok(())
        }
        "eager" => {
            *connection = Connection::eager(Limits::default());
            Ok(())
        }
        "UID" => {
            let (verb, rest) = rest.split_once(' ').unwrap_or((rest, ""));
            on_messages(connection, &format!("UID {verb}"), rest, out)
        }
        "SEARCH" | "FETCH" | "STORE" | "COPY" | "MOVE" => on_messages(connection, verb, rest, out),
        _ => on_mailboxes(connection, verb, rest, out),
    }
}

/// Commands with a set of messages, or that find one.
fn on_messages(connection: &mut Connection, verb: &str, rest: &str, out: &mut Vec<u8>) -> Result<(), String> {
    let mut words: Vec<&str> = rest.split(' ').collect();
    let mut send =
        |command: Command<'_>| connection.send(command, out).map(|_| ()).map_err(|e| e.to_string());
    if verb.ends_with("SEARCH") {
        let options = search_options(&mut words);
        let keys: Vec<SearchKey<'_>> = words.iter().map(|word| key(word)).collect();
        let keys = keys.as_slice();
        return match (verb, options) {
            ("SEARCH", None) => send(Command::Search { keys }),
            ("SEARCH", Some(options)) => send(Command::SearchWith { keys, options }),
            (_, None) => send(Command::UidSearch { keys }),
            (_, Some(options)) => send(Command::UidSearchWith { keys, options }),
        };
    }
    let messages = &set(words.remove(0));
    let positions = &SequenceSet::from(messages.clone());
    let mailbox = &Mailbox::new(words.last().copied().unwrap_or("none")).unwrap();
    let since = words.iter().position(|word| word.starts_with("since=")).map(|at| words.remove(at));
    let since = since.map(|word| word["since=".len()..].parse().unwrap());
    match verb {
        "FETCH" | "UID FETCH" => {
            let vanished = words.iter().position(|word| *word == "vanished").map(|at| words.remove(at));
            let attributes: Vec<_> = words.iter().map(|word| attribute(word)).collect();
            let attributes = attributes.as_slice();
            match (verb, since) {
                ("FETCH", _) => send(Command::Fetch { messages: positions, attributes }),
                (_, None) => send(Command::UidFetch { messages, attributes }),
                (_, Some(since)) => {
                    let vanished = vanished.is_some();
                    send(Command::UidFetchChanged { messages, attributes, since, vanished })
                }
            }
        }
        "STORE" | "UID STORE" => {
            let how = words.remove(0);
            let flags: Vec<_> = words.iter().map(|word| flag(word)).collect();
            let store = match how.trim_end_matches(".SILENT") {
                "FLAGS" => Store::replace(&flags),
                "+FLAGS" => Store::add(&flags),
                _ => Store::remove(&flags),
            };
            let store = if how.ends_with(".SILENT") { store.silently() } else { store };
            let store = since.map_or(store, |since| store.unchanged_since(since));
            match verb {
                "STORE" => send(Command::Store { messages: positions, store }),
                _ => send(Command::UidStore { messages, store }),
            }
        }
        "COPY" => send(Command::Copy { messages: positions, mailbox }),
        "UID COPY" => send(Command::UidCopy { messages, mailbox }),
        "MOVE" => send(Command::Move { messages: positions, mailbox }),
        "UID MOVE" => send(Command::UidMove { messages, mailbox }),
        "UID EXPUNGE" => send(Command::UidExpunge { messages }),
        _ => Err(format!("the transcript says {verb} {rest}")),
    }
}

fn on_mailboxes(
    connection: &mut Connection,
    verb: &str,
    rest: &str,
    out: &mut Vec<u8>,
) -> Result<(), String> {
    let (first, second) = rest.split_once(' ').unwrap_or((rest, ""));
    let words: Vec<&str> = rest.split(' ').filter(|word| !word.is_empty()).collect();
    let whole = Mailbox::new(if rest.is_empty() { "none" } else { rest }).map_err(|e| e.to_string())?;
    let mailbox = Mailbox::new(if first.is_empty() { "none" } else { first }).map_err(|e| e.to_string())?;
    let (mailbox, whole) = (&mailbox, &whole);
    let mut send =
        |command: Command<'_>| connection.send(command, out).map(|_| ()).map_err(|e| e.to_string());
    match verb {
        "CAPABILITY" => send(Command::Capability),
        "NOOP" => send(Command::Noop),
        "LOGOUT" => send(Command::Logout),
        "STARTTLS" => send(Command::StartTls),
        "COMPRESS" => send(Command::Compress),
        "NAMESPACE" => send(Command::Namespace),
        "IDLE" => send(Command::Idle),
        "CHECK" => send(Command::Check),
        "CLOSE" => send(Command::Close),
        "UNSELECT" => send(Command::Unselect),
        "EXPUNGE" => send(Command::Expunge),
        "RAW" => send(Command::Raw { line: rest }),
        "ID" => {
            let fields: Vec<_> = words.iter().map(|word| word.split_once('=').unwrap()).collect();
            send(Command::Id { fields: &fields })
        }
        "ENABLE" => send(Command::Enable { capabilities: &words }),
        "LOGIN" => send(Command::Login { user: first, password: second }),
        "AUTHENTICATE" => {
            // As on the wire, `=` is a response that is there and empty.
            let initial = rest.contains(' ').then(|| octets(if second == "=" { "" } else { second }));
            send(Command::Authenticate { mechanism: first, initial_response: initial.as_deref() })
        }
        "SELECT" => match second.split_once(' ') {
            _ if second == "CONDSTORE" => {
                let parameter = SelectParameter::CondStore;
                send(Command::SelectWith { mailbox, read_only: false, parameter })
            }
            Some(("QRESYNC", numbers)) => {
                let numbers: Vec<&str> = numbers.split(' ').collect();
                let known: Option<UidSet> = numbers.get(2).map(|numbers| set(numbers));
                let parameter = SelectParameter::Resync {
                    uid_validity: NonZeroU32::new(numbers[0].parse().unwrap()).unwrap(),
                    mod_seq: numbers[1].parse().unwrap(),
                    known: known.as_ref(),
                };
                send(Command::SelectWith { mailbox, read_only: false, parameter })
            }
            _ => send(Command::Select { mailbox: whole }),
        },
        "EXAMINE" => send(Command::Examine { mailbox: whole }),
        "CREATE" => send(Command::Create { mailbox: whole }),
        "DELETE" => send(Command::Delete { mailbox: whole }),
        "SUBSCRIBE" => send(Command::Subscribe { mailbox: whole }),
        "UNSUBSCRIBE" => send(Command::Unsubscribe { mailbox: whole }),
        "GETQUOTAROOT" => send(Command::GetQuotaRoot { mailbox: whole }),
        "GETQUOTA" => send(Command::GetQuota { root: rest }),
        "RENAME" => send(Command::Rename { from: mailbox, to: &Mailbox::new(second).unwrap() }),
        "STATUS" => {
            let items: Vec<_> = second.split(' ').map(status_item).collect();
            send(Command::MailboxStatus { mailbox, items: &items })
        }
        "LSUB" => send(Command::Lsub { reference: second.strip_prefix("in=").unwrap_or(""), pattern: first }),
        "LIST" => {
            let status: Vec<_> =
                words.iter().filter_map(|word| word.strip_prefix("status=")).map(status_item).collect();
            let reference = words.iter().find_map(|word| word.strip_prefix("in="));
            let options = list(&words, &status);
            send(Command::List {
                reference: reference.unwrap_or(""),
                pattern: first.trim_matches('"'),
                options,
            })
        }
        "APPEND" => {
            let size = words[1].parse().unwrap();
            let flags: Vec<_> =
                words[2..].iter().filter(|word| !word.contains('=')).map(|word| flag(word)).collect();
            let mut append = Append::new(mailbox, size).flags(&flags);
            for word in &words[2..] {
                append = match *word {
                    "form=binary" => append.form(AppendForm::Binary),
                    "form=utf8" => append.form(AppendForm::Utf8),
                    "date=rfc" => append.date(date_time()),
                    _ => append,
                };
            }
            send(Command::Append(append))
        }
        _ => Err(format!("the transcript says {verb} {rest}")),
    }
}
