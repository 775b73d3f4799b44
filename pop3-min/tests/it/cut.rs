//! The server goes away at every octet of what it says: nothing is reported as done that is not.

use pop3_min::{Client, Deleted, Error, Limits};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};

/// What is waited for, and what is answered.
const SCRIPT: &[(&str, &str)] = &[
    ("", "+OK ready\r\n"),
    ("CAPA\r\n", "+OK\r\nUIDL\r\nPIPELINING\r\n.\r\n"),
    ("AUTH X\r\n", "+ \r\n"),
    ("dG9rZW4=\r\n", "+OK in\r\n"),
    ("STAT\r\n", "+OK 2 20\r\n"),
    ("LIST\r\n", "+OK\r\n1 10\r\n2 10\r\n.\r\n"),
    ("TOP 1 0\r\n", "+OK\r\nFrom: a\r\n\r\n.\r\n"),
    ("UIDL 1\r\n", "+OK 1 one\r\n"),
    ("STAT\r\nUIDL\r\n", "+OK 2 20\r\n+OK\r\n1 one\r\n2 two\r\n.\r\n"),
    ("RETR 1\r\nRETR 2\r\n", "+OK\r\nFrom: a\r\n\r\n..\r\n.\r\n+OK\r\nFrom: b\r\n.\r\n"),
    ("DELE 1\r\nDELE 2\r\n", "+OK\r\n-ERR [SYS/TEMP] no\r\n"),
    ("QUIT\r\n", "+OK bye\r\n"),
];

/// Follows the script, and closes the connection when it has said this many octets.
async fn peer(mut octets: usize, mut stream: DuplexStream) {
    for (expected, answer) in SCRIPT {
        let mut got = vec![0; expected.len()];
        if stream.read_exact(&mut got).await.is_err() {
            return;
        }
        assert_eq!(String::from_utf8_lossy(&got), *expected);
        let part = octets.min(answer.len());
        stream.write_all(&answer.as_bytes()[..part]).await.unwrap();
        octets -= part;
        if part < answer.len() {
            return;
        }
    }
}

/// How many messages were said to be whole, and how it ended.
async fn session(ours: DuplexStream, whole: &mut usize) -> Result<Deleted, Error> {
    let (mut client, _) = Client::connect(ours, Limits::default()).await?;
    client.capabilities().await?;
    client.authenticate("X", None, |_| Some(b"token".to_vec())).await?;
    client.stat().await?;
    client.list().await?;
    client.top(1, 0, &mut Vec::new()).await?;
    client.uidl_one(1).await?;
    let mut fetch = client.fetch_new(|_| false).await?;
    while let Some(number) = fetch.upcoming().map(|message| message.number) {
        fetch.retrieve(&mut Vec::new()).await?;
        *whole += 1;
        fetch.stored(number)?;
    }
    fetch.finish().await
}

#[tokio::test]
async fn at_every_octet_of_a_session() {
    let all: usize = SCRIPT.iter().map(|(_, answer)| answer.len()).sum();
    // What is waited for at each place, in the words of the error.
    let during = |octets: usize| {
        let mut end = 0;
        SCRIPT.iter().find(|(_, answer)| {
            end += answer.len();
            octets < end
        })
    };
    let end_of = |at: &str| {
        let until = SCRIPT.iter().position(|(line, _)| line.starts_with(at)).unwrap();
        SCRIPT[..=until].iter().map(|(_, answer)| answer.len()).sum::<usize>()
    };
    let retrieved = end_of("RETR");
    for octets in 0..=all {
        let (ours, theirs) = duplex(4096);
        let mut whole = 0;
        let (result, ()) = tokio::join!(session(ours, &mut whole), peer(octets, theirs));
        let first = retrieved - "+OK\r\nFrom: b\r\n.\r\n".len();
        assert_eq!(whole, usize::from(octets >= first) + usize::from(octets >= retrieved), "at {octets}");
        match (result, during(octets)) {
            (Ok(deleted), None) => assert_eq!((deleted.deleted.len(), deleted.kept.len()), (1, 1)),
            (Err(Error::Eof { during }), Some((line, _))) => {
                let verb = line.split([' ', '\r']).next().unwrap();
                let named = match verb {
                    "" => during == "the greeting",
                    "dG9rZW4=" => during == "AUTH",
                    "RETR" | "TOP" => during == verb || during == "the body of a message",
                    "STAT" => during == verb || during == "UIDL",
                    _ => during == verb,
                };
                assert!(named, "at {octets}: {during} in {line:?}");
            }
            // The server closed while commands were still on their way to it.
            (Err(Error::Io(_)), Some((line, _))) if line.matches("\r\n").count() > 1 => {}
            (result, _) => panic!("at {octets}: {result:?}"),
        }
    }
}
