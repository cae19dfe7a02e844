//! What checklists ask, which answers are good, and what their files may hold.

use std::collections::BTreeMap;

use super::*;

const READING: Source<'_> =
    Source { name: "questions.yaml", text: include_str!("../../../data/questions.yaml") };

macro_rules! built_in {
    ($($name:literal),*) => {
        [$(Source {
            name: $name,
            text: include_str!(concat!("../../../data/checklists/", $name)),
        }),*]
    };
}

fn checklists() -> Checklists {
    let lists = built_in![
        "change-rollback.yaml",
        "detection.yaml",
        "communication.yaml",
        "runbook-quality.yaml"
    ];
    match Checklists::read(&lists, READING) {
        Ok(lists) => lists,
        Err(error) => panic!("{error}"),
    }
}

fn question(text: &str, before: &str, if_bad: &str) -> RunbookQuestion {
    RunbookQuestion {
        question: text.to_owned(),
        before: before.to_owned(),
        if_bad: if_bad.to_owned(),
    }
}

fn used(slug: &str, questions: &[RunbookQuestion]) -> Used {
    Used {
        runbook: RunbookId::from(slug),
        address: slug.to_owned(),
        questions: questions.to_vec(),
        ..Used::default()
    }
}

fn ids(groups: &[Group]) -> Vec<&str> {
    groups.iter().flat_map(|group| &group.questions).map(|q| q.id.as_str()).collect()
}

fn find<'a>(groups: &'a [Group], id: &str) -> &'a Question {
    let mut all = groups.iter().flat_map(|group| &group.questions);
    all.find(|question| question.id.as_str() == id).expect(id)
}

const CHANGE: [&str; 3] = [
    "change-rollback/staging-soak",
    "change-rollback/version-pinning",
    "change-rollback/changelog-read",
];

#[test]
fn three_questions_of_a_runbook_and_the_three_built_in_ones_are_three() {
    let runbook = used(
        "rollback/helm",
        &[
            question("Why was the upgrade done in production first?", "if not", "add a gate"),
            question("Do we pin chart versions?", "", "pin it"),
            question("Were the release notes read before the upgrade?", "", ""),
        ],
    );
    let checklists = checklists();
    let groups = asked(&checklists, std::slice::from_ref(&runbook), true);
    let change = groups.iter().find(|group| group.name == "change-rollback").expect("a group");
    assert_eq!(ids(std::slice::from_ref(change)), CHANGE);
    assert!(groups.iter().all(|group| group.name != "asked"));

    let soak = find(&groups, CHANGE[0]);
    assert_eq!(soak.ask, Ask::Check { good: Good::Yes }, "asked as the check");
    assert_eq!(soak.also[0].question, "Why was the upgrade done in production first?");
    assert_eq!(soak.proposal(), Some("add a gate"), "the runbook knows the case");
    let read = find(&groups, CHANGE[2]);
    assert!(read.proposal().expect("the built-in one").contains("CHANGELOG"));

    assert_eq!(ids(&asked(&checklists, &[runbook.clone(), runbook], true)), ids(&groups));
}

#[test]
fn what_no_checklist_asks_is_asked_in_the_words_of_the_runbook_and_once() {
    let lone = question("Was the auto-sync footgun met?", "If so", "turn it off");
    let why = question("Why was it done by hand?", "", "");
    let groups =
        asked(&checklists(), &[used("a", &[lone.clone(), why]), used("b", &[lone])], false);
    let own = groups.iter().find(|group| group.name == "asked").expect("a group");
    assert_eq!(
        ids(std::slice::from_ref(own)),
        ["asked/was-the-auto-sync-footgun-met", "asked/why-was-it-done-by-hand"]
    );
    assert_eq!(own.questions[0].ask, Ask::Check { good: Good::No });
    assert_eq!(own.questions[0].also.len(), 2);
    assert_eq!(own.questions[1].ask, Ask::Open);
    assert!(!ids(&groups).contains(&CHANGE[0]), "no change caused it");
}

#[test]
fn a_rollback_or_a_question_about_a_change_shows_a_change() {
    let checklists = checklists();
    assert!(checklists.shows_change(&[used("rollback/helm-release", &[])]));
    assert!(checklists.shows_change(&[used("x", &[question("Was the chart pinned?", "", "")])]));
    assert!(!checklists.shows_change(&[used("kubernetes/pod-crash-loop", &[])]));
    assert!(!checklists.shows_change(&[]));
}

#[test]
fn a_good_answer_names_its_evidence() {
    let groups = asked(&checklists(), &[], true);
    let soak = find(&groups, CHANGE[0]);
    let evidence = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let judge = |pairs: &[(&str, &str)]| soak.judge(&Answer::Yes, &evidence(pairs), "");
    assert_eq!(judge(&[]), Ok(Verdict::Good));
    assert_eq!(
        judge(&[("soak_start", "2026-05-12 09:30"), ("soak_end", "2026-05-13 09:30")]),
        Ok(Verdict::Good)
    );
    assert!(matches!(judge(&[("soak_start", "a while ago")]), Err(Unfit::Evidence { .. })));
    assert!(matches!(
        judge(&[("soak_start", "2026-05-12 09:30"), ("soak_end", "2026-05-12 09:00")]),
        Err(Unfit::OutOfOrder { .. })
    ));
    assert_eq!(judge(&[("color", "red")]), Err(Unfit::NoSuchEvidence("color".to_owned())));

    let version = &find(&groups, CHANGE[1]);
    let pinned = |value| version.judge(&Answer::Yes, &evidence(&[("version", value)]), "");
    assert_eq!(pinned("4.12.1"), Ok(Verdict::Good));
    assert!(pinned("latest").is_err());
    let changelog = find(&groups, CHANGE[2]);
    let link = |value| changelog.judge(&Answer::Yes, &evidence(&[("changelog", value)]), "");
    assert_eq!(link("https://example.org/CHANGELOG.md"), Ok(Verdict::Good));
    assert!(link("javascript:alert(1)").is_err());
    assert!(link("https://example.org/<script>").is_err());
}

fn answered(question: &Question, answer: Answer) -> Answered {
    Answered {
        question: question.id.clone(),
        text: question.text.clone(),
        also: Vec::new(),
        verdict: question.judge(&answer, &BTreeMap::new(), "a reason").expect("an answer"),
        answer,
        evidence: BTreeMap::new(),
        reason: "a reason".to_owned(),
        follow_up: None,
    }
}

#[test]
fn what_an_answer_lacks_depends_on_what_it_says() {
    let groups = asked(&checklists(), &[], true);
    let soak = find(&groups, CHANGE[0]);
    assert_eq!(soak.lacks(None), [Lack::Answer]);
    let good = answered(soak, Answer::Yes);
    assert_eq!(soak.lacks(Some(&good)).len(), 2, "start and end of the soak");
    let mut bad = answered(soak, Answer::No);
    assert_eq!(soak.lacks(Some(&bad)), [Lack::FollowUp]);
    bad.follow_up = Some(FollowUp::Declined("  ".to_owned()));
    assert_eq!(soak.lacks(Some(&bad)), [Lack::FollowUp]);
    bad.follow_up = Some(FollowUp::Declined("the pipeline is going away".to_owned()));
    assert!(soak.lacks(Some(&bad)).is_empty());
    let mut aside = answered(soak, Answer::NotApplicable);
    assert!(soak.lacks(Some(&aside)).is_empty());
    aside.reason.clear();
    assert_eq!(soak.lacks(Some(&aside)), [Lack::Answer]);

    let wrong = find(&groups, "runbook-quality/runbook-wrong");
    assert_eq!(answered(wrong, Answer::No).verdict, Verdict::Good, "no is the good answer");
    assert_eq!(answered(wrong, Answer::Yes).verdict, Verdict::Bad);
}

#[test]
fn answers_are_read_as_people_write_them_and_judged_by_the_kind_of_question() {
    assert_eq!(Answer::parse(" Yes "), Answer::Yes);
    assert_eq!(Answer::parse("n/a"), Answer::NotApplicable);
    assert_eq!(Answer::parse("not at all"), Answer::Words("not at all".to_owned()));
    let groups = asked(&checklists(), &[used("a", &[question("Why so late?", "", "")])], true);
    let none = BTreeMap::new();
    let soak = find(&groups, CHANGE[0]);
    assert_eq!(soak.judge(&Answer::parse("maybe"), &none, ""), Err(Unfit::NotYesOrNo));
    assert_eq!(soak.judge(&Answer::NotApplicable, &none, " "), Err(Unfit::NoReason));
    let open = find(&groups, "asked/why-so-late");
    assert_eq!(open.judge(&Answer::parse("because"), &none, ""), Ok(Verdict::Told));
    assert_eq!(open.judge(&Answer::Yes, &none, ""), Err(Unfit::NotInWords));
    assert_eq!(open.judge(&Answer::parse(""), &none, ""), Err(Unfit::NotInWords));
}

#[test]
fn an_answer_reads_back_as_it_was_written() {
    let groups = asked(&checklists(), &[], true);
    for answer in [Answer::Yes, Answer::NotApplicable] {
        let mut answered = answered(find(&groups, CHANGE[0]), answer);
        answered.follow_up = Some(FollowUp::Declined("no".to_owned()));
        let text = serde_json::to_string(&answered).expect("JSON");
        assert_eq!(serde_json::from_str::<Answered>(&text).expect("an answer"), answered, "{text}");
    }
    let words = Answer::Words("since".to_owned());
    let text = serde_json::to_string(&words).expect("JSON");
    assert_eq!(text, "{\"answer\":\"words\",\"words\":\"since\"}");
}

fn wrong(yaml: &str, expected: &str) {
    let source = Source { name: "own.yaml", text: yaml };
    let error = Checklists::read(&[source], READING).expect_err(yaml);
    assert!(error.to_string().starts_with(expected), "{yaml}: {error}");
}

#[test]
fn a_checklist_with_an_error_is_told_with_its_place() {
    const HEAD: &str = "name: own\ntitle: Own\napplies: always\nquestions:\n";
    let item = |text: &str| format!("{HEAD}  - id: a\n{text}");
    wrong(&item("    check: Was it?\n    god: yes\n"), "own.yaml:7:");
    wrong(&item(""), "own.yaml:5:9: a question is asked once: as `check` or as `open`");
    wrong(
        &item("    open: Why?\n    good: no\n"),
        "own.yaml:5:9: an open question has no good answer",
    );
    wrong(
        &format!("{}  - id: a\n    check: Q?\n", item("    check: Q?\n")),
        "own.yaml:7:9: the question a is here twice: keep one",
    );
    wrong(
        &item(
            "    check: Q?\n    means:\n      - all: [[pin*]]\n    examples: {same: [Was it tied?]}\n",
        ),
        "own.yaml:9:23: the example \"Was it tied?\" is not taken for a",
    );
    wrong(
        &item(
            "    check: Q?\n    means:\n      - all: [[pin*]]\n    examples: {other: [Is it pinned?]}\n",
        ),
        "own.yaml:9:24: the example \"Is it pinned?\" is taken for a",
    );
}

#[test]
fn two_lists_of_one_name_are_refused() {
    let text = "name: own\ntitle: Own\napplies: always\nquestions: []\n";
    let lists = [Source { name: "a.yaml", text }, Source { name: "b.yaml", text }];
    let error = Checklists::read(&lists, READING).expect_err("the same name");
    assert_eq!(error.to_string(), "b.yaml:1:7: another checklist is named own, too");
}
