//! What replies are made of: status, response codes, capabilities.

/// Whether a reply says yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// `+OK`
    Ok,
    /// `-ERR`
    Err,
}

/// The code in brackets at the front of a reply (RFC 2449 section 8, RFC 3206).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Code {
    /// `[AUTH]`: the credentials are wrong (RFC 3206 section 5).
    Auth,
    /// `[SYS/TEMP]`: the server is at fault, and may not be later (RFC 3206 section 4).
    SysTemp,
    /// `[SYS/PERM]`: the server is at fault until someone repairs it (RFC 3206 section 4).
    SysPerm,
    /// `[IN-USE]`: another session holds the mailbox (RFC 2449 section 8.1.2).
    InUse,
    /// `[LOGIN-DELAY]`: the last login is too recent (RFC 2449 section 8.1.1).
    LoginDelay,
    /// `[UTF8]`: the message has UTF-8 in its header, and `UTF8` was not sent (RFC 6856 section 5).
    Utf8,
    /// Any other code, as sent.
    Other(String),
}

impl Code {
    /// Whether the same may work later, with nothing changed.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        matches!(self, Code::SysTemp | Code::InUse | Code::LoginDelay)
    }
}

/// One line of the answer to `CAPA` (RFC 2449 section 6).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Capability {
    /// `TOP`: the first lines of a message can be had.
    Top,
    /// `UIDL`: messages have unique ids.
    Uidl,
    /// `USER`: a login by name and password is offered.
    User,
    /// `SASL`: the mechanisms of `AUTH`, in upper case (RFC 5034 section 3).
    Sasl(Vec<String>),
    /// `RESP-CODES`: replies may carry a [`Code`].
    RespCodes,
    /// `AUTH-RESP-CODE`: a refused login says whether the credentials were the reason (RFC 3206 section 6).
    AuthRespCode,
    /// `PIPELINING`: commands may be sent before the answers to earlier ones.
    Pipelining,
    /// `STLS`: TLS can be started (RFC 2595 section 4).
    Stls,
    /// `UTF8`: mail may come with UTF-8 in its headers (RFC 6856 section 2).
    Utf8,
    /// `UTF8 USER`: the same, and user names and passwords may be UTF-8 (RFC 6856 section 2.2).
    Utf8User,
    /// `LANG`: the language of texts can be chosen (RFC 6856 section 3).
    Lang,
    /// `LOGIN-DELAY`: seconds between logins, where the server gives a number.
    LoginDelay(Option<u32>),
    /// `EXPIRE`: days that a message stays on the server; `None` for `NEVER` or what is no number.
    Expire(Option<u32>),
    /// `IMPLEMENTATION`: the name of the server.
    Implementation(String),
    /// Any other line, as sent.
    Other(String),
}

/// What the server said that it can do, at the last `CAPA`.
///
/// Servers say more after the login (Gmail offers `PIPELINING` only then), and what was said before TLS does not
/// count after it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Capabilities {
    lines: Vec<Capability>,
}

impl Capabilities {
    /// Whether the server named this capability. `UTF8 USER` counts as `UTF8` too.
    #[must_use]
    pub fn has(&self, capability: &Capability) -> bool {
        let more = (*capability == Capability::Utf8).then_some(&Capability::Utf8User);
        self.lines.iter().any(|line| line == capability || Some(line) == more)
    }

    /// Whether the server offers `AUTH` with this mechanism. Case does not matter.
    #[must_use]
    pub fn mechanism(&self, name: &str) -> bool {
        self.mechanisms().any(|offered| offered.eq_ignore_ascii_case(name))
    }

    /// The mechanisms of `AUTH`, in the server's order, in upper case.
    pub fn mechanisms(&self) -> impl Iterator<Item = &str> {
        self.lines
            .iter()
            .filter_map(|line| if let Capability::Sasl(names) = line { Some(names) } else { None })
            .flatten()
            .map(String::as_str)
    }

    /// All lines, in the server's order.
    #[must_use]
    pub fn lines(&self) -> &[Capability] {
        &self.lines
    }

    pub(crate) fn push(&mut self, capability: Capability) {
        self.lines.push(capability);
    }
}
