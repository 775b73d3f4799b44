//! What a client takes does not depend on the message.

use allocation_counter::measure;
use smtp_min::{Client, EhloName, Envelope, Limits};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

/// The most that was held at a time while a message of this many octets went out.
fn peak(octets: u64) -> u64 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let envelope = Envelope::parse("a@x", ["b@x"]).unwrap();
    let (ours, mut theirs) = duplex(4096);
    // What stands in for the server has all of its memory before the measuring begins.
    let mut seen = vec![0; 64 * 1024];
    let server = async {
        for answer in ["220 x\r\n", "250 x\r\n", "250 ok\r\n", "250 ok\r\n"] {
            theirs.write_all(answer.as_bytes()).await.unwrap();
            let _ = theirs.read(&mut seen).await.unwrap();
        }
        theirs.write_all(b"354 go\r\n").await.unwrap();
        let mut taken = 0;
        while taken < octets {
            taken += u64::try_from(theirs.read(&mut seen).await.unwrap()).unwrap();
        }
        theirs
    };
    let client = async {
        let (mut client, _) = Client::connect(ours, Limits::default()).await.unwrap();
        client.ehlo(&EhloName::new("c").unwrap()).await.unwrap();
        let source = tokio::io::repeat(b'.').take(octets);
        let sent = client.send(&envelope, source);
        let _ = tokio::time::timeout(std::time::Duration::from_secs(60), sent).await;
    };
    let measured = measure(|| {
        runtime.block_on(async {
            tokio::select! {
                () = client => {}
                theirs = server => drop(theirs),
            }
        });
    });
    measured.bytes_max
}

#[test]
fn a_message_of_any_size_takes_less_than_128_kib() {
    let small = peak(1_000);
    let large = peak(8 * 1024 * 1024);
    println!("DATA: {small} octets for 1 KB, {large} for 8 MiB");
    assert!(large < 128 * 1024, "{large} octets");
    assert!(small <= large && large - small < 64 * 1024);
}
