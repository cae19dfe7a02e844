//! What Helm prints, where a paste holds more than one piece of it: each line belongs to one release.

use serde_json::Value;

use super::triage::{judged, lab};

const HEAD: &str =
    "REVISION\tUPDATED                 \tSTATUS         \tCHART\tAPP VERSION\tDESCRIPTION\n";

fn row(number: u32, status: &str, chart: &str, said: &str) -> String {
    format!(
        "{number}\tMon May 18 14:05:33 2026\t{status}\t{chart}-1.{number}.0\t1.{number}\t{said}\n"
    )
}

/// Revision 5 was good, and 6 hangs.
fn stuck(chart: &str) -> String {
    let rows = [
        row(4, "superseded", chart, "Upgrade complete"),
        row(5, "deployed", chart, "Upgrade complete"),
        row(6, "pending-upgrade", chart, "Preparing upgrade"),
    ];
    format!("{HEAD}{}", rows.concat())
}

/// Revision 1 was good, and 2 failed.
fn failed(chart: &str) -> String {
    let said = format!("Upgrade \"{chart}\" failed: timed out waiting for the condition");
    let rows = [row(1, "deployed", chart, "Install complete"), row(2, "failed", chart, &said)];
    format!("{HEAD}{}", rows.concat())
}

/// The words of a report that somebody follows.
fn followed(view: &Value) -> String {
    let told = ["root_cause", "plan", "left_out", "to_check"].map(|key| view[key].to_string());
    told.concat()
}

/// That a report leads with one release, and tells another one beside it.
fn check(text: &str, leads: (&str, &str, u64), other: &str, beside: &str) {
    let view = judged(&lab(), text);
    let (name, place, good) = leads;
    assert_eq!(view["helm"]["name"], name, "{text}");
    assert_eq!(view["helm"]["last_good"], good, "{text}");
    let told = followed(&view);
    assert!(told.contains(&format!("helm rollback {name} {good} -n {place} ")), "{text}{told}");
    assert!(told.contains(&format!("helm history {name} -n {place}")), "{text}{told}");
    assert!(!told.contains(other) && !told.contains("<RELEASE>"), "{text}{told}");
    let also = view["also"].as_array().expect("a list");
    let also: Vec<&str> = also.iter().filter_map(|one| one["of"].as_str()).collect();
    assert_eq!(also, [beside], "{text}");
}

#[test]
fn each_of_two_failed_releases_is_told_as_itself() {
    let ledgerd = format!("$ helm history ledgerd -n prod\n{}\n", stuck("ledgerd"));
    let mailer = format!("$ helm history mailer -n mail\n{}\n", failed("mailer"));
    let beside = "mailer in namespace mail";
    check(&format!("{mailer}{ledgerd}"), ("ledgerd", "prod", 5), "mailer", beside);
    let said = lab().run_with_input(&["triage"], format!("{ledgerd}{mailer}").as_bytes()).ok();
    said.says("(mailer in namespace mail)");
}

#[test]
fn the_revisions_of_an_example_are_named_as_such() {
    let lab = lab();
    let runbook = "---\nowner: platform\n---\n# Helm release stuck in pending-upgrade\n\n\
        > When to use this: a Helm release is stuck between two revisions, in pending-upgrade.\n\n\
        ## Step 1 — Check (< 60s)\n\n```sh\nhelm get values monitoring --revision 14 > /tmp/r14\n```\n\n\
        ## Step 2 — Mitigate\n\n```sh\nhelm rollback monitoring 13 -n ops-prod\nsleep 13\n```\n\n\
        ## Step 3 — Verify\n\n```sh\nuptime | head -13\n```\n";
    lab.write("runbooks/stuck-helm.md", runbook);
    let text = format!("$ helm history ledgerd -n prod\n{}", stuck("ledgerd"));
    let view = judged(&lab, &text);
    let plan = view["plan"].as_array().expect("a plan");
    let of_runbook = plan.iter().filter(|step| step["source"] != "template");
    let samples: Vec<&Value> = of_runbook.map(|step| &step["samples"]).collect();
    let expected = [
        serde_json::json!(["monitoring", "14"]),
        serde_json::json!(["monitoring", "ops-prod", "13"]),
        serde_json::json!([]),
    ];
    assert_eq!(samples, expected.iter().collect::<Vec<_>>(), "{plan:?}");
    let said = lab.run_with_input(&["triage"], text.as_bytes()).ok();
    said.says("of another case (monitoring, ops-prod,").says("13)");
}

#[test]
fn a_status_that_is_well_asks_for_nothing() {
    let status = "NAME: mailer\nLAST DEPLOYED: Mon May 18 14:05:33 2026\nNAMESPACE: prod\n\
                  STATUS: deployed\nREVISION: 7\nTEST SUITE: None\n";
    let notes = "NOTES:\n1. Get the address by running these commands:\n  export POD=x\n  echo $POD\n\n\
                 2. Then look at the pretty page:\n  http://127.0.0.1:8080\n";
    let json = "{\"name\":\"mailer\",\"namespace\":\"prod\",\"version\":7,\
                \"info\":{\"status\":\"deployed\",\"description\":\"Upgrade complete\"}}";
    let level = |text: &str| {
        let view = judged(&lab(), text);
        let told = [&view["severity"]["level"], &view["remediation"]];
        told.map(|it| it.as_str().expect("a word").to_owned()).join(" ")
    };
    for text in [
        status.to_owned(),
        format!("$ helm status mailer -n prod\n{status}"),
        format!("$ helm status mailer -n prod\n{status}{notes}"),
        json.to_owned(),
    ] {
        assert_eq!(level(&text), "INFO NONE", "{text}");
    }
    // Unless something is wrong beside it, or nobody knows what is meant.
    let ill = format!("{status}{notes}\nusers cannot log in since ten, HTTP 503 from every page\n");
    assert_ne!(level(&ill), "INFO NONE");
    let odd = format!("{status}{notes}\nthe blue one does as it likes\nand so does the other\n");
    assert_eq!(level(&odd), "MEDIUM OPERATOR");
}

#[test]
fn a_history_that_is_cut_says_so() {
    let rows = (1..640).map(|at| row(at, "superseded", "ledgerd", "Upgrade complete"));
    let table: String = rows.chain([row(640, "failed", "ledgerd", "timed out")]).collect();
    let table = format!("{HEAD}{table}");
    let cut = "the history of ledgerd is long: its newest 500 revisions were read, and 140 older ones were \
               not";
    let view = judged(&lab(), &format!("$ helm history ledgerd -n prod\n{table}"));
    let notes = view["notes"].as_array().expect("notes");
    assert!(notes.iter().any(|note| note == cut), "{notes:?}");
    assert_eq!(view["helm"]["last_good"], 639);
    let said = lab().run_with_input(&["triage"], table.as_bytes()).ok();
    said.says("its newest 500 revisions were read");
}
