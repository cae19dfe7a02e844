//! What a report says of its incident's status, as one of ours.

use crate::domain::incident::Status;
use crate::writeup::WriteUp;

/// The status that a report tells, and what is to be said about it. A report that says nothing
/// tells of what is over, and so does one that says how far the report itself is.
pub(super) fn status(write_up: &WriteUp) -> (Status, Option<String>) {
    let Some(said) = write_up.status.as_deref() else { return (Status::Resolved, None) };
    let shown = crate::text::truncate_to_width(said, 60);
    let Some(status) = meant(said) else {
        let message = format!("`{shown}` is no status known here; it is taken for resolved");
        return (Status::Resolved, Some(message));
    };
    let finding = match status {
        Status::Duplicate => {
            Some(format!("`{shown}`: of which incident it is a duplicate is not read"))
        }
        _ if status.is_open()
            && write_up.at(crate::domain::incident::TimeName::Resolved).is_some() =>
        {
            Some(format!("says `{shown}`, and yet when it was resolved; its status stays {status}"))
        }
        _ => None,
    };
    (status, finding)
}

/// The status that some words mean: what they begin with, unless that is denied.
fn meant(said: &str) -> Option<Status> {
    let lower = said.to_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphabetic()).filter(|w| !w.is_empty()).collect();
    let first = *words.first()?;
    let second = words.get(1).copied().unwrap_or_default();
    // `Not resolved`, `not yet closed`, `unresolved`, `partially mitigated`: something is left.
    let denied = ["not", "never", "partially", "partly", "mostly", "nicht", "teilweise"];
    if (first, second) == ("false", "alarm") || (first, second) == ("not", "an") {
        return Some(Status::Cancelled);
    }
    if denied.contains(&first) {
        return Some(Status::Investigating);
    }
    Some(match first {
        "investigating" | "unresolved" | "unfixed" | "ongoing" | "open" | "active" | "triage"
        | "new" | "wip" | "offen" => Status::Investigating,
        "in" if second == "progress" || second == "bearbeitung" => Status::Investigating,
        "under" if second.starts_with("investigat") => Status::Investigating,
        "identified" => Status::Identified,
        "monitoring" | "mitigated" | "contained" => Status::Mitigated,
        "resolved" | "fixed" | "repaired" | "recovered" | "restored" | "solved" | "complete"
        | "completed" | "done" | "over" | "ended" | "finished" | "behoben" | "gelöst"
        | "abgeschlossen" => Status::Resolved,
        // How far the report is.
        "draft" | "drafted" | "final" | "finalised" | "finalized" | "published" | "reviewed"
        | "approved" | "review" | "entwurf" => Status::Resolved,
        "in" | "under" | "ready" | "awaiting" if words.contains(&"review") => Status::Resolved,
        "closed" | "geschlossen" => Status::Closed,
        "cancelled" | "canceled" | "withdrawn" | "invalid" | "retracted" => Status::Cancelled,
        "duplicate" | "dupe" => Status::Duplicate,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_what_its_words_mean_and_an_unknown_one_is_said() {
        let check = |said: Option<&str>, expected, reported: bool| {
            let write_up = WriteUp { status: said.map(str::to_owned), ..WriteUp::default() };
            let (status, finding) = status(&write_up);
            assert_eq!((status, finding.is_some()), (expected, reported), "{said:?}");
        };
        check(None, Status::Resolved, false);
        check(Some("Complete, action items in progress"), Status::Resolved, false);
        check(Some("Resolved at 15:09"), Status::Resolved, false);
        check(Some("Monitoring"), Status::Mitigated, false);
        check(Some("Closed"), Status::Closed, false);
        check(Some("Unresolved"), Status::Investigating, false);
        check(Some("Not resolved"), Status::Investigating, false);
        check(Some("In progress"), Status::Investigating, false);
        check(Some("Partially mitigated"), Status::Investigating, false);
        check(Some("Cancelled"), Status::Cancelled, false);
        check(Some("False alarm"), Status::Cancelled, false);
        check(Some("Not an incident"), Status::Cancelled, false);
        check(Some("Duplicate of INC-7"), Status::Duplicate, true);
        check(Some("In review"), Status::Resolved, false);
        check(Some("Escalated"), Status::Resolved, true);
        check(Some("✅"), Status::Resolved, true);
    }
}
