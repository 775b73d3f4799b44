//! What the POP3 server says of itself, in the manner of each profile.

use super::reply::Reply;
use crate::Profile;

pub(super) fn greeting(profile: Profile) -> &'static str {
    match profile {
        Profile::Exchange => {
            "+OK The Microsoft Exchange POP3 service is ready. [bABvAGMAYQBsAGgAbwBzAHQA]\r\n"
        }
        Profile::Gmail => "+OK Gpop ready for requests from 127.0.0.1 mail-oauth-sim\r\n",
        Profile::Plain => "+OK mail-oauth-sim ready\r\n",
    }
}

/// The capability list (RFC 2449). Gmail shows PIPELINING only after the login.
pub(super) fn capabilities(profile: Profile, tls: bool, logged_in: bool, stls: bool, oauth: bool) -> String {
    let mut lines: Vec<&str> = match profile {
        Profile::Exchange => vec!["TOP", "UIDL"],
        Profile::Gmail => vec!["USER", "RESP-CODES", "EXPIRE 0", "LOGIN-DELAY 300", "TOP", "UIDL"],
        Profile::Plain => vec!["CAPA", "TOP", "UIDL", "RESP-CODES", "PIPELINING", "AUTH-RESP-CODE"],
    };
    if profile == Profile::Gmail && logged_in {
        lines.push("PIPELINING");
    }
    if !tls && stls {
        lines.push("STLS");
    }
    let sasl = format!("SASL {}", mechanisms(profile, oauth).join(" "));
    if tls {
        lines.push(&sasl);
    }
    if profile == Profile::Exchange {
        lines.push("USER");
    }
    lines.iter().map(|line| format!("{line}\r\n")).collect()
}

/// The mechanisms of `AUTH`, which only count under TLS.
pub(super) fn mechanisms(profile: Profile, oauth: bool) -> &'static [&'static str] {
    match (profile, oauth) {
        (Profile::Exchange, true) => &["PLAIN", "XOAUTH2"],
        (Profile::Gmail, true) => &["PLAIN", "XOAUTH2", "OAUTHBEARER"],
        (Profile::Plain, true) => &["PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"],
        (_, false) => &["PLAIN"],
    }
}

/// What is said to every failure to log in, whatever the cause.
pub(super) fn refusal(profile: Profile) -> Reply {
    Reply::err(match profile {
        Profile::Exchange => "Authentication failure: unknown user name or bad password.",
        Profile::Gmail => "[AUTH] Username and password not accepted.",
        Profile::Plain => "[AUTH] Authentication failed.",
    })
}

pub(super) fn welcome(profile: Profile) -> Reply {
    Reply::ok(match profile {
        Profile::Exchange => "User successfully authenticated.",
        Profile::Gmail => "Welcome.",
        Profile::Plain => "Logged in.",
    })
}
