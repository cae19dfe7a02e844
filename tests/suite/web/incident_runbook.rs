//! A runbook read for an incident: its page knows which, marks what it names otherwise, and records
//! with it.

use super::{get, post};
use crate::support::Lab;

const LABEL: &str = "INC-2026-06-01-001";

const WRITTEN_OUT: &str = "# Roll back\n\n## Step 1 — Roll back\n\n```sh\n\
     helm rollback shop 3 -n monitoring\nkubectl get pods -n <NAMESPACE>\n```\n\n## When this runbook last worked\n\n\
     | Date | Namespace | Resolved by |\n|---|---|---|\n";

#[test]
fn the_page_of_a_runbook_knows_the_incident_it_is_read_for() {
    let lab = Lab::new();
    lab.write("runledger.toml", "");
    lab.write("runbooks/rollback.md", WRITTEN_OUT);
    lab.run(&["incident", "open", "checkout is down", "--severity", "P2"]).ok();
    lab.run(&["incident", "set", LABEL, "release=shop", "namespace=prod"]).ok();
    let server = lab.serve(&[]);
    let page = format!("/runbooks/rollback?incident={LABEL}");
    let body = get(&server, &page).says(200, "checkout is down").body;
    let mark = "this says <code>monitoring</code>, the incident is about <code>prod</code>";
    assert_eq!(body.matches("Another namespace:").count(), 1, "the release is the same: {body}");
    assert!(body.contains(mark), "{body}");
    assert!(body.contains(&format!("/follow/rollback?incident={LABEL}")), "{body}");
    assert!(body.contains("name=\"context.Namespace\" type=\"text\" value=\"prod\""), "{body}");
    let filled = "<input data-name=\"NAMESPACE\" spellcheck=\"false\" autocapitalize=\"off\" value=\"prod\">";
    assert!(body.contains(filled), "{body}");
    let bare = get(&server, "/runbooks/rollback").body;
    assert!(!bare.contains("Another namespace"), "{bare}");

    let form = format!("slug=rollback&step=1&result=worked&within={LABEL}");
    let back = post(&server, "/exercises", &form);
    let to = format!("/runbooks/rollback?notice=worked&incident={LABEL}#step-1");
    assert_eq!(back.header("location"), to);
    let shown = lab.run(&["incident", "show", LABEL, "--json"]).ok().json();
    assert_eq!(shown["runbooks"][0]["outcome"], "worked");

    // A run in an incident marks the same.
    let begun = post(&server, "/runs", &format!("slug=rollback&incident={LABEL}"));
    let run = get(&server, begun.header("location")).says(200, mark);
    run.says(200, "value=\"prod\"");
    let incident = get(&server, &format!("/incidents/{LABEL}")).body;
    let link = format!("href=\"/runbooks/rollback?incident={LABEL}\"");
    assert!(incident.contains(&link), "{incident}");
    get(&server, "/runbooks/rollback?incident=INC-2026-06-01-009").says(404, LABEL);
}

#[test]
fn a_name_that_is_given_on_the_page_leads_back_to_the_same_incident() {
    let lab = Lab::new();
    lab.write("runledger.toml", "");
    lab.write("runbooks/rollback.md", WRITTEN_OUT);
    lab.run(&["incident", "open", "checkout is down", "--severity", "P2"]).ok();
    let server = lab.serve(&[]);
    let page = format!("/runbooks/rollback?incident={LABEL}");
    get(&server, &format!("{page}&notice=named"))
        .says(200, &format!("name=\"back\" value=\"{page}\""));
    let back = post(
        &server,
        "/name",
        &format!("name=Bo&back=%2Frunbooks%2Frollback%3Fincident%3D{LABEL}"),
    );
    assert_eq!(back.header("location"), format!("{page}&notice=named"));
    let other = post(&server, "/name", "name=Bo&back=%2F%2Fevil.example%3Fx");
    assert_eq!(other.header("location"), "/?notice=named");
}
