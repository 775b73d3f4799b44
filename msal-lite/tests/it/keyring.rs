//! The key of the encrypted file in a keyring: keyring's own mock.

use keyring_core::{Entry, mock};
use msal_lite::{Error, FileKey, FileStore, Store};

const SERVICE: &str = "msal-lite-test";

fn store(folder: &tempfile::TempDir, account: &str) -> FileStore {
    FileStore::encrypted(folder.path().join(account), FileKey::from_keyring(SERVICE, account))
}

fn entry(account: &str) -> Entry {
    Entry::new(SERVICE, account).unwrap()
}

/// The store of this process is the mock from here on.
#[test]
fn a_key_is_made_once_and_found_again() {
    keyring_core::set_default_store(mock::Store::new().unwrap());
    let folder = tempfile::tempdir().unwrap();

    store(&folder, "tokens").update(&mut |cache| assert!(cache.accounts().is_empty())).unwrap();
    let key = entry("tokens").get_secret().unwrap();
    assert_eq!(key.len(), 32);
    let file = std::fs::read(folder.path().join("tokens")).unwrap();
    assert!(file.starts_with(b"msal-lite sealed ") && !file.windows(32).any(|part| part == key));
    // Another process finds the key and reads the file.
    store(&folder, "tokens").read(&mut |cache| assert!(cache.accounts().is_empty())).unwrap();
    assert_eq!(entry("tokens").get_secret().unwrap(), key);

    // Somebody has emptied the keyring: a new key does not fit, and the file stays.
    entry("tokens").delete_credential().unwrap();
    let error = store(&folder, "tokens").read(&mut |_| ()).unwrap_err();
    assert!(matches!(error, Error::CacheUnreadable { .. }), "{error}");
    assert_eq!(std::fs::read(folder.path().join("tokens")).unwrap(), file);

    // What the keyring says is told without what it holds.
    entry("locked").set_secret(b"S3cretKey-of-the-keyring-32-octs").unwrap();
    let locked = entry("locked");
    let cred: &mock::Cred = locked.as_any().downcast_ref().unwrap();
    for (fault, word) in [
        (keyring_core::Error::NoStorageAccess("S3cret".into()), "locked or not running"),
        (keyring_core::Error::BadEncoding(b"S3cret".to_vec()), "no key"),
        (keyring_core::Error::PlatformFailure("S3cret".into()), "does not answer"),
    ] {
        cred.set_error(fault);
        let error = store(&folder, "locked").update(&mut |_| ()).unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(text.contains(word) && !text.contains("S3cret") && text.contains("keyring"), "{text}");
    }
    store(&folder, "locked").update(&mut |_| ()).unwrap();
}
