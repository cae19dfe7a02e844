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
    ("postmortem/sections", "text.summary=The+shop+was+down.&1.seen.summary=nothing", "written"),
    ("postmortem/sections", "text.impact=Nobody+could+pay.&1.seen.impact=nothing", "written"),
    ("postmortem/sections", "text.root-cause=A+new+default.&1.seen.root-cause=nothing", "written"),
    ("postmortem/sections", "text.lessons=Read+the+notes.&1.seen.lessons=nothing", "written"),
    (
        "checklist",
        "1.question=change-rollback%2Fstaging-soak&1.answer=no&1.follow=action&1.action=&1.owner=ana\
         &1.due=2026-06-20&1.seen=nothing",
        "answered",
    ),
    (
        "checklist",
        "1.question=change-rollback%2Fversion-pinning&1.answer=yes&1.evidence.version=4.12.1",
        "answered",
    ),
    (
        "checklist",
        "1.question=change-rollback%2Fchangelog-read&1.answer=yes\
         &1.evidence.changelog=https%3A%2F%2Fe.example%2Fc",
        "answered",
    ),
    (
        "checklist",
        "1.question=communication%2Ftold-first&1.answer=na&1.reason=nobody+outside",
        "answered",
    ),
    (
        "checklist",
        "1.question=detection%2Falert-first&1.answer=yes&1.evidence.alert=NGINXConfigFailed",
        "answered",
    ),
    (
        "checklist",
        "1.question=runbook-quality%2Frunbook-led&1.answer=yes\
         &1.evidence.step=rollback%2Fhelm-release%233a",
        "answered",
    ),
    ("checklist", "1.question=runbook-quality%2Frunbook-wrong&1.answer=no", "answered"),
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
    tell(&server, "checklist", "1.question=change-rollback%2Fstaging-soak&1.answer=no", "answered");
    let page = get(&server, &checklist).says(200, "Something is missing").body;
    assert!(page.contains("make the pipeline refuse a production upgrade"), "{page}");
    post(&server, &checklist, "1.question=change-rollback%2Fstaging-soak&1.answer=perhaps")
        .says(400, "yes, no or na");
    post(&server, &checklist, "1.question=asked%2Fnothing&1.answer=yes")
        .says(404, "no question asked/nothing");
}

#[test]
fn a_form_that_is_sent_twice_opens_one_incident() {
    let lab = lab();
    let server = lab.serve(&[]);
    let page = get(&server, "/incidents").body;
    let (_, rest) = page.split_once("name=\"token\" value=\"").expect("a token");
    let token = rest.split('"').next().expect("its value");
    let form = format!("title=down&severity=P1&token={token}");
    let to = format!("/incidents/{LABEL}?notice=opened");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| post(&server, "/incidents", &form).leads_to(&to));
        }
    });
    let other = format!("title=down&severity=P1&token={token}x");
    post(&server, "/incidents", &other).leads_to("/incidents/INC-2026-06-01-002?notice=opened");
    let list = lab.run(&["incident", "list", "--json"]).ok().json();
    assert_eq!(list["incidents"].as_array().map(Vec::len), Some(2));
}

#[test]
fn nobody_overwrites_a_section_that_they_have_not_seen() {
    let lab = lab();
    let server = lab.serve(&[]);
    resolved(&server);
    let form = "seen.summary=nothing&text.summary=";
    tell(&server, "postmortem/sections", &format!("{form}first"), "written");
    let address = format!("/incidents/{LABEL}/postmortem/sections");
    let both = format!("{form}second&seen.impact=nothing&text.impact=Nobody+could+pay.");
    let refused = post(&server, &address, &both);
    let refused = refused.says(409, "Something happened meanwhile").body;
    assert!(
        refused.contains("name=\"text.summary\" rows=\"5\">\nsecond</textarea>"),
        "it stays: {refused}"
    );
    assert!(refused.contains("Save mine in its place"), "{refused}");
    assert!(refused.contains("Everything else is saved"), "{refused}");
    assert!(!refused.contains("text.impact"), "what was saved is not asked again: {refused}");
    tell(&server, "postmortem/sections", "text.summary=second&seen.summary=", "written");
    let status = lab.run(&["postmortem", "status", LABEL, "--json"]).ok().json();
    assert_eq!(status["sections"][0]["text"], "second");
    assert_eq!(status["sections"][0]["versions"], 2);
    assert_eq!(status["sections"][1]["text"], "Nobody could pay.");
}

/// The value of a hidden field of a page.
fn hidden<'a>(page: &'a str, name: &str) -> &'a str {
    let start = format!("name=\"{name}\" value=\"");
    let (_, rest) = page.split_once(&start).unwrap_or_else(|| panic!("no {name} in {page}"));
    rest.split('"').next().unwrap_or_default()
}

#[test]
fn a_section_that_nobody_touched_is_not_in_the_way_of_one_that_somebody_wrote() {
    let lab = lab();
    let server = lab.serve(&[]);
    resolved(&server);
    tell(&server, "postmortem/sections", "text.summary=The+shop+was+down.", "written");
    let page = get(&server, &format!("/incidents/{LABEL}/postmortem")).body;
    let fields = |text: &str, impact: &str| {
        let (seen, was) = (hidden(&page, "seen.summary"), hidden(&page, "was.summary"));
        format!(
            "text.summary={text}&seen.summary={seen}&was.summary={was}\
             &text.impact={impact}&seen.impact=nothing&was.impact={}",
            hidden(&page, "was.impact")
        )
    };
    tell(&server, "postmortem/sections", &fields("The+shop+was+down.%0D%0A", ""), "same");
    // Somebody else changes what this page has not touched.
    tell(&server, "postmortem/sections", "text.summary=For+an+hour.", "written");
    let form = fields("The+shop+was+down.", "Nobody+could+pay.");
    tell(&server, "postmortem/sections", &form, "written");
    let status = lab.run(&["postmortem", "status", LABEL, "--json"]).ok().json();
    assert_eq!(status["sections"][0]["text"], "For an hour.");
    assert_eq!(status["sections"][1]["text"], "Nobody could pay.");
}

#[test]
fn a_bad_answer_can_be_corrected_and_the_other_answers_are_kept() {
    let lab = lab();
    let server = lab.serve(&[]);
    resolved(&server);
    let soak = "1.question=change-rollback%2Fstaging-soak";
    let told = "2.question=communication%2Ftold-first&2.answer=na&2.reason=nobody+outside";
    tell(&server, "checklist", &format!("{soak}&1.answer=no&1.follow=later&{told}"), "answered");
    let page = get(&server, &format!("/incidents/{LABEL}/checklist")).body;
    assert!(page.contains("2 of 7 answered") || page.contains("1 of 7 answered"), "{page}");
    let wrong = page.matches("value=\"action\" checked").count();
    assert_eq!(wrong, 0, "nothing follows that nobody said: {page}");
    // The form as it comes changes nothing; with another answer it does, whatever was to follow.
    let seen = hidden(&page, "1.seen").to_owned();
    let proposal = "make+the+pipeline+refuse";
    let good = format!(
        "{soak}&1.seen={seen}&1.answer=yes&1.evidence.soak_start=2026-05-30+10%3A00\
         &1.evidence.soak_end=2026-05-31+10%3A00&1.follow=action&1.action={proposal}"
    );
    tell(&server, "checklist", &good, "answered");
    let status = lab.run(&["postmortem", "status", LABEL, "--json"]).ok().json();
    let question = &status["checklist"][0]["questions"][0];
    assert_eq!((&question["answer"], &question["verdict"]), (&"yes".into(), &"good".into()));
    assert_eq!(question["complete"], true, "{question}");
    assert_eq!(status["actions"], serde_json::json!([]), "a good answer leads to none");
}

#[test]
fn what_was_typed_is_given_back_wherever_it_is_refused() {
    let lab = lab();
    let server = lab.serve(&[]);
    let form = "title=checkout+answers+502&severity=P1&detected=2+pm&services=checkout";
    let page = post(&server, "/incidents", form).says(400, "Send it again").body;
    for field in [
        "name=\"title\" value=\"checkout answers 502\"",
        "name=\"detected\" value=\"2 pm\"",
        "name=\"services\" value=\"checkout\"",
        "type=\"hidden\" name=\"severity\" value=\"P1\"",
        "action=\"/incidents\"",
    ] {
        assert!(page.contains(field), "{field} is not in {page}");
    }
    resolved(&server);
    let refused = |page: &str, form: &str, kept: &[&str]| {
        let answer = post(&server, &format!("/incidents/{LABEL}/{page}"), form);
        let body = answer.says(400, "What you typed is kept here").body;
        for field in kept {
            assert!(body.contains(field), "{page}: {field} is not in {body}");
        }
    };
    let na = "3.question=detection%2Falert-first&3.answer=na&3.reason=&3.seen=nothing";
    refused("checklist", na, &["name=\"3.reason\" value=\"\"", "<option selected>na</option>"]);
    let soak = "1.question=change-rollback%2Fstaging-soak&1.answer=yes\
                &1.evidence.soak_start=last+week";
    refused("checklist", soak, &["name=\"1.evidence.soak_start\" value=\"last week\""]);
    let long = "words+".repeat(9_000);
    refused("notes", &format!("text={long}&at=-1m"), &["words words", "name=\"at\" value=\"-1m\""]);
    // What is corrected there is what the form sends.
    let form = "title=checkout+answers+502&severity=P1&detected=-2m&services=checkout";
    assert_eq!(post(&server, "/incidents", form).status, 303);
}

#[test]
fn each_thing_done_to_the_status_is_a_form_of_its_own() {
    let lab = lab();
    let server = lab.serve(&[]);
    post(&server, "/incidents", "title=checkout&severity=P1");
    let page = get(&server, &format!("/incidents/{LABEL}")).body;
    for form in page.split("<form").filter(|form| form.contains("name=\"of\"")) {
        let form = form.split("</form>").next().unwrap_or_default();
        assert_eq!(form.matches("<button").count(), 1, "Enter does one thing: {form}");
        assert!(form.contains("value=\"duplicate\"") && !form.contains("name=\"at\""), "{form}");
    }
    // One button says that somebody took it on.
    assert!(page.contains("name=\"at\" value=\"now\">Acknowledge</button>"), "{page}");
    tell(&server, "times", "time=acknowledged&at=now", "changed");
    let page = get(&server, &format!("/incidents/{LABEL}")).body;
    assert!(!page.contains(">Acknowledge</button>"), "{page}");
    tell(&server, "status", "to=mitigated", "changed");
    let page = get(&server, &format!("/incidents/{LABEL}")).body;
    let (_, buttons) = page.split_once("<button name=\"to\"").expect("buttons");
    assert!(buttons.starts_with(" value=\"resolved\" class=\"main\""), "what lies ahead is first");
    tell(&server, "status", "to=resolved", "changed");
    let page = get(&server, &format!("/incidents/{LABEL}")).body;
    assert!(
        page.contains(">Reopen</button>") && !page.contains("before it was reopened"),
        "{page}"
    );
    let status = format!("/incidents/{LABEL}/status");
    post(&server, &status, "to=investigating&reason=it+came+back&at=-1h").says(400, "time empty");
    post(&server, &status, "to=duplicate&of=x&at=-1h").says(400, "time empty");
    tell(&server, "status", "to=investigating&reason=it+came+back", "changed");
    let page = get(&server, &format!("/incidents/{LABEL}")).body;
    assert_eq!(page.matches("before it was reopened").count(), 2, "{page}");
}

#[test]
fn what_is_left_out_of_a_note_or_stood_there_already_is_said() {
    let lab = lab();
    let server = lab.serve(&[]);
    post(&server, "/incidents", "title=checkout&severity=P1");
    let secret = "text=it+logs+password%3Dhunter2hunter2+all+the+time";
    tell(&server, "notes", secret, "redacted");
    get(&server, &format!("/incidents/{LABEL}?notice=redacted")).says(200, "looked secret");
    let chat = "text=11%3A50+ana%3A+it+is+slow%0A11%3A52+bo%3A+rolling+back";
    tell(&server, "notes", chat, "added");
    tell(&server, "notes", chat, "known");
    tell(&server, "notes", &format!("{chat}%0A11%3A55+bo%3A+done"), "partly-known");
}

#[test]
fn what_is_emptied_is_removed() {
    let lab = lab();
    let server = lab.serve(&[]);
    resolved(&server);
    let form = format!("incident={LABEL}&text=pin+the+chart&owner=ana&due=2026-06-20");
    assert_eq!(post(&server, "/actions", &form).status, 303);
    let item = || lab.run(&["action", "list", "--json"]).ok().json()["actions"][0].clone();
    let id = item()["id"].as_str().expect("an id").to_owned();
    assert_eq!(post(&server, &format!("/actions/{id}"), "state=in-progress").status, 303);
    assert_eq!(item()["owner"], "ana", "what the form does not have stays");
    assert_eq!(post(&server, &format!("/actions/{id}"), "owner=&due=").status, 303);
    assert_eq!((&item()["owner"], &item()["due"]), (&Value::Null, &Value::Null));
    // The command line can do the same.
    lab.run(&["action", "move", &id, "--due", "2026-06-21"]).ok();
    assert_eq!(item()["due"], "2026-06-21");
    lab.run(&["action", "move", &id, "--due", "none"]).ok();
    assert_eq!(item()["due"], Value::Null);
    lab.run(&["rebuild"]).ok();
    assert_eq!(item()["due"], Value::Null, "replayed, it stays away");

    let pinning = "1.question=change-rollback%2Fversion-pinning&1.answer=yes";
    let told = format!("{pinning}&1.evidence.version=4.12.1&1.reason=by+hand");
    tell(&server, "checklist", &told, "answered");
    tell(&server, "checklist", &format!("{pinning}&1.evidence.version=&1.reason="), "answered");
    let status = lab.run(&["postmortem", "status", LABEL, "--json"]).ok().json();
    let question = &status["checklist"][0]["questions"][1];
    assert_eq!(question["answer"], "yes");
    assert_eq!(
        (&question["evidence"][0]["value"], &question["reason"]),
        (&Value::Null, &Value::Null)
    );
    lab.run(&["verify"]).ok();
}

#[test]
fn a_page_that_watches_asks_for_little() {
    let lab = lab();
    let server = lab.serve(&[]);
    post(&server, "/incidents", "title=checkout&severity=P1");
    let ask = || get(&server, &format!("/api/incidents/{LABEL}")).says(200, "revision").body;
    let first = ask();
    assert_eq!(ask(), first);
    let page = get(&server, &format!("/incidents/{LABEL}")).body;
    let known: Value = serde_json::from_str(&first).expect("JSON");
    let known = known["revision"].as_str().expect("words");
    assert!(page.contains(&format!("data-version=\"{known}\"")), "{page}");
    tell(&server, "notes", "text=errors+are+gone", "added");
    assert_ne!(ask(), first);
    get(&server, "/api/incidents/INC-2026-06-01-009").says(404, "error");
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
    assert!(!page.contains(", mean"), "one incident has no mean that is worth telling");
    get(&server, "/incidents/metrics?mean=yes").says(200, "12 min / 12 min, mean 12 min");
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

#[test]
fn whoever_insists_replaces_what_they_were_shown_and_nothing_later() {
    let lab = lab();
    let server = lab.serve(&[]);
    resolved(&server);
    let address = format!("/incidents/{LABEL}/postmortem/sections");
    let form =
        |text: &str, seen: &str| format!("text.summary={text}&seen.summary={seen}&was.summary=x");
    let seen_in = |page: &str| {
        let (_, rest) = page.split_once("name=\"seen.summary\" value=\"").expect("a version");
        rest.split('"').next().expect("its value").to_owned()
    };
    post(&server, &address, &form("first", "nothing"));
    let refused = post(&server, &address, &form("second", "nothing")).says(409, "meanwhile");
    let insists = seen_in(&refused.body);
    let shown = lab.run(&["postmortem", "status", LABEL, "--json"]).ok().json();
    let version = shown["sections"][0]["version"].as_str().expect("a version");
    assert_eq!(insists, version, "it names what stands");
    post(&server, &address, &form("third", version));
    post(&server, &address, &form("second", &insists)).says(409, "meanwhile");
    let shown = lab.run(&["postmortem", "status", LABEL, "--json"]).ok().json();
    assert_eq!(shown["sections"][0]["text"], "third");
}
