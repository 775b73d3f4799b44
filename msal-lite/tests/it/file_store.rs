//! The cache file: atomic, shared, private, and never silently lost.

use std::{fs, path::Path, process::Command, thread};

use msal_lite::{Cache, Error, ErrorKind, FileStore, Store};
use tempfile::TempDir;

use crate::tenant::{IMAP, NOW, app, scopes, tokens_of};

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// Adds one account of its own.
pub(crate) fn sign_in(store: &FileStore, number: usize) -> msal_lite::Saved {
    rotate(store, number, "refresh")
}

/// Saves a refresh token of an account.
fn rotate(store: &FileStore, number: usize, refresh_token: &str) -> msal_lite::Saved {
    use msal_lite::{Flow, Step};
    let user = format!("aaaaaaaa-bbbb-cccc-dddd-{number:012}");
    let mut flow = crate::tenant::refresh_flow();
    crate::tenant::sent(&mut flow);
    let body = tokens_of(&user, &format!("user{number}@contoso.com"), "access", refresh_token);
    flow.receive(&crate::tenant::ok(body), NOW).unwrap();
    let Step::Done(response) = flow.step().unwrap() else { panic!() };
    store.update(&mut |cache| drop(cache.insert(&app(), &scopes(IMAP), &response, None, NOW))).unwrap()
}

pub(crate) fn accounts(store: &FileStore) -> usize {
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

/// Where a child appends the number that it is about to save, and then that it has saved it.
const JOURNAL: &str = "MSAL_LITE_TEST_JOURNAL";
/// How many children are killed; many more are a matter of minutes.
const KILLS: &str = "MSAL_LITE_TEST_KILLS";

/// Children rotate the refresh token of one account each and are killed in the middle of it. After each
/// death the file is readable, and holds the newest refresh token that the child had reported as saved, or
/// one that it was about to save.
#[cfg(unix)]
#[test]
fn killed_processes_lose_nothing() {
    let kills: u32 = std::env::var(KILLS).ok().and_then(|text| text.parse().ok()).unwrap_or(6);
    let folder = folder();
    let path = folder.path().join("tokens.json");
    let mut noise = 0x9e37_79b9_7f4a_7c15_u64;
    for round in 0..kills.div_ceil(2) {
        // Two at a time, so that locks die with their holders while others wait.
        let children: Vec<_> = [0, 1]
            .map(|user| {
                let journal = folder.path().join(format!("journal-{user}"));
                let _ = fs::remove_file(&journal);
                let child = Command::new(std::env::current_exe().unwrap())
                    .args(["--exact", "file_store::rotating_child", "--ignored"])
                    .env(CHILD, format!("{user} {round} {}", path.display()))
                    .env(JOURNAL, &journal)
                    .stdout(std::process::Stdio::null())
                    .stderr(std::process::Stdio::null())
                    .spawn()
                    .unwrap();
                (user, journal, child)
            })
            .into_iter()
            .collect();
        for (user, journal, mut child) in children {
            // Once it has begun, some time at random.
            while fs::metadata(&journal).map_or(0, |metadata| metadata.len()) < 60 {
                thread::yield_now();
            }
            noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            thread::sleep(std::time::Duration::from_micros((noise >> 33) % 20_000));
            child.kill().unwrap();
            child.wait().unwrap();
            let lines = fs::read_to_string(&journal).unwrap();
            let numbers = |word: &str| {
                let words = lines.lines().filter_map(|line| line.strip_prefix(word)?.parse::<u64>().ok());
                words.max().unwrap_or(0)
            };
            let store = FileStore::new(&path);
            let kept = refresh_token_of(&store, user);
            let kept: u64 = kept.rsplit('-').next().unwrap().parse().unwrap();
            assert!(kept >= numbers("saved ") && kept <= numbers("begin "), "{kept} in {lines}");
        }
    }
    // Nothing but temporary files of the dead is left over, and nothing was put aside as damaged.
    assert!(names(folder.path()).iter().all(|name| !name.contains("broken")));
    assert_eq!(accounts(&FileStore::new(&path)), 2);
}

#[cfg(unix)]
fn refresh_token_of(store: &FileStore, user: usize) -> String {
    let mut found = String::new();
    let query = msal_lite::AccountQuery::username(format!("user{user}@contoso.com"));
    let look = &mut |cache: &Cache| match cache.renewal(&app(), &query).unwrap() {
        msal_lite::Silent::Refresh { refresh_token, .. } => refresh_token.expose().clone_into(&mut found),
        other => panic!("{other:?}"),
    };
    store.read(look).unwrap();
    found
}

/// What a process of `killed_processes_lose_nothing` does until it is killed.
#[test]
#[ignore = "started by killed_processes_lose_nothing"]
fn rotating_child() {
    use std::io::Write;
    let (Ok(task), Ok(journal)) = (std::env::var(CHILD), std::env::var(JOURNAL)) else { return };
    let mut parts = task.splitn(3, ' ');
    let (user, round): (usize, u64) =
        (parts.next().unwrap().parse().unwrap(), parts.next().unwrap().parse().unwrap());
    let store = FileStore::new(parts.next().unwrap());
    let mut journal = fs::OpenOptions::new().create(true).append(true).open(journal).unwrap();
    for number in (round + 1) * 1_000_000.. {
        journal.write_all(format!("begin {number}\n").as_bytes()).unwrap();
        rotate(&store, user, &format!("refresh-{number}"));
        journal.write_all(format!("saved {number}\n").as_bytes()).unwrap();
    }
}

#[test]
fn the_lock_of_msal_extensions_comes_and_goes() {
    let folder = folder();
    let path = folder.path().join("tokens.json");
    let lock = folder.path().join("tokens.json.lockfile");
    let store = FileStore::new(&path).shared_with_msal_extensions();
    // One that a crash has left over is no obstacle.
    fs::write(&lock, "4711 python").unwrap();
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(2);
    fs::File::options().write(true).open(&lock).unwrap().set_modified(long_ago).unwrap();
    sign_in(&store, 1);
    assert!(!lock.exists());
    // Who has read the file while it was saved sees from its date that it must be read again.
    assert!(fs::metadata(&path).unwrap().modified().unwrap() > std::time::SystemTime::now());
    // One that is held is waited for, and then said.
    let held = fs::File::create(&lock).unwrap();
    held.lock().unwrap();
    let impatient = store.clone().with_lock_patience(std::time::Duration::ZERO);
    let error = impatient.update(&mut |_| ()).unwrap_err().to_string();
    assert!(error.contains("tokens.json.lockfile"), "{error}");
    // The holder removes it while others wait for it: they take the next one.
    thread::scope(|scope| {
        let waiting = scope.spawn(|| sign_in(&store, 2));
        thread::sleep(std::time::Duration::from_millis(20));
        fs::remove_file(&lock).unwrap();
        drop(held);
        waiting.join().unwrap();
    });
    // A file that is being written in place is read again under the lock.
    let whole = fs::read(&path).unwrap();
    for written in [whole.len() / 2, 0] {
        fs::write(&path, &whole[..written]).unwrap();
        let writer = fs::File::create(&lock).unwrap();
        writer.lock().unwrap();
        thread::scope(|scope| {
            let reading = scope.spawn(|| accounts(&store));
            thread::sleep(std::time::Duration::from_millis(20));
            fs::write(&path, &whole).unwrap();
            fs::remove_file(&lock).unwrap();
            drop(writer);
            assert_eq!(reading.join().unwrap(), 2);
        });
    }
    thread::scope(|scope| {
        for writer in 0..4 {
            let store = &store;
            scope.spawn(move || (0..5).for_each(|number| drop(sign_in(store, 100 + writer * 10 + number))));
        }
    });
    assert_eq!(accounts(&store), 22);
    assert!(!lock.exists());
}

/// A process that was killed before the rename leaves a file with tokens behind; it does not stay.
#[test]
fn what_a_crash_has_left_over_goes_with_the_next_save() {
    let folder = folder();
    let store = FileStore::new(folder.path().join("tokens.json"));
    let left_over = folder.path().join("tokens.json.new");
    fs::write(&left_over, "S3cret of a process that was killed").unwrap();
    sign_in(&store, 1);
    assert_eq!(names(folder.path()), ["tokens.json", "tokens.json.lock"]);
    // A link under that name is removed, and not what it points to.
    #[cfg(unix)]
    {
        let target = folder.path().join("target");
        fs::write(&target, "precious").unwrap();
        for save in [true, false] {
            std::os::unix::fs::symlink(&target, &left_over).unwrap();
            if save {
                sign_in(&store, 2);
            } else {
                store.probe().unwrap();
            }
            assert!(!left_over.exists());
        }
        assert_eq!(fs::read(&target).unwrap(), b"precious");
        fs::create_dir(&left_over).unwrap();
        let error = store.update(&mut |_| ()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Storage);
    }
    assert_eq!(accounts(&store), 2);
}

/// A disk without room for a sign-in is found out before anyone signs in; here by a limit on the length of files, of
/// which a shell makes the signal an error.
#[cfg(unix)]
#[test]
fn a_full_disk_is_said_before_anyone_signs_in() {
    let folder = folder();
    let path = folder.path().join("tokens.json");
    sign_in(&FileStore::new(&path), 1);
    let before = fs::read(&path).unwrap();
    let said = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\" --exact file_store::full_child --ignored"])
        .arg(std::env::current_exe().unwrap())
        .env(CHILD, &path)
        .output()
        .unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stdout));
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(names(folder.path()), ["tokens.json", "tokens.json.lock"]);
}

#[cfg(unix)]
#[test]
#[ignore = "started by a_full_disk_is_said_before_anyone_signs_in"]
fn full_child() {
    let Ok(path) = std::env::var(CHILD) else { return };
    let error = FileStore::new(path).probe().unwrap_err();
    assert!(error.to_string().contains("the disk is full"), "{error}");
    assert_eq!(error.kind(), ErrorKind::Storage);
}
