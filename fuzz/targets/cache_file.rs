//! A token cache file of any content: refused, or read and written without losing anything, whatever is asked of it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use msal_lite::{Account, AccountQuery, Application, Authority, Cache};
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    let Ok(mut cache) = Cache::parse(bytes) else { return };
    let written = cache.to_bytes();
    let again = Cache::parse(written.expose()).expect("what was written can be read");
    assert_eq!(again.to_bytes().expose(), written.expose());
    let known = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Ok(value) = serde_json::from_slice::<Value>(known) {
        let kept: Value = serde_json::from_slice(written.expose()).expect("JSON");
        assert_eq!(kept, value, "something was lost");
    }

    let accounts = cache.accounts();
    let authority = Authority::parse("https://login.microsoftonline.com/contoso.com").expect("good");
    let app = Application::new("11112222-3333-4444-5555-666677778888", authority).expect("a good id");
    for account in cache.accounts_of(&app) {
        let same = |one: &&Account| one.home_account_id == account.home_account_id;
        assert!(accounts.iter().any(|one| same(&one)), "an account of the application alone");
        let _ = cache.renewal(&app, &AccountQuery::from(&account));
    }
    // What is removed is gone, and nothing else is.
    if let Some(first) = accounts.first() {
        assert!(cache.remove_account(first), "{first:?} is there, and cannot be removed");
        let left = cache.accounts();
        assert_eq!(left.len(), accounts.len() - 1);
        assert!(left.iter().all(|one| accounts.contains(one)));
    }
});
