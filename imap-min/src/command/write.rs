//! The smallest parts of a command: strings, numbers, literals.

use std::fmt;
use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::error::Error;
use crate::types::{Flag, Mailbox};

/// What the session has agreed on, as far as commands depend on it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wire {
    /// Quoted strings may have UTF-8, and mailbox names must (RFC 6855, RFC 9051).
    pub(crate) utf8: bool,
    /// Literals up to this length go without the server's go-ahead (RFC 7888).
    pub(crate) literal: u64,
}

/// A command as it is written.
#[derive(Debug)]
pub(crate) struct Writer<'o> {
    pub(crate) out: &'o mut Vec<u8>,
    pub(crate) wire: Wire,
    /// Where in `out` the server's go-ahead must be waited for.
    pub(crate) stops: Vec<usize>,
}

impl Writer<'_> {
    pub(crate) fn put(&mut self, text: &str) {
        self.out.extend(text.as_bytes());
    }

    pub(crate) fn format(&mut self, text: fmt::Arguments<'_>) {
        // Writing to a vector cannot fail.
        let _ = self.out.write_fmt(text);
    }

    /// `astring` in ASCII: as an atom where it is one, quoted otherwise (RFC 9051 section 9).
    pub(crate) fn string(&mut self, what: &'static str, text: &str) -> Result<(), Error> {
        check_line(what, text)?;
        if !text.is_ascii() {
            return Err(Error::Invalid { what, why: "it is not ASCII" });
        }
        self.atom_or_quoted(text);
        Ok(())
    }

    /// A text that may have any character: quoted where the session has agreed on UTF-8, a literal otherwise.
    pub(crate) fn text(&mut self, what: &'static str, text: &str) -> Result<(), Error> {
        if text.is_ascii() {
            return self.string(what, text);
        }
        check_line(what, text)?;
        if self.wire.utf8 {
            self.quoted(text);
            return Ok(());
        }
        let size = u64::try_from(text.len()).unwrap_or(u64::MAX);
        self.literal_head(size, "");
        self.put(text);
        Ok(())
    }

    /// The length of a literal; what follows it in `out` waits for the server's go-ahead, unless it is short.
    pub(crate) fn literal_head(&mut self, size: u64, prefix: &str) {
        let at_once = size <= self.wire.literal;
        self.format(format_args!("{prefix}{{{size}{}}}\r\n", if at_once { "+" } else { "" }));
        if !at_once {
            self.stops.push(self.out.len());
        }
    }

    pub(crate) fn mailbox(&mut self, mailbox: &Mailbox) -> Result<(), Error> {
        if self.wire.utf8 {
            let name = mailbox.name();
            check_line("a mailbox name", &name)?;
            if !name.is_ascii() {
                self.quoted(&name);
                return Ok(());
            }
            self.atom_or_quoted(&name);
            return Ok(());
        }
        self.string("a mailbox name", mailbox.wire())
    }

    /// Flags in parentheses.
    pub(crate) fn flags(&mut self, flags: &[Flag<'_>]) -> Result<(), Error> {
        self.put("(");
        for (index, flag) in flags.iter().enumerate() {
            if index > 0 {
                self.put(" ");
            }
            match flag {
                Flag::Recent | Flag::NewKeywords => {
                    return Err(Error::Invalid { what: "a flag", why: "only the server can set it" });
                }
                Flag::Other(name) => {
                    self.put("\\");
                    self.atom("a flag", name)?;
                }
                Flag::Keyword(name) => self.atom("a keyword", name)?,
                Flag::Seen | Flag::Answered | Flag::Flagged | Flag::Deleted | Flag::Draft => {
                    self.format(format_args!("{flag}"));
                }
            }
        }
        self.put(")");
        Ok(())
    }

    /// `atom`, which cannot be quoted.
    pub(crate) fn atom(&mut self, what: &'static str, name: &[u8]) -> Result<(), Error> {
        let special = |byte: &u8| b"(){%*\"\\] ".contains(byte);
        if name.is_empty() || !name.iter().all(|byte| byte.is_ascii_graphic() && !special(byte)) {
            return Err(Error::Invalid { what, why: "it is no atom" });
        }
        self.out.extend(name);
        Ok(())
    }

    pub(crate) fn quoted(&mut self, text: &str) {
        self.out.push(b'"');
        for byte in text.bytes() {
            if matches!(byte, b'"' | b'\\') {
                self.out.push(b'\\');
            }
            self.out.push(byte);
        }
        self.out.push(b'"');
    }

    fn atom_or_quoted(&mut self, text: &str) {
        // A word that looks like `NIL` is one to some servers.
        if is_atom(text) && !text.eq_ignore_ascii_case("NIL") {
            self.put(text);
        } else {
            self.quoted(text);
        }
    }
}

/// Appends octets in base64, encoded in place.
pub(crate) fn put_base64(out: &mut Vec<u8>, octets: &[u8]) {
    let start = out.len();
    let length = base64::encoded_len(octets.len(), true).unwrap_or_default();
    // Growing in the middle would leave a copy of a secret behind.
    out.reserve(length + 2);
    out.resize(start + length, 0);
    let space = out.get_mut(start..).unwrap_or_default();
    let written = STANDARD.encode_slice(octets, space).unwrap_or_default();
    out.truncate(start + written);
}

pub(crate) fn check_set(empty: bool) -> Result<(), Error> {
    if empty { Err(Error::Invalid { what: "a set of messages", why: "it is empty" }) } else { Ok(()) }
}

/// Nothing that ends a line, or a string in some server's eyes.
pub(crate) fn check_line(what: &'static str, text: &str) -> Result<(), Error> {
    if text.bytes().any(|byte| matches!(byte, 0 | b'\r' | b'\n')) {
        return Err(Error::Invalid { what, why: "it has a line end or NUL" });
    }
    Ok(())
}

/// Letters, digits and what no server takes amiss.
fn is_atom(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./$@".contains(&byte);
    !text.is_empty() && text.bytes().all(plain)
}
