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

/// `STORE` and `UID STORE` (RFC 3501 section 6.4.6), with `UNCHANGEDSINCE` (RFC 7162 section 3.1.3).
pub(super) fn store(session: &mut Session, command: &Command, uid: bool) -> Reply {
    let Some(mailbox) = session.mailbox().map(str::to_owned) else { return Reply::bad_state() };
    let Some(view) = &mut session.selected else { return Reply::bad_state() };
    let mut args = command.args.as_slice();
    let Some((Arg::Atom(set), rest)) = args.split_first() else { return Reply::bad_arguments() };
    args = rest;
    let mut unchanged_since = None;
    if let [Arg::List(modifiers), rest @ ..] = args {
        match modifiers.as_slice() {
            [Arg::Atom(name), Arg::Atom(value)] if name.eq_ignore_ascii_case("UNCHANGEDSINCE") => {
                let Ok(value) = value.parse::<u64>() else { return Reply::bad_arguments() };
                unchanged_since = Some(value);
                view.condstore = true;
            }
            _ => return Reply::bad_arguments(),
        }
        args = rest;
    }
    let Some((Arg::Atom(item), args)) = args.split_first() else { return Reply::bad_arguments() };
    let given = match args.first() {
        Some(Arg::List(names)) => flags_of(names),
        Some(Arg::Atom(_)) => flags_of(args),
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
    let mut modified = Vec::new();
    let name = std::sync::Arc::clone(&view.folder);
    let out = session.state.store.with(&mailbox, &name, |folder| {
        let (mut out, before) = (String::new(), folder.modseq());
        for (number, id) in chosen {
            let newer = folder.get(id).zip(unchanged_since).is_some_and(|(m, since)| m.modseq > since);
            if newer {
                modified.push(if uid { id } else { number });
                continue;
            }
            let Some(message) = folder.set_flags(id, |flags| change(flags, given)) else { continue };
            let mut items = Vec::new();
            if uid {
                items.push(format!("UID {id}"));
            }
            if !silent {
                items.push(view.flags_item(message));
            }
            if view.condstore {
                items.push(format!("MODSEQ ({})", message.modseq));
            }
            if !silent || view.condstore {
                out.push_str(&format!("* {number} FETCH ({})\r\n", items.join(" ")));
            }
        }
        view.own_change(before, folder.modseq());
        out
    });
    session.state.store.touch(&mailbox);
    session.wire.say(out.unwrap_or_default());
    if modified.is_empty() {
        return Reply::ok("STORE completed.");
    }
    Reply::ok(format!("[MODIFIED {}] Conditional STORE failed.", set::display(&modified)))
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
    session.state.store.with(mailbox, &view.folder, |folder| {
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
    let Some(target) = folders::folder(session, &name) else {
        return Reply::no(format!("[TRYCREATE] {} doesn't exist.", crate::log::shown(&name)));
    };
    let Some(chosen) = view.choose(set, uid) else { return Reply::bad(BAD_SET) };
    let verb = if moving { "MOVE" } else { "COPY" };
    let Some((validity, from, to)) = transfer(session, mailbox, &view.folder, &target, chosen, moving) else {
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
