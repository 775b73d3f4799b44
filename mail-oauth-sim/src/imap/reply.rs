use std::borrow::Cow;

use crate::MailFault;

/// The tagged answer to a command.
pub(super) struct Reply {
    pub(super) status: Status,
    pub(super) text: Cow<'static, str>,
    /// Whether TLS begins after it.
    pub(super) starts_tls: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Ok,
    No,
    Bad,
}

impl Reply {
    pub(super) fn ok(text: impl Into<Cow<'static, str>>) -> Self {
        Self { status: Status::Ok, text: text.into(), starts_tls: false }
    }

    pub(super) fn no(text: impl Into<Cow<'static, str>>) -> Self {
        Self { status: Status::No, text: text.into(), starts_tls: false }
    }

    pub(super) fn bad(text: impl Into<Cow<'static, str>>) -> Self {
        Self { status: Status::Bad, text: text.into(), starts_tls: false }
    }

    /// What a fault says, which begins with its status.
    pub(super) fn fault(fault: MailFault) -> Self {
        let text = fault.text();
        let (status, rest) = text.split_once(' ').unwrap_or(("BAD", &text));
        match status {
            "OK" => Self::ok(rest.to_owned()),
            "NO" => Self::no(rest.to_owned()),
            _ => Self::bad(rest.to_owned()),
        }
    }

    /// What Exchange says to arguments that it does not understand.
    pub(super) fn bad_arguments() -> Self {
        Self::bad("Command Argument Error. 12")
    }

    /// What Exchange says to a command that the state does not allow.
    pub(super) fn bad_state() -> Self {
        Self::bad("Command received in Invalid state.")
    }

    pub(super) fn no_mailbox(name: &str) -> Self {
        Self::no(format!("{} doesn't exist.", crate::log::shown(name)))
    }
}

impl Status {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::No => "NO",
            Self::Bad => "BAD",
        }
    }
}
