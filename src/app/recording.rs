//! What a recording must be to be believed, and the row it makes.

use crate::domain::event::Facts;
use crate::domain::exercise::{
    Context, Exercise, ExerciseKind, Outcome, StepOutcome, StepResult, same_context,
};
use crate::error::{Error, Kind};
use crate::runbook::last_worked::{is_notes_column, is_resolved_by_column, say};
use crate::runbook::{LastWorked, Runbook, Step};
use crate::text::nearest;
use crate::text::redact::redact_value;

/// The longest note of an exercise, in bytes: all notes of a long run fit in.
pub(super) const MAX_NOTE: usize = 64 * 1024;

/// The longest value of a column, label and name, in bytes: they stand in lists.
pub(super) const MAX_LABEL: usize = 500;

/// The first year of which somebody may say that something worked.
pub(super) const EPOCH: i32 = 1970;

/// Refuses what was pasted by mistake: it would stand in every list until somebody erases it.
pub(super) fn short_enough(what: &str, words: &str, most: usize) -> Result<(), Error> {
    if words.len() <= most {
        return Ok(());
    }
    let what = crate::text::truncate_to_width(what, 40);
    Err(Error::refused(format!("{what} is {} bytes long", words.len()))
        .hinted(format!("{most} are allowed")))
}

/// Whether both name an incident, and not the same.
fn other_incident(exercise: &Exercise, facts: &Facts) -> bool {
    let both = exercise.incident.as_deref().zip(facts.incident.as_deref());
    both.is_some_and(|(one, other)| one != other)
}

/// The same day, steps and context in the same incident are the same exercise, however the row
/// is worded.
pub(super) fn refuse_duplicate(facts: &Facts, known: &[Exercise]) -> Result<(), Error> {
    let same = known.iter().find(|exercise| {
        exercise.retracted.is_none()
            && exercise.date == facts.happened_on
            && exercise.outcome == facts.outcome
            && same_steps(&exercise.steps, &facts.steps)
            && same_context(&exercise.context, &facts.context)
            && !other_incident(exercise, facts)
    });
    match same {
        None => Ok(()),
        Some(exercise) => Err(Error::new(
            Kind::Duplicate,
            format!(
                "this is recorded already: {} on {}, exercise {}",
                if exercise.resolved_by.is_empty() {
                    exercise.outcome.as_str()
                } else {
                    &exercise.resolved_by
                },
                exercise.date,
                exercise.id
            ),
        )
        .hinted("add --again if it happened twice on that day")),
    }
}

fn same_steps(a: &[StepOutcome], b: &[StepOutcome]) -> bool {
    a.len() == b.len() && a.iter().all(|step| b.contains(step))
}

/// The steps as the runbook spells them.
pub(super) fn checked_steps(
    named: &[(String, StepResult)],
    runbook: &Runbook,
) -> Result<Vec<StepOutcome>, Error> {
    let mut steps: Vec<StepOutcome> = Vec::new();
    for (name, result) in named {
        let Some(step) = find_step(name, runbook) else { return Err(unknown_step(name, runbook)) };
        if let Some(earlier) = steps.iter().find(|earlier| earlier.id == step.id) {
            if earlier.result != *result {
                let id = &step.id;
                return Err(Error::refused(format!("step {id} is said to have worked and failed"))
                    .hinted("record two exercises if both happened"));
            }
            continue;
        }
        steps.push(StepOutcome { id: step.id.clone(), result: *result });
    }
    Ok(steps)
}

/// The step that somebody means: by its id, alone or as `step-3a`, or by its heading's anchor.
pub(super) fn find_step<'a>(name: &str, runbook: &'a Runbook) -> Option<&'a Step> {
    let name = name.trim();
    let bare = name.trim_start_matches("step-").trim_start_matches("Step ");
    let by_id = runbook.steps.iter().find(|step| step.id.as_str().eq_ignore_ascii_case(bare));
    by_id.or_else(|| runbook.steps.iter().find(|step| step.anchor == name))
}

/// An error that names the steps there are.
pub(super) fn unknown_step(name: &str, runbook: &Runbook) -> Error {
    let ids: Vec<&str> = runbook.steps.iter().map(|step| step.id.as_str()).collect();
    let error = Error::not_found(format!("no step {name} in this runbook"));
    if ids.is_empty() {
        return error.hinted("it has no steps; leave --step out to record the whole runbook");
    }
    let near = nearest(name, ids.iter().copied());
    let list = ids.join(", ");
    error.hinted(match near {
        Some(near) => format!("did you mean {near}? steps: {list}"),
        None => format!("steps: {list}"),
    })
}

pub(super) fn checked_outcome(
    said: Option<Outcome>,
    steps: &[StepOutcome],
) -> Result<Outcome, Error> {
    let derived = Outcome::of_steps(steps);
    match (said, derived) {
        (None, None) => Ok(Outcome::Worked),
        (None, Some(derived)) => Ok(derived),
        (Some(said), None) => Ok(said),
        (Some(said), Some(derived)) if said == derived => Ok(said),
        (Some(said), Some(derived)) => {
            Err(Error::refused(format!("the steps say {derived}, the outcome says {said}"))
                .hinted("say how each step went, like --step 3c=failed, and leave --outcome out"))
        }
    }
}

/// The context with the columns' own spelling; a name that is no column is refused, because the
/// row could not hold it.
pub(super) fn checked_context(
    given: &Context,
    table: Option<&LastWorked>,
) -> Result<Context, Error> {
    for (name, value) in given {
        short_enough("a name", name, MAX_LABEL)?;
        short_enough(name, value, MAX_LABEL)?;
    }
    let kept = |name: &str, value: &str| (name.to_owned(), redact_value(name, value.trim()));
    let Some(table) = table else {
        return Ok(given.iter().map(|(name, value)| kept(name, value)).collect());
    };
    let columns: Vec<&str> = context_columns(table).collect();
    let mut context = Context::new();
    for (name, value) in given {
        let column = columns.iter().find(|column| column.eq_ignore_ascii_case(name.trim()));
        let Some(column) = column else {
            let near = nearest(name, columns.iter().copied());
            let list = columns.join(", ");
            let error = Error::refused(format!("the last-worked table has no column {name}"));
            return Err(error.hinted(match (near, columns.is_empty()) {
                (_, true) => "it has no columns for context; use --note".to_owned(),
                (Some(near), _) => format!("did you mean {near}? columns: {list}"),
                (None, _) => format!("columns: {list}"),
            }));
        };
        if context.iter().any(|(name, _)| name == column) {
            return Err(Error::refused(format!("{column} is given twice")));
        }
        context.push(kept(column, value));
    }
    Ok(context)
}

/// The columns of a table that hold context.
pub(super) fn context_columns(table: &LastWorked) -> impl Iterator<Item = &str> {
    table
        .columns
        .iter()
        .skip(1)
        .map(String::as_str)
        .filter(|column| !is_notes_column(column) && !is_resolved_by_column(column))
}

/// The cells of a row in the table's order, the date and the notes left out.
pub(super) fn cells_of(facts: &Facts, columns: &[String]) -> Vec<String> {
    columns
        .iter()
        .map(|column| {
            if is_resolved_by_column(column) {
                return resolved_by(facts);
            }
            let given = facts.context.iter().find(|(name, _)| name.eq_ignore_ascii_case(column));
            match given {
                Some((_, value)) => value.clone(),
                None if column.eq_ignore_ascii_case("incident") => {
                    facts.incident.clone().unwrap_or_default()
                }
                None => String::new(),
            }
        })
        .collect()
}

/// "Resolved by" in words that read back as what they mean.
fn resolved_by(facts: &Facts) -> String {
    let words = say(&facts.steps, facts.outcome);
    match facts.kind {
        ExerciseKind::Incident => words,
        kind => format!("{words} ({})", kind.as_str()),
    }
}

/// The notes of a row: what was noted, how long it took, and the incident where it has no column.
pub(super) fn notes_cell(exercise: &Exercise, has_incident_column: bool) -> String {
    let mut parts = Vec::new();
    if !exercise.notes.is_empty() {
        parts.push(exercise.notes.clone());
    }
    if let Some(minutes) = exercise.minutes {
        parts.push(format!("{minutes} min"));
    }
    if let (Some(label), false) = (&exercise.incident, has_incident_column) {
        parts.push(label.clone());
    }
    parts.join("; ")
}
