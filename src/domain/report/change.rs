//! What changed between two days: how many were in a state, how many came into it and left it.

use serde::Serialize;

use crate::domain::freshness::Status;
use crate::text::count;

/// How a runbook stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// How old its last success is.
    pub status: Status,
    /// A step failed and has not worked since.
    pub failing: bool,
}

/// How many were in a state and are, who came and who left: `before + came - left == now`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// How many were in it.
    pub before: usize,
    /// How many are in it now.
    pub now: usize,
    /// How many came into it.
    pub came: usize,
    /// How many left it.
    pub left: usize,
}

impl Moved {
    fn count(&mut self, was: bool, is: bool) {
        self.before += usize::from(was);
        self.now += usize::from(is);
        self.came += usize::from(is && !was);
        self.left += usize::from(was && !is);
    }
}

/// What changed between two days. Both are judged by what is known today: a row that was added
/// since for an earlier day counts on both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Those that are stale.
    pub stale: Moved,
    /// Those of which a step fails.
    pub failing: Moved,
    /// Those that never worked.
    pub never: Moved,
}

impl Change {
    /// Counts runbooks by how they stood and how they stand.
    pub fn of(pairs: impl IntoIterator<Item = (Standing, Standing)>) -> Self {
        let mut change = Self::default();
        for (was, is) in pairs {
            let stale = |it: Standing| it.status == Status::Stale;
            let never = |it: Standing| it.status == Status::Never;
            change.stale.count(stale(was), stale(is));
            change.failing.count(was.failing, is.failing);
            change.never.count(never(was), never(is));
        }
        change
    }

    /// The change in one sentence, `since` being its first day in words.
    pub fn sentence(&self, since: &str) -> String {
        let mut parts = Vec::new();
        let mut tell = |many: usize, words: &str| {
            if many > 0 {
                parts.push(format!("{} {words}", count(many, "runbook", "runbooks")));
            }
        };
        tell(self.stale.came, "turned stale");
        tell(self.stale.left, "ceased to be stale");
        tell(self.failing.came, "began to fail");
        tell(self.failing.left, "ceased to fail");
        tell(self.never.left, "worked for the first time");
        let mut end = format!("{} stale", arrow(self.stale));
        if self.failing.before + self.failing.now > 0 {
            end.push_str(&format!(", {} failing", arrow(self.failing)));
        }
        match parts.as_slice() {
            [] => format!("Nothing changed since {since}: {end}."),
            parts => format!("Since {since} {}: {end}.", parts.join(", ")),
        }
    }
}

/// `3`, or `3 (before: 2)`.
fn arrow(moved: Moved) -> String {
    match moved.before == moved.now {
        true => moved.now.to_string(),
        false => format!("{} (before: {})", moved.now, moved.before),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_came_and_who_left_make_up_the_difference() {
        let at = |status, failing| Standing { status, failing };
        let pairs = [
            (at(Status::Due, false), at(Status::Stale, false)),
            (at(Status::Stale, true), at(Status::Fresh, false)),
            (at(Status::Stale, false), at(Status::Stale, true)),
            (at(Status::Due, false), at(Status::Stale, false)),
            (at(Status::Never, false), at(Status::Fresh, false)),
        ];
        let change = Change::of(pairs);
        assert_eq!(change.stale, Moved { before: 2, now: 3, came: 2, left: 1 });
        assert_eq!(change.failing, Moved { before: 1, now: 1, came: 1, left: 1 });
        assert_eq!(
            change.sentence("2026-07-10"),
            "Since 2026-07-10 2 runbooks turned stale, 1 runbook ceased to be stale, 1 runbook \
             began to fail, 1 runbook ceased to fail, 1 runbook worked for the first time: 3 \
             (before: 2) stale, 1 failing."
        );
        let nothing = Change::of([(at(Status::Fresh, false), at(Status::Due, false))]);
        let said = "Nothing changed since 2026-07-10: 0 stale.";
        assert_eq!(nothing.sentence("2026-07-10"), said);
    }
}
