//! Any arguments: a command is one line or is refused, and a refused one leaves nothing behind.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pop3_min::{Command, Connection, Limits};

fuzz_target!(|bytes: &[u8]| {
    let Some((cut, bytes)) = bytes.split_first() else { return };
    let (message, text) = bytes.split_at(usize::from(*cut).min(bytes.len()));
    let text = String::from_utf8_lossy(text);
    let digest = "c4c9334bac560ecc979e58001b3e22fb";
    for command in [
        Command::User { name: &text },
        Command::Apop { name: &text, digest },
        Command::Apop { name: "a", digest: &text },
        Command::Lang { tag: &text },
        Command::Authenticate { mechanism: &text, initial_response: Some(message) },
        Command::Authenticate { mechanism: "XOAUTH2", initial_response: Some(message) },
    ] {
        one_line(greeted(b"UTF8 USER\r\n"), command);
    }
    let mut connection = greeted(b"UTF8 USER\r\n");
    let mut out = Vec::new();
    connection.send(Command::User { name: "a" }, &mut out).expect("a name");
    connection.receive(b"+OK\r\n", &mut out).expect("an answer");
    one_line(connection, Command::Pass { password: &text });
    // An answer to a challenge is one line of base64, whatever is in it.
    let mut connection = greeted(b"");
    let login = Command::Authenticate { mechanism: "X", initial_response: None };
    connection.send(login, &mut out).expect("a mechanism");
    connection.receive(b"+ \r\n", &mut out).expect("a challenge");
    out.clear();
    connection.respond(bytes, &mut out).expect("an answer is owed");
    let base64 = out.strip_suffix(b"\r\n").expect("a line");
    assert!(base64.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')));
});

fn greeted(capability: &[u8]) -> Connection {
    let mut connection = Connection::new(Limits::default());
    let mut out = Vec::new();
    connection.receive(b"+OK\r\n", &mut out).expect("a greeting");
    connection.send(Command::Capa, &mut out).expect("CAPA");
    let answer = [b"+OK\r\n", capability, b".\r\n"].concat();
    let mut rest = answer.as_slice();
    while let Some((used, _)) = connection.receive(rest, &mut out).expect("a list") {
        rest = &rest[used..];
    }
    connection
}

fn one_line(mut connection: Connection, command: Command<'_>) {
    let mut out = Vec::new();
    if connection.send(command, &mut out).is_err() {
        assert!(out.is_empty() && connection.pending() == 0, "a refused command leaves something");
        return;
    }
    let line = out.strip_suffix(b"\r\n").expect("a line");
    assert!(!line.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0)), "more than a line");
    assert!(out.len() <= 255);
}
