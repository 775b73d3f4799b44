//! Runs mail-oauth against a real Dovecot and a real Postfix.
//!
//! Both are private instances on loopback ports, in a temporary folder. They take the tokens of a simulated tenant:
//! Dovecot asks its introspection endpoint (RFC 7662), Postfix asks Dovecot. `interop/run` installs them first.
//! The last line is `N passed, N failed`; the exit code is 0 only if nothing failed.
#![expect(clippy::indexing_slicing, reason = "of JSON values, which answer null")]

mod bed;
mod cases;
mod daemon;
mod dovecot;
mod place;
mod postfix;

use std::process::ExitCode;
use std::time::Instant;

use bed::Bed;

/// Why a case failed.
type Failed = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "its output is its purpose")]
async fn main() -> ExitCode {
    let since = Instant::now();
    // A signal ends the run as an error would: the servers are stopped by their values' drops.
    let result = tokio::select! {
        result = run() => result,
        () = told_to_stop() => Err("interrupted".into()),
    };
    match result {
        Ok((passed, failed)) => {
            println!("real servers: {:.1} s", since.elapsed().as_secs_f64());
            println!("{passed} passed, {failed} failed");
            if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            println!("the servers could not be used: {error}");
            println!("0 passed, 1 failed");
            ExitCode::FAILURE
        }
    }
}

async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut int), Ok(mut term)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = int.recv() => {}
        _ = term.recv() => {}
    }
}

#[expect(clippy::print_stdout, reason = "its output is its purpose")]
async fn run() -> Result<(usize, usize), Failed> {
    let bed = Bed::start().await?;
    println!("Dovecot: IMAPS {}, POP3S {}", bed.dovecot.imaps, bed.dovecot.pop3s);
    match bed.submission {
        Some(port) => println!("Postfix: submission {port}"),
        None => println!("Postfix: skipped, it needs root"),
    }
    let (mut passed, mut failed) = (0, 0);
    // Words on the command line choose cases; most of them need the sign-in cases before them.
    let words: Vec<String> = std::env::args().skip(1).collect();
    let chosen = |name: &str| words.is_empty() || words.iter().any(|word| name.contains(word.as_str()));
    for (name, case) in cases::all().into_iter().filter(|(name, _)| chosen(name)) {
        let since = Instant::now();
        match case(&bed).await {
            Ok(()) => {
                passed += 1;
                println!("ok     {name} ({} ms)", since.elapsed().as_millis());
            }
            Err(error) => {
                failed += 1;
                println!("FAILED {name}: {error}");
            }
        }
    }
    if failed > 0 {
        println!("{}", bed.logs());
    }
    Ok((passed, failed))
}
