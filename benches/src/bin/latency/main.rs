//! How long a handshake takes: round trips and milliseconds from the first SYN until somebody is signed in, has a message,
//! or has sent one; and what else of a client can be felt: writes, stalls, CPU, throughput, memory.
//!
//! `cargo run --release -p benches --bin latency`; with `--features peers` beside other people's crates. The server is the
//! simulated tenant, and nothing leaves the loopback interface. The budget of round trips is checked: a run that
//! exceeds it fails.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a bench prints")]

mod bare;
mod bed;
mod chart;
mod clients;
mod cpu;
mod handshake;
mod held;
mod machine;
mod marks;
mod million;
mod ours;
#[cfg(feature = "peers")]
mod peers;
mod programs;
mod relay;
mod scale;
mod served;
mod stalls;
mod table;
mod writes;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

type Outcome<T> = Result<T, Box<dyn Error>>;

const USAGE: &str = "latency [--rtt MS] [--rounds N] [--python] [--node] [--curl] [--write] [handshake] [writes] [stalls] [cpu] [scale] [million] [held]

  --rtt MS     the distance of the server in milliseconds; 50
  --rounds N   how many sessions a median is of; 5
  --python     Python's imaplib, poplib and smtplib too
  --node       imapflow and nodemailer too, of the folder that NODE_PATH names
  --curl       curl too
  --write      writes benches/RESULTS.md and docs/latency.svg
Without a part's name, all parts run.";

/// What was asked for.
pub(crate) struct Settings {
    pub(crate) rtt: Duration,
    pub(crate) rounds: usize,
    pub(crate) programs: clients::Programs,
    write: bool,
    parts: Vec<String>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all budgets were kept.
fn run(arguments: &[String]) -> Outcome<bool> {
    match arguments {
        // Other processes of this bench.
        [task, what] if task == "serve" => return served::serve(what).map(|()| true),
        [task, key, times, place @ ..] if task == "sessions" => {
            return served::sessions(key, times.parse()?, place).map(|()| true);
        }
        [task, key, what, place @ ..] if task == "million" => {
            return million::ask(key, what, place).map(|()| true);
        }
        [task, key, place @ ..] if task == "hold" => return held::hold(key, place).map(|()| true),
        [task, key, place @ ..] if task == "fetch" => return scale::fetch(key, place).map(|()| true),
        _ => {}
    }
    let Some(settings) = Settings::from_arguments(arguments)? else {
        println!("{USAGE}");
        return Ok(true);
    };
    report(&settings)
}

fn report(settings: &Settings) -> Outcome<bool> {
    let (servers, clients) = (server_runtime()?, client_runtime()?);
    let mut text = machine::described();
    let mut kept = true;
    print!("{text}");
    let mut say = |part: String| {
        print!("{part}");
        text.push_str(&part);
    };
    if settings.wants("handshake") {
        let rows = handshake::measure(settings, &servers, &clients)?;
        say(handshake::tables(settings, &rows));
        for broken in handshake::broken_budgets(&rows) {
            eprintln!("{broken}");
            kept = false;
        }
        if settings.write {
            std::fs::write(in_repository("docs/latency.svg"), chart::svg(settings, &rows))?;
        }
    }
    if settings.wants("writes") {
        say(writes::report(settings, &servers, &clients)?);
    }
    if settings.wants("stalls") {
        say(stalls::report(settings, &servers, &clients)?);
    }
    if settings.wants("cpu") {
        say(cpu::report(&clients)?);
    }
    if settings.wants("scale") {
        say(scale::report()?);
    }
    if settings.wants("million") {
        say(million::report()?);
    }
    if settings.wants("held") {
        say(held::report()?);
    }
    if settings.write {
        std::fs::write(in_repository("benches/RESULTS.md"), text)?;
    }
    Ok(kept)
}

impl Settings {
    /// `None`: help is wanted.
    fn from_arguments(arguments: &[String]) -> Outcome<Option<Self>> {
        let mut settings = Settings {
            rtt: Duration::from_millis(50),
            rounds: 5,
            programs: clients::Programs::default(),
            write: false,
            parts: Vec::new(),
        };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            match argument.as_str() {
                "--rtt" => settings.rtt = Duration::from_millis(rest.next().ok_or(USAGE)?.parse()?),
                "--rounds" => settings.rounds = rest.next().ok_or(USAGE)?.parse()?,
                "--python" => settings.programs.python = true,
                "--node" => settings.programs.node = true,
                "--curl" => settings.programs.curl = true,
                "--write" => settings.write = true,
                "handshake" | "writes" | "stalls" | "cpu" | "scale" | "million" | "held" => {
                    settings.parts.push(argument.clone());
                }
                "--help" | "-h" => return Ok(None),
                other => return Err(format!("`{other}` is not known here\n\n{USAGE}").into()),
            }
        }
        for (wanted, program) in [(settings.programs.python, "python3"), (settings.programs.curl, "curl")] {
            if wanted && programs::version(program).is_none() {
                return Err(format!("{program} is asked for and not installed").into());
            }
        }
        if settings.programs.node && programs::node_libraries().is_none() {
            return Err("imapflow and nodemailer are asked for and not in the folders of NODE_PATH".into());
        }
        Ok(Some(settings))
    }

    fn wants(&self, part: &str) -> bool {
        self.parts.is_empty() || self.parts.iter().any(|one| one == part)
    }
}

/// Servers have a thread of their own, so that a client that blocks does not stop them.
fn server_runtime() -> Outcome<Runtime> {
    Ok(Builder::new_multi_thread().worker_threads(1).enable_all().build()?)
}

fn client_runtime() -> Outcome<Runtime> {
    Ok(Builder::new_current_thread().enable_all().build()?)
}

fn in_repository(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}
