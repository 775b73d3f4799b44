//! The encrypted cache file.

use std::fs;

use msal_lite::{Cache, Error, FileKey, FileStore, Secret, Store};
use tempfile::TempDir;

use crate::file_store::{accounts, sign_in};

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn key_file(folder: &TempDir, name: &str, octet: u8) -> FileKey {
    let path = folder.path().join(name);
    fs::write(&path, [octet; 32]).unwrap();
    #[cfg(unix)]
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o400)).unwrap();
    FileKey::from_file(path)
}

fn failure(store: &FileStore) -> String {
    let before = fs::read(store.path()).unwrap_or_default();
    let read = store.read(&mut |_| ()).unwrap_err();
    // What cannot be read must not be replaced either.
    assert!(matches!(read, Error::CacheUnreadable { .. }), "{read}");
    assert!(store.update(&mut |cache| *cache = Cache::new()).is_err());
    assert!(store.probe().is_err());
    assert_eq!(fs::read(store.path()).unwrap_or_default(), before);
    read.to_string()
}

#[test]
fn by_key_file_and_by_passphrase() {
    let folder = folder();
    let passphrase = || FileKey::from_passphrase(Secret::new("S3cret passphrase".to_owned()));
    for (name, key, again, other) in [
        ("a", key_file(&folder, "k1", 1), key_file(&folder, "k2", 1), key_file(&folder, "k3", 2)),
        ("b", passphrase(), passphrase(), FileKey::from_passphrase(Secret::new("x".to_owned()))),
        ("c", key_file(&folder, "k4", 1), key_file(&folder, "k5", 1), passphrase()),
    ] {
        let path = folder.path().join(name);
        let store = FileStore::encrypted(&path, key);
        assert_eq!(accounts(&store), 0);
        sign_in(&store, 1);
        let first = fs::read(&path).unwrap();
        sign_in(&store, 2);
        let second = fs::read(&path).unwrap();
        assert_ne!(first[..200], second[..200], "each save has a key of its own");
        for text in [&b"refresh"[..], b"contoso", b"RefreshToken"] {
            assert!(!second.windows(text.len()).any(|window| window == text));
        }
        assert_eq!(accounts(&FileStore::encrypted(&path, again)), 2);
        assert!(failure(&FileStore::encrypted(&path, other)).contains("another key"));
        assert!(failure(&FileStore::new(&path)).contains("give its key"));
        assert!(!format!("{store:?}").contains("S3cret"));
    }
}

#[test]
fn a_changed_file_is_damaged_and_kept_aside() {
    let folder = folder();
    let path = folder.path().join("tokens");
    let store = FileStore::encrypted(&path, key_file(&folder, "key", 1));
    sign_in(&store, 1);
    let whole = fs::read(&path).unwrap();
    // The save's salt, the text, the tag; and a file that was cut off.
    for at in [60, 84, whole.len() / 2, whole.len() - 1] {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        fs::write(&path, &changed).unwrap();
        assert!(matches!(store.read(&mut |_| ()), Err(Error::CacheDamaged { .. })), "{at}");
    }
    fs::write(&path, &whole[..50]).unwrap();
    assert!(matches!(store.read(&mut |_| ()), Err(Error::CacheDamaged { .. })));
    assert!(sign_in(&store, 2).kept_aside.is_some());
    assert_eq!(accounts(&store), 1);
}

#[test]
fn keys_that_are_none() {
    let folder = folder();
    let key = |name: &str, octets: &[u8], mode: u32| {
        let path = folder.path().join(name);
        fs::write(&path, octets).unwrap();
        #[cfg(unix)]
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
        FileKey::from_file(path)
    };
    let path = folder.path().join("tokens");
    sign_in(&FileStore::encrypted(&path, key_file(&folder, "good", 1)), 1);
    for (key, word) in [
        (key("short", b"password", 0o600), "less than 32"),
        (key("long", &[1; 5000], 0o600), "at most 4,096"),
        #[cfg(unix)]
        (key("open", &[1; 32], 0o644), "chmod 600"),
        (FileKey::from_file(folder.path().join("missing")), "missing"),
        (FileKey::from_passphrase(Secret::new(String::new())), "empty"),
    ] {
        let text = failure(&FileStore::encrypted(&path, key));
        assert!(text.contains(word), "{text}");
    }
    let plain = folder.path().join("plain");
    sign_in(&FileStore::new(&plain), 1);
    assert!(failure(&FileStore::encrypted(&plain, key_file(&folder, "good2", 1))).contains("not encrypted"));
    // The first octets tell, however short the file.
    for short in ["{}", "{\"AccessToken\":{}}", "msal-lite unsealed"] {
        fs::write(&plain, short).unwrap();
        assert!(
            failure(&FileStore::encrypted(&plain, key_file(&folder, short, 1))).contains("not encrypted")
        );
    }
    for name in ["", "../x", ".x"] {
        assert!(FileKey::from_systemd_credential(name).is_err());
    }
}

#[test]
fn a_form_of_another_version_is_named_and_stays() {
    let folder = folder();
    let path = folder.path().join("tokens");
    sign_in(&FileStore::encrypted(&path, key_file(&folder, "key", 1)), 1);
    let mut file = fs::read(&path).unwrap();
    assert!(file.starts_with(b"msal-lite sealed 1\n"));
    file[17] = b'2';
    for length in [file.len(), 40] {
        fs::write(&path, &file[..length]).unwrap();
        let key = key_file(&folder, &length.to_string(), 1);
        assert!(failure(&FileStore::encrypted(&path, key)).contains("another version"));
        assert!(failure(&FileStore::new(&path)).contains("give its key"));
    }
}

#[test]
fn a_store_is_locked_until_its_key_is_there() {
    let folder = folder();
    let store = FileStore::encrypted(folder.path().join("tokens"), key_file(&folder, "key", 1));
    assert!(store.is_locked());
    sign_in(&store, 1);
    assert!(!store.is_locked() && !store.clone().is_locked());
    let again = FileStore::encrypted(store.path(), key_file(&folder, "again", 1));
    assert!(again.is_locked() && std::sync::Arc::new(again.clone()).is_locked());
    assert_eq!(accounts(&again), 1);
    assert!(!again.is_locked() && !FileStore::new("x").is_locked());
}
