//! Addresses of a header field as `ENVELOPE` gives them. Naive: groups and comments are not understood.

/// One address: name, mailbox and host.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) name: Option<Vec<u8>>,
    pub(super) mailbox: Vec<u8>,
    pub(super) host: Vec<u8>,
}

/// The addresses of a field's value.
pub(super) fn parse(value: &[u8]) -> Vec<Address> {
    let mut addresses = Vec::new();
    let (mut quoted, mut angle, mut start) = (false, false, 0);
    for (at, byte) in value.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'<' if !quoted => angle = true,
            b'>' if !quoted => angle = false,
            b',' if !quoted && !angle => {
                addresses.extend(one(value.get(start..at).unwrap_or_default()));
                start = at + 1;
            }
            _ => {}
        }
    }
    addresses.extend(one(value.get(start..).unwrap_or_default()));
    addresses
}

fn one(text: &[u8]) -> Option<Address> {
    let text = text.trim_ascii();
    let (name, spec) = match (memchr::memrchr(b'<', text), text.strip_suffix(b">")) {
        (Some(open), Some(inner)) => (text.get(..open)?.trim_ascii(), inner.get(open + 1..)?),
        _ => (&[][..], text),
    };
    if spec.is_empty() {
        return None;
    }
    let (mailbox, host) = match memchr::memrchr(b'@', spec) {
        Some(at) => (spec.get(..at)?, spec.get(at + 1..)?),
        // What Exchange writes for an address without a host.
        None => (spec, &b".MISSING-HOST-NAME."[..]),
    };
    let name = unquote(name);
    Some(Address { name: (!name.is_empty()).then_some(name), mailbox: mailbox.to_vec(), host: host.to_vec() })
}

fn unquote(name: &[u8]) -> Vec<u8> {
    let Some(inner) = name.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\"")) else {
        return name.to_vec();
    };
    let mut out = Vec::with_capacity(inner.len());
    let mut escaped = false;
    for &byte in inner {
        if byte == b'\\' && !escaped {
            escaped = true;
            continue;
        }
        escaped = false;
        out.push(byte);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_mailboxes_and_hosts_come_apart() {
        let found =
            parse(b"\"Vance, Adele \\\"AV\\\"\" <adele@contoso.example>, megan@contoso.example, local");
        let text = |a: &Address| {
            let show = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
            (a.name.as_deref().map(show), show(&a.mailbox), show(&a.host))
        };
        assert_eq!(
            found.iter().map(text).collect::<Vec<_>>(),
            [
                (Some("Vance, Adele \"AV\"".into()), "adele".into(), "contoso.example".into()),
                (None, "megan".into(), "contoso.example".into()),
                (None, "local".into(), ".MISSING-HOST-NAME.".into()),
            ]
        );
        assert!(parse(b"").is_empty());
    }
}
