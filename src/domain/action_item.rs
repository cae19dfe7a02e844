//! Action items: what shall be different next time, by whom and until when.

use std::fmt;

use chrono::{Datelike as _, NaiveDate};
use serde::{Deserialize, Serialize};

use super::actor::Actor;
use super::entry::Timestamp;
use super::id::{ActionId, EntryId, QuestionId};

/// Defines an enum of words with their reading and writing.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$one:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(rename_all = "kebab-case")]
        pub enum $name {
            $($(#[$one])* $variant,)*
        }

        impl $name {
            /// All of them, in the order they are offered.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word used in commands and JSON.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// Reads that word; spaces and underlines count as hyphens, case does not count.
            pub fn parse(word: &str) -> Option<Self> {
                let word = word.trim().to_lowercase().replace([' ', '_'], "-");
                Self::ALL.iter().copied().find(|it| it.as_str() == word)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// What an action item is for.
    ActionKind {
        /// It shall not happen again.
        Prevent = "prevent",
        /// It shall be noticed earlier.
        Detect = "detect",
        /// It shall be over sooner.
        Mitigate = "mitigate",
        /// We shall work together otherwise.
        Process = "process",
    }
}

words! {
    /// How much it matters.
    Priority {
        /// Before other work.
        High = "high",
        /// With other work.
        Medium = "medium",
        /// When there is time.
        Low = "low",
    }
}

words! {
    /// How far it is.
    ActionState {
        /// Nobody has begun.
        Open = "open",
        /// Somebody is at it.
        InProgress = "in-progress",
        /// It is done.
        Done = "done",
        /// It will not be done, and a reason says why.
        WillNotDo = "will-not-do",
    }
}

impl ActionState {
    /// Whether nothing more will happen to it.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::WillNotDo)
    }
}

/// An action item as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionItem {
    /// The entry that opened it.
    pub id: ActionId,
    /// Its number within its incident, from 1.
    pub number: u32,
    /// What shall be done.
    pub text: String,
    /// What for.
    pub kind: ActionKind,
    /// How much it matters.
    pub priority: Priority,
    /// Who does it; nobody yet if empty.
    pub owner: String,
    /// Until when.
    pub due: Option<NaiveDate>,
    /// Where it is tracked; may be empty.
    pub link: String,
    /// The question whose bad answer led to it.
    pub question: Option<QuestionId>,
    /// How far it is.
    pub state: ActionState,
    /// Why it was changed last; may be empty.
    pub reason: String,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// By whom.
    pub opened_by: Actor,
    /// When it was done or dropped.
    pub closed_at: Option<Timestamp>,
    /// The entry that changed it last: what the next change names.
    pub version: EntryId,
    /// Two changes met that did not know of each other; the later one stands.
    pub conflict: bool,
}

impl ActionItem {
    /// How many days it is overdue; none while it is not, or when it is over.
    pub fn days_overdue(&self, today: NaiveDate) -> Option<i64> {
        let due = self.due.filter(|_| !self.state.is_over())?;
        Some((today - due).num_days()).filter(|days| *days > 0)
    }

    /// What lists are sorted by: overdue ones first and the longest first, then open ones by due
    /// date, those over last.
    pub fn urgency(&self, today: NaiveDate) -> (bool, i64, NaiveDate, Priority) {
        let overdue = self.days_overdue(today).unwrap_or(0);
        (self.state.is_over(), -overdue, self.due.unwrap_or(NaiveDate::MAX), self.priority)
    }
}

/// A quarter of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quarter {
    /// The year.
    pub year: i32,
    /// From 1 to 4.
    pub quarter: u32,
}

impl Quarter {
    /// The one that a day is in.
    pub fn of(day: NaiveDate) -> Self {
        Self { year: day.year(), quarter: day.month0() / 3 + 1 }
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-Q{}", self.year, self.quarter)
    }
}

/// What became of the action items that were opened in a quarter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Closing {
    /// How many were opened.
    pub opened: usize,
    /// How many of them are done.
    pub done: usize,
    /// How many of them will not be done.
    pub dropped: usize,
}

impl Closing {
    /// Counts one.
    pub const fn count(&mut self, state: ActionState) {
        self.opened += 1;
        match state {
            ActionState::Done => self.done += 1,
            ActionState::WillNotDo => self.dropped += 1,
            ActionState::Open | ActionState::InProgress => {}
        }
    }

    /// How many of a hundred are done, rounded down; none where none was opened.
    pub const fn percent(self) -> Option<usize> {
        (self.done * 100).checked_div(self.opened)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn item(due: Option<&str>, state: ActionState) -> ActionItem {
        let id = EntryId::derived(&["item"]);
        ActionItem {
            id: ActionId::new(id),
            number: 1,
            text: "pin the chart".to_owned(),
            kind: ActionKind::Prevent,
            priority: Priority::Medium,
            owner: String::new(),
            due: due.map(day),
            link: String::new(),
            question: None,
            state,
            reason: String::new(),
            opened_at: Timestamp(0),
            opened_by: Actor::scan(),
            closed_at: None,
            version: id,
            conflict: false,
        }
    }

    #[test]
    fn an_item_is_overdue_from_the_day_after_its_due_date() {
        let open = item(Some("2026-06-01"), ActionState::Open);
        assert_eq!(open.days_overdue(day("2026-06-01")), None);
        assert_eq!(open.days_overdue(day("2026-06-03")), Some(2));
        let done = item(Some("2026-06-01"), ActionState::Done);
        assert_eq!(done.days_overdue(day("2026-06-03")), None);
    }

    #[test]
    fn the_longest_overdue_comes_first_and_what_is_over_last() {
        let today = day("2026-06-10");
        let mut items = [
            item(Some("2026-06-01"), ActionState::Done),
            item(None, ActionState::Open),
            item(Some("2026-06-20"), ActionState::Open),
            item(Some("2026-06-08"), ActionState::InProgress),
            item(Some("2026-06-02"), ActionState::Open),
        ];
        items.sort_by_key(|item| item.urgency(today));
        let order: Vec<_> = items.iter().map(|item| item.due.map(|d| d.to_string())).collect();
        let order: Vec<_> = order.iter().map(|due| due.as_deref().unwrap_or("-")).collect();
        assert_eq!(order, ["2026-06-02", "2026-06-08", "2026-06-20", "-", "2026-06-01"]);
    }

    #[test]
    fn words_read_back_as_they_are_written() {
        for state in ActionState::ALL {
            assert_eq!(ActionState::parse(state.as_str()), Some(*state));
            assert_eq!(serde_json::to_value(state).expect("a word"), state.as_str());
        }
        assert_eq!(ActionState::parse("In progress"), Some(ActionState::InProgress));
        assert_eq!(Priority::parse("urgent"), None);
    }

    #[test]
    fn a_quarter_counts_what_was_opened_in_it() {
        assert_eq!(Quarter::of(day("2026-03-31")).to_string(), "2026-Q1");
        assert_eq!(Quarter::of(day("2026-10-01")).to_string(), "2026-Q4");
        let mut closing = Closing::default();
        assert_eq!(closing.percent(), None);
        for state in [ActionState::Done, ActionState::Open, ActionState::WillNotDo] {
            closing.count(state);
        }
        assert_eq!((closing.percent(), closing.dropped), (Some(33), 1));
    }
}
