//! Where the key of an encrypted cache file comes from.

use std::{
    fmt,
    fs::OpenOptions,
    io::Read as _,
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

use super::file::refuse_symlink;
use crate::{Error, Secret};

/// The key of an encrypted cache file, or where it is to be had. It is fetched at the first use and then
/// kept in memory. `Debug` shows where from and nothing of it.
///
/// ```
/// use msal_lite::{FileKey, FileStore, Secret};
///
/// // A service under systemd, with `LoadCredentialEncrypted=mail-tokens`:
/// // let key = FileKey::from_systemd_credential("mail-tokens")?;
/// let key = FileKey::from_passphrase(Secret::new("correct horse battery staple".to_owned()));
/// let store = FileStore::encrypted("tokens.sealed", key);
/// # Ok::<(), msal_lite::Error>(())
/// ```
#[derive(Clone)]
pub struct FileKey(Source);

#[derive(Clone)]
enum Source {
    File(PathBuf),
    Passphrase(Secret),
    #[cfg(feature = "keyring")]
    Keyring {
        service: String,
        account: String,
    },
}

/// What a [`FileKey`] turned out to be.
pub(super) enum KeyMaterial {
    /// Enough randomness to be a key.
    Strong(Zeroizing<Vec<u8>>),
    /// What a person can remember, to be stretched.
    Weak(Zeroizing<Vec<u8>>),
}

/// Less is no key, but somebody's password.
pub(super) const LEAST: usize = 32;
/// More is the wrong file.
const MOST: u64 = 4096;

impl FileKey {
    /// A file with at least 32 octets of randomness, such as `head -c 32 /dev/urandom` makes; all of it
    /// counts. On Unix, nobody but its owner may have any right to it, and it is no symbolic link.
    pub fn from_file(path: impl Into<PathBuf>) -> Self {
        Self(Source::File(path.into()))
    }

    /// A credential that systemd has decrypted for this service (`LoadCredentialEncrypted=`), in
    /// `$CREDENTIALS_DIRECTORY`. As [`from_file`](Self::from_file) otherwise.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the program was not started by systemd with credentials, or the name has a
    /// slash.
    pub fn from_systemd_credential(name: &str) -> Result<Self, Error> {
        if name.is_empty() || name.contains('/') || name.starts_with('.') {
            return Err(Error::invalid("credential", "its name is empty, begins with a dot or has a slash"));
        }
        let folder = std::env::var_os("CREDENTIALS_DIRECTORY").ok_or_else(|| {
            let reason = "there is no $CREDENTIALS_DIRECTORY; set LoadCredentialEncrypted= in the unit";
            Error::invalid("credential", reason)
        })?;
        Ok(Self::from_file(Path::new(&folder).join(name)))
    }

    /// A passphrase, stretched by Argon2id (RFC 9106) with 19 MiB and two passes, once in a process.
    pub fn from_passphrase(passphrase: Secret) -> Self {
        Self(Source::Passphrase(passphrase))
    }

    /// A random key that the operating system's keyring keeps under these names, made for the first save. A key that
    /// is gone is not made anew while its file is there.
    ///
    /// A program that has chosen a keyring of its own by `keyring_core::set_default_store` gets that one.
    ///
    /// The keyring keeps the key and a file the cache: keyrings have no lock between programs, and
    /// Windows' takes 2,560 octets, which is less than one account has.
    #[cfg(feature = "keyring")]
    pub fn from_keyring(service: &str, account: &str) -> Self {
        Self(Source::Keyring { service: service.to_owned(), account: account.to_owned() })
    }

    /// Fetches it, for a `new` file or for one that is there. The error is a reason for a human.
    #[cfg_attr(not(feature = "keyring"), expect(unused_variables, reason = "only a keyring makes keys"))]
    pub(super) fn fetch(&self, new: bool) -> Result<KeyMaterial, String> {
        match &self.0 {
            Source::File(path) => read_key_file(path).map(KeyMaterial::Strong),
            Source::Passphrase(text) if text.expose().is_empty() => {
                Err("the passphrase of its key is empty".to_owned())
            }
            Source::Passphrase(text) => {
                Ok(KeyMaterial::Weak(Zeroizing::new(text.expose().as_bytes().to_vec())))
            }
            #[cfg(feature = "keyring")]
            Source::Keyring { service, account } => {
                super::keyring::key(service, account, new).map(KeyMaterial::Strong)
            }
        }
    }
}

impl fmt::Debug for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Source::File(path) => f.debug_tuple("FileKey::File").field(path).finish(),
            Source::Passphrase(_) => f.write_str("FileKey::Passphrase"),
            #[cfg(feature = "keyring")]
            Source::Keyring { service, account } => {
                f.debug_tuple("FileKey::Keyring").field(service).field(account).finish()
            }
        }
    }
}

fn read_key_file(path: &Path) -> Result<Zeroizing<Vec<u8>>, String> {
    let said = |reason: &str| format!("its key file {}: {reason}", path.display());
    let mut options = OpenOptions::new();
    options.read(true);
    refuse_symlink(&mut options);
    let file = options.open(path).map_err(|error| said(&error.to_string()))?;
    let metadata = file.metadata().map_err(|error| said(&error.to_string()))?;
    if !metadata.is_file() || metadata.len() > MOST {
        return Err(said("it is no file of at most 4,096 octets"));
    }
    #[cfg(unix)]
    if std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0 {
        return Err(said("others than its owner have rights to it; chmod 600, or 400"));
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
    file.take(MOST).read_to_end(&mut bytes).map_err(|error| said(&error.to_string()))?;
    if bytes.len() < LEAST {
        return Err(said("it has less than 32 octets; make one with head -c 32 /dev/urandom"));
    }
    Ok(bytes)
}
