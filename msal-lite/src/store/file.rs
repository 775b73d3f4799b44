//! A cache in a file.

#[cfg(feature = "encrypted")]
use std::sync::Arc;
use std::{
    ffi::OsString,
    fs::{self, OpenOptions},
    io::{self, Read, Seek as _, Write},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use tempfile::NamedTempFile;

#[cfg(unix)]
use super::Revision;
#[cfg(feature = "encrypted")]
use super::seal::{Seal, Unsealed};
use super::{
    RefreshGuard, Saved, Store,
    lock::{FileLock, PassingLock},
};
use crate::{AccountQuery, Body, Cache, Error};

/// A cache in a file that several processes share.
///
/// - The file has mode 0600 (Unix) and is never a symbolic link: one is refused.
/// - A save takes an operating system lock on `<path>.lock`, reads the file again, changes it, writes
///   `<path>.new`, syncs it, renames it over the old one and syncs the folder. A crash at any point
///   leaves either the old or the new cache, and at most a `<path>.new` that the next save replaces. The lock
///   file stays: a lock that is never removed cannot be left over.
/// - Reading takes no lock: a rename is seen whole or not at all.
/// - While a token is refreshed, `<path>.refresh.lock` is held, so that a second process waits for the
///   first one's token instead of asking for its own.
/// - A missing file is an empty cache. A damaged one is an error on reading; the next save keeps it as
///   `<path>.broken-N` and begins a new one.
///
/// MSAL Python's `msal-extensions` locks `<path>.lockfile` instead and writes in place. Two tools that
/// share a file must agree on the lock: [`shared_with_msal_extensions`](Self::shared_with_msal_extensions).
#[derive(Clone, Debug)]
pub struct FileStore {
    path: PathBuf,
    lock_patience: Duration,
    refresh_patience: Duration,
    longest: u64,
    msal_extensions: bool,
    #[cfg(feature = "encrypted")]
    seal: Option<Arc<Seal>>,
}

/// What an encrypted file begins with, in each version of its form. Known without the feature too, so that nobody
/// takes such a file for a damaged one.
pub(super) const SEALED: &[u8] = b"msal-lite sealed ";

/// How far ahead of its time a file is dated that is shared with `msal-extensions`.
///
/// Those read the file again if it is dated after the end of their last reading. What was saved while they were
/// reading would be older than that, and they would put back what they have read: an old refresh token.
const AHEAD: Duration = Duration::from_secs(2);

/// Octets that one account with its tokens takes, and more.
const ROOM: usize = 32 << 10;

/// What the file holds.
enum Content {
    Cache(Cache),
    /// There is a file, with nothing in it.
    Empty,
    Damaged(String),
}

impl FileStore {
    /// A store in this file. Nothing is opened yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            // A save takes milliseconds; a folder on a slow network, seconds.
            lock_patience: Duration::from_secs(30),
            // One request with its time-out and its repetition.
            refresh_patience: Duration::from_secs(60),
            // 64 MiB: 10,000 accounts with three tokens each.
            longest: 64 << 20,
            msal_extensions: false,
            #[cfg(feature = "encrypted")]
            seal: None,
        }
    }

    /// A store in this file, encrypted: for machines without a keyring, and for backups that others read.
    /// A file that is encrypted with another key, or not at all, is an error and stays as it is.
    #[cfg(feature = "encrypted")]
    pub fn encrypted(path: impl Into<PathBuf>, key: super::FileKey) -> Self {
        Self { seal: Some(Arc::new(Seal::new(key))), ..Self::new(path) }
    }

    /// Takes the lock of MSAL Python's `msal-extensions` too, `<path>.lockfile`, for each save, and reads
    /// again under it what is cut off or empty, because they write in place.
    ///
    /// What can be promised: no process with this store loses what another has saved, or leaves a file that
    /// cannot be read, at whatever point it is killed. What cannot: the Python side truncates the file and
    /// then writes it, so that one of theirs that is killed in between leaves an empty file or half of one.
    /// Half of one is [`Error::CacheDamaged`] here, and kept; from an empty one nobody is signed in.
    ///
    /// Not by default: their lock is that the file is there, and one that a crash has left over makes the
    /// Python side wait 5 s, this one 1 s. And the file is dated 2 s ahead, without which they would not see
    /// what was saved while they were reading.
    #[must_use]
    pub fn shared_with_msal_extensions(mut self) -> Self {
        self.msal_extensions = true;
        self
    }

    /// How long a save waits for other processes. Half a minute by default.
    pub fn with_lock_patience(mut self, patience: Duration) -> Self {
        self.lock_patience = patience;
        self
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All of the cache, or what concerns one account of it.
    fn content(&self, query: Option<&AccountQuery>) -> Result<Content, Error> {
        let mut options = OpenOptions::new();
        options.read(true);
        refuse_symlink(&mut options);
        let mut file = match options.open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Content::Cache(Cache::new())),
            Err(error) => return Err(self.unreadable(&error)),
        };
        let metadata = file.metadata().map_err(|error| self.unreadable(&error))?;
        if !metadata.is_file() {
            return Err(self.unreadable_because("it is not a regular file; name a file".to_owned()));
        }
        if metadata.len() > self.longest {
            let reason = format!("it has {} octets, more than the limit of {}", metadata.len(), self.longest);
            return Err(self.unreadable_because(reason));
        }
        // What concerns one account is found without the whole file in memory.
        if let Some(query) = query
            && !self.is_sealed()
        {
            if let Some(cache) = Cache::read_of(&mut file, self.longest, query) {
                return Ok(Content::Cache(cache));
            }
            file.rewind().map_err(|error| self.unreadable(&error))?;
        }
        let mut bytes =
            Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default().saturating_add(1));
        let read = file.take(self.longest + 1).read_to_end(&mut bytes);
        let bytes = Body::new(bytes);
        read.map_err(|error| self.unreadable(&error))?;
        self.unseal(bytes, query)
    }

    /// The cache in the octets of a file. Nothing at all is an empty cache, sealed or not.
    fn unseal(&self, bytes: Body, query: Option<&AccountQuery>) -> Result<Content, Error> {
        #[cfg(feature = "encrypted")]
        let bytes = match &self.seal {
            Some(seal) if !bytes.is_empty() => match seal.open(bytes.expose()) {
                Unsealed::Plain(json) => json,
                Unsealed::NoKey(reason) => return Err(self.unreadable_because(reason)),
                Unsealed::Damaged(reason) => return Ok(Content::Damaged(reason)),
            },
            _ => bytes,
        };
        if bytes.expose().starts_with(SEALED) {
            return Err(self.unreadable_because("it is encrypted; give its key".to_owned()));
        }
        if bytes.expose().trim_ascii().is_empty() {
            return Ok(Content::Empty);
        }
        let cache = match query {
            Some(query) => Cache::parse_of(bytes.expose(), query),
            None => Cache::parse(bytes.expose()),
        };
        Ok(match cache {
            Ok(cache) => Content::Cache(cache),
            Err(error) => Content::Damaged(error.to_string()),
        })
    }

    /// Whether the file is encrypted, and so of one piece.
    fn is_sealed(&self) -> bool {
        #[cfg(feature = "encrypted")]
        return self.seal.is_some();
        #[cfg(not(feature = "encrypted"))]
        false
    }

    /// The octets of a file for a cache.
    fn seal(&self, cache: &Cache) -> Result<Body, Error> {
        let json = cache.to_bytes();
        #[cfg(feature = "encrypted")]
        if let Some(seal) = &self.seal {
            return seal.close(&json).map_err(|reason| self.unwritable_because(reason));
        }
        Ok(json)
    }

    /// Both locks, where there are two: ours first, so that few wait for theirs.
    fn locks(&self) -> Result<(FileLock, Option<PassingLock>), Error> {
        let ours = self.lock()?;
        if !self.msal_extensions {
            return Ok((ours, None));
        }
        let path = beside(&self.path, ".lockfile");
        let theirs = PassingLock::acquire(&path, self.lock_patience).map_err(|error| {
            if error.kind() == io::ErrorKind::TimedOut {
                let path = path.display();
                return self.unwritable_because(format!("another process holds the lock {path}"));
            }
            self.unwritable(&error)
        })?;
        Ok((ours, Some(theirs)))
    }

    fn lock(&self) -> Result<FileLock, Error> {
        let path = beside(&self.path, ".lock");
        FileLock::acquire(&path, self.lock_patience).map_err(|error| {
            if error.kind() == io::ErrorKind::TimedOut {
                let (seconds, path) = (self.lock_patience.as_secs(), path.display());
                return self.unwritable_because(format!(
                    "another process has held the lock {path} for more than {seconds} s; end it and try again"
                ));
            }
            self.unwritable(&error)
        })
    }

    /// A new file, synced, renamed over the old one; then the folder is synced, so that the name is
    /// durable too.
    fn save(&self, cache: &Cache) -> Result<(), Error> {
        let folder = folder(&self.path);
        let unwritable = |error: io::Error| self.unwritable(&error);
        let mut file = self.new_file().map_err(unwritable)?;
        file.write_all(self.seal(cache)?.expose()).map_err(unwritable)?;
        if self.msal_extensions {
            let ahead = SystemTime::now() + AHEAD;
            file.as_file().set_modified(ahead).map_err(unwritable)?;
        }
        file.as_file().sync_all().map_err(unwritable)?;
        file.persist(&self.path).map_err(|error| self.unwritable(&error.error))?;
        sync_folder(folder).map_err(unwritable)
    }

    /// The file that is to be renamed over the old one, with mode 0600 from the beginning. Always under one name, which
    /// the lock makes ours, so that the tokens in one that a crash has left over are gone with the next save.
    fn new_file(&self) -> io::Result<NamedTempFile> {
        let name = beside(&self.path, ".new");
        match fs::remove_file(&name) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let name = name.file_name().unwrap_or_default();
        tempfile::Builder::new().prefix(name).rand_bytes(0).tempfile_in(folder(&self.path))
    }

    /// What can be read, when nobody is in the middle of writing it.
    fn settled(&self, query: Option<&AccountQuery>) -> Result<Cache, Error> {
        let mut content = self.content(query)?;
        if self.msal_extensions && matches!(content, Content::Damaged(_) | Content::Empty) {
            // Perhaps what is being written in place.
            let _locks = self.locks()?;
            content = self.content(query)?;
        }
        match content {
            Content::Cache(cache) => Ok(cache),
            Content::Empty => Ok(Cache::new()),
            Content::Damaged(reason) => {
                Err(Error::CacheDamaged { path: self.path.clone(), reason, kept_as: self.first_free_aside() })
            }
        }
    }

    fn first_free_aside(&self) -> PathBuf {
        let name = |number: u32| beside(&self.path, &format!(".broken-{number}"));
        (1..1000).map(name).find(|path| fs::symlink_metadata(path).is_err()).unwrap_or_else(|| name(1000))
    }

    fn unreadable(&self, error: &io::Error) -> Error {
        self.unreadable_because(explain(error, "read"))
    }

    fn unreadable_because(&self, reason: String) -> Error {
        Error::CacheUnreadable { path: self.path.clone(), reason }
    }

    fn unwritable(&self, error: &io::Error) -> Error {
        self.unwritable_because(explain(error, "write"))
    }

    fn unwritable_because(&self, reason: String) -> Error {
        Error::CacheUnwritable { path: self.path.clone(), reason }
    }
}

impl Store for FileStore {
    fn read(&self, look: &mut dyn FnMut(&Cache)) -> Result<(), Error> {
        self.settled(None).map(|cache| look(&cache))
    }

    fn read_of(&self, query: &AccountQuery, look: &mut dyn FnMut(&Cache)) -> Result<(), Error> {
        self.settled(Some(query)).map(|cache| look(&cache))
    }

    fn update(&self, change: &mut dyn FnMut(&mut Cache)) -> Result<Saved, Error> {
        let _locks = self.locks()?;
        let mut saved = Saved::default();
        let mut cache = match self.content(None)? {
            Content::Cache(cache) => cache,
            Content::Empty => Cache::new(),
            Content::Damaged(_) => {
                let aside = self.first_free_aside();
                fs::rename(&self.path, &aside).map_err(|error| self.unwritable(&error))?;
                saved.kept_aside = Some(aside);
                Cache::new()
            }
        };
        change(&mut cache);
        self.save(&cache)?;
        Ok(saved)
    }

    fn probe(&self) -> Result<(), Error> {
        let _locks = self.locks()?;
        let cache = match self.content(None)? {
            Content::Cache(cache) => cache,
            Content::Empty | Content::Damaged(_) => Cache::new(),
        };
        // As a save does it, with the key and with room for what a sign-in brings: a keyring may be locked, and a disk
        // full.
        let octets = self.seal(&cache)?;
        let written = self.new_file().and_then(|mut file| {
            file.write_all(octets.expose())?;
            file.write_all(&[0; ROOM])
        });
        written.map_err(|error| self.unwritable(&error))
    }

    #[cfg(feature = "encrypted")]
    fn is_locked(&self) -> bool {
        self.seal.as_ref().is_some_and(|seal| !seal.has_key())
    }

    /// Place, size and time of the file. A file that was changed in the last two seconds has no revision:
    /// in the grain of some file systems' clocks it could change again and look the same.
    #[cfg(unix)]
    fn revision(&self) -> Option<Revision> {
        use std::os::unix::fs::MetadataExt as _;
        const GRAIN: Duration = Duration::from_secs(2);
        let metadata = fs::symlink_metadata(&self.path).ok()?;
        let age = metadata.modified().ok()?.elapsed().ok()?;
        let nanoseconds = metadata.mtime().wrapping_mul(1_000_000_000).wrapping_add(metadata.mtime_nsec());
        (age > GRAIN && metadata.is_file())
            .then(|| Revision([metadata.dev(), metadata.ino(), metadata.len(), nanoseconds.cast_unsigned()]))
    }

    fn begin_refresh(&self) -> RefreshGuard {
        let path = beside(&self.path, ".refresh.lock");
        RefreshGuard { lock: FileLock::acquire(&path, self.refresh_patience).ok() }
    }
}

/// Makes an open fail on a symbolic link, so that nobody points the cache at another file, and not wait on
/// a named pipe.
pub(super) fn refuse_symlink(options: &mut OpenOptions) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(options, libc::O_NOFOLLOW | libc::O_NONBLOCK);
    #[cfg(not(unix))]
    let _ = options;
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// What to do about it, where that can be said.
fn explain(error: &io::Error, verb: &str) -> String {
    #[cfg(unix)]
    if error.raw_os_error() == Some(libc::ELOOP) {
        return "it is a symbolic link, which is not followed; name the file itself".to_owned();
    }
    match error.kind() {
        io::ErrorKind::PermissionDenied => {
            format!("permission denied; let the user that runs this program {verb} the file and its folder")
        }
        io::ErrorKind::NotFound => "its folder does not exist; make it or name another file".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only; name another file".to_owned(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            "the disk is full, or as much of it as this user may have; the cache is as it was before"
                .to_owned()
        }
        _ => error.to_string(),
    }
}
