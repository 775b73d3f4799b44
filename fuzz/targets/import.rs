//! Any file of another mail program: accounts, or an error that repeats nothing of it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use msal_lite::ImportedAccount;

fuzz_target!(|bytes: &[u8]| {
    let mutt = ImportedAccount::from_mutt_oauth2(bytes).map(|account| vec![account]);
    if let Ok(accounts) = &mutt {
        assert!(accounts.iter().all(|account| account.require_refresh_token().is_ok()));
    }
    for accounts in [mutt, ImportedAccount::from_email_oauth2_proxy(bytes)] {
        match accounts {
            Ok(accounts) => accounts.iter().for_each(hides),
            Err(error) => assert!(!error.to_string().contains(char::is_control), "{error:?}"),
        }
    }
});

fn hides(account: &ImportedAccount) {
    let Some(token) = account.refresh_token.as_ref().map(|token| token.expose()) else { return };
    let mut other = account.clone();
    other.refresh_token = None;
    let unseen = token.len() > 24 && !format!("{other:?}").contains(token);
    assert!(!unseen || !format!("{account:?}").contains(token), "a token in Debug");
}
