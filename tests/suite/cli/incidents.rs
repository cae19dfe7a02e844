//! Incidents from a terminal: the whole life, and each way to get it wrong.

use serde_json::Value;

use crate::support::Lab;

const ROLLBACK: &str = "---\nplaceholders:\n  RELEASE: shop\n---\n# Roll back\n\n\
     > When to use this: a bad release. Time to mitigate: **1-3 minutes**.\n\n\
     ## Step 1 — Look (< 30s)\n\n```sh\nhelm history <RELEASE> -n <NAMESPACE>\n```\n\n\
     ## Step 2 — Roll back (< 60s)\n\n```sh\nhelm rollback shop 13 -n <NAMESPACE>\n```\n\n\
     ## When this runbook last worked\n\n| Date | Release | Incident | Resolved by | Notes |\n\
     |---|---|---|---|---|\n";

/// A workspace with a runbook; the day is 1 June 2026, in Lisbon, an hour before UTC.
fn lab() -> Lab {
    let lab = Lab::new();
    lab.write("runledger.toml", "timezone = \"Europe/Lisbon\"\n");
    lab.write("runbooks/rollback.md", ROLLBACK);
    lab
}

/// Opens an incident and gives its label.
fn open(lab: &Lab, title: &str) -> String {
    let told = lab.run(&["incident", "open", title, "--severity", "P1", "--json"]).ok().json();
    told["label"].as_str().expect("a label").to_owned()
}

fn show(lab: &Lab, label: &str) -> Value {
    lab.run(&["incident", "show", label, "--json"]).ok().json()
}

fn texts(incident: &Value) -> Vec<String> {
    let lines = incident["timeline"].as_array().expect("a timeline");
    lines.iter().map(|line| line["text"].as_str().expect("words").to_owned()).collect()
}

#[test]
fn labels_are_numbered_by_the_day_of_the_workspace() {
    let late = Lab::new().at("2026-06-01T23:30:00Z");
    late.write("runledger.toml", "timezone = \"Europe/Lisbon\"\n");
    assert_eq!(open(&late, "one"), "INC-2026-06-02-001", "past midnight there");
    assert_eq!(open(&late, "two"), "INC-2026-06-02-002");
    let list = late.run(&["incident", "list", "--json"]).ok().json();
    let labels: Vec<&Value> =
        list["incidents"].as_array().expect("a list").iter().map(|it| &it["label"]).collect();
    assert_eq!(labels, ["INC-2026-06-02-002", "INC-2026-06-02-001"]);
}

#[test]
fn a_whole_life_is_told_by_commands() {
    let lab = lab();
    let label = open(&lab, "checkout answers 502");
    assert_eq!(label, "INC-2026-06-01-001");
    let incident = |args: &[&str]| lab.run(&[&["incident"], args].concat()).ok();
    incident(&[
        "set",
        &label,
        "started=-12m",
        "release=shop",
        "namespace=prod",
        "services=checkout,pay",
    ]);
    incident(&["role", &label, "commander", "ana"]).says("Incident commander: ana");
    incident(&["role", &label, "expert", "bob"]);
    incident(&["role", &label, "expert", "eve"]).says("Expert: bob, eve");
    incident(&["note", &label, "errors since the release", "--at", "12:55", "--author", "bob"]);
    incident(&["status", &label, "identified", "--reason", "the new release"]);
    incident(&["use", &label, "rollback#2", "--at", "12:58"]);
    incident(&["status", &label, "mitigated"]);
    lab.run(&["worked", "rollback", "--step", "2", "--incident", &label]).ok();
    incident(&["status", &label, "resolved"]);
    incident(&["close", &label]);
    let told = show(&lab, &label);
    assert_eq!(told["status"], "closed");
    assert_eq!(told["severity"], "P1");
    assert_eq!(told["times"]["started"], "2026-06-01T11:48:00Z");
    assert_eq!(told["times"]["detected"], "2026-06-01T12:00:00Z");
    assert_eq!(told["times"]["acknowledged"], Value::Null);
    assert_eq!(told["durations"]["detect_min"], 12);
    assert_eq!(told["durations"]["impact_min"], 12);
    assert_eq!(told["durations"]["mitigate_min"], 0);
    assert_eq!(told["durations"]["acknowledge_min"], Value::Null);
    assert_eq!(told["context"]["namespace"], "prod");
    assert_eq!(told["roles"]["expert"], serde_json::json!(["bob", "eve"]));
    assert_eq!(told["runbooks"][0]["slug"], "rollback");
    assert_eq!(told["runbooks"][0]["outcome"], "worked");
    assert_eq!(told["runbooks"][0]["mitigate_min"], 2);
    assert_eq!(told["conflicts"], serde_json::json!([]));
    let texts = texts(&told);
    let first: Vec<&str> = texts.iter().take(2).map(String::as_str).collect();
    assert_eq!(first, ["errors since the release", "Used rollback, step 2 (Roll back)."]);
    assert!(
        texts.iter().any(|text| text == "Now identified; it was investigating: the new release.")
    );
    assert!(texts.iter().any(|text| text.starts_with("rollback: Step 2")), "{texts:?}");
    incident(&["show", &label]).says("Impact").says("12 min").says("Expert");
    lab.run(&["verify"]).ok();
}

#[test]
fn what_was_stored_is_told_with_the_zone_of_its_times() {
    let lab = lab();
    let args = ["incident", "open", "down", "--severity", "sev2", "--started", "12:40"];
    let said = lab.run(&[&args[..], &["--context", "release=shop"]].concat()).ok();
    said.says("severity P1, which is what sev2 means here")
        .says("started 2026-06-01 12:40 WEST")
        .says("release shop");
    let label = "INC-2026-06-01-001";
    let run = |args: &[&str]| lab.run(&[&["incident"], args].concat()).ok();
    run(&["set", label, "detected=-10m", "--reason", "the alert"])
        .says("detected 2026-06-01 12:50 WEST");
    run(&["set", label, "mitigated=n/a", "sev=P2", "services=pay, cart"])
        .says("mitigated not applicable")
        .says("severity P2\n")
        .says("services pay, cart");
    run(&["set", label, "region=password=hunter2"]).says("region password=[redacted password]");
    run(&["set", label, "region="]).says("region is not told any more");
    run(&["set", label, "mitigated=unknown", "--reason", "it was"]).says("mitigated not yet known");
    run(&["note", label, "errors", "since", "the", "release", "--at", "12:55"])
        .says("2026-06-01 12:55 WEST  errors since the release");
    run(&["status", label, "identified", "--at", "12:58"])
        .says("identified since 2026-06-01 12:58 WEST");
    run(&["status", label, "mitigated"]).says("mitigated since 2026-06-01 13:00 WEST");
    run(&["use", label, "rollback#2", "--at", "12:57"])
        .says("2026-06-01 12:57 WEST: Used rollback, step 2");
    let link = "https://track.example.org/1";
    let action = ["action", "add", label, "alert on it", "--link", link, "--due", "2026-06-09"];
    lab.run(&action).ok().says("due 2026-06-09").says(link);
}

#[test]
fn a_clock_time_that_is_to_come_is_refused_with_both_readings() {
    let lab = lab();
    let label = open(&lab, "down");
    lab.run(&["incident", "set", &label, "started=13:30"])
        .refused()
        .says("13:30 is 30 minutes ahead of now, 13:00 WEST")
        .says("for yesterday write 2026-05-31 13:30");
    lab.run(&["incident", "note", &label, "errors", "--at", "15:05"]).refused();
    lab.run(&["incident", "set", &label, "started=2026-05-31 13:30"]).ok();
    assert_eq!(show(&lab, &label)["times"]["started"], "2026-05-31T12:30:00Z");
    assert_eq!(show(&lab, &label)["timeline"].as_array().map(Vec::len), Some(2));
    let late = Lab::new().at("2026-06-01T00:10:00Z");
    let label = open(&late, "down");
    late.run(&["incident", "set", &label, "started=23:50"]).ok().says("2026-05-31 23:50 UTC");
}

#[test]
fn a_slip_in_a_name_does_not_hide_in_the_context() {
    let lab = lab();
    let label = open(&lab, "down");
    let set = |change: &str| lab.run(&["incident", "set", &label, change]);
    set("severty=P0").refused().says("did you mean severity?").says("context.severty=P0");
    set("startd=15:00").refused().says("did you mean started?");
    set("commander=ana").refused().says("incident role LABEL commander ana");
    set("context.severty=P0").ok().says("severty P0");
    set("severty=P2").ok();
    for name in ["tier", "device", "version", "region", "namespace", "tenant", "release"] {
        set(&format!("{name}=x")).ok();
    }
    assert_eq!(show(&lab, &label)["severity"], "P1");
    assert_eq!(show(&lab, &label)["context"]["severty"], "P2");
}

#[test]
fn the_number_of_an_incident_is_enough_where_only_one_has_it() {
    let lab = lab();
    open(&lab, "first");
    let other = open(&lab, "second");
    lab.run(&["incident", "note", "002", "errors"]).ok();
    lab.run(&["incident", "show", "02"]).ok().says("second");
    lab.run(&["incident", "show", "007"]).refused().says(&format!("the newest is {other}"));
    let mut next_day = lab.command(&["incident", "open", "third", "--severity", "P1"]);
    next_day.env("RUNLEDGER_NOW", "2026-06-02T12:00:00Z").output().expect("it runs");
    let said = lab.run(&["incident", "show", "001"]).refused();
    said.says("INC-2026-06-01-001").says("INC-2026-06-02-001");
    assert_eq!(show(&lab, &other)["timeline"].as_array().map(Vec::len), Some(2));
}

#[test]
fn times_for_people_are_local_and_lengths_fit() {
    let lab = lab();
    let label = open(&lab, "down");
    let set = |change: &str| lab.run(&["incident", "set", &label, change, "--reason", "x"]).ok();
    set("detected=2026-05-28 10:00");
    set("started=2026-05-28 07:00");
    lab.run(&["incident", "status", &label, "resolved"]).ok();
    let said = lab.run(&["incident", "show", &label]).ok();
    said.says("3 h").says("4 d 3 h").says("2026-05-28 10:00 WEST");
    lab.run(&["incident", "list"]).ok().says("resolved in 4 d 3 h");
    lab.run(&["incident", "metrics"]).ok().says("4 d 3 h");
    for args in [["postmortem", "list"], ["postmortem", "status"]] {
        let args = if args[1] == "list" { args.to_vec() } else { vec![args[0], args[1], &label] };
        let said = lab.run(&args).ok().says("WEST");
        assert!(!said.stdout.contains("00Z") && !said.stdout.contains("59Z"), "{}", said.stdout);
    }
}

#[test]
fn a_resolved_incident_asks_how_its_runbooks_went() {
    let lab = lab();
    let label = open(&lab, "down");
    lab.run(&["incident", "use", &label, "rollback#2"]).ok();
    let said = lab.run(&["incident", "status", &label, "resolved"]).ok();
    said.says("How did rollback go?").says(&format!("--step 2 --incident {label}"));
}

#[test]
fn the_context_fills_the_runbook_and_marks_what_differs() {
    let lab = lab();
    let label = open(&lab, "down");
    let set = ["incident", "set", &label, "release=cart", "Namespace=prod eu"];
    lab.run(&set).ok();
    let shown = lab.run(&["show", "rollback", "--incident", &label]).ok();
    let shown =
        shown.says("helm history cart -n 'prod eu'").says("helm rollback cart 13 -n 'prod eu'");
    let mark = format!("the runbook says shop; the RELEASE of {label} is cart");
    let shown = shown.says(&mark);
    assert_eq!(shown.stdout.matches(&mark).count(), 1, "{}", shown.stdout);
    let commands = lab.run(&["show", "rollback", "--incident", &label, "--commands"]).ok();
    commands.says(&format!("# {mark}\nhelm rollback cart 13"));
    let json = lab.run(&["show", "rollback", "--incident", &label, "--json"]).ok().json();
    assert_eq!(json["incident"]["values"]["RELEASE"], "cart");
    assert_eq!(json["incident"]["differing"][0]["literal"], "shop");
    lab.run(&["show", "rollback", "--incident", "INC-2026-06-01-011"]).refused();
}

#[test]
fn reopening_keeps_the_first_mitigated_and_the_last_resolved_time() {
    let lab = lab();
    let label = open(&lab, "down");
    let status = |to: &str, at: &str| lab.run(&["incident", "status", &label, to, "--at", at]);
    lab.run(&["incident", "set", &label, "detected=12:00", "--reason", "the alert"]).ok();
    status("mitigated", "12:10").ok();
    status("resolved", "12:20").ok();
    lab.run(&["incident", "reopen", &label]).refused().says("needs a reason");
    lab.run(&["incident", "reopen", &label, "--reason", "it came back"]).ok();
    status("mitigated", "12:40").refused().says("known already");
    lab.run(&["incident", "status", &label, "mitigated"]).ok();
    status("resolved", "12:50").ok();
    let told = show(&lab, &label);
    assert_eq!(told["times"]["mitigated"], "2026-06-01T11:10:00Z");
    assert_eq!(told["times"]["resolved"], "2026-06-01T11:50:00Z");
    assert_eq!(told["reopened"], 1);
}

#[test]
fn impossible_times_are_refused_and_nothing_is_changed() {
    let lab = lab();
    let label = open(&lab, "down");
    let set = |changes: &[&str]| lab.run(&[&["incident", "set", &label], changes].concat());
    set(&["started=12:50"]).ok();
    set(&["resolved=12:40"]).refused().says("cannot be resolved before it was started");
    set(&["resolved=2026-06-02 12:40"]).refused().says("lies in the future");
    set(&["started=25:00"]).refused().says("a time is 14:03");
    set(&["started=12:45"]).refused().says("--reason");
    set(&["started=12:45", "--reason", "the graph", "--source", "dashboard"]).ok();
    set(&["mitigated=n/a"]).ok();
    let told = show(&lab, &label);
    assert_eq!(told["times"]["started"], "2026-06-01T11:45:00Z");
    assert_eq!(told["times"]["resolved"], Value::Null);
    let fact = |at: usize| (&told["time_facts"][at]["state"], &told["time_facts"][at]["source"]);
    assert_eq!(fact(0), (&"known".into(), &"dashboard".into()));
    assert_eq!(fact(3).0, "not-applicable");
    assert_eq!(fact(4).0, "unknown");
    lab.run(&[
        "incident",
        "open",
        "x",
        "--severity",
        "P1",
        "--started",
        "-5m",
        "--detected",
        "-10m",
    ])
    .refused()
    .says("cannot be detected before it was started");
    assert_eq!(lab.run(&["incident", "list", "--json"]).json()["incidents"][1], Value::Null);
}

#[test]
fn wrong_names_are_refused_with_the_nearest() {
    let lab = lab();
    let label = open(&lab, "down");
    let run = |args: &[&str]| lab.run(&[&["incident"], args].concat()).refused();
    run(&["open", "x", "--severity", "CRITCAL"]).says("did you mean CRITICAL?");
    run(&["open", "x", "--sev", "P9"]).says("unknown severity P9; there are: P0, P1, P2, P3, P4");
    run(&["open", " ", "--severity", "P1"]).says("needs a title");
    run(&["role", &label, "comander", "ana"]).says("did you mean commander?");
    run(&["show", "INC-2026-06-01-007"]).says(&format!("did you mean {label}?"));
    run(&["show", ""]).says("which incident?");
    run(&["use", &label, "rolback"]).says("did you mean rollback?");
    run(&["use", &label, "rollback#9"]).says("steps: 1, 2");
    run(&["note", &label, " "]).says("needs words");
    run(&["set", &label, "link=ftp://x"]).says("address");
    run(&["set", &label, "started"]).says("NAME=VALUE");
    run(&["close", &label]).says("only a resolved incident can be closed");
    run(&["cancel", &label]).says("needs a reason");
    lab.run(&["worked", "rollback", "--incident", "INC-2026-06-01-009"])
        .refused()
        .says(&format!("did you mean {label}?"));
    for elsewhere in ["OPS-12", "INC-77"] {
        lab.run(&["worked", "rollback", "--again", "--incident", elsewhere]).ok();
    }
}

#[test]
fn an_ambiguous_label_lists_what_it_could_mean() {
    let lab = lab();
    let (one, two) = (open(&lab, "first"), open(&lab, "second"));
    lab.run(&["incident", "show", "INC-2026-06-01"]).refused().says(&one).says(&two);
    lab.run(&["incident", "show", "2026-06-01-002"]).ok().says("second");
    lab.run(&["incident", "show", &one.to_lowercase()]).ok().says("first");
    let id = show(&lab, &one)["id"].as_str().expect("an id").to_owned();
    lab.run(&["incident", "show", &id]).ok().says("first");
}

#[test]
fn nobody_overwrites_what_they_have_not_seen() {
    let lab = lab();
    let label = open(&lab, "down");
    let seen = show(&lab, &label)["versions"]["title"].as_str().expect("a version").to_owned();
    let set = |title: &str| {
        lab.run(&["incident", "set", &label, &format!("title={title}"), "--if-version", &seen])
    };
    set("checkout is down").ok();
    set("payments are down").refused().says("changed meanwhile by tester").says("checkout is down");
    let told = show(&lab, &label);
    assert_eq!(told["title"], "checkout is down");
    let history: Vec<&Value> = told["timeline"]
        .as_array()
        .expect("a timeline")
        .iter()
        .filter(|line| line["field"] == "title")
        .collect();
    assert_eq!((history.len(), &history[0]["from"]), (1, &"down".into()));
}

#[test]
fn a_duplicate_names_the_incident_it_is_and_never_itself() {
    let lab = lab();
    let (one, two) = (open(&lab, "first"), open(&lab, "second"));
    let duplicate = |a: &str, b: &str| lab.run(&["incident", "duplicate", a, b]);
    duplicate(&one, &one).refused().says("of itself");
    duplicate(&two, &one).ok().says(&format!("duplicate of {one}"));
    duplicate(&one, &two).refused().says("a duplicate of this one already");
    lab.run(&["incident", "status", &two, "resolved"]).refused().says("reopened first");
    assert_eq!(show(&lab, &two)["duplicate_of"], one);
    let cancel = ["incident", "cancel", &one, "--reason", "a test alert"];
    lab.run(&cancel).ok();
    let open = lab.run(&["incident", "list", "--open", "--json"]).ok().json();
    assert_eq!(open["incidents"], serde_json::json!([]));
}

#[test]
fn a_circle_of_duplicates_that_two_machines_made_is_not_followed_forever() {
    let lab = lab();
    let (one, two) = (open(&lab, "first"), open(&lab, "second"));
    let entries = lab.path("entries.jsonl").display().to_string();
    lab.run(&["export", "--out", &entries]).ok();
    let store = lab.path("other store").display().to_string();
    let there = |args: &[&str]| lab.run(&[&["--store", &store][..], args].concat()).ok();
    there(&["import", &entries]);
    lab.run(&["incident", "duplicate", &one, &two]).ok();
    there(&["incident", "duplicate", &two, &one]);
    let entries = lab.path("theirs.jsonl").display().to_string();
    there(&["export", "--out", &entries]);
    lab.run(&["import", &entries]).ok();
    assert_eq!(show(&lab, &one)["duplicate_of"], two);
    assert_eq!(show(&lab, &two)["duplicate_of"], one);
    let three = open(&lab, "third");
    lab.run(&["incident", "duplicate", &three, &one]).ok();
    lab.run(&["verify"]).ok();
}

#[test]
fn an_erased_note_is_gone_and_its_place_is_seen() {
    let lab = lab();
    let label = open(&lab, "down");
    let said = lab.run(&["incident", "note", &label, "Hunter2 slipped through", "--json"]).ok();
    let id = said.json()["ids"][0].as_str().expect("an id").to_owned();
    lab.run(&["erase", &id, "--reason", "a password"]).ok();
    let told = show(&lab, &label);
    assert!(texts(&told).contains(&"A note was erased.".to_owned()));
    assert!(!told.to_string().contains("Hunter2"));
    lab.run(&["verify"]).ok();
}

#[test]
fn a_team_says_what_its_severities_are_called() {
    let lab = lab();
    lab.write("runledger.toml", "[incidents.severities]\n0 = [\"Red\"]\n1 = [\"Amber\", \"P0\"]\n");
    let told = lab.run(&["incident", "open", "x", "--severity", "p0", "--json"]).ok().json();
    assert_eq!((&told["severity"], &told["severity_rank"]), (&"Amber".into(), &1.into()));
    lab.run(&["incident", "open", "x", "--severity", "P1"]).refused().says("unknown severity P1");
}

#[test]
fn two_programs_at_once_give_two_labels_and_lose_no_note() {
    let lab = lab();
    let label = open(&lab, "down");
    std::thread::scope(|scope| {
        for writer in 0..2 {
            let (lab, label) = (&lab, &label);
            scope.spawn(move || {
                for at in 0..8 {
                    let text = format!("writer {writer} line {at}");
                    lab.run(&["incident", "note", label, &text]).ok();
                }
                open(lab, &format!("by {writer}"));
            });
        }
    });
    let notes = texts(&show(&lab, &label));
    assert_eq!(notes.iter().filter(|text| text.starts_with("writer")).count(), 16);
    let list = lab.run(&["incident", "list", "--json"]).ok().json();
    let mut labels: Vec<String> = list["incidents"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|it| it["label"].to_string())
        .collect();
    labels.dedup();
    assert_eq!(labels.len(), 3);
    lab.run(&["verify"]).ok();
}

#[test]
fn a_pasted_chat_is_split_by_its_times_and_may_be_pasted_again() {
    let lab = lab();
    let label = open(&lab, "down");
    let chat =
        b"[12:41] ana: errors since the release\nand a second line\n[12:43] bob: rolling back\n";
    let paste =
        ["incident", "note", &label, "-", "--paste", "--link", "https://chat.example.org/1"];
    lab.run_with_input(&paste, chat).ok().says("2 lines noted");
    lab.run_with_input(&paste, chat).ok().says("2 lines stood there already");
    let told = show(&lab, &label);
    let line = &told["timeline"][0];
    assert_eq!((&line["author"], &line["at"]), (&"ana".into(), &"2026-06-01T11:41:00Z".into()));
    assert_eq!(line["text"], "errors since the release\nand a second line");
    assert_eq!(
        (&line["source"], &line["link"]),
        (&"paste".into(), &"https://chat.example.org/1".into())
    );
    assert_eq!(told["timeline"][1]["text"], "rolling back");
}

#[test]
fn what_looks_secret_is_not_stored() {
    let lab = lab();
    let label = open(&lab, "down");
    let note = ["incident", "note", &label, "logged in with password=hunter2hunter2 at last"];
    lab.run(&note).ok().says("looked secret");
    let set = ["incident", "set", &label, "title=down, password=hunter2hunter2"];
    lab.run(&set).ok();
    assert!(!show(&lab, &label).to_string().contains("hunter2"));
    assert!(!lab.run(&["export"]).ok().stdout.contains("hunter2"));
}

#[test]
fn a_paste_of_five_megabytes_is_refused_and_nothing_of_it_kept() {
    let lab = lab();
    let label = open(&lab, "down");
    let chat = "[12:41] ana: errors since the release\n".repeat(140_000);
    assert!(chat.len() > 5_000_000);
    let paste = ["incident", "note", &label, "-", "--paste"];
    lab.run_with_input(&paste, chat.as_bytes()).refused().says("larger than");
    let many = "[12:41] ana: errors\n[12:42] bob: more of them\n".repeat(1_500);
    lab.run_with_input(&paste, many.as_bytes()).refused().says("too many");
    assert_eq!(show(&lab, &label)["timeline"].as_array().expect("a timeline").len(), 1);
}
