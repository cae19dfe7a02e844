//! The calendar: action items on the days they are due, the last day on which an exercise keeps a
//! runbook fresh, and the drills of the last weekly report on the next business day after it.

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};

use super::super::App;
use super::super::action_items::ActionFilter;
use super::super::freshness::step_words;
use super::gathering::Known;
use super::stale::drills;
use super::{Asked, before};
use crate::domain::freshness::Status;
use crate::domain::id::{EntryId, RunbookId};
use crate::domain::report::Kind;
use crate::domain::support_hours::business_days_after;
use crate::error::Error;
use crate::text::{count, percent_encode};
use crate::views::action::ActionItemView;
use crate::views::calendar::{CalendarEvent, CalendarFeed};
use crate::views::report::{DrillView, ReportLine};

/// How long the drills of a report are proposed, in days: until the next weekly one, and as long
/// again if that does not come.
const PROPOSED_DAYS: i64 = 14;

impl App {
    /// What has to be done on which day, as of the day that is looked at; only what `owner` has, if
    /// one is given.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn calendar(&mut self, owner: Option<&str>) -> Result<CalendarFeed, Error> {
        self.refresh()?;
        let today = self.today();
        let asked = Asked { owner: owner.map(str::to_owned), ..Asked::default() };
        let known = self.gathered(self.judged()?, &asked, before(today, 1))?;
        let mut events = self.actions_due(owner)?;
        events.extend(known.iter().filter_map(|it| self.keeping_fresh(it)));
        events.extend(self.drills_of_the_week(&asked, &known)?);
        events.sort_by(|a, b| (a.day, &a.uid).cmp(&(b.day, &b.uid)));
        let name = "Runbook drills and action items";
        Ok(CalendarFeed {
            name: owner.map_or_else(|| name.to_owned(), |owner| format!("{name} of {owner}")),
            stamp: self.last_recorded()?.unwrap_or_else(|| midnight(today)),
            events,
        })
    }

    /// When the newest entry was recorded; none where there is none.
    fn last_recorded(&self) -> Result<Option<DateTime<Utc>>, Error> {
        let newest = self.ledger.newest_recorded()?;
        Ok(newest.and_then(|at| DateTime::from_timestamp_millis(at.0)))
    }

    /// The drills that the last weekly report proposed, on the next business day after it, but for
    /// those that were held since. Before there is a report, it is as if there had been one on
    /// Monday. So a drill stays on its day
    /// until the next report proposes others; one that was not held then goes on until it is.
    fn drills_of_the_week(
        &mut self,
        asked: &Asked,
        known: &[Known],
    ) -> Result<Vec<CalendarEvent>, Error> {
        let today = self.today();
        let monday = before(today, u64::from(today.weekday().num_days_from_monday()));
        let last = self.ledger.last_whole_report(Kind::Stale, today)?;
        // One of long ago proposes nothing any more.
        let last = last.filter(|last| (today - last.as_of).num_days() <= PROPOSED_DAYS);
        let proposed = last.map_or(monday, |last| last.as_of);
        let then = self.at_day(proposed, |app| {
            let judged = app.judged()?;
            app.gathered(judged, asked, before(proposed, 1))
        })?;
        let mut events = Vec::new();
        for drill in drills(&then, proposed).drills {
            let Some(now) = known.iter().find(|it| it.line.slug == drill.slug) else { continue };
            let was_held = now.line.last_worked.is_some_and(|worked| proposed < worked);
            // What is merely due has its own day, which is not over yet.
            let has_its_day = now.line.status == Status::Due && !now.line.failing;
            if !was_held && !has_its_day {
                // What was only due then has its own day before it is a drill.
                let from = now.line.stale_on.map_or(proposed, |stale| stale.max(proposed));
                let day = business_days_after(from, 1, &self.config.support_hours);
                events.push(self.drill_on(day, now, &drill));
            }
        }
        Ok(events)
    }

    fn actions_due(&self, owner: Option<&str>) -> Result<Vec<CalendarEvent>, Error> {
        let filter = ActionFilter { owner: owner.map(str::to_owned), ..ActionFilter::default() };
        let list = self.action_list(&filter)?.actions;
        // What was opened later is no matter of the day looked at.
        let opened = |it: &ActionItemView| self.day_told(&it.opened_at) <= Some(self.today());
        Ok(list
            .iter()
            .filter(|it| opened(it))
            .filter_map(|it| action_due(it, self.today()))
            .collect())
    }

    fn keeping_fresh(&self, it: &Known) -> Option<CalendarEvent> {
        let line = &it.line;
        let day = line.stale_on.filter(|_| matches!(line.status, Status::Fresh | Status::Due))?;
        let mut lines = vec![format!(
            "The last day on which an exercise keeps it fresh: it may be {} old.",
            count(line.limit_days as usize, "day", "days")
        )];
        lines.extend(line.last_worked.map(|day| format!("It last worked on {day}.")));
        lines.push(owner_words(line.owner.as_deref()));
        Some(CalendarEvent {
            uid: self.uid_of("exercise", &it.judged.document.runbook),
            day: before(day, 1),
            last: before(day, 1),
            summary: with_owner(format!("Exercise {} by today", line.title), line),
            lines,
            address: runbook_address(line),
            category: "EXERCISE",
        })
    }

    fn drill_on(&self, day: NaiveDate, it: &Known, drill: &DrillView) -> CalendarEvent {
        let line = &it.line;
        let minutes = count(drill.minutes as usize, "minute", "minutes");
        let reasons: Vec<&str> = line.reasons.iter().map(|it| it.reason.as_str()).collect();
        let mut lines = vec![format!("{minutes}: {}.", drill.minutes_from)];
        if !reasons.is_empty() {
            lines.push(format!("Why: {}.", reasons.join("; ")));
        }
        if !drill.steps.is_empty() {
            let steps: Vec<String> = drill.steps.iter().map(step_words).collect();
            lines.push(format!("To try: {}.", steps.join(", ")));
        }
        lines.push(owner_words(line.owner.as_deref()));
        CalendarEvent {
            uid: self.uid_of("drill", &it.judged.document.runbook),
            day,
            last: day.max(self.today()),
            summary: with_owner(format!("Drill, {minutes}: {}", line.title), line),
            lines,
            address: runbook_address(line),
            category: "DRILL",
        }
    }

    /// The same for as long as the runbook is the same, and another one in another workspace.
    fn uid_of(&self, what: &str, runbook: &RunbookId) -> String {
        let workspace = self.config.id.as_deref().unwrap_or_default();
        let id = EntryId::derived(&["calendar", what, workspace, runbook.as_str()]);
        format!("{what}-{id}@runledger")
    }
}

fn action_due(item: &ActionItemView, today: NaiveDate) -> Option<CalendarEvent> {
    let due = item.due?;
    let mut lines = vec![
        format!(
            "Action item {}, priority {}, kind {}.",
            item.label,
            item.priority.as_str(),
            item.kind.as_str()
        ),
        owner_words(item.owner.as_deref()),
    ];
    lines.extend(item.link.as_deref().map(|link| format!("Tracked at {link}")));
    let owner = item.owner.as_deref().map(|owner| format!(" ({owner})"));
    Some(CalendarEvent {
        uid: format!("action-{}@runledger", item.id),
        day: due,
        last: due.max(today),
        summary: match item.days_overdue {
            Some(_) => format!("Late: {}{}", item.text, owner.unwrap_or_default()),
            None => format!("{}{}", item.text, owner.unwrap_or_default()),
        },
        lines,
        address: format!("/actions#A-{}", item.id),
        category: "ACTION",
    })
}

fn runbook_address(line: &ReportLine) -> String {
    format!("/runbooks/{}", percent_encode(line.slug.as_str(), true))
}

fn owner_words(owner: Option<&str>) -> String {
    owner.map_or_else(|| "Nobody owns it.".to_owned(), |owner| format!("Owner: {owner}"))
}

fn with_owner(words: String, line: &ReportLine) -> String {
    match &line.owner {
        Some(owner) => format!("{words} ({owner})"),
        None => words,
    }
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(chrono::NaiveTime::MIN).and_utc()
}
