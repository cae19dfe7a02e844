//! The page `/triage`: a paste in, conclusions that open their words out; without scripts.

use super::{get, lab, post, post_with};
use crate::support::browser::{Browser, Look};

const STUCK: &str = "text=Helm+release+%27shop%27+stuck+in+pending-rollback%2C+rollback+also+failed\
    %3A+%27cannot+patch+CRD+widgets.example.com%27%0A40%25+of+API+routes+return+errors\
    %0Apassword%3Dhunter2hunter2+%3Cscript%3Ealert%281%29%3C%2Fscript%3E";

#[test]
fn every_conclusion_opens_the_words_that_say_so() {
    let lab = lab();
    let server = lab.serve(&[]);
    get(&server, "/").says(200, "href=\"/triage\"");
    get(&server, "/triage").says(200, "Judge it");
    let before = lab.run(&["export"]).ok().stdout;
    let told = post(&server, "/triage", STUCK).says(200, "CONTAINER_EVENT / helm_release_stuck");
    let reasons = told.body.split("<h2>Why</h2>").nth(1).expect("reasons");
    let links: Vec<&str> = reasons
        .split(" href=\"#")
        .skip(1)
        .filter_map(|part| part.split('"').next())
        .filter(|id| id.starts_with('P'))
        .collect();
    assert!(links.len() > 5, "{links:?}");
    for id in &links {
        let place = format!("<a id=\"{id}\"></a>");
        assert_eq!(told.body.matches(&place).count(), 1, "{id}\n{reasons}");
    }
    let told = told.says(200, "<mark>rollback also failed</mark>");
    let told = told.says(200, "suggests CRITICAL, your P0").says(200, "escalate to platform");
    // What it destroys is named and not proposed.
    let plan = told.body.split("<h2>Left out").next().expect("a plan");
    assert!(!plan.contains("kubectl delete crd"), "{plan}");
    assert!(told.body.contains("Delete the definition widgets.example.com"), "{}", told.body);
    // Neither a secret nor a script comes back in what was judged.
    let judged = told.body.split("<h2>The text</h2>").nth(1).expect("the text");
    assert!(!judged.contains("hunter2") && !judged.contains("<script>alert"), "{judged}");
    assert_eq!(before, lab.run(&["export"]).ok().stdout, "nothing is recorded");
}

#[test]
fn a_paste_is_kept_by_no_cache_and_a_colour_hides_no_secret_in_its_form() {
    let lab = lab();
    let server = lab.serve(&[]);
    assert_eq!(get(&server, "/triage").header("cache-control"), "no-cache");
    let told = post(&server, "/triage", STUCK);
    assert_eq!(told.header("cache-control"), "no-store", "{}", told.head);
    let told = get(&server, "/triage?text=PASS%1B%5B0mWORD%3Dhunter2hunter2+refused");
    assert_eq!(told.header("cache-control"), "no-store", "{}", told.head);
    assert!(told.body.contains("PASSWORD=hunter2hunter2 refused</textarea>"), "{}", told.body);
}

#[test]
fn the_level_of_each_message_stands_at_it_where_they_differ() {
    let lab = lab();
    let server = lab.serve(&[]);
    let two = "text=%5BP3%5D+the+nightly+backup+of+shop+failed%0A%0Athe+payment+service+is+down";
    let told = post(&server, "/triage", two).says(200, "<span class=\"why\">LOW</span> ");
    told.says(200, "<span class=\"why\">HIGH</span>");
    let one = post(&server, "/triage", "text=the+payment+service+is+down").says(200, "HIGH");
    assert!(!one.body.contains("<span class=\"why\">HIGH"), "{}", one.body);
}

#[test]
fn another_failure_of_the_paste_stands_beside_the_verdict() {
    let lab = lab();
    let server = lab.serve(&[]);
    let two = "text=filesystem+%2Fvar+on+host+db-2.example+is+100%25+full%0A%0A\
        certificate+for+shop.example.com+expired+2+hours+ago";
    let told = post(&server, "/triage", two).says(200, "Judge it");
    let (verdict, _) = told.body.split_once("<h2>Why</h2>").expect("reasons");
    assert!(verdict.contains("<p class=\"break\">Also "), "{verdict}");
    let open =
        "A failure of its own: open <a href=\"/runbooks/disk#disk-full\">Disk full</a>, since ";
    assert!(verdict.contains(open), "{verdict}");
}

#[test]
fn what_is_not_known_is_said_and_the_nearest_are_named() {
    let lab = lab();
    let server = lab.serve(&[]);
    let told = get(&server, "/triage?text=see+you+at+lunch").says(200, "UNKNOWN");
    told.says(200, "No runbook fits well").says(200, "and what: no message says it");
}

const LABEL: &str = "INC-2026-06-01-001";

#[test]
fn a_person_adds_a_hypothesis_to_an_incident_that_goes_on() {
    let lab = lab();
    let server = lab.serve(&[]);
    let told = post(&server, "/triage", STUCK).says(200, "No incident is open");
    assert!(!told.body.contains("action=\"/triage/notes\""), "{}", told.body);
    lab.run(&["incident", "open", "shop is <stuck>", "--severity", "P2"]).ok();
    get(&server, &format!("/incidents/{LABEL}")).says(200, &format!("/triage?incident={LABEL}"));
    let told = post(&server, "/triage", STUCK).says(200, "action=\"/triage/notes\"");
    let option = format!("<option value=\"{LABEL}\">{LABEL} P2 shop is &lt;stuck&gt;</option>");
    assert!(told.body.contains(&option), "{}", told.body);
    let before = lab.run(&["incident", "show", LABEL, "--json"]).ok().json();
    let added = post(&server, "/triage/notes", &format!("{STUCK}&incident={LABEL}"));
    added.leads_to(&format!("/incidents/{LABEL}?notice=added"));
    let page = get(&server, &format!("/incidents/{LABEL}"));
    page.says(200, "Hypothesis of triage, checked by nobody: CONTAINER_EVENT / helm_release_stuck");
    let after = lab.run(&["incident", "show", LABEL, "--json"]).ok().json();
    assert_eq!(before["severity"], after["severity"], "nobody's severity is set");
    assert!(!lab.run(&["export"]).ok().stdout.contains("hunter2"));
    // What nothing is known of is no hypothesis.
    let told = get(&server, "/triage?text=see+you+at+lunch");
    assert!(!told.body.contains("action=\"/triage/notes\""), "{}", told.body);
}

#[test]
fn what_cannot_be_added_is_kept_to_be_sent_again() {
    let lab = lab();
    lab.run(&["incident", "open", "one", "--severity", "P2"]).ok();
    let server = lab.serve(&[]);
    let kept = |status: u16, form: &str, words: &str| {
        let told = post(&server, "/triage/notes", form).says(status, words);
        assert!(told.body.contains("action=\"/triage/notes\""), "{}", told.body);
        told
    };
    let lost = kept(404, &format!("{STUCK}&incident=INC-2026-06-01-009"), "INC-2026-06-01-009");
    assert!(lost.body.contains("rollback also failed"), "{}", lost.body);
    assert_eq!(lost.header("cache-control"), "no-store", "{}", lost.head);
    kept(400, &format!("text=++&incident={LABEL}"), "The field “text” is empty");
    kept(400, STUCK, "The field “incident” is empty").says(400, "rollback also failed");
    // Whoever has no name yet is asked for it, and nothing is typed twice.
    let form = format!("{STUCK}&incident={LABEL}");
    post_with(&server, "/triage/notes", "", &form).says(400, "rollback also failed");
    lab.run(&["incident", "status", LABEL, "resolved"]).ok();
    let over = kept(409, &form, "is resolved: a hypothesis is for an incident that goes on");
    assert!(over.body.contains("rollback also failed"), "{}", over.body);
    let said = lab.run_with_input(&["triage", "--incident", LABEL], b"connection refused");
    said.refused().says("is resolved");
    assert!(!lab.run(&["export"]).ok().stdout.contains("Hypothesis"));
    // An old address of a page for it still judges what is pasted.
    get(&server, &format!("/triage?incident={LABEL}&text=connection+refused")).says(200, "Why");
}

#[test]
fn on_a_phone_a_hypothesis_is_added_in_one_form() {
    let lab = lab();
    lab.run(&["incident", "open", "one", "--severity", "P2"]).ok();
    lab.run(&["incident", "open", "two", "--severity", "P2"]).ok();
    let server = lab.serve(&[]);
    let browser = Browser::start(Look { dark: true, ..Look::PHONE });
    let cookie = serde_json::json!({"name": "rl_name", "value": "Ana", "url": server.url});
    browser.cdp("Network.setCookie", &cookie);
    browser.open(&format!("{}/incidents/{LABEL}", server.url));
    browser.click("a[href^='/triage?incident=']");
    browser.wait_for_text("h1", "Triage");
    browser.script(
        "document.querySelector('textarea').value =
            '\\nHelm release \\'edge\\' stuck in pending-rollback, rollback also failed';",
    );
    browser.click("form[action='/triage'] button");
    browser.wait_for("form[action='/triage/notes']");
    let chosen = browser.script("return document.querySelector('select').value");
    assert_eq!(chosen, LABEL, "the incident that somebody came from");
    browser.click("form[action='/triage/notes'] button");
    browser.wait_for_text("#Timeline + div", "Hypothesis of triage, checked by nobody");
    assert_eq!(browser.console(), Vec::<String>::new());
}
