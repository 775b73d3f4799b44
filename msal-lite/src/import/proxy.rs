//! The accounts of email-oauth2-proxy, and the refresh tokens that it encrypts.

use std::fmt;

use super::{ImportedAccount, check_length};
use crate::Error;

const WHAT: &str = "email-oauth2-proxy configuration";

/// A refresh token as that program keeps it: in the form of Fernet, with a key that is stretched from the password
/// which the mail client sends.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct Sealed {
    salt: String,
    /// Without a number in the file it is the one of its versions before 2023.
    iterations: Option<u32>,
    token: String,
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[encrypted]")
    }
}

impl ImportedAccount {
    /// Reads the accounts of `emailproxy.config` of email-oauth2-proxy, or of its cache store: registration and scopes
    /// of each.
    ///
    /// That program encrypts its refresh tokens with the password that the mail client sends:
    /// [`refresh_token`](Self::refresh_token) is `None` until `decrypt` (feature `proxy-import`) has the
    /// password.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if there is no account in it.
    pub fn from_email_oauth2_proxy(file: &[u8]) -> Result<Vec<Self>, Error> {
        check_length(WHAT, file)?;
        let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
        let text = std::str::from_utf8(file).map_err(|_| Error::invalid(WHAT, "it is not UTF-8"))?;
        let mut accounts: Vec<Self> = Vec::new();
        let mut in_account = false;
        for line in text.lines().map(str::trim).filter(|line| !line.starts_with(['#', ';'])) {
            if let Some(section) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                // Other sections are servers, such as [IMAP-1993], and the program's own settings.
                in_account = section.contains('@');
                if in_account {
                    accounts.push(Self::of_proxy(section));
                }
            } else if let (true, Some(account), Some((key, value))) =
                (in_account, accounts.last_mut(), line.split_once(['=', ':']))
            {
                account.set(&key.trim().to_ascii_lowercase(), value.trim());
            }
        }
        if accounts.is_empty() {
            return Err(Error::invalid(
                WHAT,
                "there is no section with an address, such as [user@contoso.com]",
            ));
        }
        Ok(accounts)
    }

    fn of_proxy(section: &str) -> Self {
        Self {
            username: Some(section.to_owned()),
            client_id: None,
            token_endpoint: None,
            scopes: None,
            refresh_token: None,
            sealed: None,
        }
    }

    /// A line of the section.
    fn set(&mut self, key: &str, value: &str) {
        let text = || Some(value.to_owned()).filter(|value| !value.is_empty());
        match key {
            "client_id" => self.client_id = text(),
            "token_url" => self.token_endpoint = text(),
            "oauth2_scope" => self.scopes = text(),
            "token_salt" => value.clone_into(&mut self.sealed().salt),
            "token_iterations" => self.sealed().iterations = value.parse().ok(),
            "refresh_token" => value.clone_into(&mut self.sealed().token),
            _ => {}
        }
    }

    fn sealed(&mut self) -> &mut Sealed {
        self.sealed.get_or_insert_default()
    }

    /// Decrypts the refresh token with the password that the mail client sends to email-oauth2-proxy. Takes as long as
    /// that program takes: about a second.
    ///
    /// ```no_run
    /// use msal_lite::{ImportedAccount, Secret};
    ///
    /// let mut accounts = ImportedAccount::from_email_oauth2_proxy(&std::fs::read("emailproxy.config")?)?;
    /// let account = accounts.first_mut().ok_or("no account")?;
    /// account.decrypt(&Secret::new("the password in the mail client".to_owned()))?;
    /// let refresh_token = account.require_refresh_token()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::NoRefreshToken`] if there is none in the file; [`Error::Invalid`] for another password, and for a token
    /// that is not in that program's form.
    #[cfg(feature = "proxy-import")]
    pub fn decrypt(&mut self, password: &crate::Secret) -> Result<(), Error> {
        match &self.sealed {
            Some(sealed) if !sealed.token.is_empty() => {
                self.refresh_token = Some(fernet::open(sealed, password)?);
                Ok(())
            }
            _ => self.require_refresh_token().map(drop),
        }
    }
}

/// The form of Fernet: version 0x80, time (8 octets), initialization vector (16), AES-128-CBC with PKCS #7, and over
/// all of it HMAC-SHA-256 (32); in base64url. The first half of the key authenticates, the second encrypts.
#[cfg(feature = "proxy-import")]
mod fernet {
    use std::num::NonZeroU32;

    use aes::Aes128;
    use base64::{
        Engine as _,
        engine::general_purpose::{STANDARD, URL_SAFE},
    };
    use cbc::{
        Decryptor,
        cipher::{BlockModeDecrypt as _, KeyIvInit as _, block_padding::Pkcs7},
    };
    use ring::{hmac, pbkdf2};
    use zeroize::Zeroizing;

    use super::{Sealed, WHAT};
    use crate::{Error, Secret};

    const VERSION: u8 = 0x80;
    const TIME: usize = 8;
    const VECTOR: usize = 16;
    const TAG: usize = 32;
    /// Of files without a number.
    const FORMER_ITERATIONS: u32 = 100_000;
    /// Ten times what the program writes: a wrong number in the file must not take hours.
    const MOST_ITERATIONS: u32 = 12_000_000;

    pub(super) fn open(sealed: &Sealed, password: &Secret) -> Result<Secret, Error> {
        let refused = |reason: &str| Error::invalid(WHAT, reason);
        let salt = STANDARD.decode(&sealed.salt).ok().filter(|salt| !salt.is_empty());
        let salt =
            salt.ok_or_else(|| refused("there is no token_salt in base64 beside the refresh_token"))?;
        let iterations = sealed.iterations.unwrap_or(FORMER_ITERATIONS);
        let iterations = NonZeroU32::new(iterations)
            .filter(|count| count.get() <= MOST_ITERATIONS)
            .ok_or_else(|| refused("token_iterations is zero or absurdly high"))?;
        let not_its_form = || refused("the refresh_token is not in the form of that program");
        let token = URL_SAFE.decode(&sealed.token).map_err(|_| not_its_form())?;
        let (signed, tag) = token
            .len()
            .checked_sub(TAG)
            .and_then(|at| token.split_at_checked(at))
            .filter(|(signed, _)| signed.first() == Some(&VERSION))
            .ok_or_else(not_its_form)?;

        let mut key = Zeroizing::new([0; 32]);
        let octets = password.expose().as_bytes();
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, iterations, &salt, octets, key.as_mut_slice());
        let (authentication, encryption) = key.split_at(16);
        hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, authentication), signed, tag)
            .map_err(|_| refused("the refresh_token was encrypted with another password"))?;

        let (vector, text) =
            signed.get(1 + TIME..).and_then(|rest| rest.split_at_checked(VECTOR)).ok_or_else(not_its_form)?;
        let mut text = Zeroizing::new(text.to_vec());
        let plain = Decryptor::<Aes128>::new_from_slices(encryption, vector)
            .ok()
            .and_then(|cipher| cipher.decrypt_padded::<Pkcs7>(&mut text).ok())
            .and_then(|plain| std::str::from_utf8(plain).ok())
            .filter(|plain| !plain.is_empty())
            .ok_or_else(not_its_form)?;
        Ok(Secret::new(plain.to_owned()))
    }
}
