//! Which causes fit what was observed, and how well.

use std::cmp::Reverse;

use super::cause::{Cause, Mark, Pattern};
use super::causes;
use super::signal::Signal;

/// A cause that fits.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Candidate {
    /// The cause.
    pub cause: &'static Cause,
    /// How likely it is among those that share the signals: 1 to 100.
    pub percent: u8,
}

/// From this weight on a mark is proof.
const PROOF: u8 = 90;

/// The causes that fit the signals of one failure, the likeliest first. One that is proven leaves no room for those
/// that are merely possible.
pub fn diagnose(signals: &[Signal]) -> Vec<Candidate> {
    let mut found: Vec<(&'static Cause, u8)> = causes()
        .filter_map(|cause| {
            let fits = |mark: &&Mark| mark.all.iter().all(|pattern| matches(pattern, signals));
            cause.marks.iter().filter(fits).map(|mark| mark.weight).max().map(|weight| (cause, weight))
        })
        .collect();
    found.sort_by_key(|(cause, weight)| (Reverse(*weight), cause.number));
    if found.first().is_some_and(|(_, weight)| *weight >= PROOF) {
        found.retain(|(_, weight)| *weight >= PROOF);
    }
    let total: u32 = found.iter().map(|(_, weight)| u32::from(*weight)).sum();
    let alone = found.len() == 1;
    found
        .into_iter()
        .map(|(cause, weight)| {
            let share = (u32::from(weight) * 100).checked_div(total).unwrap_or_default().max(1);
            // What stands alone is as likely as its mark is strong; what is proven is certain.
            let percent = if weight >= PROOF {
                100
            } else if alone {
                u32::from(weight)
            } else {
                share
            };
            Candidate { cause, percent: u8::try_from(percent).unwrap_or(100) }
        })
        .collect()
}

fn matches(pattern: &Pattern, signals: &[Signal]) -> bool {
    if let Pattern::Not(fact) = pattern {
        return !signals.contains(&Signal::Fact(*fact));
    }
    signals.iter().any(|signal| match (pattern, signal) {
        (Pattern::Aadsts(numbers), Signal::Aadsts(number)) => numbers.contains(number),
        (Pattern::OAuth(name), Signal::OAuth { error, .. }) => error == name,
        (Pattern::Suberror(name), Signal::OAuth { suberror, .. }) => suberror.as_deref() == Some(*name),
        (Pattern::Enhanced(wanted), Signal::Smtp { enhanced, .. }) => enhanced.as_deref() == Some(*wanted),
        (Pattern::Reply(wanted), Signal::Smtp { code, .. }) => code == wanted,
        (Pattern::Phrase(phrase), Signal::Smtp { text, .. } | Signal::Said { text, .. }) => has(text, phrase),
        (Pattern::PhraseIn(crate::Protocol::Smtp, phrase), Signal::Smtp { text, .. }) => has(text, phrase),
        (Pattern::PhraseIn(wanted, phrase), Signal::Said { protocol, text }) => {
            protocol == wanted && has(text, phrase)
        }
        (Pattern::Tls(wanted), Signal::Tls(problem)) => problem == wanted,
        (Pattern::Fact(wanted), Signal::Fact(fact)) => fact == wanted,
        _ => false,
    })
}

fn has(text: &str, phrase: &str) -> bool {
    text.to_ascii_lowercase().contains(&phrase.to_ascii_lowercase())
}
