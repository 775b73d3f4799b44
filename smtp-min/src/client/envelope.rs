//! Who sends to whom.

use crate::{Address, BodyType, EnvelopeId, Error, LineEnds, Notify, Return};

/// What [`Client::send`](crate::Client::send) needs to know beside the message.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Envelope {
    /// Where delivery reports go; `None` is the null sender, to which none are sent.
    pub sender: Option<Address>,
    /// Who gets it; at least one.
    pub recipients: Vec<Address>,
    /// The size of the message in octets, with CRLF line ends, where it is known. A message that is too large for the
    /// server is then refused before any of it is sent.
    pub size: Option<u64>,
    /// What the message is made of. `None` announces 8 bits where the server takes them; where it does not, an octet
    /// above 127 is an error.
    pub body: Option<BodyType>,
    /// What becomes of a message with octets above 127 where the server does not take them.
    pub eight_bit: EightBit,
    /// The headers of the message hold UTF-8. Addresses that do need not be told.
    pub smtputf8: bool,
    /// What becomes of a CR or LF that stands alone in the message.
    pub line_ends: LineEnds,
    /// How the message goes out.
    pub transfer: Transfer,
    /// For a server without `SMTPUTF8`: an address beyond ASCII, and the ASCII address to use in its place. Only the
    /// caller can know which one reaches the same person, such as the `xn--` form of a domain. Without one, and where
    /// the headers hold UTF-8 ([`smtputf8`](Self::smtputf8)), nothing is sent.
    pub ascii: Vec<(Address, Address)>,
    /// When reports about the recipients are wanted; `None` leaves it to the server, which then tells of failures.
    pub notify: Option<Notify>,
    /// Reports are to name the recipients as this envelope does (`ORCPT`). One whose address has more than 500
    /// characters in the form that this takes ([`OriginalRecipient::new`](crate::OriginalRecipient::new)) goes without:
    /// reports then name the address that it was delivered to.
    pub original_recipients: bool,
    /// What a report about a failure brings back.
    pub ret: Option<Return>,
    /// The name of the message in reports.
    pub envelope_id: Option<EnvelopeId>,
    /// The message travels inside TLS on its whole way, or not at all (`REQUIRETLS`). Only where this session is inside
    /// TLS.
    pub require_tls: bool,
}

/// How a message goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Transfer {
    /// By `DATA`: every server knows it. A message of [`BodyType::BinaryMime`] goes by [`Chunks`](Transfer::Chunks)
    /// all the same.
    #[default]
    Data,
    /// By `BDAT` in pieces, behind the answers to the recipients; by `DATA` where the server does not offer `CHUNKING`. A
    /// refusal in the middle does not cost the connection.
    Chunks,
    /// By `BDAT` in one flight with sender and recipients, which saves a round trip: for servers that are known to do it
    /// right (Office 365, Gmail), and messages up to `most` octets, which are read into memory first. A message to
    /// nobody is sent in vain. Larger ones, and servers without `CHUNKING` or `PIPELINING`, get `DATA`.
    OneFlight {
        /// Octets. 64 KiB fit what networks send without waiting.
        most: usize,
    },
}

/// What becomes of octets above 127 in the body of a message for a server without `8BITMIME` (RFC 6152 section 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum EightBit {
    /// The message is refused, and goes out unchanged to any other server.
    #[default]
    Refuse,
    /// Each part that says `Content-Transfer-Encoding: 8bit` goes out as `quoted-printable`, by `DATA`. What cannot be
    /// encoded is refused: octets above 127 in a header or in a part that does not say `8bit`, `binary` parts, and parts
    /// within `multipart/signed`. A DKIM signature that was made before does not outlive it.
    Downgrade,
}

impl Envelope {
    /// Sender and recipients as text. An empty sender is the null sender.
    ///
    /// ```
    /// let envelope = smtp_min::Envelope::parse("ann@example.org", ["bob@example.org"])?;
    /// assert_eq!(envelope.recipients.len(), 1);
    /// assert!(smtp_min::Envelope::parse("ann@example.org", ["bob>\r\nDATA"]).is_err());
    /// # Ok::<(), smtp_min::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Invalid`] for the first that is no address.
    pub fn parse<R: AsRef<str>>(
        sender: &str,
        recipients: impl IntoIterator<Item = R>,
    ) -> Result<Self, Error> {
        let sender = if sender.is_empty() { None } else { Some(Address::new(sender)?) };
        let recipients: Result<_, Error> = recipients.into_iter().map(|r| Address::new(r.as_ref())).collect();
        Ok(Envelope::new(sender, recipients?))
    }

    /// Sender and recipients, and nothing that is unusual.
    #[must_use]
    pub fn new(sender: Option<Address>, recipients: Vec<Address>) -> Self {
        Envelope {
            sender,
            recipients,
            size: None,
            body: None,
            eight_bit: EightBit::default(),
            smtputf8: false,
            line_ends: LineEnds::default(),
            transfer: Transfer::default(),
            ascii: Vec::new(),
            notify: None,
            original_recipients: false,
            ret: None,
            envelope_id: None,
            require_tls: false,
        }
    }
}
