//! A file read for one account tells what the whole of it would.

use std::{fs, time::Duration};

use msal_lite::{AccountQuery, Cache, CacheParseError, Error, FileStore, Silent, Store};
use proptest::prelude::*;

use crate::tenant::{CLIENT, IMAP, NOW, SMTP, app, scopes};

/// What is compared of a look-up.
fn shown(found: Result<Silent, Error>) -> String {
    match found {
        Ok(Silent::Hit(token)) => format!("hit {} {:?}", token.access_token().expose(), token.account()),
        Ok(Silent::Refresh { account, refresh_token }) => {
            format!("refresh {} {account:?}", refresh_token.expose())
        }
        Ok(_) => unreachable!(),
        Err(error) => format!("{error:?}"),
    }
}

/// All that is asked of a cache for one account.
fn all(cache: &Cache, query: &AccountQuery) -> String {
    let (app, skew) = (app(), Duration::from_secs(300));
    let silent = |scope| shown(cache.silent(&app, &scopes(scope), query, NOW, skew));
    let of_app =
        cache.app_token(&app, &scopes(IMAP), NOW, skew).map(|token| token.access_token().expose().to_owned());
    // A query by an empty id asks for the application, and is no account's.
    let of_app = if *query == nobody() { of_app } else { None };
    format!(
        "{} {} {} {of_app:?} {:?}",
        silent(IMAP),
        silent(SMTP),
        shown(cache.renewal(&app, query)),
        cache.account(&app, query)
    )
}

fn nobody() -> AccountQuery {
    AccountQuery::HomeAccountId(String::new())
}

/// A cache text of accounts, each with some of its entries, in the spellings that libraries have.
fn text(accounts: &[(u8, u8, u8)]) -> String {
    let [mut tokens, mut refreshs, mut people] = [Vec::new(), Vec::new(), Vec::new()];
    for (number, (user, what, spelling)) in accounts.iter().enumerate() {
        let user = user % 4;
        let id = if user == 0 { "null".to_owned() } else { format!("\"u{user}.t\"") };
        let id = if spelling & 1 == 1 { id.replace("u", "U").replace("nUll", "null") } else { id };
        let id = if spelling & 2 == 2 { id.replace(".t", "\\u002et") } else { id };
        let host = if spelling & 4 == 4 { "login.windows.net" } else { "login.microsoftonline.com" };
        let name = if spelling & 8 == 8 { format!("\\u0055SER{user}@x") } else { format!("user{user}@x") };
        let owner = format!(
            r#""home_account_id":{id},"environment":"{host}","client_id":"{CLIENT}","realm":"11111111-2222-3333-4444-555555555555""#
        );
        if what & 1 == 1 {
            let end = NOW.as_unix() + u64::from(*spelling) * 100;
            tokens.push(format!(
                r#""a{number}":{{{owner},"secret":"a{number}\"","target":"{IMAP}","expires_on":"{end}"}}"#
            ));
        }
        if what & 2 == 2 {
            refreshs.push(format!(r#""r{number}":{{"x":[{{}}],{owner},"secret":"r{number}","last_modification_time":"{number}"}}"#));
        }
        if what & 4 == 4 {
            people.push(format!(r#""p{number}":{{{owner},"username":"{name}","name":null}}"#));
        }
    }
    format!(
        r#"{{"AccessToken":{{{}}},"Strange":{{"AccessToken":[]}},"RefreshToken":{{{}}},"Account":{{{},"odd":7}}}}"#,
        tokens.join(","), refreshs.join(","), people.join(",")
    ).replace("{,", "{")
}

proptest! {
    #[test]
    fn one_account_out_of_a_file_is_as_out_of_the_whole(
        accounts in proptest::collection::vec(any::<(u8, u8, u8)>(), 0..8),
        user in 0..5_u8,
        cut in any::<prop::sample::Index>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let store = FileStore::new(folder.path().join("tokens.json"));
        let text = text(&accounts);
        fs::write(store.path(), &text).unwrap();
        for query in [
            AccountQuery::username(format!("User{user}@X")),
            AccountQuery::HomeAccountId(format!("u{user}.T")),
            AccountQuery::Only,
            nobody(),
        ] {
            let (mut whole, mut part) = (String::new(), String::new());
            store.read(&mut |cache| whole = all(cache, &query)).unwrap();
            store.read_of(&query, &mut |cache| part = all(cache, &query)).unwrap();
            prop_assert_eq!(&whole, &part, "{}", text);

            // And damage is damage.
            let cut = &text[..cut.index(text.len())];
            let whole: Result<Cache, CacheParseError> = Cache::parse(cut.as_bytes());
            fs::write(store.path(), cut).unwrap();
            prop_assert_eq!(whole.is_ok(), store.read_of(&query, &mut |_| ()).is_ok(), "{}", cut);
            fs::write(store.path(), &text).unwrap();
        }
    }
}
