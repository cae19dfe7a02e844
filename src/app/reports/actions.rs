//! What was promised, and what became of it: action items that are late or due, whose they are,
//! and what was opened and done in the period.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::super::App;
use super::super::action_items::ActionFilter;
use super::{Asked, after};
use crate::domain::entry::Timestamp;
use crate::error::Error;
use crate::text::count;
use crate::views::action::ActionItemView;
use crate::views::report::{ActionOwnerView, ActionsReport, Frame};

/// A report looks so many days back.
pub(super) const PERIOD: u64 = 7;

/// What is due within so many days is told.
const SOON: u64 = 14;

impl App {
    /// The report on action items as a view.
    ///
    /// # Errors
    /// Its period begins after it ends, or the store cannot be read.
    pub fn actions_report(&mut self, asked: &Asked) -> Result<ActionsReport, Error> {
        let since = self.period(asked, PERIOD)?;
        self.refresh()?;
        let as_of = self.today();
        let filter = ActionFilter { all: true, owner: asked.owner.clone(), incident: None };
        let mut list = self.action_list(&filter)?;
        // What was opened later is no matter of that day.
        list.actions.retain(|item| self.day_told(&item.opened_at) <= Some(as_of));
        let in_period = |at: &str| {
            let at = moment_told(at).map(|at| (self.date_of(at), at));
            at.is_some_and(|(day, at)| self.is_told_now(asked, since, day, at))
        };
        let some = |wanted: &dyn Fn(&ActionItemView) -> bool| -> Vec<ActionItemView> {
            list.actions.iter().filter(|item| wanted(item)).cloned().collect()
        };
        let soon = after(as_of, SOON);
        let is_open = |item: &ActionItemView| !item.state.is_over();
        let is_late = |item: &ActionItemView| item.days_overdue.is_some();
        let is_soon = |item: &ActionItemView| item.due.is_some_and(|due| due <= soon);
        let overdue = some(&is_late);
        let due = some(&|it| is_open(it) && !is_late(it) && is_soon(it));
        let later = some(&|it| is_open(it) && !is_late(it) && !is_soon(it));
        let by_owner = by_owner(list.actions.iter().filter(|item| is_open(item)));
        Ok(ActionsReport {
            frame: Frame {
                report: "actions",
                as_of,
                since,
                first_day: after(since, 1),
                owner: asked.owner.clone(),
                headline: headline(&overdue, overdue.len() + due.len() + later.len()),
                notice: None,
                server: self.server(),
                inputs: self.inputs(&self.judged()?)?,
            },
            opened: some(&|it| in_period(&it.opened_at)),
            closed: some(&|it| it.closed_at.as_deref().is_some_and(in_period)),
            overdue,
            due,
            later,
            by_owner,
            closing: list.closing,
        })
    }

    /// The day of a moment that a view tells in UTC.
    pub(super) fn day_told(&self, at: &str) -> Option<NaiveDate> {
        moment_told(at).map(|at| self.date_of(at))
    }
}

/// A moment that a view tells in UTC.
fn moment_told(at: &str) -> Option<Timestamp> {
    let at = chrono::DateTime::parse_from_rfc3339(at).ok()?;
    Some(Timestamp(at.timestamp_millis()))
}

fn by_owner<'a>(open: impl Iterator<Item = &'a ActionItemView>) -> Vec<ActionOwnerView> {
    let mut owners: BTreeMap<String, ActionOwnerView> = BTreeMap::new();
    for item in open {
        let key = item.owner.as_deref().unwrap_or_default().to_lowercase();
        let own = owners.entry(key).or_insert_with(|| ActionOwnerView {
            owner: item.owner.clone(),
            open: 0,
            overdue: 0,
        });
        own.open += 1;
        own.overdue += usize::from(item.days_overdue.is_some());
    }
    let mut owners: Vec<ActionOwnerView> = owners.into_values().collect();
    owners.sort_by_key(|it| (it.owner.is_none(), Reverse(it.overdue), Reverse(it.open)));
    owners
}

fn headline(overdue: &[ActionItemView], open: usize) -> String {
    let items = count(open, "action item", "action items");
    match overdue {
        _ if open == 0 => "No action item is open.".to_owned(),
        [] => format!("{items} open, none of them late."),
        [first, ..] => {
            let days = first.days_overdue.and_then(|days| usize::try_from(days).ok()).unwrap_or(0);
            let days = count(days, "day", "days");
            let late = overdue.len();
            format!("{items} open, {late} of them late; the longest, {}, by {days}.", first.label)
        }
    }
}
