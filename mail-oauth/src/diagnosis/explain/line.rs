//! What one line of a pasted text says: a reply of a mail server, or words of the identity provider.

use std::collections::BTreeSet;

use crate::diagnosis::signal::{Fact, Signal};
use crate::server::Protocol;

/// A refusal in a mail protocol.
pub(super) struct Reply<'t> {
    pub(super) protocol: Protocol,
    /// From the code or the word of refusal on.
    pub(super) text: &'t str,
    /// SMTP's codes.
    pub(super) code: Option<(u16, Option<&'t str>)>,
    /// The server's farewell: it belongs to the refusal before it.
    pub(super) farewell: bool,
}

/// The AADSTS numbers of a line: behind `AADSTS`, in `error_codes`, and in the address of the error page.
pub(super) fn aadsts(line: &str) -> BTreeSet<u64> {
    let behind = |mark: &'static str| {
        line.split(mark).skip(1).filter_map(|rest| {
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            rest.get(..end)?.parse().ok().filter(|number| *number >= 10_000)
        })
    };
    let listed =
        line.split_once("\"error_codes\"").and_then(|(_, rest)| rest.split(']').next()).unwrap_or_default();
    let listed = numbers(listed).filter_map(|(_, number)| number.parse().ok());
    behind("AADSTS").chain(behind("/error?code=")).chain(listed.take(16)).collect()
}

/// The refusal in a line, whatever a log puts before it.
pub(super) fn reply(line: &str) -> Option<Reply<'_>> {
    if line.contains("HTTP/") {
        return None;
    }
    pop3(line).or_else(|| smtp(line)).or_else(|| imap(line)).or_else(|| bare(line))
}

fn pop3(line: &str) -> Option<Reply<'_>> {
    let at = line.find("-ERR")?;
    let text = line.get(at..)?;
    Some(Reply { protocol: Protocol::Pop3, text, code: None, farewell: false })
}

/// `535 5.7.3 text`, `535-5.7.8 text`, `(535, b'5.7.3 text')`: a code with its enhanced code, or a code that begins
/// the line.
fn smtp(line: &str) -> Option<Reply<'_>> {
    for (at, number) in numbers(line) {
        if number.len() != 3 || !number.starts_with(['4', '5']) {
            continue;
        }
        let code: u16 = number.parse().ok()?;
        let text = line.get(at..)?;
        let after = text.get(3..)?;
        let gap = after.find(|c: char| c.is_ascii_digit()).filter(|gap| *gap <= 5);
        let enhanced = gap.and_then(|gap| after.get(gap..)).and_then(|rest| enhanced(rest, number));
        let begins = line.get(..at)?.trim_start_matches(is_prefix).is_empty()
            && after.starts_with([' ', '-'])
            && after.contains(char::is_alphabetic);
        if enhanced.is_some() || begins {
            return Some(Reply {
                protocol: Protocol::Smtp,
                text,
                code: Some((code, enhanced)),
                farewell: false,
            });
        }
    }
    None
}

/// What logs put before a server's words.
fn is_prefix(c: char) -> bool {
    matches!(c, 'S' | 'R' | ':' | '<' | '>' | '-' | ' ' | '\t' | '*' | '"' | '\'' | '(')
}

/// Runs of digits, with where they begin.
fn numbers(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    line.split(|c: char| !c.is_ascii_digit()).filter_map(move |run| {
        let start = at;
        // What splits may be of several octets; find it again by its place in the line.
        at += run.len();
        at += line.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        (!run.is_empty()).then_some((start, run))
    })
}

/// An enhanced status code (RFC 3463) of the reply's class.
fn enhanced<'t>(text: &'t str, code: &str) -> Option<&'t str> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let word = text.get(..end)?.trim_end_matches('.');
    let mut parts = word.split('.');
    let class = parts.next()?;
    let number = |part: &str| (1..=3).contains(&part.len());
    let whole =
        parts.next().is_some_and(number) && parts.next().is_some_and(number) && parts.next().is_none();
    (whole && class.len() == 1 && code.starts_with(class)).then_some(word)
}

/// `TAG NO text`, `TAG BAD text`, `* BYE text`.
fn imap(line: &str) -> Option<Reply<'_>> {
    for word in [" NO ", " BAD ", " BYE "] {
        let Some(at) = line.find(word) else { continue };
        let tag = line.get(..at)?.rsplit([' ', '\t', '"', '<', '>', ':']).next()?;
        let is_tag = tag == "*"
            || (!tag.is_empty() && tag.len() <= 12 && tag.bytes().all(|b| b.is_ascii_alphanumeric()));
        if is_tag {
            let text = line.get(at + 1..)?;
            return Some(Reply { protocol: Protocol::Imap, text, code: None, farewell: word == " BYE " });
        }
    }
    None
}

/// Texts that are known well enough without what stands before them.
fn bare(line: &str) -> Option<Reply<'_>> {
    let texts = [
        ("AUTHENTICATE failed", Protocol::Imap),
        ("User is authenticated but not connected", Protocol::Imap),
        ("[AUTHENTICATIONFAILED]", Protocol::Imap),
        ("Suggested Backoff Time", Protocol::Imap),
        ("Server Unavailable. 15", Protocol::Imap),
        ("AccessTokenExpired", Protocol::Imap),
        ("Too many simultaneous connections", Protocol::Imap),
        ("unknown user name or bad password", Protocol::Pop3),
        ("SmtpClientAuthentication is disabled", Protocol::Smtp),
        ("Authentication unsuccessful", Protocol::Smtp),
        ("SendAsDenied", Protocol::Smtp),
    ];
    let lower = line.to_ascii_lowercase();
    texts.iter().find(|(text, _)| lower.contains(&text.to_ascii_lowercase())).map(|(_, protocol)| Reply {
        protocol: *protocol,
        text: line,
        code: None,
        farewell: false,
    })
}

impl Reply<'_> {
    /// The signals of the reply; `shown` is its text without secrets.
    pub(super) fn signals(&self, shown: String) -> Vec<Signal> {
        let lower = shown.to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
        let place = match self.protocol {
            Protocol::Imap => Fact::InImap,
            Protocol::Pop3 => Fact::InPop3,
            Protocol::Smtp => Fact::InSmtp,
        };
        let mut signals = vec![Signal::Fact(place)];
        let temporary = has(&["[unavailable]", "[sys/temp]", "temporary", "throttled", "try again"]);
        let refused = match self.code {
            Some((535, _)) => true,
            Some(_) => false,
            None => has(&[
                "authenticate failed",
                "authenticationfailed",
                "authentication failed",
                "authentication failure",
                "authentication unsuccessful",
                "invalid credentials",
                "login failed",
                "[auth]",
                "bad password",
            ]),
        };
        if refused && !temporary {
            signals.push(Signal::Fact(Fact::SignInRefused));
        }
        if has(&["authenticated but not connected"]) {
            signals.push(Signal::Fact(Fact::NotConnected));
        }
        if has(&["gsmtp", "support.google.com", "gmail.com", "invalid credentials (failure)"]) {
            signals.push(Signal::Fact(Fact::Google));
        } else if has(&["outlook.com", "office365", "aka.ms/", "microsoft", "authenticate failed."]) {
            signals.push(Signal::Fact(Fact::Microsoft));
        } else if has(&[
            "dovecot",
            "postfix",
            "(reason unavailable)",
            "[authenticationfailed] authentication failed",
        ]) {
            signals.push(Signal::Fact(Fact::OtherProvider));
        }
        signals.push(match self.code {
            Some((code, enhanced)) => {
                Signal::Smtp { code, enhanced: enhanced.map(ToOwned::to_owned), text: shown }
            }
            None => Signal::Said { protocol: self.protocol, text: shown },
        });
        signals
    }
}
