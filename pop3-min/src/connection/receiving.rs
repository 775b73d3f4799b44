//! What comes in: which line stands at the front of the input, and which quirk is told before it. Nothing here changes
//! how far the session is; what a line does to it is for the machine to say.

use super::{Connection, Phase, Reading, before_tls};
use crate::answer::{self, Kind, Listing, Pending};
use crate::{Error, Event, Quirk};

impl Connection {
    /// A shorter way through the answer to `UIDL` for who streams a mailbox of a million messages. Hands number and
    /// unique id of each line at the front of the input to `each`, as long as the lines are complete and without any
    /// quirk, and returns how many bytes of the input they used: 0 at any other time. Whatever else comes is
    /// [`receive`](Self::receive)'s, which gives each such line as [`Event::UidlItem`] where this is not called.
    ///
    /// ```
    /// # use pop3_min::{Command, Connection, Event, Limits};
    /// # fn main() -> Result<(), pop3_min::Error> {
    /// # let (mut connection, mut out) = (Connection::new(Limits::default()), Vec::new());
    /// # connection.receive(b"+OK\r\n", &mut out)?;
    /// # let login = Command::Authenticate { mechanism: "X", initial_response: Some(b"x") };
    /// # connection.send(login, &mut out)?;
    /// # connection.receive(b"+OK\r\n", &mut out)?;
    /// connection.send(Command::Uidl, &mut out)?;
    /// let mut input = &b"+OK\r\n1 whqtswO00WBw418f9t5JxYwZ\r\n2 QhdPYR:00WBw1Ph7x7\r\n.\r\n"[..];
    /// let mut ids = Vec::new();
    /// loop {
    ///     let used = connection.receive_uidl(input, |number, unique_id| ids.push((number, unique_id)));
    ///     input = &input[used..];
    ///     let Some((used, event)) = connection.receive(input, &mut out)? else { break };
    ///     input = &input[used..];
    ///     match event {
    ///         Event::UidlItem { number, unique_id, .. } => ids.push((number, unique_id)),
    ///         Event::ListingEnd { .. } => break,
    ///         _ => {}
    ///     }
    /// }
    /// assert_eq!(ids, [(1, "whqtswO00WBw418f9t5JxYwZ"), (2, "QhdPYR:00WBw1Ph7x7")]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn receive_uidl<'i>(&mut self, input: &'i [u8], mut each: impl FnMut(u32, &'i str)) -> usize {
        let (Phase::Transaction, Reading::Listing(mut progress)) = (self.phase, self.reading) else {
            return 0;
        };
        let front = self.pending.front().map(|pending| &pending.kind);
        if !matches!(front, Some(Kind::Listing(Listing::Uidl))) {
            return 0;
        }
        let used = answer::plain_uidls(input, &mut progress, &self.limits, &mut each);
        if used > 0 {
            self.lines.consumed();
            self.told = None;
            self.reading = Reading::Listing(progress);
        }
        used
    }

    pub(super) fn step<'i>(&mut self, input: &'i [u8]) -> Result<Option<(usize, Event<'i>)>, Error> {
        match self.phase {
            Phase::Broken => return Err(Error::Broken),
            Phase::Handshake if input.is_empty() => return Ok(None),
            Phase::Handshake => return Err(before_tls(input)),
            Phase::Greeting | Phase::Authorization | Phase::Transaction | Phase::Ended => {}
        }
        if let Reading::Body { octets } = self.reading {
            return self.body_part(input, octets);
        }
        let Some(line) = self.lines.line(input, self.limits.line)? else { return Ok(None) };
        if line.bare_lf && !self.told_bare_lf {
            self.told_bare_lf = true;
            return Ok(Some((0, Event::Quirk(Quirk::BareLf))));
        }
        if let (Reading::Listing(so_far), Some(Pending { id, kind: Kind::Listing(Listing::Uidl) })) =
            (self.reading, self.pending.front())
            && let Some((number, unique_id, progress)) = answer::plain_uidl(line.text, so_far, &self.limits)
        {
            self.lines.consumed();
            self.told = None;
            self.reading = Reading::Listing(progress);
            return Ok(Some((line.len, Event::UidlItem { id: *id, number, unique_id })));
        }
        let found = match (self.reading, self.pending.front()) {
            (Reading::Listing(so_far), Some(pending)) => {
                answer::listing_line(line.text, pending, so_far, &self.limits)?
            }
            (Reading::First, Some(pending)) => answer::first_line(line.text, pending, &self.limits)?,
            (Reading::Owed, _) => return Err(Error::protocol("a line while an answer is owed", line.text)),
            (_, None) | (Reading::Body { .. }, _) => {
                return Err(Error::protocol("a reply that answers no command", line.text));
            }
        };
        if let Some(quirk) = found.quirk
            && self.told != Some(quirk)
        {
            self.told = Some(quirk);
            return Ok(Some((0, Event::Quirk(quirk))));
        }
        Ok(Some(self.accept(&line, found)))
    }
}
