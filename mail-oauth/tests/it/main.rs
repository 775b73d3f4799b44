//! The whole job over real TLS, against the simulated tenant.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's own data")]

mod bed;
mod budget;
mod causes;
mod check;
#[cfg(feature = "discover")]
mod discover;
mod outcomes;
mod outlook;
mod produced;
mod providers;
mod refused;
mod secrets;
mod send_once;
mod setup;
