//! What comes in: which response stands at the front of the input, and which quirks are told before it. Nothing here
//! changes the state of the session; what a response does to it is for the machine to say.

use super::{Connection, State};
use crate::command::CommandKind;
use crate::error::Error;
use crate::event::{Event, Status, Unreadable};
use crate::frame::End;
use crate::parse::mailbox::quick_list;
use crate::parse::response::{Response, response};
use crate::quirk::{Quirk, QuirkSet};
use crate::reader::{Found, Head, Place, quick_start};
use crate::turn::Turn;

impl Connection {
    /// The octets that an [`Event::Body`] would have now, for a client that wants nothing else; they are used up.
    #[cfg(feature = "tokio")]
    pub(crate) fn receive_octets<'i>(&mut self, input: &'i [u8]) -> Option<&'i [u8]> {
        if self.ready.is_some() || self.state == State::Broken || self.reader.has_quirks() {
            return None;
        }
        self.reader.octets(input)
    }

    pub(super) fn step<'i>(
        &mut self,
        input: &'i [u8],
        out: &mut Vec<u8>,
    ) -> Result<Option<Found<'i>>, Error> {
        if self.wants_input(input) {
            return Ok(None);
        }
        if self.state == State::Securing {
            return Err(Error::protocol("bytes before TLS", input));
        }
        if let Some(quirk) = self.reader.held() {
            return Ok(Some((0, Event::Quirk(quirk))));
        }
        if let Some(command) = self.ready.take() {
            return Ok(Some((0, Event::Ready(command))));
        }
        if let Some(error) = self.reader.failure() {
            return Err(error);
        }
        match self.reader.place() {
            Place::Start => self.response(input, out).map(Some),
            Place::Search
            | Place::Items(_)
            | Place::Set(_)
            | Place::Fetch(_)
            | Place::Literal(..)
            | Place::Quoted(_) => {
                let found = self.reader.step(input, &self.limits)?;
                if let Some((_, Event::FetchItem(item))) = &found {
                    self.see(item);
                }
                Ok(found)
            }
        }
    }

    /// A response, or the beginning of one that comes in parts.
    fn response<'i>(&mut self, input: &'i [u8], out: &mut Vec<u8>) -> Result<Found<'i>, Error> {
        if input.first() == Some(&0) {
            return Ok((1, Event::Quirk(Quirk::LeadingNul)));
        }
        let Some((line, segment)) = self.reader.response(input) else { return self.search(input) };
        let bare = segment.len - segment.text == 1;
        if !bare
            && let Some((seq, used)) = quick_start(line)
            && self.state != State::Greeting
            && !self.is_beyond(seq)
        {
            return Ok(self.fetch_start(seq, segment, used, true));
        }
        if !bare
            && self.state != State::Greeting
            && let Some(list) = quick_list(line, self.abilities().utf8())
        {
            self.reader.leave_response();
            return Ok((segment.len, Event::List(list)));
        }
        let mut quirks = QuirkSet::default();
        if bare {
            quirks.insert(Quirk::BareLf);
        }
        let parsed = match response(line, self.abilities().utf8(), &mut quirks) {
            Ok(parsed) => parsed,
            Err(_) if self.state == State::Greeting => {
                return Err(Error::protocol("the greeting is not one of IMAP", line));
            }
            Err(fault) if segment.end == End::Response => {
                self.reader.leave_response();
                let unreadable = Unreadable { reason: fault.0, line };
                return Ok((segment.len, Event::Unreadable(unreadable)));
            }
            Err(fault) => return Err(Error::protocol(fault.0, line)),
        };
        if let Response::Fetch { seq: number, .. } | Response::Expunge(number) = parsed
            && self.is_beyond(number)
        {
            quirks.insert(Quirk::BeyondExists);
        }
        if let Response::Tagged { tag, status, .. } = &parsed {
            if let Some(swallowed) = self.pipeline.swallowed(tag) {
                return Ok((0, Event::Swallowed(swallowed)));
            }
            let enabling = self.pipeline.kind_of(tag) == Some(CommandKind::Enable);
            if enabling && *status == Status::Ok && !self.enabled_told {
                quirks.insert(Quirk::NotEnabled);
            }
        }
        let unneeded = match parsed {
            Response::Blank => Some(Quirk::BlankLine),
            Response::Continue(_) if matches!(self.turn, Turn::None | Turn::Body(_) | Turn::Idling) => {
                Some(Quirk::UnneededContinuation)
            }
            _ => None,
        };
        if let Some(quirk) = unneeded {
            self.reader.leave_response();
            return Ok((segment.len, Event::Quirk(quirk)));
        }
        if let Some(quirk) = self.reader.tell(quirks) {
            return Ok((0, Event::Quirk(quirk)));
        }
        self.reader.leave_response();
        if self.state == State::Greeting {
            return self.greeting(parsed, line).map(|event| (segment.len, event));
        }
        self.event(parsed, line, segment, out)
    }

    /// `* SEARCH` or `* ESEARCH`, of which only what stands before the results is looked at.
    fn search<'i>(&mut self, input: &'i [u8]) -> Result<Found<'i>, Error> {
        const NAME: usize = b"* SEARCH".len();
        if self.state == State::Greeting {
            return Err(Error::protocol("the greeting is not one of IMAP", input));
        }
        let mut quirks = QuirkSet::default();
        if input.iter().take(NAME).any(u8::is_ascii_lowercase) {
            quirks.insert(Quirk::LowerCase);
        }
        let esearch = input.get(2).is_some_and(|letter| letter.eq_ignore_ascii_case(&b'E'));
        let (used, command) = match Head::of(input) {
            Some(Head::Known { used, tag, uid }) if esearch => {
                let named = tag.and_then(|tag| self.pipeline.search_of(tag));
                if tag.is_none() || named.is_some_and(|(_, uids)| uids && !uid) {
                    quirks.insert(Quirk::UntaggedEsearch);
                }
                let oldest = || self.pipeline.searching().map(|(id, _)| id).filter(|_| tag.is_none());
                (used, named.map(|(id, _)| id).or_else(oldest))
            }
            _ => {
                let oldest = self.pipeline.searching();
                if oldest.is_some_and(|(_, extended)| extended) {
                    quirks.insert(Quirk::SearchForEsearch);
                }
                (NAME, oldest.map(|(id, _)| id))
            }
        };
        if let Some(quirk) = self.reader.tell(quirks) {
            return Ok((0, Event::Quirk(quirk)));
        }
        if esearch {
            self.reader.enter_esearch()
        } else {
            self.reader.enter_search()
        }
        Ok((used, Event::SearchStart(command)))
    }
}
