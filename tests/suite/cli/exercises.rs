//! Recording, correcting, taking back.

use serde_json::Value;

use crate::support::Lab;

const DISK: &str = "# Runbook — disk full

> When to reach for this: a volume is full. Time to mitigate: **5-10 minutes**.

## Step 1 — Check (< 60s)

```sh
df -h <MOUNT>
```

## Step 2 — Mitigate

### 2a. Remove old logs

```sh
journalctl --vacuum-size=1G
```

### 2b. Grow the volume

```sh
lvextend -r -L +10G <VOLUME>
```

## When this runbook last worked

| Date | Host | Resolved by | Notes |
|------|------|-------------|-------|
| 2026-05-01 | db-1 | Step 2a | logs |

> Stale after **30 days** without exercise.
";

fn lab() -> Lab {
    let lab = Lab::new();
    lab.write("runledger.toml", "");
    lab.write("runbooks/disk.md", DISK);
    lab
}

fn show(lab: &Lab) -> Value {
    lab.run(&["show", "disk", "--json"]).ok().json()
}

#[test]
fn a_failed_step_makes_the_runbook_failing_until_it_works_in_the_same_context() {
    let lab = lab();
    let record = |step: &str, host: &str, day: &str| {
        lab.run(&["worked", "disk", "--step", step, "--context", host, "--on", day]).ok();
    };
    record("2b=failed", "host=db-1", "2026-05-20");
    assert_eq!(show(&lab)["freshness"]["failing"], true);
    record("2b", "host=db-2", "2026-05-21");
    assert_eq!(show(&lab)["freshness"]["failing"], true, "another host proves nothing");
    record("2b", "HOST=db-1", "2026-05-22");
    assert_eq!(show(&lab)["freshness"]["failing"], false);
}

#[test]
fn a_row_corrected_in_the_file_amends_and_a_removed_one_is_remembered() {
    let lab = lab();
    show(&lab);
    lab.write("runbooks/disk.md", &DISK.replace("| db-1 |", "| db-7 |"));
    let corrected = show(&lab);
    let exercises = corrected["exercises"].as_array().expect("exercises");
    assert_eq!(exercises.len(), 1, "{exercises:?}");
    assert_eq!(exercises[0]["context"]["Host"], "db-7");
    let without = DISK.replace("| 2026-05-01 | db-1 | Step 2a | logs |\n", "");
    lab.write("runbooks/disk.md", &without);
    let removed = show(&lab);
    assert_eq!(removed["exercises"][0]["row_removed"], true);
    assert_eq!(removed["freshness"]["last_worked"], "2026-05-01", "its history stays");
    lab.run(&["lint"]).says("row-removed");
}

#[test]
fn the_same_twice_needs_again() {
    let lab = lab();
    let same = ["worked", "disk", "--step", "2a", "--on", "2026-05-20"];
    lab.run(&same).ok();
    lab.run(&same).refused().says("--again");
    lab.run(&[&same[..], &["--again"]].concat()).ok();
    assert_eq!(show(&lab)["exercises"].as_array().map(Vec::len), Some(3));
    lab.run(&["sync"]).ok();
    assert_eq!(show(&lab)["exercises"].as_array().map(Vec::len), Some(3), "read back once");
}

#[test]
fn what_is_recorded_taken_back_and_recorded_leaves_the_file_as_it_was() {
    let lab = lab();
    let record = |more: &[&str]| {
        let args = ["worked", "disk", "--step", "2a", "--on", "2026-05-20", "--json"];
        let recorded = lab.run(&[&args[..], more].concat()).ok().json();
        recorded["exercise"]["id"].as_str().expect("an id").to_owned()
    };
    let retract = |id: &str| {
        lab.run(&["exercise", "retract", id, "--reason", "it was not so"]).ok();
    };
    let first = record(&[]);
    retract(&first);
    let second = record(&[]);
    assert_eq!(show(&lab)["exercises"][0]["row_removed"], false, "its row stands");
    let third = record(&["--again"]);
    retract(&second);
    let left = lab.run(&["exercise", "show", &third, "--json"]).ok().json();
    assert_eq!(left["row_removed"], false, "the row that is left is the third one's");
    retract(&third);
    assert_eq!(lab.read("runbooks/disk.md"), DISK);
    lab.run(&["verify"]).ok();
}

#[test]
fn an_amended_exercise_has_its_row_replaced() {
    let lab = lab();
    let recorded =
        lab.run(&["worked", "disk", "--step", "2a", "--on", "2026-05-20", "--json"]).ok().json();
    let id = recorded["exercise"]["id"].as_str().expect("an id").to_owned();
    lab.run(&[
        "exercise",
        "amend",
        &id,
        "--reason",
        "it was 2b",
        "--step",
        "2b",
        "--on",
        "2026-05-21",
    ])
    .ok();
    let text = lab.read("runbooks/disk.md");
    assert!(text.contains("| 2026-05-21 |"), "{text}");
    assert!(!text.contains("| 2026-05-20 |"), "{text}");
    assert_eq!(show(&lab)["exercises"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_runbook_that_moved_keeps_its_history() {
    let lab = lab();
    show(&lab);
    lab.remove("runbooks/disk.md");
    lab.write("runbooks/node/disk-full.md", DISK);
    let moved = lab.run(&["show", "node/disk-full", "--json"]).ok().json();
    assert_eq!(moved["exercises"].as_array().map(Vec::len), Some(1));
    let by_old_name = lab.run(&["show", "disk", "--json"]).ok().json();
    assert_eq!(by_old_name["slug"], "node/disk-full");
}

#[test]
fn a_rewritten_and_renamed_file_is_moved_by_hand() {
    let lab = lab();
    lab.run(&["worked", "disk", "--step", "2a", "--on", "2026-05-20"]).ok();
    lab.remove("runbooks/disk.md");
    let rewritten = "# Volumes\n\n## Step 1 — Mitigate\n\nMake room.\n";
    lab.write("runbooks/volumes.md", rewritten);
    let new = lab.run(&["show", "volumes", "--json"]).ok().json();
    assert_eq!(new["exercises"].as_array().map(Vec::len), Some(0));
    lab.run(&["move", "disk", "volumes"]).ok();
    let told = lab.run(&["show", "volumes", "--json"]).ok().json();
    assert_eq!(told["exercises"].as_array().map(Vec::len), Some(2));
    lab.run(&["move", "nowhere", "volumes"]).refused().says("nothing is known");
}

#[test]
fn what_was_edited_since_it_worked_is_told() {
    let lab = lab();
    lab.run(&["worked", "disk", "--step", "2a", "--on", "2026-05-20"]).ok();
    assert_eq!(show(&lab)["freshness"]["edited_since"], "no");
    let edited = lab.read("runbooks/disk.md").replace("--vacuum-size=1G", "--vacuum-size=2G");
    lab.write("runbooks/disk.md", &edited);
    let shown = show(&lab);
    assert_eq!(shown["freshness"]["edited_since"], "yes");
    assert_eq!(shown["freshness"]["edited_what"], "command changed");
    lab.run(&["show", "disk", "--diff"]).ok().says("+journalctl --vacuum-size=2G");
}

#[test]
fn values_are_quoted_and_unfilled_names_are_told() {
    let lab = lab();
    let shown = lab.run(&["show", "disk#1", "--commands", "--set", "MOUNT=/data dir"]).ok();
    assert_eq!(shown.stdout.trim(), "df -h '/data dir'");
    lab.run(&["show", "disk#1", "--commands"]).ok().says("not filled: MOUNT");
    lab.run(&["show", "disk", "--set", "MOUTN=x"]).refused().says("MOUNT");
}

#[test]
fn a_runbook_is_shown_whole_with_each_command_once_and_in_its_place() {
    let lab = lab();
    let before = "## Step 1 — Check (< 60s)\n";
    let text = DISK.replace(before, &format!("## Pre-flight\n\nAsk who owns it.\n\n{before}"));
    lab.write(
        "runbooks/disk.md",
        &text.replace("-L +10G <VOLUME>\n```", "-L +10G <VOLUME>\n```\nThen tell them."),
    );
    lab.run(&["note", "disk", "the whole of it is old"]).ok();
    let shown = lab.run(&["show", "disk"]).ok();
    shown.says("Ask who owns it.").says("Then tell them.").says("the whole of it is old");
    let step = lab.run(&["show", "disk#2b", "--set", "VOLUME=/dev/a b"]).ok().stdout;
    assert_eq!(step.matches("lvextend").count(), 1, "{step}");
    assert!(step.contains("'/dev/a b'") && step.contains("Then tell them."), "{step}");
    lab.run(&["show", "disk#step-1--check--60s"]).ok().says("df -h");
    lab.run(&["show", "disk#step-1"]).ok().says("df -h");
    let notes = lab.run(&["note", "list", "--json"]).ok().json();
    assert_eq!(notes[0]["slug"], "disk");
}
