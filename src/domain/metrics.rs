//! Figures over many incidents: how long it took to notice, to answer, to mitigate, to resolve, and
//! what came back.
//!
//! A quantile is read by linear interpolation between the two nearest of the sorted values, at
//! position `(n − 1) · q` counted from 0. So the median of an even number is the mean of the two in
//! the middle, and the 90th percentile of a few lies near the largest.

use std::collections::{BTreeMap, BTreeSet};

use super::entry::Timestamp;
use super::incident::{Moment, TimeName, Times};

/// A span that is measured, by the two times between which it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// From the start until somebody or something noticed.
    Detect,
    /// From there until somebody took it on.
    Acknowledge,
    /// From detection until it hurt nobody any more.
    Mitigate,
    /// From detection until it was over.
    Resolve,
    /// From the start until it hurt nobody any more.
    Impact,
}

impl Measure {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 5] =
        [Self::Detect, Self::Acknowledge, Self::Mitigate, Self::Resolve, Self::Impact];

    /// The word used in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Detect => "detect",
            Self::Acknowledge => "acknowledge",
            Self::Mitigate => "mitigate",
            Self::Resolve => "resolve",
            Self::Impact => "impact",
        }
    }

    /// The times at its two ends.
    pub const fn ends(self) -> (TimeName, TimeName) {
        match self {
            Self::Detect => (TimeName::Started, TimeName::Detected),
            Self::Acknowledge => (TimeName::Detected, TimeName::Acknowledged),
            Self::Mitigate => (TimeName::Detected, TimeName::Mitigated),
            Self::Resolve => (TimeName::Detected, TimeName::Resolved),
            Self::Impact => (TimeName::Started, TimeName::Mitigated),
        }
    }
}

/// What the figures need to know of an incident.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Case {
    /// What people call it.
    pub label: String,
    /// The five times.
    pub times: Times,
    /// When it belongs to: its first known time.
    pub at: Timestamp,
    /// The services hit.
    pub services: Vec<String>,
    /// What was seen, in the team's words; empty where nobody said.
    pub symptom: String,
    /// The runbooks used.
    pub runbooks: Vec<String>,
}

/// How minutes are counted between two moments.
pub type Minutes<'a> = &'a dyn Fn(Timestamp, Timestamp) -> i64;

/// Whole minutes at any hour between two moments as they are told, to the minute: from 14:03 to
/// 14:42 are 39 of them, whatever seconds nobody sees.
pub const fn plain_minutes(from: Timestamp, to: Timestamp) -> i64 {
    const MINUTE: i64 = 60_000;
    to.0.div_euclid(MINUTE) - from.0.div_euclid(MINUTE)
}

/// What a measure comes to over some incidents.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    /// The lengths, sorted.
    pub minutes: Vec<i64>,
    /// Incidents of which an end is not known.
    pub missing: usize,
    /// Incidents that have no such end, or whose ends are in the wrong order.
    pub not_applicable: usize,
}

impl Figures {
    /// Measures incidents.
    pub fn of<'a>(
        measure: Measure,
        cases: impl IntoIterator<Item = &'a Case>,
        minutes: Minutes<'_>,
    ) -> Self {
        let mut figures = Self::default();
        let (from, to) = measure.ends();
        for case in cases {
            match case.times.get(from) {
                Moment::At(from) => figures.count(from, case.times.get(to), minutes),
                Moment::Unknown if case.times.get(to) != Moment::NotApplicable => {
                    figures.missing += 1;
                }
                Moment::Unknown | Moment::NotApplicable => figures.not_applicable += 1,
            }
        }
        figures.sorted()
    }

    /// Counts one more, from a moment to what is known of its end.
    pub fn count(&mut self, from: Timestamp, to: Moment, minutes: Minutes<'_>) {
        match to {
            Moment::At(to) if from <= to => self.minutes.push(minutes(from, to)),
            Moment::Unknown => self.missing += 1,
            Moment::At(_) | Moment::NotApplicable => self.not_applicable += 1,
        }
    }

    /// The same with its lengths in order, as the figures need them.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        self.minutes.sort_unstable();
        self
    }

    /// How many incidents have both ends.
    pub fn n(&self) -> usize {
        self.minutes.len()
    }

    /// The minutes that so many tenths of the incidents do not exceed, in tenths of a minute.
    fn tenths_at(&self, tenths: usize) -> Option<i64> {
        let last = self.minutes.len().checked_sub(1)?;
        let (below, part) = (last * tenths / 10, i64::try_from(last * tenths % 10).ok()?);
        let low = self.minutes[below];
        let high = self.minutes[last.min(below + 1)];
        Some(low * 10 + (high - low) * part)
    }

    /// The median, in minutes, to a tenth.
    pub fn median(&self) -> Option<f64> {
        self.tenths_at(5).map(of_tenths)
    }

    /// The 90th percentile, in minutes, to a tenth.
    pub fn p90(&self) -> Option<f64> {
        self.tenths_at(9).map(of_tenths)
    }

    /// The mean, in minutes, to a tenth; only where there are [`ENOUGH`] or it is asked for, since
    /// one long night decides the mean of a few.
    pub fn mean(&self, asked: bool) -> Option<f64> {
        let n = i64::try_from(self.n()).ok().filter(|n| *n > 0)?;
        let sum: i64 = self.minutes.iter().sum();
        let rounded = (sum * 20 + n).div_euclid(2 * n);
        (asked || self.n() >= ENOUGH).then(|| of_tenths(rounded))
    }
}

/// From how many incidents on a mean says something.
pub const ENOUGH: usize = 10;

#[expect(clippy::cast_precision_loss, reason = "minutes of incidents are far below 2^52")]
fn of_tenths(tenths: i64) -> f64 {
    tenths as f64 / 10.0
}

/// Within how many days something has come back.
pub const RECURRENCE_DAYS: i64 = 30;

/// Why an incident counts as one that came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recurrence {
    /// The incident.
    pub label: String,
    /// The latest one before it to which it is alike.
    pub before: String,
    /// Full days between them.
    pub days: i64,
    /// The runbook that both needed.
    pub runbook: Option<String>,
    /// The service and symptom that both had.
    pub service_and_symptom: Option<(String, String)>,
}

/// The incidents that came back: another within 30 days before used the same runbook, or hit the
/// same service with the same symptom. Each is told once, beside the latest such one; the oldest
/// comes first.
pub fn recurrences(cases: &[Case]) -> Vec<Recurrence> {
    let mut sorted: Vec<&Case> = cases.iter().collect();
    sorted.sort_by(|a, b| (a.at, &a.label).cmp(&(b.at, &b.label)));
    // The latest incident of each runbook, and of each service with a symptom.
    let mut seen: BTreeMap<(bool, String, String), &Case> = BTreeMap::new();
    let mut found = Vec::new();
    for case in sorted {
        let keys = keys(case);
        let alike = keys.iter().filter_map(|key| Some((key, *seen.get(key)?)));
        let latest = alike.max_by(|(a, first), (b, second)| {
            (first.at, &first.label, a).cmp(&(second.at, &second.label, b))
        });
        if let Some(((is_runbook, name, symptom), before)) = latest {
            let days = case.at.0.saturating_sub(before.at.0) / 86_400_000;
            let within = case.at.0.saturating_sub(before.at.0) <= RECURRENCE_DAYS * 86_400_000;
            if within {
                found.push(Recurrence {
                    label: case.label.clone(),
                    before: before.label.clone(),
                    days,
                    runbook: is_runbook.then(|| name.clone()),
                    service_and_symptom: (!is_runbook).then(|| (name.clone(), symptom.clone())),
                });
            }
        }
        seen.extend(keys.into_iter().map(|key| (key, case)));
    }
    found
}

fn keys(case: &Case) -> BTreeSet<(bool, String, String)> {
    let runbooks = case.runbooks.iter().map(|runbook| (true, runbook.clone(), String::new()));
    let symptom = case.symptom.trim().to_lowercase();
    let services = case.services.iter().filter(|_| !symptom.is_empty());
    runbooks.chain(services.map(|service| (false, service.clone(), symptom.clone()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIN: i64 = 60_000;
    const DAY: i64 = 24 * 60 * MIN;

    fn case(label: &str, at: i64, told: &[(TimeName, i64)]) -> Case {
        let mut times = Times::default();
        for (name, minutes) in told {
            times.set(*name, Moment::At(Timestamp(at + minutes * MIN)));
        }
        Case { label: label.to_owned(), at: Timestamp(at), times, ..Case::default() }
    }

    fn figures(minutes: &[i64]) -> Figures {
        let cases: Vec<Case> = minutes
            .iter()
            .map(|m| case("a", 0, &[(TimeName::Detected, 0), (TimeName::Resolved, *m)]))
            .collect();
        Figures::of(Measure::Resolve, &cases, &plain_minutes)
    }

    #[test]
    fn quantiles_are_interpolated_and_the_mean_needs_ten() {
        let check = |minutes: &[i64], median, p90, mean| {
            let found = figures(minutes);
            assert_eq!((found.median(), found.p90(), found.mean(false)), (median, p90, mean));
            assert_eq!(found.n(), minutes.len());
        };
        check(&[], None, None, None);
        check(&[39], Some(39.0), Some(39.0), None);
        check(&[40, 10], Some(25.0), Some(37.0), None);
        check(&[1, 2, 4, 9], Some(3.0), Some(7.5), None);
        check(&[1, 2], Some(1.5), Some(1.9), None);
        let ten: Vec<i64> = (1..=10).rev().collect();
        check(&ten, Some(5.5), Some(9.1), Some(5.5));
        assert_eq!(figures(&[1, 1, 2]).mean(true), Some(1.3));
        assert_eq!(figures(&[]).mean(true), None);
    }

    #[test]
    fn each_measure_lies_between_its_own_ends() {
        use TimeName::{Acknowledged, Detected, Mitigated, Resolved, Started};
        let told = [(Started, 0), (Detected, 1), (Acknowledged, 3), (Mitigated, 7), (Resolved, 15)];
        let cases = [case("a", 0, &told)];
        let minutes = |measure| Figures::of(measure, &cases, &plain_minutes).minutes;
        let found: Vec<Vec<i64>> = Measure::ALL.into_iter().map(minutes).collect();
        assert_eq!(found, [[1], [2], [6], [14], [7]]);
    }

    #[test]
    fn what_lacks_an_end_is_counted_and_never_guessed() {
        use TimeName::{Detected, Resolved};
        let mut never = case("c", 0, &[(Detected, 0)]);
        never.times.set(Resolved, Moment::NotApplicable);
        let cases = [
            case("a", 0, &[(Detected, 0), (Resolved, 5)]),
            case("b", 0, &[(Detected, 0)]),
            never,
            case("d", 0, &[(Detected, 5), (Resolved, 0)]),
        ];
        let found = Figures::of(Measure::Resolve, &cases, &plain_minutes);
        assert_eq!((found.n(), found.missing, found.not_applicable), (1, 1, 2));
        let found = Figures::of(Measure::Acknowledge, &cases, &plain_minutes);
        assert_eq!((found.n(), found.missing, found.not_applicable), (0, 4, 0));
    }

    #[test]
    fn minutes_can_be_counted_in_another_way() {
        let cases = [case("a", 0, &[(TimeName::Detected, 0), (TimeName::Resolved, 90)])];
        let half = |from: Timestamp, to: Timestamp| plain_minutes(from, to) / 2;
        assert_eq!(Figures::of(Measure::Resolve, &cases, &half).minutes, [45]);
    }

    #[test]
    fn what_comes_back_within_thirty_days_is_told_once() {
        let with =
            |label: &str, day: i64, runbooks: &[&str], services: &[&str], symptom: &str| Case {
                runbooks: runbooks.iter().map(|&name| name.to_owned()).collect(),
                services: services.iter().map(|&name| name.to_owned()).collect(),
                symptom: symptom.to_owned(),
                ..case(label, day * DAY, &[])
            };
        let cases = [
            with("d", 62, &["helm"], &["shop"], ""),
            with("a", 0, &["helm"], &["shop"], "5xx"),
            with("b", 30, &["helm", "dns"], &["shop"], " 5XX"),
            with("c", 31, &[], &["shop"], "5xx"),
            with("e", 62, &[], &["shop"], ""),
            with("f", 63, &["dns"], &["cart"], "5xx"),
        ];
        let found: Vec<String> = recurrences(&cases)
            .into_iter()
            .map(|it| {
                let shared = it.runbook.unwrap_or_else(|| {
                    let (service, symptom) = it.service_and_symptom.unwrap();
                    format!("{service} {symptom}")
                });
                format!("{} after {} by {} d: {shared}", it.label, it.before, it.days)
            })
            .collect();
        // `d` is 32 days after `b`, and `f` 33.
        assert_eq!(found, ["b after a by 30 d: helm", "c after b by 1 d: shop 5xx"]);
    }
}
