//! The pages as programs and browsers without scripts see them.

use std::time::{Duration, Instant};

use super::{get, lab};

#[test]
fn the_first_page_counts_and_searches_without_scripts() {
    let lab = lab();
    let server = lab.serve(&[]);
    let home = get(&server, "/").says(200, "<b>1</b><span>");
    for words in ["Fresh", "Due", "Stale", "Failing", "Never worked"] {
        assert!(home.body.contains(words), "{words}");
    }
    let found = get(&server, "/?q=helm+rollback").says(200, "/runbooks/rollback/helm");
    assert!(found.body.contains("<mark>"), "{}", found.body);
    get(&server, "/?q=%27%22%28AND+NOT+%5Ez%21~").says(200, "<h1");
    let json = get(&server, "/api/search?q=helm+rollback");
    let answer: serde_json::Value = serde_json::from_str(&json.body).expect("JSON");
    assert_eq!(answer["hits"][0]["slug"], "rollback/helm");
}

#[test]
fn a_runbook_shows_its_banner_its_steps_and_what_they_can_destroy() {
    let lab = lab();
    let server = lab.serve(&[]);
    let page = get(&server, "/runbooks/rollback/helm").says(200, "Last worked");
    for words in [
        "12 days ago",
        "by step 2a",
        "for Release shop",
        "id=\"step-2a\"",
        "within 60 s",
        "https://chat.example.org/p",
        "<span class=\"ph\" data-name=\"RELEASE\" data-quote=\"bare\">&lt;RELEASE&gt;</span>",
        "data-name=\"WHO\" data-quote=\"double\"",
        "STATUS: deployed",
        "Destroys:",
        "&lt;script&gt;alert(1)",
        "1 to 3 min",
    ] {
        assert!(page.body.contains(words), "no {words:?} in\n{}", page.body);
    }
    assert!(!page.body.contains("$ helm"), "a prompt is no part of a command");
    get(&server, "/runbooks/rota").says(200, "a page, not a runbook");
    let elsewhere = get(&server, "/runbooks/rollback/helm.md");
    assert_eq!(elsewhere.header("location"), "/runbooks/rollback/helm");
    get(&server, "/runbooks/rollback/hlm").says(404, "rollback/helm");
}

#[test]
fn an_alert_leads_to_its_runbook_in_any_case_and_never_to_a_bare_404() {
    let lab = lab();
    let server = lab.serve(&[]);
    for name in ["ReleaseBroken", "releasebroken", "RELEASEBROKEN/"] {
        get(&server, &format!("/alerts/{name}")).leads_to("/runbooks/rollback/helm?from=alert");
    }
    get(&server, "/alerts/ReleaseBrokn").says(404, "/runbooks/rollback/helm");
    get(&server, "/alerts/%3Cscript%3E").says(404, "&lt;script&gt;");
}

#[test]
fn another_day_is_said_on_every_page() {
    let lab = lab();
    let server = lab.serve(&["--as-of", "2026-09-01"]);
    for path in ["/", "/runbooks", "/stale", "/runbooks/rollback/helm", "/nowhere", "/?q=helm"] {
        let answer = get(&server, path);
        assert!(answer.body.contains("as of <time datetime=\"2026-09-01\">"), "{path}");
    }
    get(&server, "/stale").says(200, "Roll a release back");
    get(&server, "/runbooks/rollback/helm").says(200, "Stale since 2026-08-19");
}

#[test]
fn the_list_is_filtered_by_its_address() {
    let lab = lab();
    let server = lab.serve(&[]);
    get(&server, "/runbooks").says(200, "Disk full").says(200, "Rota");
    let fresh = get(&server, "/runbooks?state=fresh").says(200, "Roll a release back");
    assert!(!fresh.body.contains("Disk full"));
    get(&server, "/runbooks?owner=nobody").says(200, "None of them");
}

#[test]
fn an_edited_file_shows_by_itself() {
    let lab = lab();
    let server = lab.serve(&[]);
    get(&server, "/runbooks/disk").says(200, "Disk full");
    lab.write("runbooks/disk.md", "# Disk crammed\n\n## Step 1 — Mitigate\n\n```sh\ndf\n```\n");
    let edited = Instant::now();
    while !get(&server, "/runbooks/disk").body.contains("Disk crammed") {
        assert!(edited.elapsed() < Duration::from_secs(30));
    }
}

#[test]
fn files_for_browsers_are_fetched_once() {
    let lab = lab();
    let server = lab.serve(&[]);
    let first = get(&server, "/static/app.js");
    assert!(first.header("content-type").starts_with("text/javascript"));
    let request = format!(
        "GET /static/app.js HTTP/1.1\r\nhost: {}\r\nif-none-match: {}\r\nconnection: close\r\n\r\n",
        super::host(&server),
        first.header("etag")
    );
    let again = super::send(&server, request.as_bytes());
    assert_eq!((again.status, again.body.len()), (304, 0));
}

#[test]
fn a_broken_template_of_the_workspace_is_named_and_nothing_is_served() {
    let lab = lab();
    lab.write("templates/pages/home.html", "{% if %}");
    lab.run(&["serve", "--listen", "127.0.0.1:0"]).refused().says("pages/home.html:1:");
}

#[test]
fn a_broken_template_of_a_document_stops_no_server() {
    let lab = lab();
    lab.write("templates/reports/stale.html", "{% if %}");
    lab.write_bytes("templates/reports/stale.md", b"caf\xe9");
    lab.write("templates/postmortems/short.md", "{% if %}");
    let server = lab.serve(&[]);
    get(&server, "/").says(200, "<h1");
}
