use super::{ContentType, header_len, value};

/// Parts in parts deeper than this are not looked into.
const DEEPEST: usize = 16;
/// More parts than this of one message are not told apart.
const MOST: usize = 1_000;

/// A part of a message (RFC 2045), which borrows the message.
#[derive(Debug)]
pub(crate) struct Part<'m> {
    /// With the empty line that ends it.
    pub(crate) header: &'m [u8],
    pub(crate) body: &'m [u8],
    pub(crate) content_type: ContentType,
    pub(crate) kind: Kind<'m>,
}

/// What is inside a part.
#[derive(Debug)]
pub(crate) enum Kind<'m> {
    Leaf,
    Multipart(Vec<Part<'m>>),
    Message(Box<Part<'m>>),
}

impl<'m> Part<'m> {
    /// The parts of a message.
    pub(crate) fn of(message: &'m [u8]) -> Self {
        Self::read(message, 0, &mut 0)
    }

    /// The part of this number, such as 1.2 (RFC 3501 section 6.4.5). A message without parts is its own part 1.
    pub(crate) fn find(&self, path: &[u32]) -> Option<&Self> {
        let Some((&number, rest)) = path.split_first() else { return Some(self) };
        let index = usize::try_from(number).ok()?.checked_sub(1)?;
        match &self.kind {
            Kind::Multipart(parts) => {
                let part = parts.get(index)?;
                match (&part.kind, rest) {
                    (_, []) => Some(part),
                    // The numbers below a message are those of what it holds.
                    (Kind::Message(inner), rest) => inner.find(rest),
                    _ => part.find(rest),
                }
            }
            Kind::Leaf | Kind::Message(_) if index == 0 && rest.is_empty() => Some(self),
            Kind::Message(inner) if index == 0 => inner.find(rest),
            Kind::Leaf | Kind::Message(_) => None,
        }
    }

    fn read(octets: &'m [u8], depth: usize, count: &mut usize) -> Self {
        let (header, body) = octets.split_at_checked(header_len(octets)).unwrap_or((octets, &[]));
        let content_type = value(header, "Content-Type")
            .map_or_else(ContentType::plain_text, |value| ContentType::parse(&value));
        *count = count.saturating_add(1);
        let kind = match (content_type.main.as_str(), content_type.sub.as_str()) {
            _ if depth >= DEEPEST => Kind::Leaf,
            ("MULTIPART", _) => match content_type.parameter("BOUNDARY") {
                Some(boundary) => {
                    let pieces = pieces(body, boundary);
                    let mut parts = Vec::new();
                    for piece in pieces {
                        if *count >= MOST {
                            break;
                        }
                        parts.push(Self::read(piece, depth + 1, count));
                    }
                    if parts.is_empty() { Kind::Leaf } else { Kind::Multipart(parts) }
                }
                None => Kind::Leaf,
            },
            ("MESSAGE", "RFC822") => Kind::Message(Box::new(Self::read(body, depth + 1, count))),
            _ => Kind::Leaf,
        };
        Self { header, body, content_type, kind }
    }
}

/// What lies between the delimiter lines (RFC 2046 section 5.1.1). The line end before a delimiter belongs to it.
fn pieces<'m>(body: &'m [u8], boundary: &[u8]) -> Vec<&'m [u8]> {
    let delimiter = [b"--", boundary].concat();
    let (mut found, mut start) = (Vec::new(), None);
    let mut at = 0;
    for line in super::lines(body) {
        let end = at + line.len();
        if let Some(rest) = line.strip_prefix(delimiter.as_slice()) {
            let rest = rest.trim_ascii_end();
            let last = rest == b"--";
            if last || rest.is_empty() {
                if let Some(start) = start {
                    let piece = body.get(start..at).unwrap_or_default();
                    let piece = piece.strip_suffix(b"\n").unwrap_or(piece);
                    found.push(piece.strip_suffix(b"\r").unwrap_or(piece));
                }
                start = Some(end);
                if last {
                    return found;
                }
            }
        }
        at = end;
    }
    // A message that was cut off still has its last part.
    found.extend(start.and_then(|start| body.get(start..)).filter(|rest| !rest.is_empty()));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const NESTED: &[u8] = b"Content-Type: multipart/mixed; boundary=o\r\n\r\npreamble\r\n--o\r\n\r\none\r\n--o\r\n\
        Content-Type: multipart/alternative; boundary=\"i\"\r\n\r\n--i\r\n\r\ntwo-one\r\n--i\r\nContent-Type: text/html\r\n\
        \r\ntwo-two\r\n--i--\r\n--o\r\nContent-Type: message/rfc822\r\n\r\nSubject: in\r\n\r\nthree\r\n--o--\r\nepilogue\r\n";

    #[test]
    fn parts_are_found_by_their_numbers() {
        let message = Part::of(NESTED);
        let body = |path: &[u32]| message.find(path).map(|part| std::str::from_utf8(part.body).unwrap());
        assert_eq!(body(&[1]), Some("one"));
        assert_eq!(body(&[2, 1]), Some("two-one"));
        assert_eq!(body(&[2, 2]), Some("two-two"));
        assert_eq!(body(&[3]), Some("Subject: in\r\n\r\nthree"));
        assert_eq!(body(&[3, 1]), Some("three"));
        for none in [&[4][..], &[0], &[1, 2], &[2, 3], &[3, 2]] {
            assert!(message.find(none).is_none(), "{none:?}");
        }
        let plain = Part::of(b"Subject: x\r\n\r\nbody");
        assert_eq!(plain.find(&[1]).map(|part| part.body), Some(&b"body"[..]));
        assert!(plain.find(&[2]).is_none());
    }

    #[test]
    fn depth_and_number_of_parts_are_bounded() {
        let mut deep = Vec::new();
        for i in 0..200 {
            deep.extend_from_slice(
                format!("Content-Type: multipart/mixed; boundary=b{i}\r\n\r\n--b{i}\r\n").as_bytes(),
            );
        }
        Part::of(&deep);
        let wide = [
            b"Content-Type: multipart/mixed; boundary=b\r\n\r\n".as_slice(),
            &b"--b\r\n\r\nx\r\n".repeat(5_000),
        ]
        .concat();
        match Part::of(&wide).kind {
            Kind::Multipart(parts) => assert_eq!(parts.len(), MOST - 1),
            other => panic!("{other:?}"),
        }
    }
}
