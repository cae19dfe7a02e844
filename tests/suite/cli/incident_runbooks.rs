//! Runbooks used in an incident: what they name that the incident is not about, and how it went.

use crate::support::Lab;

/// A runbook that somebody wrote down after another incident, with its release.
const WRITTEN_OUT: &str = "# Roll back\n\n> When to use this: a bad release.\n\n\
     ## Step 1 — Roll back (< 60s)\n\n```sh\nhelm rollback shop 3 -n monitoring\n```\n\n\
     ## Step 2 — Scale\n\n```sh\nkubectl -n prod scale deployment/web --replicas 3\n```\n\n\
     ## When this runbook last worked\n\n| Date | Namespace | Resolved by |\n|---|---|---|\n";

fn lab() -> (Lab, String) {
    let lab = Lab::new();
    lab.write("runledger.toml", "");
    lab.write("runbooks/rollback.md", WRITTEN_OUT);
    let open = ["incident", "open", "down", "--severity", "P2", "--json"];
    let label = lab.run(&open).ok().json()["label"].as_str().expect("a label").to_owned();
    (lab, label)
}

#[test]
fn what_a_command_names_outright_is_held_against_the_incident() {
    let (lab, label) = lab();
    lab.run(&["incident", "set", &label, "release=shop", "namespace=prod"]).ok();
    let shown = lab.run(&["show", "rollback", "--incident", &label]).ok();
    let shown =
        shown.says(&format!("the runbook says monitoring; the namespace of {label} is prod"));
    assert_eq!(shown.stdout.matches("the runbook says").count(), 1, "{}", shown.stdout);
    let commands = lab.run(&["show", "rollback", "--incident", &label, "--commands"]).ok();
    commands.says("is prod\nhelm rollback shop 3 -n monitoring");
}

#[test]
fn a_step_that_failed_is_not_recorded_as_worked_with_the_others() {
    let (lab, label) = lab();
    let server = lab.serve(&[]);
    let post = |path: &str, form: String| {
        let url = format!("{}{path}", server.url);
        let agent = ureq::Agent::config_builder().max_redirects(0).build().new_agent();
        let answer = agent
            .post(&url)
            .header("cookie", "rl_name=Ana")
            .header("content-type", "application/x-www-form-urlencoded")
            .send(form.as_bytes())
            .expect("an answer");
        let to = answer.headers().get("location").expect("a place to go to");
        to.to_str().expect("an address").to_owned()
    };
    let run = post("/runs", format!("slug=rollback&incident={label}"));
    post(&format!("{run}/tick"), "step=1&result=failed".to_owned());
    post(&format!("{run}/tick"), "step=2&result=worked".to_owned());
    let outcomes = format!("/incidents/{label}/outcomes");
    post(&outcomes, "runbook=rollback&result=worked".to_owned());
    let list = lab.run(&["exercise", "list", "rollback", "--json"]).ok();
    assert!(list.stdout.contains("1=failed"), "{}", list.stdout);
    let shown = lab.run(&["show", "rollback", "--json"]).ok().json();
    assert_eq!(shown["freshness"]["failing"], true);
}

#[test]
fn a_runbook_that_failed_altogether_is_not_said_to_have_worked() {
    let (lab, label) = lab();
    let server = lab.serve(&[]);
    let url = |path: &str| format!("{}{path}", server.url);
    let agent = ureq::Agent::config_builder()
        .max_redirects(0)
        .http_status_as_error(false)
        .build()
        .new_agent();
    let post = |path: &str, form: &str| {
        let request = agent.post(url(path)).header("cookie", "rl_name=Ana");
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request.send(form.as_bytes()).expect("an answer")
    };
    let begun = post("/runs", &format!("slug=rollback&incident={label}"));
    let run = begun.headers().get("location").expect("a run").to_str().expect("text").to_owned();
    post(&format!("{run}/tick"), "step=1&result=failed");
    let outcomes = format!("/incidents/{label}/outcomes");
    let mut refused = post(&outcomes, "runbook=rollback&result=worked");
    assert_eq!(refused.status(), 400);
    let words = refused.body_mut().read_to_string().expect("a page");
    assert!(words.contains("tep 1 of rollback was ticked as failed"), "{words}");
}

#[test]
fn a_second_incident_of_the_day_records_the_same_step_by_a_shortened_label() {
    let (lab, first) = lab();
    let open = ["incident", "open", "again", "--severity", "P2", "--json"];
    let second = lab.run(&open).ok().json()["label"].as_str().expect("a label").to_owned();
    let worked = ["worked", "rollback", "--step", "1", "--incident"];
    lab.run(&[&worked[..], &["001"]].concat()).ok();
    lab.run(&[&worked[..], &["2026-06-01-002"]].concat()).ok();
    lab.run(&[&worked[..], &[second.as_str()]].concat()).refused().says("recorded already");
    for label in [first, second] {
        let shown = lab.run(&["incident", "show", &label, "--json"]).ok().json();
        assert_eq!(shown["runbooks"][0]["outcome"], "worked", "{label}");
    }
    lab.run(&[&worked[..], &["PD-4711"]].concat()).ok();
}

#[test]
fn a_secret_in_a_context_is_not_stored_and_stands_in_no_row() {
    let (lab, label) = lab();
    lab.run(&["incident", "set", &label, "context.db_password=S3cr3t-of-ours"]).ok();
    let token = "ghp_0123456789abcdefghijklmnopqrstuvwxyz";
    let context = format!("Namespace={token}");
    lab.run(&["worked", "rollback", "--step", "1", "--context", &context]).ok();
    let export = lab.run(&["export"]).ok().stdout;
    assert!(!export.contains("S3cr3t") && !export.contains(token), "{export}");
    assert!(!lab.read("runbooks/rollback.md").contains(token));
}
