/// Sender and recipients of the message that is being sent.
#[derive(Debug)]
pub(super) struct Envelope {
    pub(super) sender: String,
    pub(super) recipients: Vec<String>,
    /// Whether `BODY=BINARYMIME` was said: such a message may only come by `BDAT` (RFC 3030 section 3).
    pub(super) binary: bool,
    /// What came by `BDAT` so far; `None` before the first.
    pub(super) chunks: Option<Vec<u8>>,
}

/// What `MAIL FROM` says beyond the address.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Parameters {
    pub(super) size: Option<usize>,
    pub(super) binary: bool,
}

/// Why the argument of `MAIL` or `RCPT` is none.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Malformed {
    Syntax,
    Address,
    Parameter,
}

impl Envelope {
    pub(super) fn new(sender: String, binary: bool) -> Self {
        Self { sender, recipients: Vec::new(), binary, chunks: None }
    }
}

/// `FROM:<address>` and parameters (RFC 5321 section 4.1.1.2; SIZE RFC 1870, BODY RFC 6152 and 3030, SMTPUTF8 RFC
/// 6531, RET and ENVID RFC 3461, AUTH RFC 4954). The address is empty for `<>`.
pub(super) fn mail(args: &str) -> Result<(String, Parameters), Malformed> {
    let (address, rest) = path(args, "FROM:")?;
    let mut parameters = Parameters::default();
    for word in rest.split_ascii_whitespace() {
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        match name.to_ascii_uppercase().as_str() {
            "SIZE" => parameters.size = Some(value.parse().map_err(|_| Malformed::Parameter)?),
            "BODY" => match value.to_ascii_uppercase().as_str() {
                "7BIT" | "8BITMIME" => {}
                "BINARYMIME" => parameters.binary = true,
                _ => return Err(Malformed::Parameter),
            },
            "SMTPUTF8" | "RET" | "ENVID" | "AUTH" => {}
            _ => return Err(Malformed::Parameter),
        }
    }
    Ok((address, parameters))
}

/// `TO:<address>` and parameters (RFC 5321 section 4.1.1.3; NOTIFY and ORCPT RFC 3461).
pub(super) fn rcpt(args: &str) -> Result<String, Malformed> {
    let (address, rest) = path(args, "TO:")?;
    for word in rest.split_ascii_whitespace() {
        let name = word.split('=').next().unwrap_or_default();
        if !name.eq_ignore_ascii_case("NOTIFY") && !name.eq_ignore_ascii_case("ORCPT") {
            return Err(Malformed::Parameter);
        }
    }
    if address.contains('@') { Ok(address) } else { Err(Malformed::Address) }
}

fn path<'a>(args: &'a str, keyword: &str) -> Result<(String, &'a str), Malformed> {
    let (word, rest) = args.split_at_checked(keyword.len()).ok_or(Malformed::Syntax)?;
    if !word.eq_ignore_ascii_case(keyword) {
        return Err(Malformed::Syntax);
    }
    let (address, rest) =
        rest.trim_start().strip_prefix('<').and_then(|rest| rest.split_once('>')).ok_or(Malformed::Syntax)?;
    // Either empty, or one @ and nothing that could not be part of a line or of another address.
    let plain = |c: char| !c.is_control() && !c.is_whitespace() && !"<>,;()".contains(c);
    let fits = address.is_empty() || address.split('@').filter(|part| !part.is_empty()).count() == 2;
    if fits && address.len() <= 320 && address.chars().all(plain) {
        Ok((address.to_owned(), rest))
    } else {
        Err(Malformed::Address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_parameters() {
        let (address, parameters) = mail("from:<a@b.example> SIZE=12 BODY=BINARYMIME SMTPUTF8").unwrap();
        assert_eq!(
            (address.as_str(), parameters),
            ("a@b.example", Parameters { size: Some(12), binary: true })
        );
        assert_eq!(mail("FROM:<>").unwrap().0, "");
        assert_eq!(rcpt("TO:<a@b.example> NOTIFY=NEVER").unwrap(), "a@b.example");
        for (bad, why) in [
            ("TO:a@b", Malformed::Syntax),
            ("TO", Malformed::Syntax),
            ("TO:<>", Malformed::Address),
            ("TO:<ab>", Malformed::Address),
            ("TO:<a@b@c>", Malformed::Address),
            ("TO:<a b@c>", Malformed::Address),
            ("TO:<a@b> SIZE=1", Malformed::Parameter),
        ] {
            assert_eq!(rcpt(bad).unwrap_err(), why, "{bad}");
        }
    }
}
