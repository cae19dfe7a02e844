//! Reading, searching and recording without a script: on a laptop, and on a phone.

use serde_json::json;

use super::lab;
use crate::support::browser::{Browser, Look};

/// From the first page to a step, and back with what happened.
fn read_and_record(look: Look) {
    let lab = lab();
    let server = lab.serve(&[]);
    let browser = Browser::start(look.without_scripts());
    browser.open(&server.url);
    assert_eq!(browser.script("return document.documentElement.className"), json!(""));
    browser.type_into("[name=q]", "helm release");
    browser.click(".search button");
    browser.wait_for_text("#Results .hits", "Roll a release back");
    assert!(browser.address().contains("?q=helm+release"), "{}", browser.address());
    browser.click("#Results .hit-link");
    browser.wait_for_text(".banner", "Last worked 12 days ago");
    assert_eq!(browser.text("#step-2a .copy"), "", "a button that cannot work is not shown");
    assert_eq!(browser.text("#Values"), "");
    browser.wait_for_text("#step-2a .command", "helm rollback <RELEASE> 13");
    browser.wait_for_text("#step-2b", "Destroys");
    browser.click("#step-1 details summary");
    browser.wait_for_text("#step-1 details pre", "STATUS: deployed");
    browser.click("#step-2b .no");
    browser.type_into("[name=who]", "Ana");
    browser.click("button.main");
    browser.wait_for_text(".banner", "Step 2b failed");
    assert!(browser.address().ends_with("#step-2b"), "{}", browser.address());
}

#[test]
fn reading_and_recording_work_on_a_laptop_without_scripts() {
    read_and_record(Look::LAPTOP);
}

#[test]
fn reading_and_recording_work_on_a_phone_without_scripts() {
    read_and_record(Look::PHONE);
}

/// What is stale, and the lists with their filters.
fn read_the_lists(look: Look) {
    let lab = lab();
    let server = lab.serve(&["--as-of", "2026-09-01"]);
    let browser = Browser::start(look.without_scripts());
    browser.open(&server.url);
    browser.click(".bar a[href='/stale']");
    browser.wait_for_text("h1", "Not to be trusted without a look");
    browser.wait_for_text(".as-of", "2026-09-01");
    browser.wait_for_text("main", "Disk full");
    browser.click("main a[href='/runbooks/rollback/helm']");
    browser.wait_for_text(".banner", "Stale since 2026-08-19");
    browser.wait_for_text("#step-2a .command code", "helm rollback <RELEASE> 13");
    browser.click(".bar a[href='/runbooks']");
    browser.wait_for_text("main", "Disk full");
    browser.open(&format!("{}/runbooks?state=stale", server.url));
    browser.wait_for_text("main", "Roll a release back");
    assert!(!browser.text("main table, main .rows").contains("Disk full"));
}

#[test]
fn the_lists_are_read_on_a_laptop_without_scripts() {
    read_the_lists(Look::LAPTOP);
}

#[test]
fn the_lists_are_read_on_a_phone_without_scripts() {
    read_the_lists(Look::PHONE);
}
