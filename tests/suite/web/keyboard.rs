//! The main job with nothing but a keyboard: search, choose, read, copy, fill, record.

use serde_json::json;

use super::lab;
use crate::support::browser::{Browser, Look};

/// Goes from one thing to the next until this one has the focus.
#[track_caller]
fn tab_to(browser: &Browser, css: &str) {
    let reached = format!("return document.activeElement?.matches({}) ?? false", json!(css));
    for _ in 0..200 {
        if browser.script(&reached) == true {
            return;
        }
        browser.press("Tab");
    }
    panic!("{css} is not reached on {}\n{}", browser.address(), browser.text("body"));
}

#[track_caller]
fn has_the_focus(browser: &Browser, css: &str) {
    browser.wait_until(&format!("return document.activeElement.matches({})", json!(css)));
}

#[test]
fn search_is_opened_from_every_page_and_leads_to_a_runbook() {
    let lab = lab();
    let server = lab.serve(&[]);
    let browser = Browser::start(Look::LAPTOP);
    browser.open(&format!("{}/stale", server.url));
    browser.press("/");
    has_the_focus(&browser, "[name=q]");
    browser.type_text("roll back a release");
    browser.wait_for_text("#Results .hits", "Roll a release back");
    tab_to(&browser, "#Results .hit-link");
    browser.press("Enter");
    browser.wait_for(".banner");
    assert!(browser.address().contains("/runbooks/rollback/helm"), "{}", browser.address());
}

#[test]
fn on_the_first_page_arrows_choose_and_enter_opens() {
    let lab = lab();
    let server = lab.serve(&[]);
    let browser = Browser::start(Look::LAPTOP);
    browser.open(&server.url);
    has_the_focus(&browser, "[name=q]");
    browser.type_text("roll back a release");
    browser.wait_for_text("#Results .hits", "Roll a release back");
    browser.press("ArrowDown");
    has_the_focus(&browser, "#Results .hit-link");
    browser.press("Enter");
    browser.wait_for(".banner");
    browser.press("Control+k");
    has_the_focus(&browser, "[name=q]");
}

#[test]
fn a_later_answer_does_not_take_the_chosen_result_away() {
    let lab = lab();
    let server = lab.serve(&[]);
    let browser = Browser::start(Look::LAPTOP);
    browser.open(&server.url);
    browser.type_into("[name=q]", "release");
    browser.wait_for_text("#Results .hits", "Roll a release back");
    browser.press("ArrowDown");
    has_the_focus(&browser, "#Results .hit-link[href*='/rollback/helm']");
    // As if an answer had been under way: the focus stays on the result.
    let ask = |query: &str| {
        browser.script(&format!(
            "const field = document.querySelector('[name=q]');
             field.value = '{query}';
             field.dispatchEvent(new Event('input', {{bubbles: true}}));"
        ));
        browser.wait_until(&format!("return location.search === '?q={query}';"));
    };
    ask("helm");
    has_the_focus(&browser, "#Results .hit-link[href*='/rollback/helm']");
    ask("disk");
    has_the_focus(&browser, "[name=q]");
}

#[test]
fn a_whole_run_is_followed_and_recorded() {
    let lab = lab();
    let server = lab.serve(&[]);
    let browser = Browser::start(Look::LAPTOP);
    browser.open(&format!("{}/runbooks/disk", server.url));
    tab_to(&browser, "a[href='/follow/disk']");
    browser.press("Enter");
    browser.wait_for("[name=who]");
    tab_to(&browser, "[name=who]");
    browser.type_text("Ana");
    tab_to(&browser, "main button.main");
    browser.press("Enter");
    browser.wait_for("#step-1:not([hidden]) .tick");
    browser.press("n");
    has_the_focus(&browser, "#NoteText");
    browser.type_text("full");
    browser.press("Tab");
    browser.press("Enter");
    browser.wait_for_text(".happened", "full");
    tab_to(&browser, "#step-1 .tick");
    browser.press("Enter");
    browser.wait_for_text("#step-1 [data-part]", "Worked");
    has_the_focus(&browser, "#H-1");
    tab_to(&browser, "#step-1 a.main");
    browser.press("Enter");
    browser.wait_for("[name='step.1']");
    tab_to(&browser, "main button.main");
    browser.press("Enter");
    browser.wait_for_text(".notice", "Recorded with the steps you used");
    let said = lab.run(&["show", "disk", "--json"]).ok().json();
    assert_eq!(said["exercises"][0]["steps"], json!(["1"]));
}

#[test]
fn the_list_of_runbooks_is_filtered() {
    let lab = lab();
    let server = lab.serve(&[]);
    let browser = Browser::start(Look::LAPTOP);
    browser.open(&format!("{}/runbooks", server.url));
    tab_to(&browser, "nav.filters a[href='/runbooks?state=never']");
    browser.press("Enter");
    browser.wait_for_text("[role=status]", "1 of 2 runbooks");
    tab_to(&browser, "a.drop");
    browser.press("Enter");
    browser.wait_for_text("main [role=status]", "2 of 2 runbooks");
}

#[test]
fn the_way_past_the_menu_is_the_first_thing_on_a_page() {
    let lab = lab();
    let server = lab.serve(&[]);
    let browser = Browser::start(Look::LAPTOP);
    browser.open(&format!("{}/runbooks/disk", server.url));
    browser.press("Tab");
    has_the_focus(&browser, ".skip");
    browser.wait_until(
        "const box = document.activeElement.getBoundingClientRect();
         return box.top >= 0 && box.left >= 0 && box.height > 10",
    );
    browser.press("Enter");
    has_the_focus(&browser, "main");
}

#[test]
fn values_are_filled_commands_copied_and_the_outcome_recorded() {
    let lab = lab();
    let server = lab.serve(&[]);
    let browser = Browser::start(Look::LAPTOP);
    browser.open(&format!("{}/runbooks/rollback/helm", server.url));
    browser.wait_for("#Values");
    browser.script(super::browser::CATCH_COPIES);
    for (name, value) in [("RELEASE", "shop"), ("NAMESPACE", "prod"), ("WHO", "$(id)")] {
        tab_to(&browser, &format!("[data-name={name}]"));
        browser.type_text(value);
    }
    tab_to(&browser, "#step-2a .copy");
    browser.press("Enter");
    let filled = "helm rollback shop 13 -n prod --description \"by \"'$(id)'\"\"";
    super::browser::wait_for_copy(&browser, filled);
    // What destroys something is asked twice.
    tab_to(&browser, "#step-2b .copy");
    browser.press("Enter");
    browser.wait_for_text("#step-2b .copy", "Copy anyway");
    super::browser::wait_for_copy(&browser, filled);
    browser.press("Enter");
    super::browser::wait_for_copy(&browser, "kubectl delete crd widgets.example.org");
    tab_to(&browser, "#step-2b .yes");
    browser.press("Enter");
    browser.wait_for_text("h1", "Who are you?");
    tab_to(&browser, "[name=who]");
    browser.type_text("Ana");
    browser.press("Enter");
    browser.wait_for_text(".notice", "Recorded: it worked");
    browser.wait_for_text(".banner", "Last worked today");
}
