/// A `sequence-set` (RFC 3501 section 9): message numbers or UIDs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Set {
    /// Ranges in ascending order that do not touch.
    ranges: Vec<(u32, u32)>,
}

impl Set {
    /// Reads a set. `*` is the number `last`, the highest in use, so that `5:*` holds it even if it is below 5.
    pub(super) fn parse(text: &str, last: u32) -> Option<Self> {
        let number = |text: &str| match text {
            "*" => Some(last),
            digits if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse().ok().filter(|n| *n > 0),
            _ => None,
        };
        let mut ranges = Vec::new();
        for part in text.split(',') {
            let (from, to) = part.split_once(':').unwrap_or((part, part));
            let (from, to) = (number(from)?, number(to)?);
            ranges.push((from.min(to), from.max(to)));
        }
        ranges.sort_unstable();
        let mut merged: Vec<(u32, u32)> = Vec::with_capacity(ranges.len());
        for (from, to) in ranges {
            match merged.last_mut() {
                Some((_, end)) if from <= end.saturating_add(1) => *end = to.max(*end),
                _ => merged.push((from, to)),
            }
        }
        Some(Self { ranges: merged })
    }

    pub(super) fn contains(&self, number: u32) -> bool {
        let after = self.ranges.partition_point(|(from, _)| *from <= number);
        after.checked_sub(1).and_then(|at| self.ranges.get(at)).is_some_and(|(_, to)| number <= *to)
    }

    /// The highest number in it.
    pub(super) fn highest(&self) -> u32 {
        self.ranges.last().map_or(0, |(_, to)| *to)
    }
}

/// Numbers as a set in its shortest form, for `COPYUID`.
pub(super) fn display(numbers: &[u32]) -> String {
    let mut out = String::new();
    let mut rest = numbers;
    while let Some(&first) = rest.first() {
        let run = (0_u32..).zip(rest).take_while(|(i, n)| first.checked_add(*i) == Some(**n)).count();
        let last = rest.get(run.saturating_sub(1)).copied().unwrap_or(first);
        if !out.is_empty() {
            out.push(',');
        }
        out.push_str(&first.to_string());
        if last > first {
            out.push(':');
            out.push_str(&last.to_string());
        }
        rest = rest.get(run.max(1)..).unwrap_or_default();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_hold_what_they_name() {
        let set = Set::parse("7,2:4,3:5,9:*", 8).unwrap();
        let held: Vec<u32> = (0..12).filter(|n| set.contains(*n)).collect();
        assert_eq!(held, [2, 3, 4, 5, 7, 8, 9]);
        assert_eq!(set.highest(), 9);
        for bad in ["", "0", "1,", "a", "1:2:3", "-1", "99999999999"] {
            assert_eq!(Set::parse(bad, 5), None, "{bad}");
        }
        assert_eq!(display(&[1, 2, 3, 7, 9, 10]), "1:3,7,9:10");
    }
}
