//! Values and rules: what the words of the vocabulary mean. No I/O, no SQL, no clock.

pub mod action_item;
pub mod actor;
pub mod checklist;
pub mod entry;
pub mod event;
pub mod exercise;
pub mod fingerprint;
pub mod freshness;
pub mod id;
pub mod incident;
pub mod metrics;
pub mod moment;
pub mod postmortem;
pub mod report;
pub mod run;
pub mod support_hours;
pub mod timeline_paste;
pub mod usage;
