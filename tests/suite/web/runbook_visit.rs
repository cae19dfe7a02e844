//! The page of one runbook in a real browser.

use super::post;
use super::runbook::{FULL, full};
use crate::support::browser::{Browser, Look};

/// Nothing scrolls sideways but what is meant to.
#[track_caller]
fn fits(browser: &Browser) {
    let root = "document.documentElement";
    let fits = browser.script(&format!("return {root}.scrollWidth <= {root}.clientWidth;"));
    assert_eq!(fits, true, "{} scrolls sideways", browser.address());
}

#[test]
fn an_old_address_lands_on_the_step_it_became_and_keeps_its_values() {
    let lab = full();
    let server = lab.serve(&[]);
    post(&server, "/exercises", "slug=chart&step=2a&result=worked");
    lab.write("runbooks/chart.md", &FULL.replace("2a. Roll back", "2c. Go back one revision"));
    let browser = Browser::start(Look::LAPTOP);
    browser.open(&format!("{}/runbooks/chart#2a-roll-back&v:RELEASE=shop", server.url));
    browser.wait_for_text(".notice.moved", "is called “Go back one revision” now");
    assert!(browser.address().ends_with("#step-2c&v:RELEASE=shop"), "{}", browser.address());
    assert_eq!(browser.count("#step-2c.is-target"), 1);
    browser.script("location.hash = '#no-such-thing';");
    browser.wait_for_text(".notice.moved", "Nothing on this page is called “no-such-thing”");
}

#[test]
fn a_literal_that_commands_repeat_can_be_filled_like_a_placeholder() {
    let lab = full();
    let server = lab.serve(&[]);
    let browser = Browser::start(Look::PHONE);
    browser.open(&format!("{}/runbooks/chart", server.url));
    let command = "#step-2a .command code";
    browser.wait_for_text(command, "helm rollback kube-stack 13 -n metrics");
    assert_eq!(browser.count("#step-2a .blocked:not([hidden])"), 0, "nothing has to be filled");
    browser.click("[data-offer=metrics]");
    browser.type_into("[data-name=metrics]:focus", "o b");
    browser.type_into("input[data-name=RELEASE]", "shop");
    browser.wait_for_text(command, "helm rollback shop 13 -n 'o b'");
    assert_eq!(browser.count("#step-2a .ph.changed"), 3);
    assert!(browser.address().contains("v:metrics=o%20b"), "{}", browser.address());
    let again = browser.address();
    browser.open("about:blank");
    browser.open(&again);
    browser.wait_for_text(command, "helm rollback shop 13 -n 'o b'");
    browser.wait_for("input[data-name=metrics]");
    fits(&browser);
    browser.screenshot("runbook-values-phone");
}

#[test]
fn the_list_of_steps_follows_the_reader_on_a_desk() {
    let lab = full();
    let server = lab.serve(&[]);
    let browser = Browser::start(Look::LAPTOP);
    browser.open(&format!("{}/runbooks/chart", server.url));
    browser.script("document.getElementById('step-2b').scrollIntoView();");
    browser.wait_for(".contents [href='#step-2b'][aria-current]");
    let left = "return document.querySelector('.contents').getBoundingClientRect().right <= \
                document.querySelector('.banner').getBoundingClientRect().left;";
    assert_eq!(browser.script(left), true, "the steps stand on the left");
    let seen = "return document.querySelector('.contents').getBoundingClientRect().top >= 0;";
    assert_eq!(browser.script(seen), true, "the list stays in sight");
    fits(&browser);
    browser.screenshot("runbook-steps-laptop");
}

#[test]
fn on_a_phone_the_list_is_one_line_that_unfolds_and_jumps() {
    let lab = full();
    let server = lab.serve(&[]);
    let browser = Browser::start(Look::PHONE);
    browser.open(&format!("{}/runbooks/chart", server.url));
    browser.wait_for(".contents details:not([open])");
    browser.script("document.getElementById('step-2b').scrollIntoView();");
    browser.wait_for_text(".contents summary", "2b Start over");
    browser.click(".contents summary");
    browser.screenshot("runbook-steps-phone");
    browser.click(".contents [href='#step-1']");
    browser.wait_for(".contents details:not([open])");
    assert!(browser.address().ends_with("#step-1"), "{}", browser.address());
    fits(&browser);
}

#[test]
fn details_are_asked_for_in_one_form_that_comes_to_the_step() {
    let lab = full();
    let server = lab.serve(&[]);
    let browser = Browser::start(Look::LAPTOP);
    browser.open(&format!("{}/runbooks/chart#&v:RELEASE=shop", server.url));
    browser.click("#step-2b .record a[href='#RecordForm']");
    browser.wait_for("dialog[open] #RecordForm");
    let chosen = browser.script("return document.querySelector('dialog [name=step]').value;");
    assert_eq!(chosen, "2b");
    browser.type_into("dialog [name=minutes]", "6");
    browser.screenshot("runbook-record-laptop");
    browser.click("dialog #RecordForm .no");
    browser.type_into("[name=who]", "Ana");
    browser.click("button.main");
    browser.wait_for_text(".banner", "Step 2b failed");
    let shown = lab.run(&["show", "chart", "--json"]).ok().json();
    assert_eq!(shown["exercises"][0]["minutes"], 6);
    assert_eq!(shown["exercises"][0]["context"]["Release"], "shop");
}

#[test]
fn what_a_command_destroys_is_said_above_it_and_its_output_is_folded_below() {
    let lab = full();
    let server = lab.serve(&[]);
    let browser = Browser::start(Look::PHONE);
    browser.open(&format!("{}/runbooks/chart", server.url));
    let above = "const words = document.querySelector('#step-2b .danger-words');\
                 const copy = document.querySelector('#step-2b .copy');\
                 return words.getBoundingClientRect().bottom <= copy.getBoundingClientRect().top;";
    assert_eq!(browser.script(above), true);
    assert_eq!(browser.count("#step-1 .command details[open]"), 0);
    browser.click("#step-1 .command summary");
    browser.wait_for_text("#step-1 .command details pre", "STATUS: deployed");
}

#[test]
fn changes_stand_side_by_side_on_a_desk_and_one_below_the_other_on_a_phone() {
    let lab = full();
    let server = lab.serve(&[]);
    post(&server, "/exercises", "slug=chart&step=2a&result=worked");
    lab.write("runbooks/chart.md", &FULL.replace("stack 13 -n", "stack 14 -n"));
    let beside = "const then = document.querySelector('.changed td.then:not(.n)');\
                  const now = document.querySelector('.changed td.now:not(.n)');\
                  return then.getBoundingClientRect().top === now.getBoundingClientRect().top;";
    for (look, name, expected) in [(Look::LAPTOP, "laptop", true), (Look::PHONE, "phone", false)] {
        let browser = Browser::start(look);
        browser.open(&format!("{}/runbooks/chart", server.url));
        browser.click(".banner a[href^='/changes/']");
        browser.wait_for_text(".diff del", "13");
        browser.wait_for_text(".diff ins", "14");
        assert_eq!(browser.script(beside), expected);
        let widest = "return Math.max(...[...document.querySelectorAll('.changed .n')]
                        .map((cell) => cell.offsetWidth)) < 80;";
        assert_eq!(browser.script(widest), true, "numbers take little room");
        fits(&browser);
        browser.screenshot(&format!("runbook-changes-{name}"));
    }
}

const QUOTES: &str = "\
# Quotes

## Step 1 — Mitigate

```sh
cat <<EOF > values.yaml
host: <HOST>
EOF
cat <<'EOF' > raw.yaml
host: <HOST>
EOF
echo `ls <HOST>`
```
";

#[test]
fn a_value_is_quoted_for_the_place_that_it_stands_in() {
    let lab = full();
    lab.write("runbooks/quotes.md", QUOTES);
    let server = lab.serve(&[]);
    let browser = Browser::start(Look::LAPTOP);
    // A shared address may hold anything, also what would end a here-document.
    let value = "a%20%24(id)%60x%0AEOF%0Arm";
    browser.open(&format!("{}/runbooks/quotes#v:HOST={value}", server.url));
    browser.script(super::browser::CATCH_COPIES);
    let filled = [
        "cat <<EOF > values.yaml\nhost: a \\$(id)\\`x EOF rm\nEOF",
        "cat <<'EOF' > raw.yaml\nhost: a $(id)`x EOF rm\nEOF",
        "echo `ls 'a $(id)\\`x EOF rm'`",
    ];
    for (at, filled) in (1..).zip(filled) {
        browser.click(&format!("#step-1 .command:nth-child({at}) .copy"));
        super::browser::wait_for_copy(&browser, filled);
    }
}
