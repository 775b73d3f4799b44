use std::sync::Arc;

use super::args::Arg;
use super::command::Command;
use super::folders;
use super::reply::Reply;
use super::session::Session;
use crate::date;
use crate::store::Flags;

/// `APPEND` (RFC 3501 section 6.3.11), answered with the UID (RFC 4315). The message moves into the store uncopied.
pub(super) fn append(session: &mut Session, mut command: Command) -> Reply {
    let Some(name) = command.astring(0) else { return Reply::bad_arguments() };
    let Some(Arg::Text(message)) = command.args.pop() else { return Reply::bad_arguments() };
    let mut flags = Flags::NONE;
    let mut received = session.state.clock.now();
    for arg in command.args.iter().skip(1) {
        match arg {
            Arg::List(names) => flags = flags_of(names),
            Arg::Text(text) => match std::str::from_utf8(text).ok().and_then(date::parse_imap) {
                Some(time) => received = time,
                None => return Reply::bad_arguments(),
            },
            Arg::Atom(_) => return Reply::bad_arguments(),
        }
    }
    let target = session.mailbox().zip(folders::folder(session, &name));
    let Some((mailbox, folder)) = target else {
        return Reply::no(format!("[TRYCREATE] {} doesn't exist.", crate::log::shown(&name)));
    };
    match session.state.store.add(mailbox, &folder, Arc::new(message), flags, received) {
        Some((validity, uid)) => {
            session.announce(false);
            Reply::ok(format!("[APPENDUID {validity} {uid}] APPEND completed."))
        }
        None => Reply::no_mailbox(&name),
    }
}

/// The flags of a list; those that are not kept are passed over.
pub(super) fn flags_of(names: &[Arg]) -> Flags {
    names.iter().filter_map(Arg::atom).fold(Flags::NONE, |flags, name| flags.with(Flags::named(name)))
}
