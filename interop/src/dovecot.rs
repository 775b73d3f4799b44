//! A private Dovecot.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use crate::daemon::Daemon;
use crate::place::Place;

/// Dovecot's ports.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ports {
    pub(crate) imaps: u16,
    pub(crate) pop3s: u16,
    /// POP3 that is plain until STLS.
    pub(crate) pop3: u16,
    pub(crate) lmtp: u16,
}

/// Starts it; `INTROSPECTION`, `AUTHORITY`, `ca.pem` and the certificates must be there. Sets `LMTP`.
pub(crate) fn start(place: &mut Place, users: &[&str]) -> io::Result<(Daemon, Ports)> {
    let ports = Ports {
        imaps: place.port("IMAPS")?,
        pop3s: place.port("POP3S")?,
        pop3: place.port("POP3")?,
        lmtp: place.port("LMTP")?,
    };
    for folder in ["base", "state", "mail"] {
        place.folder(folder)?;
    }
    place.write("users", &users.iter().map(|user| format!("{user}::::::\n")).collect::<String>())?;
    place.write("dovecot-oauth2.conf.ext", include_str!("../conf/dovecot-oauth2.conf.ext"))?;
    let conf = place.write("dovecot.conf", include_str!("../conf/dovecot.conf"))?;
    let log = place.write("dovecot.log", "")?;
    let mut command = Command::new("/usr/sbin/dovecot");
    command.arg("-F").arg("-c").arg(conf).stdout(Stdio::null()).stderr(Stdio::null());
    if place.owner.switch {
        command.uid(place.owner.uid).gid(place.owner.gid);
    }
    let daemon = Daemon::start("dovecot", command, &[ports.imaps, ports.pop3s, ports.pop3, ports.lmtp], log)?;
    Ok((daemon, ports))
}
