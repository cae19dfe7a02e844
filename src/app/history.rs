//! What a runbook's exercises tell beside freshness: a picture of twelve months, and how long
//! it really takes.

use chrono::NaiveDate;

use crate::domain::exercise::{Exercise, ExerciseKind, Outcome};
use crate::render::calendar::{Mark, calendar, first_day};
use crate::text::count;
use crate::views::page::{CalendarView, TookView};

/// The last twelve months of a runbook; nothing where it was never exercised at all.
pub(super) fn twelve_months(exercises: &[Exercise], today: NaiveDate) -> Option<CalendarView> {
    let known: Vec<&Exercise> = exercises.iter().filter(|e| e.retracted.is_none()).collect();
    let first = first_day(today);
    let lately: Vec<&Exercise> =
        known.iter().copied().filter(|e| first <= e.date && e.date <= today).collect();
    if known.is_empty() {
        return None;
    }
    let words = sentence(&lately);
    let marks: Vec<Mark> = lately
        .iter()
        .map(|exercise| Mark {
            date: exercise.date,
            outcome: exercise.outcome,
            words: words_of(exercise),
        })
        .collect();
    let svg = if marks.is_empty() {
        String::new()
    } else {
        calendar(today, &marks, &format!("Exercises from {first} to {today}"), &words)
    };
    let outcomes = lately.iter().map(|exercise| exercise.outcome);
    let has = |wanted: &[Outcome]| outcomes.clone().any(|outcome| wanted.contains(&outcome));
    Some(CalendarView {
        worked: has(&[Outcome::Worked]),
        failed: has(&[Outcome::Failed]),
        partial: has(&[Outcome::Partial]) || mixed_day(&lately),
        other: has(&[Outcome::NotUsed, Outcome::Unclear]),
        svg,
        words,
    })
}

/// On one day it worked and failed: that day is shown as partly.
fn mixed_day(exercises: &[&Exercise]) -> bool {
    let on = |date, outcome| exercises.iter().any(|e| e.date == date && e.outcome == outcome);
    let mut failed = exercises.iter().filter(|exercise| exercise.outcome == Outcome::Failed);
    failed.any(|exercise| on(exercise.date, Outcome::Worked))
}

/// "4 exercises in the last twelve months: 3 worked, 1 failed."
fn sentence(exercises: &[&Exercise]) -> String {
    if exercises.is_empty() {
        return "No exercise in the last twelve months.".to_owned();
    }
    let kinds = [
        (Outcome::Worked, "worked"),
        (Outcome::Partial, "worked partly"),
        (Outcome::Failed, "failed"),
        (Outcome::NotUsed, "did not use it"),
        (Outcome::Unclear, "unclear"),
    ];
    let parts: Vec<String> = kinds
        .into_iter()
        .map(|(outcome, word)| (exercises.iter().filter(|e| e.outcome == outcome).count(), word))
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{number} {word}"))
        .collect();
    let all = count(exercises.len(), "exercise", "exercises");
    format!("{all} in the last twelve months: {}.", parts.join(", "))
}

/// "worked by Step 3a, for Release shop, drill".
fn words_of(exercise: &Exercise) -> String {
    let mut words = exercise.outcome.to_string();
    if !exercise.resolved_by.is_empty() && exercise.resolved_by != words {
        words.push_str(&format!(" by {}", exercise.resolved_by));
    }
    for (name, value) in exercise.context.iter().filter(|(_, value)| !value.is_empty()) {
        words.push_str(&format!(", {name} {value}"));
    }
    if exercise.kind != ExerciseKind::Incident {
        words.push_str(&format!(", {}", exercise.kind.as_str()));
    }
    words
}

/// The median of the times that exercises really took, of those that mended something; nothing
/// where none says.
pub(super) fn took(exercises: &[Exercise], today: NaiveDate) -> Option<TookView> {
    let minutes: Vec<u32> = exercises
        .iter()
        .filter(|exercise| exercise.retracted.is_none() && exercise.date <= today)
        .filter(|exercise| exercise.kind != ExerciseKind::Tabletop)
        .filter(|exercise| matches!(exercise.outcome, Outcome::Worked | Outcome::Partial))
        .filter_map(|exercise| exercise.minutes)
        .collect();
    let uses = minutes.len();
    let seconds = minutes.into_iter().map(|minutes| minutes.saturating_mul(60));
    Some(TookView { median_s: median(seconds.collect())?, uses })
}

/// The middle of some numbers, or what lies between the two in the middle; nothing of none.
pub(super) fn median(mut numbers: Vec<u32>) -> Option<u32> {
    numbers.sort_unstable();
    let middle = numbers.len() / 2;
    let upper = *numbers.get(middle)?;
    if !numbers.len().is_multiple_of(2) {
        return Some(upper);
    }
    Some(numbers[middle - 1].midpoint(upper))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::actor::Actor;
    use crate::domain::entry::Timestamp;
    use crate::domain::exercise::Source;
    use crate::domain::id::{EntryId, RunbookId};

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn exercise(date: &str, outcome: Outcome, minutes: Option<u32>) -> Exercise {
        Exercise {
            id: EntryId::at(0, [0; 10]),
            version: EntryId::at(0, [0; 10]),
            runbook: RunbookId::new("x"),
            kind: ExerciseKind::Incident,
            date: day(date),
            outcome,
            steps: Vec::new(),
            context: vec![("Release".into(), "shop".into()), ("Region".into(), String::new())],
            resolved_by: "Step 2a".into(),
            notes: String::new(),
            minutes,
            incident: None,
            actor: Actor::scan(),
            recorded_at: Timestamp(0),
            source: Source::Ledger,
            row: None,
            text: None,
            pending: false,
            row_removed: false,
            retracted: None,
            conflict: false,
            order: 0,
            prints: None,
        }
    }

    #[test]
    fn the_real_time_is_the_median_of_what_mended_something() {
        use Outcome::{Failed, Partial, Worked};
        let today = day("2026-06-01");
        let median = |all: &[(Outcome, Option<u32>)]| {
            let all: Vec<_> = all.iter().map(|(o, m)| exercise("2026-05-01", *o, *m)).collect();
            took(&all, today).map(|took| (took.median_s, took.uses))
        };
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[(Worked, None), (Failed, Some(90))]), None);
        assert_eq!(median(&[(Worked, Some(4))]), Some((240, 1)));
        assert_eq!(median(&[(Worked, Some(9)), (Partial, Some(4))]), Some((390, 2)));
        assert_eq!(
            median(&[(Worked, Some(9)), (Worked, Some(1)), (Worked, Some(2))]),
            Some((120, 3))
        );
        assert_eq!(median(&[(Worked, Some(u32::MAX))]), Some((u32::MAX, 1)));
    }

    #[test]
    fn what_a_tabletop_took_what_was_taken_back_and_what_is_to_come_does_not_count() {
        let mut tabletop = exercise("2026-05-01", Outcome::Worked, Some(5));
        tabletop.kind = ExerciseKind::Tabletop;
        let mut retracted = exercise("2026-05-01", Outcome::Worked, Some(5));
        retracted.retracted = Some("wrong".into());
        let later = exercise("2026-07-01", Outcome::Worked, Some(5));
        assert!(took(&[tabletop, retracted, later], day("2026-06-01")).is_none());
    }

    #[test]
    fn the_picture_says_in_words_what_it_shows_as_of_its_day() {
        use Outcome::{Failed, Worked};
        let all = [
            exercise("2025-06-01", Worked, None),
            exercise("2026-05-20", Failed, None),
            exercise("2026-05-20", Worked, None),
            exercise("2026-05-25", Worked, None),
        ];
        let view = twelve_months(&all, day("2026-05-22")).expect("a picture");
        assert_eq!(view.words, "3 exercises in the last twelve months: 2 worked, 1 failed.");
        assert!(
            view.svg.contains("2026-05-20: failed by Step 2a, Release shop; worked by Step 2a")
        );
        assert!(!view.svg.contains("2026-05-25:"), "{}", view.svg);
        assert!(view.partial && view.worked && view.failed && !view.other);
        let old = twelve_months(&all[..1], day("2026-06-01")).expect("a sentence");
        assert_eq!(
            (old.svg.as_str(), old.words.as_str()),
            ("", "No exercise in the last twelve months.")
        );
        assert!(twelve_months(&[], day("2026-06-01")).is_none());
    }
}
