//! The calendar: action items on the days they are due, the last day on which an exercise keeps a
//! runbook fresh, and the drills of the weekly report on the next business day.

use chrono::{DateTime, NaiveDate, Utc};

use super::super::App;
use super::super::action_items::ActionFilter;
use super::super::freshness::step_words;
use super::gathering::Known;
use super::stale::drills;
use super::{Asked, before};
use crate::domain::freshness::Status;
use crate::domain::id::{EntryId, RunbookId};
use crate::domain::support_hours::business_days_after;
use crate::error::Error;
use crate::text::{count, percent_encode};
use crate::views::action::ActionItemView;
use crate::views::calendar::{CalendarEvent, CalendarFeed};
use crate::views::report::{DrillView, ReportLine};

impl App {
    /// What has to be done on which day, as of the day that is looked at; only what `owner` has, if
    /// one is given.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn calendar(&mut self, owner: Option<&str>) -> Result<CalendarFeed, Error> {
        self.refresh()?;
        let today = self.today();
        let asked = Asked { since: None, owner: owner.map(str::to_owned) };
        let known = self.gathered(self.judged()?, &asked, before(today, 1))?;
        let next = business_days_after(today, 1, &self.config.support_hours);
        let mut events = self.actions_due(owner)?;
        events.extend(known.iter().filter_map(|it| self.keeping_fresh(it)));
        for drill in drills(&known, today).drills {
            let of = known.iter().find(|it| it.line.slug == drill.slug);
            // What is merely due has its own day, which is not over yet.
            let Some(of) = of.filter(|it| it.line.status != Status::Due || it.line.failing) else {
                continue;
            };
            events.push(self.drill_on(next, of, &drill));
        }
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
        let Some((seq, _)) = self.ledger.head()? else { return Ok(None) };
        let newest = self.ledger.entries(seq - 1, 1)?.pop();
        Ok(newest.and_then(|(_, it)| DateTime::from_timestamp_millis(it.recorded_at.0)))
    }

    fn actions_due(&self, owner: Option<&str>) -> Result<Vec<CalendarEvent>, Error> {
        let filter = ActionFilter { owner: owner.map(str::to_owned), ..ActionFilter::default() };
        let list = self.action_list(&filter)?.actions;
        // What was opened later is no matter of the day looked at.
        let opened = |it: &ActionItemView| self.day_told(&it.opened_at) <= Some(self.today());
        Ok(list.iter().filter(|it| opened(it)).filter_map(action_due).collect())
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

fn action_due(item: &ActionItemView) -> Option<CalendarEvent> {
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
        day: item.due?,
        summary: format!("{}{}", item.text, owner.unwrap_or_default()),
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
