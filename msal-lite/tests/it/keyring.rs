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

    // Somebody has emptied the keyring: the file stays, and no other key takes the place of its own.
    entry("tokens").delete_credential().unwrap();
    for failed in [
        store(&folder, "tokens").read(&mut |_| ()),
        store(&folder, "tokens").update(&mut |_| ()).map(drop),
        store(&folder, "tokens").probe(),
    ] {
        let error = failed.unwrap_err();
        assert!(matches!(error, Error::CacheUnreadable { .. }), "{error}");
        assert!(error.to_string().contains("no longer there"), "{error}");
        assert!(matches!(entry("tokens").get_secret(), Err(keyring_core::Error::NoEntry)));
    }
    assert_eq!(std::fs::read(folder.path().join("tokens")).unwrap(), file);
    entry("tokens").set_secret(&key).unwrap();
    store(&folder, "tokens").read(&mut |_| ()).unwrap();

    // Somebody's password under the same names, or nothing at all, is no key.
    for weak in [&b""[..], b"hunter2", &[7; 31]] {
        entry("weak").set_secret(weak).unwrap();
        let error = store(&folder, "weak").update(&mut |_| ()).unwrap_err();
        assert!(error.to_string().contains("is no key"), "{error}");
        assert!(!folder.path().join("weak").exists());
    }

    // Whether the keyring opens is found out before a person signs in.
    let (fault, fresh) = (keyring_core::Error::NoStorageAccess("S3cret".into()), entry("fresh"));
    fresh.as_any().downcast_ref::<mock::Cred>().unwrap().set_error(fault);
    let error = store(&folder, "fresh").probe().unwrap_err();
    assert!(error.to_string().contains("locked or not running"), "{error}");
    store(&folder, "fresh").probe().unwrap();
    assert!(!folder.path().join("fresh").exists());

    // What the keyring says is told without what it holds.
    entry("locked").set_secret(b"S3cretKey-of-the-keyring-32-octs").unwrap();
    let locked = entry("locked");
    let cred: &mock::Cred = locked.as_any().downcast_ref().unwrap();
    for (fault, word) in [
        (keyring_core::Error::NoStorageAccess("S3cret".into()), "locked or not running"),
        (keyring_core::Error::BadEncoding(b"S3cret".to_vec()), "no key"),
        (keyring_core::Error::PlatformFailure("S3cret".into()), "does not answer"),
        (keyring_core::Error::BadStoreFormat("S3cret".into()), "damaged"),
        (keyring_core::Error::TooLong("user".into(), 337), "at most 337"),
        (keyring_core::Error::Invalid("S3cret".into(), "S3cret".into()), "other names"),
        (keyring_core::Error::NotSupportedByStore("S3cret".into()), "cannot keep"),
    ] {
        cred.set_error(fault);
        let error = store(&folder, "locked").update(&mut |_| ()).unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(text.contains(word) && !text.contains("S3cret") && text.contains("keyring"), "{text}");
    }
    store(&folder, "locked").update(&mut |_| ()).unwrap();
}
