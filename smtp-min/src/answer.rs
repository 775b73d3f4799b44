//! What a reply means to the command that it answers. Nothing here changes the machine.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::{CommandId, Limits, Quirk, Reply};

/// A command whose answer is still to come.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) id: CommandId,
    pub(crate) kind: Kind,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Greeting,
    Ehlo,
    Helo,
    StartTls,
    Authenticate {
        step: Sasl,
        rounds: u32,
    },
    Simple(&'static str),
    Rcpt,
    Data(Body),
    /// `BDAT`, and whether it was the last.
    Bdat {
        last: bool,
    },
    Quit,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Greeting => "the greeting",
            Kind::Ehlo => "EHLO",
            Kind::Helo => "HELO",
            Kind::StartTls => "STARTTLS",
            Kind::Authenticate { .. } => "AUTH",
            Kind::Simple(name) => name,
            Kind::Rcpt => "RCPT",
            Kind::Bdat { last: false } => "BDAT",
            Kind::Bdat { last: true } => "the end of the message",
            Kind::Data(Body::Asked) => "DATA",
            Kind::Data(Body::Streaming) => "the message",
            Kind::Data(Body::Finished) => "the end of the message",
            Kind::Quit => "QUIT",
        }
    }

    /// Whether nothing may be sent behind the command before it is answered (RFC 2920 section 3.1).
    pub(crate) fn ends_flight(self) -> bool {
        match self {
            Kind::Simple(name) => matches!(name, "NOOP" | "VRFY"),
            // Behind the end of a message the next flight may follow at once.
            Kind::Rcpt | Kind::Bdat { last: false } | Kind::Data(Body::Finished) => false,
            Kind::Greeting
            | Kind::Ehlo
            | Kind::Helo
            | Kind::StartTls
            | Kind::Authenticate { .. }
            | Kind::Data(Body::Asked | Body::Streaming)
            | Kind::Bdat { last: true }
            | Kind::Quit => true,
        }
    }

    /// Whether its answer is the answer to a whole message.
    pub(crate) fn ends_message(self) -> bool {
        matches!(self, Kind::Data(Body::Finished) | Kind::Bdat { last: true })
    }

    pub(crate) fn timeout(self, limits: &Limits) -> std::time::Duration {
        match self {
            Kind::Greeting => limits.greeting,
            Kind::Authenticate { .. } => limits.authentication,
            Kind::Data(Body::Asked) => limits.data_start,
            Kind::Data(Body::Streaming) => limits.stall,
            Kind::Data(Body::Finished) | Kind::Bdat { last: true } => limits.data_end,
            Kind::Bdat { last: false } => limits.stall,
            Kind::Ehlo | Kind::Helo | Kind::StartTls | Kind::Simple(_) | Kind::Rcpt | Kind::Quit => {
                limits.command
            }
        }
    }
}

/// How far a SASL exchange has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sasl {
    /// The mechanism was named, and no message of it was sent: nothing can have succeeded yet.
    Opened,
    /// The server waits for us.
    Owed,
    Answered,
    Cancelled,
}

/// How far a message has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Body {
    Asked,
    Streaming,
    /// The final dot is out.
    Finished,
}

/// What a reply is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning<'i> {
    Greeting,
    Completed,
    Challenge(&'i [u8]),
    Ready,
}

/// The meaning of a reply with this code and these lines to this command, and a defect that is tolerated. An error when it
/// can have none: then the server is out of step, and to guess on would be to take one answer for another.
pub(crate) fn meaning(
    kind: Kind,
    code: u16,
    raw: &[u8],
) -> Result<(Meaning<'_>, Option<Quirk>), &'static str> {
    let plain = |meaning| Ok((meaning, None));
    match (kind, code) {
        (_, 421) => plain(Meaning::Completed),
        (Kind::Authenticate { step: Sasl::Owed, .. }, _) => Err("a reply while an answer is owed"),
        (_, 400..) => plain(Meaning::Completed),
        (Kind::Greeting, 220) => plain(Meaning::Greeting),
        (Kind::StartTls, 220) | (Kind::Authenticate { step: Sasl::Answered, .. }, 235) => {
            plain(Meaning::Completed)
        }
        (Kind::Authenticate { step: Sasl::Opened, .. }, 334) if !is_base64(Reply::borrowed_text(raw)) => {
            Ok((Meaning::Challenge(b""), Some(Quirk::TextIn334)))
        }
        (Kind::Authenticate { step: Sasl::Opened | Sasl::Answered, .. }, 334) => {
            plain(Meaning::Challenge(Reply::borrowed_text(raw)))
        }
        (Kind::Authenticate { step: Sasl::Opened, .. }, ..300) => {
            Err("a login that succeeds before anything was sent")
        }
        (Kind::Authenticate { step: Sasl::Cancelled, .. }, _) => {
            Err("a login that goes on after it was cancelled")
        }
        (Kind::Data(Body::Asked), 354) => plain(Meaning::Ready),
        (Kind::Data(Body::Asked), 250) => Ok((Meaning::Ready, Some(Quirk::DataAnswered250))),
        (Kind::Data(Body::Streaming), _) => Err("a message that is accepted before its end"),
        (
            Kind::Ehlo
            | Kind::Helo
            | Kind::Simple(_)
            | Kind::Rcpt
            | Kind::Quit
            | Kind::Bdat { .. }
            | Kind::Data(Body::Finished),
            ..300,
        ) => plain(Meaning::Completed),
        (
            Kind::Greeting
            | Kind::Ehlo
            | Kind::Helo
            | Kind::StartTls
            | Kind::Authenticate { .. }
            | Kind::Simple(_)
            | Kind::Rcpt
            | Kind::Bdat { .. }
            | Kind::Data(_)
            | Kind::Quit,
            _,
        ) => Err("a reply that does not fit its command"),
    }
}

/// Whether this can be a challenge, strictly: `go ahead` must not.
fn is_base64(text: &[u8]) -> bool {
    STANDARD.decode(text).is_ok()
}
