//! Any text as the configuration file of the command line: accounts, or an error that names a line of it and repeats no
//! value, since one may be a secret in a place where none belongs.
//!
//! `SECRET` in the input stands for such a value.
#![no_main]
#![expect(dead_code, reason = "the rest of the command line is not here")]

use std::path::Path;

use fuzz::libfuzzer_sys::fuzz_target;

// The command line is a program and no library: its modules are compiled here once more.
#[path = "../../mail-oauth-cli/src/config.rs"]
mod config;
#[path = "../../mail-oauth-cli/src/explain.rs"]
mod explain;
#[path = "../../mail-oauth-cli/src/failure.rs"]
mod failure;
#[path = "../../mail-oauth-cli/src/options.rs"]
mod options;

const SECRET: &str = "pa55w0rd-of-nobody-in-particular";

fuzz_target!(|text: &str| {
    let text = text.replace("SECRET", SECRET);
    let found = config::account_of(&text, Path::new("config.toml"), "work");
    let failure = match found {
        Ok(None) => return,
        Ok(Some((address, client_id))) => {
            assert!(text.contains("work"), "an account without that name: {address} {client_id}");
            return;
        }
        Err(failure) => failure,
    };
    assert!(failure.fix.is_some(), "what to do is not said");
    let message = &failure.message;
    assert_eq!(failure.code.id(), "config-malformed");
    let line = message.strip_prefix("config.toml, line ").and_then(|rest| rest.split(',').next());
    let line: usize = line.and_then(|line| line.parse().ok()).unwrap_or_else(|| panic!("no line: {message}"));
    assert!(line >= 1 && line <= text.matches('\n').count() + 1, "{message}");
    // A table or a key may be called so, and that the reader of TOML repeats; nothing else must be.
    let name = text.lines().any(|line| line.find(SECRET) < line.rfind(['=', ']']) && line.contains(SECRET));
    assert!(name || !message.contains(SECRET), "{message}");
    // What stands before a `=` may be a line of a secret.
    assert!(!message.contains(&format!("key `{SECRET}")), "{message}");
});
