//! A private Postfix, which needs root.

use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::daemon::Daemon;
use crate::place::Place;

/// Starts it behind the Dovecot of the same place, for recipients of one domain.
pub(crate) fn start(place: &mut Place, domain: &str, recipients: &[&str]) -> io::Result<(Daemon, u16)> {
    let port = place.port("SUBMISSION")?;
    place.name("DOMAIN", domain);
    let root = place.path().join("postfix");
    for folder in ["conf", "queue", "data", "log"] {
        fs::create_dir_all(root.join(folder))?;
    }
    // Postfix refuses a data folder that is not its own.
    run(Command::new("chown").arg("postfix").arg(root.join("data")))?;
    place.write("recipients", &recipients.iter().map(|r| format!("{r} OK\n")).collect::<String>())?;
    place.write("postfix/conf/main.cf", include_str!("../conf/main.cf"))?;
    place.write("postfix/conf/master.cf", include_str!("../conf/master.cf"))?;
    run(Command::new("chown").arg("-R").arg("root:root").arg(root.join("conf")))?;
    let mut command = Command::new("/usr/lib/postfix/sbin/master");
    // `-d`: stay in the foreground, so that the process id is ours to stop.
    command.arg("-c").arg(root.join("conf")).arg("-d").stdout(Stdio::null()).stderr(Stdio::null());
    prepare(&root)?;
    let daemon = Daemon::start("postfix", command, &[port], root.join("log/maillog"))?;
    Ok((daemon, port))
}

/// Lets Postfix make the queue's folders and check the configuration.
fn prepare(root: &Path) -> io::Result<()> {
    run(Command::new("/usr/sbin/postfix").arg("-c").arg(root.join("conf")).arg("check"))
}

fn run(command: &mut Command) -> io::Result<()> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(io::Error::other(format!("{command:?}: {}: {words}", output.status)))
}
