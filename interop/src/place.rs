//! The folder that one run lives in: configuration, certificates, mail, logs.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, KeyPair};

/// The account that the servers run under: the caller, or for root an unprivileged one.
#[derive(Debug, Clone)]
pub(crate) struct Owner {
    pub(crate) user: String,
    pub(crate) group: String,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    /// Whether the caller is root and the servers must change to this account.
    pub(crate) switch: bool,
}

impl Owner {
    pub(crate) fn find() -> io::Result<Self> {
        let me = id("-u", None)?;
        let switch = me == "0";
        // Installed with Dovecot, and owning nothing.
        let name = switch.then_some("dovenull");
        Ok(Owner {
            user: id("-un", name)?,
            group: id("-gn", name)?,
            uid: number(&id("-u", name)?)?,
            gid: number(&id("-g", name)?)?,
            switch,
        })
    }
}

fn id(flag: &str, user: Option<&str>) -> io::Result<String> {
    let output = std::process::Command::new("id").arg(flag).args(user).output()?;
    if !output.status.success() {
        return Err(io::Error::other(format!("id {flag} {user:?}: {}", output.status)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn number(text: &str) -> io::Result<u32> {
    text.parse().map_err(io::Error::other)
}

/// The folder; it goes away with this value.
#[derive(Debug)]
pub(crate) struct Place {
    folder: tempfile::TempDir,
    pub(crate) owner: Owner,
    names: BTreeMap<&'static str, String>,
}

impl Place {
    pub(crate) fn new() -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("mail-oauth-interop-").tempdir()?;
        let owner = Owner::find()?;
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
        let names = BTreeMap::from([
            ("RUN", folder.path().display().to_string()),
            ("USER", owner.user.clone()),
            ("GROUP", owner.group.clone()),
        ]);
        let place = Place { folder, owner, names };
        place.give(place.path())?;
        Ok(place)
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Sets what `{NAME}` stands for in the files to come.
    pub(crate) fn name(&mut self, name: &'static str, value: impl ToString) {
        self.names.insert(name, value.to_string());
    }

    /// Reserves a free loopback port for `{NAME}`.
    pub(crate) fn port(&mut self, name: &'static str) -> io::Result<u16> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        self.name(name, port);
        Ok(port)
    }

    /// Writes a file of this folder, with every `{NAME}` filled in, and gives it to the owner.
    pub(crate) fn write(&self, file: &str, text: &str) -> io::Result<PathBuf> {
        let mut text = text.to_owned();
        for (name, value) in &self.names {
            text = text.replace(&format!("{{{name}}}"), value);
        }
        let path = self.path().join(file);
        fs::write(&path, text)?;
        self.give(&path)?;
        Ok(path)
    }

    /// Makes a folder in this folder, owned by the owner.
    pub(crate) fn folder(&self, name: &str) -> io::Result<PathBuf> {
        let path = self.path().join(name);
        fs::create_dir_all(&path)?;
        self.give(&path)?;
        Ok(path)
    }

    fn give(&self, path: &Path) -> io::Result<()> {
        if self.owner.switch { chown(path, Some(self.owner.uid), Some(self.owner.gid)) } else { Ok(()) }
    }

    /// A certificate authority and a certificate for `localhost`: `server.pem`, `server.key`. Returns the
    /// authority's PEM.
    pub(crate) fn certificates(&self) -> Result<String, Box<dyn std::error::Error>> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "mail-oauth interop CA");
        let ca_key = KeyPair::generate()?;
        let ca = params.self_signed(&ca_key)?;
        let issuer = rcgen::Issuer::from_params(&params, &ca_key);
        let key = KeyPair::generate()?;
        let server = CertificateParams::new(vec!["localhost".to_owned()])?.signed_by(&key, &issuer)?;
        self.write("server.pem", &server.pem())?;
        let path = self.write("server.key", &key.serialize_pem())?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
        Ok(ca.pem())
    }
}
