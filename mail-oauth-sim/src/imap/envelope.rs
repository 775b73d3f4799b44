use super::address::{self, Address};
use crate::mime;

/// `ENVELOPE (...)` of a message (RFC 3501 section 7.4.2).
pub(super) fn envelope(message: &[u8]) -> Vec<u8> {
    let header = message.get(..mime::header_len(message)).unwrap_or_default();
    let value = |name| mime::value(header, name);
    let addresses = |name| value(name).map(|value| address::parse(&value)).filter(|list| !list.is_empty());

    let mut out = b"ENVELOPE (".to_vec();
    nstring(&mut out, value("Date").as_deref());
    out.push(b' ');
    nstring(&mut out, value("Subject").as_deref());
    let from = addresses("From");
    let (sender, reply_to) = (addresses("Sender"), addresses("Reply-To"));
    // A server fills these two in from From where they are missing.
    for list in
        [from.as_deref(), sender.as_deref().or(from.as_deref()), reply_to.as_deref().or(from.as_deref())]
    {
        address_list(&mut out, list);
    }
    for name in ["To", "Cc", "Bcc"] {
        address_list(&mut out, addresses(name).as_deref());
    }
    for name in ["In-Reply-To", "Message-ID"] {
        out.push(b' ');
        nstring(&mut out, value(name).as_deref());
    }
    out.push(b')');
    out
}

fn address_list(out: &mut Vec<u8>, list: Option<&[Address]>) {
    out.push(b' ');
    let Some(list) = list else {
        out.extend_from_slice(b"NIL");
        return;
    };
    out.push(b'(');
    for address in list {
        out.push(b'(');
        nstring(out, address.name.as_deref());
        out.extend_from_slice(b" NIL ");
        nstring(out, Some(&address.mailbox));
        out.push(b' ');
        nstring(out, Some(&address.host));
        out.push(b')');
    }
    out.push(b')');
}

/// A quoted string where that is allowed, else a literal; `NIL` for nothing.
pub(super) fn nstring(out: &mut Vec<u8>, text: Option<&[u8]>) {
    let Some(text) = text else {
        out.extend_from_slice(b"NIL");
        return;
    };
    if text.iter().all(|byte| matches!(byte, b' '..=b'~')) {
        out.push(b'"');
        for &byte in text {
            if matches!(byte, b'"' | b'\\') {
                out.push(b'\\');
            }
            out.push(byte);
        }
        out.push(b'"');
    } else {
        out.extend_from_slice(format!("{{{}}}\r\n", text.len()).as_bytes());
        out.extend_from_slice(text);
    }
}
