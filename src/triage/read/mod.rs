//! Whatever people paste, as messages: a log, alerts, events of Kubernetes, Helm's history.
//!
//! Nothing is refused. What has no shape that is known is read line by line, and what is left out
//! is said in words.

mod alerts;
mod events;
mod helm;
mod helm_output;
mod helm_releases;
mod helm_row;
mod helm_status;
mod log;
mod payload;
mod secrets;
mod shapes;

use serde::Serialize;
use serde_json::Value;

use super::clean::cleaned;
use super::knowledge::Knowledge;
use super::message::Message;

use self::helm_output::Output;

pub use self::helm::{HelmRelease, HelmRevision};

/// What a text was taken for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum InputKind {
    /// Lines.
    #[default]
    Log,
    /// What Alertmanager sends or lists.
    Alerts,
    /// Events of Kubernetes.
    Events,
    /// Helm's history or status.
    Helm,
}

/// A text, read.
#[derive(Clone, Debug, Default)]
pub struct Pasted {
    /// What it was taken for.
    pub kind: InputKind,
    /// Its messages, in order; what has the same shape stands as one.
    pub messages: Vec<Message>,
    /// What Helm says of releases, in the order of the text. A [`Message`] says of which it is.
    pub releases: Vec<HelmRelease>,
    /// What was left out or put together, in words.
    pub notes: Vec<String>,
    /// What Helm printed as JSON, until it is known of which release that is.
    outputs: Vec<Output>,
}

/// Reads a text of any kind. Offsets in the messages are bytes of the text as [`cleaned`]. Of a log,
/// what is known decides which lines may say something, and which of them say the same.
pub fn read(text: &str, knowledge: &Knowledge) -> Pasted {
    let text = cleaned(text);
    let mut pasted = payload::read(&text, knowledge).unwrap_or_else(|| log::read(&text, knowledge));
    helm_releases::read(&text, &mut pasted, knowledge);
    // What a text has not to the letter stands nowhere in it.
    pasted.messages.iter_mut().filter(|one| one.line == 0).for_each(|one| one.offset = 0);
    pasted
}

/// The release that a failure is of; where none is meant, the first one that is not well, or else the
/// first of all.
pub fn meant(releases: &[HelmRelease], of: Option<usize>) -> Option<&HelmRelease> {
    let told = || releases.iter().filter(|release| release.status.is_some());
    let meant = of.and_then(|of| releases.get(of));
    meant.or_else(|| told().find(|release| release.is_ill())).or_else(|| told().next())
}

/// JSON of a shape that is known.
fn structured(json: &Value) -> Option<Pasted> {
    alerts::from_json(json).or_else(|| helm::from_json(json)).or_else(|| events::from_json(json))
}

/// A text at a path of objects; empty where there is none.
fn text_at<'j>(json: &'j Value, path: &str) -> &'j str {
    json.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Pasted {
        super::read(text, Knowledge::built_in().expect("the built-in files"))
    }

    /// The first release.
    fn helm(pasted: &Pasted) -> HelmRelease {
        pasted.releases.iter().find(|it| it.status.is_some()).expect("a release").clone()
    }

    fn texts(pasted: &Pasted) -> Vec<&str> {
        pasted.messages.iter().map(|message| message.text.as_str()).collect()
    }

    #[test]
    fn alerts_bring_their_labels_and_whether_they_are_over() {
        let json = r#"{"version":"4","status":"firing","truncatedAlerts":2,"alerts":[
            {"status":"firing","labels":{"alertname":"DiskFull","severity":"critical","instance":"db-1"},
             "annotations":{"summary":"Disk is full","description":"/var has 1% left"},
             "startsAt":"2026-05-01T10:00:00Z"},
            {"status":"resolved","labels":{"alertname":"Other"},"annotations":{}}]}"#;
        let pasted = read(json);
        assert_eq!(pasted.kind, InputKind::Alerts);
        assert_eq!(texts(&pasted), ["DiskFull: Disk is full — /var has 1% left", "Other"]);
        assert_eq!(pasted.messages[0].labels["severity"], "critical");
        assert_eq!(pasted.messages[0].happened_at, Some(1_777_629_600_000));
        assert!(pasted.messages[1].resolved && !pasted.messages[0].resolved);
        assert!(pasted.notes[0].contains("2 alerts"), "{:?}", pasted.notes);
    }

    #[test]
    fn each_step_of_a_chain_is_a_message_though_only_numbers_differ() {
        let step = |effect, cause| format!("{effect} fails because {cause} is unavailable\n");
        let (first, second) = (step("a3-api", "a4-api"), step("a2-api", "a3-api"));
        let pasted = read(&[first.as_str(), &second, &second].concat());
        assert_eq!(texts(&pasted), [first.trim(), second.trim()]);
    }

    #[test]
    fn events_are_read_as_json_and_as_text() {
        let json = r#"{"kind":"List","items":[
            {"kind":"Event","type":"Normal","reason":"Pulled","message":"ok","involvedObject":{"kind":"Pod","name":"a"}},
            {"kind":"Event","type":"Warning","reason":"BackOff","message":"Back-off restarting failed container",
             "involvedObject":{"kind":"Pod","namespace":"shop","name":"cart-0"},"count":7,
             "lastTimestamp":"2026-05-01T10:00:00Z"}]}"#;
        let pasted = read(json);
        assert_eq!(pasted.kind, InputKind::Events);
        assert_eq!(
            texts(&pasted),
            ["Warning BackOff Pod shop/cart-0: Back-off restarting failed container"]
        );
        assert_eq!(pasted.messages[0].repeats, 7);
        let text = "LAST SEEN   TYPE      REASON    OBJECT      MESSAGE\n\
                    2m          Normal    Pulled    pod/a       ok\n\
                    3m          Warning   BackOff   pod/cart-0  Back-off restarting failed container\n";
        let pasted = read(text);
        assert_eq!(pasted.kind, InputKind::Events);
        assert_eq!(pasted.messages.len(), 1);
        assert!(pasted.messages[0].text.contains("BackOff"));
        let message = &pasted.messages[0];
        assert!(text[message.offset..].starts_with(&message.text));
    }

    #[test]
    fn helm_says_which_revision_was_good() {
        let text = "REVISION\tUPDATED                 \tSTATUS         \tCHART    \tAPP VERSION\tDESCRIPTION\n\
                    12      \tFri May 15 09:11:04 2026\tsuperseded     \tapi-2.3.0\t2.3        \tUpgrade complete\n\
                    13      \tMon May 18 14:05:33 2026\tfailed         \tapi-3.0.0\t3.0        \tUpgrade \"api\" failed: conflict\n\
                    14      \tMon May 18 14:06:33 2026\tpending-rollback\tapi-2.3.0\t2.3      \tRollback to 12\n";
        let release = helm(&read(text));
        assert_eq!(release.last_good, Some(12));
        for message in read(text).messages {
            assert!(text[message.offset..].starts_with(&message.text), "{}", message.text);
        }
        assert_eq!(release.revisions.len(), 3);
        assert_eq!(release.status.as_deref(), Some("pending-rollback"));
        let json = r#"[{"revision":1,"updated":"x","status":"superseded","chart":"api-1","app_version":"1","description":"Install complete"},
            {"revision":2,"updated":"x","status":"failed","chart":"api-2","app_version":"2","description":"Upgrade failed"}]"#;
        let pasted = read(json);
        assert_eq!(pasted.kind, InputKind::Helm);
        assert_eq!(helm(&pasted).last_good, Some(1));
        let status = "NAME: api\nLAST DEPLOYED: Wed May 20 14:22:13 2026\nNAMESPACE: shop\nSTATUS: pending-upgrade\nREVISION: 14\n";
        let release = helm(&read(status));
        assert_eq!(
            (release.name.as_deref(), release.namespace.as_deref()),
            (Some("api"), Some("shop"))
        );
        let json = r#"{"name":"api","namespace":"shop","version":3,"info":{"status":"failed","description":"x"}}"#;
        assert_eq!(helm(&read(json)).status.as_deref(), Some("failed"));
    }

    #[test]
    fn the_command_above_names_the_release_else_its_chart_does() {
        let head = "REVISION\tUPDATED                 \tSTATUS         \tCHART    \tAPP VERSION\tDESCRIPTION\n";
        let good = "12      \tFri May 15 09:11:04 2026\tsuperseded     \tgate-2.3.0\t2.3        \tUpgrade complete\n";
        let stuck = "13      \tMon May 18 14:05:33 2026\tpending-upgrade\tgate-3.0.0\t           \tPreparing upgrade\n";
        let json = r#"[{"revision":12,"status":"superseded","chart":"gate-2.3.0","description":"Upgrade complete"},
            {"revision":13,"status":"pending-upgrade","chart":"gate-3.0.0","description":"Preparing upgrade"}]"#;
        let check = |text: &str, name: &str, namespace: Option<&str>, guessed: bool| {
            let pasted = read(text);
            let release = helm(&pasted);
            assert_eq!(release.name.as_deref(), Some(name), "{text}");
            assert_eq!(release.namespace.as_deref(), namespace, "{text}");
            assert_eq!(release.last_good, Some(12), "{text}");
            assert_eq!(release.revisions[1].description, "Preparing upgrade");
            let said = pasted.notes.iter().any(|note| note.contains("taken for gate"));
            assert_eq!(said, guessed, "{:?}", pasted.notes);
        };
        for rows in [format!("{head}{good}{stuck}"), format!("{good}{stuck}")] {
            let above = |command: &str| format!("{command}\n{rows}");
            check(&above("$ helm history edge -n shop"), "edge", Some("shop"), false);
            check(&above("helm -n shop history edge --max 10"), "edge", Some("shop"), false);
            check(&rows, "gate", None, true);
            let rolled = rows.replace("Preparing", "Rollback \"edge\" failed: Preparing");
            assert_eq!(helm(&read(&rolled)).name.as_deref(), Some("edge"));
        }
        check(&format!("$ helm history edge -n shop -o json\n{json}"), "edge", Some("shop"), false);
        check(json, "gate", None, true);
        // Of two commands nobody knows which one it was.
        let two = format!("$ helm history edge\n$ helm history web\n{head}{good}{stuck}");
        assert_ne!(helm(&read(&two)).name.as_deref(), Some("edge"));
    }

    #[test]
    fn what_others_say_of_another_release_does_not_name_this_one() {
        let rows = "12\tFri May 15 09:11:04 2026\tsuperseded\tcart-2.3.0\t2.3\tUpgrade complete\n\
                    13\tMon May 18 14:05:33 2026\tpending-upgrade\tcart-3.0.0\t3.0\tPreparing upgrade\n";
        let json = r#"[{"revision":12,"status":"superseded","chart":"cart-2.3.0","description":"Upgrade complete"},
            {"revision":13,"status":"pending-upgrade","chart":"cart-3.0.0","description":"Preparing upgrade"}]"#;
        let said =
            "yesterday somebody upgraded release \"billing\" in staging, and the cart is slow";
        for history in [rows, json] {
            let pasted = read(&format!("{said}\n{history}\n"));
            let release = helm(&pasted);
            assert_eq!(release.name.as_deref(), Some("cart"));
            assert!(pasted.notes.iter().any(|note| note.contains("taken for cart")));
            let labelled = |message: &Message| message.labels.contains_key("release");
            for message in &pasted.messages {
                assert_eq!(labelled(message), !message.text.contains("billing"), "{message:?}");
            }
        }
        let of_chart = |chart: &str| {
            let rows = rows.replace("cart-2.3.0", chart).replace("cart-3.0.0", chart);
            helm(&read(&rows)).name
        };
        assert_eq!(of_chart("spark-3-operator-2.3.0").as_deref(), Some("spark-3-operator"));
        assert_eq!(of_chart("gate-v2.3.0-rc.1").as_deref(), Some("gate"));
        assert_eq!(of_chart("gate"), None);
    }

    #[test]
    fn a_status_of_another_release_names_nothing_of_a_history() {
        let rows = "REVISION\tUPDATED\tSTATUS\tCHART\tAPP VERSION\tDESCRIPTION\n\
                    12\tFri May 15 09:11:04 2026\tsuperseded\tedge-2.3.0\t2.3\tUpgrade complete\n\
                    13\tMon May 18 14:05:33 2026\tpending-upgrade\tedge-3.0.0\t3.0\tPreparing\n";
        let status = "$ helm status site -n shop\nNAME: site\nNAMESPACE: shop\nSTATUS: deployed\n";
        let named = |text: &str| {
            let helm = helm(&read(text));
            (helm.name, helm.namespace, helm.status)
        };
        let pending = Some("pending-upgrade".to_owned());
        let web = Some("web".to_owned());
        let text = format!("$ helm history edge -n web\n{rows}\n{status}");
        assert_eq!(named(&text), (Some("edge".to_owned()), web, pending.clone()));
        // Without a command its chart names it, and not the status.
        assert_eq!(named(&format!("{rows}\n{status}")), (Some("edge".to_owned()), None, pending));
        let same = status.replace("deployed", "pending-upgrade");
        assert_eq!(named(&format!("{rows}\n{same}")).0.as_deref(), Some("site"));
    }

    #[test]
    fn of_a_long_history_the_newest_revisions_are_read() {
        let row = |at: usize| {
            let status = if at == 600 { "pending-upgrade" } else { "superseded" };
            format!(r#"{{"revision":{at},"status":"{status}","chart":"edge-2.3.0"}}"#)
        };
        let rows: Vec<String> = (1..=600).map(row).collect();
        let pasted = read(&format!("[{}]", rows.join(",")));
        let helm = helm(&pasted);
        assert_eq!(helm.status.as_deref(), Some("pending-upgrade"));
        assert_eq!((helm.revisions.len(), helm.last_good), (500, Some(599)));
        let is_cut = |note: &String| note.contains("newest 500 revisions were read, and 100 older");
        assert!(pasted.notes.iter().any(is_cut), "{:?}", pasted.notes);
    }

    #[test]
    fn a_history_of_another_release_is_not_read_into_the_first() {
        let row = |number: u32, status: &str, chart: &str| {
            format!(
                "{number}\tMon May 18 14:05:33 2026\t{status}\t{chart}-2.{number}.0\t2.3\tUpgrade complete\n"
            )
        };
        let head = "REVISION\tUPDATED\tSTATUS\tCHART\tAPP VERSION\tDESCRIPTION\n";
        let cart =
            format!("{head}{}{}", row(3, "superseded", "cart"), row(4, "pending-upgrade", "cart"));
        let web = format!("{head}{}{}", row(4, "superseded", "web"), row(9, "deployed", "web"));
        let json = |chart: &str, last: u32, status: &str| {
            format!(
                "[{{\"revision\":3,\"status\":\"superseded\",\"chart\":\"{chart}-2.3.0\",\"description\":\"x\"}},\
                 {{\"revision\":{last},\"status\":\"{status}\",\"chart\":\"{chart}-2.4.0\",\"description\":\"x\"}}]"
            )
        };
        let (cart_json, web_json) =
            (json("cart", 4, "pending-upgrade"), json("web", 9, "deployed"));
        let check = |text: &str, name: &str, another: bool| {
            let pasted = read(text);
            let release = helm(&pasted);
            let numbers: Vec<u64> = release.revisions.iter().map(|row| row.revision).collect();
            assert_eq!(numbers, [3, 4], "{text}");
            assert_eq!(release.status.as_deref(), Some("pending-upgrade"), "{text}");
            assert_eq!(release.name.as_deref(), Some(name), "{text}");
            assert_eq!(pasted.releases.len() > 1, another, "{:?}", pasted.releases);
        };
        for (cart, web) in [(&cart, &web), (&cart_json, &web_json)] {
            let of = |name: &str, table: &str| format!("$ helm history {name}\n{table}\n");
            check(&(of("edge", cart) + &of("site", web)), "edge", true);
            // What stands above the second one does not name the first.
            check(&format!("{cart}\n{}", of("site", web)), "cart", true);
            check(&format!("{cart}\n\n{web}"), "cart", true);
            check(&(of("edge", cart) + "$ helm rollback edge 3\n"), "edge", false);
            // The same history once more: its newest rows count.
            let earlier = cart.replace("pending-upgrade", "deployed");
            check(&(of("edge", &earlier) + &of("edge", cart)), "edge", false);
        }
        let other_place =
            format!("$ helm history edge -n a\n{cart}$ helm history edge -n b\n{cart}");
        check(&other_place, "edge", true);
    }

    #[test]
    fn what_failed_before_a_good_revision_is_over() {
        let row = |number: u32, status: &str, said: &str| {
            format!(
                "{number}\tMon May 18 14:05:33 2026\t{status}\tgate-2.3.{number}\t2.3\t{said}\n"
            )
        };
        let check = |rows: &[String], expected: &[(u32, bool)]| {
            let pasted = read(&rows.concat());
            let told = pasted.messages.iter().filter(|one| !one.text.contains("complete"));
            let number = |text: &str| text.split_whitespace().next()?.parse().ok();
            let told: Vec<(u32, bool)> =
                told.filter_map(|one| Some((number(&one.text)?, one.resolved))).collect();
            assert_eq!(told, expected, "{:?}", pasted.messages);
        };
        let failed = |number| row(number, "failed", "Upgrade \"gate\" failed: timed out");
        let good = |number| row(number, "superseded", "Upgrade complete");
        let deployed = row(14, "deployed", "Upgrade complete");
        check(&[failed(12), good(13), failed(14)], &[(12, true), (14, false)]);
        check(&[good(12), failed(13), deployed], &[(13, true)]);
        check(
            &[good(12), failed(13), row(14, "pending-rollback", "Rollback to 12")],
            &[(13, false), (14, false)],
        );
    }

    #[test]
    fn lines_that_say_the_same_are_one_message_and_traces_belong_to_theirs() {
        let text = "2026-05-01T10:00:00Z ERROR took 3 ms: connection refused\n\
                    2026-05-01T10:00:01Z ERROR took 9 ms: connection refused\n\
                    2026-05-01T10:00:02Z ERROR java.lang.OutOfMemoryError: Java heap space\n    at a.b(C.java:3)\nCaused by: x\n";
        let pasted = read(text);
        assert_eq!(pasted.messages.len(), 2);
        assert_eq!((pasted.messages[0].repeats, pasted.messages[0].line), (2, 1));
        assert!(pasted.messages[1].text.ends_with("Caused by: x"));
        assert_eq!(pasted.messages[0].happened_at, Some(1_777_629_600_000));
    }

    #[test]
    fn lines_that_differ_in_numbers_only_are_told_apart_by_what_they_say() {
        let kept = |text: &str| -> Vec<(String, usize)> {
            read(text).messages.into_iter().map(|one| (one.text, one.repeats)).collect()
        };
        let check = |lines: &[&str], expected: &[(&str, usize)]| {
            let expected: Vec<(String, usize)> =
                expected.iter().map(|(text, repeats)| ((*text).to_owned(), *repeats)).collect();
            assert_eq!(kept(&lines.join("\n")), expected);
        };
        let (well, ill) = ("replication lag 0 s", "replication lag 4000 s");
        check(&[well, ill, well], &[(well, 2), (ill, 1)]);
        let (well, ill) =
            ("disk usage of /var on db-1 is 41%", "disk usage of /var on db-1 is 100%");
        check(&[well, ill], &[(well, 1), (ill, 1)]);
        let (one, two) = ("host web-node01 is down", "host web-node02 is down");
        check(&[one, two, one], &[(one, 2), (two, 1)]);
        let (well, ill) =
            ("8 of 8 servers up, HTTP status 200", "0 of 8 servers up, HTTP status 503");
        check(&[well, well, ill], &[(well, 2), (ill, 1)]);
        // Names are bounded, and a pod that was made anew is the same workload.
        let hosts: Vec<String> =
            (0..40).map(|at| format!("host web-node{at:02} is down")).collect();
        assert_eq!(read(&hosts.join("\n")).messages.len(), 8);
        let pods = "pod cart-6c9d8b7f5-x2x9p is in CrashLoopBackOff\npod cart-6c9d8b7f5-y3y8q is in CrashLoopBackOff";
        assert_eq!(read(pods).messages.len(), 1);
    }

    #[test]
    fn an_indented_text_is_read_as_if_it_were_not() {
        let lines = "2026-05-01 10:00:00 all is well\nat 10:02 disk full on db-1: no space left on device\n\tat a.b(C.java:3)\n";
        let plain = read(lines);
        assert_eq!(plain.messages.len(), 2);
        for indent in ["    ", "\t"] {
            let text: String = lines.lines().map(|line| format!("{indent}{line}\n")).collect();
            let read = read(&text);
            assert_eq!(texts(&read), texts(&plain));
            for message in &read.messages {
                let first = message.text.lines().next().expect("a line");
                assert!(text[message.offset..].starts_with(first), "{}", message.offset);
            }
        }
        // What goes on with nothing begins a message.
        assert_eq!(texts(&read("all is well\n\n    disk full on db-1\n")).len(), 2);
        let long = format!("ERROR x\n{}", "    no space left on device /dev/sda1\n".repeat(600));
        let kept: usize = read(&long).messages.iter().map(|one| one.text.len()).sum();
        assert!(kept > 16_000, "{kept}");
    }

    #[test]
    fn a_long_text_is_sifted_by_what_is_known_and_by_nothing_else() {
        let own = "pattern: DISK_FULL\nrules:\n  - {id: own, says: voll, weight: 4, any: 'Platte voll', finds: Platte voll, ignores: Platte leer}\n";
        let own = super::super::Source::own("own.yaml", own);
        let knowledge = Knowledge::load(&[own]).expect("good");
        let mut lines: Vec<String> = (0..300).map(|at| format!("alles gut {at} {at}")).collect();
        lines.insert(150, "Die Platte voll auf db-1".to_owned());
        let pasted = super::read(&lines.join("\n"), &knowledge);
        assert_eq!(texts(&pasted), ["Die Platte voll auf db-1"]);
        assert!(pasted.notes[0].starts_with("300 lines speak of no failure"), "{:?}", pasted.notes);
    }

    #[test]
    fn any_text_is_read() {
        for text in [
            "",
            "\n\n",
            "{",
            "[1,2]",
            "{\"alerts\":3}",
            "\u{0}\u{1b}[",
            "REVISION STATUS\n",
            "é\n\té",
        ] {
            read(text);
        }
    }
}
