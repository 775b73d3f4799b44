//! The encrypted form of a cache file.
//!
//! ```text
//! "msal-lite sealed 1\n"   19 octets
//! kind of key               1: 0 strong, 1 passphrase by Argon2id (19 MiB, 2 passes, 1 lane)
//! salt of the passphrase   16: the same in every save, so that it is stretched once in a process
//! check of the key         16: tells a wrong key from a damaged file
//! salt of this save        32
//! ChaCha20-Poly1305         the JSON and 16 octets of tag; all of the above is authenticated with it
//! ```
//!
//! Each save has a key of its own, by HKDF-SHA-256 from the master key and the salt of the save. So no
//! nonce is ever used twice, however many saves there are.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
};

use argon2::{Algorithm, Argon2, Params, Version};
use ring::{
    aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hkdf,
    rand::{SecureRandom as _, SystemRandom},
};
use zeroize::{Zeroize as _, Zeroizing};

use super::{
    file::SEALED,
    key::{FileKey, KeyMaterial},
};
use crate::Body;

/// What an encrypted file begins with: the mark of all versions, and this one.
const MAGIC: &[u8] = b"msal-lite sealed 1\n";

const SALT: usize = 16;
const CHECK: usize = 16;
const SAVE: usize = 32;
const HEADER: usize = MAGIC.len() + 1 + SALT + CHECK + SAVE;

/// Why a file cannot be opened.
pub(super) enum Unsealed {
    /// The JSON.
    Plain(Body),
    /// The key cannot be had or is another: the file must not be touched.
    NoKey(String),
    /// The key is right and the file is not what was written.
    Damaged(String),
}

/// Opens and closes files by one key.
pub(super) struct Seal {
    key: FileKey,
    /// Stretching a passphrase takes a while: once in a process.
    master: Mutex<Option<Master>>,
}

#[derive(Clone)]
struct Master {
    kind: u8,
    salt: [u8; SALT],
    octets: Zeroizing<[u8; 32]>,
}

impl Seal {
    pub(super) fn new(key: FileKey) -> Self {
        Self { key, master: Mutex::new(None) }
    }

    pub(super) fn open(&self, file: &[u8]) -> Unsealed {
        // What is not ours is not called damaged, however short it is: a damaged file is moved aside.
        if !file.starts_with(SEALED) && !SEALED.starts_with(file) {
            let reason = "it is not encrypted; name another file, and bring its tokens there by adopt_cache";
            return Unsealed::NoKey(reason.to_owned());
        }
        if !file.starts_with(MAGIC) && !MAGIC.starts_with(file) {
            let reason = "it is encrypted in the form of another version of this program; use that one";
            return Unsealed::NoKey(reason.to_owned());
        }
        let Some((header, sealed)) = file.split_at_checked(HEADER) else {
            return Unsealed::Damaged("cut off".to_owned());
        };
        let mut rest = header.get(MAGIC.len()..).unwrap_or_default();
        let mut take = |count: usize| {
            let (part, tail) = rest.split_at_checked(count).unwrap_or((rest, &[]));
            rest = tail;
            part
        };
        let (kind, salt, check, save) = (take(1), take(SALT), take(CHECK), take(SAVE));
        let Ok(salt) = <[u8; SALT]>::try_from(salt) else { return Unsealed::Damaged("cut off".to_owned()) };
        let master = match self.master(Some(salt)) {
            Ok(master) => master,
            Err(reason) => return Unsealed::NoKey(reason),
        };
        if kind != [master.kind] || check != master.check() {
            return Unsealed::NoKey(
                "it is encrypted with another key; give the one that it was made with".to_owned(),
            );
        }
        let mut plain = Body::new(sealed.to_vec());
        let opened = master.key_of_save(save).and_then(|key| {
            key.open_in_place(nonce(), Aad::from(header), plain.as_mut_slice()).ok().map(|text| text.len())
        });
        match opened {
            Some(length) => {
                plain.truncate(length);
                Unsealed::Plain(plain)
            }
            None => Unsealed::Damaged("encrypted with this key, but changed since".to_owned()),
        }
    }

    /// Whether the key is in memory.
    pub(super) fn has_key(&self) -> bool {
        self.master.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// The encrypted form. The error is a reason for a human.
    pub(super) fn close(&self, json: &Body) -> Result<Body, String> {
        let master = self.master(None)?;
        let mut save = [0; SAVE];
        random(&mut save)?;
        let mut header = Vec::with_capacity(HEADER);
        header.extend_from_slice(MAGIC);
        header.push(master.kind);
        header.extend_from_slice(&master.salt);
        header.extend_from_slice(&master.check());
        header.extend_from_slice(&save);

        let mut sealed = Vec::with_capacity(json.len() + CHACHA20_POLY1305.tag_len());
        sealed.extend_from_slice(json.expose());
        let key = master.key_of_save(&save).ok_or("no key could be derived")?;
        if key.seal_in_place_append_tag(nonce(), Aad::from(&header), &mut sealed).is_err() {
            sealed.zeroize();
            return Err("it is too long to be encrypted".to_owned());
        }
        header.extend_from_slice(&sealed);
        Ok(Body::new(header))
    }

    /// The master key for a file with this salt, or for one that is to be made.
    fn master(&self, salt: Option<[u8; SALT]>) -> Result<Master, String> {
        let mut known = self.master.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(master) = known.as_ref()
            && (master.kind == STRONG || salt.is_none_or(|salt| salt == master.salt))
        {
            return Ok(master.clone());
        }
        let master = match self.key.fetch(salt.is_none())? {
            KeyMaterial::Strong(octets) => Master::strong(&octets)?,
            KeyMaterial::Weak(octets) => {
                let salt = match salt {
                    Some(salt) => salt,
                    None => {
                        let mut fresh = [0; SALT];
                        random(&mut fresh)?;
                        fresh
                    }
                };
                Master::stretched(&octets, salt)?
            }
        };
        *known = Some(master.clone());
        Ok(master)
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Seal").field(&self.key).finish()
    }
}

const STRONG: u8 = 0;
const PASSPHRASE: u8 = 1;

impl Master {
    fn strong(key: &[u8]) -> Result<Self, String> {
        let mut octets = Zeroizing::new([0; 32]);
        let derived = hkdf::Salt::new(hkdf::HKDF_SHA256, b"msal-lite")
            .extract(key)
            .expand(&[b"master"], hkdf::HKDF_SHA256)
            .and_then(|okm| okm.fill(octets.as_mut_slice()));
        derived.map_err(|_| "no key could be derived".to_owned())?;
        Ok(Self { kind: STRONG, salt: [0; SALT], octets })
    }

    fn stretched(passphrase: &[u8], salt: [u8; SALT]) -> Result<Self, String> {
        let mut octets = Zeroizing::new([0; 32]);
        let params = Params::new(19_456, 2, 1, Some(32)).map_err(|error| error.to_string())?;
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase, &salt, octets.as_mut_slice())
            .map_err(|error| format!("the passphrase of its key: {error}"))?;
        Ok(Self { kind: PASSPHRASE, salt, octets })
    }

    /// Says nothing about the key, but is another for another key.
    fn check(&self) -> [u8; CHECK] {
        let mut check = [0; CHECK];
        // INVARIANT: 16 octets are far less than the 8,160 that HKDF-SHA-256 can give.
        let derived = hkdf::Prk::new_less_safe(hkdf::HKDF_SHA256, self.octets.as_slice())
            .expand(&[b"check"], Length(CHECK))
            .and_then(|okm| okm.fill(&mut check));
        debug_assert!(derived.is_ok());
        check
    }

    fn key_of_save(&self, salt: &[u8]) -> Option<LessSafeKey> {
        let okm = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(self.octets.as_slice());
        let key = okm.expand(&[b"save"], &CHACHA20_POLY1305).ok().map(UnboundKey::from);
        key.map(LessSafeKey::new)
    }
}

struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

/// Always the same, because each key encrypts one save.
fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; NONCE_LEN])
}

fn random(octets: &mut [u8]) -> Result<(), String> {
    SystemRandom::new().fill(octets).map_err(|_| "the system gives no random numbers".to_owned())
}
