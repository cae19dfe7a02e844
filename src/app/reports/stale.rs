//! The weekly report: which runbooks nobody should trust, what would hurt most, whose it is.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::super::App;
use super::super::freshness::{count_state, worked_for};
use super::gathering::{Known, standing};
use super::{Asked, after, before};
use crate::domain::entry::Timestamp;
use crate::domain::exercise::{Exercise, Source};
use crate::domain::freshness::Status;
use crate::domain::id::StepId;
use crate::domain::report::{Change, ROOM_MIN, SET_UP_MIN, drill_minutes, fitting};
use crate::error::Error;
use crate::render::calendar::first_day;
use crate::text::count;
use crate::views::Counts;
use crate::views::report::{
    ChangeView, DrillView, DrillsView, ExercisedView, ExercisesView, Frame, LeftOutView,
    OwnedStates, OwnedView, OwnerView, ReportLine, StaleReport, UntriedView, WeekView,
};

/// A report is compared with the one of so many days before.
pub(super) const PERIOD: u64 = 7;

/// What becomes stale within so many days is told.
const SOON: u64 = 14;

/// How many weeks the picture goes back.
const WEEKS: u64 = 26;

/// How many steps a drill names.
const DRILL_STEPS: usize = 4;

impl App {
    /// The weekly report as a view.
    ///
    /// # Errors
    /// Its period begins after it ends, or the store cannot be read.
    pub fn stale_report(&mut self, asked: &Asked) -> Result<StaleReport, Error> {
        let since = self.period(asked, PERIOD)?;
        self.refresh()?;
        let as_of = self.today();
        let judged = self.judged()?;
        let inputs = self.inputs(&judged)?;
        let known = self.gathered(judged, asked, since)?;
        let change = Change::of(known.iter().map(|it| (it.was, standing(&it.judged.freshness))));
        let lines = |wanted: &dyn Fn(&Known) -> bool| {
            let mut lines: Vec<ReportLine> =
                known.iter().filter(|it| wanted(it)).map(|it| it.line.clone()).collect();
            lines.sort_by_key(urgency);
            lines
        };
        let stale = lines(&Known::is_stale);
        let failing = lines(&|it| it.line.failing);
        let mut due = lines(&|it| is_soon(&it.line, as_of));
        due.sort_by_key(|line| line.stale_on);
        let mut never = lines(&|it| it.line.status == Status::Never);
        // Of what would hurt alike, what is known the longest has had the most time.
        never.sort_by_key(|line| {
            (Reverse(line.points), line.known_since.is_none(), line.known_since)
        });
        let counts = counts(known.iter().map(|it| standing(&it.judged.freshness)));
        let worst = lines(&|it| it.is_stale() || it.line.failing);
        let worst = worst.first().or_else(|| never.first());
        let headline = headline(known.len(), counts, worst, asked.owner.as_deref());
        Ok(StaleReport {
            change: ChangeView { sentence: change.sentence(&since.to_string()), numbers: change },
            runbooks: known.len(),
            counts,
            newly_stale: lines(&|it| it.is_stale() && it.was.status != Status::Stale),
            exercised: self.exercised(&known, asked, since),
            untried: untried(&known),
            by_owner: by_owner(&known, as_of),
            drills: drills(&known, as_of),
            exercises: exercises(&known, as_of),
            weeks: self.weeks(&known),
            failing,
            stale,
            due,
            never,
            frame: Frame {
                report: "stale",
                as_of,
                since,
                first_day: after(since, 1),
                owner: asked.owner.clone(),
                headline,
                notice: None,
                server: self.server(),
                inputs,
            },
        })
    }

    /// The states at the end of each week, by the texts of today.
    fn weeks(&self, known: &[Known]) -> Vec<WeekView> {
        let days = (0..WEEKS).rev().map(|weeks| before(self.today(), 7 * weeks));
        let week = |date: NaiveDate| {
            let judge = |it: &Known| {
                let judged = &it.judged;
                standing(&self.judge_on(&judged.document.summary, &judged.exercises, date))
            };
            WeekView { date, counts: counts(known.iter().map(judge)) }
        };
        days.map(week).collect()
    }

    fn exercised(&self, known: &[Known], asked: &Asked, since: NaiveDate) -> Vec<ExercisedView> {
        // When a row came into a file is not known; rather told twice than never.
        let recorded = |it: &Exercise| match it.source {
            Source::File => Timestamp(i64::MAX),
            Source::Ledger => it.recorded_at,
        };
        let mut found = Vec::new();
        for one in known {
            let exercises = &one.judged.exercises;
            let in_period = exercises.iter().filter(|it| {
                it.retracted.is_none() && self.is_told_now(asked, since, it.date, recorded(it))
            });
            for exercise in in_period {
                let view = ExercisedView {
                    date: exercise.date,
                    slug: one.line.slug.clone(),
                    title: one.line.title.clone(),
                    owner: one.line.owner.clone(),
                    kind: exercise.kind.as_str(),
                    outcome: exercise.outcome.as_str(),
                    worked_for: worked_for(Some(exercise.id), exercises),
                };
                found.push(((Reverse(exercise.date), view.slug.to_string(), exercise.id), view));
            }
        }
        found.sort_by(|(a, _), (b, _)| a.cmp(b));
        found.into_iter().map(|(_, view)| view).collect()
    }
}

/// What the calendar of a report shows, in words.
fn exercises(known: &[Known], as_of: NaiveDate) -> ExercisesView {
    let first = first_day(as_of);
    let all = known.iter().flat_map(|it| &it.judged.exercises).filter(|it| it.retracted.is_none());
    let days: Vec<NaiveDate> =
        all.map(|it| it.date).filter(|day| first <= *day && *day <= as_of).collect();
    ExercisesView { total: days.len(), last: days.iter().copied().max() }
}

/// The most points first, then the longest overdue, then by name.
fn urgency(line: &ReportLine) -> (Reverse<u32>, Reverse<Option<i64>>, String) {
    (Reverse(line.points), Reverse(line.overdue_days), line.slug.to_string())
}

fn counts(all: impl Iterator<Item = crate::domain::report::Standing>) -> Counts {
    let mut counts = Counts::default();
    all.for_each(|it| count_state(&mut counts, it.status, it.failing));
    counts
}

/// Whether it becomes stale within the next two weeks, the last day of them included.
fn is_soon(line: &ReportLine, as_of: NaiveDate) -> bool {
    line.stale_on.is_some_and(|day| as_of < day && day <= after(as_of, SOON))
}

fn headline(all: usize, counts: Counts, worst: Option<&ReportLine>, owner: Option<&str>) -> String {
    let Some(worst) = worst else {
        return match (all, owner) {
            (0, Some(owner)) => format!("{owner} has no runbook."),
            (0, None) => "There is no runbook yet.".to_owned(),
            (1, _) => "The only runbook is neither stale nor failing.".to_owned(),
            (all, _) => format!("None of {all} runbooks is stale or failing."),
        };
    };
    let of = count(all, "runbook", "runbooks");
    let (is, are) = ("is stale", "are stale");
    let state = match (counts.stale, counts.failing) {
        (0, 0) => {
            let never = count(counts.never, "was never exercised", "were never exercised");
            format!("none is stale or failing, but {never}")
        }
        (0, failing) => count(failing, "is failing", "are failing"),
        (stale, 0) => count(stale, is, are),
        (stale, failing) => format!("{} and {failing} failing", count(stale, is, are)),
    };
    // That it was never exercised is said already where nothing else is known of it.
    let why = worst.reasons.iter().map(|point| point.reason.as_str());
    match (all, why.into_iter().find(|why| *why != "never exercised")) {
        (1, None) => format!("The only runbook was never exercised: {}.", worst.title),
        (_, None) => format!("Of {of} {state}; begin with {}.", worst.title),
        (_, Some(why)) => format!("Of {of} {state}; {} would hurt most: {why}.", worst.title),
    }
}

/// A runbook may be fresh by one of its ways while another was never gone.
fn untried(known: &[Known]) -> Vec<UntriedView> {
    let fresh = known.iter().filter(|it| it.line.status == Status::Fresh);
    fresh
        .map(|it| UntriedView {
            slug: it.line.slug.clone(),
            title: it.line.title.clone(),
            owner: it.line.owner.clone(),
            steps: it.untried(),
            whole: it.worked_whole(),
        })
        .filter(|it| !it.steps.is_empty())
        .collect()
}

/// What asks for somebody, the most urgent first, with the word for why.
fn asking(known: &[Known], as_of: NaiveDate) -> Vec<(&Known, &'static str)> {
    let state = |it: &Known| match it.line.status {
        _ if it.line.failing => Some("failing"),
        Status::Stale => Some("stale"),
        Status::Never => Some("never exercised"),
        _ if is_soon(&it.line, as_of) => Some("due"),
        _ => None,
    };
    let mut found: Vec<(&Known, &'static str)> =
        known.iter().filter_map(|it| Some((it, state(it)?))).collect();
    // What is merely due comes behind all that cannot be trusted today.
    found.sort_by_key(|(it, state)| (*state == "due", urgency(&it.line)));
    found
}

fn by_owner(known: &[Known], as_of: NaiveDate) -> Vec<OwnerView> {
    let mut owners: BTreeMap<String, OwnerView> = BTreeMap::new();
    for (it, state) in asking(known, as_of) {
        let owner = it.line.owner.clone();
        let key = owner.as_deref().unwrap_or_default().to_lowercase();
        let own = owners.entry(key).or_insert_with(|| OwnerView {
            owner,
            points: 0,
            states: OwnedStates::default(),
            runbooks: Vec::new(),
        });
        own.points += it.line.points;
        let states = &mut own.states;
        *match state {
            "failing" => &mut states.failing,
            "stale" => &mut states.stale,
            "due" => &mut states.due,
            _ => &mut states.never,
        } += 1;
        let (slug, title) = (it.line.slug.clone(), it.line.title.clone());
        own.runbooks.push(OwnedView { slug, title, state });
    }
    let mut owners: Vec<OwnerView> = owners.into_values().collect();
    owners.sort_by_key(|it| (it.owner.is_none(), Reverse(it.points)));
    owners
}

/// The drills that fit into two hours, the most urgent first.
pub(super) fn drills(known: &[Known], as_of: NaiveDate) -> DrillsView {
    let asking = asking(known, as_of);
    let minutes: Vec<u32> = asking.iter().map(|(it, _)| drill_minutes(it.claimed_s())).collect();
    let fit = fitting(&minutes);
    let left_out = (0..asking.len()).find(|at| !fit.contains(at));
    DrillsView {
        room_min: ROOM_MIN,
        minutes: fit.iter().map(|at| minutes[*at]).sum(),
        left_out: asking.len() - fit.len(),
        left_out_first: left_out
            .map(|at| LeftOutView { title: asking[at].0.line.title.clone(), minutes: minutes[at] }),
        drills: fit.iter().map(|at| drill(asking[*at].0, minutes[*at])).collect(),
    }
}

fn drill(it: &Known, minutes: u32) -> DrillView {
    let mut steps: Vec<StepId> = it.failing_steps();
    steps.extend(it.untried());
    steps.truncate(DRILL_STEPS);
    let minutes_from = match it.claimed_s() {
        Some(_) => format!(
            "{} by its own account, {SET_UP_MIN} to set up and to write down",
            count((minutes - SET_UP_MIN) as usize, "minute", "minutes")
        ),
        None => "it claims no time".to_owned(),
    };
    DrillView {
        slug: it.line.slug.clone(),
        title: it.line.title.clone(),
        owner: it.line.owner.clone(),
        minutes,
        minutes_from,
        steps,
    }
}
