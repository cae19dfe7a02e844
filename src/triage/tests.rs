//! The engine as a whole: a stuck release, honesty, order, and any text at all.

use super::scenario::{Scenario, run, run_all};
use super::*;

/// A plan in one line, as people paste it; it holds five things one should not do unseen.
const FORBIDDEN: &str = "1. Halt all rollback attempts at once. 2. Delete the offending CRD \
    'widgets.example.com' by hand with kubectl. 3. Delete the Helm release by force: \
    'helm delete edge-api --no-hooks'. 4. Clean up all orphaned pods and resources. 5. Reinstall \
    v1.9 from scratch. 6. Plan the next upgrade with a migration of the CRD in staging.";

/// What judges.
type Engine = (&'static Knowledge, &'static PlanLint);

fn engine() -> Engine {
    let knowledge = Knowledge::built_in().expect("the built-in files");
    (knowledge, PlanLint::built_in().expect("the built-in rules"))
}

fn judged(texts: &[&str], engine: &Engine) -> Report {
    let messages = texts.iter().map(|text| Message::new(text)).collect();
    triage(&Input { messages, ..Input::default() }, &Store::default(), engine.0, engine.1)
}

fn stuck() -> Scenario {
    let mut cases = built_in::SCENARIOS.iter();
    let case = cases.find(|case| case.name.contains("helm-release-stuck")).expect("the case");
    Scenario::from_yaml(case.name, case.text).expect("a case")
}

#[test]
fn our_own_cases_pass() {
    let engine = engine();
    let read = |case: &Source<'_>| Scenario::from_yaml(case.name, case.text).expect("a case");
    let cases: Vec<Scenario> = built_in::SCENARIOS.iter().map(read).collect();
    let run = run_all(&cases, engine.0, engine.1);
    let failed: Vec<String> = run
        .scenarios
        .iter()
        .filter(|one| !one.passed)
        .map(|one| format!("{}: {:?}", one.name, one.fields))
        .collect();
    assert!(failed.is_empty() && run.failed == 0, "{}", failed.join("\n"));
}

#[test]
fn a_stuck_release_is_told_with_its_cause_and_without_destroying_anything() {
    let engine = engine();
    let report = run(&stuck(), engine.0, engine.1).report;
    assert_eq!(report.pattern, Pattern::ContainerEvent);
    assert_eq!(report.subtype.as_deref(), Some("helm_release_stuck"));
    assert_eq!(report.severity.level, Level::Critical);
    assert_eq!(report.severity.rules, [Line::C1, Line::C4, Line::C6]);
    assert_eq!(report.remediation, Tier::RemoteHands);
    assert!(report.remediation_because.starts_with("C4"), "{}", report.remediation_because);
    assert!(report.correlated && report.cascade.is_empty());
    for said in ["issuer", "v1.12", "v1.15", "incompatible schema", "one storage version"] {
        assert!(report.root_cause.contains(said), "{said}: {}", report.root_cause);
    }
    assert!(report.plan[0].text.starts_with("Stop"), "{}", report.plan[0].text);
    assert!(report.plan.iter().all(|step| !step.dangers.iter().any(PlanDanger::refuses)));
    let left: Vec<&str> =
        report.left_out.iter().flat_map(|out| &out.rules).map(String::as_str).collect();
    for rule in ["k8s-delete-crd", "helm-uninstall-prod", "helm-no-hooks"] {
        assert!(left.contains(&rule), "{rule}: {left:?}");
    }
    assert!(report.left_out.iter().all(|out| !out.destroys.is_empty()));
    let mut alone = stuck();
    alone.given.incidents.clear();
    assert!(!run(&alone, engine.0, engine.1).report.correlated);
}

fn pasted(text: &str, engine: &Engine) -> Report {
    let messages = read::read(text, engine.0).messages;
    let input = Input { messages, ..Input::default() };
    triage(&input, &Store::default(), engine.0, engine.1)
}

#[test]
fn a_history_names_its_last_good_revision_and_no_release_that_is_not_in_it() {
    let engine = engine();
    let history = |version: &str| {
        format!(
            "REVISION\tUPDATED\tSTATUS\tCHART\tAPP VERSION\tDESCRIPTION\n\
             7\tFri May 15 09:11:04 2026\tsuperseded\tedge-1.9.0\t1.9\tUpgrade complete\n\
             8\tSat May 16 09:11:04 2026\tsuperseded\tedge-1.9.1\t1.9\tUpgrade complete\n\
             9\tMon May 18 14:05:33 2026\tfailed\tedge-{version}\t2.0\tUpgrade \"edge\" failed: timed out\n"
        )
    };
    for version in ["2.0.0", "2.0.1"] {
        let text = history(version);
        let report = pasted(&text, &engine);
        assert_eq!(report.pattern, Pattern::ContainerEvent, "{version}");
        assert!(
            report.messages.iter().all(|one| text.contains(&one.text)),
            "{:?}",
            report.messages
        );
        let commands: Vec<&str> =
            report.plan.iter().filter_map(|step| step.command.as_deref()).collect();
        assert!(commands.iter().any(|run| run.contains("rollback edge 8 ")), "{commands:?}");
        assert!(!report.to_check.iter().any(|open| open.contains("good one")), "{version}");
    }
    let unnamed = history("2.0.0").replace("Upgrade \"edge\" failed", "Upgrade failed");
    let report = pasted(&unnamed, &engine);
    let release = |signal: &&Signal| signal.kind == "release";
    assert_eq!(report.signals.iter().find(release), None);
    let status = "NAME: edge\nLAST DEPLOYED: Wed May 20 14:22:13 2026\nNAMESPACE: shop\n\
                  STATUS: pending-upgrade\nREVISION: 14\n";
    let report = pasted(status, &engine);
    let named = report.signals.iter().find(release).map(|signal| signal.value.as_str());
    assert_eq!((named, report.subtype.as_deref()), (Some("edge"), Some("helm_release_stuck")));
    assert!(report.messages.iter().all(|one| status.contains(&one.text)), "{:?}", report.messages);
}

#[test]
fn what_no_rule_knows_is_not_called_harmless() {
    let engine = engine();
    let tier = |text: &str| pasted(text, &engine).remediation;
    assert_eq!(tier("the whatsit of the frobnicator is broken"), Tier::Operator);
    assert_eq!(tier("errors while the frobnicator lists its whatsits"), Tier::Operator);
    let quiet = pasted("the whatsit of the frobnicator says boo", &engine);
    assert_eq!(quiet.remediation, Tier::None);
    assert_eq!(quiet.remediation_because, "no message says that anything fails");
    assert_eq!(tier("node a-1 recovered from NotReady"), Tier::None);
    let lost = pasted("Someone ran a clean-up; all cover images on the site are gone", &engine);
    assert_eq!((lost.severity.level, lost.remediation), (Level::Critical, Tier::RemoteHands));
}

#[test]
fn a_command_names_the_things_of_one_failure() {
    let engine = engine();
    let crash =
        "Back-off restarting failed container api in pod api-7d9f8b6c5d-x2x9k, namespace: payments";
    let commands = |other: &str| {
        let report = pasted(&format!("{crash}\n\n{other}\n"), &engine);
        let commands = report.plan.iter().filter_map(|step| step.command.clone());
        commands.collect::<Vec<_>>().join("\n")
    };
    let told = commands("deployment shop/cart in CrashLoopBackOff, 2/3 replicas");
    assert!(!(told.contains("payments") && told.contains("cart")), "{told}");
}

#[test]
fn who_guessed_and_then_got_in_broke_in() {
    let engine = engine();
    let text = |address: &str| {
        format!(
            "sshd[1]: Failed password for invalid user admin from 203.0.113.9 port 4 ssh2\n\
             sshd[2]: Accepted password for root from {address} port 5 ssh2\n"
        )
    };
    let report = pasted(&text("203.0.113.9"), &engine);
    assert_eq!(
        (report.severity.level, &report.severity.rules[..]),
        (Level::Critical, &[Line::C5][..])
    );
    let other = pasted(&text("192.0.2.7"), &engine);
    assert!(other.severity.level < Level::Critical, "{:?}", other.severity.rules);
}

#[test]
fn none_of_what_is_good_to_have_is_a_failure_and_none_of_what_is_bad_is_not() {
    let engine = engine();
    let failures = [
        ("PROCS CRITICAL: 0 processes with command name 'nginx'", Pattern::NodeEvent),
        ("0 nodes ready in pool web", Pattern::NodeEvent),
        ("deployment web: 0 replicas available", Pattern::ContainerEvent),
        ("0 healthy hosts in target group tg-web", Pattern::LoadBalancerEvent),
        ("service web has 0 endpoints", Pattern::LoadBalancerEvent),
        ("0/5 targets up in job node", Pattern::MonitoringEvent),
        ("cluster has 0 brokers in sync", Pattern::MessageQueueEvent),
        ("queue orders has 0 consumers", Pattern::MessageQueueEvent),
        ("0 members in consul cluster", Pattern::DatabaseEvent),
        ("0 workers are running for queue mail", Pattern::ServerError),
    ];
    for (text, pattern) in failures {
        assert_eq!(judged(&[text], &engine).pattern, pattern, "{text}");
    }
    for text in [
        "PROCS OK: 0 processes with state = Z",
        "0 replicas unavailable",
        "0 unhealthy hosts in target group web",
        "0 targets down",
        "0 brokers out of sync",
        "0 failed processes",
        "web scaled to zero, 0 replicas running",
        "queue orders has 0 messages and 3 consumers",
    ] {
        assert_eq!(judged(&[text], &engine).pattern, Pattern::Unknown, "{text}");
    }
}

#[test]
fn an_environment_is_known_by_labels_and_by_the_head_of_a_line() {
    let engine = engine();
    let level = |text: &str| pasted(text, &engine).severity.level;
    let worse = level("pod cart-0 is in CrashLoopBackOff");
    assert!(level("staging: pod cart-0 is in CrashLoopBackOff") < worse);
    let alert = |env: &str| {
        let labels = format!(r#"{{"alertname":"Crash","env":"{env}"}}"#);
        let summary = "pod cart-0 is in CrashLoopBackOff";
        let alert = format!(
            r#"[{{"status":"firing","labels":{labels},"annotations":{{"summary":"{summary}"}}}}]"#
        );
        level(&alert)
    };
    assert!(alert("test") < alert("production"));
}

#[test]
fn one_thing_said_twice_is_believed_once() {
    let engine = engine();
    let report = pasted("kernel: Out of memory: Killed process 812 (java)", &engine);
    assert!(report.root_cause.contains("kernel ended"), "{}", report.root_cause);
    assert!(report.confidence.is_some_and(|value| value <= 0.75), "{:?}", report.confidence);
}

#[test]
fn the_name_of_a_case_tells_nothing() {
    let engine = engine();
    let mut other = stuck();
    other.name = "something-else".to_owned();
    other.title = None;
    other.category = None;
    other.description = None;
    let (one, two) = (run(&stuck(), engine.0, engine.1), run(&other, engine.0, engine.1));
    assert_eq!(one.report, two.report);
}

#[test]
fn a_plan_in_one_line_has_exactly_its_dangers() {
    let (_, lint) = engine();
    let found = lint.check(FORBIDDEN);
    let found: Vec<(usize, &str, bool)> = found
        .iter()
        .map(|one| (one.step, one.danger.rule.as_str(), one.danger.refuses()))
        .collect();
    let expected = [
        (2, "k8s-delete-crd", true),
        (3, "helm-uninstall-prod", true),
        (3, "helm-no-hooks", true),
        (4, "prose-cleanup", false),
        (5, "prose-reinstall", false),
    ];
    assert_eq!(found, expected);
    assert!(lint.check("1. Never delete the CRD. 2. kubectl get pods").is_empty());
    let shell = lint.check("#!/bin/sh\nset -e\nkubectl delete ns shop\n");
    assert_eq!(shell[0].danger.rule, "k8s-delete-namespace");
    let markdown = lint.check("# Plan\n\n1. Look.\n2. Clear:\n\n```sh\nredis-cli FLUSHALL\n```\n");
    assert_eq!((markdown[0].step, markdown[0].danger.rule.as_str()), (2, "redis-flush"));
}

#[test]
fn a_plan_that_destroys_is_refused_however_it_is_written() {
    let (_, lint) = engine();
    for (plan, rule, line) in [
        ("#!/bin/sh\nset -e\nk=kubectl\n$k delete crd a.example.org\n", "k8s-delete-crd", 4),
        ("K=\"kubectl -n shop\"\n$K delete pvc data-0", "k8s-delete-pvc-pv", 2),
        ("KC=${KC:-kubectl}\n\"$KC\" delete ns shop", "k8s-delete-namespace", 2),
        ("psql -d shop <<EOF\nTRUNCATE orders;\nEOF", "sql-drop-truncate", 1),
        ("Then:\n1. Connect.\n2. Run:\n   DELETE FROM orders;\n", "sql-drop-truncate", 4),
        ("DELETE FROM orders;", "sql-drop-truncate", 1),
        ("SQL='TRUNCATE orders'\npsql -c \"$SQL\"", "sql-drop-truncate", 2),
        ("cd /srv/pg_wal && rm -f 0000*", "pg-wal-rm", 1),
        ("kubectl get pods -o name | grep a | xargs kubectl delete", "k8s-delete-listed", 1),
        ("kubectl delete -f all.yaml", "k8s-delete-file", 1),
        ("delete all pods in production", "k8s-delete-all", 1),
        ("remove the finalizers from the stuck namespace", "k8s-finalizer-removal", 1),
        ("echo a3ViZWN0bCBkZWxldGUgbnMgYQ== | base64 -d | sh", "k8s-delete-namespace", 1),
        ("echo fr -mr / | rev | sh", "unread-script", 1),
        ("1. Look. 2. Run kubectl delete ns shop to clean up.", "k8s-delete-namespace", 1),
        ("1. export NS=a\n2. kubectl delete ns \"$NS\"\n", "k8s-delete-namespace", 2),
        ("If the pods do not come up, delete the namespace.", "k8s-delete-namespace", 1),
        ("If pods do not recover run `kubectl delete ns a`", "k8s-delete-namespace", 1),
        ("Do not forget to delete the namespace shop.", "k8s-delete-namespace", 1),
        ("Don't worry and delete the namespace shop.", "k8s-delete-namespace", 1),
        ("Instead of waiting, delete the CRD.", "k8s-delete-crd", 1),
        ("Without delay delete the CRD.", "k8s-delete-crd", 1),
        ("Then wipe the PVCs.", "prose-wipe", 1),
        ("Schritt 2: die Datenbank shop l\u{f6}schen", "prose-wipe", 1),
        ("kubectl de\u{200b}lete ns shop", "k8s-delete-namespace", 1),
    ] {
        let found = lint.check(&cleaned(plan));
        let refused = found.iter().find(|one| one.danger.refuses());
        let shown = refused.map(|one| (one.danger.rule.as_str(), one.line));
        assert_eq!(shown, Some((rule, line)), "{plan}: {found:?}");
    }
}

#[test]
fn a_plan_that_warns_prints_or_searches_destroys_nothing() {
    let (_, lint) = engine();
    for plan in [
        "4. Do NOT run `kubectl delete ns shop`.",
        "echo \"kubectl delete ns shop\"",
        "Tell it:\necho \"kubectl delete ns shop\"\n",
        "Never run this:\n```sh\nkubectl delete ns shop\n```\n",
        "`kubectl delete ns shop` must not be run.",
        "I will not delete any CRD.",
        "Do **not** delete the namespace shop.",
        "Roll back instead of `helm uninstall api`.",
        "grep -rn 'DROP TABLE orders' migrations/",
        "DELETE FROM orders\nWHERE id = 3;\n",
        "T=/tmp/x\nrm -rf \"$T\"",
        "kubectl delete pod web-7d4b9c6f5-x2x1z -n shop",
    ] {
        assert_eq!(lint.check(plan), [], "{plan}");
    }
}

/// What somebody on call expects of a line: `D` refused, `W` warned of, `-` neither.
const LINES: &str = r#"
D find /data -type f | xargs rm -f
D find /srv -type d -exec rm -rf {} +
D r\m -rf /data
D "rm" -rf /data
D rm${IFS}-rf${IFS}/data
D $(echo rm) -rf /data
D rm --recurs --forc /data
D git push --forc origin main
D cat /dev/zero > /dev/sda
D > /dev/sda
D python3 -c "import shutil; shutil.rmtree('/data')"
D perl -e 'system("rm -rf /srv")'
D ansible all -m shell -a "rm -rf /data"
D redis-cli EVAL "redis.call('flushall')" 0
D mongo prod --eval "db.dropDatabase()"
D virsh undefine web01 --remove-all-storage
D Remove-Item D:\Data -Rec -Fo
D PS C:\> Remove-Item -LiteralPath 'E:\Backups' -Recurse
D rd /s/q C:\Data
D Format D: /q
D VSSADMIN delete shadows /all
D terraform apply --destroy
D Format the disk /dev/sdb and mount it again.
D Delete the pod, then delete the CRD.
D Deaktiviere die Firewall auf db01.
D Die Tabelle orders leeren und neu anlegen.
D You can safely delete the backups of last week.
W ./fix-everything.sh --prod
W Run `./fix.sh`.
W eval "$(cat steps.txt)"
W source <(curl -s https://example.org/fix.sh)
W curl -s https://example.org/fix.py | python3 -
W systemctl mask kubelet
W git clean -fdx
- see `../eval/fix.py`
- eval "$(ssh-agent -s)"
- curl -s https://example.org/x | python3 -m json.tool
- cat /dev/sda > /srv/sda.img
- kubectl delete pods --al
- find /data -type f | xargs ls
- Remove-Item D:\Data -Recurse -WhatIf
- format the output as JSON
- Format the report by partition.
- Delete the stack trace from the ticket.
- Delete the pod of the release.
- Remove the label from the CRD.
- Remove the database server from the maintenance list.
- Deleting the CRD would destroy every object of it, so do not.
- Make sure nobody deletes the PVC while you work.
- The outage began when somebody ran rm -rf / on the host.
- Do not under any circumstances run `terraform destroy`.
- Ask the DBA what a DROP TABLE would do here.
- Den Namespace production nicht löschen.
- Kein Backup löschen, bevor alles geprüft ist.
"#;

#[test]
fn a_line_is_judged_as_somebody_on_call_would() {
    let (_, lint) = engine();
    for line in LINES.lines().filter(|line| !line.is_empty()) {
        let (expected, plan) = line.split_at(2);
        let found = lint.check(plan);
        let refused = found.iter().any(|one| one.danger.refuses());
        let got = match found.len() {
            _ if refused => "D ",
            0 => "- ",
            _ => "W ",
        };
        assert_eq!(got, expected, "{plan}: {found:?}");
    }
}

#[test]
fn a_rule_that_is_here_twice_is_refused_with_its_place() {
    let own = *built_in::PLAN;
    let twice = |text: &str, from: &str| {
        let first = text.find(from).expect("an entry");
        let next = text[first + 1..].find("\n- id:").expect("a second") + first + 2;
        (format!("{text}\n{}", &text[first..next]), text.lines().count() + 2)
    };
    let (prose, line) = twice(own.prose.text, "- id: k8s-delete-crd");
    let wrong = PlanSources { prose: Source { text: &prose, ..own.prose }, ..own };
    let error = PlanLint::load(&wrong).expect_err("a rule is here twice");
    assert_eq!((error.line, error.file.as_str()), (line, own.prose.name));
    let (allowed, line) = twice(own.allowed.text, "- id: look-helm");
    let wrong = PlanSources { allowed: Source { text: &allowed, ..own.allowed }, ..own };
    let error = PlanLint::load(&wrong).expect_err("an entry is here twice");
    assert_eq!((error.line, error.file.as_str()), (line, own.allowed.name));
    let more = own.more.text.replace("- id: tf-force-unlock", "- id: tf-destroy");
    let wrong = PlanSources { more: Source { text: &more, ..own.more }, ..own };
    let error = PlanLint::load(&wrong).expect_err("a rule is here twice");
    assert!(error.message.contains("tf-destroy") && error.line > 1, "{error:?}");
}

#[test]
fn a_finding_in_a_script_is_about_its_one_command() {
    let (_, lint) = engine();
    let script = "#!/bin/sh\nset -e\nfor n in a b; do\n  kubectl delete ns $n\ndone\nhelm list\n\
        kubectl delete crd \\\n  a.example.org\n";
    let found = lint.check(script);
    let found: Vec<_> = found.iter().map(|one| (one.step, one.line, one.text.as_str())).collect();
    let expected =
        [(2, 4, "kubectl delete ns $n"), (4, 7, "kubectl delete crd \\\n  a.example.org")];
    assert_eq!(found, expected);
}

/// Cases of other teams, where they are at hand.
fn cases_of_others() -> Vec<Scenario> {
    #[expect(clippy::disallowed_methods, reason = "tests find the shared folder themselves")]
    let shared = std::env::var_os("RUNLEDGER_SHARED");
    let Some(shared) = shared else {
        println!("skipped: RUNLEDGER_SHARED is not set");
        return Vec::new();
    };
    let folder = std::path::Path::new(&shared).join("scenarios");
    let files = std::fs::read_dir(folder).expect("a folder").flatten();
    let mut paths: Vec<std::path::PathBuf> = files.map(|file| file.path()).collect();
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let text = std::fs::read_to_string(path).expect("a file");
        Scenario::from_yaml(&path.display().to_string(), &text).expect("a case")
    };
    paths.iter().map(read).collect()
}

/// What a place names.
fn words_at<'a>(report: &'a Report, case: &'a Scenario, place: Place) -> Option<&'a str> {
    let source = match place.message {
        Some(at) => report.messages.get(at)?.text.as_str(),
        None => case.conditions.as_deref()?,
    };
    source.get(place.start..place.end)
}

/// Everything that names a place in a message is held against that message: statements, steps,
/// evidence, signals, the label, the environment and the chain.
#[test]
fn every_statement_stands_where_it_says() {
    let engine = engine();
    let read = |case: &Source<'_>| Scenario::from_yaml(case.name, case.text).expect("a case");
    let own = built_in::SCENARIOS.iter().map(read);
    let (mut statements, mut parts) = (0, 0);
    for case in own.chain(cases_of_others()) {
        let name = &case.name;
        let report = run(&case, engine.0, engine.1).report;
        let told = report.pattern != Pattern::Unknown;
        assert_eq!(told, !report.root_cause.is_empty(), "{name}: {}", report.root_cause);
        for statement in &report.statements {
            statements += 1;
            assert!(!statement.parts.is_empty(), "{name}: {}", statement.text);
            let sentence = report.root_cause.to_lowercase();
            assert!(sentence.contains(&statement.text.to_lowercase()), "{name}: {sentence}");
        }
        let of_steps = report.plan.iter().flat_map(|step| &step.parts);
        for part in report.statements.iter().flat_map(|it| &it.parts).chain(of_steps) {
            parts += 1;
            let there = words_at(&report, &case, part.place);
            assert_eq!(there, Some(part.value.as_str()), "{name}: {part:?}");
        }
        for one in &report.evidence {
            assert!(one.place.message.is_some(), "{name}: conditions are no evidence");
            assert_eq!(words_at(&report, &case, one.place), Some(one.text.as_str()), "{name}");
        }
        for signal in report.signals.iter().filter(|signal| signal.place.end > 0) {
            let there = words_at(&report, &case, signal.place);
            assert_eq!(there, Some(signal.value.as_str()), "{name}: {signal:?}");
        }
        let severity = &report.severity;
        let others = [severity.label_place, severity.environment];
        let stages = report.cascade.iter().map(|stage| stage.place);
        for place in others.into_iter().chain(stages).flatten() {
            assert!(words_at(&report, &case, place).is_some_and(|it| !it.is_empty()), "{name}");
        }
        for ground in &severity.grounds {
            let evidence = ground.evidence.and_then(|at| report.evidence.get(at));
            assert!(evidence.is_none_or(|one| one.rule == ground.rule), "{name}: {ground:?}");
        }
    }
    assert!(statements > 15 && parts > 20, "{statements} statements with {parts} parts");
}

#[test]
fn what_is_over_is_no_failure_and_what_nobody_says_is_unknown() {
    let engine = engine();
    let over = judged(&["the payment service recovered from CrashLoopBackOff"], &engine);
    assert_eq!((over.pattern, over.remediation), (Pattern::Unknown, Tier::None));
    assert_eq!(over.severity.level, Level::Info);
    let nothing = judged(&["see you at lunch"], &engine);
    assert_eq!((nothing.pattern, nothing.confidence), (Pattern::Unknown, None));
    assert!(nothing.plan.is_empty() && !nothing.to_check.is_empty());
    assert_eq!(judged(&[], &engine).pattern, Pattern::Unknown);
}

#[test]
fn the_same_in_gives_the_same_bytes_out() {
    let (knowledge, lint) = engine();
    let mut sources = built_in::PATTERNS.to_vec();
    sources.reverse();
    let other = Knowledge::load(&sources).expect("the built-in files");
    let case = stuck();
    let json = |knowledge: &Knowledge| {
        serde_json::to_string(&run(&case, knowledge, lint).report).expect("JSON")
    };
    assert_eq!(json(knowledge), json(&other));
}

#[test]
fn no_text_is_too_strange() {
    let engine = engine();
    let pieces = [
        "failed: '",
        "due to ",
        "\u{1b}[31m",
        "“",
        "’",
        "'",
        "é—",
        "\u{202e}",
        "{\"a\":",
        "%",
        "9",
        "pending-rollback ",
        "CrashLoopBackOff ",
        "no ",
        "\r\n",
        "\t",
        "from v1 to v2 ",
        "1. ",
        "`",
    ];
    for (at, piece) in pieces.iter().enumerate() {
        let other = pieces[(at * 7 + 3) % pieces.len()];
        let text = format!("{}{}{}", piece.repeat(3_000), other, piece.repeat(40));
        let pasted = read::read(&text, engine.0);
        let input = Input { messages: pasted.messages, ..Input::default() };
        triage(&input, &Store::default(), engine.0, engine.1);
        judged(&[&text], &engine);
        engine.1.check(&text);
    }
}

#[test]
fn an_incident_that_names_no_object_is_about_its_services() {
    let engine = engine();
    let mut case = stuck();
    let linked = |title: &str, service: &str, case: &mut Scenario| {
        case.given.incidents = vec![KnownIncident {
            title: title.to_owned(),
            services: vec![service.to_owned()],
            ..KnownIncident::default()
        }];
        run(case, engine.0, engine.1).report.linked
    };
    let found = linked("a Helm release is stuck after the upgrade", "issuer", &mut case);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].kind, LinkKind::Recurrence);
    assert!(linked("a Helm release is stuck after the upgrade", "cart", &mut case).is_empty());
    assert!(linked("the lights went out", "issuer", &mut case).is_empty());
}

#[test]
fn a_release_that_hangs_is_freed_before_what_it_tripped_over() {
    let engine = engine();
    let text = "release 'edge' is in pending-upgrade due to a CRD conflict: CRD widgets.example.com \
                already exists with incompatible schema";
    let report = judged(&[text, "failed: CRD conflict"], &engine);
    assert_eq!(report.subtype.as_deref(), Some("helm_release_stuck"));
    assert!(report.because.iter().any(|why| why.contains("crd_conflict")), "{:?}", report.because);
    let report = judged(&["Helm upgrade failed: CRD conflict, incompatible schema"], &engine);
    assert_eq!(report.subtype.as_deref(), Some("crd_conflict"));
}

#[test]
fn a_case_among_lines_in_which_nothing_fails_is_found_all_the_same() {
    let engine = engine();
    let noise = |at: usize| match at % 4 {
        0 => format!(
            "2026-05-01T10:{:02}:07Z INFO  [http-{at}] GET /v1/orders/{at} 200 {at}ms",
            at % 60
        ),
        1 => format!("10.1.2.{} - - \"GET /health HTTP/1.1\" 200 2 \"-\" \"probe/{at}\"", at % 250),
        2 => format!("May  1 10:00:{:02} web-{at} systemd[1]: Started session {at}.", at % 60),
        _ => format!("I0501 10:00:02.113 controller.go:127] synced shop/quotes-{at} in {at}ms"),
    };
    let noise: Vec<String> = (0..250).map(noise).collect();
    let own = built_in::SCENARIOS.iter();
    let own = own.map(|case| Scenario::from_yaml(case.name, case.text).expect("a case"));
    for case in own {
        let expected = run(&case, engine.0, engine.1).report.pattern;
        let text = [noise.join("\n"), case.messages.join("\n"), noise.join("\n")].join("\n");
        let pasted = read::read(&text, engine.0);
        let input = Input { messages: pasted.messages, ..Input::default() };
        let report = triage(&input, &Store::default(), engine.0, engine.1);
        assert_eq!(report.pattern, expected, "{}", case.name);
    }
}

#[test]
fn what_is_stuck_is_named_by_the_message_that_says_so() {
    let engine = engine();
    let well = "Helm release 'alpha' is deployed in namespace shop, revision 7";
    let stuck = "Helm release 'beta' stuck in pending-rollback: upgrade from v1.2 to v1.3 failed: \
                 'x', last known good revision 12";
    let commands = |report: &Report| -> String {
        let commands = report.plan.iter().filter_map(|step| step.command.as_deref());
        commands.collect::<Vec<&str>>().join("\n")
    };
    let report = judged(&[well, stuck], &engine);
    assert!(report.root_cause.contains("beta"), "{}", report.root_cause);
    assert_eq!(report.routing.object.as_deref(), Some("beta"));
    let run = commands(&report);
    assert!(run.contains("helm rollback beta 12 -n <NAMESPACE>"), "{run}");
    assert!(!run.contains("alpha") && !run.contains("shop"), "{run}");
    // Two that are stuck: nobody says which of them is meant.
    let other = stuck.replace("beta", "gamma").replace("12", "9");
    let report = judged(&[stuck, &other], &engine);
    let run = commands(&report);
    assert!(run.contains("helm rollback <RELEASE> <GOOD_REVISION>"), "{run}");
    let asked = "which release it is: the messages name beta, gamma".to_owned();
    assert!(report.to_check.contains(&asked), "{:?}", report.to_check);
    // What is over fills nothing.
    let mut over = Message::new(&other);
    over.resolved = true;
    let messages = vec![over, Message::new(stuck)];
    let input = Input { messages, ..Input::default() };
    let report = triage(&input, &Store::default(), engine.0, engine.1);
    assert!(commands(&report).contains("helm rollback beta 12"), "{}", commands(&report));
    assert!(report.signals.iter().all(|it| it.value != "gamma" || !it.affirmed));
}

#[test]
fn a_component_beside_trouble_is_a_last_resort() {
    let engine = engine();
    let guess = pasted("12 partitions of the topic are under the min ISR", &engine);
    assert_eq!((guess.pattern, guess.confidence), (Pattern::MessageQueueEvent, Some(0.5)));
    // What is known decides alone.
    let known = "filesystem /var on host db-2.example is 100% full";
    let both =
        pasted(&format!("12 partitions of the topic are under the min ISR\n{known}"), &engine);
    assert_eq!(both.pattern, Pattern::DiskFull);
    assert!(both.evidence.iter().all(|one| one.rule != "queue-amiss"), "{:?}", both.evidence);
    assert!(both.confidence > Some(0.5));
}

#[test]
fn what_was_once_or_would_be_is_no_failure() {
    let engine = engine();
    let check =
        |text: &str, expected| assert_eq!(pasted(text, &engine).pattern, expected, "{text}");
    check("last month the disk was full, we added 2 TB", Pattern::Unknown);
    check("what happens if the database goes down while we are away?", Pattern::Unknown);
    check("if the disk were full, all writes would fail", Pattern::Unknown);
    check("last month the disk was full, and now the disk is full again", Pattern::DiskFull);
    check("since March the disk is full", Pattern::DiskFull);
}
