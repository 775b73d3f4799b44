//! The command line of mail-oauth. `main` reads the options, `run` does the work, an exit code comes back.

mod commands;
mod compose;
mod config;
mod delivery;
mod explain;
mod failure;
mod interrupt;
mod options;
mod screen;

use std::process::ExitCode;

use clap::Parser;

use crate::failure::{Code, Failure};
use crate::options::{Command, Options};
use crate::screen::Screen;

fn main() -> ExitCode {
    let options = match Options::try_parse() {
        Ok(options) => options,
        Err(told) => return screen::not_run(&told, std::env::args_os().any(|word| word == "--json")),
    };
    let screen = Screen::new(options.json, options.command.lang().into());
    let result = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => {
            // How `sim` ends is not how it fails.
            let result = if matches!(options.command, Command::Sim(_)) {
                runtime.block_on(run(options.command, screen))
            } else {
                runtime.block_on(until_interrupted(run(options.command, screen)))
            };
            // A thread may sit in a read of standard input that never ends: it is not waited for.
            runtime.shutdown_background();
            result
        }
        Err(e) => Err(Failure::new(Code::Internal, format!("the async runtime does not start: {e}"))),
    };
    screen.end(result)
}

async fn run(command: Command, screen: Screen) -> Result<(), Failure> {
    match command {
        Command::Login(options) => commands::login::run(&options, screen).await,
        Command::Logout(options) => commands::logout::run(&options, screen).await,
        Command::Import(options) => commands::import::run(&options, screen).await,
        Command::Token { account, protocol } => commands::token::run(&account, protocol.into(), screen).await,
        Command::Check(command) => commands::check::run(&command, screen).await,
        Command::Explain(options) => commands::explain::run(&options, screen),
        Command::Setup(options) => commands::setup::run(&options, screen).await,
        Command::Send(options) => commands::send::run(&options, screen).await,
        Command::Fetch(options) => commands::fetch::run(&options, screen).await,
        Command::Sim(options) => commands::sim::run(&options, screen).await,
        Command::Demo => commands::demo::run(screen).await,
    }
}

/// Ctrl-C and SIGTERM drop the work: connections close, half-written files go away.
async fn until_interrupted(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    tokio::select! {
        // A command that knows more about its end than "cancelled" says so itself.
        biased;
        result = work => return result,
        () = interrupt::told_to_stop() => {}
    }
    interrupt::settle().await;
    Err(Failure::new(Code::Cancelled, "cancelled"))
}
