//! A server process that is stopped when its value goes away.

use std::io;
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a server may take to accept connections, or to stop when it is told to.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server.
#[derive(Debug)]
pub(crate) struct Daemon {
    name: &'static str,
    child: Child,
    log: PathBuf,
}

impl Daemon {
    /// Starts the server and waits until each port accepts.
    pub(crate) fn start(
        name: &'static str,
        mut command: Command,
        ports: &[u16],
        log: PathBuf,
    ) -> io::Result<Self> {
        let child = command.stdin(Stdio::null()).spawn()?;
        let mut daemon = Daemon { name, child, log };
        let until = Instant::now() + PATIENCE;
        for port in ports {
            while TcpStream::connect(("127.0.0.1", *port)).is_err() {
                if let Some(status) = daemon.child.try_wait()? {
                    return Err(daemon.failed(&format!("ended at once: {status}")));
                }
                if Instant::now() > until {
                    return Err(daemon.failed(&format!("does not accept on port {port}")));
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        Ok(daemon)
    }

    fn failed(&self, why: &str) -> io::Error {
        let log = std::fs::read_to_string(&self.log).unwrap_or_else(|e| e.to_string());
        io::Error::other(format!("{} {why}\n{log}", self.name))
    }
}

impl Drop for Daemon {
    /// SIGTERM to this very process, which stops its own children; SIGKILL if it does not listen.
    fn drop(&mut self) {
        let pid = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).status();
        let until = Instant::now() + PATIENCE;
        while told.is_ok() && Instant::now() < until {
            if let Ok(Some(_)) = self.child.try_wait() {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
