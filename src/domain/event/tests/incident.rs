//! Stored bodies of entries about incidents, and what they mean.

use std::collections::BTreeMap;

use super::{id, pairs};
use crate::domain::entry::Timestamp;
use crate::domain::event::{
    Event, ImportedRow, IncidentFieldSet, IncidentImported, IncidentNoted, IncidentOpened,
    IncidentReopened, IncidentRoleSet, IncidentRunbookUsed, IncidentStatusChanged, IncidentTimeSet,
};
use crate::domain::id::{Hash, IncidentId};
use crate::domain::incident::{Field, Link, Moment, Role, Severity, Status, TimeName, TimeTold};

/// **These lines may never change**; see [`super::STORED`].
pub(super) const STORED: [(&str, u32, &str); 22] = [
    (
        "incident.opened",
        1,
        r#"{"label":"INC-2026-06-01-001","title":"checkout answers 502","severity":1,"times":{"started":{"moment":{"at":1780315200000},"source":"said","reason":"the graph"},"detected":{"moment":"not-applicable"},"acknowledged":{"moment":"unknown"}},"services":["checkout"],"context":[["release","shop"]],"links":[{"url":"https://chat.example.org/1","text":"chat"},{"url":"https://x.example.org"}],"detection":"alert","roles":{"commander":["ana"]}}"#,
    ),
    ("incident.opened", 1, r#"{"label":"INC-2026-06-01-002-k3","title":"é","severity":4}"#),
    (
        "incident.field_set",
        1,
        r#"{"field":"title","value":"checkout is down","replaces":"0197288a-1111-7000-8000-000000000001","reason":"worse"}"#,
    ),
    (
        "incident.field_set",
        1,
        r#"{"field":"severity","value":0,"replaces":"0197288a-1111-7000-8000-000000000001"}"#,
    ),
    (
        "incident.field_set",
        1,
        r#"{"field":"services","value":["a","b"],"replaces":"0197288a-1111-7000-8000-000000000001"}"#,
    ),
    (
        "incident.field_set",
        1,
        r#"{"field":"detection","value":"customer","replaces":"0197288a-1111-7000-8000-000000000001"}"#,
    ),
    (
        "incident.field_set",
        1,
        r#"{"field":"links","value":[{"url":"https://x.example.org"}],"replaces":"0197288a-1111-7000-8000-000000000001"}"#,
    ),
    (
        "incident.field_set",
        1,
        r#"{"field":"context","value":{"name":"region","value":"eu"},"replaces":"0197288a-1111-7000-8000-000000000001"}"#,
    ),
    (
        "incident.time_set",
        1,
        r#"{"time":"mitigated","told":{"moment":{"at":1780315200001},"source":"graph","reason":"later"},"replaces":"0197288a-1111-7000-8000-000000000002"}"#,
    ),
    (
        "incident.status_changed",
        1,
        r#"{"to":"mitigated","at":1780315200000,"replaces":"0197288a-1111-7000-8000-000000000001","reason":"rolled back"}"#,
    ),
    (
        "incident.status_changed",
        1,
        r#"{"to":"duplicate","at":1780315200000,"replaces":"0197288a-1111-7000-8000-000000000001","duplicate_of":"0197288a-1111-7000-8000-000000000004"}"#,
    ),
    (
        "incident.reopened",
        1,
        r#"{"at":1780315200000,"replaces":"0197288a-1111-7000-8000-000000000001","reason":"it came back"}"#,
    ),
    (
        "incident.role_set",
        1,
        r#"{"role":"expert","people":["ana","bob"],"at":1780315200000,"replaces":"0197288a-1111-7000-8000-000000000001"}"#,
    ),
    (
        "incident.role_set",
        1,
        r#"{"role":"communications","people":[],"at":1780315200000,"replaces":"0197288a-1111-7000-8000-000000000001"}"#,
    ),
    (
        "incident.noted",
        1,
        r#"{"at":1780315200000,"text":"it is \"back\",\nI think","author":"bob","link":"https://chat.example.org/2","source":"paste"}"#,
    ),
    ("incident.noted", 1, r#"{"at":-1,"text":"before 1970"}"#),
    (
        "incident.noted",
        1,
        r#"{"at":1780315200000,"text":"it may be","source":"triage","judged":"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"}"#,
    ),
    (
        "incident.runbook_used",
        1,
        r#"{"runbook":"rollback/helm","step":"3a","step_title":"Roll back","at":1780315200000,"exercise":"0197288a-1111-7000-8000-000000000001","run":"0197288a-1111-7000-8000-000000000002","note":"to 12"}"#,
    ),
    ("incident.runbook_used", 1, r#"{"runbook":"rollback/helm","at":1780315200000}"#),
    (
        "incident.imported",
        1,
        r#"{"label":"INC-2026-06-01-disk","title":"disk full","severity":2,"status":"resolved","times":{"resolved":{"moment":{"at":1780315200000},"source":"a/disk.md:7"}},"services":["store"],"context":[["region","eu"]],"detection":"alert","roles":{"scribe":["bob"]},"timeline":[{"at":1780315200000,"text":"gone","author":"bob","link":"https://x.example.org","line":9},{"at":1780315200000,"text":"calm","line":10}],"source":"a/disk.md#one","text":"0000000000000000000000000000000000000000000000000000000000000000","replaces":"0197288a-1111-7000-8000-000000000001"}"#,
    ),
    (
        "incident.imported",
        1,
        r#"{"label":"INC-x","title":"x","status":"mitigated","source":"x.md","text":"0000000000000000000000000000000000000000000000000000000000000000"}"#,
    ),
    (
        "incident.imported",
        1,
        r#"{"label":"INC-x","title":"x","status":"mitigated","timeline":[{"at":1780315200000,"untimed":true,"text":"later","line":11}],"source":"x.md","text":"0000000000000000000000000000000000000000000000000000000000000000"}"#,
    ),
];

const NOON: Timestamp = Timestamp(1_780_315_200_000);

fn link(url: &str, text: &str) -> Link {
    Link { url: url.into(), text: text.into() }
}

fn opened_in_full() -> Event {
    let told = |moment, source: &str, reason: &str| TimeTold {
        moment,
        source: source.into(),
        reason: reason.into(),
    };
    Event::IncidentOpened(IncidentOpened {
        label: "INC-2026-06-01-001".into(),
        title: "checkout answers 502".into(),
        severity: Severity::ALL[1],
        times: BTreeMap::from([
            (TimeName::Started, told(Moment::At(NOON), "said", "the graph")),
            (TimeName::Detected, told(Moment::NotApplicable, "", "")),
            (TimeName::Acknowledged, told(Moment::Unknown, "", "")),
        ]),
        services: vec!["checkout".into()],
        context: pairs(&[("release", "shop")]),
        links: vec![link("https://chat.example.org/1", "chat"), link("https://x.example.org", "")],
        detection: "alert".into(),
        roles: BTreeMap::from([(Role::Commander, vec!["ana".into()])]),
    })
}

fn set(to: Field, reason: &str) -> Event {
    Event::IncidentFieldSet(IncidentFieldSet { to, replaces: id(1), reason: reason.into() })
}

fn status(to: Status, duplicate_of: Option<IncidentId>, reason: &str) -> Event {
    let (at, replaces, reason) = (NOON, id(1), reason.into());
    Event::IncidentStatusChanged(IncidentStatusChanged { to, at, replaces, duplicate_of, reason })
}

fn role(role: Role, people: &[&str]) -> Event {
    let people = people.iter().map(|name| (*name).to_owned()).collect();
    Event::IncidentRoleSet(IncidentRoleSet { role, people, at: NOON, replaces: id(1) })
}

/// A note of triage, with what it judges.
fn hypothesis() -> Event {
    Event::IncidentNoted(IncidentNoted {
        at: NOON,
        text: "it may be".into(),
        author: String::new(),
        link: String::new(),
        source: "triage".into(),
        judged: Some(super::hash()),
    })
}

/// What the bodies of [`STORED`] mean, in the same order.
pub(super) fn meant() -> Vec<Event> {
    let noted = |at, text: &str, author: &str, link: &str, source: &str| {
        Event::IncidentNoted(IncidentNoted {
            at,
            text: text.into(),
            author: author.into(),
            link: link.into(),
            source: source.into(),
            judged: None,
        })
    };
    let used = IncidentRunbookUsed {
        runbook: "rollback/helm".into(),
        step: None,
        step_title: String::new(),
        at: NOON,
        exercise: None,
        run: None,
        note: String::new(),
    };
    vec![
        opened_in_full(),
        Event::IncidentOpened(IncidentOpened {
            label: "INC-2026-06-01-002-k3".into(),
            title: "é".into(),
            severity: Severity::ALL[4],
            times: BTreeMap::new(),
            services: vec![],
            context: vec![],
            links: vec![],
            detection: String::new(),
            roles: BTreeMap::new(),
        }),
        set(Field::Title("checkout is down".into()), "worse"),
        set(Field::Severity(Severity::ALL[0]), ""),
        set(Field::Services(vec!["a".into(), "b".into()]), ""),
        set(Field::Detection("customer".into()), ""),
        set(Field::Links(vec![link("https://x.example.org", "")]), ""),
        set(Field::Context { name: "region".into(), value: "eu".into() }, ""),
        Event::IncidentTimeSet(IncidentTimeSet {
            time: TimeName::Mitigated,
            told: TimeTold {
                moment: Moment::At(Timestamp(NOON.0 + 1)),
                source: "graph".into(),
                reason: "later".into(),
            },
            replaces: id(2),
        }),
        status(Status::Mitigated, None, "rolled back"),
        status(Status::Duplicate, Some(IncidentId::new(id(4))), ""),
        Event::IncidentReopened(IncidentReopened {
            at: NOON,
            replaces: id(1),
            reason: "it came back".into(),
        }),
        role(Role::Expert, &["ana", "bob"]),
        role(Role::Communications, &[]),
        noted(NOON, "it is \"back\",\nI think", "bob", "https://chat.example.org/2", "paste"),
        noted(Timestamp(-1), "before 1970", "", "", ""),
        hypothesis(),
        Event::IncidentRunbookUsed(IncidentRunbookUsed {
            step: Some("3a".into()),
            step_title: "Roll back".into(),
            exercise: Some(id(1)),
            run: Some(id(2)),
            note: "to 12".into(),
            ..used.clone()
        }),
        Event::IncidentRunbookUsed(used),
        imported_in_full(),
        Event::IncidentImported(imported()),
        Event::IncidentImported(IncidentImported {
            timeline: vec![ImportedRow { untimed: true, ..row("later", "", "", 11) }],
            ..imported()
        }),
    ]
}

/// A report that says as little as one can.
fn imported() -> IncidentImported {
    IncidentImported {
        label: "INC-x".into(),
        title: "x".into(),
        severity: None,
        status: Status::Mitigated,
        times: BTreeMap::new(),
        services: Vec::new(),
        context: Vec::new(),
        detection: String::new(),
        roles: BTreeMap::new(),
        timeline: Vec::new(),
        source: "x.md".into(),
        text: Hash::ZERO,
        replaces: None,
    }
}

fn row(text: &str, author: &str, link: &str, line: usize) -> ImportedRow {
    ImportedRow {
        at: NOON,
        untimed: false,
        text: text.into(),
        author: author.into(),
        link: link.into(),
        line,
    }
}

fn imported_in_full() -> Event {
    let source = "a/disk.md:7".into();
    let told = TimeTold { moment: Moment::At(NOON), source, reason: String::new() };
    Event::IncidentImported(IncidentImported {
        label: "INC-2026-06-01-disk".into(),
        title: "disk full".into(),
        severity: Some(Severity::ALL[2]),
        status: Status::Resolved,
        times: BTreeMap::from([(TimeName::Resolved, told)]),
        services: vec!["store".into()],
        context: pairs(&[("region", "eu")]),
        detection: "alert".into(),
        roles: BTreeMap::from([(Role::Scribe, vec!["bob".into()])]),
        timeline: vec![row("gone", "bob", "https://x.example.org", 9), row("calm", "", "", 10)],
        source: "a/disk.md#one".into(),
        text: Hash::ZERO,
        replaces: Some(id(1)),
    })
}
