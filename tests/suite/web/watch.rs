//! While the server runs: files come, move and go, the terminal is used, and the day is another.

use std::path::Path;
use std::time::{Duration, Instant};

use super::{get, lab};
use crate::support::{Lab, Server};

/// The promise is two seconds; the rest is for a slow machine that is busy with other tests.
const SOON: Duration = Duration::from_secs(30);

/// Waits until a page says what it should.
#[track_caller]
fn wait_until(server: &Server, path: &str, ready: impl Fn(&str) -> bool) {
    let start = Instant::now();
    loop {
        let answer = get(server, path);
        if ready(&answer.body) {
            return;
        }
        assert!(start.elapsed() < SOON, "{path} still says\n{}", answer.body);
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_new_an_edited_and_a_removed_file_are_listed_and_found_without_a_restart() {
    let lab = lab();
    let server = lab.serve(&[]);
    lab.write("runbooks/dns.md", "# Resolver down\n\n## Step 1 — Check\n\nLook at unbound.\n");
    wait_until(&server, "/runbooks", |page| page.contains("Resolver down"));
    wait_until(&server, "/?q=unbound", |page| page.contains("\"/runbooks/dns"));
    lab.write("runbooks/dns.md", "# Resolver down\n\n## Step 1 — Check\n\nLook at knot.\n");
    wait_until(&server, "/?q=knot", |page| page.contains("\"/runbooks/dns"));
    lab.remove("runbooks/dns.md");
    wait_until(&server, "/runbooks", |page| !page.contains("Resolver down"));
    wait_until(&server, "/?q=resolver", |page| !page.contains("\"/runbooks/dns"));
}

#[test]
fn a_runbook_that_moves_keeps_its_history_and_its_old_address_leads_there() {
    let lab = lab();
    let server = lab.serve(&[]);
    lab.run(&["worked", "disk", "--step", "1"]).ok();
    let text = lab.read("runbooks/disk.md");
    lab.remove("runbooks/disk.md");
    lab.write("runbooks/storage/volume.md", &text);
    wait_until(&server, "/runbooks", |page| page.contains("/runbooks/storage/volume"));
    let old = get(&server, "/runbooks/disk");
    assert_eq!((old.status, old.header("location")), (307, "/runbooks/storage/volume"));
    get(&server, "/runbooks/storage/volume").says(200, "by step 1");
}

#[test]
fn monitoring_hears_whether_it_lives_and_can_answer() {
    let lab = lab();
    let server = lab.serve(&[]);
    get(&server, "/healthz").says(200, "ok");
    get(&server, "/readyz").says(200, "ok");
}

#[test]
fn the_shipped_runbooks_show_every_state_on_the_day_of_the_tour() {
    let lab = Lab::new().at("2027-03-01T12:00:00Z");
    let runbooks = Path::new(env!("CARGO_MANIFEST_DIR")).join("runbooks");
    lab.copy_tree(&runbooks, "runbooks");
    let server = lab.serve(&["--as-of", "2026-11-20"]);
    for path in ["/", "/runbooks", "/stale", "/runbooks/rollback/helm-release"] {
        get(&server, path).says(200, "as of <time datetime=\"2026-11-20\">2026-11-20</time>");
    }
    let list = get(&server, "/runbooks").body;
    for state in ["fresh", "due", "stale", "never", "failing"] {
        assert!(list.contains(&format!("class=\"chip is-{state}\"")), "none is {state}");
        let filtered = get(&server, &format!("/runbooks?state={state}")).body;
        assert!(filtered.contains(&format!("class=\"chip is-{state}\"")), "none is {state}");
    }
    get(&server, "/runbooks/kubernetes/pod-crash-loop").says(200, "class=\"banner is-failing\"");
    let stale = get(&server, "/stale").says(200, "\"/runbooks/kubernetes/pod-crash-loop\"");
    assert!(!stale.body.contains("\"/runbooks/rollback/helm-release\""), "a fresh one is listed");
}

#[test]
fn the_terminal_and_the_server_write_side_by_side_and_nothing_is_lost() {
    let lab = lab();
    let server = lab.serve(&[]);
    std::thread::scope(|scope| {
        for number in 1..=4 {
            let (lab, server) = (&lab, &server);
            scope.spawn(move || {
                lab.run(&["note", "rollback/helm#2a", &format!("said in a shell {number}")]).ok();
            });
            scope.spawn(move || {
                let release = format!("release=shell-{number}");
                let words = ["worked", "rollback/helm", "--step", "2a", "--context", &release];
                lab.run(&words).ok();
            });
            scope.spawn(move || {
                let form = "slug=rollback%2Fhelm&step=2a&result=worked&context.Release=page-";
                super::post(server, "/exercises", &format!("{form}{number}"))
                    .leads_to("/runbooks/rollback/helm?notice=worked#step-2a");
            });
        }
    });
    wait_until(&server, "/runbooks/rollback/helm", |page| {
        let words = ["said in a shell ", "shell-", "page-"];
        words.iter().all(|word| (1..=4).all(|number| page.contains(&format!("{word}{number}"))))
    });
    lab.run(&["verify"]).ok();
    let shown = lab.run(&["show", "rollback/helm", "--json"]).ok().json();
    assert_eq!(shown["exercises"].as_array().map(Vec::len), Some(9), "one was there before");
    assert_eq!(shown["notes"].as_array().map(Vec::len), Some(4));
}
