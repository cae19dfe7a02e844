//! The README says what the program can do: no command, key or field of it is missing or made up.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::Lab;

fn document(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).expect("a document")
}

/// The part under a heading, up to the next one of that level.
fn part<'a>(text: &'a str, heading: &str) -> &'a str {
    let start = text.find(&format!("\n## {heading}\n")).expect("the heading") + 1;
    let rest = &text[start..];
    rest[3..].find("\n## ").map_or(rest, |end| &rest[..end + 3])
}

/// What stands in code spans in the first cells of a table.
fn first_cells(part: &str) -> BTreeSet<String> {
    let rows = part.lines().filter(|line| line.starts_with("| `"));
    let cells = rows.map(|line| line[1..].split(" | ").next().unwrap_or_default());
    cells
        .flat_map(|cell| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

#[test]
fn every_command_is_in_the_readme_and_no_other() {
    let help = Lab::new().run(&["help"]).ok().stdout;
    let list = help.split("Commands:").nth(1).expect("a list of commands");
    let list = list.split("\n\n").next().expect("its end");
    let known: BTreeSet<String> = list
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect();
    let told: BTreeSet<String> = first_cells(part(&document("README.md"), "Commands"))
        .iter()
        .filter_map(|cell| cell.split_whitespace().next())
        .map(str::to_owned)
        .collect();
    assert_eq!(told, known);
}

#[test]
fn every_option_that_the_readme_names_is_in_the_help() {
    let lab = Lab::new();
    let readme = document("README.md");
    for row in part(&readme, "Commands").lines().filter(|line| line.starts_with("| `")) {
        let command = row[3..].split(['`', ' ']).next().expect("a command");
        let mut help = lab.run(&["help", command]).ok().stdout;
        if command == "exercise" {
            help.push_str(&lab.run(&["help", "exercise", "amend"]).ok().stdout);
        }
        if command == "report" {
            help.push_str(&lab.run(&["help", "report", "stale"]).ok().stdout);
        }
        for word in row.split(['`', ' ', '=']).filter(|word| word.starts_with("--")) {
            assert!(help.contains(word), "`{command}` has no {word}");
        }
    }
}

#[test]
fn every_key_of_the_configuration_is_in_the_readme_and_in_what_init_writes() {
    let lab = Lab::new();
    lab.run(&["init"]).ok();
    let written = lab.read("runledger.toml");
    for key in first_cells(part(&document("README.md"), "Configuration")) {
        let key = key.trim_matches(['[', ']']).replace(".NAME", ".");
        assert!(written.contains(&key), "init does not write {key}");
    }
    lab.write("runledger.toml", "no_such_key = 1\n");
    lab.run(&["where"]).refused().says("no_such_key");
}

/// The names in a braced shape of the README: `{ a, b[] {c, d} }`.
fn names(shape: &str) -> BTreeSet<String> {
    let words = shape.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn keys(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                found.insert(key.clone());
                keys(value, found);
            }
        }
        Value::Array(list) => list.iter().for_each(|value| keys(value, found)),
        _ => {}
    }
}

/// A paste that makes triage say all it can: the runbook is named by its alert, the incident by what
/// failed.
const STUCK: &str = r#"{"alerts":[{"status":"firing","labels":{"alertname":"SomethingIsDown"},"annotations":
    {"summary":"Helm release 'edge' stuck in pending-rollback, rollback also failed: 'x'. The ingress controller answers 503"}},
    {"status":"firing","labels":{"alertname":"SomethingIsOver"},"annotations":
    {"summary":"certificate for shop.example.com expired 2 hours ago"}}]}"#;

#[test]
fn every_field_of_the_json_that_the_readme_promises_is_there() {
    let lab = Lab::new().at("2026-11-20T12:00:00Z");
    lab.write(
        "runbooks/drop.md",
        "# Drop\n\n> When to use this: a test. Time to mitigate: **1-2 minutes**.\n\n\
         ## Alert / trigger\n\n- `SomethingIsDown`\n\n## Step 1 — Mitigate (< 60s)\n\n\
         ```sh\nhelm uninstall <RELEASE> -n <NAMESPACE>\n# gone\n```\n\n## Postmortem\n\n\
         - **Was it needed?** If not → action item: ask first.\n\n## Common false starts\n\n\
         - **Nothing happens.** Wait.\n\n## Related runbooks\n\n- [other](other.md)\n\n\
         ## When this runbook last worked\n\n| Date | Release | Resolved by | Notes |\n\
         |---|---|---|---|\n| 2026-11-01 | one | Step 1 | fine |\n| soon | two | Step 1 | |\n",
    );
    lab.write("runbooks/spare.md", "# Spare\n\n## Step 1 — Mitigate\n\n```sh\ntrue\n```\n");
    lab.run(&["note", "drop#1", "mind the hooks"]).ok();
    let readme = document("README.md");
    let json = part(&readme, "JSON");
    let shapes: Vec<&str> = json.split("```text\n").skip(1).collect();
    let opened =
        ["incident", "open", "down", "--severity", "P1", "--link", "chat=https://c.example"];
    lab.run(&opened).ok();
    lab.run(&["incident", "use", "INC-2026-11-20-001", "drop#1"]).ok();
    let label = "INC-2026-11-20-001";
    lab.run(&["incident", "status", label, "resolved"]).ok();
    let write = ["postmortem", "edit", label, "summary", "--text", "words"];
    lab.run(&write).ok();
    lab.run(&["action", "add", label, "ask first"]).ok();
    let bad = ["postmortem", "answer", label, "alert-first", "no", "--no-action", "it is gone"];
    lab.run(&bad).ok();
    let again = ["incident", "open", "release stuck again", "--severity", "P3"];
    lab.run(&[&again[..], &["--service", "edge"]].concat()).ok();
    lab.run(&["incident", "use", "INC-2026-11-20-002", "drop#1"]).ok();
    let late = "2026-12-20T12:00:00Z";
    lab.write("stuck.txt", STUCK);
    lab.write("plan.txt", "helm uninstall edge\n");
    lab.write(
        "runledger.toml",
        "default_owner = \"ana\"\n[owners.ana]\npage = \"https://p.example\"\n\
         [destinations.kept]\nfolder = \"kept\"\n\
         [[report]]\nkind = \"stale\"\nwhen = \"0 8 * * 1\"\nto = [\"kept\"]\n",
    );
    lab.run(&["report", "stale", "--send", "kept"]).ok();
    let commands: [&[&str]; 16] = [
        &["show", "drop", "--json"],
        &["stale", "--all", "--json"],
        &["search", "drop", "--json"],
        &["incident", "list", "--json"],
        &["incident", "show", label, "--json"],
        &["incident", "metrics", "--json"],
        &["postmortem", "list", "--json"],
        &["postmortem", "status", label, "--json"],
        &["action", "list", "--json"],
        &["report", "stale", "--json", "--since", "2026-10-01"],
        &["report", "incidents", "--json", "--since", "2026-10-01"],
        &["report", "actions", "--json"],
        &["report", "list", "--json"],
        &["triage", "stuck.txt", "--json"],
        &["plan", "check", "plan.txt", "--json"],
        &["scenario", "run", "--json"],
    ];
    assert_eq!(shapes.len(), commands.len());
    for (shape, command) in shapes.iter().zip(commands) {
        let mut found = BTreeSet::new();
        let output = lab.command(command).env("RUNLEDGER_NOW", late).output().expect("JSON");
        keys(&serde_json::from_slice(&output.stdout).expect("JSON"), &mut found);
        let promised = names(shape.split("```").next().expect("its end"));
        let missing: Vec<&String> = promised.difference(&found).collect();
        assert!(missing.is_empty(), "{command:?} lacks {missing:?}");
    }
}
