//! Twelve months as a small picture: a column for each week, a mark on each day on which
//! something happened. What it was is told by the mark's shape as well as by its class.
//!
//! The picture has no style of its own: classes are coloured by the page, so that it follows
//! light, dark and paper.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{Datelike as _, Days, Months, NaiveDate};

use crate::domain::exercise::Outcome;
use crate::runbook::html::escape;

/// A week's width and a day's height.
const PITCH: i64 = 13;

/// Room for the names of the days, left, and of the months, above.
const LEFT: i64 = 30;
const TOP: i64 = 18;

/// Something that happened on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The day.
    pub date: NaiveDate,
    /// How it went.
    pub outcome: Outcome,
    /// What it was, in one line: said where the mark is pointed at, unless it is empty.
    pub words: String,
}

/// What a day looks like when everything of it is put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    Worked,
    Partial,
    Failed,
    Other,
}

impl Look {
    fn of(marks: &[&Mark]) -> Self {
        let has = |outcome| marks.iter().any(|mark| mark.outcome == outcome);
        let (worked, failed) = (has(Outcome::Worked), has(Outcome::Failed));
        match (worked, failed) {
            _ if has(Outcome::Partial) => Self::Partial,
            (true, true) => Self::Partial,
            (true, false) => Self::Worked,
            (false, true) => Self::Failed,
            (false, false) => Self::Other,
        }
    }

    /// The mark around a point: a disc with a tick, an octagon with a cross, a disc half full, a
    /// ring.
    fn draw(self, x: i64, y: i64) -> String {
        let tick = |path: &str| format!("<path class=\"cut\" d=\"M{x} {y}{path}\"/>");
        match self {
            Self::Worked => {
                format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"6\"/>{}", tick("m-3 0l2 2.5 4-5"))
            }
            Self::Failed => format!(
                "<path d=\"M{x} {y}m-2.5-6h5l3.5 3.5v5l-3.5 3.5h-5l-3.5-3.5v-5z\"/>{}",
                tick("m-2.5-2.5l5 5m0-5l-5 5")
            ),
            Self::Partial => format!(
                "<circle class=\"ring\" cx=\"{x}\" cy=\"{y}\" r=\"5\"/><path d=\"M{x} {y}m0-5a5 5 \
                 0 0 1 0 10z\"/>"
            ),
            Self::Other => format!("<circle class=\"ring\" cx=\"{x}\" cy=\"{y}\" r=\"4\"/>"),
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Self::Worked => "worked",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::Other => "other",
        }
    }
}

/// The picture of the twelve months that end with a day, that day included, as SVG; `title` and
/// `summary` are what it says to those who do not see it. Marks of other days are left out.
pub fn calendar(today: NaiveDate, marks: &[Mark], title: &str, summary: &str) -> String {
    let first = first_day(today);
    let since_monday = Days::new(u64::from(first.weekday().num_days_from_monday()));
    let monday = first.checked_sub_days(since_monday).unwrap_or(first);
    let weeks = (today - monday).num_days() / 7 + 1;
    let (width, height) = (LEFT + weeks * PITCH + 2, TOP + 7 * PITCH + 1);
    let mut svg = format!(
        "<svg class=\"calendar\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
         aria-labelledby=\"CalendarTitle CalendarWords\"><title id=\"CalendarTitle\">{}</title>\
         <desc id=\"CalendarWords\">{}</desc><defs><pattern id=\"CalendarDay\" x=\"{LEFT}\" \
         y=\"{TOP}\" width=\"{PITCH}\" height=\"{PITCH}\" patternUnits=\"userSpaceOnUse\"><rect \
         class=\"day\" x=\"1\" y=\"1\" width=\"11\" height=\"11\" rx=\"2\"/></pattern></defs>",
        escape(title),
        escape(summary)
    );
    for (row, name) in [(0, "Mon"), (2, "Wed"), (4, "Fri")] {
        label(&mut svg, 0, TOP + row * PITCH + 10, name);
    }
    months(&mut svg, first, monday, today);
    let (start, end) = (place(first, monday), place(today, monday));
    let (left, right) = (LEFT + start.0 * PITCH, LEFT + (end.0 + 1) * PITCH);
    let (from, to) = (TOP + start.1 * PITCH, TOP + (end.1 + 1) * PITCH);
    let (inner, last, bottom) = (left + PITCH, right - PITCH, TOP + 7 * PITCH);
    // The days outside the twelve months are cut off the first and the last week.
    write(
        &mut svg,
        &format!(
            "<path class=\"days\" fill=\"url(#CalendarDay)\" d=\"M{left} {from}H{inner}V{TOP}\
             H{right}V{to}H{last}V{bottom}H{left}z\"/>"
        ),
    );
    let mut days: BTreeMap<NaiveDate, Vec<&Mark>> = BTreeMap::new();
    for mark in marks.iter().filter(|mark| first <= mark.date && mark.date <= today) {
        days.entry(mark.date).or_default().push(mark);
    }
    for (date, marks) in &days {
        let (week, row) = place(*date, monday);
        let (x, y) = (LEFT + week * PITCH + PITCH / 2, TOP + row * PITCH + PITCH / 2);
        let look = Look::of(marks);
        let words: Vec<&str> = marks.iter().map(|mark| mark.words.as_str()).collect();
        let words = escape(&words.join("; "));
        let told = match words.is_empty() {
            true => String::new(),
            false => format!("<title>{date}: {words}</title>"),
        };
        let (class, drawn) = (look.class(), look.draw(x, y));
        write(&mut svg, &format!("<g class=\"{class}\">{told}{drawn}</g>"));
    }
    svg.push_str("</svg>");
    svg
}

/// The first of the twelve months' days: the day after the same day a year ago.
pub fn first_day(today: NaiveDate) -> NaiveDate {
    let year_ago = today.checked_sub_months(Months::new(12)).unwrap_or(today);
    year_ago.succ_opt().filter(|day| *day <= today).unwrap_or(today)
}

/// The week and the day of it, from 0.
fn place(date: NaiveDate, monday: NaiveDate) -> (i64, i64) {
    let days = (date - monday).num_days();
    (days / 7, days % 7)
}

/// A month is named above the week of its first day.
fn months(svg: &mut String, first: NaiveDate, monday: NaiveDate, today: NaiveDate) {
    let mut month = first.with_day(1).unwrap_or(first);
    while month <= today {
        if month >= first {
            let (week, _) = place(month, monday);
            label(svg, LEFT + week * PITCH, TOP - 6, &month.format("%b").to_string());
        }
        match month.checked_add_months(Months::new(1)) {
            Some(next) => month = next,
            None => break,
        }
    }
}

fn label(svg: &mut String, x: i64, y: i64, words: &str) {
    write(svg, &format!("<text x=\"{x}\" y=\"{y}\">{words}</text>"));
}

fn write(svg: &mut String, piece: &str) {
    // Writing into a string cannot fail.
    let _ = svg.write_str(piece);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn mark(date: &str, outcome: Outcome) -> Mark {
        Mark { date: day(date), outcome, words: outcome.to_string() }
    }

    fn drawn(today: &str, marks: &[Mark]) -> String {
        calendar(day(today), marks, "A year", "Words")
    }

    /// The place of the only mark: its week and its day, from 0.
    fn spot(today: &str, date: &str) -> Option<(i64, i64)> {
        let svg = drawn(today, &[mark(date, Outcome::Worked)]);
        let number = |name: &str| -> i64 {
            let rest = svg.split(&format!("<circle {name}")).nth(1).unwrap();
            rest.split('"').nth(1).unwrap().parse().unwrap()
        };
        svg.contains("<circle").then(|| {
            let y: i64 =
                svg.split(" cy=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap();
            ((number("cx=") - LEFT) / PITCH, (y - TOP) / PITCH)
        })
    }

    #[test]
    fn twelve_months_end_with_the_day_and_leave_the_day_a_year_ago_out() {
        let check = |today: &str, first: &str| assert_eq!(first_day(day(today)), day(first));
        check("2026-11-21", "2025-11-22");
        check("2024-02-29", "2023-03-01");
        check("2025-02-28", "2024-02-29");
        check("2024-12-31", "2024-01-01");
        assert_eq!(spot("2026-11-21", "2025-11-21"), None);
        assert_eq!(spot("2026-11-21", "2026-11-22"), None);
    }

    #[test]
    fn a_day_stands_in_the_column_of_its_week_and_the_row_of_its_weekday() {
        // A Saturday ends the picture; the year before, it began with a Saturday too.
        assert_eq!(spot("2026-11-21", "2026-11-21"), Some((52, 5)));
        assert_eq!(spot("2026-11-21", "2025-11-22"), Some((0, 5)));
        assert_eq!(spot("2026-11-21", "2025-11-24"), Some((1, 0)));
        // A leap day is a day like any other: the Thursday after Wednesday the 28th.
        assert_eq!(spot("2024-06-30", "2024-02-28").map(|place| place.1), Some(2));
        assert_eq!(spot("2024-06-30", "2024-02-29").map(|place| place.1), Some(3));
        assert_eq!(spot("2024-06-30", "2024-03-01").map(|place| place.1), Some(4));
    }

    #[test]
    fn any_day_can_end_it() {
        for offset in 0..800 {
            let today = day("2023-01-01") + Days::new(offset);
            let marks = [mark(&first_day(today).to_string(), Outcome::Worked)];
            let svg = calendar(today, &marks, "t", "s");
            assert!(svg.contains("<circle"), "{today}");
            let width: i64 = svg
                .split("viewBox=\"0 0 ")
                .nth(1)
                .unwrap()
                .split(' ')
                .next()
                .unwrap()
                .parse()
                .unwrap();
            assert!((53..=54).contains(&((width - LEFT) / PITCH)), "{today}");
        }
    }

    #[test]
    fn exercises_of_one_day_are_one_mark() {
        use Outcome::{Failed, NotUsed, Partial, Unclear, Worked};
        let check = |outcomes: &[Outcome], class: &str| {
            let marks: Vec<Mark> = outcomes.iter().map(|one| mark("2026-05-20", *one)).collect();
            let svg = drawn("2026-06-01", &marks);
            assert_eq!(svg.matches("<g class=").count(), 1);
            assert!(svg.contains(&format!("<g class=\"{class}\">")), "{outcomes:?}");
        };
        check(&[Worked, Worked], "worked");
        check(&[Failed], "failed");
        check(&[Failed, Worked], "partial");
        check(&[Partial, Failed], "partial");
        check(&[NotUsed, Unclear], "other");
        check(&[NotUsed, Worked], "worked");
        let both = [mark("2026-05-20", Failed), mark("2026-05-20", Worked)];
        let words = "<title>2026-05-20: failed; worked</title>";
        assert!(drawn("2026-06-01", &both).contains(words));
    }

    #[test]
    fn states_differ_in_shape_and_no_word_of_a_person_is_markup() {
        let shapes: Vec<String> = [Look::Worked, Look::Partial, Look::Failed, Look::Other]
            .map(|look| look.draw(10, 10))
            .into();
        for (at, shape) in shapes.iter().enumerate() {
            assert!(!shapes[at + 1..].contains(shape));
        }
        let hostile = Mark { words: "<script>".to_owned(), ..mark("2026-05-20", Outcome::Worked) };
        let svg = calendar(day("2026-06-01"), &[hostile], "<b>", "\"&");
        assert!(!svg.contains("<script>") && !svg.contains("<b>") && !svg.contains("style="));
    }
}
