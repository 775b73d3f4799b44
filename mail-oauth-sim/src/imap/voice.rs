//! What the IMAP server says of itself, in the manner of each profile.

use super::reply::Reply;
use crate::{MailFault, Profile, Service};

/// The base64 of the host's name in UTF-16, in brackets at the end of the greeting: it is text, no response code.
const EXCHANGE_READY: &str =
    "* OK The Microsoft Exchange IMAP4 service is ready. [bABvAGMAYQBsAGgAbwBzAHQA]\r\n";

/// How far a session is, as far as its capabilities depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Clear,
    Tls,
    LoggedIn,
}

pub(super) fn greeting(profile: Profile, capabilities: &str) -> String {
    match profile {
        Profile::Exchange => EXCHANGE_READY.into(),
        Profile::Gmail => "* OK Gimap ready for requests from 127.0.0.1 mail-oauth-sim\r\n".into(),
        Profile::Plain => format!("* OK [CAPABILITY {capabilities}] mail-oauth-sim ready\r\n"),
    }
}

/// The capability list. Exchange shows MOVE and three more only to somebody who is logged in, and does not say so:
/// clients have to ask again.
pub(super) fn capabilities(profile: Profile, phase: Phase, without: &[MailFault]) -> String {
    let list = match (profile, phase) {
        (Profile::Exchange, Phase::Clear) => {
            "IMAP4 IMAP4rev1 LOGINDISABLED STARTTLS UIDPLUS ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+"
        }
        (Profile::Exchange, Phase::Tls) => {
            "IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+"
        }
        (Profile::Exchange, Phase::LoggedIn) => {
            "IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT CLIENTACCESSRULES \
             CLIENTNETWORKPRESENCELOCATION BACKENDAUTHENTICATE CHILDREN IDLE NAMESPACE LITERAL+"
        }
        (Profile::Gmail, Phase::Clear) => "IMAP4rev1 LOGINDISABLED STARTTLS ID",
        (Profile::Gmail, Phase::Tls) => {
            "IMAP4rev1 UNSELECT IDLE NAMESPACE ID CHILDREN X-GM-EXT-1 SASL-IR AUTH=XOAUTH2 AUTH=PLAIN \
             AUTH=PLAIN-CLIENTTOKEN AUTH=OAUTHBEARER"
        }
        (Profile::Gmail, Phase::LoggedIn) => {
            "IMAP4rev1 UNSELECT IDLE NAMESPACE ID CHILDREN X-GM-EXT-1 UIDPLUS ENABLE MOVE CONDSTORE ESEARCH LIST-EXTENDED \
             LITERAL+ SPECIAL-USE APPENDLIMIT=35651584"
        }
        (Profile::Plain, Phase::Clear) => "IMAP4rev1 ID LITERAL+ STARTTLS LOGINDISABLED",
        (Profile::Plain, Phase::Tls) => {
            "IMAP4rev1 SASL-IR ID ENABLE IDLE LITERAL+ AUTH=PLAIN AUTH=LOGIN AUTH=XOAUTH2 AUTH=OAUTHBEARER"
        }
        (Profile::Plain, Phase::LoggedIn) => {
            "IMAP4rev1 SASL-IR ID ENABLE IDLE UNSELECT CHILDREN NAMESPACE UIDPLUS LIST-EXTENDED CONDSTORE ESEARCH MOVE \
             STATUS=SIZE LITERAL+ SPECIAL-USE"
        }
    };
    let hidden = |word: &&str| {
        without.iter().any(|fault| match fault {
            MailFault::NoOauth(Service::Imap) => matches!(*word, "AUTH=XOAUTH2" | "AUTH=OAUTHBEARER"),
            MailFault::NoInitialResponse(Service::Imap) => *word == "SASL-IR",
            MailFault::NoStartTls(Service::Imap) => *word == "STARTTLS",
            _ => false,
        })
    };
    list.split_ascii_whitespace().filter(|word| !hidden(word)).collect::<Vec<_>>().join(" ")
}

/// The answer to a login that went well. What Gmail says before it is the second.
pub(super) fn welcome(profile: Profile, capabilities: &str) -> (Reply, String) {
    match profile {
        Profile::Exchange => (Reply::ok("AUTHENTICATE completed."), String::new()),
        Profile::Gmail => {
            (Reply::ok("user authenticated (Success)"), format!("* CAPABILITY {capabilities}\r\n"))
        }
        Profile::Plain => (Reply::ok(format!("[CAPABILITY {capabilities}] Logged in")), String::new()),
    }
}

/// The answer to a login that did not.
pub(super) fn refusal(profile: Profile) -> Reply {
    Reply::no(match profile {
        Profile::Exchange => "AUTHENTICATE failed.",
        Profile::Gmail => "[AUTHENTICATIONFAILED] Invalid credentials (Failure)",
        Profile::Plain => "[AUTHENTICATIONFAILED] Authentication failed.",
    })
}

/// The answer to a login in the clear.
pub(super) fn privacy(profile: Profile) -> Reply {
    match profile {
        Profile::Exchange => refusal(profile),
        Profile::Gmail | Profile::Plain => {
            Reply::no("[PRIVACYREQUIRED] Authentication not allowed until SSL/TLS is enabled.")
        }
    }
}

pub(super) fn id(profile: Profile) -> &'static str {
    match profile {
        Profile::Exchange => {
            "* ID (\"name\" \"Microsoft.Exchange.Imap4.Imap4Server\" \"version\" \"15.20\")\r\n"
        }
        Profile::Gmail => "* ID (\"name\" \"GImap\" \"vendor\" \"Google, Inc.\")\r\n",
        Profile::Plain => "* ID (\"name\" \"mail-oauth-sim\")\r\n",
    }
}
