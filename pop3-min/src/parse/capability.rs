//! A line of `CAPA` (RFC 2449 section 5).

use crate::Capability;

/// `capability-line`; `None` for an empty one.
pub(crate) fn capability(line: &[u8]) -> Option<Capability> {
    let line = String::from_utf8_lossy(line.trim_ascii());
    let mut words = line.split_ascii_whitespace();
    let name = words.next()?.to_ascii_uppercase();
    Some(match name.as_str() {
        "TOP" => Capability::Top,
        "UIDL" => Capability::Uidl,
        "USER" => Capability::User,
        "RESP-CODES" => Capability::RespCodes,
        "AUTH-RESP-CODE" => Capability::AuthRespCode,
        "PIPELINING" => Capability::Pipelining,
        "STLS" => Capability::Stls,
        "UTF8" if words.any(|word| word.eq_ignore_ascii_case("USER")) => Capability::Utf8User,
        "UTF8" => Capability::Utf8,
        "LANG" => Capability::Lang,
        "LOGIN-DELAY" => Capability::LoginDelay(number(words.next())),
        "EXPIRE" => Capability::Expire(number(words.next())),
        "SASL" => Capability::Sasl(words.map(str::to_ascii_uppercase).collect()),
        "IMPLEMENTATION" => Capability::Implementation(words.collect::<Vec<_>>().join(" ")),
        _ => Capability::Other(line.into_owned()),
    })
}

fn number(word: Option<&str>) -> Option<u32> {
    word.and_then(|word| word.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::capability;
    use crate::Capability;

    #[test]
    fn lines() {
        let table: &[(&[u8], Option<Capability>)] = &[
            (b"TOP", Some(Capability::Top)),
            (b"top", Some(Capability::Top)),
            (b"SASL plain XOAUTH2", Some(Capability::Sasl(vec!["PLAIN".into(), "XOAUTH2".into()]))),
            (b"UTF8", Some(Capability::Utf8)),
            (b"UTF8 user", Some(Capability::Utf8User)),
            (b"SASL", Some(Capability::Sasl(vec![]))),
            (b"LOGIN-DELAY 900 USER", Some(Capability::LoginDelay(Some(900)))),
            (b"EXPIRE NEVER", Some(Capability::Expire(None))),
            (
                b"IMPLEMENTATION Shlemazle-Plotz-v302",
                Some(Capability::Implementation("Shlemazle-Plotz-v302".into())),
            ),
            (b"X-THING a b", Some(Capability::Other("X-THING a b".into()))),
            (b"", None),
        ];
        for (line, expected) in table {
            assert_eq!(&capability(line), expected, "{}", line.escape_ascii());
        }
    }
}
