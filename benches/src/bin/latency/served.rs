//! Other processes of this bench: a tenant whose CPU and memory are not the client's, and a client that is looked at.

use std::io::{BufRead as _, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use mail_oauth::Protocol;

use crate::bed::{ADELE, Place, Target, message, tenant};
use crate::clients::Client;
use crate::marks::Marks;
use crate::{Outcome, bare, client_runtime};

const KIB: usize = 1024;

/// A tenant in a process of its own, which ends with this value.
pub(crate) struct Served {
    child: Child,
    pub(crate) place: Place,
    /// Closed, it would end the tenant when that says more.
    _output: Lines<BufReader<ChildStdout>>,
    _folder: tempfile::TempDir,
}

impl Served {
    /// Starts one whose person has `one` message, `many`, or a `large` one, or a `million`.
    pub(crate) fn start(what: &str) -> Outcome<Self> {
        let mut child =
            Command::new(std::env::current_exe()?).args(["serve", what]).stdout(Stdio::piped()).spawn()?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
        let mut next = || -> Outcome<String> { Ok(lines.next().ok_or("the tenant said no more")??) };
        let folder = tempfile::tempdir()?;
        let ca_file = folder.path().join("ca.pem");
        let mut read = || -> Outcome<Place> {
            let ports: Vec<u16> = next()?.split(' ').map(str::parse).collect::<Result<_, _>>()?;
            let authority = next()?;
            let mut ca = String::new();
            while !ca.contains("-----END") {
                ca.push_str(&next()?);
                ca.push('\n');
            }
            std::fs::write(&ca_file, ca)?;
            let ports = <[u16; 3]>::try_from(ports).map_err(|_| "not three ports")?;
            // An address: a resolver's thread would be on the bill of those who ask it.
            Ok(Place { host: "127.0.0.1".to_owned(), ports, authority, ca_file: ca_file.clone() })
        };
        let place = read();
        match place {
            Ok(place) => Ok(Served { child, place, _output: lines, _folder: folder }),
            Err(error) => {
                let _ = child.kill();
                let _ = child.wait();
                Err(error)
            }
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The tenant's process.
pub(crate) fn serve(what: &str) -> Outcome<()> {
    client_runtime()?.block_on(async {
        let tenant = tenant(Duration::from_secs(4500)).await?;
        match what {
            "many" => {
                let (text, line) =
                    (message(), b"0123456789abcdef0123456789abcdef0123456789abcdef0123456789\r\n");
                for _ in 1..20_000 {
                    let mut one = text.clone();
                    while one.len() < 4 * KIB {
                        one.extend_from_slice(line);
                    }
                    tenant.deliver(ADELE, one)?;
                }
            }
            "million" => {
                // One is there.
                for _ in 1..crate::million::MESSAGES {
                    tenant.deliver(ADELE, *b"Subject: x\r\n\r\n")?;
                }
            }
            "large" => {
                let mut one = message();
                let text = one.clone();
                while one.len() < 200 * KIB * KIB {
                    one.extend_from_slice(&text);
                }
                tenant.deliver(ADELE, one)?;
            }
            _ => {}
        }
        let [imap, pop3, smtp] =
            [tenant.imap_addr(), tenant.pop3_addr(), tenant.smtp_addr()].map(|at| at.port());
        println!("{imap} {pop3} {smtp}\n{}\n{}", tenant.authority(), tenant.ca_pem());
        std::future::pending::<Outcome<()>>().await
    })
}

/// The process of a client: `times` sessions, one after the other.
pub(crate) fn sessions(key: &str, times: u32, place: &[String]) -> Outcome<()> {
    client_runtime()?.block_on(async {
        let target = Target::new(Place::from_arguments(place)?).await?;
        for _ in 0..times {
            match Client::by_key(key) {
                Some((client, protocol)) => client.session(protocol, &target, &Marks::default()).await?,
                None => {
                    let protocol = Protocol::ALL.into_iter().find(|protocol| bare::key(*protocol) == key);
                    let protocol = protocol.ok_or_else(|| format!("there is no client {key}"))?;
                    bare::session(protocol, &target).await?;
                }
            }
        }
        Ok(())
    })
}
