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
        let file = open(path, true)?;
        patiently(patience, || match file.try_lock() {
            Ok(()) => Ok(Some(())),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        })?;
        Ok(Self { _file: file })
    }
}

/// The lock of `msal-extensions`: that the file is there. Whoever made it removes it in the end.
///
/// Its holder locks the file as well, a moment after it was made. Locking the file of somebody else is no way in:
/// the Python side would go on to lock what is removed by then, and two would be in.
#[derive(Debug)]
pub(super) struct PassingLock {
    file: File,
    path: PathBuf,
}

/// A file that nobody has locked for so long after it was written is left over from a crash.
const LEFT_OVER: Duration = Duration::from_secs(1);

impl PassingLock {
    /// Waits until the file is gone, and makes it. One that a crash has left over is taken over.
    pub(super) fn acquire(path: &Path, patience: Duration) -> io::Result<Self> {
        let file = patiently(patience, || match make(path) {
            Ok(file) => match file.try_lock() {
                // Locked by one that has waited 5 s and no longer looks whose it is.
                Err(TryLockError::WouldBlock) => Ok(None),
                Err(TryLockError::Error(error)) => Err(error),
                Ok(()) => Ok(Some(file)),
            },
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => left_over(path),
            Err(error) => Err(error),
        })?;
        Ok(Self { file, path: path.to_owned() })
    }
}

impl Drop for PassingLock {
    /// Removed while it is still held, as the Python side does it.
    fn drop(&mut self) {
        if is_still_there(&self.file, &self.path) {
            let _ = std::fs::remove_file(&self.path);
        }
        let _ = self.file.unlock();
    }
}

/// The file that is there, locked, if nobody holds it any more.
fn left_over(path: &Path) -> io::Result<Option<File>> {
    let file = match open(path, false) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let is_old = file.metadata()?.modified()?.elapsed().is_ok_and(|age| age > LEFT_OVER);
    if !is_old {
        return Ok(None);
    }
    match file.try_lock() {
        Ok(()) if is_still_there(&file, path) => Ok(Some(file)),
        Ok(()) | Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
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

fn open(path: &Path, create: bool) -> io::Result<File> {
    let mut options = options();
    options.create(create).truncate(false);
    options.open(path)
}

/// A file that was not there.
fn make(path: &Path) -> io::Result<File> {
    options().create_new(true).open(path)
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    super::file::refuse_symlink(&mut options);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
