/// A value of the form `type/subtype; name=value; ...` (RFC 2045 section 5.1), or `type; name=value` as in
/// Content-Disposition (RFC 2183).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ContentType {
    /// In capitals.
    pub(crate) main: String,
    /// In capitals; empty where there is none.
    pub(crate) sub: String,
    pub(crate) parameters: Vec<(String, Vec<u8>)>,
}

impl ContentType {
    pub(crate) fn parse(value: &[u8]) -> Self {
        let mut pieces = split(value, b';').into_iter();
        let first = String::from_utf8_lossy(pieces.next().unwrap_or_default()).trim().to_ascii_uppercase();
        let (main, sub) = first.split_once('/').unwrap_or((&first, ""));
        let parameters = pieces
            .filter_map(|piece| {
                let at = memchr::memchr(b'=', piece)?;
                let name = String::from_utf8_lossy(piece.get(..at)?).trim().to_ascii_uppercase();
                let value = piece.get(at + 1..)?.trim_ascii();
                (!name.is_empty()).then(|| (name, unquote(value)))
            })
            .collect();
        Self { main: main.trim().to_owned(), sub: sub.trim().to_owned(), parameters }
    }

    /// What a part is without a Content-Type (RFC 2045 section 5.2).
    pub(crate) fn plain_text() -> Self {
        Self {
            main: "TEXT".into(),
            sub: "PLAIN".into(),
            parameters: vec![("CHARSET".into(), b"us-ascii".to_vec())],
        }
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<&[u8]> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_slice())
    }
}

/// The pieces between separators that are not in quotes.
fn split(value: &[u8], separator: u8) -> Vec<&[u8]> {
    let (mut pieces, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, &byte) in value.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if byte == separator && !quoted => {
                pieces.push(value.get(start..at).unwrap_or_default());
                start = at + 1;
            }
            _ => {}
        }
    }
    pieces.push(value.get(start..).unwrap_or_default());
    pieces
}

fn unquote(value: &[u8]) -> Vec<u8> {
    let Some(inner) = value.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")) else {
        return value.to_vec();
    };
    let mut escaped = false;
    let keep = |byte: &&u8| {
        let drop = **byte == b'\\' && !escaped;
        escaped = drop;
        !drop
    };
    inner.iter().filter(keep).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_and_parameters_come_apart() {
        let found = ContentType::parse(b"multipart/Mixed; boundary=\"a;\\\"b\"; Charset=utf-8; broken");
        assert_eq!((found.main.as_str(), found.sub.as_str()), ("MULTIPART", "MIXED"));
        assert_eq!(found.parameter("BOUNDARY"), Some(&b"a;\"b"[..]));
        assert_eq!(found.parameter("CHARSET"), Some(&b"utf-8"[..]));
        assert_eq!(found.parameters.len(), 2);
        assert_eq!(ContentType::parse(b"").main, "");
    }
}
