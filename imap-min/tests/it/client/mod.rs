//! The client against scripted servers.

mod changes;
mod eager;
mod idle;
mod mailboxes;
mod positions;
mod searches;
mod session;

#[cfg(feature = "compress")]
mod compress;

use imap_min::{Client, Error, Limits};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};

/// A server that says the first part of each pair when it has read exactly the second; the first wait is for nothing.
/// Then it closes.
pub(crate) fn server(
    script: &'static [(&'static str, &'static str)],
) -> (DuplexStream, tokio::task::JoinHandle<()>) {
    let (ours, mut theirs) = duplex(256);
    let task = tokio::spawn(async move {
        for (expected, answer) in script {
            let mut seen = vec![0; expected.len()];
            theirs.read_exact(&mut seen).await.unwrap();
            assert_eq!(String::from_utf8_lossy(&seen), *expected);
            theirs.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (ours, task)
}

pub(crate) async fn connected(script: &'static [(&'static str, &'static str)]) -> Client<DuplexStream> {
    Client::connect(server(script).0, Limits::default()).await.unwrap().0
}

pub(crate) fn refusal(error: Error) -> imap_min::Refusal {
    match error {
        Error::Refused(refusal) => *refusal,
        other => panic!("{other:?}"),
    }
}
