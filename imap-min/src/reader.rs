//! Where in the server's bytes the connection stands, and the next thing there.
//!
//! ```text
//!            +------------------------ a response of one segment ---------+
//!            v                                                             |
//!         Start --"* SEARCH"--> Search --end of line--> Start              |
//!            |                                                             |
//!            +--"* ESEARCH"--> Items <--"ALL", its end--> Set              |
//!            |                   +--end of line--> Start                   |
//!            |                                                             |
//!            +--"* n FETCH ("--> Fetch --")"--> Start ---------------------+
//!                                 |  ^
//!                   literal, NIL  |  |  last octet
//!                                 v  |
//!                         Literal or Quoted
//! ```

mod esearch;
mod quick;
mod search;
mod torn;

use memchr::memchr2;

use crate::error::Error;
use crate::event::{BodyStart, Event, Unreadable};
use crate::frame::{End, Framer, Lead, Segment, lead};
use crate::limits::Limits;
use crate::parse::fetch::{BodyValue, Item, item};
use crate::parse::token::{Fault, blanks, reason, value, word};
use crate::quirk::{Quirk, QuirkSet};

pub(crate) use esearch::Head;
pub(crate) use quick::{Usual, start as quick_start};

/// The next event and the octets it uses.
pub(crate) type Found<'i> = (usize, Event<'i>);

#[derive(Debug, Default)]
pub(crate) struct Reader {
    framer: Framer,
    place: Place,
    /// The response at the front of the input, once its end is seen.
    segment: Option<Segment>,
    /// Why no end will be seen.
    failure: Option<Error>,
    /// Quirks to tell before the event that has them.
    held: QuirkSet,
    /// Those of the next event have been told.
    told: bool,
}

#[derive(Debug, Default, Clone, Copy)]
pub(crate) enum Place {
    /// Before a response.
    #[default]
    Start,
    /// Among the numbers of a search.
    Search,
    /// Between two items of an `ESEARCH` response.
    Items(esearch::Line),
    /// Among the ranges of an `ESEARCH` response.
    Set(esearch::Line),
    /// Between two items of a `FETCH` response.
    Fetch(Walk),
    /// In a body of so many more octets.
    Literal(u64, Walk),
    /// In a body sent as a quoted string.
    Quoted(Walk),
}

/// Where a `FETCH` response stands.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Walk {
    /// Octets left of the segment, with its line end.
    left: usize,
    /// Of these, the line end.
    tail: usize,
    /// Where the item begins whose body follows the segment; `None` when the response ends with it.
    body_at: Option<usize>,
    /// Parentheses open that should not be there.
    extra: usize,
    /// The parenthesis of the response is open, and no item was cut by the line end.
    open: bool,
}

impl Reader {
    /// Whether more input is needed before [`step`](Self::step) has anything to say.
    pub(crate) fn wants_input(&mut self, input: &[u8], limits: &Limits) -> bool {
        if !self.held.is_empty() || self.failure.is_some() || self.segment.is_some() {
            return false;
        }
        let found = match self.place {
            Place::Start => match (input.first(), lead(input)) {
                (None, _) => return true,
                (Some(0), _) | (_, Some(Lead::Search)) => return false,
                (Some(_), None) => return true,
                (Some(_), Some(Lead::Esearch)) => match Head::of(input) {
                    Some(Head::Unknown) => self.framer.find(input, limits, false),
                    Some(Head::Known { .. }) => return false,
                    None => return true,
                },
                (Some(_), Some(Lead::Other)) => self.framer.find(input, limits, false),
            },
            Place::Search => {
                if search::is_ready(input) {
                    return false;
                }
                self.framer.find(input, limits, false)
            }
            Place::Items(line) | Place::Set(line) => {
                let set = matches!(self.place, Place::Set(_));
                if line.is_known() || esearch::is_ready(input, set) {
                    return false;
                }
                match self.framer.find(input, limits, false) {
                    Ok(Some(segment)) => {
                        let line = line.known(segment);
                        self.place = if set { Place::Set(line) } else { Place::Items(line) };
                        return false;
                    }
                    other => other,
                }
            }
            Place::Fetch(walk) if walk.left > 0 => {
                return walk.is_torn(input) && walk.goes_on(input).is_none();
            }
            Place::Fetch(walk) => match self.behind_body(input, limits) {
                Ok(Some(segment)) => {
                    let walk = Walk::new(segment, 0, walk);
                    self.place = Place::Fetch(walk);
                    return walk.is_torn(input) && walk.goes_on(input).is_none();
                }
                other => other,
            },
            Place::Literal(left, _) => return left > 0 && input.is_empty(),
            Place::Quoted(_) => return false,
        };
        match found {
            Ok(segment) => self.segment = segment,
            Err(error) => self.failure = Some(error),
        }
        self.segment.is_none() && self.failure.is_none()
    }

    /// The segment behind a body.
    fn behind_body(&mut self, input: &[u8], limits: &Limits) -> Result<Option<Segment>, Error> {
        if let Some(end) = quick::end(input) {
            self.framer.reset();
            return Ok(Some(end));
        }
        self.framer.find(input, limits, true)
    }

    pub(crate) fn place(&self) -> Place {
        self.place
    }

    /// Why the input cannot be framed.
    pub(crate) fn failure(&mut self) -> Option<Error> {
        self.failure.take()
    }

    /// Whether quirks must be told before anything else.
    #[cfg(feature = "tokio")]
    pub(crate) fn has_quirks(&self) -> bool {
        !self.held.is_empty()
    }

    /// A quirk that must be told before anything else.
    pub(crate) fn held(&mut self) -> Option<Quirk> {
        self.held.pop()
    }

    /// The first of the quirks found with an event, unless they have been told. Then the event is due.
    pub(crate) fn tell(&mut self, found: QuirkSet) -> Option<Quirk> {
        if self.told || found.is_empty() {
            self.told = false;
            return None;
        }
        self.told = true;
        self.held = found;
        self.held.pop()
    }

    /// The response at the front, without its line end; and where it ends.
    pub(crate) fn response<'i>(&self, input: &'i [u8]) -> Option<(&'i [u8], Segment)> {
        let segment = self.segment?;
        Some((input.get(..segment.text)?, segment))
    }

    /// The response at the front is done.
    pub(crate) fn leave_response(&mut self) {
        self.segment = None;
        self.place = Place::Start;
    }

    /// The response at the front is a `SEARCH`; its numbers are next.
    pub(crate) fn enter_search(&mut self) {
        self.place = Place::Search;
    }

    /// The response at the front is an `ESEARCH`; its items are next.
    pub(crate) fn enter_esearch(&mut self) {
        self.place = Place::Items(esearch::Line::default());
    }

    /// The response at the front is a `FETCH` whose items begin after `used` octets, behind a parenthesis if it is `open`.
    pub(crate) fn enter_fetch(&mut self, segment: Segment, used: usize, open: bool) {
        self.segment = None;
        self.place = Place::Fetch(Walk::new(segment, used, Walk { open, ..Walk::default() }));
    }

    /// The next event inside a response of several.
    pub(crate) fn step<'i>(&mut self, input: &'i [u8], limits: &Limits) -> Result<Option<Found<'i>>, Error> {
        match self.place {
            Place::Start => Ok(None),
            Place::Search => Ok(self.search(input)),
            Place::Items(line) => self.items(input, line, limits),
            Place::Set(line) => Ok(self.set(input, line)),
            Place::Fetch(walk) => self.fetch(input, walk, limits).map(Some),
            Place::Literal(..) => Ok(self.literal(input).map(|(used, usual)| (used, usual.into()))),
            Place::Quoted(walk) => self.quoted(input, walk).map(Some),
        }
    }

    fn fetch<'i>(&mut self, input: &'i [u8], mut walk: Walk, limits: &Limits) -> Result<Found<'i>, Error> {
        let segment = input.get(..walk.left).unwrap_or_default();
        if walk.is_torn(input) && walk.goes_on(input) == Some(true) {
            self.told = false;
            self.place = Place::Fetch(Walk { left: 0, tail: 0, ..walk });
            return Ok((walk.left, Event::Quirk(Quirk::TornLine)));
        }
        // The head of a literal is part of its item; the end of a response belongs to none.
        let most = if walk.body_at.is_some() { walk.left } else { walk.left - walk.tail };
        let text = segment.get(..most).unwrap_or_default();
        let mut quirks = QuirkSet::default();
        let mut rest = blanks(text);
        loop {
            match rest.first() {
                Some(b'(') if walk.extra < limits.nesting => walk.extra += 1,
                Some(b')') if walk.extra > 0 => walk.extra -= 1,
                Some(b')') if walk.body_at.is_none() => return Ok(self.fetch_end(text, rest, walk, quirks)),
                None if walk.body_at.is_none() => return Ok(self.fetch_end(text, rest, walk, quirks)),
                Some(_) | None => break,
            }
            quirks.insert(Quirk::ExtraParentheses);
            rest = blanks(rest.get(1..).unwrap_or_default());
        }
        let before = text.len() - rest.len();
        let (after, item) = match item(rest, limits.nesting, &mut quirks) {
            Ok(found) => found,
            Err(error) => return self.unreadable(text, before, walk, limits, error),
        };
        if let Some(quirk) = self.tell(quirks) {
            return Ok((0, Event::Quirk(quirk)));
        }
        let used = text.len() - after.len();
        walk.advance(used, segment)?;
        match item {
            Item::Data(item) => {
                self.place = Place::Fetch(walk);
                Ok((used, Event::FetchItem(item)))
            }
            Item::Body { section, origin, binary, value } => {
                let size = self.enter_body(value, walk, segment)?;
                Ok((used, Event::BodyStart(BodyStart { section, origin, size, binary })))
            }
        }
    }

    fn enter_body(&mut self, value: BodyValue, mut walk: Walk, segment: &[u8]) -> Result<Option<u64>, Error> {
        match value {
            BodyValue::Nil => {
                self.place = Place::Literal(0, walk);
                Ok(None)
            }
            BodyValue::Quoted { size } => {
                self.place = Place::Quoted(walk);
                Ok(Some(size))
            }
            BodyValue::Literal { size } => {
                if walk.left > 0 {
                    // Its octets were taken for those of another literal, and stand in the segment.
                    let inside = usize::try_from(size).unwrap_or(usize::MAX);
                    walk.advance(inside, segment)?;
                }
                self.place = Place::Literal(size, walk);
                Ok(Some(size))
            }
        }
    }

    /// An item that cannot be read is told, and the walk goes on behind it.
    fn unreadable<'i>(
        &mut self,
        text: &'i [u8],
        before: usize,
        mut walk: Walk,
        limits: &Limits,
        error: nom::Err<Fault>,
    ) -> Result<Found<'i>, Error> {
        let most = walk.body_at.unwrap_or(text.len());
        let rest = text.get(before..most).unwrap_or_default();
        // What has no end leaves nothing; to look for more of it would cost a look at all octets for each item.
        let behind = match &error {
            nom::Err::Failure(_) => Err(()),
            _ => word(rest).and_then(|(after, _)| value(after, limits.nesting)).map_err(drop),
        };
        let behind = behind.map(|(after, _)| after);
        walk.open &= behind.is_ok();
        let used = most - behind.map_or(0, <[u8]>::len);
        let line = text.get(before..used).unwrap_or_default();
        if line.is_empty() {
            return Err(Error::protocol("a body cannot be told from what stands around it", text));
        }
        self.told = false;
        walk.advance(used, text)?;
        self.place = Place::Fetch(walk);
        Ok((used, Event::Unreadable(Unreadable { reason: reason(error), line })))
    }

    /// `rest` is empty, or begins with the last parenthesis.
    fn fetch_end<'i>(
        &mut self,
        text: &'i [u8],
        rest: &'i [u8],
        walk: Walk,
        mut quirks: QuirkSet,
    ) -> Found<'i> {
        let behind = match rest.strip_prefix(b")") {
            Some(behind) => behind,
            None => {
                quirks.insert(Quirk::MissingParenthesis);
                rest
            }
        };
        let junk = behind.iter().position(|byte| !matches!(byte, b' ' | b')'));
        if junk.is_some() {
            self.told = false;
            self.place = Place::Fetch(Walk { left: walk.tail, open: false, ..walk });
            let reason = "something stands behind the data of a message";
            return (text.len(), Event::Unreadable(Unreadable { reason, line: rest }));
        }
        if behind.contains(&b')') {
            quirks.insert(Quirk::ExtraParentheses);
        }
        if behind.contains(&b' ') {
            quirks.insert(Quirk::TrailingSpace);
        }
        if walk.tail == 1 {
            quirks.insert(Quirk::BareLf);
        }
        if let Some(quirk) = self.tell(quirks) {
            return (0, Event::Quirk(quirk));
        }
        self.leave_response();
        (walk.left, Event::FetchEnd)
    }

    /// Runs of octets between escapes; the segment is complete.
    fn quoted<'i>(&mut self, input: &'i [u8], mut walk: Walk) -> Result<Found<'i>, Error> {
        let segment = input.get(..walk.left).unwrap_or_default();
        let escape = usize::from(segment.first() == Some(&b'\\'));
        if segment.first() == Some(&b'"') {
            walk.advance(1, segment)?;
            self.place = Place::Fetch(walk);
            return Ok((1, Event::BodyEnd));
        }
        // What follows a backslash is itself, whatever it is.
        let run = segment.get(2 * escape..).and_then(|plain| memchr2(b'"', b'\\', plain));
        let Some(run) = run else { return Err(Error::protocol("a quoted body has no end", segment)) };
        let end = 2 * escape + run;
        walk.advance(end, segment)?;
        self.place = Place::Quoted(walk);
        Ok((end, Event::Body(segment.get(escape..end).unwrap_or_default())))
    }
}

impl Walk {
    /// A segment whose items begin after `used` octets, of a response that stands as `before`.
    fn new(segment: Segment, used: usize, before: Walk) -> Self {
        let body_at = match segment.end {
            End::Response => None,
            End::Body { name_at, .. } => Some(name_at.saturating_sub(used)),
        };
        let left = segment.len.saturating_sub(used);
        Walk { left, tail: (segment.len - segment.text).min(left), body_at, ..before }
    }

    /// So many octets of the segment are done.
    fn advance(&mut self, used: usize, segment: &[u8]) -> Result<(), Error> {
        let lost = || Error::protocol("the parts of a response do not fit together", segment);
        self.left = self.left.checked_sub(used).ok_or_else(lost)?;
        match self.body_at {
            // The item of the body takes all that is left.
            Some(_) if self.left == 0 => self.body_at = Some(0),
            Some(at) => self.body_at = Some(at.checked_sub(used).ok_or_else(lost)?),
            None => {}
        }
        Ok(())
    }
}
