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
    // The row without a time stays where it stands, and claims none.
    assert_eq!(timeline[1]["text"], "(soon) Rolled back");
    assert_eq!((&timeline[1]["at"], &timeline[1]["clock"]), (&Value::Null, &json!("")));
    lab.run(&["incident", "show", "INC-2026-04-01-001"]).ok().says("         (soon) Rolled back");
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

/// The entry of the report's version that was kept last.
fn last_version(lab: &Lab) -> String {
    let lines = lab.run(&["export"]).ok().stdout;
    let line = lines.lines().rfind(|line| line.contains("incident.imported")).expect("one");
    let entry: Value = serde_json::from_str(line).expect("a line of JSON");
    entry["entry"]["id"].as_str().expect("an id").to_owned()
}

fn erase(lab: &Lab, entry: &str) {
    lab.run(&["erase", entry, "--reason", "a name"]).ok();
}

#[test]
fn what_was_erased_stays_so_whatever_its_file_says_until_somebody_asks_for_it() {
    let lab = lab();
    import(&lab, "reports");
    let is_told = |lab: &Lab| {
        let lines = lab.run(&["export"]).ok().stdout;
        lines.lines().any(|line| line.contains("incident.imported") && line.contains("login slow"))
    };
    assert!(is_told(&lab));
    erase(&lab, &last_version(&lab));
    let stays = |lab: &Lab| {
        let told = import(lab, "reports");
        assert_eq!((&told["erased"], &told["files"][0]["result"]), (&json!(1), &json!("erased")));
        assert_eq!((&told["imported"], &told["replaced"]), (&json!(0), &json!(0)), "{told}");
        assert!(!is_told(lab));
    };
    stays(&lab);
    lab.write("reports/login.md", &REPORT.replace("10:12", "10:15"));
    stays(&lab);
    let said = lab.run(&["incident", "import", "reports"]).ok().says("1 erased.");
    said.says("was erased here, and stays so").says("--again");

    // Said otherwise on purpose, it is a report like any other.
    lab.run(&["incident", "import", "reports", "--again"]).ok().says("1 imported.");
    assert_eq!(show(&lab, "INC-2026-04-01-001")["title"], "login slow");
    assert_eq!(import(&lab, "reports")["unchanged"], 1);
    lab.write("reports/login.md", &REPORT.replace("10:12", "10:16"));
    assert_eq!(import(&lab, "reports")["replaced"], 1);
    // The version that was erased at first is still no version to go back to.
    lab.write("reports/login.md", REPORT);
    assert_eq!(import(&lab, "reports")["erased"], 1);
    assert_eq!(show(&lab, "INC-2026-04-01-001")["times"]["detected"], "2026-04-01T09:16:00Z");
    lab.run(&["verify"]).ok();
}

#[test]
fn erasing_the_newest_version_brings_no_older_one_back() {
    let lab = lab();
    lab.write("reports/login.md", &REPORT.replace("P1\n", "P1\n- Status: ongoing\n"));
    import(&lab, "reports");
    assert_eq!(show(&lab, "INC-2026-04-01-001")["open"], true);
    let first = last_version(&lab);
    lab.write("reports/login.md", REPORT);
    assert_eq!(import(&lab, "reports")["replaced"], 1);
    let shown = show(&lab, "INC-2026-04-01-001");
    let second = shown["version"].as_str().expect("an entry").to_owned();
    erase(&lab, &second);
    let check = |lab: &Lab| {
        let shown = show(lab, "INC-2026-04-01-001");
        assert_eq!((&shown["title"], &shown["open"]), (&json!("(erased)"), &json!(false)));
        assert_eq!((&shown["severity"], &shown["status"]), (&json!("P1"), &json!("resolved")));
        assert_eq!(import(lab, "reports")["erased"], 1);
    };
    check(&lab);
    erase(&lab, &first);
    check(&lab);
    lab.run(&["rebuild"]).ok();
    check(&lab);
    lab.run(&["incident", "import", "reports", "--again"]).ok();
    assert_eq!(show(&lab, "INC-2026-04-01-001")["title"], "login slow");
    assert_eq!(import(&lab, "reports")["unchanged"], 1);
    lab.run(&["verify"]).ok();
}

#[test]
fn erasing_an_older_version_leaves_the_newest() {
    let lab = lab();
    import(&lab, "reports");
    let first = last_version(&lab);
    lab.write("reports/login.md", &REPORT.replace("10:12", "10:15"));
    import(&lab, "reports");
    erase(&lab, &first);
    assert_eq!(show(&lab, "INC-2026-04-01-001")["title"], "login slow");
    assert_eq!(import(&lab, "reports")["unchanged"], 1);
    lab.run(&["verify"]).ok();
}

#[test]
fn reports_of_one_name_and_day_have_labels_of_their_own() {
    let lab = Lab::new();
    let report = |what: &str| {
        format!("# Disk full on {what}\n\n- Detected: 2026-04-01 10:00\n\n## Impact\n\nMuch.\n")
    };
    lab.write("a/disk.md", &report("a"));
    lab.write("b/disk.md", &report("b"));
    lab.write("a/404-errors.md", &report("the web"));
    let labels = |view: &Value| -> Vec<String> {
        let files = view["files"].as_array().expect("files").iter();
        let label = |file: &Value| file["incidents"][0]["label"].as_str().expect("one").to_owned();
        files.map(label).collect()
    };
    let first = labels(&lab.run(&["incident", "import", "a", "b", "--json"]).ok().json());
    assert_eq!(first[..2], ["INC-2026-04-01-404-errors", "INC-2026-04-01-disk"]);
    assert!(first[2].starts_with("INC-2026-04-01-disk-"), "{first:?}");
    assert_eq!(show(&lab, &first[1])["title"], "Disk full on a");
    assert_eq!(show(&lab, &first[2])["title"], "Disk full on b");
    // Whatever comes first on another day, they keep what they are called.
    let again = lab.run(&["incident", "import", "b", "a", "--json"]).ok().json();
    assert_eq!(again["unchanged"], 3);
    // The name of a report is no number of ours.
    let other = Lab::new();
    other.write("404-errors.md", &report("the web"));
    import(&other, "404-errors.md");
    let opened = ["incident", "open", "slow", "--severity", "P2", "--json"];
    let opened = other.run(&opened).ok().json();
    assert!(opened["label"].as_str().expect("a label").ends_with("-001"), "{opened}");
}

#[test]
fn a_report_without_a_day_is_of_no_quarter() {
    let lab = lab();
    let sections = "## Impact\n\nMuch.\n\n## Root cause\n\nA disk.\n\n## Lessons\n\nNone.\n\n\
                    ## Action items\n\n- Watch it\n";
    lab.write("reports/login.md", &format!("# Outage of the disk\n\n{sections}"));
    lab.write(
        "reports/day.md",
        &format!("# Outage of the web\n\nDate: 2026-04-01\nStatus: Escalated\n\n{sections}"),
    );
    let view = import(&lab, "reports");
    assert_eq!(view["imported"], 2);
    let said = &view["files"][0]["findings"];
    assert_eq!((&said[0]["line"], said.as_array().map(Vec::len)), (&json!(4), Some(1)), "{said}");
    let list = lab.run(&["incident", "list", "--json"]).ok().json();
    let undated = &list["incidents"][1];
    assert_eq!((&undated["began"], &undated["opened_at"]), (&json!("unknown"), &Value::Null));
    // The first of April begins an hour before midnight UTC in Lisbon's summer.
    assert_eq!(list["incidents"][0]["opened_at"], "2026-03-31T23:00:00Z");
    let metrics = lab.run(&["incident", "metrics", "--by", "quarter", "--json"]).ok().json();
    let names: Vec<&Value> =
        metrics["groups"].as_array().expect("groups").iter().map(|group| &group["name"]).collect();
    assert_eq!(names, ["2026-Q2", "unknown"]);
}

#[test]
fn files_that_are_no_reports_are_counted_and_not_listed() {
    let lab = lab();
    for at in 0..5 {
        lab.write(&format!("reports/note-{at}.md"), "# Shopping\n\n- milk\n");
    }
    let told = lab.run(&["incident", "import", "reports"]).ok();
    let told = told.says("5 files are no reports of an incident (`--json` lists them).");
    assert!(!told.stdout.contains("note-1.md"));
    let alone = lab.run(&["incident", "import", "reports/note-1.md"]).ok();
    alone.says("reports/note-1.md").says("1 file is no report of an incident.");
}

#[test]
fn a_secret_of_several_lines_moves_no_finding() {
    let lab = lab();
    let key = ["-----BEGIN RSA PRIVATE KEY-----", "MIIEowIBAAKCAQEA7vZ2", "aGVsbG8gd29ybGQ="];
    let key = format!("{}\n{}\n{}\n-----END RSA PRIVATE KEY-----", key[0], key[1], key[2]);
    lab.write("reports/login.md", &REPORT.replace("## Timeline", &format!("{key}\n\n## Timeline")));
    let told = lab.run(&["incident", "import", "reports"]).ok();
    told.says("reports/login.md:19: `soon` is no time of day");
    let long = REPORT.replace("- Severity: P1", &format!("- Services: {}, web", "x".repeat(3000)));
    lab.write("reports/login.md", &long);
    let told = lab.run(&["incident", "import", "reports"]).ok();
    told.says("reports/login.md:3: a service is at most 2000 characters long");
    assert_eq!(show(&lab, "INC-2026-04-01-001")["services"], json!(["web"]));
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
