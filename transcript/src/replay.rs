//! A transcript replayed in every way that a network can cut it.

use std::fmt::Write as _;
use std::path::Path;

use crate::file::{Burst, parse};

/// One event, as a transcript writes it, and how many bytes of the input it used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Bytes used up at the front of the input.
    pub consumed: usize,
    /// The event's line.
    pub event: String,
}

/// A protocol machine under test.
///
/// Errors are strings: the `Display` of the machine's own error.
pub trait Machine {
    /// A machine fresh from its constructor.
    fn new() -> Self;

    /// Does what a `>` line says; bytes to send are appended to `out`.
    ///
    /// # Errors
    /// What the machine answers, or that the line is not understood.
    fn act(&mut self, action: &str, out: &mut Vec<u8>) -> Result<(), String>;

    /// `wants_input` and `receive`: the next event, or `None` when more input is needed.
    ///
    /// # Errors
    /// What the machine answers.
    fn step(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<Option<Step>, String>;

    /// The peer closed the connection.
    ///
    /// # Errors
    /// What the machine answers.
    fn eof(&mut self) -> Result<(), String>;

    /// Two neighbouring events that are pieces of one (of a body) become one line; others stay apart (`None`).
    fn join(first: &str, second: &str) -> Option<String>;
}

/// Replays every `.txt` file of a folder; returns how many there were.
///
/// # Panics
/// When a file cannot be read, differs from what the machine does, or the folder has none.
#[expect(clippy::panic, reason = "this is a test's assertion")]
pub fn check_folder<M: Machine>(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut paths: Vec<_> = entries
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|path| path.extension().is_some_and(|ext| ext == "txt"))
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "{}: no transcripts", folder.display());
    let mut failures = String::new();
    for path in &paths {
        let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        if let Err(why) = check::<M>(&text) {
            let _ = writeln!(failures, "{}: {why}\n", path.display());
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
    paths.len()
}

/// Replays one transcript whole, byte by byte, at every split, and with bytes behind each burst.
///
/// # Errors
/// What differed, in which burst, and how the bytes were cut.
pub fn check<M: Machine>(text: &str) -> Result<(), String> {
    let bursts = parse(text)?;
    replay::<M>(&bursts, &|_, bytes| vec![bytes.to_vec()], false).map_err(|e| format!("whole: {e}"))?;
    replay::<M>(&bursts, &|_, bytes| bytes.iter().map(|byte| vec![*byte]).collect(), false)
        .map_err(|e| format!("byte by byte: {e}"))?;
    replay::<M>(&bursts, &|_, bytes| vec![bytes.to_vec()], true)
        .map_err(|e| format!("with bytes behind: {e}"))?;
    // Every burst is split somewhere in each replay, so that there are as many as the longest burst has places.
    let splits = bursts.iter().map(|burst| places(&burst.server).count()).max().unwrap_or_default();
    for number in 0..splits {
        let cut = |_: usize, bytes: &[u8]| match places(bytes).nth(number) {
            Some(at) => vec![bytes[..at].to_vec(), bytes[at..].to_vec()],
            None => vec![bytes.to_vec()],
        };
        replay::<M>(&bursts, &cut, false).map_err(|e| format!("split number {number}: {e}"))?;
    }
    Ok(())
}

/// Where a burst is split: everywhere; a long one, of which a limit is hit, at some places.
fn places(bytes: &[u8]) -> impl Iterator<Item = usize> + use<> {
    (1..bytes.len()).step_by((bytes.len() / 512).max(1))
}

/// What stands behind a burst in the third kind of replay: it must be left alone.
const BEHIND: &[u8] = b"+OK 250 * behind\r\n";

type Cut<'a> = &'a dyn Fn(usize, &[u8]) -> Vec<Vec<u8>>;

fn replay<M: Machine>(bursts: &[Burst], cut: Cut<'_>, behind: bool) -> Result<(), String> {
    let mut machine = M::new();
    for (index, burst) in bursts.iter().enumerate() {
        let at = |why: String| format!("burst at line {}: {why}", burst.line);
        let seen = run(&mut machine, burst, index, cut, behind).map_err(at)?;
        if seen.events != burst.events {
            return Err(at(format!("events\n  expected {:#?}\n  got {:#?}", burst.events, seen.events)));
        }
        if seen.error != burst.error {
            return Err(at(format!("error\n  expected {:?}\n  got {:?}", burst.error, seen.error)));
        }
        if seen.sent != burst.client {
            let (expected, got) = (burst.client.escape_ascii(), seen.sent.escape_ascii());
            return Err(at(format!("client bytes\n  expected {expected}\n  got      {got}")));
        }
    }
    Ok(())
}

#[derive(Default)]
struct Seen {
    events: Vec<String>,
    error: Option<String>,
    sent: Vec<u8>,
}

fn run<M: Machine>(
    machine: &mut M,
    burst: &Burst,
    index: usize,
    cut: Cut<'_>,
    behind: bool,
) -> Result<Seen, String> {
    let mut seen = Seen::default();
    if let Some(action) = &burst.action
        && let Err(why) = machine.act(action, &mut seen.sent)
    {
        seen.error = Some(why);
        return Ok(seen);
    }
    let mut input: Vec<u8> = Vec::new();
    let mut fed = 0;
    let mut used = 0;
    for piece in cut(index, &burst.server) {
        input.extend(&piece);
        fed += piece.len();
        let last = fed == burst.server.len();
        // Behind an error or a close there is nothing to leave alone.
        let tail = if last && behind && burst.error.is_none() && !burst.closes { BEHIND } else { &[] };
        input.extend(tail);
        loop {
            // What stands behind is for the burst that comes next: look no further once all is used and told.
            if !tail.is_empty() && used == burst.server.len() && seen.events.len() >= burst.events.len() {
                break;
            }
            match machine.step(&input, &mut seen.sent) {
                Ok(Some(step)) => {
                    if step.consumed > input.len() {
                        return Err(format!("{} of {} bytes consumed", step.consumed, input.len()));
                    }
                    input.drain(..step.consumed);
                    used += step.consumed;
                    push::<M>(&mut seen.events, step.event);
                }
                Ok(None) => break,
                Err(why) => {
                    seen.error = Some(why);
                    return Ok(seen);
                }
            }
        }
        if tail.is_empty() {
            continue;
        }
        if input != tail {
            return Err(format!("bytes behind the burst were touched, left {}", input.escape_ascii()));
        }
        input.clear();
    }
    if !burst.closes && burst.error.is_none() && !input.is_empty() {
        return Err(format!("bytes left over: {}", input.escape_ascii()));
    }
    if burst.closes
        && let Err(why) = machine.eof()
    {
        seen.error = Some(why);
    }
    Ok(seen)
}

fn push<M: Machine>(events: &mut Vec<String>, event: String) {
    if let Some(last) = events.last_mut()
        && let Some(joined) = M::join(last, &event)
    {
        *last = joined;
        return;
    }
    events.push(event);
}

#[cfg(test)]
mod tests {
    use super::{Machine, Step, check};

    /// Answers each line of the peer with an event of its text; `BAD` is an error.
    struct Lines;

    impl Machine for Lines {
        fn new() -> Self {
            Lines
        }
        fn act(&mut self, action: &str, out: &mut Vec<u8>) -> Result<(), String> {
            out.extend(action.as_bytes());
            out.extend(b"\r\n");
            Ok(())
        }
        fn step(&mut self, input: &[u8], _: &mut Vec<u8>) -> Result<Option<Step>, String> {
            let Some(end) = input.windows(2).position(|w| w == b"\r\n") else { return Ok(None) };
            let event = String::from_utf8_lossy(&input[..end]).into_owned();
            if event == "BAD" { Err("bad line".into()) } else { Ok(Some(Step { consumed: end + 2, event })) }
        }
        fn eof(&mut self) -> Result<(), String> {
            Err("cut".into())
        }
        fn join(_: &str, _: &str) -> Option<String> {
            None
        }
    }

    #[test]
    fn a_true_transcript_passes() {
        check::<Lines>("S: ready\nE: ready\n> go\nC: go\nS: one\nS: two\nE: one\nE: two\n> x\nC: x\nS: BAD\nX: bad line\n")
            .unwrap();
        check::<Lines>("S: ready\nE: ready\n$\nX: cut\n").unwrap();
    }

    #[test]
    fn a_false_one_does_not() {
        for wrong in [
            "S: ready\nE: steady\n",
            "S: ready\n",
            "S: ready\nE: ready\nE: more\n",
            "> go\nC: went\n",
            "S: BAD\nX: another error\n",
            "S: BAD\n",
            "S~ half\n",
        ] {
            assert!(check::<Lines>(wrong).is_err(), "{wrong}");
        }
    }
}
