//! The protocols of the family.

/// What is spoken on a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Protocol {
    /// SMTP (RFC 5321): one answer to a message.
    #[default]
    Smtp,
    /// LMTP (RFC 2033), to hand messages to a mail store: `LHLO` in place of `EHLO`, and behind a message one answer for
    /// each recipient that was accepted. Not for port 25.
    Lmtp,
}
