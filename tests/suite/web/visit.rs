//! Around the main job, in a real browser: who one is, notes, and every page on every screen.

use serde_json::json;

use super::lab;
use crate::support::browser::{Browser, Look};

/// Nothing is wider than the window.
#[track_caller]
fn fits(browser: &Browser, page: &str) {
    let beyond =
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    let beyond = browser.script(beyond);
    assert!(beyond.as_i64().is_some_and(|pixels| pixels <= 0), "{page} is {beyond} px too wide");
}

/// A search leads to the step itself, not only to its page.
fn land_on_a_step(browser: &Browser) {
    browser.type_into("[name=q]", "delete crd widgets");
    browser.wait_for_text("#Results .hit-link", "Roll a release back");
    browser.click("#Results .hit-link");
    browser.wait_for(".banner");
    let step = "return document.getElementById(decodeURIComponent(location.hash.slice(1)))
        ?.closest('.step')?.id ?? null";
    assert_eq!(browser.script(step), json!("step-2b"), "{}", browser.address());
    let top = "return document.getElementById('step-2b').getBoundingClientRect().top";
    let shown = browser.script(&format!("{top} < window.innerHeight"));
    assert_eq!(shown, json!(true), "the step is below the window");
}

/// A name is given once; then one click says "it worked", and the banner knows.
fn say_that_it_worked(browser: &Browser, name: &str) {
    browser.wait_for_text(".banner", "Not known to have ever worked");
    fits(browser, "a runbook that never worked");
    browser.screenshot(&format!("visit-never-{name}"));
    browser.click(".who summary");
    browser.type_into(".who [name=name]", "Ana");
    fits(browser, "the form for a name");
    browser.click(".who button");
    browser.wait_for_text(".notice", "Your name");
    browser.wait_for_text(".who summary", "Ana");
    browser.click("#step-1 .record .yes");
    browser.wait_for_text(".notice", "Recorded: it worked");
    let banner = browser.text(".banner");
    for words in ["Fresh", "Last worked today, by step 1"] {
        assert!(banner.contains(words), "{words:?} is not in {banner}");
    }
    browser.wait_for_text("#step-1 .state", "Fresh");
    browser.wait_for_text(".history", "Ana");
    assert!(!browser.address().contains("notice="), "a reload would say it once more");
    browser.screenshot(&format!("visit-fresh-{name}"));
}

/// A note stands beside its step until it is dealt with.
fn leave_a_note(browser: &Browser, name: &str) {
    browser.click("#step-1 .record a[href='#NoteForm']");
    browser.type_into("dialog [name=text]", "df hangs on a dead NFS mount");
    browser.click("dialog form button");
    browser.wait_for_text("#step-1 .note", "df hangs on a dead NFS mount");
    browser.wait_for_text("#step-1 .note", "Ana");
    fits(browser, "a runbook with a note");
    browser.screenshot(&format!("visit-note-{name}"));
    browser.click("#step-1 .note button");
    browser.wait_for_text(".notice", "dealt with");
    assert_eq!(browser.count(".note"), 0);
}

fn visit(look: Look, name: &str) {
    let lab = lab();
    let server = lab.serve(&[]);
    let browser = Browser::start(look);
    browser.open(&server.url);
    let dark = browser.script("return matchMedia('(prefers-color-scheme: dark)').matches");
    assert_eq!(dark, json!(look.dark), "the browser has another look");
    assert_eq!(browser.script("return window.innerWidth"), json!(look.width));
    for page in ["", "runbooks", "stale", "alerts/ReleaseBrokn", "runbooks/nothing"] {
        browser.open(&format!("{}/{page}", server.url));
        browser.wait_for("h1");
        fits(&browser, page);
        let page = if page.is_empty() { "home" } else { page };
        browser.screenshot(&format!("visit-{}-{name}", page.replace('/', "-")));
    }
    browser.open(&server.url);
    land_on_a_step(&browser);
    browser.open(&format!("{}/runbooks/disk", server.url));
    say_that_it_worked(&browser, name);
    leave_a_note(&browser, name);
}

#[test]
fn a_visit_by_day_leaves_a_name_an_exercise_and_a_note() {
    visit(Look::LAPTOP, "laptop");
}

#[test]
fn a_visit_by_night_on_a_phone_does_the_same() {
    visit(Look::PHONE, "phone");
}
