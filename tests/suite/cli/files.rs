//! Files as teams really have them: bad ones, huge ones, ones that are no files.

use crate::support::Lab;

const GOOD: &str = "# Good\n\n## Step 1 — Mitigate\n\n```sh\ntrue\n```\n";

fn lab() -> Lab {
    let lab = Lab::new();
    lab.write("runledger.toml", "");
    lab.write("runbooks/good.md", GOOD);
    lab
}

#[test]
fn one_bad_file_never_stops_the_others() {
    let lab = lab();
    lab.write_bytes("runbooks/latin1.md", b"# Caf\xe9\n");
    lab.write("runbooks/huge.md", &"x".repeat(3 << 20));
    let out = lab.run(&["sync"]);
    assert_eq!(out.code, 1, "{}", out.stdout);
    out.says("runbooks/latin1.md:1:6").says("runbooks/huge.md").says("2 not readable");
    lab.run(&["show", "good"]).ok();
}

#[test]
fn links_out_of_the_folder_and_pipes_are_refused_without_waiting() {
    let lab = lab();
    lab.write("secret.md", "# Secret\n");
    std::os::unix::fs::symlink(lab.path("secret.md"), lab.path("runbooks/out.md")).expect("link");
    let made = std::process::Command::new("mkfifo").arg(lab.path("runbooks/pipe.md")).status();
    assert!(made.expect("mkfifo runs").success());
    let out = lab.run(&["sync"]);
    assert_eq!(out.code, 1);
    out.says("out.md").says("pipe.md");
    lab.run(&["show", "out"]).refused();
    lab.run(&["show", "good"]).ok();
}

#[test]
fn deep_nesting_and_wide_tables_are_read() {
    let lab = lab();
    lab.write("runbooks/deep.md", &format!("# Deep\n\n{}x\n", ">".repeat(100_000)));
    let rows = "| 2026-01-01 | Step 1 |\n".repeat(20_000);
    let wide =
        format!("# Wide\n\n## When this last worked\n\n| Date | Resolved by |\n|---|---|\n{rows}");
    lab.write("runbooks/wide.md", &wide);
    lab.run(&["sync"]).ok();
    lab.run(&["show", "deep"]).ok();
}

#[test]
fn an_alias_bomb_in_front_matter_is_an_error_with_its_place() {
    let lab = lab();
    let mut bomb = String::from("---\na0: &a0 [x, x]\n");
    for level in 1..200 {
        bomb.push_str(&format!("a{level}: &a{level} [*a{0}, *a{0}]\n", level - 1));
    }
    bomb.push_str("---\n# Bomb\n");
    lab.write("runbooks/bomb.md", &bomb);
    lab.run(&["sync"]);
    lab.run(&["lint"]).says("bomb.md:");
    lab.run(&["show", "good"]).ok();
}

#[test]
fn a_file_that_is_gone_is_retired_and_comes_back_with_its_history() {
    let lab = lab();
    lab.run(&["worked", "good", "--step", "1", "--on", "2026-05-20"]).ok();
    lab.remove("runbooks/good.md");
    lab.run(&["sync"]).ok().says("1 retired");
    lab.run(&["show", "good"]).refused();
    lab.write("runbooks/good.md", GOOD);
    let back = lab.run(&["show", "good", "--json"]).ok().json();
    assert_eq!(back["exercises"].as_array().map(Vec::len), Some(1));
}

#[test]
fn only_changed_files_are_read_again() {
    let lab = lab();
    lab.age("runbooks/good.md");
    lab.run(&["sync"]).ok().says("1 read");
    lab.run(&["sync"]).ok().says("0 read");
    lab.write("runbooks/good.md", &GOOD.replace("true", "false"));
    lab.run(&["sync"]).ok().says("1 read");
}

#[test]
fn other_extensions_can_be_asked_for() {
    let lab = lab();
    lab.write("runledger.toml", "extensions = [\"html.md.erb\"]\n");
    lab.write("runbooks/rails.html.md.erb", GOOD);
    lab.run(&["show", "rails"]).ok();
    lab.run(&["show", "good"]).refused();
}

#[test]
fn a_name_that_would_forge_a_line_is_refused_and_shown_escaped() {
    let lab = lab();
    lab.write("runbooks/x\ngood.md", GOOD);
    let out = lab.run(&["sync"]);
    assert_eq!(out.code, 1);
    out.says("x\\ngood.md:1:1 error: its name contains control characters");
    lab.run(&["show", "x\ngood"]).refused();
    lab.run(&["show", "good"]).ok();
}
