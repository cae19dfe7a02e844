//! Another team's runbooks, read without a wrong cell.

use serde_json::{Value, json};

use crate::support::{Lab, shared, skip};

/// A copy of the corpus as a workspace of its own, or nothing where it is not present.
fn bookstore() -> Option<Lab> {
    let Some(shared) = shared() else {
        skip("another team's runbooks are not here");
        return None;
    };
    let lab = Lab::new();
    lab.copy_tree(&shared.join("corpus/bookstore"), "");
    lab.write("runledger.toml", "runbooks = [\".\"]\n");
    Some(lab)
}

fn show(lab: &Lab, slug: &str) -> Value {
    lab.run(&["show", slug, "--json"]).ok().json()
}

fn texts<'a>(list: &'a Value, field: &str) -> Vec<&'a str> {
    let list = list.as_array().expect("a list");
    list.iter().map(|item| item[field].as_str().unwrap_or("?")).collect()
}

#[test]
fn the_helm_rollback_is_read_as_its_authors_meant_it() {
    let Some(lab) = bookstore() else { return };
    let helm = show(&lab, "rollback/code-rollback-helm");
    assert_eq!(texts(&helm["steps"], "id"), ["1", "2", "3", "3a", "3b", "3c", "4", "5"]);
    assert_eq!(helm["steps"][0]["budget_s"], 60);
    assert_eq!(helm["steps"][1]["budget_s"], 120);
    assert_eq!(helm["time_to_mitigate"], json!({"min_s": 60, "max_s": 180}));
    let alerts = helm["alerts"].as_array().expect("alerts");
    assert_eq!(alerts.len(), 3, "{alerts:?}");
    assert!(alerts.contains(&json!("KubeProxyDown")));
    let questions = helm["questions"].as_array().expect("questions");
    assert_eq!(questions.len(), 3);
    assert!(questions.iter().all(|question| question["if_no"].is_string()), "{questions:?}");
    assert_eq!(helm["false_starts"].as_array().map(Vec::len), Some(3));
    let related = helm["related"].as_array().expect("related");
    assert_eq!(related.len(), 2);
    assert!(related.iter().all(|related| related["found"] == true), "{related:?}");
    let exercises = helm["exercises"].as_array().expect("exercises");
    assert_eq!(exercises.len(), 2);
    assert_eq!(exercises[0]["steps"], json!(["3a"]));
    assert_eq!(exercises[1]["steps"], json!(["3a", "3c"]));
    assert_eq!(exercises[0]["context"], json!({"Release": "kube-prometheus-stack"}));
    assert_eq!(exercises[1]["date"], "2026-03-30");
    assert_eq!(helm["freshness"]["limit_days"], 90);
}

#[test]
fn day_ninety_is_due_and_day_ninety_one_is_stale() {
    let Some(lab) = bookstore() else { return };
    let status = |day: &str| -> String {
        let list = lab.run(&["stale", "--all", "--json", "--as-of", day]).ok().json();
        let runbooks = list["runbooks"].as_array().expect("runbooks").clone();
        let helm = runbooks.iter().find(|line| line["slug"] == "rollback/code-rollback-helm");
        helm.expect("the runbook is listed")["status"].as_str().expect("a status").to_owned()
    };
    assert_eq!(status("2026-07-26"), "fresh");
    assert_eq!(status("2026-07-27"), "due");
    assert_eq!(status("2026-08-10"), "due");
    assert_eq!(status("2026-08-11"), "stale");
}

#[test]
fn rows_that_tell_of_no_use_refresh_nothing() {
    let Some(lab) = bookstore() else { return };
    let hotfix = show(&lab, "hotfix/HOTFIX-RUNBOOK");
    assert_eq!(hotfix["exercises"][1]["outcome"], "not-used");
    assert_eq!(hotfix["exercises"][0]["outcome"], "worked");
    assert_eq!(hotfix["freshness"]["last_worked"], "2026-04-02");
    let lag = show(&lab, "runbooks/runbook-database-replication-lag");
    assert_eq!(lag["exercises"][0]["outcome"], "not-used");
    assert_eq!(lag["freshness"]["last_worked"], "2026-02-09");
}

#[test]
fn pages_are_no_runbooks() {
    let Some(lab) = bookstore() else { return };
    for page in [
        "rollback/README",
        "runbooks/README",
        "incident/README",
        "incident/sample-postmortem-2026-04-15",
        "incident/postmortem-template",
        "runbooks/postmortem-template",
        "runbooks/on-call-rotation",
    ] {
        assert_eq!(show(&lab, page)["kind"], "page", "{page}");
    }
    let list = lab.run(&["stale", "--all", "--json"]).ok().json();
    let slugs = texts(&list["runbooks"], "slug").join(" ");
    assert!(!slugs.contains("README"), "{slugs}");
}

#[test]
fn a_recorded_row_is_one_added_line_and_taking_it_back_leaves_no_trace() {
    let Some(lab) = bookstore() else { return };
    lab.git(&["init", "-q"]);
    lab.git(&["add", "-A"]);
    lab.git(&["commit", "-qm", "runbooks"]);
    let before = lab.read("rollback/code-rollback-helm.md");
    let record = [
        "worked",
        "rollback/code-rollback-helm",
        "--step",
        "3a",
        "--on",
        "2026-06-01",
        "--context",
        "Release=ingress-nginx",
    ];
    let recorded = lab.run(&[&record[..], &["--json"]].concat()).ok().json();
    let diff = lab.git(&["diff", "--numstat"]);
    assert_eq!(diff.trim(), "1\t0\trollback/code-rollback-helm.md");
    let after = lab.read("rollback/code-rollback-helm.md");
    let added = after.lines().position(|line| line.starts_with("| 2026-06-01 |"));
    let older = after.lines().position(|line| line.starts_with("| 2026-05-12 |"));
    assert_eq!(added.map(|at| at + 1), older, "it stands right above the older ones");

    lab.run(&record).refused().says("recorded already");
    let again = show(&lab, "rollback/code-rollback-helm");
    assert_eq!(again["exercises"].as_array().map(Vec::len), Some(3), "read back, not doubled");
    assert_eq!(again["exercises"][0]["pending"], false);

    let id = recorded["exercise"]["id"].as_str().expect("an id").to_owned();
    lab.run(&["exercise", "retract", &id, "--reason", "wrong release"]).ok();
    assert_eq!(lab.read("rollback/code-rollback-helm.md"), before);
}

#[test]
fn an_unknown_step_a_future_date_and_a_wrong_column_name_the_valid_ones() {
    let Some(lab) = bookstore() else { return };
    let slug = "rollback/code-rollback-helm";
    lab.run(&["worked", slug, "--step", "9z"]).refused().says("3a, 3b, 3c");
    lab.run(&["worked", slug, "--step", "3a", "--on", "2199-01-01"]).refused().says("future");
    lab.run(&["worked", slug, "--step", "3a", "--on", "0001-01-01"]).refused().says("no day");
    let long = "x".repeat(600);
    let said = lab.run(&["worked", slug, "--step", "3a", "--incident", &long]).refused();
    said.says("500 are allowed");
    lab.run(&["worked", slug, "--step", "3a", "--context", "Tenant=x"])
        .refused()
        .says("columns: Release");
    let helm = show(&lab, slug);
    assert_eq!(helm["exercises"].as_array().map(Vec::len), Some(2), "nothing was recorded");
}

#[test]
fn removing_the_workspaces_own_files_loses_no_entry() {
    let Some(lab) = bookstore() else { return };
    lab.git(&["init", "-q"]);
    lab.git(&["add", "-A"]);
    lab.git(&["commit", "-qm", "runbooks"]);
    lab.run(&["worked", "rollback/code-rollback-helm", "--step", "3a", "--on", "2026-06-01"]).ok();
    let head = lab.run(&["verify", "--json"]).ok().json();
    lab.git(&["checkout", "-q", "."]);
    lab.git(&["clean", "-fdxq"]);
    let after = lab.run(&["verify", "--json"]).ok().json();
    assert_eq!(after["ledger"]["head_hash"], head["ledger"]["head_hash"]);
}
