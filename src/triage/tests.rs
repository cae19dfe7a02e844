//! The engine as a whole: a stuck release, honesty, order, and any text at all.

use super::scenario::{Scenario, run, run_all};
use super::*;

/// What judges.
type Engine = (&'static Knowledge, &'static PlanLint);

pub(super) fn engine() -> Engine {
    let knowledge = Knowledge::built_in().expect("the built-in files");
    (knowledge, PlanLint::built_in().expect("the built-in rules"))
}

pub(super) fn judged(texts: &[&str], engine: &Engine) -> Report {
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
fn what_is_denied_in_the_midst_of_it_or_is_past_is_no_failure() {
    let engine = engine();
    for text in [
        "the disk is not full",
        "the disk on db-1 is not really full",
        "Platte ist nicht voll",
        "database is not down",
        "the certificate has not expired",
        "the disk was full in March",
        "I'll update the runbook for disk full",
    ] {
        let report = judged(&[text], &engine);
        assert_eq!(report.pattern, Pattern::Unknown, "{text}: {:?}", report.evidence);
        assert!(report.severity.level <= Level::Info, "{text}: {:?}", report.severity);
    }
    for (text, pattern) in [
        ("database shop is not accepting connections", Pattern::DatabaseEvent),
        ("cart-7f9 is not ready, CrashLoopBackOff", Pattern::ContainerEvent),
        ("the disk is full, the shop is not slow", Pattern::DiskFull),
        ("No space left on device", Pattern::DiskFull),
        ("the certificate was not renewed and has expired", Pattern::CertificateExpiry),
        ("oh no the disk is full", Pattern::DiskFull),
    ] {
        assert_eq!(judged(&[text], &engine).pattern, pattern, "{text}");
    }
}

#[test]
fn a_full_disk_of_a_database_is_not_taken_for_its_copy_that_found_no_space() {
    let engine = engine();
    let check = |text: &str, pattern| {
        let report = judged(&[text], &engine);
        assert_eq!(report.pattern, pattern, "{text}: {:?}", report.evidence);
        report.severity.level
    };
    for text in [
        "production database is down, no space left on device on /var/lib/mysql, last backup was 2 hours ago",
        "/var/lib/postgresql 100% used: could not write: No space left on device. The backup to /backup failed",
        "Filesystem /hana/log on db01 100% used because its backup destination also has no space left",
    ] {
        assert_eq!(check(text, Pattern::DiskFull), Level::Critical, "{text}");
    }
    for text in [
        "Backup of db-1 failed: no space left on device on backup-nas",
        "nightly backup failed, no space left on device",
        "pg_dump: error: No space left on device",
    ] {
        assert_eq!(check(text, Pattern::BackupEvent), Level::Medium, "{text}");
    }
}

#[test]
fn a_denied_all_clear_is_none() {
    let engine = engine();
    for text in [
        "Hallo, die Störung ist noch nicht behoben. Datenbank weiterhin nicht erreichbar, alle Kunden betroffen.",
        "Störung nicht behoben: Datenbank down",
        "Keine Entwarnung, der Shop ist weiter offline",
        "kein Fehlalarm: Datenbank down",
        "not a false alarm: database down",
        "false alarm? no - the payments API really is down",
        "planned maintenance went wrong: primary db does not come back up",
        "I fixed the typo in the runbook. prod db is still down",
        "resolved: by failing over. old primary still accepts writes, split-brain",
    ] {
        let report = judged(&[text], &engine);
        assert!(report.severity.level >= Level::High, "{text}: {:?}", report.evidence);
    }
    let chat = ["checkout is down, 503", "DNS is all good again"];
    assert!(judged(&chat, &engine).severity.level >= Level::High);
    for text in ["Die Störung ist behoben", "false alarm: disk full on db-1", "Resolved: disk full"]
    {
        assert!(judged(&[text], &engine).severity.level <= Level::Info, "{text}");
    }
}

#[test]
fn what_was_destroyed_by_hand_is_told_and_its_last_copy_is_kept() {
    let engine = engine();
    let dropped = "raj: I dropped the customers table in prod by accident";
    let report = judged(&[dropped, "eve: pg-2 has recovery_min_apply_delay=1h"], &engine);
    assert_eq!(report.severity.level, Level::Critical);
    assert_eq!(report.subtype.as_deref(), Some("data_destroyed"));
    assert!(report.plan[0].text.starts_with("Pause"), "{:?}", report.plan);
    assert_eq!(report.plan[0].command.as_deref(), Some("psql -c 'select pg_wal_replay_pause()'"));
    let report = judged(&[dropped], &engine);
    assert!(report.plan.iter().all(|step| !step.text.starts_with("Pause")));
    for (text, pattern) in [
        ("oops, deleted the wrong PVC in prod", Pattern::StorageEvent),
        ("argocd sync --prune deleted 43 resources, including the PVCs", Pattern::StorageEvent),
        ("snapshots purged by my cleanup script", Pattern::StorageEvent),
        ("mkfs.ext4 /dev/sdb was the data volume", Pattern::StorageEvent),
        ("Falscher Cluster! helm uninstall lief gegen prod", Pattern::ContainerEvent),
        ("deleted the whole resource group, thought it was staging", Pattern::CloudEvent),
        ("force-pushed over main and lost two weeks of commits", Pattern::DeliveryEvent),
        (
            "mongo-1 state ROLLBACK, 18234 documents written to rollback directory",
            Pattern::DatabaseEvent,
        ),
    ] {
        let report = judged(&[text], &engine);
        assert_eq!((report.pattern, report.severity.level), (pattern, Level::Critical), "{text}");
    }
    // Whoever formatted a volume must not be told to move to the copy or to repair the file system.
    let report = judged(&["mkfs.ext4 /dev/sdb was the data volume"], &engine);
    assert!(report.plan.iter().any(|step| step.text.contains("image of the device")));
    for text in [
        "accidentally deleted a pod, it came back",
        "Retention: deleted backups older than 30 days",
        "ran the cleanup job in prod: 0 errors",
        "the alert was removed by mistake",
        "I almost dropped the wrong table",
    ] {
        assert!(judged(&[text], &engine).severity.level <= Level::Medium, "{text}");
    }
}

#[test]
fn what_is_well_beside_it_takes_no_failure_back() {
    let engine = engine();
    for (text, pattern) in [
        ("Die Produktionsdatenbank ist ausgefallen und das Backup war erfolgreich", "DATABASE"),
        ("the database is down and the backup is fine", "DATABASE"),
        ("status page says resolved, yet login keeps throwing 502 for everyone", "SERVER"),
    ] {
        let report = judged(&[text], &engine);
        assert!(report.severity.level >= Level::High, "{text}: {:?}", report.evidence);
        assert!(format!("{:?}", report.pattern).to_uppercase().starts_with(pattern), "{text}");
    }
    for text in [
        "outage over, all requests succeed again",
        "db was down from 9 to 10, it is fixed",
        "Entwarnung: Datenbank läuft wieder stabil, keine Fehler mehr.",
        "Morgen Wartung: der Webshop ist von 2 bis 3 Uhr nicht erreichbar",
    ] {
        assert_eq!(judged(&[text], &engine).severity.level, Level::Info, "{text}");
    }
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

#[test]
fn what_a_kind_of_failure_forbids_is_told_once_whether_or_not_somebody_proposes_it() {
    let engine = engine();
    let told = |text: &str| {
        let report = pasted(text, &engine);
        assert_eq!(report.subtype.as_deref(), Some("raid_degraded"), "{:?}", report.because);
        let of_rule = |out: &&LeftOut| out.rules.iter().any(|rule| rule == "raid-second-disk");
        report.left_out.iter().filter(of_rule).map(|out| out.said.is_some()).collect::<Vec<_>>()
    };
    let array = "md/raid1:md0: Disk failure on sdb1, array md0 on host db-1 is degraded\n";
    assert_eq!(told(array), [false]);
    assert_eq!(told(&format!("{array}jens: shall I reboot the host?\n")), [true]);
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
    // Where nothing names it, its chart does, at the place where that stands.
    let named = report.signals.iter().find(release).expect("a release");
    let row = &report.messages[named.place.message.expect("a message")].text;
    assert_eq!(row.get(named.place.start..named.place.end), Some("edge"));
    assert!(row.contains("edge-"), "{row}");
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
    assert_eq!((quiet.remediation, quiet.severity.level), (Tier::Operator, Level::Medium));
    assert!(!quiet.severity.known);
    let well = pasted("INFO the whatsit of the frobnicator is open for use", &engine);
    assert_eq!((well.remediation, well.severity.level), (Tier::None, Level::Info));
    assert!(well.severity.known);
    let over =
        pasted("TRIGGERED: p95 of the shop above 3s\nRESOLVED: p95 of the shop above 3s", &engine);
    assert_eq!((over.remediation, over.severity.level), (Tier::None, Level::Info));
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
    for place in ["of cart-staging", "[es-dev]", "on staging-kafka"] {
        let text = format!("pod cart-0 {place} is in CrashLoopBackOff");
        assert!(level(&text) < worse, "{text}");
    }
}

/// What is said of one failure in another message counts; what is said of another failure does not.
#[test]
fn who_knows_that_the_others_serve_knows_more_than_that_one_is_down() {
    let engine = engine();
    let level = |texts: &[&str]| judged(texts, &engine).severity.level;
    let down = "the postgres server db-1 is down";
    assert_eq!(level(&[down]), Level::High);
    assert_eq!(level(&[down, "db-2 has taken over"]), Level::Medium);
    assert_eq!(
        level(&["the postgres server db-1 is down, db-2 and db-3 still serve"]),
        Level::Medium
    );
    assert_eq!(level(&["one of five postgres servers is down"]), Level::Medium);
    let another = "the redis server cache-1 is down, the others still serve";
    assert_eq!(level(&[down, another]), Level::High, "that message speaks of its own failure");
    assert_eq!(level(&[down, "all customers see errors", "db-2 has taken over"]), Level::Critical);
    let once =
        "dial tcp 10.0.0.1:7070: connection refused (once at 02:14, the next call went through)";
    assert_eq!(level(&[once]), Level::Low);
}

/// A first attempt that failed is nothing to get up for; who must act is nobody.
#[test]
fn what_went_well_at_the_second_attempt_needs_nobody() {
    let engine = engine();
    let texts = [
        "send failed: getaddrinfo EAI_AGAIN smtp.example.com, attempt 1/5",
        "send ok on attempt 2",
    ];
    let report = judged(&texts, &engine);
    assert_eq!((report.severity.level, report.remediation), (Level::Low, Tier::None));
    assert_eq!(report.pattern, Pattern::DnsFailure);
    let again = judged(&[texts[0], "attempt 2 of 3 failed"], &engine);
    assert!(again.severity.level > Level::Low && again.remediation != Tier::None);
}

#[test]
fn a_program_names_itself_at_the_head_of_a_line() {
    let knowledge = engine().0;
    let services = |text: &str| -> Vec<String> {
        let message = Message::new(text);
        let input = Input { messages: vec![message], ..Input::default() };
        let reading = reading::read(&input, knowledge);
        let of = reading.signals.iter().filter(|signal| signal.kind == "service");
        of.map(|signal| signal.value.clone()).collect()
    };
    assert_eq!(services("billing-run: 912 subscriptions postponed"), ["billing-run"]);
    assert!(services("content-type: text/html").is_empty());
}

#[test]
fn one_call_that_failed_is_little_and_two_are_more() {
    let engine = engine();
    let level = |texts: &[&str]| judged(texts, &engine).severity.level;
    let call = |host: &str| {
        format!(
            "GET http://{host}:8080/deploys: net/http: request canceled (Client.Timeout exceeded)"
        )
    };
    let [one, another] = [call("10.0.4.8"), call("10.0.4.9")];
    assert_eq!(level(&[&one]), Level::Low);
    assert_eq!(level(&[&one, &another]), Level::Medium);
    // Who was refused tells nothing of others; a program that ended itself serves nobody.
    assert_eq!(level(&["ssh: connect to host ws2 port 3121: Connection refused"]), Level::Medium);
    assert_eq!(level(&["orders-api[8812]: panic: runtime error: index out of range"]), Level::High);
    assert_eq!(
        level(&["http: panic serving 10.0.0.1:51586: runtime error: nil pointer dereference"]),
        Level::Medium
    );
}

#[test]
fn a_subtype_may_mean_another_thing_in_another_pattern() {
    let engine = engine();
    let cpu = judged(&["61% throttling of CPU in container tax-calc"], &engine);
    let cloud = judged(&["Lambda function mailer is throttled"], &engine);
    assert_eq!(
        (cpu.subtype.as_deref(), cloud.subtype.as_deref()),
        (Some("throttled"), Some("throttled"))
    );
    assert_ne!(cpu.plan[0].text, cloud.plan[0].text);
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
        let said: Vec<&str> = case.messages.iter().map(|message| message.text.as_str()).collect();
        let text = [noise.join("\n"), said.join("\n"), noise.join("\n")].join("\n");
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
