use super::append::flags_of;
use super::args::Arg;
use super::command::Command;
use super::folders;
use super::reply::Reply;
use super::session::Session;
use super::set;
use super::view::Chosen;
use crate::store::Flags;

const READ_ONLY: &str = "Command is not allowed in read-only mode.";
const BAD_SET: &str = "The specified message set is invalid.";

/// `STORE` and `UID STORE` (RFC 3501 section 6.4.6).
pub(super) fn store(session: &mut Session, command: &Command, uid: bool) -> Reply {
    let (Some(view), Some(mailbox)) = (&session.selected, session.mailbox()) else {
        return Reply::bad_state();
    };
    let (Some(set), Some(item)) = (command.atom(0), command.atom(1)) else { return Reply::bad_arguments() };
    let given = match command.args.get(2) {
        Some(Arg::List(names)) => flags_of(names),
        Some(Arg::Atom(_)) => flags_of(command.args.get(2..).unwrap_or_default()),
        _ => return Reply::bad_arguments(),
    };
    let item = item.to_ascii_uppercase();
    let (item, silent) = item.strip_suffix(".SILENT").map_or((item.as_str(), false), |item| (item, true));
    let change: fn(Flags, Flags) -> Flags = match item {
        "FLAGS" => |_, given| given,
        "+FLAGS" => Flags::with,
        "-FLAGS" => Flags::without,
        _ => return Reply::bad_arguments(),
    };
    if view.read_only {
        return Reply::no(READ_ONLY);
    }
    let Some(chosen) = view.choose(set, uid) else { return Reply::bad(BAD_SET) };
    let out = session.state.store.with(mailbox, view.folder, |folder| {
        let mut out = String::new();
        for (number, id) in chosen {
            let Some(message) = folder.get_mut(id) else { continue };
            message.flags = change(message.flags, given);
            if !silent {
                let uid = if uid { format!("UID {id} ") } else { String::new() };
                out.push_str(&format!("* {number} FETCH ({uid}{})\r\n", view.flags_item(message)));
            }
        }
        out
    });
    session.state.store.touch(mailbox);
    session.wire.say(out.unwrap_or_default());
    Reply::ok("STORE completed.")
}

/// `EXPUNGE` (RFC 3501 section 6.4.3) and `UID EXPUNGE` (RFC 4315 section 2.1). The session tells what went.
pub(super) fn expunge(session: &mut Session, command: &Command, uid: bool) -> Reply {
    let (Some(view), Some(mailbox)) = (&session.selected, session.mailbox()) else {
        return Reply::bad_state();
    };
    if view.read_only {
        return Reply::no(READ_ONLY);
    }
    let among = if uid {
        command.atom(0).and_then(|set| view.choose(set, true))
    } else {
        Some(view.numbered().collect())
    };
    let Some(among) = among else { return Reply::bad(BAD_SET) };
    session.state.store.with(mailbox, view.folder, |folder| {
        let gone: Vec<u32> = among
            .into_iter()
            .map(|(_, uid)| uid)
            .filter(|uid| folder.get(*uid).is_some_and(|message| message.flags.has(Flags::DELETED)))
            .collect();
        folder.remove(&gone);
    });
    session.state.store.touch(mailbox);
    Reply::ok("EXPUNGE completed.")
}

/// `COPY` and `MOVE` (RFC 3501 section 6.4.7, RFC 6851), each also by UID, answered with the UIDs (RFC 4315). The
/// bytes are shared, not copied.
pub(super) fn copy(session: &mut Session, command: &Command, uid: bool, moving: bool) -> Reply {
    let (Some(view), Some(mailbox)) = (&session.selected, session.mailbox()) else {
        return Reply::bad_state();
    };
    let (Some(set), Some(name)) = (command.atom(0), command.astring(1)) else {
        return Reply::bad_arguments();
    };
    if moving && view.read_only {
        return Reply::no(READ_ONLY);
    }
    let Some(target) = folders::folder(&name) else {
        return Reply::no(format!("[TRYCREATE] {} doesn't exist.", crate::log::shown(&name)));
    };
    let Some(chosen) = view.choose(set, uid) else { return Reply::bad(BAD_SET) };
    let verb = if moving { "MOVE" } else { "COPY" };
    let Some((validity, from, to)) = transfer(session, mailbox, view.folder, target, chosen, moving) else {
        return Reply::ok(format!("{verb} completed."));
    };
    let copied = format!("[COPYUID {validity} {} {}]", set::display(&from), set::display(&to));
    session.state.store.touch(mailbox);
    if moving {
        session.wire.say(format!("* OK {copied}\r\n"));
        return Reply::ok("MOVE completed.");
    }
    Reply::ok(format!("{copied} COPY completed."))
}

/// UIDVALIDITY of the target, and the UIDs there and here; `None` if no message was left to take.
fn transfer(
    session: &Session,
    mailbox: &str,
    source: &str,
    target: &str,
    chosen: Chosen,
    moving: bool,
) -> Option<(u32, Vec<u32>, Vec<u32>)> {
    let store = &session.state.store;
    let uids: Vec<u32> = chosen.into_iter().map(|(_, uid)| uid).collect();
    let taken: Vec<_> = store
        .with(mailbox, source, |folder| uids.iter().filter_map(|uid| folder.get(*uid)).cloned().collect())?;
    let from: Vec<u32> = taken.iter().map(|message| message.uid).collect();
    let (validity, to) = store.with(mailbox, target, |folder| {
        let to: Vec<u32> = taken
            .into_iter()
            .map(|message| folder.add(message.bytes, message.flags, message.received))
            .collect();
        (folder.validity, to)
    })?;
    if moving {
        store.with(mailbox, source, |folder| folder.remove(&from));
    }
    (!from.is_empty()).then_some((validity, from, to))
}
