//! Prints the tables of faults and causes:
//! `cargo run -p mail-oauth-sim --example faults > mail-oauth-sim/docs/faults.md`.
#![expect(clippy::print_stdout, reason = "an example that prints a document")]

mod document;

fn main() {
    print!("{}", document::document());
}
