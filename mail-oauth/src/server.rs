//! Where a protocol is spoken, and how it is secured.

use std::fmt;

use crate::error::Error;

/// A mail protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Protocol {
    /// IMAP4rev1 / rev2 (RFC 3501, RFC 9051).
    Imap,
    /// POP3 (RFC 1939).
    Pop3,
    /// Message submission (RFC 6409).
    Smtp,
}

impl Protocol {
    /// All of them, in the order in which reports name them.
    pub const ALL: [Protocol; 3] = [Protocol::Imap, Protocol::Pop3, Protocol::Smtp];

    /// `IMAP`, `POP3`, `SMTP`.
    pub fn name(self) -> &'static str {
        match self {
            Protocol::Imap => "IMAP",
            Protocol::Pop3 => "POP3",
            Protocol::Smtp => "SMTP",
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// When TLS starts. There is no third kind: a token never leaves without TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Security {
    /// TLS from the first byte (ports 993, 995, 465; RFC 8314).
    Tls,
    /// A plain greeting, then STARTTLS or STLS, without which the connection ends (ports 587, 143, 110).
    StartTls,
}

/// A host, a port and when TLS starts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Server {
    host: String,
    port: u16,
    security: Security,
}

impl Server {
    /// A server; the host is a DNS name or an IP address, and what its certificate must name.
    ///
    /// # Errors
    /// [`Error::Setting`] when the host is no host name, or the port is 0.
    pub fn new(host: &str, port: u16, security: Security) -> Result<Self, Error> {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        if rustls::pki_types::ServerName::try_from(host).is_err() {
            let why = format!("`{}` is not a host name or an IP address", host.escape_debug());
            return Err(Error::setting("host", why));
        }
        if port == 0 {
            return Err(Error::setting("port", "0 is not a port; use 993, 995, 587 or 465".to_owned()));
        }
        Ok(Server { host: host.to_owned(), port, security })
    }

    /// Reads `HOST` or `HOST:PORT` as a person writes it for this protocol.
    ///
    /// IMAP and POP3 mean TLS from the first byte (993, 995) except on their plain ports 143 and 110; SMTP means
    /// STARTTLS (587) except on port 465.
    ///
    /// # Errors
    /// [`Error::Setting`] when there is no host or the port is not a number from 1 to 65535.
    pub fn parse(text: &str, protocol: Protocol) -> Result<Self, Error> {
        let (host, port) = match text.rsplit_once(':') {
            // More than one colon and no bracket: an IPv6 address alone.
            Some((host, _)) if host.contains(':') && !host.ends_with(']') => (text, None),
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        };
        let port = match port {
            None => match protocol {
                Protocol::Imap => 993,
                Protocol::Pop3 => 995,
                Protocol::Smtp => 587,
            },
            Some(port) => port.parse().map_err(|_| {
                Error::setting("port", format!("`{}` is not a number from 1 to 65535", port.escape_debug()))
            })?,
        };
        Server::usual(host, port, protocol)
    }

    /// A server of the protocol with TLS at the moment that is usual on this port, as [`Server::parse`] has it.
    ///
    /// # Errors
    /// As [`Server::new`].
    pub fn usual(host: &str, port: u16, protocol: Protocol) -> Result<Self, Error> {
        Server::new(host, port, usual_security(protocol, port))
    }

    /// The host, as given.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The TCP port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// When TLS starts.
    pub fn security(&self) -> Security {
        self.security
    }

    /// The same server with TLS at another moment.
    #[must_use]
    pub fn with_security(mut self, security: Security) -> Self {
        self.security = security;
        self
    }
}

fn usual_security(protocol: Protocol, port: u16) -> Security {
    match (protocol, port) {
        (Protocol::Imap, 143) | (Protocol::Pop3, 110) => Security::StartTls,
        (Protocol::Imap | Protocol::Pop3, _) | (Protocol::Smtp, 465) => Security::Tls,
        (Protocol::Smtp, _) => Security::StartTls,
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Protocol, Security, Server};

    #[test]
    fn a_server_is_read_as_a_person_writes_it() {
        let cases = [
            ("mail.example.org", Protocol::Imap, "mail.example.org:993", Security::Tls),
            ("mail.example.org:143", Protocol::Imap, "mail.example.org:143", Security::StartTls),
            ("mail.example.org", Protocol::Pop3, "mail.example.org:995", Security::Tls),
            ("mail.example.org", Protocol::Smtp, "mail.example.org:587", Security::StartTls),
            ("mail.example.org:465", Protocol::Smtp, "mail.example.org:465", Security::Tls),
            ("127.0.0.1:2525", Protocol::Smtp, "127.0.0.1:2525", Security::StartTls),
            ("[::1]:1993", Protocol::Imap, "[::1]:1993", Security::Tls),
            ("::1", Protocol::Imap, "[::1]:993", Security::Tls),
        ];
        for (text, protocol, shown, security) in cases {
            let server = Server::parse(text, protocol).unwrap();
            assert_eq!((server.to_string().as_str(), server.security()), (shown, security), "{text}");
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "mail example", "host:0", "host:70000", "host:imap", "a\r\nb", "host:"] {
            assert!(Server::parse(text, Protocol::Imap).is_err(), "{text:?}");
        }
    }
}
