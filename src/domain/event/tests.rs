//! The persisted format: one body of every kind and version, and nothing else that decodes.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::entry::Timestamp;
use super::super::exercise::{ExerciseKind, Outcome, StepOutcome, StepResult};
use super::super::id::{EntryId, Hash, IncidentLabel, RowKey, Slug, StepId};
use super::super::incident::{Severity, Status};
use super::{
    BlobErased, EntryErased, Event, ExerciseAmended, ExerciseFound, ExerciseRecorded,
    ExerciseRetracted, Facts, KeptFacts, MoveSeen, NoteAdded, NoteResolved, Opened, Row,
    RowWritten, RunAbandoned, RunEnded, RunNoted, RunStarted, RunStepOpened, RunStepSkipped,
    RunStepTicked, RunTickUndone, RunbookMoved, UsageCounted,
};

mod incident;
mod postmortem;
mod report;

/// Bodies as they stand in ledgers, by kind and version. **These lines may never change**: they
/// are the format of what people have already stored. A new format is a new version, and a new
/// line beside the old one.
const STORED: [(&str, u32, &str); 30] = [
    (
        "exercise.recorded",
        1,
        r#"{"facts":{"happened_on":"2026-06-01","offset":"+02:00","kind":"game-day","outcome":"partial","steps":[{"id":"3a","result":"worked"},{"id":"3c","result":"failed"}],"context":[["Release","ingress-nginx"],["Region","eu-west"]],"note":"CRDs \"by hand\",\nthen é","minutes":4,"incident":"INC-2026-06-01-001"},"text":"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f","row":{"key":"r1:5a","date":"2026-06-01","cells":[["Date","2026-06-01"],["Release","ingress-nginx"],["Resolved by","Step 3a"]],"occurrence":1}}"#,
    ),
    (
        "exercise.recorded",
        1,
        r#"{"facts":{"happened_on":"2026-06-01","offset":"+00:00","kind":"incident","outcome":"not-used","steps":[]}}"#,
    ),
    (
        "exercise.recorded",
        1,
        r#"{"facts":{"happened_on":"2026-06-01","offset":"-03:30","kind":"tabletop","outcome":"unclear","steps":[]}}"#,
    ),
    (
        "exercise.found",
        1,
        r#"{"row":{"key":"r1:5a","date":"2026-03-30","cells":[["Date","2026-03-30"],["Release",""],["Resolved by","Step 3a + 3c"]]}}"#,
    ),
    (
        "exercise.amended",
        1,
        r#"{"exercise":"0197288a-1111-7000-8000-000000000001","replaces":"0197288a-1111-7000-8000-000000000002","reason":"wrong step","facts":{"happened_on":"2026-06-02","offset":"+02:00","kind":"drill","outcome":"worked","steps":[{"id":"3b","result":"worked"}]},"row":{"key":"r1:5b","date":"2026-06-02","cells":[["Date","2026-06-02"]]}}"#,
    ),
    (
        "exercise.amended",
        1,
        r#"{"exercise":"0197288a-1111-7000-8000-000000000001","replaces":"0197288a-1111-7000-8000-000000000001","reason":""}"#,
    ),
    (
        "exercise.retracted",
        1,
        r#"{"exercise":"0197288a-1111-7000-8000-000000000001","reason":"another cluster"}"#,
    ),
    ("row.written", 1, r#"{"exercise":"0197288a-1111-7000-8000-000000000001","key":"r1:5a"}"#),
    ("note.added", 1, r#"{"step":"3a","step_title":"Roll back","text":"wait for the hook first"}"#),
    ("note.added", 1, r#"{"text":"about all of it"}"#),
    (
        "note.resolved",
        1,
        r#"{"note":"0197288a-1111-7000-8000-000000000003","reason":"in the text now"}"#,
    ),
    ("note.resolved", 1, r#"{"note":"0197288a-1111-7000-8000-000000000003"}"#),
    ("runbook.moved", 1, r#"{"from":"a/old","to":"b/new","seen":"front-matter"}"#),
    ("runbook.moved", 1, r#"{"from":"a/old","to":"b/new","seen":"same-text"}"#),
    (
        "entry.erased",
        1,
        r#"{"entry":"0197288a-1111-7000-8000-000000000004","reason":"held a password"}"#,
    ),
    (
        "entry.erased",
        1,
        r#"{"entry":"0197288a-1111-7000-8000-000000000004","reason":"a name","keeps":{"label":"INC-2026-06-01-001","severity":1}}"#,
    ),
    (
        "entry.erased",
        1,
        r#"{"entry":"0197288a-1111-7000-8000-000000000004","reason":"a name","keeps":{"label":"INC-2026-06-01-001","severity":1,"status":"resolved","replaces":"0197288a-1111-7000-8000-000000000003"}}"#,
    ),
    (
        "blob.erased",
        1,
        r#"{"blob":"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f","reason":"held a password"}"#,
    ),
    (
        "usage.counted",
        1,
        r#"{"node":"ops-1","day":"2026-06-01","opened":[{"runbook":"disk","times":3,"from_alerts":2},{"runbook":"disk","step":"3a","times":1}]}"#,
    ),
    (
        "run.started",
        1,
        r#"{"runbook":"rollback/helm","slug":"rollback/helm","title":"Roll back","text":"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f","context":[["Release","shop"]],"kind":"incident","incident":"INC-2026-06-01-001","at":1780315200000}"#,
    ),
    (
        "run.started",
        1,
        r#"{"runbook":"disk","slug":"disk","title":"Disk full","text":"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f","kind":"drill","at":1780315200000}"#,
    ),
    ("run.step_opened", 1, r#"{"step":"3a","at":1780315201000}"#),
    (
        "run.step_ticked",
        1,
        r#"{"step":"3a","title":"Roll back","result":"worked","mitigates":true,"at":1780315202000}"#,
    ),
    ("run.step_ticked", 1, r#"{"step":"1","title":"Check","result":"failed","at":1780315202000}"#),
    (
        "run.step_skipped",
        1,
        r#"{"step":"3b","title":"Start over","reason":"not needed","at":1780315203000}"#,
    ),
    (
        "run.tick_undone",
        1,
        r#"{"step":"3a","ticks":["0197288a-1111-7000-8000-000000000005"],"at":1780315204000}"#,
    ),
    ("run.noted", 1, r#"{"step":"3a","text":"took two tries","at":1780315205000}"#),
    ("run.noted", 1, r#"{"text":"paged the owner","at":1780315205000}"#),
    ("run.ended", 1, r#"{"exercise":"0197288a-1111-7000-8000-000000000006","at":1780315206000}"#),
    ("run.abandoned", 1, r#"{"reason":"a false alarm","at":1780315206000}"#),
];

/// The bodies of this file and those of one noun each beside it.
fn stored() -> Vec<(&'static str, u32, &'static str)> {
    [&STORED[..], &incident::STORED, &postmortem::STORED, &report::STORED].concat()
}

/// What the bodies of [`stored`] mean, in the same order.
fn all_meant() -> Vec<Event> {
    [meant(), incident::meant(), postmortem::meant(), report::meant()].concat()
}

fn id(last: u8) -> EntryId {
    let text = format!("0197288a-1111-7000-8000-0000000000{last:02x}");
    EntryId::parse(&text).expect("an id")
}

fn hash() -> Hash {
    Hash::from_bytes(std::array::from_fn(|at| u8::try_from(at).expect("a byte")))
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

fn facts(date: &str, offset: &str, kind: ExerciseKind, outcome: Outcome) -> Facts {
    Facts {
        happened_on: date.parse().expect("a date"),
        offset: offset.into(),
        kind,
        outcome,
        steps: vec![],
        context: vec![],
        note: String::new(),
        minutes: None,
        incident: None,
    }
}

fn row(key: &str, date: &str, cells: &[(&str, &str)], occurrence: u32) -> Row {
    let date = date.parse().expect("a date");
    Row { key: RowKey::from(key), date, cells: pairs(cells), occurrence }
}

fn recorded_in_full() -> Event {
    let step = |id: &str, result| StepOutcome { id: StepId::from(id), result };
    let cells = [("Date", "2026-06-01"), ("Release", "ingress-nginx"), ("Resolved by", "Step 3a")];
    Event::ExerciseRecorded(ExerciseRecorded {
        facts: Facts {
            steps: vec![step("3a", StepResult::Worked), step("3c", StepResult::Failed)],
            context: pairs(&[("Release", "ingress-nginx"), ("Region", "eu-west")]),
            note: "CRDs \"by hand\",\nthen é".into(),
            minutes: Some(4),
            incident: Some("INC-2026-06-01-001".into()),
            ..facts("2026-06-01", "+02:00", ExerciseKind::GameDay, Outcome::Partial)
        },
        text: Some(hash()),
        row: Some(row("r1:5a", "2026-06-01", &cells, 1)),
    })
}

fn recorded(offset: &str, kind: ExerciseKind, outcome: Outcome) -> Event {
    let facts = facts("2026-06-01", offset, kind, outcome);
    Event::ExerciseRecorded(ExerciseRecorded { facts, text: None, row: None })
}

fn amended_in_full() -> Event {
    Event::ExerciseAmended(ExerciseAmended {
        exercise: id(1),
        replaces: id(2),
        reason: "wrong step".into(),
        facts: Some(Facts {
            steps: vec![StepOutcome { id: StepId::from("3b"), result: StepResult::Worked }],
            ..facts("2026-06-02", "+02:00", ExerciseKind::Drill, Outcome::Worked)
        }),
        row: Some(row("r1:5b", "2026-06-02", &[("Date", "2026-06-02")], 0)),
    })
}

/// An erasure of what began an incident.
fn erased_beginning(status: Option<Status>, replaces: Option<EntryId>) -> Event {
    let label = IncidentLabel::new("INC-2026-06-01-001".to_owned());
    let keeps = Some(KeptFacts { label, severity: Severity::ALL[1], status, replaces });
    let entry = EntryId::parse("0197288a-1111-7000-8000-000000000004").expect("an id");
    Event::EntryErased(EntryErased { entry, reason: "a name".into(), keeps })
}

/// What the bodies of [`STORED`] mean, in the same order.
fn meant() -> Vec<Event> {
    let cells = [("Date", "2026-03-30"), ("Release", ""), ("Resolved by", "Step 3a + 3c")];
    let moved = |seen| {
        let (from, to) = (Slug::from("a/old"), Slug::from("b/new"));
        Event::RunbookMoved(RunbookMoved { from, to, seen })
    };
    let resolved =
        |reason: &str| Event::NoteResolved(NoteResolved { note: id(3), reason: reason.into() });
    let (exercise, replaces) = (id(1), id(1));
    vec![
        recorded_in_full(),
        recorded("+00:00", ExerciseKind::Incident, Outcome::NotUsed),
        recorded("-03:30", ExerciseKind::Tabletop, Outcome::Unclear),
        Event::ExerciseFound(ExerciseFound { row: row("r1:5a", "2026-03-30", &cells, 0) }),
        amended_in_full(),
        Event::ExerciseAmended(ExerciseAmended {
            exercise,
            replaces,
            reason: String::new(),
            facts: None,
            row: None,
        }),
        Event::ExerciseRetracted(ExerciseRetracted { exercise, reason: "another cluster".into() }),
        Event::RowWritten(RowWritten { exercise, key: RowKey::from("r1:5a") }),
        Event::NoteAdded(NoteAdded {
            step: Some(StepId::from("3a")),
            step_title: "Roll back".into(),
            text: "wait for the hook first".into(),
        }),
        Event::NoteAdded(NoteAdded {
            step: None,
            step_title: String::new(),
            text: "about all of it".into(),
        }),
        resolved("in the text now"),
        resolved(""),
        moved(MoveSeen::FrontMatter),
        moved(MoveSeen::SameText),
        Event::EntryErased(EntryErased {
            entry: id(4),
            reason: "held a password".into(),
            keeps: None,
        }),
        erased_beginning(None, None),
        erased_beginning(Some(Status::Resolved), Some(id(3))),
        Event::BlobErased(BlobErased { blob: hash(), reason: "held a password".into() }),
        Event::UsageCounted(UsageCounted {
            node: "ops-1".into(),
            day: "2026-06-01".parse().expect("a day"),
            opened: vec![
                Opened { runbook: "disk".into(), step: None, times: 3, from_alerts: 2 },
                Opened {
                    runbook: "disk".into(),
                    step: Some("3a".into()),
                    times: 1,
                    from_alerts: 0,
                },
            ],
        }),
    ]
    .into_iter()
    .chain(meant_of_runs())
    .collect()
}

fn at(seconds: i64) -> Timestamp {
    Timestamp(1_780_315_200_000 + seconds * 1000)
}

fn meant_of_runs() -> Vec<Event> {
    let started = |slug: &str, title: &str, kind| RunStarted {
        runbook: slug.into(),
        slug: slug.into(),
        title: title.into(),
        text: hash(),
        context: vec![],
        kind,
        incident: None,
        at: at(0),
    };
    let ticked = |step: &str, title: &str, result, mitigates| {
        let (step, title) = (StepId::from(step), title.into());
        Event::RunStepTicked(RunStepTicked { step, title, result, mitigates, at: at(2) })
    };
    let noted = |step: Option<&str>, text: &str| {
        let step = step.map(StepId::from);
        Event::RunNoted(RunNoted { step, text: text.into(), at: at(5) })
    };
    vec![
        Event::RunStarted(RunStarted {
            context: pairs(&[("Release", "shop")]),
            incident: Some("INC-2026-06-01-001".into()),
            ..started("rollback/helm", "Roll back", ExerciseKind::Incident)
        }),
        Event::RunStarted(started("disk", "Disk full", ExerciseKind::Drill)),
        Event::RunStepOpened(RunStepOpened { step: "3a".into(), at: at(1) }),
        ticked("3a", "Roll back", StepResult::Worked, true),
        ticked("1", "Check", StepResult::Failed, false),
        Event::RunStepSkipped(RunStepSkipped {
            step: "3b".into(),
            title: "Start over".into(),
            reason: "not needed".into(),
            at: at(3),
        }),
        Event::RunTickUndone(RunTickUndone { step: "3a".into(), ticks: vec![id(5)], at: at(4) }),
        noted(Some("3a"), "took two tries"),
        noted(None, "paged the owner"),
        Event::RunEnded(RunEnded { exercise: id(6), at: at(6) }),
        Event::RunAbandoned(RunAbandoned { reason: "a false alarm".into(), at: at(6) }),
    ]
}

#[test]
fn stored_bodies_mean_what_they_meant_and_are_written_byte_for_byte() {
    let meant = all_meant();
    assert_eq!(meant.len(), stored().len());
    for ((kind, version, body), meant) in stored().into_iter().zip(meant) {
        let read = Event::decode(kind, version, body).expect(body).expect("a known kind");
        assert_eq!(read, meant);
        assert_eq!((meant.kind(), meant.version()), (kind, version));
        assert_eq!(meant.to_json().expect(body), body);
    }
}

#[test]
fn every_kind_has_a_stored_body() {
    // A new kind does not compile here until it has a line, and a line in `STORED`.
    let name = |event: &Event| match event {
        Event::ExerciseRecorded(_) => "exercise.recorded",
        Event::ExerciseFound(_) => "exercise.found",
        Event::ExerciseAmended(_) => "exercise.amended",
        Event::ExerciseRetracted(_) => "exercise.retracted",
        Event::RowWritten(_) => "row.written",
        Event::NoteAdded(_) => "note.added",
        Event::NoteResolved(_) => "note.resolved",
        Event::RunbookMoved(_) => "runbook.moved",
        Event::IncidentOpened(_) => "incident.opened",
        Event::IncidentImported(_) => "incident.imported",
        Event::IncidentFieldSet(_) => "incident.field_set",
        Event::IncidentTimeSet(_) => "incident.time_set",
        Event::IncidentStatusChanged(_) => "incident.status_changed",
        Event::IncidentReopened(_) => "incident.reopened",
        Event::IncidentRoleSet(_) => "incident.role_set",
        Event::IncidentNoted(_) => "incident.noted",
        Event::IncidentRunbookUsed(_) => "incident.runbook_used",
        Event::PostmortemScheduled(_) => "postmortem.scheduled",
        Event::PostmortemStarted(_) => "postmortem.started",
        Event::PostmortemChanged(_) => "postmortem.changed",
        Event::PostmortemSectionWritten(_) => "postmortem.section_written",
        Event::ChecklistAnswered(_) => "checklist.answered",
        Event::PostmortemPublished(_) => "postmortem.published",
        Event::ActionOpened(_) => "action.opened",
        Event::ActionChanged(_) => "action.changed",
        Event::ReportScheduled(_) => "report.scheduled",
        Event::ReportGenerated(_) => "report.generated",
        Event::ReportRequested(_) => "report.requested",
        Event::ReportDelivered(_) => "report.delivered",
        Event::ReportDeliveryFailed(_) => "report.delivery_failed",
        Event::UsageCounted(_) => "usage.counted",
        Event::EntryErased(_) => "entry.erased",
        Event::BlobErased(_) => "blob.erased",
        Event::RunStarted(_) => "run.started",
        Event::RunStepOpened(_) => "run.step_opened",
        Event::RunStepTicked(_) => "run.step_ticked",
        Event::RunStepSkipped(_) => "run.step_skipped",
        Event::RunTickUndone(_) => "run.tick_undone",
        Event::RunNoted(_) => "run.noted",
        Event::RunEnded(_) => "run.ended",
        Event::RunAbandoned(_) => "run.abandoned",
    };
    let kinds: BTreeSet<_> = all_meant().iter().map(name).collect();
    assert_eq!(kinds.len(), 41);
    assert_eq!(kinds, stored().iter().map(|(kind, _, _)| *kind).collect());
}

#[test]
fn every_word_of_a_body_is_stored_as_it_always_was() {
    let worded = |word: &str, body: &str| assert!(body.contains(&format!("\"{word}\"")), "{body}");
    for (word, kind) in ["incident", "drill", "game-day", "tabletop"].iter().zip(ExerciseKind::ALL)
    {
        worded(word, &recorded("+00:00", kind, Outcome::Worked).to_json().expect("json"));
    }
    use Outcome::{Failed, NotUsed, Partial, Unclear, Worked};
    let words = ["worked", "partial", "failed", "not-used", "unclear"];
    for (word, outcome) in words.iter().zip([Worked, Partial, Failed, NotUsed, Unclear]) {
        let event = recorded("+00:00", ExerciseKind::Drill, outcome);
        worded(word, &event.to_json().expect("json"));
    }
    let seen = [MoveSeen::Git, MoveSeen::FrontMatter, MoveSeen::SameText, MoveSeen::Hand];
    for (word, seen) in ["git", "front-matter", "same-text", "hand"].iter().zip(seen) {
        let moved = RunbookMoved { from: Slug::from("a"), to: Slug::from("b"), seen };
        worded(word, &Event::RunbookMoved(moved).to_json().expect("json"));
    }
}

#[test]
fn kinds_and_versions_of_later_programs_are_kept_and_skipped() {
    for (kind, version, body) in stored() {
        for (kind, version) in [(kind, version + 1), (kind, 0), (kind, u32::MAX)] {
            assert_eq!(Event::decode(kind, version, body).expect("no error"), None);
        }
        let capitals = kind.to_uppercase();
        assert_eq!(Event::decode(&capitals, version, body).expect("no error"), None);
    }
    assert_eq!(Event::decode("incident.unheard", 1, "not json").expect("no error"), None);
    assert_eq!(Event::decode("", 1, "").expect("no error"), None);
}

#[test]
fn a_body_that_was_cut_off_is_an_error() {
    for (kind, version, body) in stored() {
        for end in (0..body.len()).filter(|end| body.is_char_boundary(*end)) {
            assert!(
                Event::decode(kind, version, &body[..end]).is_err(),
                "{kind}: {}",
                &body[..end]
            );
        }
        assert!(Event::decode(kind, version, &format!("{body}}}")).is_err());
    }
}

#[test]
fn a_body_that_lacks_what_its_kind_promises_is_an_error() {
    for (kind, version, _) in stored() {
        for damaged in ["", "{}", "[]", "null", "1", "\"\"", "{\"reason\":1}"] {
            assert!(Event::decode(kind, version, damaged).is_err(), "{kind}: {damaged}");
        }
    }
    let (kind, version, body) = STORED[0];
    for (good, bad) in [
        ("2026-06-01", "2026-02-30"),
        ("game-day", "party"),
        ("partial", "great"),
        (r#""minutes":4"#, r#""minutes":4.0"#),
        (r#""minutes":4"#, r#""minutes":-4"#),
        ("000102", "00010"),
        ("000102", "+00102"),
        (r#"["Release","ingress-nginx"]"#, r#"["Release"]"#),
    ] {
        assert!(body.contains(good));
        let damaged = body.replacen(good, bad, 1);
        assert!(Event::decode(kind, version, &damaged).is_err(), "{damaged}");
    }
}

#[test]
fn no_body_holds_a_float() {
    fn check(value: &Value) {
        match value {
            Value::Number(number) => assert!(!number.is_f64(), "{number}"),
            Value::Array(values) => values.iter().for_each(check),
            Value::Object(fields) => fields.values().for_each(check),
            Value::Null | Value::Bool(_) | Value::String(_) => {}
        }
    }
    for event in all_meant() {
        let body = event.to_json().expect("json");
        check(&serde_json::from_str(&body).expect("json"));
    }
}
