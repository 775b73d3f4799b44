use std::time::Duration;

use mail_oauth_sim::{Fault, Service, Tenant, TokenSpec, User};

use crate::support::*;

const FIRST: &[u8] = b"From: \"Vance, Adele\" <adele@contoso.example>\r\nTo: megan@contoso.example\r\n\
    Subject: Re: \"quoted\"\r\nDate: Mon, 23 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@contoso.example>\r\n\r\n\
    Hello.\r\n.A dot.\r\n";

async fn refused(tenant: &Tenant, mailbox: &str, token: &str) {
    let mut conn = imap(tenant).await;
    let answer = conn.imap(&format!("AUTHENTICATE XOAUTH2 {}", xoauth2(mailbox, token))).await;
    assert_eq!(answer, ["A1 NO AUTHENTICATE failed."]);
    // The connection goes on, and nothing is open.
    assert_eq!(conn.imap("SELECT INBOX").await, ["A1 BAD Command received in Invalid state."]);
}

#[tokio::test]
async fn a_session_from_greeting_to_farewell() {
    let tenant = tenant().await;
    let mut conn = imap(&tenant).await;
    let before = conn.imap("CAPABILITY").await;
    assert!(before[0].contains(" SASL-IR ") && !before[0].contains(" MOVE "), "{before:?}");
    let sasl = xoauth2(ADELE, &token(&tenant, ADELE));
    // In two steps; and no capabilities with the OK.
    assert_eq!(conn.ask("A0 AUTHENTICATE XOAUTH2").await, "+ ");
    assert_eq!(conn.ask(&sasl).await, "A0 OK AUTHENTICATE completed.");
    let after = conn.imap("capability").await;
    assert!(after[0].contains(" MOVE ") && after[0].contains(" CLIENTACCESSRULES "), "{after:?}");
    assert!(conn.imap("ID NIL").await[0].starts_with("* ID (\"name\" "));
    assert_eq!(conn.imap("NAMESPACE").await[0], "* NAMESPACE ((\"\" \"/\")) NIL NIL");
    let list = conn.imap("LIST \"\" *").await;
    assert_eq!(list.len(), 9);
    assert!(list.contains(&"* LIST (\\Sent \\HasNoChildren) \"/\" \"Sent Items\"".into()), "{list:?}");
    assert_eq!(conn.imap("LIST \"\" \"\"").await[0], "* LIST (\\Noselect) \"/\" \"\"");
    assert_eq!(conn.imap("XYZZY").await, ["A1 BAD Command Error. 12"]);
    assert_eq!(
        conn.imap("LOGOUT").await,
        ["* BYE Microsoft Exchange Server IMAP4 server signing off.", "A1 OK LOGOUT completed."]
    );
    assert!(conn.rest().await.is_empty());
}

#[tokio::test]
async fn tokens_that_are_wrong_in_one_way_are_refused_alike() {
    let tenant = tenant().await;
    let mint = |spec: TokenSpec| tenant.mint(spec).unwrap();
    for token in [
        mint(TokenSpec::new(ADELE).scopes(["SMTP.Send", "POP.AccessAsUser.All"])),
        mint(TokenSpec::new(ADELE).audience("https://graph.microsoft.com")),
        mint(TokenSpec::new(ADELE).expired()),
        mint(TokenSpec::new(ADELE).forged()),
        mint(TokenSpec::new(ADELE).tenant_id("00000000-1111-2222-3333-444444444444")),
        mint(TokenSpec::new("nobody@contoso.example")),
        "opaque".into(),
    ] {
        refused(&tenant, ADELE, &token).await;
    }
    let mut conn = imap(&tenant).await;
    for bad in ["!!!", "dXNlcj1h", "LOGIN"] {
        assert_eq!(conn.imap(&format!("AUTHENTICATE XOAUTH2 {bad}")).await, ["A1 NO AUTHENTICATE failed."]);
    }
    assert_eq!(conn.imap("LOGIN adele@contoso.example secret").await, ["A1 NO LOGIN failed."]);
    assert_eq!(conn.ask("A2 AUTHENTICATE XOAUTH2").await, "+ ");
    assert!(conn.ask("*").await.starts_with("A2 BAD "));
    let alias = tenant.mint(TokenSpec::new(ADELE).audience("https://outlook.office365.com/")).unwrap();
    let answer = conn.imap(&format!("AUTHENTICATE XOAUTH2 {}", xoauth2(ADELE, &alias))).await;
    assert_eq!(answer, ["A1 OK AUTHENTICATE completed."]);
}

#[tokio::test]
async fn the_login_can_be_switched_off() {
    let tenant = tenant().await;
    let token = token(&tenant, ADELE);
    let fault = Fault::AuthDisabled { service: Service::Imap, mailbox: Some(ADELE.into()) };
    tenant.set_fault(fault.clone());
    refused(&tenant, ADELE, &token).await;
    imap_as(&tenant, MEGAN, MEGAN).await;
    tenant.clear_fault(&fault);
    tenant.set_fault(Fault::AuthDisabled { service: Service::Imap, mailbox: None });
    refused(&tenant, ADELE, &token).await;
    pop3_as(&tenant, ADELE).await;
}

#[tokio::test]
async fn a_mailbox_of_others_opens_only_with_full_access() {
    let tenant =
        builder().user(User::new("unlicensed@contoso.example").without_mailbox()).start().await.unwrap();
    tenant.deliver(INVOICES, FIRST).unwrap();
    let mut shared = imap_as(&tenant, INVOICES, ADELE).await;
    assert_eq!(shared.imap("SELECT INBOX").await[0], "* 1 EXISTS");

    for (mailbox, user) in [
        (INVOICES, MEGAN),
        (MEGAN, ADELE),
        ("nosuch@contoso.example", ADELE),
        ("unlicensed@contoso.example", "unlicensed@contoso.example"),
    ] {
        let mut conn = imap_as(&tenant, mailbox, user).await;
        assert!(conn.imap("NOOP").await[0].starts_with("A1 OK"));
        let not_connected = "A1 BAD User is authenticated but not connected.";
        assert_eq!(conn.imap("SELECT INBOX").await, [not_connected]);
        assert_eq!(conn.imap("LIST \"\" *").await, [not_connected]);
        assert_eq!(conn.rest().await, b"* BYE Connection closed. 14\r\n");
    }
}

#[tokio::test]
async fn select_status_and_folders_that_are_missing() {
    let tenant = tenant().await;
    for _ in 0..3 {
        tenant.deliver(ADELE, FIRST).unwrap();
    }
    let mut conn = imap_as(&tenant, ADELE, ADELE).await;
    assert_eq!(conn.imap("SELECT Nowhere").await, ["A1 NO Nowhere doesn't exist."]);
    assert_eq!(conn.imap("FETCH 1 UID").await, ["A1 BAD Command received in Invalid state."]);
    let examined = conn.imap("EXAMINE inbox").await;
    assert!(examined.contains(&"* OK [PERMANENTFLAGS ()] Permanent flags".into()), "{examined:?}");
    assert_eq!(examined.last().unwrap(), "A1 OK [READ-ONLY] EXAMINE completed.");
    assert!(conn.imap("STORE 1 +FLAGS (\\Seen)").await[0].starts_with("A1 NO "));

    let selected = conn.imap("SELECT \"INBOX\"").await;
    assert_eq!(
        selected[..3],
        ["* 3 EXISTS", "* 3 RECENT", "* FLAGS (\\Seen \\Answered \\Flagged \\Deleted \\Draft $MDNSent)"]
    );
    assert!(selected.iter().any(|line| line.starts_with("* OK [UIDVALIDITY ")));
    assert!(selected.contains(&"* OK [UIDNEXT 4] The next unique identifier value".into()));
    assert!(selected.contains(&"* OK [UNSEEN 1] Is the first unseen message".into()));
    assert_eq!(selected.last().unwrap(), "A1 OK [READ-WRITE] SELECT completed.");

    let status = conn.imap("STATUS INBOX (MESSAGES UNSEEN UIDNEXT RECENT)").await;
    assert_eq!(status[0], "* STATUS INBOX (MESSAGES 3 UNSEEN 3 UIDNEXT 4 RECENT 0) ");
    assert_eq!(
        conn.imap("STATUS \"Sent Items\" (MESSAGES)").await[0],
        "* STATUS \"Sent Items\" (MESSAGES 0) "
    );
    assert_eq!(conn.imap("STATUS INBOX (NONSENSE)").await, ["A1 BAD Command Argument Error. 12"]);

    // What comes meanwhile is told with the next command.
    tenant.deliver(ADELE, FIRST).unwrap();
    assert_eq!(conn.imap("NOOP").await[..2], ["* 4 EXISTS", "* 4 RECENT"]);
}

#[tokio::test]
async fn messages_are_fetched_byte_for_byte() {
    let tenant = tenant().await;
    let large: Vec<u8> = (0..300_000_u32).map(|n| (n % 251) as u8).collect();
    let messages: [&[u8]; 6] = [
        FIRST,
        b"",
        b"..\n.\r\nno line end",
        &[0xff, 0, 0x80, b'\r'],
        b"A1 OK FETCH completed.\r\n)\r\n",
        &large,
    ];
    for message in messages {
        tenant.deliver(ADELE, message).unwrap();
    }
    let mut conn = imap_as(&tenant, ADELE, ADELE).await;
    conn.imap("SELECT INBOX").await;
    for (uid, message) in (1..).zip(messages) {
        conn.send(format!("A2 UID FETCH {uid} (RFC822.SIZE BODY.PEEK[])\r\n")).await;
        let size = message.len();
        assert_eq!(
            conn.line().await,
            format!("* {uid} FETCH (UID {uid} RFC822.SIZE {size} BODY[] {{{size}}}")
        );
        assert_eq!(conn.exactly(size).await, message);
        assert_eq!(conn.line().await, ")");
        assert_eq!(conn.line().await, "A2 OK FETCH completed.");
    }
    assert_eq!(tenant.messages(ADELE).unwrap()[5].bytes(), large);
}

#[tokio::test]
async fn parts_partials_and_the_envelope() {
    let tenant = tenant().await;
    tenant.deliver(ADELE, FIRST).unwrap();
    tenant.deliver(ADELE, "Subject: \u{fc}\r\nFrom: local\r\n\r\n").unwrap();
    let mut conn = imap_as(&tenant, ADELE, ADELE).await;
    conn.imap("SELECT INBOX").await;

    let lines = conn.imap("FETCH 1 BODY.PEEK[HEADER.FIELDS (Subject TO)]").await;
    assert_eq!(lines[0], "* 1 FETCH (BODY[HEADER.FIELDS (SUBJECT TO)] {52}");
    assert_eq!(lines[1..4], ["To: megan@contoso.example", "Subject: Re: \"quoted\"", ""]);
    let lines = conn.imap("FETCH 1 BODY.PEEK[TEXT]<8.4>").await;
    assert_eq!(lines[..2], ["* 1 FETCH (BODY[TEXT]<8> {4}", ".A d)"]);
    assert_eq!(conn.imap("FETCH 1 BODY.PEEK[]<9999.4>").await[0], "* 1 FETCH (BODY[]<9999> {0}");
    let envelope = conn.imap("FETCH 1 ENVELOPE").await;
    let adele = "((\"Vance, Adele\" NIL \"adele\" \"contoso.example\"))";
    assert_eq!(
        envelope[0],
        format!(
            "* 1 FETCH (ENVELOPE (\"Mon, 23 Nov 2026 10:00:00 +0000\" \"Re: \\\"quoted\\\"\" {adele} {adele} {adele} \
             ((NIL NIL \"megan\" \"contoso.example\")) NIL NIL NIL \"<1@contoso.example>\"))"
        )
    );
    // Text that may not be quoted comes as a literal.
    let envelope = conn.imap("FETCH 2 ENVELOPE").await;
    assert_eq!(
        envelope[..2],
        [
            "* 2 FETCH (ENVELOPE (NIL {2}",
            "\u{fc} ((NIL NIL \"local\" \".MISSING-HOST-NAME.\")) ((NIL NIL \"local\" \".MISSING-HOST-NAME.\")) ((NIL NIL \"local\" \".MISSING-HOST-NAME.\")) NIL NIL NIL NIL NIL))"
        ]
    );
    assert!(conn.imap("FETCH 1 (FAST)").await[0].contains("INTERNALDATE \""));

    // Peeking leaves it unseen; reading does not, and says so.
    assert_eq!(conn.imap("FETCH 1 FLAGS").await[0], "* 1 FETCH (FLAGS (\\Recent))");
    let read = conn.imap("FETCH 1 BODY[HEADER]").await;
    assert_eq!(read[read.len() - 2], " FLAGS (\\Seen \\Recent))");
    for bad in
        ["FETCH 3 UID", "FETCH 0 UID", "FETCH 1 BODY[0]", "FETCH 1 NONSENSE", "FETCH 1", "FETCH 1 (UID"]
    {
        assert!(conn.imap(bad).await[0].starts_with("A1 BAD "), "{bad}");
    }
    assert_eq!(conn.imap("UID FETCH 77 FLAGS").await, ["A1 OK FETCH completed."]);
}

#[tokio::test]
async fn searching() {
    let tenant = tenant().await;
    for text in [&b"Subject: Invoice 7\r\n\r\nPlease pay."[..], b"Subject: Lunch\r\n\r\nAt noon?", b"\r\n"] {
        tenant.deliver(ADELE, text).unwrap();
    }
    let mut conn = imap_as(&tenant, ADELE, ADELE).await;
    conn.imap("SELECT INBOX").await;
    conn.imap("STORE 2 +FLAGS.SILENT (\\Seen $Unknown)").await;
    for (keys, found) in [
        ("ALL", "* SEARCH 1 2 3"),
        ("UNSEEN", "* SEARCH 1 3"),
        ("SEEN", "* SEARCH 2"),
        ("UID 2:*", "* SEARCH 2 3"),
        ("UID 9:*", "* SEARCH 3"),
        ("1:2 UNSEEN", "* SEARCH 1"),
        ("SUBJECT invoice", "* SEARCH 1"),
        ("OR SUBJECT lunch BODY \"pay\"", "* SEARCH 1 2"),
        ("NOT (SUBJECT lunch)", "* SEARCH 1 3"),
        ("CHARSET UTF-8 TEXT noon", "* SEARCH 2"),
        ("SINCE 1-Jan-2020 BEFORE 1-Jan-2900", "* SEARCH 1 2 3"),
        ("ON 1-Jan-2020", "* SEARCH"),
        ("LARGER 20", "* SEARCH 1 2"),
        ("DELETED", "* SEARCH"),
    ] {
        assert_eq!(conn.imap(&format!("UID SEARCH {keys}")).await[0], found, "{keys}");
    }
    assert!(conn.imap("SEARCH CHARSET KOI8-R ALL").await[0].starts_with("A1 NO [BADCHARSET"));
    let deep = format!("SEARCH {}ALL", "NOT ".repeat(10_000));
    for bad in ["SEARCH", "SEARCH NONSENSE", "SEARCH SINCE yesterday", "SEARCH OR ALL", &deep] {
        assert!(conn.imap(bad).await[0].starts_with("A1 BAD "));
    }
}

#[tokio::test]
async fn flags_expunge_copy_and_move() {
    let tenant = tenant().await;
    for n in 1..=4 {
        tenant.deliver(ADELE, format!("Subject: {n}\r\n\r\n")).unwrap();
    }
    let mut conn = imap_as(&tenant, ADELE, ADELE).await;
    conn.imap("SELECT INBOX").await;
    assert_eq!(
        conn.imap("STORE 2 FLAGS (\\Deleted \\Flagged)").await[0],
        "* 2 FETCH (FLAGS (\\Flagged \\Deleted \\Recent))"
    );
    assert_eq!(
        conn.imap("UID STORE 2 -FLAGS \\Flagged").await[0],
        "* 2 FETCH (UID 2 FLAGS (\\Deleted \\Recent))"
    );
    conn.imap("STORE 4 +FLAGS.SILENT \\Deleted").await;
    // Another session sees it go, with its next command that may tell.
    let mut other = imap_as(&tenant, ADELE, ADELE).await;
    other.imap("SELECT INBOX").await;
    assert_eq!(conn.imap("UID EXPUNGE 4").await[0], "* 4 EXPUNGE");
    assert_eq!(conn.imap("EXPUNGE").await[0], "* 2 EXPUNGE");
    assert_eq!(other.imap("FETCH 4 UID").await, ["A1 OK FETCH completed."]);
    assert_eq!(other.imap("NOOP").await[..2], ["* 4 EXPUNGE", "* 2 EXPUNGE"]);

    let copied = conn.imap("UID COPY 1:3 Archive").await;
    assert!(
        copied[0].starts_with("A1 OK [COPYUID ") && copied[0].ends_with(" 1,3 1:2] COPY completed."),
        "{copied:?}"
    );
    let moved = conn.imap("UID MOVE 3 \"deleted items\"").await;
    assert!(moved[0].starts_with("* OK [COPYUID ") && moved[0].ends_with(" 3 1]"), "{moved:?}");
    assert_eq!(moved[1..], ["* 2 EXPUNGE", "A1 OK MOVE completed."]);
    assert!(conn.imap("COPY 1 Nowhere").await[0].starts_with("A1 NO [TRYCREATE]"));
    assert_eq!(tenant.messages_in(ADELE, "Archive").unwrap().len(), 2);
    assert_eq!(tenant.messages(ADELE).unwrap().len(), 1);

    conn.imap("STORE 1 +FLAGS \\Deleted").await;
    assert_eq!(conn.imap("UNSELECT").await, ["A1 OK UNSELECT completed."]);
    assert_eq!(tenant.messages(ADELE).unwrap()[0].flags(), ["\\Deleted"]);
    conn.imap("SELECT INBOX").await;
    assert_eq!(conn.imap("CLOSE").await, ["A1 OK CLOSE completed."]);
    assert!(tenant.messages(ADELE).unwrap().is_empty());
}

#[tokio::test]
async fn appending_with_both_kinds_of_literal() {
    let tenant = tenant().await;
    let mut conn = imap_as(&tenant, ADELE, ADELE).await;
    let message = b"Subject: x\r\n\r\n\xff\x00";
    conn.send("A1 APPEND \"Sent Items\" (\\Seen) \"01-Feb-2020 10:00:00 +0100\" {16}\r\n").await;
    assert!(conn.line().await.starts_with("+ "));
    conn.send(&message[..]).await;
    let done = conn.ask("").await;
    assert!(done.starts_with("A1 OK [APPENDUID ") && done.ends_with(" 1] APPEND completed."), "{done}");
    conn.send("A2 APPEND {5+}\r\nINBOX {0+}\r\n\r\n").await;
    assert!(conn.line().await.starts_with("A2 OK [APPENDUID "));
    let sent = tenant.messages_in(ADELE, "sent items").unwrap();
    assert_eq!((sent[0].bytes(), sent[0].flags()), (&message[..], &["\\Seen"][..]));
    assert_eq!(sent[0].received().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs(), 1_580_547_600);
    assert_eq!(tenant.messages(ADELE).unwrap()[0].bytes(), b"");
    conn.send("A3 APPEND Nowhere {1+}\r\nx\r\n").await;
    assert!(conn.line().await.starts_with("A3 NO [TRYCREATE]"));
}

#[tokio::test]
async fn a_session_ends_with_its_token() {
    let tenant = tenant().await;
    let mut conn = imap_as(&tenant, ADELE, ADELE).await;
    conn.imap("SELECT INBOX").await;
    let mut idle = imap_as(&tenant, ADELE, ADELE).await;
    idle.imap("SELECT INBOX").await;
    assert!(idle.ask("A2 IDLE").await.starts_with("+ "));
    tenant.deliver(ADELE, FIRST).unwrap();
    assert_eq!(idle.line().await, "* 1 EXISTS");
    idle.line().await;
    tenant.advance(Duration::from_secs(4_400));
    assert!(conn.imap("NOOP").await.last().unwrap().starts_with("A1 OK"));
    tenant.advance(Duration::from_secs(100));
    let bye = b"* BYE Session invalidated - AccessTokenExpired\r\n";
    assert_eq!(idle.rest().await, bye, "at once, although it said nothing");
    conn.send("A2 NOOP\r\n").await;
    assert_eq!(conn.rest().await, bye);
}

#[tokio::test]
async fn idle_ends_when_time_itself_ends_the_token() {
    let tenant = builder().token_lifetime(Duration::from_secs(1)).start().await.unwrap();
    let mut idle = imap_as(&tenant, ADELE, ADELE).await;
    assert!(idle.ask("A2 IDLE").await.starts_with("+ "));
    let rest = tokio::time::timeout(Duration::from_secs(10), idle.rest()).await.unwrap();
    assert_eq!(rest, b"* BYE Session invalidated - AccessTokenExpired\r\n");
}

#[tokio::test]
async fn idle_ends_by_done() {
    let tenant = tenant().await;
    let mut conn = imap_as(&tenant, ADELE, ADELE).await;
    assert!(conn.ask("A2 IDLE").await.starts_with("+ "));
    assert_eq!(conn.ask("done").await, "A2 OK IDLE completed.");
}
