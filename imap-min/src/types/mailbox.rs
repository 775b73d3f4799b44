//! Names of mailboxes.

use std::fmt;

use base64::Engine as _;
use base64::alphabet::IMAP_MUTF7;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD};

use crate::error::Error;

const MUTF7: GeneralPurpose = GeneralPurpose::new(&IMAP_MUTF7, NO_PAD);

/// The name of a mailbox (RFC 9051 section 5.1), in the modified UTF-7 of RFC 3501 section 5.1.3.
///
/// ```
/// use imap_min::Mailbox;
/// assert_eq!(Mailbox::new("Entwürfe & mehr")?.wire(), "Entw&APw-rfe &- mehr");
/// assert!(Mailbox::new("INBOX\r\nA2 DELETE x").is_err());
/// # Ok::<(), imap_min::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Mailbox {
    wire: String,
}

impl Mailbox {
    /// A mailbox by the name that a person reads.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the name is empty, or has a control character.
    pub fn new(name: &str) -> Result<Self, Error> {
        check(name)?;
        let mut wire = String::with_capacity(name.len());
        let mut run: Vec<u8> = Vec::new();
        for c in name.chars() {
            if c.is_ascii() {
                close(&mut run, &mut wire);
                wire.push(c);
                if c == '&' {
                    wire.push('-');
                }
            } else {
                let mut units = [0; 2];
                run.extend(c.encode_utf16(&mut units).iter().flat_map(|unit| unit.to_be_bytes()));
            }
        }
        close(&mut run, &mut wire);
        Ok(Mailbox { wire })
    }

    /// A mailbox by the name that a server uses, already encoded.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the name is empty, not ASCII, or has a control character.
    pub fn from_wire(name: &str) -> Result<Self, Error> {
        check(name)?;
        if !name.is_ascii() {
            return Err(Error::Invalid { what: "a mailbox name", why: "it is not in modified UTF-7" });
        }
        Ok(Mailbox { wire: name.to_owned() })
    }

    /// The mailbox that every account has.
    pub fn inbox() -> Self {
        Mailbox { wire: "INBOX".to_owned() }
    }

    /// The name as commands carry it.
    pub fn wire(&self) -> &str {
        &self.wire
    }
}

impl fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mailbox({:?})", self.wire)
    }
}

fn check(name: &str) -> Result<(), Error> {
    if name.is_empty() {
        return Err(Error::Invalid { what: "a mailbox name", why: "it is empty" });
    }
    if name.chars().any(char::is_control) {
        return Err(Error::Invalid { what: "a mailbox name", why: "it has a control character" });
    }
    Ok(())
}

fn close(run: &mut Vec<u8>, wire: &mut String) {
    if !run.is_empty() {
        wire.push('&');
        MUTF7.encode_string(&*run, wire);
        wire.push('-');
        run.clear();
    }
}
