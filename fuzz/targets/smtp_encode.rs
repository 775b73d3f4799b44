//! Any arguments: a command is one line or is refused, and a refused one leaves nothing behind; a message has one end.
#![no_main]

use libfuzzer_sys::fuzz_target;
use smtp_min::{
    Address, BodyType, Command, Connection, EhloName, EnvelopeId, Limits, LineEnds, Mail, OriginalRecipient,
    Rcpt,
};

const OFFERS: &[u8] = b"250-x\r\n250-AUTH X\r\n250-DSN\r\n250-SIZE\r\n250-SMTPUTF8\r\n250-PIPELINING\r\n\
    250-8BITMIME\r\n250 CHUNKING\r\n";

fuzz_target!(|bytes: &[u8]| {
    let Some((cut, bytes)) = bytes.split_first() else { return };
    let (message, text) = bytes.split_at(usize::from(*cut).min(bytes.len()));
    let text = String::from_utf8_lossy(text);
    let mut connection = Connection::new(Limits::default());
    let name = EhloName::new("c").expect("a name");
    let mut out = Vec::new();
    connection.receive(b"220 x\r\n", &mut out).expect("a greeting");
    connection.send(Command::Ehlo(&name), &mut out).expect("EHLO");
    connection.receive(OFFERS, &mut out).expect("an answer");

    let address = Address::new(text.as_ref()).ok();
    let id = EnvelopeId::new(text.as_ref()).ok();
    let mut mail = Mail::new(address.as_ref());
    (mail.smtputf8, mail.envelope_id) = (true, id.as_ref());
    mail.body = Some(BodyType::EightBitMime);
    let login = Command::Authenticate { mechanism: &text, initial_response: Some(message) };
    for command in [Command::Vrfy { query: &text }, login] {
        let mut trial = Vec::new();
        one_line(connection.send(command, &mut trial).is_ok(), &trial);
        if !trial.is_empty() {
            return;
        }
    }
    out.clear();
    connection.send(Command::Mail(mail), &mut out).expect("checked arguments");
    one_line(true, &out);
    if let Some(to) = &address {
        out.clear();
        let original = OriginalRecipient::new(to).ok();
        let mut rcpt = Rcpt::new(to);
        rcpt.original = original.as_ref();
        let sent = connection.send(Command::Rcpt(rcpt), &mut out);
        one_line(sent.is_ok(), &out);
    }
    let ready = connection.pending();
    out.clear();
    connection.send(Command::Data { line_ends: LineEnds::Normalise }, &mut out).expect("DATA");
    for _ in 0..ready {
        connection.receive(b"250 ok\r\n", &mut out).expect("an answer");
    }
    connection.receive(b"354 go\r\n", &mut out).expect("an answer");
    out.clear();
    for piece in message.chunks(usize::from(*cut % 7) + 1) {
        connection.send_body(piece, &mut out).expect("8 bits were announced");
    }
    connection.finish_body(&mut out).expect("an end");
    // One end, at the end, and no CR or LF that stands alone.
    let whole = [b"\r\n", out.as_slice()].concat();
    let ends = whole.windows(5).filter(|at| *at == b"\r\n.\r\n").count();
    assert!(ends == 1 && whole.ends_with(b"\r\n.\r\n"));
    for pair in whole.windows(2) {
        assert!((pair[0] == b'\r') == (pair[1] == b'\n'), "a CR or LF that stands alone");
    }
});

fn one_line(sent: bool, out: &[u8]) {
    if !sent {
        assert!(out.is_empty(), "a refused command leaves bytes");
        return;
    }
    let line = out.strip_suffix(b"\r\n").expect("a line");
    assert!(!line.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)), "more than a line");
}
