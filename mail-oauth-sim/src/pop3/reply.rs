use std::borrow::Cow;

/// The answer to a command.
pub(super) enum Reply {
    Ok(Cow<'static, str>),
    /// `+OK` and lines, which need no stuffing.
    List(String),
    /// All of it is on its way already.
    Sent,
    Err(Cow<'static, str>),
    /// `-ERR`, and the connection is closed.
    Fatal(&'static str),
    /// `+OK`, and the connection is closed.
    Bye,
    /// `+OK`, and TLS begins.
    StartTls,
}

impl Reply {
    pub(super) fn ok(text: impl Into<Cow<'static, str>>) -> Self {
        Self::Ok(text.into())
    }

    pub(super) fn err(text: impl Into<Cow<'static, str>>) -> Self {
        Self::Err(text.into())
    }
}
