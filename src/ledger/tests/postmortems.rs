//! What the entries of a postmortem and its action items come to, in whatever order they came.

use std::collections::BTreeMap;

use super::*;
use crate::domain::action_item::{ActionItem, ActionKind, ActionState, Priority};
use crate::domain::checklist::{Answer, Answered, Verdict};
use crate::domain::event::{
    ActionChanged, ActionOpened, ChecklistAnswered, PostmortemChanged, PostmortemPublished,
    PostmortemScheduled, PostmortemSectionWritten, PostmortemStarted,
};
use crate::domain::id::{ActionId, IncidentId};
use crate::domain::incident::Severity;
use crate::domain::postmortem::{Cause, Postmortem, PostmortemStatus, Section};
use crate::ledger::{AnswerCount, Erasure};

fn incident() -> IncidentId {
    IncidentId::new(id("incident"))
}

fn about(name: &str, at: i64, event: &Event) -> Entry {
    entry_about(&incident().to_string(), name, at, event)
}

fn started() -> Event {
    Event::PostmortemStarted(PostmortemStarted {
        template: "standard".to_owned(),
        owner: "ana".to_owned(),
        cause: None,
        reason: String::new(),
    })
}

fn owned(owner: &str, replaces: &str) -> Event {
    Event::PostmortemChanged(PostmortemChanged {
        replaces: id(replaces),
        template: None,
        owner: Some(owner.to_owned()),
        cause: None,
        reason: String::new(),
    })
}

fn summary(text: &str, replaces: Option<&str>) -> Event {
    Event::PostmortemSectionWritten(PostmortemSectionWritten {
        section: Section::Summary,
        text: text.to_owned(),
        replaces: replaces.map(id),
    })
}

fn answered(answer: Answer, verdict: Verdict, replaces: Option<&str>) -> Event {
    let answered = Answered {
        question: "own/pinned".into(),
        text: "Was it pinned?".to_owned(),
        also: Vec::new(),
        answer,
        verdict,
        evidence: BTreeMap::new(),
        reason: String::new(),
        follow_up: None,
    };
    Event::ChecklistAnswered(ChecklistAnswered { answered, replaces: replaces.map(id) })
}

fn action(number: u32, text: &str) -> Event {
    Event::ActionOpened(ActionOpened {
        number,
        text: text.to_owned(),
        kind: ActionKind::Prevent,
        priority: Priority::Medium,
        owner: String::new(),
        due: None,
        link: String::new(),
        question: None,
    })
}

fn state(of: &str, replaces: &str, state: ActionState) -> Event {
    let change = ActionChanged::of(ActionId::new(id(of)), id(replaces));
    Event::ActionChanged(ActionChanged { state: Some(state), ..change })
}

/// What entries come to in a new ledger; checked against a replay as well.
fn told(entries: &[Entry]) -> (Postmortem, Vec<ActionItem>) {
    let (_folder, mut ledger) = new_ledger();
    for entry in entries {
        append(&mut ledger, std::slice::from_ref(entry)).expect("appended");
    }
    assert_eq!(ledger.verify(None).expect("readable").problems, []);
    let postmortem = ledger.postmortem(incident()).expect("readable").unwrap_or_default();
    (postmortem, ledger.action_items_of(incident()).expect("readable"))
}

fn history() -> Vec<Entry> {
    vec![
        about("start", 1, &started()),
        about("owner", 2, &owned("ben", "start")),
        about("s1", 3, &summary("one", None)),
        about("s2", 4, &summary("two", Some("s1"))),
        about("a1", 5, &answered(Answer::No, Verdict::Bad, None)),
        about("a2", 6, &answered(Answer::Yes, Verdict::Good, Some("a1"))),
        about("i1", 7, &action(1, "pin it")),
        about("i2", 7, &action(2, "test it")),
        about("i1-going", 8, &state("i1", "i1", ActionState::InProgress)),
        about("i1-done", 9, &state("i1", "i1-going", ActionState::Done)),
    ]
}

#[test]
fn the_last_word_stands_and_the_texts_before_are_kept() {
    let (postmortem, actions) = told(&history());
    assert_eq!(postmortem.status(), PostmortemStatus::Draft);
    assert_eq!(postmortem.begun.as_ref().map(|begun| begun.owner.as_str()), Some("ben"));
    assert_eq!(postmortem.text(Section::Summary), "two");
    assert_eq!(postmortem.sections[&Section::Summary].len(), 2);
    let given = &postmortem.answers[&"own/pinned".into()];
    assert_eq!((given.answered.verdict, given.conflict), (Verdict::Good, false));
    let states: Vec<_> = actions.iter().map(|it| (it.number, it.state)).collect();
    assert_eq!(states, [(1, ActionState::Done), (2, ActionState::Open)]);
    assert_eq!((actions[0].closed_at, actions[0].conflict), (Some(Timestamp(9)), false));
}

#[test]
fn the_order_of_arrival_and_slow_clocks_change_nothing() {
    let mut entries = history();
    let expected = told(&entries);
    for turn in 1..entries.len() {
        entries.rotate_left(turn);
        entries.swap(0, turn);
        assert_eq!(told(&entries), expected);
    }
    let slow: Vec<Entry> = [
        about("s1", 9, &summary("one", None)),
        about("s2", 4, &summary("two", Some("s1"))),
        about("i1", 9, &action(1, "pin it")),
        about("i1-done", 2, &state("i1", "i1", ActionState::Done)),
    ]
    .into();
    let (postmortem, actions) = told(&slow);
    assert_eq!(postmortem.text(Section::Summary), "two");
    assert!(postmortem.version(Section::Summary).is_some_and(|version| !version.conflict));
    assert_eq!((actions[0].state, actions[0].conflict), (ActionState::Done, false));
}

#[test]
fn writers_who_did_not_know_of_each_other_are_a_conflict_until_somebody_decides() {
    let mut entries = history();
    entries.push(about("s3", 10, &summary("three", Some("s1"))));
    entries.push(about("a3", 10, &answered(Answer::No, Verdict::Bad, None)));
    entries.push(about("i1-open", 10, &state("i1", "i1", ActionState::Open)));
    let (postmortem, actions) = told(&entries);
    let version = postmortem.version(Section::Summary).expect("a text");
    assert_eq!((version.text.as_str(), version.conflict), ("three", true));
    assert!(postmortem.answers[&"own/pinned".into()].conflict && actions[0].conflict);
    entries.push(about("s4", 11, &summary("both", Some("s3"))));
    let (postmortem, _) = told(&entries);
    assert!(postmortem.version(Section::Summary).is_some_and(|version| !version.conflict));
}

#[test]
fn an_erased_text_is_gone_and_no_conflict() {
    let (_folder, mut ledger) = new_ledger();
    append(&mut ledger, &history()).expect("appended");
    let by = Erasure {
        id: id("erasure"),
        at: Timestamp(20),
        actor: Actor::scan(),
        reason: "a password".to_owned(),
    };
    ledger.transact(|tx| tx.erase_entry(id("s2"), by)).expect("erased");
    append(&mut ledger, &[about("s3", 21, &summary("three", Some("s2")))]).expect("appended");
    let postmortem = ledger.postmortem(incident()).expect("readable").expect("a postmortem");
    let texts = &postmortem.sections[&Section::Summary];
    assert_eq!(texts.iter().map(|it| it.text.as_str()).collect::<Vec<_>>(), ["one", "three"]);
    assert!(texts.iter().all(|version| !version.conflict));
    assert_eq!(ledger.verify(None).expect("readable").problems, []);
}

#[test]
fn publishing_is_remembered_and_answers_are_counted() {
    let (_folder, mut ledger) = new_ledger();
    let published = PostmortemPublished { file: "p/x.md".to_owned(), text: Hash::ZERO };
    let mut entries = history();
    entries.push(about("p", 12, &Event::PostmortemPublished(published)));
    append(&mut ledger, &entries).expect("appended");
    let other = EntryId::derived(&["another incident"]).to_string();
    let bad = answered(Answer::No, Verdict::Bad, None);
    append(&mut ledger, &[entry_about(&other, "b1", 13, &bad)]).expect("appended");
    let all = ledger.postmortems().expect("readable");
    assert_eq!(all.len(), 2);
    let mine = all.iter().find(|(of, _)| *of == incident()).map(|(_, it)| it.status());
    assert_eq!(mine, Some(PostmortemStatus::Published));
    let count = AnswerCount {
        question: "own/pinned".into(),
        text: "Was it pinned?".to_owned(),
        answered: 2,
        bad: 1,
    };
    assert_eq!(ledger.answer_counts(|_| true).expect("readable"), [count]);
    assert_eq!(ledger.answer_counts(|_| false).expect("readable"), []);
}

/// An edit by somebody who knows of `seen`, legal or not.
fn any_event(dice: &mut Dice, seen: &[EntryId], now: i64) -> Event {
    let replaces = dice.pick(seen);
    let known = Some(replaces).filter(|_| dice.below(4) > 0);
    let word = dice.pick(&["a", "b", "c", "d"]).to_owned();
    match dice.below(9) {
        0 => Event::PostmortemScheduled(PostmortemScheduled {
            required: dice.below(2) == 0,
            severity: dice.pick(&Severity::ALL),
            resolved_at: Timestamp(now),
            draft_due: None,
            publish_due: Some(Timestamp(now + 10)),
        }),
        1 => started(),
        2 => Event::PostmortemChanged(PostmortemChanged {
            replaces,
            template: None,
            owner: Some(word),
            cause: Some(dice.pick(&[Cause::Change, Cause::Other])),
            reason: String::new(),
        }),
        3 | 4 => Event::PostmortemSectionWritten(PostmortemSectionWritten {
            section: dice.pick(&Section::ALL),
            text: word,
            replaces: known,
        }),
        5 => {
            let (answer, verdict) = match dice.below(2) {
                0 => (Answer::Yes, Verdict::Good),
                _ => (Answer::No, Verdict::Bad),
            };
            match answered(answer, verdict, None) {
                Event::ChecklistAnswered(body) => {
                    Event::ChecklistAnswered(ChecklistAnswered { replaces: known, ..body })
                }
                other => other,
            }
        }
        6 => action(u32::try_from(dice.below(4)).expect("small"), &word),
        7 => {
            let change = ActionChanged::of(ActionId::new(dice.pick(seen)), replaces);
            let state = Some(dice.pick(&[ActionState::Done, ActionState::Open]));
            Event::ActionChanged(ActionChanged { state, ..change })
        }
        _ => Event::PostmortemPublished(PostmortemPublished {
            file: format!("p/{word}.md"),
            text: Hash::ZERO,
        }),
    }
}

#[test]
fn any_sequence_in_any_interleaving_of_two_writers_gives_equal_rows() {
    let mut with_actions = 0;
    for seed in 1..60 {
        let entry =
            |step: i64, now: i64, event: &Event| about(&format!("{seed}.{step}"), now, event);
        let ((_one, mut in_order), (_other, shuffled)) =
            interleaved(&mut Dice::new(seed), about("start", 100, &started()), entry, any_event);
        let rows = |ledger: &Ledger| {
            let postmortem = ledger.postmortem(incident()).expect("readable");
            (postmortem, ledger.action_items_of(incident()).expect("readable"))
        };
        assert!(rows(&in_order).0.is_some());
        with_actions += usize::from(!rows(&in_order).1.is_empty());
        assert_eq!(rows(&in_order), rows(&shuffled), "seed {seed}");
        in_order.rebuild().expect("rebuilt");
        assert_eq!(rows(&in_order), rows(&shuffled), "seed {seed}, replayed");
    }
    assert!(with_actions > 50, "action items in {with_actions} of the histories alone");
}
