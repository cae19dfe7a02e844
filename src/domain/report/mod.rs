//! What a weekly report says beyond freshness: which runbook would hurt most and why, what
//! changed since the last one, and which drills fit into an afternoon. Pure: facts in, order and
//! words out.

mod change;
mod drill;
mod risk;

pub use change::{Change, Moved, Standing};
pub use drill::{ROOM_MIN, SET_UP_MIN, UNKNOWN_MIN, drill_minutes, fitting};
pub use risk::{Facts, INCIDENT_DAYS, Point, risk, total};
