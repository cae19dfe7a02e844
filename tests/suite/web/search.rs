//! Search: from whatever is typed or pasted to the step, with the keyboard alone, from every page.

use std::time::Duration;

use serde_json::{Value, json};

use super::{get, lab, post_with};
use crate::support::browser::{Browser, Look};
use crate::support::{Lab, Server};

const DOWN: &str = "\u{e015}";
const UP: &str = "\u{e013}";
const ENTER: &str = "\u{e007}";
const ESCAPE: &str = "\u{e00c}";

/// Puts a text into the field as a paste does.
fn paste(browser: &Browser, text: &str) {
    let text = Value::from(text);
    browser.script(&format!(
        "const field = document.querySelector('[name=q]'); field.focus(); field.value = {text};
         field.dispatchEvent(new Event('input', {{ bubbles: true }}));"
    ));
}

/// Waits until a script says so.
#[track_caller]
fn wait_until(browser: &Browser, script: &str) {
    browser.wait_until(&format!("return {script};"));
}

fn opened(lab: &Lab, look: Look, path: &str) -> (Server, Browser) {
    let server = lab.serve(&[]);
    let browser = Browser::start(look);
    browser.open(&format!("{}{path}", server.url));
    (server, browser)
}

#[test]
fn a_runbook_stands_once_with_its_best_step_and_when_that_step_worked() {
    let lab = lab();
    let server = lab.serve(&[]);
    let found = get(&server, "/?q=helm+rollback").says(200, "› 2a. Roll back").body;
    assert_eq!(found.matches("<span class=\"hit-title\">Roll a release back</span>").count(), 1);
    for words in [
        "This step last worked <time datetime=\"2026-05-20\" title=\"2026-05-20\">12 days ago",
        "for Release shop",
        "<mark>rollback</mark>",
        "Also in it:",
        "Step 1 — Check",
        "rollback/helm.md · ",
    ] {
        assert!(found.contains(words), "no {words:?} in\n{found}");
    }
    let never = get(&server, "/?q=delete+crd+widgets").says(200, "› 2b. Start over");
    assert!(never.body.contains("Nobody has said that this step worked."), "{}", never.body);
    let answer: Value =
        serde_json::from_str(&get(&server, "/api/search?q=helm+rollback").body).expect("JSON");
    assert_eq!(answer["hits"][0]["step_freshness"]["last_worked"], "2026-05-20");
    assert_eq!(answer["weak"], false);
}

#[test]
fn what_hardly_fits_says_so_and_what_fits_nowhere_offers_a_way_on() {
    let lab = lab();
    let server = lab.serve(&[]);
    let typo =
        get(&server, "/?q=releese").says(200, "No runbook holds <b class=\"break\">“releese”</b>");
    assert!(typo.body.contains("Nearest:") && typo.body.contains("Roll a release back"));
    get(&server, "/?q=rollback+xyzzyplugh")
        .says(200, "“xyzzyplugh”</b>; the other words found these.")
        .says(200, "Roll a release back");
    let nothing = get(&server, "/?q=xyzzyplugh").says(200, "Nothing found");
    assert!(nothing.body.contains("Nearest by name:"), "{}", nothing.body);
    let good = get(&server, "/?q=helm+rollback").body;
    assert!(!good.contains("class=\"weak\""), "{good}");
}

#[test]
fn a_long_text_is_searched_and_what_was_left_out_is_said() {
    let lab = lab();
    let server = lab.serve(&[]);
    let long = "word ".repeat(5_000).replace(' ', "+");
    get(&server, &format!("/?q=helm+rollback+{long}")).says(200, "the first 20000 characters");
    let form = format!("q=helm+rollback+failed%0A{long}");
    let pasted = post_with(&server, "/results", "", &form);
    pasted.says(200, "Roll a release back").says(200, "the first 20000 characters");
    let elsewhere = post_with(&server, "/results", "sec-fetch-site: cross-site\r\n", "q=helm");
    assert_eq!(elsewhere.status, 403);
}

#[test]
fn an_older_answer_never_replaces_a_newer_one() {
    let lab = lab();
    let (_server, browser) = opened(&lab, Look::LAPTOP, "/");
    browser.script(
        "const real = window.fetch; let number = 0; window.answered = 0;
         window.fetch = async (...request) => {
           const mine = ++number;
           const answer = await real(...request);
           if (mine === 1) await new Promise((done) => setTimeout(done, 1200));
           window.answered += 1;
           return answer;
         };",
    );
    paste(&browser, "disk");
    std::thread::sleep(Duration::from_millis(200));
    paste(&browser, "helm release");
    browser.wait_for_text("#Results .hits", "Roll a release back");
    wait_until(&browser, "window.answered === 2");
    std::thread::sleep(Duration::from_millis(200));
    let shown = browser.text("#Results");
    assert!(shown.contains("Roll a release back") && !shown.contains("Disk full"), "{shown}");
    assert!(browser.address().contains("q=helm"), "{}", browser.address());
}

#[test]
fn an_arrow_pressed_before_the_answer_waits_for_it() {
    let lab = lab();
    let (_server, browser) = opened(&lab, Look::LAPTOP, "/");
    browser.wait_for("#Results .overview .hit-link");
    browser.script(
        "const real = window.fetch;
         window.fetch = async (...request) => {
           await new Promise((done) => setTimeout(done, 700));
           return real(...request);
         };",
    );
    paste(&browser, "disk");
    browser.press("ArrowDown");
    wait_until(&browser, "document.activeElement === document.querySelector('.hits .hit-link')");
    assert_eq!(browser.text(".hits .hit-title"), "Disk full");
}

#[test]
fn a_server_that_is_gone_is_said_and_nothing_is_lost() {
    let lab = lab();
    let (server, browser) = opened(&lab, Look::LAPTOP, "/");
    browser.type_into("[name=q]", "helm");
    browser.wait_for_text("#Results .hits", "Roll a release back");
    drop(server);
    browser.type_into("[name=q]", " release");
    browser.wait_for_text("#Found", "No answer from runledger");
    assert!(browser.text("#Results").contains("Roll a release back"));
}

fn keys_on_the_first_page(look: Look) {
    let lab = lab();
    let (_server, browser) = opened(&lab, look, "/");
    browser.wait_for("[name=q]:focus");
    browser.type_into(":focus", "step mitigate");
    browser.wait_for_text("#Found", "2 runbooks");
    browser.type_into(":focus", DOWN);
    wait_until(&browser, "document.activeElement === document.querySelectorAll('.hit-link')[0]");
    browser.type_into(":focus", DOWN);
    wait_until(&browser, "document.activeElement === document.querySelectorAll('.hit-link')[1]");
    browser.type_into(":focus", DOWN);
    wait_until(&browser, "document.activeElement === document.querySelectorAll('.hit-link')[1]");
    browser.type_into(":focus", UP);
    browser.type_into(":focus", UP);
    browser.wait_for("[name=q]:focus");
    browser.type_into(":focus", DOWN);
    browser.type_into(":focus", ESCAPE);
    browser.wait_for("[name=q]:focus");
    browser.type_into(":focus", ESCAPE);
    wait_until(&browser, "document.activeElement === document.body");
    browser.type_into("body", "/");
    browser.wait_for("[name=q]:focus");
    assert_eq!(browser.script("return document.activeElement.value;"), "step mitigate");
    browser.type_into(":focus", DOWN);
    let first = browser.text(".hit-title");
    browser.type_into(":focus", ENTER);
    browser.wait_for_text("h1", &first);
}

#[test]
fn arrows_choose_enter_opens_and_escape_leaves() {
    keys_on_the_first_page(Look::LAPTOP);
}

#[test]
fn arrows_choose_enter_opens_and_escape_leaves_on_a_phone_at_night() {
    keys_on_the_first_page(Look::PHONE);
}

#[test]
fn every_page_searches_in_a_dialog_that_gives_the_focus_back() {
    let lab = lab();
    let (server, browser) = opened(&lab, Look::LAPTOP, "/runbooks");
    browser.script("document.querySelector('.rows a').focus();");
    browser.type_into(":focus", "/");
    browser.wait_for("dialog[open] [name=q]:focus");
    browser.type_into(":focus", "delete crd");
    browser.wait_for_text("dialog #Results", "› 2b. Start over");
    browser.screenshot("search-dialog-laptop");
    assert!(browser.address().ends_with("/runbooks"), "{}", browser.address());
    browser.type_into(":focus", ESCAPE);
    wait_until(&browser, "!document.querySelector('dialog').open");
    wait_until(&browser, "document.activeElement === document.querySelector('.rows a')");
    browser.press("Control+k");
    browser.wait_for("dialog[open] [name=q]:focus");
    browser.type_into(":focus", DOWN);
    browser.type_into(":focus", ENTER);
    browser.wait_for_text("h1", "Roll a release back");
    let step = "document.getElementById(decodeURIComponent(location.hash.slice(1)))
        ?.closest('.step')?.id === 'step-2b'";
    wait_until(&browser, step);
    // From the page of a runbook to another step of it: the page stays, the dialog goes.
    browser.click("[data-search]");
    browser.type_into("dialog [name=q]", "helm status");
    browser.wait_for_text("dialog #Results .hit-link", "Step 1");
    browser.click("dialog #Results .hit-link");
    wait_until(&browser, "!document.querySelector('dialog').open");
    // The words alone lead to a page of their own that can be shared.
    browser.open(&format!("{}/stale", server.url));
    browser.type_into("body", "/");
    browser.type_into("dialog [name=q]", "helm");
    browser.type_into("dialog [name=q]", ENTER);
    browser.wait_for_text(".home #Results .hits", "Roll a release back");
    assert!(browser.address().ends_with("/?q=helm"), "{}", browser.address());
}

#[test]
fn the_query_is_in_the_address_and_back_leads_where_one_was() {
    let lab = lab();
    let (_server, browser) = opened(&lab, Look::LAPTOP, "/");
    browser.type_into("[name=q]", "disk");
    browser.wait_for_text("#Results .hits", "Disk full");
    wait_until(&browser, "location.search === '?q=disk'");
    assert!(
        browser.script("return document.title;").as_str().is_some_and(|t| t.starts_with("disk"))
    );
    browser.type_into(":focus", ENTER);
    std::thread::sleep(Duration::from_millis(300));
    paste(&browser, "helm release");
    wait_until(&browser, "location.search === '?q=helm+release'");
    browser.click("#Results .hit-link");
    browser.wait_for_text("h1", "Roll a release back");
    browser.back();
    browser.wait_for_text(".home #Results .hits", "Roll a release back");
    browser.back();
    wait_until(&browser, "location.search === '?q=disk'");
    browser.wait_for_text("#Results .hits", "Disk full");
    wait_until(&browser, "document.querySelector('[name=q]').value === 'disk'");
    browser.back();
    browser.wait_for("#Results .overview");
    wait_until(&browser, "document.querySelector('[name=q]').value === ''");
}

#[test]
fn a_pasted_log_has_room_and_survives_going_back() {
    let lab = lab();
    let (_server, browser) = opened(&lab, Look::LAPTOP, "/");
    let line = "2026-05-20T03:12:44.123Z ERROR [web-7d9f8b6c5-x2x9z] helm rollback failed\n";
    paste(&browser, &line.repeat(20));
    browser.wait_for_text("#Results .hits", "Roll a release back");
    browser.wait_for("[name=q].tall");
    wait_until(&browser, "new URL(location.href).searchParams.get('q').split('\\n').length === 20");
    browser.screenshot("search-paste-laptop");
    paste(&browser, &line.repeat(200));
    browser.wait_for_text("#Found", "too long for an address");
    assert!(!browser.address().contains("q="), "{}", browser.address());
    browser.click("#Results .hit-link");
    browser.wait_for_text("h1", "Roll a release back");
    browser.back();
    browser.wait_for_text(".home #Results .hits", "Roll a release back");
    wait_until(&browser, "document.querySelector('[name=q]').value.split('\\n').length > 199");
}

/// Every shift counts, also those that a browser forgives because a key was pressed just before.
#[test]
fn nothing_moves_while_somebody_types() {
    let lab = lab();
    for number in 0..30 {
        let text = format!(
            "# Queue {number}\n\n## Step 1 — Mitigate\n\n```sh\nqueuectl drain {number}\n```\n"
        );
        lab.write(&format!("runbooks/queue-{number}.md"), &text);
    }
    for look in [Look::LAPTOP, Look::PHONE] {
        let (_server, browser) = opened(&lab, look, "/");
        browser.wait_for("[name=q]:focus");
        browser.script(
            "window.shifts = [];
             new PerformanceObserver((list) => {
               for (const entry of list.getEntries()) window.shifts.push([entry.value,
                 entry.sources.map((source) => source.node?.outerHTML?.slice(0, 80))]);
             }).observe({ type: 'layout-shift', buffered: false });
             window.top0 = document.querySelector('#Results').getBoundingClientRect().top;",
        );
        for words in ["queue", " drain", " xyzzyplugh", "\u{e003}\u{e003}\u{e003}", " helm"] {
            browser.type_into("[name=q]", words);
            std::thread::sleep(Duration::from_millis(500));
        }
        paste(&browser, "xyzzyplugh");
        browser.wait_for_text("#Results", "Nothing found");
        paste(&browser, "");
        browser.wait_for("#Results .overview");
        assert_eq!(browser.script("return window.shifts;"), json!([]));
        wait_until(
            &browser,
            "document.querySelector('#Results').getBoundingClientRect().top === window.top0",
        );
    }
}

#[test]
fn what_was_found_is_said_aloud_once_the_typing_rests() {
    let lab = lab();
    let (_server, browser) = opened(&lab, Look::LAPTOP, "/");
    let status = "document.getElementById('Status')";
    assert_eq!(browser.script(&format!("return {status}.getAttribute('aria-live');")), "polite");
    browser.type_into("[name=q]", "helm");
    wait_until(&browser, &format!("{status}.textContent.includes('1 runbook')"));
}
