use std::io;
use std::path::PathBuf;

use crate::Service;

/// Why a tenant could not be started, or why a call on a running one made no sense.
///
/// What a *client* of the simulator gets to see is never an `Error`: it is an answer in Entra's or Exchange's words.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The description of the tenant contradicts itself.
    #[error("{item} {problem}: {fix}")]
    Contradiction {
        /// The part of the description at fault, such as `mailbox invoices@contoso.example`.
        item: String,
        /// What is wrong with it.
        problem: String,
        /// What to change.
        fix: &'static str,
    },
    /// A fixed port was asked for and another program holds it.
    #[error(
        "port {port} for {service} is in use: end the program that holds it, or ask for port 0 and let the system choose"
    )]
    PortInUse {
        /// The service that was to listen there.
        service: Service,
        /// The port.
        port: u16,
    },
    /// A listener could not be opened for another reason.
    #[error("cannot listen for {service} on 127.0.0.1 port {port}: ask for port 0 and let the system choose")]
    Listen {
        /// The service that was to listen there.
        service: Service,
        /// The port.
        port: u16,
        /// What the system said.
        source: io::Error,
    },
    /// Keys or certificates could not be made.
    #[error("cannot make {what} for the tenant")]
    Keys {
        /// Which key or certificate.
        what: &'static str,
        /// What the library said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The caller named a user, mailbox or user code that this tenant does not have.
    #[error("the tenant has no {kind} {name}: {fix}")]
    Unknown {
        /// `user`, `mailbox` or `user code`.
        kind: &'static str,
        /// The name that was given.
        name: String,
        /// What to do about it.
        fix: &'static str,
    },
    /// A fault was named that is not in the catalogue.
    #[error("there is no fault {name}: did you mean {nearest}? docs/faults.md lists all")]
    NoSuchFault {
        /// The name that was given, escaped and cut to 80 characters.
        name: String,
        /// The name in the catalogue that is nearest to it.
        nearest: String,
    },
    /// The sign-in ended on a page, and the app hears nothing.
    #[error("the sign-in ends on a page with AADSTS{aadsts}, and the app hears nothing")]
    Page {
        /// The number on the page; 0 if the address was not one of the tenant's.
        aadsts: u32,
    },
    /// A scenario file cannot be read.
    #[error("cannot read the scenario {}: name a text file in UTF-8 that this process may read", path.display())]
    Unreadable {
        /// The path that was given.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A scenario file is wrong at a line.
    #[error("{}, line {line}: {problem}", path.display())]
    ScenarioFile {
        /// The path that was given.
        path: PathBuf,
        /// The line at fault, from 1.
        line: usize,
        /// What is wrong there, and what to change.
        problem: String,
    },
    /// The text of a scenario is wrong, or contradicts itself.
    #[error("line {line}: {problem}")]
    Scenario {
        /// The line at fault, from 1.
        line: usize,
        /// What is wrong there, and what to change.
        problem: String,
    },
}
