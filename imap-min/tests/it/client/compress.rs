//! A connection that is compressed.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress};
use imap_min::{Append, Client, CodeName, Error, Limits, Mailbox, UidSet};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};

use super::{connected, refusal};

/// Compresses all of it, so that the other side can read it.
fn deflated(deflate: &mut Compress, text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 4096);
    deflate.compress_vec(text, &mut out, FlushCompress::Sync).unwrap();
    out
}

/// Reads until the text is there.
async fn expect(theirs: &mut DuplexStream, inflate: &mut Decompress, text: &str) {
    let mut seen = Vec::with_capacity(4096);
    while seen != text.as_bytes() {
        let mut piece = [0; 64];
        let read = theirs.read(&mut piece).await.unwrap();
        assert!(read > 0, "{}", seen.escape_ascii());
        inflate.decompress_vec(&piece[..read], &mut seen, FlushDecompress::None).unwrap();
    }
}

#[tokio::test]
async fn a_session_goes_on_compressed() {
    const SIZE: usize = 5 * 1024 * 1024;
    let (ours, mut theirs) = duplex(1000);
    let task = tokio::spawn(async move {
        let (mut deflate, mut inflate) = (Compress::new(Compression::best(), false), Decompress::new(false));
        theirs.write_all(b"* PREAUTH in\r\n").await.unwrap();
        let mut line = [0; 21];
        theirs.read_exact(&mut line).await.unwrap();
        assert_eq!(&line, b"A1 COMPRESS DEFLATE\r\n");
        // What follows the answer in the same piece is compressed already.
        let mut answer = b"A1 OK active\r\n".to_vec();
        answer.extend(deflated(&mut deflate, b"* OK compressed\r\n"));
        theirs.write_all(&answer).await.unwrap();
        expect(&mut theirs, &mut inflate, "A2 SELECT INBOX\r\n").await;
        theirs.write_all(&deflated(&mut deflate, b"* 1 EXISTS\r\nA2 OK\r\n")).await.unwrap();
        expect(&mut theirs, &mut inflate, "A3 UID FETCH 3 (BODY.PEEK[])\r\n").await;
        // A thousandfold.
        let mut body = format!("* 1 FETCH (UID 3 BODY[] {{{SIZE}}}\r\n").into_bytes();
        body.resize(body.len() + SIZE, b'x');
        body.extend(b")\r\nA3 OK\r\n");
        theirs.write_all(&deflated(&mut deflate, &body)).await.unwrap();
        theirs
    });
    let (client, _) = Client::connect(ours, Limits::default()).await.unwrap();
    let mut client = client.compress().await.unwrap();
    client.select(&Mailbox::inbox()).await.unwrap();
    let mut sink = Vec::new();
    assert_eq!(client.fetch_body(3, &mut sink).await.unwrap(), Some(SIZE as u64));
    assert!(sink.iter().all(|byte| *byte == b'x'));
    drop(task.await.unwrap());
    let _ = UidSet::all();
    assert!(client.noop().await.is_err(), "the end of the stream is seen through the compression");
}

/// What does not become smaller fills the room inside the compressor, which then takes nothing for a while.
#[tokio::test]
async fn a_message_that_cannot_be_compressed_goes_out_whole() {
    let mut state = 1_u32;
    let message: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    })
    .take(1 << 20)
    .collect();
    let expected = message.clone();
    let (ours, mut theirs) = duplex(1000);
    let task = tokio::spawn(async move {
        theirs.write_all(b"* PREAUTH [CAPABILITY IMAP4rev1 COMPRESS=DEFLATE] in\r\n").await.unwrap();
        let mut line = [0; 21];
        theirs.read_exact(&mut line).await.unwrap();
        theirs.write_all(b"A1 OK active\r\n").await.unwrap();
        let (mut deflate, mut inflate) = (Compress::new(Compression::best(), false), Decompress::new(false));
        expect(&mut theirs, &mut inflate, "A2 APPEND INBOX {1048576}\r\n").await;
        theirs.write_all(&deflated(&mut deflate, b"+ go\r\n")).await.unwrap();
        let mut seen = Vec::with_capacity(2 << 20);
        while seen.len() < expected.len() + 2 {
            let mut piece = [0; 4096];
            let read = theirs.read(&mut piece).await.unwrap();
            assert!(read > 0);
            inflate.decompress_vec(&piece[..read], &mut seen, FlushDecompress::None).unwrap();
        }
        assert!(seen.strip_suffix(b"\r\n") == Some(&expected));
        theirs.write_all(&deflated(&mut deflate, b"A2 OK\r\n")).await.unwrap();
    });
    let (client, _) = Client::connect(ours, Limits::default()).await.unwrap();
    let mut client = client.compress().await.unwrap();
    let inbox = Mailbox::inbox();
    let append = Append::new(&inbox, message.len() as u64);
    assert_eq!(client.append(append, &mut message.as_slice()).await.unwrap(), None);
    task.await.unwrap();
}

#[tokio::test]
async fn refusals_and_garbage() {
    let client = connected(&[
        ("", "* PREAUTH in\r\n"),
        ("A1 COMPRESS DEFLATE\r\n", "A1 NO [COMPRESSIONACTIVE] it is\r\n"),
    ])
    .await;
    assert_eq!(refusal(client.compress().await.unwrap_err()).code, Some(CodeName::CompressionActive));
    let client = connected(&[
        ("", "* PREAUTH in\r\n"),
        ("A1 COMPRESS DEFLATE\r\n", "A1 OK\r\nthis is not compressed at all\r\n"),
    ])
    .await;
    let mut client = client.compress().await.unwrap();
    let error = client.noop().await.unwrap_err();
    assert!(matches!(error, Error::Io(_)), "{error:?}");
}
