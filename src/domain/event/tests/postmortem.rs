//! Stored bodies of entries about postmortems and action items, and what they mean.

use std::collections::BTreeMap;

use super::{hash, id};
use crate::domain::action_item::{ActionKind, ActionState, Priority};
use crate::domain::checklist::{Answer, Answered, AskedBy, FollowUp, Verdict};
use crate::domain::entry::Timestamp;
use crate::domain::event::{
    ActionChanged, ActionOpened, ChecklistAnswered, Event, PostmortemChanged, PostmortemPublished,
    PostmortemScheduled, PostmortemSectionWritten, PostmortemStarted,
};
use crate::domain::id::{ActionId, QuestionId};
use crate::domain::incident::Severity;
use crate::domain::postmortem::{Cause, Section};

/// **These lines may never change**; see [`super::STORED`].
pub(super) const STORED: [(&str, u32, &str); 15] = [
    (
        "postmortem.scheduled",
        1,
        r#"{"required":true,"severity":1,"resolved_at":1780315200000,"draft_due":1780315200001,"publish_due":1780315200002}"#,
    ),
    ("postmortem.scheduled", 1, r#"{"required":false,"severity":3,"resolved_at":1780315200000}"#),
    (
        "postmortem.started",
        1,
        r#"{"template":"standard","owner":"ana","cause":"other","reason":"a disk broke"}"#,
    ),
    ("postmortem.started", 1, r#"{"template":"standard","owner":"ana"}"#),
    (
        "postmortem.changed",
        1,
        r#"{"replaces":"0197288a-1111-7000-8000-000000000001","template":"short","owner":"bob","cause":"change","reason":"it was ours"}"#,
    ),
    ("postmortem.changed", 1, r#"{"replaces":"0197288a-1111-7000-8000-000000000001","owner":""}"#),
    (
        "postmortem.section_written",
        1,
        r#"{"section":"root-cause","text":"a *default*\nchanged","replaces":"0197288a-1111-7000-8000-000000000001"}"#,
    ),
    ("postmortem.section_written", 1, r#"{"section":"summary","text":""}"#),
    (
        "checklist.answered",
        1,
        r#"{"question":"change-rollback/version-pinning","text":"Was it pinned?","also":[{"runbook":"rollback/helm","question":"Pinned?","if_bad":"pin it"},{"runbook":"b","question":"Is it?"}],"answer":"yes","verdict":"good","evidence":{"version":"4.12.1"},"reason":"in the lock file","replaces":"0197288a-1111-7000-8000-000000000001"}"#,
    ),
    (
        "checklist.answered",
        1,
        r#"{"question":"a/b","text":"Was it?","answer":"no","verdict":"bad","follow_up":{"action":"0197288a-1111-7000-8000-000000000002"}}"#,
    ),
    (
        "checklist.answered",
        1,
        r#"{"question":"a/b","text":"Was it?","answer":"not-applicable","verdict":"not-applicable","reason":"no chart","follow_up":{"declined":"never again"}}"#,
    ),
    (
        "checklist.answered",
        1,
        r#"{"question":"asked/why","text":"Why?","answer":"words","words":"because\nof that","verdict":"told"}"#,
    ),
    (
        "postmortem.published",
        1,
        r#"{"file":"postmortems/INC-2026-06-01-001.md","text":"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"}"#,
    ),
    (
        "action.opened",
        1,
        r#"{"number":2,"text":"pin it","kind":"prevent","priority":"high","owner":"bob","due":"2026-07-01","link":"https://t.example.org/1","question":"a/b"}"#,
    ),
    (
        "action.changed",
        1,
        r#"{"action":"0197288a-1111-7000-8000-000000000001","replaces":"0197288a-1111-7000-8000-000000000002","text":"pin all","kind":"process","priority":"low","owner":"ana","due":"2026-08-01","link":"","state":"will-not-do","reason":"the chart is gone"}"#,
    ),
];

/// What they mean, in the same order.
pub(super) fn meant() -> Vec<Event> {
    let mut all = written();
    all.extend(answered().into_iter().map(Event::ChecklistAnswered));
    all.extend(published());
    all
}

fn written() -> Vec<Event> {
    let noon = Timestamp(1_780_315_200_000);
    vec![
        Event::PostmortemScheduled(PostmortemScheduled {
            required: true,
            severity: Severity::ALL[1],
            resolved_at: noon,
            draft_due: Some(Timestamp(noon.0 + 1)),
            publish_due: Some(Timestamp(noon.0 + 2)),
        }),
        Event::PostmortemScheduled(PostmortemScheduled {
            required: false,
            severity: Severity::ALL[3],
            resolved_at: noon,
            draft_due: None,
            publish_due: None,
        }),
        Event::PostmortemStarted(PostmortemStarted {
            template: "standard".into(),
            owner: "ana".into(),
            cause: Some(Cause::Other),
            reason: "a disk broke".into(),
        }),
        Event::PostmortemStarted(PostmortemStarted {
            template: "standard".into(),
            owner: "ana".into(),
            cause: None,
            reason: String::new(),
        }),
        Event::PostmortemChanged(PostmortemChanged {
            replaces: id(1),
            template: Some("short".into()),
            owner: Some("bob".into()),
            cause: Some(Cause::Change),
            reason: "it was ours".into(),
        }),
        Event::PostmortemChanged(PostmortemChanged {
            replaces: id(1),
            template: None,
            owner: Some(String::new()),
            cause: None,
            reason: String::new(),
        }),
        Event::PostmortemSectionWritten(PostmortemSectionWritten {
            section: Section::RootCause,
            text: "a *default*\nchanged".into(),
            replaces: Some(id(1)),
        }),
        Event::PostmortemSectionWritten(PostmortemSectionWritten {
            section: Section::Summary,
            text: String::new(),
            replaces: None,
        }),
    ]
}

fn answer(question: &str, text: &str, answer: Answer, verdict: Verdict) -> Answered {
    Answered {
        question: QuestionId::from(question),
        text: text.into(),
        also: Vec::new(),
        answer,
        verdict,
        evidence: BTreeMap::new(),
        reason: String::new(),
        follow_up: None,
    }
}

fn answered() -> Vec<ChecklistAnswered> {
    let asked = |runbook: &str, question: &str, if_bad: &str| AskedBy {
        runbook: runbook.into(),
        question: question.into(),
        if_bad: if_bad.into(),
    };
    let pinned = "change-rollback/version-pinning";
    let good = Answered {
        also: vec![asked("rollback/helm", "Pinned?", "pin it"), asked("b", "Is it?", "")],
        evidence: BTreeMap::from([("version".into(), "4.12.1".into())]),
        reason: "in the lock file".into(),
        ..answer(pinned, "Was it pinned?", Answer::Yes, Verdict::Good)
    };
    let bad = Answered {
        follow_up: Some(FollowUp::Action(ActionId::new(id(2)))),
        ..answer("a/b", "Was it?", Answer::No, Verdict::Bad)
    };
    let aside = Answered {
        reason: "no chart".into(),
        follow_up: Some(FollowUp::Declined("never again".into())),
        ..answer("a/b", "Was it?", Answer::NotApplicable, Verdict::NotApplicable)
    };
    let words = Answer::Words("because\nof that".into());
    let told = answer("asked/why", "Why?", words, Verdict::Told);
    let first = |answered| ChecklistAnswered { answered, replaces: None };
    vec![
        ChecklistAnswered { answered: good, replaces: Some(id(1)) },
        first(bad),
        first(aside),
        first(told),
    ]
}

fn published() -> Vec<Event> {
    vec![
        Event::PostmortemPublished(PostmortemPublished {
            file: "postmortems/INC-2026-06-01-001.md".into(),
            text: hash(),
        }),
        Event::ActionOpened(ActionOpened {
            number: 2,
            text: "pin it".into(),
            kind: ActionKind::Prevent,
            priority: Priority::High,
            owner: "bob".into(),
            due: "2026-07-01".parse().ok(),
            link: "https://t.example.org/1".into(),
            question: Some(QuestionId::from("a/b")),
        }),
        Event::ActionChanged(ActionChanged {
            action: ActionId::new(id(1)),
            replaces: id(2),
            text: Some("pin all".into()),
            kind: Some(ActionKind::Process),
            priority: Some(Priority::Low),
            owner: Some("ana".into()),
            due: Some("2026-08-01".parse().ok()),
            link: Some(String::new()),
            state: Some(ActionState::WillNotDo),
            reason: "the chart is gone".into(),
        }),
    ]
}

#[test]
fn a_due_date_that_is_taken_away_is_told_apart_from_one_that_stays() {
    let change = |due| ActionChanged { due, ..ActionChanged::of(ActionId::new(id(1)), id(2)) };
    for due in [None, Some(None), Some("2026-08-01".parse().ok())] {
        let body = serde_json::to_string(&change(due)).expect("JSON");
        assert_eq!(body.contains("due"), due.is_some(), "{body}");
        let read: ActionChanged = serde_json::from_str(&body).expect("a change");
        assert_eq!(read.due, due, "{body}");
    }
}
