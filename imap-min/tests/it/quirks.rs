//! The list of 134 things that real servers do, and where each is replayed.
//!
//! A transcript says `Quirk n` in a comment where it has one. Those without a transcript stand here with their reason.

use std::collections::BTreeMap;
use std::path::Path;

/// What a transcript of this crate cannot show.
const ELSEWHERE: &[(std::ops::RangeInclusive<u32>, &str)] = &[
    (37..=37, "which name logs in to a shared mailbox is for the caller; any name goes out as one string"),
    (41..=51, "POP3 and SMTP"),
    (59..=59, "macros are never sent: attributes are listed"),
    (66..=67, "SMTP"),
    (69..=69, "POP3"),
    (71..=71, "SMTP"),
    (78..=78, "SASL messages are the caller's"),
    (80..=80, "long commands: UidSet::pieces, in commands.rs"),
    (86..=86, "ANNOTATE is never sent"),
    (88..=88, "tokens are the caller's; a server that closes the connection is Error::Eof"),
    (91..=91, "literal8 and CATENATE are not sent unless the caller asks"),
    (97..=98, "POP3 and SMTP"),
    (101..=101, "silence is Error::TimedOut, in client.rs"),
    (102..=102, "long commands: UidSet::pieces, in commands.rs"),
    (127..=130, "POP3 and SMTP"),
];

#[test]
fn every_quirk_of_the_list_is_replayed_or_has_a_reason() {
    let mut places: BTreeMap<u32, String> = BTreeMap::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let comments: String = text.lines().filter(|line| line.starts_with('#')).collect();
        // "Quirk 6: ..." and "Quirks 54, 55 and 56: ..."
        for mark in comments.split("Quirk").skip(1) {
            let head = mark.split(':').next().unwrap_or_default();
            for number in head.split(|c: char| !c.is_ascii_digit()).filter_map(|word| word.parse().ok()) {
                places.insert(number, path.display().to_string());
            }
        }
    }
    for number in 1..=134 {
        let reason = ELSEWHERE.iter().find(|(numbers, _)| numbers.contains(&number));
        let shown = places.get(&number);
        assert!(reason.is_some() != shown.is_some(), "quirk {number}: {reason:?} {shown:?}");
    }
    assert_eq!(places.keys().filter(|number| **number > 134).count(), 0);
}
