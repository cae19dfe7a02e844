//! How much a runbook would hurt if it were needed tonight, as points with their reasons.
//!
//! The scale is small on purpose, so that a reader can add it up: nothing weighs more than five,
//! and every point says in words what it is for.

use serde::Serialize;

use crate::domain::fingerprint::Edited;
use crate::domain::incident::Severity;
use crate::text::count;

/// How far back incidents are counted.
pub const INCIDENT_DAYS: u64 = 365;

/// How far back it is counted how often alerts led there.
pub const ALERT_DAYS: u64 = 90;

/// One point for each begun quarter of its limit that it is overdue, up to this many.
const MOST_OVERDUE: i64 = 5;

/// One point for each incident it was used in, up to this many.
const MOST_INCIDENTS: usize = 3;

/// One point for each begun five times that an alert led to it, up to three points: as much as
/// incidents at most, for an alert may be noise where an incident was none.
const TIMES_A_POINT: u64 = 5;
const MOST_ALERTS: u64 = 3;

/// What a step that fails weighs, and a runbook that never worked.
const FAILING: u32 = 3;
const NEVER: u32 = 2;

/// What is known of a runbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Days past its limit; none or 0 while it is not stale.
    pub overdue_days: Option<i64>,
    /// Its limit.
    pub limit_days: u32,
    /// What fails, in words (`step 3b`, `steps 1 and 2`); none where nothing does.
    pub failing: Option<String>,
    /// Several steps fail.
    pub several_fail: bool,
    /// It is not known to have ever worked.
    pub never: bool,
    /// In how many incidents of the last [`INCIDENT_DAYS`] days it was used.
    pub incidents: usize,
    /// How often it was opened from an alert in the last [`ALERT_DAYS`] days.
    pub from_alerts: u64,
    /// How bad the worst one was that it was used in, or that it says it is for, with the team's
    /// word for it.
    pub severity: Option<(Severity, String)>,
    /// Whether it was edited since it last worked.
    pub edited: Edited,
}

/// Some points and what they are for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Point {
    /// How many.
    pub points: u32,
    /// Why, in words.
    pub reason: String,
}

/// The points of a runbook, what weighs most first: many a reader stops after one or two.
pub fn risk(facts: &Facts) -> Vec<Point> {
    let mut points = Vec::new();
    let mut add = |many: u32, reason: String| {
        if many > 0 {
            points.push(Point { points: many, reason });
        }
    };
    if let Some(what) = &facts.failing {
        let has = if facts.several_fail { "have" } else { "has" };
        add(FAILING, format!("{what} failed and {has} not worked since"));
    }
    if let Some(days) = facts.overdue_days.filter(|days| *days > 0) {
        let days_words = count(usize::try_from(days).unwrap_or(usize::MAX), "day", "days");
        let reason = format!("{days_words} over its limit of {}", facts.limit_days);
        add(overdue_points(days, facts.limit_days), reason);
    }
    if facts.never {
        add(NEVER, "never exercised".to_owned());
    }
    let many = u32::try_from(facts.incidents.min(MOST_INCIDENTS)).unwrap_or(0);
    let incidents = count(facts.incidents, "incident", "incidents");
    add(many, format!("used in {incidents} of the last {INCIDENT_DAYS} days"));
    let many = facts.from_alerts.div_ceil(TIMES_A_POINT).min(MOST_ALERTS);
    let times = count(usize::try_from(facts.from_alerts).unwrap_or(usize::MAX), "time", "times");
    let reason = format!("opened from alerts {times} in {ALERT_DAYS} days");
    add(u32::try_from(many).unwrap_or(0), reason);
    if let Some((severity, label)) = &facts.severity {
        // The worst counts three, then two, one; what is less weighs nothing.
        add(3_u32.saturating_sub(u32::from(severity.rank())), format!("severity {label}"));
    }
    match facts.edited {
        Edited::Yes { commands: true, .. } => {
            add(2, "a command was edited since it last worked".to_owned());
        }
        Edited::Yes { .. } => add(1, "its wording was edited since it last worked".to_owned()),
        Edited::No | Edited::Unknown => {}
    }
    points.sort_by_key(|point| std::cmp::Reverse(point.points));
    points
}

/// All points together.
pub fn total(points: &[Point]) -> u32 {
    points.iter().map(|point| point.points).sum()
}

fn overdue_points(days: i64, limit: u32) -> u32 {
    let limit = i64::from(limit.max(1));
    let quarters = days.saturating_mul(4).saturating_add(limit - 1) / limit;
    u32::try_from(quarters.clamp(0, MOST_OVERDUE)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quiet() -> Facts {
        Facts {
            overdue_days: None,
            limit_days: 90,
            failing: None,
            several_fail: false,
            never: false,
            incidents: 0,
            from_alerts: 0,
            severity: None,
            edited: Edited::No,
        }
    }

    fn told(facts: &Facts) -> Vec<String> {
        risk(facts).iter().map(|it| format!("{} {}", it.points, it.reason)).collect()
    }

    #[test]
    fn each_begun_quarter_of_the_limit_is_a_point_and_five_are_the_most() {
        let check = |days, limit_days, expected: u32| {
            let facts = Facts { overdue_days: Some(days), limit_days, ..quiet() };
            assert_eq!(total(&risk(&facts)), expected, "{days} over {limit_days}");
        };
        check(0, 90, 0);
        check(1, 90, 1);
        check(22, 90, 1);
        check(23, 90, 2);
        check(45, 90, 2);
        check(46, 90, 3);
        check(90, 90, 4);
        check(91, 90, 5);
        check(9000, 90, 5);
        check(1, 1, 4);
        check(1, 0, 4);
    }

    #[test]
    fn each_begun_five_times_that_an_alert_led_there_is_a_point_and_three_are_the_most() {
        let check = |from_alerts, expected: u32| {
            let facts = Facts { from_alerts, ..quiet() };
            assert_eq!(total(&risk(&facts)), expected, "{from_alerts} times");
        };
        check(0, 0);
        check(1, 1);
        check(5, 1);
        check(6, 2);
        check(10, 2);
        check(11, 3);
        check(16, 3);
        check(u64::MAX, 3);
    }

    #[test]
    fn every_point_says_what_it_is_for() {
        let facts = Facts {
            overdue_days: Some(1),
            failing: Some("step 3b".to_owned()),
            incidents: 5,
            from_alerts: 6,
            severity: Severity::new(1).map(|it| (it, "SEV2".to_owned())),
            edited: Edited::Yes { commands: true, words: false },
            ..quiet()
        };
        let expected = [
            "3 step 3b failed and has not worked since",
            "3 used in 5 incidents of the last 365 days",
            "2 opened from alerts 6 times in 90 days",
            "2 severity SEV2",
            "2 a command was edited since it last worked",
            "1 1 day over its limit of 90",
        ];
        assert_eq!(told(&facts), expected);
        let failing = Some("steps 1 and 2".to_owned());
        let several = Facts { failing, several_fail: true, ..quiet() };
        assert_eq!(told(&several), ["3 steps 1 and 2 failed and have not worked since"]);
        let facts = Facts {
            never: true,
            incidents: 1,
            from_alerts: 1,
            edited: Edited::Yes { commands: false, words: true },
            ..quiet()
        };
        let expected = [
            "2 never exercised",
            "1 used in 1 incident of the last 365 days",
            "1 opened from alerts 1 time in 90 days",
            "1 its wording was edited since it last worked",
        ];
        assert_eq!(told(&facts), expected);
    }

    #[test]
    fn what_is_mild_or_not_known_weighs_nothing() {
        let facts = Facts {
            severity: Severity::new(3).map(|it| (it, "P3".to_owned())),
            edited: Edited::Unknown,
            ..quiet()
        };
        assert_eq!(risk(&facts), []);
    }
}
