//! runledger: runbooks that remember when they last worked.

pub mod clock;
pub mod domain;
pub mod runbook;
pub mod search;
pub mod text;
