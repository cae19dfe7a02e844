//! runledger: runbooks that remember when they last worked.

pub mod assets;
pub mod clock;
pub mod config;
pub mod domain;
pub mod error;
pub mod ledger;
pub mod render;
pub mod runbook;
pub mod search;
pub mod text;
pub mod workspace;
