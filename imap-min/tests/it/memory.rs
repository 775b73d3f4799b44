//! What a client holds does not depend on the message.

use allocation_counter::measure;
use imap_min::{Append, Client, Limits, Mailbox};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex, repeat, sink};

const PIECE: usize = 4096;

async fn line(stream: &mut DuplexStream) {
    while stream.read_u8().await.unwrap() != b'\n' {}
}

/// A session in which a message of so many pieces comes in and goes out. Gives the most that was held at a time.
fn peak(pieces: usize) -> u64 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let size = u64::try_from(pieces * PIECE).unwrap();
    let (ours, mut theirs) = duplex(PIECE);
    let server = async {
        theirs.write_all(b"* PREAUTH in\r\n").await.unwrap();
        line(&mut theirs).await;
        theirs.write_all(b"* 1 EXISTS\r\nA1 OK in\r\n").await.unwrap();
        line(&mut theirs).await;
        theirs.write_all(format!("* 1 FETCH (UID 1 BODY[] {{{size}}}\r\n").as_bytes()).await.unwrap();
        for _ in 0..pieces {
            theirs.write_all(&[b'x'; PIECE]).await.unwrap();
        }
        theirs.write_all(b")\r\nA2 OK\r\n").await.unwrap();
        line(&mut theirs).await;
        theirs.write_all(b"+ go on\r\n").await.unwrap();
        let mut taken = (&mut theirs).take(size + 2);
        tokio::io::copy(&mut taken, &mut sink()).await.unwrap();
        theirs.write_all(b"A3 OK\r\n").await.unwrap();
    };
    let client = async {
        let (mut client, _) = Client::connect(ours, Limits::default()).await.unwrap();
        client.select(&Mailbox::inbox()).await.unwrap();
        let fetched = client.fetch_body(1, &mut sink()).await.unwrap();
        client.append(Append::new(&Mailbox::inbox(), size), &mut repeat(b'y').take(size)).await.unwrap();
        fetched
    };
    let mut fetched = None;
    let measured = measure(|| {
        runtime.block_on(async {
            fetched = tokio::join!(client, server).0;
        });
    });
    assert_eq!(fetched, Some(size));
    measured.bytes_max
}

#[test]
fn a_message_of_any_size_takes_less_than_256_kib() {
    let small = peak(1);
    let large = peak(16 * 1024);
    println!("both ways: {small} octets for 4 KiB, {large} for 64 MiB");
    assert!(large < 256 * 1024, "{large} octets");
    assert!(large.abs_diff(small) < 32 * 1024, "{small} and {large} octets");
}
