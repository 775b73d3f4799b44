//! Small types: scopes, times, ids.

use std::time::{Duration, SystemTime};

use msal_lite::{AccountQuery, CorrelationId, Scopes, Timestamp};

use crate::tenant::{IMAP, SMTP};

#[test]
fn scopes_are_an_ordered_set_in_any_case() {
    let scopes = Scopes::new([SMTP, IMAP, "HTTPS://outlook.office.com/smtp.send"]).unwrap();
    assert_eq!(scopes.to_string(), format!("{SMTP} {IMAP}"));
    assert!(scopes.contains("https://OUTLOOK.office.com/IMAP.accessasuser.all"));
    assert_eq!(scopes.with_reserved().to_string(), format!("{SMTP} {IMAP} offline_access openid profile"));
    assert!(Scopes::parse(" \t").is_err());
    assert!(Scopes::new(["a b"]).is_err());
    assert!(Scopes::new(["a\"b"]).is_err());
    assert!(Scopes::new(["a\nb"]).is_err());
}

#[test]
fn one_resource_to_a_request() {
    assert_eq!(
        Scopes::parse("Mail.Read offline_access").unwrap().resource().unwrap(),
        "https://graph.microsoft.com"
    );
    assert!(Scopes::parse("api://x/y z://w").unwrap().resource().is_err());
    assert!(Scopes::parse("openid").unwrap().resource().is_err());
    let error = Scopes::parse(&format!("{IMAP} Mail.Read")).unwrap().resource().unwrap_err();
    assert!(error.to_string().contains("two resources"), "{error}");
}

#[test]
fn a_correlation_id_is_a_guid_of_version_4() {
    assert_eq!(CorrelationId::from_random([0; 16]).as_str(), "00000000-0000-4000-8000-000000000000");
    assert_eq!(CorrelationId::from_random([255; 16]).as_str(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
}

#[test]
fn times_do_not_wrap() {
    let end = Timestamp::from_unix(u64::MAX);
    assert_eq!(end + Duration::from_secs(1), end);
    assert_eq!(end.until(Timestamp::from_unix(0)), Duration::ZERO);
    assert_eq!(Timestamp::from(SystemTime::UNIX_EPOCH - Duration::from_secs(9)), Timestamp::from_unix(0));
}

#[test]
fn queries_say_what_they_want() {
    assert_eq!(AccountQuery::username("a@b"), AccountQuery::Username("a@b".to_owned()));
}
