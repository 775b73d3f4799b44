//! The cache file: atomic, shared, private, and never silently lost.

use std::{fs, path::Path, process::Command, thread};

use msal_lite::{Cache, Error, ErrorKind, FileStore, Store};
use tempfile::TempDir;

use crate::tenant::{IMAP, NOW, app, scopes, tokens_of};

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// Adds one account of its own.
fn sign_in(store: &FileStore, number: usize) -> msal_lite::Saved {
    use msal_lite::{Flow, Step};
    let user = format!("aaaaaaaa-bbbb-cccc-dddd-{number:012}");
    let mut flow = crate::tenant::refresh_flow();
    crate::tenant::sent(&mut flow);
    let body = tokens_of(&user, &format!("user{number}@contoso.com"), "access", "refresh");
    flow.receive(&crate::tenant::ok(body), NOW).unwrap();
    let Step::Done(response) = flow.step().unwrap() else { panic!() };
    store.update(&mut |cache| drop(cache.insert(&app(), &scopes(IMAP), &response, None, NOW))).unwrap()
}

fn accounts(store: &FileStore) -> usize {
    let mut count = 0;
    store.read(&mut |cache| count = cache.accounts().len()).unwrap();
    count
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_missing_file_is_empty_and_a_save_leaves_no_litter() {
    let folder = folder();
    let store = FileStore::new(folder.path().join("tokens.json"));
    assert_eq!(accounts(&store), 0);
    assert!(names(folder.path()).is_empty(), "reading makes nothing");
    store.probe().unwrap();
    sign_in(&store, 1);
    assert_eq!(accounts(&store), 1);
    assert_eq!(names(folder.path()), ["tokens.json", "tokens.json.lock"]);
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let store = FileStore::new(folder.path().join("tokens.json"));
    sign_in(&store, 1);
    fs::set_permissions(store.path(), fs::Permissions::from_mode(0o644)).unwrap();
    sign_in(&store, 2);
    for name in ["tokens.json", "tokens.json.lock"] {
        let mode = fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[cfg(unix)]
#[test]
fn symbolic_links_and_pipes_are_refused() {
    let folder = folder();
    let target = folder.path().join("target");
    fs::write(&target, "{}").unwrap();
    for name in ["tokens.json", "tokens.json.lock"] {
        let link = folder.path().join(name);
        let _ = fs::remove_file(&link);
        std::os::unix::fs::symlink(&target, &link).unwrap();
        let store = FileStore::new(folder.path().join("tokens.json"));
        let error = store.update(&mut |_| ()).unwrap_err();
        assert!(error.to_string().contains("symbolic link"), "{error}");
        assert_eq!(error.kind(), ErrorKind::Storage);
        fs::remove_file(link).unwrap();
    }
    assert_eq!(fs::read(&target).unwrap(), b"{}");
    let error = FileStore::new(folder.path()).read(&mut |_| ()).unwrap_err();
    assert!(error.to_string().contains("not a regular file"), "{error}");
    let pipe = folder.path().join("pipe");
    if Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success()) {
        assert!(FileStore::new(&pipe).read(&mut |_| ()).is_err());
    }
}

#[test]
fn a_damaged_file_is_an_error_and_then_kept_aside() {
    let folder = folder();
    let store = FileStore::new(folder.path().join("tokens.json"));
    sign_in(&store, 1);
    let whole = fs::read(store.path()).unwrap();
    let half = &whole[..whole.len() / 2];
    for round in 1..=2 {
        fs::write(store.path(), half).unwrap();
        let aside = folder.path().join(format!("tokens.json.broken-{round}"));
        match store.read(&mut |_| ()).unwrap_err() {
            error @ Error::CacheDamaged { .. } => {
                let text = error.to_string();
                assert!(text.contains(&format!("cut off after {} octets", half.len())), "{text}");
                assert!(text.contains("sign in again") && text.contains(aside.to_str().unwrap()), "{text}");
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(fs::read(store.path()).unwrap(), half, "reading changes nothing");
        store.probe().unwrap();
        assert_eq!(sign_in(&store, 2).kept_aside.as_deref(), Some(aside.as_path()));
        assert_eq!(fs::read(&aside).unwrap(), half);
        assert_eq!(accounts(&store), 1);
    }
    assert_eq!(sign_in(&store, 3).kept_aside, None);
}

#[test]
fn a_folder_that_is_not_there() {
    let folder = folder();
    let store = FileStore::new(folder.path().join("no/tokens.json"));
    let error = store.probe().unwrap_err();
    assert!(error.to_string().contains("its folder does not exist"), "{error}");
    assert!(error.to_string().contains("no/tokens.json"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let store = FileStore::new(folder.path().join("tokens.json"));
    sign_in(&store, 1);
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o500)).unwrap();
    let as_root = fs::write(folder.path().join("x"), "").is_ok();
    let outcome = (store.probe(), store.update(&mut |cache| *cache = Cache::new()));
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
    if as_root {
        return; // nothing is forbidden to root
    }
    assert!(outcome.0.unwrap_err().to_string().contains("permission denied"));
    assert!(matches!(outcome.1, Err(Error::CacheUnwritable { .. })));
    assert_eq!(accounts(&store), 1);
}

#[test]
fn a_lock_that_is_held_is_not_waited_for_without_end() {
    let folder = folder();
    let path = folder.path().join("tokens.json");
    let held = fs::File::create(folder.path().join("tokens.json.lock")).unwrap();
    held.lock().unwrap();
    let store = FileStore::new(&path).with_lock_patience(std::time::Duration::ZERO);
    let error = store.update(&mut |_| ()).unwrap_err();
    assert!(error.to_string().contains("another process has held the lock"), "{error}");
    store.read(&mut |_| ()).unwrap();
    drop(held);
    store.update(&mut |_| ()).unwrap();
}

#[test]
fn threads_lose_nothing() {
    let folder = folder();
    let path = folder.path().join("tokens.json");
    thread::scope(|scope| {
        for writer in 0..4 {
            let path = &path;
            scope.spawn(move || {
                let store = FileStore::new(path);
                (0..5).for_each(|number| drop(sign_in(&store, writer * 100 + number)));
            });
        }
        let store = FileStore::new(&path);
        (0..50).for_each(|_| assert!(accounts(&store) <= 20));
    });
    assert_eq!(accounts(&FileStore::new(&path)), 20);
}

const CHILD: &str = "MSAL_LITE_TEST_CACHE";

#[test]
fn processes_lose_nothing() {
    let folder = folder();
    let path = folder.path().join("tokens.json");
    let children: Vec<_> = [1000, 2000]
        .map(|first| {
            Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "file_store::child", "--ignored"])
                .env(CHILD, format!("{first} {}", path.display()))
                .stdout(std::process::Stdio::null())
                .spawn()
                .unwrap()
        })
        .into_iter()
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(accounts(&FileStore::new(&path)), 20);
}

/// What a second process of `processes_lose_nothing` does.
#[test]
#[ignore = "started by processes_lose_nothing"]
fn child() {
    let Ok(task) = std::env::var(CHILD) else { return };
    let (first, path) = task.split_once(' ').unwrap();
    let (first, store): (usize, _) = (first.parse().unwrap(), FileStore::new(path));
    (0..10).for_each(|number| drop(sign_in(&store, first + number)));
}
