//! What a client takes does not depend on the message.

use allocation_counter::measure;
use pop3_min::{Client, Limits};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex, sink};

/// The most that was held at a time while a message of this many lines came in.
fn peak(lines: usize) -> u64 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let piece = b"..a line of a message, which begins with a dot\r\n".repeat(100);
    let (ours, mut theirs) = duplex(4096);
    let server = async {
        let mut seen = [0; 1024];
        for answer in ["+OK hi\r\n", "+ \r\n", "+OK in\r\n", "+OK\r\n"] {
            theirs.write_all(answer.as_bytes()).await.unwrap();
            let _ = theirs.read(&mut seen).await.unwrap();
        }
        theirs.write_all(b"+OK\r\n").await.unwrap();
        for _ in 0..lines / 100 {
            theirs.write_all(&piece).await.unwrap();
        }
        theirs.write_all(b".\r\n").await.unwrap();
    };
    let client = async {
        let (mut client, _) = Client::connect(ours, Limits::default()).await.unwrap();
        client.authenticate("X", None, |_| Some(b"token".to_vec())).await.unwrap();
        client.noop().await.unwrap();
        client.retrieve(1, &mut sink()).await.unwrap()
    };
    let mut octets = 0;
    let measured = measure(|| {
        runtime.block_on(async {
            octets = tokio::join!(client, server).0;
        });
    });
    assert_eq!(octets, u64::try_from((piece.len() - 100) * (lines / 100)).unwrap());
    measured.bytes_max
}

#[test]
fn a_message_of_any_size_takes_less_than_128_kib() {
    let small = peak(100);
    let large = peak(100_000);
    println!("RETR: {small} octets for 5 KB, {large} for 5 MB");
    assert!(large < 128 * 1024, "{large} octets");
    assert!(large.abs_diff(small) < 32 * 1024);
}
