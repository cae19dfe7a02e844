//! The reports: made at a press, kept at an address of their own, sent again, and told as a feed.

use super::{get, get_with, post, send};
use crate::support::{Lab, NOON, Server};

const SETTINGS: &str = "reporter = \"ops-1\"\n[owners.platform]\nchat = \"#p\"\n\
    [destinations.chat]\nwebhook = { env = \"CHAT_URL\" }\n\
    [destinations.archive]\nfolder = \"kept\"\n\
    [[report]]\nname = \"weekly\"\nkind = \"stale\"\nwhen = \"0 8 * * 1\"\nto = [\"archive\"]\n";

/// A workspace that plans a report, served by a node that is not the one that makes it.
fn serve() -> (Lab, Server) {
    let lab = super::lab();
    lab.write("runledger.toml", SETTINGS);
    let server = lab.serve(&[]);
    (lab, server)
}

#[test]
fn a_report_is_made_at_a_press_and_stays_as_it_was() {
    let (lab, server) = serve();
    let page = get(&server, "/reports").says(200, "No report was made yet");
    let page = page.says(200, "At 08:00").says(200, "<b>ops-1</b> makes and sends them");
    assert!(page.body.contains("2026-06-08 08:00"), "{}", page.body);
    post(&server, "/reports", "name=weekly").leads_to("/reports/weekly/2026-06-01?notice=made");
    let made = get(&server, "/reports/weekly/2026-06-01").says(200, "never exercised (2)");
    let made = made.says(200, "It was sent to nobody.");
    let made = made.says(200, "<strong>Disk full</strong> (<a href=\"/runbooks/disk\">disk</a>)");
    assert_eq!(made.body.matches("Runbooks nobody should trust, 2026-06-01</h1>").count(), 1);
    assert!(
        made.body.contains("<h2 class=\"break\">Never exercised, what would hurt most first</h2>"),
        "{}",
        made.body
    );
    // What is edited and recorded afterwards changes nothing in it, nor does another server.
    let html = get(&server, "/reports/weekly/2026-06-01/html").body;
    lab.write("runbooks/disk.md", "# Another disk\n\n## Step 1 — Mitigate\n\n```sh\ndf\n```\n");
    lab.run(&["worked", "disk", "--step", "1"]).ok();
    drop(server);
    let server = lab.serve_at("2027-01-01T00:00:00Z", "127.0.0.1:0", &[]);
    assert_eq!(get(&server, "/reports/weekly/2026-06-01/html").body, html);
    assert!(get(&server, "/reports/weekly/2026-06-01").body.contains("Disk full"));
    // The next one of the same day has an address of its own.
    let again = lab.serve(&[]);
    post(&again, "/reports", "name=weekly").leads_to("/reports/weekly/2026-06-01-2?notice=made");
    let page = get(&again, "/reports/weekly/2026-06-01-2").says(200, "Another disk");
    page.says(200, "/reports/weekly/2026-06-01-2/csv");
}

#[test]
fn every_form_is_had_as_what_it_is_and_a_document_may_do_nothing() {
    let (lab, server) = serve();
    lab.write("templates/reports/stale.html", "<html><script>alert(1)</script>{{ headline }}");
    post(&server, "/reports", "name=stale");
    for (form, kind, words) in [
        ("html", "text/html; charset=utf-8", "alert(1)"),
        ("md", "text/markdown; charset=utf-8", "# Runbooks nobody"),
        ("text", "text/plain; charset=utf-8", "RUNBOOKS NOBODY"),
        ("chat", "text/plain; charset=utf-8", "*Runbooks nobody"),
        ("csv", "text/csv; charset=utf-8", "disk"),
        ("json", "application/json", "\"headline\""),
    ] {
        let answer = get(&server, &format!("/reports/stale/2026-06-01/{form}")).says(200, words);
        assert_eq!(answer.header("content-type"), kind);
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("sandbox"), "{policy}");
        assert!(!policy.contains("script-src"), "{policy}");
    }
    get(&server, "/reports/stale/2026-06-01/pdf").says(404, "not made in that form");
    get(&server, "/reports/stale/2026-06-02").says(404, "No report stale/2026-06-02");
    get(&server, "/reports/stale/..%2F..").says(404, "No report");
    post(&server, "/reports", "name=stole").says(404, "There are: weekly, stale, incidents");
    post(&server, "/reports", "").says(400, "name");
}

#[test]
fn a_report_is_sent_and_sent_again_by_the_node_that_sends_them() {
    let (lab, laptop) = serve();
    let address = "/reports/weekly/2026-06-01";
    // Another node makes one and sends none, and says so before anybody presses anything.
    assert!(!get(&laptop, "/reports").body.contains("Make it and send it"));
    post(&laptop, "/reports", "name=weekly&send=yes")
        .says(400, "ops-1 makes and sends the reports");
    post(&laptop, "/reports", "name=weekly").leads_to(&format!("{address}?notice=made"));
    post(&laptop, address, "to=archive").says(400, "ops-1 makes and sends the reports");

    let server = lab.serve_with(NOON, "127.0.0.1:0", &[], &[("RUNLEDGER_NODE", "ops-1")]);
    get(&server, "/reports").says(200, "Make it and send it");
    post(&server, "/reports", "name=actions&send=yes").says(400, "Actions is sent to nobody");
    post(&server, address, "to=nowhere").says(404, "There is no [destinations.nowhere]");
    post(&server, address, "to=archive").leads_to(&format!("{address}?notice=sending"));
    until(&server, address, "delivered");
    assert!(lab.read("kept/weekly-2026-06-01.txt").contains("RUNBOOKS NOBODY"));
    let made = post(&server, "/reports", "name=weekly&send=yes");
    made.leads_to(&format!("{address}-2?notice=made-and-sent"));
    until(&server, &format!("{address}-2"), "delivered");
    post(&server, address, "to=chat").leads_to(&format!("{address}?notice=sending"));
    let page = until(&server, address, "1 attempt failed");
    assert!(page.contains("CHAT_URL is not set"), "{page}");
    post(&server, address, "to=chat").says(409, "on its way to chat already");
    get(&server, "/reports").says(200, "failed, trying again");

    // A form of another site sends nothing, and asking for a page does neither.
    let before = lab.run(&["export"]).ok().stdout;
    let form = "to=archive";
    let foreign = format!(
        "POST {address} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\norigin: https://evil.example\r\n\
         sec-fetch-site: cross-site\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: {}\r\ncookie: rl_name=Ana\r\n\r\n{form}",
        super::host(&server),
        form.len()
    );
    assert_eq!(send(&server, foreign.as_bytes()).status, 403);
    get(&server, "/reports");
    assert_eq!(lab.run(&["export"]).ok().stdout, before);
    // Without anybody who sends them, nothing can be asked for.
    lab.write("runledger.toml", &SETTINGS.replace("reporter = \"ops-1\"\n", ""));
    let alone = lab.serve(&[]);
    post(&alone, address, "to=archive").says(400, "No node is named to make and send");
    get(&alone, "/reports").says(200, "Nobody makes them");
}

/// Asks for a page until it says this.
fn until(server: &Server, path: &str, words: &str) -> String {
    for _ in 0..200 {
        let page = get(server, path).body;
        if page.contains(words) {
            return page;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("{path} never says {words:?}: {}", get(server, path).body);
}

#[test]
fn the_first_page_says_what_the_last_report_said() {
    let (lab, server) = serve();
    assert!(!get(&server, "/").body.contains("/reports/"));
    lab.run(&["report", "stale", "--send", "archive"]).ok();
    let page = get(&server, "/").says(200, "href=\"/reports/stale/2026-06-01\"");
    page.says(
        200,
        "Of 2 runbooks none is stale or failing, but 1 was never exercised; begin with Disk full.",
    );
    get(&server, "/stale").says(200, "href=\"/reports\"");
}

#[test]
fn a_reader_of_feeds_reads_the_reports() {
    let (lab, server) = serve();
    let empty = get(&server, "/reports.atom");
    assert_eq!(read(&empty.body).entries.len(), 0);
    lab.write(
        "runbooks/disk.md",
        "---\nowner: <b>&amp;co\n---\n# <Disk> & \"full\" ]]>\n\n## Step 1 — Mitigate\n\n```sh\ndf\n\
         ```\n\n## When this runbook last worked\n\n| Date | Resolved by |\n|---|---|\n\
         | 2025-05-20 | Step 1 |\n",
    );
    post(&server, "/reports", "name=weekly");
    post(&server, "/reports", "name=weekly");
    let answer = get(&server, "/reports.atom");
    assert_eq!(answer.header("content-type"), "application/atom+xml; charset=utf-8");
    let feed = read(&answer.body);
    assert_eq!(feed.feed_type, feed_rs::model::FeedType::Atom);
    let links: Vec<&str> = feed.entries.iter().map(|entry| entry.links[0].href.as_str()).collect();
    let site = &server.url;
    let all = ["2026-06-01", "2026-06-01-2"].map(|day| format!("{site}/reports/weekly/{day}"));
    assert_eq!(links.len(), 2);
    assert!(all.iter().all(|link| links.contains(&link.as_str())), "{links:?}");
    for entry in &feed.entries {
        assert!(entry.id.starts_with("urn:uuid:"), "{}", entry.id);
        let summary = &entry.summary.as_ref().expect("a summary").content;
        assert!(summary.contains("<Disk> & \"full\" ]]> would hurt most"), "{summary}");
        assert_eq!(entry.title.as_ref().expect("a title").content, TITLE);
        assert!(entry.updated.is_some());
    }
    assert_ne!(feed.entries[0].id, feed.entries[1].id);
    let tag = format!("if-none-match: {}\r\n", answer.header("etag"));
    assert_eq!(get_with(&server, "/reports.atom", &tag).status, 304);
    get(&server, "/reports").says(200, "type=\"application/atom+xml\"");
}

const TITLE: &str = "Runbooks nobody should trust, 2026-06-01";

#[track_caller]
fn read(feed: &str) -> feed_rs::model::Feed {
    feed_rs::parser::parse(feed.as_bytes()).unwrap_or_else(|error| panic!("{error} in\n{feed}"))
}
