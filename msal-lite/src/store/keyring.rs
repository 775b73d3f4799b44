//! A random key in the keyring of the operating system.

use keyring_core::{Entry, Error};
use ring::rand::{SecureRandom as _, SystemRandom};
use zeroize::Zeroizing;

use super::key::LEAST;

/// The key under these names. If there is none, one is made for a `new` file, and for an old one it is an error: its
/// key is gone, and another one in its place would keep the right one from coming back. The error is a reason for a
/// human.
///
/// Two processes that make one at the same time: the later overwrites, so that each reads it again.
pub(super) fn key(service: &str, account: &str, new: bool) -> Result<Zeroizing<Vec<u8>>, String> {
    let entry = entry(service, account).map_err(|error| said(&error))?;
    match entry.get_secret() {
        Err(Error::NoEntry) if new => {
            let mut fresh = Zeroizing::new(vec![0; LEAST]);
            SystemRandom::new()
                .fill(&mut fresh)
                .map_err(|_| "the system gives no random numbers".to_owned())?;
            entry.set_secret(&fresh).map_err(|error| said(&error))?;
        }
        found => return long_enough(found),
    }
    long_enough(entry.get_secret())
}

/// A password that somebody keeps under the same names is no key, and nothing at all is none.
fn long_enough(found: Result<Vec<u8>, Error>) -> Result<Zeroizing<Vec<u8>>, String> {
    let secret = found.map(Zeroizing::new).map_err(|error| said(&error))?;
    if secret.len() < LEAST {
        return Err(said(&Error::BadEncoding(Vec::new())));
    }
    Ok(secret)
}

/// In the keyring that the program has chosen by [`keyring_core::set_default_store`], or else in the system's.
fn entry(service: &str, account: &str) -> Result<Entry, Error> {
    if keyring_core::get_default_store().is_some() {
        return Entry::new(service, account);
    }
    keyring::v1::Entry::new(service, account).map(|entry| entry.inner)
}

/// Without what some variants carry: the secret itself.
fn said(error: &Error) -> String {
    let reason = match error {
        Error::NoEntry => {
            "that one is no longer there; bring the keyring back, or remove the file and sign in again"
                .to_owned()
        }
        Error::NoStorageAccess(_) => {
            "it is locked or not running; unlock it, or on a server take a key file instead".to_owned()
        }
        Error::NoDefaultStore => "this system has none; take a key file instead".to_owned(),
        Error::Ambiguous(_) => "it has several keys under this name".to_owned(),
        Error::BadEncoding(_) | Error::BadDataFormat(..) => {
            "what it has under this name is no key; give another name".to_owned()
        }
        Error::BadStoreFormat(_) => "it is damaged; repair it, or take a key file instead".to_owned(),
        Error::TooLong(_, limit) => {
            format!("it takes names of at most {limit} characters; give shorter ones")
        }
        Error::Invalid(..) => "it wants other names".to_owned(),
        Error::NotSupportedByStore(_) => "it cannot keep one; take a key file instead".to_owned(),
        _ => "it does not answer; on a server take a key file instead".to_owned(),
    };
    format!("its key is in the keyring of the system, and {reason}")
}
