//! Being told to stop.

use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{Instant, sleep};

/// How long work that must not be cut short may still take.
const PATIENCE: Duration = Duration::from_secs(3);

/// Waits for Ctrl-C, or for SIGTERM where there is such a thing.
pub(crate) async fn told_to_stop() {
    let ctrl_c = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let term = async {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut term) => drop(term.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let term = std::future::pending::<()>();
    tokio::select! {
        () = ctrl_c => {}
        () = term => {}
    }
}

/// Lets a refresh that is under way come to its end: its answer may hold the only refresh token that is still good.
/// It runs in a task of its own; the tasks of dropped connections end at once.
pub(crate) async fn settle() {
    let until = Instant::now() + PATIENCE;
    while Handle::current().metrics().num_alive_tasks() > 0 && Instant::now() < until {
        sleep(Duration::from_millis(10)).await;
    }
}
