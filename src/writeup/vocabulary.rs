//! The words that reports use for their sections, key events, durations and facts.

use super::zone::without_zone;
use super::{Key, SectionKind, Span as Stretch};
use crate::text::nearest;

/// Names of sections, each as its words in lower case; a heading means the one whose name it
/// holds at its earliest place, the longest among those.
const SECTIONS: [(&str, SectionKind); 90] = [
    ("action items", SectionKind::ActionItems),
    ("action points", SectionKind::ActionItems),
    ("actions", SectionKind::ActionItems),
    ("action plan", SectionKind::ActionItems),
    ("corrective actions", SectionKind::ActionItems),
    ("corrective and preventative measures", SectionKind::ActionItems),
    ("corrective and preventive measures", SectionKind::ActionItems),
    ("corrective measures", SectionKind::ActionItems),
    ("preventative measures", SectionKind::ActionItems),
    ("preventive measures", SectionKind::ActionItems),
    ("follow up", SectionKind::ActionItems),
    ("follow ups", SectionKind::ActionItems),
    ("followups", SectionKind::ActionItems),
    ("next steps", SectionKind::ActionItems),
    ("remediation items", SectionKind::ActionItems),
    ("review actions", SectionKind::ActionItems),
    ("todo", SectionKind::ActionItems),
    ("massnahmen", SectionKind::ActionItems),
    ("maßnahmen", SectionKind::ActionItems),
    ("timeline", SectionKind::Timeline),
    ("time line", SectionKind::Timeline),
    ("chronology", SectionKind::Timeline),
    ("sequence of events", SectionKind::Timeline),
    ("incident log", SectionKind::Timeline),
    ("zeitleiste", SectionKind::Timeline),
    ("verlauf", SectionKind::Timeline),
    ("ablauf", SectionKind::Timeline),
    ("metadata", SectionKind::Facts),
    ("key events", SectionKind::Facts),
    ("key facts", SectionKind::Facts),
    ("key times", SectionKind::Facts),
    ("at a glance", SectionKind::Facts),
    ("incident details", SectionKind::Facts),
    ("incident information", SectionKind::Facts),
    ("details", SectionKind::Facts),
    ("metrics", SectionKind::Facts),
    ("stats", SectionKind::Facts),
    ("statistics", SectionKind::Facts),
    ("executive summary", SectionKind::Summary),
    ("summary", SectionKind::Summary),
    ("overview", SectionKind::Summary),
    ("tl;dr", SectionKind::Summary),
    ("tldr", SectionKind::Summary),
    ("synopsis", SectionKind::Summary),
    ("abstract", SectionKind::Summary),
    ("what happened", SectionKind::Summary),
    ("zusammenfassung", SectionKind::Summary),
    ("impact", SectionKind::Impact),
    ("customer impact", SectionKind::Impact),
    ("blast radius", SectionKind::Impact),
    ("who was affected", SectionKind::Impact),
    ("auswirkung", SectionKind::Impact),
    ("auswirkungen", SectionKind::Impact),
    ("root cause", SectionKind::RootCause),
    ("root causes", SectionKind::RootCause),
    ("cause", SectionKind::RootCause),
    ("five whys", SectionKind::RootCause),
    ("5 whys", SectionKind::RootCause),
    ("rca", SectionKind::RootCause),
    ("fault", SectionKind::RootCause),
    ("why it happened", SectionKind::RootCause),
    ("ursache", SectionKind::RootCause),
    ("trigger", SectionKind::Trigger),
    ("leadup", SectionKind::Trigger),
    ("lead up", SectionKind::Trigger),
    ("contributing factors", SectionKind::Contributing),
    ("contributing factor", SectionKind::Contributing),
    ("contributing causes", SectionKind::Contributing),
    ("detection", SectionKind::Detection),
    ("identified", SectionKind::Detection),
    ("how was it detected", SectionKind::Detection),
    ("resolution", SectionKind::Resolution),
    ("recovery", SectionKind::Resolution),
    ("mitigation", SectionKind::Resolution),
    ("response", SectionKind::Resolution),
    ("remediation", SectionKind::Resolution),
    ("how we fixed it", SectionKind::Resolution),
    ("what went well", SectionKind::WentWell),
    ("what went right", SectionKind::WentWell),
    ("things that went well", SectionKind::WentWell),
    ("what worked", SectionKind::WentWell),
    ("what went wrong", SectionKind::WentWrong),
    ("what went poorly", SectionKind::WentWrong),
    ("things that went poorly", SectionKind::WentWrong),
    ("what could", SectionKind::WentWrong),
    ("where we got lucky", SectionKind::Lucky),
    ("where we were lucky", SectionKind::Lucky),
    ("lessons", SectionKind::Lessons),
    ("lessons learned", SectionKind::Lessons),
    ("learnings", SectionKind::Lessons),
];

/// More names, of what is said about the report and its readers rather than the incident.
const OTHERS: [(&str, SectionKind); 18] = [
    ("what didn't", SectionKind::WentWrong),
    ("what did not", SectionKind::WentWrong),
    ("what we got lucky", SectionKind::Lucky),
    ("got lucky", SectionKind::Lucky),
    ("luck", SectionKind::Lucky),
    ("takeaways", SectionKind::Lessons),
    ("lehren", SectionKind::Lessons),
    ("communication", SectionKind::Other),
    ("communications", SectionKind::Other),
    ("related", SectionKind::Other),
    ("references", SectionKind::Other),
    ("appendix", SectionKind::Other),
    ("glossary", SectionKind::Other),
    ("sign off", SectionKind::Other),
    ("publication", SectionKind::Other),
    ("supporting information", SectionKind::Other),
    ("attendees", SectionKind::Other),
    ("takeaway", SectionKind::Other),
];

/// What a section's name says it is for: an unknown name says nothing.
pub(super) fn section_kind(name: &str) -> Option<SectionKind> {
    let name = plain(name);
    let all = SECTIONS.iter().chain(&OTHERS);
    all.filter_map(|(words, kind)| {
        let at = find_words(&name, words)?;
        Some((at, std::cmp::Reverse(words.len()), *kind))
    })
    .min_by_key(|(at, length, _)| (*at, *length))
    .map(|(_, _, kind)| kind)
}

/// Whether a line that stands alone, bold or before a colon, is the name of a section.
pub(super) fn names_a_section(words: &str) -> Option<SectionKind> {
    let short = words.split_whitespace().count() <= 6;
    let kind = section_kind(words)?;
    let name = plain(words);
    let begins = SECTIONS
        .iter()
        .chain(&OTHERS)
        .any(|(words, known)| *known == kind && (name.starts_with(words) || name.ends_with(words)));
    (short && begins).then_some(kind)
}

/// Where some words stand in a name, as whole words.
fn find_words(name: &str, words: &str) -> Option<usize> {
    let at = name.find(words)?;
    let whole = |c: Option<char>| !c.is_some_and(char::is_alphanumeric);
    let ends = whole(name[at + words.len()..].chars().next());
    (whole(name[..at].chars().next_back()) && ends).then_some(at)
}

/// A name in lower case, without numbers, marks and pictures around its words.
pub(super) fn plain(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '’' | '\'' => out.push('\''),
            ';' => out.push(';'),
            _ if c.is_alphanumeric() => out.extend(c.to_lowercase()),
            _ if !out.ends_with(' ') => out.push(' '),
            _ => {}
        }
    }
    let out = out.trim();
    out.trim_start_matches(|c: char| c.is_ascii_digit() && !out.starts_with("5 whys"))
        .trim_start()
        .to_owned()
}

/// Words around a key event's name that say nothing of their own.
const FILLERS: [&str; 44] = [
    "a",
    "am",
    "um",
    "an",
    "and",
    "at",
    "by",
    "date",
    "datetime",
    "day",
    "declared",
    "fault",
    "faults",
    "first",
    "for",
    "fully",
    "has",
    "been",
    "event",
    "incident",
    "initial",
    "initially",
    "is",
    "issue",
    "it",
    "local",
    "of",
    "on",
    "our",
    "problem",
    "stamp",
    "team",
    "the",
    "this",
    "time",
    "timestamp",
    "to",
    "us",
    "utc",
    "was",
    "were",
    "when",
    "we",
    "zeit",
];
/// Words for what users feel: its end is a mitigation.
const IMPACT: [&str; 14] = [
    "customer",
    "customers",
    "degradation",
    "disruption",
    "downtime",
    "errors",
    "impact",
    "outage",
    "production",
    "service",
    "services",
    "user",
    "users",
    "visible",
];
/// Words for the machinery that tells people.
const ALARM: [&str; 8] =
    ["alarm", "alarms", "alert", "alerts", "monitoring", "page", "pager", "pages"];

/// Names of key events in one word, with what they state.
const KEYS: [(&str, Key); 54] = [
    ("start", Key::Started),
    ("starts", Key::Started),
    ("started", Key::Started),
    ("began", Key::Started),
    ("begin", Key::Started),
    ("begins", Key::Started),
    ("beginning", Key::Started),
    ("begun", Key::Started),
    ("occurred", Key::Started),
    ("occurs", Key::Started),
    ("onset", Key::Started),
    ("beginn", Key::Started),
    ("begonnen", Key::Started),
    ("detected", Key::Detected),
    ("detection", Key::Detected),
    ("discovered", Key::Detected),
    ("noticed", Key::Detected),
    ("alerted", Key::Detected),
    ("reported", Key::Detected),
    ("paged", Key::Detected),
    ("erkannt", Key::Detected),
    ("entdeckt", Key::Detected),
    ("bemerkt", Key::Detected),
    ("acknowledged", Key::Acknowledged),
    ("acknowledgement", Key::Acknowledged),
    ("acknowledgment", Key::Acknowledged),
    ("acknowledge", Key::Acknowledged),
    ("acked", Key::Acknowledged),
    ("ack", Key::Acknowledged),
    ("bestätigt", Key::Acknowledged),
    ("quittiert", Key::Acknowledged),
    ("mitigated", Key::Mitigated),
    ("mitigation", Key::Mitigated),
    ("repaired", Key::Mitigated),
    ("repair", Key::Mitigated),
    ("restored", Key::Mitigated),
    ("restoration", Key::Mitigated),
    ("recovered", Key::Mitigated),
    ("recovery", Key::Mitigated),
    ("stabilised", Key::Mitigated),
    ("stabilized", Key::Mitigated),
    ("entschärft", Key::Mitigated),
    ("resolved", Key::Resolved),
    ("resolution", Key::Resolved),
    ("fixed", Key::Resolved),
    ("end", Key::Resolved),
    ("ends", Key::Resolved),
    ("ended", Key::Resolved),
    ("finished", Key::Resolved),
    ("over", Key::Resolved),
    ("ende", Key::Resolved),
    ("beendet", Key::Resolved),
    ("behoben", Key::Resolved),
    ("gelöst", Key::Resolved),
];

/// Names worth forgiving a typo.
const LONG: [&str; 5] = ["detected", "acknowledged", "mitigated", "repaired", "resolved"];

/// The key event that a label names, if all of its words are about that: `First detected`,
/// `Outage ended (UTC)`, `Incident declared`. `Time to detect` names none.
pub(super) fn key_of(label: &str) -> Option<Key> {
    let label = plain(&without_zone(label));
    let words: Vec<&str> = label.split_whitespace().collect();
    if words.len() > 7 || stretch_of(&label).is_some() || words.starts_with(&["time", "to"]) {
        return None;
    }
    if label.contains("all clear") || label == "allclear" {
        let rest = label.replace("all clear", "").replace("allclear", "");
        return rest
            .split_whitespace()
            .all(|w| FILLERS.contains(&w) || w == "given")
            .then_some(Key::Resolved);
    }
    let mut found = None;
    let (mut impact, mut alarm, mut declared, mut first) = (false, false, false, false);
    for word in &words {
        declared |= *word == "declared";
        first |= matches!(*word, "first" | "initial");
        if IMPACT.contains(word) {
            impact = true;
        } else if ALARM.contains(word) {
            alarm = true;
        } else if let Some(key) = key_word(word) {
            match found {
                Some(before) if before != key => return None,
                _ => found = Some(key),
            }
        } else if alarm_verb(word) {
            alarm = true;
        } else if !FILLERS.contains(word) {
            return None;
        }
    }
    match found {
        None if alarm && !impact => Some(Key::Detected),
        None if declared => Some(Key::Declared),
        None if first && impact && words.contains(&"impact") => Some(Key::Started),
        None => None,
        // `Alert resolved` is about the alert.
        Some(Key::Resolved | Key::Mitigated | Key::Started) if alarm => None,
        Some(Key::Resolved) if impact && words.iter().any(|w| w.starts_with("end")) => {
            Some(Key::Mitigated)
        }
        other => other,
    }
}

/// Key events' names that reports rather describe than date: `Detection: a customer called`.
const DESCRIBED: [&str; 8] = [
    "detection",
    "acknowledgement",
    "acknowledgment",
    "mitigation",
    "repair",
    "restoration",
    "recovery",
    "resolution",
];

/// Whether a key event's label wants a time and nothing else: `Detected`, `Detection time`.
pub(super) fn wants_a_time(label: &str) -> bool {
    let label = plain(label);
    let mut words = label.split_whitespace();
    let is_dated = |word: &str| {
        matches!(word, "at" | "time" | "timestamp" | "datetime" | "date" | "when" | "declared")
            || key_word(word).is_some() && !DESCRIBED.contains(&word)
    };
    words.any(is_dated)
}

fn alarm_verb(word: &str) -> bool {
    matches!(word, "fired" | "fires" | "triggered" | "triggers" | "raised" | "received")
}

fn key_word(word: &str) -> Option<Key> {
    if let Some((_, key)) = KEYS.iter().find(|(name, _)| *name == word) {
        return Some(*key);
    }
    // One slip of the fingers is forgiven in a long word: `deteceted`.
    if word.len() < 7 {
        return None;
    }
    let meant = nearest(word, LONG)?;
    let slip = word.chars().next() == meant.chars().next() && within_one(word, meant);
    slip.then(|| KEYS.iter().find(|(name, _)| *name == meant).map(|(_, key)| *key)).flatten()
}

/// Whether two words differ by one letter: added, missing, other, or swapped with its neighbour.
fn within_one(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let tail =
        |a: &[u8], b: &[u8]| a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (rest_a, rest_b) = (&a[head..], &b[head..]);
    let end = tail(rest_a, rest_b);
    let (left_a, left_b) = (&rest_a[..rest_a.len() - end], &rest_b[..rest_b.len() - end]);
    match (left_a, left_b) {
        ([], [] | [_]) | ([_], [] | [_]) => true,
        ([x, y], [z, w]) => x == w && y == z,
        _ => false,
    }
}

/// The stretch of time that a label names: `Time to repair`, `MTTD`, `Impact duration`.
pub(super) fn stretch_of(label: &str) -> Option<Stretch> {
    let label = plain(label);
    let words: Vec<&str> = label
        .split_whitespace()
        .filter(|w| !matches!(*w, "total" | "the" | "mean" | "incident" | "actual"))
        .collect();
    let has = |names: &[&str]| words.iter().any(|word| names.contains(word));
    let short = words.len() <= 7;
    match words.first()? {
        &"ttd" | &"mttd" => Some(Stretch::Detect),
        &"tta" | &"mtta" => Some(Stretch::Acknowledge),
        &"ttm" | &"mttm" => Some(Stretch::Mitigate),
        &"ttr" | &"mttr" => Some(Stretch::Whole),
        &"time" if words.get(1) == Some(&"to") => {
            let what = words.get(2..)?.iter().find(|w| !matches!(**w, "first" | "full"))?;
            time_to(what)
        }
        &"downtime" | &"outage" | &"impact" if words.len() == 1 && words[0] == "downtime" => {
            Some(Stretch::Impact)
        }
        _ if short && has(&["duration", "dauer", "length", "lasted"]) => {
            let impact = words.iter().any(|word| IMPACT.contains(word));
            Some(if impact { Stretch::Impact } else { Stretch::Whole })
        }
        _ => None,
    }
}

/// What a verb or noun after `time to` measures.
pub(super) fn time_to(what: &str) -> Option<Stretch> {
    Some(match what {
        _ if what.starts_with("detect") => Stretch::Detect,
        _ if what.starts_with("ack") => Stretch::Acknowledge,
        _ if what.starts_with("mitigat") || what.starts_with("repair") => Stretch::Mitigate,
        "recover" | "recovery" | "restore" | "restoration" => Stretch::Mitigate,
        _ if what.starts_with("resol") || what == "fix" => Stretch::Resolve,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_known_by_many_names() {
        let check = |name: &str, expected: Option<SectionKind>| {
            assert_eq!(section_kind(name), expected, "{name}");
        };
        check("Timeline (UTC)", Some(SectionKind::Timeline));
        check("3. 🕑 Time line", Some(SectionKind::Timeline));
        check("Root cause (5 Whys)", Some(SectionKind::RootCause));
        check("Root Cause and Resolution", Some(SectionKind::RootCause));
        check("What went well?", Some(SectionKind::WentWell));
        check("What didn’t go so well?", Some(SectionKind::WentWrong));
        check("Where we got lucky", Some(SectionKind::Lucky));
        check("Lessons learned", Some(SectionKind::Lessons));
        check("Action Items", Some(SectionKind::ActionItems));
        check("Review actions", Some(SectionKind::ActionItems));
        check("Contributing factors", Some(SectionKind::Contributing));
        check("Impact", Some(SectionKind::Impact));
        check("Rationale", None);
        check("Summary of actions", Some(SectionKind::Summary));
    }

    #[test]
    fn key_events_are_known_by_many_names() {
        let check =
            |name: &str, expected: Option<Key>| assert_eq!(key_of(name), expected, "{name}");
        check("First detected", Some(Key::Detected));
        check("First deteceted", Some(Key::Detected));
        check("Fault occurs", Some(Key::Started));
        check("First alert", Some(Key::Detected));
        check("Alert fired", Some(Key::Detected));
        check("Alert resolved", None);
        check("All-clear", Some(Key::Resolved));
        check("Incident declared", Some(Key::Declared));
        check("Repaired declared", Some(Key::Mitigated));
        check("Outage ended (UTC)", Some(Key::Mitigated));
        check("Detected (Z):", Some(Key::Detected));
        check("Detected (Europe/Berlin)", Some(Key::Detected));
        check("Detected (PT tenant)", None);
        check("INCIDENT ENDS", Some(Key::Resolved));
        check("Service restored", Some(Key::Mitigated));
        check("End time", Some(Key::Resolved));
        check("Impact start", Some(Key::Started));
        check("Resolved at", Some(Key::Resolved));
        check("Page acknowledged", Some(Key::Acknowledged));
        check("Time to detect", None);
        check("Time", None);
        check("Date", None);
        check("Deleted", None);
        check("Deployment started", None);
        check("Detected and resolved", None);
        check("Behoben am", Some(Key::Resolved));
        check("ädetected x", None);
        check("Duration of impact", None);
    }

    #[test]
    fn some_labels_want_a_time_and_some_a_description() {
        for label in ["Detected", "First detected (UTC)", "Detection time", "End", "Resolved at"] {
            assert!(wants_a_time(label), "{label}");
        }
        for label in ["Detection", "Resolution", "Alert", "Mitigation"] {
            assert!(!wants_a_time(label), "{label}");
        }
    }

    #[test]
    fn stretches_of_time_are_known_by_many_names() {
        let check = |name: &str, expected: Option<Stretch>| {
            assert_eq!(stretch_of(name), expected, "{name}");
        };
        check("Time to repair", Some(Stretch::Mitigate));
        check("Time to resolve", Some(Stretch::Resolve));
        check("Time to detection (TTD)", Some(Stretch::Detect));
        check("TTM", Some(Stretch::Mitigate));
        check("Total duration", Some(Stretch::Whole));
        check("Duration of customer-visible impact", Some(Stretch::Impact));
        check("Downtime", Some(Stretch::Impact));
        check("Time", None);
        check("Impact", None);
    }
}
