//! What people tell of: what they did by mistake, what is over and what is not, what they only ask.

use super::report::Report;
use super::tests::{engine, judged};
use super::{Level, Pattern};

/// What is made of one message.
fn told(text: &str) -> Report {
    judged(&[text], &engine())
}

/// That each of these texts, as one message, is of a level.
fn all_are(level: Level, texts: &[&str]) {
    for text in texts {
        let report = told(text);
        assert_eq!(report.severity.level, level, "{text}: {:?}", report.severity);
    }
}

#[test]
fn a_mistake_has_the_plan_of_what_was_destroyed() {
    let engine = engine();
    for (text, pattern, subtype, first) in [
        (
            "kubectl delete ns payments, thought I was on dev",
            Pattern::ContainerEvent,
            "workload_destroyed",
            "Stop what did it",
        ),
        (
            "git push --force hat master überschrieben",
            Pattern::DeliveryEvent,
            "history_overwritten",
            "Stop all pushes",
        ),
        (
            "terraform destroy -auto-approve in the wrong dir, that was the prod network",
            Pattern::DeliveryEvent,
            "resources_destroyed",
            "Stop the run",
        ),
        (
            "deleted the whole resource group, thought it was staging",
            Pattern::CloudEvent,
            "resources_destroyed",
            "Stop whatever still deletes",
        ),
        (
            "aws s3 rm s3://invoices --recursive done on the wrong bucket",
            Pattern::StorageEvent,
            "files_destroyed",
            "Stop whatever did it",
        ),
        (
            "I pruned docker volumes and the data was in an anonymous volume",
            Pattern::StorageEvent,
            "files_destroyed",
            "Stop whatever did it",
        ),
        (
            "accidentally merged the PR that drops the users table, migration ran",
            Pattern::DatabaseEvent,
            "data_destroyed",
            "",
        ),
    ] {
        let report = judged(&[text], &engine);
        assert_eq!(report.pattern, pattern, "{text}: {:?}", report.evidence);
        assert_eq!(report.subtype.as_deref(), Some(subtype), "{text}");
        assert_eq!(report.severity.level, Level::Critical, "{text}");
        assert!(report.plan[0].text.starts_with(first), "{text}: {:?}", report.plan);
        assert!(!report.left_out.is_empty(), "{text}");
    }
    let scaled = judged(&["scaled the prod api deployment to 0 by mistake"], &engine);
    assert_eq!(scaled.subtype.as_deref(), Some("scaled_away"));
    assert_eq!(scaled.severity.level, Level::High);
}

#[test]
fn a_place_is_filled_by_a_whole_word() {
    let commands = |text: &str| {
        let report = told(text);
        let commands: Vec<String> =
            report.plan.iter().filter_map(|step| step.command.clone()).collect();
        commands.join("\n")
    };
    let named = commands("kubectl delete ns payments, thought I was on dev");
    assert!(named.contains("-n payments "), "{named}");
    let unnamed = commands("ich habe den falschen Namespace gelöscht");
    assert!(unnamed.contains("-n <NAMESPACE> "), "{unnamed}");
}

#[test]
fn what_was_removed_as_it_should_be_or_long_ago_is_no_mistake() {
    for text in [
        "cleanup job: dropped table tmp_import_20250101, expired objects removed: 512",
        "remember when Tom dropped the prod database two years ago?",
        "migration 0042_drop_legacy_table ran OK in 3.1s",
        "audit: user=anna verb=delete resource=pods/tmp-debug ns=dev allowed",
        "we'll drop the old staging database on Friday, shout if you need it",
        "Am Donnerstag schalten wir den alten Mailserver endgültig ab",
        "As agreed in the change ticket I ran helm uninstall legacy-api",
        "renamed the class OutOfMemoryError handler, please review my PR",
        "Is there a way to undo kubectl delete namespace? Asking for the runbook",
        "Wie lösche ich einen Namespace, der hängt? Nur eine Frage fürs Wiki.",
        "what happens if i delete the wrong PVC? asking for the runbook",
        "Does a node go NotReady when its disk is full?",
        "Was passiert eigentlich, wenn bei uns der etcd das Quorum verliert?",
        "writer_test.go:88: got expected error: no space left on device",
    ] {
        let report = told(text);
        assert_eq!(report.severity.level, Level::Info, "{text}: {:?}", report.severity);
        assert_eq!(report.remediation, super::Tier::None, "{text}");
    }
    for text in [
        "tonight we dropped the prod database by accident",
        "please review my PR, prod is down",
        "can't find the runbook for this: all nodes NotReady, disk full",
    ] {
        assert!(told(text).severity.level >= Level::High, "{text}");
    }
}

#[test]
fn who_says_that_it_is_over_may_go_on_with_what_is_not() {
    let over = [
        "we're back. took 25 minutes, root cause was an expired cert, renewed it. going to bed",
        "ok we're back, checkout has been clean for 20 minutes, going to bed",
        "The outage ended at 04:12. Nothing is broken anymore.",
        "payments had been down since 2, it came back by itself at 2:40, steady since",
        "db was down from 01:10 to 01:25, serving normally since, no data lost",
    ];
    all_are(Level::Info, &over);
    for (text, pattern, level) in [
        (
            "kafka is back. zookeeper isn't. nothing is consuming.",
            Pattern::MessageQueueEvent,
            Level::High,
        ),
        (
            "DNS was broken earlier and is fixed. Now the whole cluster lost its CNI, no pod gets an IP",
            Pattern::NetworkEvent,
            Level::Critical,
        ),
        (
            "login was down, works again. Now checkout is down for everyone",
            Pattern::ServerError,
            Level::Critical,
        ),
        (
            "Everything recovered except payments, payments is still refusing all connections",
            Pattern::ConnectionRefused,
            Level::High,
        ),
    ] {
        let report = told(text);
        assert_eq!(report.pattern, pattern, "{text}: {:?}", report.evidence);
        assert_eq!(report.severity.level, level, "{text}: {:?}", report.severity);
    }
    let strange = told("DNS was broken earlier and is fixed, but the flux gate is askew");
    assert_eq!(strange.severity.level, Level::Medium, "nobody can judge the rest");
}

#[test]
fn what_nobody_gets_is_critical_in_whatever_order_it_is_told() {
    let lost = [
        "Bis auf die Statusseite ist alles down in Produktion",
        "Except for the status page nothing works in eu-west-1, all ingress returns 502",
        "das Bezahlen geht seit 3 Uhr bei keinem Kunden mehr",
        "Shop läuft, nur Bezahlen geht bei niemandem",
        "Bezahlen geht bei niemandem, der Rest vom Shop läuft",
        "alert resolved itself, customers still can't log in, all of them",
    ];
    all_are(Level::Critical, &lost);
    let stands = told("Erst war nur Redis weg, jetzt steht auch die ganze API");
    assert!(stands.severity.level >= Level::High, "{:?}", stands.severity);
}

#[test]
fn a_mistake_is_told_by_what_programs_printed_and_in_the_line_behind_it() {
    let engine = engine();
    for (lines, pattern, subtype) in [
        (
            &[
                "aws_db_instance.ledger: Destruction complete after 6m12s",
                "Apply complete! Resources: 0 added, 0 changed, 23 destroyed.",
                "jonas: wait, this was workspace prod",
            ][..],
            Pattern::DeliveryEvent,
            "resources_destroyed",
        ),
        (
            &[
                "timo: kubectl delete ns logistik  -> namespace \"logistik\" deleted",
                "timo: das war der Produktivcluster. alle Deployments und PVCs dort sind weg",
            ],
            Pattern::ContainerEvent,
            "workload_destroyed",
        ),
        (
            &[
                "root@nas1:~# dd if=debian-13.iso of=/dev/sdb bs=4M",
                "sdb was the wrong one, that is the second half of the customer archive array",
            ],
            Pattern::StorageEvent,
            "files_destroyed",
        ),
        (
            &[
                "I fat-fingered it: `aws s3 rm s3://uploads --recursive` finished, I meant uploads-tmp",
            ],
            Pattern::StorageEvent,
            "files_destroyed",
        ),
    ] {
        let report = judged(lines, &engine);
        assert_eq!(report.pattern, pattern, "{lines:?}: {:?}", report.evidence);
        assert_eq!(report.subtype.as_deref(), Some(subtype), "{lines:?}");
        assert_eq!(report.severity.level, Level::Critical, "{lines:?}: {:?}", report.severity);
    }
    let routine = told("Apply complete! Resources: 2 added, 0 changed, 1 destroyed.");
    assert!(routine.severity.level < Level::High, "{:?}", routine.severity);
}

#[test]
fn a_pool_that_has_stopped_and_a_failed_restore_have_plans_that_keep_what_is_left() {
    let pool = judged(
        &["  pool: tank", " state: SUSPENDED", "tank UNAVAIL 0 0 0  insufficient replicas"],
        &engine(),
    );
    assert_eq!(pool.subtype.as_deref(), Some("pool_suspended"), "{:?}", pool.evidence);
    assert_eq!(pool.severity.level, Level::Critical);
    assert!(pool.plan[0].text.contains("pull no disk"), "{:?}", pool.plan);
    let restore = told("The restore of the CRM failed: unexpected end of file");
    assert_eq!(restore.subtype.as_deref(), Some("restore_failed"), "{:?}", restore.evidence);
    assert!(restore.plan[0].text.starts_with("Stop retention"), "{:?}", restore.plan);
}

#[test]
fn a_release_is_named_by_what_must_own_the_object_and_by_no_word_of_the_error() {
    let report = told(
        "Error: UPGRADE FAILED: Unable to continue with update: ConfigMap \"edge-conf\" in namespace \
         \"web\" exists and cannot be imported into the current release: invalid ownership metadata; \
         annotation validation error: key \"meta.helm.sh/release-name\" must equal \"edge\": current \
         value is \"old\"",
    );
    let named = report.signals.iter().filter(|signal| signal.kind == "release");
    let named: Vec<&str> = named.map(|signal| signal.value.as_str()).collect();
    assert_eq!(named, ["edge"]);
}

#[test]
fn a_time_of_day_refuses_no_connection() {
    let cause = |text: &str| told(text).root_cause;
    let timed = cause("10:00 cart ERROR connection refused");
    assert!(!timed.contains("10:00 refuses"), "{timed}");
    assert!(cause("cart: dial tcp 10.0.0.5:5432: connection refused").contains("10.0.0.5:5432"));
    assert!(cause("connect to db-1.local:5432: connection refused").contains("db-1.local:5432"));
}

#[test]
fn a_number_that_is_no_status_is_no_error_of_a_server() {
    for text in [
        "invoice 500 was paid",
        "processed 500 records in batch 503",
        "Took 500 ms to answer 502 requests",
        "ticket ABC-500 closed by bob",
        "127.0.0.1 - - [01/Dec/2026:02:00:00 +0000] \"GET / HTTP/1.1\" 200 502 \"-\" \"curl\"",
    ] {
        let report = told(text);
        assert_eq!(report.pattern, Pattern::Unknown, "{text}: {:?}", report.evidence);
    }
    let refused = told("svc-503 ERROR connection refused to db:5432");
    assert_eq!(refused.pattern, Pattern::ConnectionRefused, "{:?}", refused.evidence);
    for text in [
        "10.2.3.4 - - [01/Dec/2026:02:00:00 +0000] \"GET /cart HTTP/1.1\" 503 197 \"-\" \"curl\"",
        "GET /api/pay 502 in 3ms",
        "checkout throws 500 for customers",
    ] {
        let report = told(text);
        let is_error = matches!(report.pattern, Pattern::ServerError | Pattern::LoadBalancerEvent);
        assert!(is_error, "{text}: {:?}", report.evidence);
    }
}
