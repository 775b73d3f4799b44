use std::borrow::Cow;
use std::io;
use std::sync::Arc;

use super::args::Arg;
use super::command::Command;
use super::envelope::envelope;
use super::reply::Reply;
use super::section::Section;
use super::session::Session;
use super::structure::structure;
use crate::store::{Flags, Stored};
use crate::{Profile, date};

/// What `FETCH` can be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Item {
    Uid,
    Flags,
    InternalDate,
    Size,
    Envelope,
    Modseq,
    /// `BODYSTRUCTURE`, or with `false` `BODY`.
    Structure(bool),
    GmailMessage,
    GmailThread,
    GmailLabels,
    Body(Body),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Body {
    /// The name that the answer repeats, with the partial's origin.
    label: String,
    section: Section,
    /// Where to begin, and how many octets to give at most.
    partial: Option<(usize, usize)>,
    /// Whether reading it leaves the message unseen.
    peek: bool,
}

/// `FETCH` and `UID FETCH` (RFC 3501 section 6.4.5), with `CHANGEDSINCE` (RFC 7162 section 3.1.4.1). Messages go out
/// from the store's own bytes.
pub(super) async fn fetch(session: &mut Session, command: &Command, uid: bool) -> io::Result<Reply> {
    let (Some(view), Some(set)) = (&mut session.selected, command.atom(0)) else {
        return Ok(Reply::bad_arguments());
    };
    let mut args = command.args.get(1..).unwrap_or_default();
    let mut since = None;
    if let [items @ .., Arg::List(modifiers)] = args
        && let [Arg::Atom(name), Arg::Atom(value)] = modifiers.as_slice()
        && name.eq_ignore_ascii_case("CHANGEDSINCE")
        && !items.is_empty()
    {
        let Ok(value) = value.parse::<u64>() else { return Ok(Reply::bad_arguments()) };
        since = Some(value);
        args = items;
        view.condstore = true;
    }
    let Some(mut items) = parse(args, session.state.settings.profile) else {
        return Ok(Reply::bad_arguments());
    };
    if since.is_some() && !items.contains(&Item::Modseq) {
        items.push(Item::Modseq);
    }
    view.condstore |= items.contains(&Item::Modseq);
    if uid && !items.contains(&Item::Uid) {
        items.insert(0, Item::Uid);
    }
    let Some(chosen) = view.choose(set, uid) else {
        return Ok(Reply::bad("The specified message set is invalid."));
    };
    let marks = !view.read_only && items.iter().any(|item| matches!(item, Item::Body(body) if !body.peek));
    if marks && !items.contains(&Item::Flags) {
        // The client has to hear of the flag that its reading sets.
        items.push(Item::Flags);
    }
    let folder = Arc::clone(&view.folder);
    for (number, id) in chosen {
        let message = session.mailbox().and_then(|mailbox| {
            session.state.store.with(mailbox, &folder, |folder| {
                let before = folder.modseq();
                let message = match marks {
                    true => folder.set_flags(id, |flags| flags.with(Flags::SEEN))?.clone(),
                    false => folder.get(id)?.clone(),
                };
                Some((message, before, folder.modseq()))
            })
        });
        // Another session may have expunged it; its number is told with the next command that may.
        let Some((message, before, after)) = message.flatten() else { continue };
        if let Some(view) = &mut session.selected {
            view.own_change(before, after);
        }
        if since.is_some_and(|since| message.modseq <= since) {
            continue;
        }
        session.wire.say(format!("* {number} FETCH ("));
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                session.wire.say(" ");
            }
            give(session, item, &message).await?;
        }
        session.wire.say(")\r\n");
        session.wire.relieve().await?;
    }
    Ok(Reply::ok("FETCH completed."))
}

async fn give(session: &mut Session, item: &Item, message: &Stored) -> io::Result<()> {
    let wire = &mut session.wire;
    match item {
        Item::Uid => wire.say(format!("UID {}", message.uid)),
        Item::Flags => {
            if let Some(view) = &session.selected {
                wire.say(view.flags_item(message));
            }
        }
        Item::InternalDate => wire.say(format!("INTERNALDATE \"{}\"", date::imap(message.received))),
        Item::Size => wire.say(format!("RFC822.SIZE {}", message.bytes.len())),
        Item::Envelope => wire.say(envelope(&message.bytes)),
        Item::Modseq => wire.say(format!("MODSEQ ({})", message.modseq)),
        Item::Structure(extended) => wire.say(structure(&message.bytes, *extended)),
        Item::GmailMessage | Item::GmailThread => {
            // The same for the same octets, as Gmail's are for the same message in all its folders.
            let id = &crate::random::guid_of(&[&message.bytes]).replace('-', "");
            let id = u64::from_str_radix(id.get(..15).unwrap_or("1"), 16).unwrap_or(1);
            let name = if *item == Item::GmailMessage { "X-GM-MSGID" } else { "X-GM-THRID" };
            wire.say(format!("{name} {id}"));
        }
        Item::GmailLabels => wire.say("X-GM-LABELS ()"),
        Item::Body(body) => {
            let Some(section) = body.section.of(&message.bytes) else {
                wire.say(format!("{} NIL", body.label));
                return Ok(());
            };
            let section: Cow<'_, [u8]> = match (body.partial, section) {
                (None, section) => section,
                (Some(range), Cow::Borrowed(section)) => Cow::Borrowed(part(section, range)),
                (Some(range), Cow::Owned(section)) => Cow::Owned(part(&section, range).to_vec()),
            };
            wire.say(format!("{} {{{}}}\r\n", body.label, section.len()));
            wire.stream(&section).await?;
        }
    }
    Ok(())
}

fn part(section: &[u8], (from, most): (usize, usize)) -> &[u8] {
    let from = from.min(section.len());
    let to = from.saturating_add(most).min(section.len());
    section.get(from..to).unwrap_or_default()
}

fn parse(args: &[Arg], profile: Profile) -> Option<Vec<Item>> {
    let words: Vec<&str> = match args {
        [Arg::List(list)] => list.iter().map(Arg::atom).collect::<Option<_>>()?,
        [Arg::Atom(word)] => vec![word.as_str()],
        _ => return None,
    };
    let mut items = Vec::new();
    for word in words {
        let upper = word.to_ascii_uppercase();
        match upper.as_str() {
            "UID" => items.push(Item::Uid),
            "FLAGS" => items.push(Item::Flags),
            "INTERNALDATE" => items.push(Item::InternalDate),
            "RFC822.SIZE" => items.push(Item::Size),
            "ENVELOPE" => items.push(Item::Envelope),
            "FAST" => items.extend([Item::Flags, Item::InternalDate, Item::Size]),
            "ALL" => items.extend([Item::Flags, Item::InternalDate, Item::Size, Item::Envelope]),
            "FULL" => items.extend([
                Item::Flags,
                Item::InternalDate,
                Item::Size,
                Item::Envelope,
                Item::Structure(false),
            ]),
            "BODY" => items.push(Item::Structure(false)),
            "BODYSTRUCTURE" => items.push(Item::Structure(true)),
            "MODSEQ" if profile != Profile::Exchange => items.push(Item::Modseq),
            "X-GM-MSGID" if profile == Profile::Gmail => items.push(Item::GmailMessage),
            "X-GM-THRID" if profile == Profile::Gmail => items.push(Item::GmailThread),
            "X-GM-LABELS" if profile == Profile::Gmail => items.push(Item::GmailLabels),
            "RFC822" => items.push(old_name(&upper, Section::whole(), false)),
            "RFC822.HEADER" => items.push(old_name(&upper, Section::header(), true)),
            "RFC822.TEXT" => items.push(old_name(&upper, Section::text(), false)),
            _ => items.push(Item::Body(body(word)?)),
        }
    }
    (!items.is_empty()).then_some(items)
}

fn old_name(label: &str, section: Section, peek: bool) -> Item {
    Item::Body(Body { label: label.to_owned(), section, partial: None, peek })
}

/// `BODY[section]<origin.octets>`, with `.PEEK` or without.
fn body(word: &str) -> Option<Body> {
    let (name, rest) = word.split_once('[')?;
    let peek = name.eq_ignore_ascii_case("BODY.PEEK");
    if !peek && !name.eq_ignore_ascii_case("BODY") {
        return None;
    }
    let (section, rest) = rest.rsplit_once(']')?;
    let partial = match rest {
        "" => None,
        _ => {
            let (from, most) = rest.strip_prefix('<')?.strip_suffix('>')?.split_once('.')?;
            Some((from.parse().ok()?, most.parse().ok().filter(|most| *most > 0)?))
        }
    };
    let origin = partial.map(|(from, _)| format!("<{from}>")).unwrap_or_default();
    let parsed = Section::parse(section)?;
    Some(Body {
        label: format!("BODY[{}]{origin}", section.to_ascii_uppercase()),
        section: parsed,
        partial,
        peek,
    })
}
