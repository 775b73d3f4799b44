//! Where fetched messages go. A message that did not arrive whole leaves nothing behind.

use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{SystemTime, UNIX_EPOCH};

use indicatif::ProgressBar;
use tempfile::{NamedTempFile, TempPath};
use tokio::io::{AsyncWrite, AsyncWriteExt, BufWriter};

use crate::failure::Failure;

/// What is held back before it is written.
const BUFFER: usize = 64 * 1024;

/// Where messages go.
#[derive(Debug)]
pub(crate) enum Delivery {
    /// One behind the other to standard output.
    Stdout,
    /// Each to a file `NAME.eml` of this folder.
    Files(PathBuf),
    /// Into the `new` folder of this Maildir.
    Maildir(PathBuf),
}

impl Delivery {
    /// Makes the folders that are needed.
    pub(crate) fn prepare(&self) -> Result<(), Failure> {
        let folders: Vec<PathBuf> = match self {
            Delivery::Stdout => vec![],
            Delivery::Files(folder) => vec![folder.clone()],
            Delivery::Maildir(folder) => ["tmp", "new", "cur"].iter().map(|name| folder.join(name)).collect(),
        };
        for folder in folders {
            std::fs::create_dir_all(&folder)
                .map_err(|e| Failure::output(&format!("cannot make {}", folder.display()), &e))?;
        }
        Ok(())
    }

    /// Begins a message. `name` tells it from the others of its mailbox.
    pub(crate) fn begin(&self, name: &str, bar: ProgressBar) -> Result<Parcel, Failure> {
        let (folder, target) = match self {
            Delivery::Stdout => {
                let stdout = BufWriter::with_capacity(BUFFER, tokio::io::stdout());
                return Ok(Parcel { sink: Sink::Stdout(stdout), file: None, bar, written: 0 });
            }
            Delivery::Files(folder) => (folder.clone(), folder.join(format!("{name}.eml"))),
            Delivery::Maildir(folder) => (folder.join("tmp"), folder.join("new").join(unique(name))),
        };
        let open = || -> io::Result<_> {
            let (file, path) = NamedTempFile::new_in(&folder)?.into_parts();
            // Each write to a file goes to another thread and back; POP3's pieces are as short as lines.
            Ok((BufWriter::with_capacity(BUFFER, tokio::fs::File::from_std(file)), path))
        };
        let (file, path) =
            open().map_err(|e| Failure::output(&format!("cannot write to {}", folder.display()), &e))?;
        Ok(Parcel { sink: Sink::File(file), file: Some((path, target)), bar, written: 0 })
    }
}

/// A name that no other delivery has: time, process and message (the Maildir convention).
fn unique(name: &str) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let host = gethostname::gethostname().to_string_lossy().replace(['/', ':'], "_");
    format!("{}.M{}P{}_{name}.{host}", now.as_secs(), now.subsec_micros(), std::process::id())
}

/// A message being written.
#[derive(Debug)]
pub(crate) struct Parcel {
    sink: Sink,
    file: Option<(TempPath, PathBuf)>,
    bar: ProgressBar,
    written: u64,
}

#[derive(Debug)]
enum Sink {
    Stdout(BufWriter<tokio::io::Stdout>),
    File(BufWriter<tokio::fs::File>),
}

impl Parcel {
    /// All of the message is there: it gets its name. Returns its path, unless it went to standard output.
    ///
    /// The file is for its owner alone (0600): mail is private.
    pub(crate) async fn keep(mut self) -> Result<Option<PathBuf>, Failure> {
        let place =
            self.file.as_ref().map_or_else(|| "standard output".to_owned(), |(_, p)| p.display().to_string());
        let finish = async {
            self.flush().await?;
            if let Sink::File(file) = &self.sink {
                file.get_ref().sync_all().await?;
            }
            io::Result::Ok(())
        };
        finish.await.map_err(|e| Failure::output(&place, &e))?;
        match self.file.take() {
            None => Ok(None),
            Some((temporary, target)) => {
                temporary.persist(&target).map_err(|e| Failure::output(&place, &e.error))?;
                Ok(Some(target))
            }
        }
    }

    /// Bytes so far.
    pub(crate) fn written(&self) -> u64 {
        self.written
    }
}

impl AsyncWrite for Parcel {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let poll = match &mut self.sink {
            Sink::Stdout(out) => Pin::new(out).poll_write(cx, buf),
            Sink::File(file) => Pin::new(file).poll_write(cx, buf),
        };
        if let Poll::Ready(Ok(n)) = poll {
            self.written += n as u64;
            self.bar.inc(n as u64);
        }
        poll
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.sink {
            Sink::Stdout(out) => Pin::new(out).poll_flush(cx),
            Sink::File(file) => Pin::new(file).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(cx)
    }
}

#[cfg(test)]
mod tests {
    use indicatif::ProgressBar;
    use tokio::io::AsyncWriteExt;

    use super::Delivery;

    fn names(folder: &std::path::Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[tokio::test]
    async fn a_kept_message_has_its_name_and_a_dropped_one_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let delivery = Delivery::Files(folder.path().join("mail"));
        delivery.prepare().unwrap();
        let mut parcel = delivery.begin("1-2", ProgressBar::hidden()).unwrap();
        parcel.write_all(b"hello").await.unwrap();
        let path = parcel.keep().await.unwrap().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"hello");
        assert!(path.ends_with("mail/1-2.eml"));
        let mut half = delivery.begin("3", ProgressBar::hidden()).unwrap();
        half.write_all(b"hel").await.unwrap();
        half.flush().await.unwrap();
        drop(half);
        assert_eq!(names(&folder.path().join("mail")), ["1-2.eml"]);
    }

    #[tokio::test]
    async fn a_maildir_gets_its_messages_in_new() {
        let folder = tempfile::tempdir().unwrap();
        let delivery = Delivery::Maildir(folder.path().to_owned());
        delivery.prepare().unwrap();
        for _ in 0..2 {
            let mut parcel = delivery.begin("7", ProgressBar::hidden()).unwrap();
            parcel.write_all(b"x").await.unwrap();
            parcel.keep().await.unwrap();
        }
        assert_eq!(names(&folder.path().join("new")).len(), 2);
        assert!(names(&folder.path().join("tmp")).is_empty());
        assert!(names(&folder.path().join("cur")).is_empty());
    }
}
