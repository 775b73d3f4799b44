//! What goes out beside the commands themselves. Nothing here changes how far the session is.

use super::{Connection, Phase, Reading};
use crate::Error;
use crate::answer::{Kind, Pending, Sasl};
use crate::command::encode_message;

impl Connection {
    /// Answers [`Event::Challenge`](crate::Event::Challenge) with a SASL message, raw; an empty one is sent as an empty line. `out` then holds
    /// a secret: wipe it once it is written.
    ///
    /// # Errors
    /// [`Error::Misuse`] when there is no challenge to answer.
    pub fn respond(&mut self, message: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        self.answer(Sasl::Answered)?;
        encode_message(message, out);
        Ok(())
    }

    /// Answers [`Event::Challenge`](crate::Event::Challenge) with `*`: the server is to refuse the login (RFC 5034 section 4).
    ///
    /// # Errors
    /// [`Error::Misuse`] when there is no challenge to answer.
    pub fn cancel(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        self.answer(Sasl::Cancelled)?;
        out.extend_from_slice(b"*\r\n");
        Ok(())
    }

    fn answer(&mut self, with: Sasl) -> Result<(), Error> {
        match (self.phase, self.reading, self.pending.front_mut()) {
            (Phase::Broken, ..) => Err(Error::Broken),
            (_, Reading::Owed, Some(Pending { kind: Kind::Authenticate { step, .. }, .. })) => {
                *step = with;
                self.reading = Reading::First;
                Ok(())
            }
            _ => Err(Error::Misuse { what: "there is no challenge to answer" }),
        }
    }
}
