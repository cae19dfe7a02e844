//! The main job in a real browser.

use std::time::{Duration, Instant};

use super::lab;
use crate::support::browser::{Browser, Look};

/// What the next copy puts into the clipboard, kept where a script can read it.
pub(super) const CATCH_COPIES: &str =
    "navigator.clipboard.writeText = async (text) => { window.copied = text; };";

#[track_caller]
pub(super) fn wait_for_copy(browser: &Browser, expected: &str) {
    let began = Instant::now();
    loop {
        let copied = browser.script("return window.copied ?? null;");
        if copied == expected {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(30), "copied {copied}, not {expected:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Keeps what a button says for a few seconds, where a script can read it later.
const KEEP_WORDS: &str = "
    window.said = [];
    const button = document.querySelector('#step-2b .copy');
    new MutationObserver(() => window.said.push(button.textContent))
        .observe(button, {childList: true, characterData: true, subtree: true});";

/// Presses a button that wants to be pressed twice until that is in the clipboard: where a machine
/// is slow, the button may have forgotten the first time.
#[track_caller]
fn press_until_copied(browser: &Browser, css: &str, expected: &str) {
    let began = Instant::now();
    while browser.script("return window.copied ?? null;") != expected {
        assert!(began.elapsed() < Duration::from_secs(120), "{expected:?} was never copied");
        browser.click(css);
        std::thread::sleep(Duration::from_millis(300));
    }
}

fn main_job(look: Look, name: &str) {
    let lab = lab();
    let server = lab.serve(&[]);
    let browser = Browser::start(look);
    browser.open(&server.url);
    browser.wait_for("[name=q]:focus");
    browser.type_into("[name=q]", "roll back a helm release");
    browser.wait_for_text("#Results .hits", "Roll a release back");
    browser.wait_until("return location.search.startsWith('?q=roll');");
    browser.screenshot(&format!("web-search-{name}"));
    browser.click("#Results .hit-link");

    browser.wait_for("#Values");
    browser.script(CATCH_COPIES);
    let copy = "#step-2a .copy";
    browser.wait_for_text("#step-2a .blocked", "Fill in RELEASE, NAMESPACE and WHO");
    browser.click(copy);
    assert!(browser.script("return window.copied ?? null;").is_null());
    browser.type_into("[data-name=RELEASE]", "shop");
    browser.type_into("[data-name=NAMESPACE]", "a b'c");
    browser.type_into("[data-name=WHO]", "$(id)");
    browser.click(copy);
    let filled = "helm rollback shop 13 -n 'a b'\\''c' --description \"by \"'$(id)'\"\"";
    wait_for_copy(&browser, filled);
    assert!(browser.address().contains("#"), "{}", browser.address());
    assert!(browser.address().contains("v:RELEASE=shop"), "{}", browser.address());
    browser.script(KEEP_WORDS);
    browser.click("#step-2b .copy");
    browser.wait_until("return window.said.some((words) => words.includes('Copy anyway'));");
    wait_for_copy(&browser, filled);
    press_until_copied(&browser, "#step-2b .copy", "kubectl delete crd widgets.example.org");
    browser.screenshot(&format!("web-runbook-{name}"));

    browser.click("#step-2a .yes");
    browser.wait_for_text("h1", "Who are you?");
    browser.type_into("[name=who]", "Ana");
    browser.click("button.main");
    browser.wait_for_text(".notice", "Recorded: it worked");
    browser.wait_for_text(".banner", "Last worked today");
    browser.wait_for_text(".who", "Ana");
    let carried = browser.script("return document.querySelector('[data-name=RELEASE]').value;");
    assert_eq!(carried, "shop", "values survive the sending of a form");
    let said = lab.run(&["show", "rollback/helm", "--json"]).ok().json();
    assert_eq!(said["exercises"][0]["actor"], "person:Ana");
    assert_eq!(said["exercises"][0]["context"]["Release"], "shop");
}

#[test]
fn the_main_job_on_a_laptop() {
    main_job(Look::LAPTOP, "laptop");
}

#[test]
fn the_main_job_on_a_phone_at_night() {
    main_job(Look::PHONE, "phone");
}
