//! Prints the catalogue of causes: `cargo run -p mail-oauth --example causes > docs/causes.md`.
#![allow(clippy::print_stdout, reason = "an example that prints a document")]

use mail_oauth::diagnosis::{Cause, Lang, Pattern, Sight, causes};

fn main() {
    print!("{}", document());
}

/// The document.
pub(crate) fn document() -> String {
    let mut out = String::from(
        "# Causes\n\n\
         What can be wrong with a mailbox on OAuth 2.0, as `mail-oauth check` and `mail-oauth explain` name it. Words in\n\
         braces are filled with the ids of the account. Which of several causes comes first is an order by what was seen,\n\
         weighed by hand; nobody has counted how often each is it. The exit code is that of a command that ends with the\n\
         cause. Generated from the catalogue in `mail-oauth/src/diagnosis` by\n\
         `cargo run -p mail-oauth --example causes`; the catalogue holds the same in German.\n\n\
         ## Seen from a client\n\n\
         | # | id | exit code | cause | who | recognised by | what to do |\n|---|---|---|---|---|---|---|\n",
    );
    for cause in causes().filter(|cause| cause.sight == Sight::Seen) {
        let marks: Vec<String> = cause.marks.iter().map(|mark| join(mark.all, " and ")).collect();
        row(&mut out, cause, &marks.join("; "));
    }
    out.push_str(
        "\n## Not seen from a client\n\n\
         Nothing that a client can observe tells these apart; the last column says what to ask for.\n\n\
         | # | id | exit code | cause | who | why | what to ask |\n|---|---|---|---|---|---|---|\n",
    );
    for cause in causes().filter(|cause| cause.sight == Sight::Hidden) {
        row(&mut out, cause, cause.why.of(Lang::En));
    }
    out
}

fn row(out: &mut String, cause: &Cause, middle: &str) {
    let Cause { number, id, exit, title, fix, who, .. } = cause;
    let (title, fix) = (title.of(Lang::En), fix.of(Lang::En));
    let cells = [title, who.name(Lang::En), middle, fix].map(|cell| cell.replace('|', "\\|")).join(" | ");
    out.push_str(&format!("| {number} | `{id}` | {exit} | {cells} |\n"));
}

fn join(patterns: &[Pattern], word: &str) -> String {
    patterns.iter().map(pattern).collect::<Vec<_>>().join(word)
}

fn pattern(pattern: &Pattern) -> String {
    match pattern {
        Pattern::Aadsts(numbers) => {
            let numbers: Vec<String> = numbers.iter().map(u64::to_string).collect();
            format!("AADSTS{}", numbers.join(", "))
        }
        Pattern::OAuth(error) => format!("error `{error}`"),
        Pattern::Suberror(suberror) => format!("suberror `{suberror}`"),
        Pattern::Enhanced(code) => format!("status {code}"),
        Pattern::Reply(code) => format!("reply {code}"),
        Pattern::Phrase(phrase) => format!("\"{phrase}\""),
        Pattern::PhraseIn(protocol, phrase) => format!("{protocol} \"{phrase}\""),
        Pattern::Tls(problem) => problem.to_string(),
        Pattern::Fact(fact) => format!("{fact:?}"),
        Pattern::Not(fact) => format!("not {fact:?}"),
        Pattern::NoneOf(facts) => {
            let facts: Vec<String> = facts.iter().map(|fact| format!("{fact:?}")).collect();
            format!("none of {}", facts.join(", "))
        }
        Pattern::Any(patterns) => format!("({})", join(patterns, " or ")),
        Pattern::NoNumber => "no known number".to_owned(),
        other => format!("{other:?}"),
    }
}
