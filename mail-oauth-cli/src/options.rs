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
    Login(LoginOptions),
    /// Forget the tokens of the person who signed in; those that are out stay valid until they end or are revoked.
    Logout(AccountOptions),
    /// Take over the sign-in of another program, so that nobody has to sign in again.
    Import(ImportOptions),
    /// Print a valid access token, refreshed when needed: for mutt, mbsync, msmtp and the like.
    Token {
        #[command(flatten)]
        account: AccountOptions,
        /// The protocol that the token is for.
        #[arg(long = "for", value_name = "PROTOCOL", value_enum, default_value_t = ProtocolName::Imap)]
        protocol: ProtocolName,
    },
    /// Find out whether the mailbox works, and if not, which switch must be flipped by whom.
    Check(CheckCommand),
    /// Explain an error message, a log, an AADSTS number or a token: offline, and without repeating a secret.
    Explain(ExplainOptions),
    /// Find the provider of an address, write the configuration, sign in and check; or tell an administrator what to do.
    Setup(SetupOptions),
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
    /// Whose servers: `microsoft365`, `outlook-com`, `gmail`, ... or `custom`; the README lists them.
    #[arg(long)]
    pub(crate) provider: Option<String>,
    /// The tenant's id or domain [default: the domain of the person who signs in].
    #[arg(long)]
    pub(crate) tenant: Option<String>,
    /// The whole authority instead of the provider's, as https://HOST/TENANT.
    #[arg(long, value_name = "URL")]
    pub(crate) authority: Option<String>,
    /// The issuer of an identity provider that is not known here; it is asked for its endpoints.
    #[arg(long, value_name = "URL", conflicts_with_all = ["authority", "tenant"])]
    pub(crate) issuer: Option<String>,
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
    /// A host that gets the provider's tokens although it is not the provider's: a relay of your own; may be repeated.
    #[arg(long = "dangerous-token-host", value_name = "HOST")]
    pub(crate) dangerous_token_hosts: Vec<String>,
    /// The application signs in as itself, without a person: it needs one of the credentials below.
    #[arg(long)]
    pub(crate) app_only: bool,
    /// A file with the client secret's value.
    #[arg(long, value_name = "FILE")]
    pub(crate) client_secret_file: Option<PathBuf>,
    /// A PEM file with the application's certificate, and its key unless --key-file names another.
    #[arg(long, value_name = "FILE")]
    pub(crate) certificate_file: Option<PathBuf>,
    /// A PEM file with the certificate's RSA key.
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// A file with an assertion of an identity provider that the application trusts; read anew for each request.
    #[arg(long, value_name = "FILE")]
    pub(crate) assertion_file: Option<PathBuf>,
    /// A scope that tokens need, for a custom provider; may be repeated.
    #[arg(long = "scope", value_name = "SCOPE")]
    pub(crate) scopes: Vec<String>,
    /// A PEM file of certificate authorities to trust besides the system's.
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// The token cache [default: mail-oauth/tokens.json in your data folder].
    #[arg(long, value_name = "FILE")]
    pub(crate) cache_file: Option<PathBuf>,
    /// Encrypt the token cache with the key in this file: 32 octets or more of randomness.
    #[arg(long, value_name = "FILE")]
    pub(crate) cache_key_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct LoginOptions {
    #[command(flatten)]
    pub(crate) account: AccountOptions,
    /// Sign in with a browser on this machine, instead of a code that any browser takes.
    #[arg(long)]
    pub(crate) browser: bool,
    /// The port that the browser comes back to [default: one that is free].
    #[arg(long, value_name = "PORT", requires = "browser")]
    pub(crate) port: Option<u16>,
    /// Read a password from standard input and sign in with it: only for accounts of the tenant's own, without a
    /// second factor, where nothing better is possible.
    #[arg(long, conflicts_with = "browser")]
    pub(crate) password_stdin: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CheckCommand {
    #[command(flatten)]
    pub(crate) account: AccountOptions,
    /// Check only these.
    #[arg(long = "protocol", value_name = "PROTOCOL", value_enum)]
    pub(crate) protocols: Vec<ProtocolName>,
    /// Use no token: ask about the tenant, the app registration and the servers as far as that goes without a sign-in.
    #[arg(long)]
    pub(crate) no_login: bool,
    /// The language of the report and of errors; what servers and libraries said stays as it was said.
    #[arg(long, value_enum, default_value_t = LangName::En)]
    pub(crate) lang: LangName,
    /// Print the report without colours, to be sent to whoever can mend it.
    #[arg(long, value_name = "FORM", value_enum)]
    pub(crate) report: Option<ReportForm>,
    /// List what cannot be seen from here as well, with what to ask the administrator.
    #[arg(long)]
    pub(crate) hidden: bool,
    /// The redirect address of a sign-in by browser, for the question whether it is registered [default:
    /// http://localhost].
    #[arg(long, value_name = "URL")]
    pub(crate) redirect: Option<String>,
    /// When the check ends, whatever the servers do, in seconds.
    #[arg(long, value_name = "SECONDS", default_value = "20", value_parser = seconds)]
    pub(crate) deadline: Duration,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainOptions {
    /// The text; without one it is read from standard input, where no other program of this machine sees it.
    pub(crate) text: Vec<String>,
    /// The language of the explanation and of errors.
    #[arg(long, value_enum, default_value_t = LangName::En)]
    pub(crate) lang: LangName,
}

#[derive(Debug, Args)]
pub(crate) struct SetupOptions {
    /// The mail address.
    #[arg(value_name = "ADDRESS")]
    pub(crate) address: String,
    /// Print what the administrator has to do for this address, instead: portal steps, scripts, and links.
    #[arg(long)]
    pub(crate) admin: bool,
    /// With --admin: for an application that signs in as itself, without a person.
    #[arg(long, requires = "admin")]
    pub(crate) app_only: bool,
    /// With --admin: these protocols alone.
    #[arg(long = "protocol", value_name = "PROTOCOL", value_enum, requires = "admin")]
    pub(crate) protocols: Vec<ProtocolName>,
    /// The application (client) id of the app registration.
    #[arg(long, value_name = "ID")]
    pub(crate) client_id: Option<String>,
    /// Whose servers, instead of what DNS and the tenant say.
    #[arg(long)]
    pub(crate) provider: Option<String>,
    /// The tenant's id or domain [default: the domain of the address].
    #[arg(long)]
    pub(crate) tenant: Option<String>,
    /// A file with the client secret's value, where the provider wants one.
    #[arg(long, value_name = "FILE")]
    pub(crate) client_secret_file: Option<PathBuf>,
    /// The account's name in the configuration file [default: the address].
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// The configuration file to write to [default: mail-oauth/config.toml in your configuration folder].
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Sign in with a browser on this machine, instead of a code that any browser takes.
    #[arg(long)]
    pub(crate) browser: bool,
    /// Write the configuration only: no sign-in, no check.
    #[arg(long)]
    pub(crate) no_login: bool,
    /// The language of guides, reports and errors; what servers and libraries said stays as it was said.
    #[arg(long, value_enum, default_value_t = LangName::En)]
    pub(crate) lang: LangName,
}

/// A language of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LangName {
    En,
    De,
}

impl Command {
    /// The language that it speaks to people: those commands that explain have a choice.
    pub(crate) fn lang(&self) -> LangName {
        match self {
            Command::Check(options) => options.lang,
            Command::Explain(options) => options.lang,
            Command::Setup(options) => options.lang,
            _ => LangName::En,
        }
    }
}

impl From<LangName> for mail_oauth::diagnosis::Lang {
    fn from(name: LangName) -> Self {
        match name {
            LangName::En => mail_oauth::diagnosis::Lang::En,
            LangName::De => mail_oauth::diagnosis::Lang::De,
        }
    }
}

/// The form of a report that is sent on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportForm {
    Text,
    Html,
}

#[derive(Debug, Args)]
pub(crate) struct ImportOptions {
    #[command(flatten)]
    pub(crate) account: AccountOptions,
    /// The other program's file; `-` is standard input.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Whose file it is.
    #[arg(long = "from", value_name = "PROGRAM", value_enum)]
    pub(crate) program: Program,
    /// For email-oauth2-proxy: a file whose first line is the password that the mail client sends to it, and that its
    /// tokens are encrypted with; `-` is standard input.
    #[arg(long, value_name = "FILE", required_if_eq("program", "email-oauth2-proxy"))]
    pub(crate) password_file: Option<PathBuf>,
}

/// A program whose tokens can be taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Program {
    /// A token cache of any MSAL.
    Msal,
    /// The token file of mutt_oauth2.py, decrypted.
    Mutt,
    /// emailproxy.config of email-oauth2-proxy, or its cache store; needs --password-file.
    #[value(name = "email-oauth2-proxy")]
    Proxy,
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
    /// A description of the tenant in TOML, instead of the one that is built in.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["manual", "token_lifetime"])]
    pub(crate) scenario: Option<PathBuf>,
    /// Break something, by its name; may be repeated.
    #[arg(long = "fault", value_name = "NAME")]
    pub(crate) faults: Vec<String>,
    /// List the faults and end.
    #[arg(long)]
    pub(crate) list_faults: bool,
    /// Repeat what is handed out: ids, codes, refresh tokens; signatures differ.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) seed: Option<u64>,
    /// Let other programs set faults and let time pass, at an address that is shown.
    #[arg(long)]
    pub(crate) control: bool,
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

    /// What is among the arguments of a process, everybody on the machine can read.
    #[test]
    fn no_option_takes_a_secret() {
        let secrets = ["secret", "password", "token", "key", "assertion", "code"];
        let places = ["file", "stdin", "host", "credential", "lifetime"];
        let command = super::Options::command();
        let mut commands = vec![&command];
        let mut seen = 0;
        while let Some(command) = commands.pop() {
            commands.extend(command.get_subcommands());
            for option in command.get_arguments() {
                let name = option.get_id().as_str();
                if secrets.iter().any(|secret| name.contains(secret)) {
                    seen += 1;
                    let takes_value = option.get_action().takes_values();
                    let is_place = places.iter().any(|place| name.contains(place));
                    assert!(!takes_value || is_place, "{}: {name}", command.get_name());
                }
            }
        }
        assert!(seen > 3, "{seen}");
    }

    #[test]
    fn the_command_line_is_consistent() {
        super::Options::command().debug_assert();
    }
}
