//! The page `/triage`: a paste in, conclusions that open their words out; without scripts.

use super::{get, lab, post};

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
fn what_is_not_known_is_said_and_the_nearest_are_named() {
    let lab = lab();
    let server = lab.serve(&[]);
    let told = get(&server, "/triage?text=see+you+at+lunch").says(200, "UNKNOWN");
    told.says(200, "No runbook fits well").says(200, "what failed: no message says it");
}
