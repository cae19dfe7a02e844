//! Figures over many incidents: what they measure, what they leave out, and how they are told.

use serde_json::Value;

use crate::support::Lab;

const ROLLBACK: &str = "# Roll back\n\n> When to use this: a bad release. Time to mitigate: \
     **1-3 minutes**.\n\n## Step 1 — Mitigate (< 60s)\n\n```sh\nhelm rollback shop 13\n```\n";

/// Three incidents that count and one that does not; the day is 1 June 2026.
fn lab() -> Lab {
    let lab = Lab::new();
    lab.write("runledger.toml", "[support_hours]\nweekdays = \"09:00-17:00\"\n");
    lab.write("runbooks/rollback.md", ROLLBACK);
    // A Monday in spring: noticed after 4 min, mitigated 10 min later.
    let first = open(&lab, "P1", &["shop", "pay"], "2026-03-30 16:50", "2026-03-30 16:54");
    set(&lab, &first, &["acknowledged=2026-03-30 16:55", "mitigated=2026-03-30 17:04"]);
    set(&lab, &first, &["resolved=2026-03-31 09:04"]);
    lab.run(&["incident", "use", &first, "rollback#1", "--at", "2026-03-30 16:59"]).ok();
    // Again after two weeks, mitigated after 20 min.
    let second = open(&lab, "P0", &["shop"], "2026-04-14 10:00", "2026-04-14 10:10");
    set(&lab, &second, &["mitigated=2026-04-14 10:30"]);
    lab.run(&["incident", "use", &second, "rollback#1", "--at", "2026-04-14 10:28"]).ok();
    // Nobody knows when it began, and it was never mitigated.
    let third = open(&lab, "P1", &[], "n/a", "2026-05-20 12:00");
    set(&lab, &third, &["mitigated=n/a"]);
    let mistake = open(&lab, "P1", &["shop"], "2026-05-21 12:00", "2026-05-21 12:00");
    lab.run(&["incident", "cancel", &mistake, "--reason", "a test"]).ok();
    lab
}

fn open(lab: &Lab, severity: &str, services: &[&str], started: &str, detected: &str) -> String {
    let mut args = vec!["incident", "open", "errors", "--severity", severity, "--json"];
    args.extend(services.iter().flat_map(|name| ["--service", name]));
    args.extend(["--context", "symptom=5xx", "--started", started, "--detected", detected]);
    let told = lab.run(&args).ok().json();
    told["label"].as_str().expect("a label").to_owned()
}

fn set(lab: &Lab, label: &str, changes: &[&str]) {
    lab.run(&[&["incident", "set", label][..], changes].concat()).ok();
}

fn metrics(lab: &Lab, args: &[&str]) -> Value {
    lab.run(&[&["incident", "metrics", "--json"][..], args].concat()).ok().json()
}

/// `n missing not-applicable median p90` of each measure of a group.
fn figures(group: &Value) -> Vec<String> {
    let measures = group["measures"].as_array().expect("measures");
    let one = |it: &Value| {
        format!(
            "{} {} {} {} {} {}",
            it["measure"].as_str().expect("a name"),
            it["n"],
            it["missing"],
            it["not_applicable"],
            it["median_min"],
            it["p90_min"]
        )
    };
    measures.iter().map(one).collect()
}

#[test]
fn each_measure_says_its_ends_and_what_lacks_them() {
    let lab = lab();
    let told = metrics(&lab, &[]);
    assert_eq!((told["incidents"].as_u64(), told["left_out"].as_u64()), (Some(3), Some(1)));
    let expected = [
        "detect 2 0 1 7.0 9.4",
        "acknowledge 1 2 0 1.0 1.0",
        "mitigate 2 0 1 15.0 19.0",
        "resolve 1 2 0 970.0 970.0",
        "impact 2 0 1 22.0 28.4",
    ];
    assert_eq!(figures(&told["groups"][0]), expected);
    let mitigate = &told["groups"][0]["measures"][2];
    assert_eq!((&mitigate["from"], &mitigate["to"]), (&"detected".into(), &"mitigated".into()));
    assert_eq!(mitigate["mean_min"], Value::Null, "two are too few");
    let told = metrics(&lab, &["--mean"]);
    assert_eq!(told["groups"][0]["measures"][2]["mean_min"], 15.0);
}

#[test]
fn only_minutes_in_support_hours_count_where_asked_for() {
    let told = metrics(&lab(), &["--support-hours"]);
    let hours = "Monday to Friday 09:00 to 17:00 in UTC";
    assert_eq!(told["support_hours"], hours);
    let expected = [
        "detect 2 0 1 7.0 9.4",
        "acknowledge 1 2 0 1.0 1.0",
        "mitigate 2 0 1 13.0 18.6",
        "resolve 1 2 0 10.0 10.0",
        "impact 2 0 1 20.0 28.0",
    ];
    assert_eq!(figures(&told["groups"][0]), expected);
}

#[test]
fn incidents_are_grouped_by_time_service_and_severity() {
    let lab = lab();
    let groups = |by: &str| -> Vec<String> {
        let told = metrics(&lab, &["--by", by]);
        let groups = told["groups"].as_array().expect("groups").clone();
        groups.iter().map(|it| format!("{} {}", it["name"], it["incidents"])).collect()
    };
    assert_eq!(groups("quarter"), [r#""2026-Q1" 1"#, r#""2026-Q2" 2"#]);
    assert_eq!(groups("month"), [r#""2026-03" 1"#, r#""2026-04" 1"#, r#""2026-05" 1"#]);
    assert_eq!(groups("service"), [r#""pay" 1"#, r#""shop" 2"#, "null 1"]);
    assert_eq!(groups("severity"), [r#""P0" 1"#, r#""P1" 2"#]);
    lab.run(&["incident", "metrics", "--by", "team"]).refused().says("severity");
    let since = metrics(&lab, &["--since", "2026-04-14"]);
    assert_eq!(since["incidents"], 2);
}

#[test]
fn what_came_back_and_what_runbooks_claim_is_told() {
    let lab = lab();
    let told = metrics(&lab, &[]);
    let recurred = &told["recurrence"]["recurred"];
    assert_eq!(told["recurrence"]["incidents"], 1);
    assert_eq!(recurred[0]["days"], 14);
    assert_eq!(recurred[0]["runbook"], "rollback");
    let runbook = &told["runbooks"][0];
    assert_eq!((&runbook["slug"], &runbook["n"]), (&"rollback".into(), &2.into()));
    assert_eq!(runbook["claimed"]["max_s"], 180);
    assert_eq!((&runbook["median_min"], &runbook["over_claim"]), (&3.5.into(), &1.into()));
}

#[test]
fn the_figures_read_well_aloud() {
    let lab = lab();
    let told = lab.run(&["incident", "metrics"]).ok().stdout;
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    let sentences = [
        "3 incidents. 1 was cancelled or a duplicate and is left out.",
        "Time to detect, from started to detected: median 7 min, 90th percentile 9.4 min, over 2 \
         incidents; to 1 it does not apply.",
        "Time to acknowledge, from detected to acknowledged: 1 min, in 1 incident; 2 lack an end.",
        "Time to resolve, from detected to resolved: 16 h 10 min, in 1 incident; 2 lack an end.",
        "Impact, from started to mitigated: median 22 min",
        "Of 3 incidents, 1 came back within 30 days:",
        "INC-2026-06-01-002 came 14 days after INC-2026-06-01-001: both used rollback.",
        "rollback: claims 1 to 3 min; took median 3.5 min, 90th percentile 4.7 min, over 2 \
         incidents. 1 took longer than claimed.",
    ];
    for sentence in sentences {
        assert!(told.contains(sentence), "{sentence}\n{told}");
    }
    let none = Lab::new();
    none.write("runledger.toml", "");
    none.run(&["incident", "metrics"]).ok().says("0 incidents.");
}

#[test]
fn bad_answers_and_what_is_late_are_counted() {
    let lab = lab();
    let (first, second) = ("INC-2026-06-01-001", "INC-2026-06-01-002");
    let answer = |label: &str, args: &[&str]| {
        lab.run(&[&["postmortem", "answer", label, "alert-first"][..], args].concat()).ok();
    };
    answer(first, &["no", "--action", "--owner", "ana", "--due", "2026-05-20"]);
    answer(second, &["yes", "--evidence", "alert=CheckoutErrors"]);
    lab.run(&["postmortem", "answer", second, "told-first", "na", "--reason", "nobody hit"]).ok();

    let told = metrics(&lab, &[]);
    let questions = told["questions"].as_array().expect("questions");
    assert_eq!(questions.len(), 1, "what does not apply is not counted: {questions:?}");
    let question = &questions[0];
    assert_eq!(question["question"], "detection/alert-first");
    assert_eq!((&question["answered"], &question["bad"]), (&2.into(), &1.into()));
    assert_eq!(question["percent_bad"], 50);
    let overdue = &told["overdue"];
    assert_eq!(overdue["action_items"], 1);
    assert_eq!(overdue["by_owner"][0]["owner"], "ana");
    let later = metrics(&lab, &["--since", "2026-04-14"]);
    assert_eq!(later["questions"][0]["answered"], 1, "only those that are measured");
    assert_eq!(later["overdue"]["action_items"], 1, "what is late is late");
    let said = lab.run(&["incident", "metrics"]).ok().stdout;
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in ["50 % bad, 1 of 2 postmortems: Did an alert", "ana: 1 action item"] {
        assert!(said.contains(words), "{words}\n{said}");
    }
}

#[test]
fn a_runbook_that_was_followed_or_recorded_counts_as_used() {
    let lab = lab();
    let third = "INC-2026-06-01-003";
    lab.run(&["worked", "rollback", "--step", "1", "--incident", third]).ok();
    let told = metrics(&lab, &[]);
    let runbook = &told["runbooks"][0];
    assert_eq!((&runbook["incidents"], &runbook["n"]), (&3.into(), &2.into()));
    assert_eq!(runbook["not_applicable"], 1, "the third was never mitigated");
}

#[test]
fn a_report_without_a_severity_is_in_no_group_of_another() {
    let lab = lab();
    lab.write(
        "reports/2026-04-20-dns.md",
        "# Postmortem: DNS was slow\n\n- Detected: 2026-04-20 10:00\n- Resolved: 2026-04-20 10:30\n",
    );
    lab.run(&["incident", "import", "reports"]).ok();
    let told = metrics(&lab, &["--by", "severity"]);
    let groups = told["groups"].as_array().expect("groups");
    let names: Vec<&Value> = groups.iter().map(|it| &it["name"]).collect();
    assert_eq!(names, ["P0", "P1", "unknown"]);
}
