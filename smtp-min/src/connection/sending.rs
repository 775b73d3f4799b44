//! What goes out beside the commands themselves. Nothing here changes how far the session is.

use super::{Connection, Phase};
use crate::answer::{Body, Kind, Pending, Sasl};
use crate::command::encode_message;
use crate::stuffing::{BareLineEnd, Stuffer};
use crate::{BodyType, Error, LineEnds};

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

    /// Answers [`Event::Challenge`](crate::Event::Challenge) with `*`: the server is to refuse the login (RFC 4954 section 4).
    ///
    /// # Errors
    /// [`Error::Misuse`] when there is no challenge to answer.
    pub fn cancel(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        self.answer(Sasl::Cancelled)?;
        out.extend_from_slice(b"*\r\n");
        Ok(())
    }

    /// Appends a piece of the message to `out`, stuffed and with proper line ends. Where pieces end means nothing.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the message has a lone CR or LF and [`LineEnds::Refuse`] was asked for, or an octet above
    /// 127 and `MAIL` did not say [`BodyType::EightBitMime`]. The connection is [broken](Error::Broken) then: close
    /// it, and the server throws the message away. [`Error::Misuse`] when the server does not wait for a message.
    pub fn send_body(&mut self, piece: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        self.check_streaming()?;
        self.check_bits(piece)?;
        let pushed = self.stuffer.push(piece, out);
        self.check_line_ends(pushed)
    }

    /// Appends the end of the message to `out`: the last line's end, where the message has none, and the dot.
    ///
    /// # Errors
    /// As [`send_body`](Self::send_body).
    pub fn finish_body(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        self.check_streaming()?;
        let finished = self.stuffer.finish(out);
        self.check_line_ends(finished)?;
        if let Some(Pending { kind: Kind::Data(step), .. }) = self.pending.front_mut() {
            *step = Body::Finished;
        }
        Ok(())
    }

    /// How many lines of the message that goes out, or has gone out last, have more than the 998 octets that RFC 5321
    /// section 4.5.3.1.6 allows. They are sent as they are; some servers cut them or break them.
    #[must_use]
    pub fn long_lines(&self) -> u64 {
        self.stuffer.long_lines()
    }

    /// Appends a piece of a message behind its length.
    pub(super) fn chunk(
        &mut self,
        chunk: &[u8],
        last: bool,
        line_ends: LineEnds,
        out: &mut Vec<u8>,
    ) -> Result<(), Error> {
        self.check_bits(chunk)?;
        if self.chunks != Some(line_ends) {
            if self.chunks.is_some() {
                return Err(Error::Misuse { what: "all pieces of a message have the same line ends" });
            }
            self.stuffer = Stuffer::new(line_ends, false);
            self.chunks = Some(line_ends);
        }
        let start = out.len();
        if self.body == Some(BodyType::BinaryMime) {
            out.extend_from_slice(chunk);
        } else {
            let mut pushed = self.stuffer.push(chunk, out);
            if last {
                pushed = pushed.and_then(|()| self.stuffer.finish(out));
            }
            if pushed.is_err() {
                out.truncate(start);
            }
            self.check_line_ends(pushed)?;
        }
        if last {
            self.chunks = None;
        }
        // The length is known now, and stands before.
        let header = format!("BDAT {}{}\r\n", out.len() - start, if last { " LAST" } else { "" });
        out.splice(start..start, header.into_bytes());
        Ok(())
    }

    fn check_bits(&mut self, piece: &[u8]) -> Result<(), Error> {
        let eight = matches!(self.body, Some(BodyType::EightBitMime | BodyType::BinaryMime));
        if eight || piece.is_ascii() {
            return Ok(());
        }
        let why = "it has octets above 127, which need BODY=8BITMIME";
        Err(self.broken(Error::Invalid { what: "the message", why }))
    }

    fn check_streaming(&self) -> Result<(), Error> {
        match (self.phase, self.pending.front()) {
            (Phase::Broken, _) => Err(Error::Broken),
            (_, Some(Pending { kind: Kind::Data(Body::Streaming), .. })) => Ok(()),
            _ => Err(Error::Misuse { what: "the server does not wait for a message" }),
        }
    }

    fn check_line_ends(&mut self, stuffed: Result<(), BareLineEnd>) -> Result<(), Error> {
        let why = "it has a CR or LF that stands alone";
        stuffed.map_err(|BareLineEnd| self.broken(Error::Invalid { what: "the message", why }))
    }

    fn answer(&mut self, with: Sasl) -> Result<(), Error> {
        match (self.phase, self.pending.front_mut()) {
            (Phase::Broken, _) => Err(Error::Broken),
            (_, Some(Pending { kind: Kind::Authenticate { step: step @ Sasl::Owed, .. }, .. })) => {
                *step = with;
                Ok(())
            }
            _ => Err(Error::Misuse { what: "there is no challenge to answer" }),
        }
    }
}
