//! Peers that attack, break off, fall silent or say less than the truth; over real sockets and TLS where that matters.
//!
//! `MAIL_OAUTH_LONG=1` makes the long run of it: every octet instead of samples, ten thousand rounds instead of hundreds.
#![expect(clippy::large_futures, reason = "a dialogue of a test holds its client and its server")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test's own data, and its figures"
)]

mod bed;
mod before_tls;
mod bombs;
mod certificates;
mod classes;
mod cut;
mod cut_tcp;
mod dialogue;
mod flows;
mod foreign_host;
mod framing;
mod life;
mod peer;
mod pipe;
mod pki;
mod rounds;
mod secret;
mod sign_in;

/// Whether this is the long run.
fn long() -> bool {
    std::env::var_os("MAIL_OAUTH_LONG").is_some_and(|value| value == "1")
}

/// How much of something: a little each time, all of it in the long run.
fn amount(usual: usize, in_the_long_run: usize) -> usize {
    if long() { in_the_long_run } else { usual }
}
