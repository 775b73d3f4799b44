//! Any request at the redirect address on this machine: read alike in pieces and at once, and as hyper's parser reads
//! it. Another host or another path brings nothing.
#![no_main]

use fuzz::libfuzzer_sys::fuzz_target;
use msal_lite::{Body, Error};

// The crate shows its listener to nobody: the two modules that need no socket are compiled here once more.
#[path = "../../msal-lite/src/loopback/page.rs"]
#[expect(dead_code, reason = "the listener is not here")]
mod page;
#[path = "../../msal-lite/src/loopback/request.rs"]
mod request;

use request::{Head, Parsed};

fuzz_target!(|bytes: &[u8]| {
    let Some((cut, bytes)) = bytes.split_first() else { return };
    let whole = read(bytes, bytes.len().max(1));
    let parts = read(bytes, usize::from(*cut) + 1);
    match (&whole, &parts) {
        // What comes behind the form is not of it, and may not have come yet.
        (Parsed::Parameters(one), Parsed::Parameters(two)) => assert_eq!(one.expose(), two.expose()),
        (Parsed::Refused(one), Parsed::Refused(two)) => assert_eq!(one.to_bytes(), two.to_bytes()),
        (Parsed::Incomplete, Parsed::Incomplete) => {}
        (one, two) => panic!("whole {one:?}, in parts {two:?}"),
    }
    let parameters = match &whole {
        Parsed::Parameters(parameters) => parameters.expose(),
        Parsed::Refused(page) => {
            let page = page.to_bytes();
            let text = std::str::from_utf8(&page).expect("a page is text");
            assert!(text.starts_with("HTTP/1.1 4") && text.contains("\r\n\r\n"), "{text}");
            return;
        }
        Parsed::Incomplete => return,
    };
    // To the peer a bare LF ends a line too, and two of them the head.
    let bare_lf =
        bytes.iter().enumerate().any(|(at, octet)| *octet == b'\n' && (at == 0 || bytes[at - 1] != b'\r'));
    if bare_lf {
        return;
    }
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut request = httparse::Request::new(&mut headers);
    let Ok(httparse::Status::Complete(head)) = request.parse(bytes) else { return };
    let host = request.headers.iter().find(|header| header.name.eq_ignore_ascii_case("host"));
    let host = host.map(|host| host.value.trim_ascii().to_ascii_lowercase()).unwrap_or_default();
    let hosts: [&[u8]; 3] = [b"localhost:1", b"127.0.0.1:1", b"[::1]:1"];
    assert!(hosts.contains(&host.as_slice()), "{:?}", host.escape_ascii());
    let (path, query) = request.path.and_then(|path| path.split_once('?')).unwrap_or_default();
    match request.method {
        Some("GET") => assert_eq!((path, query.as_bytes()), ("/cb", parameters)),
        Some("POST") => {
            let length = request.headers.iter().find(|one| one.name.eq_ignore_ascii_case("content-length"));
            let length = length.and_then(|one| std::str::from_utf8(one.value).ok()?.trim().parse().ok());
            let length: usize = length.expect("a form has a length");
            assert_eq!(&bytes[head..head + length], parameters);
        }
        other => panic!("{other:?} brings nothing"),
    }
});

fn read(bytes: &[u8], piece: usize) -> Parsed {
    let hosts = ["localhost", "127.0.0.1", "[::1]"].map(|name| format!("{name}:1"));
    let (mut head, mut come) = (Head::default(), Vec::new());
    for piece in bytes.chunks(piece) {
        come.extend_from_slice(piece);
        match head.parse(&come, "/cb", &hosts) {
            Parsed::Incomplete => {}
            parsed => return parsed,
        }
    }
    Parsed::Incomplete
}
