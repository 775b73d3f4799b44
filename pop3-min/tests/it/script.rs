//! Help for the other tests: events as text, and a machine that is fed from slices.

use pop3_min::{Command, Connection, Event, Limits, Reply, Status};

/// An event as the transcripts write it.
pub(crate) fn show(event: &Event<'_>) -> String {
    match event {
        Event::Greeting(greeting) => match &greeting.timestamp {
            Some(timestamp) => {
                format!("Greeting {} timestamp={}", text(&greeting.reply.text), text(timestamp))
            }
            None => format!("Greeting {}", text(&greeting.reply.text)),
        },
        Event::Quirk(quirk) => format!("Quirk {quirk:?}"),
        Event::Challenge(challenge) => match challenge.decode() {
            Ok(bytes) => format!("Challenge {}", text(&bytes)).trim_end().to_owned(),
            Err(error) => format!("Challenge ! {error}"),
        },
        Event::Completed { reply, .. } => format!("Completed {}", show_reply(reply)),
        Event::Stat { messages, octets, .. } => format!("Stat {messages} {octets:?}"),
        Event::ListingStart { reply, .. } => format!("ListingStart {}", show_reply(reply)),
        Event::CapaItem { capability, .. } => format!("CapaItem {capability:?}"),
        Event::UidlItem { number, unique_id, .. } => format!("UidlItem {number} {unique_id}"),
        Event::ListItem { number, octets, .. } => format!("ListItem {number} {octets:?}"),
        Event::LangItem { tag, description, .. } => {
            format!("LangItem {tag} {}", text(description.as_bytes()))
        }
        Event::ListingEnd { .. } => "ListingEnd".to_owned(),
        Event::BodyStart { reply, .. } => format!("BodyStart {}", show_reply(reply)),
        Event::Body(bytes) => format!("Body {}", text(bytes)),
        Event::BodyEnd { .. } => "BodyEnd".to_owned(),
        other => format!("{other:?}"),
    }
}

fn show_reply(reply: &Reply<'_>) -> String {
    let status = if reply.status == Status::Ok { "+OK" } else { "-ERR" };
    let code = reply.code.as_ref().map_or(String::new(), |code| format!(" [{code:?}]"));
    format!("{status}{code} {}", text(&reply.text)).trim_end().to_owned()
}

fn text(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

/// A machine after greeting and login, with limits.
pub(crate) fn logged_in(limits: Limits) -> Connection {
    let mut connection = Connection::new(limits);
    feed(&mut connection, &[b"+OK hi\r\n"]).unwrap();
    let login = Command::Authenticate { mechanism: "X", initial_response: Some(b"x") };
    connection.send(login, &mut Vec::new()).unwrap();
    feed(&mut connection, &[b"+OK\r\n"]).unwrap();
    connection
}

/// Feeds pieces, and returns all events, neighbouring bodies joined. What is left over must be nothing.
pub(crate) fn feed(connection: &mut Connection, pieces: &[&[u8]]) -> Result<Vec<String>, String> {
    let mut events: Vec<String> = Vec::new();
    let (mut input, mut out) = (Vec::new(), Vec::new());
    for piece in pieces {
        input.extend_from_slice(piece);
        while !connection.wants_input(&input) {
            let received = connection.receive(&input, &mut out).map_err(|error| error.to_string())?;
            let (used, event) = received.expect("an event, as wants_input said");
            let shown = show(&event);
            input.drain(..used);
            match (events.last_mut(), shown.strip_prefix("Body ")) {
                (Some(last), Some(more)) if last.starts_with("Body ") => last.push_str(more),
                _ => events.push(shown),
            }
        }
        let more = connection.receive(&input, &mut out).map_err(|error| error.to_string())?;
        assert!(more.is_none(), "wants_input and receive disagree");
    }
    assert!(input.is_empty(), "left over: {}", input.escape_ascii());
    Ok(events)
}
