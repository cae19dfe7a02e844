//! Answers for programs, as JSON.

pub(super) mod anchors;
pub(super) mod incidents;
pub(super) mod runs;
pub(super) mod search;
