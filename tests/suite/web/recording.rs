//! Recording with plain forms.

use super::{get, lab, post, post_with};

#[test]
fn it_worked_is_recorded_under_the_persons_name_and_the_banner_says_so() {
    let lab = lab();
    let server = lab.serve(&[]);
    post(&server, "/exercises", "slug=disk&step=1&result=worked&minutes=4&note=quick")
        .leads_to("/runbooks/disk?notice=worked#step-1");
    let page = get(&server, "/runbooks/disk?notice=worked").says(200, "Recorded: it worked");
    assert!(page.body.contains("Last worked <time datetime=\"2026-06-01\""), "{}", page.body);
    let shown = lab.run(&["show", "disk", "--json"]).ok().json();
    let exercise = &shown["exercises"][0];
    assert_eq!(exercise["actor"], "person:Ana Lima");
    assert_eq!(exercise["minutes"], 4);
    assert_eq!(exercise["notes"], "quick");
}

#[test]
fn it_failed_is_shown_until_it_works_in_the_same_context() {
    let lab = lab();
    let server = lab.serve(&[]);
    let form = "slug=rollback%2Fhelm&step=2a&context.Release=shop&result=";
    post(&server, "/exercises", &format!("{form}failed&on=2026-05-30"))
        .leads_to("/runbooks/rollback/helm?notice=failed#step-2a");
    get(&server, "/runbooks/rollback/helm").says(200, "Step 2a failed and has not worked since");
    post(&server, "/exercises", &format!("{form}worked"));
    let page = get(&server, "/runbooks/rollback/helm");
    assert!(!page.body.contains("has not worked since"), "{}", page.body);
    // The server's checkout stays clean unless the configuration says otherwise.
    assert_eq!(lab.read("runbooks/rollback/helm.md"), super::HELM);
}

#[test]
fn the_same_again_is_offered_and_not_simply_taken() {
    let lab = lab();
    let server = lab.serve(&[]);
    let form = "slug=disk&step=1&result=worked";
    post(&server, "/exercises", form).leads_to("/runbooks/disk?notice=worked#step-1");
    let refused = post(&server, "/exercises", form).says(409, "Recorded already");
    assert!(refused.body.contains("name=\"again\" value=\"yes\""), "{}", refused.body);
    post(&server, "/exercises", &format!("{form}&again=yes"))
        .leads_to("/runbooks/disk?notice=worked#step-1");
    let shown = lab.run(&["show", "disk", "--json"]).ok().json();
    assert_eq!(shown["exercises"].as_array().map(Vec::len), Some(2));
}

#[test]
fn whoever_has_no_name_is_asked_once_and_loses_nothing() {
    let lab = lab();
    let server = lab.serve(&[]);
    let form = "slug=disk&step=1&result=worked&note=a+%22b%22";
    let asked = post_with(&server, "/exercises", "", form).says(400, "Who are you?");
    assert!(asked.body.contains("name=\"note\" value=\"a &quot;b&quot;\""), "{}", asked.body);
    let kept = post_with(&server, "/exercises", "", &format!("{form}&who=Bruno"))
        .leads_to("/runbooks/disk?notice=worked#step-1");
    let cookie = kept.header("set-cookie");
    assert!(cookie.starts_with("rl_name=Bruno; ") && cookie.contains("SameSite=Strict"));
    assert!(cookie.contains("HttpOnly"), "{cookie}");
    post_with(&server, "/name", "", "name=Ana&back=%2Frunbooks%2Fdisk")
        .leads_to("/runbooks/disk?notice=named");
    post_with(&server, "/name", "", "name=Ana&back=https%3A%2F%2Fevil.example")
        .leads_to("/?notice=named");
}

#[test]
fn a_note_stands_beside_its_step_until_it_is_dealt_with() {
    let lab = lab();
    let server = lab.serve(&[]);
    post(&server, "/notes", "slug=rollback%2Fhelm&step=2a&text=use+%3Cb%3E--wait%3C%2Fb%3E")
        .leads_to("/runbooks/rollback/helm?notice=noted#step-2a");
    let page = get(&server, "/runbooks/rollback/helm").says(200, "use &lt;b&gt;--wait");
    let step = page.body.split("id=\"step-2a\"").nth(1).expect("the step");
    let (id, _) = step.split_once("id=\"note-").expect("a note").1.split_once('"').expect("an id");
    post(&server, &format!("/notes/{id}/resolve"), "slug=rollback%2Fhelm&step=2a")
        .leads_to("/runbooks/rollback/helm?notice=resolved#step-2a");
    let page = get(&server, "/runbooks/rollback/helm");
    assert!(!page.body.contains("--wait"), "{}", page.body);
    post(&server, "/notes/00000000/resolve", "slug=disk").says(404, "");
}

#[test]
fn reading_changes_nothing() {
    let lab = lab();
    let server = lab.serve(&[]);
    get(&server, "/");
    let before = lab.run(&["verify"]).ok().stdout;
    for path in [
        "/exercises?slug=disk&step=1&result=worked&who=Eve",
        "/notes?slug=disk&text=x&who=Eve",
        "/name?name=Eve",
        "/runbooks/disk?result=worked",
    ] {
        get(&server, path);
    }
    assert_eq!(lab.run(&["verify"]).ok().stdout, before);
}
