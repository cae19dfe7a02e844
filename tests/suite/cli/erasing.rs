//! What is erased is gone, what stays of it is right, and where its words stand besides is said.

use crate::support::Lab;

const LABEL: &str = "INC-2026-06-01-001";

#[test]
fn an_erased_opening_keeps_its_label_and_how_bad_it_was() {
    let lab = Lab::new();
    lab.write("runledger.toml", "");
    let open = ["incident", "open", "Kumquat fell", "--severity", "P1", "--json"];
    let id = lab.run(&open).ok().json()["id"].as_str().expect("an id").to_owned();
    lab.run(&["erase", &id, "--reason", "a name"]).ok();
    let shown = lab.run(&["incident", "show", LABEL, "--json"]).ok().json();
    assert_eq!((&shown["severity"], &shown["title"]), (&"P1".into(), &"(erased)".into()));
    let next = lab.run(&["incident", "open", "next", "--severity", "P3", "--json"]).ok().json();
    assert_eq!(next["label"], "INC-2026-06-01-002", "no label is given twice");
    lab.run(&["rebuild"]).ok();
    let shown = lab.run(&["incident", "show", LABEL, "--json"]).ok().json();
    assert_eq!(shown["severity"], "P1", "the same after a replay");
    lab.run(&["verify"]).ok();
}

#[test]
fn where_the_words_of_an_erased_report_stand_besides_is_said() {
    let lab = Lab::new();
    lab.write("runledger.toml", "");
    let report = "# Postmortem: Kumquat (INC-2026-04-01-001)\n\n- Detected: 2026-04-01 10:12\n";
    lab.write("reports/a.md", report);
    let told = lab.run(&["incident", "import", "reports", "--json"]).ok().json();
    let label = told["files"][0]["incidents"][0]["label"].as_str().expect("a label").to_owned();
    let shown = lab.run(&["incident", "show", &label, "--json"]).ok().json();
    let entry = shown["version"].as_str().expect("an entry").to_owned();
    let said =
        lab.run(&["erase", &entry, "--reason", "a name"]).ok().says("the whole report: text");
    let words = said.stderr.lines().find(|line| line.contains("the whole report")).expect("a line");
    let hash = words.rsplit(' ').next().expect("a hash");
    assert!(lab.run(&["export"]).ok().stdout.contains("blob"));
    lab.run(&["erase", hash, "--reason", "a name"]).ok();
    let shown = lab.run(&["incident", "show", &label, "--json"]).ok().json();
    assert_eq!(shown["title"], "(erased)");
    lab.run(&["verify"]).ok();
}
