//! From what was observed to what is wrong: signals, a catalogue of causes, and the way between them.
//!
//! ```text
//! an error, a token's claims, a pasted text --> Signal*  --+
//!                                                          +--> diagnose() --> Candidate* (cause, percent)
//!                            CATALOGUE: Cause { marks } ---+
//! ```
//!
//! `check` and `explain` share it: they differ only in where their signals come from. Nothing here decides what a
//! program does: control flow hangs on protocol states, codes and OAuth's `error`; the AADSTS numbers and texts that
//! some signals hold only choose explanations, since providers change them.

mod catalogue;
mod cause;
mod explain;
mod fill;
mod rank;
mod signal;
mod words;

pub use cause::{Area, Cause, Lang, Mark, Pattern, Severity, Sight, Who, Words};
pub use explain::{EXPLAIN_LIMIT, Evidence, EvidenceKind, Explained, Explanation, explain};
pub use fill::Facts;
pub use rank::{Candidate, diagnose};
pub use signal::{Fact, Signal};
pub use words::likelihood;

/// Every cause that is known, in the order of their numbers.
pub fn causes() -> impl Iterator<Item = &'static Cause> {
    catalogue::ALL.iter().flat_map(|section| section.iter())
}

/// The cause of that id, such as `public-client-off`.
pub fn cause(id: &str) -> Option<&'static Cause> {
    causes().find(|cause| cause.id == id)
}
