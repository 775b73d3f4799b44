//! What happened, step by step.

use std::time::{Duration, Instant};

use crate::transport::RoundTrips;

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// What: a fixed word or two.
    pub name: &'static str,
    /// How long it took.
    pub took: Duration,
    /// How many round trips the connection had when it was done, counted from the first SYN. `None` for what needed
    /// no connection of its own.
    pub round_trips: Option<u32>,
    /// What came of it, for people.
    pub detail: String,
}

impl Step {
    /// A step that was timed by the caller.
    pub fn new(
        name: &'static str,
        took: Duration,
        round_trips: Option<u32>,
        detail: impl Into<String>,
    ) -> Self {
        Step { name, took, round_trips, detail: detail.into() }
    }
}

/// The steps of opening and using a connection, as they are done.
#[derive(Debug)]
pub struct Journal {
    steps: Vec<Step>,
    since: Instant,
    round_trips: Option<RoundTrips>,
}

impl Default for Journal {
    fn default() -> Self {
        Journal::new()
    }
}

impl Journal {
    /// An empty journal; the first step begins now.
    pub fn new() -> Self {
        Journal { steps: Vec::new(), since: Instant::now(), round_trips: None }
    }

    /// Notes that a step is done. It took the time since the step before.
    pub fn done(&mut self, name: &'static str, detail: impl Into<String>) {
        let now = Instant::now();
        self.steps.push(Step::new(name, now.duration_since(self.since), self.round_trips(), detail));
        self.since = now;
    }

    /// Notes a step that ran beside the others and took its own time.
    pub(crate) fn beside(&mut self, name: &'static str, took: Duration, detail: impl Into<String>) {
        self.steps.push(Step::new(name, took, None, detail));
    }

    /// From here on, round trips are those of this connection.
    pub(crate) fn follow(&mut self, round_trips: RoundTrips) {
        self.round_trips = Some(round_trips);
    }

    /// What was done so far.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Takes the steps out.
    pub fn into_steps(self) -> Vec<Step> {
        self.steps
    }

    /// The round trips of the connection so far.
    pub fn round_trips(&self) -> Option<u32> {
        self.round_trips.as_ref().map(RoundTrips::get)
    }
}
