//! What a client holds does not depend on the message.

use allocation_counter::measure;
use imap_min::{Append, Client, Command, Limits, Mailbox, SearchKey};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex, repeat, sink};

use crate::commands::{feed, selected};

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

/// Rows, lists and searches are borrowed from the input.
#[test]
fn what_comes_in_numbers_allocates_nothing() {
    let mut connection = selected();
    connection.send(Command::UidSearch { keys: &[SearchKey::All] }, &mut Vec::new()).unwrap();
    let envelope = "(\"Wed, 17 Jul 2024 02:23:25 -0700\" \"Re: a\" ((\"A\" NIL \"a\" \"x.org\")) NIL NIL NIL NIL NIL NIL \"<i>\")";
    let structure = "(\"text\" \"plain\" (\"charset\" \"utf-8\") NIL NIL \"7bit\" 3028 92)";
    for row in [
        "* 1 FETCH (UID 1 FLAGS (\\Seen $x) INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" RFC822.SIZE 9)"
            .to_owned(),
        format!("* 2 FETCH (UID 2 ENVELOPE {envelope} BODYSTRUCTURE {structure})"),
        "* LIST (\\HasNoChildren) \"/\" \"a/b\"".to_owned(),
        "* SEARCH 1 2 4294967295".to_owned(),
        "* ESEARCH (TAG \"A2\") UID COUNT 3 ALL 1:4,9".to_owned(),
        "* 3 EXISTS".to_owned(),
    ] {
        let rows = format!("{row}\r\n").repeat(100);
        let measured = measure(|| feed(&mut connection, rows.as_bytes()));
        assert_eq!(measured.count_total, 0, "{row}");
    }
}
