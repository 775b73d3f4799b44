//! What the benches share: rivals taken in turn, medians and CPU time.
//!
//! `cargo bench -p benches` runs all; `--features peers` puts other people's crates beside ours. Quote the
//! ratios: absolute times are those of one machine on one day.

mod instructions;
mod rivals;

pub use instructions::instructions;
pub use rivals::{Rivals, cpu_time, duration};
