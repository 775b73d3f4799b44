//! What other mail programs keep, read so that nobody has to sign in again.

mod proxy;

use crate::{Error, Limits, Secret, json, text::shown};

/// An account of another program.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportedAccount {
    /// The address or user name under which it was kept.
    pub username: Option<String>,
    /// The client id that the refresh token was given to. It is good for no other.
    pub client_id: Option<String>,
    /// The token endpoint.
    pub token_endpoint: Option<String>,
    /// The scopes that it was used for.
    pub scopes: Option<String>,
    /// The refresh token, for `TokenClient::adopt_refresh_token_of`; `None` if it is encrypted.
    pub refresh_token: Option<Secret>,
    /// What is encrypted.
    sealed: Option<proxy::Sealed>,
}

impl ImportedAccount {
    /// Reads the token file of `mutt_oauth2.py` in its unencrypted form: what `gpg --decrypt` gives.
    ///
    /// ```
    /// use msal_lite::ImportedAccount;
    ///
    /// let file = br#"{"registration":"microsoft","authflow":"devicecode","email":"user@contoso.com","refresh_token":"1.AX"}"#;
    /// let account = ImportedAccount::from_mutt_oauth2(file)?;
    /// assert_eq!(account.username.as_deref(), Some("user@contoso.com"));
    /// assert!(ImportedAccount::from_mutt_oauth2(b"-----BEGIN PGP MESSAGE-----").is_err());
    /// # Ok::<(), msal_lite::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if it is encrypted, no such file, or has no refresh token.
    pub fn from_mutt_oauth2(file: &[u8]) -> Result<Self, Error> {
        let refused = |reason: &str| Error::invalid("mutt_oauth2 file", reason);
        check_length("mutt_oauth2 file", file)?;
        // A binary OpenPGP packet has its highest bit set, which no JSON begins with.
        if file.starts_with(b"-----BEGIN PGP")
            || file.first().is_some_and(|octet| octet & 0x80 != 0 && *octet != 0xef)
        {
            return Err(refused("it is encrypted; decrypt it with gpg --decrypt and give the result"));
        }
        let object = json::object(file).map_err(|reason| Error::invalid("mutt_oauth2 file", reason))?;
        let text = |key: &str| json::text(&object.0, key).filter(|text| !text.is_empty());
        let refresh_token =
            text("refresh_token").ok_or_else(|| refused("there is no refresh_token in it"))?;
        Ok(Self {
            username: text("email").map(str::to_owned),
            client_id: text("client_id").map(str::to_owned),
            token_endpoint: text("token_endpoint").map(str::to_owned),
            scopes: text("scope").map(str::to_owned),
            refresh_token: Some(Secret::new(refresh_token.to_owned())),
            sealed: None,
        })
    }

    /// The refresh token.
    ///
    /// # Errors
    ///
    /// [`Error::NoRefreshToken`] if there is none, or it is encrypted.
    pub fn require_refresh_token(&self) -> Result<&Secret, Error> {
        let username = || shown(self.username.as_deref().unwrap_or("this account"));
        self.refresh_token.as_ref().ok_or_else(|| Error::NoRefreshToken { username: username() })
    }
}

fn check_length(what: &'static str, file: &[u8]) -> Result<(), Error> {
    let most = Limits::default().body;
    if file.len() > most {
        return Err(Error::invalid(what, format!("it is longer than {most} octets")));
    }
    Ok(())
}
