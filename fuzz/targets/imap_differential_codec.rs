//! One response, read by `imap-min` and by `imap-codec`: where both accept it, they mean the same.
//!
//! What `imap-min` tells a quirk of is not compared: there the two differ on purpose.
#![no_main]

use fuzz::meaning::{Meaning, ours, plain, text};
use imap_codec::ResponseCodec;
use imap_codec::decode::Decoder as _;
use imap_codec::imap_types::core::NString;
use imap_codec::imap_types::fetch::MessageDataItem;
use imap_codec::imap_types::flag::FlagFetch;
use imap_codec::imap_types::mailbox::Mailbox;
use imap_codec::imap_types::response::{Data, Response};
use libfuzzer_sys::fuzz_target;

fn shown(string: &NString<'_>) -> Option<String> {
    string.0.as_ref().map(|octets| text(octets.as_ref()))
}

fn name(mailbox: &Mailbox<'_>) -> String {
    match mailbox {
        Mailbox::Inbox => "inbox".to_owned(),
        Mailbox::Other(other) => text(other.as_ref()).to_ascii_lowercase(),
    }
}

fn theirs(line: &[u8]) -> Option<Meaning> {
    let (rest, response) = ResponseCodec::default().decode(line).ok()?;
    let Response::Data(data) = response else { return None };
    if !rest.is_empty() {
        return None;
    }
    let mut meaning = Meaning::default();
    match data {
        Data::Exists(number) => (meaning.kind, meaning.number) = ("exists", number.into()),
        Data::Recent(number) => (meaning.kind, meaning.number) = ("recent", number.into()),
        Data::Expunge(number) => (meaning.kind, meaning.number) = ("expunge", number.get().into()),
        Data::Flags(flags) => {
            meaning.kind = "flags";
            meaning.texts = flags.iter().map(|flag| plain(&flag.to_string())).collect();
        }
        Data::Search(numbers, ..) => {
            meaning.kind = "search";
            meaning.numbers = numbers.into_iter().map(std::num::NonZeroU32::get).collect();
        }
        Data::List { delimiter, mailbox, .. } => {
            meaning.kind = "list";
            meaning.number = delimiter.map_or(0, |delimiter| u64::from(u32::from(delimiter.inner())));
            meaning.texts.push(name(&mailbox));
        }
        Data::Fetch { seq, items } => {
            (meaning.kind, meaning.number) = ("fetch", seq.get().into());
            for item in items {
                meaning.texts.push(match item {
                    MessageDataItem::Uid(uid) => format!("uid {uid}"),
                    MessageDataItem::Rfc822Size(size) => format!("size {size}"),
                    MessageDataItem::Flags(flags) => {
                        let flags = flags.iter().map(|flag| match flag {
                            FlagFetch::Flag(flag) => plain(&flag.to_string()),
                            FlagFetch::Recent => "recent".to_owned(),
                        });
                        format!("flags {:?}", flags.collect::<Vec<_>>())
                    }
                    MessageDataItem::Envelope(envelope) => {
                        let from: Vec<_> = envelope.from.iter().map(|from| shown(&from.mailbox)).collect();
                        let (subject, id) = (shown(&envelope.subject), shown(&envelope.message_id));
                        format!("envelope {subject:?} {id:?} {from:?}")
                    }
                    _ => return None,
                });
            }
        }
        _ => return None,
    }
    Some(meaning)
}

fuzz_target!(|bytes: &[u8]| {
    // One line, in the characters that both take for themselves.
    if bytes.iter().any(|byte| matches!(byte, b'\r' | b'\n' | b'{' | 0 | 128..)) {
        return;
    }
    let line = [b"* ", bytes, b"\r\n"].concat();
    if let (Some(mut ours), Some(theirs)) = (ours(&line), theirs(&line)) {
        if ours.kind == "list" {
            ours.texts.iter_mut().for_each(|name| name.make_ascii_lowercase());
        }
        assert_eq!(ours, theirs, "{}", line.escape_ascii());
    }
});
