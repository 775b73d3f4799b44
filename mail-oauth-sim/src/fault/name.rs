use std::str::FromStr;

use super::{Endpoint, Fault, catalogue};
use crate::Error;

/// By its name in the [`catalogue`]. A fault of the identity endpoints may say where, if not at the place where it is most
/// often met: `aadsts-700016@devicecode`, `http-429@metadata`, with `authorize`, `token`, `devicecode`, `metadata`,
/// `instance`, `userrealm`, or `all` for HTTP faults.
///
/// ```
/// use mail_oauth_sim::{Fault, HttpFault, Endpoint};
/// assert!(matches!("http-500".parse()?, Fault::HttpAt { at: Endpoint::Token, fault: HttpFault::Status(500) }));
/// assert!(matches!("http-500@metadata".parse()?, Fault::HttpAt { at: Endpoint::Metadata, .. }));
/// let error = "imap-trottled".parse::<Fault>().unwrap_err();
/// assert_eq!(error.to_string(), "there is no fault imap-trottled: did you mean imap-throttled? docs/faults.md lists all");
/// # Ok::<_, mail_oauth_sim::Error>(())
/// ```
impl FromStr for Fault {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let all = catalogue();
        let (base, place) = name.split_once('@').map_or((name, None), |(base, place)| (base, Some(place)));
        if let Some(at) = all.iter().position(|entry| entry.name == base)
            && let Some(fault) = all.get(at).and_then(|entry| moved(entry.fault.clone(), place))
        {
            return Ok(fault);
        }
        // A name that is far too long is cut before it is compared.
        let shown = crate::log::shown(name);
        let nearest = all.into_iter().min_by_key(|entry| distance(&entry.name, &shown));
        Err(Error::NoSuchFault { name: shown, nearest: nearest.map(|entry| entry.name).unwrap_or_default() })
    }
}

/// The fault at another endpoint; `None` if it cannot be there.
fn moved(fault: Fault, place: Option<&str>) -> Option<Fault> {
    let Some(place) = place else { return Some(fault) };
    let at = match place {
        "authorize" => Some(Endpoint::Authorize),
        "token" => Some(Endpoint::Token),
        "devicecode" => Some(Endpoint::DeviceCode),
        "metadata" => Some(Endpoint::Metadata),
        "instance" => Some(Endpoint::Instance),
        "userrealm" => Some(Endpoint::UserRealm),
        "all" => None,
        _ => return None,
    };
    match (fault, at) {
        (Fault::Http(fault) | Fault::HttpAt { fault, .. }, Some(at)) => Some(Fault::HttpAt { at, fault }),
        (Fault::Http(fault) | Fault::HttpAt { fault, .. }, None) => Some(Fault::Http(fault)),
        (Fault::Refuse { aadsts, .. }, Some(at)) => Some(Fault::Refuse { at, aadsts }),
        _ => None,
    }
}

/// How many octets have to be added, removed or replaced to make one from the other (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, left) in one.bytes().enumerate() {
        let mut diagonal = at;
        let mut before = at.saturating_add(1);
        if let Some(first) = row.first_mut() {
            *first = before;
        }
        for (cell, right) in row.iter_mut().skip(1).zip(other.bytes()) {
            let replaced = diagonal.saturating_add(usize::from(left != right));
            diagonal = *cell;
            before = replaced.min(before.saturating_add(1)).min(cell.saturating_add(1));
            *cell = before;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn the_nearest_name_is_the_one_with_the_fewest_changes() {
        for (one, other, changes) in
            [("", "", 0), ("abc", "", 3), ("", "ab", 2), ("kitten", "sitting", 3), ("a-b", "a-b", 0)]
        {
            assert_eq!(distance(one, other), changes, "{one} {other}");
        }
    }
}
