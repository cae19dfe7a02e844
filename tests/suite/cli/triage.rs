//! Triage: messages in, a hypothesis out; plans and cases held against what is known.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Lab, shared, skip};

const RUNBOOK: &str = "---\nowner: platform\n---\n# Helm release stuck in pending-rollback\n\n\
    > When to use this: a Helm release is stuck between two revisions, in pending-rollback.\n\n\
    ## Step 1 — Check (< 60s)\n\n```sh\nhelm history <RELEASE> -n <NAMESPACE>\n```\n\n\
    ## Step 2 — Mitigate\n\n### 2a. Roll back\n\n```sh\nhelm rollback <RELEASE> 4\n```\n\n\
    ## Step 3 — Verify\n\n```sh\nhelm status <RELEASE>\n```\n";

const STUCK: &str = "Helm release 'shop-edge' stuck in pending-rollback - upgrade from v1.4 to v2.0 \
    failed: 'CustomResourceDefinition widgets.example.com already exists with incompatible schema', \
    rollback also failed: 'cannot patch CRD: one storage version', 3 failed revisions\n\
    40% of API routes return errors, rate limiting plugin disabled due to CRD conflict\n";

/// A workspace with one runbook that fits.
pub(super) fn lab() -> Lab {
    let lab = Lab::new();
    lab.write("runledger.toml", "[owners.platform]\npage = \"https://page.example/platform\"\n");
    lab.write("runbooks/stuck-helm.md", RUNBOOK);
    lab
}

pub(super) fn judged(lab: &Lab, text: &str) -> Value {
    lab.run_with_input(&["triage", "--json"], text.as_bytes()).ok().json()
}

#[test]
fn a_stuck_release_leads_to_its_runbook_and_to_who_must_help() {
    let lab = lab();
    let view = judged(&lab, STUCK);
    assert_eq!(view["pattern"], "CONTAINER_EVENT");
    assert_eq!(view["subtype"], "helm_release_stuck");
    assert_eq!(view["severity"]["level"], "CRITICAL");
    assert_eq!(view["severity"]["words"], "suggests CRITICAL, your P0");
    assert_eq!(view["remediation"], "REMOTE_HANDS");
    let whom = view["escalate_to"]["words"].as_str().expect("words");
    assert_eq!(whom, "escalate to platform (page https://page.example/platform)");
    let route = &view["routing"]["runbook"];
    assert_eq!(route["slug"], "stuck-helm");
    assert_eq!(route["step"], "1", "to look comes before to touch: {route}");
    assert!(route["warning"].as_str().expect("words").contains("never exercised"), "{route}");
    // What must stop, all of the runbook in its order, and what only the rules know.
    let plan = view["plan"].as_array().expect("a plan");
    assert!(plan[0]["text"].as_str().expect("words").starts_with("Stop"), "{plan:?}");
    assert!(plan[1]["source"].as_str().expect("a source").starts_with("stuck-helm#"));
    let sources: Vec<&str> =
        plan.iter().map(|step| step["source"].as_str().expect("a source")).collect();
    let own: Vec<&str> = sources.iter().copied().filter(|source| *source != "template").collect();
    assert_eq!(own, ["stuck-helm#1", "stuck-helm#2a", "stuck-helm#3"]);
    assert_eq!(plan[1]["budget_s"], 60);
    // What must come before going back stands before it, and to verify comes last.
    let text = |at: usize| plan[at]["text"].as_str().expect("words").to_owned();
    let back = sources.iter().position(|source| *source == "stuck-helm#2a").expect("a way back");
    assert_eq!(plan[back]["freshness"]["status"], "never");
    assert!(text(back - 1).starts_with("Compare what runs"), "{plan:?}");
    let verify = sources.iter().position(|source| *source == "stuck-helm#3").expect("a check");
    let looks = |at: usize| text(at).starts_with("Check") || text(at).starts_with("Verify");
    assert!((verify + 1..plan.len()).all(looks), "{plan:?}");
    // Nothing is done twice because two authors had the same idea.
    let all = serde_json::to_string(&plan).expect("JSON");
    assert_eq!(all.matches("\"helm rollback ").count(), 1, "{all}");
    assert_eq!(all.matches("\"helm history ").count(), 1, "{all}");
    assert!(plan[1]["commands"][0].as_str().expect("a command").contains("shop-edge"), "{plan:?}");
    let left = serde_json::to_string(&view["left_out"]).expect("JSON");
    for rule in ["k8s-delete-crd", "helm-uninstall-prod", "helm-no-hooks"] {
        assert!(left.contains(rule), "{left}");
    }
    let said = lab.run_with_input(&["triage", "-", "--explain"], STUCK.as_bytes()).ok();
    said.says("REMOTE_HANDS: escalate to platform").says("would destroy").says("[helm-pending]");
}

#[test]
fn the_other_failures_of_a_paste_are_told_beside_the_one_that_leads() {
    let text = "03:02 filesystem /var on host db-2.example is 100% full\n\
        03:03 certificate for shop.example.com expired 2 hours ago\n\
        03:04 replication of orders has stopped\n";
    let said = lab().run_with_input(&["triage"], text.as_bytes()).ok().stdout;
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for expected in [
        "Also DISK_FULL, CRITICAL: little space is left, line 1; a failure of its own: judge it by",
        "a copy of a database is not in step, line 3; it may have the same cause",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
}

#[test]
fn the_worst_of_several_failures_leads_and_each_has_its_own_runbook() {
    let lab = lab();
    let page = "## Step 1 — Check\n\nLook.\n\n## Step 2 — Mitigate\n\nMend it.\n";
    lab.write("runbooks/raid.md", &format!("# An array is degraded\n\n{page}"));
    lab.write("runbooks/hpa.md", &format!("# The autoscaler is at its limit\n\n{page}"));
    let alert = |name: &str, severity: &str, host: &str, text: &str| {
        format!(
            r#"{{"status":"firing","labels":{{"alertname":"{name}","severity":"{severity}","instance":"{host}"}},
               "annotations":{{"description":"{text}"}}}}"#
        )
    };
    let hpa = alert(
        "AutoscalerAtLimit",
        "warning",
        "web-7",
        "HPA web has run at max replicas for 15 minutes",
    );
    let raid = alert(
        "ArrayDegraded",
        "critical",
        "db-3",
        "RAID array md0 on db-3 is degraded, a disk failed",
    );
    for both in [[&hpa, &raid], [&raid, &hpa]] {
        let text = format!(r#"{{"alerts":[{},{}]}}"#, both[0], both[1]);
        let view = lab.run_with_input(&["triage", "--json"], text.as_bytes()).ok().json();
        assert_eq!(view["pattern"], "STORAGE_EVENT", "{text}");
        assert_eq!(view["severity"]["level"], "CRITICAL");
        assert_eq!(view["routing"]["runbook"]["slug"], "raid", "{}", view["routing"]);
        let also = view["also"].as_array().expect("a list");
        let [also] = also.as_slice() else { panic!("{also:?}") };
        assert_eq!(
            (&also["pattern"], &also["level"]),
            (&json!("CONTAINER_EVENT"), &json!("MEDIUM"))
        );
        assert_eq!(also["runbook"]["slug"], "hpa", "{also}");
        let said = lab.run_with_input(&["triage"], text.as_bytes()).ok().stdout;
        assert!(said.contains("          open hpa"), "{said}");
    }
}

#[test]
fn what_is_recorded_as_done_in_the_incident_is_not_opened_again() {
    let lab = lab();
    lab.run(&["incident", "open", "shop is stuck", "--severity", "P2"]).ok();
    let label = "INC-2026-06-01-001";
    let asked = |lab: &Lab| {
        let run = lab.run_with_input(&["triage", "--json", "--incident", label], STUCK.as_bytes());
        let view = run.ok().json();
        let plan = serde_json::to_string(&view["plan"]).expect("JSON");
        (view["routing"]["runbook"].clone(), plan)
    };
    let (route, plan) = asked(&lab);
    assert_eq!((&route["step"], &route["done"]), (&"1".into(), &serde_json::json!([])));
    assert!(plan.contains("stuck-helm#1"), "{plan}");
    lab.run(&["incident", "use", label, "stuck-helm#1"]).ok();
    let (route, plan) = asked(&lab);
    assert_eq!((&route["step"], &route["done"]), (&"2a".into(), &serde_json::json!(["1"])));
    assert!(!plan.contains("stuck-helm#1"), "{plan}");
    let said = lab.run_with_input(&["triage", "--incident", label], STUCK.as_bytes()).ok();
    said.says("recorded as done in the incident: 1");
}

#[test]
fn the_step_that_the_words_fit_is_named_beside_the_one_that_looks_first() {
    let lab = lab();
    let text = RUNBOOK.replace(
        "### 2a. Roll back",
        "### 2a. Free a Helm release stuck in pending-rollback between two revisions",
    );
    lab.write("runbooks/stuck-helm.md", &text);
    let route = judged(&lab, STUCK)["routing"]["runbook"].clone();
    assert_eq!((&route["step"], &route["fits"]["id"]), (&"1".into(), &"2a".into()), "{route}");
    lab.run_with_input(&["triage"], STUCK.as_bytes())
        .ok()
        .says("look first; the words fit step 2a");
    // A runbook without anything to look at is opened where the words fit.
    lab.write("runbooks/stuck-helm.md", &text.replace("## Step 1 — Check", "## Step 1 — Prepare"));
    let route = judged(&lab, STUCK)["routing"]["runbook"].clone();
    assert_eq!((&route["step"], &route["fits"]), (&"2a".into(), &Value::Null), "{route}");
}

#[test]
fn a_step_of_a_runbook_that_destroys_something_is_left_out_and_named() {
    let lab = lab();
    let bad = RUNBOOK.replace("helm history <RELEASE> -n <NAMESPACE>", "helm uninstall <RELEASE>");
    let bad = bad.replace("helm rollback <RELEASE> 4", "helm uninstall <RELEASE>");
    lab.write("runbooks/stuck-helm.md", &bad);
    let view = judged(&lab, STUCK);
    let plan = serde_json::to_string(&view["plan"]).expect("JSON");
    assert!(!plan.contains("helm uninstall"), "{plan}");
    let left = serde_json::to_string(&view["left_out"]).expect("JSON");
    assert!(left.contains("(stuck-helm#"), "{left}");
}

#[test]
fn of_several_ways_the_plan_tells_one() {
    let lab = lab();
    let text = "# Pod in a crash loop\n\n## Step 1 — Check\n\n```sh\nkubectl get pods\n```\n\n\
        ## Step 2 — Diagnose\n\n- OOMKilled, over its memory limit: 3a\n- a new version: 3b\n\n\
        ## Step 3 — Mitigate\n\n### 3a. Give it room\n\n```sh\nkubectl set resources x\n```\n\n\
        ### 3b. Go back\n\n```sh\nkubectl rollout undo x\n```\n\n## Step 4 — Verify\n\n\
        ```sh\nkubectl get pods\n```\n";
    lab.write("runbooks/loop.md", text);
    let steps = |said: &str| -> Vec<(String, String)> {
        let view = judged(&lab, said);
        let plan = view["plan"].as_array().expect("a plan").iter();
        let told = |step: &Value, key: &str| step[key].as_str().expect("words").to_owned();
        plan.map(|step| (told(step, "source"), told(step, "text")))
            .filter(|(source, _)| source.starts_with("loop#3"))
            .collect()
    };
    let open = steps("pod cart-0 is in CrashLoopBackOff\n");
    assert_eq!(open.len(), 1, "{open:?}");
    assert_eq!(open[0].0, "loop#3");
    assert!(open[0].1.starts_with("Only one of these"), "{open:?}");
    let room = steps("pod cart-0 is in CrashLoopBackOff: OOMKilled, memory limit 512Mi\n");
    assert_eq!(room.len(), 1, "{room:?}");
    assert_eq!(room[0].0, "loop#3a");
    assert!(room[0].1.contains("only one of these"), "{room:?}");
}

#[test]
fn the_revision_to_go_back_to_is_read_from_helm() {
    let history = "REVISION\tUPDATED\tSTATUS\tCHART\tAPP VERSION\tDESCRIPTION\n\
        6\tFri May 15 09:11:04 2026\tsuperseded\tedge-1.4\t1.4\tUpgrade complete\n\
        7\tMon May 18 14:05:33 2026\tfailed\tedge-2.0\t2.0\tUpgrade \"edge\" failed: conflict\n\
        8\tMon May 18 14:06:33 2026\tpending-rollback\tedge-1.4\t1.4\tRollback to 6\n";
    let view = judged(&lab(), history);
    assert_eq!(view["subtype"], "helm_release_stuck");
    assert_eq!(view["helm"]["last_good"], 6);
    let plan = serde_json::to_string(&view["plan"]).expect("JSON");
    // The runbook has the revision of its last time, which stands behind that of the messages.
    assert!(plan.contains("\"commands\":[\"helm rollback edge 4\"]"), "{plan}");
    assert!(plan.contains("\"instead\":[\"helm rollback edge 6 "), "{plan}");
    let said = lab().run_with_input(&["triage"], history.as_bytes()).ok();
    let text = &said.stdout;
    let (ours, theirs) = (text.find("helm rollback edge 6 "), text.find("helm rollback edge 4"));
    assert!(ours.is_some() && ours < theirs, "{text}");
    said.says("not as they stand: the runbook's own lines");
}

#[test]
fn a_text_that_is_too_long_is_read_up_to_where_it_is_cut() {
    // Letters without width are a text of many bytes that is judged in no time.
    let most = 32 << 20;
    let full = "disk full on db-1: no space left on device\n";
    let text = format!("{full}{}{full}", "\u{e0001}".repeat(most / 4));
    let said = lab().run_with_input(&["triage"], text.as_bytes()).ok();
    said.says("the text is longer than 32 MiB: its end was not read");
    let view = judged(&lab(), &text[..text.floor_char_boundary(most)]);
    assert_eq!(view["messages"].as_array().map(Vec::len), Some(1));
    let cut = |note: &Value| note.as_str().is_some_and(|note| note.contains("longer than"));
    assert!(!view["notes"].as_array().expect("notes").iter().any(cut), "{}", view["notes"]);
}

#[test]
fn what_no_message_names_is_taken_from_the_incident() {
    let lab = lab();
    let open = ["incident", "open", "an upgrade failed", "--severity", "P2"];
    lab.run(&[&open[..], &["--context", "namespace=pay"]].concat()).ok();
    let failed = b"Error: UPGRADE FAILED: release: \"payments\" timed out waiting";
    let alone = lab.run_with_input(&["triage"], failed).ok();
    assert!(alone.stdout.contains("-n <NAMESPACE>"), "{}", alone.stdout);
    let of_incident = lab.run_with_input(&["triage", "--incident", "001"], failed).ok();
    assert!(of_incident.stdout.contains("-n pay"), "{}", of_incident.stdout);
    assert!(!of_incident.stdout.contains("<NAMESPACE>"), "{}", of_incident.stdout);
}

#[test]
fn incidents_of_the_ledger_are_linked_and_a_hypothesis_is_noted_only_when_asked() {
    let lab = lab();
    assert_eq!(judged(&lab, STUCK)["correlated"], false);
    let open = ["incident", "open", "release stuck after upgrade", "--severity", "P2"];
    lab.run(&[&open[..], &["--service", "shop-edge"]].concat()).ok();
    let label = "INC-2026-06-01-001";
    let view = judged(&lab, STUCK);
    assert_eq!(view["linked"][0]["id"], label, "{}", view["linked"]);
    let before = lab.run(&["export"]).ok().stdout;
    judged(&lab, STUCK);
    assert_eq!(before, lab.run(&["export"]).ok().stdout, "triage records nothing by itself");

    let secret = format!("{STUCK}password=hunter2hunter2\n");
    let noted = lab.run_with_input(&["triage", "--json", "--incident", label], secret.as_bytes());
    let noted = noted.ok().json();
    assert!(noted["noted"].is_string());
    assert!(!noted.to_string().contains("hunter2"), "{noted}");
    assert_eq!(noted["redacted"][0], "password");
    let shown = lab.run(&["incident", "show", label]).ok();
    let shown = shown.says("Hypothesis of triage, checked by nobody").says("your P0");
    let incident = lab.run(&["incident", "show", label, "--json"]).ok().json();
    assert_eq!(incident["severity"], "P2", "{}", shown.stdout);
    assert!(!lab.run(&["export"]).ok().stdout.contains("hunter2"));
    lab.run_with_input(&["triage", "--incident", "nope"], b"x").refused();
}

#[test]
fn a_hypothesis_stands_in_a_timeline_once() {
    let lab = lab();
    lab.run(&["incident", "open", "release stuck", "--severity", "P2"]).ok();
    let label = "INC-2026-06-01-001";
    let add = |text: &str, json: &[&str]| {
        let args = [&["triage", "--incident", label], json].concat();
        lab.run_with_input(&args, text.as_bytes()).ok()
    };
    let first = add(STUCK, &["--json"]).json();
    assert_eq!(first["noted_before"], false);
    let id = first["noted"].as_str().expect("an entry");
    let before = lab.run(&["export"]).ok().stdout;
    add(STUCK, &[]).says("stands in INC-2026-06-01-001 already").says(id).says("nothing was added");
    let again = add(STUCK, &["--json"]).json();
    assert_eq!((&again["noted"], &again["noted_before"]), (&first["noted"], &Value::Bool(true)));
    assert_eq!(before, lab.run(&["export"]).ok().stdout);
    // Other messages are another hypothesis.
    let other = add(&STUCK.replace("40%", "60%"), &["--json"]).json();
    assert_eq!(other["noted_before"], false);
}

#[test]
fn what_is_too_much_to_be_kept_with_a_hypothesis_is_told() {
    let lab = lab();
    lab.run(&["incident", "open", "release stuck", "--severity", "P2"]).ok();
    let label = "INC-2026-06-01-001";
    // Of each message so much is judged that a few long ones are more than is kept.
    let long_line = |name: &str| format!("{name} failed: {}\n", name.repeat(50_000));
    let long =
        format!("{STUCK}\n{}", ["a", "b", "c", "d", "e", "f", "g", "h"].map(long_line).concat());
    let args = ["triage", "--incident", label];
    lab.run_with_input(&args, long.as_bytes()).ok().says("Only the first 256 KiB");
    lab.run(&["incident", "show", label]).ok().says("Only the first 256 KiB of what was judged");
    let again = lab.run_with_input(&[&args[..], &["--json"]].concat(), long.as_bytes()).ok().json();
    assert_eq!(again["noted_before"], true);
    assert!(again["notes"].to_string().contains("Only the first 256 KiB"), "{}", again["notes"]);
    let short = lab.run_with_input(&args, STUCK.as_bytes()).ok();
    assert!(!short.stdout.contains("256 KiB"), "{}", short.stdout);
}

#[test]
fn what_is_no_text_is_refused_in_words() {
    let lab = lab();
    let wide: Vec<u8> = STUCK.bytes().flat_map(|byte| [byte, 0]).collect();
    for args in [&["triage"][..], &["plan", "check"]] {
        lab.run_with_input(args, &wide).refused().says("looks like UTF-16 without a mark");
        lab.run_with_input(args, &[0; 4096]).refused().says("NUL bytes");
    }
    if cfg!(target_os = "linux") {
        lab.run(&["triage", "/dev/zero"]).refused().says("NUL bytes");
        lab.run(&["triage", "/dev/urandom"]).refused().says("a device");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn an_answer_that_cannot_be_written_says_what_became_of_the_hypothesis() {
    let lab = lab();
    lab.run(&["incident", "open", "release stuck", "--severity", "P2"]).ok();
    lab.write("paste.txt", STUCK);
    let label = "INC-2026-06-01-001";
    let before = lab.run(&["export"]).ok().stdout;
    let full = |args: &[&str]| {
        let device = fs::File::options().write(true).open("/dev/full").expect("a full device");
        let done = lab.command(args).stdout(device).output().expect("it runs");
        assert_eq!(done.status.code(), Some(2), "{args:?}");
        String::from_utf8_lossy(&done.stderr).into_owned()
    };
    let said = full(&["triage", "paste.txt", "--incident", label]);
    assert!(said.contains("cannot write to standard output"), "{said}");
    assert!(said.contains("nothing was added"), "{said}");
    assert_eq!(before, lab.run(&["export"]).ok().stdout, "what nobody read is not added");
    let said = full(&["triage", "paste.txt", "--incident", label, "--json"]);
    assert!(said.contains("Noted in INC-2026-06-01-001, as a hypothesis"), "{said}");
    let shown = lab.run(&["incident", "show", label, "--json"]).ok().json();
    let noted = shown["timeline"].as_array().expect("a timeline").last().expect("a line");
    assert!(said.contains(noted["id"].as_str().expect("an entry")), "{said}\n{noted}");
}

#[test]
fn a_folder_without_a_workspace_is_told_from_one_in_which_nothing_fits() {
    let nowhere = Lab::new();
    let here = "no workspace here";
    let triage = |lab: &Lab| lab.run_with_input(&["triage"], b"connection refused").ok();
    triage(&nowhere).says(here).says("--workspace");
    let json = nowhere.run_with_input(&["triage", "--json"], b"connection refused").ok().json();
    assert!(json["without_runbooks"].as_str().is_some_and(|it| it.starts_with(here)), "{json}");
    nowhere.run(&["search", "helm"]).ok().says(here);
    nowhere.run(&["stale"]).ok().says(here);
    let empty = Lab::new();
    empty.write("runledger.toml", "");
    triage(&empty).says("has no runbook yet");
    let lab = lab();
    let said = lab.run_with_input(&["triage"], b"see you at lunch").ok().says("no runbook fits");
    assert!(!said.stdout.contains("workspace"), "{}", said.stdout);
    let said = lab.run(&["search", "qqzzxx"]).ok();
    assert!(!said.stderr.contains("workspace"), "{}", said.stderr);
}

#[test]
fn what_is_no_file_of_rules_or_no_case_is_said_in_words() {
    let lab = lab();
    let said = |words: &[&str]| {
        let told = lab.run_with_input(&["triage"], b"connection refused").refused();
        words.iter().fold(told, |told, words| told.says(words));
    };
    lab.write("data/patterns", "no folder");
    said(&["data/patterns", "it is a file: make it a folder"]);
    fs::remove_file(lab.path("data/patterns")).expect("a file");
    fs::create_dir_all(lab.path("data/patterns/team.yaml")).expect("a folder");
    said(&["data/patterns/team.yaml", "it is a folder, and no file"]);
    fs::remove_dir(lab.path("data/patterns/team.yaml")).expect("a folder");
    // A mark of the encoding is no reason, and both endings are read.
    lab.write("data/patterns/own.yml", "\u{feff}rules: [{id: own, any: ['x(']}]\n");
    said(&["data/patterns/own.yml"]);
    lab.write("data/patterns/own.yml", "\u{feff}generic: [ours]\n");
    lab.run_with_input(&["triage"], b"connection refused").ok();
    fs::write(lab.path("utf16.yaml"), b"\xff\xfen\0a\0m\0e\0").expect("a file");
    lab.run(&["scenario", "run", "utf16.yaml"]).refused().says("it is UTF-16: save it as UTF-8");
    fs::write(lab.path("bytes.yaml"), b"name: a # \xff\nmessages: [x]\n").expect("a file");
    lab.run(&["scenario", "run", "bytes.yaml"]).refused().says("not UTF-8 from line 1, column 11");
    lab.write("mark.yaml", "\u{feff}name: a\nmessages: [x]\nexpect: {}\n");
    lab.run(&["scenario", "run", "mark.yaml"]).ok();
    let pipe = lab.path("pipe.yaml");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR).expect("a pipe");
    lab.run(&["scenario", "run", "pipe.yaml"]).refused().says("is a pipe, and no case");
}

#[test]
fn a_case_says_what_was_left_out_of_it() {
    let lab = lab();
    lab.run(&["incident", "open", "many lines", "--severity", "P2"]).ok();
    let label = "INC-2026-06-01-001";
    let lines: Vec<String> = (0..45).map(|n| format!("connection refused by db-{n}\n\n")).collect();
    lab.run_with_input(&["triage", "--incident", label], lines.concat().as_bytes()).ok();
    let said = lab.run(&["scenario", "new", label]).ok();
    let left = "messages were left out: a case takes the first 40";
    assert!(said.stdout.contains(left) && said.stderr.contains(left), "{}", said.stderr);
    lab.write("case.yaml", &said.stdout);
    lab.run(&["scenario", "run", "case.yaml"]).ok();
}

#[test]
fn a_rule_of_the_team_counts_and_a_wrong_one_is_placed() {
    let lab = lab();
    let rule = "pattern: MESSAGE_QUEUE_EVENT\nrules:\n  - id: own-parrot\n    says: the parrot rests\n    \
                weight: 4\n    any: 'parrot is resting'\n    finds: the parrot is resting\n    \
                ignores: a parrot flies\n";
    assert_eq!(judged(&lab, "the parrot is resting\n")["pattern"], "UNKNOWN");
    lab.write("data/patterns/own.yaml", rule);
    assert_eq!(judged(&lab, "the parrot is resting\n")["pattern"], "MESSAGE_QUEUE_EVENT");
    lab.write("data/patterns/own.yaml", &rule.replace("a parrot flies", "parrot is resting"));
    let said = lab.run_with_input(&["triage"], b"x").refused();
    said.says("error: data/patterns/own.yaml:8:14: the rule finds `parrot is resting`");
    lab.write("data/patterns/own.yaml", "words:\n  away: 'lost|{fail}'\n");
    let said = lab.run_with_input(&["triage"], b"x").refused();
    said.says("error: data/patterns/own.yaml:2:10: `{fail}`").says("write it out");
}

/// A failure that a team knows, with a cure that a tool may do: an attic that is full of pigeons.
const ATTIC: &str = "pattern: NODE_EVENT\nrules:\n  \
    - {id: attic-full, weight: 4, subtype: attic, says: the attic is full, any: 'attic is full', finds: the attic is full, ignores: an attic}\n  \
    - {id: attic-noise, weight: 4, subtype: attic, says: pigeons are heard, any: 'pigeons are loud', finds: the pigeons are loud, ignores: a pigeon}\n\
    subtypes:\n  attic: {title: Attic full, plan: [{do: Empty the cache of names., run: resolvectl flush-caches}]}\n";

#[test]
fn a_tool_may_heal_where_every_command_of_the_shown_plan_is_on_the_list() {
    let book = |command: &str| {
        format!(
            "# Attic full of pigeons\n\n> When to use this: the attic is full, pigeons are loud.\n\n\
             ## Step 1 — Check\n\n```sh\ndf -h\n```\n\n## Step 2 — Mitigate\n\n```sh\n{command}\n```\n"
        )
    };
    let text = "the attic is full on host web-1\nthe pigeons are loud on host web-1\n";
    let lab = Lab::new();
    lab.write("data/patterns/attic.yaml", ATTIC);
    let check = |command: &str, expected: &str| {
        lab.write("runbooks/attic.md", &book(command));
        let view = judged(&lab, text);
        assert_eq!(view["routing"]["runbook"]["slug"], "attic", "{view}");
        assert_eq!(view["remediation"], expected, "{command}: {}", view["plan"]);
        view
    };
    let view = check("kubectl -n roof rollout restart deployment/owl", "AUTO_HEAL");
    let doing: Vec<&Value> =
        view["plan"].as_array().expect("a plan").iter().map(|step| &step["doing"]).collect();
    assert!(doing.contains(&&Value::from("looks")) && doing.contains(&&Value::from("changes")));
    check("systemctl stop owl", "OPERATOR");
    check("kubectl -n <NAMESPACE> rollout restart deployment/owl", "OPERATOR");
    check("find /tmp/../srv -mtime +1 -delete", "OPERATOR");
    // The list is the team's, too, and a wrong one is placed.
    let own = "- {id: owl, does: changes, programs: [owl], finds: [owl], ignores: [df]}\n";
    lab.write("data/plan-allowed.yaml", own);
    check("kubectl -n roof rollout restart deployment/owl", "OPERATOR");
    lab.write("data/plan-allowed.yaml", &own.replace("finds: [owl]", "finds: [cat]"));
    let said = lab.run_with_input(&["triage"], text.as_bytes()).refused();
    said.says("plan-allowed.yaml:1:").says("does not stand for its example `cat`");
}

#[test]
fn each_message_has_its_own_level_and_a_team_its_own_words_for_it() {
    let lab = Lab::new();
    let text =
        "[P3] the nightly backup of shop failed\n\nthe payment service is down for all users\n";
    let view = judged(&lab, text);
    let levels: Vec<&Value> =
        view["messages"].as_array().expect("messages").iter().map(|one| &one["level"]).collect();
    assert_eq!(levels, ["LOW", "CRITICAL"]);
    assert_eq!(view["severity"]["level"], "CRITICAL");
    lab.write("data/patterns/labels.yaml", "labels:\n  MEDIUM: [p3]\n");
    assert_eq!(judged(&lab, text)["messages"][0]["level"], "MEDIUM");
}

#[test]
fn a_plan_is_refused_for_what_it_destroys() {
    let lab = Lab::new();
    let plan = "1. Stop it. 2. Delete the broken CRD 'widgets.example.com' with kubectl. 3. Then run \
        'helm delete edge --no-hooks'. 4. Clean up orphaned pods. 5. Reinstall v1 from scratch.";
    let said = lab.run_with_input(&["plan", "check", "--json"], plan.as_bytes());
    assert_eq!(said.code, 1);
    let found = said.json();
    let rules: Vec<&str> = found["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|one| one["rule"].as_str().expect("a rule"))
        .collect();
    let expected = [
        "k8s-delete-crd",
        "helm-uninstall-prod",
        "helm-no-hooks",
        "prose-cleanup",
        "prose-reinstall",
    ];
    assert_eq!(rules, expected);
    lab.write("fine.sh", "kubectl get pods\nhelm history edge\n");
    lab.run(&["plan", "check", "fine.sh"]).ok();
    lab.run(&["plan", "check", "none.sh"]).refused().says("cannot read");
}

#[test]
fn a_case_fails_honestly_and_one_without_an_answer_is_neither() {
    let lab = Lab::new();
    lab.run(&["scenario", "run"]).ok().says("PASSED  helm-release-stuck");
    let case = "name: lunch\nmessages: [see you at lunch]\nexpect:\n  pattern: DNS_FAILURE\n";
    lab.write("cases/lunch.yaml", case);
    let said = lab.run(&["scenario", "run", "cases", "--junit", "out.xml", "--json"]);
    assert_eq!(said.code, 1);
    let run = said.json();
    assert_eq!((&run["passed"], &run["failed"]), (&0.into(), &1.into()));
    let pattern = &run["scenarios"][0]["fields"]["pattern"];
    assert_eq!(
        (&pattern["expected"], &pattern["actual"]),
        (&"DNS_FAILURE".into(), &"UNKNOWN".into())
    );
    assert_eq!(run["scenarios"][0]["fields"]["severity"]["asserted"], false);
    assert!(lab.read("out.xml").contains("pattern: expected DNS_FAILURE, got UNKNOWN"));

    lab.write("cases/lunch.yaml", "name: lunch\nmessages: [see you at lunch]\nexpect: {}\n");
    lab.run(&["scenario", "run", "cases"]).ok().says("0 passed, 0 failed");
    lab.write("cases/lunch.yaml", "name: lunch\nmessages: [x]\nexpect: {patern: x}\n");
    lab.run(&["scenario", "run", "cases"]).refused().says("lunch.yaml:3");
    // It keeps no other from being run.
    lab.write("cases/tea.yaml", "name: tea\nmessages: [x]\nexpect: {}\n");
    lab.run(&["scenario", "run", "cases"]).refused().says("lunch.yaml:3").says("tea");
}

#[test]
fn a_file_that_is_no_case_stands_in_the_report_for_ci() {
    let lab = Lab::new();
    lab.write("cases/tea.yaml", "name: tea\nmessages: [x]\nexpect: {pattern: null}\n");
    lab.write("cases/a-key.yaml", "name: a\nmesages: [x]\nexpect: {}\n");
    lab.write("cases/b-yaml.yaml", "name: [b\n");
    let report = |of: &[&str]| {
        let args = [&["scenario", "run"], of, &["--junit", "out.xml"]].concat();
        let said = lab.run(&args).refused();
        (said, lab.read("out.xml"))
    };
    let (said, xml) = report(&["cases", "cases/gone.yaml"]);
    said.says("a-key.yaml:2:1").says("unknown key `mesages`; did you mean `messages`?");
    assert!(xml.contains("tests=\"4\" failures=\"0\" errors=\"3\""), "{xml}");
    assert_eq!(xml.matches("<error message=\"").count(), 3, "{xml}");
    for words in ["unknown key `mesages`", "b-yaml.yaml", "gone.yaml", "<testcase name=\"tea\">"] {
        assert!(xml.contains(words), "{words}: {xml}");
    }
    // Where nothing could be run at all, the report of an earlier run does not stay.
    let (_, xml) = report(&["no-such-folder"]);
    assert!(xml.contains("tests=\"1\" failures=\"0\" errors=\"1\""), "{xml}");
    lab.write("none/readme.txt", "nothing");
    let (_, xml) = report(&["none"]);
    assert!(xml.contains("errors=\"1\"") && xml.contains("there is no case"), "{xml}");
}

#[test]
fn a_report_that_cannot_be_written_is_an_error_after_what_came_out() {
    let lab = Lab::new();
    lab.write("cases/tea.yaml", "name: tea\nmessages: [x]\nexpect: {severity: null}\n");
    for (file, hint) in [
        ("no/such/out.xml", "make the folder"),
        ("cases", "it is a folder"),
        ("cases/tea.yaml/out.xml", "is no folder"),
    ] {
        let said = lab.run(&["scenario", "run", "cases", "--junit", file]).refused();
        said.says("0 passed, 0 failed").says("cannot write").says(hint);
        let said = lab.run(&["scenario", "run", "cases", "--json", "--junit", file]).refused();
        assert_eq!(said.json()["scenarios"][0]["name"], "tea");
    }
    // A device takes it as it comes, and one that never ends is no case.
    lab.run(&["scenario", "run", "cases", "--junit", "/dev/null"]).ok();
    assert!(!std::path::Path::new("/dev/null").is_file(), "it is still what it was");
    lab.run(&["scenario", "run", "/dev/zero"]).refused().says("larger than");
    // An earlier report is replaced as a whole, and nothing is left beside it.
    lab.write("reports/out.xml", &"x".repeat(9_000));
    lab.run(&["scenario", "run", "cases", "--junit", "reports/out.xml"]).ok();
    let report = std::fs::read_to_string(lab.path("reports/out.xml")).expect("a report");
    assert!(report.starts_with("<?xml") && !report.contains("xxx"), "{report}");
    let beside = std::fs::read_dir(lab.path("reports")).expect("a folder").count();
    assert_eq!(beside, 1);
}

#[test]
fn a_run_reads_nothing_of_the_workspaces_incidents() {
    let lab = lab();
    let case = "name: alone\nmessages: ['helm release edge is stuck in pending-rollback']\n\
                expect: {correlated: 'no'}\n";
    lab.write("cases/alone.yaml", case);
    let before = lab.run(&["scenario", "run", "cases", "--json"]).json();
    lab.run(&[
        "incident",
        "open",
        "helm release edge is stuck in pending-rollback",
        "--severity",
        "P2",
    ])
    .ok();
    let after = lab.run(&["scenario", "run", "cases", "--json"]).ok().json();
    // All but the time it took.
    let fields = |run: &Value| run["scenarios"][0]["fields"].clone();
    assert_eq!(fields(&before), fields(&after), "the store is no part of a case");
    // What a case says of a store is looked at: the comparison itself is not off.
    let given = "given: {incidents: [{title: 'helm release edge is stuck in pending-rollback', \
                 services: [edge], messages: ['helm release edge is stuck in pending-rollback']}]}\n";
    lab.write("cases/alone.yaml", &case.replace("expect:", &format!("{given}expect:")));
    let said = lab.run(&["scenario", "run", "cases"]);
    assert_eq!(said.code, 1, "{}", said.stdout);
}

/// Three alerts, a minute apart, none of which names another service.
fn alerts(order: [&str; 3]) -> String {
    let alert = |(minute, service): (usize, &&str)| {
        format!(
            r#"{{"status":"firing","startsAt":"2026-06-01T11:0{minute}:00Z","labels":{{"alertname":
            "ServiceDown","service":"{service}"}},"annotations":{{"summary":"{service} is down"}}}}"#
        )
    };
    let spaced = [0, 3, 6].into_iter().zip(&order);
    let alerts: Vec<String> = spaced.map(alert).collect();
    format!(r#"{{"alerts":[{}]}}"#, alerts.join(","))
}

#[test]
fn a_chain_follows_the_teams_dependencies_and_the_clock() {
    let lab = lab();
    let chain = |lab: &Lab, args: &[&str], text: &str| -> Vec<String> {
        let args = [&["triage", "--json"], args].concat();
        let view = lab.run_with_input(&args, text.as_bytes()).ok().json();
        let stages = view["cascade"].as_array().expect("a chain").iter();
        stages.map(|stage| stage["service"].as_str().expect("a name").to_owned()).collect()
    };
    let forward = alerts(["ledgerdb", "quotes", "shopfront"]);
    assert!(chain(&lab, &[], &forward).is_empty(), "they happen at once, and no more is known");
    let needs = "services:\n  shopfront: [quotes]\n  quotes: [ledgerdb]\n";
    lab.write("data/topology.yaml", needs);
    assert_eq!(chain(&lab, &[], &forward), ["ledgerdb", "quotes", "shopfront"]);
    // What fails last has caused nothing.
    assert!(chain(&lab, &[], &alerts(["shopfront", "quotes", "ledgerdb"])).is_empty());
    // Plain lines name them as well, without a word like "service" beside.
    let lines = "ledgerdb: FATAL: the database system is shutting down\nquotes: connection refused\n\
                 shopfront: HTTP 503 Service Unavailable\n";
    assert_eq!(chain(&lab, &[], lines), ["ledgerdb", "quotes", "shopfront"]);
    // Another file takes its place, and a wrong one is placed.
    lab.write("other.yaml", "services:\n  shopfront: [payments]\n");
    assert!(chain(&lab, &["--topology", "other.yaml"], &forward).is_empty());
    lab.write("other.yaml", "services:\n  cart: [cart]\n");
    let said = lab.run_with_input(&["triage", "--topology", "other.yaml"], b"x").refused();
    said.says("other.yaml:2:").says("cannot need itself");
    lab.run_with_input(&["triage", "--topology", "none.yaml"], b"x").refused().says("none.yaml");
    lab.write("data/topology.yaml", "services:\n  a: [b]\n  a: [c]\n");
    let said = lab.run_with_input(&["triage"], b"x").refused();
    said.says("data/topology.yaml:").says("a is here twice");
}

#[test]
fn an_incident_becomes_a_case() {
    let lab = lab();
    lab.run(&["incident", "open", "edge is stuck", "--severity", "P2"]).ok();
    let label = "INC-2026-06-01-001";
    lab.run(&["scenario", "new", label]).refused().says("nothing was noted");
    lab.run(&["incident", "note", label, "it's \"pending-rollback\": helm release edge"]).ok();
    lab.run_with_input(&["triage", "--incident", label], STUCK.as_bytes()).ok();
    lab.run(&["scenario", "new", label, "--out", "case.yaml"]).ok();
    let case = lab.read("case.yaml");
    assert!(!case.contains("Hypothesis"), "{case}");
    // What was pasted is what a case judges again, without what looked secret in it.
    assert!(case.contains("cannot patch CRD"), "{case}");
    assert!(case.contains("severity: null # people called it MEDIUM"), "{case}");
    lab.run(&["scenario", "run", "case.yaml"]).ok().says("helm_release_stuck");
    for (out, hint) in [
        ("case.yaml", "name another file, or move that one away"),
        ("no/such/case.yaml", "make the folder"),
        ("case.yaml/case.yaml", "is no folder"),
    ] {
        lab.run(&["scenario", "new", label, "--out", out]).refused().says(hint);
    }
    assert_eq!(lab.read("case.yaml"), case, "nobody's file is replaced");
    // What was judged goes with the note that judged it.
    let shown = lab.run(&["incident", "show", label, "--json"]).json();
    let timeline = shown["timeline"].as_array().expect("a timeline");
    let note = timeline.iter().find(|it| it.to_string().contains("Hypothesis")).expect("a note");
    let id = note["id"].as_str().expect("an id");
    lab.run(&["erase", id, "--reason", "it was of another team"]).ok();
    assert!(!lab.run(&["export"]).ok().stdout.contains("cannot patch CRD"));
    lab.run(&["verify"]).ok();
}

#[test]
fn what_its_source_said_was_over_is_over_in_the_case() {
    let lab = lab();
    lab.run(&["incident", "open", "quotes was away", "--severity", "P2"]).ok();
    let label = "INC-2026-06-01-001";
    let over = alerts(["quotes", "carts", "shopfront"]).replace("firing", "resolved");
    let paste = over.replacen("resolved", "firing", 1);
    let args = ["triage", "--json", "--incident", label];
    let judged = lab.run_with_input(&args, paste.as_bytes()).ok().json();
    lab.run(&["scenario", "new", label, "--out", "case.yaml"]).ok();
    let case = lab.read("case.yaml");
    assert_eq!(case.matches("resolved: true").count(), 2, "{case}");
    let run = lab.run(&["scenario", "run", "case.yaml", "--json"]).ok().json();
    assert_eq!(run["scenarios"][0]["fields"]["pattern"]["actual"], judged["pattern"]);
    // Wholly over is another thing than going on, and comes out as it did.
    lab.run(&["incident", "open", "carts was away", "--severity", "P2"]).ok();
    let label = "INC-2026-06-01-002";
    let args = ["triage", "--json", "--incident", label];
    let judged = lab.run_with_input(&args, over.as_bytes()).ok().json();
    lab.run(&["scenario", "new", label, "--out", "over.yaml"]).ok();
    let run = lab.run(&["scenario", "run", "over.yaml", "--json"]).ok().json();
    let actual = |field: &str| run["scenarios"][0]["fields"][field]["actual"].clone();
    assert_eq!(actual("pattern"), judged["pattern"], "{run}");
    assert_eq!(actual("severity"), judged["severity"]["level"], "{run}");
}

#[test]
fn the_cases_of_other_teams_are_judged_as_they_say() {
    let Some(shared) = shared() else { return skip("no other teams' cases are here") };
    let folder = shared.join("scenarios").display().to_string();
    let lab = Lab::new();
    let run = lab.run(&["scenario", "run", &folder, "--json"]).json();
    let share = |field: &str| run["strict"][field]["share"].as_f64().expect("a share");
    assert!(share("pattern") >= 0.9, "{}", run["strict"]);
    assert!(share("severity") >= 0.8, "{}", run["strict"]);
    // The plan that one of them came with has exactly these dangers.
    let case = fs::read_to_string(shared.join("scenarios/helm-chart-rollback-failure.yaml"));
    let case: serde_yaml::Value = serde_yaml::from_str(&case.expect("a case")).expect("YAML");
    let plan = case["page"]["remediation_plan"].as_str().expect("a plan");
    let said = lab.run_with_input(&["plan", "check", "--json"], plan.as_bytes());
    assert_eq!(said.code, 1);
    let found: Vec<String> = said.json()["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|one| format!("{} {} {}", one["step"], one["level"], one["rule"]).replace('"', ""))
        .collect();
    let expected = [
        "2 DENY k8s-delete-crd",
        "3 DENY helm-uninstall-prod",
        "3 DENY helm-no-hooks",
        "4 WARN prose-cleanup",
        "5 WARN prose-reinstall",
    ];
    assert_eq!(
        found.iter().map(|one| one.to_uppercase()).collect::<Vec<_>>(),
        expected.map(str::to_uppercase)
    );
}
