//! The project's own runbooks: in the full form, safe to follow, and one in every state.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::support::Lab;

/// The day the examples are made for.
const SHOW_DAY: &str = "2026-11-20";

fn lab() -> Lab {
    let lab = Lab::new().at("2026-11-20T12:00:00Z");
    let runbooks = Path::new(env!("CARGO_MANIFEST_DIR")).join("runbooks");
    lab.copy_tree(&runbooks, "runbooks");
    lab
}

fn all(lab: &Lab) -> Vec<Value> {
    let list = lab.run(&["stale", "--all", "--as-of", SHOW_DAY, "--json"]).ok().json();
    list["runbooks"].as_array().expect("a list").clone()
}

fn shown(lab: &Lab) -> Vec<Value> {
    let slugs = all(lab).into_iter().map(|line| line["slug"].as_str().expect("a slug").to_owned());
    slugs.map(|slug| lab.run(&["show", &slug, "--json"]).ok().json()).collect()
}

fn count(runbook: &Value, list: &str) -> usize {
    runbook[list].as_array().map_or(0, Vec::len)
}

#[test]
fn every_state_is_shown_by_an_example_on_the_day_of_the_tour() {
    let lab = lab();
    let examples: Vec<Value> =
        all(&lab).into_iter().filter(|line| line["example"] == true).collect();
    let states: BTreeSet<&str> =
        examples.iter().map(|line| line["status"].as_str().expect("a status")).collect();
    assert_eq!(states, BTreeSet::from(["due", "fresh", "never", "stale"]));
    let failing: Vec<&Value> = examples.iter().filter(|line| line["failing"] == true).collect();
    assert_eq!(failing.len(), 1, "{failing:?}");
    assert_eq!(failing[0]["slug"], "kubernetes/pod-crash-loop");
}

#[test]
fn every_runbook_has_the_full_form() {
    let lab = lab();
    let runbooks = shown(&lab);
    assert!(runbooks.len() >= 8, "{} runbooks", runbooks.len());
    for runbook in &runbooks {
        let slug = &runbook["slug"];
        for field in ["owner", "when_to_use", "time_to_mitigate"] {
            assert!(!runbook[field].is_null(), "{slug} has no {field}");
        }
        for (list, least) in [("steps", 5), ("questions", 3), ("false_starts", 3), ("related", 1)] {
            let found = count(runbook, list);
            assert!(found >= least, "{slug} has {found} {list}, expected {least}");
        }
        for question in runbook["questions"].as_array().expect("a list") {
            assert!(question["if_no"].is_string(), "{slug}: {question}");
        }
        for related in runbook["related"].as_array().expect("a list") {
            assert_eq!(related["found"], true, "{slug}: {related}");
        }
        for kind in ["preflight", "trigger", "check", "communicate", "postmortem", "last-worked"] {
            let sections = runbook["sections"].as_array().expect("a list");
            assert!(
                sections.iter().any(|section| section["kind"] == kind),
                "{slug} has no {kind} section"
            );
        }
        assert_eq!(count(runbook, "diagnostics"), 0, "{slug}: {}", runbook["diagnostics"]);
    }
}

#[test]
fn every_sub_step_of_an_example_has_a_command_and_none_is_dangerous() {
    let lab = lab();
    for runbook in shown(&lab) {
        let slug = &runbook["slug"];
        for step in runbook["steps"].as_array().expect("a list") {
            let id = step["id"].as_str().expect("an id");
            if id.len() == 2 {
                assert!(count(step, "commands") > 0, "{slug}#{id} has no command");
            }
            for command in step["commands"].as_array().expect("a list") {
                assert_eq!(count(command, "dangers"), 0, "{slug}#{id}: {command}");
            }
        }
    }
}

#[test]
fn lint_has_nothing_to_say() {
    let said = lab().run(&["lint", "--format", "json"]).ok();
    assert_eq!(said.json().as_array().expect("a list").len(), 0, "{}", said.stdout);
}

#[test]
fn the_helm_runbook_saves_before_it_changes_anything() {
    let lab = lab();
    let runbook = lab.run(&["show", "rollback/helm-pending-rollback", "--json"]).ok().json();
    let steps = runbook["steps"].as_array().expect("a list");
    let position = |words: &str| {
        let commands = steps.iter().flat_map(|step| step["commands"].as_array().expect("a list"));
        commands
            .map(|command| command["text"].as_str().expect("a text"))
            .position(|text| text.starts_with(words))
            .unwrap_or_else(|| panic!("no command begins with {words}"))
    };
    let order = [
        "kubectl get <CRD> -A -o yaml > resources-",
        "kubectl get secret -n <NAMESPACE> -l owner=helm,name=<RELEASE> -o yaml > records-",
        "kubectl replace -f",
        "kubectl delete secret sh.helm.release.v1.<RELEASE>.v<PENDING_REVISION>",
        "helm rollback <RELEASE> <GOOD_REVISION>",
    ];
    let positions: Vec<usize> = order.into_iter().map(position).collect();
    assert!(positions.is_sorted(), "{positions:?}");
}

#[test]
fn what_somebody_pastes_leads_to_the_right_runbook() {
    let lab = lab();
    let check = |pasted: &str, expected: &str| {
        let found = lab.run(&["search", pasted, "--json"]).ok().json();
        assert_eq!(found["hits"][0]["slug"], expected, "{pasted}: {found}");
    };
    check("write /var/log/app.log: no space left on device", "node/disk-full");
    check("x509: certificate has expired or is not yet valid", "kubernetes/certificate-expiry");
    check(
        "Back-off restarting failed container orders in pod orders-7c9f4d5b88-2jqzl",
        "kubernetes/pod-crash-loop",
    );
    check(
        "CustomResourceDefinition is invalid: spec.versions: must have exactly one storage version",
        "rollback/helm-pending-rollback",
    );
    check("PostgreSQLReplicationLag", "database/postgres-replication-lag");
    check("undo helm upgrade", "rollback/helm-release");
}
