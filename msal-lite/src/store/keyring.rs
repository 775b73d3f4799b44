//! A random key in the keyring of the operating system.

use keyring_core::{Entry, Error};
use ring::rand::{SecureRandom as _, SystemRandom};
use zeroize::Zeroizing;

/// The key under these names; made if there is none. The error is a reason for a human.
///
/// Two processes that make one at the same time: the later overwrites, so that each reads it again.
pub(super) fn key(service: &str, account: &str) -> Result<Zeroizing<Vec<u8>>, String> {
    let entry = entry(service, account).map_err(|error| said(&error))?;
    match entry.get_secret() {
        Ok(secret) => return Ok(Zeroizing::new(secret)),
        Err(Error::NoEntry) => {}
        Err(error) => return Err(said(&error)),
    }
    let mut fresh = Zeroizing::new(vec![0; 32]);
    SystemRandom::new().fill(&mut fresh).map_err(|_| "the system gives no random numbers".to_owned())?;
    entry.set_secret(&fresh).map_err(|error| said(&error))?;
    entry.get_secret().map(Zeroizing::new).map_err(|error| said(&error))
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
        Error::NoStorageAccess(_) => "it is locked or not running; on a server take a key file instead",
        Error::NoDefaultStore => "this system has none; take a key file instead",
        Error::Ambiguous(_) => "it has several keys under this name",
        Error::BadEncoding(_) | Error::BadDataFormat(..) => "what it has under this name is no key",
        _ => "it does not answer; on a server take a key file instead",
    };
    format!("its key is in the keyring of the system, and {reason}")
}
