//! How an application proves who it is.

use std::fmt;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use msal_lite::{ClientCertificate, Secret, Timestamp, TokenClient};
use zeroize::Zeroizing;

use crate::error::Error;

/// The largest file of a secret, key or certificate that is read, in octets.
const LARGEST: u64 = 64 * 1024;

/// What an application that is not public proves itself with. Read from files, never from arguments.
///
/// A registration for people at a device or desktop has none. Google's "installed app" has a secret that is none
/// and must be sent. An application that signs in as itself ([`Account::with_app_only`](crate::Account::with_app_only))
/// needs one.
#[derive(Clone)]
pub struct Credential(Kind);

#[derive(Clone)]
enum Kind {
    Secret(Secret),
    Certificate(Arc<ClientCertificate>),
    AssertionFile(PathBuf),
}

impl Credential {
    /// A client secret's value.
    pub fn secret(value: Secret) -> Self {
        Credential(Kind::Secret(value))
    }

    /// A client secret's value in a file; blanks and line ends around it do not count.
    ///
    /// # Errors
    /// [`Error::Setting`] when the file cannot be read, is larger than 64 KiB, is empty or not UTF-8.
    pub fn secret_file(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let bytes = read("client secret file", path)?;
        let text = std::str::from_utf8(&bytes)
            .map_err(|_| wrong("client secret file", path, "it is not UTF-8 text"))?
            .trim();
        if text.is_empty() {
            return Err(wrong("client secret file", path, "it is empty"));
        }
        Ok(Credential(Kind::Secret(Secret::new(text.to_owned()))))
    }

    /// A certificate and its RSA key, as PEM files; both may stand in one. Requests are signed with PS256.
    ///
    /// # Errors
    /// [`Error::Setting`] when a file cannot be read, or they do not belong together.
    pub fn certificate_files(key: impl AsRef<Path>, certificate: impl AsRef<Path>) -> Result<Self, Error> {
        let (key, certificate) = (key.as_ref(), certificate.as_ref());
        let key_pem = read("key file", key)?;
        let certificate_pem = read("certificate file", certificate)?;
        let parsed = ClientCertificate::from_pem(&key_pem, &certificate_pem)
            .map_err(|e| wrong("certificate", certificate, &e.to_string()))?;
        Ok(Credential(Kind::Certificate(Arc::new(parsed))))
    }

    /// An assertion of an identity provider that the application trusts (workload identity federation), read anew
    /// from this file for each request, since it is renewed there.
    pub fn assertion_file(path: impl Into<PathBuf>) -> Self {
        Credential(Kind::AssertionFile(path.into()))
    }

    /// Whether it is a secret with the form of a GUID: then it is the secret's id, where its value is needed.
    pub(crate) fn secret_form(&self) -> Option<SecretForm> {
        match &self.0 {
            Kind::Secret(secret) if is_guid(secret.expose()) => Some(SecretForm::Id),
            Kind::Secret(secret) if is_encoded(secret.expose()) => Some(SecretForm::Encoded),
            Kind::Secret(_) => Some(SecretForm::Value),
            Kind::Certificate(_) | Kind::AssertionFile(_) => None,
        }
    }

    /// When it ends, where it says so itself: a certificate does.
    pub(crate) fn ends_on(&self) -> Option<Timestamp> {
        match &self.0 {
            Kind::Certificate(certificate) => certificate.ends_on(),
            Kind::Secret(_) | Kind::AssertionFile(_) => None,
        }
    }

    /// The secret, which belongs to the application in requests.
    pub(crate) fn as_secret(&self) -> Option<&Secret> {
        match &self.0 {
            Kind::Secret(secret) => Some(secret),
            Kind::Certificate(_) | Kind::AssertionFile(_) => None,
        }
    }

    /// The token client that signs its requests with it.
    pub(crate) fn attach(&self, client: TokenClient) -> TokenClient {
        match &self.0 {
            Kind::Secret(_) => client,
            Kind::Certificate(certificate) => client.with_certificate(Arc::clone(certificate)),
            Kind::AssertionFile(path) => {
                let path = path.clone();
                client.with_assertion(move |_| {
                    let path = path.clone();
                    async move { assertion(&path) }
                })
            }
        }
    }
}

/// What a client secret looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SecretForm {
    /// Like the id of a secret.
    Id,
    /// With `%` before two hex digits, or a blank: it went through an encoder that it should not have seen.
    Encoded,
    /// Like anything else.
    Value,
}

fn is_encoded(text: &str) -> bool {
    let percent = |part: &str| part.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    text.contains(char::is_whitespace) || text.split('%').skip(1).any(percent)
}

/// Whether a text has the form of a GUID.
pub(crate) fn is_guid(text: &str) -> bool {
    let mut groups = text.split('-');
    let lengths = [8, 4, 4, 4, 12];
    let fits = |(group, length): (&str, usize)| {
        group.len() == length && group.bytes().all(|b| b.is_ascii_hexdigit())
    };
    text.split('-').count() == lengths.len() && groups.by_ref().zip(lengths).all(fits)
}

fn assertion(path: &Path) -> Result<Secret, msal_lite::Error> {
    let failed = |why: String| msal_lite::Error::Assertion(format!("file {}: {why}", path.display()));
    let bytes = read("assertion file", path).map_err(|e| failed(e.to_string()))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| failed("it is not UTF-8 text".to_owned()))?;
    Ok(Secret::new(text.trim().to_owned()))
}

fn read(what: &'static str, path: &Path) -> Result<Zeroizing<Vec<u8>>, Error> {
    let failed = |e: std::io::Error| wrong(what, path, &e.to_string());
    let file = std::fs::File::open(path).map_err(failed)?;
    // Room for all of it, so that no growing buffer leaves a copy behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(LARGEST + 1).unwrap_or_default()));
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > LARGEST {
        return Err(wrong(what, path, "it is larger than 64 KiB"));
    }
    Ok(bytes)
}

fn wrong(what: &'static str, path: &Path, why: &str) -> Error {
    Error::setting(what, format!("{}: {why}", path.display()))
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Secret(_) => f.write_str("Credential::Secret([redacted])"),
            Kind::Certificate(_) => f.write_str("Credential::Certificate(..)"),
            Kind::AssertionFile(path) => f.debug_tuple("Credential::AssertionFile").field(path).finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_guid;

    #[test]
    fn a_guid_is_told_from_a_secret() {
        assert!(is_guid("3f2504e0-4f89-41d3-9a0c-0305e82c3301"));
        for other in
            ["", "q~8Q~abc", "3f2504e0-4f89-41d3-9a0c-0305e82c330", "3f2504e0-4f89-41d3-9a0c-0305e82c3301-1"]
        {
            assert!(!is_guid(other), "{other}");
        }
    }
}
