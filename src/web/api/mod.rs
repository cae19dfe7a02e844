//! Answers for programs, as JSON.

pub(super) mod search;
