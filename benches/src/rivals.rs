//! Rivals on the same work, in interleaved rounds, so that a noisy machine is noisy for all.

use std::time::{Duration, Instant};

type Rival<'a> = (&'static str, Box<dyn FnMut() + 'a>);

/// Times closures against each other. The first is what the others are compared with.
pub struct Rivals<'a> {
    title: &'static str,
    runners: Vec<Rival<'a>>,
}

impl<'a> Rivals<'a> {
    /// A contest with a title.
    pub fn new(title: &'static str) -> Self {
        Self { title, runners: Vec::new() }
    }

    /// Adds a rival.
    pub fn add(mut self, name: &'static str, run: impl FnMut() + 'a) -> Self {
        self.runners.push((name, Box::new(run)));
        self
    }

    /// Runs `rounds` rounds of `batch` calls each in turn and prints the median time of a call with its
    /// ratio to the first rival's. Returns the medians in nanoseconds.
    #[expect(clippy::print_stdout, reason = "a bench prints")]
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    pub fn run(mut self, rounds: usize, batch: u32) -> Vec<f64> {
        let mut times = vec![Vec::with_capacity(rounds); self.runners.len()];
        for round in 0..=rounds {
            for ((_, run), times) in self.runners.iter_mut().zip(&mut times) {
                let begin = Instant::now();
                (0..batch).for_each(|_| run());
                // The first round warms up.
                if round > 0 {
                    times.push(begin.elapsed().as_nanos() as f64 / f64::from(batch));
                }
            }
        }
        println!("{}", self.title);
        let medians: Vec<f64> = times.into_iter().map(median).collect();
        let first = medians.first().copied().unwrap_or(1.0);
        for ((name, _), median) in self.runners.iter().zip(&medians) {
            println!("  {name:<44} {:>12} {:>7.2}x", duration(*median), median / first);
        }
        medians
    }
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Nanoseconds for a reader.
pub fn duration(nanoseconds: f64) -> String {
    match nanoseconds {
        n if n < 10_000.0 => format!("{n:.1} ns"),
        n if n < 10_000_000.0 => format!("{:.1} us", n / 1e3),
        n => format!("{:.1} ms", n / 1e6),
    }
}

/// CPU time of all threads of this process that are alive (Linux; elsewhere zero).
pub fn cpu_time() -> Duration {
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let on_cpu = threads.filter_map(|thread| {
        let stat = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        stat.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(on_cpu.sum())
}
