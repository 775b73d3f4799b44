//! Every IMAP command that Dovecot knows, by `imap-min`.

use std::num::{NonZeroU32, NonZeroU64};

use imap_min::{
    Append, AppendForm, Attribute, Client, CodeName, Date, DateTime, Error, Event, FetchAttribute, FetchItem,
    Flag, ListOptions, Mailbox, PartKind, Partial, SearchKey, SearchOptions, Section, SelectParameter,
    SequenceSet, StatusItem, Store, UidSet,
};

use super::ensure;
use super::imap_tap::{Notes, Tap, recorded, session};
use crate::Failed;
use crate::bed::Bed;

const MESSAGE: &[u8] = b"From: \"A. Sender\" <a@example.org>\r\nTo: <b@example.org>, <c@example.org>\r\n\
Subject: Caf=?utf-8?q?=C3=A9?= 1\r\nMessage-ID: <1@example.org>\r\nMIME-Version: 1.0\r\n\
Content-Type: multipart/mixed; boundary=\"cut\"\r\n\r\n--cut\r\nContent-Type: text/plain; charset=utf-8\r\n\
Content-Transfer-Encoding: quoted-printable\r\n\r\ncaf=C3=A9\r\n--cut\r\n\
Content-Type: application/octet-stream; name=\"x.bin\"\r\nContent-Disposition: attachment; filename=\"x.bin\"\r\n\
Content-Transfer-Encoding: base64\r\n\r\nAAECAw==\r\n--cut--\r\n";

fn name(name: &str) -> Result<Mailbox, Error> {
    Mailbox::new(name)
}

/// Mailboxes made, listed, renamed, subscribed and removed; what else needs none to be open.
pub(super) async fn mailboxes(bed: &Bed) -> Result<(), Failed> {
    let (mut imap, notes) = recorded(bed).await?;
    notes.act("ID name=interop");
    let id = imap.id(&[("name", "interop")]).await?;
    ensure(id.get("name").as_deref() == Some("Dovecot"), format!("{id:?}"))?;
    notes.act("NAMESPACE");
    let namespaces = imap.namespace().await?;
    let delimiters: Vec<_> = namespaces.personal().map(|space| space.delimiter).collect();
    ensure(delimiters == [Some('/')], format!("{namespaces:?}"))?;
    let (year, month) = (name("Year")?, name("Year/März & Mai")?);
    for mailbox in [&year, &month] {
        notes.act(format!("CREATE {}", mailbox.name()));
        imap.create(mailbox).await?;
    }
    notes.act("CREATE Year");
    match imap.create(&year).await {
        Err(Error::Refused(no)) if no.code == Some(CodeName::AlreadyExists) => {}
        other => return Err(format!("made twice: {other:?}").into()),
    }
    notes.act("LIST *");
    let names: Vec<String> =
        imap.list("*").await?.iter().map(|list| list.name.decode().into_owned()).collect();
    ensure(names.iter().any(|name| name == "Year/März & Mai"), format!("{names:?}"))?;
    let later = name("Year/Juni")?;
    notes.act("RENAME Year/März Year/Juni");
    imap.rename(&month, &later).await?;
    notes.act("SUBSCRIBE Year/Juni");
    imap.subscribe(&later).await?;
    notes.act("LSUB *");
    ensure(imap.lsub("*").await?.iter().any(|list| list.name.decode() == "Year/Juni"), "not subscribed")?;
    let mut options = ListOptions::default();
    options.return_children = true;
    options.return_subscribed = true;
    options.return_special_use = true;
    options.return_status = &[StatusItem::Messages, StatusItem::UidNext, StatusItem::HighestModSeq];
    notes.act("LIST * children subscribed special-use status=MESSAGES status=UIDNEXT status=HIGHESTMODSEQ");
    let listing = imap.list_with("", "*", options).await?;
    let special = listing.mailboxes.iter().any(|list| list.attributes.has(&Attribute::Sent));
    ensure(special && listing.statuses.len() >= 4, format!("{listing:?}"))?;
    let mut options = ListOptions::default();
    options.subscribed = true;
    options.recursive_match = true;
    notes.act("LIST % select-subscribed recursive");
    let subscribed = imap.list_with("", "%", options).await?.mailboxes;
    ensure(subscribed.iter().any(|list| !list.extended.is_empty()), format!("{subscribed:?}"))?;
    notes.act("STATUS Year/Juni MESSAGES RECENT UIDNEXT UIDVALIDITY UNSEEN SIZE HIGHESTMODSEQ");
    let status = imap
        .status(
            &later,
            &[
                StatusItem::Messages,
                StatusItem::Recent,
                StatusItem::UidNext,
                StatusItem::UidValidity,
                StatusItem::Unseen,
                StatusItem::Size,
                StatusItem::HighestModSeq,
            ],
        )
        .await?;
    ensure(status.messages == Some(0) && status.uid_next == Some(1), format!("{status:?}"))?;
    notes.act("GETQUOTAROOT INBOX");
    let quotas = imap.quota_of(&Mailbox::inbox()).await?;
    let limit = quotas.iter().flat_map(|quota| quota.resources()).map(|resource| resource.limit).max();
    ensure(limit == Some(2 * 1024 * 1024), format!("{quotas:?}"))?;
    notes.act("GETQUOTA User quota");
    ensure(imap.quota("User quota").await?.len() == 1, "no quota")?;
    notes.act("UNSUBSCRIBE Year/Juni");
    imap.unsubscribe(&later).await?;
    for mailbox in [&later, &year] {
        notes.act(format!("DELETE {}", mailbox.name()));
        imap.delete(mailbox).await?;
    }
    notes.act("STATUS Year MESSAGES");
    match imap.status(&year, &[StatusItem::Messages]).await {
        Err(Error::Refused(_)) => {}
        other => return Err(format!("removed: {other:?}").into()),
    }
    notes.act("RAW THREAD");
    match imap.raw("THREAD", |_| Ok(())).await {
        Err(Error::Refused(_)) => {}
        other => return Err(format!("no mailbox is open: {other:?}").into()),
    }
    notes.act("LOGOUT");
    imap.logout().await?;
    notes.save("dovecot-mailboxes.txt")
}

/// An empty mailbox, made anew and opened.
async fn empty(imap: &mut Client<Tap>, notes: &Notes, mailbox: &Mailbox) -> Result<(), Failed> {
    notes.act(format!("CREATE {}", mailbox.name()));
    imap.create(mailbox).await?;
    notes.act(format!("SELECT {}", mailbox.name()));
    let view = imap.select(mailbox).await?;
    ensure(view.exists == 0 && view.uid_validity.is_some() && !view.read_only, format!("{view:?}"))
}

/// Messages added, found, fetched in every form, changed, copied, moved and removed.
pub(super) async fn messages(bed: &Bed) -> Result<(), Failed> {
    let (mut imap, notes) = recorded(bed).await?;
    let (here, there) = (name("Messages")?, name("Elsewhere")?);
    imap.create(&there).await?;
    empty(&mut imap, &notes, &here).await?;
    let flags = [Flag::Seen, Flag::Keyword(b"$Forwarded")];
    let date = DateTime::new(Date::new(2024, 2, 29)?, (12, 30, 0), 60)?;
    let append = Append::new(&here, MESSAGE.len() as u64).flags(&flags).date(date);
    let mut uids = Vec::new();
    for _ in 0..5 {
        let added = imap.append(append, &mut { MESSAGE }).await?.ok_or("no APPENDUID")?;
        uids.push(added.uid);
    }
    ensure(uids == [1, 2, 3, 4, 5], format!("{uids:?}"))?;
    let binary = append.form(AppendForm::Binary);
    ensure(imap.append(binary, &mut { MESSAGE }).await?.is_some_and(|added| added.uid == 6), "BINARY")?;
    ensure(imap.connection().selected().is_some_and(|view| view.exists == 6), "the view does not follow")?;
    // Too long for a literal that needs no go-ahead.
    let long = MESSAGE.repeat(300);
    imap.append(Append::new(&there, long.len() as u64), &mut long.as_slice()).await?;
    match imap.append(Append::new(&name("None")?, 1), &mut { b"x" as &[u8] }).await {
        Err(Error::Refused(no)) if no.code == Some(CodeName::TryCreate) => {}
        other => return Err(format!("no such mailbox: {other:?}").into()),
    }
    searches(&mut imap, &notes).await?;
    fetches(&mut imap, &notes).await?;
    changes(&mut imap, &notes, &there).await?;
    imap.delete(&there).await?;
    notes.act("LOGOUT");
    imap.logout().await?;
    Ok(())
}

async fn searches(imap: &mut Client<Tap>, notes: &Notes) -> Result<(), Failed> {
    notes.act("UID SEARCH ALL");
    let all = imap.uid_search(&[SearchKey::All]).await?;
    ensure(all.to_string() == "1:6", format!("{all}"))?;
    let some = UidSet::from_on(5);
    let keys = [
        SearchKey::Or(&SearchKey::Subject("café"), &SearchKey::Body("none")),
        SearchKey::Since(Date::new(2024, 2, 28)?),
        SearchKey::Not(&SearchKey::Deleted),
        SearchKey::Larger(100),
        SearchKey::Uid(&some),
        SearchKey::Header("Message-ID", "1@"),
    ];
    let mut options = SearchOptions::all();
    (options.min, options.max, options.count) = (true, true, true);
    let found = imap.search(&keys, options).await?;
    ensure(
        (found.min, found.max, found.count) == (Some(5), Some(6), Some(2)) && !found.widened,
        format!("{found:?}"),
    )?;
    let none = imap.search(&[SearchKey::Unseen], SearchOptions::all()).await?;
    ensure(none.uids.is_empty(), format!("{none:?}"))?;
    let positions = imap.seq_search(&[SearchKey::Sequence(&SequenceSet::try_from(2..=3)?)]).await?;
    ensure(positions.to_string() == "2:3", format!("{positions}"))?;
    let found = imap.search(&[SearchKey::ModSeq(1)], SearchOptions::default()).await?;
    ensure(found.mod_seq.is_some() && found.uids.len() == 6, format!("{found:?}"))
}

async fn fetches(imap: &mut Client<Tap>, notes: &Notes) -> Result<(), Failed> {
    let all = [
        FetchAttribute::Uid,
        FetchAttribute::Flags,
        FetchAttribute::InternalDate,
        FetchAttribute::Rfc822Size,
        FetchAttribute::Envelope,
        FetchAttribute::BodyStructure,
        FetchAttribute::ModSeq,
    ];
    notes.act("UID FETCH 1 UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE MODSEQ");
    let rows = imap.uid_fetch(&UidSet::all(), &all).await?;
    let positions = imap.seq_fetch(&SequenceSet::all(), &all).await?;
    ensure(rows.len() == 6 && rows == positions, format!("{rows:?}"))?;
    let row = rows.first().ok_or("no row")?;
    ensure(row.size == Some(MESSAGE.len() as u64), format!("{:?}", row.size))?;
    // Dovecot keeps the moment, and tells it in its own zone.
    ensure(row.internal_date.map(DateTime::unix) == Some(1_709_206_200), format!("{:?}", row.internal_date))?;
    ensure(row.flags.as_ref().is_some_and(|flags| flags.has(&Flag::Seen)), format!("{:?}", row.flags))?;
    let envelope = row.envelope.as_ref().ok_or("no envelope")?;
    let to: Vec<_> = envelope.to().filter_map(|address| address.email()).collect();
    ensure(to == ["b@example.org", "c@example.org"], format!("{envelope:?}"))?;
    let structure = row.body_structure.as_ref().ok_or("no structure")?;
    let parts: Vec<_> = structure.parts().map(|part| (part.section.clone(), part.kind)).collect();
    ensure(
        parts.len() == 3 && matches!(parts.first(), Some((_, PartKind::Multipart))),
        format!("{parts:?}"),
    )?;
    // Bodies in every form.
    for (section, partial, expected) in [
        (Section::Full, None, MESSAGE),
        (Section::Other(b"1"), None, &b"caf=C3=A9"[..]),
        (Section::Other(b"2.MIME"), Some((0, 12)), b"Content-Type"),
        (Section::Full, Some((6, 4)), b"\"A. "),
        (Section::Other(b"HEADER.FIELDS (MESSAGE-ID)"), None, b"Message-ID: <1@example.org>\r\n\r\n"),
    ] {
        let partial = partial
            .and_then(|(offset, length)| NonZeroU32::new(length).map(|length| Partial { offset, length }));
        let (mut by_uid, mut by_position) = (Vec::new(), Vec::new());
        imap.fetch_section(3, section, partial, &mut by_uid).await?;
        imap.seq_fetch_section(3, section, partial, &mut by_position).await?;
        ensure(
            by_uid == expected && by_uid == by_position,
            format!("{section:?}: {}", by_uid.escape_ascii()),
        )?;
    }
    ensure(imap.fetch_body(99, &mut Vec::new()).await?.is_none(), "a message that is not there")?;
    let attributes = [
        FetchAttribute::Binary { section: Section::Other(b"2"), partial: None },
        FetchAttribute::BinarySize { section: Section::Other(b"2") },
    ];
    notes.act("UID FETCH 1 BINARY[2] BINARY.SIZE[2]");
    let mut answers = imap.uid_fetch_stream(&UidSet::from(1), &attributes).await?;
    let (mut octets, mut sizes): (Vec<u8>, Vec<u64>) = Default::default();
    while let Some(event) = answers.next().await? {
        match event {
            Event::Body(piece) => octets.extend(piece),
            Event::FetchItem(FetchItem::BinarySize { size, .. }) => sizes.push(size),
            _ => {}
        }
    }
    drop(answers);
    ensure(octets == [0, 1, 2, 3] && sizes == [4], format!("{octets:?} {sizes:?}"))?;
    // Dropped half way, the next method reads the rest.
    let mut answers = imap.uid_fetch_stream(&UidSet::all(), &[FetchAttribute::MESSAGE]).await?;
    answers.next().await?;
    drop(answers);
    Ok(imap.noop().await?)
}

async fn changes(imap: &mut Client<Tap>, notes: &Notes, there: &Mailbox) -> Result<(), Failed> {
    let (one, flagged) = (UidSet::from(1), [Flag::Flagged]);
    notes.act("UID STORE 1 +FLAGS \\Flagged");
    let stored = imap.uid_store(&one, Store::add(&flagged)).await?;
    ensure(stored.changed.len() == 1, format!("{stored:?}"))?;
    let stored = imap.seq_store(&SequenceSet::from(1), Store::remove(&flagged)).await?;
    ensure(stored.changed.len() == 1, format!("{stored:?}"))?;
    imap.uid_store(&one, Store::replace(&[Flag::Draft]).silently()).await?;
    let late = imap.uid_store(&one, Store::add(&flagged).unchanged_since(1)).await?;
    ensure(late.modified == one, format!("{late:?}"))?;
    let copied = imap.uid_copy(&UidSet::try_from(1..=2)?, there).await?.ok_or("no COPYUID")?;
    ensure(copied.source.len() == 2 && copied.destination.len() == 2, format!("{copied:?}"))?;
    let copied = imap.seq_copy(&SequenceSet::from(1), there).await?.ok_or("no COPYUID")?;
    ensure(copied.source == one, format!("{copied:?}"))?;
    let moved = imap.uid_move(&one, there).await?.ok_or("no COPYUID")?;
    ensure(moved.source == one, format!("{moved:?}"))?;
    let moved = imap.seq_move(&SequenceSet::from(1), there).await?.ok_or("no COPYUID")?;
    ensure(moved.source == UidSet::from(2), format!("{moved:?}"))?;
    let left = |imap: &Client<Tap>| imap.connection().selected().map(|view| view.exists);
    ensure(left(imap) == Some(4), format!("{:?}", left(imap)))?;
    imap.uid_store(&UidSet::all(), Store::add(&[Flag::Deleted])).await?;
    imap.uid_expunge(&UidSet::from(3)).await?;
    ensure(left(imap) == Some(3), format!("{:?}", left(imap)))?;
    imap.check().await?;
    imap.expunge().await?;
    ensure(left(imap) == Some(0), format!("{:?}", left(imap)))?;
    imap.close().await?;
    let view = imap.examine(there).await?;
    ensure(view.read_only && view.exists == 6, format!("{view:?}"))?;
    imap.unselect().await?;
    imap.delete(&name("Messages")?).await?;
    Ok(())
}

/// A mailbox that is opened again tells what has changed meanwhile, and only that.
pub(super) async fn resync(bed: &Bed) -> Result<(), Failed> {
    let (mut imap, notes) = recorded(bed).await?;
    let mailbox = name("Resync")?;
    notes.act("ENABLE CONDSTORE QRESYNC");
    imap.enable(&["CONDSTORE", "QRESYNC"]).await?;
    empty(&mut imap, &notes, &mailbox).await?;
    for _ in 0..4 {
        imap.append(Append::new(&mailbox, MESSAGE.len() as u64), &mut { MESSAGE }).await?;
    }
    let before = imap.connection().selected().cloned().ok_or("no view")?;
    let uid_validity = before.uid_validity.and_then(NonZeroU32::new).ok_or("no UIDVALIDITY")?;
    imap.uid_fetch(&UidSet::all(), &[FetchAttribute::ModSeq]).await?;
    let known = imap.connection().selected().and_then(|view| view.highest_mod_seq);
    let mod_seq = known.and_then(NonZeroU64::new).ok_or("no MODSEQ")?.get();
    imap.uid_store(&UidSet::from(4), Store::add(&[Flag::Flagged])).await?;
    imap.uid_store(&UidSet::from(2), Store::add(&[Flag::Deleted])).await?;
    imap.expunge().await?;
    imap.unselect().await?;
    let (mut gone, mut changed) = (Vec::new(), Vec::new());
    notes.act(format!("SELECT Resync QRESYNC {uid_validity} {mod_seq}"));
    let parameter = SelectParameter::Resync { uid_validity, mod_seq, known: None };
    let view = imap
        .select_with(&mailbox, false, parameter, |event| {
            match event {
                Event::Vanished { earlier: true, uids } => gone.extend(uids.numbers()),
                Event::FetchItem(FetchItem::Uid(uid)) => changed.push(uid),
                _ => {}
            }
            Ok(())
        })
        .await?;
    ensure(gone == [2] && changed == [4], format!("gone {gone:?}, changed {changed:?}"))?;
    ensure(view.exists == 3, format!("{view:?}"))?;
    notes.act(format!("UID FETCH 1:* UID FLAGS since={mod_seq} vanished"));
    let attributes = [FetchAttribute::Uid, FetchAttribute::Flags];
    let mut answers = imap.uid_fetch_changed(&UidSet::all(), &attributes, mod_seq, true).await?;
    let (mut vanished, mut rows) = (0, 0);
    while let Some(event) = answers.next().await? {
        match event {
            Event::Vanished { uids, .. } => vanished += uids.count(),
            Event::FetchStart(_) => rows += 1,
            _ => {}
        }
    }
    drop(answers);
    ensure((vanished, rows) == (1, 1), format!("{vanished} vanished, {rows} changed"))?;
    notes.act("UNSELECT");
    imap.unselect().await?;
    imap.delete(&mailbox).await?;
    imap.logout().await?;
    notes.save("dovecot-resync.txt")
}

/// The same session compressed.
pub(super) async fn compressed(bed: &Bed) -> Result<(), Failed> {
    let imap = session(bed).await?;
    let mut imap = imap.compress().await?;
    let mailbox = name("Compressed")?;
    imap.create(&mailbox).await?;
    let long = super::message("compressed", 3 * 1024 * 1024);
    imap.append(Append::new(&mailbox, long.len() as u64), &mut long.as_slice()).await?;
    imap.select(&mailbox).await?;
    let mut back = Vec::new();
    imap.fetch_body(1, &mut back).await?;
    ensure(back == long, "the message differs")?;
    imap.unselect().await?;
    imap.delete(&mailbox).await?;
    imap.logout().await?;
    Ok(())
}
