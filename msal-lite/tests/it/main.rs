//! All tests of the crate in one binary.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::expect_used, reason = "a test fails by panicking")]
