//! Folders, parts, and what one session hears of another.

use mail_oauth_sim::Limits;

use crate::support::*;

const MIXED: &str = "From: A <a@b.example>\r\nSubject: two parts\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
    --b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello\r\n--b\r\nContent-Type: application/pdf; name=a.pdf\r\n\
    Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\nAAAA\r\n--b--\r\n";

#[tokio::test]
async fn folders_are_made_renamed_listed_and_removed() {
    let mut limits = Limits::default();
    limits.folders = 12;
    let tenant = builder().limits(limits).start().await.unwrap();
    let mut conn = imap_as(&tenant, ADELE, ADELE).await;
    for (command, answer) in [
        ("CREATE Projects/2026/", "A1 OK CREATE completed."),
        ("CREATE projects", "A1 NO [ALREADYEXISTS] Mailbox already exists."),
        ("CREATE \"a*b\"", "A1 BAD Command Argument Error. 12"),
        ("DELETE Projects", "A1 NO [HASCHILDREN] Mailbox has inferior names."),
        ("DELETE INBOX", "A1 NO [CANNOT] This mailbox can't be changed."),
        ("DELETE Nowhere", "A1 NO Nowhere doesn't exist."),
        ("RENAME Projects \"Old Projects\"", "A1 OK RENAME completed."),
        ("RENAME \"Sent Items\" Sent", "A1 NO [CANNOT] This mailbox can't be changed."),
        ("UNSUBSCRIBE \"Old Projects\"", "A1 OK UNSUBSCRIBE completed."),
        ("CREATE a", "A1 OK CREATE completed."),
        ("CREATE b/c/d", "A1 NO [LIMIT] Too many mailboxes."),
    ] {
        assert_eq!(conn.imap(command).await, [answer], "{command}");
    }
    let listed = conn.imap("LIST \"\" \"Old*\"").await;
    assert_eq!(listed[0], "* LIST (\\HasChildren) \"/\" \"Old Projects\"");
    assert_eq!(listed[1], "* LIST (\\HasNoChildren) \"/\" \"Old Projects/2026\"");
    assert_eq!(conn.imap("LIST \"\" Old%").await.len(), 2);
    assert_eq!(conn.imap("LIST \"Old Projects/\" %").await[0], listed[1]);
    assert_eq!(conn.imap("LSUB \"\" Old*").await.len(), 2, "the one that is not subscribed is left out");

    tenant.deliver(ADELE, "Subject: x\r\n\r\ny\r\n").unwrap();
    conn.imap("SELECT INBOX").await;
    assert!(conn.imap("COPY 1 \"Old Projects/2026\"").await[0].starts_with("A1 OK [COPYUID "));
    assert_eq!(tenant.messages_in(ADELE, "Old Projects/2026").unwrap().len(), 1);
    assert!(conn.imap("STATUS \"Old Projects/2026\" (MESSAGES)").await[0].contains("(MESSAGES 1)"));
    // A folder of the same name that is made again is another: its UIDs do not continue.
    let validity = async |conn: &mut Conn| conn.imap("STATUS a (UIDVALIDITY)").await[0].clone();
    let before = validity(&mut conn).await;
    conn.imap("DELETE a").await;
    conn.imap("CREATE a").await;
    assert_ne!(validity(&mut conn).await, before);
}

#[tokio::test]
async fn parts_have_numbers_and_the_structure_says_which() {
    let tenant = tenant().await;
    tenant.deliver(ADELE, MIXED).unwrap();
    let mut conn = imap_as(&tenant, ADELE, ADELE).await;
    conn.imap("SELECT INBOX").await;
    let structure = conn.imap("FETCH 1 BODYSTRUCTURE").await;
    assert!(
        structure[0].starts_with("* 1 FETCH (BODYSTRUCTURE ((\"TEXT\" \"PLAIN\" (\"CHARSET\" \"utf-8\")"),
        "{structure:?}"
    );
    assert!(structure[0].ends_with("\"MIXED\" (\"BOUNDARY\" \"b\") NIL NIL NIL))"), "{structure:?}");
    assert!(conn.imap("FETCH 1 FULL").await[0].contains(" BODY (("));
    assert_eq!(conn.imap("FETCH 1 BODY.PEEK[1]").await[..2], ["* 1 FETCH (BODY[1] {5}", "Hello)"]);
    assert_eq!(conn.imap("FETCH 1 BODY.PEEK[2]<1.2>").await[..2], ["* 1 FETCH (BODY[2]<1> {2}", "AA)"]);
    assert!(conn.imap("FETCH 1 BODY.PEEK[2.MIME]").await[1].starts_with("Content-Type: application/pdf"));
    assert_eq!(conn.imap("FETCH 1 BODY.PEEK[3]").await[0], "* 1 FETCH (BODY[3] NIL)");
    let fields = conn.imap("FETCH 1 BODY.PEEK[HEADER.FIELDS (SUBJECT)]").await;
    assert_eq!(fields[1], "Subject: two parts");
}

#[tokio::test]
async fn an_idle_session_hears_of_new_mail_flags_and_what_is_gone() {
    let tenant = tenant().await;
    tenant.deliver(ADELE, "Subject: x\r\n\r\ny\r\n").unwrap();
    let mut idle = imap_as(&tenant, ADELE, ADELE).await;
    idle.imap("SELECT INBOX").await;
    assert!(idle.ask("A1 IDLE").await.starts_with("+ "));
    tenant.deliver(ADELE, "Subject: z\r\n\r\ny\r\n").unwrap();
    assert_eq!(idle.lines_until("* 2 RECENT").await[0], "* 2 EXISTS");

    let mut other = imap_as(&tenant, ADELE, ADELE).await;
    other.imap("SELECT INBOX").await;
    let own = other.imap("STORE 1 +FLAGS (\\Flagged)").await;
    assert_eq!(own, ["* 1 FETCH (FLAGS (\\Flagged))", "A1 OK STORE completed."], "and not a second time");
    assert!(idle.line().await.starts_with("* 1 FETCH (FLAGS (\\Flagged"));
    other.imap("STORE 1 +FLAGS.SILENT (\\Deleted)").await;
    assert!(idle.line().await.contains("\\Deleted"));
    other.imap("EXPUNGE").await;
    assert_eq!(idle.line().await, "* 1 EXPUNGE");
    idle.send("DONE\r\n").await;
    idle.lines_until("A1 OK").await;
}
