//! Postmortems that have to be there: nobody gets out of one by a time, a severity or a cause, and
//! what needs none is not asked for one.

use serde_json::Value;

use crate::support::Lab;

const LABEL: &str = "INC-2026-06-01-001";

fn lab() -> Lab {
    let lab = Lab::new();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("runbooks/rollback/helm-release.md"));
    lab.write("runbooks/rollback/helm-release.md", &text.expect("the example runbook"));
    lab.write("runbooks/disk.md", "# Disk full\n\n## Step 1 — Mitigate\n\n```sh\ndf -h\n```\n");
    lab.run(&["incident", "open", "down", "--severity", "P1"]).ok();
    lab
}

fn status(lab: &Lab) -> Value {
    lab.run(&["postmortem", "status", LABEL, "--json"]).ok().json()
}

/// Whether it is missing that somebody settles the cause.
fn asks_for_the_cause(lab: &Lab) -> bool {
    let missing = status(lab)["missing"].clone();
    let all = missing.as_array().expect("a list").clone();
    all.iter().any(|it| it["fix"].as_str().is_some_and(|fix| fix.contains("--cause")))
}

#[test]
fn a_resolved_time_that_does_not_apply_excuses_nobody() {
    let lab = lab();
    lab.run(&["incident", "set", LABEL, "resolved=n/a"]).ok();
    lab.run(&["incident", "status", LABEL, "resolved"]).ok();
    let before = status(&lab);
    assert_eq!(before["status"], "required");
    assert_eq!(before["draft_due"], "2026-06-03T12:00:00Z");
    let closed = lab.run(&["incident", "close", LABEL]).ok();
    closed.says("Its postmortem has to be published by 2026-06-08 23:59 UTC");
    assert_eq!(status(&lab)["draft_due"], before["draft_due"], "closing moves no date");
}

#[test]
fn a_lower_severity_excuses_nobody_without_a_reason() {
    let lab = lab();
    lab.run(&["incident", "set", LABEL, "severity=P3"]).ok();
    lab.run(&["incident", "set", LABEL, "severity=P1"]).ok();
    lab.run(&["incident", "status", LABEL, "resolved"]).ok();
    let lower = ["incident", "set", LABEL, "severity=P3"];
    lab.run(&lower).refused().says("would need no postmortem");
    lab.run(&["incident", "set", LABEL, "severity=P0"]).ok();
    lab.run(&[&lower[..], &["--reason", "one customer"]].concat()).ok();
    assert_eq!(status(&lab)["status"], "not-required");
}

#[test]
fn what_was_another_incident_needs_no_postmortem_of_its_own() {
    let lab = lab();
    lab.run(&["incident", "open", "again", "--severity", "P3"]).ok();
    lab.run(&["incident", "status", LABEL, "resolved"]).ok();
    assert_eq!(status(&lab)["status"], "required");
    lab.run(&["incident", "duplicate", LABEL, "INC-2026-06-01-002"]).ok();
    assert_eq!(status(&lab)["status"], "not-required");
    let list = lab.run(&["postmortem", "list", "--json"]).ok().json();
    let late = |line: &Value| line["overdue"] != Value::Null;
    assert!(!list["postmortems"].as_array().expect("a list").iter().any(late));
}

#[test]
fn while_it_goes_on_again_nothing_is_overdue() {
    let lab = lab();
    lab.run(&["incident", "status", LABEL, "resolved"]).ok();
    lab.run(&["incident", "reopen", LABEL, "--reason", "it is back"]).ok();
    let late = lab.at("2026-07-01T12:00:00Z");
    assert_eq!(status(&late)["overdue"], Value::Null);
    late.run(&["incident", "status", LABEL, "resolved"]).ok();
    assert_eq!(status(&late)["overdue"], Value::Null, "it was resolved only now");
}

#[test]
fn somebody_has_to_say_what_caused_it_where_no_runbook_shows_it() {
    let lab = lab();
    lab.run(&["incident", "use", LABEL, "disk"]).ok();
    assert!(asks_for_the_cause(&lab));
    lab.run(&["postmortem", "start", LABEL, "--cause", "other"]).ok();
    assert!(!asks_for_the_cause(&lab));
    // A runbook that shows a change came later: now it takes a reason.
    lab.run(&["incident", "use", LABEL, "rollback/helm-release#3a"]).ok();
    assert!(asks_for_the_cause(&lab));
    lab.run(&["postmortem", "edit", LABEL, "--cause", "other", "--reason", "the disk died"]).ok();
    assert!(!asks_for_the_cause(&lab));
}

#[test]
fn a_checklist_that_is_a_link_is_refused_and_not_left_out() {
    let lab = lab();
    lab.write("own.yaml", "name: own\n");
    std::fs::create_dir_all(lab.path("data/checklists")).expect("a folder");
    std::os::unix::fs::symlink(lab.path("own.yaml"), lab.path("data/checklists/own.yaml"))
        .expect("a link");
    lab.run(&["postmortem", "status", LABEL]).refused().says("data/checklists/own.yaml");
}

#[test]
fn a_checklist_nested_without_end_is_refused_at_once() {
    let lab = lab();
    lab.write("data/checklists/own.yaml", &format!("title: {}", "[".repeat(100_000)));
    lab.run(&["postmortem", "status", LABEL])
        .refused()
        .says("data/checklists/own.yaml:1:72")
        .says("nested more than 64 deep");
}

#[test]
fn a_soak_that_has_not_ended_yet_is_no_evidence() {
    let lab = lab();
    lab.run(&["incident", "use", LABEL, "rollback/helm-release#3a"]).ok();
    let answer = |start: &str, end: &str| {
        let (start, end) = (format!("soak_start={start}"), format!("soak_end={end}"));
        let question = ["postmortem", "answer", LABEL, "staging-soak", "yes"];
        lab.run(&[&question[..], &["--evidence", &start, "--evidence", &end]].concat())
    };
    answer("2026-05-30 10:00", "2026-06-02 10:00").refused().says("lies in the future");
    answer("2026-05-30 10:00", "2026-06-01T13:00:00Z").refused().says("lies in the future");
    answer("2026-05-30 10:00", "2026-05-31 10:00").ok();
}

#[test]
fn what_was_no_duplicate_after_all_needs_its_postmortem_again() {
    let lab = lab();
    lab.run(&["incident", "open", "again", "--severity", "P3"]).ok();
    lab.run(&["incident", "status", LABEL, "resolved"]).ok();
    lab.run(&["incident", "duplicate", LABEL, "INC-2026-06-01-002"]).ok();
    assert_eq!(status(&lab)["status"], "not-required");
    lab.run(&["incident", "reopen", LABEL, "--reason", "another cause"]).ok();
    lab.run(&["incident", "status", LABEL, "resolved"]).ok();
    assert_eq!(status(&lab)["status"], "required");
}
