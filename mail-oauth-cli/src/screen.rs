//! What a person sees: colours on a terminal, plain text in a pipe, one JSON object with `--json`.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use mail_oauth::Step;
use mail_oauth::diagnosis::{Facts, Lang};
use serde_json::{Value, json};

use crate::failure::{Code, Failure};

/// Good news.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// Bad news.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// What to do.
pub(crate) const HINT: Style = AnsiColor::Yellow.on_default();
/// What matters less.
pub(crate) const FAINT: Style = Style::new().dimmed();
/// What matters.
pub(crate) const STRONG: Style = Style::new().bold();

/// Where a command speaks to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Screen {
    json: bool,
    lang: Lang,
}

impl Screen {
    pub(crate) fn new(json: bool, lang: Lang) -> Self {
        Screen { json, lang }
    }

    pub(crate) fn json(self) -> bool {
        self.json
    }

    /// A line of the result: standard output, unless the result is JSON.
    pub(crate) fn say(self, line: impl AsRef<str>) {
        if !self.json {
            keep_first_error(writeln!(anstream::stdout(), "{}", line.as_ref()));
        }
    }

    /// A line beside the result: standard error.
    pub(crate) fn note(self, line: impl AsRef<str>) {
        let _ = writeln!(anstream::stderr(), "{}", line.as_ref());
    }

    /// The whole result as one JSON object on standard output.
    pub(crate) fn object(self, value: &Value) {
        if self.json {
            keep_first_error(writeln!(std::io::stdout(), "{value}"));
        }
    }

    /// Whether progress may be drawn.
    pub(crate) fn draws(self) -> bool {
        !self.json && std::io::stderr().is_terminal()
    }

    /// The last word on a command.
    pub(crate) fn end(self, result: Result<(), Failure>) -> ExitCode {
        keep_first_error(std::io::stdout().flush());
        let lost = LOST.lock().unwrap_or_else(PoisonError::into_inner).take();
        let result = match lost {
            Some(error) if result.is_ok() => {
                Err(Failure::output("the result cannot be written", &error).told())
            }
            _ => result,
        };
        let Err(failure) = result else { return ExitCode::SUCCESS };
        if !failure.told {
            self.object(&json!({ "ok": false, "error": error_of(&failure) }));
        }
        for line in last_words(&failure, self.lang) {
            self.note(line);
        }
        ExitCode::from(failure.code.number())
    }
}

/// The last word where no command was run: help, the version, or words that make no command line.
pub(crate) fn not_run(told: &clap::Error, json: bool) -> ExitCode {
    if json && told.use_stderr() {
        let text = told.render().to_string();
        let message = text.trim_start_matches("error: ").lines().next().unwrap_or_default();
        let tip = text.lines().find_map(|line| line.trim().strip_prefix("tip: "));
        let failure = Failure::new(Code::Usage, message)
            .fix(tip.unwrap_or("`mail-oauth help` lists the commands, and `--help` behind one its options"));
        return Screen::new(json, Lang::En).end(Err(failure));
    }
    let _ = told.print();
    ExitCode::from(if told.use_stderr() { Code::Usage.number() } else { 0 })
}

/// An error, its cause, and what to do, in a language. What has no German words of its own is told by its cause, with
/// the English words as what was seen.
fn last_words(failure: &Failure, lang: Lang) -> Vec<String> {
    let (error, because, seen, to_do) = match lang {
        Lang::De => ("Fehler:", "Ursache:", "gesehen:", "Abhilfe:"),
        _ => ("error:", "cause:", "seen:", "  fix:"),
    };
    let mut lines = Vec::new();
    let mut fix = failure.fix.clone();
    match (&failure.german, failure.cause, lang) {
        (Some(german), _, Lang::De) => {
            lines.push(format!("{BAD}{error}{BAD:#} {}", german.message));
            fix.clone_from(&german.fix);
        }
        (None, Some(cause), Lang::De) => {
            lines.push(format!("{BAD}{error}{BAD:#} {} {FAINT}({}){FAINT:#}", cause.title.de, cause.id));
            lines.push(format!("{FAINT}{seen} {}{FAINT:#}", failure.message));
            // A failure that a report has told in full has no fix of its own.
            fix = fix.map(|_| Facts::default().fill(cause.fix.de));
        }
        _ => lines.push(format!("{BAD}{error}{BAD:#} {}", failure.message)),
    }
    if let (Some(cause), false) = (failure.cause, lang == Lang::De && failure.german.is_none()) {
        let title = cause.title.of(lang);
        lines.push(format!("{FAINT}{because}{FAINT:#} {title} {FAINT}({}){FAINT:#}", cause.id));
    }
    lines.extend(fix.map(|fix| format!("{HINT}{to_do}{HINT:#} {fix}")));
    lines
}

/// The first error of writing the result: a command whose result went nowhere has failed, unless the reader went away
/// (`| head`).
static LOST: Mutex<Option<io::Error>> = Mutex::new(None);

fn keep_first_error(result: io::Result<()>) {
    if let Err(error) = result
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        LOST.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }
}

/// A failure as JSON, for the key `error`.
pub(crate) fn error_of(failure: &Failure) -> Value {
    json!({
        "id": failure.code.id(),
        "exit_code": failure.code.number(),
        "message": failure.message,
        "fix": failure.fix,
        "cause": failure.cause.map(|cause| cause.id),
    })
}

/// A step: what, how long, how many round trips so far, what came of it.
pub(crate) fn step_line(step: &Step) -> String {
    let trips = step.round_trips.map(|n| format!("after {n} round trips")).unwrap_or_default();
    format!("  {:<10} {:>9}  {FAINT}{trips:<20}{FAINT:#}  {}", step.name, took(step.took), step.detail)
}

/// A step as JSON.
pub(crate) fn step_object(step: &Step) -> Value {
    json!({
        "name": step.name,
        "milliseconds": step.took.as_secs_f64() * 1000.0,
        "round_trips": step.round_trips,
        "detail": step.detail,
    })
}

/// A time as a person reads it.
pub(crate) fn took(time: Duration) -> String {
    if time < Duration::from_secs(10) {
        format!("{:.1} ms", time.as_secs_f64() * 1000.0)
    } else {
        format!("{:.1} s", time.as_secs_f64())
    }
}

/// A size as a person reads it.
pub(crate) fn size(bytes: u64) -> String {
    indicatif::HumanBytes(bytes).to_string()
}
