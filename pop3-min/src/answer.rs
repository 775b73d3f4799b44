//! What a line means to the command that it answers. Nothing here changes the machine.

use crate::parse::{self, First, Size, UidlLine};
use crate::{Challenge, CommandId, Error, Event, Greeting, Limits, Quirk, Reply, Status};

#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) id: CommandId,
    pub(crate) kind: Kind,
}

#[derive(Debug)]
pub(crate) enum Kind {
    Greeting,
    Capa,
    Stls,
    Authenticate {
        step: Sasl,
        rounds: u32,
    },
    User,
    /// `PASS` or `APOP`.
    Login(&'static str),
    Stat,
    Listing(Listing),
    /// `UIDL` or `LIST` of the message with this number.
    One(Listing, u32),
    /// `RETR` or `TOP`.
    Body(&'static str),
    Simple(&'static str),
    Quit,
}

impl Kind {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Kind::Greeting => "the greeting",
            Kind::Capa => "CAPA",
            Kind::Stls => "STLS",
            Kind::Authenticate { .. } => "AUTH",
            Kind::User => "USER",
            Kind::Stat => "STAT",
            Kind::Listing(listing) | Kind::One(listing, _) => listing.name(),
            Kind::Login(name) | Kind::Body(name) | Kind::Simple(name) => name,
            Kind::Quit => "QUIT",
        }
    }

    pub(crate) fn is_login(&self) -> bool {
        matches!(self, Kind::Authenticate { .. } | Kind::Login(_))
    }

    pub(crate) fn ends_flight(&self) -> bool {
        matches!(self, Kind::Authenticate { .. } | Kind::Login(_) | Kind::Stls | Kind::Quit)
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Listing {
    Uidl,
    List,
    Lang,
}

impl Listing {
    fn name(self) -> &'static str {
        match self {
            Listing::Uidl => "UIDL",
            Listing::List => "LIST",
            Listing::Lang => "LANG",
        }
    }
}

/// How far a listing has come.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Progress {
    lines: u64,
    octets: usize,
    /// The number of the message in the line before.
    last: u32,
}

/// How far a SASL exchange has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sasl {
    /// The mechanism was named, and no message of it was sent: nothing can have succeeded yet.
    Opened,
    Answered,
    Cancelled,
}

/// What a line means: an event, perhaps a quirk to be told before it, and what comes next.
pub(crate) struct Found<'i> {
    pub(crate) quirk: Option<Quirk>,
    pub(crate) event: Event<'i>,
    pub(crate) then: Then,
}

impl<'i> Found<'i> {
    fn new(event: Event<'i>, then: Then) -> Self {
        Found { quirk: None, event, then }
    }

    fn completed(id: CommandId, reply: Reply<'i>) -> Self {
        let status = reply.status;
        Found::new(Event::Completed { id, reply }, Then::Done(status))
    }
}

pub(crate) enum Then {
    Owe,
    List(Progress),
    Body,
    Done(Status),
}

/// The first line of the answer to `pending`.
pub(crate) fn first_line<'i>(line: &'i [u8], pending: &Pending, limits: &Limits) -> Result<Found<'i>, Error> {
    let id = pending.id;
    let reply = match parse::first(line) {
        Some(First::Reply(reply)) => reply,
        Some(First::Challenge { base64, spaced }) => return challenge(line, base64, spaced, pending, limits),
        None => return Err(Error::protocol("a reply that is neither +OK nor -ERR", line)),
    };
    if reply.status == Status::Err {
        let quirk = matches!(pending.kind, Kind::Capa).then_some(Quirk::CapaRefused);
        return Ok(Found { quirk, ..Found::completed(id, reply) });
    }
    Ok(match &pending.kind {
        Kind::Greeting => {
            let timestamp = parse::timestamp(line).map(Into::into);
            Found::new(Event::Greeting(Greeting { reply, timestamp }), Then::Done(Status::Ok))
        }
        Kind::Capa | Kind::Listing(_) => {
            Found::new(Event::ListingStart { id, reply }, Then::List(Progress::default()))
        }
        Kind::One(listing, number) => return one(*listing, *number, line, id, reply, limits),
        Kind::Body(_) => Found::new(Event::BodyStart { id, reply }, Then::Body),
        Kind::Stat => {
            let Some((messages, size)) = parse::stat(&reply.text) else {
                return Err(Error::protocol("an answer to STAT without a number", line));
            };
            let (octets, quirk) = size_and_quirk(size);
            Found { quirk, ..Found::new(Event::Stat { id, messages, octets }, Then::Done(Status::Ok)) }
        }
        Kind::Authenticate { step: Sasl::Opened, .. } => Found {
            quirk: Some(Quirk::OkForPlus),
            ..Found::new(Event::Challenge(Challenge::new(b"", limits.challenge)), Then::Owe)
        },
        Kind::Authenticate { step: Sasl::Cancelled, .. } => {
            return Err(Error::protocol("a login that succeeds after it was cancelled", line));
        }
        Kind::Authenticate { step: Sasl::Answered, .. }
        | Kind::Stls
        | Kind::User
        | Kind::Login(_)
        | Kind::Simple(_)
        | Kind::Quit => Found::completed(id, reply),
    })
}

/// The answer to `UIDL` or `LIST` of one message.
fn one<'i>(
    listing: Listing,
    asked: u32,
    line: &'i [u8],
    id: CommandId,
    reply: Reply<'i>,
    limits: &Limits,
) -> Result<Found<'i>, Error> {
    // Not the reply's text: an id may look like a code in brackets.
    let text = line.get(b"+OK".len()..).unwrap_or_default().trim_ascii();
    let (number, found) = match listing {
        Listing::Uidl => match parse::uidl_item(text, limits.unique_id) {
            UidlLine::Item { number, unique_id } => {
                (number, Found::new(Event::UidlItem { id, number, unique_id }, Then::Done(Status::Ok)))
            }
            UidlLine::NoId => {
                return Ok(Found { quirk: Some(Quirk::MissingId), ..Found::completed(id, reply) });
            }
            UidlLine::Broken => {
                return Ok(Found { quirk: Some(Quirk::BrokenItem), ..Found::completed(id, reply) });
            }
        },
        Listing::List => {
            let Some((number, size)) = parse::list_item(text) else {
                return Ok(Found { quirk: Some(Quirk::BrokenItem), ..Found::completed(id, reply) });
            };
            let (octets, quirk) = size_and_quirk(size);
            let item = Event::ListItem { id, number, octets };
            (number, Found { quirk, ..Found::new(item, Then::Done(Status::Ok)) })
        }
        Listing::Lang => return Ok(Found::completed(id, reply)),
    };
    if number != asked {
        return Err(Error::protocol("an answer that is about another message", line));
    }
    Ok(found)
}

fn challenge<'i>(
    line: &'i [u8],
    base64: &'i [u8],
    spaced: bool,
    pending: &Pending,
    limits: &Limits,
) -> Result<Found<'i>, Error> {
    let Kind::Authenticate { step, rounds } = pending.kind else {
        return Err(Error::protocol("a challenge outside of AUTH", line));
    };
    let (base64, quirk) = match step {
        Sasl::Opened if !base64.is_empty() && !parse::is_base64(base64) => {
            (&b""[..], Some(Quirk::TextBehindPlus))
        }
        Sasl::Opened | Sasl::Answered => (base64, (!spaced).then_some(Quirk::PlusWithoutSpace)),
        Sasl::Cancelled => return Err(Error::protocol("a challenge after the login was cancelled", line)),
    };
    if rounds >= limits.rounds {
        let limit = usize::try_from(limits.rounds).unwrap_or(usize::MAX);
        return Err(Error::TooLong { what: "the number of challenges in a login", limit });
    }
    Ok(Found { quirk, ..Found::new(Event::Challenge(Challenge::new(base64, limits.challenge)), Then::Owe) })
}

/// A line of `UIDL` as nearly all are: a mailbox may have a million. Any other, and any that passes a limit, is
/// [`listing_line`]'s.
pub(crate) fn plain_uidl<'i>(
    line: &'i [u8],
    before: Progress,
    limits: &Limits,
) -> Option<(u32, &'i str, Progress)> {
    if before.lines >= limits.listing || !matches!(line, [b'1'..=b'9', ..]) {
        return None;
    }
    let UidlLine::Item { number, unique_id } = parse::uidl_item(line, limits.unique_id) else { return None };
    let octets = before.octets.saturating_add(line.len());
    (number != before.last).then_some((
        number,
        unique_id,
        Progress { lines: before.lines + 1, octets, last: number },
    ))
}

/// Hands the lines of `UIDL` at the front of the input to `each`, as long as they are plain and within the limits, and
/// returns how many octets they used.
pub(crate) fn plain_uidls<'i>(
    input: &'i [u8],
    progress: &mut Progress,
    limits: &Limits,
    each: &mut impl FnMut(u32, &'i str),
) -> usize {
    /// What is looked at as a whole: little enough that one line which needs a closer look makes nothing slow.
    const WINDOW: usize = 1024;
    let mut used = 0;
    loop {
        let window = input.get(used..).unwrap_or_default();
        let window = window.get(..WINDOW).unwrap_or(window);
        let valid = std::str::from_utf8(window).map_or_else(|error| error.valid_up_to(), str::len);
        let mut rest =
            window.get(..valid).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default();
        let before = used;
        while progress.lines < limits.listing
            && let Some(line) = parse::plain_line(rest)
            && line.number != progress.last
            && line.len <= limits.line
            && line.unique_id.len() <= limits.unique_id
        {
            each(line.number, line.unique_id);
            let octets = progress.octets.saturating_add(line.len);
            *progress = Progress { lines: progress.lines + 1, octets, last: line.number };
            used += line.len + 2;
            rest = rest.get(line.len + 2..).unwrap_or_default();
        }
        if used == before {
            return used;
        }
    }
}

/// A line of a listing; a dot alone ends it (RFC 1939 section 3).
pub(crate) fn listing_line<'i>(
    line: &'i [u8],
    pending: &Pending,
    before: Progress,
    limits: &Limits,
) -> Result<Found<'i>, Error> {
    let id = pending.id;
    if line == b"." {
        return Ok(Found::new(Event::ListingEnd { id }, Then::Done(Status::Ok)));
    }
    let line = line.strip_prefix(b".").unwrap_or(line);
    let now =
        Progress { lines: before.lines + 1, octets: before.octets.saturating_add(line.len()), ..before };
    if now.lines > limits.listing {
        let limit = usize::try_from(limits.listing).unwrap_or(usize::MAX);
        return Err(Error::TooLong { what: "the number of lines of a listing", limit });
    }
    // A line to skip is used up by its quirk.
    let skip = |quirk| Found::new(Event::Quirk(quirk), Then::List(now));
    let found = |event, number| Found::new(event, Then::List(Progress { last: number, ..now }));
    Ok(match &pending.kind {
        Kind::Capa if now.octets > limits.list => {
            return Err(Error::TooLong { what: "the list of capabilities", limit: limits.list });
        }
        Kind::Capa => match parse::capability(line) {
            Some(capability) => found(Event::CapaItem { id, capability }, 0),
            None => skip(Quirk::BrokenItem),
        },
        Kind::Listing(Listing::Uidl) => match parse::uidl_item(line, limits.unique_id) {
            UidlLine::Broken => skip(Quirk::BrokenItem),
            UidlLine::NoId => skip(Quirk::MissingId),
            UidlLine::Item { number, .. } if number == before.last => skip(Quirk::DuplicateItem),
            UidlLine::Item { number, unique_id } => found(Event::UidlItem { id, number, unique_id }, number),
        },
        Kind::Listing(Listing::List) => match parse::list_item(line) {
            None => skip(Quirk::BrokenItem),
            Some((number, _)) if number == before.last => skip(Quirk::DuplicateItem),
            Some((number, size)) => {
                let (octets, quirk) = size_and_quirk(size);
                Found { quirk, ..found(Event::ListItem { id, number, octets }, number) }
            }
        },
        Kind::Listing(Listing::Lang) => match parse::language(line) {
            Some((tag, description)) => found(Event::LangItem { id, tag, description }, 0),
            None => skip(Quirk::BrokenItem),
        },
        Kind::Greeting
        | Kind::Stls
        | Kind::Authenticate { .. }
        | Kind::User
        | Kind::Login(_)
        | Kind::Stat
        | Kind::One(..)
        | Kind::Body(_)
        | Kind::Simple(_)
        | Kind::Quit => return Err(Error::protocol("a listing that was not asked for", line)),
    })
}

fn size_and_quirk(size: Size) -> (Option<u64>, Option<Quirk>) {
    match size {
        Size::Octets(octets) => (Some(octets), None),
        Size::Negative => (None, Some(Quirk::NegativeSize)),
        Size::Missing => (None, Some(Quirk::MissingSize)),
    }
}
