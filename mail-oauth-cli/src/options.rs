//! What the command line takes.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// OAuth 2.0 for mail: sign in, check a mailbox, send and fetch over IMAP, POP3 and SMTP.
#[derive(Debug, Parser)]
#[command(name = "mail-oauth", version, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Options {
    /// Print one JSON object instead of text.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "\
Exit codes: 0 done; 2 usage; 3-8 files on this machine; 10-16 network and TLS; 20-29 sign-in;
30-34 refused by a mail server; 40-44 mailbox and sending; 60 throttled; 70 internal; 130 cancelled.
The README lists each.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Sign in with a code in a browser, and keep the tokens in the cache.
    Login {
        #[command(flatten)]
        account: AccountOptions,
    },
    /// Print a valid access token, refreshed when needed: for mutt, mbsync, msmtp and the like.
    Token {
        #[command(flatten)]
        account: AccountOptions,
        /// The protocol that the token is for.
        #[arg(long = "for", value_name = "PROTOCOL", value_enum, default_value_t = ProtocolName::Imap)]
        protocol: ProtocolName,
    },
    /// Verify that the mailbox works over IMAP, POP3 and SMTP.
    Check {
        #[command(flatten)]
        account: AccountOptions,
        /// Check only these.
        #[arg(long = "protocol", value_name = "PROTOCOL", value_enum)]
        protocols: Vec<ProtocolName>,
    },
    /// Send a message from standard input, or one built from the options.
    Send(SendOptions),
    /// Fetch messages to standard output, files or a Maildir.
    Fetch(FetchOptions),
    /// Run the simulated tenant in the foreground.
    Sim(SimOptions),
    /// Watch the whole job on a simulated tenant: sign in, check, send, fetch, compare.
    Demo,
}

/// Which account, and what of it differs from the configuration file.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Account")]
pub(crate) struct AccountOptions {
    /// The configuration file [default: mail-oauth/config.toml in your configuration folder].
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// The account of the configuration file to use; needed when it holds more than one.
    #[arg(long, value_name = "NAME")]
    pub(crate) account: Option<String>,
    /// The mail address.
    #[arg(long)]
    pub(crate) address: Option<String>,
    /// The application (client) id of the app registration.
    #[arg(long, value_name = "ID")]
    pub(crate) client_id: Option<String>,
    /// Whose servers: `microsoft365` or `custom`.
    #[arg(long)]
    pub(crate) provider: Option<String>,
    /// The tenant's id or domain [default: the domain of the person who signs in].
    #[arg(long)]
    pub(crate) tenant: Option<String>,
    /// The whole authority instead of the provider's, as https://HOST/TENANT.
    #[arg(long, value_name = "URL")]
    pub(crate) authority: Option<String>,
    /// Who signs in, where that is not the address.
    #[arg(long, value_name = "USER")]
    pub(crate) sign_in: Option<String>,
    /// The mailbox to open, where it is not the address: a shared one.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) mailbox: Option<String>,
    /// The visible sender, where it is not the address.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) sender: Option<String>,
    /// The IMAP server.
    #[arg(long, value_name = "HOST[:PORT]")]
    pub(crate) imap: Option<String>,
    /// The POP3 server.
    #[arg(long, value_name = "HOST[:PORT]")]
    pub(crate) pop3: Option<String>,
    /// The SMTP submission server.
    #[arg(long, value_name = "HOST[:PORT]")]
    pub(crate) smtp: Option<String>,
    /// A scope that tokens need, for a custom provider; may be repeated.
    #[arg(long = "scope", value_name = "SCOPE")]
    pub(crate) scopes: Vec<String>,
    /// A PEM file of certificate authorities to trust besides the system's.
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// The token cache [default: mail-oauth/tokens.json in your data folder].
    #[arg(long, value_name = "FILE")]
    pub(crate) cache_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct SendOptions {
    #[command(flatten)]
    pub(crate) account: AccountOptions,
    /// Whom to send to.
    #[arg(required = true, value_name = "RECIPIENT")]
    pub(crate) recipients: Vec<String>,
    /// Build a message with this subject.
    #[arg(long, help_heading = "Message")]
    pub(crate) subject: Option<String>,
    /// Build a message with this text.
    #[arg(long, value_name = "TEXT", help_heading = "Message")]
    pub(crate) body: Option<String>,
    /// Build a message with this file attached; may be repeated.
    #[arg(long, value_name = "FILE", help_heading = "Message")]
    pub(crate) attach: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct FetchOptions {
    #[command(flatten)]
    pub(crate) account: AccountOptions,
    /// Fetch over this protocol.
    #[arg(long, value_name = "PROTOCOL", value_enum, default_value_t = FetchProtocol::Imap)]
    pub(crate) protocol: FetchProtocol,
    /// The IMAP folder.
    #[arg(long, default_value = "INBOX")]
    pub(crate) folder: String,
    /// How many of the newest messages.
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "all")]
    pub(crate) newest: u32,
    /// All messages.
    #[arg(long)]
    pub(crate) all: bool,
    /// Write each message to a file of this folder [default: standard output].
    #[arg(long, value_name = "FOLDER", conflicts_with = "maildir")]
    pub(crate) out: Option<PathBuf>,
    /// Deliver into this Maildir.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) maildir: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct SimOptions {
    /// Where the certificate authority and a configuration file are written [default: a temporary folder].
    #[arg(long, value_name = "FOLDER")]
    pub(crate) dir: Option<PathBuf>,
    /// Do not approve sign-ins by itself: someone opens the page and enters the code.
    #[arg(long)]
    pub(crate) manual: bool,
    /// How long access tokens live, in seconds.
    #[arg(long, value_name = "SECONDS", default_value = "3600", value_parser = seconds)]
    pub(crate) token_lifetime: Duration,
}

fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(n @ 1..) => Ok(Duration::from_secs(n)),
        _ => Err("a number of seconds from 1 on".to_owned()),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProtocolName {
    Imap,
    Pop3,
    Smtp,
}

impl From<ProtocolName> for mail_oauth::Protocol {
    fn from(name: ProtocolName) -> Self {
        match name {
            ProtocolName::Imap => mail_oauth::Protocol::Imap,
            ProtocolName::Pop3 => mail_oauth::Protocol::Pop3,
            ProtocolName::Smtp => mail_oauth::Protocol::Smtp,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FetchProtocol {
    Imap,
    Pop3,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Options::command().debug_assert();
    }
}
