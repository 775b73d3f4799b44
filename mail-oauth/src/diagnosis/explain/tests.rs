//! Texts as people paste them.

use msal_lite::Timestamp;
use proptest::prelude::*;

use super::{EvidenceKind, Explanation, explain};

const NOW: Timestamp = Timestamp::from_unix(1_795_000_000);

fn read(text: &str) -> Explanation {
    explain(text, NOW).unwrap()
}

/// The likeliest cause of each failure.
fn first(text: &str) -> Vec<&'static str> {
    let ids = read(text).failures.into_iter().map(|failure| failure.candidates[0].cause.id);
    ids.collect()
}

#[test]
fn texts_lead_to_their_cause() {
    let cases: &[(&str, &[&str])] = &[
        ("7000218", &["public-client-off"]),
        (" AADSTS50076\n", &["mfa-needed"]),
        ("https://login.microsoftonline.com/error?code=50105", &["assignment-required"]),
        (
            "{\"error\":\"invalid_grant\",\n \"error_description\":\"AADSTS65001: The user or administrator has not consented\",\n\
             \"error_codes\":[65001],\"suberror\":\"consent_required\"}",
            &["consent-missing"],
        ),
        ("error=access_denied&error_subcode=cancel&state=abc", &["consent-declined"]),
        ("msal: invalid_grant: AADSTS700082: expired due to inactivity", &["refresh-token-idle"]),
        (
            "S: 535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.",
            &["smtp-auth-off-tenant"],
        ),
        (
            "smtplib.SMTPAuthenticationError: (535, b'5.7.139 Authentication unsuccessful, basic authentication is disabled.')",
            &["password-instead-of-token"],
        ),
        ("A2 BAD User is authenticated but not connected.\n* BYE Connection closed. 14", &["protocol-off"]),
        ("AUTHENTICATE failed.", &["audience-graph"]),
        ("454 4.7.0 Temporary authentication failure", &["verification-unavailable"]),
        (
            "a NO [UNAVAILABLE] Temporary authentication failure. [host:2026-11-23]",
            &["verification-unavailable"],
        ),
        (
            "535 5.7.8 Error: authentication failed: Invalid base64 data in initial response",
            &["auth-line-cut"],
        ),
        ("530 5.7.0 Must issue a STARTTLS command first", &["tls-required"]),
        ("HTTP/1.1 429 Too Many Requests", &["identity-throttles"]),
        ("554 5.2.252 SendAsDenied; a@contoso.com not allowed to send as b@contoso.com", &["no-send-as"]),
        ("AADSTS50076 and later\nAADSTS53003", &["mfa-needed", "conditional-access"]),
    ];
    for (text, expected) in cases {
        assert_eq!(first(text), *expected, "{text}: {:#?}", read(text).failures);
    }
    assert!(read("nothing wrong here\n250 OK\nA1 OK done").failures.is_empty());
    assert!(explain(&" ".repeat(super::EXPLAIN_LIMIT + 1), NOW).is_err());
}

#[test]
fn the_same_failure_is_told_once() {
    let log = "10:00 535 5.7.3 Authentication unsuccessful\n".repeat(2000);
    assert_eq!(read(&log).failures.len(), 1);
}

/// What the simulator says for each fault leads to one of the fault's rows.
#[test]
fn words_of_the_simulated_servers_lead_to_their_rows() {
    let faults = include_str!("../../../../mail-oauth-sim/docs/faults.md");
    let mut read_ones = 0;
    for row in faults
        .lines()
        .filter(|row| ["| `imap-", "| `pop3-", "| `smtp-"].iter().any(|start| row.starts_with(start)))
    {
        let columns: Vec<&str> = row.split(" | ").collect();
        let rows: Vec<u16> = columns[1].split(',').filter_map(|row| row.trim().parse().ok()).collect();
        let said = columns[2].trim_end_matches(" |");
        let text = if row.starts_with("| `imap") && !said.starts_with('*') {
            format!("A1 {said}")
        } else {
            said.to_owned()
        };
        let explained = read(&text);
        let Some(failure) = explained.failures.first() else { continue };
        let found: Vec<u16> = failure.candidates.iter().map(|one| one.cause.number).collect();
        // What is not offered is seen by what is offered, not by the words of a refusal.
        if rows.is_empty()
            || ["no-starttls", "no-stls", "no-oauth"].iter().any(|what| columns[0].contains(what))
        {
            continue;
        }
        read_ones += 1;
        assert!(found.iter().any(|number| rows.contains(number)), "{row}: {found:?}");
    }
    assert!(read_ones >= 30, "{read_ones}");
}

// --- secrets

/// base64, as a client writes its sign-in message.
fn encode(octets: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in octets.chunks(3) {
        let bits =
            chunk.iter().fold(0_u32, |bits, octet| bits << 8 | u32::from(*octet)) << (8 * (3 - chunk.len()));
        for at in 0..=chunk.len() {
            out.push(char::from(ALPHABET[(bits >> (18 - 6 * at)) as usize & 63]));
        }
    }
    out
}

fn jwt(claims: &str) -> String {
    let part = |text: &str| encode(text.as_bytes()).replace('+', "-").replace('/', "_");
    format!("{}.{}.c2lnbmF0dXJlLW9mLXRoZS10b2tlbi10aGF0LWlzLW5vbmU", part(r#"{"alg":"RS256"}"#), part(claims))
}

#[test]
fn a_token_is_explained_by_its_claims() {
    let token = |rest: &str| {
        jwt(&format!(r#"{{"tid":"11112222-3333-4444-5555-666677778888","upn":"adele@contoso.com",{rest}}}"#))
    };
    let cases = [
        (
            r#""aud":"https://graph.microsoft.com","scp":"IMAP.AccessAsUser.All","exp":1795003600"#,
            "audience-graph",
        ),
        (r#""aud":"https://outlook.office.com","scp":"User.Read","exp":1795003600"#, "scope-missing"),
        (
            r#""aud":"https://outlook.office.com","scp":"IMAP.AccessAsUser.All","exp":1794000000"#,
            "token-expired",
        ),
        (r#""aud":"https://outlook.office.com","roles":["Mail.Read"],"exp":1795003600"#, "role-missing"),
    ];
    for (claims, id) in cases {
        let token = token(claims);
        assert_eq!(first(&token), [id]);
        // The same inside a dialogue, where the refusal alone would have many causes.
        let message = encode(format!("user=adele@contoso.com\u{1}auth=Bearer {token}\u{1}\u{1}").as_bytes());
        let dialogue = format!("A1 AUTHENTICATE XOAUTH2 {message}\nA1 NO AUTHENTICATE failed.");
        assert_eq!(first(&dialogue), [id]);
        let kinds: Vec<EvidenceKind> = read(&dialogue).secrets.iter().map(|seen| seen.kind).collect();
        assert_eq!(kinds, [EvidenceKind::SignInMessage]);
    }
    let good = token(r#""aud":"https://outlook.office.com","scp":"IMAP.AccessAsUser.All","exp":1795003600"#);
    let explained = read(&good);
    assert!(explained.failures[0].candidates.is_empty(), "{:#?}", explained.failures);
    assert_eq!(explained.tokens[0].user.as_deref(), Some("adele@contoso.com"));
    // Good for IMAP is not good for SMTP.
    assert_eq!(first(&format!("Bearer {good}\n535 5.7.3 Authentication unsuccessful")), ["scope-missing"]);
}

#[test]
fn a_challenge_is_decoded() {
    for (challenge, id) in [
        (r#"{"status":"401","schemes":"bearer","scope":"mail"}"#, "token-refused"),
        (r#"{"status":"insufficient_scope"}"#, "scope-missing"),
        (r#"{"status":"500"}"#, "verification-unavailable"),
    ] {
        let dialogue = format!(
            "S: + {}\nS: a NO [AUTHENTICATIONFAILED] Authentication failed.",
            encode(challenge.as_bytes())
        );
        let explained = read(&dialogue);
        assert_eq!(explained.failures[0].candidates[0].cause.id, id);
        assert_eq!(explained.failures[0].evidence[0].kind, EvidenceKind::Challenge);
        assert_eq!(first(&encode(challenge.as_bytes())), [id], "alone");
    }
}

/// Everything that can reach a report.
fn shown(explained: &Explanation) -> String {
    format!("{explained:?}")
}

/// Whether a piece of the secret shows, as it is or in base64 at any of the three alignments.
fn leaks(shown: &str, secret: &str) -> bool {
    let pieces = |text: &str| {
        text.as_bytes().windows(16).any(|piece| shown.contains(std::str::from_utf8(piece).unwrap()))
    };
    pieces(secret)
        || ["", "a", "ab"].iter().any(|before| pieces(&encode(format!("{before}{secret}").as_bytes())))
}

#[test]
fn no_secret_is_repeated() {
    let secret = "pGv8Q~zJt0VwXyR3uLk5mN7bC9dE1fH2sA4qT6iO";
    let opaque = format!("EwB4A8l6BAAU{secret}");
    let token = jwt(r#"{"aud":"https://outlook.office.com","exp":1}"#);
    for hidden in [secret, opaque.as_str(), token.as_str()] {
        let message = encode(format!("user=a@b.c\u{1}auth=Bearer {hidden}\u{1}\u{1}").as_bytes());
        for text in [
            hidden.to_owned(),
            format!("535 5.7.3 Authentication unsuccessful for {hidden}"),
            format!("A1 NO AUTHENTICATE failed. Bearer {hidden}"),
            format!("client_id=x&client_secret={hidden}&scope=y AADSTS7000215"),
            format!(r#"{{"error":"invalid_client","access_token":"{hidden}","refresh_token": "{hidden}"}}"#),
            format!("AUTH XOAUTH2 {message}\n535 5.7.3 no"),
            format!("-ERR {message}"),
            format!("AADSTS7000215: {hidden}"),
            format!("HTTP/1.1 {hidden} 407"),
        ] {
            let explained = read(&text);
            assert!(!leaks(&shown(&explained), hidden), "{text}\n{explained:#?}");
        }
    }
    // A short one behind its name.
    for text in
        ["535 5.7.3 no, password=hunter2", "a NO LOGIN failed. password: hunter2", "-ERR pass hunter2"]
    {
        assert!(!shown(&read(text)).contains("hunter2"), "{text}");
    }
    let secrets = read(&format!("client_secret={secret}")).secrets;
    assert_eq!(secrets[0].text, format!("client_secret ({} characters)", secret.len()));
}

/// What logs are made of, and what is not in any log.
fn piece() -> impl Strategy<Value = String> {
    let known = [
        "AADSTS",
        "AADSTS50076",
        "\"error\":\"invalid_grant\"",
        "suberror",
        "535 5.7.3 ",
        "-ERR ",
        "A1 NO ",
        "* BYE ",
        "HTTP/1.1 407",
        "Bearer ",
        "client_secret=",
        "eyJ",
        "+ eyJ",
        "\n",
        "AUTH XOAUTH2 ",
        "user=a\u{1}auth=Bearer ",
        "=",
        "authenticated but not connected",
        ".",
        "[AUTH] ",
        "error_codes\":[1,",
        "%",
        "ä",
        "1//0",
    ];
    prop_oneof![
        proptest::sample::select(known.to_vec()).prop_map(ToOwned::to_owned),
        "\\PC{0,12}",
        "[ -~]{0,40}",
        "[0-9. ]{0,12}",
        any::<char>().prop_map(String::from),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_is_read_and_no_token_is_repeated(
        before in proptest::collection::vec(piece(), 0..8),
        after in proptest::collection::vec(piece(), 0..8),
        token in "[A-Za-z0-9]{8}[A-Za-z0-9._~+/-]{24,60}[A-Za-z0-9]{8}",
        form in 0..4_u8,
    ) {
        let message = format!("user=adele@contoso.com\u{1}auth=Bearer {token}\u{1}\u{1}");
        let inside = match form {
            0 => token.clone(),
            1 => encode(message.as_bytes()),
            2 => encode(message.as_bytes()).replace('+', "-").replace('/', "_"),
            _ => message,
        };
        let text = format!("{}{inside}{}", before.concat(), after.concat());
        let explained = read(&text);
        prop_assert!(!leaks(&shown(&explained), &token), "{text:?} {explained:#?}");
    }
}

/// Long texts in the forms that a scan could choke on: what is kept of them is bounded, and a quadratic scan would not
/// end while a test is waited for.
#[test]
fn a_long_text_is_read_in_one_pass() {
    let repeat = |piece: &str| piece.repeat(super::EXPLAIN_LIMIT / 8 / piece.len());
    for piece in [
        "AADSTS7000218 ",
        "a",
        "a NO AUTHENTICATE failed.\n",
        "535 5.7.3 ",
        "eyJ.",
        "error_codes\":[1,",
        "1.1.",
        "\n",
    ] {
        let explained = read(&repeat(piece));
        assert!(
            explained.failures.len() <= super::FAILURES && explained.secrets.len() <= super::PIECES,
            "{piece}"
        );
    }
}
