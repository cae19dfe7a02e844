//! The pages `/scenarios` and `/scenarios/{name}`: cases that are run when somebody looks.

use super::{get, lab};
use crate::support::browser::{Browser, Look};

const LUNCH: &str = "name: lunch & tea\ntitle: Somebody is hungry\nmessages: [see you at lunch]\n\
    expect: {pattern: DNS_FAILURE, severity: INFO}\naccept: {pattern: [UNKNOWN]}\n";

#[test]
fn what_fails_stands_first_and_says_which_field() {
    let lab = lab();
    lab.write("data/scenarios/zz-lunch.yaml", LUNCH);
    lab.write("data/scenarios/open.yaml", "name: open\nmessages: [hello]\nexpect: {}\n");
    let server = lab.serve(&[]);
    get(&server, "/triage").says(200, "href=\"/scenarios\"");
    let list = get(&server, "/scenarios").says(200, "1 failed");
    let list = list.says(200, "pattern: expected DNS_FAILURE, got UNKNOWN");
    let names: Vec<&str> = list
        .body
        .split("href=\"/scenarios/")
        .skip(1)
        .filter_map(|part| part.split('"').next())
        .collect();
    assert_eq!(names[..2], ["lunch%20%26%20tea", "open"], "{names:?}");
    assert!(names.contains(&"helm-release-stuck"), "{names:?}");
    for name in &names {
        get(&server, &format!("/scenarios/{name}")).says(200, "<h2>Results</h2>");
    }
    let failed = get(&server, "/scenarios/lunch%20%26%20tea").says(200, "Differs");
    failed.says(200, "accepted in the lenient score").says(200, "data/scenarios/zz-lunch.yaml");
    // A file that is edited counts with the next look, and so does a rule.
    lab.write("data/scenarios/zz-lunch.yaml", &LUNCH.replace("DNS_FAILURE", "UNKNOWN"));
    get(&server, "/scenarios").says(200, "0 failed");
    lab.write(
        "data/patterns/own.yaml",
        "pattern: BACKUP_EVENT\nrules:\n  - id: own-lunch\n    says: it is noon\n    weight: 4\n    \
         any: 'at lunch'\n    finds: see you at lunch\n    ignores: see you\n",
    );
    get(&server, "/scenarios").says(200, "pattern: expected UNKNOWN, got BACKUP_EVENT");
}

#[test]
fn a_file_that_is_no_case_is_placed_and_breaks_no_other() {
    let lab = lab();
    lab.write("data/scenarios/bad.yaml", "name: bad\nmessages: [x]\nexpect: {patern: x}\n");
    lab.write("data/scenarios/twin.yaml", "name: heartbeat\nmessages: [x]\nexpect: {}\n");
    lab.write("data/scenarios/unnamed.yaml", "name: ' '\nmessages: [x]\nexpect: {}\n");
    let server = lab.serve(&[]);
    let list = get(&server, "/scenarios").says(200, "scenarios/bad.yaml:3");
    let list = list.says(200, "unknown key `patern`").says(200, "0 failed");
    let list = list.says(200, "scenarios/unnamed.yaml:1:1: ").says(200, "needs a name");
    let list = list.says(200, "the name heartbeat is that of");
    list.says(200, "/scenarios/helm-release-stuck");
    get(&server, "/scenarios/bad").says(404, "scenarios/bad.yaml:3");
    get(&server, "/scenarios/helm-release-stick").says(404, "Did you mean helm-release-stuck?");
}

#[test]
fn a_case_shows_what_was_expected_what_came_out_and_why() {
    let lab = lab();
    let server = lab.serve(&[]);
    let told = get(&server, "/scenarios/helm-release-stuck");
    let mut told = told.says(200, "CONTAINER_EVENT / helm_release_stuck");
    for words in [
        "CRITICAL by C1, C4, C6",
        "REMOTE_HANDS: ",
        "<h2>Conditions</h2>",
        "Messages (2)",
        "<h2>Root cause</h2><p class=\"break\">The Helm release issuer is stuck",
        "<h2>Left out, for what it would destroy</h2>",
        "issuer hung after its chart was raised",
        "1 incident in its store, 1 linked",
    ] {
        told = told.says(200, words);
    }
    let plan = told.body.split("<h2>Plan</h2>").nth(1).expect("a plan");
    assert!(plan.trim_start().starts_with("<ol class=\"stack\"><li class=\"break\">Stop every"));
    // What is not asserted is neither right nor wrong.
    let told =
        get(&server, "/scenarios/disk-will-fill").says(200, "<span class=\"muted\">N/A</span>");
    assert!(!told.body.contains("Differs"), "{}", told.body);
    // Every conclusion leads to words of the messages.
    let why = told.body.split("<h2>Why</h2>").nth(1).expect("reasons");
    let links = why.split(" href=\"#P").skip(1).filter_map(|part| part.split('"').next());
    let links: Vec<&str> = links.collect();
    assert!(!links.is_empty(), "{why}");
    for link in links {
        assert!(told.body.contains(&format!("<a id=\"P{link}\"></a>")), "{link}");
    }
}

#[test]
fn on_a_phone_by_night_the_list_leads_to_a_case() {
    let lab = lab();
    lab.write("data/scenarios/lunch.yaml", LUNCH);
    let server = lab.serve(&[]);
    let browser = Browser::start(Look { dark: true, ..Look::PHONE });
    browser.open(&format!("{}/triage", server.url));
    browser.click("a[href='/scenarios']");
    browser.wait_for_text("h1", "Scenarios");
    browser.click("tbody tr:first-child a");
    browser.wait_for_text("h1", "Somebody is hungry");
    assert_eq!(browser.console(), Vec::<String>::new());
}
