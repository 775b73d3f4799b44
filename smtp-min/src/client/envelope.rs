//! Who sends to whom.

use crate::{Address, BodyType, Error, LineEnds};

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
    /// The headers of the message hold UTF-8. Addresses that do need not be told.
    pub smtputf8: bool,
    /// What becomes of a CR or LF that stands alone in the message.
    pub line_ends: LineEnds,
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
            smtputf8: false,
            line_ends: LineEnds::default(),
        }
    }
}
