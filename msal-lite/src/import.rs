//! What other mail programs keep, read so that nobody has to sign in again.

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
    /// The refresh token, for `TokenClient::adopt_refresh_token`; `None` if it is encrypted.
    pub refresh_token: Option<Secret>,
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
        })
    }

    /// Reads the accounts of `emailproxy.config` of email-oauth2-proxy: registration and scopes of each.
    ///
    /// That program encrypts its refresh tokens with the password that the mail client sends (Fernet, with
    /// a key by PBKDF2). They are not decrypted here: [`refresh_token`](Self::refresh_token) is `None`,
    /// and the person signs in once.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if there is no account in it.
    pub fn from_email_oauth2_proxy(file: &[u8]) -> Result<Vec<Self>, Error> {
        let what = "email-oauth2-proxy configuration";
        check_length(what, file)?;
        let text = std::str::from_utf8(file).map_err(|_| Error::invalid(what, "it is not UTF-8"))?;
        let mut accounts: Vec<Self> = Vec::new();
        let mut in_account = false;
        for line in text.lines().map(str::trim).filter(|line| !line.starts_with(['#', ';'])) {
            if let Some(section) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                // Other sections are servers, such as [IMAP-1993], and the program's own settings.
                in_account = section.contains('@');
                if in_account {
                    accounts.push(Self {
                        username: Some(section.to_owned()),
                        client_id: None,
                        token_endpoint: None,
                        scopes: None,
                        refresh_token: None,
                    });
                }
            } else if let (true, Some(account), Some((key, value))) =
                (in_account, accounts.last_mut(), line.split_once('='))
            {
                let value = Some(value.trim().to_owned()).filter(|value| !value.is_empty());
                match key.trim() {
                    "client_id" => account.client_id = value,
                    "token_url" => account.token_endpoint = value,
                    "oauth2_scope" => account.scopes = value,
                    _ => {}
                }
            }
        }
        if accounts.is_empty() {
            return Err(Error::invalid(
                what,
                "there is no section with an address, such as [user@contoso.com]",
            ));
        }
        Ok(accounts)
    }

    /// The refresh token.
    ///
    /// # Errors
    ///
    /// [`Error::NoRefreshToken`] if it could not be read because it is encrypted: the person signs in
    /// once.
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
