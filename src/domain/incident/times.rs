//! The five times of an incident: what is known of each, in which order they can be, and what
//! lies between them.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::super::entry::Timestamp;

/// One of the five times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimeName {
    /// It began to hurt.
    Started,
    /// Somebody or something noticed.
    Detected,
    /// Somebody took it on.
    Acknowledged,
    /// It hurt nobody any more.
    Mitigated,
    /// It was over.
    Resolved,
}

impl TimeName {
    /// All of them, in their usual order.
    pub const ALL: [Self; 5] =
        [Self::Started, Self::Detected, Self::Acknowledged, Self::Mitigated, Self::Resolved];

    /// The word used in commands and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Detected => "detected",
            Self::Acknowledged => "acknowledged",
            Self::Mitigated => "mitigated",
            Self::Resolved => "resolved",
        }
    }

    /// Reads a word; none if it is no time's name.
    pub fn parse(word: &str) -> Option<Self> {
        let word = word.trim().to_lowercase();
        Self::ALL.into_iter().find(|name| name.as_str() == word)
    }
}

impl fmt::Display for TimeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is known of a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Moment {
    /// It is not known yet.
    #[default]
    Unknown,
    /// There is no such time: nobody was hurt, so nothing was mitigated.
    NotApplicable,
    /// Then.
    At(Timestamp),
}

impl Moment {
    /// The moment, if it is known.
    pub const fn known(self) -> Option<Timestamp> {
        match self {
            Self::At(at) => Some(at),
            Self::Unknown | Self::NotApplicable => None,
        }
    }
}

/// A time as somebody told it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeTold {
    /// What is known.
    pub moment: Moment,
    /// Where it is known from: `opening`, `status`, `said`, a dashboard, `report.md:12`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// Why it was changed; may be empty where it was told for the first time.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// The five times without where they come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times([Moment; 5]);

/// Two times that cannot be in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{later} before it was {earlier}")]
pub struct OutOfOrder {
    /// The one that has to be first, or at the same moment.
    pub earlier: TimeName,
    /// The one that was said to be before it.
    pub later: TimeName,
}

/// The lengths between the times in milliseconds; none where an end is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Durations {
    /// From started to detected.
    pub detect: Option<i64>,
    /// From detected to acknowledged.
    pub acknowledge: Option<i64>,
    /// From detected to mitigated.
    pub mitigate: Option<i64>,
    /// From detected to resolved.
    pub resolve: Option<i64>,
    /// From started to mitigated.
    pub impact: Option<i64>,
}

impl Times {
    /// What can only be in one order. Whether somebody acknowledged it before it was mitigated
    /// is not among it: some things heal before anyone comes.
    pub const ORDERS: [(TimeName, TimeName); 8] = [
        (TimeName::Started, TimeName::Detected),
        (TimeName::Started, TimeName::Acknowledged),
        (TimeName::Started, TimeName::Mitigated),
        (TimeName::Started, TimeName::Resolved),
        (TimeName::Detected, TimeName::Acknowledged),
        (TimeName::Detected, TimeName::Mitigated),
        (TimeName::Detected, TimeName::Resolved),
        (TimeName::Mitigated, TimeName::Resolved),
    ];

    /// What is known of one.
    pub const fn get(&self, name: TimeName) -> Moment {
        self.0[name as usize]
    }

    /// The moment of one, if it is known.
    pub const fn known(&self, name: TimeName) -> Option<Timestamp> {
        self.get(name).known()
    }

    /// Tells one.
    pub const fn set(&mut self, name: TimeName, moment: Moment) {
        self.0[name as usize] = moment;
    }

    /// Whether those that are `told` can be so, beside each other and all others.
    ///
    /// # Errors
    /// The first two that cannot.
    pub fn check(&self, told: &[TimeName]) -> Result<(), OutOfOrder> {
        let wrong = Self::ORDERS.into_iter().find(|(earlier, later)| {
            (told.contains(earlier) || told.contains(later))
                && matches!((self.known(*earlier), self.known(*later)), (Some(a), Some(b)) if b < a)
        });
        match wrong {
            Some((earlier, later)) => Err(OutOfOrder { earlier, later }),
            None => Ok(()),
        }
    }

    /// What lies between them. A length that would be negative is none.
    pub fn durations(&self) -> Durations {
        use TimeName::{Acknowledged, Detected, Mitigated, Resolved, Started};
        let between = |from, to| {
            let (Timestamp(from), Timestamp(to)) = (self.known(from)?, self.known(to)?);
            to.checked_sub(from).filter(|length| *length >= 0)
        };
        Durations {
            detect: between(Started, Detected),
            acknowledge: between(Detected, Acknowledged),
            mitigate: between(Detected, Mitigated),
            resolve: between(Detected, Resolved),
            impact: between(Started, Mitigated),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use TimeName::{Acknowledged, Detected, Mitigated, Resolved, Started};

    fn times(told: &[(TimeName, i64)]) -> Times {
        let mut times = Times::default();
        for (name, at) in told {
            times.set(*name, Moment::At(Timestamp(*at)));
        }
        times
    }

    #[test]
    fn impossible_orders_are_named() {
        let check = |told: &[(TimeName, i64)], expected: Option<(TimeName, TimeName)>| {
            let wrong = times(told).check(&TimeName::ALL).err().map(|it| (it.earlier, it.later));
            assert_eq!(wrong, expected, "{told:?}");
        };
        check(&[], None);
        check(&[(Started, 5), (Detected, 5), (Resolved, 5)], None);
        check(&[(Started, 5), (Resolved, 4)], Some((Started, Resolved)));
        check(&[(Mitigated, 5), (Resolved, 4)], Some((Mitigated, Resolved)));
        check(&[(Detected, 5), (Acknowledged, 4)], Some((Detected, Acknowledged)));
        check(&[(Detected, 1), (Mitigated, 2), (Acknowledged, 3)], None);
        let wrong = times(&[(Started, 5), (Detected, 4), (Resolved, 6)]);
        assert_eq!(wrong.check(&[Resolved]), Ok(()), "what was wrong before is not its fault");
        assert!(wrong.check(&[Detected]).is_err() && wrong.check(&[Started]).is_err());
    }

    #[test]
    fn what_does_not_apply_is_no_end_of_anything() {
        let mut all = times(&[(Started, 0), (Detected, 60_000), (Resolved, 180_000)]);
        all.set(Mitigated, Moment::NotApplicable);
        assert_eq!(all.check(&TimeName::ALL), Ok(()));
        let durations = all.durations();
        assert_eq!((durations.detect, durations.resolve), (Some(60_000), Some(120_000)));
        assert_eq!(
            (durations.mitigate, durations.impact, durations.acknowledge),
            (None, None, None)
        );
    }

    #[test]
    fn a_moment_is_told_apart_in_json() {
        let json = |moment: Moment| serde_json::to_string(&moment).expect("JSON");
        assert_eq!(json(Moment::Unknown), "\"unknown\"");
        assert_eq!(json(Moment::NotApplicable), "\"not-applicable\"");
        assert_eq!(json(Moment::At(Timestamp(5))), "{\"at\":5}");
        for name in TimeName::ALL {
            assert_eq!(serde_json::to_value(name).expect("a word"), name.as_str());
            assert_eq!(TimeName::parse(name.as_str()), Some(name));
        }
    }
}
