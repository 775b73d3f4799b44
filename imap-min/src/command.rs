//! What a client can say, and how it is written.

use std::fmt;
use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::error::Error;
use crate::types::{FetchAttribute, Mailbox, SearchKey, Section, SequenceSet, UidSet};

/// A command. It borrows its arguments; nothing of it is kept.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Command<'a> {
    /// Asks what the server can do.
    Capability,
    /// Does nothing, and lets the server tell what is new.
    Noop,
    /// Ends the session.
    Logout,
    /// Asks for TLS. After its `OK`: [`tls_started`](crate::Connection::tls_started).
    StartTls,
    /// Logs in by a SASL mechanism.
    Authenticate {
        /// Its name: letters, digits, `-` and `_`.
        mechanism: &'a str,
        /// The first message, before base64, sent with the command (SASL-IR, RFC 4959).
        initial_response: Option<&'a [u8]>,
    },
    /// Opens a mailbox.
    Select {
        /// Which.
        mailbox: &'a Mailbox,
    },
    /// Opens a mailbox for reading only.
    Examine {
        /// Which.
        mailbox: &'a Mailbox,
    },
    /// Closes the mailbox, and removes nothing (RFC 3691).
    Unselect,
    /// Searches; the results are positions.
    Search {
        /// Conditions; all must hold.
        keys: &'a [SearchKey<'a>],
    },
    /// Searches; the results are UIDs.
    UidSearch {
        /// Conditions; all must hold.
        keys: &'a [SearchKey<'a>],
    },
    /// Fetches of messages by position.
    Fetch {
        /// Which messages.
        messages: &'a SequenceSet,
        /// What of them.
        attributes: &'a [FetchAttribute<'a>],
    },
    /// Fetches of messages by UID.
    UidFetch {
        /// Which messages.
        messages: &'a UidSet,
        /// What of them.
        attributes: &'a [FetchAttribute<'a>],
    },
}

impl Command<'_> {
    /// Which kind of command it is.
    pub fn kind(&self) -> CommandKind {
        match self {
            Command::Capability => CommandKind::Capability,
            Command::Noop => CommandKind::Noop,
            Command::Logout => CommandKind::Logout,
            Command::StartTls => CommandKind::StartTls,
            Command::Authenticate { .. } => CommandKind::Authenticate,
            Command::Select { .. } => CommandKind::Select,
            Command::Examine { .. } => CommandKind::Examine,
            Command::Unselect => CommandKind::Unselect,
            Command::Search { .. } => CommandKind::Search,
            Command::UidSearch { .. } => CommandKind::UidSearch,
            Command::Fetch { .. } => CommandKind::Fetch,
            Command::UidFetch { .. } => CommandKind::UidFetch,
        }
    }

    /// Whether its arguments are positions, which change when messages are removed.
    pub(crate) fn has_positions(&self) -> bool {
        match self {
            Command::Fetch { .. } => true,
            Command::Search { keys } | Command::UidSearch { keys } => {
                keys.iter().any(SearchKey::has_positions)
            }
            _ => false,
        }
    }
}

impl fmt::Debug for Command<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Command::Authenticate { mechanism, initial_response } => {
                write!(f, "Authenticate({}", mechanism.escape_debug())?;
                if let Some(message) = initial_response {
                    write!(f, ", [redacted, {} octets]", message.len())?;
                }
                f.write_str(")")
            }
            Command::Select { mailbox } | Command::Examine { mailbox } => {
                write!(f, "{:?}({mailbox:?})", self.kind())
            }
            Command::Search { keys } | Command::UidSearch { keys } => {
                write!(f, "{:?}({keys:?})", self.kind())
            }
            Command::Fetch { messages, attributes } => write!(f, "Fetch({messages}, {attributes:?})"),
            Command::UidFetch { messages, attributes } => write!(f, "UidFetch({messages}, {attributes:?})"),
            Command::Capability | Command::Noop | Command::Logout | Command::StartTls | Command::Unselect => {
                write!(f, "{:?}", self.kind())
            }
        }
    }
}

/// The kinds of commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each is the command of that name")]
pub enum CommandKind {
    Capability,
    Noop,
    Logout,
    StartTls,
    Authenticate,
    Select,
    Examine,
    Unselect,
    Search,
    UidSearch,
    Fetch,
    UidFetch,
}

impl CommandKind {
    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            CommandKind::Capability => "CAPABILITY",
            CommandKind::Noop => "NOOP",
            CommandKind::Logout => "LOGOUT",
            CommandKind::StartTls => "STARTTLS",
            CommandKind::Authenticate => "AUTHENTICATE",
            CommandKind::Select => "SELECT",
            CommandKind::Examine => "EXAMINE",
            CommandKind::Unselect => "UNSELECT",
            CommandKind::Search => "SEARCH",
            CommandKind::UidSearch => "UID SEARCH",
            CommandKind::Fetch => "FETCH",
            CommandKind::UidFetch => "UID FETCH",
        }
    }

    /// Whether it opens a mailbox.
    pub(crate) fn selects(self) -> bool {
        matches!(self, CommandKind::Select | CommandKind::Examine)
    }

    pub(crate) fn fetches(self) -> bool {
        matches!(self, CommandKind::Fetch | CommandKind::UidFetch)
    }

    pub(crate) fn searches(self) -> bool {
        matches!(self, CommandKind::Search | CommandKind::UidSearch)
    }
}

/// Names one command of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CommandId(pub(crate) u32);

impl CommandId {
    /// The command whose tag this is.
    pub(crate) fn of_tag(tag: &[u8]) -> Option<CommandId> {
        let digits = tag.strip_prefix(b"A")?;
        let number: u32 = std::str::from_utf8(digits).ok()?.parse().ok()?;
        // One way to write a number: "A01" and "A+1" are no tags of ours.
        (number.to_string().as_bytes() == digits).then_some(CommandId(number))
    }
}

impl fmt::Display for CommandId {
    /// The tag.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "A{}", self.0)
    }
}

/// Appends a command line. After an error `out` may have a part of it: cut it off.
pub(crate) fn encode(command: &Command<'_>, id: CommandId, out: &mut Vec<u8>) -> Result<(), Error> {
    put(out, format_args!("{id} {}", command.kind().name()));
    match command {
        Command::Capability | Command::Noop | Command::Logout | Command::StartTls | Command::Unselect => {}
        Command::Authenticate { mechanism, initial_response } => {
            let letters = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            if mechanism.is_empty() || mechanism.len() > 20 || !mechanism.bytes().all(letters) {
                let why = "it is not 1 to 20 letters, digits, '-' or '_'";
                return Err(Error::Invalid { what: "a SASL mechanism", why });
            }
            put(out, format_args!(" {mechanism}"));
            if let Some(message) = initial_response {
                out.push(b' ');
                // Empty is not the same as absent (RFC 4959 section 3).
                if message.is_empty() {
                    out.push(b'=');
                }
                put_base64(out, message);
            }
        }
        Command::Select { mailbox } | Command::Examine { mailbox } => {
            out.push(b' ');
            put_string(out, "a mailbox name", mailbox.wire())?;
        }
        Command::Search { keys } | Command::UidSearch { keys } => {
            if keys.is_empty() {
                return Err(Error::Invalid { what: "a search", why: "it has no condition" });
            }
            for key in *keys {
                out.push(b' ');
                put_key(out, key)?;
            }
        }
        Command::Fetch { messages, attributes } => {
            check_set(messages.is_empty())?;
            put(out, format_args!(" {messages} "));
            put_attributes(out, attributes)?;
        }
        Command::UidFetch { messages, attributes } => {
            check_set(messages.is_empty())?;
            put(out, format_args!(" {messages} "));
            put_attributes(out, attributes)?;
        }
    }
    out.extend(b"\r\n");
    Ok(())
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

fn put(out: &mut Vec<u8>, text: fmt::Arguments<'_>) {
    // Writing to a vector cannot fail.
    let _ = out.write_fmt(text);
}

fn check_set(empty: bool) -> Result<(), Error> {
    if empty { Err(Error::Invalid { what: "a set of messages", why: "it is empty" }) } else { Ok(()) }
}

/// `astring`: as an atom where it is one, quoted otherwise (RFC 9051 section 9).
fn put_string(out: &mut Vec<u8>, what: &'static str, text: &str) -> Result<(), Error> {
    if !text.is_ascii() {
        return Err(Error::Invalid { what, why: "it is not ASCII" });
    }
    if text.bytes().any(|byte| matches!(byte, 0 | b'\r' | b'\n')) {
        return Err(Error::Invalid { what, why: "it has a line end or NUL" });
    }
    // A word that looks like `NIL` is one to some servers.
    if is_atom(text) && !text.eq_ignore_ascii_case("NIL") {
        out.extend(text.as_bytes());
        return Ok(());
    }
    out.push(b'"');
    for byte in text.bytes() {
        if matches!(byte, b'"' | b'\\') {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out.push(b'"');
    Ok(())
}

/// Letters, digits and what no server takes amiss.
fn is_atom(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./$@".contains(&byte);
    !text.is_empty() && text.bytes().all(plain)
}

/// `search-key` (RFC 9051 section 9).
fn put_key(out: &mut Vec<u8>, key: &SearchKey<'_>) -> Result<(), Error> {
    let text = |out: &mut Vec<u8>, name: &str, text: &str| {
        put(out, format_args!("{name} "));
        put_string(out, "a text to search for", text)
    };
    match key {
        SearchKey::All => out.extend(b"ALL"),
        SearchKey::Answered => out.extend(b"ANSWERED"),
        SearchKey::Unanswered => out.extend(b"UNANSWERED"),
        SearchKey::Deleted => out.extend(b"DELETED"),
        SearchKey::Undeleted => out.extend(b"UNDELETED"),
        SearchKey::Draft => out.extend(b"DRAFT"),
        SearchKey::Undraft => out.extend(b"UNDRAFT"),
        SearchKey::Flagged => out.extend(b"FLAGGED"),
        SearchKey::Unflagged => out.extend(b"UNFLAGGED"),
        SearchKey::Seen => out.extend(b"SEEN"),
        SearchKey::Unseen => out.extend(b"UNSEEN"),
        SearchKey::Recent => out.extend(b"RECENT"),
        SearchKey::New => out.extend(b"NEW"),
        SearchKey::Old => out.extend(b"OLD"),
        SearchKey::Keyword(keyword) => put_keyword(out, "KEYWORD", keyword)?,
        SearchKey::Unkeyword(keyword) => put_keyword(out, "UNKEYWORD", keyword)?,
        SearchKey::Uid(set) => {
            check_set(set.is_empty())?;
            put(out, format_args!("UID {set}"));
        }
        SearchKey::Sequence(set) => {
            check_set(set.is_empty())?;
            put(out, format_args!("{set}"));
        }
        SearchKey::Since(date) => put(out, format_args!("SINCE {date}")),
        SearchKey::Before(date) => put(out, format_args!("BEFORE {date}")),
        SearchKey::On(date) => put(out, format_args!("ON {date}")),
        SearchKey::SentSince(date) => put(out, format_args!("SENTSINCE {date}")),
        SearchKey::SentBefore(date) => put(out, format_args!("SENTBEFORE {date}")),
        SearchKey::SentOn(date) => put(out, format_args!("SENTON {date}")),
        SearchKey::From(value) => text(out, "FROM", value)?,
        SearchKey::To(value) => text(out, "TO", value)?,
        SearchKey::Cc(value) => text(out, "CC", value)?,
        SearchKey::Bcc(value) => text(out, "BCC", value)?,
        SearchKey::Subject(value) => text(out, "SUBJECT", value)?,
        SearchKey::Body(value) => text(out, "BODY", value)?,
        SearchKey::Text(value) => text(out, "TEXT", value)?,
        SearchKey::Header(name, value) => {
            text(out, "HEADER", name)?;
            out.push(b' ');
            put_string(out, "a text to search for", value)?;
        }
        SearchKey::Larger(size) => put(out, format_args!("LARGER {size}")),
        SearchKey::Smaller(size) => put(out, format_args!("SMALLER {size}")),
        SearchKey::Not(key) => {
            out.extend(b"NOT ");
            put_key(out, key)?;
        }
        SearchKey::Or(first, second) => {
            out.extend(b"OR ");
            put_key(out, first)?;
            out.push(b' ');
            put_key(out, second)?;
        }
    }
    Ok(())
}

/// `flag-keyword` is an atom and cannot be quoted.
fn put_keyword(out: &mut Vec<u8>, name: &str, keyword: &str) -> Result<(), Error> {
    let special = |byte: u8| b"(){%*\"\\] ".contains(&byte);
    if keyword.is_empty() || !keyword.bytes().all(|byte| byte.is_ascii_graphic() && !special(byte)) {
        return Err(Error::Invalid { what: "a keyword", why: "it is no atom" });
    }
    put(out, format_args!("{name} {keyword}"));
    Ok(())
}

/// `fetch-att`, always in parentheses.
fn put_attributes(out: &mut Vec<u8>, attributes: &[FetchAttribute<'_>]) -> Result<(), Error> {
    if attributes.is_empty() {
        return Err(Error::Invalid { what: "a fetch", why: "it asks for nothing" });
    }
    for (index, attribute) in attributes.iter().enumerate() {
        out.push(if index == 0 { b'(' } else { b' ' });
        match attribute {
            FetchAttribute::Uid => out.extend(b"UID"),
            FetchAttribute::Flags => out.extend(b"FLAGS"),
            FetchAttribute::InternalDate => out.extend(b"INTERNALDATE"),
            FetchAttribute::Rfc822Size => out.extend(b"RFC822.SIZE"),
            FetchAttribute::Envelope => out.extend(b"ENVELOPE"),
            FetchAttribute::Body { section, partial } => {
                check_section(section)?;
                out.extend(b"BODY.PEEK[");
                out.extend(section.wire());
                out.push(b']');
                if let Some(partial) = partial {
                    put(out, format_args!("<{}.{}>", partial.offset, partial.length));
                }
            }
        }
    }
    out.push(b')');
    Ok(())
}

/// A section ends at its bracket, and has no strings that would need quoting.
fn check_section(section: &Section<'_>) -> Result<(), Error> {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b".-_ ()".contains(byte);
    if section.wire().iter().all(plain) {
        return Ok(());
    }
    Err(Error::Invalid {
        what: "a section",
        why: "it has other characters than letters, digits, and \". - _ ( )\"",
    })
}
