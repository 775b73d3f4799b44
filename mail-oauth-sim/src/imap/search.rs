use std::fmt::Write as _;

use super::args::Arg;
use super::command::Command;
use super::reply::Reply;
use super::session::Session;
use super::set::{self, Set};
use super::view::View;
use crate::store::{Flags, Stored};
use crate::{Profile, date, mime};

/// Keys in keys deeper than this are refused: what looks at them calls itself.
const DEEPEST: usize = 16;
/// Longer texts to look for are refused: looking costs their length for each octet of a message.
const LONGEST: usize = 1_024;

/// What a message is asked for (RFC 3501 section 6.4.4).
enum Key {
    All,
    Has(Flags, bool),
    Recent(bool),
    Numbers(Set),
    Uids(Set),
    /// Came on a day before, on, or after this one: each as wanted.
    Day(u64, fn(&u64, &u64) -> bool),
    Octets(usize, fn(&usize, &usize) -> bool),
    /// A header field of this name that holds this text.
    Header(String, Vec<u8>),
    Body(Vec<u8>),
    Text(Vec<u8>),
    Not(Box<Key>),
    Or(Box<Key>, Box<Key>),
    And(Vec<Key>),
}

/// `SEARCH` and `UID SEARCH`.
pub(super) fn search(session: &mut Session, command: &Command, uid: bool) -> Reply {
    let mut args = command.args.as_slice();
    let mut returns = None;
    if let [Arg::Atom(word), Arg::List(options), rest @ ..] = args
        && word.eq_ignore_ascii_case("RETURN")
        && session.state.settings.profile != Profile::Exchange
    {
        returns = Some(options.iter().filter_map(Arg::atom).map(str::to_ascii_uppercase).collect::<Vec<_>>());
        args = rest;
    }
    if let [Arg::Atom(charset), name, rest @ ..] = args
        && charset.eq_ignore_ascii_case("CHARSET")
    {
        let known = name
            .astring()
            .is_some_and(|name| name.eq_ignore_ascii_case("US-ASCII") || name.eq_ignore_ascii_case("UTF-8"));
        if !known {
            return Reply::no("[BADCHARSET (US-ASCII UTF-8)] The specified charset is not supported.");
        }
        args = rest;
    }
    let (Some(view), Some(mailbox)) = (&session.selected, session.mailbox()) else {
        return Reply::bad_state();
    };
    let mut keys = Parser { args, view };
    let Some(key) = keys.all(0) else { return Reply::bad_arguments() };

    // The messages are shared out and looked at without the lock.
    let Some(messages) = session.state.store.with(mailbox, &view.folder, |folder| folder.all().to_vec())
    else {
        return Reply::bad_state();
    };
    let mut found = Vec::new();
    for (number, id) in view.numbered() {
        let message =
            messages.binary_search_by_key(&id, |message| message.uid).ok().and_then(|at| messages.get(at));
        if message.is_some_and(|message| key.fits(number, message, view)) {
            found.push(if uid { id } else { number });
        }
    }
    let out = match returns {
        Some(options) => extended(&command.tag, uid, &options, &found),
        None => {
            let mut out = String::from("* SEARCH");
            for number in found {
                let _ = write!(out, " {number}");
            }
            out + "\r\n"
        }
    };
    session.wire.say(out);
    Reply::ok("SEARCH completed.")
}

/// `ESEARCH` (RFC 4731 section 3.1). No options mean `ALL`.
fn extended(tag: &str, uid: bool, options: &[String], found: &[u32]) -> String {
    let mut out = format!("* ESEARCH (TAG \"{tag}\")");
    if uid {
        out.push_str(" UID");
    }
    let wants = |name: &str| options.iter().any(|option| option == name);
    if let (Some(first), Some(last)) = (found.first(), found.last()) {
        if wants("MIN") {
            let _ = write!(out, " MIN {first}");
        }
        if wants("MAX") {
            let _ = write!(out, " MAX {last}");
        }
        if wants("ALL") || options.is_empty() {
            let _ = write!(out, " ALL {}", set::display(found));
        }
    }
    if wants("COUNT") {
        let _ = write!(out, " COUNT {}", found.len());
    }
    out + "\r\n"
}

impl Key {
    fn fits(&self, number: u32, message: &Stored, view: &View) -> bool {
        let bytes = message.bytes.as_slice();
        match self {
            Self::All => true,
            Self::Has(flag, wanted) => message.flags.has(*flag) == *wanted,
            Self::Recent(wanted) => view.is_recent(message.uid) == *wanted,
            Self::Numbers(set) => set.contains(number),
            Self::Uids(set) => set.contains(message.uid),
            Self::Day(day, compare) => compare(&date::day_of(message.received), day),
            Self::Octets(octets, compare) => compare(&bytes.len(), octets),
            Self::Header(name, text) => {
                let header = bytes.get(..mime::header_len(bytes)).unwrap_or_default();
                mime::fields(header).any(|field| mime::is_named(field, name) && holds(field, text))
            }
            Self::Body(text) => holds(bytes.get(mime::header_len(bytes)..).unwrap_or_default(), text),
            Self::Text(text) => holds(bytes, text),
            Self::Not(key) => !key.fits(number, message, view),
            Self::Or(one, other) => one.fits(number, message, view) || other.fits(number, message, view),
            Self::And(keys) => keys.iter().all(|key| key.fits(number, message, view)),
        }
    }
}

struct Parser<'a> {
    args: &'a [Arg],
    view: &'a View,
}

impl<'a> Parser<'a> {
    /// All keys that are left: they have to fit together.
    fn all(&mut self, depth: usize) -> Option<Key> {
        let mut keys = vec![self.key(depth)?];
        while !self.args.is_empty() {
            keys.push(self.key(depth)?);
        }
        Some(Key::And(keys))
    }

    fn key(&mut self, depth: usize) -> Option<Key> {
        if depth > DEEPEST {
            return None;
        }
        let word = match self.next()? {
            Arg::List(list) => return Parser { args: list, view: self.view }.all(depth + 1),
            arg => arg.astring()?.to_ascii_uppercase(),
        };
        let flag = |flag, wanted| Some(Key::Has(flag, wanted));
        match word.as_str() {
            "ALL" => Some(Key::All),
            "SEEN" => flag(Flags::SEEN, true),
            "UNSEEN" => flag(Flags::SEEN, false),
            "ANSWERED" => flag(Flags::ANSWERED, true),
            "UNANSWERED" => flag(Flags::ANSWERED, false),
            "FLAGGED" => flag(Flags::FLAGGED, true),
            "UNFLAGGED" => flag(Flags::FLAGGED, false),
            "DELETED" => flag(Flags::DELETED, true),
            "UNDELETED" => flag(Flags::DELETED, false),
            "DRAFT" => flag(Flags::DRAFT, true),
            "UNDRAFT" => flag(Flags::DRAFT, false),
            "RECENT" => Some(Key::Recent(true)),
            "OLD" => Some(Key::Recent(false)),
            "NEW" => Some(Key::And(vec![Key::Recent(true), Key::Has(Flags::SEEN, false)])),
            "UID" => {
                let set = self.text()?;
                Set::parse(&set, self.view.last_uid()).map(Key::Uids)
            }
            "BEFORE" => self.day(u64::lt),
            "ON" => self.day(u64::eq),
            "SINCE" => self.day(u64::ge),
            "LARGER" => self.octets(usize::gt),
            "SMALLER" => self.octets(usize::lt),
            "FROM" | "TO" | "CC" | "BCC" | "SUBJECT" => Some(Key::Header(word, self.needle()?)),
            "HEADER" => Some(Key::Header(self.text()?, self.needle()?)),
            "BODY" => Some(Key::Body(self.needle()?)),
            "TEXT" => Some(Key::Text(self.needle()?)),
            "NOT" => Some(Key::Not(Box::new(self.key(depth + 1)?))),
            "OR" => Some(Key::Or(Box::new(self.key(depth + 1)?), Box::new(self.key(depth + 1)?))),
            set => Set::parse(set, self.view.last_number()).map(Key::Numbers),
        }
    }

    fn next(&mut self) -> Option<&'a Arg> {
        let (first, rest) = self.args.split_first()?;
        self.args = rest;
        Some(first)
    }

    fn text(&mut self) -> Option<String> {
        self.next()?.astring()
    }

    fn needle(&mut self) -> Option<Vec<u8>> {
        let needle = match self.next()? {
            Arg::Atom(atom) => atom.clone().into_bytes(),
            Arg::Text(text) => text.clone(),
            Arg::List(_) => return None,
        };
        (needle.len() <= LONGEST).then_some(needle)
    }

    fn day(&mut self, compare: fn(&u64, &u64) -> bool) -> Option<Key> {
        Some(Key::Day(date::parse_day(&self.text()?)?, compare))
    }

    fn octets(&mut self, compare: fn(&usize, &usize) -> bool) -> Option<Key> {
        Some(Key::Octets(self.text()?.parse().ok()?, compare))
    }
}

/// Whether the text holds the needle, in upper or lower case.
fn holds(text: &[u8], needle: &[u8]) -> bool {
    needle.is_empty() || text.windows(needle.len()).any(|window| window.eq_ignore_ascii_case(needle))
}
