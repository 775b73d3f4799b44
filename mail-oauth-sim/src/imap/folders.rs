use std::sync::Arc;

use super::args::Arg;
use super::command::Command;
use super::reply::Reply;
use super::session::Session;
use crate::Profile;
use crate::store::{Listed, Refused};

/// Longest name of a folder in octets.
const LONGEST: usize = 255;

/// `NAMESPACE` (RFC 2342).
pub(super) fn namespace(session: &mut Session) -> Reply {
    session.wire.say("* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n");
    Reply::ok("NAMESPACE completed.")
}

/// `LIST` and `LSUB` (RFC 3501 sections 6.3.8 and 6.3.9). Before the reference there may be selection options, after the
/// patterns return options (RFC 5258, RFC 6154); what is returned does not depend on the latter.
pub(super) fn list(session: &mut Session, command: &Command) -> Reply {
    let name = &command.name;
    let mut args = command.args.as_slice();
    let (mut subscribed, mut special) = (name == "LSUB", false);
    if let [Arg::List(options), rest @ ..] = args {
        if session.state.settings.profile == Profile::Exchange {
            return Reply::bad_arguments();
        }
        for option in options.iter().filter_map(Arg::atom) {
            subscribed |= option.eq_ignore_ascii_case("SUBSCRIBED");
            special |= option.eq_ignore_ascii_case("SPECIAL-USE");
        }
        args = rest;
    }
    let (Some(reference), Some(patterns)) = (args.first().and_then(Arg::astring), args.get(1)) else {
        return Reply::bad_arguments();
    };
    let patterns: Option<Vec<String>> = match patterns {
        Arg::List(list) => list.iter().map(Arg::astring).collect(),
        one => one.astring().map(|one| vec![one]),
    };
    let Some(patterns) = patterns else { return Reply::bad_arguments() };
    if let [only] = patterns.as_slice()
        && only.is_empty()
    {
        // A question for the delimiter only.
        session.wire.say(format!("* {name} (\\Noselect) \"/\" \"\"\r\n"));
        return Reply::ok(format!("{name} completed."));
    }
    let patterns: Vec<String> = patterns.into_iter().map(|pattern| format!("{reference}{pattern}")).collect();
    let all = session.mailbox().map(|mailbox| session.state.store.list(mailbox)).unwrap_or_default();
    for folder in all {
        let wanted = (folder.subscribed || !subscribed) && (!special || is_special(folder.purpose));
        if wanted && patterns.iter().any(|pattern| matches(pattern, &folder.name)) {
            let attributes = attributes(&folder, session.state.settings.profile);
            session.wire.say(format!("* {name} ({attributes}) \"/\" {}\r\n", quoted(&folder.name)));
        }
    }
    Reply::ok(format!("{name} completed."))
}

/// `SUBSCRIBE` and `UNSUBSCRIBE` (RFC 3501 sections 6.3.6 and 6.3.7).
pub(super) fn subscribe(session: &Session, command: &Command) -> Reply {
    let (Some(name), Some(mailbox)) = (command.astring(0), session.mailbox()) else {
        return Reply::bad_arguments();
    };
    match session.state.store.subscribe(mailbox, &name, command.name == "SUBSCRIBE") {
        true => Reply::ok(format!("{} completed.", command.name)),
        false => Reply::no_mailbox(&name),
    }
}

/// `CREATE`, `DELETE` and `RENAME` (RFC 3501 sections 6.3.3 to 6.3.5).
pub(super) fn change(session: &mut Session, command: &Command) -> Reply {
    let (Some(name), Some(mailbox)) = (command.astring(0), session.mailbox().map(str::to_owned)) else {
        return Reply::bad_arguments();
    };
    let store = &session.state.store;
    let done = match command.name.as_str() {
        "CREATE" => {
            // A delimiter at the end says that there will be folders below (section 6.3.3).
            let name = name.strip_suffix('/').unwrap_or(&name);
            if !is_name(name) {
                return Reply::bad_arguments();
            }
            store.create(&mailbox, name)
        }
        "DELETE" => store.delete(&mailbox, &name),
        _ => {
            let Some(to) = command.astring(1).filter(|to| is_name(to)) else { return Reply::bad_arguments() };
            store.rename(&mailbox, &name, &to)
        }
    };
    match done {
        Ok(()) => Reply::ok(format!("{} completed.", command.name)),
        Err(Refused::Exists) => Reply::no("[ALREADYEXISTS] Mailbox already exists."),
        Err(Refused::Missing) => Reply::no_mailbox(&name),
        Err(Refused::Fixed) => Reply::no("[CANNOT] This mailbox can't be changed."),
        Err(Refused::HasChildren) => Reply::no("[HASCHILDREN] Mailbox has inferior names."),
        Err(Refused::TooMany) => Reply::no("[LIMIT] Too many mailboxes."),
    }
}

/// The folder of this name; upper and lower case are the same.
pub(super) fn folder(session: &Session, name: &str) -> Option<Arc<str>> {
    session.state.store.name(session.mailbox()?, name)
}

/// A folder's name as a response gives it: in quotes only if it has to be.
pub(super) fn quoted(name: &str) -> String {
    let plain = |b: u8| b.is_ascii_graphic() && !b"(){%*\"\\]".contains(&b);
    if !name.is_empty() && name.bytes().all(plain) {
        return name.to_owned();
    }
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}

fn is_special(purpose: &str) -> bool {
    !purpose.is_empty() && purpose != "\\Marked"
}

/// Exchange names purposes without announcing SPECIAL-USE, and only some of them.
fn attributes(folder: &Listed, profile: Profile) -> String {
    let children = if folder.has_children { "\\HasChildren" } else { "\\HasNoChildren" };
    match (profile, folder.purpose) {
        (_, "") | (Profile::Exchange, "\\Archive" | "\\Notes" | "\\Outbox") => children.to_owned(),
        (Profile::Gmail | Profile::Plain, "\\Marked") => children.to_owned(),
        (_, purpose) => format!("{purpose} {children}"),
    }
}

/// What a folder may be called: a name of RFC 3501 without wildcards, in ASCII, with text between the delimiters.
fn is_name(name: &str) -> bool {
    name.len() <= LONGEST
        && name.bytes().all(|b| (b' '..=b'~').contains(&b) && !b"*%".contains(&b))
        && name.split('/').all(|part| !part.is_empty())
}

/// Whether a name fits a pattern, in which `*` stands for anything, and `%` for anything but `/`.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    // Which lengths of the name fit the pattern so far: linear in the pattern for each octet of a name.
    let mut fits = vec![false; name.len() + 1];
    if let Some(first) = fits.first_mut() {
        *first = true;
    }
    for &wanted in pattern {
        let mut next = vec![false; name.len() + 1];
        match wanted {
            b'*' | b'%' => {
                let mut open = false;
                for (at, cell) in next.iter_mut().enumerate() {
                    if wanted == b'%' && at > 0 && name.get(at - 1) == Some(&b'/') {
                        open = false;
                    }
                    open |= fits.get(at).copied().unwrap_or_default();
                    *cell = open;
                }
            }
            _ => {
                for (at, byte) in name.iter().enumerate() {
                    if byte.eq_ignore_ascii_case(&wanted)
                        && fits.get(at).copied().unwrap_or_default()
                        && let Some(cell) = next.get_mut(at + 1)
                    {
                        *cell = true;
                    }
                }
            }
        }
        fits = next;
    }
    fits.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_imap() {
        for (pattern, name, fits) in [
            ("*", "INBOX", true),
            ("%", "Sent Items", true),
            ("inbox", "INBOX", true),
            ("In%", "INBOX", true),
            ("*items", "Deleted Items", true),
            ("S*t*s", "Sent Items", true),
            ("INBOX/%", "INBOX", false),
            ("S*tt*s", "Sent Items", false),
            ("Draft", "Drafts", false),
            ("%", "A/B", false),
            ("*", "A/B/C", true),
            ("A/%", "A/B", true),
            ("A/%", "A/B/C", false),
            ("%/%", "A/B", true),
            ("", "INBOX", false),
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern} {name}");
        }
    }

    #[test]
    fn names_are_quoted_where_they_have_to_be() {
        assert_eq!(quoted("INBOX"), "INBOX");
        assert_eq!(quoted("Sent Items"), "\"Sent Items\"");
        assert_eq!(quoted("a\"b\\c"), "\"a\\\"b\\\\c\"");
        assert!(is_name("A/B") && !is_name("A//B") && !is_name("A*") && !is_name(""));
    }
}
