//! Configuration, and where things are.

use crate::support::Lab;

#[test]
fn init_writes_a_file_that_works_and_is_not_overwritten() {
    let lab = Lab::new();
    lab.run(&["init"]).ok();
    lab.run(&["init"]).refused().says("already");
    lab.run(&["where"]).ok().says("runledger.toml");
    lab.run(&["stale"]).ok();
}

#[test]
fn an_unknown_key_and_a_wrong_value_name_their_place_and_the_nearest() {
    let lab = Lab::new();
    lab.write("runledger.toml", "# ours\nstale_after_day = 30\n");
    lab.run(&["stale"]).refused().says("runledger.toml:2:1").says("stale_after_days");
    lab.write("runledger.toml", "timezone = \"Europe/Berln\"\n");
    lab.run(&["stale"]).refused().says("runledger.toml:1").says("Europe/Berlin");
    lab.write("runledger.toml", "listen = \"0.0.0.0:7311\"\n");
    lab.run(&["stale"]).refused().says("other machines");
}

#[test]
fn destinations_need_no_secret_until_something_is_sent() {
    let lab = Lab::new();
    lab.write(
        "runledger.toml",
        "[destinations.chat]\nwebhook = { env = \"NOT_SET_HERE\" }\n\
         [destinations.mail]\nsmtp = \"smtp.example.org\"\nuser = \"r\"\n\
         password = { file = \"not/there\" }\nfrom = \"r@example.org\"\nto = [\"a@example.org\"]\n",
    );
    lab.run(&["stale"]).ok();
    let mail = "[destinations.mail]\nsmtp = \"smtp.example.org\"\npassword = \"hunter2\"\n";
    lab.write("runledger.toml", mail);
    let refused = lab.run(&["stale"]).refused();
    assert!(!refused.stderr.contains("hunter2"), "{}", refused.stderr);
    refused
        .says("runledger.toml:3:12: a password does not belong here")
        .says("1:15: mail needs `to`");
}

#[test]
fn fail_is_for_scripts() {
    let lab = Lab::new();
    lab.write("runledger.toml", "");
    let row = |date: &str| {
        format!(
            "# A\n\n## Step 1 — Mitigate\n\ntext\n\n## When this last worked\n\n\
             | Date | Resolved by |\n|---|---|\n| {date} | Step 1 |\n"
        )
    };
    lab.write("runbooks/a.md", &row("2026-01-01"));
    assert_eq!(lab.run(&["stale"]).code, 0);
    assert_eq!(lab.run(&["stale", "--fail"]).code, 1);
    assert_eq!(lab.run(&["stale", "--fail", "--as-of", "2026-01-10"]).code, 0);
    lab.write("runbooks/b.md", "# B\n\n## Step 1 — Mitigate\n\ntext\n");
    let day = "2026-01-10";
    assert_eq!(lab.run(&["stale", "--fail", "--as-of", day]).code, 0);
    assert_eq!(lab.run(&["stale", "--fail", "--fail-on", "never", "--as-of", day]).code, 1);
}
