/// One argument of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Arg {
    /// A word without quotes. Brackets and what is in them belong to it: `BODY[HEADER.FIELDS (TO)]<0.9>`.
    Atom(String),
    /// A quoted string or a literal.
    Text(Vec<u8>),
    /// A list in parentheses.
    List(Vec<Arg>),
}

/// Lists in lists deeper than this are refused: what looks at them calls itself.
const DEEPEST: usize = 16;

/// Splits the text of a command into its arguments, as the text and the literals between come in.
pub(super) struct Args {
    open: Vec<Vec<Arg>>,
}

/// The text is not a list of arguments.
#[derive(Debug)]
pub(super) struct Malformed;

impl Arg {
    /// An `astring` (RFC 3501 section 9): a word or a string, as text.
    pub(super) fn astring(&self) -> Option<String> {
        match self {
            Self::Atom(atom) => Some(atom.clone()),
            Self::Text(text) => String::from_utf8(text.clone()).ok(),
            Self::List(_) => None,
        }
    }

    pub(super) fn atom(&self) -> Option<&str> {
        match self {
            Self::Atom(atom) => Some(atom),
            Self::Text(_) | Self::List(_) => None,
        }
    }
}

impl Args {
    pub(super) fn new() -> Self {
        Self { open: vec![Vec::new()] }
    }

    pub(super) fn literal(&mut self, octets: Vec<u8>) {
        self.push(Arg::Text(octets));
    }

    pub(super) fn text(&mut self, text: &[u8]) -> Result<(), Malformed> {
        let mut rest = text;
        while let Some((&first, after)) = rest.split_first() {
            rest = match first {
                b' ' => after,
                b'(' if self.open.len() >= DEEPEST => return Err(Malformed),
                b'(' => {
                    self.open.push(Vec::new());
                    after
                }
                b')' => {
                    let list = self.open.pop().filter(|_| !self.open.is_empty()).ok_or(Malformed)?;
                    self.push(Arg::List(list));
                    after
                }
                b'"' => {
                    let (string, after) = quoted(after)?;
                    self.push(Arg::Text(string));
                    after
                }
                _ => {
                    let (atom, after) = atom(rest)?;
                    self.push(Arg::Atom(String::from_utf8_lossy(atom).into_owned()));
                    after
                }
            };
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<Vec<Arg>, Malformed> {
        let args = self.open.pop().ok_or(Malformed)?;
        if self.open.is_empty() { Ok(args) } else { Err(Malformed) }
    }

    fn push(&mut self, arg: Arg) {
        if let Some(list) = self.open.last_mut() {
            list.push(arg);
        }
    }
}

/// The string up to the closing quote, and what follows it.
fn quoted(text: &[u8]) -> Result<(Vec<u8>, &[u8]), Malformed> {
    let mut out = Vec::new();
    let mut rest = text;
    loop {
        let (&first, after) = rest.split_first().ok_or(Malformed)?;
        rest = match first {
            b'"' => return Ok((out, after)),
            b'\\' => {
                let (&escaped, after) = after.split_first().ok_or(Malformed)?;
                out.push(escaped);
                after
            }
            byte => {
                out.push(byte);
                after
            }
        };
    }
}

/// The word, and what follows it.
fn atom(text: &[u8]) -> Result<(&[u8], &[u8]), Malformed> {
    let mut brackets = 0_u32;
    let end = text.iter().position(|byte| {
        match byte {
            b'[' => brackets = brackets.saturating_add(1),
            b']' => brackets = brackets.saturating_sub(1),
            _ => {}
        }
        brackets == 0 && matches!(byte, b' ' | b'(' | b')' | b'"')
    });
    let end = end.unwrap_or(text.len());
    if brackets > 0 {
        return Err(Malformed);
    }
    text.split_at_checked(end).filter(|(atom, _)| !atom.is_empty()).ok_or(Malformed)
}
