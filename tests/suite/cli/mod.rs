//! The command line, driven as a person drives it.

mod bookstore;
mod exercises;
mod files;
mod incidents;
mod json;
mod keeping;
mod metrics;
mod notes;
mod postmortems;
mod search;
mod settings;
mod write_ups;
