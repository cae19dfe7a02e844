//! Reports that a team already has: imported, imported again, changed, broken.

use serde_json::{Value, json};

use crate::support::{Lab, shared, skip};

const REPORT: &str = "# Postmortem: login slow (INC-2026-04-01-001)\n\n\
     - Severity: P1\n- Started: 2026-04-01 10:00\n- First detected: 2026-04-01 10:12\n\
     - Resolved 2026-04-01 11.00\n- Time to resolve: 48 minutes\n\n## Timeline\n\n\
     | Time | Event |\n|---|---|\n| 10:12 | Alert fired |\n| soon | Rolled back |\n\
     | 11:00 | Incident resolved |\n";

fn lab() -> Lab {
    let lab = Lab::new();
    lab.write("runledger.toml", "timezone = \"Europe/Lisbon\"\n");
    lab.write("reports/login.md", REPORT);
    lab
}

fn import(lab: &Lab, path: &str) -> Value {
    lab.run(&["incident", "import", path, "--json"]).ok().json()
}

fn show(lab: &Lab, label: &str) -> Value {
    lab.run(&["incident", "show", label, "--json"]).ok().json()
}

#[test]
fn what_a_report_states_is_kept_and_the_rest_stays_empty() {
    let lab = lab();
    let told = lab.run(&["incident", "import", "reports"]).ok();
    let told = told.says("INC-2026-04-01-001").says("not stated: acknowledged, mitigated");
    told.says("reports/login.md:14: `soon` is no time of day").says("1 imported.");
    let incident = show(&lab, "INC-2026-04-01-001");
    assert_eq!(incident["title"], "login slow");
    assert_eq!(incident["status"], "resolved");
    assert_eq!(incident["times"]["detected"], "2026-04-01T09:12:00Z", "Lisbon has summer time");
    assert_eq!(incident["times"]["mitigated"], Value::Null);
    assert_eq!(
        incident["durations"],
        json!({"detect_min": 12, "acknowledge_min": null, "mitigate_min": null,
               "resolve_min": 48, "impact_min": null})
    );
    assert_eq!(incident["imported_from"], "reports/login.md");
    let timeline = incident["timeline"].as_array().expect("a timeline");
    assert_eq!(timeline.len(), 3);
    assert_eq!(timeline[1]["text"], "(time not read: soon) Rolled back");
    assert_eq!(timeline[2]["source"], "reports/login.md:15");
    let list = lab.run(&["incident", "list", "--json"]).ok().json();
    assert_eq!(list["incidents"][0]["imported_from"], "reports/login.md");
    lab.run(&["verify"]).ok();
}

#[test]
fn importing_again_changes_nothing_and_a_changed_file_replaces_what_it_said() {
    let lab = lab();
    assert_eq!(import(&lab, "reports")["imported"], 1);
    let before = lab.run(&["export"]).ok().stdout;
    let again = import(&lab, "reports");
    assert_eq!((&again["imported"], &again["unchanged"]), (&json!(0), &json!(1)));
    assert_eq!(lab.run(&["export"]).ok().stdout, before);

    // What people add stays.
    lab.run(&["incident", "set", "INC-2026-04-01-001", "mitigated=2026-04-01 10:40"]).ok();
    lab.write("reports/login.md", &REPORT.replace("10:12", "10:15"));
    assert_eq!(import(&lab, "reports")["replaced"], 1);
    let incident = show(&lab, "INC-2026-04-01-001");
    assert_eq!(incident["times"]["detected"], "2026-04-01T09:15:00Z");
    assert_eq!(incident["times"]["mitigated"], "2026-04-01T09:40:00Z");
    assert_eq!(incident["conflicts"], json!([]));

    // A copy is no second incident.
    lab.write("reports/copy.md", &REPORT.replace("10:12", "10:15"));
    let copied = import(&lab, "reports");
    assert_eq!(copied["imported"], 0);
    let list = lab.run(&["incident", "list", "--json"]).ok().json();
    assert_eq!(list["incidents"].as_array().map(Vec::len), Some(1));
    lab.run(&["verify"]).ok();
}

#[test]
fn incidents_are_found_by_title_by_note_and_by_what_a_report_says() {
    let lab = lab();
    lab.write(
        "runbooks/login.md",
        "# Login is slow\n\n## Step 1 — Mitigate\n\nRestart the slow logins.\n",
    );
    lab.write("reports/login.md", &format!("{REPORT}\n## Root cause\n\nA quokka ate the index.\n"));
    import(&lab, "reports");
    let hits = |words: &str| {
        let found = lab.run(&["search", words, "--json"]).ok().json();
        let hits = found["hits"].as_array().expect("hits").clone();
        let of =
            |hit: &Value| (hit["kind"].as_str().expect("a kind").to_owned(), hit["slug"].clone());
        hits.iter().map(of).collect::<Vec<_>>()
    };
    let incident = ("incident".to_owned(), json!("INC-2026-04-01-001"));
    assert_eq!(hits("quokka"), std::slice::from_ref(&incident));
    assert_eq!(hits("INC-2026-04-01-001")[0], incident);
    // A runbook comes first.
    assert_eq!(hits("login slow")[0].0, "runbook");
    lab.run(&["incident", "note", "INC-2026-04-01-001", "the wombat helped"]).ok();
    assert_eq!(hits("wombat"), [incident]);
}

#[test]
fn two_laptops_write_one_entry() {
    let (one, other) = (lab(), lab());
    import(&one, "reports");
    import(&other, "reports/login.md");
    let entries = |lab: &Lab| {
        let lines = lab.run(&["export"]).ok().stdout;
        lines.lines().filter(|l| l.contains("incident.imported")).map(str::to_owned).collect()
    };
    let (a, b): (Vec<String>, Vec<String>) = (entries(&one), entries(&other));
    assert_eq!((a.len(), a), (1, b));
}

#[test]
fn a_bad_file_stops_no_other_and_is_said() {
    let lab = lab();
    lab.write_bytes("reports/broken.md", b"# Incident 2026-01-01\n\n\xff\xfe\n");
    lab.write("reports/shopping.md", "# Shopping\n\n- milk\n");
    lab.write("reports/empty.md", "");
    lab.write("reports/notes.txt", REPORT);
    let said = lab.run(&["incident", "import", "reports", "--json"]);
    assert_eq!(said.code, 1);
    let view = said.json();
    assert_eq!((&view["imported"], &view["failed"]), (&json!(1), &json!(1)));
    assert_eq!(view["not_reports"], 2);
    let broken = view["files"].as_array().expect("files").iter().find(|f| f["result"] == "failed");
    assert_eq!(broken.expect("the broken one")["findings"][0]["line"], 3);
    lab.run(&["incident", "import", "nowhere.md"]).refused().says("no file nowhere.md");
}

#[test]
fn the_bookstores_sample_is_imported_with_all_of_its_timeline() {
    let Some(shared) = shared() else { return skip("another team's reports are not here") };
    let lab = Lab::new();
    lab.copy_tree(&shared.join("corpus/bookstore/incident"), "incident");
    let view = import(&lab, "incident");
    assert_eq!(view["imported"], 1, "templates and tables of severities are no reports");
    let incident = show(&lab, "INC-2026-04-15-001");
    assert_eq!(incident["timeline"].as_array().map(Vec::len), Some(36));
    assert_eq!(
        incident["times"],
        json!({"started": null, "detected": "2026-04-15T14:03:00Z",
               "acknowledged": "2026-04-15T14:04:00Z", "mitigated": null,
               "resolved": "2026-04-15T14:42:00Z"})
    );
    assert_eq!(
        incident["durations"],
        json!({"detect_min": null, "acknowledge_min": 1, "mitigate_min": null,
               "resolve_min": 39, "impact_min": null})
    );
    assert_eq!(incident["severity"], "P0");
}
