//! What goes out, checked when it is made.

mod address;
mod dsn;
mod ehlo_name;

pub use address::Address;
pub use dsn::{EnvelopeId, Notify, OriginalRecipient, Return};
pub use ehlo_name::EhloName;

/// What a message is made of (RFC 6152 section 2, RFC 3030 section 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BodyType {
    /// `BODY=7BIT`: US-ASCII only. An octet above 127 in the message is an error.
    SevenBit,
    /// `BODY=8BITMIME`: any octet.
    EightBitMime,
    /// `BODY=BINARYMIME`: any octet, and no lines: a CR or LF may stand alone. Goes by `BDAT` only.
    BinaryMime,
}

/// What becomes of a CR or LF that stands alone in a message. Neither ever reaches the wire: some servers take one for
/// a line end, and what one server sends as text another then reads as the end of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum LineEnds {
    /// Each becomes CRLF. Messages with the line ends of Unix are sent as they are meant.
    #[default]
    Normalise,
    /// Each is an error. For messages that are signed, or that are known to be proper. The message is then given up in
    /// the middle, and the connection with it.
    Refuse,
}
