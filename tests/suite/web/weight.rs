//! What a page costs: bytes, requests, and whether anything jumps while it loads.

use std::io::Write as _;

use super::get;
use super::looks::gallery;
use crate::support::browser::{Browser, Look};

/// What the first page may weigh in all, heads included.
const FIRST_PAGE: u64 = 60 << 10;

/// How many files it may ask for.
const FILES: usize = 8;

/// Says a measured figure, past the capture of the test runner.
fn figure(words: &str) {
    let _ = writeln!(std::io::stderr(), "measured: {words}");
}

#[test]
fn the_first_page_is_small_and_comes_from_one_host() {
    let lab = gallery();
    let server = lab.serve(&[]);
    let browser = Browser::start(Look::PHONE);
    browser.cdp("Network.clearBrowserCache", &serde_json::json!({}));
    browser.forget();
    browser.open(&server.url);
    browser.wait_for("h1");
    let requests = browser.requests();
    let list: Vec<String> =
        requests.iter().map(|r| format!("{} {} {}", r.bytes, r.kind, r.url)).collect();
    let list = list.join("\n");
    assert!(requests.iter().any(|request| request.kind == "Stylesheet"), "{list}");
    assert!(requests.iter().all(|request| request.url.starts_with(&server.url)), "{list}");
    // A browser without a window asks for no icon.
    let icon = get(&server, "/favicon.svg").says(200, "<svg");
    let icon = u64::try_from(icon.head.len() + icon.body.len()).expect("a size");
    let bytes = requests.iter().map(|request| request.bytes).sum::<u64>() + icon;
    figure(&format!("the first page: {bytes} bytes in {} requests", requests.len() + 1));
    assert!(bytes < FIRST_PAGE, "{bytes} bytes:\n{list}");
    assert!(requests.len() < FILES, "{list}");
}

/// Notes every jump of something that is seen.
const NOTE_JUMPS: &str = "
    window.jumps = [];
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) {
            // A part of a pixel, as a font is drawn, is no jump that anybody sees.
            if (entry.value < 0.0005) continue;
            const moved = entry.sources.map(({node, previousRect: a, currentRect: b}) =>
                `${node?.nodeName}.${node?.className ?? ''} from ${a.y} to ${b.y}`);
            window.jumps.push(`${entry.value.toFixed(4)}: ${moved.join(', ')}`);
        }
    }).observe({type: 'layout-shift', buffered: true});";

/// What has jumped, once the page was painted again.
const JUMPS: &str = "
    return new Promise((told) => requestAnimationFrame(() => requestAnimationFrame(() =>
        setTimeout(() => told(window.jumps.join('; ')), 50))));";

#[test]
fn nothing_jumps_while_a_page_loads() {
    let lab = gallery();
    let server = lab.serve(&[]);
    let browser = Browser::start(Look::LAPTOP);
    let mut jumped = Vec::new();
    for look in [Look::LAPTOP, Look::PHONE] {
        browser.look(look);
        for path in ["/", "/?q=pod+crash", "/runbooks", "/stale", "/runbooks/rollback/helm-release"]
        {
            browser.open(&format!("{}{path}", server.url));
            browser.script(NOTE_JUMPS);
            let jumps = browser.script(JUMPS);
            if jumps != "" {
                jumped.push(format!("{path} at {} px: {jumps}", look.width));
            }
        }
    }
    assert!(jumped.is_empty(), "{}", jumped.join("\n"));
}
