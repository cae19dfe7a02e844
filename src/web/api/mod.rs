//! Answers for programs, as JSON.

pub(super) mod anchors;
pub(super) mod runs;
pub(super) mod search;
