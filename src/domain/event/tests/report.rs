//! Stored bodies of entries about reports, and what they mean.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::hash;
use crate::domain::entry::Timestamp;
use crate::domain::event::{
    Event, ReportDelivered, ReportDeliveryFailed, ReportGenerated, ReportRequested, ReportScheduled,
};
use crate::domain::report::{Form, Kind};

/// **These lines may never change**; see [`super::STORED`].
pub(super) const STORED: [(&str, u32, &str); 7] = [
    ("report.scheduled", 1, r#"{"name":"weekly","when":"0 8 * * 1","timezone":"Europe/Berlin"}"#),
    (
        "report.generated",
        1,
        r#"{"label":"weekly/2026-07-20","name":"weekly","kind":"stale","as_of":"2026-07-20","since":"2026-07-13","owner":"payments","slot":1780315200000,"title":"Runbooks, 2026-07-20","headline":"Of 3 runbooks 1 is stale.","forms":{"chat":"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f","csv":"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f","html":"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f","json":"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f","md":"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f","text":"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"},"warning":"stale.md:3: unknown","to":["chat","mail"]}"#,
    ),
    (
        "report.generated",
        1,
        r#"{"label":"actions/2026-07-20-2","name":"actions","kind":"actions","as_of":"2026-07-20","since":"2026-07-13","title":"","headline":"","forms":{}}"#,
    ),
    ("report.requested", 1, r#"{"to":"chat"}"#),
    ("report.delivered", 1, r#"{"to":"mail"}"#),
    ("report.delivery_failed", 1, r#"{"to":"chat","reason":"500","retry_at":1780315200000}"#),
    ("report.delivery_failed", 1, r#"{"to":"chat","reason":"500"}"#),
];

/// What they mean, in the same order.
pub(super) fn meant() -> Vec<Event> {
    let day = |day| NaiveDate::from_ymd_opt(2026, 7, day).expect("a day");
    let noon = Timestamp(1_780_315_200_000);
    let short = ReportGenerated {
        label: "actions/2026-07-20-2".into(),
        name: "actions".into(),
        kind: Kind::Actions,
        as_of: day(20),
        since: day(13),
        owner: None,
        slot: None,
        title: String::new(),
        headline: String::new(),
        forms: BTreeMap::new(),
        warning: None,
        to: Vec::new(),
    };
    let failed = |retry_at| {
        let (to, reason) = ("chat".into(), "500".into());
        Event::ReportDeliveryFailed(ReportDeliveryFailed { to, reason, retry_at })
    };
    vec![
        Event::ReportScheduled(ReportScheduled {
            name: "weekly".into(),
            when: "0 8 * * 1".into(),
            timezone: "Europe/Berlin".into(),
        }),
        Event::ReportGenerated(ReportGenerated {
            label: "weekly/2026-07-20".into(),
            name: "weekly".into(),
            kind: Kind::Stale,
            owner: Some("payments".into()),
            slot: Some(noon),
            title: "Runbooks, 2026-07-20".into(),
            headline: "Of 3 runbooks 1 is stale.".into(),
            forms: Form::ALL.map(|form| (form, hash())).into(),
            warning: Some("stale.md:3: unknown".into()),
            to: vec!["chat".into(), "mail".into()],
            ..short.clone()
        }),
        Event::ReportGenerated(short),
        Event::ReportRequested(ReportRequested { to: "chat".into() }),
        Event::ReportDelivered(ReportDelivered { to: "mail".into() }),
        failed(Some(noon)),
        failed(None),
    ]
}
