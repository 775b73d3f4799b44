use super::envelope::{envelope, nstring};
use crate::mime::{ContentType, Kind, Part, lines, value};

/// `BODYSTRUCTURE (...)` of a message, or without the extensible data `BODY (...)` (RFC 3501 section 7.4.2).
pub(super) fn structure(message: &[u8], extended: bool) -> Vec<u8> {
    let mut out = if extended { b"BODYSTRUCTURE ".to_vec() } else { b"BODY ".to_vec() };
    part(&mut out, &Part::of(message), extended);
    out
}

fn part(out: &mut Vec<u8>, of: &Part<'_>, extended: bool) {
    out.push(b'(');
    if let Kind::Multipart(parts) = &of.kind {
        parts.iter().for_each(|inner| part(out, inner, extended));
        out.push(b' ');
        string(out, of.content_type.sub.as_bytes());
        if extended {
            out.push(b' ');
            parameters(out, &of.content_type);
            tail(out, of.header);
        }
    } else {
        leaf(out, of, extended);
    }
    out.push(b')');
}

fn leaf(out: &mut Vec<u8>, of: &Part<'_>, extended: bool) {
    // A multipart without parts is shown as what its sender could only have meant: octets.
    let (main, sub) = match of.content_type.main.as_str() {
        "" | "MULTIPART" => ("APPLICATION", "OCTET-STREAM"),
        main => (main, of.content_type.sub.as_str()),
    };
    string(out, main.as_bytes());
    out.push(b' ');
    string(out, sub.as_bytes());
    out.push(b' ');
    parameters(out, &of.content_type);
    for name in ["Content-ID", "Content-Description"] {
        out.push(b' ');
        nstring(out, value(of.header, name).as_deref());
    }
    out.push(b' ');
    let encoding = value(of.header, "Content-Transfer-Encoding").map(|v| v.to_ascii_uppercase());
    string(out, encoding.as_deref().unwrap_or(b"7BIT"));
    out.extend_from_slice(format!(" {}", of.body.len()).as_bytes());
    let count = || lines(of.body).count();
    if let Kind::Message(inner) = &of.kind {
        out.push(b' ');
        // Without the word that FETCH puts before it.
        out.extend_from_slice(envelope(of.body).strip_prefix(b"ENVELOPE ").unwrap_or(b"NIL"));
        out.push(b' ');
        part(out, inner, extended);
        out.extend_from_slice(format!(" {}", count()).as_bytes());
    } else if main == "TEXT" {
        out.extend_from_slice(format!(" {}", count()).as_bytes());
    }
    if extended {
        out.push(b' ');
        nstring(out, value(of.header, "Content-MD5").as_deref());
        tail(out, of.header);
    }
}

/// Disposition, language and location.
fn tail(out: &mut Vec<u8>, header: &[u8]) {
    out.push(b' ');
    match value(header, "Content-Disposition").map(|value| ContentType::parse(&value)) {
        Some(disposition) => {
            out.push(b'(');
            string(out, disposition.main.as_bytes());
            out.push(b' ');
            parameters(out, &disposition);
            out.push(b')');
        }
        None => out.extend_from_slice(b"NIL"),
    }
    for name in ["Content-Language", "Content-Location"] {
        out.push(b' ');
        nstring(out, value(header, name).as_deref());
    }
}

fn parameters(out: &mut Vec<u8>, of: &ContentType) {
    if of.parameters.is_empty() {
        out.extend_from_slice(b"NIL");
        return;
    }
    out.push(b'(');
    for (at, (name, value)) in of.parameters.iter().enumerate() {
        if at > 0 {
            out.push(b' ');
        }
        string(out, name.as_bytes());
        out.push(b' ');
        string(out, value);
    }
    out.push(b')');
}

fn string(out: &mut Vec<u8>, text: &[u8]) {
    nstring(out, Some(text));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(message: &[u8], extended: bool) -> String {
        String::from_utf8(structure(message, extended)).unwrap()
    }

    #[test]
    fn structures_have_the_form_of_the_rfc() {
        assert_eq!(
            shown(b"Subject: x\r\n\r\none\r\ntwo\r\n", false),
            r#"BODY ("TEXT" "PLAIN" ("CHARSET" "us-ascii") NIL NIL "7BIT" 10 2)"#
        );
        let mixed = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\nx\r\n--b\r\n\
            Content-Type: application/pdf; name=\"a b.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\
            Content-Disposition: attachment; filename=\"a b.pdf\"\r\n\r\nAAAA\r\n--b--\r\n";
        assert_eq!(
            shown(mixed, true),
            r#"BODYSTRUCTURE (("TEXT" "HTML" NIL NIL NIL "7BIT" 1 1 NIL NIL NIL NIL)("APPLICATION" "PDF" ("NAME" "a b.pdf") NIL NIL "BASE64" 4 NIL ("ATTACHMENT" ("FILENAME" "a b.pdf")) NIL NIL) "MIXED" ("BOUNDARY" "b") NIL NIL NIL)"#
        );
        let forwarded = b"Content-Type: message/rfc822\r\n\r\nSubject: in\r\n\r\nx\r\n";
        let text = shown(forwarded, false);
        assert!(
            text.starts_with(r#"BODY ("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 18 (NIL "in" NIL"#),
            "{text}"
        );
        assert!(text.ends_with(r#"("TEXT" "PLAIN" ("CHARSET" "us-ascii") NIL NIL "7BIT" 3 1) 3)"#), "{text}");
    }
}
