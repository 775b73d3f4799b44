use std::borrow::Cow;

use crate::mime;

/// What of a message `BODY[...]` asks for (RFC 3501 section 6.4.5). Parts of multiparts are not among it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Whole,
    Header,
    Text,
    /// `HEADER.FIELDS` with the names, or with `true` `HEADER.FIELDS.NOT`.
    Fields(Vec<String>, bool),
}

impl Section {
    /// Reads what stands between the brackets.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let upper = text.to_ascii_uppercase();
        match upper.as_str() {
            "" => return Some(Self::Whole),
            "HEADER" => return Some(Self::Header),
            "TEXT" => return Some(Self::Text),
            _ => {}
        }
        let rest = upper.strip_prefix("HEADER.FIELDS")?;
        let (rest, not) = rest.strip_prefix(".NOT").map_or((rest, false), |rest| (rest, true));
        let names = rest.trim().strip_prefix('(')?.strip_suffix(')')?;
        let names: Vec<String> =
            names.split_ascii_whitespace().map(|name| name.trim_matches('"').to_owned()).collect();
        (!names.is_empty()).then_some(Self::Fields(names, not))
    }

    /// The octets of this section: borrowed from the message, except for chosen header fields.
    pub(super) fn of<'m>(&self, message: &'m [u8]) -> Cow<'m, [u8]> {
        let (header, text) = message.split_at_checked(mime::header_len(message)).unwrap_or((message, &[]));
        match self {
            Self::Whole => Cow::Borrowed(message),
            Self::Header => Cow::Borrowed(header),
            Self::Text => Cow::Borrowed(text),
            Self::Fields(names, not) => {
                let mut out = Vec::new();
                for field in mime::fields(header) {
                    if names.iter().any(|name| mime::is_named(field, name)) != *not {
                        out.extend_from_slice(field);
                    }
                }
                out.extend_from_slice(b"\r\n");
                Cow::Owned(out)
            }
        }
    }
}
