//! Private Postfix instances, which need root.

use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::daemon::Daemon;
use crate::place::Place;

/// An instance that can be started, stopped, and started again on its ports.
#[derive(Debug)]
pub(crate) struct Instance {
    root: PathBuf,
    /// Submission with STARTTLS, as on port 587.
    pub(crate) submission: u16,
    /// Submission inside TLS, as on port 465.
    pub(crate) submissions: u16,
    /// Where it asks about a message that has come to its end, before it answers.
    pub(crate) policy: Option<u16>,
}

impl Instance {
    /// Sets one up behind the Dovecot of the same place, for recipients of one domain.
    pub(crate) fn new(place: &mut Place, name: &str, domain: &str, recipients: &[&str]) -> io::Result<Self> {
        let (submission, submissions) = (place.port("SUBMISSION")?, place.port("SUBMISSIONS")?);
        place.name("DOMAIN", domain);
        place.name("POSTFIX", name);
        let root = place.path().join(name);
        for folder in ["conf", "queue", "data", "log"] {
            fs::create_dir_all(root.join(folder))?;
        }
        // Postfix refuses a data folder that is not its own.
        run(Command::new("chown").arg("postfix").arg(root.join("data")))?;
        place.write("recipients", &recipients.iter().map(|r| format!("{r} OK\n")).collect::<String>())?;
        place.write(&format!("{name}/conf/main.cf"), include_str!("../conf/main.cf"))?;
        place.write(&format!("{name}/conf/master.cf"), include_str!("../conf/master.cf"))?;
        run(Command::new("chown").arg("-R").arg("root:root").arg(root.join("conf")))?;
        Ok(Instance { root, submission, submissions, policy: None })
    }

    /// The same with a policy service that is asked behind the final dot.
    pub(crate) fn asking(mut self, place: &mut Place) -> io::Result<Self> {
        let port = place.port("POLICY")?;
        let main = self.root.join("conf/main.cf");
        let text = fs::read_to_string(&main)?;
        let asks = format!("smtpd_end_of_data_restrictions = check_policy_service inet:127.0.0.1:{port}\n");
        fs::write(main, text + &asks)?;
        self.policy = Some(port);
        Ok(self)
    }

    pub(crate) fn start(&self) -> io::Result<Daemon> {
        // Lets Postfix make the queue's folders and check the configuration.
        run(Command::new("/usr/sbin/postfix").arg("-c").arg(self.root.join("conf")).arg("check"))?;
        let mut command = Command::new("/usr/lib/postfix/sbin/master");
        // `-d`: stay in the foreground, so that the process id is ours to stop.
        command.arg("-c").arg(self.root.join("conf")).arg("-d").stdout(Stdio::null()).stderr(Stdio::null());
        // It stops its children by the number of their group, which is its own only if it leads one.
        command.process_group(0);
        Daemon::start("postfix", command, &[self.submission, self.submissions], self.log())
    }

    fn log(&self) -> PathBuf {
        Path::new(&self.root).join("log/maillog")
    }
}

fn run(command: &mut Command) -> io::Result<()> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(io::Error::other(format!("{command:?}: {}: {words}", output.status)))
}
