//! The configuration file: accounts, and never a secret.

use std::io;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use mail_oauth::diagnosis::{Fact, Signal, diagnose};
use mail_oauth::msal_lite::{FileKey, FileStore};
use mail_oauth::{Account, Credential, Mailbox, Protocol, Provider, Security, Server, Trust};
use serde::Deserialize;

use crate::failure::{Code, Failure};
use crate::options::AccountOptions;

/// The file as written. Unknown keys are errors: a misspelt setting must not be ignored, and a password or
/// secret has no key to stand under.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    account: Vec<Entry>,
    ca_file: Option<PathBuf>,
    cache_file: Option<PathBuf>,
    cache_key_file: Option<PathBuf>,
    cache_key_credential: Option<String>,
    /// MSAL for Python uses the cache at the same time.
    #[serde(default)]
    cache_shared_with_msal: bool,
}

#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: Option<String>,
    address: Option<String>,
    client_id: Option<String>,
    provider: Option<String>,
    tenant: Option<String>,
    authority: Option<String>,
    issuer: Option<String>,
    sign_in: Option<String>,
    mailbox: Option<String>,
    sender: Option<String>,
    #[serde(default)]
    app_only: bool,
    client_secret_file: Option<PathBuf>,
    certificate_file: Option<PathBuf>,
    key_file: Option<PathBuf>,
    assertion_file: Option<PathBuf>,
    #[serde(default)]
    scopes: Vec<String>,
    #[serde(default)]
    dangerous_token_hosts: Vec<String>,
    imap: Option<ServerEntry>,
    pop3: Option<ServerEntry>,
    smtp: Option<ServerEntry>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct ServerEntry {
    host: String,
    port: Option<u16>,
    security: Option<SecurityName>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum SecurityName {
    Tls,
    StartTls,
}

/// What a command works on.
#[derive(Debug)]
pub(crate) struct Chosen {
    pub(crate) account: Account,
    pub(crate) trust: Trust,
    pub(crate) cache_file: PathBuf,
    credential: Option<Credential>,
    cache_key: Option<FileKey>,
    cache_shared: bool,
    /// Whether the cache's place is our choice, so that its folder is ours to make.
    cache_by_default: bool,
}

impl Chosen {
    /// The mailbox of the account, with its cache, its credential and its trust.
    pub(crate) async fn mailbox(&self) -> Result<Mailbox, Failure> {
        let mut store = match &self.cache_key {
            Some(key) => FileStore::encrypted(&self.cache_file, key.clone()),
            None => FileStore::new(&self.cache_file),
        };
        if self.cache_shared {
            store = store.shared_with_msal_extensions();
        }
        let mut options = mail_oauth::Options::default().with_store(store).with_trust(self.trust.clone());
        if let Some(credential) = &self.credential {
            options = options.with_credential(credential.clone());
        }
        Ok(Mailbox::open(self.account.clone(), options).await?)
    }

    /// Makes the folder of a token cache that nobody has named, for its owner alone.
    pub(crate) fn make_cache_folder(&self) -> Result<(), Failure> {
        let Some(folder) = self.cache_file.parent().filter(|_| self.cache_by_default) else { return Ok(()) };
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder).map_err(|e| {
            Failure::new(Code::CacheUnreadable, format!("cannot make {}: {e}", folder.display()))
                .fix("name another place with --cache-file")
        })
    }
}

/// The account that the file and the options name; the options win.
pub(crate) fn choose(options: &AccountOptions) -> Result<Chosen, Failure> {
    let (file, path) = read(options.config.as_deref())?;
    let mut entry = pick(file.account, options, path.as_deref())?;
    overlay(&mut entry, options);
    let trust = match options.ca_file.clone().or(file.ca_file) {
        Some(path) => Trust::SystemAnd(path),
        None => Trust::System,
    };
    let named = options.cache_file.clone().or(file.cache_file);
    let cache_by_default = named.is_none();
    let cache_file = match named {
        Some(path) => path,
        None => folders()?.data_dir().join("mail-oauth").join("tokens.json"),
    };
    let in_the_file = |mut failure: Failure| {
        // A value that came from the file is looked for there.
        if let Some(path) = &path {
            let name = entry.name.as_deref().or(entry.address.as_deref()).unwrap_or("without a name");
            failure.message = format!("{}, account `{name}`: {}", path.display(), failure.message);
            if let Some(german) = &mut failure.german {
                german.message = format!("{}, Konto `{name}`: {}", path.display(), german.message);
            }
        }
        failure
    };
    let account = account(&entry, options, path.as_deref()).map_err(in_the_file)?;
    let credential = credential(&entry).map_err(in_the_file)?;
    let key_file = options.cache_key_file.clone().or(file.cache_key_file);
    let cache_key = match (key_file, file.cache_key_credential) {
        (Some(_), Some(_)) => {
            return Err(Failure::new(Code::Usage, "cache_key_file and cache_key_credential are both given")
                .fix("the cache has one key: leave one of them out"));
        }
        (Some(path), None) => Some(FileKey::from_file(path)),
        (None, Some(name)) => Some(
            FileKey::from_systemd_credential(&name)
                .map_err(|e| Failure::new(Code::Usage, format!("cache_key_credential: {e}")))?,
        ),
        (None, None) => None,
    };
    let cache_shared = file.cache_shared_with_msal;
    Ok(Chosen { account, trust, cache_file, credential, cache_key, cache_shared, cache_by_default })
}

pub(crate) fn unknown_provider(id: &str) -> Failure {
    let known: Vec<&str> = Provider::ALL.into_iter().map(Provider::id).collect();
    Failure::new(Code::Usage, format!("`{}` is not a provider known here", id.escape_debug()))
        .fix(format!("use one of {}; custom needs an authority, servers and scopes", known.join(", ")))
        .german(
            format!("`{}` ist kein bekannter Anbieter", id.escape_debug()),
            format!(
                "einen von diesen angeben: {}; custom braucht Autorität, Server und Bereiche",
                known.join(", ")
            ),
        )
        .causes(&diagnose(&[Signal::Fact(Fact::ProviderUnknown)]))
}

/// Where the configuration file is when nobody names one.
pub(crate) fn default_path() -> Result<PathBuf, Failure> {
    Ok(folders()?.config_dir().join("mail-oauth").join("config.toml"))
}

/// Address and client id of a file's account of that name.
pub(crate) fn account_of(text: &str, path: &Path, name: &str) -> Result<Option<(String, String)>, Failure> {
    let file = parse(text, path)?;
    let of_name =
        |entry: &Entry| entry.name.as_ref().or(entry.address.as_ref()).is_some_and(|known| known == name);
    let found = file.account.into_iter().find(of_name);
    Ok(found.map(|entry| (entry.address.unwrap_or_default(), entry.client_id.unwrap_or_default())))
}

fn parse(text: &str, path: &Path) -> Result<File, Failure> {
    toml::from_str(text).map_err(|e| {
        // What the parser says has no German words.
        let message = format!("{}, {}", path.display(), malformed(text, &e));
        Failure::new(Code::ConfigMalformed, message.clone())
            .fix("correct this line; the README lists every key. Secrets have no place in this file")
            .german(
                message,
                "diese Zeile berichtigen; die README nennt jeden Schlüssel. Geheimnisse gehören nicht hinein",
            )
    })
}

fn read(given: Option<&Path>) -> Result<(File, Option<PathBuf>), Failure> {
    let path = match given {
        Some(path) => path.to_owned(),
        None => default_path()?,
    };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        // Only a file that was asked for must exist.
        Err(e) if e.kind() == io::ErrorKind::NotFound && given.is_none() => {
            return Ok((File::default(), None));
        }
        Err(e) => {
            let message = format!("{}: {e}", path.display());
            return Err(Failure::new(Code::ConfigUnreadable, message.clone())
                .fix("check the path and its permissions, or name another file with --config")
                .german(message, "Pfad und Rechte prüfen, oder mit --config eine andere Datei nennen"));
        }
    };
    let mut file = parse(&text, &path)?;
    // Paths in the file are meant relative to it.
    let folder = path.parent().unwrap_or(Path::new(""));
    let of_all = [&mut file.ca_file, &mut file.cache_file, &mut file.cache_key_file];
    let of_accounts = file.account.iter_mut().flat_map(|entry| {
        [
            &mut entry.client_secret_file,
            &mut entry.certificate_file,
            &mut entry.key_file,
            &mut entry.assertion_file,
        ]
    });
    for named in of_all.into_iter().chain(of_accounts).flatten() {
        *named = folder.join(&named);
    }
    Ok((file, Some(path)))
}

/// Where a file is malformed, and why: line, column and key, but never a value, which may be a secret in a place
/// where none belongs.
fn malformed(text: &str, error: &toml::de::Error) -> String {
    let at = error.span().map_or(0, |span| span.start.min(text.len()));
    let before = text.get(..at).unwrap_or_default();
    let number = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = text.lines().nth(number - 1).unwrap_or_default();
    let key = line.split_once('=').map(|(key, _)| key.trim()).filter(|key| may_be_a_key(key));
    let key = key.map(|key| format!(", key `{key}`")).unwrap_or_default();
    format!("line {number}, column {}{key}: {}", at - start + 1, without_values(error.message()))
}

/// Whether it can be one of this file, misspelt or not. A line of a secret that ends in `=` is none.
fn may_be_a_key(text: &str) -> bool {
    const LONGEST: usize = 24;
    let bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    !text.is_empty() && text.len() <= LONGEST && text.bytes().all(bare)
}

/// The message with the values that serde repeats left out: `string "..."` and unknown variants.
fn without_values(message: &str) -> String {
    let quote = if message.starts_with("unknown variant") { '`' } else { '"' };
    match message.split_once(quote).and_then(|(head, rest)| Some((head, rest.split_once(quote)?.1))) {
        Some((head, tail)) if message.starts_with("invalid") || message.starts_with("unknown variant") => {
            format!("{head}{quote}...{quote}{tail}")
        }
        _ => message.to_owned(),
    }
}

fn folders() -> Result<impl BaseStrategy, Failure> {
    etcetera::choose_base_strategy().map_err(|e| {
        Failure::new(Code::Usage, format!("your home folder is not known: {e}"))
            .fix("name the files with --config and --cache-file")
    })
}

fn pick(entries: Vec<Entry>, options: &AccountOptions, path: Option<&Path>) -> Result<Entry, Failure> {
    let shown =
        path.map_or_else(|| "the configuration (no file)".to_owned(), |path| path.display().to_string());
    let gezeigt =
        path.map_or_else(|| "die Konfiguration (keine Datei)".to_owned(), |path| path.display().to_string());
    let names = || {
        let names: Vec<&str> =
            entries.iter().filter_map(|e| e.name.as_deref().or(e.address.as_deref())).collect();
        names.join(", ")
    };
    let named = |wanted: &str| {
        entries
            .iter()
            .filter(|e| [&e.name, &e.address].into_iter().flatten().any(|n| n == wanted))
            .collect::<Vec<_>>()
    };
    if let Some(wanted) = &options.account {
        return match named(wanted).as_slice() {
            [one] => Ok((*one).clone()),
            [] => Err(Failure::new(Code::Usage, format!("{shown} has no account `{wanted}`"))
                .fix(format!("choose one of: {}", names()))
                .german(
                    format!("{gezeigt} hat kein Konto `{wanted}`"),
                    format!("eines von diesen wählen: {}", names()),
                )),
            _ => Err(Failure::new(
                Code::ConfigMalformed,
                format!("{shown} has more than one account `{wanted}`"),
            )
            .fix("give each [[account]] a name of its own")
            .german(
                format!("{gezeigt} hat mehr als ein Konto `{wanted}`"),
                "jedem [[account]] einen eigenen Namen geben",
            )
            .causes(&diagnose(&[Signal::Fact(Fact::NameTwice)]))),
        };
    }
    if let Some(address) = &options.address {
        return Ok(named(address).first().map(|entry| (*entry).clone()).unwrap_or_default());
    }
    match entries.as_slice() {
        [one] => Ok(one.clone()),
        [] => Err(Failure::new(
            Code::Usage,
            format!("no account given: {shown} has none, and there is no --address"),
        )
        .fix("give --address and --client-id, or write an [[account]] into the configuration file")
        .german(
            format!("kein Konto angegeben: {gezeigt} hat keines, und --address fehlt"),
            "--address und --client-id angeben oder ein [[account]] in die Konfigurationsdatei schreiben",
        )),
        _ => Err(Failure::new(Code::Usage, format!("{shown} has more than one account"))
            .fix(format!("choose with --account: {}", names()))
            .german(
                format!("{gezeigt} hat mehr als ein Konto"),
                format!("mit --account wählen: {}", names()),
            )),
    }
}

fn overlay(entry: &mut Entry, options: &AccountOptions) {
    let files = [
        (&mut entry.client_secret_file, &options.client_secret_file),
        (&mut entry.certificate_file, &options.certificate_file),
        (&mut entry.key_file, &options.key_file),
        (&mut entry.assertion_file, &options.assertion_file),
    ];
    for (field, option) in files {
        if option.is_some() {
            field.clone_from(option);
        }
    }
    entry.app_only |= options.app_only;
    let pairs = [
        (&mut entry.address, &options.address),
        (&mut entry.client_id, &options.client_id),
        (&mut entry.provider, &options.provider),
        (&mut entry.tenant, &options.tenant),
        (&mut entry.authority, &options.authority),
        (&mut entry.issuer, &options.issuer),
        (&mut entry.sign_in, &options.sign_in),
        (&mut entry.mailbox, &options.mailbox),
        (&mut entry.sender, &options.sender),
    ];
    for (field, option) in pairs {
        if option.is_some() {
            field.clone_from(option);
        }
    }
    if !options.scopes.is_empty() {
        entry.scopes.clone_from(&options.scopes);
    }
    if !options.dangerous_token_hosts.is_empty() {
        entry.dangerous_token_hosts.clone_from(&options.dangerous_token_hosts);
    }
}

fn account(entry: &Entry, options: &AccountOptions, path: Option<&Path>) -> Result<Account, Failure> {
    let missing = |what: &str, was: &str, flag: &str| {
        let place = |or: &str| path.map_or_else(String::new, |path| format!("{or} {}", path.display()));
        Failure::new(Code::Usage, format!("{what} is missing"))
            .fix(format!("give it with {flag}{}", place(", or as a key in")))
            .german(format!("{was} fehlt"), format!("mit {flag} angeben{}", place(" oder als Schlüssel in")))
    };
    let address =
        entry.address.as_deref().ok_or_else(|| missing("the address", "die Adresse", "--address"))?;
    let client_id = entry.client_id.as_deref().ok_or_else(|| {
        missing("the application (client) id", "die Anwendungs-ID (Client-ID)", "--client-id")
    })?;
    let provider = match entry.provider.as_deref() {
        None => Provider::default(),
        Some(id) => Provider::from_id(id).ok_or_else(|| unknown_provider(id))?,
    };
    let mut account = Account::new(provider, address, client_id)?;
    if let Some(tenant) = &entry.tenant {
        account = account.with_tenant(tenant)?;
    }
    if let (Some(tenant), Some(authority)) = (&entry.tenant, &entry.authority) {
        return Err(Failure::new(
            Code::Usage,
            format!("tenant `{tenant}` and authority `{authority}` are both given"),
        )
        .fix("the authority names the tenant: leave one of them out"));
    }
    if let Some(authority) = &entry.authority {
        account = account.with_authority(authority)?;
    }
    if let Some(issuer) = &entry.issuer {
        account = account.with_issuer(issuer)?;
    }
    if let Some(user) = &entry.sign_in {
        account = account.with_sign_in(user)?;
    }
    if let Some(mailbox) = &entry.mailbox {
        account = account.with_mailbox(mailbox)?;
    }
    if let Some(sender) = &entry.sender {
        account = account.with_sender(sender)?;
    }
    for host in &entry.dangerous_token_hosts {
        account = account.with_dangerous_token_host(host)?;
    }
    if entry.app_only {
        account = account.with_app_only();
    }
    let servers = [
        (Protocol::Imap, &options.imap, &entry.imap),
        (Protocol::Pop3, &options.pop3, &entry.pop3),
        (Protocol::Smtp, &options.smtp, &entry.smtp),
    ];
    for (protocol, option, in_file) in servers {
        if let Some(text) = option {
            account = account.with_server(protocol, Server::parse(text, protocol)?);
        } else if let Some(in_file) = in_file {
            account = account.with_server(protocol, server(in_file, protocol)?);
        }
        if !entry.scopes.is_empty() {
            account = account.with_scopes(protocol, entry.scopes.iter().cloned());
        }
    }
    Ok(account)
}

/// What the application proves itself with: one thing, or none.
fn credential(entry: &Entry) -> Result<Option<Credential>, Failure> {
    let given = [
        ("client_secret_file", entry.client_secret_file.is_some()),
        ("certificate_file", entry.certificate_file.is_some()),
        ("assertion_file", entry.assertion_file.is_some()),
    ];
    let given: Vec<&str> = given.into_iter().filter_map(|(name, is)| is.then_some(name)).collect();
    if given.len() > 1 {
        return Err(Failure::new(Code::Usage, format!("{} are given together", given.join(" and ")))
            .fix("an application proves itself with one of them"));
    }
    if entry.key_file.is_some() && entry.certificate_file.is_none() {
        return Err(Failure::new(Code::Usage, "key_file is given without certificate_file")
            .fix("give the certificate that belongs to the key"));
    }
    let credential = if let Some(path) = &entry.client_secret_file {
        Some(Credential::secret_file(path)?)
    } else if let Some(path) = &entry.certificate_file {
        Some(Credential::certificate_files(entry.key_file.as_ref().unwrap_or(path), path)?)
    } else {
        entry.assertion_file.as_ref().map(Credential::assertion_file)
    };
    if entry.app_only && credential.is_none() {
        return Err(Failure::new(Code::Usage, "an application that signs in as itself needs a credential")
            .fix("give client_secret_file, certificate_file with key_file, or assertion_file"));
    }
    Ok(credential)
}

fn server(entry: &ServerEntry, protocol: Protocol) -> Result<Server, mail_oauth::Error> {
    let usual = Server::parse(&entry.host, protocol)?;
    let port = entry.port.unwrap_or(usual.port());
    let security = match entry.security {
        Some(SecurityName::Tls) => Security::Tls,
        Some(SecurityName::StartTls) => Security::StartTls,
        None => Server::usual(&entry.host, port, protocol)?.security(),
    };
    Server::new(&entry.host, port, security)
}
