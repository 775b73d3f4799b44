//! The binary against the simulated tenant: what it does, and what it says when something is wrong.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test's own data")]

mod bed;
mod causes;
mod diagnosis;
mod jobs;
mod ways;
mod wrong;
