//! A reply, as this crate and as smtp-proto read it: where both take it, code and enhanced code are the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use smtp_min::{Command, Connection, EhloName, Event, Extension, Limits};
use smtp_proto::response::parser::ResponseReceiver;
use smtp_proto::{EXT_CHUNKING, EXT_PIPELINING, EXT_SMTP_UTF8, EXT_START_TLS, EhloResponse};

fuzz_target!(|bytes: &[u8]| {
    let mut connection = Connection::new(Limits::default());
    let mut out = Vec::new();
    let name = EhloName::new("c").expect("a name");
    connection.receive(b"220 x\r\n", &mut out).expect("a greeting");
    connection.send(Command::Ehlo(&name), &mut out).expect("EHLO");
    let Ok(Some((used, Event::Completed { reply, .. }))) = connection.receive(bytes, &mut out) else {
        return;
    };
    let (code, enhanced) = (reply.code(), reply.enhanced());
    let raw = &bytes[..used];
    // Lines that end in LF alone or have several codes are taken here and not there; its own bounds are narrower.
    // A control character, a lone CR among them, is a part of a word here and ends it there.
    let plain = raw.split_inclusive(|byte| *byte == b'\n').all(|line| {
        line.strip_suffix(b"\r\n").is_some_and(|text| {
            text.get(..3) == raw.get(..3)
                && matches!(text.get(3), Some(b' ' | b'-'))
                && text.iter().all(|byte| matches!(byte, b' '..=b'~'))
        })
    });
    if !plain || raw.len() > 4000 {
        return;
    }
    if let Ok(theirs) = ResponseReceiver::default().parse(&mut raw.iter()) {
        assert_eq!(theirs.code, code);
        // Theirs is that of the first line, ours that of the last which has one.
        if let Some(ours) = enhanced.filter(|_| raw.iter().filter(|byte| **byte == b'\n').count() == 1) {
            let theirs = theirs.esc.map(u16::from);
            let fits = ours.subject < 256 && ours.detail < 256;
            assert!(
                !fits || theirs == [0; 3] || theirs == [u16::from(ours.class), ours.subject, ours.detail]
            );
        }
    }
    // Any other character ends a keyword there, and is a part of it here.
    let words = raw.split(|byte| *byte == b'\n').all(|line| {
        let text = line.get(4..).unwrap_or_default().trim_ascii_end();
        text.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b' ')
    });
    if words
        && code == 250
        && let Some(ours) = connection.capabilities()
        && let Ok(theirs) = EhloResponse::parse(&mut raw.iter())
    {
        for (extension, theirs) in [
            (Extension::Chunking, theirs.has_capability(EXT_CHUNKING)),
            (Extension::Pipelining, theirs.has_capability(EXT_PIPELINING)),
            (Extension::SmtpUtf8, theirs.has_capability(EXT_SMTP_UTF8)),
            (Extension::StartTls, theirs.has_capability(EXT_START_TLS)),
        ] {
            // What they have seen, we have.
            assert!(!theirs || ours.has(extension), "{extension:?}");
        }
    }
});
