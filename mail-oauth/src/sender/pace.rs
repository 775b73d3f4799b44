//! So many messages in so much time.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

/// Lets messages begin, the one that waits longest first.
#[derive(Debug)]
pub(super) struct Pace {
    most: usize,
    window: Duration,
    /// Only one waits for time to pass; the others wait for it.
    first: tokio::sync::Mutex<()>,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    running: usize,
    /// When messages ended, as far as they still count.
    ended: VecDeque<Instant>,
    /// Until when nothing begins.
    paused: Option<Instant>,
}

/// The leave to send one message. It counts for the window behind its drop, once it was [`used`](Slot::used).
#[derive(Debug)]
pub(super) struct Slot<'p> {
    pace: &'p Pace,
    used: bool,
}

enum Next {
    Go,
    At(Instant),
    Change,
}

impl Pace {
    pub(super) fn new(most: usize, window: Duration) -> Self {
        Pace {
            // None at all would wait for ever.
            most: most.max(1),
            window,
            first: tokio::sync::Mutex::new(()),
            state: Mutex::default(),
            changed: Notify::new(),
        }
    }

    /// Waits until another message may begin.
    pub(super) async fn slot(&self) -> Slot<'_> {
        let _first = self.first.lock().await;
        loop {
            let next = self.next();
            match next {
                Next::Go => return Slot { pace: self, used: false },
                Next::At(when) => sleep_until(when).await,
                // A change between the question and this line has left its notice.
                Next::Change => self.changed.notified().await,
            }
        }
    }

    /// Nothing begins for a window.
    pub(super) fn pause(&self) {
        self.state().paused = Some(Instant::now() + self.window);
    }

    fn next(&self) -> Next {
        let now = Instant::now();
        let mut state = self.state();
        while state.ended.front().is_some_and(|ended| *ended + self.window <= now) {
            state.ended.pop_front();
        }
        if let Some(until) = state.paused.filter(|until| *until > now) {
            return Next::At(until);
        }
        if state.running + state.ended.len() < self.most {
            state.running += 1;
            return Next::Go;
        }
        state.ended.front().map_or(Next::Change, |ended| Next::At(*ended + self.window))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slot<'_> {
    /// The message has begun.
    pub(super) fn used(&mut self) {
        self.used = true;
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        let mut state = self.pace.state();
        state.running -= 1;
        if self.used {
            state.ended.push_back(Instant::now());
        }
        drop(state);
        self.pace.changed.notify_one();
    }
}
