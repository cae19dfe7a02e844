//! The reports on incidents and on action items: what is in the period, what is late, and in
//! every format.

use serde_json::Value;

use super::reports::without_hashes;
use crate::support::Lab;

const ROLLBACK: &str = "# Roll back\n\n> When to use this: a bad release. Time to mitigate: \
     **1-3 minutes**.\n\n## Step 1 — Mitigate (< 60s)\n\n```sh\nhelm rollback shop 13\n```\n";

const FIRST: &str = "INC-2026-06-01-001";
const SECOND: &str = "INC-2026-06-01-002";

/// Two incidents in May that used one runbook, one on the first of May; all told on 1 June 2026.
fn lab() -> Lab {
    let lab = Lab::new();
    lab.write("runledger.toml", "");
    lab.write("runbooks/rollback.md", ROLLBACK);
    incident(&lab, FIRST, "P1", "2026-05-04", ["10:00", "10:04", "10:14", "11:00"]);
    incident(&lab, SECOND, "P0", "2026-05-18", ["10:00", "10:10", "10:30", "12:00"]);
    incident(&lab, "INC-2026-06-01-003", "P3", "2026-05-01", ["12:00", "12:00", "12:05", "13:00"]);
    for label in [FIRST, SECOND] {
        lab.run(&["incident", "use", label, "rollback#1"]).ok();
        let bad = ["postmortem", "answer", label, "alert-first", "no", "--no-action", "it is gone"];
        lab.run(&bad).ok();
    }
    lab
}

fn incident(lab: &Lab, label: &str, severity: &str, day: &str, times: [&str; 4]) {
    let title = format!("checkout | answers 502 on {day}");
    let open = ["incident", "open", &title, "--severity", severity, "--service", "shop", "--json"];
    assert_eq!(lab.run(&open).ok().json()["label"], label);
    let names = ["started", "detected", "mitigated", "resolved"];
    for (name, time) in names.into_iter().zip(times) {
        lab.run(&["incident", "set", label, &format!("{name}={day} {time}")]).ok();
    }
    lab.run(&["incident", "status", label, "resolved"]).ok();
}

fn report(lab: &Lab, kind: &str, args: &[&str]) -> Value {
    lab.run(&[&["report", kind, "--json"][..], args].concat()).ok().json()
}

fn labels<'a>(list: &'a Value, field: &str) -> Vec<&'a str> {
    let list = list.as_array().expect("a list");
    list.iter().map(|it| it[field].as_str().expect("a label")).collect()
}

#[test]
fn a_period_begins_after_one_day_and_ends_with_another() {
    let lab = lab();
    let told = report(&lab, "incidents", &["--as-of", "2026-05-29"]);
    // Four weeks before the 29th is the 1st; what began on that day was told of then.
    assert_eq!(told["since"], "2026-05-01");
    assert_eq!(labels(&told["incidents"], "label"), [SECOND, FIRST]);
    // Detected to mitigated took 10 and 20 minutes.
    let mitigate = &told["metrics"]["measures"][2];
    assert_eq!((&mitigate["measure"], &mitigate["median_min"]), (&"mitigate".into(), &15.0.into()));
    let recurred = &told["recurrence"]["recurred"][0];
    assert_eq!((&recurred["label"], &recurred["days"]), (&SECOND.into(), &14.into()));
    let repeated = &told["repeated"];
    assert_eq!(labels(repeated, "question"), ["detection/alert-first"]);
    assert_eq!((&repeated[0]["bad"], &repeated[0]["answered"]), (&2.into(), &2.into()));
    let headline = "2 incidents in 28 days, median 15 min to mitigate; 1 came back; 2 \
                    postmortems are late.";
    assert_eq!(told["headline"], headline);

    let with_the_first = report(&lab, "incidents", &["--as-of", "2026-05-28"]);
    assert_eq!(with_the_first["since"], "2026-04-30");
    assert_eq!(with_the_first["incidents"].as_array().map(Vec::len), Some(3));
    let before = report(&lab, "incidents", &["--as-of", "2026-05-17"]);
    assert!(!labels(&before["incidents"], "label").contains(&SECOND));
    assert_eq!(before["repeated"], Value::Array(vec![]), "one bad answer may be chance");
    assert_eq!(before["recurrence"]["incidents"], 0);
    let one_day = ["--as-of", "2026-05-18", "--since", "2026-05-17"];
    let one_day = report(&lab, "incidents", &one_day);
    assert_eq!(labels(&one_day["incidents"], "label"), [SECOND]);
    let backwards = ["report", "incidents", "--as-of", "2026-05-18", "--since", "2026-05-19"];
    lab.run(&backwards).refused().says("is after 2026-05-18");
    let none = ["report", "incidents", "--as-of", "2026-03-01"];
    lab.run(&none).ok().says("No incident in 28 days.");
}

#[test]
fn postmortems_are_late_from_the_day_on_which_they_were_due() {
    let lab = lab();
    // Both were begun; they have to be published five business days after they were resolved:
    // Monday the 4th to Monday the 11th, the 18th to the 25th.
    let late = |day: &str| {
        let told = report(&lab, "incidents", &["--as-of", day]);
        labels(&told["postmortems"], "incident").join(" ")
    };
    assert_eq!(late("2026-05-10"), "");
    assert_eq!(late("2026-05-12"), FIRST);
    assert_eq!(late("2026-05-24"), FIRST);
    assert_eq!(late("2026-05-26"), format!("{FIRST} {SECOND}"), "the longest late first");
}

/// Action items around every boundary of the report of 1 June.
fn with_actions() -> Lab {
    let lab = lab();
    let add = |text: &str, owner: &str, due: &str| {
        let add = ["action", "add", FIRST, text, "--owner", owner, "--due", due];
        lab.run(&add).ok();
    };
    add("pin the chart | version", "ana", "2026-05-20");
    add("alert before it is full", "bo", "2026-06-01");
    add("test the rollback", "ana", "2026-06-15");
    add("write it down", "bo", "2026-06-16");
    lab.run(&["action", "add", FIRST, "ask first"]).ok();
    add("tell everybody", "ana", "2026-05-30");
    lab.run(&["action", "done", &format!("{FIRST}/6"), "--reason", "told"]).ok();
    lab
}

#[test]
fn action_items_are_late_due_or_later() {
    let lab = with_actions();
    let told = report(&lab, "actions", &[]);
    let numbers = |list: &str, told: &Value| {
        let labels = labels(&told[list], "label");
        labels.iter().map(|it| it.rsplit('/').next().unwrap().to_owned()).collect::<String>()
    };
    // Due today is not late; the 15th is two weeks from now, the 16th is later, and so is the
    // 1 July that an action item has of which nobody said a day.
    let sections = ["overdue", "due", "later", "opened", "closed"];
    let found = sections.map(|list| numbers(list, &told));
    let sorted = |text: &str| {
        let mut letters: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        letters.into_iter().collect::<String>()
    };
    assert_eq!(found[..3], ["1", "23", "45"]);
    assert_eq!((sorted(&found[3]).as_str(), found[4].as_str()), ("123456", "6"));
    // 20 May to 1 June are 12 days.
    let headline =
        format!("5 action items open, 1 of them late; the longest, {FIRST}/1, by 12 days.");
    assert_eq!(told["headline"], headline.as_str());
    let owners = told["by_owner"].as_array().expect("owners");
    let owners: Vec<String> = owners
        .iter()
        .map(|it| format!("{} {} {}", it["owner"], it["open"], it["overdue"]))
        .collect();
    assert_eq!(owners, ["\"ana\" 2 1", "\"bo\" 2 0", "null 1 0"]);
    assert_eq!(told["closing"][0]["quarter"], "2026-Q2");

    let bo = report(&lab, "actions", &["--owner", "BO"]);
    assert_eq!((numbers("overdue", &bo), numbers("due", &bo)), (String::new(), "2".to_owned()));
    let next = report(&lab, "actions", &["--as-of", "2026-06-02"]);
    assert_eq!(numbers("overdue", &next), "12", "a day later it is late");
    assert_eq!(numbers("closed", &report(&lab, "actions", &["--as-of", "2026-06-07"])), "6");
    let quiet = report(&lab, "actions", &["--as-of", "2026-06-08"]);
    assert_eq!((numbers("opened", &quiet), numbers("closed", &quiet)), <_>::default());
    let earlier = report(&lab, "actions", &["--as-of", "2026-05-31"]);
    assert_eq!(earlier["headline"], "No action item is open.");
}

#[test]
fn every_format_of_both_is_kept_and_the_same_everywhere() {
    let lab = with_actions();
    let export = lab.path("ledger.jsonl");
    let export = export.to_str().expect("a path");
    lab.run(&["export", "--out", export]).ok();
    let other = Lab::new().at("2027-03-03T03:03:03Z");
    other.write("runledger.toml", "");
    other.write("runbooks/rollback.md", ROLLBACK);
    other.run(&["import", export]).ok();
    for kind in ["incidents", "actions"] {
        for format in ["md", "html", "text", "csv", "json", "chat"] {
            let args = ["report", kind, "--as-of", "2026-06-01", "--format", format];
            let written = |lab: &Lab, zone: &str| {
                let output = lab.command(&args).env("TZ", zone).output().expect("a report");
                String::from_utf8(output.stdout).expect("text")
            };
            let said = written(&lab, "America/Los_Angeles");
            assert_eq!(said, written(&other, "Asia/Tokyo"), "{kind} {format}");
            // Ids are drawn by chance, and only JSON tells them.
            if format != "json" {
                insta::assert_snapshot!(format!("{kind}_{format}"), without_hashes(&said));
            }
        }
    }
}
