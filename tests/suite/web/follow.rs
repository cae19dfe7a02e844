//! Following a runbook: by plain forms, in a browser, by two people, and when things break.

use serde_json::Value;

use super::{get, get_as_ana, host, lab, post, post_with};
use crate::support::browser::{Browser, Look};
use crate::support::{Lab, NOON, Server};

/// Begins a run as Ana and gives its address.
fn start(server: &Server, form: &str) -> String {
    let answer = post(server, "/runs", form);
    assert_eq!(answer.status, 303, "{}\n{}", answer.head, answer.body);
    answer.header("location").to_owned()
}

fn start_helm(server: &Server) -> String {
    start(server, "slug=rollback%2Fhelm&context.Release=shop&kind=drill")
}

/// Does something as Bo.
fn post_as_bo(server: &Server, path: &str, form: &str) -> super::Answer {
    post_with(server, path, "cookie: rl_name=Bo\r\n", form)
}

fn shown(lab: &Lab, run: &str) -> Value {
    lab.run(&["run", "show", run.trim_start_matches("/runs/"), "--json"]).ok().json()
}

fn step<'a>(run: &'a Value, id: &str) -> &'a Value {
    let steps = run["steps"].as_array().expect("steps");
    steps.iter().find(|step| step["id"] == id).expect("the step")
}

#[test]
fn a_run_by_plain_forms_ends_in_an_exercise_with_just_the_steps_that_were_ticked() {
    let lab = lab();
    let server = lab.serve(&[]);
    get(&server, "/follow/rollback/helm").says(200, "Start with the first step");
    let run = start_helm(&server);
    get(&server, &run).says(200, "helm status");
    post(&server, &format!("{run}/tick"), "step=1&result=worked").leads_to(&run);
    get_as_ana(&server, &run).says(200, "Choose how to go on");
    post(&server, &format!("{run}/open"), "step=2a").leads_to(&run);
    post(&server, &format!("{run}/tick"), "step=2a&result=failed").leads_to(&run);
    let said = shown(&lab, &run);
    assert_eq!(said["current"], "2b", "what failed leads to the next way");
    post(&server, &format!("{run}/skip"), "step=2b&reason=too+much").leads_to(&run);
    post(&server, &format!("{run}/note"), "step=2a&text=no+release").leads_to(&run);
    let page = get(&server, &run);
    let shapes = ["is-info", "is-fresh", "is-failing", "is-never", "is-edited"];
    let at = |shape: &str| page.body.find(&format!("class=\"moment {shape}\""));
    let at: Option<Vec<usize>> = shapes.iter().map(|shape| at(shape)).collect();
    assert!(at.expect("all of them").is_sorted(), "{}", page.body);
    let form = get(&server, &format!("{run}/finish")).says(200, "Record this run");
    assert!(form.body.contains("skipped 2b: too much"), "{}", form.body);
    assert!(form.body.contains("step 2a: no release"), "{}", form.body);
    assert!(form.body.contains("name=\"context.Release\" type=\"text\" value=\"shop\""));
    assert_eq!(form.body.matches(" selected").count(), 3, "two steps and the kind");
    let finish = "step.1=worked&step.2a=failed&kind=drill&minutes=4&context.Release=shop&note=n";
    post(&server, &format!("{run}/finish"), finish)
        .leads_to("/runbooks/rollback/helm?notice=partly");
    let said = lab.run(&["show", "rollback/helm", "--json"]).ok().json();
    let exercise = &said["exercises"][0];
    assert_eq!(exercise["steps"], serde_json::json!(["1", "2a=failed"]));
    assert_eq!(exercise["outcome"], "partial");
    assert_eq!(exercise["kind"], "drill");
    assert_eq!(exercise["minutes"], 4);
    let said = shown(&lab, &run);
    assert_eq!(said["state"], "ended");
    assert_eq!(said["exercise"], exercise["id"]);
    lab.run(&["verify"]).ok();
}

#[test]
fn the_time_really_taken_is_told_beside_the_time_claimed() {
    let lab = lab();
    let server = lab.serve(&[]);
    let run = start_helm(&server);
    let listen = host(&server).to_owned();
    // Killed without a word, and started again later.
    drop(server);
    let server = lab.serve_at("2026-06-01T12:01:30Z", &listen, &[]);
    post(&server, &format!("{run}/tick"), "step=1&result=worked").leads_to(&run);
    drop(server);
    let server = lab.serve_at("2026-06-01T12:04:00Z", &listen, &[]);
    post(&server, &format!("{run}/tick"), "step=2a&result=worked&ago=30000").leads_to(&run);
    let said = shown(&lab, &run);
    assert_eq!(step(&said, "1")["used_s"], 90);
    assert_eq!(said["mitigated_s"], 210, "it waited for half a minute to be sent");
    assert_eq!(said["claimed"], serde_json::json!({"min_s": 60, "max_s": 180}));
    let form = get(&server, &format!("{run}/finish")).says(200, "3 min 30 s");
    assert!(form.body.contains("name=\"minutes\" type=\"number\" value=\"4\""), "{}", form.body);
    post(&server, &format!("{run}/finish"), "step.1=worked&step.2a=worked&minutes=4")
        .leads_to("/runbooks/rollback/helm?notice=recorded");
    get(&server, "/follow/rollback/helm").says(200, "Really took 3 min 30 s the last time");
    let said = "1 to 3 min claimed, <strong>3 min 30 s</strong> really (one run)";
    get(&server, "/runbooks/rollback/helm").says(200, said);
}

#[test]
fn two_people_on_one_run_are_both_told() {
    let lab = lab();
    let server = lab.serve(&[]);
    let run = start_helm(&server);
    post(&server, &format!("{run}/tick"), "step=1&result=worked").leads_to(&run);
    post_as_bo(&server, &format!("{run}/tick"), "step=1&result=failed").leads_to(&run);
    let page = get(&server, &format!("{run}?step=1")).says(200, "also marked as failed by Bo");
    assert!(page.body.contains("Ana Lima, Bo"), "{}", page.body);
    let said = shown(&lab, &run);
    assert_eq!(step(&said, "1")["state"], "worked", "the first word counts");
    assert_eq!(said["current"], "2", "and Bo's did not move it on again");
    // To say something else oneself, one undoes first.
    post(&server, &format!("{run}/tick"), "step=1&result=failed").says(409, "Undo that first");
    post(&server, &format!("{run}/undo"), "step=1").leads_to(&run);
    assert_eq!(step(&shown(&lab, &run), "1")["state"], "open");
    post(&server, &format!("{run}/tick"), "step=1&result=failed").leads_to(&run);
}

#[test]
fn a_form_sent_twice_is_one_entry() {
    let lab = lab();
    let server = lab.serve(&[]);
    let form = "slug=rollback%2Fhelm&token=abc";
    let run = start(&server, form);
    assert_eq!(start(&server, form), run);
    for _ in 0..2 {
        post(&server, &format!("{run}/note"), "text=seen&token=n1").leads_to(&run);
        post(&server, &format!("{run}/tick"), "step=1&result=worked&token=t1").leads_to(&run);
    }
    let said = shown(&lab, &run);
    assert_eq!(said["notes"].as_array().map(Vec::len), Some(1));
    assert_eq!(step(&said, "1")["also"], serde_json::json!([]));
    // The same page, kept by the browser, after an undo: it is meant now.
    post(&server, &format!("{run}/undo"), "step=1&token=u1").leads_to(&run);
    post(&server, &format!("{run}/tick"), "step=1&result=worked&token=t1").leads_to(&run);
    assert_eq!(step(&shown(&lab, &run), "1")["state"], "worked");
    // What waited for a connection and comes after an undo is only late.
    post_as_bo(&server, &format!("{run}/undo"), "step=1").leads_to(&run);
    let late = "step=1&result=worked&token=t1&ago=60000";
    post(&server, &format!("{run}/tick"), late).leads_to(&run);
    assert_eq!(step(&shown(&lab, &run), "1")["state"], "open");
    let finish = "step.1=worked&minutes=1";
    for _ in 0..2 {
        post(&server, &format!("{run}/finish"), finish)
            .leads_to("/runbooks/rollback/helm?notice=recorded");
    }
    post(&server, &format!("{run}/finish"), "step.1=failed&note=it+broke")
        .says(409, "This run is over");
    let other = start(&server, "slug=rollback%2Fhelm&token=abc&context.Release=other");
    assert_ne!(other, run, "another form, whatever its token");
    let said = lab.run(&["show", "rollback/helm", "--json"]).ok().json();
    assert_eq!(said["exercises"].as_array().map(Vec::len), Some(2), "one row and this");
}

#[test]
fn a_run_in_progress_is_seen_from_everywhere() {
    let lab = lab();
    let server = lab.serve(&[]);
    get(&server, "/runbooks/rollback/helm").says(200, "href=\"/follow/rollback/helm\"");
    let page = get(&server, "/runbooks/rota");
    assert!(!page.body.contains("/follow/"), "a page is not followed: {}", page.body);
    let run = start_helm(&server);
    let link = format!("href=\"{run}\"");
    get(&server, "/").says(200, &link).says(200, "at step 1");
    get(&server, "/follow/rollback/helm").says(200, &link);
    lab.run(&["run", "list"]).ok().says("rollback/helm");
    post(&server, &format!("{run}/abandon"), "reason=over").leads_to(&run);
    let page = get(&server, "/");
    assert!(!page.body.contains(&link), "{}", page.body);
}

#[test]
fn what_makes_no_sense_is_refused_with_a_reason() {
    let lab = lab();
    let server = lab.serve(&[]);
    get(&server, "/follow/nothing").says(404, "No runbook nothing");
    let moved = get(&server, "/follow/Disk");
    assert_eq!((moved.status, moved.header("location")), (307, "/follow/disk"));
    get(&server, "/follow/rota").says(400, "is a page, not a runbook");
    get(&server, "/runs/0197").says(404, "No run 0197");
    get(&server, "/api/runs/zz?since=1").says(404, "run zz");
    post(&server, "/runs", "slug=disk&kind=party").says(400, "no kind of exercise");
    let long = "x".repeat(600);
    post(&server, "/runs", &format!("slug=disk&incident={long}")).says(400, "500 are allowed");
    let context = format!("slug=rollback%2Fhelm&context.Release={long}");
    post(&server, "/runs", &context).says(400, "Release is 600 bytes long");
    post(&server, "/exercises", "slug=disk&result=worked&on=0001-01-01").says(400, "no day");
    post(&server, "/runs", "slug=rollback%2Fhelm&context.Tenant=x").says(400, "no column Tenant");
    let run = start(&server, "slug=disk");
    let at = |verb: &str| format!("{run}/{verb}");
    post(&server, &at("skip"), "step=1").says(400, "skipped for a reason");
    post(&server, &at("skip"), "step=1&reason=+").says(400, "skipped for a reason");
    post(&server, &at("tick"), "step=9&result=worked").says(404, "No step 9");
    post(&server, &at("tick"), "step=1&result=perhaps").says(400, "perhaps");
    post(&server, &at("tick"), "result=worked").says(400, "step");
    post(&server, &at("note"), "text=").says(400, "A note needs words");
    post(&server, &at("fly"), "step=1").says(404, "");
    post(&server, &at("abandon"), "").says(400, "abandoned for a reason");
    post_with(&server, &at("tick"), "", "step=1&result=worked").says(400, "Who are you?");
    post(&server, &at("finish"), "step.7=worked").says(404, "No step 7");
    post(&server, &at("finish"), "minutes=soon").says(400, "cannot be read");
    assert_eq!(shown(&lab, &run)["version"], 2, "nothing of that was kept");
    post(&server, &at("abandon"), "reason=a+false+alarm").leads_to(&run);
    get(&server, &run).says(200, "a false alarm");
    post(&server, &at("tick"), "step=1&result=worked").says(409, "This run is over");
    post(&server, &at("finish"), "step.1=worked").says(409, "This run is over");
    let away = get(&server, &at("finish"));
    assert_eq!((away.status, away.header("location")), (303, run.as_str()));
    let none = lab.run(&["run", "list", "--json"]).ok().json();
    assert_eq!(none, serde_json::json!([]));
    lab.run(&["run", "list", "disk"]).ok().says("abandoned");
}

#[test]
fn a_run_follows_the_text_it_began_with() {
    let lab = lab();
    let server = lab.serve(&[]);
    let run = start_helm(&server);
    lab.write("runbooks/rollback/helm.md", "# Other\n\n## Step 9 — Mitigate\n\n```sh\ntrue\n```\n");
    get(&server, &run)
        .says(200, "The runbook was edited since this run began")
        .says(200, "helm status");
    post(&server, &format!("{run}/tick"), "step=1&result=worked").leads_to(&run);
    post(&server, &format!("{run}/tick"), "step=9&result=worked").says(404, "No step 9");
    lab.remove("runbooks/rollback/helm.md");
    get(&server, &run).says(200, "file is gone");
    post(&server, &format!("{run}/finish"), "step.1=worked&minutes=2").leads_to(&run);
    get(&server, &run).says(200, "recorded it as an exercise");
    assert_eq!(shown(&lab, &run)["state"], "ended");
}

#[test]
fn those_who_watch_are_told_only_what_is_new() {
    let lab = lab();
    let server = lab.serve(&[]);
    let run = start_helm(&server);
    let ask = |since: &Value| -> Value {
        let answer = get(&server, &format!("/api{run}?since={since}")).says(200, "version");
        serde_json::from_str(&answer.body).expect("JSON")
    };
    let first = ask(&0.into());
    assert_eq!(first["run"]["current"], "1");
    assert_eq!(ask(&first["version"])["run"], Value::Null);
    post_as_bo(&server, &format!("{run}/tick"), "step=1&result=worked").leads_to(&run);
    let next = ask(&first["version"]);
    assert_eq!(next["run"]["steps"][0]["by"], "person:Bo");
}

/// Clicks through the choices of step 2 to its first one.
fn choose_2a(browser: &Browser) {
    browser.click("#step-2:not([hidden]) .choices button");
    browser.wait_for("#step-2a:not([hidden])");
}

fn no_sideways_scrolling(browser: &Browser) -> bool {
    let root = "document.documentElement";
    browser.script(&format!("return {root}.scrollWidth <= {root}.clientWidth;")) == true
}

fn whole_run(look: Look, name: &str) {
    let lab = lab();
    let server = lab.serve(&[]);
    let browser = Browser::start(look);
    browser.open(&format!("{}/runbooks/rollback/helm#v:NAMESPACE=prod", server.url));
    browser.click("a[href^='/follow/']");
    browser.type_into("[name=who]", "Ana");
    browser.type_into("[name='context.Release']", "shop");
    browser.screenshot(&format!("web-follow-start-{name}"));
    browser.click("main button.main");
    browser.wait_for("#step-1:not([hidden]) .tick");
    assert!(browser.address().contains("v:NAMESPACE=prod"), "{}", browser.address());
    browser.wait_for_text("#step-1 pre", "helm status shop -n prod");
    assert!(no_sideways_scrolling(&browser));
    browser.screenshot(&format!("web-follow-step-{name}"));
    browser.type_into("body", "t");
    choose_2a(&browser);
    browser.screenshot(&format!("web-follow-danger-{name}"));
    // A reload in the middle loses nothing.
    browser.script("window.before = true; location.reload(); return 0;");
    browser.wait_until("return !window.before && document.readyState === 'complete';");
    browser.wait_for("#step-2a:not([hidden])");
    browser.wait_for_text("#step-2a pre", "helm rollback shop 13 -n prod");
    browser.type_into("body", "n");
    browser.type_into("#NoteText", "took two tries");
    browser.click("[data-send=noted] button");
    browser.wait_for_text(".happened", "took two tries");
    browser.type_into("body", "k");
    browser.wait_for("#step-2:not([hidden])");
    assert!(browser.address().contains("step=2"), "{}", browser.address());
    browser.type_into("body", "j");
    browser.click("#step-2a .tick");
    browser.wait_for_text("#step-2a [data-part]", "Worked");
    browser.screenshot(&format!("web-follow-end-{name}"));
    browser.click("#step-2a a.main");
    browser.wait_for("[name='step.2a']");
    browser.screenshot(&format!("web-follow-finish-{name}"));
    assert!(no_sideways_scrolling(&browser));
    browser.click("main button.main");
    browser.wait_for_text(".notice", "Recorded with the steps you used");
    let said = lab.run(&["show", "rollback/helm", "--json"]).ok().json();
    let exercise = &said["exercises"][0];
    assert_eq!(exercise["steps"], serde_json::json!(["1", "2a"]));
    assert_eq!(exercise["context"]["Release"], "shop");
    assert_eq!(exercise["minutes"], 1);
    assert!(exercise["notes"].as_str().is_some_and(|notes| notes.contains("took two tries")));
}

#[test]
fn a_whole_run_on_a_laptop() {
    whole_run(Look::LAPTOP, "laptop");
}

#[test]
fn a_whole_run_on_a_phone_at_night() {
    whole_run(Look::PHONE, "phone");
}

/// Keeps what is said in passing, where a script can read it later.
const KEEP_TOASTS: &str = "
    window.toasts = [];
    const place = document.getElementById('Toast');
    new MutationObserver(() => window.toasts.push(place.textContent))
        .observe(place, {childList: true, subtree: true});";

#[test]
fn a_reason_that_is_being_typed_is_neither_lost_nor_taken_for_keys() {
    let lab = lab();
    let server = lab.serve(&[]);
    let run = start_helm(&server);
    let browser = Browser::start(Look::LAPTOP);
    browser.open(&format!("{}{run}", server.url));
    browser.type_into("main [name=name]", "Ana");
    browser.click("main button.main");
    browser.wait_for("#step-1 .tick");
    browser.type_into("body", "s");
    browser.type_into("#step-1 [name=reason]", "tried, fa");
    browser.screenshot("web-follow-skip-laptop");
    // Somebody else says something; the field and the focus stay where they are.
    post_as_bo(&server, &format!("{run}/note"), "text=seen+by+Bo").leads_to(&run);
    browser.wait_for_text(".happened", "seen by Bo");
    browser.type_text("iled: t");
    let typed = "return document.activeElement.value;";
    assert_eq!(browser.script(typed), "tried, failed: t");
    // Behind a dialog, and while a key is held, letters do nothing either.
    browser.press("Enter");
    browser.wait_for("#step-2:not([hidden])");
    browser.press("Control+k");
    browser.wait_for("dialog.find[open]");
    browser.script("document.querySelector('dialog.find button').focus();");
    browser.type_text("f");
    browser.press("Escape");
    browser.wait_until("return !document.querySelector('dialog[open]');");
    browser.script(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'k', repeat: true, bubbles: true}));",
    );
    browser.wait_for("#step-2:not([hidden])");
    let said = shown(&lab, &run);
    assert_eq!(step(&said, "1")["state"], "skipped");
    assert_eq!(step(&said, "1")["reason"], "tried, failed: t");
    assert_eq!(step(&said, "2")["state"], "open");
}

#[test]
fn an_end_that_knows_less_than_the_run_is_asked_about() {
    let lab = lab();
    let server = lab.serve(&[]);
    let run = start_helm(&server);
    post(&server, &format!("{run}/tick"), "step=1&result=worked").leads_to(&run);
    let form = get_as_ana(&server, &format!("{run}/finish")).says(200, "name=\"seen\"");
    let seen = form.body.split("name=\"seen\" value=\"").nth(1).expect("a value");
    let seen = seen.split('"').next().expect("an end");
    // Looking at a step is nothing; a tick is.
    post_as_bo(&server, &format!("{run}/open"), "step=2b").leads_to(&run);
    post_as_bo(&server, &format!("{run}/tick"), "step=2b&result=failed").leads_to(&run);
    let finish = format!("step.1=worked&minutes=4&seen={seen}");
    let asked = post(&server, &format!("{run}/finish"), &finish)
        .says(409, "Something was ticked or noted since this form was filled");
    assert!(asked.body.contains("Record it as I filled it in"), "{}", asked.body);
    assert_eq!(shown(&lab, &run)["state"], "open", "nothing was recorded");
    post(&server, &format!("{run}/finish"), "step.1=worked&minutes=4&seen=")
        .leads_to("/runbooks/rollback/helm?notice=recorded");
}

#[test]
fn a_run_that_used_no_step_says_what_became_of_it() {
    let lab = lab();
    let server = lab.serve(&[]);
    let finish = |outcome: &str, notice: &str| {
        let run = start(&server, "slug=disk");
        post(&server, &format!("{run}/finish"), &format!("outcome={outcome}&minutes=1&again=yes"))
            .leads_to(&format!("/runbooks/disk?notice={notice}"));
    };
    finish("not-used", "kept");
    finish("failed", "failed");
    finish("worked", "recorded");
}

#[test]
fn the_same_form_sent_by_many_at_once_is_one_entry() {
    let lab = lab();
    let server = lab.serve(&[]);
    let at_once = |path: &str, form: &str| -> Vec<super::Answer> {
        std::thread::scope(|scope| {
            let sent: Vec<_> = (0..6).map(|_| scope.spawn(|| post(&server, path, form))).collect();
            sent.into_iter().map(|thread| thread.join().expect("an answer")).collect()
        })
    };
    let started = at_once("/runs", "slug=disk&token=t0");
    let run = started[0].header("location").to_owned();
    for answer in started {
        answer.leads_to(&run);
    }
    for (verb, form) in [("note", "text=full&token=t1"), ("tick", "step=1&result=worked&token=t2")]
    {
        for answer in at_once(&format!("{run}/{verb}"), form) {
            answer.leads_to(&run);
        }
    }
    let said = shown(&lab, &run);
    assert_eq!(said["notes"].as_array().map(Vec::len), Some(1));
    assert_eq!(step(&said, "1")["also"], serde_json::json!([]));
    for answer in at_once(&format!("{run}/finish"), "step.1=worked&minutes=1") {
        answer.leads_to("/runbooks/disk?notice=recorded");
    }
    let said = lab.run(&["show", "disk", "--json"]).ok().json();
    assert_eq!(said["exercises"].as_array().map(Vec::len), Some(1));
}

#[test]
fn two_browsers_see_each_others_ticks() {
    let lab = lab();
    let server = lab.serve(&[]);
    let run = format!("{}{}", server.url, start_helm(&server));
    let browsers = [Browser::start(Look::LAPTOP), Browser::start(Look::PHONE)];
    for (browser, name) in browsers.iter().zip(["Ana", "Bo"]) {
        browser.open(&run);
        browser.type_into("main [name=name]", name);
        browser.click("main button.main");
        browser.wait_for("#step-1 .tick");
    }
    let [ana, bo] = &browsers;
    // What Bo is writing stays while Ana ticks.
    bo.type_into("#NoteText", "half a th");
    bo.script(KEEP_TOASTS);
    ana.click("#step-1 .tick");
    bo.wait_until("return window.toasts.some((words) => words.includes('Step 1: worked'));");
    bo.wait_for_text("#step-1 [data-part]", "Worked");
    ana.wait_for("#step-2:not([hidden])");
    bo.type_into("#NoteText", "ought");
    let typed = bo.script("return document.getElementById('NoteText').value;");
    assert_eq!(typed, "half a thought");
    bo.click("#step-1 a.main");
    choose_2a(bo);
    bo.click("#step-2a [value=failed]");
    ana.wait_for_text(".run-steps [data-id='2a']", "Failed");
}

#[test]
fn a_tick_that_does_not_reach_the_server_is_kept_and_sent_again() {
    let lab = lab();
    let server = lab.serve(&[]);
    let run = start_helm(&server);
    let listen = host(&server).to_owned();
    let browser = Browser::start(Look::PHONE);
    browser.open(&format!("{}{run}", server.url));
    browser.type_into("main [name=name]", "Ana");
    browser.click("main button.main");
    browser.wait_for("#step-1 .tick");
    drop(server);
    browser.click("#step-1 .tick");
    browser.wait_for_text("#Offline", "1 entry waits");
    browser.screenshot("web-follow-lost-phone");
    browser.wait_for("#step-2:not([hidden])");
    assert_eq!(step(&shown(&lab, &run), "1")["state"], "open");
    let _server = lab.serve_at(NOON, &listen, &[]);
    browser.wait_for_text(".run-steps [data-id='1']", "Worked");
    browser.wait_for("#Offline[hidden]");
    assert_eq!(step(&shown(&lab, &run), "1")["state"], "worked");
}

#[test]
fn a_whole_run_without_scripts() {
    let lab = lab();
    let server = lab.serve(&[]);
    let browser = Browser::start(Look { scripts: false, ..Look::PHONE });
    browser.open(&format!("{}/follow/disk", server.url));
    browser.type_into("[name=who]", "Ana");
    browser.click("main button.main");
    browser.wait_for_text("#step-1", "df -h");
    browser.type_into("#NoteText", "full");
    browser.click("[data-send=noted] button");
    browser.wait_for_text(".happened", "full");
    browser.click("#step-1 .tick");
    browser.wait_for_text("#AllDone", "1 of 1 dealt with");
    browser.click("#AllDone a");
    browser.click("main button.main");
    browser.wait_for_text(".notice", "Recorded with the steps you used");
    let said = lab.run(&["show", "disk", "--json"]).ok().json();
    assert_eq!(said["exercises"][0]["steps"], serde_json::json!(["1"]));
}
