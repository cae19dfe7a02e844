//! How often runbooks and their steps were opened: counted up, added together, put aside by day.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::event::{Opened, UsageCounted};
use super::id::{RunbookId, StepId};

/// How many different pages and steps are counted for one node and day. What would be one more is
/// not counted: an entry's body has a limit, and a ranking is about what is opened often.
pub const MOST_PLACES: usize = 4000;

/// A runbook's page, or one of its steps.
type Place = (RunbookId, Option<StepId>);

/// How often, and how many of these times from an alert.
type Times = (u32, u32);

/// What was opened, by node and day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally(BTreeMap<(NaiveDate, String), BTreeMap<Place, Times>>);

impl Tally {
    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Counts one opening.
    pub fn opened(&mut self, node: &str, day: NaiveDate, at: Place, from_alert: bool) {
        self.add(node, day, at, (1, u32::from(from_alert)));
    }

    /// Adds what another tally counted.
    pub fn merge(&mut self, other: Self) {
        for counted in other.into_counted() {
            self.add_counted(counted);
        }
    }

    /// Adds what was counted and kept.
    pub fn add_counted(&mut self, counted: UsageCounted) {
        let UsageCounted { node, day, opened } = counted;
        for Opened { runbook, step, times, from_alerts } in opened {
            self.add(&node, day, (runbook, step), (times, from_alerts));
        }
    }

    fn add(&mut self, node: &str, day: NaiveDate, at: Place, (times, from_alerts): Times) {
        let places = self.0.entry((day, node.to_owned())).or_default();
        if places.len() >= MOST_PLACES && !places.contains_key(&at) {
            return;
        }
        let known = places.entry(at).or_default();
        known.0 = known.0.saturating_add(times);
        known.1 = known.1.saturating_add(from_alerts);
    }

    /// Takes out the days before one.
    #[must_use]
    pub fn split_before(&mut self, day: NaiveDate) -> Self {
        let rest = self.0.split_off(&(day, String::new()));
        Self(std::mem::replace(&mut self.0, rest))
    }

    /// One body a node and day, in order.
    pub fn into_counted(self) -> Vec<UsageCounted> {
        let body =
            |((day, node), places): ((NaiveDate, String), BTreeMap<Place, Times>)| {
                let opened = places.into_iter().map(|((runbook, step), (times, from_alerts))| {
                    Opened { runbook, step, times, from_alerts }
                });
                UsageCounted { node, day, opened: opened.collect() }
            };
        self.0.into_iter().map(body).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn at(runbook: &str, step: Option<&str>) -> Place {
        (runbook.into(), step.map(StepId::from))
    }

    #[test]
    fn what_was_opened_is_added_up_by_node_day_and_place() {
        let (first, second) = (day("2026-06-01"), day("2026-06-02"));
        let mut tally = Tally::default();
        assert!(tally.is_empty());
        tally.opened("b", first, at("x", None), true);
        tally.opened("b", first, at("x", Some("3a")), false);
        tally.opened("a", second, at("x", None), false);
        let mut other = Tally::default();
        other.opened("b", first, at("x", None), false);
        other.opened("b", first, at("a", None), false);
        tally.merge(other);
        let opened = |runbook: &str, step: Option<&str>, times, from_alerts| Opened {
            runbook: runbook.into(),
            step: step.map(StepId::from),
            times,
            from_alerts,
        };
        let ended = tally.split_before(second);
        let expected = UsageCounted {
            node: "b".into(),
            day: first,
            opened: vec![
                opened("a", None, 1, 0),
                opened("x", None, 2, 1),
                opened("x", Some("3a"), 1, 0),
            ],
        };
        assert_eq!(ended.into_counted(), [expected]);
        let expected =
            UsageCounted { node: "a".into(), day: second, opened: vec![opened("x", None, 1, 0)] };
        assert_eq!(tally.clone().into_counted(), [expected]);
        let mut again = Tally::default();
        tally.clone().into_counted().into_iter().for_each(|it| again.add_counted(it));
        assert_eq!(again, tally);
    }

    #[test]
    fn there_is_a_most_of_places_and_what_is_known_goes_on_to_be_counted() {
        let (mut tally, on) = (Tally::default(), day("2026-06-01"));
        for number in 0..=MOST_PLACES {
            tally.opened("a", on, at(&format!("{number:05}"), None), false);
        }
        tally.opened("a", on, at("00000", None), false);
        let counted = tally.into_counted();
        assert_eq!(counted[0].opened.len(), MOST_PLACES);
        assert_eq!(counted[0].opened[0].times, 2);
    }
}
