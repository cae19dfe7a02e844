//! Counts of use: one entry a node and day, made of what was opened and of nothing else.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{get, get_with, host, lab, post, send};
use crate::support::browser::{Browser, Look};
use crate::support::{Lab, Server};

/// Where the alert of [`ALERTS`] leads to in its page.
const PLACE: &str = "#step-2--diskfull-mitigate";

const NEXT_DAY: &str = "2026-06-02T06:00:00Z";

/// An alert of a page of alerts, whose heading is a step.
const ALERTS: &str = "# Alerts\n\nalerts: `DiskFull`\n\n## Alert / trigger\n\n- `DiskFull`\n\n\
                      ## Step 1 — Check\n\nx\n\n## Step 2 — DiskFull, mitigate\n\n```sh\ntrue\n```\n";

/// A server whose node is called so, on a day.
fn serve(lab: &Lab, now: &str) -> Server {
    lab.serve_at(now, "127.0.0.1:0", &[])
}

/// What the entries say that were counted, oldest first.
fn counted(lab: &Lab) -> Vec<Value> {
    let exported = lab.run(&["export"]).ok().stdout;
    let entries = exported.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let counted = entries.filter(|it| it.to_string().contains("usage.counted"));
    counted.map(|it| body(&it)).collect()
}

/// The body of an exported entry, wherever in the line it stands.
fn body(line: &Value) -> Value {
    let entry = line.get("entry").unwrap_or(line);
    serde_json::from_str(entry["body"].as_str().expect("a body")).expect("JSON")
}

/// Ends a server, lets another one see the next day, and gives what was counted.
fn the_next_day(lab: &Lab, server: Server) -> Vec<Value> {
    server.stop();
    assert_eq!(counted(lab), Vec::<Value>::new(), "the day was not over");
    let server = serve(lab, NEXT_DAY);
    wait_for(|| !lab.store_dir().join("usage.json").exists());
    server.stop();
    lab.run(&["verify"]).ok();
    counted(lab)
}

#[track_caller]
fn wait_for(ready: impl Fn() -> bool) {
    let start = Instant::now();
    while !ready() {
        assert!(start.elapsed() < Duration::from_secs(30), "it does not come");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Follows redirects, as a browser does.
fn open(server: &Server, path: &str) -> String {
    let mut path = path.to_owned();
    loop {
        let answer = get(server, path.split('#').next().unwrap_or(&path));
        match answer.status {
            303 | 307 | 308 => answer.header("location").clone_into(&mut path),
            status => {
                assert_eq!(status, 200, "{path}");
                return path;
            }
        }
    }
}

fn with_alerts() -> Lab {
    let lab = lab();
    lab.write("runbooks/alerts.md", ALERTS);
    lab
}

fn of_the_first_of_june(opened: &Value) -> Vec<Value> {
    vec![json!({"node": "node-1", "day": "2026-06-01", "opened": opened})]
}

#[test]
fn what_was_opened_on_a_day_is_one_entry_once_the_day_is_over() {
    let lab = with_alerts();
    let server = lab.serve(&[]);
    open(&server, "/runbooks/disk");
    open(&server, "/runbooks/disk/");
    let led = open(&server, "/alerts/releasebroken/");
    assert_eq!(led, "/runbooks/rollback/helm?from=alert");
    let led = open(&server, "/alerts/DiskFull");
    assert_eq!(led, "/runbooks/alerts?from=alert&at=2#step-2--diskfull-mitigate");
    open(&server, "/alerts/ReleaseBroken");
    open(&server, "/runbooks/rollback/helm");
    // A step that the runbook has not, and one that no alert led to, are no steps that were opened.
    open(&server, "/runbooks/disk?from=alert&at=nowhere");
    open(&server, "/runbooks/disk?at=1");
    let expected = json!([
        {"runbook": "alerts", "times": 1, "from_alerts": 1},
        {"runbook": "alerts", "step": "2", "times": 1, "from_alerts": 1},
        {"runbook": "disk", "times": 4, "from_alerts": 1},
        {"runbook": "rollback/helm", "times": 3, "from_alerts": 2},
    ]);
    assert_eq!(the_next_day(&lab, server), of_the_first_of_june(&expected));
    // Nothing more comes of it, on that day and on the day after.
    serve(&lab, NEXT_DAY).stop();
    serve(&lab, "2026-06-03T06:00:00Z").stop();
    assert_eq!(counted(&lab).len(), 1);
}

#[test]
fn a_restart_within_the_day_keeps_what_was_counted_and_two_servers_add_to_it() {
    let lab = lab();
    let server = lab.serve(&[]);
    open(&server, "/runbooks/disk");
    server.stop();
    let (one, other) = (lab.serve(&[]), lab.serve(&[]));
    open(&one, "/runbooks/disk");
    open(&other, "/runbooks/disk");
    open(&other, "/runbooks/rota");
    one.stop();
    let expected = json!([{"runbook": "disk", "times": 3}, {"runbook": "rota", "times": 1}]);
    assert_eq!(the_next_day(&lab, other), of_the_first_of_june(&expected));
}

#[test]
fn a_server_that_is_killed_loses_a_minute_of_counts_at_most() {
    let lab = lab();
    let server = lab.serve(&[]);
    open(&server, "/runbooks/disk");
    // The first one is kept at the next look; what comes within the minute after is lost.
    wait_for(|| lab.store_dir().join("usage.json").exists());
    open(&server, "/runbooks/disk");
    drop(server);
    let expected = json!([{"runbook": "disk", "times": 1}]);
    assert_eq!(the_next_day(&lab, lab.serve(&[])), of_the_first_of_june(&expected));
}

#[test]
fn counts_that_cannot_be_read_begin_anew_and_nothing_fails() {
    let lab = lab();
    for damage in ["", "{\"version\":1,\"counted\":[", "{\"version\":2,\"counted\":[]}"] {
        let server = lab.serve(&[]);
        open(&server, "/runbooks/disk");
        server.stop();
        std::fs::write(lab.store_dir().join("usage.json"), damage).expect("a file");
        let server = lab.serve(&[]);
        open(&server, "/runbooks/rota");
        server.stop();
    }
    let expected = json!([{"runbook": "rota", "times": 1}]);
    assert_eq!(the_next_day(&lab, lab.serve(&[])), of_the_first_of_june(&expected));
}

#[test]
fn what_comes_after_a_day_was_written_is_left_out_and_the_entry_stands() {
    let lab = lab();
    let server = lab.serve(&[]);
    open(&server, "/runbooks/disk");
    let before = the_next_day(&lab, server);
    // The clock was set back.
    let server = lab.serve(&[]);
    open(&server, "/runbooks/rota");
    server.stop();
    let server = serve(&lab, NEXT_DAY);
    wait_for(|| !lab.store_dir().join("usage.json").exists());
    open(&server, "/runbooks/disk");
    server.stop();
    assert_eq!(counted(&lab), before);
    // Where the body was erased, the day is written all the same.
    let exported = lab.run(&["export"]).ok().stdout;
    let line = exported.lines().find(|line| line.contains("usage.counted")).expect("the entry");
    let line: Value = serde_json::from_str(line).expect("JSON");
    let id = line.get("entry").unwrap_or(&line)["id"].as_str().expect("an id").to_owned();
    lab.run(&["erase", &id, "--reason", "a test"]).ok();
    lab.run(&["verify"]).ok();
    let server = lab.serve(&[]);
    open(&server, "/runbooks/rota");
    server.stop();
    serve(&lab, NEXT_DAY).stop();
    let exported = lab.run(&["export"]).ok().stdout;
    assert_eq!(exported.matches("usage.counted").count(), 1);
}

#[test]
fn what_is_searched_for_pasted_or_only_looked_at_by_programs_is_not_counted() {
    let lab = lab();
    let server = lab.serve(&[]);
    for path in ["/", "/?q=disk", "/results?q=rollb", "/api/search?q=release", "/triage", "/stale"]
    {
        open(&server, path);
    }
    post(&server, "/results", "q=Error%3A+release+shop+failed%0Aat+line+2").says(200, "helm");
    post(&server, "/triage", "text=Error%3A+release+failed").says(200, "release");
    for path in
        ["/runbooks/disk", "/runbooks/rollback/helm", "/runbooks/rota", "/alerts/ReleaseBroken"]
    {
        let host = host(&server);
        let request = format!("HEAD {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        assert!(matches!(send(&server, request.as_bytes()).status, 200 | 303));
        get_with(&server, path, "sec-purpose: prefetch;prerender\r\n");
    }
    assert_eq!(get(&server, "/runbooks/nothing").status, 404);
    assert_eq!(the_next_day(&lab, server), Vec::<Value>::new());
}

#[test]
fn nothing_is_counted_or_written_where_the_setting_is_off_or_another_day_is_shown() {
    let lab = lab();
    lab.write("runledger.toml", "count_use = false\n");
    let server = lab.serve(&[]);
    assert_eq!(open(&server, "/alerts/ReleaseBroken"), "/runbooks/rollback/helm");
    assert_eq!(the_next_day(&lab, server), Vec::<Value>::new());
    assert!(lab.store_files("usage").is_empty());
    lab.write("runledger.toml", "");
    let server = lab.serve(&["--as-of", "2026-05-30"]);
    open(&server, "/runbooks/rollback/helm");
    assert_eq!(the_next_day(&lab, server), Vec::<Value>::new());
    lab.write("runledger.toml", "count_use = \"no\"\n");
    let refused = lab.run(&["where"]).refused();
    refused.says("runledger.toml:1:13").says("expected true or false, found a string");
}

#[test]
fn a_step_is_opened_when_it_comes_to_be_at_hand_in_a_run() {
    let lab = lab();
    let server = lab.serve(&[]);
    let start = "slug=rollback%2Fhelm&kind=drill&token=one";
    let run = post(&server, "/runs", start).header("location").to_owned();
    // Sent twice it is one run.
    assert_eq!(post(&server, "/runs", start).header("location"), run);
    post(&server, &format!("{run}/open"), "step=2a&token=two").leads_to(&run);
    post(&server, &format!("{run}/open"), "step=2a&token=two").leads_to(&run);
    post(&server, &format!("{run}/note"), "step=2a&text=slow&token=three").leads_to(&run);
    let expected = json!([
        {"runbook": "rollback/helm", "step": "1", "times": 1},
        {"runbook": "rollback/helm", "step": "2a", "times": 1},
    ]);
    assert_eq!(the_next_day(&lab, server), of_the_first_of_june(&expected));
}

#[test]
fn a_browser_that_comes_from_an_alert_stands_at_an_address_without_it() {
    let lab = with_alerts();
    let server = lab.serve(&[]);
    let browser = Browser::start(Look::LAPTOP);
    browser.open(&format!("{}/alerts/DiskFull", server.url));
    browser.wait_until("return !location.search;");
    assert_eq!(browser.address(), format!("{}/runbooks/alerts{PLACE}", server.url));
    assert_eq!(browser.console(), Vec::<String>::new());
    // A reload opens the page again, and no alert led to that.
    browser.open(&browser.address());
    browser.wait_for("h1");
    browser.script("location.reload()");
    let kept = lab.store_dir().join("usage.json");
    wait_for(|| kept.exists());
    let counted = the_next_day(&lab, server);
    assert_eq!(counted[0]["opened"][0]["from_alerts"], 1, "{counted:?}");
    assert_eq!(counted[0]["opened"][0]["times"], 2, "{counted:?}");
}

#[test]
fn runbooks_that_alerts_led_to_rank_higher_and_the_report_says_why() {
    let lab = lab();
    lab.write("runledger.toml", "timezone = \"Pacific/Kiritimati\"\n");
    let server = lab.serve(&[]);
    for _ in 0..6 {
        open(&server, "/alerts/ReleaseBroken");
    }
    // Noon in UTC is the 2nd of June there, so that is the day; the 3rd begins at 10:00 UTC.
    server.stop();
    let server = serve(&lab, "2026-06-02T10:00:09Z");
    std::thread::sleep(Duration::from_millis(1500));
    assert_eq!(counted(&lab), Vec::<Value>::new(), "another server may still add to it");
    server.stop();
    let server = serve(&lab, "2026-06-02T10:00:10Z");
    wait_for(|| !lab.store_dir().join("usage.json").exists());
    server.stop();
    assert_eq!(counted(&lab)[0]["day"], "2026-06-02");
    let reasons = |day: &str| -> Vec<String> {
        let report = lab.run(&["report", "stale", "--json", "--as-of", day]).ok().json();
        let lists = ["stale", "due", "never"].map(|it| report[it].as_array().cloned());
        let mut lines = lists.into_iter().flatten().flatten();
        let line = lines.find(|line| line["slug"] == "rollback/helm").expect("its line");
        let reasons = line["reasons"].as_array().expect("reasons").clone();
        let one =
            |it: &Value| format!("{} {}", it["points"], it["reason"].as_str().expect("words"));
        reasons.iter().map(one).collect()
    };
    // It worked on 20 May, in an incident: day 91 is 19 August. What was counted on the 2nd of June
    // counts for 90 days, the last of them 30 August.
    let incident = "1 used in 1 incident of the last 365 days";
    let told = "2 opened from alerts 6 times in 90 days";
    assert_eq!(reasons("2026-08-30"), [told, "1 12 days over its limit of 90", incident]);
    assert_eq!(reasons("2026-08-31"), ["1 13 days over its limit of 90", incident]);
    assert_eq!(reasons("2026-08-18"), [told, incident]);
    for format in ["md", "html", "text", "csv"] {
        let args = ["report", "stale", "--as-of", "2026-08-30", "--format", format];
        let said = lab.run(&args).ok().stdout;
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains("opened from alerts 6 times in 90 days"), "{format}: {said}");
    }
}

#[test]
fn two_machines_of_one_name_can_bring_their_ledgers_together() {
    let labs = [lab(), lab()];
    for (lab, path) in
        labs.iter().zip(["/alerts/ReleaseBroken", "/runbooks/rollback/helm?from=alert"])
    {
        let server = lab.serve(&[]);
        open(&server, path);
        open(&server, "/runbooks/disk");
        if path.starts_with("/alerts") {
            open(&server, path);
        }
        assert_eq!(the_next_day(lab, server).len(), 1);
    }
    let [one, other] = labs;
    let exported = other.run(&["export"]).ok().stdout;
    one.run_with_input(&["import", "-"], exported.as_bytes()).ok();
    one.run(&["verify"]).ok();
    assert_eq!(counted(&one).len(), 2);
    let report = one.run(&["report", "stale", "--json", "--as-of", "2026-08-20"]).ok().json();
    let told = report["stale"][0]["reasons"][2]["reason"].as_str().expect("a reason").to_owned();
    assert_eq!(told, "opened from alerts 3 times in 90 days");
    one.run(&["rebuild"]).ok();
    assert_eq!(
        one.run(&["report", "stale", "--json", "--as-of", "2026-08-20"]).ok().json(),
        report
    );
}
