//! A lock between processes: an operating system lock on a file that is never removed.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

/// An exclusive lock, given up on drop and when the process dies.
#[derive(Debug)]
pub(crate) struct FileLock {
    _file: File,
}

impl FileLock {
    /// Waits for the lock, at most so long: a process that was stopped while it held the lock must not
    /// stop everyone.
    pub(super) fn acquire(path: &Path, patience: Duration) -> io::Result<Self> {
        let file = open(path)?;
        patiently(patience, || match file.try_lock() {
            Ok(()) => Ok(Some(())),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        })?;
        Ok(Self { _file: file })
    }
}

/// The lock of `msal-extensions`: the same kind, on a file that whoever has it removes in the end.
#[derive(Debug)]
pub(super) struct PassingLock {
    file: File,
    path: PathBuf,
}

impl PassingLock {
    /// Waits for the lock on the file that is there under this name. One that was removed meanwhile
    /// locks nobody out.
    pub(super) fn acquire(path: &Path, patience: Duration) -> io::Result<Self> {
        let file = patiently(patience, || {
            let file = open(path)?;
            match file.try_lock() {
                Ok(()) if is_still_there(&file, path) => Ok(Some(file)),
                Ok(()) | Err(TryLockError::WouldBlock) => Ok(None),
                Err(TryLockError::Error(error)) => Err(error),
            }
        })?;
        Ok(Self { file, path: path.to_owned() })
    }
}

impl Drop for PassingLock {
    /// Removed while it is still held, as the Python side does it.
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
        let _ = self.file.unlock();
    }
}

#[cfg(unix)]
fn is_still_there(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (file.metadata(), std::fs::symlink_metadata(path)) {
        (Ok(held), Ok(named)) => (held.dev(), held.ino()) == (named.dev(), named.ino()),
        _ => false,
    }
}

/// Elsewhere an open file cannot be removed.
#[cfg(not(unix))]
fn is_still_there(_file: &File, _path: &Path) -> bool {
    true
}

/// Tries again and again, with pauses, until there is something.
fn patiently<R>(patience: Duration, mut attempt: impl FnMut() -> io::Result<Option<R>>) -> io::Result<R> {
    let deadline = Instant::now() + patience;
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(found) = attempt()? {
            return Ok(found);
        }
        if Instant::now() >= deadline {
            return Err(io::ErrorKind::TimedOut.into());
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(25));
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    super::file::refuse_symlink(&mut options);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
