use std::borrow::Cow;

use crate::MailFault;

/// One reply of one line.
pub(super) struct Reply {
    pub(super) code: u16,
    text: Cow<'static, str>,
}

impl Reply {
    pub(super) fn new(code: u16, text: impl Into<Cow<'static, str>>) -> Self {
        Self { code, text: text.into() }
    }

    /// What a fault says, which begins with its code; nothing at all is code 0.
    pub(super) fn fault(fault: MailFault) -> Self {
        let text = fault.text();
        let (code, rest) = text.split_once(' ').unwrap_or(("0", ""));
        Self::new(code.parse().unwrap_or_default(), rest.to_owned())
    }

    /// With the host, the time and an id at the end.
    pub(super) fn traced(self, trace: &str) -> Self {
        Self { text: format!("{} {trace}", self.text).into(), ..self }
    }

    /// Each line of the text under the code (RFC 5321 section 4.2.1).
    pub(super) fn wire(&self) -> String {
        let mut lines = self.text.split('\n').peekable();
        let mut out = String::new();
        while let Some(line) = lines.next() {
            let join = if lines.peek().is_some() { '-' } else { ' ' };
            out.push_str(&format!("{}{join}{line}\r\n", self.code));
        }
        out
    }
}
