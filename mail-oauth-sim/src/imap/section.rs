use std::borrow::Cow;

use crate::mime::{self, Kind, Part};

/// What of a message `BODY[...]` asks for (RFC 3501 section 6.4.5): a part, and what of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Section {
    /// The part's number; empty for the message itself.
    path: Vec<u32>,
    what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    Whole,
    Header,
    Text,
    /// A part's own header.
    Mime,
    /// `HEADER.FIELDS` with the names, or with `true` `HEADER.FIELDS.NOT`.
    Fields(Vec<String>, bool),
}

impl Section {
    pub(super) fn whole() -> Self {
        Self { path: Vec::new(), what: What::Whole }
    }

    pub(super) fn header() -> Self {
        Self { path: Vec::new(), what: What::Header }
    }

    pub(super) fn text() -> Self {
        Self { path: Vec::new(), what: What::Text }
    }

    /// Reads what stands between the brackets.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let upper = text.to_ascii_uppercase();
        let mut rest = upper.as_str();
        let mut path = Vec::new();
        while rest.starts_with(|c: char| c.is_ascii_digit()) {
            let (number, after) = rest.split_once('.').unwrap_or((rest, ""));
            path.push(number.parse().ok().filter(|number| *number > 0)?);
            if after.is_empty() && rest.ends_with('.') {
                return None;
            }
            rest = after;
        }
        let what = match rest {
            "" => What::Whole,
            "HEADER" => What::Header,
            "TEXT" => What::Text,
            "MIME" if !path.is_empty() => What::Mime,
            _ => {
                let rest = rest.strip_prefix("HEADER.FIELDS")?;
                let (rest, not) = rest.strip_prefix(".NOT").map_or((rest, false), |rest| (rest, true));
                let names = rest.trim().strip_prefix('(')?.strip_suffix(')')?;
                let names: Vec<String> =
                    names.split_ascii_whitespace().map(|name| name.trim_matches('"').to_owned()).collect();
                (!names.is_empty()).then_some(What::Fields(names, not))?
            }
        };
        Some(Self { path, what })
    }

    /// The octets of this section: borrowed from the message, except for chosen header fields. `None` if the message has
    /// no such part.
    pub(super) fn of<'m>(&self, message: &'m [u8]) -> Option<Cow<'m, [u8]>> {
        if self.path.is_empty() {
            // The message is not taken apart for this: it may be large.
            let (header, text) =
                message.split_at_checked(mime::header_len(message)).unwrap_or((message, &[]));
            return Some(match &self.what {
                What::Whole | What::Mime => Cow::Borrowed(message),
                What::Header => Cow::Borrowed(header),
                What::Text => Cow::Borrowed(text),
                What::Fields(names, not) => Cow::Owned(chosen(header, names, *not)),
            });
        }
        let message = Part::of(message);
        let part = message.find(&self.path)?;
        // HEADER, TEXT and fields are those of the message that a part holds.
        let inner = match &part.kind {
            Kind::Message(inner) => Some(inner.as_ref()),
            Kind::Leaf | Kind::Multipart(_) => None,
        };
        match &self.what {
            What::Whole => Some(Cow::Borrowed(part.body)),
            What::Mime => Some(Cow::Borrowed(part.header)),
            What::Header => Some(Cow::Borrowed(inner?.header)),
            What::Text => Some(Cow::Borrowed(inner?.body)),
            What::Fields(names, not) => Some(Cow::Owned(chosen(inner?.header, names, *not))),
        }
    }
}

fn chosen(header: &[u8], names: &[String], not: bool) -> Vec<u8> {
    let mut out = Vec::new();
    for field in mime::fields(header) {
        if names.iter().any(|name| mime::is_named(field, name)) != not {
            out.extend_from_slice(field);
        }
    }
    out.extend_from_slice(b"\r\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_read() {
        for good in [
            "",
            "HEADER",
            "text",
            "1",
            "1.2.MIME",
            "3.HEADER",
            "HEADER.FIELDS (TO CC)",
            "1.HEADER.FIELDS.NOT (X)",
        ] {
            assert!(Section::parse(good).is_some(), "{good}");
        }
        for bad in ["0", "1.", "MIME", "1..2", "x", "HEADER.FIELDS ()", "99999999999"] {
            assert_eq!(Section::parse(bad), None, "{bad}");
        }
    }
}
