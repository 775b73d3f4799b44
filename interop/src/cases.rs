//! What is tried. Each case is a function; a later one may use what an earlier one left (a sign-in, a message).

mod binary;
mod check;
mod imap;
mod imap_sizes;
mod imap_tap;
mod library;
mod lmtp;
mod pop3;
mod smtp;
mod smtp_stopped;

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::pin::Pin;

use crate::Failed;
use crate::bed::Bed;

type Case = for<'a> fn(&'a Bed) -> Pin<Box<dyn Future<Output = Result<(), Failed>> + 'a>>;

macro_rules! cases {
    ($($name:literal => $function:path,)*) => {
        /// Name and function of each.
        pub(crate) fn all() -> Vec<(&'static str, Case)> {
            vec![$(($name, |bed| Box::pin($function(bed)))),*]
        }
    };
}

cases! {
    "library: sign in, check three protocols" => library::check,
    "library: 2 KiB sent, fetched by IMAP and POP3, byte for byte" => library::small,
    "library: 25 MiB sent, fetched by IMAP and POP3, byte for byte" => library::large,
    "library: one refused recipient does not spoil the other" => library::one_refused,
    "library: the token of another user is refused with its reason" => library::other_user,
    "library: a wrong authority is not trusted" => library::wrong_ca,
    "pop3: every command inside TLS" => pop3::inside_tls,
    "pop3: every command behind STLS" => pop3::behind_stls,
    "pop3: before the login, without TLS" => pop3::before_tls,
    "pop3: batches, what is new, and what is stored" => pop3::fetches,
    "smtp: every command and every way of sending on 587" => smtp::on_587,
    "smtp: every command and every way of sending on 465" => smtp::on_465,
    "smtp: a message that is too large" => smtp::too_large,
    "smtp: Postfix stopped in the middle of a message" => smtp_stopped::in_the_middle,
    "smtp: Postfix stopped behind the final dot" => smtp_stopped::behind_the_dot,
    "smtp: Postfix stopped between messages" => smtp_stopped::between_messages,
    "lmtp: one of three recipients is refused, by DATA and by BDAT" => lmtp::recipients,
    "imap: mailboxes made, listed, renamed, subscribed, removed; quota, ID" => imap::mailboxes,
    "imap: messages added, found, fetched, changed, copied, moved, removed" => imap::messages,
    "imap: QRESYNC tells what has changed, and only that" => imap::resync,
    "imap: a compressed session" => imap::compressed,
    "imap: IDLE sees a delivery" => imap_sizes::idle,
    "imap: ten thousand messages listed and fetched" => imap_sizes::many,
    "imap: 200 MiB both ways in constant memory" => imap_sizes::large,
    "check: a wrong token" => check::wrong_token,
    "check: an expired token, which is not sent" => check::expired_token,
    "check: another user's mailbox" => check::wrong_user,
    "check: TLS where there is none" => check::no_tls,
    "check: the provider is down" => check::provider_down,
    "check: a token cut at the end of the line" => check::long_line,
    "binary: login, token, check" => binary::sign_in_and_check,
    "binary: send from standard input, fetch to files, both protocols" => binary::send_and_fetch,
    "binary: fetch to a Maildir and to standard output" => binary::maildir,
    "binary: memory of fetching 25 MiB and 250 MiB" => binary::memory,
    "binary: memory of sending 2 KiB and 100 MiB" => smtp::memory,
    "binary: a wrong token" => binary::wrong_token,
    "binary: a wrong certificate authority" => binary::wrong_ca,
    "binary: a refused recipient" => binary::refused_recipient,
    "binary: a folder that is not there" => binary::missing_folder,
    "binary: a token that expired" => binary::expired_token,
}

/// Fails with a text unless something holds.
fn ensure(holds: bool, text: impl Into<String>) -> Result<(), Failed> {
    if holds { Ok(()) } else { Err(text.into().into()) }
}

/// A message of about this many bytes, in lines that no two of are alike, with dots where they hurt.
fn message(subject: &str, bytes: usize) -> Vec<u8> {
    let mut message = format!(
        "From: <{}>\r\nTo: <{}>\r\nSubject: {subject}\r\nDate: Mon, 02 Mar 2026 09:00:00 +0000\r\n\
         Message-ID: <{bytes}@example.org>\r\n\r\n",
        crate::bed::ALICE,
        crate::bed::ALICE
    )
    .into_bytes();
    let mut line = 0_u32;
    while message.len() < bytes {
        let dots = ".".repeat((line % 4) as usize);
        message.extend(
            format!("{dots}{line:08} the quick brown fox jumps over the lazy dog 0123456789 {subject}\r\n")
                .bytes(),
        );
        line += 1;
    }
    message.extend(b".\r\n..\r\nthe end\r\n");
    message
}

/// Puts a message into a mailbox as a file, newer than all others.
fn put(maildir: &Path, message: &[u8]) -> std::io::Result<()> {
    let unix = String::from_utf8_lossy(message).replace("\r\n", "\n");
    let new = maildir.join("new");
    // Dovecot makes the rest of a mailbox that it has not seen yet, as the user who owns the folder around it.
    let missing: Vec<&Path> = new.ancestors().take_while(|folder| !folder.exists()).collect();
    let around =
        missing.last().unwrap_or(&new.as_path()).parent().map_or_else(|| new.metadata(), Path::metadata)?;
    std::fs::create_dir_all(&new)?;
    for folder in missing {
        std::os::unix::fs::chown(folder, Some(around.uid()), Some(around.gid()))?;
    }
    std::fs::write(new.join(format!("{}.interop", message.len())), unix)
}
