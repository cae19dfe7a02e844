//! Notes beside a step, until they are dealt with.

use crate::support::Lab;

#[test]
fn a_note_shows_at_once_beside_its_step_until_it_is_resolved() {
    let lab = Lab::new();
    lab.write("runledger.toml", "");
    lab.write("runbooks/good.md", "# Good\n\n## Step 1 — Mitigate\n\n```sh\ntrue\n```\n");
    let note = lab.run(&["note", "good#1", "the flag is --force now", "--json"]).ok().json();
    assert_eq!(note["actor"], "person:tester");
    lab.run(&["show", "good"]).ok().says("the flag is --force now");
    lab.run(&["note", "list"]).ok().says("good#1");
    let id = note["id"].as_str().expect("an id");
    lab.run(&["note", "resolve", id, "--reason", "fixed"]).ok();
    let shown = lab.run(&["show", "good"]).ok();
    assert!(!shown.stdout.contains("--force"), "{}", shown.stdout);
    lab.run(&["note", "resolve", id]).refused().says("resolved already");
    lab.run(&["note", "good#7", "no such step"]).refused().says("steps: 1");
}

#[test]
fn what_a_note_says_cannot_steer_the_terminal() {
    let lab = Lab::new();
    lab.write("runledger.toml", "");
    lab.write("runbooks/good.md", "# Good\n\n## Step 1 — Mitigate\n\n```sh\ntrue\n```\n");
    lab.run(&["note", "good", "red \x1b]0;title\x07 \u{202e}txt"]).ok();
    let shown = lab.run(&["note", "list"]).ok();
    assert!(!shown.stdout.contains('\x1b') && !shown.stdout.contains('\u{202e}'));
}

#[test]
fn what_looks_secret_is_taken_out_before_it_is_kept() {
    let lab = Lab::new();
    lab.write("runledger.toml", "");
    lab.write("runbooks/drop.md", "# Drop\n\n## Step 1 — Mitigate\n\n```sh\ndrop it\n```\n");
    let words = "it wants password=hunter2hunter2 now";
    lab.run(&["note", "drop#1", words]).ok();
    lab.run(&["worked", "drop", "--step", "1", "--note", words]).ok();
    let note = lab.run(&["note", "drop", "a second one", "--json"]).ok().json();
    let id = note["id"].as_str().expect("an id");
    lab.run(&["note", "resolve", id, "--reason", words]).ok();
    let recorded = lab.run(&["worked", "drop", "--again", "--json"]).ok().json();
    let id = recorded["exercise"]["id"].as_str().expect("an id");
    lab.run(&["exercise", "retract", id, "--reason", words]).ok();
    let kept = lab.run(&["export"]).ok();
    assert!(!kept.stdout.contains("hunter2"), "{}", kept.stdout);
    lab.run(&["show", "drop"]).ok().says("it wants password=[redacted password] now");
}
