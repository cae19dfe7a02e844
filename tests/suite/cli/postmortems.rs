//! Postmortems and action items: from an incident to a published file, and everything that stands
//! between.

use serde_json::Value;

use crate::support::{Lab, NOON, shared, skip};

const LABEL: &str = "INC-2026-06-01-001";

/// The example runbook for a rollback, in a workspace of its own.
fn lab() -> Lab {
    let lab = Lab::new();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("runbooks/rollback/helm-release.md"));
    lab.write("runbooks/rollback/helm-release.md", &text.expect("the example runbook"));
    lab
}

/// An incident that a rollback ended.
fn resolved(lab: &Lab) {
    let open =
        ["incident", "open", "checkout answers 502", "--severity", "P1", "--started", "-12m"];
    lab.run(&[&open[..], &["--service", "checkout"]].concat()).ok();
    lab.run(&["incident", "use", LABEL, "rollback/helm-release#3a"]).ok();
    lab.run(&["incident", "set", LABEL, "acknowledged=n/a"]).ok();
    lab.run(&["incident", "status", LABEL, "mitigated"]).ok();
    lab.run(&["incident", "status", LABEL, "resolved"]).ok();
}

fn status(lab: &Lab) -> Value {
    lab.run(&["postmortem", "status", LABEL, "--json"]).ok().json()
}

/// What keeps it from being published, as `publish` says it.
fn missing(lab: &Lab) -> Vec<String> {
    let said = lab.run(&["postmortem", "publish", LABEL, "--json"]).refused();
    let all = said.json()["missing"].as_array().expect("a list").clone();
    let about = |it: &Value| it["about"].as_str().expect("a word").to_owned();
    all.iter().map(about).collect()
}

fn questions(status: &Value) -> Vec<Value> {
    let groups = status["checklist"].as_array().expect("groups");
    groups
        .iter()
        .flat_map(|group| group["questions"].as_array().expect("questions"))
        .cloned()
        .collect()
}

fn question(status: &Value, id: &str) -> Value {
    let all = questions(status);
    all.into_iter().find(|question| question["id"] == id).expect(id)
}

fn edit(lab: &Lab, section: &str) {
    lab.run(&["postmortem", "edit", LABEL, section, "--text", "Some *words*."]).ok();
}

fn answer(lab: &Lab, args: &[&str]) {
    lab.run(&[&["postmortem", "answer", LABEL][..], args].concat()).ok();
}

/// Everything that publishing asks for, one piece after the other.
const PIECES: [(&str, &[&str]); 12] = [
    ("postmortem", &["start", LABEL]),
    ("section:summary", &["edit", LABEL, "summary", "--text", "The shop was down."]),
    ("section:impact", &["edit", LABEL, "impact", "--text", "Nobody could pay."]),
    ("section:root-cause", &["edit", LABEL, "root-cause", "--text", "A new default."]),
    ("section:lessons", &["edit", LABEL, "lessons", "--text", "Read the notes."]),
    (
        "question:change-rollback/staging-soak",
        &["answer", LABEL, "staging-soak", "no", "--action", "--owner", "ana"],
    ),
    (
        "question:change-rollback/version-pinning",
        &["answer", LABEL, "version-pinning", "yes", "--evidence", "version=4.12.1"],
    ),
    (
        "question:change-rollback/changelog-read",
        &["answer", LABEL, "changelog-read", "yes", "--evidence", "changelog=https://e.example/c"],
    ),
    (
        "question:communication/told-first",
        &["answer", LABEL, "told-first", "na", "--reason", "nobody outside was affected"],
    ),
    (
        "question:detection/alert-first",
        &["answer", LABEL, "alert-first", "yes", "--evidence", "alert=NGINXConfigFailed"],
    ),
    (
        "question:runbook-quality/runbook-led",
        &["answer", LABEL, "runbook-led", "yes", "--evidence", "step=rollback/helm-release#3a"],
    ),
    ("question:runbook-quality/runbook-wrong", &["answer", LABEL, "runbook-wrong", "no"]),
];

#[test]
fn from_an_incident_to_a_published_postmortem_each_missing_piece_is_named() {
    let lab = lab();
    resolved(&lab);
    let pieces = PIECES.map(|(about, _)| about);
    for (done, (_, args)) in PIECES.iter().enumerate() {
        assert_eq!(missing(&lab), pieces[done..], "before {args:?}");
        let refused = lab.run(&["postmortem", "publish", LABEL]).refused();
        assert!(refused.stderr.contains("cannot be published"), "{}", refused.stderr);
        assert!(!lab.path("postmortems").exists(), "nothing is written");
        lab.run(&[&["postmortem"][..], args].concat()).ok();
    }
    let file = format!("postmortems/{LABEL}.md");
    lab.run(&["postmortem", "publish", LABEL]).ok().says(&file);

    let text = lab.read(&file);
    let (front, body) = text[4..].split_once("\n---\n").expect("front matter");
    for fact in ["incident: INC-2026-06-01-001", "severity: P1", "impact: 12", "published_on: "] {
        assert!(front.contains(fact), "{fact} is not in\n{front}");
    }
    for words in ["The shop was down.", "A new default.", "## Timeline", "| 12 min |", "4.12.1"] {
        assert!(body.contains(words), "{words} is not in\n{body}");
    }
    assert!(!body.contains("Draft"), "{body}");
    let line = lab.run(&["postmortem", "list", "--json"]).ok().json()["postmortems"][0].clone();
    assert_eq!((&line["status"], &line["file"]), (&"published".into(), &file.as_str().into()));
    lab.run(&["verify"]).ok();
}

#[test]
fn what_was_published_is_found_and_read_back_as_no_second_incident() {
    let lab = lab();
    resolved(&lab);
    for (_, args) in PIECES {
        lab.run(&[&["postmortem"][..], args].concat()).ok();
    }
    let hits = |words: &str| {
        let said = lab.run(&["search", words, "--kind", "postmortem", "--json"]).ok().json();
        said["hits"].as_array().expect("hits").clone()
    };
    assert!(hits("nobody could pay").is_empty(), "a draft is not searched");
    lab.run(&["postmortem", "publish", LABEL]).ok();
    let found = hits("nobody could pay");
    assert_eq!((&found[0]["kind"], &found[0]["slug"]), (&"postmortem".into(), &LABEL.into()));
    let told = lab.run(&["incident", "import", "postmortems", "--json"]).ok().json();
    assert_eq!((&told["unchanged"], &told["imported"]), (&1.into(), &0.into()));
    let list = lab.run(&["incident", "list", "--json"]).ok().json();
    assert_eq!(list["incidents"].as_array().map(Vec::len), Some(1));
}

#[test]
fn three_questions_of_the_runbook_and_three_built_in_ones_are_three() {
    let lab = lab();
    resolved(&lab);
    let status = status(&lab);
    let change = &status["checklist"][0];
    assert_eq!(change["name"], "change-rollback");
    assert_eq!(change["questions"].as_array().expect("questions").len(), 3);
    for question in change["questions"].as_array().expect("questions") {
        assert_eq!(question["kind"], "check");
        let also = question["also"].as_array().expect("a list");
        assert_eq!(also.len(), 1, "{question}");
        assert_eq!(also[0]["slug"], "rollback/helm-release");
        assert_ne!(also[0]["question"], question["text"], "both texts are shown");
    }
    let groups = status["checklist"].as_array().expect("groups");
    assert!(groups.iter().all(|group| group["name"] != "asked"));
    assert_eq!((&status["cause"], &status["cause_said"]), (&"change".into(), &false.into()));
}

#[test]
fn the_questions_of_another_teams_rollback_runbook_are_the_same_three() {
    let Some(shared) = shared() else { return skip("the other teams' runbooks are not here") };
    let lab = Lab::new();
    let from = shared.join("corpus/bookstore/rollback/code-rollback-helm.md");
    let text = std::fs::read_to_string(from).expect("the runbook");
    lab.write("runbooks/helm.md", &text);
    lab.run(&["incident", "open", "bad chart", "--severity", "P1"]).ok();
    lab.run(&["incident", "use", LABEL, "helm"]).ok();
    let status = status(&lab);
    let change = status["checklist"][0]["questions"].as_array().expect("questions").clone();
    assert_eq!(change.len(), 3);
    assert!(change.iter().all(|it| it["also"].as_array().is_some_and(|all| all.len() == 1)));
    let ids: Vec<Value> = questions(&status).iter().map(|it| it["id"].clone()).collect();
    assert!(
        ids.iter().all(|id| !id.as_str().is_some_and(|id| id.starts_with("asked/"))),
        "{ids:?}"
    );
}

#[test]
fn a_bad_answer_becomes_the_action_item_that_the_runbook_proposes() {
    let lab = lab();
    resolved(&lab);
    let soak = "change-rollback/staging-soak";
    let proposed = "make the pipeline refuse a production upgrade";
    lab.run(&["postmortem", "answer", LABEL, "1", "no"]).ok().says(proposed);
    let open = question(&status(&lab), soak);
    assert_eq!((&open["verdict"], &open["complete"]), (&"bad".into(), &false.into()));
    assert!(missing(&lab).contains(&format!("question:{soak}")));

    answer(&lab, &["staging-soak", "no", "--action", "--owner", "ana", "--due", "2026-06-20"]);
    let closed = question(&status(&lab), soak);
    assert_eq!(
        (&closed["complete"], &closed["action"]),
        (&true.into(), &format!("{LABEL}/1").into())
    );
    let list = lab.run(&["action", "list", "--json"]).ok().json();
    let action = &list["actions"][0];
    assert!(action["text"].as_str().is_some_and(|text| text.starts_with(proposed)), "{action}");
    assert_eq!(
        (&action["question"], &action["owner"], &action["due"], &action["kind"]),
        (&soak.into(), &"ana".into(), &"2026-06-20".into(), &"prevent".into())
    );
    lab.run(&["postmortem", "answer", LABEL, "1", "no", "--action"])
        .refused()
        .says("follows from this answer already");

    answer(&lab, &["2", "no", "--no-action", "the chart is going away"]);
    assert_eq!(question(&status(&lab), "change-rollback/version-pinning")["complete"], true);
    lab.run(&["postmortem", "answer", LABEL, "2", "no", "--no-action", " "])
        .refused()
        .says("why not");
}

#[test]
fn an_answer_that_is_none_is_refused() {
    let lab = lab();
    resolved(&lab);
    let refused = |args: &[&str], words: &str| {
        lab.run(&[&["postmortem", "answer", LABEL][..], args].concat()).refused().says(words);
    };
    refused(&["1", "maybe"], "yes, no or na");
    refused(&["1", "na"], "needs a reason");
    refused(&["1", "yes", "--evidence", "color=red"], "no evidence `color`");
    refused(&["1", "yes", "--evidence", "soak_start=lately"], "a date with a time");
    refused(&["2", "yes", "--evidence", "version=latest"], "one version");
    refused(&["3", "yes", "--evidence", "changelog=javascript:x"], "https://");
    refused(&["2", "yes", "--evidence", "version=1.2", "--action"], "only a bad answer");
    refused(&["staging-soap", "yes"], "did you mean staging-soak?");
    refused(&["runbook", "yes"], "names several questions");
    lab.run(&["postmortem", "status", "INC-2026-06-01-002"]).refused().says(LABEL);
    assert_eq!(question(&status(&lab), "change-rollback/staging-soak")["answer"], Value::Null);
}

#[test]
fn a_good_answer_is_not_complete_without_its_evidence() {
    let lab = lab();
    resolved(&lab);
    let soak = "change-rollback/staging-soak";
    answer(&lab, &["1", "yes", "--evidence", "soak_start=2026-05-30 09:00"]);
    assert_eq!(question(&status(&lab), soak)["complete"], false);
    lab.run(&[
        "postmortem",
        "answer",
        LABEL,
        "1",
        "yes",
        "--evidence",
        "soak_end=2026-05-30 08:00",
    ])
    .refused()
    .says("not after");
    answer(&lab, &["1", "yes", "--evidence", "soak_end=2026-05-31 09:00"]);
    assert_eq!(question(&status(&lab), soak)["complete"], true, "what was named before stays");
}

#[test]
fn a_change_is_not_talked_away_without_a_reason() {
    let lab = lab();
    resolved(&lab);
    lab.run(&["postmortem", "start", LABEL, "--cause", "other"]).refused().says("a change caused");
    let start = ["postmortem", "start", LABEL, "--cause", "other", "--reason", "the disk died"];
    lab.run(&start).ok();
    let ids: Vec<Value> = questions(&status(&lab)).iter().map(|it| it["id"].clone()).collect();
    assert!(!ids.contains(&"change-rollback/staging-soak".into()));
    assert!(ids.iter().any(|id| id.as_str().is_some_and(|id| id.starts_with("asked/"))), "{ids:?}");
    lab.run(&["postmortem", "start", LABEL]).refused().says("has begun");
    lab.run(&["postmortem", "edit", LABEL, "--cause", "change"]).ok();
    assert_eq!(status(&lab)["cause"], "change");
}

#[test]
fn due_dates_are_settled_when_the_incident_is_resolved() {
    let lab = lab();
    resolved(&lab);
    let before = status(&lab);
    assert_eq!((&before["status"], &before["required"]), (&"required".into(), &true.into()));
    assert_eq!(before["draft_due"], "2026-06-03T12:00:00Z");
    assert_eq!(before["publish_due"], "2026-06-08T23:59:59Z", "five business days after a Monday");

    lab.write("runledger.toml", "[postmortems]\ndraft_hours = 1\n");
    assert_eq!(status(&lab)["draft_due"], before["draft_due"], "no configuration moves a date");
    lab.run(&["incident", "set", LABEL, "severity=P4", "--reason", "x"]).ok();
    assert_eq!(status(&lab)["status"], "not-required");
    lab.run(&["incident", "set", LABEL, "severity=P0", "--reason", "x"]).ok();
    assert_eq!(status(&lab)["draft_due"], "2026-06-01T13:00:00Z");
}

#[test]
fn overdue_postmortems_are_listed_by_their_owners() {
    let lab = lab();
    resolved(&lab);
    lab.run(&["incident", "role", LABEL, "commander", "ana"]).ok();
    let list = |now: &str| {
        let mut command = lab.command(&["postmortem", "list", "--json"]);
        let output = command.env("RUNLEDGER_NOW", now).output().expect("the program runs");
        serde_json::from_slice::<Value>(&output.stdout).expect("JSON")
    };
    assert_eq!(list(NOON)["overdue"], Value::Array(Vec::new()));
    let late = list("2026-06-05T12:00:00Z");
    assert_eq!(late["postmortems"][0]["overdue"]["what"], "draft");
    assert_eq!(late["overdue"][0]["owner"], "ana");
    assert_eq!(late["overdue"][0]["incidents"][0], LABEL);
    edit(&lab, "summary");
    assert_eq!(
        list("2026-06-05T12:00:00Z")["overdue"],
        Value::Array(Vec::new()),
        "there is a draft"
    );
    let late = list("2026-06-10T12:00:00Z");
    assert_eq!(late["postmortems"][0]["overdue"]["what"], "publication");
}

#[test]
fn nobody_overwrites_a_section_that_somebody_else_changed() {
    let lab = lab();
    resolved(&lab);
    edit(&lab, "summary");
    let status = status(&lab);
    let version = status["sections"][0]["version"].as_str().expect("a version").to_owned();
    let write = |text: &str| {
        lab.run(&["postmortem", "edit", LABEL, "summary", "--text", text, "--if-version", &version])
    };
    write("first").ok();
    write("second").refused().says("changed meanwhile");
    let editor = ["postmortem", "edit", LABEL, "summary"];
    lab.run(&editor).refused().says("no editor is set");
    let mut command = lab.command(&editor);
    let script = "sed -i s/first/third/";
    assert!(command.env("EDITOR", script).status().expect("the program runs").success());
    let said = lab.run(&["postmortem", "render", LABEL]).ok().says("third").says("**Draft.**");
    assert!(!said.stdout.contains("This line is left out"), "{}", said.stdout);
}

#[test]
fn a_text_given_on_the_command_line_replaces_nobody_elses_unseen() {
    let lab = lab();
    resolved(&lab);
    let edit = |who: &str, text: &str, more: &[&str]| {
        let args = ["--actor", who, "postmortem", "edit", LABEL, "summary", "--text", text];
        lab.run(&[&args[..], more].concat())
    };
    edit("ana", "Long and careful.", &[]).ok();
    edit("ana", "Longer and careful.", &[]).ok();
    let refused = edit("bo", "oops", &[]).refused().says("ana wrote \"Summary\"");
    let version = status(&lab)["sections"][0]["version"].as_str().expect("a version").to_owned();
    let refused = refused.says(&format!("--if-version {version}"));
    assert!(refused.stderr.contains("postmortem history"), "{}", refused.stderr);
    assert_eq!(status(&lab)["sections"][0]["text"], "Longer and careful.");
    edit("bo", "better", &["--if-version", &version]).ok();
    assert_eq!(status(&lab)["sections"][0]["text"], "better");
}

#[test]
fn every_text_that_a_section_had_can_be_read() {
    let lab = lab();
    resolved(&lab);
    let edit = ["postmortem", "edit", LABEL, "summary", "--text"];
    lab.run(&[&edit[..], &["The first text."]].concat()).ok();
    lab.run(&[&edit[..], &["The second text."]].concat()).ok();
    let history = ["postmortem", "history", LABEL, "summary"];
    let words = lab.run(&history).ok();
    let words = words.says("The first text.").says("The second text.");
    assert!(words.stdout.find("first") < words.stdout.find("second"), "{}", words.stdout);
    let json = lab.run(&[&history[..], &["--json"]].concat()).ok().json();
    let texts: Vec<&Value> =
        json["versions"].as_array().expect("a list").iter().map(|it| &it["text"]).collect();
    assert_eq!(texts, ["The first text.", "The second text."]);
    lab.run(&["postmortem", "history", LABEL, "sumary"]).refused().says("mean summary?");
}

#[test]
fn a_draft_that_could_not_be_stored_is_kept_for_its_author_alone() {
    let lab = lab();
    resolved(&lab);
    let in_editor = |script: &str| {
        lab.write("editor.sh", &format!("stat -c %a \"$1\" > mode\n{script}\n"));
        let args = ["postmortem", "edit", LABEL, "summary"];
        let output = lab.command(&args).env("EDITOR", "sh editor.sh").output().expect("it runs");
        assert_eq!(lab.read("mode").trim(), "600");
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let drafts = || std::fs::read_dir(lab.store_dir().join("drafts")).expect("a folder").count();
    let (done, _) = in_editor("echo 'It was down.' >> \"$1\"");
    assert!(done && drafts() == 0);
    // Nothing was written, so there is nothing to keep.
    let (done, said) = in_editor("exit 1");
    assert!(!done && drafts() == 0 && !said.contains("your text is in"), "{said}");
    for script in [
        "echo 'too late' >> \"$1\"; exit 1",
        "printf '\\377' >> \"$1\"",
        "yes 'far too much' | head -c 400000 >> \"$1\"",
    ] {
        let before = drafts();
        let (done, said) = in_editor(script);
        assert!(!done && drafts() == before + 1, "{script}: {said}");
        let at = said.split("your text is in ").nth(1).expect("a path").trim();
        let path = at.split(';').next().expect("a path");
        assert!(std::path::Path::new(path).exists(), "{path}");
    }
}

#[test]
fn a_template_of_the_teams_with_an_error_is_named_and_nothing_is_published() {
    let lab = lab();
    resolved(&lab);
    for (_, args) in PIECES {
        lab.run(&[&["postmortem"][..], args].concat()).ok();
    }
    lab.write("templates/postmortems/short.md", "# {{ incident.label }}\n\n{% if %}\n");
    lab.run(&["postmortem", "render", LABEL]).ok();
    lab.run(&["postmortem", "edit", LABEL, "--template", "shirt"]).refused().says("mean short?");
    lab.run(&["postmortem", "edit", LABEL, "--template", "short"]).ok();
    let status_words = lab.run(&["postmortem", "status", LABEL]).ok();
    status_words.says("The template cannot be used: templates/postmortems/short.md:3:");
    lab.run(&["postmortem", "publish", LABEL]).refused().says("templates/postmortems/short.md:3:");
    assert!(!lab.path("postmortems").exists());
    assert_eq!(status(&lab)["status"], "draft");

    lab.write(
        "templates/postmortems/short.md",
        "# {{ incident.label }}\n\n{{ text.root_cause }}\n",
    );
    lab.run(&["postmortem", "publish", LABEL]).ok();
    let text = lab.read(&format!("postmortems/{LABEL}.md"));
    assert!(text.ends_with(&format!("---\n\n# {LABEL}\n\nA new default.\n")), "{text}");
}

#[test]
fn publishing_again_replaces_our_own_file_and_never_another_one() {
    let lab = lab();
    resolved(&lab);
    for (_, args) in PIECES {
        lab.run(&[&["postmortem"][..], args].concat()).ok();
    }
    let file = format!("postmortems/{LABEL}.md");
    lab.write(&file, "mine\n");
    lab.run(&["postmortem", "publish", LABEL]).refused().says("did not write it");
    assert_eq!((lab.read(&file).as_str(), &status(&lab)["status"]), ("mine\n", &"draft".into()));
    lab.remove(&file);
    lab.run(&["postmortem", "publish", LABEL]).ok();
    edit(&lab, "lucky");
    lab.run(&["postmortem", "publish", LABEL]).ok().says("Published again");
    assert!(lab.read(&file).contains("Some *words*."));
    lab.write(&file, &format!("{}by hand\n", lab.read(&file)));
    edit(&lab, "went-well");
    lab.run(&["postmortem", "publish", LABEL]).refused().says("changed by hand");
    assert!(lab.read(&file).ends_with("by hand\n"));
}

#[test]
fn hostile_words_stay_words_in_the_file() {
    let lab = lab();
    let title = "a | b <script>alert(1)</script> [x](javascript:y)";
    lab.run(&["incident", "open", title, "--severity", "P3"]).ok();
    lab.run(&["incident", "note", LABEL, "pipe | and `code`\n# no heading"]).ok();
    edit(&lab, "summary");
    lab.run(&["postmortem", "edit", LABEL, "impact", "--text", "```\nleft open"]).ok();
    let text = lab.run(&["postmortem", "render", LABEL]).ok().stdout;
    assert!(!text.contains("<script>") && !text.contains("[x](java"), "{text}");
    assert!(text.contains("pipe \\| and \\`code\\` "), "{text}");
    assert!(text.contains("left open\n```\n"), "{text}");
}

#[test]
fn a_teams_own_checklist_is_asked_and_its_errors_have_a_place() {
    let lab = lab();
    resolved(&lab);
    lab.write(
        "data/checklists/ours.yaml",
        "name: ours\ntitle: Ours\napplies: always\nquestions:\n  - id: told-legal\n    check: Was legal told?\n",
    );
    assert_eq!(question(&status(&lab), "ours/told-legal")["good"], "yes");
    lab.write("data/checklists/ours.yaml", "name: ours\ntitle: Ours\napplies: sometimes\n");
    lab.run(&["postmortem", "status", LABEL]).refused().says("data/checklists/ours.yaml:3:");
}

#[test]
fn action_items_are_opened_moved_done_and_dropped() {
    let lab = lab();
    resolved(&lab);
    let add = ["action", "add", LABEL, "test the backup", "--owner", "ben", "--due", "2026-05-20"];
    lab.run(&add).ok().says(&format!("{LABEL}/1"));
    lab.run(&["action", "add", LABEL, "write it down", "--kind", "process"]).ok();
    let first = format!("{LABEL}/1");
    let list =
        |args: &[&str]| lab.run(&[&["action", "list", "--json"][..], args].concat()).ok().json();
    let all = list(&[]);
    assert_eq!(all["actions"][0]["label"], first.as_str(), "overdue ones first");
    assert_eq!(all["actions"][0]["days_overdue"], 12);
    assert_eq!(all["actions"][1]["due"], "2026-07-01", "thirty days where nobody says");
    assert_eq!(list(&["--owner", "BEN"])["actions"].as_array().map(Vec::len), Some(1));

    lab.run(&["action", "start", &first]).ok().says("in progress");
    lab.run(&["action", "move", &first, "--due", "2026-06-30", "--reason", "parts are late"]).ok();
    let moved = list(&[])["actions"][0].clone();
    assert_eq!((&moved["due"], &moved["days_overdue"]), (&"2026-06-30".into(), &Value::Null));
    lab.run(&["action", "done", &first]).ok();
    lab.run(&["action", "drop", &format!("{LABEL}/2")]).refused().says("needs a reason");
    lab.run(&["action", "drop", &format!("{LABEL}/2"), "--reason", "no longer true"]).ok();
    assert_eq!(list(&[])["actions"], Value::Array(Vec::new()));
    let closing = &list(&["--all"])["closing"][0];
    assert_eq!(
        (&closing["quarter"], &closing["opened"], &closing["done"], &closing["percent"]),
        (&"2026-Q2".into(), &2.into(), &1.into(), &50.into())
    );
    lab.run(&["action", "done", &format!("{LABEL}/3")]).refused().says("no action item");
    lab.run(&["verify"]).ok();
}

#[test]
fn what_looks_secret_is_not_kept() {
    let lab = lab();
    resolved(&lab);
    let text = "we saw password=hunter2hunter2 in the log";
    lab.run(&["postmortem", "edit", LABEL, "summary", "--text", text]).ok();
    let said = lab.run(&["postmortem", "render", LABEL]).ok();
    assert!(!said.stdout.contains("hunter2"), "{}", said.stdout);
    let exported = lab.run(&["export"]).ok();
    assert!(!exported.stdout.contains("hunter2"));
}

#[test]
fn what_an_answer_before_led_to_and_what_a_file_does_not_say_yet_is_told() {
    let lab = lab();
    resolved(&lab);
    for (_, args) in PIECES {
        lab.run(&[&["postmortem"][..], args].concat()).ok();
    }
    lab.run(&["postmortem", "publish", LABEL]).ok();
    assert_eq!(status(&lab)["edited_since"], false);
    let soak =
        ["--evidence", "soak_start=2026-05-01 10:00", "--evidence", "soak_end=2026-05-02 10:00"];
    let answer = ["postmortem", "answer", LABEL, "staging-soak", "yes"];
    lab.run(&[&answer[..], &soak].concat()).ok().says("followed from the answer before");
    assert_eq!(
        question(&status(&lab), "change-rollback/staging-soak")["left_over"][0],
        format!("{LABEL}/1")
    );
    assert_eq!(status(&lab)["edited_since"], true);
    lab.run(&["postmortem", "status", LABEL]).ok().says("edited since: publish it again");
    lab.run(&["postmortem", "publish", LABEL]).ok();
    assert_eq!(status(&lab)["edited_since"], false);
}
