//! What the plan of a triage takes from a runbook, and what it says of it.

use serde_json::Value;

use super::triage::judged;
use crate::support::Lab;

const ALERT: &str = "[FIRING:1] ShopWidgetsBroken shop severity=warning\n";

/// A runbook for the alert, with this in the middle of what it does.
fn view(middle: &str) -> Value {
    let lab = Lab::new();
    let text = format!(
        "# ShopWidgetsBroken\n\n## Alert / trigger\n\n- `ShopWidgetsBroken`\n\n\
         ## Step 1 — Check\n\n```sh\nkubectl get pods\n```\n\n## Step 2 — Mitigate\n\n\
         ### 2a. Make room\n\n{middle}\n\n### 2b. Start it again\n\n\
         ```sh\nkubectl rollout restart deployment/widgets\n```\n\n## Step 3 — Verify\n\n\
         ```sh\nkubectl get pods\n```\n"
    );
    lab.write("runbooks/widgets.md", &text);
    judged(&lab, ALERT)
}

fn sources(view: &Value) -> Vec<&str> {
    let plan = view["plan"].as_array().expect("a plan");
    let sources = plan.iter().map(|step| step["source"].as_str().expect("a source"));
    sources.filter_map(|source| source.strip_prefix("widgets#")).collect()
}

#[test]
fn a_plan_that_cannot_be_read_to_its_end_is_refused() {
    let lab = Lab::new();
    let said = lab.run_with_input(&["plan", "check"], &b"df -h\n".repeat(6 << 20)).refused();
    said.says("too long to be read to its end").says("in parts");
}

#[test]
fn what_destroys_is_left_out_in_whatever_form_a_runbook_asks_for_it() {
    for middle in [
        "```sh\nkubectl delete namespace shop\n```",
        "```sh\n# save it first\nkubectl get ns\nkubectl delete namespace shop\n```",
        "Run `kubectl delete namespace shop` and wait.",
        "Delete the shop namespace and start over.",
        "1. Look at it.\n2. Delete the PVC of the database.\n3. Wait.",
        "- Look at it.\n- `kubectl delete pvc data-db-0`",
        "| what | do |\n|---|---|\n| it is full | `kubectl delete namespace shop` |",
        "```sh\naws iam delete-user --user-name alice\n```",
        "```sh\nkubectl -n ci delete secret signing-key\n```",
        "```sh\naws ec2 release-address --allocation-id eipalloc-1\n```",
    ] {
        let view = view(middle);
        assert_eq!(sources(&view), ["1", "2b", "3"], "{middle}");
        let left = &view["left_out"][0];
        assert_eq!(left["text"], "Make room (widgets#2a)", "{middle}");
        assert!(!left["destroys"][0].as_str().expect("what is lost").is_empty(), "{left}");
        // What comes behind it may be moot, and nobody but a person can know.
        let plan = view["plan"].as_array().expect("a plan");
        let next = plan.iter().find(|step| step["source"] == "widgets#2b").expect("the next step");
        assert_eq!(next["rests_on"], serde_json::json!(["2a Make room"]), "{middle}");
        assert_eq!(next["doing"], Value::Null, "{next}");
        let resting = plan.iter().filter(|step| step["rests_on"][0] != Value::Null);
        assert_eq!(resting.count(), 1, "it is said once");
    }
}

#[test]
fn a_place_is_filled_with_what_is_at_fault_and_not_with_what_stands_above_it() {
    let lab = Lab::new();
    let page = "# KubeNodeNotReady\n\n## Step 1 — Check\n\n```sh\nkubectl describe node <NODE>\n```\n\n\
        ## Step 2 — Mitigate\n\n```sh\nkubectl drain <NODE>\n```\n";
    lab.write("runbooks/node.md", page);
    let filled = |text: &str| {
        let plan = judged(&lab, text)["plan"].clone();
        let steps = plan.as_array().expect("a plan").iter();
        let ours = steps.filter(|step| step["source"].as_str().expect("a source") != "template");
        ours.map(|step| step["commands"][0].as_str().expect("a command").to_owned())
            .collect::<Vec<_>>()
    };
    let first = &filled("node worker-3 is Ready\nnode worker-2 is NotReady, KubeNodeNotReady\n")[0];
    assert_eq!(first, "kubectl describe node worker-2");
}

#[test]
fn what_only_speaks_of_destroying_stays() {
    for middle in [
        "Never delete the namespace.\n\n```sh\nkubectl get ns\n```",
        "```sh\nkubectl delete pod widgets-0\n```",
        "```sh\naws iam list-users\n```",
        "```sh\naws iam update-access-key --status Inactive --access-key-id X\n```",
    ] {
        let view = view(middle);
        assert_eq!(sources(&view), ["1", "2a", "2b", "3"], "{middle}");
        assert_eq!(view["plan"][2]["rests_on"], serde_json::json!([]), "{middle}");
    }
}

#[test]
fn values_of_another_day_are_named_beside_the_command() {
    let view = view("```sh\ngit revert a1b2c3d\nkubectl logs widgets-6c9d8b7f5-x2x9p\n```");
    let step = &view["plan"][1];
    assert_eq!(step["source"], "widgets#2a");
    assert_eq!(step["commands"][0], "git revert a1b2c3d", "a command stays as it is");
    assert_eq!(step["samples"], serde_json::json!(["a1b2c3d", "widgets-6c9d8b7f5-x2x9p"]));
}

#[test]
fn a_workload_is_named_by_its_kind() {
    let commands = |text: &str| {
        let lab = Lab::new();
        serde_json::to_string(&judged(&lab, text)["plan"]).expect("JSON")
    };
    for (kind, expected) in [
        ("StatefulSet", "StatefulSet/queue"),
        ("daemonset", "daemonset/queue"),
        ("deployment", "deployment/queue"),
    ] {
        let plan = commands(&format!(
            "KubeReplicasMismatch: {kind} shop/queue has not matched the expected number of \
             replicas for longer than 15 minutes\n"
        ));
        assert!(plan.contains(&format!("rollout undo {expected}")), "{kind}: {plan}");
    }
}

#[test]
fn of_what_is_over_nobody_asks_what_failed() {
    let lab = Lab::new();
    let view = judged(&lab, "[RESOLVED] KubeAPIDown: the api server is down\n");
    let open = view["to_check"].to_string();
    assert!(open.contains("whether it stays well") && !open.contains("what failed"), "{view}");
}

#[test]
fn a_runbook_of_another_product_is_near_and_not_opened() {
    let lab = Lab::new();
    let book = |name: &str| {
        format!(
            "# {name} replication lag\n\n## Alert / trigger\n\n- `{name}ReplicationLag`\n\n\
             ## Step 1 — Check\n\n```sh\ntrue\n```\n\n## Step 2 — Mitigate\n\nWait.\n"
        )
    };
    lab.write("runbooks/mysql.md", &book("MySQL"));
    let text = "PostgreSQL: the replication lag of the standby is 900 s and grows\n";
    let routing = judged(&lab, text)["routing"].clone();
    assert_eq!(routing["runbook"], Value::Null, "{routing}");
    assert_eq!(routing["nearest"][0]["slug"], "mysql");
    lab.write("runbooks/pg.md", &book("PostgreSQL"));
    assert_eq!(judged(&lab, text)["routing"]["runbook"]["slug"], "pg");
}
