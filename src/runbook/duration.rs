//! Durations in words: `(< 60s)` in a heading, "1-3 minutes" in a sentence.

use std::sync::LazyLock;

use regex::Regex;

use super::DurationRange;
use crate::text::pattern::pattern;

const NUMBER: &str = r"\d{1,5}(?:\.\d{1,2})?";
const UNIT: &str = r"(?:s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?)\b";

static RANGE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)^[^\p{{L}}\d]{{0,6}}(?:(?:under|up to|about|around|at most|max\.?|roughly|typically|usually|approx\.?|approximately|is|of|less than|within|takes?)\s*)*[<≤~≈=]*\s*({NUMBER})\s*({UNIT})?(?:\s*(?:[-–—]|to)\s*({NUMBER}))?\s*({UNIT})?"
    ))
});

static BUDGET: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i)\s*\(\s*((?:<=|[<≤~≈]|under|up to|max\.?|at most|about|approx\.?|within|takes)?)\s*(?:{NUMBER}\s*(?:{UNIT})?\s*(?:[-–—]|to)\s*)?({NUMBER})\s*({UNIT})\.?\s*(?:max\.?)?\s*\)"
    ))
});

/// The duration or range that a text begins with, quantifiers like "about" allowed.
pub(super) fn leading_range(text: &str) -> Option<DurationRange> {
    let found = RANGE.captures(text)?;
    let last_unit = found.get(4).or_else(|| found.get(2))?.as_str();
    let first_unit = found.get(2).map_or(last_unit, |unit| unit.as_str());
    let min_s = seconds(found.get(1)?.as_str(), first_unit)?;
    let max_s = match found.get(3) {
        Some(number) => seconds(number.as_str(), last_unit)?,
        None => min_s,
    };
    Some(DurationRange { min_s: min_s.min(max_s), max_s: max_s.max(min_s) })
}

/// A heading without its budget, and the budget in seconds. `(hour 1-2)` says when, not how
/// long, and so does `(within 24 hours)`.
pub(super) fn split_budget(heading: &str) -> (String, Option<u32>) {
    if !heading.contains('(') {
        return (heading.to_owned(), None);
    }
    let Some(found) = BUDGET.captures(heading) else { return (heading.to_owned(), None) };
    let budget = seconds(&found[2], &found[3]);
    let deadline = found[1].eq_ignore_ascii_case("within") && budget.is_some_and(|s| s >= 3600);
    if deadline {
        return (heading.to_owned(), None);
    }
    let mut rest = heading.to_owned();
    if let Some(whole) = found.get(0) {
        rest.replace_range(whole.range(), "");
    }
    (rest.trim().to_owned(), budget)
}

/// A number with its unit, in seconds.
fn seconds(number: &str, unit: &str) -> Option<u32> {
    let scale = match unit.chars().next()?.to_ascii_lowercase() {
        's' => 1.0,
        'm' => 60.0,
        _ => 3600.0,
    };
    let seconds = number.parse::<f64>().ok()? * scale;
    let in_range = seconds.is_finite() && (0.0..=1e9).contains(&seconds);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked above")]
    in_range.then(|| seconds.round() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_with_one_unit_or_two() {
        let check = |text, expected| {
            assert_eq!(leading_range(text).map(|r| (r.min_s, r.max_s)), expected, "{text}");
        };
        check(": 1-3 minutes.", Some((60, 180)));
        check(": 30 seconds - 2 minutes for", Some((30, 120)));
        check(": < 60 seconds for the abort", Some((60, 60)));
        check(" is about 45 min", Some((2700, 2700)));
        check(" 1–2 h", Some((3600, 7200)));
        check(": 1.5 hours", Some((5400, 5400)));
        check(": 10m to 20m", Some((600, 1200)));
        check(": depends", None);
        check(": 3 people", None);
    }

    #[test]
    fn budgets_leave_the_heading() {
        let check = |heading, rest: &str, budget| {
            assert_eq!(split_budget(heading), (rest.to_owned(), budget), "{heading}");
        };
        check("Check (< 60s)", "Check", Some(60));
        check("Diagnose (< 2 min)", "Diagnose", Some(120));
        check("Write the fix (≤ 5 minutes)", "Write the fix", Some(300));
        check("Drain (1-3 min) now", "Drain now", Some(180));
        check("Verify (hour 1-2)", "Verify (hour 1-2)", None);
        check("Cleanup (within 24 hours)", "Cleanup (within 24 hours)", None);
        check("Pods (5 replicas)", "Pods (5 replicas)", None);
    }
}
