//! The text of a transcript, read into bursts.

/// What the caller does, and all that must follow until it does the next thing.
#[derive(Debug, Default, Clone)]
pub(crate) struct Burst {
    /// The line in the file where this burst starts, for messages.
    pub(crate) line: usize,
    pub(crate) action: Option<String>,
    pub(crate) client: Vec<u8>,
    pub(crate) server: Vec<u8>,
    pub(crate) closes: bool,
    pub(crate) events: Vec<String>,
    pub(crate) error: Option<String>,
}

/// Reads a transcript.
///
/// # Errors
/// The number and the text of the first line that cannot be read.
pub(crate) fn parse(text: &str) -> Result<Vec<Burst>, String> {
    let mut bursts = vec![Burst { line: 1, ..Burst::default() }];
    for (index, raw) in text.lines().enumerate() {
        let number = index + 1;
        let wrong = |why: &str| format!("line {number}: {why}: {raw}");
        if raw.trim().is_empty() || raw.starts_with('#') {
            continue;
        }
        let (mark, rest) = raw.split_once(' ').unwrap_or((raw, ""));
        if mark == ">" {
            bursts.push(Burst { line: number, action: Some(rest.to_owned()), ..Burst::default() });
            continue;
        }
        let Some(burst) = bursts.last_mut() else { return Err(wrong("no burst")) };
        if burst.error.is_some() || (burst.closes && mark.starts_with('S')) {
            return Err(wrong("nothing may follow here"));
        }
        match mark {
            "C:" => {
                burst.client.extend(unescape(rest).map_err(|e| wrong(&e))?);
                burst.client.extend(b"\r\n");
            }
            "C~" => burst.client.extend(unescape(rest).map_err(|e| wrong(&e))?),
            "S:" => {
                burst.server.extend(unescape(rest).map_err(|e| wrong(&e))?);
                burst.server.extend(b"\r\n");
            }
            "S~" => burst.server.extend(unescape(rest).map_err(|e| wrong(&e))?),
            "$" => burst.closes = true,
            "E:" => burst.events.push(rest.to_owned()),
            "X:" => burst.error = Some(rest.to_owned()),
            _ => return Err(wrong("unknown mark")),
        }
    }
    Ok(bursts)
}

fn unescape(text: &str) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.extend(&rest.as_bytes()[..at]);
        let escape = &rest[at + 1..];
        let (bytes, used) = match escape.chars().next() {
            Some('r') => (vec![b'\r'], 1),
            Some('n') => (vec![b'\n'], 1),
            Some('t') => (vec![b'\t'], 1),
            Some('0') => (vec![0], 1),
            Some('\\') => (vec![b'\\'], 1),
            Some('x') => {
                let hex = escape.get(1..3).ok_or("\\x wants two digits")?;
                (vec![u8::from_str_radix(hex, 16).map_err(|e| e.to_string())?], 3)
            }
            Some('*') => {
                let open = escape.find('(').ok_or("\\*N(text) has no bracket")?;
                let close = escape.find(')').ok_or("\\*N(text) is not closed")?;
                let times: usize = escape[1..open].parse().map_err(|_| "\\*N wants a number")?;
                (escape.as_bytes()[open + 1..close].repeat(times), close + 1)
            }
            _ => return Err("unknown escape".to_owned()),
        };
        out.extend(bytes);
        rest = &escape[used..];
    }
    out.extend(rest.as_bytes());
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::{parse, unescape};

    #[test]
    fn escapes() {
        assert_eq!(unescape(r"a\r\n\x00\\\*3(xy)b").unwrap(), b"a\r\n\0\\xyxyxyb");
        assert!(unescape(r"\q").is_err());
        assert!(unescape(r"\x4").is_err());
    }

    #[test]
    fn bursts_split_at_actions() {
        let bursts = parse("# hi\nS: ready\nE: Greeting\n> quit\nC: QUIT\nS~ bye\n$\n").unwrap();
        assert_eq!(bursts.len(), 2);
        assert_eq!(bursts[0].server, b"ready\r\n");
        assert_eq!(bursts[1].client, b"QUIT\r\n");
        assert_eq!(bursts[1].server, b"bye");
        assert!(bursts[1].closes);
        assert!(parse("X: broken\nE: more\n").is_err());
        assert!(parse("? what\n").is_err());
    }
}
