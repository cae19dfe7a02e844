//! The one test binary; each module drives the real program.

#![expect(clippy::disallowed_methods, reason = "tests set up the environment they need")]

mod cli;
mod delivery;
mod docs;
mod runbooks;
mod support;
mod tidy;
mod web;
