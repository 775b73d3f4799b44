//! What holds for all inputs.

use imap_min::{Command, Connection, Event, FetchAttribute, Limits, Mailbox, SearchKey, Section, UidSet};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::commands::selected;

/// All that a machine says about some bytes, with bodies and hits joined, cut as told.
fn said(connection: &mut Connection, bytes: &[u8], cuts: &[usize]) -> Vec<String> {
    let (mut input, mut said, mut fed) = (Vec::new(), Vec::<String>::new(), 0);
    let mut ends: Vec<usize> = cuts.iter().map(|cut| cut % (bytes.len() + 1)).chain([bytes.len()]).collect();
    ends.sort_unstable();
    for end in ends {
        input.extend(&bytes[fed..end]);
        fed = end;
        loop {
            let wants = connection.wants_input(&input);
            match connection.receive(&input, &mut Vec::new()) {
                Ok(Some((used, event))) => {
                    assert!(!wants && used <= input.len());
                    let (kind, text) = match event {
                        Event::Body(octets) => ("body ", octets.escape_ascii().to_string()),
                        Event::SearchHits(hits) => ("hits ", hits.map(|uid| format!("{uid} ")).collect()),
                        other => ("", format!("{other:?}")),
                    };
                    match said.last_mut().filter(|last| !kind.is_empty() && last.starts_with(kind)) {
                        Some(last) => last.push_str(&text),
                        None => said.push(format!("{kind}{text}")),
                    }
                    input.drain(..used);
                }
                Ok(None) => {
                    assert!(wants);
                    break;
                }
                Err(error) => {
                    assert!(!wants);
                    said.push(error.to_string());
                    return said;
                }
            }
        }
    }
    said
}

fn string() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("NIL".to_owned()),
        "[a-zA-Z0-9 ]{0,12}".prop_map(|text| format!("\"{text}\"")),
        r#"([a-z(){}\[\]]|\\"|\\\\){0,8}"#.prop_map(|text| format!("\"{text}\"")),
        "[ -~\r\n]{0,12}".prop_map(|text| format!("{{{}}}\r\n{text}", text.len())),
    ]
}

fn item() -> impl Strategy<Value = String> {
    let addresses = prop_oneof![
        Just("NIL".to_owned()),
        Just("()".to_owned()),
        vec(string(), 4).prop_map(|parts| format!("(({}))", parts.join(" "))),
    ];
    let envelope = (vec(string(), 4), vec(addresses, 6))
        .prop_map(|(s, a)| format!("ENVELOPE ({} {} {} {} {})", s[0], s[1], a.join(" "), s[2], s[3]));
    let section = prop_oneof![Just(""), Just("HEADER"), Just("1.2.MIME"), Just("HEADER.FIELDS (TO)")];
    prop_oneof![
        any::<u32>().prop_map(|uid| format!("UID {uid}")),
        "( ?[a-z$]{1,5}){0,4}".prop_map(|flags| format!("FLAGS ({flags})")),
        any::<u32>().prop_map(|size| format!("RFC822.SIZE {size}")),
        Just("INTERNALDATE \"17-Jul-1996 02:44:25 -0700\"".to_owned()),
        envelope,
        (section, string()).prop_map(|(section, body)| format!("BODY[{section}] {body}")),
        (vec(string(), 0..4)).prop_map(|parts| format!("X-NEW ({})", parts.join(" "))),
        Just("FLAGS nonsense".to_owned()),
    ]
}

fn response() -> impl Strategy<Value = String> {
    prop_oneof![
        (any::<u8>(), vec(item(), 0..5), prop_oneof![4 => Just(" "), 1 => Just(" \r\n")])
            .prop_map(|(seq, items, blank)| format!("* {seq} FETCH ({})\r\n", items.join(blank))),
        vec(1_u32.., 0..9).prop_map(|uids| {
            let uids: String = uids.iter().map(|uid| format!(" {uid}")).collect();
            format!("* SEARCH{uids}\r\n")
        }),
        "[a-zA-Z ]{0,9}( ?\\{[0-9]\\})?".prop_map(|text| format!("* OK {text}\r\n")),
        (vec(string(), 0..3)).prop_map(|parts| format!("* LIST ({})\r\n", parts.join(" "))),
        any::<u16>().prop_map(|count| format!("* {count} EXISTS\r\n")),
        "[ -~]{0,12}".prop_map(|junk| format!("{junk}\n")),
    ]
}

proptest! {
    #[test]
    fn how_the_network_cuts_it_changes_nothing(
        responses in vec(response(), 1..6),
        cuts in vec(any::<usize>(), 0..12),
    ) {
        let bytes = responses.concat().into_bytes();
        let whole = said(&mut selected(), &bytes, &[]);
        prop_assert_eq!(&said(&mut selected(), &bytes, &cuts), &whole);
        let every: Vec<usize> = (0..bytes.len()).collect();
        prop_assert_eq!(&said(&mut selected(), &bytes, &every), &whole);
    }

    #[test]
    fn any_bytes_do_no_harm(bytes in vec(any::<u8>(), 0..200), cuts in vec(any::<usize>(), 0..4)) {
        said(&mut Connection::new(Limits::default()), &bytes, &cuts);
        said(&mut selected(), &bytes, &cuts);
        let fetch = [b"* 1 FETCH (", bytes.as_slice(), b")\r\n"].concat();
        said(&mut selected(), &fetch, &cuts);
    }

    #[test]
    fn any_argument_is_one_command_or_none(bytes in vec(any::<u8>(), 0..40), text in any::<String>()) {
        let (mut connection, mut out) = (selected(), Vec::new());
        let lossy = String::from_utf8_lossy(&bytes).into_owned();
        for text in [&text, &lossy] {
            if let Ok(mailbox) = Mailbox::new(text) {
                let _ = connection.send(Command::Examine { mailbox: &mailbox }, &mut out);
            }
            for key in [SearchKey::Subject(text), SearchKey::Keyword(text), SearchKey::Header(text, text)] {
                let _ = connection.send(Command::UidSearch { keys: &[key] }, &mut out);
            }
        }
        let attributes = [FetchAttribute::body(Section::Other(&bytes))];
        let _ = connection.send(Command::UidFetch { messages: &UidSet::from(1), attributes: &attributes }, &mut out);
        check_lines(&out)?;
        let mut connection = Connection::new(Limits::default());
        said(&mut connection, b"* OK ready\r\n", &[]);
        let mut out = Vec::new();
        let _ = connection.send(Command::Authenticate { mechanism: &text, initial_response: Some(&bytes) }, &mut out);
        let login = Command::Authenticate { mechanism: "XOAUTH2", initial_response: Some(&bytes) };
        let _ = connection.send(login, &mut out);
        check_lines(&out)?;
    }
}

/// Each line is one command with balanced quotes, which no server takes for the head of a literal.
fn check_lines(out: &[u8]) -> Result<(), TestCaseError> {
    for line in out.split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r\n");
        prop_assert!(
            line.is_some_and(|line| !line.iter().any(|byte| matches!(byte, 0 | b'\r' | b'\n' | 128..)))
        );
        let line = line.unwrap_or_default();
        prop_assert!(line.starts_with(b"A"));
        let last = line.rsplit(|byte| *byte == b' ').next().unwrap_or_default();
        let literal = last.contains(&b'{') && last.last() == Some(&b'}');
        prop_assert!(!literal, "a literal's head");
    }
    Ok(())
}
