/// The length of the header, with the empty line that ends it (RFC 5322 section 2.1).
pub(crate) fn header_len(message: &[u8]) -> usize {
    let mut at = 0;
    for line in lines(message) {
        at += line.len();
        if matches!(line, b"\n" | b"\r\n") {
            break;
        }
    }
    at
}

/// The fields of a header, each with its folded lines and line ends.
pub(crate) fn fields(header: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = header;
    std::iter::from_fn(move || {
        let mut len = 0;
        for line in lines(rest) {
            let folded = matches!(line.first(), Some(b' ' | b'\t'));
            if len > 0 && !folded || matches!(line, b"\n" | b"\r\n") {
                break;
            }
            len += line.len();
        }
        let (field, after) = rest.split_at_checked(len)?;
        rest = after;
        (!field.is_empty()).then_some(field)
    })
}

/// Whether a field has this name.
pub(crate) fn is_named(field: &[u8], name: &str) -> bool {
    memchr::memchr(b':', field)
        .and_then(|colon| field.get(..colon))
        .is_some_and(|found| found.trim_ascii_end().eq_ignore_ascii_case(name.as_bytes()))
}

/// The value of the first field of this name, unfolded.
pub(crate) fn value(header: &[u8], name: &str) -> Option<Vec<u8>> {
    let field = fields(header).find(|field| is_named(field, name))?;
    let value = field.get(memchr::memchr(b':', field)? + 1..)?;
    Some(
        value
            .iter()
            .copied()
            .filter(|b| !matches!(b, b'\r' | b'\n' | 0))
            .collect::<Vec<_>>()
            .trim_ascii()
            .to_vec(),
    )
}

/// The lines of a message, each with its line end.
pub(crate) fn lines(message: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = message;
    std::iter::from_fn(move || {
        let len = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        let (line, after) = rest.split_at_checked(len)?;
        rest = after;
        (!line.is_empty()).then_some(line)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_ends_at_the_empty_line_or_with_the_message() {
        for (message, header) in [
            (&b"A: b\r\n\r\nbody"[..], &b"A: b\r\n\r\n"[..]),
            (b"A: b\n\nbody", b"A: b\n\n"),
            (b"\r\nbody", b"\r\n"),
            (b"A: b\r\n", b"A: b\r\n"),
            (b"no line end", b"no line end"),
            (b"", b""),
        ] {
            assert_eq!(&message[..header_len(message)], header);
        }
    }

    #[test]
    fn fields_keep_their_folds_and_values_lose_them() {
        let header = b"Subject: one\r\n\ttwo\r\nTo : me\r\n\r\n";
        assert_eq!(fields(header).collect::<Vec<_>>(), [&b"Subject: one\r\n\ttwo\r\n"[..], b"To : me\r\n"]);
        assert_eq!(value(header, "subject").unwrap(), b"one\ttwo");
        assert_eq!(value(header, "TO").unwrap(), b"me");
        assert_eq!(value(header, "Cc"), None);
    }
}
