//! `mail-oauth explain`: what an error text, a log, a number or a token means. Nothing is asked of anybody.

use std::io::{IsTerminal, Read as _};
use std::time::SystemTime;

use mail_oauth::diagnosis::{
    Candidate, EXPLAIN_LIMIT, Evidence, Explanation, Facts, Lang, explain, likelihood,
};
use mail_oauth::msal_lite::{Timestamp, TokenInspection};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::commands::check::{area_id, severity_id, who_id};
use crate::failure::{Code, Failure};
use crate::options::ExplainOptions;
use crate::screen::{BAD, FAINT, HINT, STRONG, Screen};

/// How many causes of one failure are told in full.
const FULL: usize = 3;
/// How many lines that hold a secret are told by their numbers.
const LINES: usize = 8;

pub(crate) fn run(options: &ExplainOptions, screen: Screen) -> Result<(), Failure> {
    let lang = options.lang.into();
    let text = text(&options.text, lang, screen)?;
    let explanation = explain(&text, Timestamp::from(SystemTime::now()))?;
    screen.object(&object(&explanation, lang));
    for (what, lines) in by_kind(&explanation.secrets) {
        screen.say(format!("{FAINT}{}{FAINT:#}", secret_line(&lines, what, lang)));
    }
    // A log repeats the token of each attempt.
    let mut told = Vec::new();
    for token in explanation.tokens.iter().map(claims) {
        if told.contains(&token) {
            continue;
        }
        for claim in &token {
            screen.say(format!("  {FAINT}{claim}{FAINT:#}"));
        }
        told.push(token);
    }
    for failure in &explanation.failures {
        screen.say("");
        for evidence in &failure.evidence {
            let line = if lang == Lang::De { "Zeile" } else { "line" };
            screen.say(format!(
                "{STRONG}{}{STRONG:#} {FAINT}({line} {}){FAINT:#}",
                evidence.text, evidence.line
            ));
        }
        if failure.candidates.is_empty() {
            screen.say(match lang {
                Lang::De => "  Das ist ein Fehler, aber keine bekannte Ursache passt dazu.",
                _ => "  This is a failure, but no known cause fits it.",
            });
        }
        for (number, candidate) in failure.candidates.iter().enumerate() {
            tell(number, candidate, lang, screen);
        }
    }
    if explanation.failures.is_empty() && explanation.tokens.is_empty() {
        return Err(Failure::new(Code::Usage, "nothing in it is recognised")
            .fix("paste the line with the error: an AADSTS number, the mail server's answer, a token")
            .german(
                "darin ist nichts zu erkennen",
                "die Zeile mit dem Fehler einfügen: eine AADSTS-Nummer, die Antwort des Mailservers, ein Token",
            )
            .told());
    }
    Ok(())
}

/// The likeliest causes in full, the others by name.
fn tell(number: usize, candidate: &Candidate, lang: Lang, screen: Screen) {
    let cause = candidate.cause;
    let facts = Facts::default();
    let title = facts.fill(cause.title.of(lang));
    let likely = likelihood(candidate.percent, lang).map(|word| format!("{word}, ")).unwrap_or_default();
    let about = format!("{likely}{}, {}", cause.who.name(lang), cause.id);
    if number >= FULL {
        screen.say(format!("  {title}  {FAINT}[{about}]{FAINT:#}"));
        return;
    }
    screen.say(format!("  {BAD}{title}{BAD:#}  {FAINT}[{about}]{FAINT:#}"));
    screen.say(format!("    {}", facts.fill(cause.why.of(lang))));
    let fix = if lang == Lang::De { "Abhilfe" } else { "fix" };
    screen.say(format!("    {HINT}{fix}:{HINT:#} {}", facts.fill(cause.fix.of(lang))));
    if !cause.link.is_empty() {
        screen.say(format!("    {FAINT}{}{FAINT:#}", cause.link));
    }
}

/// What secrets there are, and in which lines each kind is.
fn by_kind(secrets: &[Evidence]) -> Vec<(&str, Vec<usize>)> {
    let mut kinds: Vec<(&str, Vec<usize>)> = Vec::new();
    for secret in secrets {
        match kinds.iter_mut().find(|(what, _)| *what == secret.text) {
            Some((_, lines)) if lines.last() == Some(&secret.line) => {}
            Some((_, lines)) => lines.push(secret.line),
            None => kinds.push((&secret.text, vec![secret.line])),
        }
    }
    kinds
}

fn secret_line(lines: &[usize], what: &str, lang: Lang) -> String {
    let shown: Vec<String> = lines.iter().take(LINES).map(usize::to_string).collect();
    let shown = shown.join(", ");
    let more = lines.len().saturating_sub(LINES);
    let many = lines.len() > 1;
    match lang {
        Lang::De => {
            let (noun, verb) = if many { ("Zeilen", "enthalten") } else { ("Zeile", "enthält") };
            let more = if more > 0 { format!(" und {more} weitere") } else { String::new() };
            format!(
                "{noun} {shown}{more} {verb}: {what} (wird nicht wiederholt; wer den Text hat, kann es benutzen)"
            )
        }
        _ => {
            let (noun, verb) = if many { ("lines", "hold") } else { ("line", "holds") };
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!(
                "{noun} {shown}{more} {verb}: {what} (not repeated here; whoever has the text can use it)"
            )
        }
    }
}

fn claims(token: &TokenInspection) -> Vec<String> {
    let one = |name: &str, value: &Option<String>| value.as_ref().map(|value| format!("{name:<6} {value}"));
    let many = |name: &str, values: &[String]| {
        (!values.is_empty()).then(|| format!("{name:<6} {}", values.join(" ")))
    };
    [
        one("aud", &token.audience),
        many("scp", &token.scopes),
        many("roles", &token.roles),
        one("tid", &token.tenant),
        one("upn", &token.user),
        one("appid", &token.client_id),
        token.expires_on.map(|end| format!("{:<6} {}", "exp", end.as_unix())),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The text of the command line, or of standard input.
fn text(words: &[String], lang: Lang, screen: Screen) -> Result<Zeroizing<String>, Failure> {
    if !words.is_empty() {
        return Ok(Zeroizing::new(words.join(" ")));
    }
    if std::io::stdin().is_terminal() {
        screen.note(match lang {
            Lang::De => "Den Text einfügen und mit Strg-D in einer eigenen Zeile abschließen.",
            _ => "Paste the text, then end it with Ctrl-D on a line of its own.",
        });
    }
    let mut bytes = Zeroizing::new(Vec::new());
    let most = u64::try_from(EXPLAIN_LIMIT).unwrap_or(u64::MAX);
    let failed = |e: std::io::Error| Failure::input("standard input cannot be read", &e);
    std::io::stdin().lock().take(most + 1).read_to_end(&mut bytes).map_err(failed)?;
    Ok(Zeroizing::new(decoded(&bytes)))
}

/// UTF-8 or, as PowerShell writes it, UTF-16; without a byte order mark.
fn decoded(bytes: &[u8]) -> String {
    let units = |read: fn([u8; 2]) -> u16| {
        let rest = bytes.get(2..).unwrap_or_default();
        let units: Vec<u16> = rest
            .chunks_exact(2)
            .map(|pair| {
                read([pair.first().copied().unwrap_or_default(), pair.get(1).copied().unwrap_or_default()])
            })
            .collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xff, 0xfe, ..] => units(u16::from_le_bytes),
        [0xfe, 0xff, ..] => units(u16::from_be_bytes),
        _ => String::from_utf8_lossy(bytes).trim_start_matches('\u{feff}').to_owned(),
    }
}

fn object(explanation: &Explanation, lang: Lang) -> Value {
    let facts = Facts::default();
    let candidate = |one: &Candidate| {
        let cause = one.cause;
        json!({
            "id": cause.id,
            "number": cause.number,
            "stage": area_id(cause.area),
            "severity": severity_id(cause),
            "percent": one.percent,
            "who": who_id(cause),
            "title": facts.fill(cause.title.of(lang)),
            "why": facts.fill(cause.why.of(lang)),
            "fix": facts.fill(cause.fix.of(lang)),
            "link": Some(cause.link).filter(|link| !link.is_empty()),
        })
    };
    let failures: Vec<Value> = explanation
        .failures
        .iter()
        .map(|failure| {
            json!({
                "evidence": failure.evidence.iter().map(|one| json!({ "line": one.line, "text": one.text })).collect::<Vec<_>>(),
                "causes": failure.candidates.iter().map(candidate).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({
        "ok": !explanation.failures.is_empty() || !explanation.tokens.is_empty(),
        "failures": failures,
        "secrets": explanation.secrets.iter().map(|one| json!({ "line": one.line, "what": one.text })).collect::<Vec<_>>(),
        "tokens": explanation.tokens.iter().map(claims).collect::<Vec<_>>(),
    })
}
