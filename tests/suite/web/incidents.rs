//! Incidents with plain forms: from opening one to its published postmortem, what two people may
//! not overwrite, and two servers on one store.

use serde_json::Value;

use super::{get, get_as_ana, post, post_with};
use crate::support::{Lab, Server};

const LABEL: &str = "INC-2026-06-01-001";

/// How many lines each of two people adds.
const EACH: usize = 15;

/// The example runbook for a rollback, in a workspace of its own.
fn lab() -> Lab {
    let lab = Lab::new();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("runbooks/rollback/helm-release.md"));
    lab.write("runbooks/rollback/helm-release.md", &text.expect("the example runbook"));
    lab
}

/// Sends a form to a page of the incident.
fn tell(server: &Server, page: &str, form: &str, notice: &str) {
    let back = match page.split('/').next().unwrap_or_default() {
        "checklist" => format!("/incidents/{LABEL}/checklist?notice={notice}"),
        "postmortem" => format!("/incidents/{LABEL}/postmortem?notice={notice}"),
        _ => format!("/incidents/{LABEL}?notice={notice}"),
    };
    let answer = post(server, &format!("/incidents/{LABEL}/{page}"), form);
    assert_eq!(answer.status, 303, "{page} {form}: {}\n{}", answer.head, answer.body);
    let to = answer.header("location");
    assert_eq!(to.split('#').next(), Some(back.as_str()), "{page} {form}");
}

/// Opens an incident and says that the rollback ended it.
fn resolved(server: &Server) {
    let form = "title=checkout+answers+502&severity=P1&started=-12m&services=checkout";
    post(server, "/incidents", form).leads_to(&format!("/incidents/{LABEL}?notice=opened"));
    tell(server, "runbooks", "runbook=rollback%2Fhelm-release%233a", "used");
    tell(server, "times", "time=acknowledged&at=n%2Fa", "changed");
    tell(server, "status", "to=mitigated", "changed");
    tell(server, "status", "to=resolved", "changed");
}

/// Everything that publishing asks for: page, form, notice.
const PIECES: [(&str, &str, &str); 12] = [
    ("postmortem", "owner=ana", "begun"),
    ("postmortem/sections", "section=summary&text=The+shop+was+down.&seen=nothing", "written"),
    ("postmortem/sections", "section=impact&text=Nobody+could+pay.&seen=nothing", "written"),
    ("postmortem/sections", "section=root-cause&text=A+new+default.&seen=nothing", "written"),
    ("postmortem/sections", "section=lessons&text=Read+the+notes.&seen=nothing", "written"),
    (
        "checklist",
        "question=change-rollback%2Fstaging-soak&answer=no&follow=action&action=&owner=ana\
         &due=2026-06-20&seen=nothing",
        "answered",
    ),
    (
        "checklist",
        "question=change-rollback%2Fversion-pinning&answer=yes&evidence.version=4.12.1",
        "answered",
    ),
    (
        "checklist",
        "question=change-rollback%2Fchangelog-read&answer=yes\
         &evidence.changelog=https%3A%2F%2Fe.example%2Fc",
        "answered",
    ),
    (
        "checklist",
        "question=communication%2Ftold-first&answer=na&reason=nobody+outside",
        "answered",
    ),
    (
        "checklist",
        "question=detection%2Falert-first&answer=yes&evidence.alert=NGINXConfigFailed",
        "answered",
    ),
    (
        "checklist",
        "question=runbook-quality%2Frunbook-led&answer=yes\
         &evidence.step=rollback%2Fhelm-release%233a",
        "answered",
    ),
    ("checklist", "question=runbook-quality%2Frunbook-wrong&answer=no", "answered"),
];

#[test]
fn from_opening_an_incident_to_its_published_postmortem_with_forms_alone() {
    let lab = lab();
    let server = lab.serve(&[]);
    resolved(&server);
    let page = get_as_ana(&server, &format!("/incidents/{LABEL}")).says(200, "nobody said how");
    assert!(page.body.contains("name=\"result\" value=\"worked\""), "{}", page.body);
    tell(&server, "outcomes", "runbook=rollback%2Fhelm-release&result=worked", "told");
    let shown = lab.run(&["incident", "show", LABEL, "--json"]).ok().json();
    assert_eq!(shown["runbooks"][0]["outcome"], "worked");

    let publish = format!("/incidents/{LABEL}/postmortem/publish");
    for (done, (page, form, notice)) in PIECES.iter().enumerate() {
        let many = match PIECES.len() - done {
            1 => "1 thing is missing".to_owned(),
            many => format!("{many} things are missing"),
        };
        get(&server, &format!("/incidents/{LABEL}/postmortem")).says(200, &many);
        post(&server, &publish, "").says(400, "cannot be published");
        assert!(!lab.path("postmortems").exists(), "nothing is written");
        tell(&server, page, form, notice);
    }
    let page = get(&server, &format!("/incidents/{LABEL}/postmortem"));
    let page = page.says(200, "Nothing is missing");
    assert!(page.body.contains("<p>Nobody could pay.</p>"), "the preview: {}", page.body);
    tell(&server, "postmortem/publish", "", "published");
    let file = format!("postmortems/{LABEL}.md");
    assert!(lab.read(&file).contains("The shop was down."));
    get(&server, &format!("/incidents/{LABEL}/postmortem")).says(200, &file);

    // The bad answer became the action item that the runbook proposes.
    let actions = get(&server, "/actions").says(200, "refuse a production upgrade").body;
    assert!(actions.contains("2026-06-20") && actions.contains("/actions?owner=ana"), "{actions}");
    get(&server, "/?q=nobody+could+pay")
        .says(200, &format!("href=\"/incidents/{LABEL}/postmortem\""));
    lab.run(&["verify"]).ok();
}

#[test]
fn questions_are_asked_once_and_a_bad_answer_shows_what_it_proposes() {
    let lab = lab();
    let server = lab.serve(&[]);
    resolved(&server);
    let checklist = format!("/incidents/{LABEL}/checklist");
    let page = get(&server, &checklist).says(200, "0 of 7 answered").body;
    assert_eq!(page.matches("helm-release</a> asks:").count(), 3, "{page}");
    tell(&server, "checklist", "question=change-rollback%2Fstaging-soak&answer=no", "answered");
    let page = get(&server, &checklist).says(200, "Something is missing").body;
    assert!(page.contains("make the pipeline refuse a production upgrade"), "{page}");
    post(&server, &checklist, "question=change-rollback%2Fstaging-soak&answer=perhaps")
        .says(400, "yes, no or na");
    post(&server, &checklist, "question=asked%2Fnothing&answer=yes").says(404, "No question");
}

#[test]
fn nobody_overwrites_a_section_that_they_have_not_seen() {
    let lab = lab();
    let server = lab.serve(&[]);
    resolved(&server);
    let form = "section=summary&seen=nothing&text=";
    tell(&server, "postmortem/sections", &format!("{form}first"), "written");
    let address = format!("/incidents/{LABEL}/postmortem/sections");
    let refused = post(&server, &address, &format!("{form}second"));
    let refused = refused.says(409, "Something happened meanwhile").body;
    assert!(refused.contains("name=\"text\" value=\"second\""), "what was typed stays: {refused}");
    assert!(refused.contains("Save mine in its place"), "{refused}");
    tell(&server, "postmortem/sections", "section=summary&text=second", "written");
    let status = lab.run(&["postmortem", "status", LABEL, "--json"]).ok().json();
    assert_eq!(status["sections"][0]["text"], "second");
    assert_eq!(status["sections"][0]["versions"], 2);
}

#[test]
fn what_was_noted_meanwhile_keeps_nobody_from_an_edit() {
    let lab = lab();
    let server = lab.serve(&[]);
    resolved(&server);
    let show = || lab.run(&["incident", "show", LABEL, "--json"]).ok().json();
    let seen = show()["version"].as_str().expect("a version").to_owned();
    tell(&server, "notes", "text=errors+are+gone", "added");
    let edit = |value: &str| format!("field=title&value={value}&seen={seen}");
    tell(&server, "fields", &edit("one"), "changed");
    post(&server, &format!("/incidents/{LABEL}/fields"), &edit("two"))
        .says(409, "Something happened meanwhile");
    assert_eq!(show()["title"], "one");
}

#[test]
fn the_steps_of_a_run_stand_in_the_timeline_with_its_notes() {
    let lab = lab();
    let server = lab.serve(&[]);
    let form = "title=checkout+answers+502&severity=P1";
    post(&server, "/incidents", form);
    tell(&server, "fields", "field=context&name=release&value=cart", "changed");
    let follow = format!("/follow/rollback/helm-release?incident={LABEL}");
    let page = get_as_ana(&server, &follow).says(200, LABEL);
    assert!(page.body.contains("value=\"cart\""), "the context is filled in: {}", page.body);
    let begun = post(&server, "/runs", &format!("slug=rollback%2Fhelm-release&incident={LABEL}"));
    let run = begun.header("location").to_owned();
    post(&server, &format!("{run}/tick"), "step=1&result=worked").leads_to(&run);
    post(&server, &format!("{run}/note"), "text=the+tag+is+wrong").leads_to(&run);
    let page = get(&server, &format!("/incidents/{LABEL}")).body;
    for words in [
        "Began to follow rollback/helm-release.",
        "rollback/helm-release, step 1, worked.",
        "the tag is wrong",
    ] {
        assert!(page.contains(words), "{words} is not in\n{page}");
    }
    let shown = lab.run(&["incident", "show", LABEL, "--json"]).ok().json();
    assert_eq!(shown["runbooks"][0]["steps"], serde_json::json!(["1"]));
}

#[test]
fn two_servers_work_on_one_incident() {
    let lab = lab();
    let (first, second) = (lab.serve(&[]), lab.serve(&[]));
    resolved(&first);
    std::thread::scope(|scope| {
        for (name, server) in [("Ana", &first), ("Bo", &second)] {
            scope.spawn(move || {
                for nth in 0..EACH {
                    let form = format!("text={name}+saw+{nth}");
                    let cookie = format!("cookie: rl_name={name}\r\n");
                    let path = format!("/incidents/{LABEL}/notes");
                    post_with(server, &path, &cookie, &form)
                        .leads_to(&format!("/incidents/{LABEL}?notice=added"));
                }
            });
        }
    });
    let shown = lab.run(&["incident", "show", LABEL, "--json"]).ok().json();
    let lines = shown["timeline"].as_array().expect("a timeline");
    for (name, server) in [("Ana", &first), ("Bo", &second)] {
        for nth in 0..EACH {
            let text = Value::from(format!("{name} saw {nth}"));
            let times = lines.iter().filter(|line| line["text"] == text).count();
            assert_eq!(times, 1, "{text}");
        }
        // Each server tells what the other one was told.
        get(server, &format!("/incidents/{LABEL}")).says(200, "Ana saw 14").says(200, "Bo saw 14");
    }
    let version = shown["versions"]["title"].as_str().expect("a version");
    let edit = |value: &str| format!("field=title&value={value}&seen={version}");
    let fields = format!("/incidents/{LABEL}/fields");
    post(&first, &fields, &edit("one")).leads_to(&format!("/incidents/{LABEL}?notice=changed"));
    post(&second, &fields, &edit("two")).says(409, "changed meanwhile by Ana Lima");
    lab.run(&["verify"]).ok();
}

#[test]
fn action_items_are_moved_on_and_the_late_ones_come_first() {
    let lab = lab();
    let server = lab.serve(&[]);
    resolved(&server);
    let form = format!("incident={LABEL}&text=pin+the+chart&owner=ana&due=2026-05-20");
    assert_eq!(post(&server, "/actions", &form).status, 303);
    let page = get(&server, "/actions").says(200, "12 days overdue");
    page.says(200, "pin the chart");
    let list = lab.run(&["action", "list", "--json"]).ok().json();
    let item = &list["actions"][0];
    let (id, version) = (item["id"].as_str().expect("an id"), item["version"].as_str());
    let address = format!("/actions/{id}");
    let moved = format!("state=will-not-do&seen={}", version.expect("a version"));
    post(&server, &address, &moved).says(400, "needs a reason");
    post(&server, &address, &format!("{moved}&reason=the+chart+is+gone"))
        .leads_to(&format!("/actions?notice=moved#A-{id}"));
    post(&server, &address, &format!("{moved}&reason=again")).says(409, "changed meanwhile");
    get(&server, "/actions").says(200, "No action item here");
    get(&server, "/actions?all=yes").says(200, "will not be done");
}

#[test]
fn metrics_are_told_in_pictures_and_in_figures() {
    let lab = lab();
    let server = lab.serve(&[]);
    get(&server, "/incidents/metrics").says(200, "No incident is measured yet");
    resolved(&server);
    let page = get(&server, "/incidents/metrics").says(200, "<svg class=\"chart\"").body;
    assert!(page.contains("2026-Q2") && page.contains("12 min, 1 incident"), "{page}");
    assert!(page.contains("What runbooks claim"), "{page}");
    get(&server, "/incidents/metrics?by=severity&hours=support")
        .says(200, "Only minutes in support hours");
    get(&server, "/incidents/metrics?by=mood").says(400, "cannot be grouped");
    get(&server, "/incidents/metrics?since=lately").says(400, "is no day");
}

#[test]
fn what_is_not_there_names_what_may_be_meant() {
    let lab = lab();
    let server = lab.serve(&[]);
    resolved(&server);
    get(&server, "/incidents/INC-2026-06-01-002").says(404, LABEL);
    get(&server, "/incidents/INC-2026-06-01-002/checklist").says(404, LABEL);
    let lower = get(&server, "/incidents/inc-2026-06-01-001/postmortem");
    assert_eq!(lower.status, 307, "a label in other letters leads to its own");
    post(&server, "/incidents", "title=x&severity=P9").says(400, "P9");
    let form = "time=resolved&at=2026-05-01+10%3A00&reason=x";
    post(&server, &format!("/incidents/{LABEL}/times"), form).says(400, "cannot be");
    let hostile = "text=%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    tell(&server, "notes", hostile, "added");
    let page = get(&server, &format!("/incidents/{LABEL}")).body;
    assert!(!page.contains("<script>alert"), "{page}");
}
