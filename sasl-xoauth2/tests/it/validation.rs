//! What cannot be sent.

use sasl_xoauth2::{Credentials, Error, Field};

#[test]
fn what_would_break_the_message_is_refused_by_place_and_class() {
    let user = |text| Credentials::new(text, "t0ken").map(drop);
    let token = |text| Credentials::new("user@example.com", text).map(drop);
    let host = |text| Credentials::new("u", "t").unwrap().with_host(text).map(drop);
    let forbidden = |field, what, position| Err(Error::Forbidden { field, what, position });

    assert_eq!(user(""), Err(Error::Empty(Field::User)));
    assert_eq!(user("a\u{1}auth=Bearer x"), forbidden(Field::User, "the separator 0x01", 1));
    assert_eq!(user("a\r\nb"), forbidden(Field::User, "a line end", 1));
    assert_eq!(user("ab\0"), forbidden(Field::User, "a NUL", 2));
    assert_eq!(user("a\u{85}b"), forbidden(Field::User, "a control character", 1));
    assert_eq!(user("j\u{f6}rg@example.com"), Ok(()));

    assert_eq!(token(""), Err(Error::Empty(Field::Token)));
    assert_eq!(token("abc\n"), forbidden(Field::Token, "a line end", 3));
    assert_eq!(token("a\u{1}b"), forbidden(Field::Token, "the separator 0x01", 1));
    assert_eq!(token("a b"), forbidden(Field::Token, "a blank", 1));
    assert_eq!(token("a\u{e9}b"), forbidden(Field::Token, "a character beyond ASCII", 1));
    assert_eq!(token("abc.-_~+/|:=="), Ok(()));

    assert_eq!(host(""), Err(Error::Empty(Field::Host)));
    assert_eq!(host("a\u{1}b"), forbidden(Field::Host, "the separator 0x01", 1));
}

#[test]
fn messages_say_what_and_where() {
    let error = Credentials::new("user@example.com", "secret\n").unwrap_err();
    assert_eq!(error.to_string(), "the access token holds a line end at byte 6, which cannot be sent");
}
