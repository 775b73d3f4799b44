use super::command::Command;
use super::reply::Reply;
use super::session::Session;
use crate::store::FOLDERS;

/// `NAMESPACE` (RFC 2342).
pub(super) fn namespace(session: &mut Session) -> Reply {
    session.wire.say("* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n");
    Reply::ok("NAMESPACE completed.")
}

/// `LIST` and `LSUB` (RFC 3501 sections 6.3.8 and 6.3.9): every folder is subscribed.
pub(super) fn list(session: &mut Session, command: &Command) -> Reply {
    let name = &command.name;
    let (Some(reference), Some(pattern)) = (command.astring(0), command.astring(1)) else {
        return Reply::bad_arguments();
    };
    if pattern.is_empty() {
        // A question for the delimiter only.
        session.wire.say(format!("* {name} (\\Noselect) \"/\" \"\"\r\n"));
        return Reply::ok(format!("{name} completed."));
    }
    let pattern = reference + &pattern;
    for (folder, attributes) in FOLDERS {
        if matches(&pattern, folder) {
            session.wire.say(format!("* {name} ({attributes}) \"/\" {}\r\n", quoted(folder)));
        }
    }
    Reply::ok(format!("{name} completed."))
}

/// `SUBSCRIBE` and `UNSUBSCRIBE` (RFC 3501 sections 6.3.6 and 6.3.7): nothing changes by them.
pub(super) fn subscribe(command: &Command) -> Reply {
    match command.astring(0) {
        Some(name) if folder(&name).is_some() => Reply::ok(format!("{} completed.", command.name)),
        Some(name) => Reply::no_mailbox(&name),
        None => Reply::bad_arguments(),
    }
}

/// The folder of this name; upper and lower case are the same.
pub(super) fn folder(name: &str) -> Option<&'static str> {
    FOLDERS.iter().map(|(folder, _)| *folder).find(|folder| folder.eq_ignore_ascii_case(name))
}

/// A folder's name as a response gives it: in quotes only if it has to be.
pub(super) fn quoted(name: &str) -> String {
    if name.contains(' ') { format!("\"{name}\"") } else { name.to_owned() }
}

/// Whether a name fits a pattern, in which `*` stands for anything, and `%` for anything but `/`. No folder of the
/// tenant has children, so both are the same here.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.to_ascii_lowercase(), name.to_ascii_lowercase());
    let mut parts = pattern.split(['*', '%']);
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let mut parts: Vec<_> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    // The shortest match of each part in turn leaves the most for those that follow.
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.ends_with(last)
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
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern} {name}");
        }
    }
}
