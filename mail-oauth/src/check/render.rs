//! A report for people: on a terminal, as a text, as a page. None of them holds a secret, because a report holds none.

use std::fmt::Write as _;
use std::time::Duration;

use super::report::{Finding, Line, Outcome, Report};
use crate::diagnosis::{Lang, Severity, likelihood};
use crate::server::Protocol;

/// What a piece of text is, for whoever paints it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Role {
    /// A heading.
    Heading,
    /// Good news.
    Good,
    /// Something that deserves a look.
    Warning,
    /// Bad news.
    Bad,
    /// What to do.
    Hint,
    /// What matters less.
    Faint,
}

/// The width of stage names, in characters.
const NAMES: usize = 27;

/// How many characters of a detail are shown in one line of the report.
const DETAIL: usize = 160;

impl Report {
    /// The report as a text, to be sent to whoever can mend it.
    pub fn to_text(&self, lang: Lang) -> String {
        self.paint(lang, &|_, text| text.to_owned())
    }

    /// The report as a text in which `paint` colours the pieces.
    pub fn paint(&self, lang: Lang, paint: &dyn Fn(Role, &str) -> String) -> String {
        let mut out = String::new();
        line(&mut out, &paint(Role::Heading, &self.mailbox));
        line(&mut out, &paint(Role::Faint, &self.account(lang)));
        for protocol in [None].into_iter().chain(Protocol::ALL.into_iter().map(Some)) {
            let mut lines = self.lines_of(protocol).peekable();
            if lines.peek().is_none() {
                continue;
            }
            out.push('\n');
            if let Some(protocol) = protocol {
                line(&mut out, &paint(Role::Heading, protocol.name()));
            }
            for one in lines {
                stage(&mut out, one, lang, paint);
            }
        }
        out.push('\n');
        line(&mut out, &self.verdict(lang, paint));
        for (number, finding) in self.findings.iter().enumerate() {
            out.push('\n');
            told(&mut out, number + 1, finding, lang, paint);
        }
        out
    }

    /// The report as a page of its own, without scripts and without anything from elsewhere.
    pub fn to_html(&self, lang: Lang) -> String {
        let words = Words::of(lang);
        let mut out = String::new();
        let title = format!("{} {}", words.title, self.mailbox);
        let _ = write!(
            out,
            "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{}</h1>\n<p class=\"faint\">{}</p>\n",
            if lang == Lang::De { "de" } else { "en" },
            escape(&title),
            escape(&title),
            escape(&self.account(lang)),
        );
        let class = if self.is_good() { "good" } else { "bad" };
        let verdict = self.verdict(lang, &|_, text| text.to_owned());
        let _ = writeln!(out, "<p class=\"verdict {class}\">{}</p>", escape(&verdict));
        if !self.findings.is_empty() {
            let _ = writeln!(out, "<h2>{}</h2>\n<ol>", words.what_to_do);
            for finding in &self.findings {
                let _ = write!(
                    out,
                    "<li class=\"{}\"><h3>{}</h3><p class=\"faint\">{}</p><p>{}</p><p><strong>{}:</strong> <span class=\"fix\">{}</span></p>",
                    class_of(finding.cause.severity),
                    escape(&finding.title(lang)),
                    escape(&about(finding, lang)),
                    escape(&finding.why(lang)),
                    words.fix,
                    escape(&finding.fix(lang)),
                );
                if !finding.cause.link.is_empty() {
                    let link = escape(finding.cause.link);
                    let _ = write!(out, "<p><a href=\"{link}\">{link}</a></p>");
                }
                if !finding.evidence.is_empty() {
                    let _ = write!(
                        out,
                        "<details><summary>{}</summary><pre>{}</pre></details>",
                        words.seen,
                        escape(&finding.evidence.join("\n"))
                    );
                }
                out.push_str("</li>\n");
            }
            out.push_str("</ol>\n");
        }
        let _ = writeln!(out, "<h2>{}</h2>\n<table>", words.stages);
        for one in &self.lines {
            let _ = writeln!(
                out,
                "<tr class=\"{}\"><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                match one.outcome {
                    Outcome::Good => "good",
                    Outcome::Warning => "warning",
                    Outcome::Bad => "bad",
                    Outcome::NotReached | Outcome::NotAsked => "faint",
                },
                one.protocol.map(Protocol::name).unwrap_or_default(),
                escape(one.area.name(lang)),
                word_of(one.outcome, lang),
                escape(one.detail.of(lang)),
            );
        }
        out.push_str("</table>\n</main>\n</body>\n</html>\n");
        out
    }

    /// The provider, who signs in and with which application.
    fn account(&self, lang: Lang) -> String {
        let who = match (&self.sign_in, lang) {
            (Some(user), Lang::De) => format!("{user} meldet sich an"),
            (Some(user), _) => format!("{user} signs in"),
            (None, Lang::De) => "die Anwendung meldet sich selbst an".to_owned(),
            (None, _) => "the application signs in as itself".to_owned(),
        };
        let application = if lang == Lang::De { "Anwendung" } else { "application" };
        format!("{}, {who}, {application} {}", self.provider, self.client_id)
    }

    fn verdict(&self, lang: Lang, paint: &dyn Fn(Role, &str) -> String) -> String {
        let bad =
            |finding: &&Finding| matches!(finding.cause.severity, Severity::Error | Severity::Temporary);
        let words = Words::of(lang);
        match (self.is_good(), self.findings.iter().find(bad)) {
            (true, _) if self.findings.is_empty() && self.login => paint(Role::Good, words.all_well),
            (true, _) if self.findings.is_empty() => paint(Role::Good, words.so_far),
            (true, _) => paint(Role::Good, words.works),
            (false, Some(_)) => paint(Role::Bad, words.broken),
            (false, None) => paint(Role::Bad, words.unknown),
        }
    }
}

fn line(out: &mut String, text: &str) {
    out.push_str(text.trim_end());
    out.push('\n');
}

fn stage(out: &mut String, one: &Line, lang: Lang, paint: &dyn Fn(Role, &str) -> String) {
    let role = match one.outcome {
        Outcome::Good => Role::Good,
        Outcome::Warning => Role::Warning,
        Outcome::Bad => Role::Bad,
        Outcome::NotReached | Outcome::NotAsked => Role::Faint,
    };
    let name = one.area.name(lang);
    let padding = " ".repeat(NAMES.saturating_sub(name.chars().count()));
    let outcome = format!("{:<7}", word_of(one.outcome, lang));
    let took = one.took.map(shown).unwrap_or_default();
    let trips = one.round_trips.map(|trips| trips_of(trips, lang)).unwrap_or_default();
    let meter = format!("{took:>8}  {trips:<20}");
    let text = one.detail.of(lang);
    let detail: String = text.chars().take(DETAIL).collect();
    let more = if text.chars().count() > DETAIL { " ..." } else { "" };
    line(
        out,
        &format!(
            "  {name}{padding} {} {}  {detail}{more}",
            paint(role, &outcome),
            paint(Role::Faint, &meter)
        ),
    );
}

fn told(
    out: &mut String,
    number: usize,
    finding: &Finding,
    lang: Lang,
    paint: &dyn Fn(Role, &str) -> String,
) {
    let words = Words::of(lang);
    let role = match finding.cause.severity {
        Severity::Error | Severity::Temporary => Role::Bad,
        Severity::Warning => Role::Warning,
        Severity::Note => Role::Faint,
    };
    line(
        out,
        &format!(
            "{number}. {}  {}",
            paint(role, &finding.title(lang)),
            paint(Role::Faint, &about(finding, lang))
        ),
    );
    for text in finding.why(lang).lines() {
        line(out, &format!("   {text}"));
    }
    let mut label = format!("{}: ", words.fix);
    for text in finding.fix(lang).lines() {
        line(out, &format!("   {}{text}", paint(Role::Hint, &label)));
        label = " ".repeat(label.chars().count());
    }
    if !finding.cause.link.is_empty() {
        line(out, &format!("   {}", paint(Role::Faint, finding.cause.link)));
    }
    for text in &finding.evidence {
        line(out, &format!("   {} {}", paint(Role::Faint, words.seen), paint(Role::Faint, text)));
    }
}

/// Severity, likelihood, protocols, who mends it, and the stable id.
fn about(finding: &Finding, lang: Lang) -> String {
    let words = Words::of(lang);
    let mut parts = vec![finding.cause.severity.name(lang).to_owned()];
    parts.extend(likelihood(finding.percent, lang).map(str::to_owned));
    if !finding.protocols.is_empty() {
        let names: Vec<&str> = finding.protocols.iter().map(|protocol| protocol.name()).collect();
        parts.push(names.join("+"));
    }
    parts.push(format!("{} {}", words.mended_by, finding.cause.who.name(lang)));
    parts.push(finding.cause.id.to_owned());
    format!("[{}]", parts.join(", "))
}

fn word_of(outcome: Outcome, lang: Lang) -> &'static str {
    let (en, de) = match outcome {
        Outcome::Good => ("ok", "ok"),
        Outcome::Warning => ("look", "Hinweis"),
        Outcome::Bad => ("failed", "Fehler"),
        Outcome::NotReached => ("-", "-"),
        Outcome::NotAsked => ("-", "-"),
    };
    if lang == Lang::De { de } else { en }
}

fn trips_of(trips: u32, lang: Lang) -> String {
    if lang == Lang::De { format!("nach {trips} Umläufen") } else { format!("after {trips} round trips") }
}

fn shown(took: Duration) -> String {
    format!("{:.0} ms", took.as_secs_f64() * 1000.0)
}

fn class_of(severity: Severity) -> &'static str {
    match severity {
        Severity::Error | Severity::Temporary => "bad",
        Severity::Warning => "warning",
        Severity::Note => "faint",
    }
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// The fixed words of a report.
struct Words {
    title: &'static str,
    what_to_do: &'static str,
    stages: &'static str,
    fix: &'static str,
    seen: &'static str,
    mended_by: &'static str,
    all_well: &'static str,
    so_far: &'static str,
    works: &'static str,
    broken: &'static str,
    unknown: &'static str,
}

impl Words {
    fn of(lang: Lang) -> Self {
        match lang {
            Lang::En => Words {
                title: "Check of",
                what_to_do: "What to do, the first thing first",
                stages: "What was checked",
                fix: "fix",
                seen: "seen:",
                mended_by: "for",
                all_well: "All is well.",
                so_far: "Nothing is wrong as far as can be seen without a sign-in.",
                works: "It works. Worth a look:",
                broken: "It does not work. What to do, the first thing first:",
                unknown: "It does not work, and no known cause fits; what was seen stands above.",
            },
            Lang::De => Words {
                title: "Prüfung von",
                what_to_do: "Was zu tun ist, das Wichtigste zuerst",
                stages: "Was geprüft wurde",
                fix: "Abhilfe",
                seen: "gesehen:",
                mended_by: "für",
                all_well: "Alles in Ordnung.",
                so_far: "Soweit ohne Anmeldung zu sehen, ist nichts falsch.",
                works: "Es funktioniert. Einen Blick wert:",
                broken: "Es funktioniert nicht. Was zu tun ist, das Wichtigste zuerst:",
                unknown: "Es funktioniert nicht, und keine bekannte Ursache passt; was zu sehen war, steht oben.",
            },
        }
    }
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;margin:0;background:#f6f7f9;color:#1b1f24}main{max-width:60rem;margin:2rem auto;padding:1.5rem 2rem;background:#fff;border-radius:8px;box-shadow:0 1px 3px #0002}h1{font-size:1.4rem;margin:0}h2{font-size:1.1rem;margin-top:2rem}h3{font-size:1rem;margin:0}.faint{color:#5b6470}.verdict{font-weight:600}.good .verdict,.verdict.good{color:#1a7f37}.verdict.bad{color:#b42318}li{margin:0 0 1.2rem;padding-left:.4rem}li.bad h3{color:#b42318}li.warning h3{color:#9a6700}li p{margin:.3rem 0}.fix{white-space:pre-line}pre{white-space:pre-wrap;background:#f6f7f9;padding:.6rem;border-radius:4px}table{border-collapse:collapse;width:100%;font-size:.9rem}td{padding:.25rem .6rem .25rem 0;vertical-align:top;border-top:1px solid #e5e8ec;overflow-wrap:anywhere}tr.good td:nth-child(3){color:#1a7f37}tr.bad td:nth-child(3){color:#b42318;font-weight:600}tr.warning td:nth-child(3){color:#9a6700}tr.faint{color:#5b6470}";
