//! Values and rules: what the words of the vocabulary mean. No I/O, no SQL, no clock.

pub mod actor;
pub mod entry;
pub mod event;
pub mod exercise;
pub mod fingerprint;
pub mod freshness;
pub mod id;
pub mod run;
