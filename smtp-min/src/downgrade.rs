//! A message with octets above 127 for a server without `8BITMIME`: its parts become quoted-printable (RFC 6152 section
//! 3, RFC 2045 section 6.7).

use memchr::memchr;

use crate::Error;

/// The longest line that is looked at as a whole. Headers and boundaries are shorter.
const LINE: usize = 64 * 1024;

/// The longest header of a part.
const HEADER: usize = 256 * 1024;

/// The deepest nesting of parts.
const DEPTH: usize = 32;

/// The longest line of quoted-printable, without its line end.
const ENCODED_LINE: usize = 76;

/// Rewrites a message that comes in pieces. Only parts that say `8bit` change; their bytes come back as they were.
#[derive(Debug, Default)]
pub(crate) struct Downgrade {
    /// A line whose end has not come.
    line: Vec<u8>,
    /// The header of the part that is being read.
    header: Vec<u8>,
    at: At,
    /// The boundaries of the parts around, the innermost last; whether they are signed.
    around: Vec<Around>,
}

#[derive(Debug)]
struct Around {
    boundary: Vec<u8>,
    signed: bool,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum At {
    #[default]
    Header,
    /// Seven bits, as they are.
    Plain,
    /// Eight bits, to be encoded.
    Encode,
}

impl Downgrade {
    /// Appends what a piece comes to.
    pub(crate) fn push(&mut self, mut piece: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        while let Some(end) = memchr(b'\n', piece) {
            let (line, rest) = piece.split_at(end + 1);
            piece = rest;
            if self.line.is_empty() {
                self.take(line, out)?;
            } else {
                self.line.extend_from_slice(line);
                let whole = std::mem::take(&mut self.line);
                self.take(&whole, out)?;
            }
        }
        self.line.extend_from_slice(piece);
        if self.line.len() > LINE {
            return Err(Error::TooLong { what: "a line of a message that must be encoded", limit: LINE });
        }
        Ok(())
    }

    /// Appends what is left.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        let last = std::mem::take(&mut self.line);
        if !last.is_empty() {
            self.take(&last, out)?;
        }
        if self.at == At::Header {
            // A message that is a header only.
            self.end_header(out)?;
        }
        Ok(())
    }

    fn take(&mut self, line: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        if let Some(depth) = self.around.iter().rposition(|around| around.is_at(text)) {
            if self.at == At::Header {
                self.end_header(out)?;
            }
            // Parts whose own end is missing end with the one around them.
            self.around.truncate(depth + 1);
            let closes = text.trim_ascii_end().ends_with(b"--")
                && self.around.last().is_some_and(|around| text.len() >= around.boundary.len() + 4);
            if closes {
                self.around.truncate(depth);
            }
            self.at = if closes { At::Plain } else { At::Header };
            return seven(line, out);
        }
        match self.at {
            At::Plain => seven(line, out),
            At::Encode => {
                encode(text, line.len() > text.len(), out);
                Ok(())
            }
            At::Header if text.is_empty() => {
                self.end_header(out)?;
                out.extend_from_slice(line);
                Ok(())
            }
            At::Header => {
                self.header.extend_from_slice(line);
                if self.header.len() > HEADER {
                    return Err(Error::TooLong { what: "the header of a part", limit: HEADER });
                }
                Ok(())
            }
        }
    }

    /// The header of a part is whole: decides what becomes of its body.
    fn end_header(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        let header = std::mem::take(&mut self.header);
        if !header.is_ascii() {
            return Err(refused("its header has octets above 127, which no encoding of the body mends"));
        }
        let kind = field(&header, "content-type").unwrap_or_default();
        let encoding = field(&header, "content-transfer-encoding").unwrap_or_default();
        let encoding = encoding.trim_ascii().to_ascii_lowercase();
        let eight = encoding == b"8bit";
        if encoding == b"binary" {
            return Err(refused("it has a binary part"));
        }
        let lower = kind.trim_ascii_start().to_ascii_lowercase();
        if lower.starts_with(b"multipart/") {
            let boundary = boundary(&kind).ok_or_else(|| refused("a multipart has no boundary"))?;
            if self.around.len() >= DEPTH {
                return Err(Error::TooLong { what: "the nesting of a message", limit: DEPTH });
            }
            let signed = lower.starts_with(b"multipart/signed") || self.signed();
            self.around.push(Around { boundary, signed });
            self.at = At::Plain;
            rewrite(&header, eight.then_some("7bit"), out);
        } else if lower.starts_with(b"message/rfc822") {
            // It cannot be encoded itself (RFC 2046 section 5.2.1): what is in it is.
            self.at = At::Header;
            rewrite(&header, eight.then_some("7bit"), out);
        } else if eight {
            if self.signed() {
                return Err(refused("it is signed with its 8 bits, and no signature outlives an encoding"));
            }
            self.at = At::Encode;
            rewrite(&header, Some("quoted-printable"), out);
        } else {
            self.at = At::Plain;
            out.extend_from_slice(&header);
        }
        Ok(())
    }

    fn signed(&self) -> bool {
        self.around.last().is_some_and(|around| around.signed)
    }
}

impl Around {
    /// Whether a line is the boundary, or the last one (RFC 2046 section 5.1.1).
    fn is_at(&self, line: &[u8]) -> bool {
        let behind = line.strip_prefix(b"--").and_then(|rest| rest.strip_prefix(self.boundary.as_slice()));
        behind.is_some_and(|rest| {
            rest.strip_prefix(b"--").unwrap_or(rest).iter().all(|byte| matches!(byte, b' ' | b'\t'))
        })
    }
}

fn refused(why: &'static str) -> Error {
    Error::Invalid { what: "the message, in 7 bits,", why }
}

fn seven(line: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
    if !line.is_ascii() {
        return Err(refused("a part that does not say 8bit has octets above 127"));
    }
    out.extend_from_slice(line);
    Ok(())
}

/// `quoted-printable` of a line, and its end. A line that ends in a space or tab ends in its code.
fn encode(line: &[u8], ended: bool, out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |nibble: u8| DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'0');
    let mut width = 0;
    for (at, byte) in line.iter().enumerate() {
        let last = at + 1 == line.len();
        let plain = matches!(byte, b'!'..=b'<' | b'>'..=b'~') || (matches!(byte, b' ' | b'\t') && !last);
        let needs = if plain { 1 } else { 3 };
        // One place stays free for the `=` of a soft line end.
        if width + needs > ENCODED_LINE - 1 {
            out.extend_from_slice(b"=\r\n");
            width = 0;
        }
        if plain {
            out.push(*byte);
        } else {
            out.extend_from_slice(&[b'=', digit(byte >> 4), digit(byte & 15)]);
        }
        width += needs;
    }
    if ended {
        out.extend_from_slice(b"\r\n");
    }
}

/// The fields of a header, each with its folded lines.
fn fields(header: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = header;
    std::iter::from_fn(move || {
        let mut end = 0;
        loop {
            end += memchr(b'\n', rest.get(end..)?).map_or(rest.len() - end, |at| at + 1);
            if !matches!(rest.get(end), Some(b' ' | b'\t')) {
                break;
            }
        }
        let (field, more) = rest.split_at_checked(end).filter(|(field, _)| !field.is_empty())?;
        rest = more;
        Some(field)
    })
}

fn is_field(field: &[u8], name: &str) -> bool {
    field.get(..name.len()).is_some_and(|front| front.eq_ignore_ascii_case(name.as_bytes()))
        && field.get(name.len()..).is_some_and(|rest| rest.trim_ascii_start().starts_with(b":"))
}

/// The value of a field, unfolded.
fn field(header: &[u8], name: &str) -> Option<Vec<u8>> {
    let field = fields(header).find(|field| is_field(field, name))?;
    let value = field.get(memchr(b':', field)? + 1..)?;
    Some(value.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect())
}

/// The `boundary` of a `Content-Type`.
fn boundary(kind: &[u8]) -> Option<Vec<u8>> {
    let lower = kind.to_ascii_lowercase();
    let at = lower.windows(9).position(|part| part == b"boundary=")?;
    let value = kind.get(at + 9..)?;
    let boundary = match value {
        [b'"', quoted @ ..] => quoted.get(..memchr(b'"', quoted)?)?,
        plain => plain.split(|byte| matches!(byte, b';' | b' ' | b'\t')).next()?,
    };
    (!boundary.is_empty()).then(|| boundary.to_vec())
}

/// The header, with another encoding where one is given.
fn rewrite(header: &[u8], encoding: Option<&str>, out: &mut Vec<u8>) {
    let Some(encoding) = encoding else { return out.extend_from_slice(header) };
    for field in fields(header) {
        if is_field(field, "content-transfer-encoding") {
            out.extend_from_slice(format!("Content-Transfer-Encoding: {encoding}\r\n").as_bytes());
        } else {
            out.extend_from_slice(field);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Downgrade;

    fn downgraded(message: &str, piece: usize) -> Result<String, String> {
        let (mut downgrade, mut out) = (Downgrade::default(), Vec::new());
        for piece in message.as_bytes().chunks(piece) {
            downgrade.push(piece, &mut out).map_err(|error| error.to_string())?;
        }
        downgrade.finish(&mut out).map_err(|error| error.to_string())?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[track_caller]
    fn check(message: &str, expected: Result<&str, &str>) {
        for piece in [1, 2, 7, 1000] {
            match (downgraded(message, piece), expected) {
                (Ok(out), Ok(expected)) => assert_eq!(out, expected, "in pieces of {piece}"),
                (Err(error), Err(part)) => assert!(error.contains(part), "{error}"),
                (result, _) => panic!("{result:?}"),
            }
        }
    }

    #[test]
    fn one_part() {
        check(
            "Subject: x\r\nContent-Type: text/plain;\r\n charset=utf-8\r\ncontent-transfer-encoding : 8bit\r\n\r\n\
             gr\u{fc}n = \r\n.\r\nno end ",
            Ok("Subject: x\r\nContent-Type: text/plain;\r\n charset=utf-8\r\n\
                Content-Transfer-Encoding: quoted-printable\r\n\r\ngr=C3=BCn =3D=20\r\n.\r\nno end=20"),
        );
        check(
            &format!("Content-Transfer-Encoding: 8bit\r\n\r\n{}\r\n", "\u{fc}".repeat(13)),
            Ok(&format!(
                "Content-Transfer-Encoding: quoted-printable\r\n\r\n{}=C3=\r\n=BC\r\n",
                "=C3=BC".repeat(12)
            )),
        );
        // What is 7 bits stays as it is, to the last octet.
        let plain = "Subject: x\r\n\r\n--a\r\nlong = \r\n\r\n";
        check(plain, Ok(plain));
        check("Subject: only\r\n", Ok("Subject: only\r\n"));
    }

    #[test]
    fn parts_within_parts() {
        let message = "Content-Type: multipart/mixed; boundary=\"a b\"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
            preamble\r\n--a b\r\nContent-Type: multipart/alternative; boundary=in\r\n\r\n--in\r\n\
            Content-Transfer-Encoding: 8bit\r\n\r\n\u{fc}\r\n--in\r\nContent-Transfer-Encoding: base64\r\n\r\n\
            w7w=\r\n--in-- \r\n--a b\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
            Content-Transfer-Encoding: 8bit\r\n\r\n\u{fc}\r\n--a b--\r\nepilogue\r\n";
        let inner = "Content-Transfer-Encoding: 8bit\r\n\r\n\u{fc}";
        let expected = message
            .replace(inner, "Content-Transfer-Encoding: quoted-printable\r\n\r\n=C3=BC")
            .replace("Content-Transfer-Encoding: 8bit", "Content-Transfer-Encoding: 7bit");
        check(message, Ok(&expected));
    }

    #[test]
    fn what_cannot_be_encoded_is_refused() {
        check("Subject: gr\u{fc}n\r\n\r\n", Err("its header has"));
        check("Subject: x\r\n\r\n\u{fc}\r\n", Err("does not say 8bit"));
        check("Content-Transfer-Encoding: binary\r\n\r\nx", Err("a binary part"));
        check("Content-Type: multipart/mixed\r\n\r\n", Err("no boundary"));
        check(
            "Content-Type: multipart/signed; boundary=s\r\n\r\n--s\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\u{fc}\r\n",
            Err("it is signed"),
        );
        let deep: String = (0..40)
            .map(|n| format!("Content-Type: multipart/x; boundary=b{n}x\r\n\r\n--b{n}x\r\n"))
            .collect();
        check(&deep, Err("the nesting"));
        check(&format!("\r\n{}", "a".repeat(70_000)), Err("a line of a message"));
        check(&"X: y\r\n".repeat(50_000), Err("the header of a part"));
    }
}
