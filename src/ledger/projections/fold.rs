//! The fold of a subject's entries into exercises, notes, moves, a run or a report.
//!
//! Two passes over the canonical order: first what was made, then what was done to it. So an
//! edit is never lost because a machine with a slow clock made what it edits.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::incidents::{self, FoldedIncident, causal};
use super::moves::Move;
use super::notes::{self, Note};
use super::reports::{self, Scheduled};
use super::usage::Uses;
use super::{Told, action_items, postmortems, told, usage};
use crate::domain::action_item::ActionItem;
use crate::domain::entry::Entry;
use crate::domain::event::{
    Event, ExerciseAmended, ExerciseFound, ExerciseRecorded, ExerciseRetracted, Facts, Row,
    RowWritten,
};
use crate::domain::exercise::{Context, Exercise, ExerciseKind, Outcome, Source};
use crate::domain::id::{EntryId, RowKey, RunbookId};
use crate::domain::postmortem::Postmortem;
use crate::domain::report::KeptReport;
use crate::domain::run::Run;
use crate::runbook::last_worked::{read_cells, say};

/// What the entries of a subject come to.
#[derive(Debug, Default, PartialEq)]
pub(in crate::ledger) struct Folded {
    pub(in crate::ledger) exercises: Vec<Projected>,
    /// Every row key an exercise has ever had.
    pub(in crate::ledger) keys: BTreeMap<RowKey, EntryId>,
    pub(in crate::ledger) notes: Vec<Note>,
    pub(in crate::ledger) moves: Vec<Move>,
    pub(in crate::ledger) incident: Option<FoldedIncident>,
    pub(in crate::ledger) run: Option<Run>,
    pub(in crate::ledger) report: Option<KeptReport>,
    pub(in crate::ledger) schedule: Option<Scheduled>,
    pub(in crate::ledger) postmortem: Option<Postmortem>,
    pub(in crate::ledger) actions: Vec<ActionItem>,
    pub(in crate::ledger) usage: Uses,
}

/// An exercise with the whole row that stands, or shall stand, for it.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::ledger) struct Projected {
    pub(in crate::ledger) exercise: Exercise,
    pub(in crate::ledger) row: Option<Row>,
}

/// Folds a subject's entries, given in canonical order.
pub(in crate::ledger) fn fold(subject: &str, entries: &[Entry]) -> Folded {
    let told = told(entries);
    let mut fold = Fold::new(subject, entries);
    for told in &told {
        fold.make(told);
    }
    fold.find_same(&told);
    for told in &told {
        fold.change(told);
    }
    let (exercises, keys) = fold.finish();
    let erased: HashSet<EntryId> =
        entries.iter().filter(|entry| entry.body.is_none()).map(|entry| entry.id).collect();
    let in_order = causal(&told);
    Folded {
        postmortem: postmortems::fold(&in_order, &erased),
        actions: action_items::fold(&in_order, &erased),
        exercises,
        keys,
        notes: notes::fold(subject, &told),
        moves: super::moves::fold(&told),
        incident: incidents::fold(subject, entries, &told),
        run: super::runs::fold(&told),
        report: reports::fold(&told),
        schedule: reports::fold_schedule(&told),
        usage: usage::fold(&told),
    }
}

/// An exercise on its way through the fold.
struct Draft {
    exercise: Exercise,
    row: Option<Row>,
    /// The row is ours to write: somebody recorded it, nobody found it.
    row_is_ours: bool,
    /// The row says what the exercise is told to be, not what it was told to be before.
    row_tells: bool,
    /// Rows it had and has no more: that one of them stood in a file once proves nothing.
    left: HashSet<RowKey>,
}

struct Fold {
    runbook: RunbookId,
    drafts: Vec<Draft>,
    index: HashMap<EntryId, usize>,
    /// Found rows that are an exercise known otherwise.
    same_as: HashMap<EntryId, EntryId>,
    keys: BTreeMap<RowKey, EntryId>,
    /// Rows that were found in a file.
    found: HashSet<RowKey>,
    /// Rows that were written into one.
    written: HashSet<(EntryId, RowKey)>,
    /// Erased entries: what they replaced cannot be told, so an edit of theirs is no conflict.
    erased: HashSet<EntryId>,
}

impl Fold {
    fn new(subject: &str, entries: &[Entry]) -> Self {
        let erased = entries.iter().filter(|entry| entry.body.is_none()).map(|it| it.id).collect();
        Self {
            runbook: RunbookId::from(subject),
            drafts: Vec::new(),
            index: HashMap::new(),
            same_as: HashMap::new(),
            keys: BTreeMap::new(),
            found: HashSet::new(),
            written: HashSet::new(),
            erased,
        }
    }

    /// First pass: what came into being.
    fn make(&mut self, told: &Told<'_>) {
        let draft = match &told.event {
            Event::ExerciseRecorded(body) => self.recorded(told.entry, body),
            Event::ExerciseFound(body) => {
                self.found.insert(body.row.key.clone());
                self.found(told.entry, body)
            }
            _ => return,
        };
        self.index.insert(told.entry.id, self.drafts.len());
        self.drafts.push(draft);
    }

    fn recorded(&self, entry: &Entry, body: &ExerciseRecorded) -> Draft {
        let mut draft = self.draft(entry, Source::Ledger);
        draft.exercise.text = body.text;
        draft.set_facts(&body.facts);
        if let Some(row) = &body.row {
            draft.set_row(row, true);
        }
        draft
    }

    fn found(&self, entry: &Entry, body: &ExerciseFound) -> Draft {
        let mut draft = self.draft(entry, Source::File);
        draft.set_row_as_read(&body.row);
        draft
    }

    fn draft(&self, entry: &Entry, source: Source) -> Draft {
        let exercise = Exercise {
            id: entry.id,
            version: entry.id,
            runbook: self.runbook.clone(),
            kind: ExerciseKind::Incident,
            date: chrono::NaiveDate::default(),
            outcome: Outcome::Unclear,
            steps: Vec::new(),
            context: Context::new(),
            resolved_by: String::new(),
            notes: String::new(),
            minutes: None,
            incident: None,
            actor: entry.actor.clone(),
            recorded_at: entry.recorded_at,
            source,
            row: None,
            text: None,
            pending: false,
            row_removed: false,
            retracted: None,
            conflict: false,
            order: 0,
            prints: None,
        };
        let left = HashSet::new();
        Draft { exercise, row: None, row_is_ours: false, row_tells: false, left }
    }

    /// Between the passes: a found row that an exercise has, or was ever given, is that
    /// exercise. What was recorded comes before what was amended, and that before a row alone.
    fn find_same(&mut self, told: &[Told<'_>]) {
        let recorded = told.iter().filter_map(|told| match &told.event {
            Event::ExerciseRecorded(body) => Some((body.row.as_ref()?, told.entry.id)),
            _ => None,
        });
        let amended = told.iter().filter_map(|told| match &told.event {
            Event::ExerciseAmended(body) => Some((body.row.as_ref()?, body.exercise)),
            _ => None,
        });
        for (row, exercise) in recorded.chain(amended) {
            if self.index.contains_key(&exercise) {
                self.keys.entry(row.key.clone()).or_insert(exercise);
            }
        }
        for told in told {
            let Event::ExerciseFound(body) = &told.event else { continue };
            let id = told.entry.id;
            let holder = *self.keys.entry(body.row.key.clone()).or_insert(id);
            // Rows corrected in a circle are one exercise, told by the last one that is left.
            if self.root(holder) != id {
                self.same_as.insert(id, holder);
            }
        }
    }

    /// The exercise an id stands for.
    fn root(&self, id: EntryId) -> EntryId {
        let mut root = id;
        while let Some(next) = self.same_as.get(&root) {
            root = *next;
        }
        root
    }

    /// Second pass: what was done to it.
    fn change(&mut self, told: &Told<'_>) {
        match &told.event {
            Event::ExerciseAmended(body) => self.amend(told.entry.id, body),
            Event::ExerciseRetracted(body) => self.retract(body),
            Event::RowWritten(RowWritten { exercise, key }) => {
                self.written.insert((self.root(*exercise), key.clone()));
            }
            _ => {}
        }
    }

    fn amend(&mut self, entry: EntryId, body: &ExerciseAmended) {
        let (root, replaces) = (self.root(body.exercise), self.root(body.replaces));
        let erased = self.erased.contains(&body.replaces);
        let Some(draft) = self.index.get(&root).map(|at| &mut self.drafts[*at]) else { return };
        if draft.exercise.retracted.is_some() {
            draft.exercise.conflict = true;
            return;
        }
        draft.exercise.conflict = draft.exercise.version != replaces && !erased;
        draft.exercise.version = entry;
        match (&body.facts, &body.row) {
            (Some(facts), row) => {
                draft.set_facts(facts);
                if let Some(row) = row
                    && draft.set_row(row, true)
                {
                    // It may have stood there before; since then another one did.
                    self.written.remove(&(root, row.key.clone()));
                }
            }
            (None, Some(row)) => draft.set_row_as_read(row),
            (None, None) => {}
        }
    }

    fn retract(&mut self, body: &ExerciseRetracted) {
        let root = self.root(body.exercise);
        let Some(draft) = self.index.get(&root).map(|at| &mut self.drafts[*at]) else { return };
        draft.exercise.retracted.get_or_insert_with(|| body.reason.clone());
    }

    fn finish(mut self) -> (Vec<Projected>, BTreeMap<RowKey, EntryId>) {
        let drafts = std::mem::take(&mut self.drafts);
        let own = drafts.into_iter().filter(|it| !self.same_as.contains_key(&it.exercise.id));
        let exercises: Vec<Projected> = own.map(|draft| self.finish_one(draft)).collect();
        // A key goes to the exercise whose row it is today, if there is one.
        let mut keys = BTreeMap::new();
        for taken_back in [false, true] {
            for Projected { exercise, row } in &exercises {
                if let (Some(row), true) = (row, exercise.retracted.is_some() == taken_back) {
                    keys.entry(row.key.clone()).or_insert(exercise.id);
                }
            }
        }
        for (key, holder) in &self.keys {
            keys.entry(key.clone()).or_insert_with(|| self.root(*holder));
        }
        (exercises, keys)
    }

    fn finish_one(&self, draft: Draft) -> Projected {
        let Draft { mut exercise, row, row_is_ours, row_tells, left } = draft;
        if let Some(row) = &row {
            exercise.row = Some(row.key.clone());
            let found = self.found.contains(&row.key) && !left.contains(&row.key);
            let written = self.written.contains(&(exercise.id, row.key.clone()));
            exercise.pending = row_is_ours && exercise.retracted.is_none() && !found && !written;
            if row_tells {
                exercise.resolved_by = read_cells(&row.cells).resolved_by;
            }
        }
        // What somebody wrote into a file stays as it is, also where that is nothing.
        if exercise.resolved_by.is_empty() && (row_is_ours || !row_tells) {
            exercise.resolved_by = say(&exercise.steps, exercise.outcome);
        }
        Projected { exercise, row }
    }
}

impl Draft {
    fn set_facts(&mut self, facts: &Facts) {
        let exercise = &mut self.exercise;
        exercise.kind = facts.kind;
        exercise.date = facts.happened_on;
        exercise.outcome = facts.outcome;
        exercise.steps.clone_from(&facts.steps);
        exercise.context.clone_from(&facts.context);
        exercise.notes.clone_from(&facts.note);
        exercise.minutes = facts.minutes;
        exercise.incident.clone_from(&facts.incident);
        self.row_tells = false;
    }

    /// Gives it another row; says whether it is another one.
    fn set_row(&mut self, row: &Row, is_ours: bool) -> bool {
        let before = self.row.replace(row.clone()).map(|before| before.key);
        let is_other = before.as_ref() != Some(&row.key);
        self.left.extend(before.filter(|_| is_other));
        self.row_is_ours = is_ours;
        self.row_tells = true;
        is_other
    }

    /// The row was read in a file: it says what it says, and what no cell can say stays.
    fn set_row_as_read(&mut self, row: &Row) {
        let reading = read_cells(&row.cells);
        let exercise = &mut self.exercise;
        exercise.date = row.date;
        exercise.outcome = reading.outcome;
        exercise.steps = reading.steps;
        exercise.kind = reading.kind.unwrap_or(exercise.kind);
        exercise.minutes = reading.minutes.or(exercise.minutes);
        let mut context = reading.context;
        for (name, value) in std::mem::take(&mut exercise.context) {
            let is_cell = row.cells.iter().any(|(column, _)| same_name(column, &name));
            if !is_cell {
                context.push((name, value));
            }
        }
        exercise.context = context;
        self.set_row(row, false);
    }
}

fn same_name(a: &str, b: &str) -> bool {
    a.trim().to_lowercase() == b.trim().to_lowercase()
}
