//! What may be shown of a pasted text.
//!
//! Nothing of the text is shown but lines of servers, and of those only what cannot be a secret: words of 15
//! characters at most, and longer ones that the catalogue itself knows. So a secret need not be recognised to stay
//! hidden; recognising it only adds what to call it.

use crate::diagnosis::cause::Pattern;
use crate::diagnosis::causes;

/// A word of more characters is shown only when it is known.
const LONGEST_WORD: usize = 15;
/// What is shown of one line, in characters.
const LONGEST_LINE: usize = 240;

/// Words behind which a secret stands, whatever its length; in lower case.
const KEYS: [&str; 13] = [
    "access_token",
    "assertion",
    "bearer",
    "client_assertion",
    "client_secret",
    "code",
    "code_verifier",
    "device_code",
    "id_token",
    "pass",
    "password",
    "refresh_token",
    "secret",
];

/// Long words that servers say and the catalogue does not hold.
const HARMLESS: [&str; 18] = [
    "SendAsDeniedException.MapiExceptionSendAsDenied",
    "aka.ms/smtp_auth_disabled",
    "aka.ms/concurrent_sending",
    "SubmissionQuotaExceededException",
    "STOREDRV.Submission.Exception",
    "STOREDRV.ClientSubmit",
    "outlook.office.com",
    "outlook.office365.com",
    "Microsoft.Exchange.Data.Storage.WrongServerException",
    "smtp.office365.com",
    "support.google.com",
    "POP.AccessAsUser.All",
    "IMAP.AccessAsApp",
    "POP.AccessAsApp",
    "SMTP.SendAsApp",
    "login.microsoftonline.com",
    "graph.microsoft.com",
    "IMAP.AccessAsUser.All",
];

/// The long words that the catalogue knows, in lower case.
pub(super) struct Vocabulary(Vec<String>);

impl Vocabulary {
    pub(super) fn new() -> Self {
        let mut words: Vec<String> = HARMLESS.iter().map(|word| (*word).to_owned()).collect();
        let phrases = causes().flat_map(|cause| cause.marks).flat_map(|mark| mark.all);
        for phrase in phrases.flat_map(Pattern::phrases) {
            words.extend(phrase.split(|c| !in_word(c)).map(bare).map(str::to_ascii_lowercase));
        }
        Vocabulary(words)
    }

    /// The text with everything replaced that may be a secret, cut to what a line of a report holds.
    pub(super) fn show(&self, text: &str) -> String {
        let mut out = String::new();
        let mut room = LONGEST_LINE;
        let mut rest = text;
        let mut after_key = false;
        while room > 0 && !rest.is_empty() {
            let end = rest.find(|c| !in_word(c)).unwrap_or(rest.len());
            let (word, tail) = rest.split_at(end);
            if !word.is_empty() {
                let shown = if after_key || !self.harmless(word) { "[...]" } else { word };
                out.push_str(shown);
                room = room.saturating_sub(shown.len());
                // `password: x`, `Bearer x`: what follows a key is never shown, unless it is a word between them.
                after_key = is_key(word);
            }
            rest = match tail.chars().next() {
                Some(other) => {
                    out.extend(other.escape_debug().take(8));
                    room = room.saturating_sub(1);
                    tail.get(other.len_utf8()..).unwrap_or_default()
                }
                None => "",
            };
        }
        if !rest.is_empty() {
            out.push_str("...");
        }
        out
    }

    fn harmless(&self, word: &str) -> bool {
        let known = |word: &str| self.0.iter().any(|known| known.eq_ignore_ascii_case(word));
        word.len() <= LONGEST_WORD || is_guid(bare(word)) || known(bare(word))
    }
}

/// What tokens, secrets and base64 are made of.
pub(super) fn in_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '_' | '-' | '~' | '.' | '%')
}

/// A word without the punctuation of the sentence around it.
fn bare(word: &str) -> &str {
    word.trim_matches(['/', '.', '-', '='])
}

pub(super) fn is_key(word: &str) -> bool {
    KEYS.iter().any(|key| key.eq_ignore_ascii_case(bare(word)))
}

/// `8-4-4-4-12` hexadecimal digits: the form of tenant, client and correlation ids.
pub(super) fn is_guid(word: &str) -> bool {
    let hex = |part: &str, len: usize| part.len() == len && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut parts = word.split('-');
    [8, 4, 4, 4, 12].into_iter().all(|len| parts.next().is_some_and(|part| hex(part, len)))
        && parts.next().is_none()
}
