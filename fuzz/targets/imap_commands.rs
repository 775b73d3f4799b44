//! Any arguments in commands: each is one command, or refused and nothing is sent.
#![no_main]

use imap_min::{
    Append, Command, Connection, FetchAttribute, Flag, Limits, ListOptions, Mailbox, SearchKey, Section,
    Store, UidSet,
};
use libfuzzer_sys::fuzz_target;

/// A session with a mailbox open. `literals` says that long arguments may be literals without a go-ahead.
fn selected(literals: bool) -> Connection {
    let mut connection = Connection::new(Limits::default());
    let mut out = Vec::new();
    let hear = |connection: &mut Connection, mut input: &[u8]| {
        while let Ok(Some((used, _))) = connection.receive(input, &mut Vec::new()) {
            input = &input[used..];
        }
    };
    let greeting: &[u8] = if literals {
        b"* PREAUTH [CAPABILITY IMAP4rev1 LITERAL+ ID ENABLE SPECIAL-USE UIDPLUS QUOTA] in\r\n"
    } else {
        b"* PREAUTH in\r\n"
    };
    hear(&mut connection, greeting);
    connection.send(Command::Select { mailbox: &Mailbox::inbox() }, &mut out).expect("it is logged in");
    hear(&mut connection, b"* 9 EXISTS\r\nA1 OK\r\n");
    connection
}

fn check(literals: bool, command: Command<'_>) {
    let mut connection = selected(literals);
    let mut out = Vec::new();
    if connection.send(command, &mut out).is_err() {
        assert!(out.is_empty(), "refused, and yet sent");
        return;
    }
    assert!(out.ends_with(b"\r\n") && out.starts_with(b"A2 "));
    let mut rest = out.as_slice();
    // One line, but for literals, each as long as it says; whatever a server would take for one is one.
    loop {
        let end = rest.iter().position(|byte| *byte == b'\n').expect("a line");
        let line = rest[..end].strip_suffix(b"\r").expect("CRLF");
        assert!(!line.iter().any(|byte| matches!(byte, 0 | b'\r')));
        rest = &rest[end + 1..];
        let length = line.strip_suffix(b"}").and_then(|line| {
            let line = line.strip_suffix(b"+").unwrap_or(line);
            let digits = line.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
            let (head, digits) = line.split_at(line.len() - digits);
            head.ends_with(b"{").then(|| std::str::from_utf8(digits).ok()?.parse::<usize>().ok()).flatten()
        });
        match length {
            // The server's go-ahead comes first.
            Some(_) if rest.is_empty() => return,
            Some(length) => rest = rest.get(length..).expect("a literal is as long as it says"),
            None => {
                assert!(rest.is_empty(), "a second command");
                return;
            }
        }
    }
}

fuzz_target!(|input: (bool, u8, &str, &str, &[u8])| {
    let (literals, which, one, two, octets) = input;
    let mailbox = Mailbox::new(one).unwrap_or_else(|_| Mailbox::inbox());
    let other = Mailbox::new(two).unwrap_or_else(|_| Mailbox::inbox());
    let messages = UidSet::from(7);
    let flags = [Flag::Keyword(octets), Flag::Other(octets)];
    let command = match which % 16 {
        0 => Command::Login { user: one, password: two },
        1 => Command::Examine { mailbox: &mailbox },
        2 => Command::Rename { from: &mailbox, to: &other },
        3 => Command::List { reference: one, pattern: two, options: ListOptions::default() },
        4 => return check(literals, Command::UidSearch { keys: &[SearchKey::Header(one, two)] }),
        5 => {
            let keys = [SearchKey::Or(&SearchKey::Text(one), &SearchKey::Keyword(two)), SearchKey::From(one)];
            return check(literals, Command::UidSearch { keys: &keys });
        }
        6 => return check(literals, Command::UidStore { messages: &messages, store: Store::add(&flags) }),
        7 => {
            let attributes = [FetchAttribute::body(Section::Other(octets))];
            return check(literals, Command::UidFetch { messages: &messages, attributes: &attributes });
        }
        8 => return check(literals, Command::Id { fields: &[(one, two)] }),
        9 => return check(literals, Command::Enable { capabilities: &[one, two] }),
        10 => Command::GetQuota { root: one },
        11 => Command::Raw { line: one },
        12 => Command::UidCopy { messages: &messages, mailbox: &mailbox },
        13 => {
            let append = Append::new(&mailbox, 0).flags(&flags);
            return check(false, Command::Append(append));
        }
        14 => Command::Lsub { reference: one, pattern: two },
        _ => Command::Create { mailbox: &mailbox },
    };
    check(literals, command);
});
