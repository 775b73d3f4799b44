//! Which command may be sent when. Nothing here changes the machine.

use super::{Connection, Phase};
use crate::{Address, BodyType, Capabilities, Command, Error, Extension, Mail, Protocol};

impl Connection {
    /// Whether the command may be sent now, to this server.
    pub(crate) fn check(&self, command: &Command<'_>) -> Result<(), Error> {
        self.check_order(command, self.chunks.is_some())?;
        self.check_offered(command)
    }

    /// The same behind a `RSET` that is still to be sent: it ends what `BDAT` has begun.
    #[cfg(feature = "tokio")]
    pub(crate) fn check_behind_reset(&self, command: &Command<'_>) -> Result<(), Error> {
        self.check_order(command, false)?;
        self.check_offered(command)
    }

    /// Whether the command may be sent now.
    fn check_order(&self, command: &Command<'_>, chunks_begun: bool) -> Result<(), Error> {
        let misuse = |what| Err(Error::Misuse { what });
        match self.phase {
            Phase::Broken => return Err(Error::Broken),
            Phase::Ended => return misuse("the session has ended"),
            Phase::Handshake => return misuse("TLS must be started first"),
            Phase::Greeting => return misuse("the greeting must be waited for"),
            Phase::Greeted | Phase::Ready => {}
        }
        if self.pending.back().is_some_and(|pending| pending.kind.ends_flight()) {
            return misuse("the command before ends a flight: wait for its answer");
        }
        if !self.pending.is_empty() && !self.offers(Extension::Pipelining) {
            return Err(Error::Lacks { what: "PIPELINING" });
        }
        if self.pending.len() >= self.limits.pipeline {
            return misuse("too many commands are open: read answers first");
        }
        match command {
            Command::Helo(_) if self.protocol == Protocol::Lmtp => misuse("LMTP has no HELO"),
            Command::Data { .. } if self.body == Some(BodyType::BinaryMime) => {
                misuse("a message of BODY=BINARYMIME goes by BDAT")
            }
            Command::Rcpt(_) | Command::Mail(_) | Command::Data { .. } if chunks_begun => {
                misuse("the message has begun by BDAT: end it, or send RSET")
            }
            Command::Ehlo(_) | Command::Helo(_) | Command::Rset | Command::Noop | Command::Quit => Ok(()),
            Command::StartTls
            | Command::Authenticate { .. }
            | Command::Mail(_)
            | Command::Rcpt(_)
            | Command::Data { .. }
            | Command::Bdat { .. }
            | Command::Vrfy { .. }
                if self.phase == Phase::Greeted =>
            {
                misuse("EHLO comes first, and again when TLS was started")
            }
            Command::Authenticate { .. } if self.authenticated => misuse("somebody is logged in already"),
            Command::StartTls
            | Command::Authenticate { .. }
            | Command::Mail(_)
            | Command::Rcpt(_)
            | Command::Data { .. }
            | Command::Bdat { .. }
            | Command::Vrfy { .. } => Ok(()),
        }
    }

    /// Whether the server offers what the command needs.
    fn check_offered(&self, command: &Command<'_>) -> Result<(), Error> {
        let need = |extension: Extension| {
            if self.offers(extension) { Ok(()) } else { Err(Error::Lacks { what: extension.keyword() }) }
        };
        match command {
            Command::StartTls => need(Extension::StartTls),
            Command::Authenticate { mechanism, .. } => {
                need(Extension::Auth)?;
                if self.capabilities.as_ref().is_some_and(|offered| offered.mechanism(mechanism)) {
                    return Ok(());
                }
                Err(Error::Lacks { what: "AUTH by this mechanism" })
            }
            Command::Mail(mail) => {
                match mail.body {
                    None => {}
                    Some(BodyType::SevenBit | BodyType::EightBitMime) => need(Extension::EightBitMime)?,
                    Some(BodyType::BinaryMime) => {
                        need(Extension::BinaryMime)?;
                        need(Extension::Chunking)?;
                    }
                }
                if mail.ret.is_some() || mail.envelope_id.is_some() {
                    need(Extension::Dsn)?;
                }
                if mail.require_tls {
                    need(Extension::RequireTls)?;
                }
                if mail.smtputf8 {
                    need(Extension::SmtpUtf8)?;
                } else if mail.from.is_some_and(Address::needs_smtputf8) {
                    return Err(not_ascii());
                }
                self.check_size(mail)
            }
            Command::Bdat { .. } => need(Extension::Chunking),
            Command::Vrfy { query } if !query.is_ascii() => need(Extension::SmtpUtf8),
            Command::Rcpt(rcpt) if rcpt.notify.is_some() || rcpt.original.is_some() => {
                need(Extension::Dsn)?;
                if rcpt.to.needs_smtputf8() && !self.smtputf8 { Err(not_ascii()) } else { Ok(()) }
            }
            Command::Rcpt(rcpt) if rcpt.to.needs_smtputf8() && !self.smtputf8 => Err(not_ascii()),
            Command::Rcpt(_)
            | Command::Ehlo(_)
            | Command::Helo(_)
            | Command::Data { .. }
            | Command::Vrfy { .. }
            | Command::Rset
            | Command::Noop
            | Command::Quit => Ok(()),
        }
    }

    fn check_size(&self, mail: &Mail<'_>) -> Result<(), Error> {
        let Some(size) = mail.size else { return Ok(()) };
        if !self.offers(Extension::Size) {
            return Err(Error::Lacks { what: Extension::Size.keyword() });
        }
        match self.capabilities.as_ref().and_then(Capabilities::max_size) {
            Some(most) if size > most => Err(Error::TooLong {
                what: "the message for this server",
                limit: usize::try_from(most).unwrap_or(usize::MAX),
            }),
            _ => Ok(()),
        }
    }

    fn offers(&self, extension: Extension) -> bool {
        self.capabilities.as_ref().is_some_and(|capabilities| capabilities.has(extension))
    }
}

fn not_ascii() -> Error {
    Error::Invalid { what: "a mail address", why: "it is not ASCII, and MAIL does not say SMTPUTF8" }
}
