//! Any text as a scenario: a tenant, or an error that names a line of the text.
#![no_main]

use fuzz::libfuzzer_sys::fuzz_target;
use mail_oauth_sim::{Error, TenantBuilder};

fuzz_target!(|text: &str| {
    match TenantBuilder::from_scenario(text) {
        Ok(builder) => drop(format!("{builder:?}")),
        Err(Error::Scenario { line, problem }) => {
            assert!(line >= 1 && line <= text.matches('\n').count() + 1, "line {line}: {problem}");
            assert!(!problem.is_empty());
        }
        Err(other) => panic!("{other}"),
    }
});
