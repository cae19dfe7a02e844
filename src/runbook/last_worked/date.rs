//! Dates as people write them into tables.

use std::sync::LazyLock;

use chrono::NaiveDate;
use regex::Regex;

use crate::text::months::month;
use crate::text::pattern::pattern;

static YEAR_FIRST: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(\d{4})([-/.])(\d{1,2})([-/.])(\d{1,2})(?:\D|$)"));
static DAY_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(\d{1,2})(?:st|nd|rd|th)?[ -]([A-Za-z]{3,9})\.?,?[ -](\d{4})(?:\D|$)")
});
static MONTH_FIRST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^([A-Za-z]{3,9})\.?[ -](\d{1,2})(?:st|nd|rd|th)?,?[ -](\d{4})(?:\D|$)")
});

/// The date that a cell's plain words begin with: `2026-05-12`, `2026/05/12`, `12 May 2026` or
/// `May 12, 2026`. `05/06/2026` means two days and is read as neither.
pub fn read_date(words: &str) -> Option<NaiveDate> {
    let words = words.trim();
    if let Some(found) = YEAR_FIRST.captures(words) {
        let same_mark = found[2] == found[4];
        return same_mark.then(|| date(&found[1], found[3].parse().ok(), &found[5]))?;
    }
    if let Some(found) = DAY_FIRST.captures(words) {
        return date(&found[3], month(&found[2]), &found[1]);
    }
    let found = MONTH_FIRST.captures(words)?;
    date(&found[3], month(&found[1]), &found[2])
}

fn date(year: &str, month: Option<u32>, day: &str) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year.parse().ok()?, month?, day.parse().ok()?)
}

/// Whether a cell was left for later: nothing, a dash, or a template's `YYYY-MM-DD`.
pub(super) fn is_blank(words: &str) -> bool {
    let words = words.trim().trim_matches(['<', '>', '_', '*', '(', ')']).to_lowercase();
    let waiting = ["tbd", "tba", "tbc", "n/a", "na", "never", "none", "todo", "date", "not yet"];
    words.chars().all(|c| "-–—.… ?".contains(c))
        || waiting.contains(&words.as_str())
        || words.starts_with("yyyy")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_people_write_them() {
        let check = |words, expected: Option<&str>| {
            let found = read_date(words).map(|date| date.to_string());
            assert_eq!(found.as_deref(), expected, "{words}");
        };
        check("2026-05-12", Some("2026-05-12"));
        check(" 2026/5/2 ", Some("2026-05-02"));
        check("2026-05-12 14:30 UTC", Some("2026-05-12"));
        check("2026-05-12T14:30Z", Some("2026-05-12"));
        check("2026-05-12 (drill)", Some("2026-05-12"));
        check("12 May 2026", Some("2026-05-12"));
        check("12-Sep-2026", Some("2026-09-12"));
        check("May 12, 2026", Some("2026-05-12"));
        check("Sept. 3rd, 2026", Some("2026-09-03"));
        check("05/06/2026", None);
        check("2026-13-01", None);
        check("2026-02-30", None);
        check("2026-05-123", None);
        check("2026-05/12", None);
        check("last Tuesday", None);
        check("Mayor 12, 2026", None);
    }
}
