use std::fmt::Write as _;
use std::sync::Arc;

use super::args::Arg;
use super::command::Command;
use super::folders;
use super::reply::Reply;
use super::session::Session;
use super::view::View;
use crate::Profile;
use crate::store::Flags;

/// `SELECT` and `EXAMINE` (RFC 3501 sections 6.3.1 and 6.3.2).
pub(super) fn select(session: &mut Session, command: &Command) -> Reply {
    // Whatever comes of it, the folder that was open is not any more.
    session.selected = None;
    let read_only = command.name == "EXAMINE";
    let Some(name) = command.astring(0) else { return Reply::bad_arguments() };
    let condstore = match command.args.get(1) {
        None => false,
        Some(Arg::List(options)) if session.state.settings.profile != Profile::Exchange => {
            options.iter().filter_map(Arg::atom).any(|option| option.eq_ignore_ascii_case("CONDSTORE"))
        }
        Some(_) => return Reply::bad_arguments(),
    };
    let opened = session.mailbox().zip(folders::folder(session, &name)).and_then(|(mailbox, folder)| {
        session.state.store.with(mailbox, &folder, |stored| {
            let unseen = stored.all().iter().position(|message| !message.flags.has(Flags::SEEN));
            let view = View::open(Arc::clone(&folder), stored, read_only);
            (view, stored.validity, stored.next_uid(), unseen, stored.modseq())
        })
    });
    let Some((mut view, validity, next_uid, unseen, modseq)) = opened else {
        return Reply::no_mailbox(&name);
    };
    view.condstore = condstore || session.condstore;

    let mut out = format!("* {} EXISTS\r\n* {} RECENT\r\n", view.exists(), view.recent());
    let _ = write!(out, "* FLAGS ({})\r\n", Flags::LIST);
    let permanent = if read_only { "" } else { Flags::LIST };
    let _ = write!(out, "* OK [PERMANENTFLAGS ({permanent})] Permanent flags\r\n");
    if let Some(unseen) = unseen {
        let _ = write!(out, "* OK [UNSEEN {0}] Is the first unseen message\r\n", unseen + 1);
    }
    let _ = write!(out, "* OK [UIDVALIDITY {validity}] UIDVALIDITY value\r\n");
    let _ = write!(out, "* OK [UIDNEXT {next_uid}] The next unique identifier value\r\n");
    if session.state.settings.profile != Profile::Exchange {
        let _ = write!(out, "* OK [HIGHESTMODSEQ {modseq}] Highest\r\n");
    }
    session.wire.say(out);
    session.selected = Some(view);
    let mode = if read_only { "READ-ONLY" } else { "READ-WRITE" };
    Reply::ok(format!("[{mode}] {} completed.", command.name))
}

/// `STATUS` (RFC 3501 section 6.3.10).
pub(super) fn status(session: &mut Session, command: &Command) -> Reply {
    let (Some(name), Some(Arg::List(items))) = (command.astring(0), command.args.get(1)) else {
        return Reply::bad_arguments();
    };
    let counted = session.mailbox().zip(folders::folder(session, &name)).and_then(|(mailbox, folder)| {
        session.state.store.with(mailbox, &folder, |stored| {
            let all = stored.all();
            let recent = all.iter().filter(|message| message.uid >= stored.recent_from()).count();
            let unseen = all.iter().filter(|message| !message.flags.has(Flags::SEEN)).count();
            let counts = (all.len(), recent, stored.next_uid(), stored.validity, unseen, stored.modseq());
            (Arc::clone(&folder), counts, all.iter().map(|m| m.bytes.len()).sum::<usize>())
        })
    });
    let Some((folder, (messages, recent, next_uid, validity, unseen, modseq), size)) = counted else {
        return Reply::no_mailbox(&name);
    };
    let profile = session.state.settings.profile;
    let mut values = Vec::new();
    for item in items {
        let item = item.atom().unwrap_or_default().to_ascii_uppercase();
        let value = match item.as_str() {
            "MESSAGES" => messages.to_string(),
            "RECENT" => recent.to_string(),
            "UIDNEXT" => next_uid.to_string(),
            "UIDVALIDITY" => validity.to_string(),
            "UNSEEN" => unseen.to_string(),
            "HIGHESTMODSEQ" if profile != Profile::Exchange => modseq.to_string(),
            "SIZE" if profile == Profile::Plain => size.to_string(),
            _ => return Reply::bad_arguments(),
        };
        values.push(format!("{item} {value}"));
    }
    // The blank before the line end is Exchange's.
    let blank = if profile == Profile::Exchange { " " } else { "" };
    session.wire.say(format!("* STATUS {} ({}){blank}\r\n", folders::quoted(&folder), values.join(" ")));
    Reply::ok("STATUS completed.")
}

/// `CLOSE` (RFC 3501 section 6.4.2): deleted messages go, and nobody is told.
pub(super) fn close(session: &mut Session) -> Reply {
    if let (Some(view), Some(mailbox)) = (session.selected.take(), session.mailbox())
        && !view.read_only
    {
        session.state.store.with(mailbox, &view.folder, |folder| {
            let gone: Vec<u32> =
                folder.all().iter().filter(|m| m.flags.has(Flags::DELETED)).map(|m| m.uid).collect();
            folder.remove(&gone);
        });
        session.state.store.touch(mailbox);
    }
    Reply::ok("CLOSE completed.")
}

/// `UNSELECT` (RFC 3691).
pub(super) fn unselect(session: &mut Session) -> Reply {
    session.selected = None;
    Reply::ok("UNSELECT completed.")
}
