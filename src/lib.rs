//! runledger: runbooks that remember when they last worked.
//!
//! One binary for people on call: it finds the right step of the right runbook, says when that
//! step last worked, and records what is done. It works with everything else down.
//!
//! # Code map, highest layer first; imports point down only
//!
//! - [`cli`]: argv in, text or JSON out; one file a command.
//! - [`web`]: HTTP in, pages or JSON out; everything asynchronous stays in there.
//! - [`app`]: the verbs, shared by all faces; the only place where ledger and search meet.
//! - [`config`]: settings, merged once: default < file < environment < flag.
//! - [`error`]: lower errors become kind, message, place, cause and hint.
//! - [`ledger`]: what happened, append-only and chained, in SQLite; all SQL is there.
//! - [`search`]: the index, a folder that may be deleted at any time.
//! - [`workspace`]: the team's folder: scan, git, rows written back.
//! - [`assets`]: built-in templates, static files and data, and the workspace's overrides.
//! - [`delivery`]: a report in, handed to a chat, to mail or to a folder; no secret ever out.
//! - [`runbook`]: a Markdown text in, a runbook and diagnostics out; dangers, lint, HTML.
//! - [`writeup`]: an incident report that a team already has in, what it states out.
//! - [`triage`]: messages in, a hypothesis out: pattern, severity, cause and plan, each with its place.
//! - [`render`]: Tera over strings.
//! - [`views`]: the one shape that JSON, pages and templates share.
//! - [`domain`]: values and rules: entries, exercises, freshness, incidents, postmortems.
//! - [`at_once`], [`clock`], [`text`], [`whole_file`]: leaves.
//!
//! # Invariants
//!
//! - Parsing never fails: `(Runbook, Vec<Diagnostic>)`.
//! - The domain does no I/O and reads no clock; only [`clock`] asks what time it is.
//! - Only `Tx::append` adds an entry, nothing changes one; only `Ledger::transact` writes.
//! - Everything derived (files, projections, index) may be deleted at any time.
//! - Only `cli::output` prints; all of it passes [`text::printable`].

pub mod app;
pub mod assets;
pub mod at_once;
pub mod cli;
pub mod clock;
pub mod config;
pub mod delivery;
#[cfg(test)]
mod dice;
pub mod domain;
pub mod error;
pub mod ledger;
pub mod render;
pub mod runbook;
pub mod search;
pub mod text;
pub mod triage;
pub mod views;
pub mod web;
pub mod whole_file;
pub mod workspace;
pub mod writeup;
