//! Help for the other tests: events as text, and a machine that is fed from slices.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use smtp_min::{Address, Command, Connection, EhloName, Event, Limits, LineEnds, Mail, Rcpt, Reply};

/// An event as the transcripts write it.
pub(crate) fn show(event: &Event<'_>) -> String {
    match event {
        Event::Greeting(greeting) => format!("Greeting {}", show_reply(&greeting.reply)),
        Event::Quirk(quirk) => format!("Quirk {quirk:?}"),
        Event::Challenge(challenge) => match challenge.decode() {
            Ok(bytes) => format!("Challenge {}", bytes.escape_ascii()).trim_end().to_owned(),
            Err(error) => format!("Challenge ! {error}"),
        },
        Event::Ready { reply, .. } => format!("Ready {}", show_reply(reply)),
        Event::Completed { reply, .. } => format!("Completed {}", show_reply(reply)),
        Event::Delivered { reply, .. } => format!("Delivered {}", show_reply(reply)),
        Event::Closing(reply) => format!("Closing {}", show_reply(reply)),
        other => format!("{other:?}"),
    }
}

/// Code, enhanced code in brackets, and the lines.
fn show_reply(reply: &Reply<'_>) -> String {
    let enhanced = reply.enhanced().map_or(String::new(), |code| format!("[{code}] "));
    let lines: Vec<String> = reply.lines().map(|line| line.escape_ascii().to_string()).collect();
    format!("{} {enhanced}{}", reply.code(), lines.join(" / ")).trim_end().to_owned()
}

pub(crate) fn address(text: &str) -> Address {
    Address::new(text).unwrap()
}

/// A machine whose server offers these extensions.
pub(crate) fn ready(limits: Limits, extensions: &str) -> Connection {
    let mut connection = Connection::new(limits);
    feed(&mut connection, &[b"220 hi\r\n"]).unwrap();
    let name = EhloName::new("c").unwrap();
    connection.send(Command::Ehlo(&name), &mut Vec::new()).unwrap();
    let lines: Vec<&str> = extensions.split(',').collect();
    let reply = format!("250-hi\r\n250-{}\r\n250 X\r\n", lines.join("\r\n250-"));
    feed(&mut connection, &[reply.as_bytes()]).unwrap();
    connection
}

/// A machine whose server waits for the message.
pub(crate) fn streaming(line_ends: LineEnds) -> Connection {
    let mut connection = ready(Limits::default(), "PIPELINING,8BITMIME");
    let to = address("a@b");
    let mut mail = Mail::new(None);
    mail.body = Some(smtp_min::BodyType::EightBitMime);
    for command in [Command::Mail(mail), Command::Rcpt(Rcpt::new(&to)), Command::Data { line_ends }] {
        connection.send(command, &mut Vec::new()).unwrap();
    }
    feed(&mut connection, &[b"250 ok\r\n250 ok\r\n354 go\r\n"]).unwrap();
    connection
}

/// Feeds pieces, and returns all events. What is left over must be nothing.
pub(crate) fn feed(connection: &mut Connection, pieces: &[&[u8]]) -> Result<Vec<String>, String> {
    let mut events: Vec<String> = Vec::new();
    let (mut input, mut out) = (Vec::new(), Vec::new());
    for piece in pieces {
        input.extend_from_slice(piece);
        while !connection.wants_input(&input) {
            let received = connection.receive(&input, &mut out).map_err(|error| error.to_string())?;
            let (used, event) = received.expect("an event, as wants_input said");
            events.push(show(&event));
            input.drain(..used);
        }
        let more = connection.receive(&input, &mut out).map_err(|error| error.to_string())?;
        assert!(more.is_none(), "wants_input and receive disagree");
    }
    assert!(input.is_empty(), "left over: {}", input.escape_ascii());
    Ok(events)
}

/// A secret raw, and the part of its base64 that is the same whatever stands around it, at each alignment.
pub(crate) fn needles(secret: &[u8]) -> Vec<String> {
    let mut needles = vec![String::from_utf8(secret.to_vec()).unwrap()];
    for skip in 0..3 {
        needles.push(STANDARD.encode(&secret[skip..skip + (secret.len() - skip) / 3 * 3]));
    }
    needles
}
