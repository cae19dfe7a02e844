//! How sections, their versions and what is missing come together.

use std::collections::BTreeMap;

use super::*;
use crate::domain::action_item::{ActionItem, ActionKind, ActionState, Priority};
use crate::domain::checklist::{Answer, Ask, Evidence, EvidenceKind, FollowUp, Good, Group};
use crate::domain::checklist::{Question, Verdict};
use crate::domain::id::ActionId;
use crate::domain::incident::Severity;

const HOUR: i64 = 60 * 60 * 1000;

fn entry(name: &str) -> EntryId {
    EntryId::derived(&[name])
}

fn begun() -> Begun {
    Begun {
        at: Timestamp(0),
        by: Actor::scan(),
        template: "standard".to_owned(),
        owner: "ana".to_owned(),
        cause: None,
        reason: String::new(),
        version: entry("begun"),
        conflict: false,
    }
}

fn written(text: &str) -> Vec<Version> {
    let by = Actor::scan();
    vec![Version { id: entry(text), text: text.to_owned(), at: Timestamp(0), by, conflict: false }]
}

fn question() -> Question {
    let evidence = |name: &str| Evidence {
        name: name.to_owned(),
        label: format!("the {name}"),
        kind: EvidenceKind::Text,
        after: None,
    };
    Question {
        id: QuestionId::from("own/pinned"),
        text: "Was it pinned?".to_owned(),
        ask: Ask::Check { good: Good::Yes },
        evidence: vec![evidence("version")],
        if_bad: "Pin it".to_owned(),
        action: ActionKind::Prevent,
        also: Vec::new(),
    }
}

fn given(answer: Answer, follow_up: Option<FollowUp>) -> Given {
    let question = question();
    let verdict = question.judge(&answer, &BTreeMap::new(), "").expect("an answer");
    let answered = Answered {
        question: question.id,
        text: question.text,
        also: Vec::new(),
        answer,
        verdict,
        evidence: BTreeMap::new(),
        reason: String::new(),
        follow_up,
    };
    Given { id: entry("given"), answered, at: Timestamp(0), by: Actor::scan(), conflict: false }
}

fn action(owner: &str) -> ActionItem {
    ActionItem {
        id: ActionId::new(entry("action")),
        number: 1,
        text: "Pin it".to_owned(),
        kind: ActionKind::Prevent,
        priority: Priority::High,
        owner: owner.to_owned(),
        due: Some("2026-07-01".parse().expect("a day")),
        link: String::new(),
        question: None,
        state: ActionState::Open,
        reason: String::new(),
        opened_at: Timestamp(0),
        opened_by: Actor::scan(),
        closed_at: None,
        version: entry("action"),
        conflict: false,
    }
}

/// A postmortem that lacks nothing but what the test takes away.
fn whole() -> Postmortem {
    let sections = Section::ALL.into_iter().filter(|section| section.is_required());
    let follow_up = Some(FollowUp::Action(ActionId::new(entry("action"))));
    Postmortem {
        begun: Some(begun()),
        sections: sections.map(|section| (section, written("some words"))).collect(),
        answers: BTreeMap::from([(question().id, given(Answer::No, follow_up))]),
        ..Postmortem::default()
    }
}

fn told(postmortem: &Postmortem, actions: &[ActionItem], times: &[&str]) -> Vec<String> {
    told_with(postmortem, actions, times, None)
}

fn told_with(
    postmortem: &Postmortem,
    actions: &[ActionItem],
    times: &[&str],
    doubt: Option<Doubt>,
) -> Vec<String> {
    let title = String::new();
    let groups = [Group { name: "own".to_owned(), title, questions: vec![question()] }];
    let draft = Draft {
        label: "INC-2026-06-01-001",
        resolved: true,
        unknown_times: times,
        postmortem,
        groups: &groups,
        actions,
        doubt,
        broken_template: None,
    };
    missing(&draft)
        .into_iter()
        .map(|it| format!("{}: {} [{}]", it.about, it.message, it.fix))
        .collect()
}

#[test]
fn nothing_is_missing_when_everything_is_there() {
    assert_eq!(told(&whole(), &[action("ben")], &[]), [""; 0]);
}

#[test]
fn a_cause_that_nobody_settled_is_missing() {
    let check = |doubt, expected: &str| {
        let said = told_with(&whole(), &[action("ben")], &[], Some(doubt));
        assert!(said.len() == 1 && said[0].ends_with(expected), "{said:?}");
    };
    let edit = "[runledger postmortem edit INC-2026-06-01-001 --cause";
    check(Doubt::Unsaid, &format!("{edit} change|other]"));
    check(Doubt::Contradicted, &format!("{edit} other --reason WHY]"));
}

#[test]
fn a_section_that_says_nothing_is_not_written() {
    for text in ["\u{200b}", "<!-- later -->", "#", ". . ."] {
        let mut postmortem = whole();
        postmortem.sections.insert(Section::Summary, written(text));
        let said = told(&postmortem, &[action("ben")], &[]);
        assert!(said.len() == 1 && said[0].contains("\"Summary\" is not written"), "{said:?}");
    }
}

#[test]
fn each_piece_that_is_missing_is_told_in_a_sentence_with_what_mends_it() {
    let check = |change: &dyn Fn(&mut Postmortem), expected: &str| {
        let mut postmortem = whole();
        change(&mut postmortem);
        assert_eq!(told(&postmortem, &[action("ben")], &[]), [expected]);
    };
    check(
        &|it| it.begun = None,
        "postmortem: Nobody has begun the postmortem. \
         [runledger postmortem start INC-2026-06-01-001]",
    );
    check(
        &|it| drop(it.sections.remove(&Section::RootCause)),
        "section:root-cause: The section \"Root cause\" is not written. \
         [runledger postmortem edit INC-2026-06-01-001 root-cause]",
    );
    check(
        &|it| it.sections.entry(Section::Whys).or_insert_with(|| written("x"))[0].conflict = true,
        "section:whys: Two people wrote \"Whys\" at once: read both versions and save it again. \
         [runledger postmortem edit INC-2026-06-01-001 whys]",
    );
    check(
        &|it| it.answers.clear(),
        "question:own/pinned: The question \"Was it pinned?\" is not answered. \
         [runledger postmortem answer INC-2026-06-01-001 own/pinned ANSWER]",
    );
    check(
        &|it| drop(it.answers.insert(question().id, given(Answer::Yes, None))),
        "question:own/pinned: The good answer to \"Was it pinned?\" does not name the version. \
         [runledger postmortem answer INC-2026-06-01-001 own/pinned yes --evidence version=VALUE]",
    );
    check(
        &|it| drop(it.answers.insert(question().id, given(Answer::No, None))),
        "question:own/pinned: The bad answer to \"Was it pinned?\" has neither an action item nor \
         a reason why there is none. \
         [runledger postmortem answer INC-2026-06-01-001 own/pinned no --action]",
    );
}

#[test]
fn times_and_owners_are_wanted_too() {
    assert_eq!(
        told(&whole(), &[action(" ")], &["mitigated"]),
        [
            "incident: The time \"mitigated\" is neither known nor said not to apply to this \
             incident. [runledger incident set INC-2026-06-01-001 mitigated=TIME]"
                .to_owned(),
            format!(
                "action:{}: Action item 1 (\"Pin it\") has no owner. \
                 [runledger action move INC-2026-06-01-001/1 --owner NAME]",
                entry("action")
            ),
        ]
    );
    let gone = told(&whole(), &[], &[]);
    assert!(gone[0].contains("is gone"), "{gone:?}");
    assert_eq!(gone.len(), 1);
}

#[test]
fn the_status_follows_from_what_was_done() {
    let mut postmortem = Postmortem::default();
    assert_eq!(postmortem.status(), PostmortemStatus::NotRequired);
    let due = |hours| Some(Timestamp(hours * HOUR));
    postmortem.schedule = Some(Schedule {
        required: true,
        severity: Severity::ALL[0],
        resolved_at: Timestamp(0),
        draft_due: due(48),
        publish_due: due(120),
    });
    assert_eq!(postmortem.status(), PostmortemStatus::Required);
    let late = |postmortem: &Postmortem, hours: i64| {
        postmortem.overdue(Timestamp(hours * HOUR)).map(|late| (late.what, late.days))
    };
    assert_eq!(late(&postmortem, 48), None);
    assert_eq!(late(&postmortem, 49), Some(("draft", 0)));
    assert_eq!(late(&postmortem, 145), Some(("publication", 1)));
    postmortem.begun = Some(begun());
    assert_eq!(postmortem.status(), PostmortemStatus::Draft);
    assert_eq!(late(&postmortem, 49), None, "there is a draft");
    assert_eq!(late(&postmortem, 121), Some(("publication", 0)));
    postmortem.published = Some(Published {
        id: entry("published"),
        at: Timestamp(0),
        by: Actor::scan(),
        file: "postmortems/x.md".to_owned(),
        text: Hash::ZERO,
    });
    assert_eq!(postmortem.status(), PostmortemStatus::Published);
    assert_eq!(late(&postmortem, 1000), None);
}

#[test]
fn sections_are_read_as_people_write_them() {
    for section in Section::ALL {
        assert_eq!(Section::parse(section.as_str()), Some(section));
        assert_eq!(serde_json::to_value(section).expect("a word"), section.as_str());
    }
    assert_eq!(Section::parse("Root cause"), Some(Section::RootCause));
    assert_eq!(Section::parse("blame"), None);
    assert_eq!(given(Answer::No, None).answered.verdict, Verdict::Bad);
}
