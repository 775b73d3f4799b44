//! Who takes part, and how each of them signs in and reads or sends a message.

use mail_oauth::Protocol;

use crate::bed::Target;
use crate::marks::Marks;
use crate::{Outcome, ours, programs};

/// A client of one protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Client {
    /// `mail_oauth::Mailbox` as it is.
    Ours,
    /// IMAP in as few flights as there can be: what is opt-in.
    OursEager,
    /// A message by BDAT, in one flight with its envelope: opt-in.
    OursOneFlight,
    #[cfg(feature = "peers")]
    AsyncImap,
    #[cfg(feature = "peers")]
    ImapCrate,
    #[cfg(feature = "peers")]
    Lettre,
    #[cfg(feature = "peers")]
    MailSend,
    Python,
    /// imapflow and nodemailer.
    Node,
    Curl,
}

/// Other people's programs that are wanted.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Programs {
    pub(crate) python: bool,
    pub(crate) node: bool,
    pub(crate) curl: bool,
}

/// Round trips from the first SYN.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Budget {
    pub(crate) signed_in: u32,
    pub(crate) done: u32,
}

impl Client {
    /// All of them for a protocol, ours first. Other people's programs only where they are wanted.
    pub(crate) fn of(protocol: Protocol, programs: Programs) -> Vec<Client> {
        let mut all = vec![Client::Ours];
        match protocol {
            Protocol::Pop3 => {}
            Protocol::Smtp => {
                all.push(Client::OursOneFlight);
                #[cfg(feature = "peers")]
                all.extend([Client::Lettre, Client::MailSend]);
            }
            _ => {
                all.push(Client::OursEager);
                #[cfg(feature = "peers")]
                all.extend([Client::AsyncImap, Client::ImapCrate]);
            }
        }
        all.extend(programs.python.then_some(Client::Python));
        // Node has no library of that kind for POP3.
        all.extend((programs.node && protocol != Protocol::Pop3).then_some(Client::Node));
        all.extend(programs.curl.then_some(Client::Curl));
        all
    }

    pub(crate) fn name(self, protocol: Protocol) -> &'static str {
        match (self, protocol) {
            (Client::Ours, _) => "mail-oauth",
            (Client::OursEager, _) => "imap-min, eager",
            (Client::OursOneFlight, _) => "mail-oauth, BDAT in one flight",
            #[cfg(feature = "peers")]
            (Client::AsyncImap, _) => "async-imap",
            #[cfg(feature = "peers")]
            (Client::ImapCrate, _) => "imap 3 alpha",
            #[cfg(feature = "peers")]
            (Client::Lettre, _) => "lettre, async",
            #[cfg(feature = "peers")]
            (Client::MailSend, _) => "mail-send",
            (Client::Python, Protocol::Pop3) => "Python poplib",
            (Client::Python, Protocol::Smtp) => "Python smtplib",
            (Client::Python, _) => "Python imaplib",
            (Client::Node, Protocol::Smtp) => "nodemailer",
            (Client::Node, _) => "imapflow",
            (Client::Curl, _) => "curl",
        }
    }

    /// What ours may take; nothing is asked of others.
    pub(crate) fn budget(self, protocol: Protocol) -> Option<Budget> {
        let (signed_in, done) = match (self, protocol) {
            (Client::Ours, Protocol::Imap) => (4, 5),
            (Client::Ours, Protocol::Pop3) => (5, 6),
            (Client::Ours, Protocol::Smtp) => (7, 9),
            (Client::OursOneFlight, _) => (7, 8),
            (Client::OursEager, _) => (3, 3),
            _ => return None,
        };
        Some(Budget { signed_in, done })
    }

    pub(crate) fn is_ours(self) -> bool {
        matches!(self, Client::Ours | Client::OursEager | Client::OursOneFlight)
    }

    /// Whether it runs in this process, and so can do twice what it has done once.
    pub(crate) fn is_program(self) -> bool {
        matches!(self, Client::Python | Client::Node | Client::Curl)
    }

    /// A name for the command line of another process.
    pub(crate) fn key(self, protocol: Protocol) -> String {
        format!("{protocol}/{}", self.name(protocol))
    }

    pub(crate) fn by_key(key: &str) -> Option<(Client, Protocol)> {
        Protocol::ALL.into_iter().find_map(|protocol| {
            let all = Client::of(protocol, Programs { python: true, node: true, curl: true });
            all.into_iter().find(|client| client.key(protocol) == key).map(|client| (client, protocol))
        })
    }

    /// One session, from the first SYN to its farewell.
    pub(crate) async fn session(self, protocol: Protocol, target: &Target, marks: &Marks) -> Outcome<()> {
        match (self, protocol) {
            (Client::Ours, Protocol::Pop3) => ours::pop3(target, marks).await,
            (Client::Ours, Protocol::Smtp) => ours::smtp(target, marks, false).await,
            (Client::OursOneFlight, _) => ours::smtp(target, marks, true).await,
            (Client::Ours, _) => ours::imap(target, marks).await,
            (Client::OursEager, _) => ours::eager(target, marks).await,
            #[cfg(feature = "peers")]
            (Client::AsyncImap, _) => crate::peers::async_imap(target, marks).await,
            #[cfg(feature = "peers")]
            (Client::ImapCrate, _) => crate::peers::imap(target, marks),
            #[cfg(feature = "peers")]
            (Client::Lettre, _) => crate::peers::lettre(target, marks).await,
            #[cfg(feature = "peers")]
            (Client::MailSend, _) => crate::peers::mail_send(target, marks).await,
            (Client::Python, _) => programs::python(protocol, target, marks),
            (Client::Node, _) => programs::node(protocol, target, marks),
            (Client::Curl, _) => programs::curl(protocol, target, marks),
        }
    }
}
