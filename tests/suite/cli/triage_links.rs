//! Incidents that belong to what is pasted, in a ledger that is old and large.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::time::Instant;

use runledger::domain::actor::Actor;
use runledger::domain::entry::{Entry, Timestamp};
use runledger::domain::event::{Event, IncidentNoted, IncidentOpened};
use runledger::domain::id::EntryId;
use runledger::domain::incident::{Moment, Severity, TimeName, TimeTold};
use runledger::ledger::{Ledger, LedgerError};
use serde_json::Value;

use crate::support::Lab;

/// One incident a day, the newest of today; `told` says what each is about, by its age in days.
fn remember(lab: &Lab, days: i64, told: impl Fn(i64) -> (String, String)) {
    let today = 1_780_315_200_000;
    let mut ledger = Ledger::open(&lab.store_dir()).expect("a ledger");
    let recorded: Result<(), LedgerError> = ledger.transact(|tx| {
        for age in (0..days).rev() {
            let at = Timestamp(today - age * 86_400_000);
            let (title, note) = told(age);
            let id = EntryId::derived(&["opened", &age.to_string()]);
            let time = TimeTold { moment: Moment::At(at), ..TimeTold::default() };
            let opened = Event::IncidentOpened(IncidentOpened {
                label: format!("INC-{}-{age:05}", 2026 - age / 365).as_str().into(),
                title,
                severity: Severity::ALL[2],
                times: BTreeMap::from([(TimeName::Detected, time)]),
                services: Vec::new(),
                context: Vec::new(),
                links: Vec::new(),
                detection: String::new(),
                roles: BTreeMap::new(),
            });
            let (text, author) = (note, String::new());
            let (link, source) = (String::new(), String::new());
            let noted = Event::IncidentNoted(IncidentNoted {
                at,
                text,
                author,
                link,
                source,
                judged: None,
            });
            let noted_id = EntryId::derived(&["noted", &age.to_string()]);
            for (id, of, event) in [(id, id, opened), (noted_id, id, noted)] {
                let (kind, body) = (event.kind(), event.to_json().expect("a body"));
                let actor = Actor::parse("person:ana").expect("an actor");
                let subject = of.to_string();
                tx.append(&Entry::new(id, kind, event.version(), &subject, at, actor, body))?;
            }
        }
        Ok(())
    });
    recorded.expect("a ledger that can be written");
}

const STUCK: &[u8] = b"Helm release 'shop-edge' stuck in pending-rollback, rollback also failed: \
    'cannot patch CRD'\n";

fn judged(lab: &Lab, text: &[u8]) -> Value {
    lab.run_with_input(&["triage", "--json"], text).ok().json()
}

#[test]
fn an_incident_is_found_however_many_are_newer() {
    let lab = Lab::new();
    let oldest = 1_199;
    remember(&lab, oldest + 1, |age| {
        let words = if age == oldest { "Helm release 'shop-edge' is stuck" } else { "it is slow" };
        (format!("incident of day {age}"), words.to_owned())
    });
    let view = judged(&lab, STUCK);
    let linked = view["linked"].as_array().expect("links");
    assert_eq!(linked.len(), 1, "{linked:?}");
    assert_eq!(linked[0]["title"], format!("incident of day {oldest}"));
    assert_eq!(linked[0]["kind"], "recurrence");
    assert_eq!(view["notes"], serde_json::json!([]), "all were looked at");
}

#[test]
fn what_goes_on_is_linked_by_its_context_its_title_and_what_was_judged_in_it() {
    let lab = Lab::new();
    let open = |title: &str, more: &[&str]| {
        let args = [&["incident", "open", title, "--severity", "P2"], more].concat();
        lab.run(&args).ok();
    };
    open("it hangs", &["--context", "release=shop-edge"]);
    open("shop-edge is slow", &[]);
    open("somebody looks", &[]);
    open("the release hangs", &["--context", "release=checkout"]);
    let third = ["triage", "--incident", "INC-2026-06-01-003"];
    lab.run_with_input(&third, STUCK).ok();
    let view = judged(&lab, STUCK);
    let linked = view["linked"].as_array().expect("links");
    let mut ids: Vec<&str> = linked.iter().filter_map(|link| link["id"].as_str()).collect();
    ids.sort_unstable();
    let label = |number: u8| format!("INC-2026-06-01-00{number}");
    assert_eq!(ids, [label(1), label(2), label(3)], "{linked:?}");
    assert!(linked.iter().all(|link| link["kind"] == "concurrent"), "{linked:?}");
}

#[test]
fn a_name_that_all_share_links_nothing_and_what_was_left_is_said() {
    let lab = Lab::new();
    remember(&lab, 700, |age| {
        let own =
            if age == 650 { "crd gizmos.example.com has two schemas" } else { "a pod is slow" };
        ("trouble in namespace storefront".to_owned(), format!("namespace storefront: {own}"))
    });
    let text =
        b"namespace storefront: CRD gizmos.example.com already exists with incompatible schema";
    let view = judged(&lab, text);
    let linked = serde_json::to_string(&view["linked"]).expect("JSON");
    assert!(view["linked"].as_array().expect("links").len() < 2, "{linked}");
    let notes = view["notes"].to_string();
    assert!(notes.contains("200 incidents share only names that many share"), "{notes}");
}

#[test]
fn five_thousand_incidents_are_looked_at_in_a_moment() {
    let lab = Lab::new();
    remember(&lab, 5_000, |age| {
        let service = format!("service-{}", age % 40);
        (format!("{service} is down"), format!("deployment {service} on node worker-{age} failed"))
    });
    let empty = Lab::new();
    let time = |lab: &Lab| {
        let began = Instant::now();
        let view = judged(lab, STUCK);
        (view, began.elapsed())
    };
    // What every run costs, with a store of its own.
    time(&empty);
    let (_, bare) = time(&empty);
    // The first look brings the search index up to date, which is none of this.
    time(&lab);
    let (view, full) = time(&lab);
    assert_eq!(view["correlated"], false, "{}", view["linked"]);
    let took = full.saturating_sub(bare);
    let _ = writeln!(std::io::stderr(), "measured: 5,000 incidents looked at in {took:?}");
    assert!(took.as_secs() < 5, "{took:?}");
}
