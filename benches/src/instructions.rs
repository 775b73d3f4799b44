//! Instructions, which a busy machine does not change.

use std::process::Command;

/// How many instructions this bench, started again with these arguments, takes inside of the functions of this name
/// (with `*` for any text), as valgrind counts them; `None` where there is no valgrind.
pub fn instructions(arguments: &[&str], inside: &str) -> Option<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(format!("--toggle-collect={inside}"))
        .arg(std::env::current_exe().ok()?)
        .args(arguments)
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let (_, count) = said.lines().find_map(|line| line.split_once("Collected : "))?;
    count.trim().parse().ok()
}
