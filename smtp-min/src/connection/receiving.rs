//! What comes in: the reply at the front of the input, and which quirks are told before it. Nothing here changes how far
//! the session is; what a reply does to it is for the machine to say.

use super::{Connection, Phase, before_tls};
use crate::answer::{self, Pending};
use crate::{Error, Event, Quirk, Reply, parse};

impl Connection {
    pub(super) fn step<'i>(&mut self, input: &'i [u8]) -> Result<Option<(usize, Event<'i>)>, Error> {
        match self.phase {
            Phase::Broken => return Err(Error::Broken),
            Phase::Handshake if input.is_empty() => return Ok(None),
            Phase::Handshake => return Err(before_tls(input)),
            Phase::Greeting | Phase::Greeted | Phase::Ready | Phase::Ended => {}
        }
        let Some(frame) = self.scan.reply(input, &self.limits)? else { return Ok(None) };
        let raw = frame.raw;
        if frame.bare_lf && !self.told_bare_lf {
            self.told_bare_lf = true;
            return Ok(Some((0, Event::Quirk(Quirk::BareLf))));
        }
        let Some(parsed) = parse::reply(&frame) else {
            return Err(Error::protocol("a reply without a code", raw));
        };
        let reply = Reply::new(parsed.code, parsed.enhanced, raw);
        let Some(&Pending { id, kind }) = self.pending.front() else {
            if parsed.code != 421 {
                return Err(Error::protocol("a reply that answers no command", raw));
            }
            self.scan.consumed();
            self.end();
            return Ok(Some((raw.len(), Event::Closing(reply))));
        };
        let (meaning, quirk) =
            answer::meaning(kind, parsed.code, raw).map_err(|what| Error::protocol(what, raw))?;
        let quirks = [parsed.mixed.then_some(Quirk::MixedCodes), quirk];
        if let Some(quirk) = quirks.into_iter().flatten().nth(self.told) {
            self.told += 1;
            return Ok(Some((0, Event::Quirk(quirk))));
        }
        self.scan.consumed();
        self.told = 0;
        let event = self.accept(id, kind, meaning, reply, raw)?;
        Ok(Some((raw.len(), event)))
    }
}
