//! What goes out, and when it may.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use smtp_min::{
    Address, BodyType, Command, CommandId, Connection, EhloName, EnvelopeId, Error, Limits, LineEnds, Mail,
    OriginalRecipient, Rcpt, State,
};

use crate::script::{address, feed, needles, ready};

const DATA: Command<'_> = Command::Data { line_ends: LineEnds::Normalise };

fn auth(initial_response: Option<&[u8]>) -> Command<'_> {
    Command::Authenticate { mechanism: "XOAUTH2", initial_response }
}

#[test]
fn an_initial_response_fits_its_line_or_is_refused() {
    // "AUTH XOAUTH2 " + 4n + CRLF <= 512: n = 124, which is 372 raw bytes.
    let mut out = Vec::new();
    ready(Limits::default(), "AUTH XOAUTH2").send(auth(Some(&[b'a'; 372])), &mut out).unwrap();
    assert_eq!(out.len(), 511);
    out.clear();
    let mut connection = ready(Limits::default(), "AUTH XOAUTH2");
    let error = connection.send(auth(Some(&[b'a'; 373])), &mut out).unwrap_err();
    assert!(matches!(error, Error::TooLong { limit: 512, .. }));
    assert!(error.to_string().contains("send no initial response"));
    assert!(out.is_empty());
    assert_eq!((connection.state(), connection.pending()), (State::Ready, 0));
    connection.send(auth(Some(b"")), &mut out).unwrap();
    assert_eq!(out, b"AUTH XOAUTH2 =\r\n");
    let mut limits = Limits::default();
    limits.auth_line = 4096;
    ready(limits, "AUTH XOAUTH2").send(auth(Some(&[b'a'; 2000])), &mut out).unwrap();
}

#[test]
fn what_the_server_does_not_offer_is_not_used() {
    let lacks =
        |extensions, command| match ready(Limits::default(), extensions).send(command, &mut Vec::new()) {
            Err(Error::Lacks { what }) => what,
            other => panic!("{other:?}"),
        };
    assert_eq!(lacks("X", Command::StartTls), "STARTTLS");
    assert_eq!(lacks("X", auth(None)), "AUTH");
    assert_eq!(lacks("AUTH PLAIN", auth(None)), "AUTH by this mechanism");
    let mut mail = Mail::new(None);
    mail.size = Some(1);
    assert_eq!(lacks("X", Command::Mail(mail)), "SIZE");
    mail = Mail::new(None);
    mail.body = Some(BodyType::EightBitMime);
    assert_eq!(lacks("X", Command::Mail(mail)), "8BITMIME");
    mail = Mail::new(None);
    mail.smtputf8 = true;
    assert_eq!(lacks("X", Command::Mail(mail)), "SMTPUTF8");
    let mut connection = ready(Limits::default(), "X");
    connection.send(Command::Rset, &mut Vec::new()).unwrap();
    assert!(matches!(connection.send(DATA, &mut Vec::new()), Err(Error::Lacks { what: "PIPELINING" })));
}

#[test]
fn sizes_and_utf8_are_checked_before_a_byte_is_sent() {
    let mut out = Vec::new();
    let mut connection = ready(Limits::default(), "SIZE 1000,SMTPUTF8,PIPELINING");
    let mut mail = Mail::new(None);
    mail.size = Some(1001);
    assert!(matches!(
        connection.send(Command::Mail(mail), &mut out),
        Err(Error::TooLong { limit: 1000, .. })
    ));
    let juergen = address("j\u{fc}rgen@example.org");
    mail = Mail::new(Some(&juergen));
    assert!(matches!(connection.send(Command::Mail(mail), &mut out), Err(Error::Invalid { .. })));
    connection.send(Command::Mail(Mail::new(None)), &mut out).unwrap();
    assert!(matches!(
        connection.send(Command::Rcpt(Rcpt::new(&juergen)), &mut out),
        Err(Error::Invalid { .. })
    ));
    assert_eq!(out, b"MAIL FROM:<>\r\n");
    feed(&mut connection, &[b"250 ok\r\n"]).unwrap();
    out.clear();
    mail.smtputf8 = true;
    connection.send(Command::Mail(mail), &mut out).unwrap();
    connection.send(Command::Rcpt(Rcpt::new(&juergen)), &mut out).unwrap();
    let expected = "MAIL FROM:<j\u{fc}rgen@example.org> SMTPUTF8\r\nRCPT TO:<j\u{fc}rgen@example.org>\r\n";
    assert_eq!(out, expected.as_bytes());
}

#[test]
fn eight_bits_need_to_be_announced() {
    let mut connection = ready(Limits::default(), "8BITMIME,PIPELINING");
    let to = address("a@b");
    for command in [Command::Mail(Mail::new(None)), Command::Rcpt(Rcpt::new(&to)), DATA] {
        connection.send(command, &mut Vec::new()).unwrap();
    }
    feed(&mut connection, &[b"250 ok\r\n250 ok\r\n354 go\r\n"]).unwrap();
    let mut out = Vec::new();
    connection.send_body(b"ascii", &mut out).unwrap();
    let error = connection.send_body(b"\xe4", &mut out).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the message cannot be sent: it has octets above 127, which need BODY=8BITMIME"
    );
    assert!(matches!(connection.finish_body(&mut out), Err(Error::Broken)));
    assert_eq!(out, b"ascii");
}

#[test]
fn commands_have_their_time() {
    let name = EhloName::new("c").unwrap();
    let to = address("a@b");
    let allowed = |connection: &mut Connection, command| connection.send(command, &mut Vec::new()).is_ok();
    let all = "STARTTLS,AUTH XOAUTH2,PIPELINING";
    let early = [Command::Ehlo(&name), Command::Helo(&name), Command::Noop, Command::Rset, Command::Quit];
    let late =
        [Command::StartTls, auth(None), Command::Mail(Mail::new(None)), Command::Rcpt(Rcpt::new(&to)), DATA];
    for command in early.into_iter().chain(late) {
        assert!(
            !allowed(&mut Connection::new(Limits::default()), command),
            "{command:?} before the greeting"
        );
        assert!(allowed(&mut ready(Limits::default(), all), command), "{command:?}");
    }
    let greeted = || {
        let mut connection = Connection::new(Limits::default());
        feed(&mut connection, &[b"220 hi\r\n"]).unwrap();
        connection
    };
    for (commands, ok) in [(&early[..], true), (&late[..], false)] {
        for command in commands {
            assert_eq!(allowed(&mut greeted(), *command), ok, "{command:?} before EHLO");
        }
    }
    // Nothing follows the last of a flight; these may stand in the middle of one.
    let last = [Command::Ehlo(&name), Command::Noop, Command::Quit, Command::StartTls, auth(None), DATA];
    let middle = [Command::Rset, Command::Mail(Mail::new(None)), Command::Rcpt(Rcpt::new(&to))];
    for (commands, ok) in [(&last[..], false), (&middle[..], true)] {
        for command in commands {
            let mut connection = ready(Limits::default(), all);
            assert!(allowed(&mut connection, Command::Rset) && allowed(&mut connection, *command));
            assert_eq!(allowed(&mut connection, Command::Rset), ok, "behind {command:?}");
        }
    }
    let mut connection = ready(Limits::default(), all);
    assert!(allowed(&mut connection, auth(Some(b"x"))));
    feed(&mut connection, &[b"235 in\r\n"]).unwrap();
    assert!(!allowed(&mut connection, auth(Some(b"x"))));
    // A login does not outlive the start of TLS.
    assert!(allowed(&mut connection, Command::StartTls));
    feed(&mut connection, &[b"220 go\r\n"]).unwrap();
    connection.tls_started(b"").unwrap();
    assert!(allowed(&mut connection, Command::Ehlo(&name)));
    feed(&mut connection, &[b"250-x\r\n250 AUTH XOAUTH2\r\n"]).unwrap();
    assert!(allowed(&mut connection, auth(Some(b"x"))));
}

#[test]
fn the_flight_has_a_bound() {
    let mut limits = Limits::default();
    limits.pipeline = 2;
    let mut connection = ready(limits, "PIPELINING");
    let ids: Vec<CommandId> =
        (0..2).map(|_| connection.send(Command::Rset, &mut Vec::new()).unwrap()).collect();
    assert!(ids[0] != ids[1] && !ids.contains(&CommandId::GREETING));
    assert!(matches!(connection.send(Command::Rset, &mut Vec::new()), Err(Error::Misuse { .. })));
}

#[test]
fn debug_shows_no_token() {
    let token = b"user=ann@example.org\x01auth=Bearer ya29.secret-token\x01\x01";
    assert_eq!(format!("{:?}", auth(Some(token))), "AUTH \"XOAUTH2\" [redacted, 52 bytes]");
    let mut connection = ready(Limits::default(), "AUTH XOAUTH2");
    let mut out = Vec::new();
    connection.send(auth(None), &mut out).unwrap();
    feed(&mut connection, &[b"334 \r\n"]).unwrap();
    connection.respond(token, &mut out).unwrap();
    // A server that echoes the message does not get it into an error.
    let echo = [b"what is ", STANDARD.encode(token).as_bytes(), b"\r\n"].concat();
    let error = feed(&mut connection, &[&echo]).unwrap_err();
    let shown = format!("{connection:?} {error}");
    for needle in needles(b"ya29.secret-token") {
        assert!(!shown.contains(&needle), "{needle} in {shown}");
    }
}

proptest! {
    #[test]
    fn any_argument_is_one_command_or_none(text in any::<String>(), message in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut out = Vec::new();
        let all = "AUTH XOAUTH2,SMTPUTF8,PIPELINING";
        if let Ok(address) = Address::new(text.clone()) {
            let mut mail = Mail::new(Some(&address));
            mail.smtputf8 = true;
            let mut connection = ready(Limits::default(), all);
            connection.send(Command::Mail(mail), &mut out).unwrap();
            let expected = format!("MAIL FROM:<{text}> SMTPUTF8\r\n").into_bytes();
            prop_assert_eq!(&out, &expected);
            one_line(&out)?;
            out.clear();
            connection.send(Command::Rcpt(Rcpt::new(&address)), &mut out).unwrap();
            one_line(&out)?;
            prop_assert_eq!(out.iter().filter(|byte| **byte == b'>').count(), 1);
            out.clear();
        }
        if let Ok(name) = EhloName::new(text.clone()) {
            ready(Limits::default(), all).send(Command::Ehlo(&name), &mut out).unwrap();
            one_line(&out)?;
            out.clear();
        }
        if let Ok(id) = EnvelopeId::new(&text) {
            let mut mail = Mail::new(None);
            mail.envelope_id = Some(&id);
            ready(Limits::default(), "DSN").send(Command::Mail(mail), &mut out).unwrap();
            one_line(&out)?;
            // Decoded by hand it is what it was, and nothing in it ends the parameter.
            let sent = std::str::from_utf8(&out).unwrap().trim_end().strip_prefix("MAIL FROM:<> ENVID=").unwrap();
            prop_assert!(!sent.contains([' ', '=']));
            prop_assert_eq!(unxtext(sent), text.as_bytes());
            out.clear();
        }
        if let Ok(address) = Address::new(text.clone()) {
            let Ok(original) = OriginalRecipient::new(&address) else { return Ok(()) };
            let to = crate::script::address("a@b");
            let mut rcpt = Rcpt::new(&to);
            rcpt.original = Some(&original);
            ready(Limits::default(), "DSN").send(Command::Rcpt(rcpt), &mut out).unwrap();
            one_line(&out)?;
            prop_assert!(out.is_ascii());
            prop_assert_eq!(out.iter().filter(|byte| **byte == b' ').count(), 2);
            out.clear();
        }
        if ready(Limits::default(), "SMTPUTF8").send(Command::Vrfy { query: &text }, &mut out).is_ok() {
            one_line(&out)?;
            prop_assert!(out.len() <= 512);
            out.clear();
        }
        let mechanism = Command::Authenticate { mechanism: &text, initial_response: Some(&message) };
        if ready(Limits::default(), &format!("AUTH {text}")).send(mechanism, &mut out).is_ok() {
            one_line(&out)?;
            out.clear();
        }
        let mut connection = ready(Limits::default(), all);
        connection.send(auth(None), &mut Vec::new()).unwrap();
        feed(&mut connection, &[b"334 \r\n"]).unwrap();
        connection.respond(&message, &mut out).unwrap();
        prop_assert_eq!(out.strip_suffix(b"\r\n").map(|text| STANDARD.decode(text).unwrap()), Some(message));
        one_line(&out)?;
    }

    #[test]
    fn printable_ids_and_odd_addresses_are_one_parameter(name in "[ -~]{1,30}", local in "[a-z+=\\\\ ]{1,8}") {
        let id = EnvelopeId::new(&name).unwrap();
        prop_assert_eq!(unxtext(id.encoded()), name.as_bytes());
        let address = Address::new(format!("\"{}\"@x", local.replace('\\', "\\\\"))).unwrap();
        let original = OriginalRecipient::new(&address).unwrap();
        let encoded = original.encoded().strip_prefix("rfc822;").unwrap();
        prop_assert_eq!(unxtext(encoded), address.as_str().as_bytes());
        prop_assert!(!encoded.contains([' ', '=']));
    }

    #[test]
    fn an_injected_address_is_refused(before in "[a-z]{0,4}", evil in prop::sample::select(vec!["\r", "\n", "\r\n", "\0", ">", "<", " ", "\u{85}", "\t", "\u{2028}"]), after in "[a-z]{0,4}") {
        for text in [
            format!("{before}{evil}{after}@example.org"),
            format!("a@{before}{evil}{after}.org"),
            format!("ann@example.org{evil}{after}"),
            format!("{evil}ann@example.org"),
        ] {
            prop_assert!(Address::new(text.clone()).is_err(), "{}", text.escape_debug());
            prop_assert!(EhloName::new(text.clone()).is_err());
            let vrfy = ready(Limits::default(), "SMTPUTF8").send(Command::Vrfy { query: &text }, &mut Vec::new());
            prop_assert!(vrfy.is_err() || !evil.chars().any(char::is_control));
        }
    }
}

fn unxtext(text: &str) -> Vec<u8> {
    let mut parts = text.split('+');
    let mut out = parts.next().unwrap().as_bytes().to_vec();
    for part in parts {
        out.push(u8::from_str_radix(&part[..2], 16).unwrap());
        out.extend_from_slice(&part.as_bytes()[2..]);
    }
    out
}

fn one_line(out: &[u8]) -> Result<(), TestCaseError> {
    let line = out.strip_suffix(b"\r\n");
    prop_assert!(line.is_some_and(|line| !line.iter().any(|byte| matches!(byte, b'\r' | b'\n' | 0))));
    Ok(())
}
